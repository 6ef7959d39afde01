//! What can go wrong with a call: one error type, with the service's own error body where there is one.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::HeaderMap;

use crate::answer::{Answer, Head};
use crate::error_body::{self, Facts};
use crate::retry::Class;
use crate::transport::{TransportError, TransportErrorKind};

/// Why a call failed; `E` is the documented body of the service's errors, and `H` has the documented headers.
///
/// `Display` says it in one line: the operation and, for an error of the service, status, code, message and request id.
pub struct Error<E = serde_json::Value, H = ()> {
    failure: Box<Failure>,
    body: Option<Box<E>>,
    typed_headers: Option<Box<H>>,
}

/// At which step a call failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The input breaks documented limits; nothing was sent. See [`Error::violations`].
    Invalid,
    /// The client's settings do not suffice for this call; nothing was sent.
    Config,
    /// No credentials were found; nothing was sent.
    Credentials,
    /// No connection came about; nothing was sent.
    Connect,
    /// The connection broke, or the answer did not arrive whole; the service may have acted.
    Transport,
    /// A time limit passed. The message says which.
    Timeout,
    /// The service says it succeeded, but its answer could not be read.
    Decode,
    /// The service answered with an error.
    Service,
}

/// One value that breaks a documented limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Where it stands, by wire names: `endpoint.db_port`, `items[2].name`.
    pub path: String,
    /// What is wrong with it. Never holds a text value, which may be secret.
    pub message: String,
}

impl Violation {
    pub(crate) fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

/// An answer that does not fit the documented type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    path: String,
    message: String,
}

impl DecodeError {
    /// At `path` (empty for the whole answer), what is wrong.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }

    /// Where in the answer, by wire names; empty for the whole.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong there.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() { f.write_str(&self.message) } else { write!(f, "{}: {}", self.path, self.message) }
    }
}

impl StdError for DecodeError {}

/// Settings of a client that cannot work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(pub(crate) String);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for ConfigError {}

