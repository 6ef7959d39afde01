//! Lenient decoding: reads what services send into types with a plain `#[derive(Deserialize)]`, and forgives what they
//! do to their own documents.
//!
//! Forgiven are: a bool, integer, number or text that is written as another of these; `null` or `""` for a list, map or
//! object; `""` for any `Option` but that of a text; a list inside an object (`{"Job": [...]}`); an envelope around the
//! whole; keys in another case (exact ones win) and repeated keys (the last wins); unknown keys.
//!
//! A type says what it expects by the `deserialize_*` method that it calls, so the [`Deserializer`](serde::Deserializer)
//! in `value` can look at what comes next and bring it into that form. It reads the text once, without a tree. Two
//! things it learns too late, as a visitor is gone once it was called: that a key is repeated, and that the `T` of an
//! `Option<T>` can't be read from `""`. Then it reads all again, knowing.

mod event;
mod fault;
mod headers;
mod object;
mod reader;
mod text;
mod value;

#[cfg(test)]
mod tests;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::DecodeError;
use crate::union;
use fault::{Fault, Retry};
use reader::{Known, Reader};
use value::De;

pub(crate) use event::{from_event, from_event_data};
pub use headers::from_headers;
pub(crate) use text::integer;

/// Reads JSON, leniently.
pub fn from_slice<T: DeserializeOwned>(json: &[u8]) -> Result<T, DecodeError> {
    let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
    let json =
        std::str::from_utf8(json).map_err(|error| DecodeError::new("", format!("the JSON is not UTF-8: {error}")))?;
    read(json, true).map_err(|fault| fault.into_error(Some(json)))
}

/// Reads a JSON value, leniently, but without an envelope around it: the value is part of an answer.
pub fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, DecodeError> {
    from_part(&value.to_string())
}

/// Reads JSON that is part of an answer.
pub(crate) fn from_part<T: DeserializeOwned>(json: &str) -> Result<T, DecodeError> {
    read(json, false).map_err(|fault| fault.into_error(None))
}

fn read<T: DeserializeOwned>(json: &str, envelope: bool) -> Result<T, Fault> {
    let mut known = Known::default();
    let lost = union::lost();
    loop {
        // What an earlier try has counted does not count twice.
        union::start_over(lost);
        let mut reader = Reader::new(json, &known);
        let value = T::deserialize(De::new(&mut reader)).and_then(|value| reader.end().map(|()| value));
        let inner = reader.envelope.take().filter(|_| envelope && reader.end().is_ok());
        match value {
            Err(fault) if known.learn(fault.retry()) => {}
            value => match inner {
                Some(inner) => return inside(json, inner, known),
                _ => return value,
            },
        }
    }
}

/// Reads what is inside the envelope's only key.
fn inside<T: DeserializeOwned>(json: &str, (key, at): (String, usize), mut known: Known) -> Result<T, Fault> {
    loop {
        let mut reader = Reader::new(json, &known);
        reader.at = at;
        match T::deserialize(De::new(&mut reader)) {
            Err(fault) if known.learn(fault.retry()) => {}
            value => return value.map_err(|fault| fault.within(key)),
        }
    }
}

impl Known {
    /// Whether there was something to learn, and so a reason to read again.
    fn learn(&mut self, retry: Option<Retry>) -> bool {
        match retry {
            Some(Retry::RepeatedKey) if !self.repeats => self.repeats = true,
            Some(Retry::EmptyText(option)) if !self.not_text.contains(&option) => self.not_text.push(option),
            _ => return false,
        }
        true
    }
}
