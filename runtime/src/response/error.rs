//! What can go wrong with a call: one error type, with the service's own error body where there is one.

use std::error::Error as StdError;
use std::fmt::{self, Write as _};

use bytes::Bytes;
use http::HeaderMap;

use super::failure::{ErrorKind, Failure};
use crate::check::Violation;
use crate::data::line::{Line, one_line};
use crate::retry::RetryClass;

/// Why a call failed; `E` is the documented body of the service's errors, and `H` has the documented headers.
///
/// `Display` says it in one line: the operation and, for an error of the service, status, code, message and request id. `Debug` has
/// the same by name, and no body: what a service answers may repeat what it was sent.
pub struct Error<E = serde_json::Value, H = ()> {
    failure: Box<Failure>,
    body: Option<Box<E>>,
    typed_headers: Option<Box<H>>,
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

    /// The HTTP status, if there was a response.
    pub fn status(&self) -> Option<u16> {
        self.failure.status()
    }

    /// The service's error code, in whichever field it stood; a number as its text.
    pub fn code(&self) -> Option<&str> {
        self.failure.facts.code.as_deref()
    }

    /// The service's error message; of a response that is no JSON its title or first line.
    pub fn message(&self) -> Option<&str> {
        self.failure.facts.message.as_deref()
    }

    /// The request id that the service's support asks for, from the body or the headers.
    pub fn request_id(&self) -> Option<&str> {
        self.failure.facts.request_id.as_deref()
    }

    /// The documented error body, if the response had one that could be read. Where the time for the whole call is over, it is that of
    /// the attempt before, as are status, code, message and headers.
    pub fn body(&self) -> Option<&E> {
        self.body.as_deref()
    }

    /// The response's bytes; empty if there was no response.
    pub fn raw_body(&self) -> &Bytes {
        &self.failure.raw_body
    }

    /// The response's headers, if there was a response.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.failure.head.as_ref().map(|head| &head.headers)
    }

    /// The documented headers, if there was a response and they could be read.
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
        self.failure.class != RetryClass::Never
    }

    /// How often the call was sent; 0 if it was not.
    pub fn attempts(&self) -> u32 {
        self.failure.attempts
    }
}

impl<E, H> fmt::Display for Error<E, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let f = &mut Line(f);
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
                write!(f, ", but its response could not be read: {detail}")?;
            }
            ErrorKind::Service => {
                write!(f, "{operation} failed:")?;
                if let Some(status) = self.status() {
                    write!(f, " {status}")?;
                }
                if let Some(code) = &facts.code {
                    write!(f, " {}", one_line(code))?;
                }
                if let Some(message) = &facts.message {
                    write!(f, ": {}", one_line(message))?;
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

// By hand: the bodies, read or not, and the headers may repeat what was sent, secrets too, and would bury the rest. `code` and
// `message` were looked through for that.
impl<E, H: fmt::Debug> fmt::Debug for Error<E, H> {
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
                .field("typed_headers", &self.typed_headers());
        }
        fields.field("retryable", &self.is_retryable()).finish()
    }
}

impl<E, H: fmt::Debug> StdError for Error<E, H> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.failure.source.as_deref().map(|source| source as _)
    }
}
