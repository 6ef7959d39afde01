//! Plain text as a value: its meaning as a bool or number, and values that are always text (headers, keys).

use std::borrow::Cow;

use serde::de::value::SeqDeserializer;
use serde::de::{Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::fault::{Fault, text_in_words};

/// Requests a string from the lenient deserializer, as the name of a newtype. Other deserializers ignore it.
pub(crate) const TEXT: &str = "$yundb::text";
/// Requests an integer from the lenient deserializer.
pub(crate) const INTEGER: &str = "$yundb::integer";

pub(super) fn boolean(text: &str) -> Option<bool> {
    match text.trim() {
        "1" => Some(true),
        "0" => Some(false),
        text if text.eq_ignore_ascii_case("true") => Some(true),
        text if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// An integer, possibly written with a zero fraction or an exponent.
pub(crate) fn integer(text: &str) -> Option<i128> {
    let text = text.trim();
    if let Ok(integer) = text.parse() {
        return Some(integer);
    }
    if let Some((integer, fraction)) = text.split_once('.')
        && !fraction.is_empty()
        && fraction.bytes().all(|digit| digit == b'0')
    {
        return integer.parse().ok();
    }
    // Floats are exact up to here.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let float = float(text)?;
    (float.fract() == 0.0 && float.abs() <= EXACT).then_some(float as i128)
}

pub(super) fn float(text: &str) -> Option<f64> {
    // Rust also parses `inf` and `nan`, which are not JSON numbers.
    text.trim().parse().ok().filter(|float: &f64| float.is_finite())
}

/// Passes an integer to a visitor in a fitting type.
pub(super) fn visit_integer<'de, V: Visitor<'de>>(integer: i128, visitor: V) -> Result<V::Value, Fault> {
    match (i64::try_from(integer), u64::try_from(integer)) {
        (Ok(integer), _) => visitor.visit_i64(integer),
        (_, Ok(integer)) => visitor.visit_u64(integer),
        _ => visitor.visit_i128(integer),
    }
}

/// A value that is known to be plain text.
pub(super) struct PlainText<'de>(pub(super) Cow<'de, str>);

impl PlainText<'_> {
    fn mismatch(&self, expected: &str) -> Fault {
        Fault::mismatch(expected, text_in_words(self.0.is_empty()))
    }
}

impl<'de> IntoDeserializer<'de, Fault> for PlainText<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! integers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            match integer(&self.0) {
                Some(integer) => visit_integer(integer, visitor),
                None => Err(self.mismatch("an integer")),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for PlainText<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match boolean(&self.0) {
            Some(boolean) => visitor.visit_bool(boolean),
            None => Err(self.mismatch("true or false")),
        }
    }

    integers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match float(&self.0) {
            Some(float) => visitor.visit_f64(float),
            None => Err(self.mismatch("a number")),
        }
    }

    /// An empty string is `None`.
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.0.is_empty() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    /// Elements are separated by commas.
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let elements = self.0.split(',').map(str::trim).filter(|element| !element.is_empty());
        let elements: Vec<_> = elements.map(|element| PlainText(Cow::Owned(element.to_owned()))).collect();
        visitor.visit_seq(SeqDeserializer::new(elements.into_iter()))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_enum(self.0.into_deserializer())
    }

    forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct tuple tuple_struct map struct identifier ignored_any
    }
}
