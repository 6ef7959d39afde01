//! Whether a decoded answer still holds all that the server sent.

use serde_json::Value;

/// The first thing of `sent` that `kept` lacks or has otherwise, by its path. What services write in several ways
/// (`"1"` for 1, JSON in a string for JSON) is the same; null and absence are, too.
pub fn lost(sent: &Value, kept: &Value) -> Option<String> {
    at("", sent, kept)
}

fn at(path: &str, sent: &Value, kept: &Value) -> Option<String> {
    match (sent, kept) {
        (Value::Object(sent), Value::Object(kept)) => sent.iter().find_map(|(key, value)| {
            let kept = kept.get(key).unwrap_or(&Value::Null);
            at(&format!("{path}/{key}"), value, kept)
        }),
        (Value::Array(sent), Value::Array(kept)) if sent.len() == kept.len() => sent
            .iter()
            .zip(kept)
            .enumerate()
            .find_map(|(index, (sent, kept))| at(&format!("{path}/{index}"), sent, kept)),
        (Value::String(sent), Value::String(kept)) if sent != kept => match (parse(sent), parse(kept)) {
            (Some(sent), Some(kept)) => at(path, &sent, &kept),
            _ => Some(format!("{path}: {sent:?} became {kept:?}")),
        },
        (sent, kept) if sent == kept || (text(sent).is_some() && text(sent) == text(kept)) => None,
        (sent, kept) => Some(format!("{path}: {sent} became {kept}")),
    }
}

/// JSON carried in a string.
fn parse(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok().filter(|value: &Value| value.is_object() || value.is_array())
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}

#[test]
fn it_notices_what_is_lost() {
    use serde_json::json;
    let sent = json!({"a": [{"b": "1", "c": "{\"d\": 2}"}], "e": "true"});
    assert_eq!(lost(&sent, &json!({"a": [{"b": 1, "c": "{\"d\":2,\"x\":null}"}], "e": true, "f": null})), None);
    for kept in [
        json!({"a": [{"b": 1, "c": "{\"d\":2}"}]}),
        json!({"a": [], "e": true}),
        json!({"a": [{"b": 2, "c": "{\"d\":2}"}], "e": true}),
        json!({"a": [{"b": 1, "c": "{\"d\":3}"}], "e": true}),
        json!({"a": [{"b": 1, "c": "{}"}], "e": "true"}),
    ] {
        assert!(lost(&sent, &kept).is_some(), "{kept}");
    }
}
