//! Tests: pairs of small documents, and the changes between them.

use std::fs;
use std::path::Path;

use super::{Change, changelog, diff};
use crate::choices::Choices;
use crate::diagnostic::Diagnostics;
use crate::{Lowered, lowered};

const DOCUMENT: &str = r##"openapi: 3.0.3
info: {title: Shop, version: "1", description: A shop.}
servers: [{url: "https://api.example.com"}]
tags: [{name: pets}, {name: users}]
security: [{token: []}]
x-jobs: {pet: {poll: showUser, argument: id, state: name, running: [a], succeeded: [b], failed: [c]}}
paths:
  /pets:
    get:
      operationId: listPets
      description: Lists pets.
      tags: [pets]
      parameters:
        - {name: limit, in: query, description: How many., schema: {type: integer, maximum: 100, default: 10}}
        - {name: kind, in: query, schema: {type: string}}
        - {name: page, in: query, schema: {type: integer}}
      x-pagination: {style: page, request: {page: page}, response: {items: pets}}
      responses:
        "200":
          description: The pets.
          content:
            application/json:
              schema: {type: object, properties: {pets: {type: array, items: {$ref: "#/components/schemas/Pet"}}}}
    post:
      operationId: createPet
      tags: [pets]
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/NewPet"}}}}
      responses:
        "201": {description: The pet., content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}}
        "400": {description: Failed., content: {application/json: {schema: {$ref: "#/components/schemas/Failure"}}}}
  /users/{id}:
    get:
      operationId: showUser
      tags: [users]
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        "200":
          description: The user.
          content: {application/json: {schema: {$ref: "#/components/schemas/User"}}}
components:
  securitySchemes: {token: {type: http, scheme: bearer}}
  schemas:
    Pet:
      type: object
      required: [name]
      properties:
        name: {type: string, description: The name.}
        state: {$ref: "#/components/schemas/State"}
        age: {type: integer, format: int32}
        shape: {oneOf: [{$ref: "#/components/schemas/Cat"}, {$ref: "#/components/schemas/Dog"}]}
    NewPet:
      type: object
      required: [name]
      properties:
        name: {type: string, maxLength: 20}
        colour: {type: string, default: grey}
        tags: {type: array, maxItems: 5, items: {type: string}}
    State: {type: string, enum: [active, retired]}
    Level: {type: integer, enum: [1, 2], x-enumDescriptions: {1: low, 2: high}}
    Cat: {type: object, required: [meows], properties: {meows: {type: boolean}}}
    Dog: {type: object, required: [barks], properties: {barks: {type: boolean}}}
    User:
      type: object
      properties:
        name: {type: string}
        labels: {type: object, additionalProperties: {type: string}}
    Failure: {type: object, properties: {code: {type: string}}}
"##;

fn load(folder: &Path, text: &str) -> Lowered {
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("openapi.yaml"), text).unwrap();
    let mut found = Diagnostics::new();
    let lowered = lowered(folder, "shop", "shop", &Choices::default(), &mut found);
    lowered.filter(|_| !found.has_errors()).unwrap_or_else(|| panic!("{found}"))
}

fn changes(old: &str, new: &str) -> Vec<Change> {
    let folder = tempfile::tempdir().unwrap();
    diff(&load(&folder.path().join("old"), old), &load(&folder.path().join("new"), new))
}

