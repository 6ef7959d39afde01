//! Lenient decoding: reads what services send into types with a plain `#[derive(Deserialize)]`, and forgives what they
//! do to their own documents.
//!
//! Forgiven are: a bool, integer, number or text that is written as another of these; `null` or `""` for a list, map or
//! object; `""` for any `Option` but that of a text; a list inside an object (`{"Job": [...]}`); an envelope around the
//! whole; keys in another case (exact ones win) and repeated keys (the last wins); unknown keys.
//!
//! A type says what it expects by the `deserialize_*` method that it calls, so the [`Deserializer`](serde::Deserializer)
//! in `value` can look at what comes next and bring it into that form. It reads the text once, without a tree. Two
//! things it learns too late, as a visitor is gone once it was called: that a key is repeated, and that the `T` of an
//! `Option<T>` can't be read from `""`. Then it reads all again, knowing.

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
