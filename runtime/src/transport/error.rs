//! Why no whole response arrived.

use std::error::Error as StdError;
use std::fmt::{self, Write as _};

use crate::data::line::{Line, unsaid};

/// Why no whole response arrived.
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// How far a request had come when its transport failed. It decides what may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// There was no connection: surely nothing was sent.
    Connect,
    /// There was no connection within the time for connecting: surely nothing was sent.
    ConnectTimeout,
    /// There was no connection, and the next attempt would find none either: one side's certificate isn't taken, or the proxy wants
    /// another user or password (407). Surely nothing was sent.
    ConnectDenied,
    /// The server stated that it did not process the request (HTTP/2: `REFUSED_STREAM`, or `GOAWAY` before the stream).
    Unprocessed,
    /// While the request was sent or the response awaited.
    Request,
    /// Within the response's body.
    Body,
    /// Nothing, or too little, of the response's body came in time.
    ReadTimeout,
    /// The response is longer than the client allows.
    TooLarge,
}

impl TransportError {
    /// A failure at this point.
    pub fn new(kind: TransportErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    /// Caused by this.
    pub fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// How far the request had come.
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Line(f).write_str(&self.message)
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        unsaid(self, self.source.as_deref().map(|source| source as _))
    }
}
