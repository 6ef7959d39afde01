//! Combines many files into one document: every `$ref` becomes `#/components/<section>/<name>`, or its target's
//! content.

mod components;
mod files;
mod swagger;

use std::{borrow::Cow, path::Path};

use indexmap::IndexMap;

use self::{
    components::{Components, Pending},
    files::{FileId, Files, Found, Target, fail, walk},
};
use super::{
    Entries, Entry, Node, Value,
    file::{DEEPEST, File},
    grammar::{Kind, Shape},
    reason::Reason,
    report::{Reporter, ignored_sibling, nearest},
    version::Version,
};
use crate::diagnostic::{Diagnostic, Location};

/// Maximum total number of values added by inlining: a few files can expand to billions.
const MOST_INLINED: usize = 1_000_000;

/// Combines the file `root`, read from `path`, and everything it refers to into one OpenAPI 3 tree. None if the tree
/// would be infinite.
pub(super) fn bundle(root: File, path: &Path, version: Version, reporter: &mut Reporter<'_>) -> Option<Node> {
    let mut bundler = Bundler {
        reporter,
        files: Files::new(root, path),
        components: Components::default(),
        inlining: Vec::new(),
        inlined: 0,
        depth: 0,
        endless: false,
        is_swagger: version == Version::Swagger2,
        is_newer: version == Version::Newer,
        media: swagger::Media::default(),
        own_media: (false, false),
    };
    let document = bundler.document();
    // What has an error may refer to more.
    if bundler.reporter.ours && !bundler.reporter.has_errors() {
        bundler.files.unused(bundler.reporter);
    }
    (!bundler.endless).then_some(document)
}

/// Whether a key beside a `$ref` overrides the target's: in OpenAPI 3.1 these two keys do, in objects that have them.
fn overrides(kind: Kind, key: &str) -> bool {
    matches!(key, "summary" | "description") && kind.field(key).is_some()
}

struct Bundler<'a, 'd> {
    reporter: &'a mut Reporter<'d>,
    files: Files,
    components: Components,
    /// The `$ref`s that are being inlined, outermost first.
    inlining: Vec<Target>,
    inlined: usize,
    depth: usize,
    /// Whether the document is too deep or too large, which aborts bundling.
    endless: bool,
    /// Whether the document is Swagger 2.0, or OpenAPI 3.1 and later.
    is_swagger: bool,
    is_newer: bool,
    /// The media types of bodies in Swagger 2.0, and whether the operation overrides those of requests and responses.
    media: swagger::Media,
    own_media: (bool, bool),
}

impl Bundler<'_, '_> {
    fn document(&mut self) -> Node {
        let root = self.files.get(0);
        let own = self.components.own(self.is_swagger, &mut self.files, self.reporter);
        let written = match self.is_swagger {
            true => Cow::Owned(self.swagger_document(&root.root)),
            false => Cow::Borrowed(&root.root),
        };
        let mut document = Entries::default();
        for (key, entry) in written.entries() {
            let shape = Kind::Document.field(key).map_or(Shape::Any, |field| field.shape);
            let node = match key {
                // Filled in at the end.
                "components" => Node::new(Value::Null, entry.node.location.clone()),
                _ => self.resolve(&entry.node, shape, 0),
            };
            document.insert(key.to_owned(), Entry::new(entry.key.clone(), node));
        }
        let mut sections: IndexMap<&str, Entries> = IndexMap::new();
        for own in own {
            let node = match own.alias.filter(|_| !own.written_here) {
                None => self.content(own.kind, &own.target),
                Some(alias) => self.resolve(&alias.node, Shape::Object(own.kind), own.target.file),
            };
            sections.entry(own.section).or_default().insert(own.name, Entry::new(own.key, node));
        }
        let mut lifted: IndexMap<&str, Entries> = IndexMap::new();
        while let Some(Pending { section, kind, name, target }) = self.components.pending.pop_front() {
            let node = self.content(kind, &target);
            lifted.entry(section).or_default().insert(name, Entry::new(node.location.clone(), node));
        }
        for (section, mut entries) in lifted {
            // Sorted by name, so that the order doesn't depend on the order of operations.
            entries.sort_unstable_keys();
            sections.entry(section).or_default().extend(entries);
        }
        let components = written.as_object().and_then(|members| members.get("components"));
        components::insert(&mut document, components, sections, &root.root.location);
        Node::new(document, root.root.location.clone())
    }

    /// A component's content with its `$ref`s resolved.
    fn content(&mut self, kind: Kind, target: &Target) -> Node {
        let file = self.files.get(target.file);
        match walk(&file.root, &target.pointer) {
            Ok(node) => self.resolve(node, Shape::Object(kind), target.file),
            Err(_) => Node::new(Value::Null, file.root.location.clone()),
        }
    }

