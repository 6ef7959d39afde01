//! The secrets among the inputs of a call, which nothing may show.
//!
//! They are found by name: whatever is below a parameter or field whose schema may be secret is one, of any type.

use std::collections::HashSet;

use serde_json::Value;
use yundb_runtime::Secret;
use yundb_runtime::test_util::redacted;

/// Shorter texts occur in many words of a message.
const SHORTEST: usize = 4;

/// What may be secret in the request of an operation.
#[derive(Default)]
pub(super) struct Secrets {
    names: HashSet<String>,
    /// Whether the body as a whole may be, such as one of passwords by name.
    body: bool,
}

impl Secrets {
    /// Reads the schemas of a document that consists of one operation.
    pub fn of(part: &Value) -> Self {
        let mut out = Self::default();
        let content = |node: &Value| {
            let all = node.get("content").and_then(Value::as_object).into_iter().flatten();
            all.filter_map(|(_, media)| media.get("schema")).any(|schema| may_be(part, schema))
        };
        let mut open = vec![part];
        while let Some(node) = open.pop() {
            match node {
                Value::Array(items) => open.extend(items),
                Value::Object(entries) => {
                    if let Some(Value::Object(fields)) = entries.get("properties") {
                        out.names
                            .extend(fields.iter().filter(|(_, it)| may_be(part, it)).map(|(name, _)| name.clone()));
                    }
                    if let Some(Value::String(name)) = entries.get("name")
                        && (entries.get("schema").is_some_and(|it| may_be(part, it)) || content(node))
                    {
                        out.names.insert(name.clone());
                    }
                    let body = entries.get("requestBody").into_iter();
                    let shared = entries.get("requestBodies").and_then(Value::as_object).into_iter().flatten();
                    out.body |= body.chain(shared.map(|(_, body)| body)).any(content);
                    open.extend(entries.values());
                }
                _ => {}
            }
        }
        out
    }

    pub fn names(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Notes the secrets in the value of a parameter or, without a name, of the body.
    pub fn note(&self, name: Option<&str>, value: &Value, out: &mut Vec<String>) {
        match name {
            Some(name) if self.names(name) => all(value, out),
            None if self.body => all(value, out),
            _ => self.within(value, out),
        }
    }

    fn within(&self, value: &Value, out: &mut Vec<String>) {
        match value {
            Value::Object(entries) => entries.iter().for_each(|(name, inner)| match self.names(name) {
                true => all(inner, out),
                false => self.within(inner, out),
            }),
            Value::Array(items) => items.iter().for_each(|item| self.within(item, out)),
            Value::String(text) if text.trim_start().starts_with(['{', '[']) => {
                if let Ok(inner) = serde_json::from_str(text) {
                    self.within(&inner, out);
                }
            }
            _ => {}
        }
    }
}

/// Notes all texts and numbers in a value.
fn all(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::String(text) => out.push(text.clone()),
        Value::Number(number) => out.push(number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| all(item, out)),
        Value::Object(entries) => entries.values().for_each(|inner| all(inner, out)),
        Value::Null | Value::Bool(_) => {}
    }
}

/// Whether a value may be secret, or one of its elements. Fields have names of their own.
fn may_be(root: &Value, schema: &Value) -> bool {
    const PARTS: [&str; 15] = [
        "items",
        "prefixItems",
        "additionalProperties",
        "unevaluatedProperties",
        "unevaluatedItems",
        "allOf",
        "anyOf",
        "oneOf",
        "not",
        "if",
        "then",
        "else",
        "contains",
        "contentSchema",
        "x-json-schema",
    ];
    let (mut open, mut seen) = (vec![schema], HashSet::new());
    while let Some(node) = open.pop() {
        if let Value::Array(all) = node {
            open.extend(all);
            continue;
        }
        let is_password = node.get("format").and_then(Value::as_str) == Some("password");
        if node.get("x-sensitive").and_then(Value::as_bool).unwrap_or(is_password) {
            return true;
        }
        if let Some(target) = node.get("$ref").and_then(Value::as_str)
            && seen.insert(target)
        {
            open.extend(target.strip_prefix('#').and_then(|at| root.pointer(at)));
        }
        open.extend(PARTS.iter().filter_map(|key| node.get(key)));
        let maps = ["patternProperties", "dependentSchemas"].iter().filter_map(|key| node.get(key)?.as_object());
        open.extend(maps.flat_map(|all| all.values()));
    }
    false
}

/// A message without secrets, which a server may repeat.
pub(super) fn masked(message: &str, secrets: &[String]) -> String {
    let long = secrets.iter().filter(|secret| secret.len() >= SHORTEST);
    long.fold(message.to_owned(), |text, secret| text.replace(secret.as_str(), "***"))
}

/// The method and address of a request, without its query.
pub(super) fn target(method: &http::Method, url: &http::Uri, secrets: &[String]) -> String {
    let Ok(request) = http::Request::builder().method(method).uri(url).body(()) else { return method.to_string() };
    let secrets = secrets.iter().map(|text| Secret::from(text.as_str()));
    let text = redacted(&request.into_parts().0, b"", secrets);
    text.lines().next().and_then(|line| line.split('?').next()).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn all_below_a_secret_name_is_secret() {
        let part = json!({
            "paths": {"/a": {"post": {
                "parameters": [{"name": "X-Key", "schema": {"format": "password"}}, {"name": "q", "schema": {}}],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/X"}}}},
            }}},
            "components": {"schemas": {"X": {"properties": {
                "list": {"items": {"oneOf": [{"format": "password"}, {}]}},
                "map": {"additionalProperties": {"$ref": "#/components/schemas/P"}},
                "text": {"contentSchema": {"properties": {"inner": {"format": "password"}}}},
                "pin": {"type": "integer", "format": "password"},
                "open": {"format": "password", "x-sensitive": false},
                "loop": {"$ref": "#/components/schemas/L"},
            }}, "P": {"x-sensitive": true}, "L": {"items": {"$ref": "#/components/schemas/L"}}}},
        });
        let secrets = Secrets::of(&part);
        let noted = |name, value| {
            let mut out = Vec::new();
            secrets.note(name, &value, &mut out);
            out
        };
        let body = json!({"list": {"wrong": ["a"]}, "map": {"b": "b"}, "pin": 3, "open": "o", "loop": ["x"]});
        assert_eq!(noted(None, body), ["a", "b", "3"]);
        assert_eq!(noted(Some("text"), json!("{\"inner\": \"c\", \"other\": \"d\"}")), ["c"]);
        assert_eq!(noted(Some("X-Key"), json!("k")), ["k"]);
        assert!(noted(Some("q"), json!("k")).is_empty());
        let body =
            json!({"requestBody": {"content": {"a/b": {"schema": {"additionalProperties": {"format": "password"}}}}}});
        let mut out = Vec::new();
        Secrets::of(&body).note(None, &json!({"any": "e"}), &mut out);
        assert_eq!(out, ["e"]);
    }

    #[test]
    fn messages_are_masked() {
        assert_eq!(masked("no user hunter22, 1 left", &["hunter22".to_owned(), "1".to_owned()]), "no user ***, 1 left");
    }
}
