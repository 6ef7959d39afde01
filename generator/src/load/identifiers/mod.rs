//! JSON Schema's references by identifier rather than by place: `$self`, `$id`, `$anchor` and their dynamic variants.
//! Each such `$ref` of a file becomes a pointer into the same place, so that later stages only handle pointers.

mod dynamic;
mod walk;

use std::collections::HashMap;

use percent_encoding::percent_decode_str;
use url::Url;

use self::walk::{entries_mut, visit};
use super::{Node, reference::pointer_text};
use crate::{diagnostic::Source, pointer::unescape};

/// The tokens of a pointer.
pub(super) type Pointer = Vec<String>;

/// A file without any of these keys needs no resolution, unless a reference is [`RECURSIVE`].
const MARKS: [&str; 5] = ["$self", "$id", "$anchor", "$dynamic", "$recursive"];

/// A reference to the schema that contains it. Recursive anchors have no name; no other anchor has this one.
const RECURSIVE: &str = "#";

/// Resolves a file's identifiers, and returns the places of its anchors, for other files.
pub(super) fn resolve(root: &mut Node, source: &Source) -> HashMap<String, Pointer> {
    if !MARKS.iter().any(|mark| source.text().contains(mark)) && !is_recursive(root) {
        return HashMap::new();
    }
    let Some(base) = base(root) else { return HashMap::new() };
    let mut identifiers = Identifiers { base: base.clone(), resources: HashMap::new(), anchors: Vec::new() };
    identifiers.collect(root);
    let rewritten = identifiers.rewritten(root);
    for (at, key, text) in rewritten {
        let mut node = Some(&mut *root);
        for token in at.iter().chain([&key]) {
            node = node.and_then(|node| entries_mut(node, token));
        }
        if let Some(node) = node {
            node.value = text.into();
        }
    }
    dynamic::resolve(root, &identifiers);
    let own = identifiers.anchors.into_iter().filter(|anchor| anchor.resource == base);
    own.map(|anchor| (anchor.name, anchor.at)).collect()
}

/// Whether a text in a file is the reference `#`, however it is written.
fn is_recursive(node: &Node) -> bool {
    node.as_str() == Some(RECURSIVE)
        || node.items().any(is_recursive)
        || node.entries().any(|(_, entry)| is_recursive(&entry.node))
}

/// The base URL of a file: its own `$self`, or a unique one.
fn base(root: &Node) -> Option<Url> {
    let unknown = Url::parse("document://this/document").ok()?;
    let own = root.get("$self").and_then(Node::as_str);
    own.and_then(|text| unknown.join(text).ok()).or(Some(unknown)).map(without_fragment)
}

fn without_fragment(mut url: Url) -> Url {
    url.set_fragment(None);
    url
}

/// The identifiers of a file, with their places.
struct Identifiers {
    base: Url,
    /// By `$id`.
    resources: HashMap<Url, Pointer>,
    anchors: Vec<Anchor>,
}

struct Anchor {
    /// The URL of the enclosing schema with an `$id`, or of the file.
    resource: Url,
    name: String,
    at: Pointer,
    is_dynamic: bool,
}

impl Identifiers {
    fn collect(&mut self, root: &Node) {
        let file = self.base.clone();
        visit(root, &file, &mut |node, at, base| {
            let text = |key: &str| node.get(key).and_then(Node::as_str);
            if base != &self.base {
                self.resources.entry(base.clone()).or_insert_with(|| at.to_vec());
            }
            let mut anchor = |name: &str, is_dynamic| {
                let (resource, name) = (base.clone(), name.to_owned());
                self.anchors.push(Anchor { resource, name, at: at.to_vec(), is_dynamic });
            };
            text("$anchor").into_iter().for_each(|name| anchor(name, false));
            // An anchor by the rules before 2019.
            text("$id").and_then(|id| id.strip_prefix('#')).into_iter().for_each(|name| anchor(name, false));
            text("$dynamicAnchor").into_iter().for_each(|name| anchor(name, true));
            if node.get("$recursiveAnchor").and_then(Node::as_bool) == Some(true) {
                anchor(RECURSIVE, true);
            }
        });
    }

