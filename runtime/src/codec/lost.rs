//! Counts information that a type does not retain, by which unions choose among their alternatives.

use std::cell::Cell;
use std::ops::Add;

/// The losses in an alternative of a union.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lost {
    /// Values that the type maps to "unknown".
    pub(crate) values: usize,
    /// Strings that are kept, but do not have their format.
    pub(crate) misformed: usize,
}

impl Add for Lost {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { values: self.values + other.values, misformed: self.misformed + other.misformed }
    }
}

thread_local! {
    /// Losses of the alternative being tried. `None` outside of unions.
    static LOST: Cell<Option<Lost>> = const { Cell::new(None) };
}

/// Counts values that the type maps to "unknown".
pub fn note_lost(values: usize) {
    note(Lost { values, ..Lost::default() });
}

/// Adds the losses of a part.
pub(crate) fn note(part: Lost) {
    LOST.set(LOST.get().map(|lost| lost + part));
}

/// The current count; `None` outside of unions.
pub(crate) fn count() -> Option<Lost> {
    LOST.get()
}

/// Starts a new count, and returns the previous one.
pub(crate) fn begin() -> Option<Lost> {
    LOST.replace(Some(Lost::default()))
}

/// Restores an earlier count.
pub(crate) fn start_over(lost: Option<Lost>) {
    LOST.set(lost);
}
