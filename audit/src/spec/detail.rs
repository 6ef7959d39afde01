//! The statements of a spec about a field, by keywords and texts.

use yundb_generator::load::{Entry, Node, Value};

use super::{errata::scalar, schema::Refs};
use crate::fact::{Detail, Prose, Statement};

/// The keywords with a single statement each.
const KEYWORDS: [(&str, Detail); 9] = [
    ("minimum", Detail::Minimum),
    ("maximum", Detail::Maximum),
    ("minLength", Detail::MinLength),
    ("maxLength", Detail::MaxLength),
    ("minItems", Detail::MinItems),
    ("maxItems", Detail::MaxItems),
    ("multipleOf", Detail::Multiple),
    ("pattern", Detail::Pattern),
    ("default", Detail::Default),
];

/// The statements of a schema's keywords; `find` returns the nearest entry of a key.
pub(super) fn of_keywords<'a>(find: impl Fn(&str) -> Option<&'a Entry>) -> Vec<Statement> {
    let mut details = Vec::new();
    for (key, detail) in KEYWORDS {
        let Some(entry) = find(key) else { continue };
        let excludes = |key: &str| find(key).and_then(|entry| entry.node.as_bool()) == Some(true);
        let detail = match detail {
            Detail::Minimum if excludes("exclusiveMinimum") => Detail::Above,
            Detail::Maximum if excludes("exclusiveMaximum") => Detail::Below,
            detail => detail,
        };
        details.push(Statement { detail, value: text(&entry.node), at: entry.key.clone() });
    }
    details
}

/// Adds the `example` of a schema or parameter.
pub(super) fn example_of(node: &Node, details: &mut Vec<Statement>) {
    if let Some(entry) = node.as_object().and_then(|members| members.get("example")) {
        details.push(Statement { detail: Detail::Example, value: text(&entry.node), at: entry.key.clone() });
    }
}

/// Adds the examples of a parameter or media type, the `example` and those with names.
pub(super) fn examples_of<'a>(refs: &Refs<'a>, node: &'a Node, details: &mut Vec<Statement>) {
    example_of(node, details);
    for (_, entry) in node.get("examples").into_iter().flat_map(|examples| refs.follow(examples).entries()) {
        if let Some(value) = refs.follow(&entry.node).get("value") {
            details.push(Statement { detail: Detail::Example, value: text(value), at: entry.key.clone() });
        }
    }
}

/// Adds the texts of one node: its description, those of its values, its conditions.
pub(super) fn prose_of(node: &Node, prose: &mut Prose) {
    if let Some(description) = node.get("description").and_then(Node::as_str) {
        prose.add(description);
    }
    for (_, entry) in node.get("x-enumDescriptions").into_iter().flat_map(Node::entries) {
        prose.add(entry.node.as_str().unwrap_or_default());
    }
    for item in node.get("x-condition").into_iter().flat_map(Node::items) {
        if let Some(field) = item.get("field").and_then(Node::as_str) {
            prose.conditions.push((field.to_owned(), item.location.clone()));
        }
    }
}

/// Adds the texts of a schema and of everything in it.
pub(super) fn inner_texts<'a>(refs: &Refs<'a>, node: &'a Node, prose: &mut Prose) {
    /// JSON in a parameter is not nested deeper; recursive schemas end.
    const DEEPEST: usize = 24;
    fn walk<'a>(refs: &Refs<'a>, node: &'a Node, depth: usize, prose: &mut Prose) {
        if depth == DEEPEST {
            return;
        }
        let node = refs.follow(node);
        match &node.value {
            Value::Object(members) => {
                for (key, entry) in members {
                    match entry.node.as_str() {
                        Some(text) if matches!(key.as_str(), "description" | "pattern") => prose.add(text),
                        Some(_) => {}
                        None if matches!(key.as_str(), "enum" | "properties" | "x-enumDescriptions") => {
                            prose.add(&entry.node.to_json().to_string());
                            walk(refs, &entry.node, depth + 1, prose);
                        }
                        None => walk(refs, &entry.node, depth + 1, prose),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| walk(refs, item, depth + 1, prose)),
            _ => {}
        }
    }
    walk(refs, node, 0, prose);
}

/// A value as text: a string itself, anything else as JSON.
fn text(node: &Node) -> String {
    match &node.value {
        Value::Object(_) | Value::Array(_) => node.to_json().to_string(),
        _ => scalar(node),
    }
}
