//! Decodes the data of server-sent events as JSON or text, depending on the type.

use std::time::Duration;

use serde::de::{DeserializeOwned, Deserializer, IgnoredAny, Visitor};
use serde::forward_to_deserialize_any;

use super::error::DecodeError;
use super::fault::Fault;
use super::read::{from_part, from_slice};
use super::text::{INTEGER, TEXT};

/// Decodes the data of an event: as JSON, but verbatim if the type is a string, unless it is a JSON string (`"text"`).
pub(crate) fn from_event_data<T: DeserializeOwned>(data: &[u8]) -> Result<T, DecodeError> {
    let text = String::from_utf8_lossy(data);
    let as_it_is = || T::deserialize(Text(&text));
    if !text.trim_start().starts_with('"') {
        if let Ok(value) = as_it_is() {
            return Ok(value);
        }
        if text.trim().is_empty() {
            return from_slice(b"null")
                .or_else(|_| from_slice(b"{}"))
                .map_err(|_| DecodeError::new("", "the event has no data"));
        }
        return from_slice(text.as_bytes());
    }
    from_slice(text.as_bytes()).or_else(|error| as_it_is().map_err(|_| error))
}

/// Decodes an event with all its fields. Data is JSON if possible, else a string. Fields within the data, as some
/// services send them, are also accepted.
pub(crate) fn from_event<T: DeserializeOwned>(
    event: Option<&str>,
    data: &[u8],
    id: Option<&str>,
    retry: Option<Duration>,
) -> Result<T, DecodeError> {
    let text = String::from_utf8_lossy(data);
    let is_json = serde_json::from_str::<IgnoredAny>(&text).is_ok();
    let written = |data: &str| {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let mut members = Vec::new();
        members.extend(event.map(|event| format!("\"event\":{}", quoted(event))));
        members.push(format!("\"data\":{data}"));
        members.extend(id.map(|id| format!("\"id\":{}", quoted(id))));
        members.extend(retry.map(|retry| format!("\"retry\":{}", retry.as_millis())));
        format!("{{{}}}", members.join(","))
    };
    let quoted = || written(&serde_json::Value::from(text.as_ref()).to_string());
    // Something that looks like a number may be a string, whose digits are all kept; numbers are also read from strings.
    let number = text.trim_start().starts_with(|first: char| first == '-' || first.is_ascii_digit());
    match is_json && !number {
        true if event.is_none() && has_fields(&text) => from_part(&text),
        // A string that happens to be JSON is still a string, if no other type matches.
        true => from_part(&written(&text)).or_else(|error| from_part(&quoted()).map_err(|_| error)),
        false => from_part(&quoted()),
    }
}

/// Whether data is an object with the fields of an event.
fn has_fields(data: &str) -> bool {
    #[derive(serde::Deserialize)]
    struct Fields {
        #[serde(rename = "event")]
        _event: IgnoredAny,
        #[serde(rename = "data")]
        _data: IgnoredAny,
    }
    serde_json::from_str::<Fields>(data).is_ok()
}

/// Deserializes as a text only.
struct Text<'a>(&'a str);

macro_rules! texts {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            visitor.visit_str(self.0)
        }
    )*};
}

impl<'de> Deserializer<'de> for Text<'_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Fault> {
        Err(Fault::new("expected a value other than a string"))
    }

    texts! { deserialize_str deserialize_string }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.0 == "null" { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Fault> {
        match name {
            TEXT => visitor.visit_str(self.0),
            INTEGER => self.deserialize_any(visitor),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct seq tuple tuple_struct map
        struct enum identifier ignored_any
    }
}
