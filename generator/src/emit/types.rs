//! Types: structs with setters and checks, open enums, unions, tuples, bodies by status.

mod tuples;

use std::collections::{BTreeSet, HashMap};

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens as _, quote};

use super::flat::flat;
use super::{Scope, comment, doc, ident};
use crate::lower::model::{
    Aliased, Case, Constant, Field, Newtype, Outcome, Payload, Presence, Status, Struct, Type, TypeDef, TypeId,
    TypeKind, Union, Variant,
};
use crate::lower::{code, renamed};

/// A type's definition and its implementations.
pub(super) fn definition(scope: &Scope<'_>, id: TypeId) -> TokenStream {
    let definition = &scope.service.types[id];
    let aliases = aliases(scope, Aliased::Type(id), &definition.name);
    let definition = match &definition.kind {
        TypeKind::Struct(body) => structure(scope, definition, body),
        TypeKind::StringEnum(variants) => enumeration(scope, definition, variants, "string_enum"),
        TypeKind::IntegerEnum(variants) => enumeration(scope, definition, variants, "integer_enum"),
        TypeKind::Union(union) => self::union(scope, definition, union),
        TypeKind::Tuple(tuple) => tuples::definition(scope, definition, tuple),
        TypeKind::Newtype(newtype) => self::newtype(scope, definition, newtype),
        TypeKind::Own(path) => own(scope, definition, path),
    };
    quote!(#definition #aliases)
}

/// The user's own type, in a wrapper that has the conversions of generated types.
fn own(scope: &Scope<'_>, definition: &TypeDef, path: &str) -> TokenStream {
    let (serialize, deserialize) = (scope.uses.item("Serialize"), scope.uses.item("Deserialize"));
    let (name, further) = (ident(&definition.name), derives(scope, definition));
    let between = (!definition.docs.is_empty()).then(String::new);
    let words = definition.docs.iter().cloned().chain(between).chain([format!("Wraps the type `{path}`.")]);
    let docs = doc(&words.collect::<Vec<_>>());
    // `lower` has parsed the path.
    let Ok(path) = syn::parse_str::<syn::Path>(path) else { return TokenStream::new() };
    quote! {
        #docs
        #[derive(Clone, Debug, PartialEq, #further #serialize, #deserialize)]
        #[serde(crate = "yundb_runtime::serde")]
        pub struct #name(pub #path);
        impl yundb_runtime::Single for #name {}
        impl From<#path> for #name {
            fn from(value: #path) -> Self {
                Self(value)
            }
        }
        impl From<#name> for #path {
            fn from(value: #name) -> Self {
                value.0
            }
        }
    }
}

