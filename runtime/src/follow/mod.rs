//! Follow-ups of a call: further pages, and jobs.

mod boxed;
mod job;
mod paging;
mod wait;
mod wait_error;

pub use boxed::{BoxFuture, BoxStream};
pub use job::{JobHandle, JobState, JobVerdict};
pub use paging::{Paged, items, pages, pages_of, starting_at};
#[cfg(feature = "blocking")]
pub use paging::{items_blocking, pages_blocking};
pub use wait::Wait;
pub use wait_error::WaitError;
