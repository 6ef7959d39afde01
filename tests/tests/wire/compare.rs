//! Compares a typed response, serialized as JSON, with the sample: it must have everything in it, and nothing else.

use serde_json::{Map, Value};

/// The differences; empty if nothing is lost and nothing invented.
///
/// The typed response may have another form: a number for its string, a boolean for its string, an empty list, map or
/// `null` for an absent value, JSON in a string with other whitespace, a list without the object around it, and names
/// and values in another case.
pub fn differences(sample: &Value, typed: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare(sample, typed, "", &mut found);
    found
}

fn compare(sample: &Value, typed: &Value, path: &str, found: &mut Vec<String>) {
    match (sample, typed) {
        (Value::Object(sample), Value::Object(typed)) => {
            for (name, value) in sample {
                compare(value, get(typed, name).unwrap_or(&Value::Null), &format!("{path}.{name}"), found);
            }
            for (name, value) in typed.iter().filter(|(name, _)| get(sample, name).is_none()) {
                if !is_nothing(value) {
                    found.push(format!("{path}.{name}: invented {value}"));
                }
            }
        }
        (Value::Array(sample), Value::Array(typed)) => {
            for (index, value) in sample.iter().enumerate() {
                compare(value, typed.get(index).unwrap_or(&Value::Null), &format!("{path}[{index}]"), found);
            }
            for (index, value) in typed.iter().enumerate().skip(sample.len()) {
                found.push(format!("{path}[{index}]: invented {value}"));
            }
        }
        // Some lists are inside of an object of their own.
        (Value::Object(wrapper), Value::Array(_)) if wrapper.len() == 1 && wrapper.values().all(Value::is_array) => {
            wrapper.values().for_each(|list| compare(list, typed, path, found));
        }
        (Value::Null, typed) if is_nothing(typed) => {}
        // The documented value of an enum, in the document's case.
        (Value::String(text), Value::String(other)) if text.eq_ignore_ascii_case(other) => {}
        (Value::String(text), Value::String(other)) if text != other => match (json(text), json(other)) {
            (Some(sample), Some(typed)) => compare(&sample, &typed, &format!("{path} (JSON)"), found),
            _ => found.push(format!("{path}: {text:?} became {other:?}")),
        },
        (Value::String(text), other @ (Value::Number(_) | Value::Bool(_)))
        | (other @ (Value::Number(_) | Value::Bool(_)), Value::String(text))
            if is_written(other, text) => {}
        // A field for fractions reads 0 as 0.0.
        (Value::Number(number), Value::Number(other)) if number.as_f64() == other.as_f64() => {}
        (sample, Value::Null) => found.push(format!("{path}: lost {sample}")),
        (sample, typed) if sample != typed => found.push(format!("{path}: {sample} became {typed}")),
        _ => {}
    }
}

/// The member with this name, whose case varies among services.
fn get<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let drifted = || members.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    members.get(name).or_else(drifted)
}

/// Whether the string is the written form of the number or boolean.
fn is_written(scalar: &Value, text: &str) -> bool {
    let written = scalar.to_string();
    written == text
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(elements) => elements.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// The list or object in a JSON string.
fn json(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok().filter(|value: &Value| value.is_object() || value.is_array())
}

/// Some responses are inside of an object named after the operation.
pub fn without_envelope(sample: &Value) -> &Value {
    let only = sample.as_object().filter(|fields| fields.len() == 1).and_then(|fields| fields.iter().next());
    only.filter(|(name, inner)| name.ends_with("Response") && inner.is_object()).map_or(sample, |(_, inner)| inner)
}

mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn same(sample: Value, typed: Value) {
        assert_eq!(differences(&sample, &typed), [""; 0]);
    }

    #[track_caller]
    fn differ(sample: Value, typed: Value, expected: &[&str]) {
        assert_eq!(differences(&sample, &typed), expected);
    }

    #[test]
    fn equivalent_forms_are_equal() {
        same(
            json!({"Count": "50", "Success": "true", "Port": 3306, "On": false}),
            json!({"Count": 50, "Success": true, "Port": "3306", "On": "false"}),
        );
        same(json!({"Data": r#"[{"a": 1}]"#}), json!({"Data": r#"[{"a":1,"b":null}]"#}));
        same(json!({"a": null, "b": [1]}), json!({"b": [1], "c": null, "d": []}));
        same(json!({"a": null}), json!({"a": []}));
        same(json!({"a": null}), json!({"a": {}}));
        same(json!({"Jobs": {"Job": [1, 2]}}), json!({"Jobs": [1, 2]}));
        same(json!({"requestId": "r", "jobID": 1}), json!({"RequestId": "r", "JobId": 1}));
    }

    #[test]
    fn a_lost_field_is_detected() {
        differ(json!({"a": 1, "b": {"c": "x"}}), json!({"a": 1, "b": {}}), &[r#".b.c: lost "x""#]);
        differ(json!({"a": {"b": 1}}), json!({}), &[r#".a: lost {"b":1}"#]);
        differ(json!({"a": {}}), json!({}), &[".a: lost {}"]);
        differ(json!({"a": [1, 2]}), json!({"a": [1]}), &[".a[1]: lost 2"]);
        differ(json!({"a": false}), json!({"a": null}), &[".a: lost false"]);
        differ(json!({"Data": r#"[{"a":1}]"#}), json!({"Data": r#"[{"b":null}]"#}), &[".Data (JSON)[0].a: lost 1"]);
    }

    #[test]
    fn a_changed_or_invented_value_is_detected() {
        differ(json!({"a": "50"}), json!({"a": 5}), &[r#".a: "50" became 5"#]);
        differ(json!({"a": "true"}), json!({"a": false}), &[r#".a: "true" became false"#]);
        differ(json!({"a": "x"}), json!({"a": "y"}), &[r#".a: "x" became "y""#]);
        differ(json!({"a": "{}"}), json!({"a": "[]"}), &[".a (JSON): {} became []"]);
        differ(json!({}), json!({"a": "", "b": 0}), &[r#".a: invented """#, ".b: invented 0"]);
        differ(json!([]), json!([1]), &["[0]: invented 1"]);
        differ(json!({"a": null}), json!({"a": 1}), &[".a: null became 1"]);
    }
}
