//! Operations: method, path, parameters, security, docs.

use std::collections::HashSet;

use openapiv3::{Parameter, ParameterSchemaOrContent, PathItem, PathStyle, QueryStyle, ReferenceOr};
use serde_json::Value;

use super::model::{
    Aliased, Docs, Input, InputKind, Operation, OwnNames, Param, Payload, Place, Representation, ResponseBody,
    Serialization, Server, Setting, Shape, Style, Type, TypeKind,
};
use super::names::{Candidates, Scope};
use super::response::Responses;
use super::sample::Shown;
use super::schema::{Lowered, Naming, RESPONSE};
use super::{Lower, docs, markdown, names};
use crate::accounting::Reason;
use crate::load::{JsonType, Loaded, Node, Part, Schema, bare, operations, placeholders, sent};

/// An operation and its location in the document.
pub struct Found<'a> {
    pub path: &'a str,
    pub item: Part<'a, PathItem>,
    /// The method as sent.
    pub method: String,
    pub operation: Part<'a, openapiv3::Operation>,
}

impl Found<'_> {
    /// The operation in messages: its id, else method and path as the document has them.
    pub fn title(&self) -> String {
        let id = given(self.operation.item.operation_id.as_deref());
        id.map_or_else(|| format!("{} {}", self.method, self.path), str::to_owned)
    }

    /// The operation's id, derived from method and path if there is none.
    pub fn id(&self) -> String {
        id(self.operation.item.operation_id.as_deref(), &self.method, self.path)
    }
}

/// An operationId, if it can be a name.
fn given(operation_id: Option<&str>) -> Option<&str> {
    operation_id.filter(|id| id.chars().any(char::is_alphanumeric))
}

/// An operationId, or words derived from method and path if there is none.
pub fn id(operation_id: Option<&str>, method: &str, path: &str) -> String {
    if let Some(id) = given(operation_id) {
        return id.to_owned();
    }
    let words: Vec<String> = path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .map(|segment| match segment.strip_prefix('{').and_then(|s| s.strip_suffix('}')) {
            Some(parameter) => format!("by {parameter}"),
            None => segment.to_owned(),
        })
        .collect();
    let method = method.to_ascii_lowercase();
    format!("{method} {}", if words.is_empty() { "root".to_owned() } else { words.join(" ") })
}

/// All operations in the document's order.
pub fn find(loaded: &Loaded) -> impl Iterator<Item = Found<'_>> {
    let paths = loaded.root.get("paths").and_then(|paths| paths.as_object());
    loaded.api.paths.paths.iter().flat_map(move |(path, item)| {
        let item = match item {
            ReferenceOr::Item(item) => paths.and_then(|paths| Some(Part::of(item, paths.get(path)?))),
            // `load` has replaced the reference by its target.
            ReferenceOr::Reference { .. } => None,
        };
        item.into_iter().flat_map(move |item| {
            let known = item.item.iter().map(|(method, operation)| (sent(method), operation));
            let further = loaded.further.get(path).into_iter().flatten();
            let all = known.chain(further.map(|(method, operation)| (method.clone(), operation)));
            all.filter_map(move |(method, operation)| {
                let (_, entry) = operations(item.node).find(|(key, _)| sent(key) == method)?;
                Some(Found { path, item, method, operation: Part::of(operation, entry) })
            })
        })
    })
}

/// Names of the methods that every call has (the runtime's `operation_methods!`).
const CALL_METHODS: &[&str] = &[
    "send",
    "send_as",
    "send_as_blocking",
    "send_blocking",
    "unchecked",
    "timeout",
    "extra_header",
    "with_operation_timeout",
    "with_retries",
    "with_idempotency",
    "with_credentials",
    "with_endpoint",
    "presigned_url",
    "presigned_url_blocking",
    "pages",
    "pages_blocking",
    "items",
    "items_blocking",
    "starting_at",
    "clone",
];

