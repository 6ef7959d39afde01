//! A response as read by generated code.

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

/// A response as passed to [`Operation::decode`](crate::Operation::decode).
pub struct RawResponse {
    head: Arc<Head>,
    body: Body,
}

enum Body {
    Whole(Bytes),
    /// With the means to send its call again.
    Stream(ByteStream, Option<Reconnect>),
}

impl RawResponse {
    pub(crate) fn whole(head: Arc<Head>, body: Bytes) -> Self {
        Self { head, body: Body::Whole(body) }
    }

    pub(crate) fn streamed(head: Arc<Head>, body: ByteStream) -> Self {
        Self { head, body: Body::Stream(body, None) }
    }

    /// Keeps the means to send the call again, if the response is a stream.
    pub(crate) fn with_reconnect(mut self, reconnect: impl FnOnce() -> Reconnect) -> Self {
        if let Body::Stream(_, kept) = &mut self.body {
            *kept = Some(reconnect());
        }
        self
    }

    /// Whether the body is an unread stream.
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

    /// Reads the body as JSON. An empty body is read as `null` or, if the type requires an object, as an empty one.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        let bytes = self.bytes()?;
        if bytes.trim_ascii().is_empty() {
            return decode::from_slice(b"null")
                .or_else(|_| decode::from_slice(b"{}"))
                .map_err(|_| DecodeError::new("", "the body is empty"));
        }
        decode::from_slice(&bytes)
    }

    /// Reads the body as text, which must be UTF-8 unless the headers declare ISO 8859-1.
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

    /// Returns the body's bytes.
    pub fn bytes(&self) -> Result<Bytes, DecodeError> {
        match &self.body {
            Body::Whole(bytes) => Ok(bytes.clone()),
            Body::Stream(..) => Err(DecodeError::new("", "the body is a stream, which was not read")),
        }
    }

    /// Discards the body.
    pub fn empty(&self) -> Result<(), DecodeError> {
        Ok(())
    }

    /// Returns the body as a stream.
    pub fn stream(self) -> ByteStream {
        self.into_stream().0
    }

    pub(crate) fn into_stream(self) -> (ByteStream, Option<Reconnect>) {
        match self.body {
            Body::Whole(bytes) => (ByteStream::from(bytes), None),
            Body::Stream(stream, reconnect) => (stream, reconnect),
        }
    }

    /// Whether the body's media type, according to the headers, matches this one, which may be a range.
    pub fn is(&self, media_type: &str) -> bool {
        self.media_type().is_some_and(|found| media_type::matches(media_type, found))
    }

    pub(crate) fn media_type(&self) -> Option<&str> {
        media_type::of(&self.head.headers)
    }

    /// Returns the error for a success with an undocumented status.
    pub fn unexpected<T>(&self) -> Result<T, DecodeError> {
        Err(DecodeError::new("", format!("status {} is not documented", self.status())))
    }
}

// Manual, here and below: bodies and headers may contain secrets.
impl fmt::Debug for RawResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawResponse")
            .field("operation", &self.head.spec.name)
            .field("status", &self.head.status)
            .finish_non_exhaustive()
    }
}

/// The means to resume a stream when its connection has ended.
pub(crate) struct Reconnect {
    pub(crate) operation: &'static str,
    /// The clock for pauses.
    pub(crate) clock: Arc<dyn Clock>,
    /// The number of reconnects and the pauses before them.
    pub(crate) retries: Arc<dyn RetryStrategy>,
    /// Maximum size of an item in bytes.
    pub(crate) max_item_size: usize,
    pub(crate) send: SendAgain,
}

/// Sends the call again, with the id of the last event if there is one. The error is a description of the failure.
pub(crate) type SendAgain =
    Arc<dyn Fn(Option<String>) -> BoxFuture<'static, Result<RawResponse, String>> + Send + Sync>;
