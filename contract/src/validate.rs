//! Validates values against the document's schemas, by the `jsonschema` crate.

#[cfg(test)]
mod tests;
mod walk;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, Registry, ValidationError, Validator};
use serde_json::{Value, json};

pub use self::walk::Described;
use crate::document::{BASE, Compiled, Direction, Document, SchemaRef, fragment, pointer};
use crate::value::is_of;

/// A validation error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The place in the value, as a JSON pointer.
    pub at: String,
    /// The violated keyword.
    pub keyword: String,
    /// The place of the keyword in the document, if it is known.
    pub rule: Option<SchemaRef>,
    /// The message.
    pub message: String,
    /// Whether the only error is that several alternatives of a `oneOf` match, which no client can avoid.
    pub overlap: bool,
}

/// The alternatives of one `oneOf` or `anyOf` that a part of a value matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternatives {
    /// The place in the value, as a JSON pointer.
    pub at: String,
    /// The `oneOf` or `anyOf`: a pointer that ends in that word; or in `discriminator`, of a base whose children are the
    /// alternatives.
    pub union: SchemaRef,
    /// Number of alternatives.
    pub count: usize,
    /// The matching ones, by index, each with its schema after following `$ref`s.
    pub valid: Vec<(usize, SchemaRef)>,
}

impl Document {
    /// All errors of a value; if a schema cannot be compiled, that is the only one.
    pub fn problems(&self, schema: &SchemaRef, direction: Direction, value: &Value) -> Vec<Problem> {
        match self.validator(schema, direction) {
            Ok(validator) => validator.iter_errors(value).map(|error| self.problem(&error, direction)).collect(),
            Err(message) => {
                let (keyword, message) = ("$ref".to_owned(), message.clone());
                vec![Problem { at: String::new(), keyword, rule: None, message, overlap: false }]
            }
        }
    }

    /// Whether a value is valid. Several alternatives of a `oneOf` may match: many real documents have overlapping
    /// ones, and the client sends the same value.
    pub fn is_valid(&self, schema: &SchemaRef, direction: Direction, value: &Value) -> bool {
        match self.validator(schema, direction) {
            Ok(validator) => {
                validator.is_valid(value)
                    || validator.iter_errors(value).all(|error| self.is_overlap(&error, direction))
            }
            Err(_) => false,
        }
    }

    /// Whether the strings of a value have the formats of their schemas; those in unions are not checked.
    pub fn is_formatted(&self, schema: &SchemaRef, direction: Direction, value: &Value) -> bool {
        self.described(schema, direction, value).iter().filter(|described| !described.in_union).all(|described| {
            let node = self.schema(&described.schema, direction);
            let format = node.and_then(|node| node.get("format")).and_then(Value::as_str);
            let text = value.pointer(&described.at).and_then(Value::as_str);
            format.zip(text).is_none_or(|(format, text)| is_of(format, text))
        })
    }

    fn problem(&self, error: &ValidationError<'_>, direction: Direction) -> Problem {
        Problem {
            at: error.instance_path().to_string(),
            keyword: error.kind().keyword().to_owned(),
            rule: rule(error),
            message: error.masked().to_string(),
            overlap: self.is_overlap(error, direction),
        }
    }

    /// Whether the only error is that alternatives of a `oneOf` overlap, here or within an alternative. Alternatives
    /// that only list required fields are not types: such a `oneOf` makes fields mutually exclusive.
    fn is_overlap(&self, error: &ValidationError<'_>, direction: Direction) -> bool {
        match error.kind() {
            ValidationErrorKind::OneOfMultipleValid { .. } => {
                let alternatives =
                    rule(error).and_then(|union| self.schema(&union, direction)).and_then(Value::as_array);
                !alternatives.is_some_and(|alternatives| alternatives.iter().all(is_of_required))
            }
            ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => context
                .iter()
                .any(|branch| !branch.is_empty() && branch.iter().all(|error| self.is_overlap(error, direction))),
            _ => false,
        }
    }

    /// Compiles a schema, once.
    fn validator(&self, schema: &SchemaRef, direction: Direction) -> Result<&Validator, &String> {
        let known = &self.validators[direction as usize];
        let compiled = known.get(&schema.0);
        let compile = || known.insert(schema.0.clone(), Box::new(self.compiled(schema, direction)));
        compiled.unwrap_or_else(compile).as_ref()
    }

    fn compiled(&self, schema: &SchemaRef, direction: Direction) -> Compiled {
        let draft = Draft::Draft202012;
        let registry = Registry::new().draft(draft).add(BASE, self.reachable(schema, direction));
        let registry = registry.and_then(|registry| registry.prepare()).map_err(|error| error.to_string())?;
        let options = jsonschema::options().with_draft(draft).should_validate_formats(false).with_registry(&registry);
        let reference = json!({"$ref": format!("{BASE}#{}", fragment(&schema.0))});
        options.offline().build(&reference).map_err(|error| error.to_string())
    }
}

/// The place of the keyword that a value violates.
fn rule(error: &ValidationError<'_>) -> Option<SchemaRef> {
    let (_, fragment) = error.absolute_keyword_location()?.as_str().split_once('#')?;
    pointer(&format!("#{fragment}"))
}

/// Whether a schema only lists required fields.
pub fn is_of_required(node: &Value) -> bool {
    let known = |key: &String| ["required", "type", "title", "description"].contains(&key.as_str());
    node.as_object().is_some_and(|node| node.contains_key("required") && node.keys().all(known))
}
