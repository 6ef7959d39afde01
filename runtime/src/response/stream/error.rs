//! Errors of streams that have begun.

use std::error::Error as StdError;
use std::fmt::{self, Write as _};
use std::time::Duration;

use bytes::Bytes;

use crate::codec::decode::DecodeError;
use crate::data::line::{Line, omitted_cause};
use crate::transport::TransportError;

/// Why an item of a stream could not be read.
///
/// After [`StreamErrorKind::Item`] the stream continues with the next item; any other kind ends it.
pub struct StreamError {
    kind: StreamErrorKind,
    item: u64,
    detail: String,
    data: Bytes,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The kind of a stream's error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StreamErrorKind {
    /// The item does not have the documented type. The stream continues.
    Item,
    /// The stream ended within the item.
    Truncated,
    /// The item is longer than the client's `max_response_size`.
    TooLarge,
    /// The connection broke.
    Transport,
    /// Nothing arrived within the stream's `idle_timeout`.
    Idle,
    /// The stream could not be resumed after its connection broke.
    Reconnect,
}

impl StreamError {
    fn new(kind: StreamErrorKind, item: u64, detail: impl Into<String>) -> Self {
        Self { kind, item, detail: detail.into(), data: Bytes::new(), source: None }
    }

    pub(super) fn unreadable(item: u64, data: Bytes, error: DecodeError) -> Self {
        let detail = error.to_string();
        Self { data, source: Some(Box::new(error)), ..Self::new(StreamErrorKind::Item, item, detail) }
    }

    pub(super) fn truncated(item: u64) -> Self {
        Self::new(StreamErrorKind::Truncated, item, "the stream ended within it")
    }

    pub(super) fn too_large(item: u64, limit: usize) -> Self {
        let detail = format!("it is longer than {limit} bytes (`max_response_size`)");
        Self::new(StreamErrorKind::TooLarge, item, detail)
    }

    pub(super) fn transport(item: u64, error: TransportError) -> Self {
        let detail = format!("the connection broke: {error}");
        Self { source: Some(Box::new(error)), ..Self::new(StreamErrorKind::Transport, item, detail) }
    }

    pub(super) fn idle(item: u64, limit: Duration) -> Self {
        Self::new(StreamErrorKind::Idle, item, format!("nothing arrived within {limit:?} (`idle_timeout`)"))
    }

    pub(super) fn reconnect(item: u64, why: impl fmt::Display) -> Self {
        Self::new(StreamErrorKind::Reconnect, item, format!("the stream could not be resumed: {why}"))
    }

    /// The thread to read it could not be started.
    #[cfg(feature = "blocking")]
    pub(super) fn not_run(why: String) -> Self {
        Self::new(StreamErrorKind::Transport, 1, why)
    }

    /// The kind of error.
    pub fn kind(&self) -> StreamErrorKind {
        self.kind
    }

    /// Number of the item, from 1: the one that could not be read, or the next one expected.
    pub fn item(&self) -> u64 {
        self.item
    }

    /// The item's data, if it arrived completely: the data of an event, or the line.
    pub fn data(&self) -> &Bytes {
        &self.data
    }
}

impl fmt::Display for StreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Line(f), "item {} of the stream could not be read: {}", self.item, self.detail)
    }
}

// Manual: data may contain secrets.
impl fmt::Debug for StreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamError")
            .field("kind", &self.kind)
            .field("item", &self.item)
            .field("detail", &self.detail)
            .finish_non_exhaustive()
    }
}

impl StdError for StreamError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        omitted_cause(self, self.source.as_deref().map(|source| source as _))
    }
}
