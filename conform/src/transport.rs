//! The in-process transport: records requests and returns the response that a case has prepared.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use yundb_runtime::http::{HeaderMap, Request, Response, StatusCode};
use yundb_runtime::{ByteStream, RequestBody, Transport, TransportError, TransportErrorKind};

/// A response that a case has prepared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// Records requests and returns the prepared reply. Clones share both.
#[derive(Clone, Default)]
pub struct Wire(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    sent: Vec<Request<Bytes>>,
    reply: Reply,
}

impl Wire {
    /// Sets the reply from now on, and clears the recorded requests.
    pub fn prepare(&self, reply: Reply) {
        *self.state() = State { sent: Vec::new(), reply };
    }

    /// The requests since [`prepare`](Self::prepare).
    pub fn take(&self) -> Vec<Request<Bytes>> {
        std::mem::take(&mut self.state().sent)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Maximum number of bytes in a chunk.
const PIECE: usize = 37;

impl Transport for Wire {
    fn send(&self, request: Request<RequestBody>) -> BoxFuture<'_, Result<Response<ByteStream>, TransportError>> {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body = body.into_stream().collect().await?;
            let reply = {
                let mut state = self.state();
                state.sent.push(Request::from_parts(parts, body));
                state.reply.clone()
            };
            let status = StatusCode::from_u16(reply.status)
                .map_err(|error| TransportError::new(TransportErrorKind::Request, error.to_string()))?;
            // In chunks that end anywhere, as from a network.
            let pieces: Vec<_> = reply.body.chunks(PIECE).map(|piece| Ok(reply.body.slice_ref(piece))).collect();
            let mut response = Response::new(ByteStream::new(futures_util::stream::iter(pieces)));
            *response.headers_mut() = reply.headers;
            *response.status_mut() = status;
            Ok(response)
        })
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire").field("sent", &self.state().sent.len()).finish_non_exhaustive()
    }
}
