//! Types: structs with setters and checks, open enums, unions, tuples, bodies by status.

mod tuples;

use std::collections::{BTreeSet, HashMap};

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens as _, quote};

use super::code::{Code, NARROW, block, list, text};
use super::flat::flat;
use super::{EmitError, Scope, comment, doc, ident, pretty, print};
use crate::lower::model::{
    Aliased, Case, Constant, Field, Newtype, Outcome, Payload, Presence, Status, Struct, Type, TypeDef, TypeId,
    TypeKind, Union, Variant,
};
use crate::lower::{code, renamed};

/// A type's definition and its implementations, item by item.
pub(super) fn definition(scope: &Scope<'_>, id: TypeId) -> Result<Vec<String>, EmitError> {
    let definition = &scope.service.types[id];
    let printed = |tokens: TokenStream| Ok(vec![print(scope.uses, tokens)?]);
    let mut items = match &definition.kind {
        TypeKind::Struct(body) => structure(scope, definition, body)?,
        TypeKind::StringEnum(variants) => vec![enumeration(scope, definition, variants, "string_enum")],
        TypeKind::IntegerEnum(variants) => vec![enumeration(scope, definition, variants, "integer_enum")],
        TypeKind::Union(union) => printed(self::union(scope, definition, union))?,
        TypeKind::Tuple(tuple) => printed(tuples::definition(scope, definition, tuple))?,
        TypeKind::Newtype(newtype) => printed(self::newtype(scope, definition, newtype))?,
        TypeKind::Own(path) => printed(own(scope, definition, path))?,
    };
    items.extend(aliases(scope, Aliased::Type(id), &definition.name));
    Ok(items)
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
fn aliases(scope: &Scope<'_>, of: Aliased, name: &str) -> impl Iterator<Item = String> {
    let aliases = scope.service.aliases.get(&of).into_iter().flatten();
    aliases.map(move |alias| format!("/// The same as [`{name}`].\npub type {alias} = {name};"))
}

fn structure(scope: &Scope<'_>, definition: &TypeDef, body: &Struct) -> Result<Vec<String>, EmitError> {
    let checks = body.checked.then(|| checks(scope, &definition.name, body));
    let definition = match definition.input {
        true => setters(scope, definition, body),
        false => record(scope, definition, body)?,
    };
    Ok([definition].into_iter().chain(checks).collect())
}

/// A struct that only services return.
fn record(scope: &Scope<'_>, definition: &TypeDef, body: &Struct) -> Result<String, EmitError> {
    let record = scope.uses.item("Record");
    let default = if body.default { "Default, " } else { "" };
    let further = flat(&derives(scope, definition));
    let further = if further.is_empty() { further } else { format!("{further} ") };
    let mut out = format!("#[derive(Clone, Debug, {default}PartialEq, {further}{record})]\n");
    // For a required field it would invent a value.
    let container_default = body.fields.iter().any(|field| field.presence == Presence::Empty)
        && body.fields.iter().all(|field| field.presence != Presence::Always);
    let rename_all = body.rename_all.map(|rule| format!("rename_all = {}", text(rule)));
    out.push_str(&serde(rename_all.into_iter().chain(container_default.then(|| "default".to_owned())), ""));
    out.push_str(&format!("#[non_exhaustive]\npub struct {} {{", definition.name));
    let head = out.len();
    for field in &body.fields {
        out.push_str(&self::field(scope, body, field, container_default));
    }
    if let Some(ty) = &body.additional {
        let (map, ty, name) = (scope.uses.item("BTreeMap"), scope.ty(ty), &body.additional_ident);
        out.push_str("    /// Further fields, by name.\n    #[serde(flatten)]\n");
        out.push_str(&format!("    pub {name}: {map}<String, {ty}>,\n"));
    }
    if out.len() > head {
        out.insert(head, '\n');
    }
    out.push('}');
    let printed = |code: &str| print(scope.uses, code.parse().map_err(|error| EmitError(format!("{error}")))?);
    // `prettyplease` breaks long types.
    if out.lines().any(|line| line.len() > NARROW && line.starts_with("    pub ")) {
        out = printed(&out)?;
    }
    #[cfg(test)]
    assert_eq!(out.trim_end(), printed(&out)?.trim_end());
    Ok(format!("{}{}", comment(&definition.docs, 0), out.trim_end()))
}

fn field(scope: &Scope<'_>, body: &Struct, field: &Field, container_default: bool) -> String {
    let ty = scope.ty(&field.ty);
    let ty = if field.boxed { format!("Box<{ty}>").into() } else { ty };
    let ty = match field.presence {
        Presence::Always | Presence::Empty => ty,
        Presence::Optional => format!("Option<{ty}>").into(),
        Presence::Nullable => format!("Option<Option<{ty}>>").into(),
    };
    let renamed = field_name(body, field).map(|wire| format!("rename = {}", text(wire)));
    let default = field.presence == Presence::Empty && !container_default;
    let attribute = serde(renamed.into_iter().chain(default.then(|| "default".to_owned())), "    ");
    format!("{}{attribute}    pub {}: {ty},\n", comment(&field.docs, 4), field.ident)
}

/// serde's attribute with these arguments, if there are any.
fn serde(arguments: impl Iterator<Item = String>, margin: &str) -> String {
    let arguments = list(arguments);
    if arguments.is_empty() { arguments } else { format!("{margin}#[serde({arguments})]\n") }
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
        let mut ty = scope.ty(&field.ty);
        if field.boxed {
            ty = format!("Box<{ty}>").into();
        }
        if field.presence == Presence::Nullable {
            ty = format!("Option<{ty}>").into();
        }
        let default = constant(scope, field).map(|constant| format!(" = {constant}")).unwrap_or_default();
        out.push_str(&format!("        pub {}: Option<{ty}>{default},\n", field.ident));
    }
    let additional = body.additional.as_ref().map(|ty| {
        let (map, ty) = (scope.uses.item("BTreeMap"), scope.ty(ty));
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

fn checks(scope: &Scope<'_>, name: &str, body: &Struct) -> String {
    let (object, field_type) = (scope.uses.item("Object"), scope.uses.item("Field"));
    let rows = body.fields.iter().filter_map(|field| {
        let must = field.required && !field.read_only;
        if !must && field.shape == Default::default() {
            return None;
        }
        Some(scope.row(&field.wire, must, &field.shape))
    });
    let constant =
        |head: String, all: String| format!("    {};", pretty::lay_out(&format!("const {head} = &[{all}]"), 4, 4, 1));
    let mut constants = vec![constant(format!("FIELDS: &'static [{field_type}]"), list(rows))];
    if !body.rules.is_empty() {
        let rules = list(body.rules.iter().map(|rule| scope.rule(rule)));
        constants.push(constant("RULES: &'static [yundb_runtime::shape::Rule]".to_owned(), rules));
    }
    block(&format!("impl {object} for {name}"), &constants)
}

fn enumeration<T: std::fmt::Debug>(
    scope: &Scope<'_>,
    definition: &TypeDef,
    variants: &[Variant<T>],
    macro_name: &str,
) -> String {
    let variants = variants.iter().map(|variant| {
        let alias = variant.alias.as_ref().map(|alias| format!("        #[doc(alias = {alias:?})]\n"));
        let alias = alias.unwrap_or_default();
        format!("{}{alias}        {} = {:?},\n", comment(&variant.docs, 8), variant.ident, variant.value)
    });
    format!(
        "yundb_runtime::{macro_name}! {{\n{}{}    pub enum {} {{\n{}    }}\n}}",
        comment(&definition.docs, 4),
        derive_line(scope, definition),
        definition.name,
        variants.collect::<String>()
    )
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
        let ty = if variant.boxed { quote!(Box<#ty>) } else { ty.tokens() };
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
        false => (inner.tokens(), quote!(value)),
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
pub(super) fn outcome(scope: &Scope<'_>, outcome: &Outcome) -> Result<Vec<String>, EmitError> {
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
    let aliases = index.into_iter().flat_map(|index| aliases(scope, Aliased::Outcome(index), &outcome.name));
    let definition = quote! {
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
    };
    Ok([print(scope.uses, definition)?].into_iter().chain(aliases).collect())
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
    pub(super) fn constant(&self, constant: &Constant) -> Code {
        let (function, value) = match constant {
            Constant::Text(it) => ("text", text(it).to_string()),
            Constant::Integer(integer) => ("integer", integer.to_string()),
            Constant::Flag(flag) => ("flag", flag.to_string()),
        };
        format!("{}({value})", self.uses.item(function)).into()
    }

    /// A type in Rust's syntax.
    pub(super) fn ty(&self, ty: &Type) -> Code {
        match ty {
            Type::String => "String".into(),
            Type::Bool => "bool".into(),
            Type::I32 => "i32".into(),
            Type::I64 => "i64".into(),
            Type::U64 => "u64".into(),
            Type::I128 => "i128".into(),
            Type::F64 => "f64".into(),
            Type::Secret => self.uses.item("Secret"),
            Type::Formatted(format) => {
                format!("{}<{}>", self.uses.item("Formatted"), self.uses.item(format.type_name())).into()
            }
            Type::Value => self.uses.item("Value"),
            Type::List(inner) => format!("Vec<{}>", self.ty(inner)).into(),
            Type::Map(inner) => format!("{}<String, {}>", self.uses.item("BTreeMap"), self.ty(inner)).into(),
            Type::Nullable(inner) => format!("Option<{}>", self.ty(inner)).into(),
            Type::JsonText(inner) => format!("{}<{}>", self.uses.item("JsonText"), self.ty(inner)).into(),
            Type::Named(id) => self.type_name(*id),
        }
    }

    /// The type of a body.
    pub(super) fn payload(&self, payload: &Payload) -> Code {
        match payload {
            Payload::Empty => "()".into(),
            Payload::Json(ty) => self.ty(ty),
            Payload::Text => "String".into(),
            Payload::Stream => self.uses.item("ByteStream"),
            Payload::Events(ty, _) => format!("{}<{}>", self.uses.item("EventStream"), self.ty(ty)).into(),
            Payload::Lines(ty) => format!("{}<{}>", self.uses.item("JsonLines"), self.ty(ty)).into(),
        }
    }

    /// The argument type for a type that callers can give in a convertible form.
    pub(super) fn given(&self, ty: &Type) -> Option<Code> {
        match ty {
            Type::List(inner) => Some(format!("impl IntoIterator<Item = impl Into<{}>>", self.ty(inner)).into()),
            _ if self.converts(ty) => Some(format!("impl Into<{}>", self.ty(ty)).into()),
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
