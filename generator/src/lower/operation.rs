//! Operations: method, path, parameters, security, docs.

use std::collections::HashSet;

use openapiv3::{OpenAPI, Parameter, ParameterSchemaOrContent, PathItem, PathStyle, QueryStyle, ReferenceOr};
use serde_json::Value;

use super::model::{Docs, Input, InputKind, Operation, Param, Place, Shape, Style, Type};
use super::schema::{At, Lowered, pointer};
use super::{Lower, docs, follow, names, security, servers};

/// An operation where it stands in the document.
pub struct Found<'a> {
    pub path: &'a str,
    pub item: &'a PathItem,
    pub method: &'a str,
    pub operation: &'a openapiv3::Operation,
    pub pointer: String,
}

impl Found<'_> {
    /// The operation's id, made from method and path where there is none.
    pub fn id(&self) -> String {
        self.operation.operation_id.clone().filter(|id| id.chars().any(char::is_alphanumeric)).unwrap_or_else(|| {
            let words: Vec<String> = self
                .path
                .split('/')
                .filter(|segment| !segment.is_empty())
                .map(|segment| match segment.strip_prefix('{').and_then(|s| s.strip_suffix('}')) {
                    Some(parameter) => format!("by {parameter}"),
                    None => segment.to_owned(),
                })
                .collect();
            format!("{} {}", self.method, if words.is_empty() { "root".to_owned() } else { words.join(" ") })
        })
    }
}

/// All operations in the document's order.
pub fn find(api: &OpenAPI) -> impl Iterator<Item = Found<'_>> {
    api.paths.paths.iter().flat_map(|(path, item)| {
        let item = match item {
            ReferenceOr::Item(item) => Some(item),
            // `load` has put the referenced item here.
            ReferenceOr::Reference { .. } => None,
        };
        item.into_iter().flat_map(move |item| {
            item.iter().map(move |(method, operation)| Found {
                path,
                item,
                method,
                operation,
                pointer: pointer("/paths", &[path, method]),
            })
        })
    })
}

/// Names of the methods that every call has (the runtime's `operation_methods!`).
const CALL_METHODS: &[&str] = &[
    "send",
    "send_blocking",
    "unchecked",
    "timeout",
    "extra_header",
    "pages",
    "pages_blocking",
    "items",
    "items_blocking",
    "starting_at",
    "clone",
];

/// What is collected while an operation's inputs are lowered.
pub(super) struct Inputs {
    pub arguments: Vec<Input>,
    pub setters: Vec<Input>,
    pub params: Vec<Param>,
    pub scope: names::Scope,
}

impl Inputs {
    /// A free Rust name for an input: numbered names are a last resort, the place says more.
    pub fn name(&mut self, wire: &str, place: Place) -> String {
        let plain = names::snake(wire);
        let suffix = match place {
            Place::Path => "path",
            Place::Query => "query",
            Place::Header => "header",
            Place::Cookie => "cookie",
            Place::Field | Place::Form | Place::Part | Place::Body => "body",
        };
        let stem = plain.trim_start_matches("r#").to_owned();
        self.scope.take_first([plain, format!("{stem}_{suffix}")])
    }

    /// The place, if the wire name occurs in another place too.
    pub fn ambiguous(&self, wire: &str, place: Place) -> Option<Place> {
        self.params.iter().any(|param| param.name == wire && param.place != place).then_some(place)
    }
}

