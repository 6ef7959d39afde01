//! Stage one: reads a document with its files and yields one `openapiv3::OpenAPI` and where everything stands.

mod bundle;
mod check;
mod convert;
mod file;
mod grammar;
mod json;
mod node;
mod reference;
mod report;
mod yaml;

use std::path::{Path, PathBuf};

use openapiv3::OpenAPI;

use crate::diagnostic::{Diagnostics, Location};

use self::report::Reporter;

pub use self::node::{Entry, Node, Value};

/// A document, read, bundled and checked.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The document. Every `$ref` in it is `#/components/<section>/<name>`.
    pub api: OpenAPI,
    /// The same as a tree with places; what came from another file knows its place there.
    pub root: Node,
}

impl Loaded {
    /// Where the value under a path of keys and list indices stands (`["paths", "/users", "get"]`): a scalar itself, of a
    /// map or list the key. Where the document has no such value, its nearest ancestor.
    pub fn locate<S: AsRef<str>>(&self, path: &[S]) -> Location {
        let mut place = self.root.place();
        let mut node = &self.root;
        for token in path {
            let token = token.as_ref();
            let Some(child) = node.child(token) else { break };
            place = match node.as_object().and_then(|entries| entries.get(token)) {
                Some(entry) => entry.place(),
                None => child.place(),
            };
            node = child;
        }
        place
    }

    /// The bundled document without places.
    pub fn value(&self) -> serde_json::Value {
        self.root.to_json()
    }
}

/// Reads the document at `path`: a file, or a folder with an `openapi.yaml`. None if there is nothing to go on with.
///
/// A document of ours (with `x-protocol`) is held to the letter: each fault is an error. In anyone else's a fault is a
/// warning, and the part is mended or left out.
pub fn load(path: &Path, diagnostics: &mut Diagnostics) -> Option<Loaded> {
    let mut reporter = Reporter::new(diagnostics);
    let (mut root, newer) = tree(path, &mut reporter)?;
    check::check(&mut root, newer, &mut reporter);
    let api = convert::convert(&mut root, &mut reporter)?;
    Some(Loaded { api, root })
}

/// The document at `path` in one tree as it was written: every `$ref` leads to a component, and nothing is mended or left
/// out. What tests a client holds it against this.
pub fn bundled(path: &Path, diagnostics: &mut Diagnostics) -> Option<serde_json::Value> {
    let (root, _) = tree(path, &mut Reporter::new(diagnostics))?;
    Some(root.to_json())
}

/// Reads the document with its files, and whether it is newer than OpenAPI 3.0.
fn tree(path: &Path, reporter: &mut Reporter<'_>) -> Option<(Node, bool)> {
    let path = document_path(path);
    let name = path.to_string_lossy().replace('\\', "/");
    let mut file = match file::read(&path, &name) {
        Ok(file) => file,
        Err(found) => {
            found.into_iter().for_each(|diagnostic| reporter.push(diagnostic));
            return None;
        }
    };
    reporter.ours = file.root.get("x-protocol").is_some();
    for duplicate in file.duplicates.drain(..) {
        reporter.fault(duplicate);
    }
    let newer = check::version(&file.root, reporter)?;
    let root = bundle::bundle(file, &path, reporter)?;
    Some((root, newer))
}

/// The document in a folder, or the file itself.
fn document_path(path: &Path) -> PathBuf {
    if !path.is_dir() {
        return path.to_owned();
    }
    let names = ["openapi.yaml", "openapi.yml", "openapi.json"].map(|name| path.join(name));
    let [first, ..] = &names;
    names.iter().find(|path| path.is_file()).unwrap_or(first).clone()
}
