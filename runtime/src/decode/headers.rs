//! Header maps as objects whose values are plain text.

use http::HeaderMap;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::fault::Fault;
use super::text::PlainText;
use crate::error::DecodeError;

/// Reads headers into a struct (or map) whose keys are header names, in any case. The values of a header that is there
/// several times are joined by `, `.
pub fn from_headers<T: DeserializeOwned>(headers: &HeaderMap) -> Result<T, DecodeError> {
    T::deserialize(Headers(headers)).map_err(|fault| fault.into_error(None))
}

struct Headers<'a>(&'a HeaderMap);

impl Headers<'_> {
    /// The text of one header; bytes beyond UTF-8 are replaced.
    fn text(&self, name: &str) -> Option<String> {
        let values: Vec<_> =
            self.0.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    fn visit<'de, V: Visitor<'de>>(&self, names: &[&str], visitor: V) -> Result<V::Value, Fault> {
        let entries = names.iter().filter_map(|name| Some(((*name).to_owned(), self.text(name)?)));
        let entries: Vec<_> = entries.collect();
        visitor.visit_map(Entries { entries: entries.into_iter(), current: None })
    }
}

impl<'de> Deserializer<'de> for Headers<'_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let names: Vec<&str> = self.0.keys().map(|name| name.as_str()).collect();
        self.visit(&names, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.visit(fields, visitor)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit_struct seq tuple
        tuple_struct map enum identifier ignored_any
    }
}

struct Entries {
    entries: std::vec::IntoIter<(String, String)>,
    current: Option<(String, String)>,
}

impl<'de> MapAccess<'de> for Entries {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        self.current = self.entries.next();
        let name = self.current.as_ref().map(|(name, _)| PlainText(name.clone().into()));
        name.map(|name| seed.deserialize(name)).transpose()
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        let (name, text) = self.current.take().unwrap_or_default();
        seed.deserialize(PlainText(text.into())).map_err(|fault| fault.within(name))
    }
}