    /// The same tree with every `$ref` resolved; opaque parts stay as they are.
    fn resolve(&mut self, node: &Node, shape: Shape, file: FileId) -> Node {
        if shape == Shape::Any || node.is_scalar() {
            return node.clone();
        }
        if self.depth > DEEPEST {
            let message = format!("`$ref`s nest maps and lists more than {DEEPEST} levels deep here");
            let help = "move the inner part to `components`, from where it is not copied";
            self.end(Diagnostic::error("too-deep", message).at(node.location.clone()).help(help));
        }
        if self.endless {
            return Node::new(Value::Null, node.location.clone());
        }
        self.depth += 1;
        let resolved = self.resolve_members(node, shape, file);
        self.depth -= 1;
        resolved
    }

    /// Reports once why the document can't be combined into one tree.
    fn end(&mut self, why: Diagnostic) {
        if !self.endless {
            self.reporter.push(why);
        }
        self.endless = true;
    }

    fn resolve_members(&mut self, node: &Node, shape: Shape, file: FileId) -> Node {
        let value = match &node.value {
            Value::Object(entries) => {
                if let Some(text) = node.get("$ref").and_then(Node::as_str) {
                    return self.reference(node, text, shape, file);
                }
                if let Some(object) = self.of_swagger(node, shape, file) {
                    return object;
                }
                // References to these make components of them.
                let is_schema = shape.kind() == Some(Kind::Schema);
                let named_elsewhere = |key: &str| is_schema && matches!(key, "$defs" | "definitions");
                for (_, entry) in entries.iter().filter(|(key, _)| named_elsewhere(key)) {
                    self.reporter.passed_over(&entry.key, Reason::SchemaTool);
                }
                let resolve = |(key, entry): (&String, &Entry)| {
                    let node = match (shape, key.as_str()) {
                        (Shape::Object(Kind::Discriminator), "mapping") => self.mapping(&entry.node, file),
                        (Shape::Object(Kind::Discriminator), "defaultMapping") => self.mapped(entry.node.clone(), file),
                        _ => self.resolve(&entry.node, shape.member(key), file),
                    };
                    (key.clone(), Entry::new(entry.key.clone(), node))
                };
                let kept = entries.iter().filter(|(key, _)| !named_elsewhere(key));
                Value::Object(kept.map(resolve).collect())
            }
            Value::Array(items) => {
                let inner = if let Shape::List(inner) = shape { *inner } else { Shape::Any };
                Value::Array(items.iter().map(|item| self.resolve(item, inner, file)).collect())
            }
            scalar => scalar.clone(),
        };
        Node { value, location: node.location.clone() }
    }

    /// A Swagger 2.0 object as OpenAPI 3. None if both versions write it the same way.
    fn of_swagger(&mut self, node: &Node, shape: Shape, file: FileId) -> Option<Node> {
        let kind = shape.kind().filter(|_| self.is_swagger)?;
        if let Some(object) = self.swagger_object(node, kind, file) {
            return Some(object);
        }
        let Cow::Owned(rewritten) = self.swagger_leaf(node, kind) else { return None };
        let members = rewritten.entries().map(|(key, entry)| {
            let member = self.resolve(&entry.node, shape.member(key), file);
            (key.to_owned(), Entry::new(entry.key.clone(), member))
        });
        Some(Node::new(members.collect::<Entries>(), rewritten.location.clone()))
    }

    /// The replacement of a `$ref`. A dangling one is reported and kept; `check` handles its consequences.
    fn reference(&mut self, node: &Node, text: &str, shape: Shape, file: FileId) -> Node {
        let place = node.get("$ref").map_or(&node.location, |node| &node.location).clone();
        match self.resolved(node, text, &place, shape, file) {
            Ok(Some(resolved)) => self.with_siblings(resolved, node, shape.kind(), file),
            Ok(None) => node.clone(),
            Err(diagnostic) => {
                let proposed = self.proposed(text, shape).map(|near| format!("did you mean `{near}`?"));
                let help = proposed.or_else(|| diagnostic.help.clone());
                self.reporter.broken_reference(Diagnostic { help, ..*diagnostic }, &place);
                node.clone()
            }
        }
    }

    /// The component that a dangling `$ref` probably means: the one whose name the `$ref` ends with, or is.
    fn proposed(&self, text: &str, shape: Shape) -> Option<String> {
        let section = shape.kind()?.section()?;
        let root = self.files.get(0);
        let path: &[&str] = match (self.is_swagger, section) {
            (false, section) => &["components", section],
            (true, "schemas") => &["definitions"],
            (true, section) => &[section],
        };
        let parent = path.iter().try_fold(&root.root, |node, key| node.get(key))?;
        let last = text.rsplit(['/', '#']).next().filter(|name| !name.is_empty())?;
        let name = match parent.get(last) {
            Some(_) => Some(last),
            None if text.contains(['/', '#', '.']) => None,
            None => nearest(text, parent.entries().map(|(name, _)| name)),
        };
        let proposed = format!("#/{}/{}", path.join("/"), name?);
        (proposed != text).then_some(proposed)
    }

