//! Whatever value is at a place of a document, the rest of the document is generated, and losses are reported.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use yundb_generator::{Diagnostics, Manifest, diagnostic::Severity, emit, load, model};

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The pointers of all values within.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    let mut go = |key: &str, inner: &Value| {
        let at = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
        places(inner, &at, found);
        found.push(at);
    };
    match value {
        Value::Object(entries) => entries.iter().for_each(|(key, inner)| go(key, inner)),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, inner)| go(&index.to_string(), inner)),
        _ => {}
    }
}

/// Errors of the generator, as opposed to errors of the document at `path`.
fn faults(path: &Path) -> Vec<String> {
    let mut diagnostics = Diagnostics::new();
    let lowered = model(path, "wrong", "wrong", &mut diagnostics);
    let emitted = lowered.is_some_and(|(service, _)| emit::emit(&service, &Manifest::default(), None).is_ok());
    let lost = diagnostics.iter().filter(|it| it.severity == Severity::Error || it.code == "unaccounted");
    let lost = lost.map(|it| format!("{}: {}", it.code, it.message));
    lost.chain((!emitted).then(|| "nothing was emitted".to_owned())).collect()
}

/// Replaces the value at each place by a value of each kind, one place at a time, and checks every `stride`th of these
/// documents.
fn check_replacements(document: &Value, stride: usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("api.json");
    let wrong = [
        json!(null),
        json!(true),
        json!(false),
        json!(-1),
        json!(0.5),
        json!("x"),
        json!(""),
        json!([]),
        json!([null]),
        json!({}),
        json!({"a": 1}),
    ];
    let mut found = Vec::new();
    places(document, "", &mut found);
    // Without a version, the kind of document is unknown.
    found.retain(|place| place != "/openapi");
    let changes = found.iter().enumerate().flat_map(|(at, place)| {
        let wrong = wrong.iter().enumerate().filter(move |(kind, _)| (at + kind).is_multiple_of(stride));
        wrong.map(move |(_, wrong)| (place, wrong))
    });
    let mut bad = Vec::new();
    for (place, wrong) in changes {
        let mut changed = document.clone();
        *changed.pointer_mut(place).unwrap() = wrong.clone();
        std::fs::write(&path, changed.to_string()).unwrap();
        bad.extend(faults(&path).first().map(|fault| format!("{place} as {wrong}: {fault}")));
    }
    assert!(bad.is_empty(), "{bad:#?}");
}

/// A document with every kind of fact that the account counts.
#[test]
fn the_rest_of_a_document_is_generated() {
    let path = workspace().join("generator/tests/account");
    check_replacements(&load::bundled(&path, &Default::default(), &mut Diagnostics::new()).unwrap(), stride(11));
}

#[test]
fn the_rest_of_a_newer_document_is_generated() {
    let path = workspace().join("tests/fixtures/latest");
    check_replacements(&load::bundled(&path, &Default::default(), &mut Diagnostics::new()).unwrap(), stride(29));
}

/// All of them, with `STRIDE=1`, take minutes.
fn stride(usual: usize) -> usize {
    std::env::var("STRIDE").ok().map_or(usual, |stride| stride.parse().unwrap())
}
