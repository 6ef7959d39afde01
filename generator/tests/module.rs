//! Clients as one module, for build scripts. That one compiles is shown by `examples/build-script`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::fs;
use std::path::Path;

use yundb_generator::Builder;

#[test]
fn nothing_refers_to_the_crate_or_its_files() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures");
    let out = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(fixtures).unwrap() {
        let folder = entry.unwrap().path();
        if !folder.join("openapi.yaml").is_file() {
            continue;
        }
        let file = Builder::new(&folder).generate_into(out.path()).unwrap_or_else(|failure| panic!("{failure}"));
        assert_eq!(file.file_stem(), Some(folder.file_name().unwrap()), "the module is named after the document");
        let text = fs::read_to_string(&file).unwrap();
        syn::parse_file(&text).unwrap();
        for word in ["crate::operations", "crate::types", "crate::Client", "include_str!", "cfg(feature", "\n#!["] {
            assert!(!text.contains(word), "{}: {word}", file.display());
        }
    }
}

#[test]
fn mistakes_are_reported() {
    let out = tempfile::tempdir().unwrap();
    let error = Builder::new("none.yaml").generate_into(out.path()).unwrap_err().to_string();
    assert!(error.contains("there is no such file"), "{error}");
    let spec = out.path().join("a.yaml");
    fs::write(&spec, "openapi: 3.0.3\ninfo: {title: x, version: '1', colour: red}\npaths: {}\n").unwrap();
    assert!(Builder::new(&spec).generate_into(out.path()).is_ok());
    let error = Builder::new(&spec).strict().generate_into(out.path()).unwrap_err().to_string();
    assert!(error.contains("`info` has no `colour`"), "{error}");
}