impl Lower<'_> {
    pub(super) fn operation(&mut self, found: &Found<'_>, method_name: String, type_name: String) -> Operation {
        let operation = found.operation;
        let mut inputs = Inputs {
            arguments: Vec::new(),
            setters: Vec::new(),
            params: Vec::new(),
            scope: names::Scope::with(CALL_METHODS),
        };
        for (parameter, pointer) in self.parameters(found) {
            self.parameter(&parameter, &pointer, &type_name, &mut inputs);
        }
        // Arguments stand in the path's order, whatever the order of their declarations.
        inputs.arguments.sort_by_key(|input| found.path.find(&format!("{{{}}}", input.wire)).unwrap_or(usize::MAX));
        let body = self.body(found, &type_name, &mut inputs);
        let answers = self.answers(found, &type_name);
        if !operation.callbacks.is_empty() {
            self.unsupported(
                "callbacks",
                "callbacks are not generated".to_owned(),
                &pointer(&found.pointer, &["callbacks"]),
                "the service's calls back are the caller's to receive",
            );
        }
        let name = self.wire_name(found);
        let idempotent = operation.extensions.get("x-idempotent").and_then(Value::as_bool);
        let op_servers = if operation.servers.is_empty() { &found.item.servers } else { &operation.servers };
        let summary = docs::summary(operation.summary.as_deref().or(operation.description.as_deref()).unwrap_or(&name));
        let paging = self.paging(found, &inputs, &answers.output);
        let job = self.job(found, &inputs);
        Operation {
            docs: self.operation_docs(found, &summary),
            aliases: aliases(found, &method_name, &type_name),
            deprecated: operation.deprecated.then(|| deprecation(found)),
            summary,
            name,
            method_name,
            type_name,
            address: address(found),
            method: found.method.to_ascii_uppercase(),
            path: found.path.to_owned(),
            arguments: inputs.arguments,
            setters: inputs.setters,
            params: inputs.params,
            body,
            accept: answers.accept,
            security: operation.security.as_deref().map(security::alternatives),
            servers: servers(op_servers),
            idempotent,
            streams: answers.streams,
            output: answers.output,
            headers: answers.headers,
            error: answers.error,
            paging,
            job,
        }
    }

    /// The name in errors: the vendor's where there is one, as a ticket needs it.
    fn wire_name(&self, found: &Found<'_>) -> String {
        if let Some((_, action)) = found.path.split_once("#Action=") {
            return action.to_owned();
        }
        let sdk = found.operation.extensions.get("x-sdk-name").and_then(Value::as_str);
        sdk.map_or_else(|| found.id(), str::to_owned)
    }

    fn operation_docs(&self, found: &Found<'_>, summary: &str) -> Docs {
        let operation = found.operation;
        let mut out = vec![format!("{}.", summary.trim_end_matches('.'))];
        let description = operation.description.as_deref().unwrap_or_default();
        if operation.summary.is_some() && !description.trim().is_empty() {
            out.push(String::new());
            out.extend(docs::lines(description));
        } else if operation.summary.is_none() && docs::lines(description).len() > 1 {
            out = docs::lines(description);
        }
        out.push(String::new());
        out.push(format!("`{}`", address(found)));
        let mut facts = Vec::new();
        match operation.extensions.get("x-permission") {
            Some(Value::String(action)) => facts.push(format!("Permission: `{action}`.")),
            Some(Value::Array(actions)) => {
                let actions: Vec<String> = actions.iter().filter_map(Value::as_str).map(|a| format!("`{a}`")).collect();
                facts.push(format!("Permissions: {}.", actions.join(", ")));
            }
            _ => {}
        }
        for limit in operation.extensions.get("x-rate-limit").and_then(Value::as_array).into_iter().flatten() {
            let number = |key| limit.get(key).map(ToString::to_string).unwrap_or_default();
            let per = limit.get("per").and_then(Value::as_str).unwrap_or("caller");
            facts.push(format!("At most {} calls in {} seconds per {per}.", number("calls"), number("seconds")));
        }
        if let Some(doc) = operation.extensions.get("x-doc") {
            let text = |key| doc.get(key).and_then(Value::as_str);
            let document = text("document").or_else(|| self.api.extensions.get("x-doc")?.get("document")?.as_str());
            let place = [text("section"), text("title")].into_iter().flatten().collect::<Vec<_>>().join(" ");
            if let Some(document) = document {
                facts.push(format!("Source: {document}, section {place}."));
            }
        }
        if !facts.is_empty() {
            out.push(String::new());
            out.push(facts.join(" "));
        }
        if let Some(external) = &operation.external_docs {
            out.push(String::new());
            out.extend(docs::lines(&format!("See {}", external.url)));
        }
        out
    }

    /// The operation's parameters, its own before those of the path, each with its pointer.
    fn parameters(&mut self, found: &Found<'_>) -> Vec<(Parameter, String)> {
        let path = found.pointer.rsplit_once('/').map_or("", |(path, _)| path);
        let shared =
            found.item.parameters.iter().enumerate().map(|(i, p)| (p, pointer(path, &["parameters", &i.to_string()])));
        let own = found
            .operation
            .parameters
            .iter()
            .enumerate()
            .map(|(i, p)| (p, pointer(&found.pointer, &["parameters", &i.to_string()])));
        let mut seen = HashSet::new();
        let mut out = Vec::new();
        for (parameter, pointer) in own.chain(shared) {
            let Some(parameter) = self.parameter_item(parameter, &pointer) else { continue };
            let place = match &parameter {
                Parameter::Path { .. } => Place::Path,
                Parameter::Query { .. } => Place::Query,
                Parameter::Header { .. } => Place::Header,
                Parameter::Cookie { .. } => Place::Cookie,
            };
            let name = &parameter.parameter_data_ref().name;
            // OpenAPI lets these be said elsewhere only.
            let elsewhere = place == Place::Header
                && ["accept", "content-type", "authorization"].contains(&name.to_ascii_lowercase().as_str());
            if !elsewhere && seen.insert((name.clone(), place)) {
                out.push((parameter, pointer));
            }
        }
        out
    }

    fn parameter_item(&mut self, parameter: &ReferenceOr<Parameter>, pointer: &str) -> Option<Parameter> {
        let parameters = self.api.components.as_ref().map(|components| &components.parameters);
        if let Ok((parameter, _)) = follow(parameter, pointer.to_owned(), "parameters", parameters) {
            return Some(parameter.clone());
        }
        self.unsupported(
            "foreign-ref",
            "the reference does not lead to a parameter".to_owned(),
            pointer,
            "the parameter is left out",
        );
        None
    }

    fn parameter(&mut self, parameter: &Parameter, at: &str, type_name: &str, inputs: &mut Inputs) {
        let data = parameter.parameter_data_ref();
        let (place, style, allow_reserved) = place_and_style(parameter, data.explode);
        let inside = At::new(format!("{at}/schema"), type_name, &data.name);
        let (lowered, json) = match &data.format {
            ParameterSchemaOrContent::Schema(schema) => (self.schema(schema, &inside), false),
            ParameterSchemaOrContent::Content(content) => match content.iter().next() {
                Some((media_type, media)) => {
                    let json = super::body::is_json(media_type);
                    let inside = At::new(pointer(at, &["content", media_type, "schema"]), type_name, &data.name);
                    let lowered = media.schema.as_ref().filter(|_| json).map(|schema| self.schema(schema, &inside));
                    if !json {
                        self.unsupported(
                            "parameter-content",
                            format!("the parameter `{}` has the media type `{media_type}`", data.name),
                            at,
                            "the caller gives its text",
                        );
                    }
                    (lowered.unwrap_or_else(Lowered::text), json)
                }
                None => (Lowered::text(), false),
            },
        };
        let client = data.extensions.get("x-client").and_then(Value::as_str).map(str::to_owned);
        let mut docs =
            lowered.docs(data.description.as_deref(), || format!("The parameter `{}`.", data.name.replace('`', "")));
        if lowered.example.is_none() && lowered.ty != Type::Secret {
            let example = data.example.as_ref().or_else(|| {
                data.examples.values().find_map(|example| match example {
                    ReferenceOr::Item(example) => example.value.as_ref(),
                    ReferenceOr::Reference { .. } => None,
                })
            });
            docs.extend(docs::example(example));
        }
        if data.required && place != Place::Path && client.is_none() {
            docs.push("Required.".to_owned());
        }
        let ty = if place == Place::Path && lowered.ty == Type::Value { Type::String } else { lowered.ty };
        let ambiguous = inputs.ambiguous(&data.name, place);
        let text = matches!(ty, Type::String | Type::Secret | Type::JsonText(_));
        let kind = match json && !text && place != Place::Path && ambiguous.is_none() {
            true => InputKind::JsonText(ty),
            false => InputKind::Value(ty, false),
        };
        let input = Input {
            ident: inputs.name(&data.name, place),
            wire: data.name.clone(),
            place: ambiguous,
            docs: docs::lines(&docs.join("\n")),
            kind,
            deprecated: data.deprecated == Some(true) || lowered.deprecated,
        };
        match (place, &client) {
            // What the client fills is not asked of every call.
            (_, Some(_)) => {}
            (Place::Path, None) => inputs.arguments.push(input),
            (_, None) => inputs.setters.push(input),
        }
        inputs.params.push(Param {
            name: data.name.clone(),
            place,
            required: data.required || place == Place::Path,
            style,
            allow_reserved,
            json,
            media_type: None,
            client,
            shape: lowered.shape,
        });
    }
}

