//! `$dynamicRef`: its target depends on the outermost schema. A schema that refers to another and redefines one of its
//! dynamic anchors (a list of pets, from a list of anything) gets a copy of that other schema, with its own definition
//! in place of the anchor. All remaining dynamic references point to the anchor itself.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::{
    Identifiers, Pointer, RECURSIVE, find,
    walk::{entries_mut, is_data, visit},
    written,
};
use crate::load::{Entries, Entry, Node, Value, reference::Reference};

/// Limits on nested copies, and on the values in all copies: beyond them, dynamic references point to the anchors
/// themselves.
const DEEPEST: usize = 16;
const MOST: usize = 100_000;

/// Keys that identify a schema, and are not needed in a copy.
const NAMES: [&str; 6] = ["$id", "$anchor", "$dynamicAnchor", "$recursiveAnchor", "$defs", "definitions"];

pub(super) fn resolve(root: &mut Node, identifiers: &Identifiers) {
    let mut refers = false;
    visit(root, &identifiers.base, &mut |node, _, _| refers |= reference(node).is_some());
    if !refers {
        return;
    }
    for (at, copy) in copies(root, identifiers) {
        let node = at.iter().try_fold(&mut *root, |node, token| entries_mut(node, token));
        if let Some(node) = node {
            put(node, copy);
        }
    }
    plain(root, false);
}

/// The key of a dynamic reference and its static target.
fn reference(node: &Node) -> Option<(&'static str, &str)> {
    ["$dynamicRef", "$recursiveRef"].into_iter().find_map(|key| Some((key, node.get(key)?.as_str()?)))
}

/// Replacements for the `$ref`s of schemas that redefine dynamic anchors.
fn copies(root: &Node, identifiers: &Identifiers) -> Vec<(Pointer, Node)> {
    let dynamic = || identifiers.anchors.iter().filter(|anchor| anchor.is_dynamic);
    let names: HashMap<String, &str> = dynamic().map(|anchor| (written(&anchor.at), anchor.name.as_str())).collect();
    // Grouped by the schema that redefines them: itself, or one in its `$defs`.
    let mut given: IndexMap<Pointer, HashMap<&str, String>> = IndexMap::new();
    for anchor in dynamic() {
        let mut give = |parent: &[String]| {
            given.entry(parent.to_vec()).or_default().insert(&anchor.name, written(&anchor.at));
        };
        match anchor.at.as_slice() {
            [parent @ .., defs, _] if defs == "$defs" || defs == "definitions" => give(parent),
            at => give(at),
        }
    }
    let mut left = MOST;
    let mut found = Vec::new();
    for (at, given) in &given {
        let Some(schema) = find(root, at) else { continue };
        let parts = schema.get("allOf").into_iter().flat_map(Node::items).enumerate();
        let parts =
            parts.map(|(index, part)| ([at.as_slice(), &["allOf".to_owned(), index.to_string()]].concat(), part));
        for (at, parent) in std::iter::once((at.clone(), schema)).chain(parts) {
            let Some(text) = parent.get("$ref").and_then(Node::as_str) else { continue };
            let mut copier = Copier { root, names: &names, given, open: vec![written(&at)], left: &mut left };
            found.extend(copier.referred(text).map(|copy| (at, copy)));
        }
    }
    found
}

struct Copier<'a> {
    root: &'a Node,
    /// The dynamic anchors by place.
    names: &'a HashMap<String, &'a str>,
    /// The targets of redefined anchors.
    given: &'a HashMap<&'a str, String>,
    /// The targets that are being copied.
    open: Vec<String>,
    left: &'a mut usize,
}

