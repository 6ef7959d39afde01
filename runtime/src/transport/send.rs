//! The wire: one request out, one response with a streamed body back.

use std::fmt;

use futures_core::future::BoxFuture;
use http::{Request, Response};

use super::byte_stream::ByteStream;
use super::error::TransportError;
use super::request_body::RequestBody;

/// Sends one request and hands back the response as it arrives.
///
/// It neither retries, signs, nor judges a status. [`ReqwestTransport`](crate::ReqwestTransport) is the default; another one is a test's fake
/// server, a recorder, or a different HTTP client.
pub trait Transport: Send + Sync + fmt::Debug {
    /// Sends the request, whose body need not be in memory. The response's body need not have arrived when this ends.
    fn send(&self, request: Request<RequestBody>) -> BoxFuture<'_, Result<Response<ByteStream>, TransportError>>;
}
