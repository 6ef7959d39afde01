//! Holds values against schemas of the document, by the `jsonschema` crate.

use serde_json::Value;

use crate::document::{Direction, Document, SchemaRef};

/// Why a value is not valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where in the value, as a JSON pointer.
    pub at: String,
    /// The keyword that it breaks.
    pub keyword: String,
    /// In words.
    pub message: String,
}

/// Which alternatives of one `oneOf` or `anyOf` a part of a value satisfies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternatives {
    /// Where in the value, as a JSON pointer.
    pub at: String,
    /// The `oneOf` or `anyOf`: a pointer that ends in that word.
    pub union: SchemaRef,
    /// How many alternatives there are.
    pub count: usize,
    /// Those that the part satisfies, by place in the list, with the schema that each comes to when its `$ref`s are followed.
    pub valid: Vec<(usize, SchemaRef)>,
}

impl Document {
    /// All that is wrong with a value; a schema that cannot be compiled is the only problem then.
    pub fn problems(&self, schema: &SchemaRef, direction: Direction, value: &Value) -> Vec<Problem> {
        todo!()
    }

    /// Whether a value is valid.
    pub fn is_valid(&self, schema: &SchemaRef, direction: Direction, value: &Value) -> bool {
        todo!()
    }

    /// The unions that a value passes through, from the outside in. Where a discriminator decides, `valid` has only the
    /// alternative that its tag names.
    pub fn alternatives(&self, schema: &SchemaRef, direction: Direction, value: &Value) -> Vec<Alternatives> {
        todo!()
    }

    /// Whether a schema describes the value at a place of its instances with more than "any JSON". A JSON pointer into
    /// the value.
    pub fn describes(&self, schema: &SchemaRef, direction: Direction, value: &Value, at: &str) -> bool {
        todo!()
    }
}
