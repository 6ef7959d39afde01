//! Stack for what recurses: documents nest, and what they say refers to more of it in chains of thousands.

/// What is kept free for a step of a recursion, and what is added where less is left.
const STEP: (usize, usize) = (256 << 10, 4 << 20);

/// Runs one step of a recursion whose depth a document decides.
pub(crate) fn grown<T>(step: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(STEP.0, STEP.1, step)
}
