//! Components: those of the document itself, and those created for `$ref`s to other places and files.

use std::collections::{HashMap, VecDeque};

use indexmap::IndexMap;

use super::files::{Files, Found, Target, alias, fail, walk};
use crate::{
    diagnostic::{Diagnostic, Location},
    load::{
        Entries, Entry, Node,
        grammar::{Kind, Shape},
        reference::{declared_name, derived_name},
        report::Reporter,
        swagger::SECTIONS,
    },
};

/// The places that are components, with their names.
#[derive(Default)]
pub(super) struct Components {
    names: HashMap<(&'static str, Target), String>,
    taken: HashMap<(&'static str, String), (Target, Location)>,
    /// Components that have a name and are not written yet.
    pub pending: VecDeque<Pending>,
}

pub(super) struct Pending {
    pub section: &'static str,
    pub kind: Kind,
    pub name: String,
    pub target: Target,
}

/// A component that the document itself declares.
pub(super) struct Own {
    pub section: &'static str,
    pub kind: Kind,
    pub name: String,
    pub key: Location,
    /// The entry of an alias (`Job: {$ref: schemas/Job.yaml}`).
    pub alias: Option<Entry>,
    /// Its place. For an alias, the place that it refers to, if that is to be written here.
    pub target: Target,
    pub written_here: bool,
}

impl Components {
    /// Registers the entries of `components` in the root file, before any `$ref` is resolved.
    pub fn own(&mut self, is_swagger: bool, files: &mut Files, reporter: &mut Reporter<'_>) -> Vec<Own> {
        let mut own = Vec::new();
        let root = files.get(0);
        let root_at = Target { file: 0, pointer: Vec::new() };
        let at = match (is_swagger, root.root.get("components")) {
            (true, _) => Some(root_at),
            (false, components) => {
                components.and_then(|components| content(components, root_at.child("components"), files, reporter))
            }
        };
        let Some(at) = at else { return own };
        let file = files.get(at.file);
        let Ok(components) = walk(&file.root, &at.pointer) else { return own };
        for field in Kind::Components.fields() {
            let Shape::Map(Shape::Object(kind)) = field.shape else { continue };
            let written_as = match is_swagger {
                true => SECTIONS.iter().find(|(_, section)| *section == field.name).map(|(written, _)| *written),
                false => Some(field.name),
            };
            let Some((written_as, section)) = written_as.and_then(|key| Some((key, components.get(key)?))) else {
                continue;
            };
            let here = at.child(written_as);
            let parent: Vec<String> = [Some("components").filter(|_| !is_swagger), Some(written_as)]
                .into_iter()
                .flatten()
                .map(str::to_owned)
                .collect();
            let Some(at) = content(section, here, files, reporter) else { continue };
            let file = files.get(at.file);
            let Ok(section) = walk(&file.root, &at.pointer) else { continue };
            for (name, entry) in section.entries() {
                // A body parameter is written in place of each reference to it.
                let sent = entry.node.get("in").and_then(Node::as_str);
                if is_swagger && *kind == Kind::Parameter && matches!(sent, Some("body" | "formData")) {
                    continue;
                }
                let target = at.child(name);
                let written = Target { file: 0, pointer: [parent.as_slice(), &[name.to_owned()]].concat() };
                // A pointer's separators in a name would need escaping wherever the name is used.
                let name = self.unused(field.name, &name.replace(['/', '~'], "_"));
                self.taken.insert((field.name, name.clone()), (target.clone(), entry.key.clone()));
                let alias = alias(&entry.node).map(|_| entry.clone());
                let written_here = alias.is_none();
                if written_here {
                    self.names.insert((field.name, written), name.clone());
                    self.names.insert((field.name, target.clone()), name.clone());
                }
                let (section, key) = (field.name, entry.key.clone());
                own.push(Own { section, kind: *kind, name, key, alias, target, written_here });
            }
        }
        for component in &mut own {
            self.own_alias(component, files, reporter);
        }
        own
    }

    /// Gives an alias's target the name of the alias, unless the target has one.
    fn own_alias(&mut self, own: &mut Own, files: &mut Files, reporter: &mut Reporter<'_>) {
        let Some(entry) = own.alias.as_ref().filter(|_| own.kind.section().is_some()) else { return };
        let Some(text) = alias(&entry.node) else { return };
        // Errors are reported when the reference is resolved.
        let place = entry.place().clone();
        let Ok(Some(target)) = files.follow(text, &place, own.target.file, reporter) else { return };
        if self.names.contains_key(&(own.section, target.clone())) {
            return;
        }
        let place = (target.clone(), own.key.clone());
        self.names.insert((own.section, target.clone()), own.name.clone());
        self.taken.insert((own.section, own.name.clone()), place);
        own.target = target;
        own.written_here = true;
    }

    /// Returns the name of a place in `components`, assigning one if it has none.
    pub fn name(
        &mut self,
        kind: Kind,
        section: &'static str,
        target: &Target,
        place: &Location,
        files: &Files,
        reporter: &mut Reporter<'_>,
    ) -> Found<String> {
        let known = (section, target.clone());
        if let Some(name) = self.names.get(&known) {
            return Ok(name.clone());
        }
        if let (0, [first, other, name]) = (target.file, target.pointer.as_slice())
            && first == "components"
            && other != section
        {
            let message = format!("`{name}` is in `{other}`, but {} is required here", kind.name());
            let label = format!("refer to an entry of `#/components/{section}`");
            return fail(Diagnostic::error("wrong-ref", message).label(label));
        }
        let stem = || files.path(target.file).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let given = match target.pointer.as_slice() {
            [] => Some(stem()),
            pointer => declared_name(pointer).map(str::to_owned),
        };
        let given = given.map(|name| name.replace(['/', '~'], "_"));
        let made = || match target.file {
            0 => derived_name(&target.pointer),
            _ => derived_name(&[&[stem()], target.pointer.as_slice()].concat()),
        };
        let name = self.unused(section, &given.clone().unwrap_or_else(made));
        if let Some(given) = given.filter(|given| *given != name)
            && let Some((other, first)) = self.taken.get(&(section, given.clone()))
        {
            let (first_one, second) = (files.describe(other), files.describe(target));
            let message = format!("two {section} have the name `{given}`: {first_one} and {second}");
            let diagnostic = Diagnostic::error("name-collision", message).at(place.clone()).label("second definition");
            let diagnostic = diagnostic.note(first.clone(), "first definition");
            reporter.fault(diagnostic.help("rename one of them"));
        }
        self.names.insert(known, name.clone());
        self.taken.insert((section, name.clone()), (target.clone(), place.clone()));
        self.pending.push_back(Pending { section, kind, name: name.clone(), target: target.clone() });
        Ok(name)
    }

    fn unused(&self, section: &'static str, wanted: &str) -> String {
        let names = std::iter::once(wanted.to_owned()).chain((2..).map(|n| format!("{wanted}{n}")));
        let mut free = names.filter(|name| !self.taken.contains_key(&(section, name.clone())));
        free.next().unwrap_or_default()
    }
}

impl Target {
    fn child(&self, token: &str) -> Self {
        let mut child = self.clone();
        child.pointer.push(token.to_owned());
        child
    }
}

/// The place of a map, or of its target if it is a reference.
fn content(node: &Node, here: Target, files: &mut Files, reporter: &mut Reporter<'_>) -> Option<Target> {
    let Some(reference) = node.get("$ref") else { return Some(here) };
    files.follow(reference.as_str()?, &reference.location, here.file, reporter).unwrap_or_else(|diagnostic| {
        reporter.fault(diagnostic.at(reference.location.clone()));
        None
    })
}

/// The document's `components`: the sections of components, and the other keys as written.
pub(super) fn insert(
    document: &mut Entries,
    written: Option<&Entry>,
    mut sections: IndexMap<&str, Entries>,
    place: &Location,
) {
    let at = written.map_or(place, |entry| &entry.key);
    let mut components = Entries::default();
    for (key, entry) in written.into_iter().flat_map(|entry| entry.node.entries()) {
        let entry = match sections.shift_remove(key) {
            Some(entries) => Entry::new(entry.key.clone(), Node::new(entries, entry.node.location.clone())),
            None if key == "$ref" => continue,
            None => entry.clone(),
        };
        components.insert(key.to_owned(), entry);
    }
    for (section, entries) in sections {
        components.insert(section.to_owned(), Entry::new(at.clone(), Node::new(entries, at.clone())));
    }
    let entry = match (components.is_empty(), written) {
        (false, _) => Entry::new(at.clone(), Node::new(components, at.clone())),
        (true, Some(written)) => written.clone(),
        (true, None) => return,
    };
    document.insert("components".to_owned(), entry);
}
