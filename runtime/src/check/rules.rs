//! What values have to meet beyond their types and limits.

use serde_json::{Map, Value};

use super::{holds, join, pattern};
use crate::error::Violation;
use crate::shape::{Field, Inner, Rule, Shape};

pub(super) fn check(value: &Value, rules: &[Rule], path: &str, violations: &mut Vec<Violation>) {
    for rule in rules {
        self::rule(value, rule, path, violations);
    }
}

fn rule(value: &Value, rule: &Rule, path: &str, violations: &mut Vec<Violation>) {
    match (rule, value) {
        (Rule::When(test, then, otherwise), _) => {
            let shape = if holds(value, test) { then } else { otherwise };
            super::value(value, shape, path, violations);
        }
        (Rule::AnyOf(shapes), _) => any_of(value, shapes, path, violations),
        (Rule::Values(listed), _) => {
            let mut listed_values = listed.iter().filter_map(|json| serde_json::from_str::<Value>(json).ok());
            if !listed_values.any(|listed| same(&listed, value)) {
                violations.push(Violation::new(path, format!("must be {}", listed.join(" or "))));
            }
        }
        // Where a document lets null through, it means a value that says nothing.
        (Rule::Not(_) | Rule::OnlyOne(_), Value::Null) => {}
        (Rule::Not(shape), _) => {
            if holds(value, shape) {
                let message = match required(shape) {
                    Some(names) if !names.is_empty() => format!("must not have {}", listing(&names, "and")),
                    _ => "is what the document rules out".to_owned(),
                };
                violations.push(Violation::new(path, message));
            }
        }
        (Rule::OnlyOne(shapes), _) => {
            if shapes.iter().filter(|shape| holds(value, shape)).count() > 1 {
                violations.push(Violation::new(path, format!("must be only one of: {}", words(shapes))));
            } else {
                any_of(value, shapes, path, violations);
            }
        }
        (Rule::Contains(shape, fewest, most), Value::Array(elements)) => {
            let found = elements.iter().filter(|element| holds(element, shape)).count();
            if found < *fewest || most.is_some_and(|most| found > most) {
                let bounds = match most {
                    Some(most) => format!("{fewest} to {most}"),
                    None => format!("at least {fewest}"),
                };
                let message = format!("must hold {bounds} of the elements that the document asks for, has {found}");
                violations.push(Violation::new(path, message));
            }
        }
        (Rule::Prefix(first, rest), Value::Array(elements)) => {
            for (at, element) in elements.iter().enumerate() {
                super::value(element, first.get(at).unwrap_or(rest), &format!("{path}[{at}]"), violations);
            }
        }
        (Rule::Names(shape), Value::Object(entries)) => {
            for name in entries.keys() {
                let mut found = Vec::new();
                super::value(&Value::from(name.as_str()), shape, &join(path, name), &mut found);
                let of_name = |it: Violation| Violation::new(it.path, format!("the name {}", it.message));
                violations.extend(found.into_iter().map(of_name));
            }
        }
        (Rule::Others(known, patterns, rest), Value::Object(entries)) => {
            others(entries, (known, patterns, rest), path, violations);
        }
        (Rule::Contains(..) | Rule::Prefix(..) | Rule::Names(_) | Rule::Others(..), _) => {}
    }
}

fn any_of(value: &Value, shapes: &[Shape], path: &str, violations: &mut Vec<Violation>) {
    let mut nearest: Option<Vec<Violation>> = None;
    for shape in shapes {
        let mut found = Vec::new();
        super::value(value, shape, path, &mut found);
        if found.is_empty() {
            return;
        }
        if nearest.as_ref().is_none_or(|nearest| found.len() < nearest.len()) {
            nearest = Some(found);
        }
    }
    // Which of the fields is missing is the caller's to choose.
    match shapes.iter().map(required).collect::<Option<Vec<_>>>() {
        Some(_) => violations.push(Violation::new(path, format!("must be at least one of: {}", words(shapes)))),
        None => violations.extend(nearest.unwrap_or_default()),
    }
}