/// The state of lowering an operation's inputs.
#[derive(Default)]
pub(super) struct Inputs {
    pub arguments: Vec<Input>,
    pub setters: Vec<Input>,
    pub params: Vec<Param>,
    /// The preferred names of the inputs.
    wanted: Vec<Candidates>,
    /// The document's description of a body whose fields are setters.
    pub body_docs: Vec<String>,
    /// The requirements on its fields as a whole.
    pub body_shape: Shape,
    /// The document's samples of bodies.
    pub shown: Vec<Shown>,
    /// The type of a body that is passed as a whole.
    pub whole_body: Option<Type>,
}

impl Inputs {
    /// A placeholder for the Rust name of an input until all inputs are known, as they share a scope.
    pub fn name(&mut self, wire: &str, place: Place) -> String {
        let (suffix, rank) = match place {
            Place::Path => ("path", 0),
            Place::Query | Place::QueryString => ("query", 1),
            Place::Header => ("header", 2),
            Place::Cookie => ("cookie", 3),
            Place::Field | Place::Form | Place::Part | Place::Body => ("body", 4),
        };
        self.wanted.push(Candidates::placed(wire, suffix, rank));
        (self.wanted.len() - 1).to_string()
    }

    /// Assigns the names of all inputs, given the existing methods.
    pub fn assign_names(&mut self, methods: &[&str]) {
        let names = Scope::with(methods).assign(&self.wanted);
        for input in self.arguments.iter_mut().chain(&mut self.setters) {
            let name = input.ident.parse().ok().and_then(|index: usize| names.get(index));
            input.ident = name.cloned().unwrap_or_default();
        }
    }

    /// The place, if the wire name also occurs in another place.
    pub fn ambiguous(&self, wire: &str, place: Place) -> Option<Place> {
        self.params.iter().any(|param| param.name == wire && param.place != place).then_some(place)
    }
}