impl Lowered {
    /// Text without limits.
    pub fn text() -> Self {
        Self {
            ty: Type::String,
            nullable: false,
            shape: Shape::default(),
            description: None,
            facts: Vec::new(),
            example: None,
            deprecated: false,
            read_only: false,
        }
    }
}

fn place_and_style(parameter: &Parameter, explode: Option<bool>) -> (Place, Option<(Style, bool)>, bool) {
    let (place, style, default_explode, reserved) = match parameter {
        Parameter::Path { style, .. } => {
            let style = match style {
                PathStyle::Simple => Style::Simple,
                PathStyle::Label => Style::Label,
                PathStyle::Matrix => Style::Matrix,
            };
            (Place::Path, style, false, false)
        }
        Parameter::Query { style, allow_reserved, .. } => {
            let (style, explode) = query_style(style);
            (Place::Query, style, explode, *allow_reserved)
        }
        Parameter::Header { .. } => (Place::Header, Style::Simple, false, false),
        Parameter::Cookie { .. } => (Place::Cookie, Style::Form, true, false),
    };
    let explode = explode.unwrap_or(default_explode);
    let usual = match place {
        Place::Path | Place::Header => (Style::Simple, false),
        _ => (Style::Form, true),
    };
    (place, Some((style, explode)).filter(|given| *given != usual), reserved)
}

