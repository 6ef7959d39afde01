//! The files of a document: each is read once, and `$ref`s are followed to their final target.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    path::{Path, PathBuf},
    rc::Rc,
};

use crate::{
    diagnostic::{Diagnostic, Location},
    load::{
        Node,
        file::{self, File},
        reference::{Reference, normal, pointer_text},
        report::{Reporter, nearest},
    },
    pointer::escape,
};

/// Index of a file; 0 is the document's own.
pub(super) type FileId = usize;

/// Maximum total number of names compared with those of invalid `$ref`s, so that the first ones get a suggestion in
/// documents of any size.
const MOST_COMPARED: usize = 200_000;

/// A pointer longer than this grows without end while `$ref`s are followed: `a: {$ref: '#/a/b'}`.
const LONGEST_POINTER: usize = 1_000;

/// A result, or an error. None if the error was reported already.
pub(super) type Found<T> = Result<T, Box<Diagnostic>>;

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Target {
    pub file: FileId,
    pub pointer: Vec<String>,
}

pub(super) struct Files {
    root: Rc<File>,
    files: Vec<(PathBuf, Rc<File>)>,
    /// By path; None for a file that can't be read, which was reported already.
    by_path: HashMap<PathBuf, Option<FileId>>,
    /// Final targets of the places that consist of nothing but a `$ref`, so that chains are followed once.
    aliases: HashMap<Target, Found<Option<Target>>>,
    /// The final targets of all `$ref`s.
    used: HashSet<Target>,
    folder: PathBuf,
    compared: usize,
}

impl Files {
    pub fn new(root: File, path: &Path) -> Self {
        let path = normal(path);
        let root = Rc::new(root);
        Self {
            folder: path.parent().unwrap_or(Path::new("")).to_owned(),
            files: vec![(path.clone(), Rc::clone(&root))],
            by_path: HashMap::from([(path, Some(0))]),
            aliases: HashMap::new(),
            used: HashSet::new(),
            root,
            compared: 0,
        }
    }

    pub fn get(&self, id: FileId) -> Rc<File> {
        Rc::clone(self.files.get(id).map_or(&self.root, |(_, file)| file))
    }

    pub fn path(&self, id: FileId) -> &Path {
        self.files.get(id).map_or(Path::new(""), |(path, _)| path)
    }

    /// A description of a place.
    pub fn describe(&self, target: &Target) -> String {
        let file = self.get(target.file);
        match target.pointer.is_empty() {
            true => format!("`{}`", file.source.name()),
            false => format!("`{}{}`", file.source.name(), pointer_text(&target.pointer)),
        }
    }

    /// The final target of a `$ref` in `file`. None if there is none, which was reported already.
    pub fn follow(
        &mut self,
        text: &str,
        place: &Location,
        file: FileId,
        reporter: &mut Reporter<'_>,
    ) -> Found<Option<Target>> {
        let mut passed = HashSet::new();
        let end = self.end(text, place, file, &mut passed, reporter);
        self.used.extend(end.iter().flatten().cloned());
        self.aliases.extend(passed.into_iter().map(|alias| (alias, end.clone())));
        end
    }

    /// The same, with the places of the `$ref`s on the way.
    fn end(
        &mut self,
        text: &str,
        place: &Location,
        file: FileId,
        passed: &mut HashSet<Target>,
        reporter: &mut Reporter<'_>,
    ) -> Found<Option<Target>> {
        let (mut text, mut file) = (text.to_owned(), file);
        loop {
            let reference = match Reference::parse(&text) {
                Ok(reference) => reference,
                Err(why) => return fail(Diagnostic::error("bad-ref", format!("the `$ref` `{text}` {why}"))),
            };
            let Some(id) = self.open(&reference.file, place, file, reporter)? else { return Ok(None) };
            let source = self.get(id);
            let pointer = match &reference.anchor {
                None => reference.pointer,
                Some(name) => match source.anchors.get(name) {
                    Some(pointer) => pointer.clone(),
                    None => {
                        let message = format!("there is no `$anchor` `{name}` in `{}`", source.source.name());
                        let mut diagnostic = Diagnostic::error("missing-ref", message);
                        let near = nearest(name, source.anchors.keys().map(String::as_str));
                        diagnostic.help = Some(match near {
                            Some(near) => format!("did you mean `{near}`?"),
                            None => "start the pointer within a file with `#/`".to_owned(),
                        });
                        return fail(diagnostic);
                    }
                },
            };
            let next = match walk(&source.root, &pointer) {
                Ok(node) => alias(node).map(str::to_owned),
                // A `$ref` on the way: the target is within its target.
                Err(Missing { through: Some((to, rest)), .. }) => {
                    let more: String = rest.iter().map(|token| format!("/{}", escape(token))).collect();
                    let joint = if to.contains('#') { "" } else { "#" };
                    Some(format!("{to}{joint}{more}"))
                }
                Err(missing) => return fail(missing.diagnostic(&pointer, &source, &mut self.compared)),
            };
            let target = Target { file: id, pointer };
            let Some(next) = next else { return Ok(Some(target)) };
            if let Some(end) = self.aliases.get(&target) {
                return end.clone();
            }
            let endless = target.pointer.len() > LONGEST_POINTER;
            if !passed.insert(target) || endless {
                let message = "this `$ref` leads only to other `$ref`s";
                return fail(Diagnostic::error("ref-cycle", message).label("circular"));
            }
            (text, file) = (next, id);
        }
    }

