//! Bodies that are sequences of items: lines of JSON and server-sent events.

use serde_json::{Map, Value};

use super::read::{essence, is_json};
use super::{EventData, MediaKind, SchemaRef, reference};

/// The kind of sequence that a media type is, if it is one.
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

/// What the items of a sequence are, and the schema of each.
pub(super) fn read(root: &Value, kind: MediaKind, media: &Value, at: &str) -> (MediaKind, Option<SchemaRef>) {
    let child = |at: &str, token: &str| SchemaRef(at.to_owned()).child(token).0;
    let stated = media.get("itemSchema");
    let text = if kind == MediaKind::Lines { kind } else { MediaKind::Events(EventData::Text) };
    let Some(schema) = stated.or_else(|| media.get("schema")) else { return (text, None) };
    let here = child(at, if stated.is_some() { "itemSchema" } else { "schema" });
    let Some((node, place)) = reference::follow(root, schema, here.clone()) else { return (text, None) };
    // A schema of the whole is that of a list.
    let items = node.get("items").filter(|_| stated.is_none() && is(node, "array"));
    let (schema, here) = match items {
        Some(items) => (items, child(&place, "items")),
        None => (schema, here),
    };
    let Some((node, place)) = reference::follow(root, schema, here.clone()) else { return (text, None) };
    if kind == MediaKind::Lines {
        // A text does not say what is on its lines.
        return (kind, (!is(node, "string")).then_some(SchemaRef(here)));
    }
    if is_event(root, node, stated.is_some()) {
        let properties = node.get("properties").and_then(Value::as_object);
        if let Some(data) = properties.filter(|it| items.is_none() && is_plain(root, it)).and_then(|it| it.get("data"))
        {
            let at = child(&child(&place, "properties"), "data");
            return match data.get("contentSchema") {
                Some(_) => (MediaKind::Events(EventData::Json), Some(SchemaRef(child(&at, "contentSchema")))),
                None => (data_kind(root, data), Some(SchemaRef(at))),
            };
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
    let says = |key: &&str| node.get(key).is_some();
    let nothing = !["type", "properties", "items", "oneOf", "anyOf", "allOf", "enum", "const"].iter().any(says);
    let text = is(node, "string") || nothing;
    MediaKind::Events(if text { EventData::Text } else { EventData::Json })
}

const FIELDS: [&str; 4] = ["event", "id", "retry", "comment"];

/// Whether a schema describes events with their fields.
fn is_event(root: &Value, node: &Value, stated: bool) -> bool {
    let alternatives = ["oneOf", "anyOf"].into_iter().filter_map(|key| node.get(key)?.as_array()).flatten();
    let alternatives: Vec<&Value> = alternatives.collect();
    if !alternatives.is_empty() {
        let followed =
            |it: &&Value| reference::follow(root, it, String::new()).is_some_and(|(it, _)| is_event(root, it, stated));
        return alternatives.iter().all(followed);
    }
    let Some(properties) = node.get("properties").and_then(Value::as_object) else { return false };
    let known = |name: &str| FIELDS.contains(&name) || name == "data";
    let required = node.get("required").and_then(Value::as_array).into_iter().flatten();
    let mut required = required.filter_map(Value::as_str);
    properties.contains_key("data")
        && match stated {
            true => properties.keys().all(|name| known(name)),
            false => properties.contains_key("event") && required.all(known),
        }
}

/// Whether of the fields only the data says something of its own.
fn is_plain(root: &Value, properties: &Map<String, Value>) -> bool {
    properties.iter().all(|(name, node)| {
        let node = reference::follow(root, node, String::new()).map(|(node, _)| node);
        let free = node.is_some_and(|node| node.get("enum").is_none() && node.get("const").is_none());
        name == "data" || FIELDS.contains(&name.as_str()) && free
    })
}
