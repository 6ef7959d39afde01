//! Decodes header maps as objects with plain-text values.

use http::HeaderMap;
use http::header::SET_COOKIE;
use serde::de::value::SeqDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::error::DecodeError;
use super::fault::Fault;
use super::text::PlainText;

/// Decodes headers into a struct (or map) with header names as keys, in any case. Repeated headers are joined by `, `,
/// according to HTTP; but each `Set-Cookie` is an element of the field's list.
///
/// Lists and objects are in OpenAPI's style `simple`: `a,b`, and `name,value,name,value` or `name=value,name=value`.
pub fn from_headers<T: DeserializeOwned>(headers: &HeaderMap) -> Result<T, DecodeError> {
    T::deserialize(Headers(headers)).map_err(|fault| fault.into_error(None))
}

struct Headers<'a>(&'a HeaderMap);

impl Headers<'_> {
    /// The values of one header; invalid UTF-8 is replaced.
    fn values(&self, name: &str) -> Option<HeaderText> {
        let all = self.0.get_all(name).iter();
        let values: Vec<String> = all.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect();
        (!values.is_empty()).then_some(HeaderText { values, apart: name.eq_ignore_ascii_case(SET_COOKIE.as_str()) })
    }

    fn visit<'de, V: Visitor<'de>>(&self, names: &[&str], visitor: V) -> Result<V::Value, Fault> {
        let entries = names.iter().filter_map(|name| Some(((*name).to_owned(), self.values(name)?)));
        visitor.visit_map(Entries::new(entries.collect()))
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

/// Named values.
struct Entries<V> {
    entries: std::vec::IntoIter<(String, V)>,
    current: Option<(String, V)>,
}

impl<V> Entries<V> {
    fn new(entries: Vec<(String, V)>) -> Self {
        Self { entries: entries.into_iter(), current: None }
    }
}

impl<'de, D: Deserializer<'de, Error = Fault>> MapAccess<'de> for Entries<D> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        self.current = self.entries.next();
        let name = self.current.as_ref().map(|(name, _)| PlainText(name.clone().into()));
        name.map(|name| seed.deserialize(name)).transpose()
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        let (name, value) = self.current.take().ok_or_else(|| Fault::new("a value before its name"))?;
        seed.deserialize(value).map_err(|fault| fault.within(name))
    }
}

/// The values of one header.
struct HeaderText {
    values: Vec<String>,
    /// Whether values may contain commas.
    apart: bool,
}

impl HeaderText {
    fn text<'de>(&self) -> PlainText<'de> {
        PlainText(self.values.join(", ").into())
    }

    /// The elements separated by commas.
    fn elements(&self) -> Vec<String> {
        if self.apart {
            return self.values.clone();
        }
        let elements = self.values.iter().flat_map(|value| value.split(',')).map(str::trim);
        elements.filter(|element| !element.is_empty()).map(str::to_owned).collect()
    }

    /// The members of an object. Names are matched to the known ones regardless of case.
    fn members<'de, V: Visitor<'de>>(&self, known: &[&str], visitor: V) -> Result<V::Value, Fault> {
        let elements = self.elements();
        // A name contains no `=`, so a single element without one implies the other notation.
        let exploded = elements.iter().all(|element| element.contains('='));
        let pairs: Vec<(&str, &str)> = match exploded {
            true => elements.iter().filter_map(|element| element.split_once('=')).collect(),
            false => elements.chunks(2).map(pair).collect(),
        };
        let name = |name: &str| {
            known.iter().find(|known| known.eq_ignore_ascii_case(name)).map_or(name, |known| *known).to_owned()
        };
        let member = |(key, value): (&str, &str)| (name(key.trim()), PlainText(value.trim().to_owned().into()));
        visitor.visit_map(Entries::new(pairs.into_iter().map(member).collect()))
    }
}

fn pair(elements: &[String]) -> (&str, &str) {
    let at = |index: usize| elements.get(index).map_or("", String::as_str);
    (at(0), at(1))
}

macro_rules! as_text {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            self.text().$method(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for HeaderText {
    type Error = Fault;

    as_text! {
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64
        deserialize_char deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf deserialize_unit
        deserialize_identifier deserialize_ignored_any
    }

    /// An empty string is `None`.
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.values.iter().all(String::is_empty) { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Fault> {
        self.text().deserialize_newtype_struct(name, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.text().deserialize_enum(name, variants, visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let elements: Vec<_> = self.elements().into_iter().map(|element| PlainText(element.into())).collect();
        visitor.visit_seq(SeqDeserializer::new(elements.into_iter()))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.members(&[], visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.members(fields, visitor)
    }

    forward_to_deserialize_any! { unit_struct tuple tuple_struct }
}
