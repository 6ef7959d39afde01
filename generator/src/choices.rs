//! What becomes the client, and how, as far as the document does not decide it: parts to leave out, names, own types,
//! and extensions for documents that can't be edited.

use std::path::PathBuf;

use crate::diagnostic::{Diagnostic, Location};
use crate::load::Node;
use crate::lower::format::Formats;

/// The choices for a client. All default to the document's.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Choices {
    /// Which formats of strings have types.
    pub formats: Formats,
    /// Overlay documents to apply, in this order.
    pub overlays: Vec<Given<PathBuf>>,
    /// The only operations to generate; all if empty.
    pub include: Selection,
    /// Operations to leave out.
    pub exclude: Selection,
    /// Whether to generate a type for each schema and no operations.
    pub types_only: bool,
    /// Choices for operations, by operationId or by method and path.
    pub operations: Vec<(Given<String>, OperationChoices)>,
    /// Choices for types, by the Rust name that they would have otherwise.
    pub types: Vec<(Given<String>, TypeChoices)>,
    /// Traits to derive for all types, as paths.
    pub derives: Vec<Given<String>>,
    /// The kinds of jobs: the document's `x-jobs`.
    pub jobs: Option<Node>,
    /// Whether to fix or leave out problems of a document with `x-protocol`, too, as in any other: for one that cannot be
    /// edited, such as an earlier version.
    pub lenient: bool,
}

/// A value, and its place if it is from a file rather than from the command line or the caller.
#[derive(Debug, Clone, PartialEq)]
pub struct Given<T> {
    /// The value.
    pub value: T,
    /// Its place.
    pub at: Option<Location>,
}

impl<T> From<T> for Given<T> {
    fn from(value: T) -> Self {
        Self { value, at: None }
    }
}

impl<T> Given<T> {
    /// An error about this value.
    pub(crate) fn error(&self, code: &'static str, message: String) -> Diagnostic {
        Diagnostic::error(code, message).at(self.at.clone())
    }
}

/// A selection of operations.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Selection {
    /// Tags.
    pub tags: Vec<Given<String>>,
    /// Patterns for an operationId, or for a method and path: `list*`, `GET /pets/*`.
    pub operations: Vec<Given<String>>,
}

impl Selection {
    /// Whether nothing is selected.
    pub fn is_empty(&self) -> bool {
        self.tags.is_empty() && self.operations.is_empty()
    }
}

/// Choices for an operation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OperationChoices {
    /// The method's name.
    pub name: Option<Given<String>>,
    /// How its pages are requested: the operation's `x-pagination`.
    pub paging: Option<Node>,
    /// The job that it starts: the operation's `x-job`.
    pub job: Option<Node>,
}

/// Choices for a type.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TypeChoices {
    /// Its name.
    pub name: Option<String>,
    /// The path of the user's own type in its place, such as `my_crate::Money`.
    pub own: Option<String>,
    /// Traits to derive for it, as paths.
    pub derives: Vec<String>,
}
