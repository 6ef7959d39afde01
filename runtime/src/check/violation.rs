//! What a check finds.

use std::fmt::{self, Write as _};

use crate::data::line::Line;

/// One value that breaks a documented limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Where it stands, by wire names: `endpoint.db_port`, `items[2].name`.
    pub path: String,
    /// What is wrong with it. Never holds a text value, which may be secret.
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
