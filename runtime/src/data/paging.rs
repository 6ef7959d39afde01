//! Pages, as data: how an operation's are asked for, and where a listing stands.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How the pages of an operation are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Paging {
    pub(crate) counts: Counts,
    pub(crate) position: &'static str,
    pub(crate) first: i64,
    pub(crate) size: Option<&'static str>,
    pub(crate) total: Option<&'static str>,
    pub(crate) next: Option<&'static str>,
}

/// What says where a page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counts {
    Rows,
    Pages,
    Token,
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

    /// The parameter `position` takes the token that the page before gave.
    pub const fn token(position: &'static str) -> Self {
        Self::new(Counts::Token, position, 0)
    }

    /// The parameter with the size of a page.
    pub const fn size(mut self, parameter: &'static str) -> Self {
        self.size = Some(parameter);
        self
    }

    /// Where the response says how many items there are: a dotted path.
    pub const fn total(mut self, path: &'static str) -> Self {
        self.total = Some(path);
        self
    }

    /// Where the response has the next token: a dotted path.
    pub const fn next(mut self, path: &'static str) -> Self {
        self.next = Some(path);
        self
    }
}

/// Where a listing goes on, to be kept and given to the same operation, perhaps in another process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Of the parameter that says where a page begins.
    pub(crate) value: Value,
    /// How many items came before.
    pub(crate) seen: usize,
}
