//! Reads a request as its operation documents it, and finds what breaks the document.

use bytes::Bytes;
use http::Request;
use indexmap::IndexMap;
use serde_json::{Value, json};
use yundb_contract::document::{Direction, MediaKind, Operation, Parameter, Place, SchemaRef, Style, essence};
use yundb_contract::wire::{self, Content, Data, Field, Input};

use crate::outline::{Naming, like};
use crate::service::Service;

/// Common parameters of RPC calls, which no operation documents.
const COMMON: &[&str] = &[
    "Action",
    "Version",
    "Format",
    "AccessKeyId",
    "SignatureMethod",
    "SignatureType",
    "SignatureVersion",
    "SignatureNonce",
    "Signature",
    "Timestamp",
    "SecurityToken",
    "BearerToken",
    "RegionId",
    "Product",
];

/// A request as its operation documents it.
pub struct Read {
    /// The parameters and the body.
    pub input: Input,
    /// What breaks the document.
    pub broken: Vec<Broken>,
    /// What the document does not have, but services ignore.
    pub notes: Vec<String>,
}

/// A part of a request that breaks the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The name of the parameter, or of the body's field.
    pub name: String,
    /// Whether it is missing.
    pub missing: bool,
    /// What is wrong, in words.
    pub message: String,
    /// The rule, as a JSON pointer into the document.
    pub rule: String,
}

/// Reads a request and validates it.
pub fn read(service: &Service, operation: &Operation, request: &Request<Bytes>) -> Read {
    let given = expected(service, operation, request);
    let mut sent = wire::sent(&service.document, operation, &service.base, &given, request);
    if service.is_rpc() {
        // The vendor's SDKs write booleans in the way of their languages.
        sent.input
            .query
            .iter_mut()
            .for_each(|(name, value)| given.query.get(name).into_iter().for_each(|like| boolean(value, like)));
    }
    let mut check = Check { service, operation, broken: Vec::new() };
    for fault in &sent.faults {
        let (name, rule) = match &fault.parameter {
            Some((place, name)) => (name.clone(), check.rule_of(*place, name)),
            None => ("body".to_owned(), operation.at.clone()),
        };
        check.broken.push(Broken { name, missing: false, message: fault.message.clone(), rule });
    }
    for parameter in &operation.parameters {
        check.parameter(parameter, sent.input.of(parameter.place).get(&parameter.name));
    }
    check.body(sent.input.body.as_ref());
    let other = sent.other_query.iter().map(|(name, _)| name).filter(|name| !is_known(service, operation, name));
    let notes = other.map(|name| format!("`{name}` is not a parameter of {}", service.called(operation)));
    Read { notes: notes.collect(), broken: check.broken, input: sent.input }
}

/// Whether a parameter in the query is one that every call may have.
fn is_known(service: &Service, operation: &Operation, name: &str) -> bool {
    let schemes = service.document.root.pointer("/components/securitySchemes").and_then(Value::as_object);
    let is_key = schemes.into_iter().flat_map(|map| map.values()).any(|scheme| {
        let scheme = service.resolved(scheme);
        scheme.get("in").is_some_and(|it| it == "query") && scheme.get("name").is_some_and(|it| it == name)
    });
    is_key || service.is_rpc() && (COMMON.contains(&name) || operation.path.ends_with(&format!("#{name}")))
}

/// The form of the input that the document expects, which decides how its texts are read.
fn expected(service: &Service, operation: &Operation, request: &Request<Bytes>) -> Input {
    let is_rpc = service.is_rpc();
    let pairs = |text: &str| text.split('&').filter_map(|it| it.split('=').next()).map(decoded).collect::<Vec<_>>();
    let mut names = pairs(request.uri().query().unwrap_or_default());
    let content_type = request.headers().get(http::header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let in_form = pairs(&String::from_utf8_lossy(request.body()));
    if is_rpc {
        names.extend(in_form.iter().cloned());
    }
    let document = &service.document;
    let mut given = Input::default();
    for parameter in operation.parameters.iter().filter(|it| it.content.is_none()) {
        let naming = match parameter.style {
            _ if is_rpc => Naming::Dots,
            Style::DeepObject => Naming::Brackets,
            _ => Naming::Plain,
        };
        let like = like(document, parameter.schema.as_ref(), &parameter.name, naming, &names);
        given.of_mut(parameter.place).insert(parameter.name.clone(), like);
    }
    let media = operation.body.iter().flat_map(|body| &body.media);
    let found = content_type.map(essence).unwrap_or_default();
    let media = media.into_iter().find(|media| essence(&media.media_type) == found);
    if let Some(media) = media {
        let fields = media.schema.as_ref().map(|schema| like(document, Some(schema), "", Naming::Plain, &in_form));
        let fields = fields.and_then(|fields| if let Value::Object(fields) = fields { Some(fields) } else { None });
        let fields = fields.unwrap_or_default().into_iter();
        let data = match media.kind {
            MediaKind::Form => Some(Data::Form(fields.collect())),
            // Files are recognized by their names.
            MediaKind::Multipart => {
                let text = |value: &Value| matches!(value, Value::String(_));
                let values = fields.filter(|(_, value)| !text(value));
                Some(Data::Multipart(values.map(|(name, value)| (name, Field::Value(value))).collect()))
            }
            _ => None,
        };
        given.body = data.map(|data| Content { media_type: media.media_type.clone(), data });
    }
    given
}

/// Reads `True` and `FALSE` where a boolean is expected.
fn boolean(value: &mut Value, like: &Value) {
    match (value, like) {
        (value @ Value::String(_), Value::Bool(_)) => {
            let read = value.as_str().and_then(|text| text.to_lowercase().parse::<bool>().ok());
            read.into_iter().for_each(|flag| *value = flag.into());
        }
        (Value::Object(fields), Value::Object(like)) => {
            fields
                .iter_mut()
                .for_each(|(name, value)| like.get(name).into_iter().for_each(|like| boolean(value, like)));
        }
        (Value::Array(items), Value::Array(like)) => {
            items.iter_mut().zip(like).for_each(|(value, like)| boolean(value, like));
        }
        _ => {}
    }
}

fn decoded(raw: &str) -> String {
    percent_encoding::percent_decode_str(&raw.replace('+', " ")).decode_utf8_lossy().into_owned()
}

struct Check<'a> {
    service: &'a Service,
    operation: &'a Operation,
    broken: Vec<Broken>,
}

