//! The inputs of a call, or of a form, by wire name.

use std::fmt;

use serde::Serialize;
use serde_json::Value;
use zeroize::Zeroize as _;

use super::multipart::Part;
use crate::check::Violation;
use crate::codec::argument::{Argument, Integer};
use crate::codec::json::{Unwritable, to_value};
use crate::codec::json_text::JsonText;
use crate::data::operation::{Param, Place};

/// Values of parameters, and the violations of those that could not be converted.
///
/// A generated type wraps it for each form that can replace another body.
#[derive(Clone)]
#[must_use = "nothing is sent before `send`"]
pub struct Inputs {
    params: &'static [Param],
    values: Vec<Input>,
    parts: Vec<NamedPart>,
    mistakes: Vec<Violation>,
}

/// A parameter and its value, which is zeroized when dropped, as it may contain a secret.
#[derive(Clone)]
pub(crate) struct Input {
    pub(crate) param: &'static Param,
    pub(crate) value: Value,
}

/// A file of a multipart body.
#[derive(Clone)]
pub(crate) struct NamedPart {
    pub(crate) param: &'static Param,
    /// The field's name, if the parameter stands for fields without a parameter of their own.
    pub(crate) name: Option<String>,
    pub(crate) part: Part,
}

impl Drop for Input {
    fn drop(&mut self) {
        wipe(&mut self.value);
    }
}

/// Zeroizes the strings in a value.
pub(super) fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(elements) => elements.iter_mut().for_each(wipe),
        Value::Object(entries) => entries.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A form that is one of several bodies of an operation: a type with a setter for each of its fields.
pub trait Form {
    /// The fields.
    const PARAMS: &'static [Param];
}

impl Inputs {
    /// Creates empty inputs for these parameters.
    pub fn new(params: &'static [Param]) -> Self {
        Self { params, values: Vec::new(), parts: Vec::new(), mistakes: Vec::new() }
    }

    /// Sets the parameter with this wire name. The last value wins.
    pub fn set(self, name: &'static str, value: impl Serialize) -> Self {
        self.put(None, name, to_value(&value))
    }

    /// Sets the parameter with this wire name, unless the value is `None`.
    pub fn set_some<T: Serialize>(self, name: &'static str, value: impl Into<Option<T>>) -> Self {
        match value.into() {
            Some(value) => self.set(name, value),
            None => self,
        }
    }

    /// Sets the parameter with this name and place, unless the value is `None`.
    pub fn set_some_in<T: Serialize>(self, place: Place, name: &'static str, value: impl Into<Option<T>>) -> Self {
        match value.into() {
            Some(value) => self.set_in(place, name, value),
            None => self,
        }
    }

    /// Sets the parameter with this name and place, for names that occur in several places.
    pub fn set_in(self, place: Place, name: &'static str, value: impl Serialize) -> Self {
        self.put(Some(place), name, to_value(&value))
    }

    /// Sets the parameter with this wire name to the argument of a setter.
    pub fn argument<T: Serialize, M>(self, name: &'static str, value: impl Argument<T, M>) -> Self {
        self.put_some(None, name, value.into_argument().map(|value| to_value(&value)))
    }

    /// Sets the parameter with this name and place to the argument of a setter, for names that occur in several places.
    pub fn argument_in<T: Serialize, M>(self, place: Place, name: &'static str, value: impl Argument<T, M>) -> Self {
        self.put_some(Some(place), name, value.into_argument().map(|value| to_value(&value)))
    }

    /// Sets the parameter with this wire name to an integer of type `T`.
    pub fn integer<T: TryFrom<i128> + Serialize>(self, name: &'static str, value: impl Integer) -> Self {
        let value = value.into_integer().map(|value| match T::try_from(value) {
            Ok(value) => to_value(&value),
            Err(_) => Err(Unwritable::new(format!("is {value}, out of range for {}", std::any::type_name::<T>()))),
        });
        self.put_some(None, name, value)
    }

    /// Sets the parameter with this wire name to a string.
    pub fn text(self, name: &'static str, text: impl Into<String>) -> Self {
        self.put(None, name, Ok(Value::String(text.into())))
    }

