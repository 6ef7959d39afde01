//! `--watch`: runs again whenever a file changes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::Context as _;
use notify::{Event, RecursiveMode, Watcher as _};

/// Editors write a file in several steps; they count as one change.
const QUIET: Duration = Duration::from_millis(100);

/// Runs `once`, which returns the files that it depends on, and again on each change of them.
pub(crate) fn forever(spec: &Path, once: impl Fn() -> anyhow::Result<Vec<PathBuf>>) -> anyhow::Result<bool> {
    let (sender, changes) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(sender).context("watching files")?;
    let mut watched = BTreeSet::new();
    loop {
        let files: BTreeSet<PathBuf> = once()?.into_iter().map(|file| real(&file)).collect();
        // The folders, as editors replace files.
        let folders = files.iter().filter_map(|file| if file.is_dir() { Some(file.as_path()) } else { file.parent() });
        for folder in folders {
            if watched.insert(folder.to_owned()) {
                let failed = || format!("watching `{}`", folder.display());
                watcher.watch(folder, RecursiveMode::NonRecursive).with_context(failed)?;
            }
        }
        crate::print::complain!("watching `{}`: press Ctrl+C to stop", spec.display());
        let touches = |event: &notify::Result<Event>| match event {
            Ok(event) => !event.kind.is_access() && event.paths.iter().any(|path| files.contains(&real(path))),
            Err(_) => false,
        };
        while !touches(&changes.recv().context("watching files")?) {}
        while changes.recv_timeout(QUIET).is_ok() {}
    }
}

fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}
