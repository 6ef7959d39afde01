//! Accounting: what a document says, and what became of it.

mod ledger;

pub use ledger::Ledger;

/// Why something in a document makes no difference to a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// `readOnly`
    ReadOnly,
}