/// Further traits to derive for a type, each followed by a comma, except those that it derives anyway.
fn derives(scope: &Scope<'_>, definition: &TypeDef) -> TokenStream {
    let derives = &scope.service.derives;
    let of = derives.of.get(&definition.name).into_iter().flatten();
    let paths = derives.all.iter().chain(of).filter_map(|path| syn::parse_str::<syn::Path>(path).ok());
    let is_enum = matches!(definition.kind, TypeKind::StringEnum(_) | TypeKind::IntegerEnum(_));
    let of_enums: &[&str] = if is_enum { &["Eq", "PartialOrd", "Ord", "Hash"] } else { &[] };
    let anyway = ["Clone", "Debug", "PartialEq", "Serialize", "Deserialize"].iter().chain(of_enums);
    let mut derived: BTreeSet<String> = anyway.map(|name| (*name).to_owned()).collect();
    let paths = paths.filter(|path| derived.insert(trait_name(path)));
    quote!(#(#paths,)*)
}

/// The same name for each way of writing a trait: `Hash` and `std::hash::Hash`, but not `rkyv::Serialize` and serde's.
fn trait_name(path: &syn::Path) -> String {
    let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    match names.as_slice() {
        [root, .., name] if ["std", "core", "alloc", "serde"].contains(&root.as_str()) => name.clone(),
        names => names.join("::"),
    }
}

/// The same, as an attribute in the text of a macro's invocation.
fn derive_line(scope: &Scope<'_>, definition: &TypeDef) -> String {
    let derives = flat(&derives(scope, definition));
    let derives = derives.trim_end_matches(',');
    if derives.is_empty() { String::new() } else { format!("    #[derive({derives})]\n") }
}

/// The other names of a definition.
fn aliases(scope: &Scope<'_>, of: Aliased, name: &str) -> TokenStream {
    let docs = doc(&[format!("The same as [`{name}`].")]);
    let name = ident(name);
    let aliases = scope.service.aliases.get(&of).into_iter().flatten().map(|alias| {
        let alias = ident(alias);
        quote!(#docs pub type #alias = #name;)
    });
    aliases.collect()
}

fn structure(scope: &Scope<'_>, definition: &TypeDef, body: &Struct) -> TokenStream {
    let name = ident(&definition.name);
    let checks = body.checked.then(|| checks(scope, &name, body));
    if definition.input {
        let setters = scope.uses.invoke(setters(scope, definition, body));
        return quote!(#setters #checks);
    }
    let record = scope.uses.item("Record");
    let docs = doc(&definition.docs);
    let default = body.default.then(|| quote!(Default,));
    // For a required field it would invent a value.
    let container_default = body.fields.iter().any(|field| field.presence == Presence::Empty)
        && body.fields.iter().all(|field| field.presence != Presence::Always);
    let mut container = Vec::new();
    container.extend(body.rename_all.map(|rule| quote!(rename_all = #rule)));
    container.extend(container_default.then(|| quote!(default)));
    let container = (!container.is_empty()).then(|| quote!(#[serde(#(#container),*)]));
    let fields = body.fields.iter().map(|field| self::field(scope, body, field, container_default));
    let further = derives(scope, definition);
    let additional = body.additional.as_ref().map(|ty| {
        let (map, ty, name) = (scope.uses.item("BTreeMap"), scope.ty(ty), ident(&body.additional_ident));
        quote! {
            /// Further fields, by name.
            #[serde(flatten)]
            pub #name: #map<String, #ty>,
        }
    });
    quote! {
        #docs
        #[derive(Clone, Debug, #default PartialEq, #further #record)]
        #container
        #[non_exhaustive]
        pub struct #name { #(#fields)* #additional }
        #checks
    }
}

fn field(scope: &Scope<'_>, body: &Struct, field: &Field, container_default: bool) -> TokenStream {
    let name = ident(&field.ident);
    let docs = doc(&field.docs);
    let ty = scope.ty(&field.ty);
    let ty = if field.boxed { quote!(Box<#ty>) } else { ty };
    let mut serde = Vec::new();
    serde.extend(field_name(body, field).map(|wire| quote!(rename = #wire)));
    let ty = match field.presence {
        Presence::Always => ty,
        Presence::Empty => {
            if !container_default {
                serde.push(quote!(default));
            }
            ty
        }
        Presence::Optional => quote!(Option<#ty>),
        Presence::Nullable => quote!(Option<Option<#ty>>),
    };
    let serde = (!serde.is_empty()).then(|| quote!(#[serde(#(#serde),*)]));
    quote!(#docs #serde pub #name: #ty,)
}

/// The name of a field on the wire, if it has to be stated.
fn field_name<'a>(body: &Struct, field: &'a Field) -> Option<&'a str> {
    (renamed(&field.ident, body.rename_all) != field.wire).then_some(field.wire.as_str())
}

/// A struct that callers fill, in the syntax of the runtime's macro.
fn setters(scope: &Scope<'_>, definition: &TypeDef, body: &Struct) -> String {
    let mut out = format!("yundb_runtime::setters! {{\n{}", comment(&definition.docs, 4));
    out.push_str(&derive_line(scope, definition));
    if let Some(rule) = body.rename_all {
        out.push_str(&format!("    #[serde(rename_all = {rule:?})]\n"));
    }
    out.push_str(&format!("    pub struct {} {{\n", definition.name));
    for field in &body.fields {
        out.push_str(&comment(&field.docs, 8));
        if let Some(wire) = field_name(body, field) {
            out.push_str(&format!("        #[serde(rename = {wire:?})]\n"));
        }
        let mut ty = flat(&scope.ty(&field.ty));
        if field.boxed {
            ty = format!("Box<{ty}>");
        }
        if field.presence == Presence::Nullable {
            ty = format!("Option<{ty}>");
        }
        let default = constant(scope, field).map(|constant| format!(" = {constant}")).unwrap_or_default();
        out.push_str(&format!("        pub {}: Option<{ty}>{default},\n", field.ident));
    }
    let additional = body.additional.as_ref().map(|ty| {
        let (map, ty) = (flat(&scope.uses.item("BTreeMap")), flat(&scope.ty(ty)));
        format!(" .. {}: {map}<String, {ty}>", body.additional_ident)
    });
    format!("{out}    }}{}\n}}", additional.unwrap_or_default())
}

/// The only value of a field, in Rust's syntax.
fn constant(scope: &Scope<'_>, field: &Field) -> Option<String> {
    let [value] = field.values.as_slice() else { return None };
    if !field.filled {
        return None;
    }
    Some(match (&field.ty, value) {
        (Type::Bool, Constant::Flag(flag)) => flag.to_string(),
        (Type::String, Constant::Text(text)) => format!("{text:?}"),
        (Type::Named(id), value) => {
            let variant = match (&scope.service.types[*id].kind, value) {
                (TypeKind::StringEnum(all), Constant::Text(text)) => {
                    all.iter().find(|variant| variant.value == *text).map(|variant| &variant.ident)
                }
                (TypeKind::IntegerEnum(all), Constant::Integer(integer)) => {
                    all.iter().find(|variant| variant.value == *integer).map(|variant| &variant.ident)
                }
                _ => None,
            };
            format!("{}::{}", scope.type_name(*id), variant?)
        }
        _ => return None,
    })
}

fn checks(scope: &Scope<'_>, name: &proc_macro2::Ident, body: &Struct) -> TokenStream {
    let (object, field_type) = (scope.uses.item("Object"), scope.uses.item("Field"));
    let rows = body.fields.iter().filter_map(|field| {
        let must = field.required && !field.read_only;
        if !must && field.shape == Default::default() {
            return None;
        }
        Some(scope.row(&field.wire, must, &field.shape))
    });
    let rules = (!body.rules.is_empty()).then(|| {
        let rules = body.rules.iter().map(|rule| scope.rule(rule));
        quote!(const RULES: &'static [yundb_runtime::shape::Rule] = &[#(#rules),*];)
    });
    quote! {
        impl #object for #name {
            const FIELDS: &'static [#field_type] = &[#(#rows),*];
            #rules
        }
    }
}

fn enumeration<T: std::fmt::Debug>(
    scope: &Scope<'_>,
    definition: &TypeDef,
    variants: &[Variant<T>],
    macro_name: &str,
) -> TokenStream {
    let variants = variants.iter().map(|variant| {
        let alias = variant.alias.as_ref().map(|alias| format!("        #[doc(alias = {alias:?})]\n"));
        let alias = alias.unwrap_or_default();
        format!("{}{alias}        {} = {:?},\n", comment(&variant.docs, 8), variant.ident, variant.value)
    });
    scope.uses.invoke(format!(
        "yundb_runtime::{macro_name}! {{\n{}{}    pub enum {} {{\n{}    }}\n}}",
        comment(&definition.docs, 4),
        derive_line(scope, definition),
        definition.name,
        variants.collect::<String>()
    ))
}

/// A macro invocation with one entry per line.
fn invocation(macro_name: &str, head: &str, entries: impl Iterator<Item = String>) -> String {
    let entries: String = entries.map(|entry| format!("    {entry},\n")).collect();
    format!("yundb_runtime::{macro_name}!({head} {{\n{entries}}});")
}

fn union(scope: &Scope<'_>, definition: &TypeDef, union: &Union) -> TokenStream {
    let name = ident(&definition.name);
    let docs = doc(&definition.docs);
    let value = scope.uses.item("Value");
    let variants = union.variants.iter().map(|variant| {
        let (ident, ty) = (ident(&variant.ident), scope.ty(&variant.ty));
        let ty = if variant.boxed { quote!(Box<#ty>) } else { ty };
        let words = match variant.marks.first().filter(|_| union.tag.is_some()) {
            Some(mark) => mark.values.iter().map(|value| code(&plain(value))).collect::<Vec<_>>().join(", "),
            None => format!("As `{}`.", variant.ident),
        };
        let words = doc(&[words]);
        quote!(#words #ident(#ty),)
    });
    let reading = reading(definition, union);
    let reading = scope.uses.invoke(reading);
    let mut count: HashMap<&Type, usize> = HashMap::new();
    union.variants.iter().for_each(|variant| *count.entry(&variant.ty).or_default() += 1);
    let checks = union.checked.then(|| alternatives(scope, &name, union));
    let further = derives(scope, definition);
    let conversions = union.variants.iter().filter_map(|variant| {
        let unique = count.get(&variant.ty) == Some(&1);
        // `Value` would be ambiguous with the variant for unknown values; a type cannot convert from itself.
        if !unique || matches!(variant.ty, Type::Value) {
            return None;
        }
        let (ident, ty) = (super::ident(&variant.ident), scope.ty(&variant.ty));
        let inner = if variant.boxed { quote!(Box::new(value)) } else { quote!(value) };
        Some(quote! {
            impl From<#ty> for #name {
                fn from(value: #ty) -> Self {
                    Self::#ident(#inner)
                }
            }
        })
    });
    quote! {
        #docs
        #[derive(Clone, Debug, PartialEq, #further)]
        #[non_exhaustive]
        pub enum #name {
            #(#variants)*
            /// A value that the document does not list, or that matches none of its types.
            Unknown(#value),
        }
        #reading
        #checks
        #(#conversions)*
    }
}

fn newtype(scope: &Scope<'_>, definition: &TypeDef, newtype: &Newtype) -> TokenStream {
    let (serialize, deserialize) = (scope.uses.item("Serialize"), scope.uses.item("Deserialize"));
    let (name, docs, inner) = (ident(&definition.name), doc(&definition.docs), scope.ty(&newtype.ty));
    let default = matches!(newtype.ty, Type::List(_) | Type::Map(_)).then(|| quote!(Default,));
    let (inner, value) = match newtype.boxed {
        true => (quote!(Box<#inner>), quote!(value.into())),
        false => (inner, quote!(value)),
    };
    let further = derives(scope, definition);
    let given = scope.ty(&newtype.ty);
    let checks = newtype.checked.then(|| {
        let (alternative, shape) = (scope.uses.item("alternative"), scope.shape(&newtype.shape));
        let kind = ident(scope.service.kind(&newtype.ty));
        let only = quote!(#alternative(yundb_runtime::shape::Kind::#kind, #shape));
        choice(&name, &[only])
    });
    quote! {
        #docs
        #[derive(Clone, Debug, #default PartialEq, #further #serialize, #deserialize)]
        #[serde(crate = "yundb_runtime::serde")]
        pub struct #name(pub #inner);
        impl yundb_runtime::Single for #name {}
        impl From<#given> for #name {
            fn from(value: #given) -> Self {
                Self(#value)
            }
        }
        #checks
    }
}

/// The macro that decodes and encodes a union.
fn reading(definition: &TypeDef, union: &Union) -> String {
    let either = |values: &[Constant]| values.iter().map(literal).collect::<Vec<_>>().join(" | ");
    let path = |path: &[String]| path.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(" / ");
    let Some(tag) = &union.tag else {
        let entries = union.variants.iter().map(|variant| {
            let marks = variant.marks.iter().map(|mark| format!("{} = {}", path(&mark.path), either(&mark.values)));
            let marks = marks.collect::<Vec<_>>().join(" & ");
            let when = if marks.is_empty() { "" } else { " if " };
            format!("{}{when}{marks}", variant.ident)
        });
        let name = format!("{}{}", definition.name, if union.checked { ", fits" } else { "" });
        return invocation("untagged_union", &name, entries);
    };
    let entries = union.variants.iter().map(|variant| {
        let values = variant.marks.first().map(|mark| either(&mark.values)).unwrap_or_default();
        format!("{} = {values}", variant.ident)
    });
    let text = invocation("tagged_union", &format!("{}, {}", definition.name, path(tag)), entries);
    match union.fallback.and_then(|at| union.variants.get(at)) {
        Some(variant) => format!("{}}} else {});", text.trim_end_matches("});"), variant.ident),
        None => text,
    }
}

/// A constant in docs.
fn plain(constant: &Constant) -> String {
    match constant {
        Constant::Text(text) => text.clone(),
        Constant::Integer(integer) => integer.to_string(),
        Constant::Flag(flag) => flag.to_string(),
    }
}

/// A constant in Rust's syntax.
fn literal(constant: &Constant) -> String {
    match constant {
        Constant::Text(text) => format!("{text:?}"),
        Constant::Integer(integer) if i32::try_from(*integer).is_err() => format!("{integer}i64"),
        constant => plain(constant),
    }
}

/// The table of a union's alternatives, each with its distinguishing properties and checks.
fn alternatives(scope: &Scope<'_>, name: &proc_macro2::Ident, union: &Union) -> TokenStream {
    let rows = union.variants.iter().map(|variant| {
        let alternative = scope.uses.item("alternative");
        let (kind, shape) = (ident(scope.service.kind(&variant.ty)), scope.shape(&variant.shape));
        let marks = variant.marks.iter().map(|mark| {
            let path = &mark.path;
            let values = mark.values.iter().map(|value| scope.constant(value));
            let mark = scope.uses.item("mark");
            quote!(#mark(&[#(#path),*], &[#(#values),*]))
        });
        let marks: Vec<TokenStream> = marks.collect();
        let when = (!marks.is_empty()).then(|| quote!(.when(&[#(#marks),*])));
        let of = scope.service.kind_within(&variant.ty).map(|kind| {
            let kind = ident(kind);
            quote!(.of(yundb_runtime::shape::Kind::#kind))
        });
        quote!(#alternative(yundb_runtime::shape::Kind::#kind, #shape)#of #when)
    });
    choice(name, &rows.collect::<Vec<_>>())
}

fn choice(name: &proc_macro2::Ident, rows: &[TokenStream]) -> TokenStream {
    quote! {
        impl yundb_runtime::shape::Choice for #name {
            const ALTERNATIVES: &'static [yundb_runtime::shape::Alternative] = &[#(#rows),*];
        }
    }
}

/// The enum of bodies that depend on the status.
pub(super) fn outcome(scope: &Scope<'_>, outcome: &Outcome) -> TokenStream {
    let name = ident(&outcome.name);
    let error = scope.uses.item("DecodeError");
    let response = scope.uses.item("RawResponse");
    let streams: Vec<&Case> = outcome.cases.iter().filter(|case| case.payload.is_streamed()).collect();
    let derives = if streams.is_empty() { quote!(Clone, Debug, PartialEq) } else { quote!(Debug) };
    let streams = (!streams.is_empty()).then(|| {
        let statuses = streams.iter().flat_map(|case| notation(&case.statuses));
        quote!(const STREAMS: &'static [u16] = &[#(#statuses),*];)
    });
    let docs = if outcome.error { " The body of an error, by status." } else { " The response, by status." };
    let variants = outcome.cases.iter().map(|case| {
        let media_types: Vec<String> = case.media_types.iter().map(|it| format!("`{it}`")).collect();
        let as_media =
            if media_types.is_empty() { String::new() } else { format!(", as {}", media_types.join(" or ")) };
        let (variant, words) = (ident(&case.variant), format!(" {}{as_media}.", statuses(case)));
        match &case.payload {
            Payload::Empty => quote!(#[doc = #words] #variant,),
            payload => {
                let ty = scope.payload(payload);
                quote!(#[doc = #words] #variant(#ty),)
            }
        }
    });
    // A status may be listed together with its range: they are matched separately, as arms of one range pattern would
    // overlap.
    let ranges = outcome.cases.iter().any(|case| case.statuses.iter().any(|status| matches!(status, Status::Range(_))));
    let subject = if ranges { quote!((response.status(), response.status() / 100)) } else { quote!(response.status()) };
    let arms = outcome.cases.iter().map(|case| {
        let (variant, pattern) = (ident(&case.variant), pattern(case, ranges));
        let guards = case.media_types.iter().map(|media_type| quote!(response.is(#media_type)));
        let pattern = if case.media_types.is_empty() { pattern } else { quote!(#pattern if #(#guards)||*) };
        match &case.payload {
            Payload::Empty => quote!(#pattern => Ok(Self::#variant),),
            Payload::Json(_) => quote!(#pattern => response.json().map(Self::#variant),),
            Payload::Text => quote!(#pattern => response.text().map(Self::#variant),),
            Payload::Stream => quote!(#pattern => Ok(Self::#variant(response.stream())),),
            Payload::Events(_, false) => quote!(#pattern => response.events().map(Self::#variant),),
            Payload::Events(_, true) => quote!(#pattern => response.whole_events().map(Self::#variant),),
            Payload::Lines(_) => quote!(#pattern => response.lines().map(Self::#variant),),
        }
    });
    let takes_all = |case: &Case| case.statuses.is_empty() && case.media_types.is_empty();
    let rest = (!outcome.cases.iter().any(takes_all)).then(|| quote!(_ => response.unexpected(),));
    let from_response = scope.uses.item("FromResponse");
    let index = scope.service.outcomes.iter().position(|other| other.name == outcome.name);
    let aliases = index.map(|index| aliases(scope, Aliased::Outcome(index), &outcome.name));
    quote! {
        #[doc = #docs]
        #[derive(#derives)]
        #[non_exhaustive]
        pub enum #name { #(#variants)* }
        impl #from_response for #name {
            #streams
            fn from_response(response: #response) -> Result<Self, #error> {
                match #subject { #(#arms)* #rest }
            }
        }
        #aliases
    }
}

/// Statuses in the runtime's notation: `2` for every 2XX, `0` for every success.
pub(super) fn notation(statuses: &[Status]) -> Vec<proc_macro2::Literal> {
    let number = |status: &Status| match status {
        Status::Code(code) | Status::Range(code) => *code,
        Status::Default => 0,
    };
    let numbers = if statuses.is_empty() { vec![0] } else { statuses.iter().map(number).collect() };
    numbers.into_iter().map(proc_macro2::Literal::u16_unsuffixed).collect()
}

fn statuses(case: &Case) -> String {
    if case.statuses.is_empty() {
        return "Any other status".to_owned();
    }
    let words: Vec<String> = case
        .statuses
        .iter()
        .map(|status| match status {
            Status::Code(code) => code.to_string(),
            Status::Range(range) => format!("{range}XX"),
            Status::Default => "other".to_owned(),
        })
        .collect();
    format!("Status {}", words.join(", "))
}

fn pattern(case: &Case, ranges: bool) -> TokenStream {
    if case.statuses.is_empty() {
        return quote!(_);
    }
    let number = Literal::u16_unsuffixed;
    let patterns = case.statuses.iter().map(|status| match (*status, ranges) {
        (Status::Code(code), false) => number(code).to_token_stream(),
        (Status::Code(code), true) => {
            let code = number(code);
            quote!((#code, _))
        }
        (Status::Range(range), _) => {
            let range = number(range);
            quote!((_, #range))
        }
        (Status::Default, _) => quote!(_),
    });
    quote!(#(#patterns)|*)
}

impl Scope<'_> {
    /// A constant in the runtime's data.
    pub(super) fn constant(&self, constant: &Constant) -> TokenStream {
        match constant {
            Constant::Text(text) => {
                let function = self.uses.item("text");
                quote!(#function(#text))
            }
            Constant::Integer(integer) => {
                let (function, integer) = (self.uses.item("integer"), Literal::i64_unsuffixed(*integer));
                quote!(#function(#integer))
            }
            Constant::Flag(flag) => {
                let function = self.uses.item("flag");
                quote!(#function(#flag))
            }
        }
    }

    /// A type in Rust's syntax.
    pub(super) fn ty(&self, ty: &Type) -> TokenStream {
        match ty {
            Type::String => quote!(String),
            Type::Bool => quote!(bool),
            Type::I32 => quote!(i32),
            Type::I64 => quote!(i64),
            Type::U64 => quote!(u64),
            Type::I128 => quote!(i128),
            Type::F64 => quote!(f64),
            Type::Secret => {
                let secret = self.uses.item("Secret");
                quote!(#secret)
            }
            Type::Formatted(format) => {
                let (formatted, value) = (self.uses.item("Formatted"), self.uses.item(format.type_name()));
                quote!(#formatted<#value>)
            }
            Type::Value => {
                let value = self.uses.item("Value");
                quote!(#value)
            }
            Type::List(inner) => {
                let inner = self.ty(inner);
                quote!(Vec<#inner>)
            }
            Type::Map(inner) => {
                let (map, inner) = (self.uses.item("BTreeMap"), self.ty(inner));
                quote!(#map<String, #inner>)
            }
            Type::Nullable(inner) => {
                let inner = self.ty(inner);
                quote!(Option<#inner>)
            }
            Type::JsonText(inner) => {
                let (json, inner) = (self.uses.item("JsonText"), self.ty(inner));
                quote!(#json<#inner>)
            }
            Type::Named(id) => {
                let name = self.type_name(*id);
                quote!(#name)
            }
        }
    }

    /// The type of a body.
    pub(super) fn payload(&self, payload: &Payload) -> TokenStream {
        match payload {
            Payload::Empty => quote!(()),
            Payload::Json(ty) => self.ty(ty),
            Payload::Text => quote!(String),
            Payload::Stream => {
                let stream = self.uses.item("ByteStream");
                quote!(#stream)
            }
            Payload::Events(ty, _) => {
                let (stream, ty) = (self.uses.item("EventStream"), self.ty(ty));
                quote!(#stream<#ty>)
            }
            Payload::Lines(ty) => {
                let (lines, ty) = (self.uses.item("JsonLines"), self.ty(ty));
                quote!(#lines<#ty>)
            }
        }
    }

    /// The argument type for a type that callers can give in a convertible form.
    pub(super) fn given(&self, ty: &Type) -> Option<TokenStream> {
        match ty {
            Type::List(inner) => {
                let element = self.ty(inner);
                Some(quote!(impl IntoIterator<Item = impl Into<#element>>))
            }
            _ if self.converts(ty) => {
                let ty = self.ty(ty);
                Some(quote!(impl Into<#ty>))
            }
            _ => None,
        }
    }

    /// Whether callers would usually give a convertible value instead of the type.
    fn converts(&self, ty: &Type) -> bool {
        match ty {
            Type::String | Type::Secret | Type::Formatted(_) | Type::Value | Type::JsonText(_) => true,
            Type::Named(id) => !matches!(self.service.types[*id].kind, TypeKind::Struct(_)),
            _ => false,
        }
    }
}
