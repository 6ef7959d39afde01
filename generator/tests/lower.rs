//! What `lower` leaves out, or cannot check, is said: operation, place, and what happens instead.
#![allow(clippy::unwrap_used, reason = "tests say what they expect by panicking")]

use std::path::Path;

use yundb_generator::{Diagnostics, model};

fn said(spec: &str) -> String {
    let mut diagnostics = Diagnostics::new();
    model(Path::new(spec), "package", "source", &mut diagnostics).unwrap();
    diagnostics.render(false)
}

#[test]
fn unsupported() {
    insta::assert_snapshot!(said("tests/unsupported/openapi.yaml"));
}

#[test]
fn wrong_paging() {
    insta::assert_snapshot!(said("tests/paging/openapi.yaml"));
}

#[test]
fn wrong_jobs() {
    insta::assert_snapshot!(said("tests/jobs/openapi.yaml"));
}

/// One mistake in each of ten and more places: each is named at its own line and column.
#[test]
fn places() {
    let mut diagnostics = Diagnostics::new();
    model(Path::new("tests/places/openapi.yaml"), "package", "source", &mut diagnostics).unwrap();
    let mut found: Vec<_> = diagnostics
        .iter()
        .map(|diagnostic| {
            let at = diagnostic.location.as_ref().unwrap();
            (at.line(), at.column(), diagnostic.code, at.text())
        })
        .collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            (10, 59, "pattern", "pattern"),
            (11, 43, "unknown-style", "spaced"),
            (23, 57, "missing-ref", "\"#/components/schemas/Pett\""),
            (24, 9, "bad-status", "\"20\""),
            (26, 20, "duplicate-operation-id", "listPets"),
            (27, 19, "security-scheme", "kee"),
            (33, 32, "required-unknown", "colour"),
            (35, 30, "unknown-type", "strnig"),
            (36, 38, "not", "not"),
            (37, 60, "unknown-keyword", "dependencies"),
            (41, 47, "all-of-types", "type"),
        ]
    );
}
