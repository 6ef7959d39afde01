//! What `load` says of broken documents, with positions, and that nothing makes it panic.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{fs, path::Path};

use yundb_generator::{
    Diagnostics,
    load::{Loaded, load},
};

fn load_text(text: &[u8], extension: &str) -> (Option<Loaded>, Diagnostics) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("openapi.{extension}"));
    fs::write(&path, text).unwrap();
    let mut diagnostics = Diagnostics::new();
    (load(&path, &mut diagnostics), diagnostics)
}

/// Every folder in `broken/` is a document with something wrong; the snapshot of its name is what is said of it.
#[test]
fn broken_documents() {
    let mut cases: Vec<_> = fs::read_dir("tests/broken").unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    for case in cases.iter().filter(|case| case.is_dir()) {
        let mut diagnostics = Diagnostics::new();
        let loaded = load(case, &mut diagnostics);
        assert!(!diagnostics.is_empty(), "{}", case.display());
        let outcome = match loaded {
            Some(loaded) => format!("loaded with {} operations", loaded.api.operations().count()),
            None => "not loaded".to_owned(),
        };
        let (errors, warnings) = (diagnostics.errors(), diagnostics.warnings());
        let text = format!("{}\n{outcome}, {errors} errors, {warnings} warnings\n", diagnostics.render(false));
        insta::assert_snapshot!(case.file_name().unwrap().to_str().unwrap(), text);
    }
}
