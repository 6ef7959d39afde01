//! Every operation of specs/ and of the fixtures, with inputs and responses made from its document, checked by an
//! independent validator. `build.rs` emits the drivers.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::collections::BTreeSet;
use std::path::Path;

use yundb_conform::{Driver, Options};
use yundb_tests::drivers;

include!(concat!(env!("OUT_DIR"), "/conform.rs"));

/// The errors are exactly those in the reviewed snapshot of the document, and every operation has cases.
fn conforms(name: &str, folder: &str, driver: &Driver) {
    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let report = yundb_conform::run(&spec, name, driver, Options::default()).unwrap();
    assert!(report.cases >= report.operations, "{name}: {} cases of {} operations", report.cases, report.operations);
    println!("{}", yundb_conform::report::table(std::slice::from_ref(&report)));
    // Without the values, which change with every new way of generating them.
    let wrong =
        report.wrong.iter().map(|wrong| format!("{}: {} at {}", wrong.operation, wrong.kind.code(), wrong.place()));
    let contradictions =
        report.contradictions.iter().map(|it| format!("{}: contradiction at {}", it.operation, it.schema));
    let lines: BTreeSet<String> = wrong.chain(contradictions).chain(report.notes.iter().cloned()).collect();
    // Only documents with errors have a snapshot: it is for known faults that are to be fixed.
    let snapshot = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/snapshots/{name}.snap"));
    if !lines.is_empty() || snapshot.exists() {
        let lines: Vec<String> = lines.into_iter().collect();
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, lines.join("\n"));
        });
    }
}
