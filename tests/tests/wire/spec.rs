//! The documents as the tests use them: each operation with its samples, read from `specs/` at run time.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use wiremock::ResponseTemplate;
use yundb_conform::driver::Inputs;
use yundb_conform::engine;
use yundb_conform::wire::{Content, Data, Input};
use yundb_generator::Diagnostics;
use yundb_generator::lower::model;
use yundb_runtime::serde::de::DeserializeOwned;

use super::synthetic::synthetic;

/// The project of clients.
pub const PROJECT: &str = "0123456789abcdef0123456789abcdef";

/// A service's document.
pub struct Service {
    document: Value,
    /// In the generator's form, from which the drivers' inputs are derived.
    model: model::Service,
    conform: yundb_conform::document::Document,
    pub operations: Vec<Operation>,
}

/// The kind of samples of an operation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Samples {
    /// The document's own; missing ones are generated from the schema.
    Documented,
    /// All generated from their schemas: every field, and strings with `hidden` in them for sensitive ones.
    Made,
}

/// An operation and the samples of its input and its response.
pub struct Operation {
    pub id: String,
    /// The vendor's own name, which errors contain; the `Action` of an RPC operation.
    pub name: String,
    pub method: String,
    pub path: String,
    pub params: Vec<Param>,
    pub body: Option<Value>,
    pub response: Response,
    /// The responses other than success: status (`default` too), schema and samples.
    pub failures: Vec<Failure>,
    /// The parts without a sample in the document.
    pub synthetic: Vec<String>,
}

/// A parameter and its sample.
pub struct Param {
    pub name: String,
    pub place: String,
    pub value: Value,
    /// Whether it is sent as JSON text.
    pub json: bool,
    /// The client setting that provides it.
    pub client: Option<String>,
}

/// A success.
pub struct Response {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    /// Null if there is none.
    pub body: Value,
}

/// A documented failure.
pub struct Failure {
    pub status: String,
    pub schema: Value,
    pub samples: Vec<Value>,
}

impl Service {
    /// Loads `specs/<name>`.
    pub fn load(name: &str, samples: Samples) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs").join(name);
        let mut diagnostics = Diagnostics::new();
        let document = yundb_generator::load::load(&folder, &mut diagnostics).map(|loaded| loaded.value());
        let model = yundb_generator::model(&folder, name, name, &mut diagnostics);
        assert!(diagnostics.is_empty(), "{}", diagnostics.render(false));
        let (document, (model, _)) = document.zip(model).unwrap();
        let mut operations = Vec::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                operations.push(
                    Reader { document: &document, samples, synthetic: Vec::new() }.operation(path, method, operation),
                );
            }
        }
        let conform = yundb_conform::document::Document::new(document.clone()).unwrap();
        Self { document, model, conform, operations }
    }

    /// The operation of this id.
    pub fn operation(&self, id: &str) -> &Operation {
        self.operations.iter().find(|operation| operation.id == id).unwrap_or_else(|| panic!("no operation {id}"))
    }

    /// An operation's sample as its driver's input, without the values that the client fills in.
    pub fn inputs(&self, operation: &Operation) -> Inputs {
        let mut documented = self.conform.operations.iter();
        let documented = documented.find(|it| it.method == operation.method && it.path == operation.path).unwrap();
        let mut model = self.model.groups.iter().flat_map(|group| &group.operations);
        let model = model.find(|it| it.method == operation.method && it.path == operation.path).unwrap();
        let mut input = Input::default();
        for param in operation.params.iter().filter(|param| param.client.is_none()) {
            let place = match param.place.as_str() {
                "path" => &mut input.path,
                "query" => &mut input.query,
                "header" => &mut input.header,
                other => panic!("{}: a parameter in {other}", operation.id),
            };
            place.insert(param.name.clone(), param.value.clone());
        }
        let media_type = "application/json".to_owned();
        input.body = operation.body.clone().map(|body| Content { media_type, data: Data::Json(body) });
        engine::feed(documented, &[], model, input.body.is_some().then_some(0), &input).unwrap()
    }

    /// A complete value of a schema.
    pub fn synthetic(&self, schema: &Value) -> Value {
        synthetic(&self.document, schema, "body")
    }

    /// A schema under `components`, by the name of its file.
    pub fn schema(&self, name: &str) -> &Value {
        &self.document["components"]["schemas"][name]
    }
}

