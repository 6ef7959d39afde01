//! Collapsed samples of requests and responses in the docs: each operation has them in a separate file, which its
//! method includes to keep the code readable.
//!
//! Secrets are redacted, by type and by field name. A sample of more than [`LONGEST`] lines is reduced to the first
//! item of each list, and truncated if it is still too long; a note below states that.

use serde_json::Value;

use super::example::{is_password, is_secret};
use super::header;
use crate::lower::model::{Operation, Sample, Service, Type, TypeId, TypeKind};
use crate::lower::{NO_MODULES, clean};

/// Maximum number of lines of a sample.
const LONGEST: usize = 60;

/// Replaces a secret.
const HIDDEN: &str = "******";

/// Maximum depth at which types are followed.
const DEEPEST: usize = 64;

/// Maximum number of values inspected in a sample, counting each alternative of a union.
const MOST: usize = 100_000;

/// The path of an operation's samples in the crate.
pub(super) fn path(operation: &Operation) -> String {
    let name = operation.method_name.trim_start_matches("r#");
    let end = if NO_MODULES.contains(&name) { "_" } else { "" };
    format!("docs/samples/{name}{end}.md")
}

/// Whether an operation has samples.
pub(super) fn any(operation: &Operation) -> bool {
    !operation.requests.is_empty() || !operation.responses.is_empty()
}

/// The file with an operation's samples.
pub(super) fn file(service: &Service, operation: &Operation) -> String {
    let mut out = format!("{}\n", header::header("md", &service.source));
    for (word, samples) in [("request", &operation.requests), ("response", &operation.responses)] {
        for (place, sample) in samples.iter().enumerate() {
            let number = if samples.len() > 1 { format!(" {}", place + 1) } else { String::new() };
            let status = sample.status.as_ref().map(|status| format!(" ({status})")).unwrap_or_default();
            let words = sample.summary.as_deref().map(|words| words.split_whitespace().collect::<Vec<_>>().join(" "));
            let words = words.filter(|words| !words.is_empty()).map(|words| format!(": {}", html(&words)));
            let title = format!("Sample {word}{number}{status}{}", words.unwrap_or_default());
            let (text, note) = shown(redacted(service, operation, sample));
            out.push_str(&format!(
                "\n<details><summary>{title}</summary>\n\n```json\n{text}\n```\n\n{note}</details>\n"
            ));
        }
    }
    clean(&out).into_owned()
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A sample as printed, and a note if it is incomplete.
fn shown(mut sample: Value) -> (String, &'static str) {
    let print = |sample: &Value| serde_json::to_string_pretty(sample).unwrap_or_default();
    let whole = print(&sample);
    if whole.lines().count() <= LONGEST {
        return (whole, "");
    }
    shorten(&mut sample);
    let short = print(&sample);
    if short.lines().count() <= LONGEST {
        return (short, "Lists are cut off after their first item.\n\n");
    }
    let lines: Vec<&str> = short.lines().take(LONGEST).collect();
    (lines.join("\n"), "Lists are cut off after their first item, and the rest is left out.\n\n")
}

/// Keeps the first item of each list.
fn shorten(value: &mut Value) {
    match value {
        Value::Array(items) => {
            items.truncate(1);
            items.iter_mut().for_each(shorten);
        }
        Value::Object(entries) => entries.values_mut().for_each(shorten),
        _ => {}
    }
}

/// A sample with secrets redacted, by its types or else by the names of its fields.
fn redacted(service: &Service, operation: &Operation, sample: &Sample) -> Value {
    let mut hiding = Hiding { service, left: MOST };
    let mut value = sample.value.clone();
    match &sample.ty {
        Some(ty) => hiding.hide(ty, &mut value, DEEPEST),
        None => {
            for (name, value) in value.as_object_mut().into_iter().flatten() {
                let inputs = operation.arguments.iter().chain(&operation.setters);
                let input = inputs.into_iter().find(|input| input.wire == *name);
                match input.and_then(|input| input.kind.ty()) {
                    Some(Type::String) if is_password(name) => guess(value, true),
                    Some(ty) => hiding.hide(ty, value, DEEPEST),
                    None => guess(value, is_secret(name)),
                }
            }
        }
    }
    value
}

/// Follows types through a sample.
struct Hiding<'a> {
    service: &'a Service,
    /// Remaining number of values to inspect, as nested alternatives can be numerous. Beyond that, values are redacted.
    left: usize,
}

