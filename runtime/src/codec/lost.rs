//! What a type makes less of than a document's words would: by that, unions choose among their alternatives.

use std::cell::Cell;
use std::ops::Add;

/// What was found in an alternative of a union.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lost {
    /// Values that a type has no better name for than unknown.
    pub(crate) values: usize,
    /// Texts that are kept, but are not of their format.
    pub(crate) misformed: usize,
}

impl Add for Lost {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { values: self.values + other.values, misformed: self.misformed + other.misformed }
    }
}

thread_local! {
    /// Of the alternative that is being tried. None outside of unions.
    static LOST: Cell<Option<Lost>> = const { Cell::new(None) };
}

/// Counts values that a type has no better name for than unknown.
pub fn note_lost(values: usize) {
    note(Lost { values, ..Lost::default() });
}

/// Counts what was found in a part.
pub(crate) fn note(part: Lost) {
    LOST.set(LOST.get().map(|lost| lost + part));
}

/// What is counted so far; None outside of unions.
pub(crate) fn count() -> Option<Lost> {
    LOST.get()
}

/// Begins to count anew, and returns the count so far.
pub(crate) fn begin() -> Option<Lost> {
    LOST.replace(Some(Lost::default()))
}

/// Goes back to an earlier count.
pub(crate) fn start_over(lost: Option<Lost>) {
    LOST.set(lost);
}
