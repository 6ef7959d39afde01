//! Reads a document's JSON into operations.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::reference;
use super::schema;
use super::sequence;
use super::{
    Body, Document, Encoding, Media, MediaKind, Operation, Parameter, Place, Protocol, Response, SchemaRef, Status,
    Style,
};

/// Keys of a path item that are operations.
const METHODS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/// Parameters that OpenAPI requires to be ignored, as other parts of the document define them.
const IGNORED: &[&str] = &["accept", "content-type", "authorization"];

pub(super) fn document(root: Value) -> Result<Document, String> {
    let entries = root.as_object().ok_or("the document is not an object")?;
    let text = |key: &str| entries.get(key).and_then(Value::as_str);
    let old_schemas = text("openapi").is_some_and(|version| version.starts_with("3.0"));
    let protocol = match text("x-protocol") {
        Some("aliyun-rpc") => Protocol::AliyunRpc,
        Some("huawei-rest") => Protocol::HuaweiRest,
        _ => Protocol::Http,
    };
    let mut reader = Reader { root: &root, notes: Vec::new(), old_schemas };
    let operations = reader.operations(entries.get("paths"));
    let notes = reader.notes;
    let (schemas, validators, children, loops) = Default::default();
    Ok(Document { root, protocol, old_schemas, operations, notes, schemas, validators, children, loops })
}

struct Reader<'a> {
    root: &'a Value,
    notes: Vec<String>,
    old_schemas: bool,
}

impl<'a> Reader<'a> {
    /// The node at a place with its `$ref`s resolved, and its final place.
    fn follow(&mut self, node: &'a Value, pointer: String) -> Option<(&'a Value, String)> {
        let followed = reference::follow(self.root, node, pointer.clone());
        if followed.is_none() {
            self.notes.push(format!("{pointer}: dangling `$ref`"));
        }
        followed
    }

    fn operations(&mut self, paths: Option<&'a Value>) -> Vec<Operation> {
        let mut operations = Vec::new();
        for (path, item) in entries(paths).filter(|(path, _)| path.starts_with('/')) {
            let Some((item, at)) = self.follow(item, child("/paths", path)) else { continue };
            for (method, operation) in entries(Some(item)).filter(|(key, _)| METHODS.contains(key)) {
                operations.push(self.operation(path, method, operation, item, &at, &child(&at, method)));
            }
            for (method, operation) in entries(item.get("additionalOperations")) {
                let here = child(&child(&at, "additionalOperations"), method);
                operations.push(self.operation(path, method, operation, item, &at, &here));
            }
        }
        operations
    }

    fn operation(
        &mut self,
        path: &str,
        method: &str,
        operation: &'a Value,
        item: &'a Value,
        item_at: &str,
        at: &str,
    ) -> Operation {
        let mut parameters: IndexMap<(Place, String), Parameter> = IndexMap::new();
        for (parent, at) in [(item, item_at), (operation, at)] {
            let list = parent.get("parameters").and_then(Value::as_array).into_iter().flatten();
            for (index, parameter) in list.enumerate() {
                let here = format!("{at}/parameters/{index}");
                let Some((parameter, here)) = self.follow(parameter, here) else { continue };
                let Some(parameter) = self.parameter(parameter, &here) else { continue };
                parameters.insert((parameter.place, parameter.name.clone()), parameter);
            }
        }
        let security = operation.get("security").or_else(|| self.root.get("security")).and_then(Value::as_array);
        let secured = security.is_some_and(|alternatives| !alternatives.is_empty());
        let parameters = self.usable(parameters.into_values(), path, at, secured);
        let mut responses = Vec::new();
        for (status, response) in entries(operation.get("responses")) {
            let here = child(&child(at, "responses"), status);
            let Some(key) = status_of(status) else {
                if !status.starts_with("x-") {
                    self.notes.push(format!("{here}: not a status"));
                }
                continue;
            };
            let Some((response, here)) = self.follow(response, here) else { continue };
            responses.push(self.response(method, key, response, &here));
        }
        let body = operation.get("requestBody").and_then(|body| {
            let (body, here) = self.follow(body, child(at, "requestBody"))?;
            let required = body.get("required").and_then(Value::as_bool).unwrap_or(false);
            Some(Body { required, media: self.media(body.get("content"), &child(&here, "content"), false) })
        });
        Operation {
            at: at.to_owned(),
            id: operation.get("operationId").and_then(Value::as_str).map(str::to_owned),
            // Other methods are sent as written.
            method: if METHODS.contains(&method) { method.to_ascii_uppercase() } else { method.to_owned() },
            path: path.to_owned(),
            parameters,
            body,
            responses,
        }
    }

