//! Stage four: brings a folder into line with the generated files, whole or not at all.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Component, Path, PathBuf},
};

use similar::TextDiff;

/// What writing changed, or with `check` would change. Paths are relative to the folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Files that are new or differ.
    pub written: Vec<PathBuf>,
    /// Files that are no longer generated.
    pub removed: Vec<PathBuf>,
    /// How many files are as they were.
    pub unchanged: usize,
    /// With `check`: what differs, as a unified diff. Of a file that is new or gone it has only the name.
    pub diff: String,
}

impl Changes {
    /// Whether the folder was in line already.
    pub fn is_empty(&self) -> bool {
        self.written.is_empty() && self.removed.is_empty()
    }
}

/// Brings the folder `dir` into line with `files`; with `check` it only says what it would do.
///
/// Every file in the folder counts as generated, but `target`, `Cargo.lock` and what starts with a dot. So a folder that
/// isn't empty is touched only if its `Cargo.toml` says `generated = true` under `[package.metadata.yundb]`.
///
/// # Errors
/// If the folder can't be read or written, or isn't one of ours. It is as before then.
pub fn write(dir: &Path, files: &BTreeMap<PathBuf, String>, check: bool) -> io::Result<Changes> {
    if let Some(path) = files.keys().find(|path| !stays_within(path)) {
        let message = format!("`{}` is no path within a folder", path.display());
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    let present = present(dir)?;
    if !present.is_empty() && !is_generated(dir) {
        let message = format!(
            "`{}` is not empty and no generated crate: its Cargo.toml has no `generated = true` under \
             `[package.metadata.yundb]`. Give an empty folder, or remove what is there",
            dir.display()
        );
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
    }
    let mut changes = Changes::default();
    for (path, text) in files {
        let old = if present.contains(path) { Some(fs::read(dir.join(path))?) } else { None };
        if old.as_deref() == Some(text.as_bytes()) {
            changes.unchanged += 1;
            continue;
        }
        if check {
            changes.diff += &difference(path, old.as_deref(), text);
        }
        changes.written.push(path.clone());
    }
    changes.removed = present.iter().filter(|path| !files.contains_key(*path)).cloned().collect();
    if check {
        let gone = changes.removed.iter().map(|path| format!("--- {}\n+++ /dev/null\n", path.display()));
        changes.diff.extend(gone);
    } else if !changes.is_empty() {
        apply(dir, files, &changes, &present)?;
    }
    Ok(changes)
}

fn stays_within(path: &Path) -> bool {
    path.components().all(|component| matches!(component, Component::Normal(_))) && path.file_name().is_some()
}

/// The files of a folder that count as generated.
fn present(dir: &Path) -> io::Result<BTreeSet<PathBuf>> {
    let mut found = BTreeSet::new();
    let mut open = vec![PathBuf::new()];
    while let Some(folder) = open.pop() {
        let entries = match fs::read_dir(dir.join(&folder)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound && folder.as_os_str().is_empty() => break,
            Err(error) => return Err(error),
        };
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            let at_top = folder.as_os_str().is_empty();
            if name.as_encoded_bytes().starts_with(b".") || (at_top && (name == "target" || name == "Cargo.lock")) {
                continue;
            }
            match entry.file_type()?.is_dir() {
                true => open.push(folder.join(name)),
                false => drop(found.insert(folder.join(name))),
            }
        }
    }
    Ok(found)
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

/// A file that was moved, for the way back.
struct Moved {
    from: PathBuf,
    to: PathBuf,
}

/// Writes what is new beside the folder first, and then only renames; should one of those fail, all are taken back.
fn apply(
    dir: &Path,
    files: &BTreeMap<PathBuf, String>,
    changes: &Changes,
    present: &BTreeSet<PathBuf>,
) -> io::Result<()> {
    let parent = match dir.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(parent)?;
    let staging = tempfile::Builder::new().prefix(".yundb-").tempdir_in(parent)?;
    let (new, old) = (staging.path().join("new"), staging.path().join("old"));
    for path in &changes.written {
        let Some(text) = files.get(path) else { continue };
        let staged = new.join(path);
        create_parent(&staged)?;
        fs::write(staged, text)?;
    }
    let replaced = changes.written.iter().filter(|path| present.contains(*path));
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
            format!("{error}; putting the old files back failed too ({stuck}): they are in `{}`", kept.display());
        return Err(io::Error::new(error.kind(), message));
    }
    Err(error)
}

