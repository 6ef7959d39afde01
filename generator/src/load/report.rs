//! Reports the findings of `load`: as errors in a document written for yundb, as warnings in any other.

use std::collections::{HashMap, HashSet};

use super::{Entry, Kind, file::Duplicate, reason::Reason};
use crate::diagnostic::{Diagnostic, Diagnostics, Location, Severity};

/// Collects findings.
pub(super) struct Reporter<'a> {
    diagnostics: &'a mut Diagnostics,
    reported: HashSet<(&'static str, Location)>,
    /// Whether the document is written for yundb (it has `x-protocol`): then its author can fix problems. Any other
    /// document is fixed here as far as possible, since the caller can't.
    pub ours: bool,
    /// Parts removed from the document because they are inconsequential.
    pub passed_over: Vec<(Location, Reason)>,
    /// Earlier entries replaced by duplicate keys, by the place of the later ones.
    pub pushed_out: HashMap<Location, Entry>,
    /// The diagnostics of dangling `$ref`s by place, until their consequence is known.
    broken: HashMap<Location, usize>,
}

impl<'a> Reporter<'a> {
    pub fn new(diagnostics: &'a mut Diagnostics) -> Self {
        Self {
            diagnostics,
            reported: HashSet::new(),
            ours: false,
            passed_over: Vec::new(),
            pushed_out: HashMap::new(),
            broken: HashMap::new(),
        }
    }

    /// Reports a duplicate key.
    pub fn duplicate(&mut self, duplicate: Duplicate) {
        self.pushed_out.insert(duplicate.second, duplicate.first);
        self.fault(duplicate.diagnostic);
    }

    /// Reports a dangling `$ref`.
    pub fn broken_reference(&mut self, fault: Diagnostic, at: &Location) {
        let count = self.count();
        self.fault(fault.at(at.clone()).left_out());
        if self.count() > count {
            self.broken.insert(at.clone(), count);
        }
    }

    /// Adds the consequence of a dangling `$ref` to its diagnostic, and the start of the part that is left out. Returns
    /// whether there was one without a consequence. Errors have no consequence, as nothing is written.
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

    /// Whether anything was reported as an error.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.has_errors()
    }

    /// Number of diagnostics.
    pub fn count(&self) -> usize {
        self.diagnostics.iter().len()
    }

    /// Marks everything that begins here as left out by the last diagnostic, if there are more than `count`.
    pub fn covers(&mut self, count: usize, at: &Location) {
        if self.diagnostics.iter().len() > count {
            self.diagnostics.last_leaves_out(at);
        }
    }

    /// Labels those of the diagnostics after the first `count` that don't state their consequence yet. Errors have
    /// none, as nothing is written.
    pub fn means(&mut self, count: usize, label: &str) {
        if self.ours {
            return;
        }
        self.diagnostics.label_from(count, label);
    }

    /// Records a part that is inconsequential and not in the tree.
    pub fn passed_over(&mut self, at: &Location, reason: Reason) {
        self.passed_over.push((at.clone(), reason));
    }

    /// Reports a diagnostic with its own severity.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.reported.extend(diagnostic.location.iter().map(|place| (diagnostic.code, place.clone())));
        self.diagnostics.push(diagnostic);
    }

    /// Whether this was reported at this place already.
    pub fn reported(&self, code: &'static str, place: &Location) -> bool {
        self.reported.contains(&(code, place.clone()))
    }

    /// Reports a problem: an error in a document written for yundb, otherwise a warning, and the part is fixed or left
    /// out.
    pub fn fault(&mut self, mut diagnostic: Diagnostic) {
        diagnostic.severity = if self.ours { Severity::Error } else { Severity::Warning };
        self.push(diagnostic);
    }
}

/// Reports a sibling of a `$ref` that has no effect.
pub(super) fn ignored_sibling(key: &str, kind: Kind, at: &Location) -> Diagnostic {
    let message = format!("`{key}` beside the `$ref` of {} is ignored", kind.name());
    let diagnostic = Diagnostic::warning("ref-siblings", message).at(at.clone()).left_out();
    diagnostic.help("write it at the target of the `$ref`")
}

/// The most similar of some names, by the fewest letters changed, added, removed or swapped with the next, ignoring
/// case.
pub fn nearest<'n>(name: &str, among: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
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
