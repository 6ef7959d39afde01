//! Operations: the client's method, the struct of inputs with its setters, and the data of the call.

use std::collections::BTreeSet;
use std::fmt::Display;

use proc_macro2::TokenStream;
use quote::quote;

use super::code::{self, Code, block, list, text};
use super::layout::File;
use super::types::notation;
use super::{EmitError, Scope, comment, doc, example, ident, pretty, print, samples};
use crate::lower::model::{
    Body, InputKind, JobStart, Operation, Paging, PagingStyle, Param, Payload, Place, Protocol, ResponseBody,
    Serialization, Server, ServerVariable, Service, Step, Style, Type, TypeId, Users,
};

/// One operation: `Client::method`, its call, and the facts for the runtime, item by item.
pub(super) fn operation(scope: &Scope<'_>, operation: &Operation) -> Result<Vec<String>, EmitError> {
    let lines = [operation.docs.clone(), example::docs(scope.service, operation)].concat();
    let mut method = comment(&lines, 4);
    // The path begins at the crate's folder; `layout` completes it.
    if samples::any(operation) {
        method.push_str(&format!("    #[doc = include_str!({})]\n", text(&samples::path(operation))));
    }
    for alias in search_terms(operation) {
        method.push_str(&format!("    #[doc(alias = {})]\n", text(alias)));
    }
    if let Some(note) = &operation.deprecated {
        method.push_str(&format!("    #[deprecated(note = {})]\n", text(note)));
    }
    let (mut arguments, mut filled) = (vec!["&self".to_owned()], String::new());
    for input in &operation.arguments {
        let (given, step) = scope.input(input, &input.ident);
        arguments.push(format!("{}: {given}", input.ident));
        filled.push_str(&step);
    }
    let name = &operation.type_name;
    let body = format!("{name}(self.call({name}::SPEC){filled})");
    method.push_str(&code::method(&operation.method_name, &arguments, name, &body)?);
    let mut items = vec![block(&format!("impl {}", scope.uses.client()), &[method])];
    items.extend(scope.setters(name, &operation.setters)?);
    items.push(call(scope, operation));
    if let Some(representations) = representations(scope, operation) {
        items.push(print(scope.uses, representations)?);
    }
    items.extend(operation.paging.as_ref().map(|paging| self::paging(scope, operation, paging)));
    Ok(items)
}

