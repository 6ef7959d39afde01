//! What of a document has become part of the client: marks by place, cheap enough to be made at every keyword.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::diagnostic::{Location, Source};
use crate::load::{Keyword, Node, Reason};

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
    left_out: HashMap<u32, &'static str>,
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

    /// What stands here is left out, and the diagnostic of this code names it elsewhere.
    pub fn leave_out(&self, at: &Location, code: &'static str) {
        let mut files = self.marks.borrow_mut();
        files.entry(Arc::as_ptr(at.source())).or_default().left_out.insert(offset(at), code);
    }

    /// Takes back what was marked within a tree, which is not in the client after all.
    pub fn forget(&self, node: &Node) {
        self.clear(&node.location);
        node.items().for_each(|item| self.forget(item));
        for (_, entry) in node.entries() {
            self.clear(&entry.key);
            self.forget(&entry.node);
        }
    }

    fn clear(&self, at: &Location) {
        let mut files = self.marks.borrow_mut();
        let word = files.get_mut(&Arc::as_ptr(at.source())).and_then(|marks| marks.taken.get_mut(at.start() / 64));
        if let Some(word) = word {
            *word &= !(1 << (at.start() % 64));
        }
    }

    /// What stands here makes no difference to a client, given what stands beside it.
    pub fn ignore(&self, at: &Location, reason: Reason) {
        let mut files = self.marks.borrow_mut();
        files.entry(Arc::as_ptr(at.source())).or_default().ignored.insert(offset(at), reason);
    }

    /// As [`ignore`](Self::ignore), for all that stands within a tree.
    pub fn ignore_within(&self, node: &Node, reason: Reason) {
        for item in node.items() {
            self.ignore(&item.location, reason);
            self.ignore_within(item, reason);
        }
        for (_, entry) in node.entries() {
            self.ignore(&entry.key, reason);
            self.ignore_within(&entry.node, reason);
        }
    }

    /// Whether what stands here is in the client.
    pub fn has(&self, at: &Location) -> bool {
        let files = self.marks.borrow();
        let word = files.get(&Arc::as_ptr(at.source())).and_then(|marks| marks.taken.get(at.start() / 64));
        word.is_some_and(|word| word >> (at.start() % 64) & 1 == 1)
    }

    /// The code of the diagnostic that names elsewhere that this is left out.
    pub(super) fn left_out(&self, at: &Location) -> Option<&'static str> {
        self.marks.borrow().get(&Arc::as_ptr(at.source()))?.left_out.get(&offset(at)).copied()
    }

    /// Why what stands here makes no difference.
    pub(super) fn ignored(&self, at: &Location) -> Option<Reason> {
        self.marks.borrow().get(&Arc::as_ptr(at.source()))?.ignored.get(&offset(at)).copied()
    }
}

fn offset(at: &Location) -> u32 {
    u32::try_from(at.start()).unwrap_or(u32::MAX)
}
