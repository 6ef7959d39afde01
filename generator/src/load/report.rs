//! How `load` says what it finds: as errors in a spec of ours, as warnings in anyone else's document.

use std::collections::HashSet;

use crate::diagnostic::{Diagnostic, Diagnostics, Location, Severity};

/// Collects what is found.
pub(super) struct Reporter<'a> {
    diagnostics: &'a mut Diagnostics,
    said: HashSet<(&'static str, Location)>,
    /// Whether the document is written for yundb (it has `x-protocol`): then a fault is its author's to mend. Anyone
    /// else's document is mended here as far as that goes, for the caller can't.
    pub ours: bool,
}

impl<'a> Reporter<'a> {
    pub fn new(diagnostics: &'a mut Diagnostics) -> Self {
        Self { diagnostics, said: HashSet::new(), ours: false }
    }

    /// As severe as it says itself.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.said.extend(diagnostic.location.iter().map(|place| (diagnostic.code, place.clone())));
        self.diagnostics.push(diagnostic);
    }

    /// Whether this was said of this place already.
    pub fn said(&self, code: &'static str, place: &Location) -> bool {
        self.said.contains(&(code, place.clone()))
    }

    /// Something is wrong: an error in a spec of ours, else a warning, and the part is mended or left out.
    pub fn fault(&mut self, mut diagnostic: Diagnostic) {
        diagnostic.severity = if self.ours { Severity::Error } else { Severity::Warning };
        self.push(diagnostic);
    }
}

/// Of some names the one that is most likely meant.
pub(super) fn nearest<'n>(name: &str, among: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let most = (name.chars().count() / 3).max(1);
    let distances = among.into_iter().map(|candidate| (distance(name, candidate), candidate));
    let near = distances.filter(|(distance, _)| *distance <= most);
    near.min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

/// How many letters have to be changed, added, left out or swapped with the next; without regard to case.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.to_lowercase().chars().collect();
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    let at = |row: &[usize], index: usize| row.get(index).copied().unwrap_or(usize::MAX - 1);
    for (i, from) in a.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, to) in b.iter().enumerate() {
            let change = at(&row, j) + usize::from(from != to);
            let mut least = change.min(at(&row, j + 1) + 1).min(at(&next, j) + 1);
            if i > 0 && j > 0 && a.get(i - 1) == Some(to) && b.get(j - 1) == Some(from) {
                least = least.min(at(&before, j - 1) + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name() {
        assert_eq!(nearest("strnig", ["string", "integer"]), Some("string"));
        assert_eq!(nearest("description", ["Description"]), Some("Description"));
        assert_eq!(nearest("file", ["string", "integer"]), None);
        assert_eq!(nearest("", ["a"]), Some("a"));
        assert_eq!(nearest("nmae", ["id", "name"]), Some("name"));
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("qurey", "query"), 1);
    }
}
