//! The retry decision, which callers can customize.

use std::fmt;
use std::time::Duration;

use super::classify::RetryClass;
use crate::transport::TransportErrorKind;

/// Decides whether, and when, a failed call is sent again. [`RetryPolicy`](crate::RetryPolicy) is the default, and
/// custom strategies can delegate to it.
///
/// Called after each failed attempt, from any thread; it must not block. Regardless of its decision, a call is not
/// repeated if its body is a stream that has been consumed, if the [`RetryBudget`](crate::RetryBudget) is exhausted, or
/// if its `operation_timeout` would pass during the pause.
///
/// ```
/// use std::time::Duration;
///
/// use yundb_runtime::{RetryContext, RetryPolicy, RetryStrategy};
///
/// /// Like the default, but this service returns 404 for resources that it has just created.
/// #[derive(Debug)]
/// struct Patient(RetryPolicy);
///
/// impl RetryStrategy for Patient {
///     fn next_attempt(&self, failed: &RetryContext<'_>) -> Option<Duration> {
///         match failed.status {
///             Some(404) if failed.idempotent && failed.elapsed < Duration::from_secs(10) => Some(Duration::from_secs(1)),
///             _ => self.0.next_attempt(failed),
///         }
///     }
/// }
/// ```
pub trait RetryStrategy: fmt::Debug + Send + Sync {
    /// Returns the pause before the next attempt; `None` returns the failure to the caller.
    fn next_attempt(&self, failed: &RetryContext<'_>) -> Option<Duration>;
}

/// A failed attempt, and the history of its call.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RetryContext<'a> {
    /// The operation, by its documented name.
    pub operation: &'static str,
    /// Number of times the call was sent, including this attempt; at least 1.
    pub attempts: u32,
    /// Time since the start of the first attempt.
    pub elapsed: Duration,
    /// The class of the failure.
    pub class: RetryClass,
    /// The stage that the request had reached, if the transport failed.
    pub transport: Option<TransportErrorKind>,
    /// The HTTP status, if there was a response.
    pub status: Option<u16>,
    /// The service's error code.
    pub code: Option<&'a str>,
    /// The pause that the service requests; zero if the requested time has passed.
    pub retry_after: Option<Duration>,
    /// Whether repeating the call has no further effect: by the document, the method, a client token, or the call's own
    /// setting.
    pub idempotent: bool,
}

impl<'a> RetryContext<'a> {
    /// Creates a failure of this class after this number of attempts, without other facts. For tests of strategies.
    pub fn new(operation: &'static str, attempts: u32, class: RetryClass) -> RetryContext<'a> {
        RetryContext {
            operation,
            attempts,
            elapsed: Duration::ZERO,
            class,
            transport: None,
            status: None,
            code: None,
            retry_after: None,
            idempotent: false,
        }
    }
}
