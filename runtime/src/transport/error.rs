//! Errors of transports.

use std::error::Error as StdError;
use std::fmt::{self, Write as _};

use crate::data::line::{Line, omitted_cause};

/// Why no complete response arrived.
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The stage at which a transport failed. It determines whether the request can be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection could be established; nothing was sent.
    Connect,
    /// No connection could be established within `connect_timeout`; nothing was sent.
    ConnectTimeout,
    /// No connection could be established, for a reason that would recur: a certificate of either side was rejected, or
    /// the proxy requires other credentials (407). Nothing was sent.
    ConnectDenied,
    /// The server stated that it did not process the request (HTTP/2: `REFUSED_STREAM`, or `GOAWAY` before the stream).
    Unprocessed,
    /// While sending the request or waiting for the response.
    Request,
    /// Within the response's body.
    Body,
    /// The response's body did not arrive, or arrived too slowly.
    ReadTimeout,
    /// The response exceeds the client's limit.
    TooLarge,
}

impl TransportError {
    /// Creates a failure at this stage.
    pub fn new(kind: TransportErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    /// Sets the cause.
    pub fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// The stage at which the transport failed.
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
        omitted_cause(self, self.source.as_deref().map(|source| source as _))
    }
}
