//! Objects with the same content but a different form in both versions.

use std::borrow::Cow;

use crate::{
    diagnostic::{Diagnostic, Location},
    load::{Entries, Entry, Node, Value, grammar::Kind, report::Reporter},
};

/// Marks a document in OpenAPI 3.0's form that was written in Swagger 2.0.
pub(crate) const SWAGGER: &str = "x-swagger";

/// Keys of a parameter or header itself, not of its values.
const OF_PARAMETER: [&str; 7] =
    ["name", "in", "description", "required", "allowEmptyValue", "schema", "collectionFormat"];

/// An object in OpenAPI 3.0's form, if that differs.
pub(in crate::load) fn rewritten<'n>(node: &'n Node, kind: Kind, reporter: &mut Reporter<'_>) -> Cow<'n, Node> {
    let Some(entries) = node.as_object().filter(|entries| !entries.contains_key("$ref")) else {
        return Cow::Borrowed(node);
    };
    let entries = match kind {
        Kind::Schema => schema(entries),
        Kind::Parameter | Kind::Header => Some(parameter(entries, reporter)),
        Kind::SecurityScheme => scheme(entries),
        _ => None,
    };
    entries.map_or(Cow::Borrowed(node), |entries| Cow::Owned(Node::new(entries, node.location.clone())))
}

/// The media types of a `consumes` or `produces`, each with its place. None if the object has no such list.
pub(in crate::load) fn media_types(node: &Node, key: &str) -> Option<Vec<(String, Location)>> {
    let items = node.get(key)?.as_array()?.iter();
    Some(items.filter_map(|item| Some((item.as_str()?.to_owned(), item.location.clone()))).collect())
}

/// A key of OpenAPI 3 at the place of the 2.0 key it replaces.
pub(in crate::load) fn put_keyword(entries: &mut Entries, key: &str, value: impl Into<Value>, from: &Location) {
    entries.insert(key.to_owned(), Entry::new(from.clone(), Node::new(value, from.clone())));
}

/// The schema of a form field, and its style if it is a list.
pub(in crate::load) fn form_field(parameter: &Node, reporter: &mut Reporter<'_>) -> (Entries, Option<Entries>) {
    let entries = parameter.as_object().cloned().unwrap_or_default();
    let mut schema = of_values(&entries, reporter);
    if let Some(description) = entries.get("description") {
        schema.insert("description".to_owned(), description.clone());
    }
    let is =
        |node: &Entries, key: &str, value: &str| node.get(key).and_then(|entry| entry.node.as_str()) == Some(value);
    // In OpenAPI 3, list items in a form are separate fields by default.
    let is_list = is(&schema, "type", "array") && !is(&entries, "collectionFormat", "multi");
    let style = is_list.then(|| collection(&entries, "formData", &parameter.location, reporter));
    (schema, style)
}

fn schema(entries: &Entries) -> Option<Entries> {
    let own = ["discriminator", "x-nullable", "type"];
    if !own.iter().any(|key| entries.contains_key(*key)) {
        return None;
    }
    let mut out = Entries::default();
    for (key, entry) in entries {
        match (key.as_str(), &entry.node.value) {
            ("x-nullable", Value::Bool(_)) if !entries.contains_key("nullable") => {
                out.insert("nullable".to_owned(), entry.clone());
            }
            ("discriminator", Value::String(property)) => {
                let mut map = Entries::default();
                put_keyword(&mut map, "propertyName", property.as_str(), &entry.node.location);
                let map = Node::new(map, entry.node.location.clone());
                out.insert(key.clone(), Entry::new(entry.key.clone(), map));
            }
            ("type", Value::String(name)) if name == "file" => {
                put_keyword(&mut out, "type", "string", &entry.key);
                put_keyword(&mut out, "format", "binary", &entry.node.location);
            }
            _ => {
                out.entry(key.clone()).or_insert_with(|| entry.clone());
            }
        }
    }
    Some(out)
}

/// A parameter or header: the keywords of its values move to a schema.
fn parameter(entries: &Entries, reporter: &mut Reporter<'_>) -> Entries {
    let own = |key: &str| OF_PARAMETER.contains(&key) && key != "collectionFormat";
    let kept = entries.iter().filter(|(key, _)| own(key) || (key.starts_with("x-") && *key != "x-nullable"));
    let mut out: Entries = kept.map(|(key, entry)| (key.clone(), entry.clone())).collect();
    let Some(first) = entries.get("type").or_else(|| entries.values().next()) else { return out };
    let at = first.key.clone();
    if !entries.contains_key("schema") {
        let schema = of_values(entries, reporter);
        let is_list = schema.get("type").and_then(|ty| ty.node.as_str()) == Some("array");
        out.insert("schema".to_owned(), Entry::new(at.clone(), Node::new(schema, at.clone())));
        if is_list {
            let place = entries.get("in").and_then(|place| place.node.as_str()).unwrap_or("header");
            out.extend(collection(entries, place, &at, reporter));
        }
    }
    out
}

