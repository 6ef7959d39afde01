//! How many values a type has no better name for than unknown: by that, unions choose among their alternatives.

use std::cell::Cell;

thread_local! {
    /// Of the alternative that is being tried. None outside of unions.
    static LOST: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Counts values that a type has no better name for than unknown.
pub fn note_lost(values: usize) {
    LOST.set(LOST.get().map(|lost| lost + values));
}

/// What is counted so far; None outside of unions.
pub(crate) fn count() -> Option<usize> {
    LOST.get()
}

/// Begins to count anew, and returns the count so far.
pub(crate) fn begin() -> Option<usize> {
    LOST.replace(Some(0))
}

/// Goes back to an earlier count.
pub(crate) fn start_over(lost: Option<usize>) {
    LOST.set(lost);
}
