//! Constructors of rules beyond type and limits, for generated code: conditions, alternatives, exclusions, and the
//! names in a map.

use super::types::{Rule, Shape};

/// If `test` holds, `then` must hold, else `otherwise`.
pub const fn when(test: &'static Shape, then: &'static Shape, otherwise: &'static Shape) -> Rule {
    Rule::When(test, then, otherwise)
}

/// This must not hold.
pub const fn not(shape: &'static Shape) -> Rule {
    Rule::Not(shape)
}

/// At least one of these must hold.
pub const fn any_of(shapes: &'static [Shape]) -> Rule {
    Rule::AnyOf(shapes)
}

/// Exactly one of these must hold.
pub const fn only_one(shapes: &'static [Shape]) -> Rule {
    Rule::OnlyOne(shapes)
}

/// A list with a minimum and maximum number of elements of this shape.
pub const fn contains(shape: &'static Shape, fewest: usize, most: Option<usize>) -> Rule {
    Rule::Contains(shape, fewest, most)
}

/// A list that begins with these elements, followed by elements of the shape `rest`.
pub const fn prefix(first: &'static [Shape], rest: &'static Shape) -> Rule {
    Rule::Prefix(first, rest)
}

/// An object whose names have this shape.
pub const fn names(shape: &'static Shape) -> Rule {
    Rule::Names(shape)
}

/// An object whose entries, except the `known` ones, have the shapes that their names match by pattern, or a default
/// shape.
pub const fn others(
    known: &'static [&'static str],
    patterns: &'static [(&'static str, Shape)],
    rest: &'static Shape,
) -> Rule {
    Rule::Others(known, patterns, rest)
}

/// One of these values, each as JSON.
pub const fn values(values: &'static [&'static str]) -> Rule {
    Rule::Values(values)
}
