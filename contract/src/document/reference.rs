//! The targets of `$ref`s, and the composition of schemas.

use std::collections::{BTreeSet, HashMap};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value;

use super::SchemaRef;

/// Characters that need no encoding in a fragment, for JSON pointers.
const FRAGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// Maximum length of a chain of `$ref`s.
pub(super) const MOST_HOPS: usize = 64;

/// A node with its `$ref`s resolved, and its place.
pub(super) fn follow<'a>(root: &'a Value, node: &'a Value, at: String) -> Option<(&'a Value, String)> {
    let (mut node, mut at) = (node, at);
    for _ in 0..MOST_HOPS {
        let Some(reference) = node.get("$ref").and_then(Value::as_str) else { return Some((node, at)) };
        (node, at) = locate(root, reference)?;
    }
    None
}

/// The target of a `$ref` within the document, if it exists, and its JSON pointer.
pub(super) fn locate<'a>(root: &'a Value, reference: &str) -> Option<(&'a Value, String)> {
    let raw = reference.strip_prefix('#')?;
    if let Some(node) = root.pointer(raw) {
        return Some((node, raw.to_owned()));
    }
    let decoded = percent_decode_str(raw).decode_utf8().ok()?.into_owned();
    Some((root.pointer(&decoded)?, decoded))
}

/// The pointers of all translated `$ref`s in a schema.
pub(super) fn targets(node: &Value, into: &mut Vec<String>) {
    match node {
        Value::Object(entries) => {
            into.extend(entries.get("$ref").and_then(Value::as_str).and_then(pointer).map(|target| target.0));
            entries.values().for_each(|value| targets(value, into));
        }
        Value::Array(items) => items.iter().for_each(|item| targets(item, into)),
        _ => {}
    }
}

/// A JSON pointer as a URI's fragment.
pub(crate) fn fragment(pointer: &str) -> String {
    utf8_percent_encode(pointer, FRAGMENT).to_string()
}

/// The pointer of a translated `$ref`.
pub fn pointer(reference: &str) -> Option<SchemaRef> {
    let fragment = reference.strip_prefix('#')?;
    Some(SchemaRef(percent_decode_str(fragment).decode_utf8().ok()?.into_owned()))
}

/// The schemas that have each component as a base by `allOf`, directly or indirectly.
pub(super) fn children(root: &Value) -> HashMap<String, Vec<SchemaRef>> {
    let mut children: HashMap<String, Vec<SchemaRef>> = HashMap::new();
    for (own, node) in schemas(root) {
        let mut seen = BTreeSet::new();
        let mut queue = references(root, node, "allOf");
        while let Some(base) = queue.pop() {
            if base == own.0 || !seen.insert(base.clone()) {
                continue;
            }
            children.entry(base.clone()).or_default().push(own.clone());
            queue.extend(root.pointer(&base).map(|node| references(root, node, "allOf")).unwrap_or_default());
        }
    }
    children
}

/// The result of [`loops`].
pub(super) type Loops = HashMap<String, BTreeSet<String>>;

/// Components, each with those of its bases (`allOf`) that have it, or schemas composed of it, as an alternative.
pub(super) fn loops(root: &Value) -> Loops {
    let children = children(root);
    let mut loops = Loops::new();
    for (own, node) in schemas(root) {
        for base in references(root, node, "allOf") {
            let Some(node) = root.pointer(&base) else { continue };
            let mut alternatives = ["oneOf", "anyOf"].into_iter().flat_map(|key| references(root, node, key));
            let below = children.get(&own.0).map(Vec::as_slice).unwrap_or_default();
            if alternatives.any(|it| it == own.0 || below.iter().any(|child| child.0 == it)) {
                loops.entry(own.0.clone()).or_default().insert(base);
            }
        }
    }
    loops
}

fn schemas(root: &Value) -> impl Iterator<Item = (SchemaRef, &Value)> {
    let schemas = root.pointer("/components/schemas").and_then(Value::as_object).into_iter().flatten();
    schemas.map(|(name, node)| (SchemaRef("/components/schemas".to_owned()).child(name), node))
}

/// The targets of the `$ref`s in a list of schemas.
fn references(root: &Value, node: &Value, key: &str) -> Vec<String> {
    let parts = node.get(key).and_then(Value::as_array).into_iter().flatten();
    parts.filter_map(|part| Some(locate(root, part.get("$ref")?.as_str()?)?.1)).collect()
}
