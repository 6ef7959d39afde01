//! Responses: heads and bodies, how they are read, and the result of a call.

mod accessors;
mod call_error;
mod called;
mod error;
mod facts;
mod failure;
mod head;
mod operation;
mod outline;
mod raw;
mod read_as;
mod representation;
mod stream;
mod success;

pub use call_error::CallError;
pub(crate) use error::Erased;
pub use error::Error;
pub(crate) use facts::{Verdict, request_id, verdict};
pub use failure::ErrorKind;
pub(crate) use failure::Failure;
pub(crate) use head::{Account, Head};
pub use operation::{FromResponse, Operation};
pub(crate) use outline::is_request_id;
pub use raw::RawResponse;
pub(crate) use raw::Reconnect;
pub use read_as::ReadAs;
pub use representation::Representation;
pub(crate) use representation::{Reading, covers};
pub use stream::{Event, EventStream, JsonLines, StreamError, StreamErrorKind};
pub use success::Response;
