//! Finds every `x-errata` entry of a spec, and those at a given node.

use std::collections::HashMap;

use yundb_generator::{
    diagnostic::Location,
    load::{Node, Value},
};

/// The key of corrections.
const KEY: &str = "x-errata";

/// A correction of the document, as the spec states it.
#[derive(Clone, Debug)]
pub struct Erratum {
    /// The document's version.
    pub document: String,
    /// The spec's version.
    pub spec: String,
    /// The reason.
    pub why: String,
    /// Whether it is about something that the audit compares.
    pub audit: bool,
    /// The place of the entry.
    pub at: Location,
}

/// All entries of a spec, by the place of their list.
#[derive(Debug, Default)]
pub(crate) struct Errata {
    pub entries: Vec<Erratum>,
    /// A part that is used twice may be in the tree twice: its list counts once, as its place in the file is the same.
    lists: HashMap<Location, Vec<usize>>,
}

impl Errata {
    /// The entries of a document, including components that nothing refers to.
    pub fn read(root: &Node) -> Self {
        let mut errata = Self::default();
        errata.walk(root);
        errata
    }

    fn walk(&mut self, node: &Node) {
        match &node.value {
            Value::Object(members) => {
                for (key, entry) in members {
                    if key == KEY && entry.node.as_array().is_some() {
                        self.list(&entry.key, &entry.node);
                    } else {
                        self.walk(&entry.node);
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.walk(item)),
            _ => {}
        }
    }

    fn list(&mut self, at: &Location, list: &Node) {
        if self.lists.contains_key(at) {
            return;
        }
        let start = self.entries.len();
        self.entries.extend(list.items().map(|item| Erratum {
            document: text(item, "document"),
            spec: text(item, "spec"),
            why: text(item, "why"),
            audit: item.get("audit").and_then(Node::as_bool).unwrap_or(true),
            at: item.location.clone(),
        }));
        self.lists.insert(at.clone(), (start..self.entries.len()).collect());
    }

    /// The entries at a node itself.
    pub fn at(&self, node: &Node) -> &[usize] {
        let entry = node.as_object().and_then(|members| members.get(KEY));
        entry.and_then(|entry| self.lists.get(&entry.key)).map_or(&[], Vec::as_slice)
    }
}

/// A scalar as text: an entry may quote a number.
fn text(item: &Node, key: &str) -> String {
    item.get(key).map(scalar).unwrap_or_default()
}

/// The text of a scalar.
pub(super) fn scalar(node: &Node) -> String {
    match &node.value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        _ => node.to_json().to_string(),
    }
}

/// Appends entries that are not there yet.
pub(super) fn add(errata: &mut Vec<usize>, more: &[usize]) {
    for entry in more {
        if !errata.contains(entry) {
            errata.push(*entry);
        }
    }
}