impl Copier<'_> {
    /// A copy of a `$ref`'s target. None if nothing in it has a target other than the static one.
    fn referred(&mut self, text: &str) -> Option<Node> {
        let to = Reference::parse(text).ok().filter(|to| to.file.is_empty() && to.anchor.is_none())?;
        if self.open.iter().any(|open| open == text) || self.open.len() > DEEPEST {
            return None;
        }
        let node = find(self.root, &to.pointer)?;
        *self.left = self.left.checked_sub(node.size())?;
        self.open.push(text.to_owned());
        let copy = self.copy(node, false);
        self.open.pop();
        copy
    }

    fn copy(&mut self, node: &Node, are_names: bool) -> Option<Node> {
        match &node.value {
            Value::Array(items) => {
                let copies: Vec<Option<Node>> = items.iter().map(|item| self.copy(item, false)).collect();
                copies.iter().any(Option::is_some).then(|| {
                    let items = copies.into_iter().zip(items).map(|(copy, item)| copy.unwrap_or_else(|| item.clone()));
                    Node::new(items.collect::<Vec<_>>(), node.location.clone())
                })
            }
            Value::Object(entries) => self.object(node, entries, are_names),
            _ => None,
        }
    }

    fn object(&mut self, node: &Node, entries: &Entries, are_names: bool) -> Option<Node> {
        let (mut copied, mut changed) = (Entries::default(), false);
        for (key, entry) in entries {
            if !are_names && NAMES.contains(&key.as_str()) {
                continue;
            }
            let leads = if are_names { None } else { entry.node.as_str().and_then(|text| self.leads(key, text)) };
            let inner = ["properties", "patternProperties", "dependentSchemas"].contains(&key.as_str()) && !are_names;
            let (key, value) = match leads {
                Some(Leads::Elsewhere(to)) => ("$ref".to_owned(), Some(Node::new(to, entry.node.location.clone()))),
                Some(Leads::Copy(copy)) if entries.len() == 1 => return Some(copy),
                Some(Leads::Copy(copy)) => {
                    ("allOf".to_owned(), Some(Node::new(vec![copy], entry.node.location.clone())))
                }
                None if !are_names && is_data(key, entry) => (key.clone(), None),
                None => (key.clone(), self.copy(&entry.node, inner)),
            };
            changed |= value.is_some();
            let value = value.unwrap_or_else(|| entry.node.clone());
            copied.insert(key, Entry::new(entry.key.clone(), value));
        }
        changed.then(|| Node::new(copied, node.location.clone()))
    }

    fn leads(&mut self, key: &str, text: &str) -> Option<Leads> {
        match key {
            "$dynamicRef" | "$recursiveRef" => {
                let name = match self.names.get(text) {
                    Some(name) => *name,
                    None if key == "$recursiveRef" => RECURSIVE,
                    None => return None,
                };
                self.given.get(name).cloned().map(Leads::Elsewhere)
            }
            "$ref" => self.referred(text).map(Leads::Copy),
            _ => None,
        }
    }
}

/// Resolves a reference within a copy.
enum Leads {
    Elsewhere(String),
    Copy(Node),
}

/// Replaces a `$ref` by its target.
fn put(node: &mut Node, copy: Node) {
    let Some(entries) = node.as_object_mut() else { return };
    if entries.len() == 1 {
        *node = copy;
        return;
    }
    let Some(at) = entries.shift_remove("$ref").map(|entry| entry.key) else { return };
    match entries.get_mut("allOf").and_then(|all| all.node.as_array_mut()) {
        Some(all) => all.insert(0, copy),
        None => {
            let all = Node::new(vec![copy], at.clone());
            entries.insert("allOf".to_owned(), Entry::new(at, all));
        }
    }
}

/// Turns the remaining dynamic references into plain `$ref`s.
fn plain(node: &mut Node, are_names: bool) {
    match &mut node.value {
        Value::Array(items) => items.iter_mut().for_each(|item| plain(item, false)),
        Value::Object(entries) => {
            for key in ["$dynamicRef", "$recursiveRef"] {
                if are_names || entries.get(key).is_none_or(|entry| entry.node.as_str().is_none()) {
                    continue;
                }
                if let Some(entry) = entries.shift_remove(key) {
                    entries.entry("$ref".to_owned()).or_insert(entry);
                }
            }
            for (key, entry) in entries.iter_mut() {
                let inner =
                    ["properties", "patternProperties", "dependentSchemas"].contains(&key.as_str()) && !are_names;
                if are_names || !is_data(key, entry) {
                    plain(&mut entry.node, inner);
                }
            }
        }
        _ => {}
    }
}
