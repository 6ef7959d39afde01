//! Tests the audit: changes one fact of a spec at a time, in memory, and checks that each change is reported.
//!
//! A fact of each kind is changed in each file that has one, and only the operations that use the file are compared.

mod change;
mod place;

use std::{
    collections::{BTreeMap, HashSet},
    fs,
};

use comfy_table::{Table, presets};
use yundb_generator::{
    Diagnostics,
    diagnostic::Location,
    load::{self, Node},
};

pub use self::change::Rule;
use self::{
    change::{Hints, Kind, Sampled},
    place::Place,
};
use crate::{
    compare::{self, Aspect, Difference, Mode, Topic},
    config,
    fact::{Call, Facts, Operation, Permission},
    lock,
    run::{Audit, Error},
    spec,
};

/// The result for all services.
#[derive(Clone, Debug, Default)]
pub struct Mutations {
    /// Number of changes, and of those that were reported, by kind.
    pub kinds: BTreeMap<&'static str, (usize, usize)>,
    /// The files in which a kind of change is possible only where the document states nothing: the kind, the rule by
    /// which it is left out, and the place of the fact.
    pub left_out: Vec<(&'static str, Rule, String)>,
    /// The changes that were not reported: the kind, and the place of the fact.
    pub unseen: Vec<(&'static str, String)>,
}

impl Audit {
    /// Changes facts of the services' specs, and counts the changes that the audit reports. Only services with a valid
    /// lock and spec take part.
    ///
    /// # Errors
    /// See [`Audit::run`].
    pub fn mutate(&self) -> Result<Mutations, Error> {
        let mut mutations = Mutations::default();
        for service in self.services()? {
            let folder = self.specs.join(&service);
            let text = fs::read_to_string(folder.join(lock::FILE)).unwrap_or_default();
            let Ok(documented) = lock::read(&text, lock::FILE) else { continue };
            if !folder.join(config::FILE).is_file() {
                continue;
            }
            if let Some(loaded) = load::load(&folder, &mut Diagnostics::new()) {
                Subject::new(documented, loaded.root).mutate(&mut mutations);
            }
        }
        Ok(mutations)
    }
}

impl Mutations {
    /// The counts as a table, and the changes that were not reported.
    pub fn text(&self) -> String {
        let mut table = Table::new();
        table.load_preset(presets::ASCII_MARKDOWN).set_header(["change", "seen", "of", "left out"]);
        for (kind, (all, seen)) in &self.kinds {
            let left_out = match self.left_out.iter().filter(|(of, ..)| of == kind).count() {
                0 => String::new(),
                count => count.to_string(),
            };
            table.add_row([(*kind).to_owned(), seen.to_string(), all.to_string(), left_out]);
        }
        let rules = Rule::ALL.map(|rule| {
            let count = self.left_out.iter().filter(|(_, by, _)| *by == rule).count();
            format!("- {} ({count})\n", rule.text())
        });
        let rules = format!("Left out are files in which a kind of fact is only\n{}", rules.concat());
        let unseen: String = self.unseen.iter().map(|(kind, at)| format!("{at}: {kind}\n")).collect();
        match unseen.as_str() {
            "" => format!("{table}\n\n{rules}"),
            unseen => format!("{table}\n\n{rules}\nNot reported:\n{unseen}"),
        }
    }
}

/// A spec and its document's facts.
struct Subject {
    documented: Facts,
    root: Node,
    errata: spec::Errata,
    /// The operations and the documented types of the spec: the path in the tree's index or the pointer, and the files
    /// that they use.
    operations: Vec<(String, HashSet<String>)>,
    /// The components that they use.
    pointers: HashSet<String>,
    /// The components that their successes and requests use.
    of_success: HashSet<String>,
    /// The components that they use apart from what only the spec has.
    of_document: HashSet<String>,
    /// The entries that explain values that only the spec has.
    invented_values: HashSet<usize>,
    /// The places of the parameters, fields, samples and keywords that only the spec has.
    invented: HashSet<Location>,
    /// The contents of the spec's samples.
    sampled: Sampled,
}

impl Subject {
    fn new(documented: Facts, root: Node) -> Self {
        let errata = spec::Errata::read(&root);
        let paths = root.get("paths").into_iter().flat_map(Node::entries).map(|(path, _)| path.to_owned());
        let types = documented.types().map(|name| format!("{}{name}", spec::SCHEMAS));
        let paths: Vec<String> = paths.chain(types).collect();
        let described = |path: &String| {
            let of_path = spec::of_paths(&root, &errata, &HashSet::from([path.clone()]));
            of_path.operations.iter().any(|operation| {
                let same = |it: &&Operation| it.call == operation.call || it.section == operation.section;
                documented.operations.iter().filter(same).any(|it| it.fields().next().is_some())
            })
        };
        // A section without tables states nothing that could be changed.
        let paths: Vec<String> = paths.into_iter().filter(described).collect();
        let (mut pointers, mut of_success) = (HashSet::new(), HashSet::new());
        let mut operations = Vec::new();
        for path in paths {
            let (files, more) = place::used(&root, &path, true, &HashSet::new());
            pointers.extend(more);
            of_success.extend(place::used(&root, &path, false, &HashSet::new()).1);
            operations.push((path, files));
        }
        let sampled = Sampled::new(&root, &place::all(&root));
        let spec = spec::facts(&root, &errata, &documented);
        let settled = compare::settle(compare::facts(&documented, &spec, Mode::Spec), &errata.entries);
        let nothing = |it: &Difference| it.left.as_ref().is_none_or(|left| left.text.is_empty());
        let inventions = || settled.accepted.iter().filter(|(difference, _)| nothing(difference));
        let values = inventions().filter(|(difference, _)| difference.topic == Topic::Value);
        let invented_values = values.map(|(_, entry)| *entry).collect();
        let parts = inventions().filter(|(difference, _)| {
            difference.topic != Topic::Value && matches!(difference.aspect, Aspect::Extra | Aspect::Detail(_))
        });
        let places = parts.filter_map(|(difference, _)| Some(difference.right.as_ref()?.at.clone()));
        let invented: HashSet<Location> = places.collect();
        let of_document = |(path, _): &(String, _)| place::used(&root, path, true, &invented).1;
        let of_document = operations.iter().flat_map(of_document).collect();
        Self {
            documented,
            root,
            errata,
            operations,
            pointers,
            of_success,
            of_document,
            invented_values,
            invented,
            sampled,
        }
    }

    fn mutate(mut self, mutations: &mut Mutations) {
        let mut places = place::all(&self.root);
        // The list of error codes is compared though no response refers to it.
        let codes = |place: &Place| place.tokens.iter().any(|token| token == "x-enumStatus" || token == "enum");
        places.retain(|place| codes(place) || !place::is_unused(place, &self.pointers));
        // A fact of the operation itself goes before one of an example.
        places.sort_by_key(|place| (place.file.clone(), place.tokens.len()));
        let sampled = std::mem::take(&mut self.sampled);
        let mut files: Vec<&str> = places.iter().map(|place| place.file.as_str()).collect();
        files.dedup();
        for file in files {
            let of_file = || places.iter().filter(|place| place.file == file);
            let whole =
                Users { paths: None, documented: self.documented.clone(), using: self.documented.operations.len() };
            self.mutate_file(of_file(), &Kind::OF_SERVICE, &whole, &sampled, mutations);
            let users = self.users(file);
            if users.paths.as_ref().is_some_and(|paths| !paths.is_empty()) {
                self.mutate_file(of_file(), &Kind::ALL, &users, &sampled, mutations);
            }
        }
    }

    /// Makes one change of each kind.
    fn mutate_file<'a>(
        &mut self,
        places: impl Iterator<Item = &'a Place> + Clone,
        kinds: &[Kind],
        users: &Users,
        sampled: &Sampled,
        mutations: &mut Mutations,
    ) {
        let hints = Hints::new(&users.documented.operations[..users.using], sampled);
        let fails = users.documented.operations.iter().any(shows_failure);
        let mut before = None;
        for kind in kinds {
            let fitting: Vec<&Place> = places.clone().filter(|place| kind.applies(&self.root, place, &hints)).collect();
            let of_service = users.paths.is_none();
            let rule = |place: &Place| match of_service {
                false if !fails && self.is_of_failure(place) => Some(Rule::Failure),
                false if self.is_invented(*kind, place) => Some(Rule::Invented),
                false if !hints.names(place, &self.root) => Some(Rule::Unnamed),
                _ => kind.unstated(&self.root, place, &users.documented, &hints),
            };
            let ruled: Vec<(&Place, Option<Rule>)> = fitting.into_iter().map(|place| (place, rule(place))).collect();
            let left_out = ruled.first().and_then(|(place, rule)| Some((place, (*rule)?)));
            let mut fitting = ruled.iter().filter(|(_, rule)| rule.is_none()).map(|(place, _)| *place).peekable();
            if let Some((place, rule)) = left_out.filter(|_| fitting.peek().is_none()) {
                mutations.left_out.push((kind.name(), rule, format!("{}:{}", place.file, place.line)));
                continue;
            }
            let seen = fitting.find_map(|place| {
                let before = before.get_or_insert_with(|| self.differences(users));
                Some((self.is_seen(*kind, place, &hints, users, before)?, place))
            });
            let Some((seen, place)) = seen else { continue };
            let (all, count) = mutations.kinds.entry(kind.name()).or_default();
            *all += 1;
            *count += usize::from(seen);
            if !seen {
                mutations.unseen.push((kind.name(), format!("{}:{}", place.file, place.line)));
            }
        }
    }

    /// Whether a place is in a part that only failures use.
    fn is_of_failure(&self, place: &Place) -> bool {
        place::is_unused(place, &self.of_success)
    }

    /// Whether an entry explains a fact as the spec's own: itself, or the parameter, field or sample that it is in.
    fn is_invented(&self, kind: Kind, place: &Place) -> bool {
        let mut owners = place::owners(&self.root, &place.tokens).map(|(_, node)| node);
        let named = |node: &Node| {
            let name = node.as_object().and_then(|members| members.get("name"));
            name.is_some_and(|name| self.invented.contains(name.place()))
        };
        let of_values = |node: &Node| self.errata.at(node).iter().any(|entry| self.invented_values.contains(entry));
        place::is_unused(place, &self.of_document)
            || place::keys(&self.root, &place.tokens).any(|key| self.invented.contains(key))
            || owners.any(|node| named(node) || self.is_invented_in_parts(node))
            || matches!(kind, Kind::ValueRemoved | Kind::ValueAdded)
                && place::around(&self.root, &place.tokens).skip(2).any(of_values)
    }

    /// Whether only the spec has all parts of a parameter, which documents list each on its own.
    fn is_invented_in_parts(&self, node: &Node) -> bool {
        let schema = node.get("in").and(node.get("schema"));
        let parts = schema.and_then(|schema| schema.get("items").or(Some(schema))?.get("properties")?.as_object());
        parts.is_some_and(|parts| parts.values().all(|part| self.invented.contains(&part.key)))
    }

    /// The operations that use a file, and the document's facts about them.
    fn users(&self, file: &str) -> Users {
        let paths = self.operations.iter().filter(|(_, files)| files.contains(file)).map(|(path, _)| path.clone());
        let mut paths: HashSet<String> = paths.collect();
        let spec = spec::of_paths(&self.root, &self.errata, &paths);
        let described = |operation: &&Operation| {
            spec.operations.iter().any(|it| it.call == operation.call || it.section == operation.section)
        };
        let mut operations: Vec<Operation> = self.documented.operations.iter().filter(described).cloned().collect();
        let using = operations.len();
        // The samples of types are those of shared responses.
        let types = self.documented.operations.iter().filter(|it| matches!(it.call, Call::Type { .. }));
        let others: Vec<&Operation> =
            types.filter(|it| !operations.iter().any(|other| other.call == it.call)).collect();
        operations.extend(others.into_iter().cloned());
        if !paths.is_empty() {
            paths.extend(self.documented.types().map(|name| format!("{}{name}", spec::SCHEMAS)));
        }
        let called = |it: &&Permission| spec.operations.iter().any(|operation| operation.call == it.call);
        let permissions = self.documented.permissions.iter().filter(called).cloned().collect();
        let states = self.documented.states.clone();
        // Hosts have the ids of regions, which fields may have as values.
        let endpoints = self.documented.endpoints.clone();
        let documented = Facts { operations, permissions, states, endpoints, ..Facts::default() };
        Users { paths: Some(paths), documented, using }
    }

    /// Whether a change is reported. None if it changes nothing.
    fn is_seen(
        &mut self,
        kind: Kind,
        place: &Place,
        hints: &Hints<'_>,
        users: &Users,
        before: &HashSet<Key>,
    ) -> Option<bool> {
        let (last, parents) = place.tokens.split_last()?;
        let node = place::node_mut(&mut self.root, parents)?;
        let whole = node.clone();
        let changed = kind.change(node, last, place, hints) && *node != whole;
        let after = changed.then(|| self.differences(users));
        *place::node_mut(&mut self.root, parents)? = whole;
        Some(!after?.is_subset(before))
    }

    /// The differences of some operations that need an explanation and have none, and the entries that explain none.
    fn differences(&self, users: &Users) -> HashSet<Key> {
        let spec = match &users.paths {
            Some(paths) => spec::of_paths(&self.root, &self.errata, paths),
            None => spec::facts(&self.root, &self.errata, &users.documented),
        };
        let settled = compare::settle(compare::facts(&users.documented, &spec, Mode::Spec), &self.errata.entries);
        let at = |index: &usize| self.errata.entries.get(*index).map(|entry| entry.at.to_string());
        let unused = settled.unused.iter().filter_map(at);
        let unused: Vec<Key> = unused.map(|at| (at, Aspect::Print, String::new(), String::new())).collect();
        let key = |difference: Difference| {
            let text = |side: Option<compare::Stated>| side.map(|side| side.text).unwrap_or_default();
            (difference.path, difference.aspect, text(difference.left), text(difference.right))
        };
        settled.open.into_iter().map(key).chain(unused).collect()
    }
}

/// Whether a section has the body of a failure.
fn shows_failure(operation: &Operation) -> bool {
    let failure = |status: Option<u16>| status.is_some_and(|status| status >= 400 || matches!(status, 4 | 5));
    operation.responses.iter().any(|it| failure(it.status) && !it.shape.fields.is_empty())
        || operation.samples.iter().any(|it| !it.request && failure(it.status))
}

/// The path of a difference, its aspect, and both values.
type Key = (String, Aspect, String, String);

/// The operations that use a file.
struct Users {
    /// Their paths in the spec's index. None for the whole spec.
    paths: Option<HashSet<String>>,
    /// The document's facts about them, and its types.
    documented: Facts,
    /// How many of its operations and types use the file, first ones.
    using: usize,
}
