//! Serializes callers' values to JSON. Like `serde_json::to_value`, but lossless: NaN and infinities, for which JSON
//! has no number, are errors rather than null, and so are integers out of range for a JSON value.

use std::fmt;

use serde::ser::{self, Serialize};
use serde_json::{Map, Number, Value};

/// Serializes a value to JSON.
pub(crate) fn to_value<T: Serialize + ?Sized>(value: &T) -> Result<Value, Unwritable> {
    value.serialize(Writer)
}

/// A value that cannot be serialized, and its location.
#[derive(Debug)]
pub(crate) struct Unwritable {
    /// The location within the value: empty, or `.field[0]`.
    path: String,
    message: String,
}

impl Unwritable {
    pub(crate) fn new(message: impl fmt::Display) -> Self {
        Self { path: String::new(), message: message.to_string() }
    }

    fn within(mut self, step: impl fmt::Display) -> Self {
        self.path = format!("{step}{}", self.path);
        self
    }

    /// The location, if the value is at `root`.
    pub(crate) fn place(&self, root: &str) -> String {
        format!("{root}{}", self.path).trim_start_matches('.').to_owned()
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Unwritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.trim_start_matches('.') {
            "" => f.write_str(&self.message),
            path => write!(f, "{path}: {}", self.message),
        }
    }
}

impl std::error::Error for Unwritable {}

impl ser::Error for Unwritable {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message)
    }
}

struct Writer;

fn float(float: f64, shown: impl fmt::Display) -> Result<Value, Unwritable> {
    Number::from_f64(float)
        .map(Value::Number)
        .ok_or_else(|| Unwritable::new(format_args!("is {shown}, which JSON cannot represent")))
}

fn variant(name: &'static str, value: Value) -> Value {
    Value::Object(Map::from_iter([(name.to_owned(), value)]))
}

macro_rules! from {
    ($($method:ident($ty:ty);)*) => {$(
        fn $method(self, value: $ty) -> Result<Value, Unwritable> {
            Ok(Value::from(value))
        }
    )*};
}

impl ser::Serializer for Writer {
    type Ok = Value;
    type Error = Unwritable;
    type SerializeSeq = List;
    type SerializeTuple = List;
    type SerializeTupleStruct = List;
    type SerializeTupleVariant = List;
    type SerializeMap = Object;
    type SerializeStruct = Object;
    type SerializeStructVariant = Object;

    from! {
        serialize_bool(bool); serialize_str(&str);
        serialize_i8(i8); serialize_i16(i16); serialize_i32(i32); serialize_i64(i64);
        serialize_u8(u8); serialize_u16(u16); serialize_u32(u32); serialize_u64(u64);
    }

    fn serialize_i128(self, value: i128) -> Result<Value, Unwritable> {
        let number = Number::from_i128(value).map(Value::Number);
        number.ok_or_else(|| Unwritable::new("has more than 64 bits, which cannot be sent"))
    }

    fn serialize_u128(self, value: u128) -> Result<Value, Unwritable> {
        self.serialize_i128(i128::try_from(value).unwrap_or(i128::MAX))
    }

    fn serialize_f32(self, value: f32) -> Result<Value, Unwritable> {
        float(value.into(), value)
    }

    fn serialize_f64(self, value: f64) -> Result<Value, Unwritable> {
        float(value, value)
    }

