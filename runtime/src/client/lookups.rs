//! A cache of settings that were looked up in the vendor's services.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

/// Results by query. Settings from a profile are not cached, as they may change together with its credentials.
#[derive(Default)]
pub(crate) struct Lookups(Mutex<HashMap<Query, Arc<OnceCell<String>>>>);

#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Query {
    /// The access key, or the hash of a token.
    pub(super) caller: String,
    pub(super) name: &'static str,
    /// The region of the setting.
    pub(super) region: Option<String>,
    /// The endpoint, if not the default.
    pub(super) endpoint: Option<String>,
}

impl Lookups {
    /// The cached result, or a cell to initialize. Concurrent lookups of the same setting share it.
    pub(super) fn of(&self, query: Query) -> Arc<OnceCell<String>> {
        // Bounded, as temporary keys are replaced all the time.
        const MOST: usize = 256;
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST && !kept.contains_key(&query) {
            kept.clear();
        }
        kept.entry(query).or_default().clone()
    }
}
