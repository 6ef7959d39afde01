//! How `load` says what it finds: as errors in a spec of ours, as warnings in anyone else's document.

use std::collections::{HashMap, HashSet};

use super::{Entry, Kind, file::Duplicate, reason::Reason};
use crate::diagnostic::{Diagnostic, Diagnostics, Location, Severity};

/// Collects what is found.
pub(super) struct Reporter<'a> {
    diagnostics: &'a mut Diagnostics,
    said: HashSet<(&'static str, Location)>,
    /// Whether the document is written for yundb (it has `x-protocol`): then a fault is its author's to mend. Anyone
    /// else's document is mended here as far as that goes, for the caller can't.
    pub ours: bool,
    /// What was taken out of the document because it makes no difference.
    pub passed_over: Vec<(Location, Reason)>,
    /// What later keys of the same maps have pushed out, by their places.
    pub pushed_out: HashMap<Location, Entry>,
    /// Which diagnostic says that the `$ref` at a place leads nowhere, until it says what follows.
    broken: HashMap<Location, usize>,
}

impl<'a> Reporter<'a> {
    pub fn new(diagnostics: &'a mut Diagnostics) -> Self {
        Self {
            diagnostics,
            said: HashSet::new(),
            ours: false,
            passed_over: Vec::new(),
            pushed_out: HashMap::new(),
            broken: HashMap::new(),
        }
    }

    /// A key that a map has twice.
    pub fn duplicate(&mut self, duplicate: Duplicate) {
        self.pushed_out.insert(duplicate.second, duplicate.first);
        self.fault(duplicate.diagnostic);
    }

    /// A `$ref` at a place leads nowhere.
    pub fn broken_reference(&mut self, fault: Diagnostic, at: &Location) {
        let count = self.count();
        self.fault(fault.at(at.clone()).left_out());
        if self.count() > count {
            self.broken.insert(at.clone(), count);
        }
    }

    /// Adds to the diagnostic of a `$ref` that leads nowhere what follows from that, and where what is left out for it begins. Whether
    /// there is such a one that says nothing of the kind so far. Of a fault of ours nothing follows, as nothing is written.
    pub fn follows(&mut self, at: &Location, what: &str, left_out: &Location) -> bool {
        let index = if self.ours { None } else { self.broken.remove(at) };
        index.is_some_and(|index| {
            self.diagnostics.amend(index, |diagnostic| {
                let label = match diagnostic.label.as_str() {
                    "" => what.to_owned(),
                    label => format!("{label}: {what}"),
                };
                diagnostic.label(label).leaves_out(left_out.clone())
            })
        })
    }

    /// How many diagnostics there are.
    pub fn count(&self) -> usize {
        self.diagnostics.iter().len()
    }

    /// The last diagnostic, if there are more than `count`, leaves out all that begins here.
    pub fn covers(&mut self, count: usize, at: &Location) {
        if self.diagnostics.iter().len() > count {
            self.diagnostics.last_leaves_out(at);
        }
    }

    /// Those of the diagnostics after the first `count` that don't say what follows have this to say. Of a fault of ours nothing
    /// follows, as nothing is written.
    pub fn means(&mut self, count: usize, label: &str) {
        if self.ours {
            return;
        }
        self.diagnostics.label_from(count, label);
    }

    /// What stands here makes no difference, and is not in the tree.
    pub fn passed_over(&mut self, at: &Location, reason: Reason) {
        self.passed_over.push((at.clone(), reason));
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

/// What stands beside a `$ref` and counts for nothing there.
pub(super) fn ignored_sibling(key: &str, kind: Kind, at: &Location) -> Diagnostic {
    let message = format!("`{key}` beside the `$ref` of {} is ignored", kind.name());
    let diagnostic = Diagnostic::warning("ref-siblings", message).at(at.clone()).left_out();
    diagnostic.help("write it where the `$ref` leads to")
}

/// Of some names the one that is most likely meant: the fewest letters are changed, added, left out or swapped with the next,
/// without regard to case.
pub(crate) fn nearest<'n>(name: &str, among: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let name = name.to_lowercase();
    let length = name.chars().count();
    let most = (length / 3).max(1);
    let near = among.into_iter().filter(|candidate| candidate.chars().count().abs_diff(length) <= most);
    let distances = near.map(|candidate| (strsim::osa_distance(&name, &candidate.to_lowercase()), candidate));
    let near = distances.filter(|(distance, _)| *distance <= most);
    near.min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
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
        assert_eq!(nearest("qurey", ["quart", "query"]), Some("query"));
        assert_eq!(nearest("kitten", ["sitting"]), None);
    }
}
