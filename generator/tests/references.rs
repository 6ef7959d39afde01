//! Targets of `$ref`s: anchors, identifiers, dynamic anchors and places; and the cost of a dangling one.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;

use serde_json::{Value, json};
use yundb_generator::{Diagnostics, load::bundled, model};

/// The schemas of a document of several files in one tree, and the diagnostics.
fn schemas(files: &[(&str, &str)]) -> (Value, Vec<&'static str>) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let mut diagnostics = Diagnostics::new();
    let document = bundled(&folder.path().join(files[0].0), &Default::default(), &mut diagnostics).unwrap();
    (document["components"]["schemas"].clone(), diagnostics.iter().map(|it| it.code).collect())
}

fn of(text: &str) -> (Value, Vec<&'static str>) {
    let head = "openapi: 3.1.0\ninfo: {title: References, version: '1'}\npaths: {}\n";
    schemas(&[("openapi.yaml", &format!("{head}components:\n  schemas:\n{text}"))])
}

fn to(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

#[test]
fn the_reference_to_the_schema_itself_may_be_written_in_any_way() {
    for reference in ["'#'", "\"#\"", "\"\\x23\"", "\"\\u0023\"", "!!str \"#\"", ">-\n            #"] {
        let (found, codes) = of(&format!("    Tree:\n      properties:\n        next:\n          $ref: {reference}\n"));
        assert_eq!(codes, [""; 0], "{reference}");
        assert_eq!(found["Tree"]["properties"]["next"], to("Tree"), "{reference}");
    }
}

#[test]
fn anchors_and_identifiers_are_resolved() {
    let (found, codes) = of("
    Pet: {$anchor: pet, type: object}
    ByAnchor: {properties: {a: {$ref: '#pet'}}}
    Relative: {$id: relative/schema, type: string}
    Absolute: {$id: 'https://example.com/absolute', type: string}
    ById: {properties: {a: {$ref: relative/schema}, b: {$ref: 'https://example.com/absolute'}}}
    Nested:
      $id: https://example.com/nested/outer
      properties:
        a: {$ref: inner}
        b: {$ref: '#/$defs/Own'}
        c: {$ref: '#own'}
        d: {$ref: '#/components/schemas/Pet'}
        e: {$ref: '/absolute'}
      $defs:
        Own: {$anchor: own, type: integer}
        Inner: {$id: inner, type: boolean}
    Data: {properties: {$id: {type: string}}, example: {$id: other, $ref: '#nowhere'}, enum: [{$ref: '#nowhere'}]}
");
    assert_eq!(codes, [""; 0]);
    assert_eq!(found["ByAnchor"]["properties"]["a"], to("Pet"));
    assert_eq!(found["ById"]["properties"], json!({"a": to("Relative"), "b": to("Absolute")}));
    let nested = &found["Nested"]["properties"];
    let led = |key: &str| {
        let name = nested[key]["$ref"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        found[name]["type"].as_str().unwrap().to_owned()
    };
    assert_eq!(["a", "b", "c", "d", "e"].map(led), ["boolean", "integer", "integer", "object", "string"]);
    assert_eq!(found["Data"]["example"], json!({"$id": "other", "$ref": "#nowhere"}));
}

#[test]
fn anchors_of_other_files_and_the_own_address_are_resolved() {
    let document = "openapi: 3.2.0
$self: https://example.com/api/openapi.yaml
info: {title: References, version: '1'}
components:
  schemas:
    Pet: {type: object}
    All:
      properties:
        a: {$ref: 'https://example.com/api/openapi.yaml#/components/schemas/Pet'}
        b: {$ref: 'other.yaml#thing'}
        c: {$ref: 'https://example.com/api/other.yaml#/Thing'}
        d: {$ref: '/api/openapi.yaml#/components/schemas/Pet'}
";
    let (found, codes) =
        schemas(&[("openapi.yaml", document), ("other.yaml", "Thing: {$anchor: thing, type: string}\n")]);
    assert_eq!(codes, [""; 0]);
    let all = &found["All"]["properties"];
    assert_eq!(*all, json!({"a": to("Pet"), "b": to("Thing"), "c": to("Thing"), "d": to("Pet")}));
}

/// A generic list that other schemas turn into a list of something: each gets its own copy.
#[test]
fn dynamic_anchors_are_redefined() {
    let (found, codes) = of("
    Pet: {type: object}
    Page:
      $id: page
      type: object
      properties: {items: {type: array, items: {$dynamicRef: '#item'}}, next: {type: string}}
      $defs: {any: {$dynamicAnchor: item}}
    Pets:
      $id: pets
      $ref: page
      $defs: {pet: {$dynamicAnchor: item, $ref: '#/components/schemas/Pet'}}
    Named:
      $id: named
      allOf: [{$ref: page}, {properties: {name: {type: string}}}]
      $defs: {text: {$dynamicAnchor: item, type: string}}
");
    assert_eq!(codes, [""; 0]);
    let items = |page: &Value| {
        let to = page["properties"]["items"]["items"]["$ref"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        found[to].clone()
    };
    assert_eq!(items(&found["Page"]), json!({"$dynamicAnchor": "item"}));
    assert_eq!(items(&found["Pets"]["allOf"][0])["$ref"], "#/components/schemas/Pet");
    assert_eq!(items(&found["Named"]["allOf"][0])["type"], "string");
    assert_eq!(found["Named"]["allOf"][1]["properties"]["name"]["type"], "string");
}

/// A tree, and one that is stricter at each of its nodes, in two drafts' keywords.
#[test]
fn an_extension_of_a_tree_applies_to_its_branches() {
    for (anchor, reference) in
        [("$dynamicAnchor: node", "$dynamicRef: '#node'"), ("$recursiveAnchor: true", "$recursiveRef: '#'")]
    {
        let (found, codes) = of(&format!(
            "
    Tree:
      $id: https://example.com/tree
      {anchor}
      type: object
      properties: {{data: true, children: {{type: array, items: {{{reference}}}}}}}
    StrictTree:
      $id: https://example.com/strict
      {anchor}
      $ref: tree
      required: [data]
"
        ));
        assert_eq!(codes, [""; 0]);
        assert_eq!(found["Tree"]["properties"]["children"]["items"], to("Tree"), "{found}");
        assert_eq!(found["StrictTree"]["allOf"][0]["properties"]["children"]["items"], to("StrictTree"), "{found}");
    }
}

/// `#` alone would be the whole API, which is not a schema.
#[test]
fn a_bare_hash_refers_to_the_enclosing_schema() {
    let (found, codes) = of("
    Filter: {$recursiveAnchor: true, properties: {all: {type: array, items: {oneOf: [{$recursiveRef: '#'}, {type: string}]}}}}
    Outer: {properties: {inner: {$recursiveAnchor: true, properties: {a: {$recursiveRef: '#'}}}, b: {$recursiveRef: '#'}, c: {$ref: '#'}}}
");
    assert!(codes.is_empty(), "{codes:?}");
    assert_eq!(found["Filter"]["properties"]["all"]["items"]["oneOf"][0], to("Filter"));
    let outer = &found["Outer"]["properties"];
    assert_eq!((&outer["b"], &outer["c"]), (&to("Outer"), &to("Outer")));
    let inner = outer["inner"]["properties"]["a"]["$ref"].as_str().and_then(|text| text.rsplit('/').next()).unwrap();
    assert_eq!(found[inner]["properties"]["a"], to(inner));
}

#[test]
fn a_missing_anchor_is_reported() {
    let (_, codes) = of("
    A: {properties: {a: {$ref: '#pte'}}}
    Pet: {$anchor: pet}
");
    assert_eq!(codes, ["missing-ref"]);
}

/// In 3.1, a description beside a `$ref` counts; nothing else does.
#[test]
fn descriptions_beside_references_apply_since_3_1() {
    let document = "info: {title: References, version: '1'}
paths:
  /a:
    get:
      parameters: [{$ref: '#/components/parameters/P', description: Here.}]
      responses: {'200': {$ref: '#/components/responses/R', description: Here too.}}
components:
  parameters: {P: {name: p, in: query, description: There., schema: {type: string}}}
  responses: {R: {description: There.}}
";
    let read = |version: &str| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("openapi.yaml");
        fs::write(&path, format!("openapi: {version}\n{document}")).unwrap();
        let mut diagnostics = Diagnostics::new();
        let (service, account) = model(&path, "references", "references", &mut diagnostics).unwrap();
        assert!(account.adds_up());
        let operation = &service.groups[0].operations[0];
        let codes: Vec<&str> = diagnostics.iter().map(|it| it.code).collect();
        (operation.setters[0].docs[0].clone(), operation.docs.join("\n").contains("Here too."), codes)
    };
    assert_eq!(read("3.1.0"), ("Here.".to_owned(), true, vec![]));
    assert_eq!(read("3.0.3"), ("There.".to_owned(), false, vec!["ref-siblings"; 2]));
}

/// One invalid `$ref` costs its target, but never the operation.
#[test]
fn an_invalid_reference_costs_only_its_target() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("openapi.yaml");
    let document = "openapi: 3.0.3
info: {title: References, version: '1'}
security: [{key: null}]
paths:
  /a/{id}:
    parameters: [{$ref: '#/components/parameters/Nowhere'}, {name: id, in: path, required: true, schema: {type: string}}]
    post:
      operationId: postA
      parameters: [{$ref: nowhere.yaml}, {name: q, in: query, schema: {type: string}}]
      requestBody: {$ref: '#/components/responses/R'}
      responses:
        '200': {description: Fine., headers: {X-A: {$ref: '#/nowhere'}}, content: {application/json: {schema: {$ref: '#/nowhere'}}}}
        '404': {$ref: '#/components/requestBodies/R'}
  /b:
    get: {operationId: getB, parameters: {$ref: '#/nowhere'}, responses: {$ref: '#/nowhere'}}
  /c: {$ref: nowhere.yaml}
components:
  responses: {R: {description: R.}}
  requestBodies: {R: {content: {text/plain: {schema: {type: string}}}}}
  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}
";
    fs::write(&path, document).unwrap();
    let mut diagnostics = Diagnostics::new();
    let (service, account) = model(&path, "references", "references", &mut diagnostics).unwrap();
    assert!(account.lost.is_empty(), "{:?}\n{diagnostics}", account.lost);
    let operations: Vec<_> = service.groups.iter().flat_map(|group| &group.operations).collect();
    assert_eq!(operations.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["postA", "getB"]);
    assert_eq!(operations[0].params.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["q", "id"]);
    // Each is reported at the reference, unless another part was left out because of it.
    let dropped = diagnostics.iter().filter_map(|it| match it.label.strip_suffix(" is left out because of this") {
        Some(label) => Some(label.rsplit_once(": ").map_or(label, |(_, what)| what)),
        None => it.code.starts_with("dropped").then_some(it.message.as_str()),
    });
    assert_eq!(diagnostics.iter().filter(|it| it.label.contains("POST /a/{id}: ")).count(), 4);
    assert_eq!(
        dropped.collect::<Vec<_>>(),
        [
            "one of `parameters`",
            "one of `parameters`",
            "`requestBody`",
            "`X-A`",
            "the body of `404`",
            "`parameters`",
            "`responses`",
            "`/c`",
        ]
    );
}
