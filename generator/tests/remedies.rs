//! A diagnostic names the wrong part and the probable fix; valid parts are not mentioned.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::fs;

use yundb_generator::accounting::{Account, Fact};
use yundb_generator::lower::model::Service;
use yundb_generator::{Diagnostics, model};

fn lowered(version: &str, rest: &str) -> (Service, Account, Diagnostics) {
    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("openapi.yaml");
    fs::write(&spec, format!("openapi: {version}\ninfo: {{title: Remedies, version: '1'}}\n{rest}")).unwrap();
    let mut diagnostics = Diagnostics::new();
    let (service, account) = model(&spec, "remedies", "remedies", &mut diagnostics).unwrap();
    (service, account, diagnostics)
}

fn helps(diagnostics: &Diagnostics) -> Vec<(&'static str, usize, Option<&str>)> {
    let line = |it: &yundb_generator::diagnostic::Diagnostic| it.location.as_ref().map_or(0, |at| at.line());
    diagnostics.iter().map(|it| (it.code, line(it), it.help.as_deref())).collect()
}

#[test]
fn misspelled_keywords_get_a_suggestion() {
    let schema = "{type: string, maxLenght: 3, patern: a, dependencies: {}, mystery: 1}";
    let (.., diagnostics) = lowered(
        "3.0.3",
        &format!(
            "paths:\n  /a:\n    get:\n      parameters: [{{name: a, in: query, schema: {schema}}}]\n      responses: {{}}\n"
        ),
    );
    assert_eq!(
        helps(&diagnostics),
        [
            ("unknown-keyword", 6, Some("did you mean `maxLength`?")),
            ("unknown-keyword", 6, Some("did you mean `pattern`?")),
            ("unknown-keyword", 6, None),
            ("unknown-keyword", 6, None),
        ]
    );
}

/// A part left out because of another one points to it; no error is reported twice.
#[test]
fn dropped_parts_refer_to_the_cause() {
    let (service, _, diagnostics) = lowered(
        "3.0.3",
        "paths:
  /a:
    get:
      tags: {}
      parameters:
        - {name: fine, in: query, schema: {type: string}}
        - {name: odd, in: qurey, schema: {type: string}}
      responses: {}
  /b:
    parameters: [{$ref: '#/components/parameters/Odd'}]
    get: {responses: {}}
  /c:
    get: {responses: {}, tags: {}}
components:
  parameters:
    Odd: {name: odd, schema: {type: string}}
",
    );
    let dropped = diagnostics.iter().filter(|it| it.code.starts_with("dropped"));
    let shown: Vec<_> =
        dropped.map(|it| (it.message.as_str(), it.related[0].0.to_string(), it.related.len())).collect();
    let shown: Vec<_> =
        shown.iter().map(|(what, at, notes)| (*what, at.rsplit_once("yaml:").unwrap().1, *notes)).collect();
    assert_eq!(shown, [("/b: one of `parameters` is left out because a part of it is invalid", "12:25", 1),]);
    assert_eq!(service.groups.iter().map(|group| group.operations.len()).sum::<usize>(), 3);
}

/// A path item under `components` is in the client where a path refers to it.
#[test]
fn path_items_of_components_are_supported() {
    let (service, account, diagnostics) = lowered(
        "3.1.0",
        "paths:\n  /a: {$ref: '#/components/pathItems/A'}\ncomponents:\n  pathItems:\n    A: {get: {responses: {}}}\n",
    );
    assert!(diagnostics.is_empty(), "{diagnostics}");
    assert!(account.adds_up());
    assert_eq!(service.groups[0].operations.len(), 1);
}

#[test]
fn empty_summaries_are_ignored() {
    for (words, line) in [
        ("summary: ''", "getA."),
        ("summary: ' '", "getA."),
        ("summary: '.'", "getA."),
        ("summary: '', description: Shows a.", "Shows a."),
        ("summary: '', description: ''", "getA."),
        ("summary: Shows a, description: ''", "Shows a."),
    ] {
        let text = format!("paths: {{/a: {{get: {{operationId: getA, {words}, responses: {{}}}}}}}}\n");
        let (service, ..) = lowered("3.0.3", &text);
        let operation = &service.groups[0].operations[0];
        assert_eq!(operation.docs[0], line, "{words}");
        assert_eq!(format!("{}.", operation.summary), line, "{words}");
    }
}

/// Of two members with the same name, the first is left out, reported and counted.
#[test]
fn duplicate_keys_are_counted() {
    let (_, account, diagnostics) = lowered(
        "3.0.3",
        "paths:\n  /a: {get: {responses: {}}}\n  /a: {put: {responses: {}}}\n  /a: {post: {responses: {}}}\n",
    );
    let places: Vec<_> = diagnostics.iter().map(|it| (it.code, it.left_out.as_ref().unwrap().line())).collect();
    assert_eq!(places, [("duplicate-key", 4), ("duplicate-key", 5)]);
    assert!(account.adds_up());
    let operations = account.of(Fact::Operation);
    assert_eq!((operations.stated, operations.left_out), (3, 2));
}