fn others(
    entries: &Map<String, Value>,
    (known, patterns, rest): (&[&str], &[(&'static str, Shape)], &Shape),
    path: &str,
    violations: &mut Vec<Violation>,
) {
    for (name, inner) in entries.iter().filter(|(name, _)| !known.contains(&name.as_str())) {
        let path = join(path, name);
        let matching = patterns.iter().filter(|(pattern, _)| pattern::matches(pattern, name));
        let mut matching = matching.map(|(_, shape)| shape).peekable();
        if matching.peek().is_none() {
            super::value(inner, rest, &path, violations);
        }
        matching.for_each(|shape| super::value(inner, shape, &path, violations));
    }
}

/// The names that a shape asks for, if it asks for nothing else.
fn required(shape: &Shape) -> Option<Vec<&str>> {
    let Inner::Fields(fields) = shape.inner else { return None };
    let plain = |field: &&Field| field.required && field.shape.is_bare();
    let names: Vec<&str> = fields.iter().filter(plain).map(|field| field.name).collect();
    (names.len() == fields.len() && Shape { inner: Inner::None, ..*shape }.is_bare()).then_some(names)
}

/// Alternatives in words.
fn words(shapes: &[Shape]) -> String {
    let words = shapes.iter().enumerate().map(|(at, shape)| match required(shape) {
        Some(names) if !names.is_empty() => format!("with {}", listing(&names, "and")),
        _ => format!("alternative {} of the document", at + 1),
    });
    words.collect::<Vec<_>>().join(", ")
}

fn listing(names: &[&str], last: &str) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(&format!(" {last} "))
}

/// Whether two values are equal, however their numbers are written.
fn same(a: &Value, b: &Value) -> bool {
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::shape::{
        Field, Object, Rule, Shape, any, any_of, contains, fields, list, names, never, not, object, only_one, optional,
        others, prefix, required, values, when,
    };

    fn check(found: Value, shape: Shape) -> Vec<String> {
        let mut violations = Vec::new();
        crate::check::value(&found, &shape, "x", &mut violations);
        violations.iter().map(ToString::to_string).collect()
    }

    struct Payment;
    impl Object for Payment {
        const FIELDS: &'static [Field] = &[required("kind", any())];
        const RULES: &'static [Rule] = &[
            when(
                &fields(&[required("kind", any().rules(&[values(&["\"card\""])]))]),
                &fields(&[required("number", any().pattern("^[0-9]+$"))]),
                &fields(&[optional("amount", any().min(1))]),
            ),
            when(&fields(&[required("note", any())]), &fields(&[required("author", any())]), &any()),
        ];
    }

    #[test]
    fn conditions() {
        let payments = || list(const { &object::<Payment>() });
        assert_eq!(
            check(json!([{"kind": "card", "number": "12"}, {"kind": "cash", "amount": 1}]), payments()),
            [""; 0]
        );
        assert_eq!(
            check(
                json!([{"kind": "card"}, {"kind": "card", "number": "a"}, {"kind": "cash", "amount": 0}]),
                payments()
            ),
            [
                "x[0].number: is required",
                "x[1].number: must match the pattern ^[0-9]+$",
                "x[2].amount: must be at least 1, is 0",
            ]
        );
        assert_eq!(check(json!({"kind": "cash", "note": "n"}), object::<Payment>()), ["x.author: is required"]);
        // What is missing itself is said once, and decides nothing else.
        assert_eq!(check(json!({}), object::<Payment>()), ["x.kind: is required"]);
    }

    const EITHER: &[Shape] = &[fields(&[required("a", any())]), fields(&[required("b", any()), required("c", any())])];

    #[test]
    fn alternatives_of_required_fields() {
        const SOME: Shape = any().rules(&[any_of(EITHER)]);
        const ONLY: Shape = any().rules(&[only_one(EITHER)]);
        let none = "x: must be at least one of: with `a`, with `b` and `c`";
        for (value, with_some, with_only) in [
            (json!({"a": 1}), None, None),
            (json!({"b": 1, "c": null}), None, None),
            (json!({"b": 1}), Some(none), Some(none)),
            (json!({}), Some(none), Some(none)),
            (json!({"a": 1, "b": 1, "c": 1}), None, Some("x: must be only one of: with `a`, with `b` and `c`")),
        ] {
            assert_eq!(check(value.clone(), SOME), Vec::from_iter(with_some), "{value}");
            assert_eq!(check(value.clone(), ONLY), Vec::from_iter(with_only), "{value}");
        }
    }

    #[test]
    fn alternatives_of_limits() {
        const LENGTH: Shape = any().rules(&[any_of(&[any().max_length(2), any().min_length(5)])]);
        assert_eq!(check(json!("ab"), LENGTH), [""; 0]);
        assert_eq!(check(json!("abcde"), LENGTH), [""; 0]);
        assert_eq!(check(json!("abc"), LENGTH), ["x: must have at most 2 characters, has 3"]);
    }

    #[test]
    fn what_is_ruled_out() {
        const APART: Shape = any().rules(&[not(&fields(&[required("a", any()), required("b", any())]))]);
        assert_eq!(check(json!({"a": 1}), APART), [""; 0]);
        assert_eq!(check(json!({"a": 1, "b": 2}), APART), ["x: must not have `a` and `b`"]);
        const OTHER: Shape = any().rules(&[not(&any().rules(&[values(&["13", "\"root\""])]))]);
        assert_eq!(check(json!(12), OTHER), [""; 0]);
        for value in [json!(13), json!(13.0), json!("root")] {
            assert_eq!(check(value, OTHER), ["x: is what the document rules out"]);
        }
        assert_eq!(check(json!({}), never()).len(), 1);
        // A null says nothing.
        assert_eq!(check(json!(null), APART), [""; 0]);
    }

    #[test]
    fn constants() {
        const LARGE: Shape = any().rules(&[values(&["9007199254740992"])]);
        const NO: Shape = any().rules(&[values(&["false"])]);
        const CONSTANTS: Shape = any().rules(&[values(&["1.5", "[1,{\"a\":2}]", "null"])]);
        for value in [json!(1.5), json!([1.0, {"a": 2}]), json!(null)] {
            assert_eq!(check(value, CONSTANTS), [""; 0]);
        }
        assert_eq!(check(json!(9_007_199_254_740_993_u64), LARGE).len(), 1);
        assert_eq!(check(json!(true), NO), ["x: must be false"]);
    }

    #[test]
    fn elements() {
        const NONE: Shape = any().rules(&[contains(&any(), 0, None)]);
        const LINE: Shape =
            any().rules(&[prefix(&[any().text().max_length(2), any().flag().null()], &any().integer())]);
        assert_eq!(check(json!(["ab", null, 1, 2.0]), LINE), [""; 0]);
        assert_eq!(check(json!(["ab"]), LINE), [""; 0]);
        assert_eq!(
            check(json!(["abc", 1, 1.5]), LINE),
            [
                "x[0]: must have at most 2 characters, has 3",
                "x[1]: must be null or true or false",
                "x[2]: must be an integer",
            ]
        );
        const LARGE: Shape = any().rules(&[contains(&any().min(100), 1, Some(2))]);
        assert_eq!(check(json!([1, 100]), LARGE), [""; 0]);
        for list in [json!([]), json!([99]), json!([100, 101, 102])] {
            assert_eq!(check(list, LARGE).len(), 1);
        }
        assert_eq!(check(json!([]), NONE), [""; 0]);
    }

    #[test]
    fn entries() {
        const MAP: Shape =
            any().rules(&[others(&["id"], &[("^x-", any().text()), ("-n$", any().max_length(1))], &never())]);
        assert_eq!(check(json!({"id": 1, "x-a": "abc", "x-n": "a"}), MAP), [""; 0]);
        assert_eq!(
            check(json!({"x-a": 1, "x-n": "ab", "y": 1}), MAP),
            [
                "x.x-a: must be a text",
                "x.x-n: must have at most 1 character, has 2",
                "x.y: is what the document rules out",
            ]
        );
        const NAMED: Shape = any().rules(&[names(&any().pattern("^[a-z]+$").max_length(3))]);
        assert_eq!(check(json!({"abc": 1}), NAMED), [""; 0]);
        assert_eq!(check(json!({"A": 1}), NAMED), ["x.A: the name must match the pattern ^[a-z]+$"]);
    }
}
