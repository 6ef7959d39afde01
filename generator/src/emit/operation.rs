//! Operations as emitted: the client's method, the struct of inputs with its setters, and the data of the call.

use std::collections::BTreeSet;

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::types::{notation, written};
use super::{Scope, doc, ident};
use crate::lower::model::{
    Answer, Body, Inner, Input, InputKind, JobStart, Operation, Paging, PagingStyle, Param, Payload, Place,
    Serialization, Server, ServerVariable, Step, Style, Type, TypeId, Users,
};

/// One operation: `Client::method`, its call, what the runtime needs to know of it.
pub(super) fn operation(scope: &Scope<'_>, operation: &Operation) -> TokenStream {
    let client = scope.uses.client();
    let call = scope.uses.item("Call");
    let (method, name) = (ident(&operation.method_name), ident(&operation.type_name));
    let docs = doc(&operation.docs);
    let aliases = operation.aliases.iter().map(|alias| quote!(#[doc(alias = #alias)]));
    let deprecated = operation.deprecated.as_ref().map(|note| quote!(#[deprecated(note = #note)]));
    let arguments = operation.arguments.iter().map(|input| {
        let name = ident(&input.ident);
        let given = scope.input(input).0;
        quote!(#name: #given)
    });
    let filled = operation.arguments.iter().map(|input| scope.input(input).1);
    let setters = operation.setters.iter().map(|input| scope.setter(input));
    let setters = (!operation.setters.is_empty()).then(|| quote!(impl #name { #(#setters)* }));
    let call_docs =
        format!(" The input of [`Client::{0}`](crate::Client::{0}).", operation.method_name.trim_start_matches("r#"));
    let representations = representations(scope, operation);
    let data = data(scope, operation);
    let result = scope.result(operation);
    let methods = scope.uses.invoke(format!("yundb_runtime::operation_methods!({} => {result});", operation.type_name));
    let paged = operation.paging.as_ref().map(|paging| self::paging(scope, operation, paging));
    quote! {
        impl #client {
            #docs
            #(#aliases)*
            #deprecated
            pub fn #method(&self, #(#arguments),*) -> #name {
                #name(self.call(#name::SPEC) #(#filled)*)
            }
        }
        #[doc = #call_docs]
        #[derive(Clone, Debug)]
        #[must_use = "nothing is sent before `send`"]
        pub struct #name(#call);
        #representations
        #setters
        #data
        #methods
        #paged
    }
}

/// The constants of an operation's other representations.
fn representations(scope: &Scope<'_>, operation: &Operation) -> Option<TokenStream> {
    let constants = operation.representations.iter().map(|it| {
        let representation = scope.uses.item("Representation");
        let (name, docs, media_type) = (ident(&it.name), doc(&it.docs), &it.media_type);
        let ty = scope.answer(&it.answer, None);
        let constructor = match &it.answer {
            Answer::One(Payload::Text) => quote!(text),
            Answer::One(Payload::Events(_, true)) => quote!(whole_events),
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

/// How an operation is addressed and sent, but for the job that it begins.
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

fn data(scope: &Scope<'_>, operation: &Operation) -> TokenStream {
    let (trait_name, spec) = (scope.uses.item("Operation"), scope.uses.item("Spec"));
    let name = ident(&operation.type_name);
    let mut chain = self::spec(scope, operation);
    if let Some(JobStart { id, kind }) = &operation.job {
        let job = ident(&scope.service.jobs[*kind].name);
        chain = quote!(#chain.job(#id, &crate::client::#job));
    }
    let (output, error) = scope.answers(operation);
    let headers = scope.headers(operation).unwrap_or_else(|| quote!(()));
    // JSON, streams and bodies by status read themselves.
    let reading = |payload: &Answer| match payload {
        Answer::One(Payload::Text) => Some(quote!(response.text())),
        Answer::One(Payload::Empty) => Some(quote!(response.empty())),
        Answer::One(Payload::Events(_, true)) => Some(quote!(response.whole_events())),
        _ => None,
    };
    let method = |name: TokenStream, output: TokenStream, body: TokenStream| {
        let (response, decode_error) = (scope.uses.item("RawResponse"), scope.uses.item("DecodeError"));
        quote! {
            fn #name(response: #response) -> Result<#output, #decode_error> {
                #body
            }
        }
    };
    let decode = reading(&operation.output).map(|body| method(quote!(decode), quote!(Self::Output), body));
    let decode_failure = reading(&operation.error).map(|body| method(quote!(decode_error), quote!(Self::Error), body));
    quote! {
        impl #trait_name for #name {
            type Output = #output;
            type Headers = #headers;
            type Error = #error;
            const SPEC: &'static #spec = &#chain;
            #decode
            #decode_failure
        }
    }
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
    let (paged, data) = (scope.uses.item("Paged"), scope.uses.item("Paging"));
    let name = ident(&operation.type_name);
    let item = scope.ty(&paging.item);
    let (position, first) = (&paging.position, Literal::i64_unsuffixed(paging.first));
    let mut chain = match paging.style {
        PagingStyle::Offset => quote!(#data::offset(#position, #first)),
        PagingStyle::Page => quote!(#data::page(#position, #first)),
        PagingStyle::Token => quote!(#data::token(#position)),
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
    let output = scope.answers(operation).0;
    let methods = format!(
        "yundb_runtime::paged_methods!({} => {}, {});",
        operation.type_name,
        written(&item),
        scope.result(operation)
    );
    let methods = scope.uses.invoke(methods);
    quote! {
        impl #paged for #name {
            type Item = #item;
            const PAGING: #data = #chain;
            fn items(page: #output) -> Vec<#item> {
                #items
            }
        }
        #methods
    }
}

/// The expression that takes the items out of a page.
fn items(scope: &Scope<'_>, steps: &[Step]) -> TokenStream {
    let mut out = quote!(page);
    // Once a step is optional, the following ones are taken inside of it.
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

/// The definitions that an operation leads to and that stand in its file, nearest first, but for those that were found before.
pub(super) fn types_of(scope: &Scope<'_>, operation: &Operation, seen: &mut BTreeSet<TypeId>) -> Vec<TypeId> {
    let service = scope.service;
    let mut found = Vec::new();
    let inputs = operation.arguments.iter().chain(&operation.setters);
    let forms = forms_of(operation).into_iter().flat_map(|form| &service.forms[form].fields);
    let given = inputs.chain(forms).filter_map(|input| input.kind.ty());
    let payloads = operation.answers().flat_map(|answer| match answer {
        Answer::One(payload) => vec![payload],
        Answer::ByStatus(index) => service.outcomes[*index].cases.iter().map(|case| &case.payload).collect(),
    });
    let answered = payloads.filter_map(Payload::ty);
    let headers = operation.headers.map(Type::Named);
    for ty in given.chain(answered).chain(&headers) {
        collect(scope, ty, seen, &mut found);
    }
    found
}

fn collect(scope: &Scope<'_>, ty: &Type, seen: &mut BTreeSet<TypeId>, found: &mut Vec<TypeId>) {
    // Not by recursion: types lead to each other in chains of thousands.
    let mut open: Vec<TypeId> = ty.innermost().into_iter().collect();
    while let Some(id) = open.pop() {
        // What stands elsewhere leads to nothing here, as its users use that, too.
        if !scope.owns(id) || !seen.insert(id) {
            continue;
        }
        found.push(id);
        let next = scope.service.types[id].kind.inner_types().filter_map(Type::innermost);
        let first = open.len();
        open.extend(next);
        open[first..].reverse();
    }
}

/// The forms that an operation takes beside another body.
pub(super) fn forms_of(operation: &Operation) -> Vec<usize> {
    let forms = operation.setters.iter().filter_map(|input| match &input.kind {
        InputKind::Form(_, form) => Some(*form),
        _ => None,
    });
    forms.collect()
}

/// The bodies by status that an operation answers.
pub(super) fn outcomes_of(operation: &Operation) -> Vec<usize> {
    let by_status = |answer: &Answer| match answer {
        Answer::ByStatus(index) => Some(*index),
        Answer::One(_) => None,
    };
    operation.answers().filter_map(by_status).collect()
}

impl Scope<'_> {
    /// What `send` yields, as the runtime's macros take it.
    fn result(&self, operation: &Operation) -> String {
        let headers = self.headers(operation).map(|name| quote!(, #name));
        let (output, error) = self.answers(operation);
        format!("{}, {}", written(&quote!(Response<#output #headers>)), written(&quote!(Error<#error>)))
    }

    /// What a success and an error are read as.
    fn answers(&self, operation: &Operation) -> (TokenStream, TokenStream) {
        let names = &operation.own_names;
        (self.answer(&operation.output, names.output.as_ref()), self.answer(&operation.error, names.error.as_ref()))
    }

    fn answer(&self, answer: &Answer, own_name: Option<&String>) -> TokenStream {
        match answer {
            Answer::One(Payload::Json(Type::Named(id))) => self.own_name(*id, own_name),
            Answer::One(payload) => self.payload(payload),
            Answer::ByStatus(index) => {
                let outcome = &self.service.outcomes[*index];
                self.named(own_name.unwrap_or(&outcome.name), outcome.users)
            }
        }
    }

    /// What headers are read as.
    fn headers(&self, operation: &Operation) -> Option<TokenStream> {
        Some(self.own_name(operation.headers?, None))
    }

    /// A type by the name that the operation has for it.
    fn own_name(&self, id: TypeId, own_name: Option<&String>) -> TokenStream {
        let definition = &self.service.types[id];
        self.named(own_name.unwrap_or(&definition.name), definition.users)
    }

    /// A name, imported if it is defined elsewhere.
    fn named(&self, name: &str, users: Users) -> TokenStream {
        if !self.file.holds(users) {
            self.uses.shared(name);
        }
        let name = ident(name);
        quote!(#name)
    }

    /// A setter of a call or a form.
    pub(super) fn setter(&self, input: &Input) -> TokenStream {
        let name = ident(&input.ident);
        let docs = doc(&input.docs);
        let (given, step) = self.input(input);
        let deprecated = input.deprecated.then(|| quote!(#[deprecated]));
        let further = match &input.kind {
            InputKind::JsonOf(..) => quote!(media_type: impl Into<String>,),
            _ => TokenStream::new(),
        };
        quote! {
            #docs
            #deprecated
            pub fn #name(self, #further #name: #given) -> Self {
                Self(self.0 #step)
            }
        }
    }

    /// What an input takes, and the step that hands it to the call.
    fn input(&self, input: &Input) -> (TokenStream, TokenStream) {
        let name = ident(&input.ident);
        let wire = &input.wire;
        match &input.kind {
            InputKind::Value(ty, nullable) => {
                let (given, value) = self.given(ty, *nullable, &name);
                // A setter that takes `impl Into<T>` must say what `T` is: the call takes anything that serializes.
                let value = match ty {
                    _ if *nullable => {
                        let ty = self.ty(ty);
                        quote!(Into::<Option<#ty>>::into(#name))
                    }
                    Type::List(_) => value,
                    Type::String if input.place.is_none() => return (given, quote!(.text(#wire, #name))),
                    _ if name != value.to_string() => {
                        let ty = self.ty(ty);
                        quote!(Into::<#ty>::into(#name))
                    }
                    _ => value,
                };
                match input.place {
                    Some(place) => {
                        let (places, place) = (self.uses.item("Place"), ident(place_name(place)));
                        (given, quote!(.set_in(#places::#place, #wire, #value)))
                    }
                    None => (given, quote!(.set(#wire, #value))),
                }
            }
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
                let places = self.uses.item("Place");
                let (given, value) = self.given(ty, false, &name);
                let value = if name == value.to_string() || matches!(ty, Type::List(_)) {
                    value
                } else {
                    let ty = self.ty(ty);
                    quote!(Into::<#ty>::into(#name))
                };
                (given, quote!(.set_in(#places::PartHeader(#field), #wire, #value)))
            }
            InputKind::JsonText(ty) => {
                let (json, ty) = (self.uses.item("JsonText"), self.ty(ty));
                (quote!(impl Into<#json<#ty>>), quote!(.json_text(#wire, #name.into())))
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
                let (given, value) = self.given(ty, false, &name);
                let (ty, shape) = (self.ty(ty), self.shape(shape));
                let value = if name == value.to_string() { value } else { quote!(Into::<#ty>::into(#name)) };
                (given, quote!(.value_as(#media_type, #fields, const { &#shape }, #value)))
            }
            InputKind::JsonOf(range, shape, ty) => {
                let (ty, shape) = (self.ty(ty), self.shape(shape));
                (ty, quote!(.json_of(#range, media_type, const { &#shape }, #name)))
            }
            InputKind::JsonAs(media_type, shape, ty) => {
                let within = !shape.rules.is_empty() || !matches!(shape.inner, Inner::None | Inner::Object(_));
                let (ty, shape) = (self.ty(ty), self.shape(shape));
                // Temporaries within a shape live on in an item only.
                let shape = match within {
                    true => quote!({ const SHAPE: &yundb_runtime::shape::Shape = &#shape; SHAPE }),
                    false => quote!(const { &#shape }),
                };
                (ty, quote!(.json_as(#media_type, #shape, #name)))
            }
        }
    }
}
