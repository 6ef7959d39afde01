//! The findings of a check.

use std::fmt::{self, Write as _};

use crate::data::line::Line;

/// A value that violates a documented limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Its path, by wire names: `endpoint.db_port`, `items[2].name`.
    pub path: String,
    /// The problem. Never contains a string value, which may be secret.
    pub message: String,
}

impl Violation {
    pub(crate) fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Line(f), "{}: {}", self.path, self.message)
    }
}
