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
