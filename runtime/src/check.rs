//! Holds values against their shapes before anything is sent, and collects every violation with its path.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use crate::error::Violation;
use crate::shape::{Alternative, Field, Inner, Kind, Limit, LimitValue, Shape};

/// Checks `value`, found at `path`, against `shape`.
pub(crate) fn value(value: &Value, shape: &Shape, path: &str, violations: &mut Vec<Violation>) {
    if let Inner::OneOf(alternatives) = shape.inner {
        one_of(value, alternatives(), path, violations);
    }
    match value {
        // Types allow `null` only where the document does.
        Value::Null | Value::Bool(_) => {}
        Value::String(text) => string(text, shape, path, violations),
        Value::Number(found) => number(found, shape, path, violations),
        Value::Array(elements) => {
            count(elements.len(), shape.items, ("element", "elements"), path, violations);
            if shape.unique {
                let repeated = (1..elements.len()).find(|at| elements[..*at].contains(&elements[*at]));
                if let Some(at) = repeated {
                    violations.push(Violation::new(format!("{path}[{at}]"), "repeats an earlier element"));
                }
            }
            if let Inner::List(element) = shape.inner {
                for (at, item) in elements.iter().enumerate() {
                    self::value(item, element, &format!("{path}[{at}]"), violations);
                }
            }
        }
        Value::Object(entries) => {
            count(entries.len(), shape.items, ("entry", "entries"), path, violations);
            match shape.inner {
                Inner::Object(fields) => {
                    for Field { name, required, shape } in fields() {
                        match entries.get(*name) {
                            Some(inner) => self::value(inner, shape, &join(path, name), violations),
                            None if *required => violations.push(Violation::new(join(path, name), MISSING)),
                            None => {}
                        }
                    }
                }
                Inner::Map(shape) => {
                    for (name, inner) in entries {
                        self::value(inner, shape, &join(path, name), violations);
                    }
                }
                Inner::None | Inner::List(_) | Inner::OneOf(_) => {}
            }
        }
    }
}

/// Checks how many files there are.
pub(crate) fn files(found: usize, shape: &Shape, path: &str, violations: &mut Vec<Violation>) {
    count(found, shape.items, ("element", "elements"), path, violations);
}

/// A value has to fit one of the alternatives that it can be; where it fits none, what is wrong with it is what is wrong by the
/// one that it comes nearest to. A value that is of no known kind is the caller's own.
fn one_of(value: &Value, alternatives: &[Alternative], path: &str, violations: &mut Vec<Violation>) {
    let mut nearest: Option<Vec<Violation>> = None;
    for alternative in alternatives.iter().filter(|alternative| applies(alternative, value)) {
        let mut found = Vec::new();
        self::value(value, &alternative.shape, path, &mut found);
        if found.is_empty() {
            return;
        }
        if nearest.as_ref().is_none_or(|nearest| found.len() < nearest.len()) {
            nearest = Some(found);
        }
    }
    violations.extend(nearest.unwrap_or_default());
}

fn applies(alternative: &Alternative, value: &Value) -> bool {
    let kind = match value {
        Value::Null => return true,
        Value::Bool(_) => Kind::Flag,
        Value::Number(_) => Kind::Number,
        Value::String(_) => Kind::Text,
        Value::Array(_) => Kind::List,
        Value::Object(_) => Kind::Object,
    };
    let tagged = |(property, tag): (&str, &str)| value.get(property).and_then(Value::as_str) == Some(tag);
    matches!(alternative.kind, Kind::Any) || alternative.kind == kind && alternative.tag.is_none_or(tagged)
}

/// What is said of a required value that isn't there.
pub(crate) const MISSING: &str = "is required";

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn string(text: &str, shape: &Shape, path: &str, violations: &mut Vec<Violation>) {
    if shape.length != (None, None) {
        count(text.chars().count(), shape.length, ("character", "characters"), path, violations);
    }
    if let Some(pattern) = shape.pattern {
        // What only ECMA-262 can express (look-around, back references) is left to the service.
        if let Ok(regex) = regex_lite::Regex::new(pattern)
            && !regex.is_match(text)
        {
            violations.push(Violation::new(path, format!("must match the pattern {pattern}")));
        }
    }
}

fn count(
    found: usize,
    (fewest, most): (Option<usize>, Option<usize>),
    (one, many): (&str, &str),
    path: &str,
    violations: &mut Vec<Violation>,
) {
    let noun = |count: usize| if count == 1 { one } else { many };
    if let Some(fewest) = fewest.filter(|fewest| found < *fewest) {
        violations.push(Violation::new(path, format!("must have at least {fewest} {}, has {found}", noun(fewest))));
    }
    if let Some(most) = most.filter(|most| found > *most) {
        violations.push(Violation::new(path, format!("must have at most {most} {}, has {found}", noun(most))));
    }
}

fn number(found: &Number, shape: &Shape, path: &str, violations: &mut Vec<Violation>) {
    let mut broken = |limit: Option<Limit>, outside: Ordering, (inclusive, exclusive): (&str, &str)| {
        let Some(limit) = limit else { return };
        let Some(order) = compare(found, limit.value) else { return };
        if order == outside || (limit.exclusive && order == Ordering::Equal) {
            let words = if limit.exclusive { exclusive } else { inclusive };
            violations.push(Violation::new(path, format!("must be {words} {}, is {found}", limit.value)));
        }
    };
    broken(shape.minimum, Ordering::Less, ("at least", "greater than"));
    broken(shape.maximum, Ordering::Greater, ("at most", "less than"));
    if let Some(step) = shape.multiple_of.filter(|step| !is_multiple(found, *step)) {
        violations.push(Violation::new(path, format!("must be a multiple of {step}, is {found}")));
    }
}

