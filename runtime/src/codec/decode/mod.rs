//! Lenient decoding: reads responses into types with a plain `#[derive(Deserialize)]`, and tolerates common deviations
//! from the documents.
//!
//! It tolerates: a bool, integer, number or text that is written as another of these; `null` or `""` for a list, map
//! or object; `""` for any `Option` but that of a string; a list inside an object (`{"Job": [...]}`); an envelope around
//! the whole; keys in another case (exact ones win) and repeated keys (the last wins); unknown keys.
//!
//! A type declares its expectation by the `deserialize_*` method that it calls, so the
//! [`Deserializer`](serde::Deserializer) in `value` can look at the next value and convert it. It reads the text once,
//! without a tree. It learns two facts too late, as a visitor can be called only once: that a key is repeated, and that
//! the `T` of an `Option<T>` cannot be read from `""`. It then decodes again with that knowledge.

mod error;
mod event;
mod fault;
mod headers;
mod nothing;
mod object;
mod peek;
mod read;
mod reader;
mod text;
mod value;

#[cfg(test)]
mod tests;

pub use error::DecodeError;
pub(crate) use event::{from_event, from_event_data};
pub use headers::from_headers;
pub(crate) use peek::{Fingerprint, fingerprint, value_at};
pub(crate) use read::from_part;
pub use read::{from_slice, from_value};
pub(crate) use text::{INTEGER, TEXT, integer};
