//! Validates values against their shapes before anything is sent, and collects all violations with their paths.

mod alternative;
mod format;
mod number;
mod path;
mod pattern;
mod value;
mod violation;
mod words;

#[cfg(test)]
mod tests;

pub use value::fits;
pub(crate) use value::value;
pub use violation::Violation;
pub(crate) use words::{MISSING, files};