/// The names under which the method is not found by its own, as searches ignore case and underscores.
fn search_terms(operation: &Operation) -> impl Iterator<Item = &String> {
    let term = |name: &str| name.replace('_', "").to_lowercase();
    let mut known = BTreeSet::from([term(operation.method_name.trim_start_matches("r#"))]);
    operation.aliases.iter().filter(move |alias| known.insert(term(alias)))
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
pub(super) fn spec(scope: &Scope<'_>, operation: &Operation) -> Code {
    let (wire, method, path) = (text(&operation.name), text(&operation.method), text(&operation.template));
    let mut out = format!("{}::new({wire}, {method}, {path})", scope.uses.item("Spec"));
    let mut step = |method: &str, arguments: &dyn Display| out.push_str(&format!(".{method}({arguments})"));
    if !operation.params.is_empty() {
        let params = operation.params.iter().map(|param| self::param(scope, param));
        step("params", &format!("&[{}]", list(params)));
    }
    if let Some(Body { media_type, required, shape }) = &operation.body {
        step("body", &format!("{}, {required}", text(media_type)));
        if *shape != Default::default() {
            step("body_shape", &scope.shape(shape));
        }
    }
    if !operation.accept.is_empty() {
        step("accept", &text(&operation.accept));
    }
    if !operation.others.is_empty() {
        step("others", &texts(&operation.others));
    }
    if let Some(security) = &operation.security {
        step("security", &format!("&[{}]", alternatives(security)));
    }
    if !operation.servers.is_empty() {
        step("servers", &format!("&[{}]", servers(scope, &operation.servers)));
    }
    if let Some(idempotent) = operation.idempotent {
        step("idempotent", &idempotent);
    }
    out.into()
}

/// The type of an operation's calls, and how they are sent and read.
fn call(scope: &Scope<'_>, operation: &Operation) -> String {
    let mut spec = self::spec(scope, operation).to_string();
    if let Some(JobStart { id, kind }) = &operation.job {
        spec.push_str(&format!(".job({}, &crate::client::{})", text(id), scope.service.jobs[*kind].name));
    }
    // `Self::SPEC` is an item of the trait.
    scope.uses.item("Operation");
    let spec = pretty::lay_out(&spec, 4, 4, 0);
    let (name, method) = (&operation.type_name, &operation.method_name);
    let presigned = if scope.service.protocol == Protocol::AliyunRpc { ", presigned_url" } else { "" };
    let result = scope.result(operation, true);
    format!("yundb_runtime::operation! {{\n    {name}: {method} -> {result}{presigned};\n    {spec}\n}}")
}

pub(super) fn param(scope: &Scope<'_>, param: &Param) -> Code {
    let shape = scope.shape(&param.shape);
    let name = text(&param.name);
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
        Some(field) => format!("{function}({}, {name}, {shape})", text(field)),
        None if with_name => format!("{function}({name}, {shape})"),
        None => format!("{function}({shape})"),
    };
    let mut step = |method: &str, arguments: &dyn Display| out.push_str(&format!(".{method}({arguments})"));
    if param.required && param.place != Place::Path {
        step("required", &"");
    }
    if let Some(Serialization { style, explode }) = param.style {
        step("style", &format!("{}::{}, {explode}", scope.uses.item("Style"), style_name(style)));
    }
    if param.allow_reserved {
        step("allow_reserved", &"");
    }
    if param.json {
        step("json", &"");
    }
    if param.spread {
        step("spread", &"");
    }
    if let Some(media_type) = &param.media_type {
        step("media_type", &text(media_type));
    }
    if let Some(client) = &param.client {
        step("client", &text(client));
    }
    if let Some(constant) = &param.constant {
        step("constant", &scope.constant(constant));
    }
    out.into()
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

fn paging(scope: &Scope<'_>, operation: &Operation, paging: &Paging) -> String {
    let (position, first) = (text(&paging.position), paging.first);
    let begun = match paging.style {
        PagingStyle::Offset => format!("offset({position}, {first})"),
        PagingStyle::Page => format!("page({position}, {first})"),
        PagingStyle::Token => format!("token({position})"),
        PagingStyle::NumberToken => format!("number_token({position})"),
    };
    let mut chain = format!("{}::{begun}", scope.uses.item("Paging"));
    for (method, field) in [("size", &paging.size), ("total", &paging.total), ("next", &paging.next)] {
        chain.extend(field.as_ref().map(|field| format!(".{method}({})", text(field))));
    }
    format!(
        "yundb_runtime::paged! {{\n    {} -> {}, {};\n    {};\n    |page| {}\n}}",
        operation.type_name,
        scope.ty(&paging.item),
        scope.result(operation, false),
        pretty::lay_out(&chain, 4, 4, 1),
        pretty::lay_out(&items(scope, &paging.items), 4, 11, 0),
    )
}

/// The expression that extracts the items from a page.
fn items(scope: &Scope<'_>, steps: &[Step]) -> String {
    let mut out = "page".to_owned();
    // After an optional step, the following ones are nested in a closure.
    let mut open = false;
    for step in steps {
        let field = &step.ident;
        let json = step.json_text;
        let json_text = (json && step.optional).then(|| scope.uses.item("JsonText"));
        let json_text = json_text.iter().map(|it| format!(".and_then({it}::into_value)")).collect::<String>();
        out += &match (open, step.optional, json) {
            (false, _, false) => format!(".{field}"),
            (false, true, true) => format!(".{field}{json_text}"),
            (false, false, true) => format!(".{field}.into_value()"),
            (true, true, false) => format!(".and_then(|inner| inner.{field})"),
            (true, false, false) => format!(".map(|inner| inner.{field})"),
            (true, true, true) => format!(".and_then(|inner| inner.{field}){json_text}"),
            (true, false, true) => format!(".and_then(|inner| inner.{field}.into_value())"),
        };
        open = open || step.optional || json;
    }
    if open { format!("{out}.unwrap_or_default()") } else { out }
}

/// A list of strings.
fn texts(all: &[String]) -> String {
    format!("&[{}]", list(all.iter().map(|it| text(it))))
}

/// Alternatives of security schemes.
pub(super) fn alternatives(alternatives: &[Vec<String>]) -> Code {
    list(alternatives.iter().map(|schemes| texts(schemes))).into()
}

/// Addresses.
pub(super) fn servers(scope: &Scope<'_>, servers: &[Server]) -> Code {
    let servers = servers.iter().map(|server| {
        let (server_type, url) = (scope.uses.item("Server"), text(&server.url));
        let region = server.region.as_ref().map_or_else(|| "None".to_owned(), |it| format!("Some({})", text(it)));
        let variables = server.variables.iter().map(|ServerVariable { name, default, values }| {
            let (variable, values) = (scope.uses.item("Variable"), texts(values));
            format!("{variable} {{ name: {}, default: {}, values: {values} }}", text(name), text(default))
        });
        let variables = list(variables);
        format!("{server_type} {{ url: {url}, region: {region}, variables: &[{variables}] }}")
    });
    list(servers).into()
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
        let headers = self.headers(operation).map(|name| format!(", {name}")).unwrap_or_default();
        let (output, error) = self.responses(operation);
        // The types of JSON, streams and bodies by status determine how they are read.
        let read_as = |body: &ResponseBody| match body {
            ResponseBody::One(Payload::Text) if reading => " as text",
            ResponseBody::One(Payload::Empty) if reading => " as empty",
            ResponseBody::One(Payload::Events(_, true)) if reading => " as whole_events",
            _ => "",
        };
        let (output_as, error_as) = (read_as(&operation.output), read_as(&operation.error));
        format!("Response<{output}{headers}>{output_as}, CallError<{error}>{error_as}")
    }

    /// The types of a success and an error.
    fn responses(&self, operation: &Operation) -> (Code, Code) {
        let names = &operation.own_names;
        (
            self.body_type(&operation.output, names.output.as_ref()),
            self.body_type(&operation.error, names.error.as_ref()),
        )
    }

    fn body_type(&self, body: &ResponseBody, own_name: Option<&String>) -> Code {
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
    fn headers(&self, operation: &Operation) -> Option<Code> {
        Some(self.own_name(operation.headers?, None))
    }

    /// A type, by the operation's own name for it.
    fn own_name(&self, id: TypeId, own_name: Option<&String>) -> Code {
        let definition = &self.service.types[id];
        self.named(own_name.unwrap_or(&definition.name), definition.users)
    }

    /// The name of a definition with these users.
    fn named(&self, name: &str, users: Users) -> Code {
        self.uses.named(name, users);
        name.to_owned().into()
    }
}
