//! Choices: overlays, the selection of operations, names, own types, and the mistakes in them.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use yundb_generator::{Diagnostics, Lowered, Manifest, Options, Settings, bundle, generate, lowered};

const DOCUMENT: &str = r##"
openapi: 3.0.3
info: {title: Shop, version: "1"}
tags: [{name: pets}, {name: admin}]
paths:
  /pets:
    parameters: [{name: trace, in: header, schema: {type: string}}]
    get:
      operationId: listPets
      tags: [pets]
      responses: {"200": {description: Pets, content: {application/json: {schema: {$ref: "#/components/schemas/Pets"}}}}}
    delete: {operationId: deletePets, tags: [pets, admin], responses: {"204": {description: Gone}}}
  /admin/users/{id}:
    get:
      tags: [admin]
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {"200": {description: A user, content: {application/json: {schema: {$ref: "#/components/schemas/User"}}}}}
components:
  schemas:
    Pets: {type: object, properties: {names: {type: array, items: {type: string}}, filter: {type: object, properties: {a: {type: string}}}}}
    User: {type: object, properties: {name: {type: string}}}
    Unused: {type: object, properties: {x: {type: string}}}
"##;

/// The model with these settings, and the diagnostics.
fn with(settings: &str, overlay: &str) -> (Option<Lowered>, String) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("openapi.yaml"), DOCUMENT).unwrap();
    fs::write(folder.path().join("yundb.toml"), settings).unwrap();
    fs::write(folder.path().join("fix.yaml"), overlay).unwrap();
    let settings = Settings::beside(folder.path()).unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    let mut found = Diagnostics::new();
    let lowered = lowered(folder.path(), "shop", "shop", &settings.choices, &mut found);
    (lowered, found.to_string().replace(&format!("{}/", folder.path().display()), ""))
}

fn operations(settings: &str) -> Vec<String> {
    let (lowered, found) = with(settings, "");
    assert!(!found.contains("error"), "{found}");
    let groups = lowered.unwrap().service.groups.into_iter();
    groups.flat_map(|group| group.operations).map(|operation| operation.method_name).collect()
}

#[test]
fn operations_are_selected() {
    let table: [(&str, &[&str]); 8] = [
        ("", &["list_pets", "delete_pets", "get_admin_users_by_id"]),
        ("include.tags = ['admin']", &["delete_pets", "get_admin_users_by_id"]),
        ("include.operations = ['list*']", &["list_pets"]),
        ("include.operations = ['GET *']", &["list_pets", "get_admin_users_by_id"]),
        ("include.operations = ['GET /admin/users/{id}']", &["get_admin_users_by_id"]),
        ("exclude.tags = ['admin']", &["list_pets"]),
        ("include.tags = ['pets']\nexclude.operations = ['deletePets']", &["list_pets"]),
        ("types-only = true", &[]),
    ];
    for (settings, expected) in table {
        assert_eq!(operations(settings), expected, "{settings}");
    }
}

#[test]
fn only_the_types_that_are_needed_remain() {
    let types = |settings: &str| -> BTreeSet<String> {
        let (lowered, _) = with(settings, "");
        let types = lowered.unwrap().service.types.into_iter();
        types.filter(|ty| ty.users != yundb_generator::lower::model::Users::Nobody).map(|ty| ty.name).collect()
    };
    assert_eq!(types("exclude.operations = ['GET /admin/*']"), ["Pets", "PetsFilter"].map(String::from).into());
    let all = ["Pets", "PetsFilter", "Unused", "User"];
    assert_eq!(types("types-only = true"), all.map(String::from).into());
}

#[test]
fn every_fact_is_still_accounted_for() {
    for settings in ["include.operations = ['list*']", "types-only = true", "[types]\nPets = 'a::B'"] {
        let (lowered, found) = with(settings, "");
        let account = lowered.unwrap().account;
        assert!(account.adds_up(), "{settings}: {:?} {found}", account.lost);
    }
}

#[test]
fn a_trait_is_derived_once() {
    let settings = "derives = ['Hash', 'std::hash::Hash', 'serde::Serialize', 'rkyv::Serialize']\n\
                    [types]\nUser = { derives = ['Hash', 'Eq', 'Eq'] }";
    let service = with(settings, "").0.unwrap().service;
    let files = yundb_generator::emit::emit(&service, &Manifest::default(), None).unwrap();
    let lines = files.values().flat_map(|text| text.lines());
    let derives: BTreeSet<&str> =
        lines.filter_map(|line| line.split_once("PartialEq, Hash")).map(|(_, rest)| rest).collect();
    let both = [", rkyv::Serialize, Record)]", ", rkyv::Serialize, Eq, Record)]"];
    assert_eq!(derives, both.into());
}