impl<'a> Lower<'a, '_> {
    pub(super) fn operation(&mut self, found: &Found<'a>, method_name: String, type_name: String) -> Operation {
        let operation = found.operation.item;
        self.ledger.take(found.operation.at);
        let mut inputs = Inputs::default();
        // Nested types are named after the method, whose name does not depend on shared types.
        let base = names::camel(names::plain(&method_name));
        for (parameter, shared) in self.parameters(found) {
            let naming = match shared {
                Some(shared) => self.shared_parameter(shared),
                None => Naming::new(&base, &parameter.item.parameter_data_ref().name),
            };
            self.parameter(found, &parameter, &naming, &mut inputs);
        }
        // Arguments are in the order of the path, not of their declarations.
        let path = template(found.path, &inputs.params);
        inputs.arguments.sort_by_key(|input| path.find(&format!("{{{}}}", input.wire)).unwrap_or(usize::MAX));
        let body = self.body(found, &base, &mut inputs);
        inputs.assign_names(CALL_METHODS);
        let responses = self.responses(found, &base);
        let own_names = self.own_names(&responses, &base);
        self.callbacks(found, &base);
        let name = self.wire_name(found);
        let idempotent = operation.extensions.get("x-idempotent").and_then(Value::as_bool);
        let servers = match operation.servers.is_empty() {
            true => self.servers(&found.item, &found.item.item.servers),
            false => {
                for server in found.item.list("servers", &found.item.item.servers) {
                    server.node.entries().for_each(|(_, entry)| self.ledger.ignore(&entry.key, Reason::Overridden));
                }
                self.servers(&found.operation, &operation.servers)
            }
        };
        let words = [non_blank(&operation.summary), non_blank(&operation.description), Some(name.as_str())];
        let summary = words.into_iter().flatten().map(docs::summary).find(|summary| !summary.is_empty());
        let summary = summary.unwrap_or_else(|| name.clone());
        let paging = self.paging(found, &inputs, &responses.output);
        let job = self.job(found, &inputs);
        let (docs, sections) = self.operation_docs(found, &summary, &inputs, &servers, (&type_name, &responses));
        Operation {
            docs,
            sections,
            meanings: responses.meanings,
            aliases: aliases(found, &method_name, &type_name),
            deprecated: operation.deprecated.then(|| deprecation(found)),
            summary,
            name,
            method_name,
            type_name,
            address: address(found),
            method: found.method.clone(),
            path: found.path.to_owned(),
            template: path,
            arguments: inputs.arguments,
            setters: inputs.setters,
            params: inputs.params,
            body,
            accept: responses.accept,
            representations: responses.representations,
            others: responses.others,
            security: self.security(&found.operation, operation.security.as_deref()),
            servers,
            idempotent,
            output: responses.output,
            headers: responses.headers,
            own_names,
            error: responses.error,
            paging,
            job,
            requests: inputs.shown.into_iter().map(|shown| shown.of(inputs.whole_body.clone(), None)).collect(),
            responses: responses.samples,
        }
    }

    /// The name in errors: the vendor's if there is one, as support tickets require it.
    fn wire_name(&self, found: &Found<'a>) -> String {
        if let Some((_, action)) = found.path.split_once("#Action=") {
            return action.to_owned();
        }
        let sdk = found.operation.item.extensions.get("x-sdk-name").and_then(Value::as_str);
        sdk.map_or_else(|| found.id(), str::to_owned)
    }

    fn operation_docs(
        &self,
        found: &Found<'a>,
        summary: &str,
        inputs: &Inputs,
        servers: &[Server],
        (type_name, responses): (&str, &Responses),
    ) -> (Docs, usize) {
        let operation = found.operation.item;
        self.take_members(&found.operation, &["summary", "description", "operationId", "deprecated", "x-doc"]);
        self.take_tags(found);
        let words = [&operation.summary, &operation.description].into_iter().filter_map(non_blank).map(str::trim);
        let mut out = Docs::new();
        for words in words {
            // The first line becomes a sentence in tables of contents.
            let sentence = out.is_empty() && !words.contains('\n') && !words.ends_with(['.', '!', '?', ':']);
            if !out.is_empty() {
                out.push(String::new());
            }
            out.extend(docs::lines(&if sentence { format!("{words}.") } else { words.to_owned() }));
        }
        if out.is_empty() {
            out.push(format!("{summary}."));
        }
        self.take_members(&found.item, &["summary", "description"]);
        let of_path = [&found.item.item.summary, &found.item.item.description];
        for words in of_path.into_iter().filter_map(non_blank).chain(inputs.body_docs.iter().map(String::as_str)) {
            out.push(String::new());
            out.extend(docs::lines(words));
        }
        let mut facts = vec![format!("{}.", markdown::code(&address(found)))];
        match operation.extensions.get("x-permission") {
            Some(Value::String(action)) => facts.push(format!("Permission: {}.", markdown::code(action))),
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
            facts.extend(self.source(doc));
        }
        let scopes = self.scopes(found.operation.node, None);
        if !scopes.is_empty() {
            facts.push(format!("Scopes: {}.", scopes.join(", ")));
        }
        out.push(String::new());
        out.extend(markdown::wrap(&facts.join(" "), markdown::WIDTH));
        if let Some(external) = &operation.external_docs {
            if let Some(entry) = found.operation.entry("externalDocs") {
                self.take_tree(&entry.node);
            }
            let words = external.description.as_deref().map(str::trim).filter(|words| !words.is_empty());
            let words = words.map_or_else(String::new, |words| format!("{}: ", words.trim_end_matches(['.', ':'])));
            out.push(String::new());
            out.extend(docs::lines(&format!("See {words}{}", external.url)));
        }
        let sections = out.len();
        if !inputs.arguments.is_empty() {
            out.extend([String::new(), "# Arguments".to_owned(), String::new()]);
            for argument in &inputs.arguments {
                let name = argument.ident.trim_start_matches("r#");
                out.extend(docs::listed(&format!("`{name}`"), &argument.docs));
            }
        }
        let described: Vec<&Server> = servers.iter().filter(|server| !server.docs.is_empty()).collect();
        if !described.is_empty() {
            out.extend([String::new(), "# Servers".to_owned(), String::new()]);
            out.extend(described.iter().flat_map(|server| docs::listed(&markdown::code(&server.url), &server.docs)));
        }
        if !responses.representations.is_empty() {
            out.extend([String::new(), "# Representations".to_owned(), String::new()]);
            out.extend([
                format!("`send` requests `{}`; `send_as` requests any other:", responses.accept),
                String::new(),
            ]);
            let line = |it: &Representation| format!("- [`{0}`]({type_name}::{0}): `{1}`", it.name, it.media_type);
            out.extend(responses.representations.iter().map(line));
        }
        (out, sections)
    }

    /// The section of the document that describes an operation. Title and edition are on the crate's page.
    fn source(&self, doc: &Value) -> Option<String> {
        let text = |key| doc.get(key).and_then(Value::as_str);
        let of_all = self.api.extensions.get("x-doc").and_then(|doc| doc.get("document")?.as_str());
        let other = text("document").filter(|document| Some(*document) != of_all);
        let section = text("section").map(|section| format!("section {section}"));
        let place: Vec<String> = section.into_iter().chain(text("title").map(str::to_owned)).collect();
        let place = markdown::plain(&place.join(", "));
        match other {
            Some(document) if place.is_empty() => Some(format!("Document: {}.", markdown::plain(document))),
            Some(document) => Some(format!("Document {}, {place}.", markdown::plain(document))),
            None => (!place.is_empty()).then(|| format!("Document {place}.")),
        }
    }

    /// Descriptions of paths without operations have no use.
    pub(super) fn empty_paths(&self) {
        let paths = self.loaded.root.get("paths").into_iter().flat_map(|paths| paths.entries());
        let operations: HashSet<&str> = find(self.loaded).map(|found| found.path).collect();
        for (_, item) in paths.filter(|(path, _)| !operations.contains(path)) {
            item.node.entries().for_each(|(_, entry)| self.ledger.ignore(&entry.key, Reason::EmptyPath));
        }
    }

    /// The first tag determines the operation's module; the others are only descriptive.
    fn take_tags(&self, found: &Found<'a>) {
        let tags = found.operation.node.get("tags").into_iter().flat_map(|node| node.items());
        for (index, tag) in tags.enumerate() {
            match index {
                0 => self.ledger.take(&tag.location),
                _ => self.ledger.ignore(&tag.location, Reason::FurtherTag),
            }
        }
    }

    /// The values of an enum as text.
    fn values_of(&self, ty: &Type) -> Option<String> {
        let Type::Named(id) = ty else { return None };
        let TypeKind::StringEnum(variants) = &self.types.get(*id)?.kind else { return None };
        let values: Vec<String> = variants.iter().map(|variant| markdown::code(&variant.value)).collect();
        Some(format!("One of {}.", values.join(", ")))
    }

    /// Keeps the description of a parameter that the client fills, once for all operations.
    fn setting(&mut self, name: &str, docs: Docs) {
        match self.settings.iter_mut().find(|setting| setting.name == name) {
            Some(setting) if setting.docs.contains(&docs) => {}
            Some(setting) => setting.docs.push(docs),
            None => self.settings.push(Setting { name: name.to_owned(), docs: vec![docs] }),
        }
    }

    /// The name for the type of a shared parameter: that of the parameter, unless a shared type has it.
    fn shared_parameter(&self, shared: &str) -> Naming {
        let name = names::camel(shared);
        match self.component_names.values().any(|taken| *taken == name) {
            true => Naming::new(&names::joined(&name, "Parameter"), ""),
            false => Naming::new(&name, ""),
        }
    }

    /// The operation's own names for the types of its responses, if they are named after another operation.
    fn own_names(&self, responses: &Responses, base: &str) -> OwnNames {
        let name = |of: Aliased, suffix: &str| {
            let name = self.places.get(&(of, names::joined(base, suffix)))?;
            self.aliases.get(&of).is_some_and(|aliases| aliases.contains(name)).then(|| name.clone())
        };
        let outcome = |body: &ResponseBody, by_status: &str, alone: &str| match body {
            ResponseBody::ByStatus(index) => name(Aliased::Outcome(*index), by_status),
            ResponseBody::One(Payload::Json(Type::Named(id))) => name(Aliased::Type(*id), alone),
            ResponseBody::One(_) => None,
        };
        OwnNames {
            output: outcome(&responses.output, "Output", RESPONSE),
            error: outcome(&responses.error, "Error", RESPONSE),
        }
    }

    /// The operation's parameters, its own before those of the path.
    fn parameters(&mut self, found: &Found<'a>) -> Vec<(Part<'a, Parameter>, Option<&'a str>)> {
        let own = found.operation.list("parameters", &found.operation.item.parameters);
        let shared = found.item.list("parameters", &found.item.item.parameters);
        let security = found.operation.item.security.as_ref().or(self.api.security.as_ref());
        let secured = security.is_some_and(|alternatives| !alternatives.is_empty());
        let mut seen = HashSet::new();
        let mut out = Vec::new();
        for parameter in own.chain(shared) {
            let shared = parameter.entry("$ref").and_then(|entry| entry.node.as_str()?.rsplit('/').next());
            let reference = parameter.entry("$ref").map(|entry| &entry.key);
            let Ok(parameter) = self.loaded.follow(parameter, "parameters", |components| &components.parameters) else {
                let message = "the reference does not lead to a parameter".to_owned();
                self.unsupported(
                    "foreign-ref",
                    message,
                    reference.unwrap_or(found.operation.at),
                    "the parameter is left out",
                );
                continue;
            };
            reference.into_iter().for_each(|at| self.ledger.take(at));
            let place = place(&parameter);
            let name = &parameter.item.parameter_data_ref().name;
            // OpenAPI defines these elsewhere: as media types, and as security schemes if there are any.
            let elsewhere = place == Place::Header
                && match name.to_ascii_lowercase().as_str() {
                    "accept" | "content-type" => true,
                    "authorization" => secured,
                    _ => false,
                };
            if elsewhere {
                parameter.node.entries().for_each(|(_, entry)| self.ledger.ignore(&entry.key, Reason::HttpHeader));
            } else if seen
                .insert((if place == Place::Header { name.to_ascii_lowercase() } else { name.clone() }, place))
            {
                out.push((parameter, shared));
            } else {
                // The operation's own parameter takes precedence.
                parameter.node.entries().for_each(|(_, entry)| self.ledger.ignore(&entry.key, Reason::Overridden));
            }
        }
        out
    }

    fn parameter(&mut self, found: &Found<'a>, part: &Part<'a, Parameter>, naming: &Naming, inputs: &mut Inputs) {
        let data = part.item.parameter_data_ref();
        self.take_members(
            part,
            &["name", "in", "required", "style", "explode", "allowReserved", "deprecated", "x-client"],
        );
        let (place, style, allow_reserved) = place_and_style(part, data.explode);
        let (lowered, json) = match &data.format {
            ParameterSchemaOrContent::Schema(_) => {
                self.take_members(part, &["schema"]);
                (part.schema().map_or_else(Lowered::text, |schema| self.schema(&schema, naming)), false)
            }
            ParameterSchemaOrContent::Content(content) => match part.map("content", content).next() {
                Some((media_type, media)) => {
                    for (other, media) in part.map("content", content).skip(1) {
                        let message = format!(
                            "the parameter `{}` has several media types: `{media_type}` and `{other}`",
                            data.name
                        );
                        self.unsupported("parameter-content", message, media.at, "the first one applies");
                    }
                    let json = super::body::is_json(media_type);
                    self.ledger.take(media.at);
                    // Text is not encoded, and the whole query is serialized like a form.
                    let text = super::body::is_text(media_type)
                        && media.schema().is_some_and(|schema| is_scalar(&self.peek(&schema)));
                    let form = place == Place::QueryString && super::body::is_form(media_type);
                    let typed = json || text || form;
                    let schema = media.schema().filter(|_| typed);
                    let lowered = schema.map(|schema| {
                        self.take_members(&media, &["schema"]);
                        self.schema(&schema, naming)
                    });
                    if !typed {
                        self.unsupported(
                            "parameter-content",
                            format!("the parameter `{}` has the media type `{media_type}`", data.name),
                            media.at,
                            "its value is passed as text",
                        );
                    }
                    (lowered.unwrap_or_else(Lowered::text), json)
                }
                None => (Lowered::text(), false),
            },
        };
        let client = data.extensions.get("x-client").and_then(Value::as_str).map(str::to_owned);
        self.take_members(part, &["description"]);
        let mut docs = lowered.docs(data.description.as_deref(), self.ledger, || {
            format!("The parameter {}.", markdown::code(&data.name))
        });
        if lowered.example.is_none() && lowered.ty != Type::Secret {
            let listed = part.node.get("examples").into_iter().flat_map(Node::entries);
            let mut values = listed.filter_map(|(_, example)| example_value(&example.node));
            let example = part.node.get("example").or_else(|| values.next()).map(Node::to_json);
            docs = docs::with_fact(docs, &docs::example(example.as_ref()).unwrap_or_default());
        }
        for key in ["example", "examples"] {
            let Some(entry) = part.entry(key) else { continue };
            let first = entry.node.entries().next().and_then(|(_, example)| example_value(&example.node));
            let value = if key == "example" { Some(&entry.node) } else { first };
            let shown = lowered.example.is_none() && lowered.ty != Type::Secret;
            self.take_example(entry, value.filter(|_| shown));
        }
        let required = data.required && place != Place::Path && client.is_none();
        let constant = lowered.constant().filter(|_| required && !json);
        if required {
            docs = docs::with_fact(docs, docs::required(constant.as_ref()));
        }
        let ty = if place == Place::Path && lowered.ty == Type::Value { Type::String } else { lowered.ty };
        let ambiguous = inputs.ambiguous(&data.name, place);
        let text = matches!(ty, Type::String | Type::Secret | Type::Formatted(_) | Type::JsonText(_));
        let kind = match json && !text && place != Place::Path && ambiguous.is_none() {
            true => InputKind::JsonText(ty.clone()),
            false => InputKind::Value(ty.clone(), false),
        };
        let input = Input {
            ident: inputs.name(&data.name, place),
            wire: data.name.clone(),
            place: ambiguous,
            docs,
            kind,
            deprecated: data.deprecated == Some(true) || lowered.deprecated,
            example: self.parameter_example(part, lowered.example.map(|it| it.value)),
        };
        match (place, &client) {
            // A parameter filled by the client is not an input of each call.
            (_, Some(setting)) => {
                let docs = docs::with_fact(input.docs, &self.values_of(&ty).unwrap_or_default());
                self.setting(setting, docs);
            }
            (Place::Path, None) => inputs.arguments.push(input),
            (_, None) => inputs.setters.push(input),
        }
        inputs.params.push(Param {
            name: data.name.clone(),
            place,
            required: data.required || place == Place::Path,
            style,
            allow_reserved: allow_reserved || place == Place::Path && is_several_segments(found.path, &data.name),
            json,
            spread: false,
            header_of: None,
            media_type: None,
            client,
            constant,
            shape: lowered.shape,
        });
    }
}