impl Hiding<'_> {
    fn hide(&mut self, ty: &Type, value: &mut Value, depth: usize) {
        self.left = self.left.saturating_sub(1);
        if depth == 0 || self.left == 0 {
            return guess(value, true);
        }
        match (ty, value) {
            (Type::Secret, value) if !value.is_null() => *value = HIDDEN.into(),
            (Type::Value, value) => guess(value, false),
            (Type::List(inner), Value::Array(items)) => {
                items.iter_mut().for_each(|item| self.hide(inner, item, depth - 1));
            }
            (Type::Map(inner), Value::Object(entries)) => {
                entries.values_mut().for_each(|value| self.hide(inner, value, depth - 1));
            }
            (Type::Nullable(inner), value) => self.hide(inner, value, depth - 1),
            (Type::JsonText(inner), value) => self.hide_text(inner, value, depth - 1),
            (Type::Named(id), value) => self.hide_named(*id, value, depth),
            // A value that does not match its type may be anything.
            (_, value) if value.is_object() || value.is_array() => guess(value, false),
            _ => {}
        }
    }

    /// JSON in a string, which is kept verbatim unless it contains secrets.
    fn hide_text(&mut self, inner: &Type, value: &mut Value, depth: usize) {
        let Value::String(text) = value else { return self.hide(inner, value, depth) };
        let Ok(parsed) = serde_json::from_str::<Value>(text) else { return };
        let mut hidden = parsed.clone();
        self.hide(inner, &mut hidden, depth);
        if hidden != parsed {
            *value = hidden.to_string().into();
        }
    }

    fn hide_named(&mut self, id: TypeId, value: &mut Value, depth: usize) {
        match (&self.service.types[id].kind, value) {
            (TypeKind::Struct(body), Value::Object(entries)) => {
                for (name, value) in entries {
                    let field = body.fields.iter().find(|field| field.wire == *name).map(|field| &field.ty);
                    match field.or(body.additional.as_ref()) {
                        Some(Type::String) if is_password(name) => guess(value, true),
                        Some(ty) => self.hide(ty, value, depth - 1),
                        None => guess(value, is_secret(name)),
                    }
                }
            }
            // Any alternative may contain a secret.
            (TypeKind::Union(union), value) => {
                union.variants.iter().for_each(|variant| self.hide_alternative(&variant.ty, value, depth - 1));
            }
            (TypeKind::Tuple(tuple), Value::Array(items)) => {
                items.iter_mut().zip(&tuple.elements).for_each(|(item, of)| self.hide(&of.ty, item, depth - 1));
            }
            (TypeKind::Newtype(newtype), value) => self.hide(&newtype.ty, value, depth - 1),
            (_, value) => guess(value, false),
        }
    }

    /// Like [`Self::hide`], for a value that may have another type.
    fn hide_alternative(&mut self, ty: &Type, value: &mut Value, depth: usize) {
        match (ty, &value) {
            // A string that may also be plain text is not known to be a secret.
            (Type::Secret, Value::String(_)) => *value = HIDDEN.into(),
            (Type::Secret, _) => {}
            _ => self.hide(ty, value, depth),
        }
    }
}

/// Redacts values by the names of their fields.
fn guess(value: &mut Value, secret: bool) {
    match value {
        Value::String(_) | Value::Number(_) if secret => *value = HIDDEN.into(),
        Value::Array(items) => items.iter_mut().for_each(|item| guess(item, secret)),
        Value::Object(entries) => entries.iter_mut().for_each(|(name, value)| guess(value, secret || is_secret(name))),
        _ => {}
    }
}
