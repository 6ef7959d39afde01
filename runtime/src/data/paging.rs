//! Pages, as data: how they are requested, and the position of a listing.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How the pages of an operation are requested.
#[derive(Clone, Copy, Debug)]
pub struct Paging {
    pub(crate) counts: Counts,
    pub(crate) position: &'static str,
    pub(crate) first: i64,
    pub(crate) size: Option<&'static str>,
    pub(crate) total: Option<&'static str>,
    pub(crate) next: Option<&'static str>,
}

/// The kind of parameter with the start of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counts {
    Rows,
    Pages,
    Token,
    NumberToken,
}

impl Counts {
    /// Whether the position is a token from the previous page.
    pub(crate) fn is_token(self) -> bool {
        matches!(self, Self::Token | Self::NumberToken)
    }
}

impl Paging {
    const fn new(counts: Counts, position: &'static str, first: i64) -> Self {
        Self { counts, position, first, size: None, total: None, next: None }
    }

    /// The parameter `position` counts rows from `first`.
    pub const fn offset(position: &'static str, first: i64) -> Self {
        Self::new(Counts::Rows, position, first)
    }

    /// The parameter `position` counts pages from `first`.
    pub const fn page(position: &'static str, first: i64) -> Self {
        Self::new(Counts::Pages, position, first)
    }

    /// The parameter `position` takes the token returned with the previous page, as a string.
    pub const fn token(position: &'static str) -> Self {
        Self::new(Counts::Token, position, 0)
    }

    /// The parameter `position` takes the token returned with the previous page, as a number.
    pub const fn number_token(position: &'static str) -> Self {
        Self::new(Counts::NumberToken, position, 0)
    }

    /// Sets the parameter for the size of a page.
    pub const fn size(mut self, parameter: &'static str) -> Self {
        self.size = Some(parameter);
        self
    }

    /// Sets the dotted path of the total number of items in the response.
    pub const fn total(mut self, path: &'static str) -> Self {
        self.total = Some(path);
        self
    }

    /// Sets the dotted path of the next token in the response.
    pub const fn next(mut self, path: &'static str) -> Self {
        self.next = Some(path);
        self
    }
}

/// The position of a listing. It can be stored and passed to the same operation, perhaps in another process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The value of the parameter with the start of a page.
    pub(crate) value: Value,
    /// Number of items before it.
    pub(crate) seen: usize,
}
