//! A response as generated code reads it.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use futures_core::future::BoxFuture;
use http::HeaderMap;
use serde::de::DeserializeOwned;

use super::head::Head;
use crate::codec::decode::{self, DecodeError};
use crate::codec::media_type;
use crate::retry::RetryStrategy;
use crate::transport::ByteStream;
use crate::transport::clock::Clock;

/// A response as it reaches [`Operation::decode`](crate::Operation::decode).
pub struct RawResponse {
    head: Arc<Head>,
    body: Body,
}

enum Body {
    Whole(Bytes),
    /// With the way to send the call again that it is of.
    Stream(ByteStream, Option<Reconnect>),
}

impl RawResponse {
    pub(crate) fn whole(head: Arc<Head>, body: Bytes) -> Self {
        Self { head, body: Body::Whole(body) }
    }

    pub(crate) fn streamed(head: Arc<Head>, body: ByteStream) -> Self {
        Self { head, body: Body::Stream(body, None) }
    }

    /// Keeps the way to send the call again, if the response is a stream.
    pub(crate) fn with_reconnect(mut self, reconnect: impl FnOnce() -> Reconnect) -> Self {
        if let Body::Stream(_, kept) = &mut self.body {
            *kept = Some(reconnect());
        }
        self
    }

    /// Whether the body is a stream that was not read.
    pub(crate) fn is_streamed(&self) -> bool {
        matches!(self.body, Body::Stream(..))
    }

    pub(crate) fn head(&self) -> &Arc<Head> {
        &self.head
    }

    pub(crate) fn raw_body(&self) -> Bytes {
        match &self.body {
            Body::Whole(bytes) => bytes.clone(),
            Body::Stream(..) => Bytes::new(),
        }
    }

    pub(crate) fn into_parts(self) -> (Arc<Head>, Bytes) {
        let raw_body = self.raw_body();
        (self.head, raw_body)
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.head.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// The body, read as JSON. No body reads as `null` or, if the type wants an object, as an empty one.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        let bytes = self.bytes()?;
        if bytes.trim_ascii().is_empty() {
            return decode::from_slice(b"null")
                .or_else(|_| decode::from_slice(b"{}"))
                .map_err(|_| DecodeError::new("", "the body is empty"));
        }
        decode::from_slice(&bytes)
    }

    /// The body as text, which must be UTF-8 unless the headers say ISO 8859-1.
    pub fn text(&self) -> Result<String, DecodeError> {
        let bytes = self.bytes()?;
        if self.media_type().is_some_and(|value| value.to_ascii_lowercase().contains("charset=iso-8859-1")) {
            return Ok(bytes.iter().map(|byte| char::from(*byte)).collect());
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.to_owned()),
            Err(error) => Err(DecodeError::new("", format!("the body is not UTF-8: {error}"))),
        }
    }

    /// The body's bytes.
    pub fn bytes(&self) -> Result<Bytes, DecodeError> {
        match &self.body {
            Body::Whole(bytes) => Ok(bytes.clone()),
            Body::Stream(..) => Err(DecodeError::new("", "the body is a stream, which was not read")),
        }
    }

    /// No body: what there is of one is of no interest.
    pub fn empty(&self) -> Result<(), DecodeError> {
        Ok(())
    }

    /// The body as a stream.
    pub fn stream(self) -> ByteStream {
        self.into_stream().0
    }

    pub(crate) fn into_stream(self) -> (ByteStream, Option<Reconnect>) {
        match self.body {
            Body::Whole(bytes) => (ByteStream::from(bytes), None),
            Body::Stream(stream, reconnect) => (stream, reconnect),
        }
    }

    /// Whether the headers say that the body is of this media type, which may be a range.
    pub fn is(&self, media_type: &str) -> bool {
        self.media_type().is_some_and(|found| media_type::matches(media_type, found))
    }

    pub(crate) fn media_type(&self) -> Option<&str> {
        media_type::of(&self.head.headers)
    }

    /// For a success with a status that the document does not have.
    pub fn unexpected<T>(&self) -> Result<T, DecodeError> {
        Err(DecodeError::new("", format!("status {} is not documented", self.status())))
    }
}

// By hand, here and below: bodies and headers may hold secrets.
impl fmt::Debug for RawResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawResponse")
            .field("operation", &self.head.spec.name)
            .field("status", &self.head.status)
            .finish_non_exhaustive()
    }
}

/// How a stream goes on when its connection has ended.
pub(crate) struct Reconnect {
    pub(crate) operation: &'static str,
    /// Lets the pauses pass.
    pub(crate) clock: Arc<dyn Clock>,
    /// How often, and after which pauses.
    pub(crate) retries: Arc<dyn RetryStrategy>,
    /// The most bytes that an item may have.
    pub(crate) max_item_size: usize,
    pub(crate) send: SendAgain,
}

/// Sends the call again, perhaps with the id of the last event. An error is what went wrong, in words.
pub(crate) type SendAgain =
    Arc<dyn Fn(Option<String>) -> BoxFuture<'static, Result<RawResponse, String>> + Send + Sync>;
