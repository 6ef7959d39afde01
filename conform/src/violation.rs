//! Makes inputs that break one constraint of the document and nothing else.

use crate::document::{Document, Operation, Place};
use crate::wire::Input;

/// A kind of constraint, by its keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is a keyword")]
pub enum Constraint {
    Required,
    MinLength,
    MaxLength,
    Pattern,
    Minimum,
    Maximum,
    ExclusiveMinimum,
    ExclusiveMaximum,
    MultipleOf,
    MinItems,
    MaxItems,
    UniqueItems,
    MinProperties,
    MaxProperties,
}

/// An input that breaks one constraint.
#[derive(Clone, Debug)]
pub struct Violation {
    /// What is broken.
    pub constraint: Constraint,
    /// The parameter or body in which it is broken.
    pub part: Part,
    /// Where in it, in the runtime's notation: empty for all of it, else `field`, `field.list[0].name` or `[0].name`.
    pub path: String,
    /// The input with the violation in it.
    pub input: Input,
}

/// A part of an input.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// A parameter, by place and name on the wire.
    Parameter(Place, String),
    /// The body.
    Body,
}

/// From an input that is right, one violation for each constraint that the document has anywhere in it.
pub fn violations(document: &Document, operation: &Operation, input: &Input) -> Vec<Violation> {
    todo!()
}

impl Constraint {
    /// The keyword.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::MinLength => "minLength",
            Self::MaxLength => "maxLength",
            Self::Pattern => "pattern",
            Self::Minimum => "minimum",
            Self::Maximum => "maximum",
            Self::ExclusiveMinimum => "exclusiveMinimum",
            Self::ExclusiveMaximum => "exclusiveMaximum",
            Self::MultipleOf => "multipleOf",
            Self::MinItems => "minItems",
            Self::MaxItems => "maxItems",
            Self::UniqueItems => "uniqueItems",
            Self::MinProperties => "minProperties",
            Self::MaxProperties => "maxProperties",
        }
    }
}
