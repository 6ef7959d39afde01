//! The inputs of a case, by location and wire name, until the driver converts them to the client's types.

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::Value;
use yundb_runtime::{Part, RequestBody};

use crate::wire::File;

/// The location of an input, as used by the driver, and its name there.
///
/// Locations are `path`, `query`, `header` and `cookie`; `field` for one field of a body; `body` for a whole typed
/// body, `raw` for one passed as bytes, both named by the media type, or unnamed for the operation's main one; `media`
/// for the media type chosen from a range, which is the name; `form` for a form of that media type as an alternative
/// body; `further` for all fields of a form without names of their own; `part header` for the headers of parts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The location.
    pub place: &'static str,
    /// The wire name or the media type.
    pub name: String,
}

impl Key {
    /// The key of a name at a location.
    pub fn new(place: &'static str, name: impl Into<String>) -> Self {
        Self { place, name: name.into() }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.name.is_empty() { f.write_str(self.place) } else { write!(f, "{} {}", self.place, self.name) }
    }
}

/// The value of an input.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// For a typed argument or setter.
    Json(Value),
    /// For a body of bytes.
    Bytes(Bytes),
    /// For files of a multipart body.
    Files(Vec<File>),
    /// For files of a multipart body under names that the caller chooses.
    NamedFiles(Vec<(String, File)>),
    /// For a form that is an alternative body.
    Form(Inputs),
}

/// The reason why a call could not be made: an input that the client's type does not accept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusable {
    /// The input.
    pub key: Key,
    /// The reason.
    pub why: String,
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.why)
    }
}

/// All inputs of a case.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inputs {
    values: BTreeMap<Key, Given>,
    unchecked: bool,
    representation: Option<String>,
}

impl Inputs {
    /// Adds a value.
    pub fn put(&mut self, key: Key, value: Given) {
        self.values.insert(key, value);
    }

    /// Disables the check.
    pub fn set_unchecked(&mut self) {
        self.unchecked = true;
    }

    /// Requests the success as this media type, by its constant.
    pub fn set_representation(&mut self, media_type: &str) {
        self.representation = Some(media_type.to_owned());
    }

    /// The media type that the success is requested as, if it is not the one that `send` requests.
    pub fn representation(&self) -> Option<&str> {
        self.representation.as_deref()
    }

    /// Whether the check is disabled.
    pub fn unchecked(&self) -> bool {
        self.unchecked
    }

    /// All inputs, by location and name.
    pub fn values(&self) -> &BTreeMap<Key, Given> {
        &self.values
    }

    /// A typed value, if there is one.
    pub fn take<T: DeserializeOwned>(&mut self, place: &'static str, name: &str) -> Result<Option<T>, Unusable> {
        match self.values.remove(&Key::new(place, name)) {
            None => Ok(None),
            Some(Given::Json(value)) => match serde_json::from_value(value) {
                Ok(value) => Ok(Some(value)),
                Err(error) => Err(unusable(place, name, error.to_string())),
            },
            Some(_) => Err(unusable(place, name, "the client takes a typed value")),
        }
    }

    /// A typed value that the client requires.
    pub fn need<T: DeserializeOwned>(&mut self, place: &'static str, name: &str) -> Result<T, Unusable> {
        self.take(place, name)?.ok_or_else(|| absent(place, name))
    }

    /// A body as bytes, if there is one, with the media type chosen from a range.
    pub fn bytes(&mut self, name: &str) -> Result<Option<RequestBody>, Unusable> {
        let media_type = self.media_type(name)?;
        match self.values.remove(&Key::new("raw", name)) {
            None => Ok(None),
            Some(Given::Bytes(bytes)) => {
                let body = sent_somehow(bytes);
                Ok(Some(if media_type.is_empty() { body } else { body.media_type(media_type) }))
            }
            Some(_) => Err(unusable("raw", name, "the client takes bytes")),
        }
    }

