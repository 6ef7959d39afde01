//! Finds the errors of a case: compares requests, typed responses and rejections with the document.

mod chosen;
mod debug;
mod refusal;
mod request;
mod response;

use serde_json::Value;
use yundb_generator::lower::model::Service;

use crate::document::{Document, Operation};
use crate::driver::{Ended, Outcome};
use crate::report::{Kind, shortened};
use crate::wire::{Content, Data};

pub use refusal::{refused, unchecked};
pub use request::sent;
pub use response::{Expected, read, requested};

/// An error of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its kind.
    pub kind: Kind,
    /// Its place: a parameter, or a JSON pointer into a body.
    pub at: String,
    /// The expected and actual values.
    pub message: String,
}

impl Finding {
    /// A finding of a kind at a place.
    pub fn new(kind: Kind, at: impl Into<String>, message: impl AsRef<str>) -> Self {
        Self { kind, at: at.into(), message: shortened(message.as_ref()) }
    }
}

/// The context for judging the cases of an operation.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The document.
    pub document: &'a Document,
    /// The operation.
    pub operation: &'a Operation,
    /// The generator's model of the whole service.
    pub service: &'a Service,
    /// The path of the client's base URL.
    pub base: &'a str,
    /// Names of headers, query parameters and cookies with keys.
    pub keys: &'a [String],
}

/// The finding for a call that was not sent, though it should have been.
fn not_sent(ended: &Ended) -> Finding {
    match ended {
        Err(unusable) => {
            let kind = if unusable.is_no_input() {
                Kind::NoWayToSend
            } else if unusable.is_absent() {
                Kind::NeedsOptional
            } else {
                Kind::ValueNotTaken
            };
            Finding::new(kind, unusable.key.to_string(), &unusable.why)
        }
        Ok(Outcome::Failure(failure)) => match failure.violations.first() {
            Some((path, why)) => Finding::new(Kind::RefusedValid, path, why),
            None => Finding::new(Kind::NotSent, "", &failure.display),
        },
        Ok(Outcome::Success(_)) => Finding::new(Kind::NotSent, "", "a success without a request"),
    }
}

/// A value in a message.
fn shown(value: &Value) -> String {
    shortened(&value.to_string())
}

/// A body in a message.
fn body_shown(content: &Content) -> String {
    let data = match &content.data {
        Data::Json(value) => value.to_string(),
        Data::Text(text) => format!("{text:?}"),
        Data::Bytes(bytes) => format!("{} bytes", bytes.len()),
        Data::Form(fields) => format!("{fields:?}"),
        Data::Multipart(fields) => format!("{fields:?}"),
        Data::Lines(values) => format!("{values:?}"),
        Data::Events(events) => format!("{events:?}"),
    };
    shortened(&format!("{} {data}", content.media_type))
}
