//! The possible alternatives of a union for a value, and equality of values.

use serde_json::Value;

use crate::codec::union::{self, Likeness};
use crate::data::shape::{Alternative, Kind};

/// How well a value matches the constants of an alternative; `None` if it is of another kind.
pub(super) fn likeness(alternative: &Alternative, value: &Value) -> Option<Likeness> {
    let elements = match value {
        Value::Null => return Some(Likeness::default()),
        Value::Array(elements) => elements.iter().collect(),
        Value::Object(entries) => entries.values().collect(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    if !is(value, alternative.kind) || !elements.into_iter().all(|element| is(element, alternative.elements)) {
        return None;
    }
    let likeness = alternative.marks.iter().fold(Likeness::default(), |likeness, mark| {
        likeness.with(union::tag(value, mark.path), |tag| mark.values.iter().any(|value| tag.is(*value)))
    });
    (!likeness.wrong).then_some(likeness)
}

/// Whether a value is of a kind; null is of every kind, as types allow it only if the document does.
fn is(value: &Value, kind: Kind) -> bool {
    kind == Kind::Any
        || match value {
            Value::Null => true,
            Value::Bool(_) => kind == Kind::Flag,
            Value::Number(_) => kind == Kind::Number,
            Value::String(_) => kind == Kind::Text,
            Value::Array(_) => kind == Kind::List,
            Value::Object(_) => kind == Kind::Object,
        }
}

/// Whether two values are equal, regardless of how their numbers are written.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            a == b || a.as_i128().is_none_or(|_| b.as_i128().is_none()) && a.as_f64() == b.as_f64()
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}