/// Each change to the document above, and what it means for callers.
#[test]
fn changes_are_found() {
    let table: &[(&str, &str, &[&str])] = &[
        ("A shop.", "A pet shop.", &["docs docs-changed the crate"]),
        ("description: Lists pets.", "description: Lists all pets.", &["docs docs-changed Client::list_pets"]),
        ("operationId: showUser", "operationId: getUser", &["breaking method-renamed Client::show_user"]),
        (
            "  /users/{id}:\n    get:",
            "  /users/{id}:\n    x-none:",
            &[
                "breaking feature-removed feature users",
                "breaking method-removed Client::show_user",
                "breaking type-removed types::User",
            ],
        ),
        (
            "  /users/{id}:\n",
            "  /users:\n    delete: {operationId: deleteUsers, tags: [users], responses: {\"204\": {description: Gone.}}}\n  /users/{id}:\n",
            &["additive method-added Client::delete_users"],
        ),
        (
            "operationId: showUser\n",
            "operationId: showUser\n      deprecated: true\n",
            &["additive deprecated Client::show_user"],
        ),
        ("  /users/{id}:", "  /people/{id}:", &["additive address-changed Client::show_user"]),
        (
            "tags: [users]\n",
            "tags: [pets]\n",
            &["breaking feature-changed Client::show_user", "breaking feature-removed feature users"],
        ),
        (
            "  /users/{id}:\n    get:\n      operationId: showUser\n      tags: [users]\n      parameters: [",
            "  /users/{part}/{id}:\n    get:\n      operationId: showUser\n      tags: [users]\n      parameters: \
             [{name: part, in: path, required: true, schema: {type: string}}, ",
            &["additive address-changed Client::show_user", "breaking arguments-changed Client::show_user"],
        ),
        (
            "        - {name: kind, in: query, schema: {type: string}}\n",
            "",
            &["breaking setter-removed Client::list_pets::kind"],
        ),
        (
            "{name: kind, in: query, schema: {type: string}}",
            "{name: kind, in: query, schema: {type: boolean}}",
            &["breaking input-type-changed Client::list_pets::kind"],
        ),
        (
            "{name: kind, in: query, schema: {type: string}}",
            "{name: kind, in: query, schema: {type: string, enum: [cat, dog]}}",
            &["additive input-type-refined Client::list_pets::kind", "additive type-added types::ListPetsKind"],
        ),
        (
            "{name: kind, in: query, schema: {type: string}}",
            "{name: kind, in: query, required: true, schema: {type: string}}",
            &["breaking input-required Client::list_pets::kind"],
        ),
        (
            "        - {name: page,",
            "        - {name: sort, in: query, schema: {type: string}}\n        - {name: page,",
            &["additive setter-added Client::list_pets::sort"],
        ),
        (
            "        - {name: page,",
            "        - {name: sort, in: query, required: true, schema: {type: string}}\n        - {name: page,",
            &["breaking required-setter-added Client::list_pets::sort"],
        ),
        ("{name: kind, in: query,", "{name: kind, in: header,", &["additive place-changed Client::list_pets::kind"]),
        (
            "maximum: 100, default: 10",
            "maximum: 50, default: 10",
            &["breaking check-stricter Client::list_pets::limit"],
        ),
        ("maximum: 100, default: 10", "maximum: 200, default: 10", &["additive check-looser Client::list_pets::limit"]),
        (
            "maximum: 100, default: 10",
            "maximum: 100, default: 20",
            &["breaking default-changed Client::list_pets::limit"],
        ),
        ("maximum: 100, default: 10", "maximum: 100", &["breaking default-removed Client::list_pets::limit"]),
        ("description: How many.", "description: How many at most.", &["docs docs-changed Client::list_pets::limit"]),
        (
            "      x-pagination: {style: page, request: {page: page}, response: {items: pets}}\n",
            "",
            &["breaking paging-removed Client::list_pets"],
        ),
        (
            "\"200\":\n          description: The user.\n          content: {application/json: {schema: {$ref: \"#/components/schemas/User\"}}}",
            "\"200\":\n          description: The user.\n          content: {application/json: {schema: {$ref: \"#/components/schemas/Cat\"}}}",
            &["breaking output-changed Client::show_user", "breaking type-removed types::User"],
        ),
        (
            "schema: {$ref: \"#/components/schemas/Failure\"}",
            "schema: {type: string}",
            &["breaking error-changed Client::create_pet", "breaking type-removed types::Failure"],
        ),
        (
            "    Failure: {type: object, properties: {code: {type: string}}}",
            "    Failure: {type: object, properties: {code: {type: string}, hint: {type: string}}}",
            &["additive field-added types::Failure::hint"],
        ),
        ("        age: {type: integer, format: int32}\n", "", &["breaking field-removed types::Pet::age"]),
        (
            "age: {type: integer, format: int32}",
            "age: {type: integer, format: int64}",
            &["breaking field-type-changed types::Pet::age"],
        ),
        (
            "    Pet:\n      type: object\n      required: [name]",
            "    Pet:\n      type: object\n      required: [name, age]",
            &["breaking field-type-changed types::Pet::age"],
        ),
        (
            "    Pet:\n      type: object\n      required: [name]",
            "    Pet:\n      type: object",
            &["breaking field-type-changed types::Pet::name"],
        ),
        (
            "    NewPet:\n      type: object\n      required: [name]",
            "    NewPet:\n      type: object\n      required: [name, colour]",
            &["breaking field-required types::NewPet::colour"],
        ),
        (
            "    NewPet:\n      type: object\n      required: [name]",
            "    NewPet:\n      type: object",
            &["additive field-optional types::NewPet::name"],
        ),
        (
            "    NewPet:\n      type: object\n      required: [name]\n      properties:\n",
            "    NewPet:\n      type: object\n      required: [name, home]\n      properties:\n        home: {type: string}\n",
            &["breaking required-field-added types::NewPet::home"],
        ),
        ("maxLength: 20", "maxLength: 10", &["breaking check-stricter types::NewPet::name"]),
        ("maxItems: 5, ", "", &["additive check-looser types::NewPet::tags"]),
        ("default: grey", "default: white", &["breaking default-changed types::NewPet::colour"]),
        ("description: The name.", "description: Its name.", &["docs docs-changed types::Pet::name"]),
        (
            "name: {type: string, description: The name.}",
            "name: {type: string, description: The name., deprecated: true}",
            &["additive deprecated types::Pet::name"],
        ),
        ("enum: [active, retired]", "enum: [active, retired, lost]", &["additive variant-added types::State::Lost"]),
        ("enum: [active, retired]", "enum: [active]", &["breaking variant-removed types::State::Retired"]),
        (
            "State: {type: string, enum: [active, retired]}",
            "State: {type: object, properties: {a: {type: string}}}",
            &["breaking type-kind-changed types::State"],
        ),
        (
            "{$ref: \"#/components/schemas/Dog\"}]",
            "{$ref: \"#/components/schemas/Dog\"}, {type: string}]",
            &["additive variant-added types::PetShape::Text"],
        ),
        (
            "{$ref: \"#/components/schemas/Cat\"}, {$ref",
            "{type: string}, {$ref",
            &[
                "additive variant-added types::PetShape::Text",
                "breaking type-removed types::Cat",
                "breaking variant-removed types::PetShape::Cat",
            ],
        ),
        (
            "labels: {type: object, additionalProperties: {type: string}}",
            "labels: {type: object, additionalProperties: {type: integer}}",
            &["breaking field-type-changed types::User::labels"],
        ),
        (
            "servers: [{url: \"https://api.example.com\"}]",
            "servers: [{url: \"https://api.example.org\"}]",
            &["additive server-changed Client::builder"],
        ),
        ("servers: [{url: \"https://api.example.com\"}]\n", "", &["breaking server-removed Client::builder"]),
        (
            "token: {type: http, scheme: bearer}",
            "token: {type: http, scheme: basic}",
            &["breaking scheme-changed security scheme token"],
        ),
        (
            "operationId: showUser\n",
            "operationId: showUser\n      security: []\n",
            &["breaking security-changed Client::show_user"],
        ),
        (
            "operationId: createPet\n",
            "operationId: createPet\n      x-job: {id: name, kind: pet}\n",
            &["additive job-added Client::create_pet"],
        ),
        (
            "content: {application/json: {schema: {$ref: \"#/components/schemas/User\"}}}",
            "content: {application/json: {schema: {$ref: \"#/components/schemas/User\"}}, text/csv: {schema: {type: string}}}",
            &["additive representation-added Client::show_user::CSV"],
        ),
        (
            "          description: The user.\n",
            "          description: The user.\n          headers: {X-Left: {schema: {type: integer}}}\n",
            &["additive headers-added Client::show_user", "additive type-added types::LeftHeaders"],
        ),
        (
            "{name: limit, in: query, description: How many.,",
            "{name: limit, in: query, deprecated: true, description: How many.,",
            &["additive deprecated Client::list_pets::limit"],
        ),
        (
            "  securitySchemes: {",
            "  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}, ",
            &["additive scheme-added security scheme key"],
        ),
        ("version: \"1\"", "version: \"2\"", &[]),
    ];
    let mut wrong = Vec::new();
    for (from, to, expected) in table {
        assert_eq!(DOCUMENT.matches(from).count(), 1, "{from}");
        let found = changes(DOCUMENT, &DOCUMENT.replace(from, to));
        let mut found: Vec<String> =
            found.iter().map(|change| format!("{} {} {}", change.level.name(), change.code, change.item)).collect();
        found.sort();
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        if found != expected {
            wrong.push(format!("{from} -> {to}:\n  found {found:#?}\n  expected {expected:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the reader of a report sees: the change, both places, and what to do.
#[test]
fn changes_have_places_and_advice() {
    let new = DOCUMENT
        .replace("operationId: showUser", "operationId: getUser")
        .replace("        age: {type: integer, format: int32}\n", "")
        .replace("maxLength: 20", "maxLength: 10")
        .replace("default: 10", "default: 20")
        .replace("[active, retired]", "[active, lost]")
        .replace("        - {name: kind, in: query, schema: {type: string}}\n", "")
        .replace("tags: [{name: pets}", "tags: [{name: dogs}, {name: pets}");
    let place = |at: &crate::diagnostic::Location| {
        let file = Path::new(at.file());
        let folder = file.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
        format!("{folder}:{}:{} {:?}", at.line(), at.column(), at.text())
    };
    let lines = changes(DOCUMENT, &new).into_iter().map(|change| {
        let Change { level, code, item, message, action, old, new } = change;
        format!(
            "{} [{code}] {item}: {message}\n  {}\n  {}\n  {}\n",
            level.name(),
            action.unwrap_or_default(),
            place(&old),
            place(&new)
        )
    });
    insta::assert_snapshot!(lines.collect::<String>());
}

#[test]
fn a_document_does_not_differ_from_itself() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for folder in ["specs/huawei-drs", "specs/aliyun-dg", "tests/fixtures/unions", "tests/fixtures/bodies"] {
        let load =
            || lowered(&root.join(folder), "same", "same", &Choices::default(), &mut Diagnostics::new()).unwrap();
        assert_eq!(diff(&load(), &load()), [], "{folder}");
    }
}

/// The sections that the maintainer of a crate adds to its CHANGELOG.
#[test]
fn changes_are_a_changelog() {
    let new = DOCUMENT
        .replace("description: A shop.", "description: A pet shop.")
        .replace("description: Lists pets.", "description: Lists all pets.")
        .replace("operationId: showUser\n", "operationId: showUser\n      deprecated: true\n")
        .replace("        age: {type: integer, format: int32}\n", "        weight: {type: integer}\n")
        .replace("maxLength: 20", "maxLength: 10")
        .replace("maxItems: 5", "maxItems: 6")
        .replace("default: 10", "default: 20")
        .replace("[active, retired]", "[active, lost]")
        .replace("tags: [{name: pets}", "tags: [{name: dogs}, {name: pets}")
        .replace("labels: {type: object", "Labels: {type: object")
        .replace("{type: http, scheme: bearer}", "{type: apiKey, in: header, name: X-Key}");
    insta::assert_snapshot!(changelog(&changes(DOCUMENT, &new)));
    assert_eq!(changelog(&changes(DOCUMENT, DOCUMENT)), "");
}
