//! What goes on after a call: further pages, and jobs.

mod box_stream;
mod job;
mod paging;

pub use box_stream::BoxStream;
pub use job::{JobHandle, JobState, Wait, WaitError};
pub use paging::{Paged, items, pages, starting_at};
#[cfg(feature = "blocking")]
pub use paging::{items_blocking, pages_blocking};
