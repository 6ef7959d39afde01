//! Reads a spec into facts, to compare it with the document.
//!
//! The spec is read in the same way as by the generator; so a fact of the spec is what the client does.

mod detail;
mod errata;
mod lists;
mod operation;
mod parameter;
mod sample;
mod schema;
#[cfg(test)]
mod tests;

use std::{collections::HashSet, path::Path};

use yundb_generator::{
    Diagnostics,
    load::{self, Loaded, Node},
};

use crate::fact::{Facts, Origin};

use self::schema::Refs;

pub(crate) use self::errata::Errata;
pub use self::errata::Erratum;

/// The facts of a spec, and its corrections.
#[derive(Clone, Debug)]
pub struct Spec {
    /// The facts.
    pub facts: Facts,
    /// The `x-errata` entries; facts refer to them by index.
    pub errata: Vec<Erratum>,
}

/// Reads the spec in a folder, and those of its types that the document describes in sections of their own. None if it
/// cannot be read, with the reason in `diagnostics`.
pub fn read(folder: &Path, documented: &Facts, diagnostics: &mut Diagnostics) -> Option<Spec> {
    Some(of_loaded(&load::load(folder, diagnostics)?, documented))
}

/// The same for a spec that is already read.
pub fn of_loaded(loaded: &Loaded, documented: &Facts) -> Spec {
    let errata = Errata::read(&loaded.root);
    let facts = facts(&loaded.root, &errata, documented);
    Spec { facts, errata: errata.entries }
}

/// The facts of a spec.
pub(crate) fn facts(root: &Node, errata: &Errata, documented: &Facts) -> Facts {
    let refs = Refs { root, errata };
    let operations = operation::read(&refs, |_| true);
    Facts {
        origin: origin(root),
        permissions: operations.iter().filter_map(|read| read.permission.clone()).collect(),
        operations: operations
            .into_iter()
            .map(|read| read.operation)
            .chain(operation::types(&refs, documented.types()))
            .collect(),
        endpoints: lists::endpoints(&refs),
        codes: lists::codes(&refs),
        states: lists::states(&refs),
        at: Some(
            root.as_object()
                .and_then(|members| members.get("x-doc"))
                .map_or_else(|| root.location.clone(), |doc| doc.key.clone()),
        ),
        errata: errata.at(root).to_vec(),
    }
}

/// The pointer of a schema.
pub(crate) const SCHEMAS: &str = "#/components/schemas/";

/// The facts of some operations, by their paths, and of some types, by their pointers.
pub(crate) fn of_paths(root: &Node, errata: &Errata, wanted: &HashSet<String>) -> Facts {
    let refs = Refs { root, errata };
    let read = operation::read(&refs, |path| wanted.contains(path));
    let states = lists::states(&refs);
    let permissions = read.iter().filter_map(|read| read.permission.clone()).collect();
    let types = operation::types(&refs, wanted.iter().filter_map(|path| path.strip_prefix(SCHEMAS)));
    let operations = read.into_iter().map(|read| read.operation).chain(types).collect();
    Facts { states, permissions, operations, ..Facts::default() }
}

fn origin(root: &Node) -> Origin {
    let doc = root.get("x-doc");
    Origin {
        document: text(doc, "document"),
        title: text(doc, "title"),
        edition: text(doc, "edition"),
        sha256: String::new(),
    }
}

/// The text under a key; empty if there is none.
fn text(node: Option<&Node>, key: &str) -> String {
    node.and_then(|node| node.get(key)).and_then(Node::as_str).unwrap_or_default().to_owned()
}
