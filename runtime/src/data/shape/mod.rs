//! The shapes of request values, as data: the facts that are validated before anything is sent.
//!
//! Generated types implement [`Object`] with a table of their fields; `check` walks a value along its [`Shape`].

mod make;
mod rule;
mod types;

pub use make::{alternative, any, fields, list, map, mark, never, object, one_of, optional, required, tuple};
pub use rule::{any_of, contains, names, not, only_one, others, prefix, values, when};
pub use types::*;
