//! Generates inputs that violate exactly one constraint of the document.

mod broken;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use serde_json::{Map, Value};

use self::broken::Breaker;
use crate::document::{Direction, Document, Operation, Parameter, Place, SchemaRef};
use crate::wire::{Content, Data, Field, Input};

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
    PropertyNames,
    AdditionalProperties,
    DependentRequired,
    Contains,
    Not,
    AnyOf,
    OneOf,
}

/// An input that violates one constraint.
#[derive(Clone, Debug)]
pub struct Violation {
    /// The violated constraint.
    pub constraint: Constraint,
    /// The parameter or body with the violation.
    pub part: Part,
    /// Its place there, in the runtime's notation: empty for the whole, else `field`, `field.list[0].name` or
    /// `[0].name`.
    pub path: String,
    /// The schema with the constraint.
    pub schema: SchemaRef,
    /// Whether that is an alternative of a union.
    pub in_union: bool,
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

/// Maximum number of violated constraints of one input: further ones are of the same kinds.
const MOST: usize = 400;

/// For a valid input, one violation of each constraint that applies to any part of it.
pub fn violations(document: &Document, operation: &Operation, input: &Input) -> Vec<Violation> {
    let mut found = Vec::new();
    for parameter in operation.parameters.iter().filter(|parameter| parameter.client.is_none()) {
        let Some(value) = input.of(parameter.place).get(&parameter.name) else { continue };
        let part = Part::Parameter(parameter.place, parameter.name.clone());
        // A path can't be written without its parameter.
        if parameter.required && parameter.place != Place::Path {
            let mut input = input.clone();
            input.of_mut(parameter.place).shift_remove(&parameter.name);
            let schema = parameter.schema.clone().unwrap_or_else(|| SchemaRef(String::new()));
            let (constraint, path) = (Constraint::Required, String::new());
            found.push(Violation { constraint, part: part.clone(), path, schema, in_union: false, input });
        }
        let Some(schema) = &parameter.schema else { continue };
        for broken in Breaker::new(document, Some(parameter)).in_form(parameter.is_form()).all(schema, value, MOST) {
            let mut input = input.clone();
            input.of_mut(parameter.place).insert(parameter.name.clone(), broken.value);
            let (constraint, path) = (broken.constraint, notation(&broken.at, value));
            let (schema, in_union) = (broken.schema, broken.in_union);
            found.push(Violation { constraint, part: part.clone(), path, schema, in_union, input });
        }
    }
    found.extend(in_body(document, operation, input));
    found
}

fn in_body(document: &Document, operation: &Operation, input: &Input) -> Vec<Violation> {
    let Some(content) = &input.body else { return Vec::new() };
    let media = operation.body.iter().flat_map(|body| &body.media);
    let mut media = media.filter(|media| media.media_type == content.media_type || media.media_type.contains('*'));
    let Some(schema) = media.next().and_then(|media| media.schema.as_ref()) else { return Vec::new() };
    let Some(value) = as_value(&content.data) else { return Vec::new() };
    let files = files(&content.data);
    let mut found = Vec::new();
    for broken in Breaker::new(document, None).in_form(!matches!(content.data, Data::Json(_))).all(schema, &value, MOST)
    {
        let token = broken.at.split('/').nth(1);
        // A file's placeholder is not a file; but the file itself may be missing.
        if broken.constraint != Constraint::Required && token.is_some_and(|token| files.contains(token)) {
            continue;
        }
        // An optional body may be left out with everything required in it, as it is without any field.
        let left_out = broken.value.as_object().is_some_and(Map::is_empty);
        if left_out && !operation.body.as_ref().is_some_and(|body| body.required) {
            continue;
        }
        let Some(data) = with_value(&content.data, &broken.value) else { continue };
        let mut input = input.clone();
        input.body = Some(Content { data, ..content.clone() });
        let (constraint, path) = (broken.constraint, notation(&broken.at, &value));
        let (schema, in_union) = (broken.schema, broken.in_union);
        found.push(Violation { constraint, part: Part::Body, path, schema, in_union, input });
    }
    found
}

/// A body as one value; files are empty strings in it.
fn as_value(data: &Data) -> Option<Value> {
    let file = || Value::String(String::new());
    Some(match data {
        Data::Json(value) => value.clone(),
        Data::Form(fields) => Value::Object(fields.iter().map(|(name, value)| (name.clone(), value.clone())).collect()),
        Data::Multipart(fields) => {
            let value = |field: &Field| match field {
                Field::Value(value) => value.clone(),
                Field::File(_) => file(),
                Field::Files(files) => files.iter().map(|_| file()).collect(),
            };
            Value::Object(fields.iter().map(|(name, field)| (name.clone(), value(field))).collect())
        }
        Data::Text(_) | Data::Bytes(_) | Data::Lines(_) | Data::Events(_) => return None,
    })
}

fn files(data: &Data) -> HashSet<String> {
    let Data::Multipart(fields) = data else { return HashSet::new() };
    let files = fields.iter().filter(|(_, field)| !matches!(field, Field::Value(_)));
    files.map(|(name, _)| yundb_generator::pointer::escape(name)).collect()
}

/// The same kind of body with another value.
fn with_value(data: &Data, value: &Value) -> Option<Data> {
    let entries =
        || value.as_object().into_iter().flat_map(Map::iter).map(|(name, value)| (name.clone(), value.clone()));
    Some(match data {
        Data::Json(_) => Data::Json(value.clone()),
        Data::Form(_) => Data::Form(entries().collect()),
        Data::Multipart(fields) => {
            let field = |(name, value): (String, Value)| match fields.get(&name) {
                Some(file @ (Field::File(_) | Field::Files(_))) => (name, file.clone()),
                _ => (name, Field::Value(value)),
            };
            Data::Multipart(entries().map(field).collect())
        }
        Data::Text(_) | Data::Bytes(_) | Data::Lines(_) | Data::Events(_) => return None,
    })
}

/// A JSON pointer in the runtime's notation.
fn notation(at: &str, value: &Value) -> String {
    let mut path = String::new();
    let mut here = Some(value);
    for token in at.split('/').skip(1) {
        let token = yundb_generator::pointer::unescape(token);
        match here {
            Some(Value::Array(items)) => {
                path.push_str(&format!("[{token}]"));
                here = token.parse::<usize>().ok().and_then(|index| items.get(index));
            }
            inner => {
                let separator = if path.is_empty() { "" } else { "." };
                path.push_str(&format!("{separator}{token}"));
                here = inner.and_then(|inner| inner.get(&token));
            }
        }
    }
    path
}

/// A value that a parameter cannot express.
fn cannot_be_written(parameter: &Parameter, value: &Value) -> bool {
    if parameter.content.is_some() {
        return value.is_null();
    }
    match value {
        Value::Null => true,
        Value::String(text) if parameter.place == Place::Path => text.is_empty() || text == "." || text == "..",
        Value::String(text) if parameter.place == Place::Header => {
            text.trim() != text || text.chars().any(|it| !(' '..='~').contains(&it))
        }
        Value::Array(items) => {
            let commas = |text: &str| parameter.place == Place::Header && text.contains(',');
            let odd =
                |item: &Value| item.is_null() || item.as_str().is_some_and(|text| text.is_empty() || commas(text));
            items.is_empty() || items.iter().any(odd)
        }
        Value::Object(entries) => entries.is_empty() || entries.values().any(Value::is_null),
        _ => false,
    }
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
            Self::PropertyNames => "propertyNames",
            Self::AdditionalProperties => "additionalProperties",
            Self::DependentRequired => "dependentRequired",
            Self::Contains => "contains",
            Self::Not => "not",
            Self::AnyOf => "anyOf",
            Self::OneOf => "oneOf",
        }
    }

    /// The keyword in the validator's error.
    fn reported(self) -> &'static str {
        match self {
            Self::DependentRequired => Self::Required.keyword(),
            other => other.keyword(),
        }
    }

    /// All of them.
    pub const ALL: [Self; 21] = [
        Self::Required,
        Self::MinLength,
        Self::MaxLength,
        Self::Pattern,
        Self::Minimum,
        Self::Maximum,
        Self::ExclusiveMinimum,
        Self::ExclusiveMaximum,
        Self::MultipleOf,
        Self::MinItems,
        Self::MaxItems,
        Self::UniqueItems,
        Self::MinProperties,
        Self::MaxProperties,
        Self::PropertyNames,
        Self::AdditionalProperties,
        Self::DependentRequired,
        Self::Contains,
        Self::Not,
        Self::AnyOf,
        Self::OneOf,
    ];

    /// The place of the value whose missing or repeated part is the violation.
    fn is_of_children(self) -> bool {
        self == Self::Required
    }
}

/// The direction of inputs.
const DIRECTION: Direction = Direction::Request;