/// Integers are compared as integers: beyond 2^53 floats would call different ones equal.
fn compare(found: &Number, limit: LimitValue) -> Option<Ordering> {
    match (limit, found.as_i128()) {
        (LimitValue::Integer(limit), Some(found)) => Some(found.cmp(&limit)),
        (LimitValue::Integer(limit), None) => found.as_f64()?.partial_cmp(&(limit as f64)),
        (LimitValue::Float(limit), _) => found.as_f64()?.partial_cmp(&limit),
    }
}

fn is_multiple(found: &Number, step: LimitValue) -> bool {
    let step = match (step, found.as_i128()) {
        (LimitValue::Integer(0), _) => return true,
        (LimitValue::Integer(step), Some(found)) => return found % step == 0,
        (LimitValue::Integer(step), None) => step as f64,
        (LimitValue::Float(step), _) => step,
    };
    let Some(found) = found.as_f64().filter(|_| step != 0.0) else { return true };
    // 0.3 is a multiple of 0.1, though not in binary.
    let quotient = found / step;
    (quotient - quotient.round()).abs() <= 1e-9 * quotient.abs().max(1.0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::shape::{Choice, Object, alternative, any, list, map, object, one_of, optional, required, tagged};

    struct Node;
    impl Object for Node {
        const FIELDS: &'static [Field] = &[
            required("name", any().min_length(1).max_length(3).pattern("^[a-z]*$")),
            optional("port", any().min(1).max(65535)),
            optional("children", list(&object::<Node>()).max_items(2)),
            optional("tags", map(&any().max_length(2)).min_items(1)),
        ];
    }

    fn check(found: Value, shape: Shape) -> Vec<String> {
        let mut violations = Vec::new();
        value(&found, &shape, "x", &mut violations);
        violations.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_violation_comes_with_its_path() {
        let found = check(
            json!({"port": 0, "children": [{"name": "a"}, {"name": "Long", "tags": {}}, {"name": "", "tags": {"k": "abc"}}]}),
            object::<Node>(),
        );
        assert_eq!(
            found,
            [
                "x.name: is required",
                "x.port: must be at least 1, is 0",
                "x.children: must have at most 2 elements, has 3",
                "x.children[1].name: must have at most 3 characters, has 4",
                "x.children[1].name: must match the pattern ^[a-z]*$",
                "x.children[1].tags: must have at least 1 entry, has 0",
                "x.children[2].name: must have at least 1 character, has 0",
                "x.children[2].tags.k: must have at most 2 characters, has 3",
            ]
        );
    }

    #[test]
    fn characters_are_counted_not_bytes() {
        assert_eq!(check(json!("äöü"), any().max_length(3)), [""; 0]);
    }

    #[test]
    fn limits_of_numbers() {
        assert_eq!(check(json!(5), any().min(5).max(5)), [""; 0]);
        assert_eq!(check(json!(5), any().min(5).exclusive_min()), ["x: must be greater than 5, is 5"]);
        assert_eq!(check(json!(5), any().max(5).exclusive_max()), ["x: must be less than 5, is 5"]);
        assert_eq!(check(json!(i64::MAX), any().max(i128::from(i64::MAX) - 1)).len(), 1);
        assert_eq!(check(json!(u64::MAX), any().max(i64::MAX.into())).len(), 1);
        assert_eq!(check(json!(0.5), any().min_number(0.75)), ["x: must be at least 0.75, is 0.5"]);
        assert_eq!(check(json!(1.5), any().max(1)), ["x: must be at most 1, is 1.5"]);
        assert_eq!(check(json!(7), any().multiple_of(5)), ["x: must be a multiple of 5, is 7"]);
        assert_eq!(check(json!(0.3), any().multiple_of_number(0.1)), [""; 0]);
        assert_eq!(check(json!(-10), any().multiple_of(5)), [""; 0]);
    }

    struct Either;
    impl Choice for Either {
        const ALTERNATIVES: &'static [Alternative] = &[
            alternative(Kind::Text, any().max_length(2)),
            tagged("kind", "node", object::<Node>()),
            tagged("kind", "port", any().max_items(2)),
            alternative(Kind::List, list(&one_of::<Either>())),
        ];
    }

    #[test]
    fn one_of_the_alternatives_has_to_fit() {
        let either = one_of::<Either>();
        assert_eq!(check(json!("ab"), either), [""; 0]);
        assert_eq!(check(json!("abc"), either), ["x: must have at most 2 characters, has 3"]);
        assert_eq!(check(json!({"kind": "node"}), either), ["x.name: is required"]);
        assert_eq!(check(json!({"kind": "port", "a": 1}), either), [""; 0]);
        assert_eq!(check(json!(["a", ["abc"]]), either), ["x[1][0]: must have at most 2 characters, has 3"]);
        // What no alternative knows is not held against any.
        assert_eq!(check(json!({"kind": "new"}), either), [""; 0]);
        assert_eq!(check(json!(7), either), [""; 0]);
    }

    #[test]
    fn lists_without_duplicates() {
        assert_eq!(check(json!([1, 2, 1]), any().unique()), ["x[2]: repeats an earlier element"]);
        assert_eq!(check(json!([1, 2, 3]), any().unique()), [""; 0]);
    }

    #[test]
    fn what_cannot_be_checked_passes() {
        assert_eq!(check(json!(null), any().min_length(3)), [""; 0]);
        assert_eq!(check(json!(12), any().min_length(3)), [""; 0]);
        assert_eq!(check(json!("a"), any().pattern("^(?!b)a$")), [""; 0]);
    }

    #[test]
    fn messages_hold_no_text_values() {
        let found = check(json!("hunter2"), any().max_length(3).pattern("^$"));
        assert!(found.iter().all(|line| !line.contains("hunter2")), "{found:?}");
    }
}
