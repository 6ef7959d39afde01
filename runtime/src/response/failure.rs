//! A failed call, before it becomes the error of an operation.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;

use super::called::Called;
use super::facts::{self, Facts};
use super::head::Head;
use super::raw::RawResponse;
use crate::check::Violation;
use crate::codec::decode::DecodeError;
use crate::data::category::ErrorCategory;
use crate::data::line::one_line;
use crate::retry::{Cause, RetryClass};
use crate::transport::{TransportError, TransportErrorKind};

/// The step at which a call failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The input violates documented limits; nothing was sent. See
    /// [`CallError::violations`](crate::CallError::violations).
    Invalid,
    /// The client's settings are insufficient for this call; nothing was sent.
    Config,
    /// No credentials were found; nothing was sent.
    Credentials,
    /// No connection could be established; nothing was sent.
    Connect,
    /// The connection broke, or the response was incomplete; the service may have acted.
    Transport,
    /// A time limit passed. The message names it.
    Timeout,
    /// The service reported success, but its response could not be read.
    Decode,
    /// The service responded with an error.
    Service,
    /// A job failed, or did not finish in time: see [`WaitError`](crate::WaitError).
    Job,
}

/// A [`CallError`](crate::CallError) without the typed body, as returned by the pipeline, which is the same for all
/// operations.
pub(crate) struct Failure {
    pub(crate) kind: ErrorKind,
    pub(super) call: Called,
    /// Description of the failure, unless the service provided one.
    pub(super) detail: String,
    pub(super) facts: Facts,
    pub(super) head: Option<Arc<Head>>,
    pub(super) raw_body: Bytes,
    /// Whether the service refused the call because of these violations.
    refused: bool,
    category: ErrorCategory,
    /// The basis of the retry decision.
    pub(crate) cause: Cause,
    /// The class of the failure for retries.
    pub(crate) class: RetryClass,
    /// Number of times the call was sent.
    pub(super) attempts: u32,
    /// Whether the body cannot be sent again.
    pub(super) spent: bool,
    pub(super) violations: Vec<Violation>,
    pub(super) source: Option<Box<dyn StdError + Send + Sync>>,
}

pub(super) fn transport_kind(kind: TransportErrorKind) -> ErrorKind {
    match kind {
        TransportErrorKind::Connect | TransportErrorKind::ConnectDenied => ErrorKind::Connect,
        TransportErrorKind::ConnectTimeout | TransportErrorKind::ReadTimeout => ErrorKind::Timeout,
        TransportErrorKind::Unprocessed
        | TransportErrorKind::Request
        | TransportErrorKind::Body
        | TransportErrorKind::TooLarge => ErrorKind::Transport,
    }
}

/// The category of a failure at this step, in the absence of other facts.
pub(super) fn meaning(kind: ErrorKind) -> ErrorCategory {
    match kind {
        ErrorKind::Invalid => ErrorCategory::InvalidInput,
        ErrorKind::Credentials => ErrorCategory::Auth,
        ErrorKind::Connect | ErrorKind::Transport => ErrorCategory::Connection,
        ErrorKind::Timeout => ErrorCategory::Timeout,
        ErrorKind::Config | ErrorKind::Decode | ErrorKind::Service | ErrorKind::Job => ErrorCategory::Other,
    }
}

impl Failure {
    fn new(kind: ErrorKind, call: impl Into<Called>, detail: impl Into<String>) -> Box<Self> {
        Box::new(Self {
            kind,
            call: call.into(),
            detail: detail.into(),
            facts: Facts::default(),
            head: None,
            raw_body: Bytes::new(),
            refused: false,
            category: meaning(kind),
            cause: Cause::Other,
            class: RetryClass::Never,
            attempts: 0,
            spent: false,
            violations: Vec::new(),
            source: None,
        })
    }

    pub(crate) fn invalid(call: impl Into<Called>, violations: Vec<Violation>) -> Box<Self> {
        let mut failure = Self::new(ErrorKind::Invalid, call, "");
        failure.violations = violations;
        failure
    }

    pub(crate) fn config(call: impl Into<Called>, detail: impl Into<String>) -> Box<Self> {
        Self::new(ErrorKind::Config, call, detail)
    }

    pub(crate) fn credentials(call: impl Into<Called>, source: impl StdError + Send + Sync + 'static) -> Box<Self> {
        let mut failure = Self::new(ErrorKind::Credentials, call, source.to_string());
        failure.source = Some(Box::new(source));
        failure
    }

    /// The time limit of one attempt has passed. Whether the service acted is unknown.
    pub(crate) fn timeout(call: impl Into<Called>, limit: Duration) -> Box<Self> {
        let detail = format!("no complete response within {limit:?} (`timeout`)");
        let mut failure = Self::new(ErrorKind::Timeout, call, detail);
        failure.cause = Cause::Timeout;
        failure
    }

    /// A setting that the call needs could not be looked up, perhaps only temporarily. The call itself was not sent.
    pub(crate) fn lookup(call: impl Into<Called>, detail: String, cause: Cause, class: RetryClass) -> Box<Self> {
        let kind = match cause {
            Cause::Transport(kind) => transport_kind(kind),
            _ => ErrorKind::Config,
        };
        let mut failure = Self::new(kind, call, detail);
        (failure.cause, failure.class) = (cause, class);
        failure
    }