    /// The usable parameters: those of the path are those of its template. Without a security scheme for it,
    /// `Authorization` is an ordinary header.
    fn usable(
        &mut self,
        parameters: impl Iterator<Item = Parameter>,
        path: &str,
        at: &str,
        secured: bool,
    ) -> Vec<Parameter> {
        let ignored = |name: &str| {
            let name = name.to_ascii_lowercase();
            IGNORED.contains(&name.as_str()) && (secured || name != "authorization")
        };
        let parameters: Vec<Parameter> = parameters.collect();
        let template = path.split(['?', '#']).next().unwrap_or_default();
        let names: Vec<&str> = template.split('{').skip(1).filter_map(|part| Some(part.split_once('}')?.0)).collect();
        let declared = |name: &str| parameters.iter().any(|it| it.place == Place::Path && it.name == name);
        // Other template languages have operators next to the name.
        let names: Vec<&str> =
            names.into_iter().map(|name| if declared(name) { name } else { plain_name(name) }).collect();
        let mut usable = Vec::new();
        for parameter in parameters {
            let name = &parameter.name;
            let same = |known: &Parameter| known.place == Place::Header && known.name.eq_ignore_ascii_case(name);
            let why = match parameter.place {
                Place::Header if usable.iter().any(same) => "is a duplicate except for case",
                Place::Path if !names.contains(&name.as_str()) => "is not in the path",
                Place::Header if http::HeaderName::from_bytes(name.as_bytes()).is_err() => "is not a valid header name",
                Place::Header if ignored(name) => continue,
                _ => {
                    usable.push(parameter);
                    continue;
                }
            };
            self.notes.push(format!("{at}: the parameter `{name}` {why}"));
        }
        for name in names {
            let known = |parameter: &Parameter| parameter.place == Place::Path && parameter.name == name;
            if !usable.iter().any(known) {
                self.notes.push(format!("{at}: `{{{name}}}` in the path is not a parameter"));
                usable.push(self.written(name, Place::Path, &Value::Null, at));
            }
        }
        usable
    }

    fn parameter(&mut self, node: &'a Value, at: &str) -> Option<Parameter> {
        let Some(name) = node.get("name").and_then(Value::as_str) else {
            self.notes.push(format!("{at}: a parameter without a name"));
            return None;
        };
        let place = match node.get("in").and_then(Value::as_str) {
            Some("path") => Place::Path,
            Some("query") => Place::Query,
            Some("header") => Place::Header,
            Some("cookie") => Place::Cookie,
            Some("querystring") => Place::QueryString,
            _ => {
                self.notes.push(format!("{at}: a parameter without a location"));
                return None;
            }
        };
        Some(self.written(name, place, node, at))
    }

    /// A parameter or header: its schema, and its encoding.
    fn written(&self, name: &str, place: Place, node: &Value, at: &str) -> Parameter {
        let default = match place {
            Place::Path | Place::Header => Style::Simple,
            Place::Query | Place::Cookie | Place::QueryString => Style::Form,
        };
        let style = node.get("style").and_then(Value::as_str).and_then(style_of).unwrap_or(default);
        let flag = |key: &str| node.get(key).and_then(Value::as_bool);
        let content = entries(node.get("content")).next();
        let (content, schema) = match content {
            Some((media_type, media)) => {
                let here = child(&child(&child(at, "content"), media_type), "schema");
                (Some(media_type.to_owned()), media.get("schema").map(|_| SchemaRef(here)))
            }
            None => (None, node.get("schema").map(|_| SchemaRef(child(at, "schema")))),
        };
        Parameter {
            name: name.to_owned(),
            place,
            required: place == Place::Path || flag("required").unwrap_or(false),
            style,
            explode: flag("explode").unwrap_or(matches!(style, Style::Form | Style::Cookie)),
            allow_reserved: flag("allowReserved").unwrap_or(false),
            content,
            schema,
            client: node.get("x-client").and_then(Value::as_str).map(str::to_owned),
        }
    }

    fn response(&mut self, method: &str, status: Status, node: &'a Value, at: &str) -> Response {
        let mut headers = Vec::new();
        for (name, header) in entries(node.get("headers")) {
            if IGNORED.contains(&name.to_ascii_lowercase().as_str()) {
                continue;
            }
            let Some((header, here)) = self.follow(header, child(&child(at, "headers"), name)) else { continue };
            // Header names are case-insensitive.
            if headers.iter().any(|known: &Parameter| known.name.eq_ignore_ascii_case(name)) {
                self.notes.push(format!("{here}: another header has this name"));
                continue;
            }
            headers.push(self.written(name, Place::Header, header, &here));
        }
        // HTTP has no body for these, whatever the document declares.
        let empty = method == "head" || matches!(status, Status::Code(204 | 205 | 304));
        let media = if empty { Vec::new() } else { self.media(node.get("content"), &child(at, "content"), true) };
        Response { status, headers, media }
    }

