//! What came back: the answer that generated code reads, the response that callers get, and bodies as streams.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use futures_core::stream::BoxStream;
use futures_util::StreamExt as _;
use http::HeaderMap;
use serde::de::DeserializeOwned;

use crate::call::Call;
use crate::decode;
use crate::error::DecodeError;
use crate::job::Job;
use crate::media_type;
use crate::operation::ReadAs;
use crate::paging::Position;
use crate::stream::{self, EventStream, JsonLines};
use crate::transport::{TransportError, TransportErrorKind};

/// An answer's status and headers, and what is known from them.
pub(crate) struct Head {
    pub(crate) operation: &'static str,
    pub(crate) job: Option<(&'static str, &'static Job)>,
    /// What the call sent that says which job it begins.
    pub(crate) sent: BTreeMap<String, String>,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) request_id: Option<String>,
}

/// An answer as it reaches [`Operation::decode`](crate::Operation::decode).
pub struct Answer {
    head: Arc<Head>,
    body: Body,
}

enum Body {
    Whole(Bytes),
    /// With the call that it is of, so that it can be sent again.
    Stream(ByteStream, Option<Box<Call>>),
}

impl Answer {
    pub(crate) fn whole(head: Arc<Head>, body: Bytes) -> Self {
        Self { head, body: Body::Whole(body) }
    }

    pub(crate) fn streamed(head: Arc<Head>, body: ByteStream) -> Self {
        Self { head, body: Body::Stream(body, None) }
    }

    /// Keeps the call, if the answer is a stream.
    pub(crate) fn of(mut self, call: Call) -> Self {
        if let Body::Stream(_, kept) = &mut self.body {
            *kept = Some(Box::new(call));
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

    pub(crate) fn into_stream(self) -> (ByteStream, Option<Box<Call>>) {
        match self.body {
            Body::Whole(bytes) => (ByteStream::from(bytes), None),
            Body::Stream(stream, call) => (stream, call),
        }
    }

    /// The body as events, whose data is of this type.
    pub fn events<T>(self) -> Result<EventStream<T>, DecodeError> {
        stream::check(ReadAs::Events, self.media_type())?;
        Ok(EventStream::new(self, false))
    }

    /// The body as events that are of this type with all their fields: `event`, `data`, `id` and `retry`.
    pub fn whole_events<T>(self) -> Result<EventStream<T>, DecodeError> {
        stream::check(ReadAs::Events, self.media_type())?;
        Ok(EventStream::new(self, true))
    }

    /// The body as JSON values of this type, one after the other.
    pub fn lines<T>(self) -> Result<JsonLines<T>, DecodeError> {
        stream::check(ReadAs::Lines, self.media_type())?;
        Ok(JsonLines::new(self))
    }

    /// Whether the headers say that the body is of this media type, which may be a range.
    pub fn is(&self, media_type: &str) -> bool {
        self.media_type().is_some_and(|found| media_type::matches(media_type, found))
    }

    fn media_type(&self) -> Option<&str> {
        media_type::of(&self.head.headers)
    }

    /// For a success with a status that the document does not have.
    pub fn unexpected<T>(&self) -> Result<T, DecodeError> {
        Err(DecodeError::new("", format!("status {} is not documented", self.status())))
    }
}

// By hand, here and below: bodies and headers may hold secrets.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("operation", &self.head.operation)
            .field("status", &self.head.status)
            .finish_non_exhaustive()
    }
}

/// A success: the typed body (by `Deref`), the typed headers `H`, and what else came with them.
#[derive(Clone)]
pub struct Response<T, H = ()> {
    value: T,
    typed_headers: H,
    head: Arc<Head>,
    raw_body: Bytes,
    next: Option<Position>,
}

impl<T, H> Response<T, H> {
    pub(crate) fn new(value: T, typed_headers: H, head: Arc<Head>, raw_body: Bytes) -> Self {
        Self { value, typed_headers, head, raw_body, next: None }
    }