/// A query style and whether it explodes by default.
pub(super) fn query_style(style: &QueryStyle) -> (Style, bool) {
    match style {
        QueryStyle::Form => (Style::Form, true),
        QueryStyle::SpaceDelimited => (Style::SpaceDelimited, false),
        QueryStyle::PipeDelimited => (Style::PipeDelimited, false),
        QueryStyle::DeepObject => (Style::DeepObject, true),
    }
}

/// What an operation is known by on the wire.
fn address(found: &Found<'_>) -> String {
    match found.path.split_once("/#") {
        Some((_, action)) => action.to_owned(),
        None => format!("{} {}", found.method.to_ascii_uppercase(), found.path),
    }
}

/// Names under which people search for the operation: the vendor's, and the id as it is written.
fn aliases(found: &Found<'_>, method_name: &str, type_name: &str) -> Vec<String> {
    let sdk = found.operation.extensions.get("x-sdk-name").and_then(Value::as_str);
    let id = found.operation.operation_id.as_deref();
    let mut out: Vec<String> = Vec::new();
    for alias in [sdk, id].into_iter().flatten() {
        let method_name = method_name.trim_start_matches("r#");
        let usable = !alias.contains(['"', '\'']) && !alias.contains(char::is_whitespace);
        if usable && alias != method_name && alias != type_name && !out.iter().any(|known| known == alias) {
            out.push(alias.to_owned());
        }
    }
    out
}

fn deprecation(found: &Found<'_>) -> String {
    let legacy = found.operation.extensions.get("x-legacy");
    let text = |key: &str| legacy.and_then(|legacy| legacy.get(key)).and_then(Value::as_str);
    match (text("replacement"), text("retired")) {
        (Some(replacement), _) => format!("use `{}`", names::snake(replacement)),
        (None, Some(date)) => format!("retired on {date}"),
        (None, None) => "the service discourages its use".to_owned(),
    }
}
