//! Stack for what recurses: documents nest, and what they say refers to more of it in chains of thousands.

/// What is kept free for a step of a recursion, and what is added where less is left.
const STEP: (usize, usize) = (1 << 20, 8 << 20);

/// What is kept free for walks through a tree, which `load` keeps to a depth of its own.
const TREE: (usize, usize) = (16 << 20, 32 << 20);

/// Runs one step of a recursion whose depth a document decides.
pub(crate) fn grown<T>(step: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(STEP.0, STEP.1, step)
}

/// Runs a stage that walks through documents as deep as `load` takes them, which a thread's stack may be too small for.
pub(crate) fn deep<T>(stage: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(TREE.0, TREE.1, stage)
}
