//! Holds values against their shapes before anything is sent, and collects every violation with its path.

mod number;
mod pattern;
mod rules;

use std::cmp::Reverse;

use serde_json::{Map, Value};

use crate::error::Violation;
use crate::shape::{Alternative, Field, Inner, Kind, Shape};
use crate::union::{self, Likeness};

/// Checks `value`, found at `path`, against `shape`.
pub(crate) fn value(value: &Value, shape: &Shape, path: &str, violations: &mut Vec<Violation>) {
    if let Inner::OneOf(alternatives) = shape.inner {
        one_of(value, alternatives(), path, violations);
    }
    if !shape.kinds.holds(value) {
        violations.push(Violation::new(path, format!("must be {}", shape.kinds.words())));
    }
    match value {
        // Types allow `null` only where the document does.
        Value::Null | Value::Bool(_) => {}
        Value::String(text) => string(text, shape, path, violations),
        Value::Number(found) => number::check(found, shape, path, violations),
        Value::Array(elements) => list(elements, shape, path, violations),
        Value::Object(entries) => object(value, entries, shape, path, violations),
    }
    rules::check(value, shape.rules, path, violations);
}

/// Whether a value is as a shape asks for.
fn holds(value: &Value, shape: &Shape) -> bool {
    let mut violations = Vec::new();
    self::value(value, shape, "", &mut violations);
    violations.is_empty()
}

fn list(elements: &[Value], shape: &Shape, path: &str, violations: &mut Vec<Violation>) {
    count(elements.len(), shape.items, ("element", "elements"), path, violations);
    if shape.unique {
        let repeated = (1..elements.len()).find(|at| elements[..*at].contains(&elements[*at]));
        if let Some(at) = repeated {
            violations.push(Violation::new(format!("{path}[{at}]"), "repeats an earlier element"));
        }
    }
    let inner = |at: usize| match shape.inner {
        Inner::List(element) => Some(element),
        Inner::Tuple(shapes) => shapes().get(at),
        _ => None,
    };
    for (at, item) in elements.iter().enumerate() {
        if let Some(shape) = inner(at) {
            self::value(item, shape, &format!("{path}[{at}]"), violations);
        }
    }
}

fn object(value: &Value, entries: &Map<String, Value>, shape: &Shape, path: &str, violations: &mut Vec<Violation>) {
    count(entries.len(), shape.items, ("entry", "entries"), path, violations);
    match shape.inner {
        Inner::Object(body) => {
            let (fields, rules) = body();
            self::fields(entries, fields, path, violations);
            rules::check(value, rules, path, violations);
        }
        Inner::Fields(fields) => self::fields(entries, fields, path, violations),
        Inner::Map(shape) => {
            for (name, inner) in entries {
                self::value(inner, shape, &join(path, name), violations);
            }
        }
        Inner::None | Inner::List(_) | Inner::Tuple(_) | Inner::OneOf(_) => {}
    }
}

fn fields(entries: &Map<String, Value>, fields: &[Field], path: &str, violations: &mut Vec<Violation>) {
    for Field { name, required, shape } in fields {
        match entries.get(*name) {
            Some(inner) => self::value(inner, shape, &join(path, name), violations),
            None if *required => violations.push(Violation::new(join(path, name), MISSING)),
            None => {}
        }
    }
}

/// Checks how many files there are.
pub(crate) fn files(found: usize, shape: &Shape, path: &str, violations: &mut Vec<Violation>) {
    count(found, shape.items, ("element", "elements"), path, violations);
}

/// A value has to fit one of the alternatives that it can be; where it fits none, what is wrong with it is what is wrong by the
/// one that it comes nearest to: whose constants it has, and of whose fields fewest are missing. A value that is of no known
/// kind is the caller's own.
fn one_of(value: &Value, alternatives: &[Alternative], path: &str, violations: &mut Vec<Violation>) {
    let mut nearest = Vec::new();
    let mut least = None;
    for alternative in alternatives {
        let Some(likeness) = likeness(alternative, value) else { continue };
        let mut found = Vec::new();
        self::value(value, &alternative.shape, path, &mut found);
        if found.is_empty() {
            return;
        }
        let missing = found.iter().filter(|violation| violation.message == MISSING).count();
        let distance = (Reverse(likeness.known), likeness.missing, missing, found.len());
        if least.is_none_or(|least| distance < least) {
            (least, nearest) = (Some(distance), found);
        }
    }
    violations.extend(nearest);
}

