//! How generated code writes what a value has to meet beyond its type and limits: conditions, alternatives, what is ruled out, and
//! the names in a map.

use super::types::{Rule, Shape};

/// Where `test` holds `then` has to, elsewhere `otherwise`.
pub const fn when(test: &'static Shape, then: &'static Shape, otherwise: &'static Shape) -> Rule {
    Rule::When(test, then, otherwise)
}

/// This must not hold.
pub const fn not(shape: &'static Shape) -> Rule {
    Rule::Not(shape)
}

/// At least one of these has to hold.
pub const fn any_of(shapes: &'static [Shape]) -> Rule {
    Rule::AnyOf(shapes)
}

/// Just one of these has to hold.
pub const fn only_one(shapes: &'static [Shape]) -> Rule {
    Rule::OnlyOne(shapes)
}

/// A list with at least and at most so many such elements.
pub const fn contains(shape: &'static Shape, fewest: usize, most: Option<usize>) -> Rule {
    Rule::Contains(shape, fewest, most)
}

/// A list with these elements first, and then such.
pub const fn prefix(first: &'static [Shape], rest: &'static Shape) -> Rule {
    Rule::Prefix(first, rest)
}

/// An object whose entries have such names.
pub const fn names(shape: &'static Shape) -> Rule {
    Rule::Names(shape)
}

/// An object whose entries beyond the `known` ones are as their names ask for by pattern, and such where they match none.
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