impl Operation {
    /// The sample of a parameter or of a body field, as the type of its setter.
    pub fn input<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let param = self.params.iter().find(|param| param.name == name).map(|param| &param.value);
        param.map(|value| self.read(name, value)).or_else(|| self.field(name))
    }

    /// The sample of a field of the body.
    pub fn field<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        self.body.as_ref()?.get(name).map(|value| self.read(name, value))
    }

    fn read<T: DeserializeOwned>(&self, name: &str, value: &Value) -> T {
        serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{} {name}: {error} in {value}", self.id))
    }

    /// The success as the server sends it.
    pub fn response(&self) -> ResponseTemplate {
        let template = ResponseTemplate::new(self.response.status);
        let template = match &self.response.body {
            Value::Null => template,
            body => template.set_body_json(body),
        };
        let headers = self.response.headers.iter();
        headers.fold(template, |template, (name, value)| template.insert_header(name.as_str(), value.as_str()))
    }
}

impl Param {
    /// The sample as in a URL, form or header, unencoded.
    pub fn as_text(&self) -> String {
        match &self.value {
            Value::String(text) if !self.json => text.clone(),
            value => value.to_string(),
        }
    }
}

/// Reads one operation.
struct Reader<'a> {
    document: &'a Value,
    samples: Samples,
    synthetic: Vec<String>,
}

impl<'a> Reader<'a> {
    fn operation(mut self, path: &str, method: &str, operation: &'a Value) -> Operation {
        let text = |key: &str| operation[key].as_str().map(str::to_owned);
        let id = text("operationId").unwrap();
        let action = path.strip_prefix("/#Action=");
        let name = action.map(str::to_owned).or_else(|| text("x-sdk-name")).unwrap_or_else(|| id.clone());
        let params = list(&operation["parameters"]).map(|param| self.param(resolve(self.document, param))).collect();
        let body = operation.get("requestBody").map(|body| {
            let content = &resolve(self.document, body)["content"]["application/json"];
            self.sample(content, &content["schema"], "body")
        });
        let responses = operation["responses"].as_object().unwrap();
        let (status, success) = responses.iter().find(|(status, _)| status.starts_with('2')).unwrap();
        let success = resolve(self.document, success);
        let content = &success["content"]["application/json"];
        let response = Response {
            status: status.parse().unwrap(),
            headers: entries(&success["headers"])
                .map(|(name, header)| {
                    let header = resolve(self.document, header);
                    let value = self.sample(header, &header["schema"], name);
                    (name.to_owned(), value.as_str().unwrap().to_owned())
                })
                .collect(),
            body: match content {
                Value::Null => Value::Null,
                content => self.sample(content, &content["schema"], "response"),
            },
        };
        let failures = responses.iter().filter(|(status, _)| !status.starts_with('2')).map(|(status, failure)| {
            let content = &resolve(self.document, failure)["content"]["application/json"];
            let samples = entries(&content["examples"]).map(|(_, example)| example["value"].clone());
            Failure { status: status.clone(), schema: content["schema"].clone(), samples: samples.collect() }
        });
        let failures = failures.collect();
        let (method, path) = (method.to_uppercase(), path.to_owned());
        Operation { id, name, method, path, params, body, response, failures, synthetic: self.synthetic }
    }

    fn param(&mut self, param: &'a Value) -> Param {
        let text = |key: &str| param[key].as_str().map(str::to_owned);
        let name = text("name").unwrap();
        let content = param.get("content").map(|content| &content["application/json"]);
        let holder = content.unwrap_or(param);
        let mut value = self.sample(holder, &holder["schema"], &name);
        let json_text = holder["schema"].get("x-json").is_some();
        if json_text {
            value = serde_json::from_str(value.as_str().unwrap()).unwrap();
        }
        Param {
            place: text("in").unwrap(),
            value,
            json: content.is_some() || json_text,
            client: text("x-client"),
            name,
        }
    }

    /// The sample beside a schema or in it, or else a value generated from the schema.
    fn sample(&mut self, holder: &Value, schema: &Value, name: &str) -> Value {
        let schema = resolve(self.document, schema);
        // Ids in headers can't be arbitrary strings.
        if self.samples == Samples::Documented || holder.get("x-client").is_some() {
            let beside = holder.pointer("/examples/sample/value").or_else(|| holder.get("example"));
            if let Some(sample) = beside.or_else(|| schema.get("example")).or_else(|| schema.get("default")) {
                return sample.clone();
            }
        }
        self.synthetic.push(name.to_owned());
        synthetic(self.document, schema, name)
    }
}

/// The target of a `$ref`.
pub fn resolve<'a>(document: &'a Value, mut value: &'a Value) -> &'a Value {
    while let Some(target) = value.get("$ref").and_then(Value::as_str) {
        value = document.pointer(target.strip_prefix('#').unwrap()).unwrap_or_else(|| panic!("no {target}"));
    }
    value
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The entries of an object, without extensions.
pub fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let entries = value.as_object().into_iter().flatten();
    entries.map(|(name, value)| (name.as_str(), value)).filter(|(name, _)| !name.starts_with("x-"))
}