/// The keywords of the values of a parameter, header or list of such.
fn of_values(entries: &Entries, reporter: &mut Reporter<'_>) -> Entries {
    let own = |key: &str| OF_PARAMETER.contains(&key) || (key.starts_with("x-") && key != "x-nullable");
    let mut out: Entries =
        entries.iter().filter(|(key, _)| !own(key)).map(|(key, entry)| (key.clone(), entry.clone())).collect();
    if let Some(items) = out.get_mut("items") {
        let inner = items.node.as_object().cloned().unwrap_or_default();
        // OpenAPI 3 has no style for lists in lists.
        if let Some(format) = inner.get("collectionFormat") {
            unwritable(format, "a list in a list", "the inner list is written as JSON", reporter);
        }
        let inner = of_values(&inner, reporter);
        items.node = Node::new(inner, items.node.location.clone());
    }
    schema(&out).unwrap_or(out)
}

/// The style of a list.
fn collection(entries: &Entries, place: &str, at: &Location, reporter: &mut Reporter<'_>) -> Entries {
    let mut out = Entries::default();
    let Some(format) = entries.get("collectionFormat") else {
        // Commas, which OpenAPI 3 defaults to for paths and headers only.
        if matches!(place, "query" | "formData") {
            put_keyword(&mut out, "explode", false, at);
        }
        return out;
    };
    let in_query = matches!(place, "query" | "formData");
    let (style, explode) = match (format.node.as_str(), in_query) {
        (Some("csv"), true) => ("form", false),
        (Some("multi"), true) => ("form", true),
        (Some("ssv"), true) => ("spaceDelimited", false),
        (Some("pipes"), true) => ("pipeDelimited", false),
        (Some("csv"), false) => ("simple", false),
        (_, true) => {
            unwritable(format, "a list with tabs", "its items are separated by spaces", reporter);
            ("spaceDelimited", false)
        }
        (_, false) => {
            unwritable(
                format,
                "a list in a path or header with a separator other than a comma",
                "its items are separated by commas",
                reporter,
            );
            ("simple", false)
        }
    };
    put_keyword(&mut out, "style", style, &format.node.location);
    put_keyword(&mut out, "explode", explode, &format.key);
    out
}

fn unwritable(format: &Entry, what: &str, instead: &str, reporter: &mut Reporter<'_>) {
    let name = format.node.as_str().unwrap_or_default();
    let message = format!("`collectionFormat: {name}` is {what}, for which OpenAPI 3 has no style");
    let diagnostic = Diagnostic::warning("collection-format", message).at(format.node.location.clone());
    reporter.push(diagnostic.label(instead));
}

fn scheme(entries: &Entries) -> Option<Entries> {
    let ty = entries.get("type")?;
    let mut out = Entries::default();
    match ty.node.as_str()? {
        "basic" => {
            for (key, entry) in entries {
                match key.as_str() {
                    "type" => {
                        put_keyword(&mut out, "type", "http", &ty.key);
                        put_keyword(&mut out, "scheme", "basic", &ty.node.location);
                    }
                    _ => drop(out.insert(key.clone(), entry.clone())),
                }
            }
        }
        "oauth2" => {
            let flow = entries.get("flow");
            let name = match flow.and_then(|flow| flow.node.as_str()) {
                Some("password") => "password",
                Some("application") => "clientCredentials",
                Some("accessCode") => "authorizationCode",
                _ => "implicit",
            };
            let (mut of_flow, mut flows) = (Entries::default(), Entries::default());
            for (key, entry) in entries {
                match key.as_str() {
                    "flow" => {}
                    "authorizationUrl" | "tokenUrl" | "scopes" => drop(of_flow.insert(key.clone(), entry.clone())),
                    _ => drop(out.insert(key.clone(), entry.clone())),
                }
            }
            let at = &flow.unwrap_or(ty).key;
            put_keyword(&mut flows, name, of_flow, at);
            put_keyword(&mut out, "flows", flows, at);
        }
        _ => return None,
    }
    Some(out)
}
