//! Changes as entries of a crate's CHANGELOG, in the sections of Keep a Changelog.

use std::fmt::Write as _;

use super::{Change, Level};

/// The sections, in the order of Keep a Changelog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Section {
    Added,
    Changed,
    Deprecated,
    Removed,
    Fixed,
}

/// The sections of a release with these changes, as Markdown. Empty if nothing changes for users.
pub fn changelog(changes: &[Change]) -> String {
    let mut text = String::new();
    for section in [Section::Added, Section::Changed, Section::Deprecated, Section::Removed, Section::Fixed] {
        let mut entries: Vec<String> =
            changes.iter().filter(|it| it.code != DOCS && Section::of(it) == section).map(entry).collect();
        // One entry for all words: a line each would bury the changes that programs depend on.
        let described: Vec<String> = changes.iter().filter(|it| it.code == DOCS).map(|it| code(&it.item)).collect();
        if section == Section::Fixed && !described.is_empty() {
            entries.push(format!("- Descriptions of {}.\n", described.join(", ")));
        }
        if entries.is_empty() {
            continue;
        }
        let blank = if text.is_empty() { "" } else { "\n" };
        // Writing to a string does not fail.
        let _ = write!(text, "{blank}### {section:?}\n\n{}", entries.concat());
    }
    text
}

const DOCS: &str = "docs-changed";

impl Section {
    fn of(change: &Change) -> Self {
        match change.code {
            "deprecated" => Self::Deprecated,
            // The name in Rust remains: only what is sent and read is corrected.
            "wire-name-changed" => Self::Fixed,
            code if code.ends_with("-added") => Self::Added,
            code if code.ends_with("-removed") => Self::Removed,
            _ => Self::Changed,
        }
    }
}

fn entry(change: &Change) -> String {
    let Change { level, item, message, action, .. } = change;
    let mark = if *level == Level::Breaking { "**Breaking:** " } else { "" };
    let action = action.as_ref().map(|action| format!(" {}.", capitalized(action))).unwrap_or_default();
    format!("- {mark}{}: {message}.{action}\n", code(item))
}

/// Items are code, but for those in words, such as `the crate` and `feature pets`.
fn code(item: &str) -> String {
    match item.split_once(' ') {
        None => format!("`{item}`"),
        Some(("the", _)) => item.to_owned(),
        // `security scheme token`
        Some(_) => item.rsplit_once(' ').map_or_else(String::new, |(words, name)| format!("{words} `{name}`")),
    }
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
