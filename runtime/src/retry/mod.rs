//! Which failures are retried, and when.

mod budget;
mod classify;
mod hints;
mod policy;
mod refused_keys;
mod strategy;

pub use budget::RetryBudget;
pub use classify::RetryClass;
pub(crate) use classify::{Cause, FailedAttempt, Repeatable, blames_date, classify};
pub(crate) use hints::{clock_skew, retry_after};
pub use policy::RetryPolicy;
#[cfg(test)]
pub(crate) use refused_keys::CODES as REFUSED_KEYS;
pub(crate) use refused_keys::blames_keys;
pub use strategy::{RetryContext, RetryStrategy};