    /// The media types of a body. Sequences in responses are read item by item.
    fn media(&mut self, content: Option<&'a Value>, at: &str, response: bool) -> Vec<Media> {
        let mut all = Vec::new();
        for (media_type, node) in entries(content) {
            let Some((node, here)) = self.follow(node, child(at, media_type)) else { continue };
            let schema = node.get("schema").map(|_| SchemaRef(child(&here, "schema")));
            let resolved = node.get("schema").and_then(|inner| reference::follow(self.root, inner, String::new()));
            let kind = self.kind(media_type, resolved.map(|(node, _)| node));
            let sequence = sequence::kind(media_type).filter(|_| response);
            let (kind, schema) = match sequence {
                Some(kind) => sequence::read(self.root, kind, node, &here),
                None => (kind, schema),
            };
            // OpenAPI 3.0 has no styles in multipart bodies; Swagger 2.0, which is rewritten to 3.0, has them for
            // lists.
            let styled = kind != MediaKind::Multipart || !self.old_schemas || self.root.get("x-swagger").is_some();
            let encoding = entries(node.get("encoding")).map(|(name, node)| {
                let encoding = encoding(node);
                let style = encoding.style.filter(|_| styled);
                (name.to_owned(), Encoding { style, ..encoding })
            });
            all.push(Media { media_type: media_type.to_owned(), kind, schema, encoding: encoding.collect() });
        }
        all
    }

    fn kind(&self, media_type: &str, schema: Option<&'a Value>) -> MediaKind {
        let essence = essence(media_type);
        let fields = schema.is_some_and(|schema| schema::has_fields(self.root, schema));
        let binary = schema.is_some_and(|schema| schema::is_binary(self.root, schema, self.old_schemas));
        match essence.as_str() {
            _ if binary => MediaKind::Bytes,
            "application/x-www-form-urlencoded" if fields => MediaKind::Form,
            multipart if multipart.starts_with("multipart/") && fields => MediaKind::Multipart,
            "*/*" | "application/*" if schema.is_some_and(schema::is_text) => MediaKind::Text,
            "*/*" | "application/*" if schema.is_some() => MediaKind::Json,
            _ if is_json(&essence) => MediaKind::Json,
            _ if is_textual(&essence) => MediaKind::Text,
            _ => MediaKind::Bytes,
        }
    }
}

/// The name in `{path*}`, `{+path}` or `{name=things/*}` of other template languages.
pub(crate) fn plain_name(placeholder: &str) -> &str {
    let is_of_name = |c: char| c.is_alphanumeric() || "_-.".contains(c);
    let begin = placeholder.find(is_of_name).unwrap_or_default();
    let name = &placeholder[begin..];
    name[..name.find(|c| !is_of_name(c)).unwrap_or(name.len())].trim_end_matches('.')
}

fn encoding(node: &Value) -> Encoding {
    let text = |key: &str| node.get(key).and_then(Value::as_str);
    let flag = |key: &str| node.get(key).and_then(Value::as_bool);
    let stated = ["style", "explode", "allowReserved"].iter().any(|key| node.get(*key).is_some());
    let style = text("style").and_then(style_of).unwrap_or(Style::Form);
    Encoding {
        content_type: text("contentType").map(str::to_owned),
        style: stated.then(|| (style, flag("explode").unwrap_or(style == Style::Form))),
        allow_reserved: flag("allowReserved").unwrap_or(false),
    }
}

fn style_of(text: &str) -> Option<Style> {
    Some(match text {
        "simple" => Style::Simple,
        "label" => Style::Label,
        "matrix" => Style::Matrix,
        "form" => Style::Form,
        "spaceDelimited" => Style::SpaceDelimited,
        "pipeDelimited" => Style::PipeDelimited,
        "deepObject" => Style::DeepObject,
        "cookie" => Style::Cookie,
        _ => return None,
    })
}

fn status_of(text: &str) -> Option<Status> {
    if text == "default" {
        return Some(Status::Default);
    }
    match text.as_bytes() {
        [hundreds @ b'1'..=b'5', b'X' | b'x', b'X' | b'x'] => Some(Status::Range(u16::from(hundreds - b'0'))),
        _ => text.parse().ok().filter(|code| (100..1000).contains(code)).map(Status::Code),
    }
}

/// A media type without its parameters, in lower case.
pub fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether a media type is text.
fn is_textual(essence: &str) -> bool {
    let is = |suffix: &&str| essence.ends_with(*suffix);
    essence.starts_with("text/") || ["xml", "yaml", "javascript", "x-www-form-urlencoded"].iter().any(is)
}

/// Whether a media type is JSON.
pub fn is_json(essence: &str) -> bool {
    essence.ends_with("/json") || essence.ends_with("+json")
}

fn entries(node: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    node.and_then(Value::as_object).into_iter().flat_map(Map::iter).map(|(key, value)| (key.as_str(), value))
}

fn child(at: &str, token: &str) -> String {
    if token.contains(['~', '/']) {
        return SchemaRef(at.to_owned()).child(token).0;
    }
    [at, "/", token].concat()
}
