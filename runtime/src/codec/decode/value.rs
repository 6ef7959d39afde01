//! The lenient deserializer: looks at the next value and converts it to the form that the type requests.

use std::any::type_name;
use std::borrow::Cow;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

use super::fault::{Fault, Segment};
use super::nothing::{Nothing, is_struct};
use super::object::{Key, Object};
use super::reader::{Kind, Reader};
use super::text::{self, INTEGER, PlainText, TEXT};

/// The next value.
pub(super) struct De<'r, 'k, 'de> {
    reader: &'r mut Reader<'k, 'de>,
    /// The enclosing option, by type name.
    option: Option<&'static str>,
}

impl<'r, 'k, 'de> De<'r, 'k, 'de> {
    pub(super) fn new(reader: &'r mut Reader<'k, 'de>) -> Self {
        Self { reader, option: None }
    }

    fn kind(&mut self) -> Result<Kind, Fault> {
        self.reader.kind()
    }

    fn mismatch(self, expected: &str) -> Fault {
        self.reader.mismatch(expected, self.option)
    }

    /// Reads a string, number or bool with `parse`, from its JSON text.
    fn parsed<T>(self, expected: &str, parse: fn(&str) -> Option<T>) -> Result<T, Fault> {
        self.reader.peek();
        let start = self.reader.at;
        let parsed = match self.reader.kind()? {
            Kind::Text => parse(&self.reader.text()?),
            Kind::Number => parse(self.reader.skip()?),
            Kind::Bool | Kind::Null | Kind::List | Kind::Object => None,
        };
        match parsed {
            Some(value) => Ok(value),
            None => {
                self.reader.at = start;
                Err(self.mismatch(expected))
            }
        }
    }

    fn integer<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Fault> {
        if self.kind()? == Kind::Number {
            if let Some(integer) = self.reader.plain_integer() {
                return visitor.visit_i64(integer);
            }
            let start = self.reader.at;
            let number: Number = self.reader.token()?;
            if let Some(integer) = number.as_u64() {
                return visitor.visit_u64(integer);
            } else if let Some(integer) = number.as_i64() {
                return visitor.visit_i64(integer);
            }
            self.reader.at = start;
        }
        text::visit_integer(self.parsed("an integer", text::integer)?, visitor)
    }

    fn float<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Fault> {
        match self.kind()? {
            Kind::Number => visitor.visit_f64(self.reader.token()?),
            _ => visitor.visit_f64(self.parsed("a number", text::float)?),
        }
    }

    /// The text of a number or bool is its JSON, to the last digit.
    fn text<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Fault> {
        match self.kind()? {
            Kind::Text => match self.reader.text()? {
                Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
                Cow::Owned(text) => visitor.visit_string(text),
            },
            Kind::Number | Kind::Bool => visitor.visit_borrowed_str(self.reader.skip()?),
            Kind::Null | Kind::List | Kind::Object => Err(self.mismatch("a string")),
        }
    }

    /// Consumes an empty value: `null`, and `""` unless it means that an option is `None`.
    fn take_nothing(&mut self) -> Result<bool, Fault> {
        let nothing = self.reader.at_null() || (self.option.is_none() && self.reader.at_empty_text());
        if nothing {
            self.reader.skip()?;
        }
        Ok(nothing)
    }

    /// Reads a list, possibly inside an object as its only entry: `{"Job": [...]}`.
    fn list<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Fault> {
        match self.kind()? {
            Kind::List => List::visit(self.reader, visitor),
            _ if self.take_nothing()? => visitor.visit_seq(Nothing),
            Kind::Object => {
                let start = self.reader.at;
                self.reader.enter()?;
                if !self.reader.take(b'}') {
                    self.reader.text()?;
                    self.reader.expect(b':')?;
                    let value = if self.reader.kind()? == Kind::List {
                        List::visit(self.reader, visitor)?
                    } else if De::new(self.reader).take_nothing()? {
                        visitor.visit_seq(Nothing)?
                    } else {
                        return Err(self.not_a_list(start));
                    };
                    if !self.reader.take(b'}') {
                        return Err(self.not_a_list(start));
                    }
                    self.reader.leave();
                    return Ok(value);
                }
                self.reader.leave();
                visitor.visit_seq(Nothing)
            }
            _ => Err(self.mismatch("a list")),
        }
    }

    fn not_a_list(self, start: usize) -> Fault {
        self.reader.at = start;
        self.mismatch("a list")
    }

    /// Reads an object, or an empty list, which some languages write for an empty map.
    fn object<V: Visitor<'de>>(
        mut self,
        fields: Option<&'static [&'static str]>,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.kind()? {
            Kind::Object => visit_object(self.reader, fields, visitor),
            // Null is an empty map, but not an object with fields: that would be invented.
            Kind::Null if fields.is_some() || is_struct(&visitor) => Err(self.mismatch("an object")),
            _ if self.take_nothing()? => visitor.visit_map(Nothing),
            Kind::List => {
                let start = self.reader.at;
                self.reader.at += 1;
                if self.reader.take(b']') {
                    return visitor.visit_map(Nothing);
                }
                self.reader.at = start;
                Err(self.mismatch("an object"))
            }
            _ => Err(self.mismatch("an object")),
        }
    }
}

