//! Holds values against their shapes before anything is sent, and collects every violation with its path.

mod number;
mod pattern;
mod rules;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use crate::error::Violation;
use crate::shape::{Alternative, Field, Inner, Kind, Rule, Shape};

/// Checks `value`, found at `path`, against `shape`.
pub(crate) fn value(value: &Value, shape: &Shape, path: &str, violations: &mut Vec<Violation>) {
    if let Inner::OneOf(alternatives) = shape.inner {
        one_of(value, alternatives(), path, violations);
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

fn object(
    value: &Value,
    entries: &Map<String, Value>,
    shape: &Shape,
    path: &str,
    violations: &mut Vec<Violation>,
) {
    count(entries.len(), shape.items, ("entry", "entries"), path, violations);
    match shape.inner {
        Inner::Object(body) => {
            let (fields, rules): (_, &[Rule]) = body();
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

/// A value has to fit one of the alternatives that it can be; where it fits none, what is wrong with it is what is wrong by the
/// one that it comes nearest to. A value that is of no known kind is the caller's own.
fn one_of(value: &Value, alternatives: &[Alternative], path: &str, violations: &mut Vec<Violation>) {
    let applicable = alternatives.iter().filter(|alternative| applies(alternative, value));
    violations.extend(nearest(value, applicable.map(|alternative| &alternative.shape), path));
}

/// What is wrong with a value by the shape that it comes nearest to; nothing if it fits one, or there is none.
fn nearest<'s>(value: &Value, shapes: impl Iterator<Item = &'s Shape>, path: &str) -> Vec<Violation> {
    let mut nearest: Option<Vec<Violation>> = None;
    for shape in shapes {
        let mut found = Vec::new();
        self::value(value, shape, path, &mut found);
        if found.is_empty() {
            return found;
        }
        if nearest.as_ref().is_none_or(|nearest| found.len() < nearest.len()) {
            nearest = Some(found);
        }
    }
    nearest.unwrap_or_default()
}

fn applies(alternative: &Alternative, value: &Value) -> bool {
    let tagged = |(property, tag): (&str, &str)| value.get(property).and_then(Value::as_str) == Some(tag);
    value.is_null()
        || matches!(alternative.kind, Kind::Any)
        || alternative.kind == kind(value) && alternative.tag.is_none_or(tagged)
}

fn kind(value: &Value) -> Kind {
    match value {
        Value::Null => Kind::Null,
        Value::Bool(_) => Kind::Flag,
        Value::Number(_) => Kind::Number,
        Value::String(_) => Kind::Text,
        Value::Array(_) => Kind::List,
        Value::Object(_) => Kind::Object,
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
