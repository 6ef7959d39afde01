//! The journal of calls: what arrived, without secrets, and what became of it.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use yundb_contract::document::{Direction, Operation, SchemaRef, essence};
use yundb_contract::wire::{Data, Field, Input, scalar_text};

use crate::service::Service;

/// Written in place of a secret.
const HIDDEN: &str = "[redacted]";

/// One call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// When it arrived.
    pub time: String,
    /// The service.
    pub service: String,
    /// The name of the operation in calls; none if the request is of no operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The HTTP method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The parameters and the body, by location.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub request: Value,
    /// The status of the response; 0 if there was none.
    pub status: u16,
    /// The error code of the response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What was wrong with the request, each with the place of the rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<String>,
    /// What services ignore.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The injected fault.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub fault: Value,
    /// Duration in milliseconds.
    pub ms: f64,
}

/// The input of a call without its secrets.
pub fn redacted(service: &Service, operation: &Operation, input: &Input) -> Value {
    let mut out = Map::new();
    for parameter in &operation.parameters {
        let Some(value) = input.of(parameter.place).get(&parameter.name) else { continue };
        let value = hide(service, parameter.schema.as_ref(), value);
        let place = out.entry(parameter.place.as_str()).or_insert_with(|| json!({}));
        place[&parameter.name] = value;
    }
    if let Some(content) = &input.body {
        let found = essence(&content.media_type);
        let media = operation.body.iter().flat_map(|body| &body.media).find(|it| essence(&it.media_type) == found);
        let schema = media.and_then(|media| media.schema.as_ref());
        let form = |fields: Map<String, Value>| hide(service, schema, &Value::Object(fields));
        let body = match &content.data {
            Data::Json(value) => hide(service, schema, value),
            Data::Form(fields) => form(fields.clone().into_iter().collect()),
            Data::Multipart(fields) => {
                let value = |field: &Field| match field {
                    Field::Value(value) => value.clone(),
                    Field::File(file) => format!("{} bytes", file.bytes.len()).into(),
                    Field::Files(files) => format!("{} files", files.len()).into(),
                };
                form(fields.iter().map(|(name, field)| (name.clone(), value(field))).collect())
            }
            Data::Text(text) => format!("{} bytes", text.len()).into(),
            Data::Bytes(bytes) => format!("{} bytes", bytes.len()).into(),
            Data::Lines(_) | Data::Events(_) => Value::Null,
        };
        out.insert("body".to_owned(), body);
    }
    out.into()
}

/// A value whose secret parts, by the document or by their names, are hidden.
fn hide(service: &Service, schema: Option<&SchemaRef>, value: &Value) -> Value {
    let mut value = value.clone();
    if let Some(schema) = schema {
        for described in service.document.described(schema, Direction::Request, &value) {
            let node = service.document.root.pointer(&described.schema.0);
            let node = node.map(|node| service.resolved(node));
            let secret = node.is_some_and(|node| {
                node.get("x-sensitive") == Some(&Value::Bool(true))
                    || node.get("format").is_some_and(|it| it == "password")
            });
            if let Some(part) = value.pointer_mut(&described.at).filter(|_| secret) {
                *part = HIDDEN.into();
            }
        }
    }
    hide_by_name(&mut value);
    value
}

fn hide_by_name(value: &mut Value) {
    match value {
        Value::Object(entries) => {
            for (name, value) in entries {
                let name = name.to_lowercase();
                let secret =
                    ["password", "passwd", "secret", "token", "privatekey"].iter().any(|word| name.contains(word));
                match value {
                    Value::String(_) | Value::Number(_) if secret => *value = HIDDEN.into(),
                    value => hide_by_name(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(hide_by_name),
        Value::String(text) => {
            // JSON in a string.
            if let Ok(mut inner) = serde_json::from_str::<Value>(text)
                && (inner.is_object() || inner.is_array())
            {
                hide_by_name(&mut inner);
                *text = scalar_text(&inner);
            }
        }
        _ => {}
    }
}

/// What became of the calls of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Calls {
    /// There were none.
    None,
    /// Each was refused, or ended without a response.
    Refused,
    /// At least one was accepted.
    Accepted,
}

/// The operations of a service, each with what became of its calls in a journal.
pub fn coverage<'s>(service: &'s Service, records: &[Record]) -> Vec<(&'s Operation, Calls)> {
    let mut called: HashMap<&str, Calls> = HashMap::new();
    for record in records.iter().filter(|record| record.service == service.name) {
        let accepted = record.problems.is_empty() && record.status != 0;
        let calls = called.entry(record.operation.as_deref().unwrap_or_default()).or_insert(Calls::Refused);
        *calls = (*calls).max(if accepted { Calls::Accepted } else { Calls::Refused });
    }
    let calls = |operation| called.get(&*service.called(operation)).copied().unwrap_or(Calls::None);
    service.operations().iter().map(|operation| (operation, calls(operation))).collect()
}

/// Reads a journal.
///
/// # Errors
/// If a line is not a record, with its number.
pub fn read(text: &str) -> Result<Vec<Record>, String> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(at, line)| serde_json::from_str(line).map_err(|error| format!("line {}: {error}", at + 1))).collect()
}
