//! Bodies of responses, streamed.

use std::fmt;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use futures_core::stream::BoxStream;
use futures_util::StreamExt as _;

use super::error::{TransportError, TransportErrorKind};

// The mutex is never locked: it makes the stream `Sync`, so that errors and responses that hold one are.
/// A body that arrives in chunks.
pub struct ByteStream(Mutex<BoxStream<'static, Result<Bytes, TransportError>>>);

impl ByteStream {
    /// Creates a body from a stream of chunks.
    pub fn new(pieces: impl Stream<Item = Result<Bytes, TransportError>> + Send + 'static) -> Self {
        Self(Mutex::new(Box::pin(pieces)))
    }

    /// Reads the whole body. Its size is not limited here.
    pub async fn collect(self) -> Result<Bytes, TransportError> {
        self.collect_within(usize::MAX).await
    }

    /// Like [`collect`](Self::collect), for programs without async.
    #[cfg(feature = "blocking")]
    pub fn collect_blocking(self) -> Result<Bytes, TransportError> {
        let failed = |why| Err(TransportError::new(TransportErrorKind::Body, why));
        crate::blocking::wait(self.collect()).unwrap_or_else(failed)
    }

    /// Reads the whole body, up to `limit` bytes.
    pub(crate) async fn collect_within(mut self, limit: usize) -> Result<Bytes, TransportError> {
        let mut first = Bytes::new();
        let mut rest = BytesMut::new();
        while let Some(piece) = self.next().await {
            let piece = piece?;
            if first.len() + rest.len() + piece.len() > limit {
                return Err(too_large(limit));
            }
            // Most bodies are a single chunk, which needs no copy.
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
    let message = format!("the response is longer than {limit} bytes (`max_response_size`)");
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
