//! What of a document has become part of the client: marks by place, cheap enough to be made at every keyword.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Reason;
use crate::diagnostic::{Location, Source};
use crate::load::Keyword;

/// The marks that `lower` leaves at the places of what it takes over.
#[derive(Debug, Default)]
pub struct Ledger {
    marks: RefCell<HashMap<*const Source, Marks>>,
    /// Places at which no mark is made.
    deaf: HashSet<Location>,
}

/// The marks in one file.
#[derive(Debug, Default)]
struct Marks {
    /// A bit for each byte of the text, set where something that was taken over begins.
    taken: Vec<u64>,
    ignored: HashMap<u32, Reason>,
}

impl Ledger {
    /// A ledger that no mark reaches from some places, as if whatever takes them over were not there. For tests of the
    /// accounting itself.
    pub fn deaf_at(places: impl IntoIterator<Item = Location>) -> Self {
        Self { deaf: places.into_iter().collect(), ..Self::default() }
    }

    /// What stands here is in the client.
    pub fn take(&self, at: &Location) {
        if !self.deaf.is_empty() && self.deaf.contains(at) {
            return;
        }
        let mut files = self.marks.borrow_mut();
        let marks = files.entry(Arc::as_ptr(at.source())).or_default();
        let (word, bit) = (at.start() / 64, at.start() % 64);
        if marks.taken.len() <= word {
            marks.taken.resize(word + 1, 0);
        }
        if let Some(word) = marks.taken.get_mut(word) {
            *word |= 1 << bit;
        }
    }

    /// The value of a keyword, which thereby is in the client.
    pub fn value<'a, T: Clone>(&self, keyword: &Keyword<'a, T>) -> Option<T> {
        let placed = keyword.as_ref()?;
        self.take(placed.at);
        Some(placed.value.clone())
    }

    /// What stands here makes no difference to a client, given what stands beside it.
    pub fn ignore(&self, at: &Location, reason: Reason) {
        let mut files = self.marks.borrow_mut();
        files.entry(Arc::as_ptr(at.source())).or_default().ignored.insert(offset(at), reason);
    }

    /// Whether what stands here is in the client.
    pub fn has(&self, at: &Location) -> bool {
        let files = self.marks.borrow();
        let word = files.get(&Arc::as_ptr(at.source())).and_then(|marks| marks.taken.get(at.start() / 64));
        word.is_some_and(|word| word >> (at.start() % 64) & 1 == 1)
    }

    /// Why what stands here makes no difference.
    pub(super) fn ignored(&self, at: &Location) -> Option<Reason> {
        self.marks.borrow().get(&Arc::as_ptr(at.source()))?.ignored.get(&offset(at)).copied()
    }
}

fn offset(at: &Location) -> u32 {
    u32::try_from(at.start()).unwrap_or(u32::MAX)
}
