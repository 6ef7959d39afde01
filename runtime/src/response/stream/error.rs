//! What can go wrong with a stream once it has begun.

use std::error::Error as StdError;
use std::fmt::{self, Write as _};
use std::time::Duration;

use bytes::Bytes;

use crate::codec::decode::DecodeError;
use crate::data::line::{Line, unsaid};
use crate::transport::TransportError;

/// Why an item of a stream could not be had.
///
/// After [`StreamErrorKind::Item`] the stream goes on with the next item; any other kind is the last that it yields.
pub struct StreamError {
    kind: StreamErrorKind,
    item: u64,
    detail: String,
    data: Bytes,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StreamErrorKind {
    /// The item is not of the documented type. The stream goes on.
    Item,
    /// The stream ended within the item.
    Truncated,
    /// The item is longer than the client's `max_response_size`.
    TooLarge,
    /// The connection broke.
    Transport,
    /// Nothing came within the stream's `idle_timeout`.
    Idle,
    /// The stream could not be taken up again after it broke.
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
        Self::new(StreamErrorKind::Idle, item, format!("nothing came within {limit:?} (`idle_timeout`)"))
    }

    pub(super) fn reconnect(item: u64, why: impl fmt::Display) -> Self {
        Self::new(StreamErrorKind::Reconnect, item, format!("the stream could not be taken up again: {why}"))
    }

    /// No thread could be had to read it.
    #[cfg(feature = "blocking")]
    pub(super) fn not_run(why: String) -> Self {
        Self::new(StreamErrorKind::Transport, 1, why)
    }

    /// What is wrong.
    pub fn kind(&self) -> StreamErrorKind {
        self.kind
    }

    /// Which item it is, the first one being 1: the one that could not be read, or that had to come next.
    pub fn item(&self) -> u64 {
        self.item
    }

    /// What came in place of the item, if it came whole: the data of an event, or the line.
    pub fn data(&self) -> &Bytes {
        &self.data
    }
}

impl fmt::Display for StreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Line(f), "item {} of the stream could not be read: {}", self.item, self.detail)
    }
}

// By hand: data may hold secrets.
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
        unsaid(self, self.source.as_deref().map(|source| source as _))
    }
}
