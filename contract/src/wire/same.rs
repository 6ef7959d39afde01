//! Compares values.

use serde_json::{Number, Value};

use crate::document::SchemaRef;

/// Whether two values are equal: numbers by value (`1` and `1.0`), objects in any order, and strings that contain JSON
/// by their content.
pub fn same(left: &Value, right: &Value) -> bool {
    difference(left, right).is_none()
}

/// The first difference of two values, as a JSON pointer.
pub fn difference(left: &Value, right: &Value) -> Option<String> {
    let mut at = SchemaRef(String::new());
    differs(left, right, &mut at).then_some(at.0)
}

fn differs(left: &Value, right: &Value, at: &mut SchemaRef) -> bool {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            for (name, value) in left {
                let inner = right.get(name);
                if inner.is_none_or(|inner| step(name, at, |at| differs(value, inner, at))) {
                    return inner.is_some() || step(name, at, |_| true);
                }
            }
            right.keys().find(|name| !left.contains_key(*name)).is_some_and(|name| step(name, at, |_| true))
        }
        (Value::Array(left), Value::Array(right)) => {
            let both = left.iter().zip(right).enumerate();
            for (index, (left, right)) in both {
                if step(&index.to_string(), at, |at| differs(left, right, at)) {
                    return true;
                }
            }
            let common = left.len().min(right.len());
            left.len() != right.len() && step(&common.to_string(), at, |_| true)
        }
        (Value::Number(left), Value::Number(right)) => !same_number(left, right),
        (Value::String(left), Value::String(right)) => left != right && !same_json(left, right),
        (left, right) => left != right,
    }
}

/// Descends into a token, and removes it again unless the difference is there.
fn step(token: &str, at: &mut SchemaRef, differs: impl FnOnce(&mut SchemaRef) -> bool) -> bool {
    let here = at.clone();
    *at = at.child(token);
    let found = differs(at);
    if !found {
        *at = here;
    }
    found
}

fn same_number(left: &Number, right: &Number) -> bool {
    // Beyond 2^53, different integers would be equal as floats.
    let whole = |number: &Number| {
        let float = || number.as_f64().filter(|it| it.fract() == 0.0 && it.abs() < 1e30).map(|it| it as i128);
        number.as_i128().or_else(float)
    };
    match (whole(left), whole(right)) {
        (Some(left), Some(right)) => left == right,
        _ => left.as_f64() == right.as_f64(),
    }
}

/// Whether two strings contain the same object or list as JSON.
fn same_json(left: &str, right: &str) -> bool {
    let carried = |text: &str| {
        let value = serde_json::from_str::<Value>(text).ok()?;
        (value.is_object() || value.is_array()).then_some(value)
    };
    match (carried(left), carried(right)) {
        (Some(left), Some(right)) => same(&left, &right),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn equal_values_may_be_written_differently() {
        assert!(same(&json!({"a": 1, "b": [1.0]}), &json!({"b": [1], "a": 1.0})));
        assert!(!same(&json!(9_007_199_254_740_993_i64), &json!(9_007_199_254_740_992.0)));
        assert!(!same(&json!(1), &json!("1")));
        assert!(!same(&json!(null), &json!(false)));
        assert!(same(&json!("{\"a\": 1}"), &json!("{\"a\":1.0}")));
        assert!(!same(&json!("1.0"), &json!("1")));
    }

    #[test]
    fn the_first_difference_is_located() {
        let at = |left: Value, right: Value| difference(&left, &right);
        assert_eq!(at(json!({"a": {"b/c": [1, 2]}}), json!({"a": {"b/c": [1, 3]}})), Some("/a/b~1c/1".to_owned()));
        assert_eq!(at(json!({"a": 1}), json!({})), Some("/a".to_owned()));
        assert_eq!(at(json!({}), json!({"a": 1})), Some("/a".to_owned()));
        assert_eq!(at(json!([1]), json!([1, 2])), Some("/1".to_owned()));
        assert_eq!(at(json!(1), json!(2)), Some(String::new()));
        assert_eq!(at(json!({"a": [1], "b": 1}), json!({"a": [1], "b": 2})), Some("/b".to_owned()));
    }
}
