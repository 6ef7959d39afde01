//! Examples and samples in the docs of operations. The doc tests of the emitted crates verify that they compile.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use yundb_generator::{Diagnostics, Manifest, emit, model};

const DOCUMENT: &str = r##"
openapi: 3.0.3
info: {title: Zoo, version: "1"}
servers: [{url: "https://zoo.example.com"}]
x-jobs:
  job: {poll: showJob, argument: job, state: state, running: [R], succeeded: [S], failed: [F]}
paths:
  /animals:
    post:
      operationId: createAnimal
      x-job: {id: job, kind: job}
      parameters:
        - {name: type, in: query, required: true, schema: {type: string}, example: tame}
        - {name: unused, in: query, schema: {type: string}, example: nothing}
        - {name: note, in: query, schema: {type: string}, examples: {sample: {value: "It is \"new\""}}}
      requestBody:
        required: true
        content:
          application/json:
            schema: {$ref: "#/components/schemas/Animal"}
            examples:
              other: {summary: "Another <one>", value: {name: Rex, kind: {type: dog}, age: 3, password: hunter2}}
              sample: {value: {name: Tom, kind: {type: cat, lives: 9}, age: 4, password: hunter2, nick: T, of: hand}}
      responses: {"200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Created"}}}}}
    get:
      operationId: listAnimals
      x-pagination: {style: token, request: {token: after}, response: {items: animals, next: next}}
      parameters: [{name: after, in: query, schema: {type: string}}]
      responses:
        "200":
          description: ok
          content:
            application/json:
              schema:
                type: object
                properties:
                  animals: {type: array, items: {$ref: "#/components/schemas/Animal"}}
                  next: {type: string}
              example: {animals: [{name: Tom, password: hunter2}, {name: Rex}], next: "2"}
  /pages:
    get:
      operationId: listByPage
      x-pagination: {style: page, request: {page: page, size: size}, response: {items: names}}
      parameters:
        - {name: page, in: query, required: true, schema: {type: string}, example: "7"}
        - {name: size, in: query, required: true, schema: {type: integer, maximum: 5}}
      responses: {"200": {$ref: "#/components/responses/Names"}}
  /rows:
    post:
      operationId: listByRow
      x-pagination: {style: offset, request: {offset: from, limit: size}, response: {items: names}}
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties:
                from: {type: integer}
                size: {type: integer}
                of: {type: string}
            example: {from: 20, size: 20, of: zoo}
      responses: {"200": {$ref: "#/components/responses/Names"}}
  /jobs:
    get:
      operationId: showJob
      parameters: [{name: job, in: query, required: true, schema: {type: string}}]
      responses:
        "200":
          description: ok
          content: {application/json: {schema: {type: object, properties: {state: {type: string}}}}}
components:
  responses:
    Names:
      description: ok
      content:
        application/json:
          schema: {type: object, properties: {names: {type: array, items: {type: string}}}}
  schemas:
    Created: {type: object, properties: {job: {type: string}}}
    Animal:
      type: object
      required: [name, kind, age, count, password, parent]
      properties:
        name: {type: string}
        kind:
          oneOf: [{$ref: "#/components/schemas/Dog"}, {$ref: "#/components/schemas/Cat"}]
          discriminator: {propertyName: type, mapping: {dog: "#/components/schemas/Dog", cat: "#/components/schemas/Cat"}}
        age: {type: integer, format: int32, example: 7}
        count: {type: integer, format: uint64, minimum: 5}
        password: {type: string, format: password}
        nick: {type: string}
        unused: {type: string}
        parent: {$ref: "#/components/schemas/Animal"}
    Dog: {type: object, required: [type], properties: {type: {type: string}}}
    Cat: {type: object, required: [type, lives], properties: {type: {type: string}, lives: {type: integer, format: int32}}}
"##;

fn emitted(document: &str) -> BTreeMap<PathBuf, String> {
    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("openapi.yaml");
    fs::write(&spec, document).unwrap();
    let mut diagnostics = Diagnostics::new();
    let (service, account) = model(&spec, "zoo", "zoo", &mut diagnostics).unwrap();
    assert!(account.adds_up(), "{diagnostics}");
    emit::emit(&service, &Manifest::default(), None).unwrap()
}

/// The code of the example above a method, as in the docs.
fn example(files: &BTreeMap<PathBuf, String>, method: &str) -> String {
    let file = &files[Path::new("src/operations/untagged.rs")];
    let (before, _) = file.split_once(&format!("pub fn {method}(&self")).unwrap();
    let (_, docs) = before.rsplit_once("/// # Example\n    ///\n    /// ```rust,no_run\n").unwrap();
    let lines = docs.lines().map(|line| line.trim_start().trim_start_matches("///").trim_start_matches(' '));
    lines.take_while(|line| *line != "```").filter(|line| !line.starts_with("# ")).collect::<Vec<_>>().join("\n")
}

