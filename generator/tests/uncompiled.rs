//! Documents whose generated crates cannot be fixtures: they do not compile, or overflow the stack. They are still generated, and parse. What is mended moves to `tests/fixtures`, where it is compiled.
#![allow(clippy::panic, reason = "tests say what they expect by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use yundb_generator::{Options, generate};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/uncompiled")
}

/// The documents by name.
fn documents() -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(folder()).expect("the folder").map(|entry| entry.expect("an entry").path());
    let mut found: Vec<_> = entries
        .map(|path| (path.file_stem().expect("a name").to_str().expect("a name in Unicode").to_owned(), path))
        .collect();
    found.sort();
    found
}

/// For each file of Rust in `folder`, why it does not parse, or nothing.
fn parsed(folder: &Path) -> Vec<(PathBuf, Option<String>)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            files.append(&mut parsed(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a file in UTF-8");
            files.push((path, syn::parse_file(&text).err().map(|error| error.to_string())));
        }
    }
    files
}

#[test]
fn what_does_not_compile_is_generated_and_parses() {
    for (name, document) in documents() {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        let out = scratch.path().join("client");
        let report =
            generate(&document, &out, &Options::default()).unwrap_or_else(|failure| panic!("{name}: {failure}"));
        assert!(report.operations > 0, "{name}: it has an operation");
        let files = parsed(&out.join("src"));
        assert!(files.len() > 2, "{name}: a crate has several files");
        let broken: Vec<_> = files.iter().filter(|(_, error)| error.is_some()).collect();
        assert!(broken.is_empty(), "{name}: {broken:?}");
    }
}