impl Check<'_> {
    fn parameter(&mut self, parameter: &Parameter, value: Option<&Value>) {
        let name = &parameter.name;
        let rule = self.rule_of(parameter.place, name);
        let unread = self.broken.iter().any(|broken| broken.name == *name);
        match (value, &parameter.schema) {
            (None, _) if parameter.required && !unread && !self.may_be_empty(parameter) => {
                let message = format!("the {} parameter is required", parameter.place.as_str());
                self.broken.push(Broken {
                    name: name.clone(),
                    missing: true,
                    message,
                    rule: format!("{rule}/required"),
                });
            }
            (Some(value), Some(schema)) => self.value(name, schema, value, &[]),
            _ => {}
        }
    }

    /// Whether a parameter is an object or list that may be empty, of which nothing is sent then.
    fn may_be_empty(&self, parameter: &Parameter) -> bool {
        let document = &self.service.document;
        let fits = |schema: &SchemaRef, value: &Value| document.is_valid(schema, Direction::Request, value);
        let is_form = parameter.place == Place::Query && parameter.style == Style::Form && parameter.explode;
        parameter
            .schema
            .as_ref()
            .filter(|_| is_form && parameter.content.is_none())
            .is_some_and(|schema| !fits(schema, &json!("")) && (fits(schema, &json!({})) || fits(schema, &json!([]))))
    }

    fn body(&mut self, content: Option<&Content>) {
        let Some(body) = &self.operation.body else { return };
        let rule = format!("{}/requestBody", self.operation.at);
        let Some(content) = content else {
            if body.required && !self.broken.iter().any(|broken| broken.name == "body") {
                let message = "a body is required".to_owned();
                self.broken.push(Broken { name: "body".to_owned(), missing: true, message, rule });
            }
            return;
        };
        let found = essence(&content.media_type);
        let same = body.media.iter().find(|media| essence(&media.media_type) == found);
        let media = same.or_else(|| body.media.iter().find(|media| wire::in_range(&found, &media.media_type)));
        let Some(schema) = media.and_then(|media| media.schema.as_ref()) else { return };
        let mut files = Vec::new();
        let value = match &content.data {
            Data::Json(value) => value.clone(),
            Data::Form(fields) => object(fields, Clone::clone),
            Data::Multipart(fields) => {
                let file = |(name, field): (&String, &Field)| (!matches!(field, Field::Value(_))).then(|| name.clone());
                files = fields.iter().filter_map(file).collect();
                object(fields, |field| match field {
                    Field::Value(value) => value.clone(),
                    Field::File(_) => "".into(),
                    Field::Files(files) => files.iter().map(|_| Value::from("")).collect(),
                })
            }
            _ => return,
        };
        self.value("body", schema, &value, &files);
    }

    /// Validates a value. Of files only the presence counts.
    fn value(&mut self, name: &str, schema: &SchemaRef, value: &Value, files: &[String]) {
        for problem in self.service.document.problems(schema, Direction::Request, value) {
            let first = problem.at.split('/').nth(1).unwrap_or_default();
            if problem.overlap || files.iter().any(|file| file == first) {
                continue;
            }
            let field = problem.at.trim_start_matches('/').replace('/', ".");
            let rule = problem.rule.unwrap_or_else(|| schema.clone()).0;
            // The message quotes the name of a missing property.
            let absent = problem.message.split('"').nth(1).filter(|_| problem.keyword == "required");
            let full = |own: &str| match name {
                "body" if own.is_empty() => "body".to_owned(),
                "body" => own.to_owned(),
                name if own.is_empty() => name.to_owned(),
                name => format!("{name}.{own}"),
            };
            let (name, missing) = match absent {
                Some(absent) if field.is_empty() => (full(absent), true),
                Some(absent) => (full(&format!("{field}.{absent}")), true),
                None => (full(&field), false),
            };
            self.broken.push(Broken { name, missing, message: problem.message, rule });
        }
    }

    /// The place of a parameter in the document.
    fn rule_of(&self, place: Place, name: &str) -> String {
        let mut all = self.operation.parameters.iter();
        let schema = all.find(|it| it.place == place && it.name == name).and_then(|it| it.schema.as_ref());
        schema.and_then(|schema| schema.0.rsplit_once('/')).map_or(&*self.operation.at, |(at, _)| at).to_owned()
    }
}

fn object<T>(fields: &IndexMap<String, T>, value: impl Fn(&T) -> Value) -> Value {
    fields.iter().map(|(name, field)| (name.clone(), value(field))).collect::<serde_json::Map<_, _>>().into()
}
