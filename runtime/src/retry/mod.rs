//! Which failures are worth another attempt, and when it is made.

mod budget;
mod classify;
mod hints;
mod policy;
mod strategy;

pub use budget::RetryBudget;
pub use classify::RetryClass;
pub(crate) use classify::{Cause, FailedAttempt, Repeatable, blames_date, blames_keys, classify};
pub(crate) use hints::{clock_skew, retry_after};
pub use policy::RetryPolicy;
pub use strategy::{RetryContext, RetryStrategy};
