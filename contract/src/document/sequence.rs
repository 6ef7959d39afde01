//! Bodies that are sequences of items: lines of JSON and server-sent events.

use serde_json::Value;

use super::read::{essence, is_json};
use super::{EventData, MediaKind, SchemaRef, reference};

/// The kind of sequence of a media type, if it is one.
pub(super) fn kind(media_type: &str) -> Option<MediaKind> {
    let essence = essence(media_type);
    let (_, subtype) = essence.split_once('/')?;
    let lines = [
        "jsonl",
        "x-jsonl",
        "jsonlines",
        "json-lines",
        "ndjson",
        "x-ndjson",
        "json-seq",
        "stream+json",
        "x-json-stream",
    ];
    let watched = is_json(&essence) && media_type.to_ascii_lowercase().replace(' ', "").contains(";stream=");
    match subtype {
        "event-stream" if essence == "text/event-stream" => Some(MediaKind::Events(EventData::Json)),
        _ if lines.contains(&subtype) || subtype.ends_with("+json-seq") || watched => Some(MediaKind::Lines),
        _ => None,
    }
}

/// The kind of a sequence's items, and the schema of each.
pub(super) fn read(root: &Value, kind: MediaKind, media: &Value, at: &str) -> (MediaKind, Option<SchemaRef>) {
    let child = |at: &str, token: &str| SchemaRef(at.to_owned()).child(token).0;
    let stated = media.get("itemSchema");
    let text = if kind == MediaKind::Lines { kind } else { MediaKind::Events(EventData::Text) };
    let Some(schema) = stated.or_else(|| media.get("schema")) else { return (text, None) };
    let here = child(at, if stated.is_some() { "itemSchema" } else { "schema" });
    let Some((node, place)) = reference::follow(root, schema, here.clone()) else { return (text, None) };
    // A schema for the whole body is a list's.
    let items = node.get("items").filter(|_| stated.is_none() && is(node, "array"));
    let (schema, here) = match items {
        Some(items) => (items, child(&place, "items")),
        None => (schema, here),
    };
    let Some((node, place)) = reference::follow(root, schema, here.clone()) else { return (text, None) };
    if kind == MediaKind::Lines {
        // A string does not describe its lines.
        return (kind, (!is(node, "string")).then_some(SchemaRef(here)));
    }
    if is_event(root, node, stated.is_some()) {
        let fields = fields(root, node, &place, DEEPEST);
        let alone = items.is_none() && alternatives(node).next().is_none() && is_plain(root, &fields);
        let data = || fields.iter().filter(|field| field.name == "data");
        if let Some(field) = data().find(|it| it.node.get("contentSchema").is_some()).filter(|_| alone) {
            return (MediaKind::Events(EventData::Json), Some(SchemaRef(child(&field.at, "contentSchema"))));
        }
        if let Some(field) = data().next().filter(|_| alone) {
            return (data_kind(root, field.node), Some(SchemaRef(field.at.clone())));
        }
        return (MediaKind::Events(EventData::Whole), Some(SchemaRef(here)));
    }
    (data_kind(root, node), Some(SchemaRef(here)))
}

fn is(node: &Value, ty: &str) -> bool {
    match node.get("type") {
        Some(Value::Array(types)) => types.iter().any(|it| it == ty) && types.iter().all(|it| it == ty || it == "null"),
        Some(it) => it == ty,
        None => false,
    }
}

/// Whether data is text or JSON.
fn data_kind(root: &Value, node: &Value) -> MediaKind {
    let Some((node, _)) = reference::follow(root, node, String::new()) else {
        return MediaKind::Events(EventData::Text);
    };
    let has = |key: &&str| node.get(key).is_some();
    let nothing = !["type", "properties", "items", "oneOf", "anyOf", "allOf", "enum", "const"].iter().any(has);
    let text = is(node, "string") || nothing;
    MediaKind::Events(if text { EventData::Text } else { EventData::Json })
}

const FIELDS: [&str; 4] = ["event", "id", "retry", "comment"];

/// Maximum nesting of parts that are searched for fields.
const DEEPEST: usize = 8;

/// A property of an event's schema, and its place.
struct Field<'v> {
    name: &'v str,
    node: &'v Value,
    at: String,
}

/// The properties of a schema and of the parts of its `allOf`.
fn fields<'v>(root: &'v Value, node: &'v Value, at: &str, deepest: usize) -> Vec<Field<'v>> {
    let here = SchemaRef(at.to_owned());
    let own = node.get("properties").and_then(Value::as_object).into_iter().flatten();
    let own = own.map(|(name, node)| Field { name, node, at: here.child("properties").child(name).0 });
    let mut found: Vec<Field<'v>> = own.collect();
    let parts = node.get("allOf").and_then(Value::as_array).filter(|_| deepest > 0).into_iter().flatten();
    for (index, part) in parts.enumerate() {
        let place = here.child("allOf").child(&index.to_string()).0;
        if let Some((part, place)) = reference::follow(root, part, place) {
            found.extend(fields(root, part, &place, deepest - 1));
        }
    }
    found
}

fn alternatives(node: &Value) -> impl Iterator<Item = &Value> {
    ["oneOf", "anyOf"].into_iter().filter_map(|key| node.get(key)?.as_array()).flatten()
}

/// Whether a schema describes events with their fields. One of several alternatives must have data, if the document
/// declares that events are described.
fn is_event(root: &Value, node: &Value, stated: bool) -> bool {
    let named = |node: &Value| -> Vec<String> {
        fields(root, node, "", DEEPEST).iter().map(|field| field.name.to_owned()).collect()
    };
    let own = named(node);
    let mut kinds: Vec<(Vec<String>, &Value)> = Vec::new();
    for alternative in alternatives(node) {
        let Some((alternative, _)) = reference::follow(root, alternative, String::new()) else { return false };
        if alternatives(alternative).next().is_some() {
            return false;
        }
        kinds.push((own.iter().cloned().chain(named(alternative)).collect(), alternative));
    }
    if kinds.is_empty() {
        kinds.push((own, node));
    }
    let has = |names: &[String], name: &str| names.iter().any(|it| it == name);
    let known = |name: &str| FIELDS.contains(&name) || name == "data";
    if stated {
        let all_known = kinds.iter().all(|(names, _)| !names.is_empty() && names.iter().all(|name| known(name)));
        return all_known && kinds.iter().any(|(names, _)| has(names, "data"));
    }
    kinds.iter().all(|(names, node)| {
        let required = node.get("required").and_then(Value::as_array).into_iter().flatten();
        has(names, "data") && has(names, "event") && required.filter_map(Value::as_str).all(known)
    })
}

/// Whether only the data field is constrained.
fn is_plain(root: &Value, fields: &[Field<'_>]) -> bool {
    fields.iter().all(|field| {
        let node = reference::follow(root, field.node, String::new()).map(|(node, _)| node);
        let free = node.is_some_and(|node| node.get("enum").is_none() && node.get("const").is_none());
        field.name == "data" || FIELDS.contains(&field.name) && free
    })
}
