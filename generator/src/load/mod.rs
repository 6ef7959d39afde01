//! Stage one: reads a document with its files and returns one checked tree with places, and everything around the
//! schemas in `openapiv3`'s types.

mod bundle;
mod check;
mod consistency;
mod envelope;
mod facts;
mod file;
mod grammar;
mod guides;
mod identifiers;
mod json;
mod node;
mod overlay;
mod reason;
mod reference;
mod report;
mod schema;
mod select;
mod swagger;
mod version;
mod yaml;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use openapiv3::OpenAPI;

use crate::{
    choices::Choices,
    diagnostic::{Diagnostic, Diagnostics, Location},
    stack::deep,
};

use self::{report::Reporter, version::Version};

pub(crate) use self::check::ERROR_CATEGORIES;
pub(crate) use self::{
    check::{MUTUAL_TLS, bare, placeholders},
    envelope::{Further, operations, sent},
    facts::Step,
    file::unreadable,
    grammar::{Kind, Shape},
    swagger::SWAGGER,
};
pub use self::{
    envelope::Part,
    facts::{Fact, Facts},
    node::{Entries, Entry, Node, Value},
    reason::Reason,
    report::nearest,
    schema::{Additional, Discriminator, JsonType, Keyword, Placed, Properties, Schema, Sub, integer},
};

/// A document, read, bundled and checked.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Everything around the schemas. Every `$ref` in it is `#/components/<section>/<name>`.
    pub api: OpenAPI,
    /// The operations for which `api` has no field.
    pub(crate) further: Further,
    /// The whole document as a tree; parts from other files keep their places there.
    pub root: Node,
    /// The facts of the document, before anything is fixed.
    pub facts: Facts,
    /// Parts that were removed from the tree because they are inconsequential.
    pub(crate) passed_over: Vec<(Location, Reason)>,
    /// Pages in Markdown beside the document, by name.
    pub(crate) guides: Vec<(String, String)>,
}

impl Loaded {
    /// A component.
    pub fn component(&self, section: &str, name: &str) -> Option<&Entry> {
        self.root.get("components")?.get(section)?.as_object()?.get(name)
    }

    /// The component schemas by name.
    pub fn schemas(&self) -> impl Iterator<Item = (&str, Sub<'_>)> {
        let section = self.root.get("components").and_then(|components| components.get("schemas"));
        section.into_iter().flat_map(Node::entries).map(|(name, entry)| (name, Sub::of(entry)))
    }

    /// The files that the document consists of, by name.
    pub fn files(&self) -> Vec<PathBuf> {
        fn collect<'n>(node: &'n Node, found: &mut BTreeSet<&'n str>) {
            found.insert(node.location.file());
            node.items().for_each(|item| collect(item, found));
            node.entries().for_each(|(_, entry)| collect(&entry.node, found));
        }
        deep(|| {
            let mut found = BTreeSet::new();
            collect(&self.root, &mut found);
            found.into_iter().map(PathBuf::from).collect()
        })
    }

    /// The document itself as a part.
    pub fn document(&self) -> Part<'_, OpenAPI> {
        Part { item: &self.api, node: &self.root, at: &self.root.location }
    }

    /// The bundled document without places.
    pub fn value(&self) -> serde_json::Value {
        deep(|| self.root.to_json())
    }

    /// The bundled document for tools that take schemas literally: the samples of responses have the form of their
    /// schemas, where clients decode others as well.
    pub fn literal_value(&self) -> serde_json::Value {
        deep(|| consistency::typed_samples(&self.root).to_json())
    }
}

/// Reads the document at `path`: a file, or a folder with an `openapi.yaml`. None if it cannot be read at all.
///
/// In a document written for yundb (with `x-protocol`), each problem is an error. In any other document a problem is a
/// warning, and the part is fixed or left out.
pub fn load(path: &Path, diagnostics: &mut Diagnostics) -> Option<Loaded> {
    load_with(path, &Choices::default(), diagnostics)
}

