//! A response that does not match its type.

use std::error::Error as StdError;
use std::fmt::{self, Write as _};

use crate::data::line::Line;

/// A response does not match the documented type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    path: String,
    message: String,
}

impl DecodeError {
    /// Creates an error at `path` (empty for the whole response).
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }

    /// The path in the response, by wire names; empty for the whole response.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The problem at this path.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let f = &mut Line(f);
        if self.path.is_empty() { f.write_str(&self.message) } else { write!(f, "{}: {}", self.path, self.message) }
    }
}

impl StdError for DecodeError {}
