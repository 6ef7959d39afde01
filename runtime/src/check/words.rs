//! Messages about violations.

use super::path::Path;
use super::violation::Violation;
use crate::data::shape::{Field, Inner, Shape};

/// The message for a missing required value.
pub(crate) const MISSING: &str = "is required";

/// The names that a shape requires, if it requires nothing else.
pub(super) fn required(shape: &Shape) -> Option<Vec<&str>> {
    let Inner::Fields(fields) = shape.inner else { return None };
    let plain = |field: &&Field| field.required && field.shape.is_bare();
    let names: Vec<&str> = fields.iter().filter(plain).map(|field| field.name).collect();
    (names.len() == fields.len() && Shape { inner: Inner::None, ..*shape }.is_bare()).then_some(names)
}

/// Describes alternatives.
pub(super) fn words(shapes: &[Shape]) -> String {
    let words = shapes.iter().enumerate().map(|(at, shape)| match required(shape) {
        Some(names) if !names.is_empty() => format!("with {}", listing(&names, "and")),
        _ => format!("alternative {} of the document", at + 1),
    });
    words.collect::<Vec<_>>().join(", ")
}

pub(super) fn listing(names: &[&str], last: &str) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(&format!(" {last} "))
}

/// Checks the number of files.
pub(crate) fn files(found: usize, shape: &Shape, path: &str, violations: &mut Vec<Violation>) {
    count(found, shape.items, ("element", "elements"), &Path::Root(path), violations);
}

pub(super) fn count(
    found: usize,
    (fewest, most): (Option<usize>, Option<usize>),
    (one, many): (&str, &str),
    path: &Path<'_>,
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
