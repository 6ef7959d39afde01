//! Keeps a document's facts in a text that is checked in, so that specs can be proved without the document.
//!
//! One fact is one line, in an order of its own, without lines or sentences of the document: where two editions say the
//! same, their locks are the same but for the first lines. Indentation, two blanks a level, says what belongs to what:
//!
//! ```text
//! document shop.md
//! operation 2.1.1 POST /v1/{shop_id}/orders
//!   path shop_id: String, required
//!   body
//!     lines: Array of OrderLine objects, required -> OrderLine
//!     window: String, optional = day, night (printed "win dow")
//!     type OrderLine
//!       amount: Integer, required
//!   answer 201
//!   sample answer 201 mended
//!     {}: lines, order_id
//!     lines[]: amount
//! code 404 SHOP.1001
//! ```
//!
//! After a field's name stand its type in the document's words and whether it is required; `->` names the type with its
//! fields, `=` begins a list. Odd text is quoted as in JSON. `flat` marks fields without their nesting.

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

/// Why a lock cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}:{}: expected {expected}; rewrite it with `{}`", at.file(), at.line(), REWRITE)]
pub struct LockError {
    /// The line.
    pub at: Location,
    /// What should stand there.
    pub expected: String,
}

/// The command that writes locks.
const REWRITE: &str = "cargo xtask audit --docs <folder> --update";

impl LockError {
    /// The error with the line that it is about.
    pub fn diagnostic(&self) -> Diagnostic {
        Diagnostic::error("lock", format!("expected {}", self.expected))
            .at(self.at.clone())
            .help(format!("locks are not edited by hand; rewrite it with `{REWRITE}`"))
    }
}
