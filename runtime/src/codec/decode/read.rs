//! Decodes a whole text or a part of one, again if a fact was learned too late.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::DecodeError;
use super::fault::{Fault, Reread};
use super::reader::{Known, Reader};
use super::value::De;
use crate::codec::lost;

/// Decodes JSON leniently.
pub fn from_slice<T: DeserializeOwned>(json: &[u8]) -> Result<T, DecodeError> {
    let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
    let json =
        std::str::from_utf8(json).map_err(|error| DecodeError::new("", format!("the JSON is not UTF-8: {error}")))?;
    read(json, true).map_err(|fault| fault.into_error(Some(json)))
}

/// Decodes a JSON value leniently, but without an envelope: the value is part of a response.
pub fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, DecodeError> {
    from_part(&value.to_string())
}

/// Decodes JSON that is part of a response.
pub(crate) fn from_part<T: DeserializeOwned>(json: &str) -> Result<T, DecodeError> {
    read(json, false).map_err(|fault| fault.into_error(None))
}

fn read<T: DeserializeOwned>(json: &str, envelope: bool) -> Result<T, Fault> {
    let mut known = Known::default();
    let counted = lost::count();
    loop {
        // Losses counted by the previous attempt must not count twice.
        lost::start_over(counted);
        let mut reader = Reader::new(json, &known);
        let value = T::deserialize(De::new(&mut reader)).and_then(|value| reader.end().map(|()| value));
        let inner = reader.envelope.take().filter(|_| envelope && reader.end().is_ok());
        match value {
            Err(fault) if known.learn(fault.reread()) => {}
            value => match inner {
                Some(inner) => return inside(json, inner, known),
                _ => return value,
            },
        }
    }
}

/// Decodes the value of the envelope's only key.
fn inside<T: DeserializeOwned>(json: &str, (key, at): (String, usize), mut known: Known) -> Result<T, Fault> {
    loop {
        let mut reader = Reader::new(json, &known);
        reader.at = at;
        match T::deserialize(De::new(&mut reader)) {
            Err(fault) if known.learn(fault.reread()) => {}
            value => return value.map_err(|fault| fault.within(key)),
        }
    }
}

impl Known {
    /// Records a new fact. Returns whether to decode again.
    fn learn(&mut self, reread: Option<Reread>) -> bool {
        match reread {
            Some(Reread::RepeatedKey) if !self.repeats => self.repeats = true,
            Some(Reread::EmptyText(option)) if !self.not_text.contains(&option) => self.not_text.push(option),
            _ => return false,
        }
        true
    }
}