macro_rules! forward {
    ($($to:ident: $($method:ident)*;)*) => {$($(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            self.$to(visitor)
        }
    )*)*};
}

impl<'de> Deserializer<'de> for De<'_, '_, 'de> {
    type Error = Fault;

    forward! {
        integer: deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
            deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128;
        float: deserialize_f32 deserialize_f64;
        text: deserialize_char deserialize_str deserialize_string deserialize_identifier;
        list: deserialize_seq;
    }

    /// Reads the value verbatim.
    fn deserialize_any<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Fault> {
        match self.kind()? {
            Kind::Null => self.reader.token().and_then(|()| visitor.visit_unit()),
            Kind::Bool => visitor.visit_bool(self.reader.boolean()?),
            Kind::Number => self.reader.strictly(|json| json.deserialize_any(visitor)),
            Kind::Text => self.text(visitor),
            Kind::List => List::visit(self.reader, visitor),
            Kind::Object => visit_object(self.reader, None, visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Fault> {
        match self.kind()? {
            Kind::Bool => visitor.visit_bool(self.reader.boolean()?),
            _ => visitor.visit_bool(self.parsed("true or false", text::boolean)?),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Fault> {
        let option = type_name::<V::Value>();
        if self.reader.at_null() || (self.reader.at_empty_text() && self.reader.known.not_text.contains(&option)) {
            self.reader.skip()?;
            return visitor.visit_none();
        }
        self.option = Some(option);
        visitor.visit_some(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.object(Some(fields), visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.object(None, visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Fault> {
        match name {
            TEXT => self.text(visitor),
            INTEGER => self.integer(visitor),
            // `serde_json`'s own types, such as `RawValue`.
            _ if name.starts_with("$serde_json::") => {
                self.reader.strictly(|json| json.deserialize_newtype_struct(name, visitor))
            }
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.list(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.list(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.reader.strictly(|json| json.deserialize_enum(name, variants, visitor))
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.reader.strictly(|json| json.deserialize_bytes(visitor))
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.reader.strictly(|json| json.deserialize_byte_buf(visitor))
    }

    /// Skips any value: its content is ignored.
    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.reader.token::<IgnoredAny>()?;
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_unit(visitor)
    }
}

/// The elements of a list.
struct List<'r, 'k, 'de> {
    reader: &'r mut Reader<'k, 'de>,
    index: usize,
    ended: bool,
}

impl<'r, 'k, 'de> List<'r, 'k, 'de> {
    fn visit<V: Visitor<'de>>(reader: &'r mut Reader<'k, 'de>, visitor: V) -> Result<V::Value, Fault> {
        reader.enter()?;
        let mut list = List { reader, index: 0, ended: false };
        let value = visitor.visit_seq(&mut list)?;
        // A tuple reads only its own length; there may be more.
        while !list.ended {
            list.next_element::<IgnoredAny>()?;
        }
        list.reader.leave();
        Ok(value)
    }
}

impl<'de> SeqAccess<'de> for List<'_, '_, 'de> {
    type Error = Fault;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Fault> {
        if self.reader.take(b']') {
            self.ended = true;
            return Ok(None);
        }
        if self.index > 0 {
            self.reader.expect(b',')?;
        }
        self.reader.peek();
        let at = self.reader.at;
        let element = seed.deserialize(De::new(self.reader)).map_err(|fault| fault.at(at).within(self.index))?;
        self.index += 1;
        Ok(Some(element))
    }
}

/// Passes the next object to a visitor. With `fields`, only these entries are passed, under their declared names.
fn visit_object<'de, V: Visitor<'de>>(
    reader: &mut Reader<'_, 'de>,
    fields: Option<&'static [&'static str]>,
    visitor: V,
) -> Result<V::Value, Fault> {
    let mut object = Object::enter(reader, fields)?;
    let value = visitor.visit_map(&mut object)?;
    object.leave()?;
    Ok(value)
}

impl<'de> MapAccess<'de> for Object<'_, '_, 'de> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        let Some(key) = self.next_entry()? else { return Ok(None) };
        self.key = key;
        match &self.key {
            Key::Field(field) => seed.deserialize(field.into_deserializer()),
            Key::Other(key) => seed.deserialize(PlainText(key.clone())).map_err(|fault| fault.at(self.reader.at)),
        }
        .map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        self.reader.peek();
        let at = self.reader.at;
        seed.deserialize(De::new(self.reader)).map_err(|fault| {
            let key = std::mem::replace(&mut self.key, Key::Field(""));
            fault.at(at).within(Segment::from(key))
        })
    }
}
