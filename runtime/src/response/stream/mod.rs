//! Typed streams: server-sent events and JSON lines, item by item as they arrive.

mod error;
mod frame;
mod items;
mod source;

pub use error::{StreamError, StreamErrorKind};
pub use items::{Event, EventStream, JsonLines};