#[test]
fn calls_have_the_required_inputs_and_part_of_their_sample() {
    let files = emitted(DOCUMENT);
    assert_eq!(
        example(&files, "create_animal"),
        r#"use zoo::types::{Animal, AnimalKind, Cat};

let body = Animal::new()
.name("Tom")
.kind(AnimalKind::Cat(Cat::new().r#type("cat").lives(9)))
.age(4)
.count(5_u64)
.password(std::env::var("PASSWORD")?)
.nick("T")
.parent(Animal::new());
let response = client.create_animal(body).r#type("tame").note("It is \"new\"").await?;
client.wait_for(&response).await?;"#
    );
}

#[test]
fn lists_are_iterated_and_other_responses_show_a_field() {
    let files = emitted(DOCUMENT);
    assert_eq!(
        example(&files, "list_animals"),
        r#"let mut items = client.list_animals().items();
while let Some(item) = items.next().await {
println!("{:?}", item?.name);
}"#
    );
    // They begin with the first page, whichever the sample has.
    let begins = |method, call: &str| {
        let example = example(&files, method);
        assert!(example.starts_with(&format!("let mut items = client.{call}.items();\n")), "{example}");
    };
    begins("list_by_page", r#"list_by_page().page("1").size(5)"#);
    begins("list_by_row", r#"list_by_row().size(20).of("zoo")"#);
    assert_eq!(
        example(&files, "show_job"),
        r#"let response = client.show_job().job("job").await?;
println!("{:?}", response.state);"#
    );
    // The crate's page has the one with the fewest requirements.
    let page = &files[Path::new("src/lib.rs")];
    assert!(
        page.contains("//! let client = zoo::Client::builder().build()?;\n//! let mut items = client.list_animals()")
    );
}

#[test]
fn samples_are_collapsed_and_redacted() {
    let files = emitted(DOCUMENT);
    let operations = &files[Path::new("src/operations/untagged.rs")];
    assert!(operations.contains("#[doc = include_str!(\"../../docs/samples/create_animal.md\")]"));
    assert!(!operations.contains("docs/samples/show_job.md"), "it has none");
    let samples = &files[Path::new("docs/samples/create_animal.md")];
    assert!(samples.contains("<details><summary>Sample request 1</summary>\n\n```json\n{\n"), "{samples}");
    assert!(samples.contains("<summary>Sample request 2: Another &lt;one&gt;</summary>"), "{samples}");
    assert!(samples.contains("\"password\": \"******\""), "{samples}");
    assert!(files[Path::new("docs/samples/list_animals.md")].contains("Sample response</summary>"));
    for text in files.values() {
        assert!(!text.contains("hunter2"), "{text}");
    }
}

/// A field unknown to its type may still have the name of a secret.
#[test]
fn fields_unknown_to_a_type_are_redacted_by_name() {
    let plain = DOCUMENT.replace(
        "of: hand",
        "login: {user_password: hunter3}, more: {AccessToken: hunter3, deep: [{privateKey: hunter3}]}",
    );
    let samples = &emitted(&plain)[Path::new("docs/samples/create_animal.md")];
    assert!(samples.contains("\"AccessToken\": \"******\""), "{samples}");
    assert!(!samples.contains("hunter"), "{samples}");
}

#[test]
fn long_samples_are_truncated() {
    let fields: BTreeMap<String, i32> = (0..80).map(|number| (format!("f{number:02}"), number)).collect();
    for (sample, has, lacks, note) in [
        (json!((0..70).collect::<Vec<i32>>()), "  0\n", "  1\n", "Lists are cut off after their first item.\n"),
        (json!(fields), "\"f58\"", "\"f59\"", "and the rest is left out.\n"),
        (json!([{"a": 1}, {"b": 2}]), "\"b\"", "cut off", ""),
    ] {
        let document = json!({
            "openapi": "3.0.3",
            "info": {"title": "Long", "version": "1"},
            "paths": {"/a": {"get": {"operationId": "a", "responses": {"200": {
                "description": "ok",
                "content": {"application/json": {"schema": {}, "example": sample}}
            }}}}}
        });
        let samples = &emitted(&document.to_string())[Path::new("docs/samples/a.md")];
        assert!(samples.contains(has) && !samples.contains(lacks) && samples.contains(note), "{samples}");
        assert!(samples.lines().count() <= 60 + 12, "{samples}");
    }
}
