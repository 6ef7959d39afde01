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
fn required<'s>(shape: &'s Shape) -> Option<Vec<&'s str>> {
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