    /// The media type chosen from a range, if there is one.
    pub fn media_type(&mut self, range: &str) -> Result<String, Unusable> {
        Ok(self.take("media", range)?.unwrap_or_default())
    }

    /// A form that is an alternative body, if there is one.
    pub fn form(&mut self, media_type: &str) -> Result<Option<Self>, Unusable> {
        match self.values.remove(&Key::new("form", media_type)) {
            None => Ok(None),
            Some(Given::Form(inputs)) => Ok(Some(inputs)),
            Some(_) => Err(unusable("form", media_type, "the client takes the fields of a form")),
        }
    }

    /// Files of a multipart body with arbitrary names, if there are any.
    pub fn named_files(&mut self) -> Result<Option<Vec<(String, Part)>>, Unusable> {
        match self.values.remove(&Key::new("further", "")) {
            None => Ok(None),
            Some(Given::NamedFiles(files)) => {
                Ok(Some(files.into_iter().map(|(name, file)| (name, part(file))).collect()))
            }
            Some(_) => Err(unusable("further", "", "the client takes files")),
        }
    }

    /// A body as bytes that the client requires.
    pub fn need_bytes(&mut self, name: &str) -> Result<RequestBody, Unusable> {
        self.bytes(name)?.ok_or_else(|| absent("raw", name))
    }

    /// Files of a multipart body, if there are any.
    pub fn files(&mut self, name: &str) -> Result<Option<Vec<Part>>, Unusable> {
        match self.values.remove(&Key::new("field", name)) {
            None => Ok(None),
            Some(Given::Files(files)) => Ok(Some(files.into_iter().map(part).collect())),
            // For a field that is a string or a file.
            Some(Given::Json(Value::String(text))) => Ok(Some(vec![Part::text(text)])),
            Some(_) => Err(unusable("field", name, "the client takes files")),
        }
    }

    /// A file of a multipart body, if there is one.
    pub fn file(&mut self, name: &str) -> Result<Option<Part>, Unusable> {
        let Some(files) = self.files(name)? else { return Ok(None) };
        match <[Part; 1]>::try_from(files) {
            Ok([file]) => Ok(Some(file)),
            Err(files) => Err(unusable("field", name, format!("the client takes one file, not {}", files.len()))),
        }
    }

    /// Fails for inputs without an argument or setter.
    pub fn rest(&self) -> Result<(), Unusable> {
        match self.values.keys().next() {
            None => Ok(()),
            Some(key) => Err(Unusable { key: key.clone(), why: NO_INPUT.to_owned() }),
        }
    }
}

const NO_INPUT: &str = "the client has no argument or setter for it";

const ABSENT: &str = "the client cannot be called without it";

impl Unusable {
    /// Whether the client lacks an argument or setter, as opposed to accepting other values.
    pub fn is_no_input(&self) -> bool {
        self.why == NO_INPUT
    }

    /// Whether the case left out an input that the client requires.
    pub fn is_absent(&self) -> bool {
        self.why == ABSENT
    }
}

fn unusable(place: &'static str, name: &str, why: impl Into<String>) -> Unusable {
    Unusable { key: Key::new(place, name), why: why.into() }
}

fn absent(place: &'static str, name: &str) -> Unusable {
    unusable(place, name, ABSENT)
}

/// A body from bytes: in memory or as a stream, depending on their length.
fn sent_somehow(bytes: Bytes) -> RequestBody {
    if bytes.len().is_multiple_of(2) {
        return bytes.into();
    }
    let half = bytes.len() / 2;
    let pieces = [bytes.slice(..half), bytes.slice(half..)];
    RequestBody::stream(futures_util::stream::iter(pieces.map(Ok::<_, std::convert::Infallible>)))
}

fn part(file: File) -> Part {
    let mut part = Part::new(sent_somehow(file.bytes));
    if let Some(name) = file.file_name {
        part = part.file_name(name);
    }
    if let Some(media_type) = file.media_type {
        part = part.media_type(media_type);
    }
    part
}