/// An [`Error`] without the typed body: what the pipeline, which is the same for all operations, hands on.
pub(crate) struct Failure {
    pub(crate) kind: ErrorKind,
    operation: &'static str,
    /// What happened, where the service did not say it.
    detail: String,
    facts: Facts,
    head: Option<Arc<Head>>,
    raw_body: Bytes,
    /// What it means for another attempt.
    pub(crate) class: Class,
    /// How often the call was sent.
    attempts: u32,
    /// Whether its body cannot be sent again.
    spent: bool,
    violations: Vec<Violation>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Failure {
    fn new(kind: ErrorKind, operation: &'static str, detail: impl Into<String>) -> Box<Self> {
        Box::new(Self {
            kind,
            operation,
            detail: detail.into(),
            facts: Facts::default(),
            head: None,
            raw_body: Bytes::new(),
            class: Class::Never,
            attempts: 0,
            spent: false,
            violations: Vec::new(),
            source: None,
        })
    }

    pub(crate) fn invalid(operation: &'static str, violations: Vec<Violation>) -> Box<Self> {
        let mut failure = Self::new(ErrorKind::Invalid, operation, "");
        failure.violations = violations;
        failure
    }

    pub(crate) fn config(operation: &'static str, detail: impl Into<String>) -> Box<Self> {
        Self::new(ErrorKind::Config, operation, detail)
    }

    pub(crate) fn credentials(operation: &'static str, source: impl StdError + Send + Sync + 'static) -> Box<Self> {
        let mut failure = Self::new(ErrorKind::Credentials, operation, source.to_string());
        failure.source = Some(Box::new(source));
        failure
    }

    /// The time for one attempt is over. Whether the service acted is unknown.
    pub(crate) fn timeout(operation: &'static str, limit: std::time::Duration, idempotent: bool) -> Box<Self> {
        let detail = format!("no complete answer within {limit:?} (`timeout`)");
        let mut failure = Self::new(ErrorKind::Timeout, operation, detail);
        failure.class = if idempotent { Class::Timeout } else { Class::Never };
        failure
    }

    /// The time for all attempts is over, while the last one was under way. Whether the service acted is unknown.
    pub(crate) fn out_of_time(operation: &'static str, limit: std::time::Duration) -> Box<Self> {
        let detail = format!("no success within {limit:?} (`operation_timeout`)");
        Self::new(ErrorKind::Timeout, operation, detail)
    }

    /// A service that refuses a signature may tell what it expected to be signed. That holds all parameters, secrets too, and
    /// says little to the eye: the message then says instead whether the secret is wrong, or where what was signed differs.
    pub(crate) fn compare_signed(mut self: Box<Self>, ours: Option<&str>) -> Box<Self> {
        if let (Some(message), Some(ours)) = (&mut self.facts.message, ours)
            && let Some((before, theirs)) = error_body::expected_to_sign(message)
        {
            let verdict = match differs_in(ours, theirs) {
                None => "what was signed is the same: the access key secret is wrong".to_owned(),
                Some(name) => format!("what was signed differs from what arrived, first in `{name}`"),
            };
            *message = format!("{} ({verdict})", before.trim_end_matches([' ', ',', '.', ':']));
        }
        self
    }

    /// The body was a stream, which is gone now: the call cannot be sent again, whatever the failure.
    pub(crate) fn sent_once(mut self: Box<Self>) -> Box<Self> {
        self.class = Class::Never;
        self.spent = true;
        self
    }

    /// The call was sent so often, the last time with this failure.
    pub(crate) fn after(mut self: Box<Self>, attempts: u32) -> Box<Self> {
        self.attempts = attempts;
        self
    }

    /// The transport gave up. `head` is there if it did so within the body.
    pub(crate) fn transport(
        operation: &'static str,
        error: TransportError,
        head: Option<Arc<Head>>,
        idempotent: bool,
    ) -> Box<Self> {
        let if_idempotent = if idempotent { Class::Transient } else { Class::Never };
        let (kind, class) = match error.kind() {
            // Nothing reached the service.
            TransportErrorKind::Connect => (ErrorKind::Connect, Class::Transient),
            TransportErrorKind::ConnectTimeout => (ErrorKind::Timeout, Class::Transient),
            TransportErrorKind::Request | TransportErrorKind::Body => (ErrorKind::Transport, if_idempotent),
            // The next answer would be as large.
            TransportErrorKind::TooLarge => (ErrorKind::Transport, Class::Never),
        };
        let mut failure = Self::new(kind, operation, error.to_string());
        failure.facts.request_id = head.as_ref().and_then(|head| head.request_id.clone());
        failure.head = head;
        failure.class = class;
        failure.source = Some(Box::new(error));
        failure
    }

    /// The service says it failed.
    pub(crate) fn service(answer: Answer, busy: &[&str], idempotent: bool) -> Box<Self> {
        let (head, raw_body) = answer.into_parts();
        let facts = error_body::read(&head, &raw_body);
        let mut failure = Self::new(ErrorKind::Service, head.operation, "");
        failure.class = match facts.code.as_deref() {
            Some(code) if busy.contains(&code) => Class::Busy,
            code => error_body::class(head.status, code, idempotent),
        };
        failure.facts = facts;
        failure.head = Some(head);
        failure.raw_body = raw_body;
        failure
    }

    /// A success that could not be read. Not retryable: the service has acted.
    pub(crate) fn decode(head: Arc<Head>, raw_body: Bytes, error: DecodeError) -> Box<Self> {
        let mut failure = Self::new(ErrorKind::Decode, head.operation, error.to_string());
        failure.facts.request_id = head.request_id.clone();
        failure.head = Some(head);
        failure.raw_body = raw_body;
        failure.source = Some(Box::new(error));
        failure
    }

    /// The service's error as an answer, for reading the typed body.
    pub(crate) fn answer(&self) -> Option<Answer> {
        match (self.kind, &self.head) {
            (ErrorKind::Service, Some(head)) => Some(Answer::whole(head.clone(), self.raw_body.clone())),
            _ => None,
        }
    }

    pub(crate) fn status(&self) -> Option<u16> {
        self.head.as_ref().map(|head| head.status)
    }

    pub(crate) fn code(&self) -> Option<&str> {
        self.facts.code.as_deref()
    }

    pub(crate) fn request_id(&self) -> Option<&str> {
        self.facts.request_id.as_deref()
    }

    pub(crate) fn headers(&self) -> Option<&HeaderMap> {
        self.head.as_ref().map(|head| &head.headers)
    }
}

/// The first parameter in which two strings to sign differ; the method, where they differ before any.
fn differs_in(ours: &str, theirs: &str) -> Option<String> {
    let parts = |text: &str| text.split("%26").map(str::to_owned).collect::<Vec<_>>();
    let (ours, theirs) = (parts(ours), parts(theirs));
    let at = (0..ours.len().max(theirs.len())).find(|at| ours.get(*at) != theirs.get(*at))?;
    let part = ours.get(at).or_else(|| theirs.get(at))?;
    // Before the first parameter stand the method and the path.
    let name = part.rsplit('&').next()?.split("%3D").next()?;
    Some(name.to_owned())
}

impl<E, H> Error<E, H> {
    /// No call could be made at all.
    #[cfg(feature = "blocking")]
    pub(crate) fn not_run(why: String) -> Self {
        Self::new(Failure::config("", why), None, None)
    }

    pub(crate) fn new(failure: Box<Failure>, body: Option<E>, typed_headers: Option<H>) -> Self {
        Self { failure, body: body.map(Box::new), typed_headers: typed_headers.map(Box::new) }
    }

    /// At which step the call failed.
    pub fn kind(&self) -> ErrorKind {
        self.failure.kind
    }

    /// The operation's documented name.
    pub fn operation(&self) -> &'static str {
        self.failure.operation
    }

