//! The documents' samples, read from the specs: what a call sends, and what it answers.

use std::path::Path;

use serde_json::{Map, Value, json};
use yundb_generator::{Diagnostics, load};

/// One operation's samples.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The operationId.
    pub operation: String,
    /// The path in the spec.
    pub path: String,
    /// The method in the spec.
    pub method: String,
    /// Parameters but those that the client fills: name, value, whether it travels as JSON text.
    pub parameters: Vec<(String, Value, bool)>,
    /// The request body.
    pub body: Option<Value>,
    /// The answers, by status; `default` is left out.
    pub answers: Vec<(u16, Value)>,
    /// Whether a part was made from the schema, as the document has no sample.
    pub made: bool,
}

impl Sample {
    /// A parameter's value as it stands in a URL or form.
    pub fn text(&self, name: &str) -> Option<String> {
        self.value(name).map(|value| match value {
            Value::String(text) => text,
            other => other.to_string(),
        })
    }

    /// A parameter's value.
    pub fn value(&self, name: &str) -> Option<Value> {
        self.parameters.iter().find(|(known, _, _)| known == name).map(|(_, value, _)| value.clone())
    }

    /// The documented success.
    pub fn success(&self) -> (u16, Value) {
        self.answers.iter().find(|(status, _)| *status < 300).cloned().unwrap()
    }
}

/// The bundled spec of a service.
pub fn spec(service: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs").join(service);
    let mut diagnostics = Diagnostics::new();
    let loaded = load::load(&folder, &mut diagnostics).unwrap();
    assert!(diagnostics.is_empty(), "{diagnostics}");
    loaded.value()
}

/// All samples of a service, in the document's order.
pub fn samples(service: &str) -> Vec<Sample> {
    let spec = spec(service);
    let paths = spec["paths"].as_object().unwrap();
    let operations = paths
        .iter()
        .flat_map(|(path, item)| item.as_object().unwrap().iter().map(move |(method, op)| (path, method, op)));
    operations.map(|(path, method, operation)| sample(&spec, path, method, operation)).collect()
}

fn sample(spec: &Value, path: &str, method: &str, operation: &Value) -> Sample {
    let mut made = false;
    let mut parameters = Vec::new();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let parameter = follow(spec, parameter);
        if parameter.get("x-client").is_some() {
            continue;
        }
        let content = &parameter["content"]["application/json"];
        let is_json = !content.is_null();
        let schema = follow(spec, if is_json { &content["schema"] } else { &parameter["schema"] });
        let given =
            [&parameter["examples"]["sample"]["value"], &parameter["example"], &content["example"], &schema["example"]];
        let value = match given.into_iter().find(|value| !value.is_null()) {
            Some(value) => value.clone(),
            None if parameter["required"] == json!(true) => {
                made = true;
                make(spec, schema)
            }
            None => continue,
        };
        parameters.push((parameter["name"].as_str().unwrap().to_owned(), value, is_json));
    }
    let mut content = |part: &Value| -> Option<Value> {
        let media = part["content"].as_object()?.get("application/json")?;
        let sample = &media["examples"]["sample"]["value"];
        if !sample.is_null() {
            return Some(sample.clone());
        }
        made = true;
        Some(make(spec, follow(spec, &media["schema"])))
    };
    let body = content(follow(spec, &operation["requestBody"]));
    let answers = operation["responses"].as_object().unwrap().iter().filter_map(|(status, response)| {
        let status = status.parse().ok()?;
        Some((status, content(follow(spec, response))?))
    });
    Sample {
        operation: operation["operationId"].as_str().unwrap().to_owned(),
        path: path.to_owned(),
        method: method.to_ascii_uppercase(),
        parameters,
        body,
        answers: answers.collect(),
        made,
    }
}

/// What a reference leads to.
pub fn follow<'a>(spec: &'a Value, value: &'a Value) -> &'a Value {
    match value.get("$ref").and_then(Value::as_str) {
        Some(reference) => follow(spec, spec.pointer(&reference[1..]).unwrap()),
        None => value,
    }
}

/// A value that a schema allows: the first of its enum, its example, all fields of an object.
fn make(spec: &Value, schema: &Value) -> Value {
    let schema = follow(spec, schema);
    if let Some(value) = schema.get("example").or_else(|| schema["enum"].get(0)) {
        return value.clone();
    }
    match schema["type"].as_str() {
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(json!(7)),
        Some("boolean") => json!(true),
        Some("array") => json!([make(spec, &schema["items"])]),
        Some("object") => {
            let fields = schema["properties"].as_object().into_iter().flatten();
            Value::Object(fields.map(|(name, field)| (name.clone(), make(spec, field))).collect::<Map<_, _>>())
        }
        _ => json!("text"),
    }
}
