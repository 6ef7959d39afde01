//! JSON as the macro `json!` takes it.

use serde_json::Value;

/// How many entries of an object, and items of a list, an example repeats.
const ENTRIES: usize = 4;
const ITEMS: usize = 1;

/// How many objects and lists stand in each other.
const DEEPEST: usize = 4;

/// What names of fields say that their values are nothing to be repeated.
const PASSWORDS: [&str; 3] = ["password", "passwd", "secret"];
const FURTHER: [&str; 3] = ["token", "credential", "privatekey"];

/// Whether a field of this name is likely to hold a secret, where no type says so.
pub(in crate::emit) fn is_secret(name: &str) -> bool {
    is_password(name) || has(name, &FURTHER)
}

/// Whether a text of this name is likely to be a secret even where a type says that it is plain: tokens may be those of pages.
pub(in crate::emit) fn is_password(name: &str) -> bool {
    has(name, &PASSWORDS)
}

fn has(name: &str, words: &[&str]) -> bool {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    words.iter().any(|word| name.contains(word))
}

/// A short form of a value.
pub(super) fn literal(value: &Value) -> String {
    short(value, DEEPEST)
}

fn short(value: &Value, depth: usize) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        // A literal is an `i32` unless it says otherwise.
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
