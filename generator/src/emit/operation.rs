//! Operations: the client's method, the struct of inputs with its setters, and the data of the call.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::flat::flat;
use super::layout::File;
use super::types::notation;
use super::{Scope, doc, example, ident, pretty, samples};
use crate::lower::model::{
    Body, Inner, Input, InputKind, JobStart, Operation, Paging, PagingStyle, Param, Payload, Place, Protocol,
    ResponseBody, Serialization, Server, ServerVariable, Service, Step, Style, Type, TypeId, Users,
};

/// One operation: `Client::method`, its call, and the facts for the runtime.
pub(super) fn operation(scope: &Scope<'_>, operation: &Operation) -> TokenStream {
    let client = scope.uses.client();
    let (method, name) = (ident(&operation.method_name), ident(&operation.type_name));
    let lines = [operation.docs.clone(), example::docs(scope.service, operation)].concat();
    let (docs, samples) = (doc(&lines), samples(operation));
    let aliases = search_terms(operation).map(|alias| quote!(#[doc(alias = #alias)]));
    let deprecated = operation.deprecated.as_ref().map(|note| quote!(#[deprecated(note = #note)]));
    let arguments = operation.arguments.iter().map(|input| {
        let name = ident(&input.ident);
        let given = scope.input(input, &name).0;
        quote!(#name: #given)
    });
    let filled = operation.arguments.iter().map(|input| scope.input(input, &ident(&input.ident)).1);
    let setters = operation.setters.iter().map(|input| scope.setter(input));
    let setters = (!operation.setters.is_empty()).then(|| quote!(impl #name { #(#setters)* }));
    let representations = representations(scope, operation);
    let call = call(scope, operation);
    let paged = operation.paging.as_ref().map(|paging| self::paging(scope, operation, paging));
    quote! {
        impl #client {
            #docs
            #samples
            #(#aliases)*
            #deprecated
            pub fn #method(&self, #(#arguments),*) -> #name {
                #name(self.call(#name::SPEC) #(#filled)*)
            }
        }
        #setters
        #call
        #representations
        #paged
    }
}

/// The names under which the method is not found by its own, as searches ignore case and underscores.
fn search_terms(operation: &Operation) -> impl Iterator<Item = &String> {
    let term = |name: &str| name.replace('_', "").to_lowercase();
    let mut known = BTreeSet::from([term(operation.method_name.trim_start_matches("r#"))]);
    operation.aliases.iter().filter(move |alias| known.insert(term(alias)))
}

/// Includes the samples below an operation's docs, from a file of their own. The path begins at the crate's folder;
/// [`super::layout`] completes it.
fn samples(operation: &Operation) -> Option<TokenStream> {
    let path = samples::path(operation);
    samples::any(operation).then(|| quote!(#[doc = include_str!(#path)]))
}

/// The constants of an operation's other representations.
fn representations(scope: &Scope<'_>, operation: &Operation) -> Option<TokenStream> {
    let constants = operation.representations.iter().map(|it| {
        let representation = scope.uses.item("Representation");
        let (name, docs, media_type) = (ident(&it.name), doc(&it.docs), &it.media_type);
        let ty = scope.body_type(&it.body, None);
        let constructor = match &it.body {
            ResponseBody::One(Payload::Text) => quote!(text),
            ResponseBody::One(Payload::Events(_, true)) => quote!(whole_events),
            _ => quote!(new),
        };
        let statuses = (!it.statuses.is_empty()).then(|| {
            let statuses = notation(&it.statuses);
            quote!(.statuses(&[#(#statuses),*]))
        });
        quote!(#docs pub const #name: #representation<#ty> = #representation::#constructor(#media_type)#statuses;)
    });
    let name = ident(&operation.type_name);
    (!operation.representations.is_empty()).then(|| quote!(impl #name { #(#constants)* }))
}

/// How an operation is addressed and sent, without the job that it starts.
pub(super) fn spec(scope: &Scope<'_>, operation: &Operation) -> TokenStream {
    let spec = scope.uses.item("Spec");
    let (wire, method, path) = (&operation.name, &operation.method, &operation.template);
    let mut chain = quote!(#spec::new(#wire, #method, #path));
    if !operation.params.is_empty() {
        let params = operation.params.iter().map(|param| self::param(scope, param));
        chain = quote!(#chain.params(&[#(#params),*]));
    }
    if let Some(Body { media_type, required, shape }) = &operation.body {
        chain = quote!(#chain.body(#media_type, #required));
        if *shape != Default::default() {
            let shape = scope.shape(shape);
            chain = quote!(#chain.body_shape(#shape));
        }
    }
    if !operation.accept.is_empty() {
        let accept = &operation.accept;
        chain = quote!(#chain.accept(#accept));
    }
    if !operation.others.is_empty() {
        let others = &operation.others;
        chain = quote!(#chain.others(&[#(#others),*]));
    }
    if let Some(security) = &operation.security {
        let alternatives = alternatives(security);
        chain = quote!(#chain.security(&[#alternatives]));
    }
    if !operation.servers.is_empty() {
        let servers = servers(scope, &operation.servers);
        chain = quote!(#chain.servers(&[#servers]));
    }
    if let Some(idempotent) = operation.idempotent {
        chain = quote!(#chain.idempotent(#idempotent));
    }
    chain
}

/// The type of an operation's calls, and how they are sent and read.
fn call(scope: &Scope<'_>, operation: &Operation) -> TokenStream {
    let mut spec = self::spec(scope, operation);
    if let Some(JobStart { id, kind }) = &operation.job {
        let job = ident(&scope.service.jobs[*kind].name);
        spec = quote!(#spec.job(#id, &crate::client::#job));
    }
    // `Self::SPEC` is an item of the trait.
    scope.uses.item("Operation");
    let spec = pretty::lay_out(&flat(&spec), 4, 4, 0);
    let (name, method) = (&operation.type_name, &operation.method_name);
    let presigned = if scope.service.protocol == Protocol::AliyunRpc { ", presigned_url" } else { "" };
    let result = scope.result(operation, true);
    scope
        .uses
        .invoke(format!("yundb_runtime::operation! {{\n    {name}: {method} -> {result}{presigned};\n    {spec}\n}}"))
}

pub(super) fn param(scope: &Scope<'_>, param: &Param) -> TokenStream {
    let shape = scope.shape(&param.shape);
    let name = &param.name;
    let (function, with_name) = match param.place {
        Place::Path => ("path", true),
        Place::Query => ("query", true),
        Place::QueryString => ("query_string", true),
        Place::Header => ("header", true),
        Place::Cookie => ("cookie", true),
        Place::Field => ("field", true),
        Place::Form => ("form", true),
        Place::Part => ("part", true),
        Place::Body => ("body", false),
    };
    let function = scope.uses.item(if param.header_of.is_some() { "part_header" } else { function });
    let mut out = match &param.header_of {
        Some(field) => quote!(#function(#field, #name, #shape)),
        None if with_name => quote!(#function(#name, #shape)),
        None => quote!(#function(#shape)),
    };
    if param.required && param.place != Place::Path {
        out = quote!(#out.required());
    }
    if let Some(Serialization { style, explode }) = param.style {
        let (styles, style) = (scope.uses.item("Style"), ident(style_name(style)));
        out = quote!(#out.style(#styles::#style, #explode));
    }
    if param.allow_reserved {
        out = quote!(#out.allow_reserved());
    }
    if param.json {
        out = quote!(#out.json());
    }
    if param.spread {
        out = quote!(#out.spread());
    }
    if let Some(media_type) = &param.media_type {
        out = quote!(#out.media_type(#media_type));
    }
    if let Some(client) = &param.client {
        out = quote!(#out.client(#client));
    }
    if let Some(constant) = &param.constant {
        let constant = scope.constant(constant);
        out = quote!(#out.constant(#constant));
    }
    out
}

fn style_name(style: Style) -> &'static str {
    match style {
        Style::Simple => "Simple",
        Style::Label => "Label",
        Style::Matrix => "Matrix",
        Style::Form => "Form",
        Style::SpaceDelimited => "SpaceDelimited",
        Style::PipeDelimited => "PipeDelimited",
        Style::DeepObject => "DeepObject",
        Style::Cookie => "Cookie",
    }
}

fn place_name(place: Place) -> &'static str {
    match place {
        Place::Path => "Path",
        Place::Query => "Query",
        Place::QueryString => "QueryString",
        Place::Header => "Header",
        Place::Cookie => "Cookie",
        Place::Field => "Field",
        Place::Form => "Form",
        Place::Part => "Part",
        Place::Body => "Body",
    }
}

fn paging(scope: &Scope<'_>, operation: &Operation, paging: &Paging) -> TokenStream {
    let data = scope.uses.item("Paging");
    let item = scope.ty(&paging.item);
    let (position, first) = (&paging.position, Literal::i64_unsuffixed(paging.first));
    let mut chain = match paging.style {
        PagingStyle::Offset => quote!(#data::offset(#position, #first)),
        PagingStyle::Page => quote!(#data::page(#position, #first)),
        PagingStyle::Token => quote!(#data::token(#position)),
        PagingStyle::NumberToken => quote!(#data::number_token(#position)),
    };
    if let Some(size) = &paging.size {
        chain = quote!(#chain.size(#size));
    }
    if let Some(total) = &paging.total {
        chain = quote!(#chain.total(#total));
    }
    if let Some(next) = &paging.next {
        chain = quote!(#chain.next(#next));
    }
    let items = items(scope, &paging.items);
    let text = format!(
        "yundb_runtime::paged! {{\n    {} -> {}, {};\n    {};\n    |page| {}\n}}",
        operation.type_name,
        flat(&item),
        scope.result(operation, false),
        pretty::lay_out(&flat(&chain), 4, 4, 1),
        pretty::lay_out(&flat(&items), 4, 11, 0),
    );
    scope.uses.invoke(text)
}

/// The expression that extracts the items from a page.
fn items(scope: &Scope<'_>, steps: &[Step]) -> TokenStream {
    let mut out = quote!(page);
    // After an optional step, the following ones are nested in a closure.
    let mut open = false;
    for step in steps {
        let field = ident(&step.ident);
        let json = step.json_text;
        let json_text = json.then(|| scope.uses.item("JsonText"));
        out = match (open, step.optional, json) {
            (false, _, false) => quote!(#out.#field),
            (false, true, true) => quote!(#out.#field.and_then(#json_text::into_value)),
            (false, false, true) => quote!(#out.#field.into_value()),
            (true, true, false) => quote!(#out.and_then(|inner| inner.#field)),
            (true, false, false) => quote!(#out.map(|inner| inner.#field)),
            (true, true, true) => quote!(#out.and_then(|inner| inner.#field).and_then(#json_text::into_value)),
            (true, false, true) => quote!(#out.and_then(|inner| inner.#field.into_value())),
        };
        open = open || step.optional || json;
    }
    if open { quote!(#out.unwrap_or_default()) } else { out }
}

/// Alternatives of security schemes.
pub(super) fn alternatives(alternatives: &[Vec<String>]) -> TokenStream {
    let alternatives = alternatives.iter().map(|schemes| quote!(&[#(#schemes),*]));
    quote!(#(#alternatives),*)
}

/// Addresses.
pub(super) fn servers(scope: &Scope<'_>, servers: &[Server]) -> TokenStream {
    let servers = servers.iter().map(|server| {
        let server_type = scope.uses.item("Server");
        let url = &server.url;
        let region = match &server.region {
            Some(region) => quote!(Some(#region)),
            None => quote!(None),
        };
        let variables = server.variables.iter().map(|ServerVariable { name, default, values }| {
            let variable = scope.uses.item("Variable");
            quote!(#variable { name: #name, default: #default, values: &[#(#values),*] })
        });
        quote!(#server_type { url: #url, region: #region, variables: &[#(#variables),*] })
    });
    quote!(#(#servers),*)
}

/// The definitions that an operation refers to and that belong to a file, nearest first, without those in `seen`.
pub(super) fn types_of(
    service: &Service,
    file: File,
    operation: &Operation,
    seen: &mut BTreeSet<TypeId>,
) -> Vec<TypeId> {
    let mut found = Vec::new();
    let inputs = operation.arguments.iter().chain(&operation.setters);
    let forms = forms_of(operation).into_iter().flat_map(|form| &service.forms[form].fields);
    let given = inputs.chain(forms).filter_map(|input| input.kind.ty());
    let payloads = operation.outputs().flat_map(|body| match body {
        ResponseBody::One(payload) => vec![payload],
        ResponseBody::ByStatus(index) => service.outcomes[*index].cases.iter().map(|case| &case.payload).collect(),
    });
    let received = payloads.filter_map(Payload::ty);
    let headers = operation.headers.map(Type::Named);
    for ty in given.chain(received).chain(&headers) {
        collect(service, file, ty, seen, &mut found);
    }
    found
}

fn collect(service: &Service, file: File, ty: &Type, seen: &mut BTreeSet<TypeId>, found: &mut Vec<TypeId>) {
    // Iterative, as chains of types can have thousands of links.
    let mut open: Vec<TypeId> = ty.innermost().into_iter().collect();
    while let Some(id) = open.pop() {
        // Types defined elsewhere refer to no types of this file, as their users would use these, too.
        if !file.contains(service.types[id].users) || !seen.insert(id) {
            continue;
        }
        found.push(id);
        let next = service.types[id].kind.inner_types().filter_map(Type::innermost);
        let first = open.len();
        open.extend(next);
        open[first..].reverse();
    }
}

/// The forms of an operation that can replace another body.
pub(super) fn forms_of(operation: &Operation) -> Vec<usize> {
    let forms = operation.setters.iter().filter_map(|input| match &input.kind {
        InputKind::Form(_, form) => Some(*form),
        _ => None,
    });
    forms.collect()
}

/// The bodies by status in an operation's responses.
pub(super) fn outcomes_of(operation: &Operation) -> Vec<usize> {
    let by_status = |body: &ResponseBody| match body {
        ResponseBody::ByStatus(index) => Some(*index),
        ResponseBody::One(_) => None,
    };
    operation.outputs().filter_map(by_status).collect()
}

impl Scope<'_> {
    /// The output of `send`, in the syntax of the runtime's macros, optionally with the method that reads it.
    fn result(&self, operation: &Operation, reading: bool) -> String {
        let headers = self.headers(operation).map(|name| quote!(, #name));
        let (output, error) = self.responses(operation);
        // The types of JSON, streams and bodies by status determine how they are read.
        let read_as = |body: &ResponseBody| match body {
            ResponseBody::One(Payload::Text) if reading => " as text",
            ResponseBody::One(Payload::Empty) if reading => " as empty",
            ResponseBody::One(Payload::Events(_, true)) if reading => " as whole_events",
            _ => "",
        };
        let (output, error) = (flat(&quote!(Response<#output #headers>)), flat(&quote!(CallError<#error>)));
        format!("{output}{}, {error}{}", read_as(&operation.output), read_as(&operation.error))
    }

    /// The types of a success and an error.
    fn responses(&self, operation: &Operation) -> (TokenStream, TokenStream) {
        let names = &operation.own_names;
        (
            self.body_type(&operation.output, names.output.as_ref()),
            self.body_type(&operation.error, names.error.as_ref()),
        )
    }

    fn body_type(&self, body: &ResponseBody, own_name: Option<&String>) -> TokenStream {
        match body {
            ResponseBody::One(Payload::Json(Type::Named(id))) => self.own_name(*id, own_name),
            ResponseBody::One(payload) => self.payload(payload),
            ResponseBody::ByStatus(index) => {
                let outcome = &self.service.outcomes[*index];
                self.named(own_name.unwrap_or(&outcome.name), outcome.users)
            }
        }
    }

    /// The type of the headers.
    fn headers(&self, operation: &Operation) -> Option<TokenStream> {
        Some(self.own_name(operation.headers?, None))
    }

    /// A type, by the operation's own name for it.
    fn own_name(&self, id: TypeId, own_name: Option<&String>) -> TokenStream {
        let definition = &self.service.types[id];
        self.named(own_name.unwrap_or(&definition.name), definition.users)
    }

    /// The name of a definition with these users.
    fn named(&self, name: &str, users: Users) -> TokenStream {
        self.uses.named(name, users);
        let name = ident(name);
        quote!(#name)
    }

    /// A setter of a call or a form.
    pub(super) fn setter(&self, input: &Input) -> TokenStream {
        // The setter's name would be redundant as the argument's, and most setters fit on a line this way.
        let (name, value) = (ident(&input.ident), ident("value"));
        let docs = doc(&input.docs);
        let deprecated = input.deprecated.then(|| quote!(#[deprecated]));
        let further = match &input.kind {
            InputKind::JsonOf(..) => quote!(media_type: impl Into<String>,),
            _ => TokenStream::new(),
        };
        let (generics, given, step) = match self.optional(input, &value) {
            Some((given, step)) if given.to_string() == "Integer" => (TokenStream::new(), quote!(impl #given), step),
            Some((given, step)) => {
                let argument = self.uses.item("Argument");
                (quote!(<M>), quote!(impl #argument<#given, M>), step)
            }
            None => {
                let (given, step) = self.input(input, &value);
                (TokenStream::new(), given, step)
            }
        };
        quote! {
            #docs
            #deprecated
            pub fn #name #generics(self, #further #value: #given) -> Self {
                Self(self.0 #step)
            }
        }
    }

    /// For a setter whose argument can be `None`: the type of the argument, or `Integer`, and the expression that
    /// passes it on.
    fn optional(&self, input: &Input, name: &Ident) -> Option<(TokenStream, TokenStream)> {
        let wire = &input.wire;
        Some(match &input.kind {
            InputKind::Value(ty @ (Type::I32 | Type::I64 | Type::U64 | Type::I128), false) if input.place.is_none() => {
                let (integer, ty) = (self.uses.item("Integer"), self.ty(ty));
                (integer, quote!(.integer::<#ty>(#wire, #name)))
            }
            InputKind::Value(ty, nullable) => {
                let ty = self.ty(ty);
                let ty = if *nullable { quote!(Option<#ty>) } else { ty };
                (ty, self.hand_on(input.place, wire, name))
            }
            InputKind::PartHeader(field, ty) => {
                let places = self.uses.item("Place");
                (self.ty(ty), quote!(.argument_in(#places::PartHeader(#field), #wire, #name)))
            }
            InputKind::JsonText(ty) => {
                let (json, ty) = (self.uses.item("JsonText"), self.ty(ty));
                (quote!(#json<#ty>), quote!(.json_text(#wire, #name)))
            }
            InputKind::Part => {
                let part = self.uses.item("Part");
                (quote!(#part), quote!(.part(#wire, #name)))
            }
            InputKind::Parts => {
                let part = self.uses.item("Part");
                (quote!(Vec<#part>), quote!(.parts(#wire, #name)))
            }
            _ => return None,
        })
    }

    fn hand_on(&self, place: Option<Place>, wire: &str, name: &Ident) -> TokenStream {
        match place {
            Some(place) => {
                let (places, place) = (self.uses.item("Place"), ident(place_name(place)));
                quote!(.argument_in(#places::#place, #wire, #name))
            }
            None => quote!(.argument(#wire, #name)),
        }
    }

    /// The type of an argument of the client's method, and the expression that passes it to the call.
    fn input(&self, input: &Input, name: &Ident) -> (TokenStream, TokenStream) {
        let wire = &input.wire;
        let set = |value: TokenStream| match input.place {
            Some(place) => {
                let (places, place) = (self.uses.item("Place"), ident(place_name(place)));
                quote!(.set_in(#places::#place, #wire, #value))
            }
            None => quote!(.set(#wire, #value)),
        };
        match &input.kind {
            InputKind::Value(ty, true) => {
                let ty = self.ty(ty);
                (quote!(impl Into<Option<#ty>>), set(quote!(Into::<Option<#ty>>::into(#name))))
            }
            InputKind::Value(Type::String, false) if input.place.is_none() => {
                (quote!(impl Into<String>), quote!(.text(#wire, #name)))
            }
            InputKind::Value(ty, false) => match self.given(ty) {
                Some(given) => {
                    let ty = self.ty(ty);
                    let step = match input.place {
                        Some(place) => {
                            let (places, place) = (self.uses.item("Place"), ident(place_name(place)));
                            quote!(.argument_in::<#ty, _>(#places::#place, #wire, #name))
                        }
                        None => quote!(.argument::<#ty, _>(#wire, #name)),
                    };
                    (given, step)
                }
                None => (self.ty(ty), set(quote!(#name))),
            },
            InputKind::Optional(ty, nullable) => {
                let ty = self.ty(ty);
                let ty = if *nullable { quote!(Option<#ty>) } else { ty };
                let step = match input.place {
                    Some(place) => {
                        let (places, place) = (self.uses.item("Place"), ident(place_name(place)));
                        quote!(.set_some_in::<#ty>(#places::#place, #wire, #name))
                    }
                    None => quote!(.set_some::<#ty>(#wire, #name)),
                };
                (quote!(impl Into<Option<#ty>>), step)
            }
            InputKind::PartHeader(field, ty) => {
                let (places, ty) = (self.uses.item("Place"), self.ty(ty));
                (quote!(impl Into<#ty>), quote!(.argument_in::<#ty, _>(#places::PartHeader(#field), #wire, #name)))
            }
            InputKind::JsonText(ty) => {
                let (json, ty) = (self.uses.item("JsonText"), self.ty(ty));
                (quote!(impl Into<#json<#ty>>), quote!(.json_text::<#ty, _>(#wire, #name)))
            }
            InputKind::Part => {
                let part = self.uses.item("Part");
                (quote!(impl Into<#part>), quote!(.part(#wire, #name)))
            }
            InputKind::Parts => {
                let part = self.uses.item("Part");
                (quote!(impl IntoIterator<Item = impl Into<#part>>), quote!(.parts(#wire, #name)))
            }
            InputKind::NamedParts => {
                let part = self.uses.item("Part");
                let given = quote!(impl IntoIterator<Item = (impl Into<String>, impl Into<#part>)>);
                (given, quote!(.named_parts(#wire, #name)))
            }
            InputKind::Raw => {
                let body = self.uses.item("RequestBody");
                (quote!(impl Into<#body>), quote!(.body(#name)))
            }
            InputKind::RawAs(media_type) => {
                let body = self.uses.item("RequestBody");
                (quote!(impl Into<#body>), quote!(.body_as(#media_type, #name)))
            }
            InputKind::Form(media_type, form) => {
                let form = self.form_name(*form);
                (quote!(#form), quote!(.form_as(#media_type, #name)))
            }
            InputKind::ValueAs(media_type, params, shape, ty) => {
                let fields = params.iter().map(|param| self::param(self, param));
                let fields = quote!(&[#(#fields),*]);
                let fields = if params.is_empty() { fields } else { quote!(const { #fields }) };
                let (ty, shape) = (self.ty(ty), self.shape(shape));
                (ty, quote!(.value_as(#media_type, #fields, const { &#shape }, #name)))
            }
            InputKind::JsonOf(range, shape, ty) => {
                let (ty, shape) = (self.ty(ty), self.shape(shape));
                (ty, quote!(.json_of(#range, media_type, const { &#shape }, #name)))
            }
            InputKind::JsonAs(media_type, shape, ty) => {
                let within = !shape.rules.is_empty() || !matches!(shape.inner, Inner::None | Inner::Object(_));
                let (ty, shape) = (self.ty(ty), self.shape(shape));
                // Only in an item do temporaries within a shape live long enough.
                let shape = match within {
                    true => quote!({ const SHAPE: &yundb_runtime::shape::Shape = &#shape; SHAPE }),
                    false => quote!(const { &#shape }),
                };
                (ty, quote!(.json_as(#media_type, #shape, #name)))
            }
        }
    }
}