    pub(crate) fn set_next(&mut self, position: Position) {
        self.next = Some(position);
    }

    /// The typed body alone.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.head.status
    }

    /// All headers as they came.
    pub fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// The documented headers.
    pub fn typed_headers(&self) -> &H {
        &self.typed_headers
    }

    /// The request id that the service's support asks for, from the headers or the body.
    pub fn request_id(&self) -> Option<&str> {
        self.head.request_id.as_deref()
    }

    /// The body's bytes as they came; empty if the body is a stream.
    pub fn raw_body(&self) -> &Bytes {
        &self.raw_body
    }

    /// The operation's documented name.
    pub fn operation(&self) -> &'static str {
        self.head.operation
    }

    /// Where the next page of a listing begins, for `starting_at`; only of pages that `pages` gave, and not of the last.
    pub fn next_position(&self) -> Option<&Position> {
        self.next.as_ref()
    }

    pub(crate) fn job(&self) -> Option<(&'static str, &'static Job)> {
        self.head.job
    }

    pub(crate) fn sent(&self) -> &BTreeMap<String, String> {
        &self.head.sent
    }
}

impl<T, H> Deref for Response<T, H> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Debug, H: fmt::Debug> fmt::Debug for Response<T, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("operation", &self.head.operation)
            .field("status", &self.head.status)
            .field("request_id", &self.head.request_id)
            .field("value", &self.value)
            .field("typed_headers", &self.typed_headers)
            .finish()
    }
}

// The mutex is never locked: it makes the stream `Sync`, so that errors and responses that hold one are.
/// A body that arrives piece by piece.
pub struct ByteStream(Mutex<BoxStream<'static, Result<Bytes, TransportError>>>);

impl ByteStream {
    /// A body of these pieces.
    pub fn new(pieces: impl Stream<Item = Result<Bytes, TransportError>> + Send + 'static) -> Self {
        Self(Mutex::new(Box::pin(pieces)))
    }

    /// All of the body. There is no bound to its size here.
    pub async fn collect(self) -> Result<Bytes, TransportError> {
        self.collect_within(usize::MAX).await
    }

    /// As [`collect`](Self::collect), for programs without async.
    #[cfg(feature = "blocking")]
    pub fn collect_blocking(self) -> Result<Bytes, TransportError> {
        let failed = |why| Err(TransportError::new(TransportErrorKind::Body, why));
        crate::blocking::wait(self.collect()).unwrap_or_else(failed)
    }

    /// All of the body, if it isn't longer than `limit` bytes.
    pub(crate) async fn collect_within(mut self, limit: usize) -> Result<Bytes, TransportError> {
        let mut first = Bytes::new();
        let mut rest = BytesMut::new();
        while let Some(piece) = self.next().await {
            let piece = piece?;
            if first.len() + rest.len() + piece.len() > limit {
                return Err(too_large(limit));
            }
            // Most bodies are one piece, which needs no copy.
            if first.is_empty() {
                first = piece;
            } else {
                rest.extend_from_slice(&piece);
            }
        }
        if rest.is_empty() {
            return Ok(first);
        }
        let mut whole = BytesMut::with_capacity(first.len() + rest.len());
        whole.extend_from_slice(&first);
        whole.extend_from_slice(&rest);
        Ok(whole.freeze())
    }
}

pub(crate) fn too_large(limit: usize) -> TransportError {
    let message = format!("the answer is longer than {limit} bytes (`max_response_size`)");
    TransportError::new(TransportErrorKind::TooLarge, message)
}

impl From<Bytes> for ByteStream {
    fn from(bytes: Bytes) -> Self {
        Self::new(futures_util::stream::iter((!bytes.is_empty()).then_some(Ok(bytes))))
    }
}

impl Stream for ByteStream {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner).as_mut().poll_next(context)
    }
}

impl fmt::Debug for ByteStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ByteStream")
    }
}
