//! Stage four: updates the generated files of a folder, all or nothing.

mod owned;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use similar::TextDiff;

pub use owned::LIST;
use owned::{may_be_generated, owned};

/// The files that were changed, or with `check` would be. Paths are relative to the folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Files that are new or differ.
    pub written: Vec<PathBuf>,
    /// Files that are no longer generated.
    pub removed: Vec<PathBuf>,
    /// Number of files that are up to date.
    pub unchanged: usize,
    /// With `check`: the differences as a unified diff. Files that are new or removed appear by name only.
    pub diff: String,
}

impl Changes {
    /// Whether the folder was up to date.
    pub fn is_empty(&self) -> bool {
        self.written.is_empty() && self.removed.is_empty()
    }
}

/// Updates the generated files in the folder `dir` to match `files`; with `check`, only reports the differences.
///
/// The folder has a list of its generated files, [`LIST`]; no other files are touched. A non-empty folder is accepted
/// only if its `Cargo.toml` has `generated = true` under `[package.metadata.yundb]`.
///
/// # Errors
/// If the folder can't be read or written, isn't a generated crate, or contains another file at the path of a generated
/// one. The folder is unchanged then.
pub fn write(dir: &Path, files: &BTreeMap<PathBuf, String>, check: bool) -> io::Result<Changes> {
    if let Some(path) = files.keys().find(|path| !may_be_generated(path)) {
        let message = format!("`{}` is not a valid path for a generated file", path.display());
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    if dir.is_file() {
        let message = format!("`{}` is a file: name a folder for the crate", dir.display());
        return Err(io::Error::new(io::ErrorKind::NotADirectory, message));
    }
    if !is_empty(dir).map_err(|error| cannot("read", dir, &error))? && !is_generated(dir) {
        let message = format!(
            "`{}` is not empty and not a generated crate: its Cargo.toml has no `generated = true` under \
             `[package.metadata.yundb]`. Use an empty folder, or remove its content",
            dir.display()
        );
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
    }
    let list = owned::list(files);
    let mut files: BTreeMap<&Path, &str> = files.iter().map(|(path, text)| (path.as_path(), text.as_str())).collect();
    files.insert(Path::new(LIST), &list);

    let owned = owned(dir)?;
    let mut folder = Folder { dir, removed: BTreeSet::new() };
    for path in owned.iter().filter(|path| !files.contains_key(path.as_path())) {
        folder.through_no_link(path)?;
        // A path that has become a link or a folder since is not our file any more; it is left alone.
        if folder.is_file(path)? {
            folder.removed.insert(path.clone());
        }
    }
    let mut changes = Changes::default();
    let mut replaced = BTreeSet::new();
    for (path, text) in &files {
        folder.is_free(path)?;
        let old = if folder.is_file(path)? { Some(fs::read(dir.join(path))?) } else { None };
        if old.as_deref() == Some(text.as_bytes()) {
            changes.unchanged += 1;
            continue;
        }
        if old.is_some() {
            if !owned.contains(*path) {
                return Err(folder.in_the_way(path, "is not generated and would be overwritten"));
            }
            replaced.insert(path.to_path_buf());
        }
        if check {
            changes.diff += &difference(path, old.as_deref(), text);
        }
        changes.written.push(path.to_path_buf());
    }
    changes.removed = folder.removed.into_iter().collect();
    if check {
        let gone = changes.removed.iter().map(|path| format!("--- {}\n+++ /dev/null\n", path.display()));
        changes.diff.extend(gone);
    } else if !changes.is_empty() {
        apply(dir, &files, &changes, &replaced)?;
    }
    Ok(changes)
}

/// An error that names the path.
pub(crate) fn cannot(what: &str, path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("cannot {what} `{}`: {error}", path.display()))
}

/// A crate's folder on disk, and the files that are about to be removed.
struct Folder<'a> {
    dir: &'a Path,
    removed: BTreeSet<PathBuf>,
}

