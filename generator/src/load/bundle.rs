//! Makes one document of many files: every `$ref` becomes `#/components/<section>/<name>`, or what it refers to.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    path::{Path, PathBuf},
    rc::Rc,
};

use indexmap::IndexMap;

use super::{
    Entry, Node, Value,
    file::{self, DEEPEST, File},
    grammar::{Kind, Shape},
    reference::{Reference, given_name, made_name, normal, pointer_text},
    report::{Reporter, nearest},
};
use crate::diagnostic::{Diagnostic, Location};

/// How many values inlining may add in all: a few files can refer to each other into billions.
const MOST_INLINED: usize = 2_000_000;

/// Index of a file in `Bundler::files`; 0 is the one that was asked for.
type FileId = usize;

/// What a `$ref` refers to in the end.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Target {
    file: FileId,
    pointer: Vec<String>,
}

/// A component that is known by name and not yet written.
struct Pending {
    section: &'static str,
    kind: Kind,
    name: String,
    target: Target,
}

struct Bundler<'a, 'd> {
    reporter: &'a mut Reporter<'d>,
    folder: PathBuf,
    root: Rc<File>,
    files: Vec<Rc<File>>,
    /// By path; None for a file that can't be read, which was said already.
    by_path: HashMap<PathBuf, Option<FileId>>,
    paths: Vec<PathBuf>,
    names: HashMap<(&'static str, Target), String>,
    taken: HashMap<(&'static str, String), (Target, Location)>,
    pending: VecDeque<Pending>,
    inlining: Vec<Target>,
    inlined: usize,
    depth: usize,
}

/// Brings the file `root`, read from `path`, and all that it refers to into one tree.
pub(super) fn bundle(root: File, path: &Path, reporter: &mut Reporter<'_>) -> Node {
    let path = normal(path);
    let root = Rc::new(root);
    let mut bundler = Bundler {
        reporter,
        folder: path.parent().unwrap_or(Path::new("")).to_owned(),
        files: vec![Rc::clone(&root)],
        root,
        by_path: HashMap::from([(path.clone(), Some(0))]),
        paths: vec![path],
        names: HashMap::new(),
        taken: HashMap::new(),
        pending: VecDeque::new(),
        inlining: Vec::new(),
        inlined: 0,
        depth: 0,
    };
    bundler.document()
}

impl Bundler<'_, '_> {
    fn document(&mut self) -> Node {
        let file = Rc::clone(&self.root);
        let own = self.components_of(&file.root);
        let mut sections: IndexMap<&str, IndexMap<String, Entry>> = IndexMap::new();
        let mut document = IndexMap::new();
        for (key, entry) in file.root.entries() {
            let shape = Kind::Document.field(key).map_or(Shape::Any, |field| field.shape);
            let node = match key {
                "components" => entry.node.clone(),
                _ => self.resolve(&entry.node, shape, 0),
            };
            document.insert(key.to_owned(), Entry::new(entry.key.clone(), node));
        }
        for (section, kind, name, entry, target) in own {
            let node = match self.names.get(&(section, target.clone())) {
                // `Job: {$ref: schemas/Job.yaml}`: the file's content is the component.
                Some(known) if *known == name => self.content(kind, &target),
                _ => self.resolve(&entry.node, Shape::Object(kind), target.file),
            };
            sections.entry(section).or_default().insert(name, Entry::new(entry.key, node));
        }
        let mut lifted: IndexMap<&str, IndexMap<String, Entry>> = IndexMap::new();
        while let Some(Pending { section, kind, name, target }) = self.pending.pop_front() {
            let node = self.content(kind, &target);
            let entry = Entry::new(node.location.clone(), node);
            lifted.entry(section).or_default().insert(name, entry);
        }
        for (section, mut entries) in lifted {
            // By name, so that the order doesn't depend on which operation comes first.
            entries.sort_unstable_keys();
            sections.entry(section).or_default().extend(entries);
        }
        self.insert_components(&mut document, sections, &file.root.location);
        Node::new(document, file.root.location.clone())
    }

    /// Registers what stands under `components` in the root file by name and place, before any `$ref` is resolved.
    fn components_of(
        &mut self,
        root: &Node,
    ) -> Vec<(&'static str, Kind, String, Entry, Target)> {
        let mut own = Vec::new();
        let Some(components) = root.get("components") else { return own };
        let here = Target { file: 0, pointer: vec!["components".to_owned()] };
        let Some((components, at)) = self.content_of(components, here) else { return own };
        for field in Kind::Components.fields() {
            let Shape::Map(Shape::Object(kind)) = field.shape else { continue };
            let Some(section) = components.get(field.name) else { continue };
            let mut here = at.clone();
            here.pointer.push(field.name.to_owned());
            let Some((section, at)) = self.content_of(section, here) else { continue };
            for (name, entry) in section.entries() {
                let mut target = at.clone();
                target.pointer.push(name.to_owned());
                let written = Target {
                    file: 0,
                    pointer: vec!["components".into(), field.name.into(), name.into()],
                };
                // A pointer's own separators in a name would have to be escaped wherever it is used.
                let name = self.unused(field.name, &name.replace(['/', '~'], "_"));
                let place = (target.clone(), entry.key.clone());
                self.taken.insert((field.name, name.clone()), place);
                if !is_alias(&entry.node) {
                    self.names.insert((field.name, written), name.clone());
                    self.names.insert((field.name, target.clone()), name.clone());
                }
                own.push((field.name, *kind, name, entry.clone(), target));
            }
        }
        // What an alias stands for gets the alias's name, unless it has one.
        for (section, kind, name, entry, target) in &mut own {
            if kind.section().is_none() || !is_alias(&entry.node) {
                continue;
            }
            let Some(text) = entry.node.get("$ref").and_then(Node::as_str) else { continue };
            let Ok(Some(found)) = self.follow(text, target.file) else { continue };
            if !self.names.contains_key(&(*section, found.clone())) {
                self.names.insert((*section, found.clone()), name.clone());
                self.taken.insert((*section, name.clone()), (found.clone(), entry.key.clone()));
                *target = found;
            }
        }
        own
    }

    /// A map, or what it refers to.
    fn content_of(&mut self, node: &Node, here: Target) -> Option<(Node, Target)> {
        match node.get("$ref").and_then(Node::as_str) {
            None => Some((node.clone(), here)),
            Some(text) => {
                let target = match self.follow(text, here.file) {
                    Ok(target) => target?,
                    Err(diagnostic) => {
                        self.reporter.fault(diagnostic.at(node.get("$ref")?.location.clone()));
                        return None;
                    }
                };
                Some((self.node(&target)?.clone(), target))
            }
        }
    }

    fn insert_components(
        &self,
        document: &mut IndexMap<String, Entry>,
        mut sections: IndexMap<&str, IndexMap<String, Entry>>,
        place: &Location,
    ) {
        let written = document.get("components");
        let at = written.map_or_else(|| place.clone(), |entry| entry.key.clone());
        let old = written.and_then(|entry| entry.node.as_object()).cloned().unwrap_or_default();
        let mut components = IndexMap::new();
        for (key, entry) in old {
            if key == "$ref" {
                continue;
            }
            let entry = match sections.shift_remove(key.as_str()) {
                Some(entries) => {
                    Entry::new(entry.key, Node::new(entries, entry.node.location))
                }
                None => entry,
            };
            components.insert(key, entry);
        }
        for (section, entries) in sections {
            let node = Node::new(entries, at.clone());
            components.insert(section.to_owned(), Entry::new(at.clone(), node));
        }
        if !components.is_empty() || document.contains_key("components") {
            let node = Node::new(components, at.clone());
            document.insert("components".to_owned(), Entry::new(at, node));
        }
    }

    /// A component's content, its own `$ref`s resolved.
    fn content(&mut self, kind: Kind, target: &Target) -> Node {
        let file = self.files.get(target.file).unwrap_or(&self.root).clone();
        match walk(&file.root, &target.pointer) {
            Ok(node) => self.resolve(node, Shape::Object(kind), target.file),
            Err(_) => Node::new(Value::Null, file.root.location.clone()),
        }
    }

    fn node(&self, target: &Target) -> Option<&Node> {
        walk(&self.files.get(target.file)?.root, &target.pointer).ok()
    }

    /// The same tree with every `$ref` in it replaced; what isn't looked into stays as it is.
    fn resolve(&mut self, node: &Node, shape: Shape, file: FileId) -> Node {
        if shape == Shape::Any || node.is_scalar() {
            return node.clone();
        }
        self.depth += 1;
        let resolved = if self.depth > DEEPEST {
            let message = format!("`$ref`s nest the document deeper than {DEEPEST} levels");
            self.reporter.push(Diagnostic::error("too-deep", message).at(node.location.clone()));
            Node::new(Value::Null, node.location.clone())
        } else {
            self.resolve_inner(node, shape, file)
        };
        self.depth -= 1;
        resolved
    }

    fn resolve_inner(&mut self, node: &Node, shape: Shape, file: FileId) -> Node {
        let value = match &node.value {
            Value::Object(entries) => {
                let reference = entries.get("$ref").and_then(|entry| entry.node.as_str());
                if let Some(text) = reference {
                    return self.reference(node, text, shape, file);
                }
                let resolve = |(key, entry): (&String, &Entry)| {
                    let inner = match shape {
                        Shape::Map(inner) => *inner,
                        Shape::Object(kind) => {
                            kind.field(key).map_or(Shape::Any, |field| field.shape)
                        }
                        Shape::SchemaOrFlag => {
                            Kind::Schema.field(key).map_or(Shape::Any, |field| field.shape)
                        }
                        _ => Shape::Any,
                    };
                    let node = match (shape, key.as_str()) {
                        (Shape::Object(Kind::Discriminator), "mapping") => {
                            self.mapping(&entry.node, file)
                        }
                        _ => self.resolve(&entry.node, inner, file),
                    };
                    (key.clone(), Entry::new(entry.key.clone(), node))
                };
                Value::Object(entries.iter().map(resolve).collect())
            }
            Value::Array(items) => {
                let inner = match shape {
                    Shape::List(inner) => *inner,
                    _ => Shape::Any,
                };
                Value::Array(items.iter().map(|item| self.resolve(item, inner, file)).collect())
            }
            scalar => scalar.clone(),
        };
        Node { value, location: node.location.clone() }
    }

    /// What stands in place of a `$ref`: one to a component, or what it refers to. One that leads nowhere is said and stays
    /// as it is; `check` sees to the rest.
    fn reference(&mut self, node: &Node, text: &str, shape: Shape, file: FileId) -> Node {
        let place = node.get("$ref").map_or(&node.location, |node| &node.location).clone();
        let target = match self.follow(text, file) {
            Ok(Some(target)) => target,
            Ok(None) => return node.clone(),
            Err(diagnostic) => {
                self.reporter.fault(diagnostic.at(place));
                return node.clone();
            }
        };
        let kind = match shape {
            Shape::Object(kind) => Some(kind),
            Shape::SchemaOrFlag => Some(Kind::Schema),
            _ => None,
        };
        let section = kind.and_then(|kind| Some((kind, kind.section()?)));
        let resolved = match section {
            Some((kind, section)) => match self.component(section, kind, &target, &place) {
                Ok(name) => {
                    let to = format!("#/components/{section}/{name}");
                    let entry = Entry::new(place.clone(), Node::new(to, place));
                    Node::new(IndexMap::from([("$ref".to_owned(), entry)]), node.location.clone())
                }
                Err(diagnostic) => {
                    self.reporter.fault(*diagnostic);
                    return node.clone();
                }
            },
            None => match self.inline(&target, shape) {
                Ok(resolved) => resolved,
                Err(diagnostic) => {
                    self.reporter.fault(diagnostic.at(place));
                    return node.clone();
                }
            },
        };
        self.with_siblings(resolved, node, kind, file)
    }

    /// Keeps what stands beside a `$ref`: a path item's fields go before those that it refers to; of the others `check`
    /// knows which mean something.
    fn with_siblings(
        &mut self,
        mut resolved: Node,
        node: &Node,
        kind: Option<Kind>,
        file: FileId,
    ) -> Node {
        for (key, entry) in node.entries().filter(|(key, _)| *key != "$ref") {
            let Some(kind) = kind else { continue };
            let shape = kind.field(key).map_or(Shape::Any, |field| field.shape);
            let sibling = self.resolve(&entry.node, shape, file);
            if let Some(entries) = resolved.as_object_mut() {
                entries.insert(key.to_owned(), Entry::new(entry.key.clone(), sibling));
            }
        }
        resolved
    }

    /// The name under which a target stands in `components`, which it gets now if it has none.
    fn component(
        &mut self,
        section: &'static str,
        kind: Kind,
        target: &Target,
        place: &Location,
    ) -> Result<String, Box<Diagnostic>> {
        let known = (section, target.clone());
        if let Some(name) = self.names.get(&known) {
            return Ok(name.clone());
        }
        if let (0, [first, other, name]) = (target.file, target.pointer.as_slice())
            && first == "components"
            && other != section
        {
            let message = format!("`{name}` is one of `{other}`, and {} has to stand here", kind.name());
            return Err(Box::new(
                Diagnostic::error("wrong-ref", message)
                    .at(place.clone())
                    .label(format!("refer to one of `#/components/{section}`")),
            ));
        }
        let path = self.paths.get(target.file).map(PathBuf::as_path).unwrap_or(Path::new(""));
        let stem = || path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let given = match target.pointer.as_slice() {
            [] => Some(stem()),
            pointer => given_name(pointer).map(str::to_owned),
        };
        let given = given.map(|name| name.replace(['/', '~'], "_"));
        let wanted = given.clone().unwrap_or_else(|| made_name(&target.pointer));
        let name = self.unused(section, &wanted);
        if let Some(given) = given.filter(|given| *given != name)
            && let Some((other, first)) = self.taken.get(&(section, given.clone()))
        {
            let message = format!(
                "two {section} are called `{given}`: {} and {}",
                self.describe(other),
                self.describe(target)
            );
            let diagnostic = Diagnostic::error("name-collision", message)
                .at(place.clone())
                .label("the second one")
                .note(first.clone(), "the first one")
                .help("give one of them another name");
            self.reporter.fault(diagnostic);
        }
        self.names.insert(known, name.clone());
        self.taken.insert((section, name.clone()), (target.clone(), place.clone()));
        let target = target.clone();
        self.pending.push_back(Pending { section, kind, name: name.clone(), target });
        Ok(name)
    }

    fn unused(&self, section: &'static str, wanted: &str) -> String {
        let names = std::iter::once(wanted.to_owned()).chain((2..).map(|n| format!("{wanted}{n}")));
        let mut free = names.filter(|name| !self.taken.contains_key(&(section, name.clone())));
        free.next().unwrap_or_default()
    }

    fn describe(&self, target: &Target) -> String {
        let file = self.files.get(target.file).map_or("", |file| file.source.name());
        match target.pointer.is_empty() {
            true => format!("`{file}`"),
            false => format!("`{file}{}`", pointer_text(&target.pointer)),
        }
    }

    fn inline(&mut self, target: &Target, shape: Shape) -> Result<Node, Diagnostic> {
        if self.inlining.contains(target) {
            let message = format!("{} refers to itself, without end", self.describe(target));
            return Err(Diagnostic::error("ref-cycle", message).label("leads back to where it stands"));
        }
        let file = self.files.get(target.file).unwrap_or(&self.root).clone();
        let node = walk(&file.root, &target.pointer).map_err(|missing| missing.diagnostic(&target.pointer, &file))?;
        self.inlined = self.inlined.saturating_add(node.size());
        if self.inlined > MOST_INLINED {
            return Err(Diagnostic::error("too-large", "the `$ref`s of this document expand to too much"));
        }
        self.inlining.push(target.clone());
        let resolved = self.resolve(node, shape, target.file);
        self.inlining.pop();
        Ok(resolved)
    }

    /// Where a `$ref` leads in the end. None if that can't be said, which was reported already.
    fn follow(&mut self, text: &str, file: FileId) -> Result<Option<Target>, Diagnostic> {
        let (mut text, mut file) = (text.to_owned(), file);
        let mut seen = HashSet::new();
        loop {
            let reference = Reference::parse(&text)
                .map_err(|why| Diagnostic::error("bad-ref", format!("the `$ref` `{text}` {why}")))?;
            let Some(id) = self.file(&reference.file, file)? else { return Ok(None) };
            let Some(source) = self.files.get(id).map(Rc::clone) else { return Ok(None) };
            let (pointer, next) = match walk(&source.root, &reference.pointer) {
                Ok(node) => (reference.pointer, alias(node).map(str::to_owned)),
                // Somewhere on the way stands a `$ref`: what is looked for is within what that refers to.
                Err(Missing { through: Some((to, rest)), .. }) => {
                    let more: String = rest.iter().map(|it| format!("/{}", super::reference::escape(it))).collect();
                    let joint = if to.contains('#') { "" } else { "#" };
                    (reference.pointer, Some(format!("{to}{joint}{more}")))
                }
                Err(missing) => return Err(missing.diagnostic(&reference.pointer, &source)),
            };
            let target = Target { file: id, pointer };
            let Some(next) = next else { return Ok(Some(target)) };
            if !seen.insert(target) || seen.len() > DEEPEST {
                let message = format!("the `$ref` `{text}` only ever leads to another `$ref`");
                return Err(Diagnostic::error("ref-cycle", message).label("leads back to itself"));
            }
            (text, file) = (next, id);
        }
    }

    /// The file that a `$ref` in another one names.
    fn file(&mut self, name: &str, from: FileId) -> Result<Option<FileId>, Diagnostic> {
        if name.is_empty() {
            return Ok(Some(from));
        }
        let folder = self.paths.get(from).and_then(|path| path.parent()).unwrap_or(Path::new(""));
        let path = normal(&folder.join(name));
        if let Some(known) = self.by_path.get(&path) {
            return Ok(*known);
        }
        let shown = path.to_string_lossy().replace('\\', "/");
        if !path.is_file() {
            let help = self.similar_file(&path).map(|near| format!("did you mean `{near}`?"));
            let mut diagnostic = Diagnostic::error("missing-ref", format!("there is no file `{shown}`"));
            diagnostic.help = help;
            return Err(diagnostic);
        }
        let parent = normal(&self.folder.join(".."));
        let outside = match path.strip_prefix(&parent) {
            Ok(rest) => rest.starts_with(".."),
            Err(_) => true,
        };
        if outside {
            let message = format!("the document reaches out of its folder, for `{shown}`");
            self.reporter.push(Diagnostic::warning("ref-outside", message));
        }
        let id = match file::read(&path, &shown) {
            Ok(mut file) => {
                for duplicate in file.duplicates.drain(..) {
                    self.reporter.fault(duplicate);
                }
                self.files.push(Rc::new(file));
                self.paths.push(path.clone());
                Some(self.files.len() - 1)
            }
            Err(diagnostics) => {
                diagnostics.into_iter().for_each(|diagnostic| self.reporter.push(diagnostic));
                None
            }
        };
        self.by_path.insert(path, id);
        Ok(id)
    }

    fn similar_file(&self, path: &Path) -> Option<String> {
        let names: Vec<String> = std::fs::read_dir(path.parent()?)
            .ok()?
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect();
        let name = path.file_name()?.to_str()?;
        nearest(name, names.iter().map(String::as_str)).map(str::to_owned)
    }

    /// The values of a discriminator's mapping are names of schemas or `$ref`s to them.
    fn mapping(&mut self, node: &Node, file: FileId) -> Node {
        let mut node = node.clone();
        for entry in node.as_object_mut().into_iter().flat_map(IndexMap::values_mut) {
            let Some(text) = entry.node.as_str().map(str::to_owned) else { continue };
            let is_name = !text.contains(['/', '#']) && !text.ends_with(".yaml") && !text.ends_with(".json");
            // A name is one of the root's, whichever file uses it.
            let (text, file) = match is_name {
                true => (format!("#/components/schemas/{text}"), 0),
                false => (text, file),
            };
            let place = entry.node.location.clone();
            let found = match self.follow(&text, file) {
                Ok(Some(target)) => self.component("schemas", Kind::Schema, &target, &place).map_err(|it| *it),
                Ok(None) => continue,
                Err(diagnostic) => Err(diagnostic.at(place)),
            };
            match found {
                Ok(name) => entry.node.value = format!("#/components/schemas/{name}").into(),
                Err(diagnostic) => self.reporter.fault(diagnostic),
            }
        }
        node
    }
}

/// Where a pointer leads nowhere.
struct Missing<'n> {
    /// What holds no such thing, and how far the pointer got.
    at: &'n Node,
    depth: usize,
    /// The `$ref` that stands there instead, and what is left of the pointer.
    through: Option<(String, Vec<String>)>,
}

impl Missing<'_> {
    fn diagnostic(&self, pointer: &[String], file: &File) -> Diagnostic {
        let wanted = pointer.get(self.depth).map_or("", String::as_str);
        let message = format!("there is no `{}` in `{}`", pointer_text(pointer), file.source.name());
        let near = nearest(wanted, self.at.entries().map(|(key, _)| key));
        let mut diagnostic = Diagnostic::error("missing-ref", message);
        diagnostic.label = format!("`{wanted}` is not there");
        diagnostic.help = near.map(|near| format!("did you mean `{near}`?"));
        diagnostic
    }
}

fn walk<'n>(root: &'n Node, pointer: &[String]) -> Result<&'n Node, Missing<'n>> {
    let mut node = root;
    for (depth, token) in pointer.iter().enumerate() {
        // In a URL's query a `+` is a space; some take fragments for the same.
        let child = node.child(token).or_else(|| node.child(&token.replace('+', " ")));
        node = child.ok_or_else(|| Missing {
            at: node,
            depth,
            through: node
                .get("$ref")
                .and_then(Node::as_str)
                .map(|to| (to.to_owned(), pointer.get(depth..).unwrap_or_default().to_vec())),
        })?;
    }
    Ok(node)
}

/// The text of a `$ref` that stands alone. With others beside it, it is not the same as what it refers to.
fn alias(node: &Node) -> Option<&str> {
    let entries = node.as_object()?;
    if entries.len() == 1 { node.get("$ref")?.as_str() } else { None }
}

fn is_alias(node: &Node) -> bool {
    alias(node).is_some()
}