#[test]
fn mistakes_have_a_place_and_a_remedy() {
    let overlay = |actions: &str| format!("overlay: 1.1.0\ninfo: {{title: x, version: '1'}}\nactions:\n{actions}");
    let cases = [
        ("include.tags = ['pet']", String::new()),
        ("exclude.operations = ['listPet']", String::new()),
        ("include.operations = ['a**b']", String::new()),
        ("[operations.listPet]\nname = 'pets'", String::new()),
        ("[types]\nPest = { name = 'Animals' }", String::new()),
        ("[types]\nPets = { name = 'User' }", String::new()),
        ("[types]\nPets = { name = 'my pets' }", String::new()),
        ("[types]\nPets = 'not a path'", String::new()),
        ("[types]\nPetsFilter = 'a::Filter'", String::new()),
        ("derives = ['1']", String::new()),
        ("overlays = ['none.yaml']", String::new()),
        ("overlays = ['fix.yaml']", "openapi: 3.0.3\n".to_owned()),
        ("overlays = ['fix.yaml']", "overlay: 1.0.0\naction: []\n".to_owned()),
        ("overlays = ['fix.yaml']", overlay("- {target: '$.info[', update: {}}")),
        ("overlays = ['fix.yaml']", overlay("- {target: '$.servers', update: {}}")),
        ("overlays = ['fix.yaml']", overlay("- {target: '$.info'}")),
        ("overlays = ['fix.yaml']", overlay("- {target: '$.info', update: [1]}")),
        ("overlays = ['fix.yaml']", overlay("- {target: '$', remove: true}")),
        ("overlays = ['fix.yaml']", overlay("- {target: '$.info', copy: '$.tags[*]'}")),
        ("overlays = ['fix.yaml']", overlay("- {target: '$.paths[*].get', update: {operationId: 1, tag: x}}")),
    ];
    let found = cases.map(|(settings, overlay)| with(settings, &overlay).1);
    insta::assert_snapshot!(found.join("\n\n"));
}

/// The document after an overlay, as JSON.
fn overlaid(before: &str, actions: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let (spec, overlay) = (folder.path().join("openapi.yaml"), folder.path().join("fix.yaml"));
    fs::write(&spec, format!("openapi: 3.1.0\ninfo: {{title: x, version: '1'}}\npaths: {{}}\n{before}\n")).unwrap();
    fs::write(&overlay, format!("overlay: 1.0.0\ninfo: {{title: x, version: '1'}}\nactions: {actions}\n")).unwrap();
    let mut settings = Settings::default();
    settings.choices.overlays.push(overlay.into());
    let bundled = bundle(&spec, &settings.choices, true).unwrap_or_else(|failure| panic!("{failure}"));
    let mut document: Value = serde_json::from_str(&bundled.text).unwrap();
    ["openapi", "info", "paths"].iter().for_each(|key| drop(document.as_object_mut().unwrap().remove(*key)));
    document
}

#[test]
fn overlays_merge_append_copy_and_remove() {
    let table = [
        ("tags: [{name: a}]", "[{target: $.tags, update: {name: b}}]", json!({"tags": [{"name": "a"}, {"name": "b"}]})),
        (
            "tags: [{name: a}]",
            "[{target: $.tags, update: [{name: b}]}]",
            json!({"tags": [{"name": "a"}, {"name": "b"}]}),
        ),
        (
            "tags: [{name: a}, {name: b}, {name: c}]",
            "[{target: \"$.tags[?@.name != 'b']\", remove: true}]",
            json!({"tags": [{"name": "b"}]}),
        ),
        (
            "x-a: {b: {c: 1, d: [1]}}",
            "[{target: $, update: {x-a: {b: {c: 2, d: [2], e: 3}}}}]",
            json!({"x-a": {"b": {"c": 2, "d": [1, 2], "e": 3}}}),
        ),
        ("x-a: 1", "[{target: \"$['x-a']\", update: 2}]", json!({"x-a": 2})),
        (
            "x-a: {b: 1}\nx-c: {d: 2}",
            "[{target: \"$['x-a']\", copy: \"$['x-c']\"}]",
            json!({"x-a": {"b": 1, "d": 2}, "x-c": {"d": 2}}),
        ),
        ("x-a: {b: 1}", "[{target: \"$['x-a']\", update: {b: {c: 2}}}]", json!({"x-a": {"b": {"c": 2}}})),
        (
            "x-a: {b: 1}",
            "[{target: \"$['x-a'].b\", remove: true}, {target: \"$['x-a']\", update: {c: 2}}]",
            json!({"x-a": {"c": 2}}),
        ),
        (
            "x-a: [{b: 1}, {b: 2}]",
            "[{target: \"$['x-a'][*]\", update: {d: 3}}]",
            json!({"x-a": [{"b": 1, "d": 3}, {"b": 2, "d": 3}]}),
        ),
        ("x-a: [[1, 2], [3]]", "[{target: '$..[0]', remove: true}]", json!({"x-a": [[]]})),
    ];
    for (before, actions, after) in table {
        assert_eq!(overlaid(before, actions), after, "{before}, {actions}");
    }
}

#[test]
fn settings_make_the_manifest() {
    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("shop.yaml");
    fs::write(&spec, DOCUMENT).unwrap();
    let settings = "workspace = 'own'\nfeatures.default = ['rustls', 'pets']\n\
                    package = { name = 'shop', version = '2.0.0', license = 'MIT', authors = ['A'], publish = false }\n\
                    dependencies = { yundb-runtime = { git = 'https://example.com/yundb', rev = '1' }, money = '1' }\n";
    fs::write(folder.path().join("yundb.toml"), settings).unwrap();
    let write = |out: &Path| {
        let settings = Settings::beside(&spec).unwrap();
        let options = Options {
            name: settings.package.fields.name.clone(),
            manifest: Manifest::Standalone(Box::new(settings.package)),
            ..Options::default()
        };
        generate(&spec, out, &options).map(|_| fs::read_to_string(out.join("Cargo.toml")).unwrap())
    };
    insta::assert_snapshot!(write(&folder.path().join("out")).unwrap());
    fs::write(folder.path().join("yundb.toml"), "features.default = ['cats']").unwrap();
    let error = write(&folder.path().join("out")).unwrap_err().to_string();
    assert!(error.contains("no feature `cats`") && error.contains("its features are pets, admin, rustls"), "{error}");
}
