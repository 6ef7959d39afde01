//! The error of a call, with the service's own error body if there is one.

use std::error::Error as StdError;
use std::fmt::{self, Write as _};

use super::accessors::accessors;
use super::failure::{ErrorKind, Failure};
use crate::data::category::ErrorCategory;
use crate::data::line::{Line, omitted_cause, one_line, report};
#[cfg(feature = "blocking")]
use crate::data::operation::Spec;

/// The error of a failed call; `E` is the documented body of the service's errors, and `H` the documented headers.
///
/// `?` converts it to an [`Error`](crate::Error), which is the same type for all operations.
///
/// `Display` is one line: the operation and, for an error of the service, status, code, message and request id. `Debug`
/// adds its causes, each on a line; `{:#?}` has named fields instead. None includes the body, as services may echo input.
pub struct CallError<E = serde_json::Value, H = ()> {
    failure: Box<Failure>,
    body: Option<Box<E>>,
    typed_headers: Option<Box<H>>,
}

impl<E, H> CallError<E, H> {
    /// The blocking runtime could not be started.
    #[cfg(feature = "blocking")]
    pub(crate) fn not_run(spec: &Spec, why: String) -> Self {
        Self::new(Failure::config(spec, why), None, None)
    }

    pub(crate) fn new(failure: Box<Failure>, body: Option<E>, typed_headers: Option<H>) -> Self {
        Self { failure, body: body.map(Box::new), typed_headers: typed_headers.map(Box::new) }
    }

    pub(super) fn failure(&self) -> Option<&Failure> {
        Some(&self.failure)
    }

    pub(crate) fn as_failure(&self) -> &Failure {
        &self.failure
    }

    /// The step at which the call failed.
    pub fn kind(&self) -> ErrorKind {
        self.failure.kind
    }

    /// The meaning of the failure. Each `is_..` method checks it.
    pub fn category(&self) -> ErrorCategory {
        self.failure.category()
    }

    /// The operation's documented name.
    pub fn operation(&self) -> &str {
        self.failure.operation()
    }

    /// The documented error body, if the response had one that could be read. If the time limit of the whole call has
    /// passed, it is that of the previous attempt, as are status, code, message and headers.
    pub fn body(&self) -> Option<&E> {
        self.body.as_deref()
    }

    /// The documented headers, if there was a response and they could be read.
    pub fn typed_headers(&self) -> Option<&H> {
        self.typed_headers.as_deref()
    }

    accessors!();
}

impl<E, H> fmt::Display for CallError<E, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let f = &mut Line(f);
        let Failure { kind, call, detail, facts, violations, .. } = &*self.failure;
        match kind {
            ErrorKind::Invalid => {
                write!(f, "{call} was not sent: ")?;
                for (index, violation) in violations.iter().enumerate() {
                    write!(f, "{}{violation}", if index == 0 { "" } else { "; " })?;
                }
                return Ok(());
            }
            ErrorKind::Config | ErrorKind::Credentials => return write!(f, "{call} was not sent: {detail}"),
            ErrorKind::Connect | ErrorKind::Transport | ErrorKind::Job => write!(f, "{call}: {detail}")?,
            ErrorKind::Timeout => write!(f, "{call} timed out: {detail}")?,
            ErrorKind::Decode => {
                write!(f, "{call} succeeded")?;
                if let Some(status) = self.status() {
                    write!(f, " ({status})")?;
                }
                write!(f, ", but its response could not be read: {detail}")?;
            }
            ErrorKind::Service => {
                write!(f, "{call}:")?;
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

// Manual: bodies and headers may echo what was sent, including secrets, and would bury the rest. `code` and `message`
// have been cleaned of secrets.
impl<E, H: fmt::Debug> fmt::Debug for CallError<E, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            return report(f, self, self.source());
        }
        let mut fields = f.debug_struct("CallError");
        fields.field("kind", &self.kind()).field("category", &self.category()).field("operation", &self.operation());
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

impl<E, H: fmt::Debug> StdError for CallError<E, H> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        omitted_cause(self, self.cause())
    }
}
