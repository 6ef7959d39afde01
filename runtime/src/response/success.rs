//! The success of a call, as returned to callers.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use bytes::Bytes;
use http::HeaderMap;

use super::head::{Account, Head};
use crate::data::operation::Job;
use crate::data::paging::Position;

/// A success: the typed body (by `Deref`), the typed headers `H`, and the rest of the response.
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

    /// Returns the typed body alone.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.head.status
    }

    /// All headers, undecoded.
    pub fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// The documented headers.
    pub fn typed_headers(&self) -> &H {
        &self.typed_headers
    }

    /// The request id for the service's support, from the headers or the body.
    pub fn request_id(&self) -> Option<&str> {
        self.head.request_id.as_deref()
    }

    /// The body's bytes; empty if the body is a stream.
    pub fn raw_body(&self) -> &Bytes {
        &self.raw_body
    }

    /// The operation's documented name.
    pub fn operation(&self) -> &'static str {
        self.head.spec.name
    }

    /// The start of the next page of a listing, for `starting_at`. `None` for the last page, and for a response that
    /// does not come from `pages`.
    pub fn next_position(&self) -> Option<&Position> {
        self.next.as_ref()
    }

    pub(crate) fn job(&self) -> Option<(&'static str, &'static Job)> {
        self.head.spec.job
    }

    pub(crate) fn account(&self) -> &Account {
        &self.head.account
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
            .field("operation", &self.head.spec.name)
            .field("status", &self.head.status)
            .field("request_id", &self.head.request_id)
            .field("value", &self.value)
            .field("typed_headers", &self.typed_headers)
            .finish()
    }
}