    fn serialize_char(self, value: char) -> Result<Value, Unwritable> {
        Ok(Value::String(value.into()))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<Value, Unwritable> {
        Ok(value.into())
    }

    fn serialize_none(self) -> Result<Value, Unwritable> {
        Ok(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, Unwritable> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Value, Unwritable> {
        Ok(Value::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Value, Unwritable> {
        Ok(Value::Null)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, name: &'static str) -> Result<Value, Unwritable> {
        Ok(name.into())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<Value, Unwritable> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        value: &T,
    ) -> Result<Value, Unwritable> {
        Ok(variant(name, value.serialize(self)?))
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<List, Unwritable> {
        Ok(List { elements: Vec::with_capacity(length.unwrap_or_default()), variant: None })
    }

    fn serialize_tuple(self, length: usize) -> Result<List, Unwritable> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<List, Unwritable> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        length: usize,
    ) -> Result<List, Unwritable> {
        Ok(List { variant: Some(name), ..self.serialize_seq(Some(length))? })
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Object, Unwritable> {
        Ok(Object { entries: Map::with_capacity(length.unwrap_or_default()), key: String::new(), variant: None })
    }

    fn serialize_struct(self, _: &'static str, length: usize) -> Result<Object, Unwritable> {
        self.serialize_map(Some(length))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        length: usize,
    ) -> Result<Object, Unwritable> {
        Ok(Object { variant: Some(name), ..self.serialize_map(Some(length))? })
    }
}

/// A list being serialized.
struct List {
    elements: Vec<Value>,
    variant: Option<&'static str>,
}

impl List {
    fn push<T: Serialize + ?Sized>(&mut self, element: &T) -> Result<(), Unwritable> {
        let at = self.elements.len();
        self.elements.push(to_value(element).map_err(|why| why.within(format_args!("[{at}]")))?);
        Ok(())
    }

    fn done(self) -> Result<Value, Unwritable> {
        let list = Value::Array(self.elements);
        Ok(match self.variant {
            Some(name) => variant(name, list),
            None => list,
        })
    }
}

/// An object being serialized.
struct Object {
    entries: Map<String, Value>,
    /// The key of the next value.
    key: String,
    variant: Option<&'static str>,
}

impl Object {
    fn insert<T: Serialize + ?Sized>(&mut self, key: String, value: &T) -> Result<(), Unwritable> {
        let value = to_value(value).map_err(|why| why.within(format_args!(".{key}")))?;
        self.entries.insert(key, value);
        Ok(())
    }

    fn done(self) -> Result<Value, Unwritable> {
        let object = Value::Object(self.entries);
        Ok(match self.variant {
            Some(name) => variant(name, object),
            None => object,
        })
    }
}

macro_rules! lists {
    ($($form:ident::$method:ident)*) => {$(
        impl ser::$form for List {
            type Ok = Value;
            type Error = Unwritable;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unwritable> {
                self.push(value)
            }

            fn end(self) -> Result<Value, Unwritable> {
                self.done()
            }
        }
    )*};
}

lists! {
    SerializeSeq::serialize_element
    SerializeTuple::serialize_element
    SerializeTupleStruct::serialize_field
    SerializeTupleVariant::serialize_field
}

macro_rules! structs {
    ($($form:ident)*) => {$(
        impl ser::$form for Object {
            type Ok = Value;
            type Error = Unwritable;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Unwritable> {
                self.insert(key.to_owned(), value)
            }

            fn end(self) -> Result<Value, Unwritable> {
                self.done()
            }
        }
    )*};
}

structs! { SerializeStruct SerializeStructVariant }

impl ser::SerializeMap for Object {
    type Ok = Value;
    type Error = Unwritable;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Unwritable> {
        self.key = match to_value(key)? {
            Value::String(key) => key,
            other @ (Value::Number(_) | Value::Bool(_)) => other.to_string(),
            _ => return Err(Unwritable::new("cannot be written: a key must be a string")),
        };
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unwritable> {
        let key = std::mem::take(&mut self.key);
        self.insert(key, value)
    }

    fn end(self) -> Result<Value, Unwritable> {
        self.done()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Serialize;
    use serde_json::json;

    use super::*;

    #[derive(Serialize)]
    struct All<T> {
        #[serde(rename = "of")]
        value: T,
        #[serde(skip_serializing_if = "Option::is_none")]
        none: Option<i64>,
        nothing: (),
        kind: Kind,
        pair: (char, u8),
        map: BTreeMap<i32, bool>,
        #[serde(flatten)]
        further: BTreeMap<String, T>,
    }

    #[derive(Clone, Copy, Serialize)]
    enum Kind {
        Unit,
        One(f32),
        Two(u64, i64),
        Named { id: i128 },
    }

    fn all<T: Clone>(value: T, kind: Kind) -> All<T> {
        let further = BTreeMap::from([("x".to_owned(), value.clone())]);
        All { value, none: None, nothing: (), kind, pair: ('a', 1), map: BTreeMap::from([(1, true)]), further }
    }

    #[test]
    fn writes_the_same_as_serde_json() {
        for kind in [Kind::Unit, Kind::One(0.5), Kind::Two(u64::MAX, i64::MIN), Kind::Named { id: u64::MAX.into() }] {
            let all = all(vec![Some(1.5), None], kind);
            assert_eq!(to_value(&all).unwrap(), serde_json::to_value(&all).unwrap());
        }
        let value = json!({"a": [1, -1, 1.0, 1e300, null, true, "x", {"b": {}}]});
        assert_eq!(to_value(&value).unwrap(), value);
        assert_eq!(to_value("text").unwrap(), json!("text"));
    }

    #[test]
    fn unrepresentable_values_are_errors_with_location() {
        let error_of = |value: &All<Vec<f64>>| to_value(value).unwrap_err().to_string();
        assert_eq!(error_of(&all(vec![1.0, f64::NAN], Kind::Unit)), "of[1]: is NaN, which JSON cannot represent");
        assert_eq!(error_of(&all(vec![], Kind::One(f32::NEG_INFINITY))), "kind: is -inf, which JSON cannot represent");
        let wide = error_of(&all(vec![], Kind::Named { id: i128::from(u64::MAX) + 1 }));
        assert_eq!(wide, "kind.id: has more than 64 bits, which cannot be sent");
        let why = to_value(&f64::INFINITY).unwrap_err();
        assert_eq!((why.place("body"), why.message()), ("body".to_owned(), "is inf, which JSON cannot represent"));
    }
}
