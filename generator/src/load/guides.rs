//! Guides: pages in Markdown beside a document, which become modules of its crate.

use std::path::Path;

use super::report::Reporter;
use crate::diagnostic::Diagnostic;

/// The folder of the guides, beside an `openapi.yaml`.
const FOLDER: &str = "guide";

/// The guides of the document at `path`, by their names without `.md`, sorted by name. A document not called `openapi`
/// shares its folder with others, and has none.
pub fn read(path: &Path, reporter: &mut Reporter<'_>) -> Vec<(String, String)> {
    let folder = path.with_file_name(FOLDER);
    if path.file_stem().is_none_or(|stem| stem != "openapi") || !folder.is_dir() {
        return Vec::new();
    }
    let mut unread = |what: &Path, why: &dyn std::fmt::Display| {
        reporter.push(Diagnostic::error("guide", format!("`{}` can't be read: {why}", what.display())));
    };
    let entries = match folder.read_dir() {
        Ok(entries) => entries,
        Err(error) => {
            unread(&folder, &error);
            return Vec::new();
        }
    };
    let mut guides = Vec::new();
    for entry in entries {
        let page = match entry {
            Ok(entry) => entry.path(),
            Err(error) => {
                unread(&folder, &error);
                continue;
            }
        };
        let Some(name) = page.file_stem().and_then(|stem| stem.to_str()) else { continue };
        if page.extension().is_none_or(|extension| extension != "md") || name.starts_with('.') {
            continue;
        }
        match std::fs::read_to_string(&page) {
            Ok(text) => guides.push((name.to_owned(), text)),
            Err(error) => unread(&page, &error),
        }
    }
    guides.sort();
    guides
}
