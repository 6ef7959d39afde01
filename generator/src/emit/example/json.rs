//! JSON in the syntax of the macro `json!`.

use serde_json::Value;

/// Maximum number of entries of an object, and items of a list, in an example.
const ENTRIES: usize = 4;
const ITEMS: usize = 1;

/// Maximum nesting of objects and lists.
const DEEPEST: usize = 4;

/// Parts of field names whose values must not be shown.
const PASSWORDS: [&str; 3] = ["password", "passwd", "secret"];
const FURTHER: [&str; 3] = ["token", "credential", "privatekey"];

/// Whether a field with this name probably contains a secret, if its type is not marked as one.
pub(in crate::emit) fn is_secret(name: &str) -> bool {
    is_password(name) || has(name, &FURTHER)
}

/// Whether a string with this name is probably a secret even if its type is a plain string: tokens may be page tokens.
pub(in crate::emit) fn is_password(name: &str) -> bool {
    has(name, &PASSWORDS)
}

fn has(name: &str, words: &[&str]) -> bool {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    words.iter().any(|word| name.contains(word))
}

/// A shortened value.
pub(super) fn literal(value: &Value) -> String {
    short(value, DEEPEST)
}

fn short(value: &Value, depth: usize) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        // The type of a literal defaults to `i32`.
        Value::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(integer), ..) if i32::try_from(integer).is_ok() => integer.to_string(),
            (Some(integer), ..) => format!("{integer}_i64"),
            (_, Some(integer), _) => format!("{integer}_u64"),
            (.., float) => format!("{:?}", float.filter(|float| float.is_finite()).unwrap_or(1.0)),
        },
        Value::String(text) => format!("{:?}", text.chars().take(80).collect::<String>()),
        Value::Array(_) if depth == 0 => "[]".to_owned(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().take(ITEMS).map(|item| short(item, depth - 1)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(_) if depth == 0 => "{}".to_owned(),
        Value::Object(entries) => {
            let entries = entries.iter().take(ENTRIES).map(|(name, value)| match value {
                Value::String(_) if is_secret(name) => format!("{name:?}: \"...\""),
                value => format!("{name:?}: {}", short(value, depth - 1)),
            });
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}