/// How a value goes with the constants of an alternative; None if it is no value of it.
fn likeness(alternative: &Alternative, value: &Value) -> Option<Likeness> {
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

/// Whether a value is of a kind; null is one of each, as types allow it only where the document does.
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

/// What is said of a required value that isn't there.
pub(crate) const MISSING: &str = "is required";

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn string(text: &str, shape: &Shape, path: &str, violations: &mut Vec<Violation>) {
    if shape.length != (None, None) {
        count(text.chars().count(), shape.length, ("character", "characters"), path, violations);
    }
    if let Some(pattern) = shape.pattern.filter(|pattern| !pattern::matches(pattern, text)) {
        violations.push(Violation::new(path, format!("must match the pattern {pattern}")));
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::shape::{
        Choice, Object, alternative, any, flag, list, map, mark, object, one_of, optional, required, text,
    };

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
            alternative(Kind::Object, object::<Node>()).when(&[mark(&["kind"], &[text("node")])]),
            alternative(Kind::Object, any().max_items(2)).when(&[mark(&["kind"], &[text("port")])]),
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
        // Of those that are not known by it, the one of whose fields fewest are missing.
        assert_eq!(check(json!({"name": "Long", "a": 1, "b": 2, "c": 3}), either).len(), 1);
        // What no alternative knows is not held against any.
        assert_eq!(check(json!({"kind": "new"}), either), [""; 0]);
        assert_eq!(check(json!(7), either), [""; 0]);
    }

    struct ByName;
    impl Object for ByName {
        const FIELDS: &'static [Field] = &[required("name", any().min_length(3))];
    }
    struct ByPort;
    impl Object for ByPort {
        const FIELDS: &'static [Field] = &[required("port", any().max(5)), optional("at", object::<Node>())];
    }
    struct ByKind;
    impl Object for ByKind {
        const FIELDS: &'static [Field] = &[required("name", any()), required("at", any())];
    }
    struct Untold;
    impl Choice for Untold {
        const ALTERNATIVES: &'static [Alternative] = &[
            alternative(Kind::Object, object::<ByName>()),
            alternative(Kind::Object, object::<ByPort>()),
            alternative(Kind::Object, object::<ByKind>()).when(&[mark(&["at", "kind"], &[text("node"), flag(true)])]),
        ];
    }

    #[test]
    fn the_nearest_alternative_says_what_is_wrong() {
        let untold = one_of::<Untold>();
        assert_eq!(check(json!({"name": "abc"}), untold), [""; 0]);
        assert_eq!(check(json!({"name": "ab"}), untold), ["x.name: must have at least 3 characters, has 2"]);
        assert_eq!(check(json!({"port": 6}), untold), ["x.port: must be at most 5, is 6"]);
        assert_eq!(check(json!({"port": 6, "at": {"name": "a"}}), untold), ["x.port: must be at most 5, is 6"]);
        assert_eq!(check(json!({"port": 5, "at": {"name": "Long"}}), untold).len(), 2);
        // Its constant is there, so it is the third, whatever else is missing.
        for kind in [json!("node"), json!(true)] {
            assert_eq!(check(json!({"at": {"kind": kind}}), untold), ["x.name: is required"]);
        }
        assert_eq!(check(json!({"name": "abc", "at": {"kind": "port"}}), untold), [""; 0]);
    }

    struct Many;
    impl Choice for Many {
        const ALTERNATIVES: &'static [Alternative] = &[
            alternative(Kind::List, list(&any()).max_items(1)).of(Kind::Number),
            alternative(Kind::List, list(&any()).max_items(2)).of(Kind::Text),
            alternative(Kind::Object, map(&any())).of(Kind::Flag),
            alternative(Kind::Object, object::<ByPort>()),
        ];
    }

    #[test]
    fn lists_and_maps_are_known_by_what_is_in_them() {
        let many = one_of::<Many>();
        assert_eq!(check(json!(["a", "b"]), many), [""; 0]);
        assert_eq!(check(json!([1, 2]), many), ["x: must have at most 1 element, has 2"]);
        assert_eq!(check(json!({"port": true}), many), [""; 0]);
        assert_eq!(check(json!({"port": 6}), many), ["x.port: must be at most 5, is 6"]);
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
    }

    #[test]
    fn messages_hold_no_text_values() {
        let found = check(json!("hunter2"), any().max_length(3).pattern("^$"));
        assert!(found.iter().all(|line| !line.contains("hunter2")), "{found:?}");
    }
}
