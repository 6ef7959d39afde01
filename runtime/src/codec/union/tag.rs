//! Properties that distinguish the alternatives of a union: their location and value.

use serde::Serialize;
use serde_json::Value;

use crate::codec::json::to_value;
use crate::data::shape::Constant;

/// The value of a distinguishing property, if it is a string, a number or a bool.
#[derive(Clone, Copy, Debug)]
pub struct Tag<'a>(Option<&'a Value>);

/// The value at a path of properties. Keys may differ in case.
pub fn tag<'a>(value: &'a Value, path: &[&str]) -> Tag<'a> {
    let property = |value: &'a Value, name: &&str| {
        let object = value.as_object()?;
        object.get(*name).or_else(|| {
            let mut entries = object.iter();
            entries.find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value))
        })
    };
    let found = path.iter().try_fold(value, property);
    Tag(found.filter(|found| matches!(found, Value::String(_) | Value::Number(_) | Value::Bool(_))))
}

impl Tag<'_> {
    /// Whether it equals this constant. A number or bool may be written as text, and vice versa.
    pub fn is(self, constant: impl Into<Constant>) -> bool {
        let Some(found) = self.0 else { return false };
        match (constant.into(), found) {
            (Constant::Text(text), Value::String(found)) => text == found,
            (Constant::Text(text), Value::Number(found)) => found.to_string().as_str() == text,
            (Constant::Text(text), Value::Bool(found)) => text == if *found { "true" } else { "false" },
            (Constant::Integer(integer), Value::Number(found)) => {
                found.as_i64().map_or_else(|| found.as_f64() == Some(integer as f64), |found| found == integer)
            }
            (Constant::Integer(integer), Value::String(found)) => found.parse() == Ok(integer),
            (Constant::Flag(flag), Value::Bool(found)) => flag == *found,
            (Constant::Flag(flag), Value::String(found)) => found.parse() == Ok(flag),
            _ => false,
        }
    }
}

/// How well a value matches the distinguishing properties of an alternative.
#[derive(Clone, Copy, Debug, Default)]
pub struct Likeness {
    /// Number of matching properties.
    pub(crate) known: usize,
    /// Number of absent properties.
    pub(crate) missing: usize,
    /// Whether a property has a value that the alternative never has.
    pub(crate) wrong: bool,
}

impl Likeness {
    /// Counts a property.
    #[must_use]
    pub fn with(mut self, tag: Tag<'_>, is: impl FnOnce(Tag<'_>) -> bool) -> Self {
        match tag.0 {
            None => self.missing += 1,
            Some(_) if is(tag) => self.known += 1,
            Some(_) => self.wrong = true,
        }
        self
    }
}

/// The JSON of an alternative, with its distinguishing constant, if there is only one and the payload lacks it.
pub fn with_tag(payload: &impl Serialize, path: &[&str], tags: &[Constant]) -> serde_json::Result<Value> {
    let mut value = to_value(payload).map_err(serde::ser::Error::custom)?;
    if let ([tag], [around @ .., property]) = (tags, path)
        && let Some(Value::Object(object)) = around.iter().try_fold(&mut value, |value, name| value.get_mut(*name))
        && object.get(*property).is_none_or(Value::is_null)
    {
        object.shift_insert(0, (*property).to_owned(), (*tag).into());
    }
    Ok(value)
}
