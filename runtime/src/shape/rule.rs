//! What a value has to meet beyond its type and limits: conditions, alternatives, what is ruled out, and the names in a map.

use super::Shape;

/// One thing that a value has to meet.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// Where the first shape holds the second has to, elsewhere the third.
    When(&'static Shape, &'static Shape, &'static Shape),
    /// The shape must not hold.
    Not(&'static Shape),
    /// At least one of the shapes has to hold.
    AnyOf(&'static [Shape]),
    /// Just one of the shapes has to hold.
    OnlyOne(&'static [Shape]),
    /// At least and at most so many elements of a list are of a shape.
    Contains(&'static Shape, usize, Option<usize>),
    /// The first elements of a list, by place, and all that follow.
    Prefix(&'static [Shape], &'static Shape),
    /// The names of an object's entries.
    Names(&'static Shape),
    /// Entries of an object but for those of these names: by the patterns that their names match, and those that match none.
    Others(&'static [&'static str], &'static [(&'static str, Shape)], &'static Shape),
    /// The values that there are, as JSON.
    Values(&'static [&'static str]),
}

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