fn rename(dir: &Path, from: PathBuf, to: PathBuf, moved: &mut Vec<Moved>) -> io::Result<()> {
    create_parent(&to)?;
    fs::rename(&from, &to)?;
    // A folder without files would stand in the way of a file of its name.
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

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "[package]\nname = \"x\"\n\n[package.metadata.yundb]\ngenerated = true\n";

    fn files(list: &[(&str, &str)]) -> BTreeMap<PathBuf, String> {
        let manifest = ("Cargo.toml", MANIFEST);
        list.iter().chain([&manifest]).map(|(path, text)| (path.into(), (*text).to_owned())).collect()
    }

    fn paths(list: &[&str]) -> Vec<PathBuf> {
        list.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn only_what_differs_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("deep/crate");
        let first = write(&dir, &files(&[("src/lib.rs", "1\n"), ("src/a/b.rs", "2\n")]), false).unwrap();
        assert_eq!(first.written, paths(&["Cargo.toml", "src/a/b.rs", "src/lib.rs"]));
        fs::create_dir(dir.join("target")).unwrap();
        fs::write(dir.join("target/x"), "").unwrap();
        fs::write(dir.join("Cargo.lock"), "").unwrap();
        fs::write(dir.join(".gitignore"), "").unwrap();

        let wanted = files(&[("src/lib.rs", "1\n3\n"), ("src/a", "now a file\n")]);
        let checked = write(&dir, &wanted, true).unwrap();
        assert_eq!(checked.written, paths(&["src/a", "src/lib.rs"]));
        assert_eq!(checked.removed, paths(&["src/a/b.rs"]));
        assert_eq!(
            checked.diff,
            "--- /dev/null\n+++ src/a\n--- src/lib.rs\n+++ src/lib.rs\n@@ -1 +1,2 @@\n 1\n+3\n--- src/a/b.rs\n+++ /dev/null\n"
        );
        assert_eq!(fs::read_to_string(dir.join("src/lib.rs")).unwrap(), "1\n");

        let written = write(&dir, &wanted, false).unwrap();
        assert_eq!((written.written, written.removed, written.unchanged), (checked.written, checked.removed, 1));
        assert_eq!(fs::read_to_string(dir.join("src/a")).unwrap(), "now a file\n");
        assert!(dir.join("target/x").exists() && dir.join("Cargo.lock").exists() && dir.join(".gitignore").exists());
        assert!(write(&dir, &wanted, false).unwrap().is_empty());
        let beside: Vec<_> = fs::read_dir(folder.path().join("deep")).unwrap().collect();
        assert_eq!(beside.len(), 1, "nothing is left beside the crate");
    }

    #[test]
    fn foreign_folders_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("Cargo.toml"), "[package]\nname = \"mine\"\n").unwrap();
        let error = write(folder.path(), &files(&[]), false).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(folder.path().join("Cargo.toml")).unwrap(), "[package]\nname = \"mine\"\n");
    }

    #[test]
    fn paths_stay_within_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["../x", "/x", "a/../../x", ""] {
            let error = write(&folder.path().join("crate"), &files(&[(path, "")]), false).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{path}");
        }
    }

    #[test]
    fn a_failed_run_takes_everything_back() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("crate");
        let before = files(&[("src/a.rs", "old\n"), ("src/gone.rs", "old\n")]);
        write(&dir, &before, false).unwrap();
        // A folder that doesn't count as generated stands where a file has to go.
        fs::create_dir_all(dir.join("src/z.rs/.kept")).unwrap();
        assert!(write(&dir, &files(&[("src/a.rs", "new\n"), ("src/z.rs", "new\n")]), false).is_err());
        for (path, text) in before {
            assert_eq!(fs::read_to_string(dir.join(path)).unwrap(), text);
        }
        assert!(!dir.join("src/z.rs").is_file());
    }
}
