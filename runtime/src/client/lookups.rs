//! What the vendor was asked for, in place of settings.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

/// What the vendor told, by who asked. What stands beside credentials is not kept: it may change with them at any time.
#[derive(Default)]
pub(crate) struct Lookups(Mutex<BTreeMap<Question, Arc<OnceCell<String>>>>);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Question {
    /// The access key, or the hash of a token.
    pub(super) asker: String,
    pub(super) name: &'static str,
    /// What is asked for is that of a region.
    pub(super) region: Option<String>,
    /// Who is asked, if not the usual one.
    pub(super) endpoint: Option<String>,
}

impl Lookups {
    /// The answer, if there is one, or the place for it. Whoever asks the same waits there.
    pub(super) fn of(&self, question: Question) -> Arc<OnceCell<String>> {
        // Temporary keys come and go.
        const MOST: usize = 256;
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST && !kept.contains_key(&question) {
            kept.clear();
        }
        kept.entry(question).or_default().clone()
    }
}