    /// Sets the parameter with this wire name to a value that is serialized as JSON, or to JSON text.
    pub fn json_text<T: Serialize, M>(mut self, name: &'static str, value: impl Argument<JsonText<T>, M>) -> Self {
        let Some(value) = value.into_argument() else { return self.put_some(None, name, None) };
        match value {
            JsonText::Value(value) => self.set(name, value),
            // Parsed, so that it is also validated against the documented limits.
            JsonText::Text(text) => match serde_json::from_str::<Value>(&text) {
                Ok(value) => self.set(name, value),
                Err(error) => {
                    self.mistakes.push(Violation::new(name, format!("is not JSON: {error}")));
                    self
                }
            },
        }
    }

    // Not generic, as it is called by the setter of every parameter of every operation.
    fn put_some(mut self, place: Option<Place>, name: &'static str, value: Option<Result<Value, Unwritable>>) -> Self {
        match (value, self.find(place, name)) {
            (Some(value), _) => self.put(place, name, value),
            // The last value wins, so `None` removes an earlier one.
            (None, Some(param)) => {
                self.clear(param);
                self
            }
            (None, None) => self,
        }
    }

    fn clear(&mut self, param: &'static Param) {
        self.values.retain(|input| !std::ptr::eq(input.param, param));
        self.parts.retain(|other| !std::ptr::eq(other.param, param));
    }

    fn put(mut self, place: Option<Place>, name: &'static str, value: Result<Value, Unwritable>) -> Self {
        let Some(param) = self.find(place, name) else { return self };
        match value {
            Ok(value) => {
                self.clear(param);
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
            self.mistakes.push(Violation::new(name, "is not a parameter"));
        }
        param
    }

    /// Sets a file of a multipart body.
    pub fn part<M>(self, name: &'static str, part: impl Argument<Part, M>) -> Self {
        self.put_parts(name, part.into_argument().map(|part| (None, part)).into_iter().collect())
    }

    /// Sets all files with this name in a multipart body.
    pub fn parts<M>(self, name: &'static str, parts: impl Argument<Vec<Part>, M>) -> Self {
        let parts = parts.into_argument().unwrap_or_default();
        self.put_parts(name, parts.into_iter().map(|part| (None, part)).collect())
    }

    /// Sets the files of a multipart body whose names are chosen by the caller.
    pub fn named_parts(
        self,
        name: &'static str,
        parts: impl IntoIterator<Item = (impl Into<String>, impl Into<Part>)>,
    ) -> Self {
        self.put_parts(name, parts.into_iter().map(|(name, part)| (Some(name.into()), part.into())).collect())
    }

    fn put_parts(mut self, name: &'static str, parts: Vec<(Option<String>, Part)>) -> Self {
        if let Some(param) = self.find(Some(Place::Part), name) {
            self.clear(param);
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

    /// Returns the value of a parameter, if it was set.
    pub(crate) fn of(&self, param: &'static Param) -> Option<&Value> {
        self.values.iter().find(|input| std::ptr::eq(input.param, param)).map(|input| &input.value)
    }

    /// Returns the value of the parameter with this wire name, if it was set.
    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.values.iter().find(|input| input.param.name == name).map(|input| &input.value)
    }

    /// The names of the parameters that were set. Values may be secret.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.values.iter().map(|input| input.param.name).chain(self.parts.iter().map(|part| part.param.name))
    }
}

impl fmt::Debug for Inputs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inputs").field("set", &self.names().collect::<Vec<_>>()).finish_non_exhaustive()
    }
}

/// Defines a form that can replace another body: its type with `new`, its fields, and its conversion into an input of a
/// call.
///
/// ```ignore
/// yundb_runtime::form! {
///     /// A picture to upload.
///     PictureForm;
///     &[part("file", any()).required()]
/// }
/// ```
#[macro_export]
macro_rules! form {
    ($(#[doc = $docs:expr])* $name:ident; $params:expr) => {
        $(#[doc = $docs])*
        #[derive(Clone, Debug)]
        #[must_use = "a form is sent when it is set as the body of a call"]
        pub struct $name($crate::Inputs);

        impl $crate::Form for $name {
            const PARAMS: &'static [$crate::Param] = $params;
        }

        impl $name {
            /// Creates an empty form.
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
