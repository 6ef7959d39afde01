//! What a call, or the form that it sends, was given so far, by wire name.

use std::fmt;

use serde::Serialize;
use serde_json::Value;
use zeroize::Zeroize as _;

use super::multipart::Part;
use crate::check::Violation;
use crate::codec::json::{Unwritable, to_value};
use crate::codec::json_text::JsonText;
use crate::data::operation::{Param, Place};

/// Values of parameters, and what was wrong with those that could not be taken.
///
/// A generated type wraps it for each form that may be sent in place of another body.
#[derive(Clone)]
#[must_use = "nothing is sent before `send`"]
pub struct Inputs {
    params: &'static [Param],
    values: Vec<Input>,
    parts: Vec<NamedPart>,
    mistakes: Vec<Violation>,
}

/// A parameter and its value, which is wiped from memory when dropped: it may be a secret, or hold one.
#[derive(Clone)]
pub(crate) struct Input {
    pub(crate) param: &'static Param,
    pub(crate) value: Value,
}

/// A file of a multipart body.
#[derive(Clone)]
pub(crate) struct NamedPart {
    pub(crate) param: &'static Param,
    /// The field's name, where the parameter is for all that have none of their own.
    pub(crate) name: Option<String>,
    pub(crate) part: Part,
}

impl Drop for Input {
    fn drop(&mut self) {
        fn wipe(value: &mut Value) {
            match value {
                Value::String(text) => text.zeroize(),
                Value::Array(elements) => elements.iter_mut().for_each(wipe),
                Value::Object(entries) => entries.values_mut().for_each(wipe),
                Value::Null | Value::Bool(_) | Value::Number(_) => {}
            }
        }
        wipe(&mut self.value);
    }
}

/// A form that stands beside other bodies of an operation: a type with a setter for each of its fields.
pub trait Form {
    /// The fields.
    const PARAMS: &'static [Param];
}

impl Inputs {
    /// Nothing so far, for these parameters.
    pub fn new(params: &'static [Param]) -> Self {
        Self { params, values: Vec::new(), parts: Vec::new(), mistakes: Vec::new() }
    }

    /// Sets the parameter of this wire name. The last value counts.
    pub fn set(self, name: &'static str, value: impl Serialize) -> Self {
        self.put(None, name, to_value(&value))
    }

    /// Sets the parameter of this wire name, unless there is no value.
    pub fn set_some<T: Serialize>(self, name: &'static str, value: impl Into<Option<T>>) -> Self {
        match value.into() {
            Some(value) => self.set(name, value),
            None => self,
        }
    }

    /// Sets the parameter of this name in this place, unless there is no value.
    pub fn set_some_in<T: Serialize>(self, place: Place, name: &'static str, value: impl Into<Option<T>>) -> Self {
        match value.into() {
            Some(value) => self.set_in(place, name, value),
            None => self,
        }
    }

    /// Sets the parameter of this name in this place, for names that occur in several.
    pub fn set_in(self, place: Place, name: &'static str, value: impl Serialize) -> Self {
        self.put(Some(place), name, to_value(&value))
    }

    /// Sets the parameter of this wire name to a text.
    pub fn text(self, name: &'static str, text: impl Into<String>) -> Self {
        self.put(None, name, Ok(Value::String(text.into())))
    }

    /// Sets the parameter of this wire name to a value that is sent as JSON, or to such JSON.
    pub fn json_text(mut self, name: &'static str, value: JsonText<impl Serialize>) -> Self {
        match value {
            JsonText::Value(value) => self.set(name, value),
            // Read, so that it is held against the documented limits, too.
            JsonText::Text(text) => match serde_json::from_str::<Value>(&text) {
                Ok(value) => self.set(name, value),
                Err(error) => {
                    self.mistakes.push(Violation::new(name, format!("is no JSON: {error}")));
                    self
                }
            },
        }
    }

    // Not generic: there is a setter for each parameter of each operation.
    fn put(mut self, place: Option<Place>, name: &'static str, value: Result<Value, Unwritable>) -> Self {
        let Some(param) = self.find(place, name) else { return self };
        match value {
            Ok(value) => {
                self.values.retain(|input| !std::ptr::eq(input.param, param));
                self.parts.retain(|other| !std::ptr::eq(other.param, param));
                self.values.push(Input { param, value });
            }
            Err(error) => self.mistakes.push(Violation::new(error.place(name), error.message())),
        }
        self
    }

    fn find(&mut self, place: Option<Place>, name: &'static str) -> Option<&'static Param> {
        let fits = |param: &&Param| param.name == name && place.is_none_or(|place| param.place == place);
        let param = self.params.iter().find(fits);
        if param.is_none() {
            self.mistakes.push(Violation::new(name, "is no parameter"));
        }
        param
    }

    /// Sets a file of a multipart body.
    pub fn part(self, name: &'static str, part: impl Into<Part>) -> Self {
        self.parts(name, [part])
    }

    /// Sets all files of this name of a multipart body.
    pub fn parts(self, name: &'static str, parts: impl IntoIterator<Item = impl Into<Part>>) -> Self {
        self.put_parts(name, parts.into_iter().map(|part| (None, part.into())).collect())
    }

    /// Sets the files of a multipart body whose names the caller chooses.
    pub fn named_parts(
        self,
        name: &'static str,
        parts: impl IntoIterator<Item = (impl Into<String>, impl Into<Part>)>,
    ) -> Self {
        self.put_parts(name, parts.into_iter().map(|(name, part)| (Some(name.into()), part.into())).collect())
    }

    fn put_parts(mut self, name: &'static str, parts: Vec<(Option<String>, Part)>) -> Self {
        if let Some(param) = self.find(Some(Place::Part), name) {
            self.values.retain(|input| !std::ptr::eq(input.param, param));
            self.parts.retain(|other| !std::ptr::eq(other.param, param));
            self.parts.extend(parts.into_iter().map(|(name, part)| NamedPart { param, name, part }));
        }
        self
    }

    pub(crate) fn mistake(&mut self, name: &str, message: impl Into<String>) {
        self.mistakes.push(Violation::new(name, message));
    }

    pub(crate) fn params(&self) -> &'static [Param] {
        self.params
    }

    pub(crate) fn mistakes(&self) -> &[Violation] {
        &self.mistakes
    }

    pub(crate) fn all_parts(&self) -> &[NamedPart] {
        &self.parts
    }

    /// The value that was set for a parameter.
    pub(crate) fn of(&self, param: &'static Param) -> Option<&Value> {
        self.values.iter().find(|input| std::ptr::eq(input.param, param)).map(|input| &input.value)
    }

    /// The value that was set for the parameter of this wire name.
    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.values.iter().find(|input| input.param.name == name).map(|input| &input.value)
    }

    /// The names of what was set. Values may be secret.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.values.iter().map(|input| input.param.name).chain(self.parts.iter().map(|part| part.param.name))
    }
}

impl fmt::Debug for Inputs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inputs").field("set", &self.names().collect::<Vec<_>>()).finish_non_exhaustive()
    }
}

/// What all forms have: `new`, and what hands them to a call. `form_methods!(Name)`, for a tuple struct of one [`Inputs`].
#[macro_export]
macro_rules! form_methods {
    ($name:ident) => {
        impl $name {
            /// Nothing set so far.
            pub fn new() -> Self {
                Self($crate::Inputs::new(<Self as $crate::Form>::PARAMS))
            }
        }

        impl ::core::default::Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl ::core::convert::From<$name> for $crate::Inputs {
            fn from(form: $name) -> Self {
                form.0
            }
        }
    };
}
