//! Records which parts of a document are in the client: marks by place, cheap enough for every keyword.

use std::cell::RefCell;
use std::sync::Arc;

use foldhash::{HashMap, HashSet};

use crate::diagnostic::{Location, Source};
use crate::load::{Keyword, Node, Reason};

/// The marks that `lower` leaves at the places of what it uses.
#[derive(Debug, Default)]
pub struct Ledger {
    marks: RefCell<HashMap<*const Source, Marks>>,
    /// Places at which marks are ignored.
    disabled: HashSet<Location>,
}

/// The marks in one file.
#[derive(Debug, Default)]
struct Marks {
    /// A bit for each byte of the file, set where a used part begins.
    taken: Vec<u64>,
    ignored: HashMap<u32, Reason>,
    left_out: HashMap<u32, &'static str>,
}

impl Ledger {
    /// A ledger that ignores marks at some places, as if nothing used them. For tests of the accounting itself.
    pub fn disabled_at(places: impl IntoIterator<Item = Location>) -> Self {
        Self { disabled: places.into_iter().collect(), ..Self::default() }
    }

    /// Marks a place as in the client.
    pub fn take(&self, at: &Location) {
        if !self.disabled.is_empty() && self.disabled.contains(at) {
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

    /// Returns a keyword's value and marks it as in the client.
    pub fn value<'a, T: Clone>(&self, keyword: &Keyword<'a, T>) -> Option<T> {
        let placed = keyword.as_ref()?;
        self.take(placed.at);
        Some(placed.value.clone())
    }

    /// Marks a place as left out by a diagnostic of this code that points elsewhere.
    pub fn leave_out(&self, at: &Location, code: &'static str) {
        let mut files = self.marks.borrow_mut();
        files.entry(Arc::as_ptr(at.source())).or_default().left_out.insert(offset(at), code);
    }

    /// Removes the marks within a tree that is not in the client after all.
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

    /// Marks a place as inconsequential for a client, given its surroundings.
    pub fn ignore(&self, at: &Location, reason: Reason) {
        let mut files = self.marks.borrow_mut();
        files.entry(Arc::as_ptr(at.source())).or_default().ignored.insert(offset(at), reason);
    }

    /// Same as [`ignore`](Self::ignore), for everything within a tree.
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

    /// Whether a place is marked as in the client.
    pub fn has(&self, at: &Location) -> bool {
        let files = self.marks.borrow();
        let word = files.get(&Arc::as_ptr(at.source())).and_then(|marks| marks.taken.get(at.start() / 64));
        word.is_some_and(|word| word >> (at.start() % 64) & 1 == 1)
    }

    /// The code of the diagnostic elsewhere by which a place is left out.
    pub(super) fn left_out(&self, at: &Location) -> Option<&'static str> {
        self.marks.borrow().get(&Arc::as_ptr(at.source()))?.left_out.get(&offset(at)).copied()
    }

    /// The reason why a place is inconsequential.
    pub(super) fn ignored(&self, at: &Location) -> Option<Reason> {
        self.marks.borrow().get(&Arc::as_ptr(at.source()))?.ignored.get(&offset(at)).copied()
    }
}

fn offset(at: &Location) -> u32 {
    u32::try_from(at.start()).unwrap_or(u32::MAX)
}