    fn resolved(
        &mut self,
        node: &Node,
        text: &str,
        place: &Location,
        shape: Shape,
        file: FileId,
    ) -> Found<Option<Node>> {
        let Some(target) = self.files.follow(text, place, file, self.reporter)? else { return Ok(None) };
        let Some((kind, section)) = shape.kind().and_then(|kind| Some((kind, kind.section()?))) else {
            return self.inline(&target, shape).map(Some);
        };
        // A description beside it belongs to this place: the component has a description of its own.
        if self.is_newer && kind != Kind::Schema && node.entries().any(|(key, _)| overrides(kind, key)) {
            return self.inline(&target, shape).map(Some);
        }
        if let Some(own) = self.response_of_its_own(&target, shape.kind()) {
            return Ok(Some(own));
        }
        let name = self.components.name(kind, section, &target, place, &self.files, self.reporter)?;
        let to = Node::new(format!("#/components/{section}/{name}"), place.clone());
        let key = node.as_object().and_then(|entries| entries.get("$ref")).map_or(place, |entry| &entry.key);
        let entries = Entries::from_iter([("$ref".to_owned(), Entry::new(key.clone(), to))]);
        Ok(Some(Node::new(entries, node.location.clone())))
    }

    /// Keeps the siblings of a `$ref`: a path item's fields override those of its target; for other objects `check`
    /// decides which ones take effect.
    fn with_siblings(&mut self, mut resolved: Node, node: &Node, kind: Option<Kind>, file: FileId) -> Node {
        let in_place = resolved.get("$ref").is_none() && kind != Some(Kind::PathItem);
        for (key, entry) in node.entries().filter(|(key, _)| *key != "$ref") {
            let Some(kind) = kind else { continue };
            if in_place && !overrides(kind, key) {
                self.reporter.push(ignored_sibling(key, kind, &entry.key));
                continue;
            }
            let sibling = self.resolve(&entry.node, Shape::Object(kind).member(key), file);
            if let Some(entries) = resolved.as_object_mut() {
                entries.insert(key.to_owned(), Entry::new(entry.key.clone(), sibling));
            }
        }
        resolved
    }

    fn inline(&mut self, target: &Target, shape: Shape) -> Found<Node> {
        if self.inlining.contains(target) {
            let message = format!("{} refers to itself without end", self.files.describe(target));
            return fail(Diagnostic::error("ref-cycle", message).label("leads back to this place"));
        }
        let file = self.files.get(target.file);
        let node = match walk(&file.root, &target.pointer) {
            Ok(node) => node,
            Err(missing) => return fail(missing.diagnostic(&target.pointer, &file, &mut 0)),
        };
        self.inlined = self.inlined.saturating_add(node.size());
        if self.inlined > MOST_INLINED {
            let message = format!("`$ref`s expand the document to more than {MOST_INLINED} values");
            self.end(Diagnostic::error("too-large", message).at(node.location.clone()));
        }
        self.inlining.push(target.clone());
        let resolved = self.resolve(node, shape, target.file);
        self.inlining.pop();
        Ok(resolved)
    }

    /// The values of a discriminator's mapping are schema names or `$ref`s to schemas.
    fn mapping(&mut self, node: &Node, file: FileId) -> Node {
        let mut node = node.clone();
        for entry in node.as_object_mut().into_iter().flat_map(Entries::values_mut) {
            entry.node = self.mapped(entry.node.clone(), file);
        }
        node
    }

    fn mapped(&mut self, mut node: Node, file: FileId) -> Node {
        let Some(text) = node.as_str() else { return node };
        let is_name = !text.contains(['/', '#']) && !text.ends_with(".yaml") && !text.ends_with(".json");
        // Names refer to the root's schemas, whichever file they are used in.
        let (text, file) = match is_name {
            true => (format!("#/components/schemas/{text}"), 0),
            false => (text.to_owned(), file),
        };
        let place = node.location.clone();
        let name = self.files.follow(&text, &place, file, self.reporter).and_then(|target| {
            let Some(target) = target else { return Ok(None) };
            let (files, reporter) = (&self.files, &mut *self.reporter);
            self.components.name(Kind::Schema, "schemas", &target, &place, files, reporter).map(Some)
        });
        match name {
            Ok(Some(name)) => node.value = format!("#/components/schemas/{name}").into(),
            Ok(None) => {}
            Err(diagnostic) => {
                let near = match is_name {
                    true => None,
                    false => {
                        self.proposed(&text, Shape::Object(Kind::Schema)).map(|near| format!("did you mean `{near}`?"))
                    }
                };
                let help = near.or_else(|| diagnostic.help.clone());
                self.reporter.broken_reference(Diagnostic { help, ..*diagnostic }, &place);
                self.reporter.follows(&place, "values with this tag are read as unknown", &place);
            }
        }
        node
    }
}