/// The value of an example, which has a different key in OpenAPI 3.2.
fn example_value(example: &Node) -> Option<&Node> {
    example.get("value").or_else(|| example.get("dataValue"))
}

impl Lowered<'_> {
    /// A string without limits.
    pub fn text() -> Self {
        Self::plain(Type::String)
    }
}

fn place(parameter: &Part<'_, Parameter>) -> Place {
    match parameter.item {
        Parameter::Path { .. } => Place::Path,
        Parameter::Query { .. } if parameter.is_query_string() => Place::QueryString,
        Parameter::Query { .. } => Place::Query,
        Parameter::Header { .. } => Place::Header,
        Parameter::Cookie { .. } => Place::Cookie,
    }
}

fn place_and_style(part: &Part<'_, Parameter>, explode: Option<bool>) -> (Place, Option<Serialization>, bool) {
    let parameter = part.item;
    let (usual, reserved) = match parameter {
        Parameter::Path { style, .. } => {
            let style = match style {
                PathStyle::Simple => Style::Simple,
                PathStyle::Label => Style::Label,
                PathStyle::Matrix => Style::Matrix,
            };
            (Serialization { style, explode: false }, false)
        }
        Parameter::Query { style, allow_reserved, .. } => (query_style(style), *allow_reserved),
        Parameter::Header { .. } => (Serialization { style: Style::Simple, explode: false }, false),
        Parameter::Cookie { .. } => {
            let style = if part.is_plain_cookie() { Style::Cookie } else { Style::Form };
            (Serialization { style, explode: true }, false)
        }
    };
    let given = Serialization { explode: explode.unwrap_or(usual.explode), ..usual };
    let place = place(part);
    let default = match place {
        Place::Path | Place::Header => Serialization { style: Style::Simple, explode: false },
        _ => Serialization { style: Style::Form, explode: true },
    };
    (place, Some(given).filter(|given| *given != default), reserved)
}

