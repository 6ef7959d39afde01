//! More stack for recursion: documents nest deeply, and their references form chains of thousands.

/// Stack that must be free for one step of a recursion, and the amount that is added when less is left.
const STEP: (usize, usize) = (1 << 20, 8 << 20);

/// Stack that must be free for walks through a tree, whose depth `load` limits.
const TREE: (usize, usize) = (16 << 20, 32 << 20);

/// Runs one step of a recursion whose depth the document determines.
pub(crate) fn recurse<T>(step: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(STEP.0, STEP.1, step)
}

/// Runs a stage that walks through trees as deep as `load` accepts, which may exceed a thread's stack.
pub(crate) fn deep<T>(stage: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(TREE.0, TREE.1, stage)
}
