//! The checked-in fixtures are up to date. (Those of the services are verified with the audit, whose numbers are in
//! their READMEs.)
//!
//! `UPDATE_FIXTURES=1` writes the fixtures' crates instead of comparing them.
#![allow(clippy::panic, reason = "tests fail by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use yundb_generator::choices::Choices;
use yundb_generator::{Options, Report, Settings, generate};

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

fn compare(spec: &Path, out: &Path, options: &Options) -> Report {
    let report = generate(spec, out, options).unwrap_or_else(|failure| panic!("{}: {failure}", spec.display()));
    if options.check {
        assert!(
            report.changes.is_empty(),
            "{} is not what the generator emits:\n{}",
            out.display(),
            report.changes.diff
        );
    }
    report
}

/// The fixture with security schemes that clients don't support.
const LEFT_TO_CALLERS: &str = "security";

#[test]
fn fixtures_are_up_to_date() {
    let fixtures = workspace().join("tests/fixtures");
    let check = std::env::var_os("UPDATE_FIXTURES").is_none();
    for fixture in folders(&fixtures) {
        let folder = fixtures.join(&fixture);
        let settings = Settings::beside(&folder).unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
        let options = Options {
            name: Some(format!("fixture-{fixture}")),
            source: Some(format!("tests/fixtures/{fixture}")),
            choices: settings.choices,
            check,
            ..Options::default()
        };
        let report = compare(&folder.join("openapi.yaml"), &folder.join("client"), &options);
        // The same on every machine.
        let rendered = report.diagnostics.render(false).replace(&format!("{}/", workspace().display()), "");
        insta::assert_snapshot!(format!("left_out_of_{fixture}"), rendered);
    }
}

/// The effect of a changed line of a spec on the generated crate: the removed and added lines of its one changed file,
/// by hunk.
fn changed(from: &str, to: &str) -> Vec<Vec<String>> {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let (spec, out) = (scratch.path().join("huawei-drs"), scratch.path().join("out"));
    copy(&workspace().join("specs/huawei-drs"), &spec);
    let options = Options { name: Some("yundb-huawei-drs".to_owned()), ..Options::default() };
    generate(&spec, &out, &options).expect("the spec as it is");

    let operation = spec.join("operations/connections/create-connection.yaml");
    let text = fs::read_to_string(&operation).expect("the operation");
    assert_eq!(text.matches(from).count(), 1, "{from}");
    fs::write(&operation, text.replace(from, to)).expect("a changed spec");

    let changes = generate(&spec, &out, &Options { check: true, ..options }).expect("the changed spec").changes;
    assert_eq!(changes.written, [Path::new("src/operations/connections.rs")]);
    assert!(changes.removed.is_empty());
    let mut hunks: Vec<Vec<String>> = Vec::new();
    for line in changes.diff.lines().filter(|line| !line.starts_with("---") && !line.starts_with("+++")) {
        match (line.starts_with("@@"), hunks.last_mut()) {
            (true, _) => hunks.push(Vec::new()),
            (false, Some(hunk)) if line.starts_with(['-', '+']) => hunk.push(line.to_owned()),
            _ => {}
        }
    }
    hunks
}

#[test]
fn schemes_left_to_the_caller_are_reported() {
    let spec = workspace().join("tests/fixtures").join(LEFT_TO_CALLERS).join("openapi.yaml");
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let options = Options { name: Some("security".to_owned()), ..Options::default() };
    let report = compare(&spec, &scratch.path().join("out"), &options);
    let found = report.diagnostics.iter().map(|it| {
        let place = it.location.as_ref().expect("a place");
        (it.code, place.text(), place.line())
    });
    let text = fs::read_to_string(&spec).expect("the fixture");
    let line = |part: &str| text.lines().position(|line| line.contains(part)).expect("the line") + 1;
    assert_eq!(
        found.collect::<BTreeSet<_>>(),
        BTreeSet::from([
            ("missing-field", "malformed", line("    malformed: {")),
            ("security-scheme", "digest", line("    digest: {")),
            ("security-scheme", "tls", line("    tls: {")),
            ("security-scheme", "hmac", line("    hmac: {")),
            ("security-scheme", "Default", line("[{Default: []}]")),
            ("security-scheme", "BearerAuth", line("[{BearerAuth: []}]")),
            ("security-scheme", "X-Extra-Key", line("[{X-Extra-Key: []}]")),
            ("security-scheme", "malformed", line("[{malformed: []}]")),
        ])
    );
    assert!(generate(&spec, &scratch.path().join("out"), &Options { strict: true, ..options }).is_err());
}

#[test]
fn one_changed_line_changes_one_hunk() {
    assert_eq!(
        changed(
            "description: Description of the connection, up to 255 characters.",
            "description: Note on the connection, up to 255 characters."
        ),
        [[
            "-    /// Description of the connection, up to 255 characters.",
            "+    /// Note on the connection, up to 255 characters."
        ]]
    );
}

/// A limit is in its check, and in the documentation unless the description states it.
#[test]
fn a_changed_limit_changes_the_check_and_the_documentation() {
    assert_eq!(
        changed("maxLength: 255", "maxLength: 200"),
        [
            [
                "-    /// Description of the connection, up to 255 characters.",
                "+    /// Description of the connection, up to 255 characters. At most 200 characters."
            ],
            [
                "-            field(\"description\", any().max_length(255)),",
                "+            field(\"description\", any().max_length(200)),"
            ],
        ]
    );
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let fixture = workspace().join("tests/fixtures/types/openapi.yaml");
    let options = Options { name: Some("twice".to_owned()), ..Options::default() };
    let out = scratch.path().join("out");
    generate(&fixture, &out, &options).expect("once");
    let again = generate(&fixture, &out, &Options { check: true, ..options }).expect("twice");
    assert!(again.changes.is_empty());
    assert!(again.changes.unchanged > 5);
}

#[test]
fn bundles_are_equal_in_both_formats() {
    let spec = workspace().join("specs/huawei-drs");
    let bundle = |json| yundb_generator::bundle(&spec, &Choices::default(), json).expect("a bundle").text;
    let json: serde_json::Value = serde_json::from_str(&bundle(true)).expect("JSON");
    let yaml: serde_json::Value = serde_yaml::from_str(&bundle(false)).expect("YAML");
    assert_eq!(json, yaml);
    assert!(json["components"]["schemas"]["BaseEndpoint"].is_object(), "files are included");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").filter_map(Result::ok) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}