    /// The time limit of the call has passed during its last attempt. Whether the service acted is unknown. Keeps the
    /// response of the previous attempt.
    pub(crate) fn out_of_time(call: impl Into<Called>, limit: Duration, before: Option<Box<Self>>) -> Box<Self> {
        let detail = format!("no success within {limit:?} (`operation_timeout`)");
        let mut failure = Self::new(ErrorKind::Timeout, call, detail);
        if let Some(before) = before {
            let reason = before.in_short();
            failure.detail.push_str("; the previous attempt failed: ");
            failure.detail.push_str(&reason);
            (failure.facts, failure.head) = (before.facts, before.head);
            (failure.raw_body, failure.refused) = (before.raw_body, before.refused);
        }
        failure
    }

    /// The description, or the service's message.
    fn in_short(&self) -> String {
        let code = self.facts.code.as_deref().map(one_line);
        let message = self.facts.message.as_deref().map(one_line);
        let status = self.status().map(|status| status.to_string());
        match (self.kind, message) {
            (ErrorKind::Service, Some(message)) => {
                let known: Vec<String> = status.into_iter().chain(code).collect();
                format!("{}: {message}", known.join(" "))
            }
            (ErrorKind::Service, None) => status.into_iter().chain(code).collect::<Vec<_>>().join(" "),
            _ => self.detail.clone(),
        }
    }

    /// Sets the class for retries, and whether a retry is impossible because the body was a stream that has been
    /// consumed.
    pub(crate) fn classified(mut self: Box<Self>, class: RetryClass, spent: bool) -> Box<Self> {
        (self.class, self.spent) = (class, spent);
        self
    }

    /// Sets a category that is more specific than that of the kind.
    pub(crate) fn meaning(mut self: Box<Self>, category: ErrorCategory) -> Box<Self> {
        self.category = category;
        self
    }

    /// Sets the base URL of the call.
    pub(crate) fn at(mut self: Box<Self>, base: &str) -> Box<Self> {
        self.call.at(base);
        self
    }

    /// Adds a remark to the description.
    pub(crate) fn remarking(mut self: Box<Self>, remark: &str) -> Box<Self> {
        self.detail.push_str("; ");
        self.detail.push_str(remark);
        self
    }

    /// Sets the number of attempts.
    pub(crate) fn after(mut self: Box<Self>, attempts: u32) -> Box<Self> {
        self.attempts = attempts;
        self
    }

    /// The transport failed. `head` is present if it failed within the body.
    pub(crate) fn transport(call: impl Into<Called>, error: TransportError, head: Option<Arc<Head>>) -> Box<Self> {
        let mut failure = Self::new(transport_kind(error.kind()), call, error.to_string());
        failure.cause = Cause::Transport(error.kind());
        if error.kind() == TransportErrorKind::TooLarge {
            failure.category = ErrorCategory::Other;
        }
        failure.facts.request_id = head.as_ref().and_then(|head| head.request_id.clone());
        failure.head = head;
        failure.source = Some(Box::new(error));
        failure
    }

    /// The service reported a failure.
    pub(crate) fn service(response: RawResponse) -> Box<Self> {
        let (head, raw_body) = response.into_parts();
        let mut failure = Self::new(ErrorKind::Service, head.spec, "");
        failure.cause = Cause::Service;
        failure.facts = facts::read(&head, &raw_body);
        failure.head = Some(head);
        (failure.raw_body, failure.refused) = (raw_body, true);
        failure
    }

    /// A success that could not be read. Not retryable: the service has acted.
    pub(crate) fn decode(head: Arc<Head>, raw_body: Bytes, error: DecodeError) -> Box<Self> {
        let mut failure = Self::new(ErrorKind::Decode, head.spec, error.to_string()).at(&head.base);
        failure.facts.request_id = head.request_id.clone();
        failure.attempts = head.attempts;
        failure.head = Some(head);
        failure.raw_body = raw_body;
        failure.source = Some(Box::new(error));
        failure
    }

    /// The service's error as a response, to read the typed body.
    pub(crate) fn response(&self) -> Option<RawResponse> {
        let head = self.head.as_ref().filter(|_| self.refused)?;
        Some(RawResponse::whole(head.clone(), self.raw_body.clone()))
    }

    pub(crate) fn category(&self) -> ErrorCategory {
        self.category
    }

    pub(crate) fn status(&self) -> Option<u16> {
        self.head.as_ref().map(|head| head.status)
    }

    pub(crate) fn code(&self) -> Option<&str> {
        self.facts.code.as_deref()
    }

    pub(super) fn operation(&self) -> &str {
        &self.call.operation
    }

    pub(super) fn message(&self) -> Option<&str> {
        self.facts.message.as_deref()
    }

    pub(super) fn cause(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }

    pub(super) fn raw_body(&self) -> &Bytes {
        &self.raw_body
    }

    pub(super) fn violations(&self) -> &[Violation] {
        &self.violations
    }

    pub(super) fn is_retryable(&self) -> bool {
        self.class != RetryClass::Never
    }

    pub(super) fn attempts(&self) -> u32 {
        self.attempts
    }

    pub(crate) fn message_mut(&mut self) -> Option<&mut String> {
        self.facts.message.as_mut()
    }

    pub(crate) fn request_id(&self) -> Option<&str> {
        self.facts.request_id.as_deref()
    }

    pub(crate) fn headers(&self) -> Option<&HeaderMap> {
        self.head.as_ref().map(|head| &head.headers)
    }
}