/// The same, with choices: overlays are applied first, then the extensions and the selection of operations.
pub fn load_with(path: &Path, choices: &Choices, diagnostics: &mut Diagnostics) -> Option<Loaded> {
    deep(|| {
        let path = document_path(path);
        loaded(read(&path), &path, choices, diagnostics)
    })
}

/// The same for a document in JSON that is not in a file. Diagnostics name it `name`.
pub fn load_text(text: String, name: &str, choices: &Choices, diagnostics: &mut Diagnostics) -> Option<Loaded> {
    let path = PathBuf::from(format!("{name}.json"));
    deep(|| loaded(file::of(text, name, &path), &path, choices, diagnostics))
}

/// A file, or the reasons why it is not readable.
type Read = Result<file::File, Vec<Diagnostic>>;

fn read(path: &Path) -> Read {
    file::read(path, &path.to_string_lossy().replace('\\', "/"))
}

fn loaded(file: Read, path: &Path, choices: &Choices, diagnostics: &mut Diagnostics) -> Option<Loaded> {
    let mut reporter = Reporter::new(diagnostics);
    let (mut root, version) = tree(file, path, choices, &mut reporter)?;
    let mut facts = Facts::of(&root, std::mem::take(&mut reporter.pushed_out));
    // Keys that a rewrite drops are not in the tree either.
    reporter.passed_over.iter().for_each(|(key, _)| facts.pushed_out(key));
    check::check(&mut root, version == Version::Newer, &mut reporter);
    // Anything inconsistent may be the consequence of an error.
    if reporter.ours && !reporter.has_errors() {
        consistency::check(&root, &mut reporter);
    }
    let (api, further) = envelope::envelope(&root, &mut reporter)?;
    let guides = guides::read(path, &mut reporter);
    Some(Loaded { api, further, root, facts, passed_over: reporter.passed_over, guides })
}

/// The document at `path` as one tree, as it was written: every `$ref` points to a component, and nothing is fixed or
/// left out; Swagger 2.0 is rewritten as OpenAPI 3.0. Tests compare a client with this tree.
pub fn bundled(path: &Path, choices: &Choices, diagnostics: &mut Diagnostics) -> Option<serde_json::Value> {
    deep(|| placed(path, choices, diagnostics).map(|root| root.to_json()))
}

/// The same tree with places.
pub fn placed(path: &Path, choices: &Choices, diagnostics: &mut Diagnostics) -> Option<Node> {
    let path = document_path(path);
    deep(|| tree(read(&path), &path, choices, &mut Reporter::new(diagnostics)).map(|(root, _)| root))
}

/// Reads the document with its files into an OpenAPI 3 tree, and returns the version it is written in.
fn tree(file: Read, path: &Path, choices: &Choices, reporter: &mut Reporter<'_>) -> Option<(Node, Version)> {
    let mut file = match file {
        Ok(file) => file,
        Err(found) => {
            found.into_iter().for_each(|diagnostic| reporter.push(diagnostic));
            return None;
        }
    };
    reporter.ours = file.root.get("x-protocol").is_some() && !choices.lenient;
    file.duplicates.drain(..).for_each(|duplicate| reporter.duplicate(duplicate));
    overlay::apply(&mut file.root, &choices.overlays, reporter);
    let version = version::version(&file.root, reporter)?;
    let mut root = bundle::bundle(file, path, version, reporter)?;
    select::apply(&mut root, choices, reporter);
    Some((root, version))
}

/// The document's file: the one in a folder, or the path itself.
fn document_path(path: &Path) -> PathBuf {
    if !path.is_dir() {
        return path.to_owned();
    }
    let names = ["openapi.yaml", "openapi.yml", "openapi.json"].map(|name| path.join(name));
    let [first, ..] = &names;
    names.iter().find(|path| path.is_file()).unwrap_or(first).clone()
}
