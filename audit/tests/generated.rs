//! The checked-in clients of the services are up to date with their specs, and with the numbers of the audit.
#![allow(clippy::panic, reason = "tests fail by panicking")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use yundb_generator::{Manifest, Options, generate_with_notes, load::Loaded};

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

fn folders(of: &Path) -> BTreeSet<String> {
    fs::read_dir(of)
        .expect("a folder")
        .filter_map(Result::ok)
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().expect("a name in Unicode"))
        .collect()
}

#[test]
fn services_are_up_to_date() {
    let workspace = workspace();
    let specs = workspace.join("specs");
    let mut services = folders(&specs);
    // Without a spec a folder only has a document's lock.
    services.retain(|service| specs.join(service).join("openapi.yaml").is_file());
    assert_eq!(services, folders(&workspace.join("generated")), "a crate for each spec, and no other");
    for service in services {
        let options = Options {
            name: Some(format!("yundb-{service}")),
            source: Some(format!("specs/{service}")),
            manifest: Manifest::Workspace { publish: true },
            strict: true,
            check: true,
            ..Options::default()
        };
        let notes = |loaded: &Loaded| {
            let notes = yundb_audit::notes(&specs, &service, loaded).expect("a lock");
            assert!(notes.as_ref().is_some_and(|notes| notes.contains("Unexplained differences: 0.")), "{notes:?}");
            Ok(notes)
        };
        let out = workspace.join("generated").join(&service);
        let report = generate_with_notes(&specs.join(&service), &out, &options, notes)
            .unwrap_or_else(|failure| panic!("{service}: {failure}"));
        assert!(
            report.changes.is_empty(),
            "{service} is not what the generator emits; `cargo xtask codegen` writes it:\n{}",
            report.changes.diff
        );
    }
}
