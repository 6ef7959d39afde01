//! The real specs: they agree with their documents' locks, and changes of them are reported.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::{Path, PathBuf};

use yundb_audit::Audit;

fn specs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs")
}

#[test]
fn the_specs_agree_with_the_locks() {
    let outcome = Audit { specs: specs(), ..Audit::default() }.run().unwrap();
    assert!(outcome.is_clean(), "{}", outcome.diagnostics);
    assert!(outcome.report.services.len() >= 7);
}

/// Of each kind of change, which `cargo xtask audit --mutate` makes in all specs, those of the small ones.
#[test]
fn changes_are_reported() {
    let services = ["aliyun-dg", "aliyun-sts", "huawei-drs"].map(str::to_owned).into();
    let mutations = Audit { specs: specs(), services, ..Audit::default() }.mutate().unwrap();
    // These need no exception: each change is one of a fact that the document states.
    let always = [
        "edition",
        "endpoint",
        "error code removed",
        "int32 widened",
        "maxLength changed",
        "required",
        "section",
        "x-pagination removed",
        "x-sdk-name",
    ];
    for kind in always {
        let (all, seen) = mutations.kinds.get(kind).copied().unwrap_or_default();
        assert!(all > 0 && seen == all, "{kind}: {seen} of {all}\n{}", mutations.text());
    }
    let (all, seen) = mutations.kinds.values().fold((0, 0), |(all, seen), (more, known)| (all + more, seen + known));
    // The rest are examples that are stated elsewhere, too.
    assert!(all > 150 && seen * 100 >= all * 97, "{seen} of {all}\n{}", mutations.text());
}
