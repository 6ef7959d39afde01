//! Keeps a document's facts in a checked-in text, so that specs can be verified without the document.
//!
//! One fact is one line, in a fixed order, without line numbers or sentences of the document: where two editions agree,
//! their locks differ in the first lines only. Indentation, two spaces a level, expresses nesting:
//!
//! ```text
//! document shop.md
//! operation 2.1.1 POST /v1/{shop_id}/orders
//!   path shop_id: String, required
//!   body
//!     lines: Array of OrderLine objects, required -> OrderLine
//!     window: String, optional = day, night (printed "win dow")
//!       default day
//!       condition lines 1f0a93c2
//!     type OrderLine
//!       amount: Integer, required
//!         minimum 1
//!         mentions 12
//!   response 201
//!   sample response 201 repaired
//!     {}: lines, order_id
//!     lines[]: amount
//!     lines[].amount = 2, 1
//!   sent shop_id = 7f3
//!   about 60, 2.0.1
//! type 3.4 Address
//!   response - flat
//!     town:
//! code 404 SHOP.1001
//! ```
//!
//! A field's name is followed by its type in the document's words and its obligation; `->` names the type with its
//! fields, `=` starts a list. Unusual text is quoted as in JSON. `flat` marks fields without their nesting. Below a field
//! is what its text states: see [`Detail`](crate::fact::Detail). The values of a sample follow its keys, by path; `sent`
//! has those of a sample's URL, `about` the numbers in the text before the tables.

mod read;
mod text;
mod write;

#[cfg(test)]
mod tests;

use yundb_generator::diagnostic::{Diagnostic, Location};

pub use self::{
    read::read,
    write::{sorted, write},
};

/// The name of the file in a spec folder.
pub const FILE: &str = "document.lock";

/// An error of a lock.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}:{}: expected {expected}; rewrite it with `{}`", at.file(), at.line(), REWRITE)]
pub struct LockError {
    /// The line.
    pub at: Location,
    /// The expected content.
    pub expected: String,
}

/// The command that writes locks.
const REWRITE: &str = "cargo xtask audit --docs <folder> --update";

impl LockError {
    /// The error at its line.
    pub fn diagnostic(&self) -> Diagnostic {
        Diagnostic::error("lock", format!("expected {}", self.expected))
            .at(self.at.clone())
            .help(format!("locks are not edited by hand; rewrite it with `{REWRITE}`"))
    }
}