/// A query style, and whether it explodes by default.
pub(super) fn query_style(style: &QueryStyle) -> Serialization {
    let (style, explode) = match style {
        QueryStyle::Form => (Style::Form, true),
        QueryStyle::SpaceDelimited => (Style::SpaceDelimited, false),
        QueryStyle::PipeDelimited => (Style::PipeDelimited, false),
        QueryStyle::DeepObject => (Style::DeepObject, true),
    };
    Serialization { style, explode }
}

/// A path with only the parameters' names between braces, if the document uses the syntax of another template language.
fn template(path: &str, params: &[Param]) -> String {
    let mut out = path.to_owned();
    for placeholder in placeholders(path) {
        let known = |name: &str| params.iter().any(|param| param.place == Place::Path && param.name == name);
        if !known(placeholder) && known(bare(placeholder)) {
            out = out.replace(&format!("{{{placeholder}}}"), &format!("{{{}}}", bare(placeholder)));
        }
    }
    out
}

/// Whether a parameter of a path may have several segments: `{path*}`, `{+path}`, `{path...}`.
fn is_several_segments(path: &str, name: &str) -> bool {
    let mut of_name = placeholders(path).filter(|placeholder| *placeholder != name && bare(placeholder) == name);
    of_name.any(|placeholder| placeholder.contains(['*', '+']) || placeholder.ends_with("..."))
}

