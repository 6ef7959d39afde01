//! The decision about another attempt, which callers may take themselves.

use std::fmt;
use std::time::Duration;

use super::classify::RetryClass;
use crate::transport::TransportErrorKind;

/// Decides whether, and when, a call is sent again that failed. [`RetryPolicy`](crate::RetryPolicy) is the one that clients have by
/// default, and may be asked by another one.
///
/// It is asked after each attempt that was sent and failed, from any thread, and must not block. Whatever it says, a call whose body
/// is a stream that was begun is not repeated, nor one for which the [`RetryBudget`](crate::RetryBudget) has nothing left, nor one
/// whose `operation_timeout` would be over after the pause.
///
/// ```
/// use std::time::Duration;
///
/// use yundb_runtime::{RetryContext, RetryPolicy, RetryStrategy};
///
/// /// As the default, but this service says 404 of what it has just made.
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
    /// The pause before the next attempt; `None` hands the failure on.
    fn next_attempt(&self, failed: &RetryContext<'_>) -> Option<Duration>;
}

/// An attempt that failed, and what came before it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RetryContext<'a> {
    /// The operation, by its documented name.
    pub operation: &'static str,
    /// How often the call was sent so far, this attempt among them; at least 1.
    pub attempts: u32,
    /// How long ago the first attempt began.
    pub elapsed: Duration,
    /// What the failure means, as far as the client knows.
    pub class: RetryClass,
    /// How far the request had come, if the transport gave up.
    pub transport: Option<TransportErrorKind>,
    /// The HTTP status, if there was a response.
    pub status: Option<u16>,
    /// The service's error code.
    pub code: Option<&'a str>,
    /// How long the service asks to wait; zero where the time that it named is over.
    pub retry_after: Option<Duration>,
    /// Whether nothing happens twice if the call is repeated: by the document, by the method, by a client token, or as the call says.
    pub idempotent: bool,
}

impl<'a> RetryContext<'a> {
    /// A failure of this class after so many attempts, of which nothing else is known. For tests of strategies.
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
