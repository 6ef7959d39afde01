//! Holds values against schemas of the document, by the `jsonschema` crate.

#[cfg(test)]
mod tests;
mod walk;

use std::sync::{Arc, PoisonError};

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, ValidationError};
use serde_json::{Value, json};

pub(crate) use self::walk::Described;
use crate::document::{BASE, Compiled, Direction, Document, SchemaRef, fragment, pointer};

/// Why a value is not valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where in the value, as a JSON pointer.
    pub at: String,
    /// The keyword that it breaks.
    pub keyword: String,
    /// In words.
    pub message: String,
    /// Whether it is only that more than one alternative of a `oneOf` is satisfied, which no client can help.
    pub overlap: bool,
}

/// Which alternatives of one `oneOf` or `anyOf` a part of a value satisfies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternatives {
    /// Where in the value, as a JSON pointer.
    pub at: String,
    /// The `oneOf` or `anyOf`: a pointer that ends in that word; or in `discriminator`, of a base whose children are the
    /// alternatives.
    pub union: SchemaRef,
    /// How many alternatives there are.
    pub count: usize,
    /// Those that the part satisfies, by place in the list, with the schema that each comes to when its `$ref`s are followed.
    pub valid: Vec<(usize, SchemaRef)>,
}

impl Document {
    /// All that is wrong with a value; a schema that cannot be compiled is the only problem then.
    pub fn problems(&self, schema: &SchemaRef, direction: Direction, value: &Value) -> Vec<Problem> {
        match self.validator(schema, direction) {
            Ok(validator) => validator.iter_errors(value).map(|error| self.problem(&error, direction)).collect(),
            Err(message) => vec![Problem { at: String::new(), keyword: "$ref".to_owned(), message, overlap: false }],
        }
    }

    /// Whether a value is valid. More than one alternative of a `oneOf` may be satisfied: the documents of this world have
    /// many that overlap, and what a client sends is the same.
    pub fn is_valid(&self, schema: &SchemaRef, direction: Direction, value: &Value) -> bool {
        match self.validator(schema, direction) {
            Ok(validator) => {
                validator.is_valid(value)
                    || validator.iter_errors(value).all(|error| self.is_overlap(&error, direction))
            }
            Err(_) => false,
        }
    }

    fn problem(&self, error: &ValidationError<'_>, direction: Direction) -> Problem {
        Problem {
            at: error.instance_path().to_string(),
            keyword: error.kind().keyword().to_owned(),
            message: error.masked().to_string(),
            overlap: self.is_overlap(error, direction),
        }
    }

    /// Whether an error is only that alternatives of a `oneOf` overlap, here or inside of an alternative. Alternatives that only
    /// say which fields must be there are no types: such a `oneOf` says which may not be there together.
    fn is_overlap(&self, error: &ValidationError<'_>, direction: Direction) -> bool {
        match error.kind() {
            ValidationErrorKind::OneOfMultipleValid { .. } => {
                let place = error.absolute_keyword_location().and_then(|uri| uri.as_str().split_once('#'));
                let union = place.and_then(|(_, fragment)| pointer(&format!("#{fragment}")));
                let alternatives = union.and_then(|union| self.schema(&union, direction)).and_then(Value::as_array);
                !alternatives.is_some_and(|alternatives| alternatives.iter().all(is_of_required))
            }
            ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => context
                .iter()
                .any(|branch| !branch.is_empty() && branch.iter().all(|error| self.is_overlap(error, direction))),
            _ => false,
        }
    }

    /// Compiles a schema, once.
    fn validator(&self, schema: &SchemaRef, direction: Direction) -> Compiled {
        let key = (direction, schema.0.clone());
        let mut known = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        let compile = || {
            let options = jsonschema::options()
                .with_draft(Draft::Draft202012)
                .should_validate_formats(false)
                .with_registry(&self.registries[direction as usize])
                .offline();
            let reference = json!({"$ref": format!("{BASE}#{}", fragment(&schema.0))});
            options.build(&reference).map(Arc::new).map_err(|error| error.to_string())
        };
        known.entry(key).or_insert_with(compile).clone()
    }
}

/// Whether a schema says only which fields must be there.
pub(crate) fn is_of_required(node: &Value) -> bool {
    let known = |key: &String| ["required", "type", "title", "description"].contains(&key.as_str());
    node.as_object().is_some_and(|node| node.contains_key("required") && node.keys().all(known))
}
