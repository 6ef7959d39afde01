//! What goes on after a call: further pages, and jobs.

mod box_stream;
mod job;
mod paging;
mod wait;
mod wait_error;

pub use box_stream::BoxStream;
pub use job::{JobHandle, JobState, JobVerdict};
pub use paging::{Paged, items, pages, starting_at};
#[cfg(feature = "blocking")]
pub use paging::{items_blocking, pages_blocking};
pub use wait::Wait;
pub use wait_error::WaitError;
