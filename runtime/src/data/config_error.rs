//! Errors in settings.

use std::fmt::{self, Write as _};

use super::line::Line;

/// Settings of a client, or of its transport, that cannot work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(pub(crate) String);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Line(f).write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}
