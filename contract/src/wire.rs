//! The wire format as values: parses captured requests, and writes responses.

mod base64_bytes;
mod multipart;
mod path;
mod request;
mod response;
mod same;
mod style;
#[cfg(test)]
mod tests;

use bytes::Bytes;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::document::Place;

pub use self::request::in_range;
pub use self::request::sent;
pub use self::response::{header_text, written};
pub use self::same::{difference, same};

/// The input of a call, or the content of a request.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// Path parameters by name.
    #[serde(default)]
    pub path: IndexMap<String, Value>,
    /// Query parameters by name.
    #[serde(default)]
    pub query: IndexMap<String, Value>,
    /// Headers by documented name.
    #[serde(default)]
    pub header: IndexMap<String, Value>,
    /// Cookies by name.
    #[serde(default)]
    pub cookie: IndexMap<String, Value>,
    /// The body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Content>,
}

/// A body with its media type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Content {
    /// The media type: the documented one, or one of a documented range. Without parameters such as a boundary.
    pub media_type: String,
    /// The content.
    pub data: Data,
}

/// The content of a body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Data {
    /// JSON.
    Json(Value),
    /// The fields of a url-encoded form.
    Form(IndexMap<String, Value>),
    /// The fields of a multipart form.
    Multipart(IndexMap<String, Field>),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(#[serde(with = "base64_bytes")] Bytes),
    /// A sequence of JSON values.
    Lines(Vec<Value>),
    /// Server-sent events.
    Events(Vec<Event>),
}

/// One server-sent event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The value described by its schema.
    pub value: Value,
    /// Its fields as sent.
    pub event: Option<String>,
    #[allow(missing_docs, reason = "as above")]
    pub id: Option<String>,
    #[allow(missing_docs, reason = "as above")]
    pub retry: Option<u64>,
    #[allow(missing_docs, reason = "as above")]
    pub data: String,
}

/// One field of a multipart form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Field {
    /// A value, or a list of them: one part, or one for each element of a list of scalars.
    Value(Value),
    /// One file.
    File(File),
    /// Several files under one name.
    Files(Vec<File>),
}

/// A file in a multipart form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct File {
    /// Its content.
    #[serde(with = "base64_bytes")]
    pub bytes: Bytes,
    /// Its name.
    pub file_name: Option<String>,
    /// Its media type.
    pub media_type: Option<String>,
}

/// A generated response.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The documented headers as values.
    pub headers: IndexMap<String, Value>,
    /// The body.
    pub content: Option<Content>,
}

/// The content of a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    /// The documented parameters and the body, decoded.
    pub input: Input,
    /// Query parameters that the operation does not document: name and value, decoded.
    pub other_query: Vec<(String, String)>,
    /// Headers that the operation does not document, lower-case names.
    pub other_headers: Vec<(String, String)>,
    /// Cookies that the operation does not document.
    pub other_cookies: Vec<(String, String)>,
    /// The errors of the request itself.
    pub faults: Vec<Fault>,
}

/// A part of a request that does not match the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The parameter; `None` for method, path or body.
    pub parameter: Option<(Place, String)>,
    /// The error, in words.
    pub message: String,
}

impl Input {
    /// The parameters of a location. Those that are the whole query count as query parameters.
    pub fn of(&self, place: Place) -> &IndexMap<String, Value> {
        match place {
            Place::Path => &self.path,
            Place::Query | Place::QueryString => &self.query,
            Place::Header => &self.header,
            Place::Cookie => &self.cookie,
        }
    }

    /// The parameters of a location, for changing.
    pub fn of_mut(&mut self, place: Place) -> &mut IndexMap<String, Value> {
        match place {
            Place::Path => &mut self.path,
            Place::Query | Place::QueryString => &mut self.query,
            Place::Header => &mut self.header,
            Place::Cookie => &mut self.cookie,
        }
    }
}

/// A value as text: a string itself, anything else as JSON.
pub fn scalar_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
