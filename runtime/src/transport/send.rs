//! The transport: sends a request and returns a response with a streamed body.

use std::fmt;

use futures_core::future::BoxFuture;
use http::{Request, Response};

use super::byte_stream::ByteStream;
use super::error::TransportError;
use super::request_body::RequestBody;

/// Sends one request and returns the response as it arrives.
///
/// It does not retry, sign, or interpret the status. [`ReqwestTransport`](crate::ReqwestTransport) is the default;
/// others are a fake server in tests, a recorder, or a different HTTP client.
pub trait Transport: Send + Sync + fmt::Debug {
    /// Sends the request, whose body may be streamed. May return before the response's body has arrived.
    fn send(&self, request: Request<RequestBody>) -> BoxFuture<'_, Result<Response<ByteStream>, TransportError>>;
}
