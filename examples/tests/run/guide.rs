//! The guide and the other documents: their links are valid, and their programs compile.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// A document of the repository.
struct Document {
    /// Its path in the repository.
    path: PathBuf,
    text: String,
}

/// The facts of a document that the tests compare, with their places.
#[derive(Default)]
struct Facts {
    links: Vec<(String, usize)>,
    anchors: Vec<String>,
    code: Vec<(String, usize)>,
    fences: Vec<(String, usize)>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

impl Document {
    fn read(path: PathBuf) -> Self {
        let text = fs::read_to_string(root().join(&path)).unwrap();
        Self { path, text }
    }

    fn facts(&self) -> Facts {
        let mut facts = Facts::default();
        let mut heading = None;
        let line = |range: &Range<usize>| self.text[..range.start].lines().count() + 1;
        for (event, range) in Parser::new_ext(&self.text, Options::ENABLE_TABLES).into_offset_iter() {
            match event {
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    facts.links.push((dest_url.into_string(), line(&range)));
                }
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                    facts.fences.push((info.into_string(), line(&range)));
                }
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => {
                    let anchor = anchor(&heading.take().unwrap_or_default());
                    let earlier = facts.anchors.iter().filter(|other| **other == anchor).count();
                    facts.anchors.push(if earlier == 0 { anchor } else { format!("{anchor}-{earlier}") });
                }
                Event::Text(text) | Event::Code(text) if heading.is_some() => {
                    heading.as_mut().unwrap().push_str(&text);
                }
                Event::Code(text) => facts.code.push((text.into_string(), line(&range))),
                _ => {}
            }
        }
        facts
    }
}

/// The id of a heading, by the rules of mdBook and GitHub.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}

/// The chapters of the guide, without its summary.
fn chapters() -> Vec<Document> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::from("book/src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root().join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let path = folder.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") && !path.ends_with("SUMMARY.md") {
                files.push(path);
            }
        }
    }
    files.sort();
    files.into_iter().map(Document::read).collect()
}

/// All hand-written documents.
fn documents() -> Vec<Document> {
    let files =
        ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "specs/README.md", "book/src/SUMMARY.md"];
    let crates = ["cli", "contract", "credentials", "generator", "mock", "runtime"].map(|of| format!("{of}/README.md"));
    let files = files.into_iter().map(str::to_owned).chain(crates);
    files.map(|file| Document::read(file.into())).chain(chapters()).collect()
}

/// A path without `..`.
fn resolved(path: &Path) -> PathBuf {
    let mut resolved = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(resolved.pop()),
            Component::CurDir => {}
            part => resolved.push(part),
        }
    }
    resolved
}

fn none(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn links_are_valid() {
    let documents = documents();
    let facts: BTreeMap<&Path, Facts> =
        documents.iter().map(|document| (document.path.as_path(), document.facts())).collect();
    let mut problems = Vec::new();
    for (path, own) in &facts {
        for (link, line) in own.links.iter().filter(|(link, _)| !link.contains("://")) {
            let place = format!("{}:{line}: `{link}`", path.display());
            let (file, anchor) = link.split_once('#').map_or((link.as_str(), None), |(file, id)| (file, Some(id)));
            let folder = path.parent().unwrap_or(Path::new(""));
            let target = if file.is_empty() { path.to_path_buf() } else { resolved(&folder.join(file)) };
            if !root().join(&target).exists() {
                problems.push(format!("{place}: there is no {}", target.display()));
            } else if path.starts_with("book") && !target.starts_with("book/src") {
                problems.push(format!("{place}: mdBook publishes book/src alone; name the file in backticks"));
            } else if let Some(anchor) = anchor {
                match facts.get(target.as_path()) {
                    Some(other) if other.anchors.iter().any(|other| other == anchor) => {}
                    Some(_) => problems.push(format!("{place}: {} has no such heading", target.display())),
                    None => problems.push(format!("{place}: {} is not among the checked documents", target.display())),
                }
            }
        }
    }
    none(&problems);
}

/// The guide names files of the repository in backticks.
#[test]
fn named_files_exist() {
    let folders: Vec<String> = fs::read_dir(root())
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
        .filter(|name| root().join(name).is_dir() && name != "target")
        .collect();
    let mut problems = Vec::new();
    for document in chapters() {
        for (code, line) in document.facts().code {
            let first = code.split_once('/').map(|(first, _)| first);
            let is_path = first.is_some_and(|first| folders.iter().any(|folder| folder == first));
            if is_path && !code.contains([' ', '<', '*', '{']) && !root().join(&code).exists() {
                problems.push(format!("{}:{line}: there is no `{code}`", document.path.display()));
            }
        }
    }
    none(&problems);
}

#[test]
fn the_summary_lists_all_chapters() {
    let summary = Document::read("book/src/SUMMARY.md".into());
    let mut listed: Vec<PathBuf> =
        summary.facts().links.into_iter().map(|(link, _)| Path::new("book/src").join(link)).collect();
    listed.sort();
    let chapters: Vec<PathBuf> = chapters().into_iter().map(|document| document.path).collect();
    assert_eq!(listed, chapters);
}

#[test]
fn all_programs_are_compiled() {
    let compiled = fs::read_to_string(root().join("examples/src/lib.rs")).unwrap();
    let mut problems = Vec::new();
    for document in chapters() {
        let chapter = document.path.strip_prefix("book/src").unwrap().display().to_string();
        let is_compiled = compiled.contains(&format!("{chapter:?};"));
        for (info, line) in document.facts().fences.iter().filter(|(info, _)| info.starts_with("rust")) {
            if !is_compiled {
                problems.push(format!("{chapter}:{line}: add the chapter to examples/src/lib.rs"));
            } else if !matches!(info.as_str(), "rust" | "rust,no_run") {
                problems.push(format!("{chapter}:{line}: write `rust` or `rust,no_run` instead of `{info}`"));
            }
        }
    }
    none(&problems);
}

/// Longer lines are cut off at the width of mdBook's pages.
#[test]
fn code_fits_the_page() {
    const COLUMNS: usize = 86;
    let mut problems = Vec::new();
    for document in chapters() {
        let mut is_code = false;
        for (number, line) in document.text.lines().enumerate() {
            let is_hidden = line == "#" || line.starts_with("# ");
            if line.starts_with("```") {
                is_code = !is_code;
            } else if is_code && !is_hidden && line.chars().count() > COLUMNS {
                problems.push(format!("{}:{}: more than {COLUMNS} columns", document.path.display(), number + 1));
            }
        }
    }
    none(&problems);
}