impl Folder<'_> {
    /// Fails for a path through a symbolic link, which may lead anywhere.
    fn through_no_link(&self, path: &Path) -> io::Result<()> {
        for folder in parents(path) {
            if self.kind(folder)?.is_some_and(|kind| kind.is_symlink()) {
                return Err(
                    self.in_the_way(folder, "is a symbolic link, which generated files are not written through")
                );
            }
        }
        Ok(())
    }

    /// Fails if the path is occupied by something that is neither a file nor about to be removed.
    fn is_free(&self, path: &Path) -> io::Result<()> {
        self.through_no_link(path)?;
        for folder in parents(path) {
            if self.kind(folder)?.is_some_and(|kind| !kind.is_dir()) && !self.removed.contains(folder) {
                return Err(self.in_the_way(folder, "is not a folder, and generated files belong below it"));
            }
        }
        match self.kind(path)? {
            Some(kind) if kind.is_dir() && !self.becomes_empty(path)? => {
                Err(self.in_the_way(path, "is a folder at the path of a generated file"))
            }
            Some(kind) if !kind.is_dir() && !kind.is_file() => {
                Err(self.in_the_way(path, "is not a regular file, and is at the path of a generated one"))
            }
            _ => Ok(()),
        }
    }

    /// Whether a folder is empty once the removed files are gone.
    fn becomes_empty(&self, folder: &Path) -> io::Result<bool> {
        let mut any = false;
        for entry in fs::read_dir(self.dir.join(folder))? {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            let becomes_empty =
                if entry.file_type()?.is_dir() { self.becomes_empty(&path)? } else { self.removed.contains(&path) };
            if !becomes_empty {
                return Ok(false);
            }
            any = true;
        }
        Ok(any)
    }

    fn is_file(&self, path: &Path) -> io::Result<bool> {
        Ok(self.kind(path)?.is_some_and(|kind| kind.is_file()))
    }

    /// The type of file at a path, without following links.
    fn kind(&self, path: &Path) -> io::Result<Option<fs::FileType>> {
        match fs::symlink_metadata(self.dir.join(path)) {
            Ok(metadata) => Ok(Some(metadata.file_type())),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn in_the_way(&self, path: &Path, what: &str) -> io::Error {
        let path = self.dir.join(path);
        let message = format!("`{}` {what}. Move or remove it, then run the generator again", path.display());
        io::Error::new(io::ErrorKind::AlreadyExists, message)
    }
}

/// The folders along a relative path, outermost first.
fn parents(path: &Path) -> Vec<&Path> {
    let mut parents: Vec<_> = path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty()).collect();
    parents.reverse();
    parents
}

/// Whether a folder is empty, apart from files of version control systems and builds.
fn is_empty(dir: &Path) -> io::Result<bool> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let name = entry?.file_name();
        if !name.as_encoded_bytes().starts_with(b".") && name != "target" && name != "Cargo.lock" {
            return Ok(false);
        }
    }
    Ok(true)
}

fn is_generated(dir: &Path) -> bool {
    let manifest = fs::read_to_string(dir.join("Cargo.toml")).unwrap_or_default();
    let mut section = manifest.lines().map(str::trim).skip_while(|line| *line != "[package.metadata.yundb]").skip(1);
    section.by_ref().take_while(|line| !line.starts_with('[')).any(|line| line.replace(' ', "") == "generated=true")
}

fn difference(path: &Path, old: Option<&[u8]>, new: &str) -> String {
    let name = path.display().to_string();
    let Some(old) = old else { return format!("--- /dev/null\n+++ {name}\n") };
    let old = String::from_utf8_lossy(old);
    TextDiff::from_lines(old.as_ref(), new).unified_diff().header(&name, &name).to_string()
}

/// A file that was moved, for undoing it.
struct Moved {
    from: PathBuf,
    to: PathBuf,
}

/// Stages new files beside the folder, then only renames; if a rename fails, all are undone.
fn apply(dir: &Path, files: &BTreeMap<&Path, &str>, changes: &Changes, replaced: &BTreeSet<PathBuf>) -> io::Result<()> {
    let parent = match dir.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let staging =
        fs::create_dir_all(parent).and_then(|()| tempfile::Builder::new().prefix(".yundb-").tempdir_in(parent));
    let staging = staging.map_err(|error| cannot("write to", parent, &error))?;
    let (new, old) = (staging.path().join("new"), staging.path().join("old"));
    for path in &changes.written {
        let Some(text) = files.get(path.as_path()) else { continue };
        let staged = new.join(path);
        create_parent(&staged)?;
        fs::write(staged, text)?;
    }
    let out = changes.removed.iter().chain(replaced).map(|path| (dir.join(path), old.join(path)));
    let into = changes.written.iter().map(|path| (new.join(path), dir.join(path)));
    let mut moved: Vec<Moved> = Vec::new();
    let Err(error) = out.chain(into).try_for_each(|(from, to)| rename(dir, from, to, &mut moved)) else {
        return Ok(());
    };
    let back = |Moved { from, to }: Moved| create_parent(&from).and_then(|()| fs::rename(to, from));
    if let Some(Err(stuck)) = moved.into_iter().rev().map(back).find(Result::is_err) {
        let kept = staging.keep();
        let message =
            format!("{error}; restoring the old files failed too ({stuck}): they are in `{}`", kept.display());
        return Err(io::Error::new(error.kind(), message));
    }
    Err(error)
}

fn rename(dir: &Path, from: PathBuf, to: PathBuf, moved: &mut Vec<Moved>) -> io::Result<()> {
    create_parent(&to)?;
    fs::rename(&from, &to)?;
    // An empty folder would be in the way of a file of the same name.
    for empty in from.ancestors().skip(1).take_while(|folder| folder.starts_with(dir) && *folder != dir) {
        if fs::remove_dir(empty).is_err() {
            break;
        }
    }
    moved.push(Moved { from, to });
    Ok(())
}

fn create_parent(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)
}