    /// The HTTP status, if there was an answer.
    pub fn status(&self) -> Option<u16> {
        self.failure.status()
    }

    /// The service's error code, in whichever field it stood; a number as its text.
    pub fn code(&self) -> Option<&str> {
        self.failure.facts.code.as_deref()
    }

    /// The service's error message; of an answer that is no JSON its title or first line.
    pub fn message(&self) -> Option<&str> {
        self.failure.facts.message.as_deref()
    }

    /// The request id that the service's support asks for, from the body or the headers.
    pub fn request_id(&self) -> Option<&str> {
        self.failure.facts.request_id.as_deref()
    }

    /// The documented error body, if the answer had one that could be read.
    pub fn body(&self) -> Option<&E> {
        self.body.as_deref()
    }

    /// The answer's bytes; empty if there was no answer.
    pub fn raw_body(&self) -> &Bytes {
        &self.failure.raw_body
    }

    /// The answer's headers, if there was an answer.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.failure.head.as_ref().map(|head| &head.headers)
    }

    /// The documented headers, if there was an answer and they could be read.
    pub fn typed_headers(&self) -> Option<&H> {
        self.typed_headers.as_deref()
    }

    /// The values that break documented limits.
    pub fn violations(&self) -> &[Violation] {
        &self.failure.violations
    }

    /// Whether the same call may be sent again, and may then succeed. The client has done so already, as its
    /// [`RetryPolicy`](crate::RetryPolicy) says.
    ///
    /// True when the service surely did not act: something else is under way, no connection (or none within `connect_timeout`), status 408 or 429,
    /// a throttling code. Of an idempotent operation also after status 500, 502, 503 or 504, after a broken connection
    /// and after `timeout`. Idempotent is what the spec says is; else GET, HEAD, PUT, DELETE, OPTIONS and TRACE, but not
    /// of Alibaba Cloud's RPC, whose documents say GET of everything. False for everything else, and for a call whose body is a stream
    /// that was begun.
    pub fn is_retryable(&self) -> bool {
        self.failure.class != Class::Never
    }

    /// How often the call was sent; 0 if it was not.
    pub fn attempts(&self) -> u32 {
        self.failure.attempts
    }
}

impl<E, H> fmt::Display for Error<E, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Failure { kind, operation, detail, facts, violations, .. } = &*self.failure;
        match kind {
            ErrorKind::Invalid => {
                write!(f, "{operation} was not sent: ")?;
                for (index, violation) in violations.iter().enumerate() {
                    write!(f, "{}{violation}", if index == 0 { "" } else { "; " })?;
                }
                return Ok(());
            }
            ErrorKind::Config | ErrorKind::Credentials => return write!(f, "{operation} was not sent: {detail}"),
            ErrorKind::Connect | ErrorKind::Transport => write!(f, "{operation} failed: {detail}")?,
            ErrorKind::Timeout => write!(f, "{operation} timed out: {detail}")?,
            ErrorKind::Decode => {
                write!(f, "{operation} succeeded")?;
                if let Some(status) = self.status() {
                    write!(f, " ({status})")?;
                }
                write!(f, ", but its answer could not be read: {detail}")?;
            }
            ErrorKind::Service => {
                write!(f, "{operation} failed:")?;
                if let Some(status) = self.status() {
                    write!(f, " {status}")?;
                }
                if let Some(code) = &facts.code {
                    write!(f, " {}", error_body::one_line(code))?;
                }
                if let Some(message) = &facts.message {
                    write!(f, ": {}", error_body::one_line(message))?;
                }
            }
        }
        if self.failure.spent {
            f.write_str("; the body was a stream, which can be sent only once")?;
        }
        let attempts = self.failure.attempts;
        match (&facts.request_id, attempts > 1) {
            (Some(id), true) => write!(f, " (request id {id}, {attempts} attempts)"),
            (Some(id), false) => write!(f, " (request id {id})"),
            (None, true) => write!(f, " ({attempts} attempts)"),
            (None, false) => Ok(()),
        }
    }
}

// By hand: the raw body and the headers may hold secrets, and would bury the rest.
impl<E: fmt::Debug, H: fmt::Debug> fmt::Debug for Error<E, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = f.debug_struct("Error");
        fields.field("kind", &self.kind()).field("operation", &self.operation());
        if !self.failure.detail.is_empty() {
            fields.field("detail", &self.failure.detail);
        }
        if !self.violations().is_empty() {
            fields.field("violations", &self.violations());
        }
        if let Some(status) = self.status() {
            fields
                .field("status", &status)
                .field("code", &self.code())
                .field("message", &self.message())
                .field("request_id", &self.request_id())
                .field("body", &self.body())
                .field("typed_headers", &self.typed_headers());
        }
        fields.field("retryable", &self.is_retryable()).finish()
    }
}

impl<E: fmt::Debug, H: fmt::Debug> StdError for Error<E, H> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.failure.source.as_deref().map(|source| source as _)
    }
}
