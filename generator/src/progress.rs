//! How far a run has come, for whoever shows it.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};

/// How far a run has come. Another thread may read it meanwhile.
#[derive(Debug, Default)]
pub struct Progress(Mutex<Step>);

/// A stage, and the operations that it is done with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Step {
    /// The stage.
    pub stage: Stage,
    /// Number of operations done.
    pub done: usize,
    /// Number of all operations; 0 as long as it is not known.
    pub all: usize,
}

/// What a run is doing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Stage {
    /// Reading the document.
    #[default]
    Load,
    /// Making the model of the client.
    Lower,
    /// Printing the client.
    Emit,
}

thread_local! {
    /// As with tracing's spans, a run reports to the thread's current one: a parameter would pass through every stage, and
    /// no stage depends on it.
    static CURRENT: RefCell<Option<Arc<Progress>>> = const { RefCell::new(None) };
}

impl Progress {
    /// Follows what `work` does on this thread.
    pub fn of<T>(self: &Arc<Self>, work: impl FnOnce() -> T) -> T {
        /// Restores the one before, even if the work panics.
        struct Before(Option<Arc<Progress>>);
        impl Drop for Before {
            fn drop(&mut self) {
                CURRENT.set(self.0.take());
            }
        }
        let _before = Before(CURRENT.replace(Some(Arc::clone(self))));
        work()
    }

    /// How far it is now.
    pub fn now(&self) -> Step {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stage begins.
pub(crate) fn begin(stage: Stage, all: usize) {
    change(|step| *step = Step { stage, done: 0, all });
}

/// The stage is done with this number of operations more.
pub(crate) fn advance(operations: usize) {
    change(|step| step.done += operations);
}

fn change(with: impl FnOnce(&mut Step)) {
    CURRENT.with_borrow(|current| {
        if let Some(Progress(step)) = current.as_deref() {
            with(&mut step.lock().unwrap_or_else(PoisonError::into_inner));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, generate};

    #[test]
    fn each_stage_gets_to_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let spec = folder.path().join("pets.yaml");
        let get = |path: &str| format!("  {path}: {{get: {{responses: {{\"204\": {{description: None.}}}}}}}}\n");
        let paths: String = ["/a", "/b", "/c"].map(get).concat();
        std::fs::write(&spec, format!("openapi: 3.0.3\ninfo: {{title: Pets, version: \"1\"}}\npaths:\n{paths}"))
            .unwrap();
        let progress = Arc::new(Progress::default());
        assert_eq!(progress.now(), Step { stage: Stage::Load, done: 0, all: 0 });
        progress.of(|| generate(&spec, &folder.path().join("out"), &Options::default())).unwrap();
        assert_eq!(progress.now(), Step { stage: Stage::Emit, done: 3, all: 3 });
        // What follows is not part of it.
        advance(1);
        assert_eq!(progress.now().done, 3);
        let mut found = crate::Diagnostics::new();
        progress.of(|| crate::model(&spec, "pets", "pets.yaml", &mut found)).unwrap();
        assert_eq!(progress.now(), Step { stage: Stage::Lower, done: 3, all: 3 });
    }
}