    /// The file that a `$ref` in another file names.
    fn open(
        &mut self,
        name: &str,
        place: &Location,
        from: FileId,
        reporter: &mut Reporter<'_>,
    ) -> Found<Option<FileId>> {
        if name.is_empty() {
            return Ok(Some(from));
        }
        let path = normal(&self.path(from).parent().unwrap_or(Path::new("")).join(name));
        let shown = path.to_string_lossy().replace('\\', "/");
        // The file's error is reported once, and the missing part at each `$ref` to it.
        let unread = || fail(Diagnostic::error("missing-ref", format!("cannot read the file `{shown}`")));
        if let Some(known) = self.by_path.get(&path) {
            return known.map_or_else(unread, |id| Ok(Some(id)));
        }
        if !path.is_file() {
            let mut diagnostic = Diagnostic::error("missing-ref", format!("there is no file `{shown}`"));
            diagnostic.help = similar_file(&path).map(|near| format!("did you mean `{near}`?"));
            return fail(diagnostic);
        }
        if self.is_outside(&path) {
            let message = format!("the document refers to `{shown}`, outside its folder");
            reporter.push(Diagnostic::warning("ref-outside", message).at(place.clone()));
        }
        let id = match file::read(&path, &shown) {
            Ok(mut file) => {
                file.duplicates.drain(..).for_each(|duplicate| reporter.duplicate(duplicate));
                self.files.push((path.clone(), Rc::new(file)));
                Some(self.files.len() - 1)
            }
            Err(diagnostics) => {
                diagnostics.into_iter().for_each(|diagnostic| reporter.fault(diagnostic));
                None
            }
        };
        self.by_path.insert(path, id);
        id.map_or_else(unread, |id| Ok(Some(id)))
    }

    /// Reports files and members of shared files that nothing refers to.
    pub fn unused(&self, reporter: &mut Reporter<'_>) {
        let mut members: HashMap<FileId, HashSet<&str>> = HashMap::new();
        let mut whole: HashSet<FileId> = HashSet::from([0]);
        for target in self.used.iter().chain(self.aliases.keys()) {
            match target.pointer.first() {
                Some(first) => drop(members.entry(target.file).or_default().insert(first)),
                None => drop(whole.insert(target.file)),
            }
        }
        for (id, (_, file)) in self.files.iter().enumerate().filter(|(id, _)| !whole.contains(id)) {
            let used = members.get(&id);
            for (name, entry) in file.root.entries() {
                if !name.starts_with("x-") && used.is_none_or(|used| !used.contains(name)) {
                    let message = format!("nothing refers to `{name}`");
                    let warning = Diagnostic::warning("unused", message).at(entry.key.clone());
                    reporter.push(warning.help("remove it, or refer to it"));
                }
            }
        }
        // Only folders that contain a part of the document: other files may belong to something else.
        let folders: BTreeSet<&Path> = self.files.iter().filter_map(|(path, _)| path.parent()).collect();
        for folder in folders.into_iter().filter(|folder| *folder != self.folder) {
            let entries = std::fs::read_dir(folder).into_iter().flatten();
            let paths: BTreeSet<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
            let is_part = |path: &PathBuf| {
                let extension = path.extension().and_then(|extension| extension.to_str());
                matches!(extension, Some("yaml" | "yml" | "json")) && !self.by_path.contains_key(&normal(path))
            };
            for path in paths.into_iter().filter(is_part) {
                let message = format!("nothing refers to the file `{}`", path.to_string_lossy().replace('\\', "/"));
                reporter.push(Diagnostic::warning("unused", message).help("remove it, or refer to it"));
            }
        }
    }

    /// Documents may share files with sibling folders, but not beyond.
    fn is_outside(&self, path: &Path) -> bool {
        match path.strip_prefix(normal(&self.folder.join(".."))) {
            Ok(rest) => rest.starts_with(".."),
            Err(_) => true,
        }
    }
}

pub(super) fn fail<T>(diagnostic: Diagnostic) -> Found<T> {
    Err(Box::new(diagnostic))
}

fn similar_file(path: &Path) -> Option<String> {
    let entries = std::fs::read_dir(path.parent()?).ok()?;
    let mut names: Vec<String> = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort_unstable();
    nearest(path.file_name()?.to_str()?, names.iter().map(String::as_str)).map(str::to_owned)
}

/// The point at which a pointer can't be followed.
pub(super) struct Missing<'n> {
    /// The value without such a member, and how far the pointer got.
    at: &'n Node,
    depth: usize,
    /// The `$ref` at this point, and the rest of the pointer.
    through: Option<(String, Vec<String>)>,
}

impl Missing<'_> {
    /// The error, with a suggestion as long as not too many names were `compared`.
    pub fn diagnostic(&self, pointer: &[String], file: &File, compared: &mut usize) -> Diagnostic {
        let wanted = pointer.get(self.depth).map_or("", String::as_str);
        let message = format!("there is no `{}` in `{}`", pointer_text(pointer), file.source.name());
        let names = self.at.entries().map(|(key, _)| key).take(MOST_COMPARED.saturating_sub(*compared));
        let near = nearest(wanted, names.inspect(|_| *compared += 1));
        let mut diagnostic = Diagnostic::error("missing-ref", message);
        diagnostic.label = format!("`{wanted}` does not exist");
        diagnostic.help = near.map(|near| format!("did you mean `{near}`?"));
        diagnostic
    }
}

/// The value under a pointer.
pub(super) fn walk<'n>(root: &'n Node, pointer: &[String]) -> Result<&'n Node, Missing<'n>> {
    let mut node = root;
    for (depth, token) in pointer.iter().enumerate() {
        // In a URL's query `+` is a space; some tools encode fragments in the same way.
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

/// The `$ref` of a map without siblings. With siblings, it is not equivalent to its target.
pub(super) fn alias(node: &Node) -> Option<&str> {
    let entries = node.as_object()?;
    if entries.len() == 1 { node.get("$ref")?.as_str() } else { None }
}
