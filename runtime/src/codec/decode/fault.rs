//! Errors while decoding, with their location.

use std::fmt::{self, Write as _};

use serde::de::{self, Unexpected};

use super::error::DecodeError;

/// An error on its way up: each enclosing container adds a segment to the path. Boxed to keep results small, as they
/// are returned for every value.
#[derive(Debug)]
pub(super) struct Fault(Box<Inner>);

#[derive(Debug)]
struct Inner {
    message: String,
    /// Innermost first.
    path: Vec<Segment>,
    /// The offset in the text.
    at: Option<usize>,
    reread: Option<Reread>,
}

/// A step into a container.
#[derive(Debug)]
pub(super) enum Segment {
    Key(String),
    Index(usize),
}

/// Facts that require decoding again.
#[derive(Clone, Copy, Debug)]
pub(super) enum Reread {
    /// An object contains a key twice.
    RepeatedKey,
    /// The option with this name contains a non-text type, so `""` means `None`.
    EmptyText(&'static str),
}

impl Fault {
    pub(super) fn new(message: impl fmt::Display) -> Self {
        Self(Box::new(Inner { message: message.to_string(), path: Vec::new(), at: None, reread: None }))
    }

    pub(super) fn mismatch(expected: impl fmt::Display, found: impl fmt::Display) -> Self {
        Self::new(format_args!("expected {expected}, found {found}"))
    }

    fn unexpected(found: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        match found {
            Unexpected::Str(text) => Self::mismatch(expected, text_in_words(text.is_empty())),
            found => Self::mismatch(expected, found),
        }
    }

    pub(super) fn with_reread(mut self, reread: Reread) -> Self {
        self.0.reread = Some(reread);
        self
    }

    /// Sets the offset, unless it is already known.
    pub(super) fn at(mut self, at: usize) -> Self {
        self.0.at.get_or_insert(at);
        self
    }

    pub(super) fn within(mut self, segment: impl Into<Segment>) -> Self {
        self.0.path.push(segment.into());
        self
    }

    pub(super) fn reread(&self) -> Option<Reread> {
        self.0.reread
    }

    /// Converts to the public error, with line and column if the text is visible to the user.
    pub(super) fn into_error(self, json: Option<&str>) -> DecodeError {
        let Inner { mut message, path, at, .. } = *self.0;
        if let Some(before) = json.zip(at).and_then(|(json, at)| json.get(..at)) {
            let line = before.matches('\n').count() + 1;
            let column = before.len() - before.rfind('\n').map_or(0, |end| end + 1) + 1;
            // Writing to a string cannot fail.
            let _ = write!(message, " (line {line}, column {column})");
        }
        let path = path.into_iter().rev().fold(String::new(), |path, segment| match segment {
            Segment::Index(index) => format!("{path}[{index}]"),
            Segment::Key(key) if path.is_empty() => key,
            Segment::Key(key) => format!("{path}.{key}"),
        });
        DecodeError::new(path, message)
    }
}

/// Strings are not quoted, as they may be secret, whether or not the document marks them.
pub(super) fn text_in_words(is_empty: bool) -> &'static str {
    if is_empty { "an empty string" } else { "a string" }
}

impl From<String> for Segment {
    fn from(key: String) -> Self {
        Self::Key(key)
    }
}

impl From<usize> for Segment {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message)
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::unexpected(found, expected)
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::unexpected(found, expected)
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new("is missing").within(field.to_owned())
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::new("is repeated").within(field.to_owned()).with_reread(Reread::RepeatedKey)
    }
}