/// The identity of an operation on the wire.
fn address(found: &Found<'_>) -> String {
    match found.path.split_once("/#") {
        Some((_, action)) => action.to_owned(),
        None => format!("{} {}", found.method, found.path),
    }
}

/// Whether a schema is a single string, number or boolean.
fn is_scalar(schema: &Schema<'_>) -> bool {
    use JsonType::{Boolean, Integer, Number, String};
    schema.ty.is_some_and(|ty| matches!(ty.value, String | Integer | Number | Boolean))
}

/// The text, unless it is blank.
fn non_blank(words: &Option<String>) -> Option<&str> {
    words.as_deref().filter(|words| !words.trim().trim_matches('.').is_empty())
}

/// Search terms for the operation: the vendor's name, and the verbatim id.
fn aliases(found: &Found<'_>, method_name: &str, type_name: &str) -> Vec<String> {
    let sdk = found.operation.item.extensions.get("x-sdk-name").and_then(Value::as_str);
    let id = found.operation.item.operation_id.as_deref();
    let mut out: Vec<String> = Vec::new();
    for alias in [sdk, id].into_iter().flatten() {
        let method_name = method_name.trim_start_matches("r#");
        let usable = !alias.is_empty() && !alias.contains(['"', '\'']) && !alias.contains(char::is_whitespace);
        if usable && alias != method_name && alias != type_name && !out.iter().any(|known| known == alias) {
            out.push(alias.to_owned());
        }
    }
    out
}

fn deprecation(found: &Found<'_>) -> String {
    let legacy = found.operation.item.extensions.get("x-legacy");
    let text = |key: &str| legacy.and_then(|legacy| legacy.get(key)).and_then(Value::as_str);
    match (text("replacement"), text("retired")) {
        // Its method is assigned when all operations are known.
        (Some(replacement), _) => format!("use `{replacement}`"),
        (None, Some(date)) => format!("retired on {date}"),
        (None, None) => "deprecated by the service".to_owned(),
    }
}
