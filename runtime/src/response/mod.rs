//! What comes back: heads and bodies, how they are read, and what a call ends in.

mod error;
mod facts;
mod failure;
mod head;
mod operation;
mod raw;
mod read_as;
mod representation;
mod said;
mod stream;
mod success;

pub use error::Error;
pub(crate) use facts::{Verdict, request_id, verdict};
pub use failure::ErrorKind;
pub(crate) use failure::Failure;
pub(crate) use head::Head;
pub use operation::{FromAnswer, Operation};
pub(crate) use raw::Again;
pub use raw::Answer;
pub use read_as::ReadAs;
pub use representation::Representation;
pub(crate) use representation::{Reading, covers};
pub(crate) use said::is_request_id;
pub use stream::{Event, EventStream, JsonLines, StreamError, StreamErrorKind};
pub use success::Response;
