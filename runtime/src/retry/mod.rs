//! Which failures are worth another attempt, and when it is made.

mod budget;
mod classify;
mod hints;
mod policy;

pub(crate) use budget::Budget;
pub(crate) use classify::{Cause, Class, FailedAttempt, Repeatable, blames_date, blames_keys, classify};
pub(crate) use hints::{clock_skew, retry_after};
pub use policy::RetryPolicy;
