//! Parts that `lower` leaves out or cannot check are reported: operation, place, and consequence.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::path::Path;

use serde_json::{Value, json};
use yundb_generator::lower::model::TypeKind;
use yundb_generator::{Diagnostics, model};

fn rendered(spec: &str) -> String {
    let mut diagnostics = Diagnostics::new();
    model(Path::new(spec), "package", "source", &mut diagnostics).unwrap();
    diagnostics.render(false)
}

#[test]
fn unsupported_parts_are_reported() {
    insta::assert_snapshot!(rendered("tests/unsupported/openapi.yaml"));
}

#[test]
fn invalid_paging_is_reported() {
    insta::assert_snapshot!(rendered("tests/paging/openapi.yaml"));
}

#[test]
fn invalid_jobs_are_reported() {
    insta::assert_snapshot!(rendered("tests/jobs/openapi.yaml"));
}

/// One mistake in each of more than ten places: each is reported at its own line and column.
#[test]
fn each_mistake_is_reported_at_its_place() {
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

/// The names in the docs of a union are those of its variants, or of a type that was unfolded into them.
#[test]
fn docs_of_unions_name_their_variants() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures");
    let mut listed = 0;
    for entry in std::fs::read_dir(fixtures).unwrap() {
        let document = entry.unwrap().path().join("openapi.yaml");
        let mut diagnostics = Diagnostics::new();
        let Some((service, _)) = model(&document, "package", "source", &mut diagnostics) else { continue };
        for definition in &service.types {
            let TypeKind::Union(union) = &definition.kind else { continue };
            for line in &definition.docs {
                let Some((name, _)) = line.strip_prefix("- `").and_then(|line| line.split_once("`:")) else { continue };
                let is_known = union.variants.iter().any(|variant| variant.ident == name)
                    || service.types.iter().any(|definition| definition.name == name);
                assert!(is_known, "{}: `{}` has no variant `{name}`", document.display(), definition.name);
                listed += 1;
            }
        }
    }
    assert!(listed > 10, "only {listed} are listed");
}

/// The variants of a union of these alternatives, and the codes of its diagnostics.
fn any_of(alternatives: &Value, schemas: &Value) -> (Vec<String>, Vec<&'static str>) {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("document.json");
    let response = json!({"description": "Any.", "content": {"application/json": {"schema": {"anyOf": alternatives}}}});
    let document = json!({
        "openapi": "3.1.0", "info": {"title": "Any", "version": "1"}, "servers": [{"url": "https://example.com"}],
        "paths": {"/any": {"get": {"operationId": "any", "responses": {"200": response}}}},
        "components": {"schemas": schemas},
    });
    std::fs::write(&path, document.to_string()).unwrap();
    let mut diagnostics = Diagnostics::new();
    let (service, _) = model(&path, "package", "source", &mut diagnostics).unwrap();
    let variants = service.types.iter().find_map(|definition| match &definition.kind {
        TypeKind::Union(union) => Some(union.variants.iter().map(|variant| variant.ident.clone()).collect()),
        _ => None,
    });
    (variants.unwrap(), diagnostics.iter().map(|diagnostic| diagnostic.code).collect())
}

/// A value may match several alternatives of an `anyOf` at once: there is a variant for the combination, or a warning
/// that part of it is lost.
#[test]
fn combinations_of_alternatives_have_variants() {
    let of = |title: &str, fields: Value| json!({"title": title, "type": "object", "properties": fields});
    let text = json!({"type": "string"});
    let both = ["A", "B", "AAndB"].map(str::to_owned);
    let alone = ["A", "B"].map(str::to_owned);
    for (a, b, variants, codes) in [
        (json!({"a": text}), json!({"b": text}), &both[..], &[][..]),
        (json!({"a": text, "in": of("C", json!({"c": text}))}), json!({"in": of("D", json!({"d": text}))}), &both, &[]),
        // Descriptions make no difference.
        (json!({"a": text, "c": {"type": "string", "description": "One."}}), json!({"b": text, "c": text}), &both, &[]),
        // No value matches both, or the combination has no more fields than one of them.
        (json!({"a": text, "kind": {"const": 1}}), json!({"b": text, "kind": {"const": 2}}), &alone, &[]),
        (json!({"a": text, "c": text}), json!({"b": text, "c": {"type": "array", "items": text}}), &alone, &[]),
        (json!({"a": text, "b": false}), json!({"b": text}), &alone, &[]),
        (json!({"a": text}), json!({"a": text, "b": text}), &alone, &[]),
        // The combination needs more than the fields of both.
        (
            json!({"a": text, "c": {"type": "string", "pattern": "^c"}}),
            json!({"b": text, "c": {"type": "string", "pattern": "d$"}}),
            &alone,
            &["any-of-overlap"],
        ),
    ] {
        let (a, b) = (of("A", a), of("B", b));
        assert_eq!(any_of(&json!([a, b]), &json!({})), (variants.to_vec(), codes.to_vec()), "{a} {b}");
    }
    let three = ["a", "b", "c"].map(|name| of(name, json!({name: text})));
    assert_eq!(any_of(&json!(three), &json!({})).0, ["A", "B", "C", "AAndB", "AAndC", "BAndC", "AAndBAndC"]);
    let four = ["a", "b", "c", "d"].map(|name| of(name, json!({name: text})));
    assert_eq!(
        any_of(&json!(four), &json!({})),
        (["A", "B", "C", "D"].map(str::to_owned).to_vec(), vec!["any-of-overlap"])
    );
}

/// Recursive types with many paths back to themselves are compared in bounded time.
#[test]
fn recursive_alternatives_are_compared_in_bounded_time() {
    let cycle = |name: &str, own: &str| {
        let fields = ["a", "b", "c", "d", "e", "f", "g", "h"].map(|field| (field.to_owned(), json!({"$ref": name})));
        let mut fields: serde_json::Map<String, Value> = fields.into_iter().collect();
        fields.insert(own.to_owned(), json!({"type": "string"}));
        json!({"type": "object", "properties": fields})
    };
    let (x, y) = ("#/components/schemas/X", "#/components/schemas/Y");
    let schemas = json!({"X": cycle(x, "x"), "Y": cycle(y, "y")});
    let begun = std::time::Instant::now();
    let (variants, codes) = any_of(&json!([{"$ref": x}, {"$ref": y}]), &schemas);
    assert_eq!((variants, codes), (["X", "Y"].map(str::to_owned).to_vec(), vec!["any-of-overlap"]));
    assert!(begun.elapsed() < std::time::Duration::from_secs(10), "{:?}", begun.elapsed());
}
