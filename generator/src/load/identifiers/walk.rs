//! Walks over everything that may be or contain a schema, in a file of unknown kind.

use url::Url;

use super::without_fragment;
use crate::load::{Entry, Node, Value};

/// Keys with data as their value, in which nothing is a reference.
const DATA: [&str; 6] = ["example", "default", "enum", "const", "value", "dataValue"];

/// Keys whose entries have user-defined names.
const NAMES: [&str; 12] = [
    "properties",
    "patternProperties",
    "dependentSchemas",
    "$defs",
    "definitions",
    "schemas",
    "responses",
    "parameters",
    "headers",
    "paths",
    "content",
    "examples",
];

/// Visits each object with its pointer and the base URL of its `$ref`s.
pub(super) fn visit<'n>(root: &'n Node, base: &Url, seen: &mut dyn FnMut(&'n Node, &[String], &Url)) {
    inside(root, &mut Vec::new(), base, false, seen);
}

fn inside<'n>(
    node: &'n Node,
    at: &mut Vec<String>,
    base: &Url,
    are_names: bool,
    seen: &mut dyn FnMut(&'n Node, &[String], &Url),
) {
    match &node.value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                at.push(index.to_string());
                inside(item, at, base, false, seen);
                at.pop();
            }
        }
        Value::Object(entries) => {
            let id = node.get("$id").and_then(Node::as_str).filter(|id| !are_names && !id.starts_with('#'));
            let own = id.and_then(|id| base.join(id).ok()).map(without_fragment);
            let base = own.as_ref().unwrap_or(base);
            if !are_names {
                seen(node, at, base);
            }
            for (key, entry) in entries {
                if !are_names && is_data(key, entry) {
                    continue;
                }
                at.push(key.clone());
                inside(&entry.node, at, base, !are_names && NAMES.contains(&key.as_str()), seen);
                at.pop();
            }
        }
        _ => {}
    }
}

/// Whether a key of an object contains data.
pub(super) fn is_data(key: &str, entry: &Entry) -> bool {
    DATA.contains(&key) || key.starts_with("x-") || (key == "examples" && entry.node.as_array().is_some())
}

/// The member of a map or list, mutable.
pub(super) fn entries_mut<'n>(node: &'n mut Node, token: &str) -> Option<&'n mut Node> {
    match &mut node.value {
        Value::Object(entries) => entries.get_mut(token).map(|entry| &mut entry.node),
        Value::Array(items) => items.get_mut(token.parse::<usize>().ok()?),
        _ => None,
    }
}