    /// The `$ref`s that are not pointers: place, key, and the equivalent pointer.
    fn rewritten(&self, root: &Node) -> Vec<(Pointer, String, String)> {
        let mut found = Vec::new();
        visit(root, &self.base, &mut |node, at, base| {
            for key in ["$ref", "$dynamicRef", "$recursiveRef"] {
                let Some(text) = node.get(key).and_then(Node::as_str) else { continue };
                found.extend(self.pointer(text, base, at, root).map(|to| (at.to_vec(), key.to_owned(), to)));
            }
            for (value, entry) in node.get("mapping").into_iter().flat_map(Node::entries) {
                let Some(text) = entry.node.as_str().filter(|text| text.contains(['#', '/'])) else { continue };
                let parent = [at, &["mapping".to_owned()]].concat();
                found.extend(self.pointer(text, base, at, root).map(|to| (parent, value.to_owned(), to)));
            }
        });
        found
    }

    /// The target of `#` alone in an API document, which is not a schema: the enclosing schema with an identifier, or
    /// else the component.
    fn enclosing(&self, at: &[String], root: &Node) -> Option<Pointer> {
        root.get("openapi").or_else(|| root.get("swagger"))?;
        let around = self.anchors.iter().filter(|anchor| anchor.name == RECURSIVE && at.starts_with(&anchor.at));
        let nearest = around.max_by_key(|anchor| anchor.at.len()).map(|anchor| anchor.at.clone());
        let component = || match at {
            [components, schemas, _, ..] if components == "components" && schemas == "schemas" => Some(&at[..3]),
            [definitions, _, ..] if definitions == "definitions" => Some(&at[..2]),
            _ => None,
        };
        nearest.or_else(|| component().map(<[String]>::to_vec))
    }

    /// The pointer for a `$ref`, if it differs from the `$ref`.
    fn pointer(&self, text: &str, base: &Url, at: &[String], root: &Node) -> Option<String> {
        let mut url = base.join(text).ok()?;
        let fragment =
            url.fragment().map(|it| percent_decode_str(it).decode_utf8_lossy().into_owned()).unwrap_or_default();
        url.set_fragment(None);
        let resource = match self.resources.get(&url) {
            _ if url == self.base => &Pointer::new(),
            Some(resource) => resource,
            None => return self.beside(&url, text, &fragment),
        };
        let to = match fragment.strip_prefix('/') {
            Some(pointer) => {
                let tokens: Pointer = pointer.split('/').map(unescape).collect();
                let to = [resource.as_slice(), &tokens].concat();
                // Many tools resolve `#` to the root of the file, even where an `$id` changes the base.
                if text.starts_with('#') && (resource.is_empty() || find(root, &to).is_none()) {
                    return None;
                }
                to
            }
            None if fragment.is_empty() && resource.is_empty() => self.enclosing(at, root)?,
            None if fragment.is_empty() => resource.clone(),
            None => self.anchor(&url, &fragment, at)?.at.clone(),
        };
        Some(written(&to))
    }

    /// If a resource has several anchors with one name, which is invalid, the nearest one.
    fn anchor(&self, resource: &Url, name: &str, from: &[String]) -> Option<&Anchor> {
        let shared = |anchor: &&Anchor| anchor.at.iter().zip(from).take_while(|(a, b)| a == b).count();
        let named = self.anchors.iter().filter(|anchor| anchor.resource == *resource && anchor.name == name);
        // The first of equally near ones.
        named.rev().max_by_key(shared)
    }

    /// A `$ref` by absolute URL to a file next to this one, relative to this file's own URL.
    fn beside(&self, url: &Url, text: &str, fragment: &str) -> Option<String> {
        let is_absolute = Url::parse(text).is_ok();
        let path = self.base.make_relative(url).filter(|path| is_absolute && !path.starts_with('/'))?;
        let fragment = if fragment.is_empty() { String::new() } else { format!("#{fragment}") };
        Some(format!("{path}{}", fragment.replace('%', "%25")))
    }
}

/// The pointer as a `$ref`.
fn written(pointer: &[String]) -> String {
    pointer_text(pointer).replace('%', "%25")
}

/// The target of a `$ref` as `written`.
fn find<'n>(root: &'n Node, pointer: &[String]) -> Option<&'n Node> {
    pointer.iter().try_fold(root, |node, token| node.child(token))
}
