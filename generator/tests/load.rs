//! The diagnostics of `load` for broken documents, with positions; and nothing makes it panic.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{fs, path::Path};

use proptest::prelude::*;
use yundb_generator::{
    Diagnostics,
    load::{Loaded, bundled, load},
};

fn load_text(text: &[u8], extension: &str) -> (Option<Loaded>, Diagnostics) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("openapi.{extension}"));
    fs::write(&path, text).unwrap();
    let mut diagnostics = Diagnostics::new();
    (load(&path, &mut diagnostics), diagnostics)
}

/// Every folder in `broken/` is a document with an error; the snapshot with its name has the diagnostics.
#[test]
fn broken_documents_are_reported() {
    let mut cases: Vec<_> = fs::read_dir("tests/broken").unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    for case in cases.iter().filter(|case| case.is_dir()) {
        let mut diagnostics = Diagnostics::new();
        let loaded = load(case, &mut diagnostics);
        assert!(!diagnostics.is_empty(), "{}", case.display());
        let outcome = match loaded {
            Some(loaded) => format!("loaded with {} operations", loaded.api.operations().count()),
            None => "not loaded".to_owned(),
        };
        let (errors, warnings) = (diagnostics.errors(), diagnostics.warnings());
        let text = format!("{}\n{outcome}, {errors} errors, {warnings} warnings\n", diagnostics.render(false));
        insta::assert_snapshot!(case.file_name().unwrap().to_str().unwrap(), text);
    }
}

/// Parts from other files keep their places in those files.
#[test]
fn parts_keep_their_places() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write(
        "openapi.yaml",
        "openapi: 3.0.3\ninfo: {title: é Pets, version: '1'}\npaths:\n  /pets:\n    get: {$ref: list.yaml}\n",
    );
    write(
        "list.yaml",
        "responses:\n  '200':\n    description: Pets\n    content:\n      a/b:\n        schema: {$ref: Pet.yaml}\n",
    );
    write("Pet.yaml", "type: object\r\nproperties:\r\n  é:\r\n    type: string\r\n");
    let mut diagnostics = Diagnostics::new();
    let loaded = load(folder.path(), &mut diagnostics).unwrap();
    assert!(diagnostics.is_empty(), "{diagnostics}");
    let place = |path: &[&str]| {
        let (last, outer) = path.split_last().unwrap();
        let parent = outer.iter().fold(&loaded.root, |node, key| node.get(key).unwrap());
        let location = parent.as_object().unwrap()[*last].place();
        let file = Path::new(location.file()).file_name().unwrap().to_str().unwrap().to_owned();
        (file, location.line(), location.column(), location.text().to_owned())
    };
    let at = |file: &str, line, column, text: &str| (file.to_owned(), line, column, text.to_owned());
    assert_eq!(place(&["info", "version"]), at("openapi.yaml", 2, 32, "'1'"));
    assert_eq!(place(&["paths", "/pets", "get"]), at("openapi.yaml", 5, 5, "get"));
    let responses = ["paths", "/pets", "get", "responses", "200"];
    assert_eq!(place(&responses), at("list.yaml", 2, 3, "'200'"));
    let schema = [&responses[..], &["content", "a/b", "schema", "$ref"]].concat();
    assert_eq!(place(&schema), at("list.yaml", 6, 24, "Pet.yaml"));
    assert_eq!(place(&["components", "schemas", "Pet", "properties", "é", "type"]), at("Pet.yaml", 4, 11, "string"));
    assert_eq!(place(&["components", "schemas", "Pet"]).0, "Pet.yaml");
}

/// A bundle keeps the parts that `load` fixes and leaves out, and includes other files.
#[test]
fn bundled_documents_keep_errors() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write(
        "openapi.yaml",
        "openapi: 3.0.3\ninfo: {title: Pets, version: '1'}\npaths: {}\n\
         components: {schemas: {Pet: {minLength: few, minimum: 9223372036854775807}, Dog: {allOf: [{$ref: Tag.yaml}]}}}\n",
    );
    write("Tag.yaml", "type: string\nmystery: 1\n");
    let mut diagnostics = Diagnostics::new();
    let schemas =
        bundled(folder.path(), &Default::default(), &mut diagnostics).unwrap()["components"]["schemas"].take();
    assert_eq!(schemas["Pet"], serde_json::json!({"minLength": "few", "minimum": 9223372036854775807_i64}));
    assert_eq!(schemas["Dog"]["allOf"][0]["$ref"], "#/components/schemas/Tag");
    assert_eq!(schemas["Tag"]["mystery"], 1);
    assert!(
        load(folder.path(), &mut diagnostics).unwrap().value().pointer("/components/schemas/Pet/minLength").is_none()
    );
}

#[test]
fn files_become_components() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write(
        "openapi.yaml",
        r##"
openapi: 3.0.3
info: {title: Pets, version: "1"}
paths:
  $ref: paths.yaml
components:
  parameters: {$ref: parameters.yaml}
  schemas:
    Animal: {$ref: schemas/Pet.yaml}
    Alias: {$ref: "#/components/schemas/Animal"}
    a/b: {type: string}
    Deep: {type: object, properties: {inner: {type: object, properties: {"x/y z": {type: integer}}}}}
"##,
    );
    write(
        "paths.yaml",
        r##"
/pets/{id}:
  summary: Here.
  $ref: items.yaml#/pet
"##,
    );
    write("items.yaml", "pet: {summary: There., get: {$ref: operations/show.yaml}}\n");
    write(
        "operations/show.yaml",
        r##"
operationId: show
parameters:
  - $ref: ../parameters.yaml#/Id
  - $ref: "#/x-here/limit"
responses:
  "200":
    description: Pets.
    headers: {X-Total: {$ref: ../headers.yaml#/Total}}
    content:
      application/json:
        schema:
          type: object
          properties:
            pet: {$ref: ../schemas/Pet.yaml}
            alias: {$ref: ../openapi.yaml#/components/schemas/Alias}
            slash: {$ref: "../openapi.yaml#/components/schemas/a~1b"}
            deep: {$ref: "../openapi.yaml#/components/schemas/Deep/properties/inner/properties/x~1y%20z"}
            through: {$ref: "../openapi.yaml#/components/schemas/Animal/properties/name"}
            self: {$ref: "#/responses/200/content/application~1json/schema"}
x-here:
  limit: {name: limit, in: query, schema: {type: integer}}
"##,
    );
    write("parameters.yaml", "Id: {name: id, in: path, required: true, schema: {type: string}}\n");
    write("headers.yaml", "Total: {schema: {type: integer}}\n");
    write(
        "schemas/Pet.yaml",
        r##"
type: object
properties:
  name: {type: string}
  parent: {$ref: Pet.yaml}
  kind: {$ref: Kind.yaml}
discriminator: {propertyName: kind, mapping: {dog: Dog.yaml, deep: Deep}}
"##,
    );
    write("schemas/Kind.yaml", "type: string\nexample: {$ref: not-a-ref.yaml}\n");
    write("schemas/Dog.yaml", "allOf: [{$ref: Pet.yaml}]\n");
    let mut diagnostics = Diagnostics::new();
    let loaded = load(folder.path(), &mut diagnostics).unwrap();
    assert!(diagnostics.is_empty(), "{diagnostics}");
    insta::assert_snapshot!("bundled", serde_yaml::to_string(&loaded.value()).unwrap());
}

/// Both formats give the same result, and YAML's pitfalls are avoided.
#[test]
fn both_formats_have_the_same_values() {
    let yaml = "\u{feff}openapi: 3.0.3\r
info: {title: T, version: '1'}\r
paths: {}\r
x-values:\r
  on: on\r
  yes: [no, off, y, ~, null, '', 'null', True]\r
  numbers: [0, -1, 007, 1_000, 0x1F, 0o17, 1.5, -.5, 1e3, 18446744073709551615, 340282366920938463463374607431768211455, .inf, +1, 1.2.3, 12:30, 2020-01-01]\r
  200: ok\r
  true: 1\r
  text: !!str 12\r
  folded: >-\r
    a\r
    b\r
  base: &base {a: 1, b: 2}\r
  merged: {<<: *base, b: 3}\r
  twice: {<<: [*base, {a: 9, c: 4}]}\r
";
    let (loaded, diagnostics) = load_text(yaml.as_bytes(), "yaml");
    assert!(diagnostics.is_empty(), "{diagnostics}");
    let yaml = loaded.unwrap().value();
    let json = yaml["x-values"].to_string();
    assert_eq!(
        json,
        concat!(
            r#"{"on":"on","yes":["no","off","y",null,null,"","null",true],"#,
            r#""numbers":[0,-1,"007","1_000",31,15,1.5,-0.5,1000.0,18446744073709551615,3.402823669209385e+38,".inf",1,"1.2.3","12:30","2020-01-01"],"#,
            r#""200":"ok","true":1,"text":"12","folded":"a b","base":{"a":1,"b":2},"#,
            r#""merged":{"b":3,"a":1},"twice":{"a":1,"b":2,"c":4}}"#
        )
    );
    let text = format!("\u{feff}{}", serde_json::to_string_pretty(&yaml).unwrap().replace("  ", "\t"));
    for extension in ["json", "yaml"] {
        let (loaded, diagnostics) = load_text(text.as_bytes(), extension);
        assert!(diagnostics.is_empty(), "{diagnostics}");
        assert_eq!(loaded.unwrap().value(), yaml);
    }
    let text = r#"{"openapi":"3.0.3","info":{"title":"\ud83d\ude00\u00e9\/","version":"1"},"paths":{}}"#;
    for extension in ["json", "yaml"] {
        let (loaded, diagnostics) = load_text(text.as_bytes(), extension);
        assert!(diagnostics.is_empty(), "{diagnostics}");
        assert_eq!(loaded.unwrap().api.info.title, "😀é/");
    }
}

/// Samples of responses stay as documented, but for tools that take schemas literally.
#[test]
fn samples_in_the_form_of_their_schemas() {
    let document = r##"openapi: 3.0.3
x-protocol: aliyun-rpc
info: {title: Pets, version: "1"}
tags: [{name: pets}]
paths:
  /#Action=ListPets:
    get:
      operationId: listPets
      tags: [pets]
      responses:
        "200":
          description: The pets.
          content:
            application/json:
              schema:
                type: object
                properties:
                  Count: {type: integer}
                  Success: {type: boolean}
                  Version: {type: string}
                  Cause: {type: string}
                  Note: {type: string, nullable: true}
                  Pets:
                    type: array
                    items:
                      type: object
                      properties:
                        Name: {type: string}
                        Kind: {type: string, enum: [cat, dog]}
                        Mood: {type: string, enum: [calm]}
              examples:
                sample:
                  value:
                    ListPetsResponse:
                      count: "1"
                      Success: "true"
                      Version: 2.0
                      Cause: null
                      Note: null
                      Pets: {Pet: [{name: 7, Kind: DOG, Mood: ""}]}
"##;
    let (loaded, diagnostics) = load_text(document.as_bytes(), "yaml");
    assert!(diagnostics.is_empty(), "{diagnostics}");
    let loaded = loaded.unwrap();
    let sample = |document: &serde_json::Value| {
        let at = "/paths/~1#Action=ListPets/get/responses/200/content/application~1json/examples/sample/value";
        document.pointer(at).unwrap().to_string()
    };
    assert!(sample(&loaded.value()).contains(r#"{"ListPetsResponse":{"count":"1","Success":"true","Version":2.0,"#));
    assert_eq!(
        sample(&loaded.literal_value()),
        r#"{"Count":1,"Success":true,"Version":"2.0","Note":null,"Pets":[{"Name":"7","Kind":"dog"}]}"#
    );
    // Other protocols have none of the forms of RPC.
    let (_, diagnostics) = load_text(document.replace("aliyun-rpc", "huawei-rest").as_bytes(), "yaml");
    let found: Vec<_> = diagnostics.iter().map(|it| (it.code, it.message.as_str())).collect();
    assert_eq!(found, [("bad-example", "the example has `ListPetsResponse`, which its schema does not")]);
}

/// A small document with most features, to be damaged.
const WHOLE: &str = r##"openapi: 3.0.3
info: {title: Pets, version: "1"}
servers: [{url: "https://{region}.example.com", variables: {region: {default: eu, enum: [eu, us]}}}]
security: [{key: []}]
paths:
  /pets/{id}:
    parameters: [{$ref: "#/components/parameters/Id"}]
    get: &get
      operationId: showPet
      tags: [pets]
      x-pagination: {style: offset, request: {limit: limit, offset: offset}, response: {items: pets}}
      parameters:
        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 100, default: 10}}
      responses:
        "200":
          description: |
            The pet.
          headers: {X-Id: {schema: {type: string}}}
          content:
            application/json:
              schema: {$ref: "#/components/schemas/Pet"}
              examples: {sample: {value: {name: Rex, tag: a}}}
        default: {$ref: "#/components/responses/Error"}
    put:
      <<: *get
      operationId: replacePet
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}}
components:
  parameters:
    Id: {name: id, in: path, required: true, schema: {type: string}}
  responses:
    Error: {description: An error.}
  schemas:
    Pet:
      type: object
      required: [name]
      properties:
        name: {type: string, maxLength: 64, x-sensitive: true}
        kind: {type: string, enum: [cat, dog], x-enumDescriptions: {cat: Meows., dog: Barks.}}
        parent: {type: object, allOf: [{$ref: "#/components/schemas/Pet"}], nullable: true}
        more: {$ref: "#/paths/~1pets~1{id}/get/responses/200/content/application~1json/schema"}
      additionalProperties: {oneOf: [{type: string}, {type: number}]}
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Key}
"##;

#[test]
fn the_undamaged_document_is_valid() {
    let (_, diagnostics) = load_text(WHOLE.as_bytes(), "yaml");
    assert!(diagnostics.is_empty(), "{diagnostics}");
    let (_, diagnostics) = load_text(format!("x-protocol: huawei-rest\n{WHOLE}").as_bytes(), "yaml");
    assert!(diagnostics.is_empty(), "{diagnostics}");
}

/// Replacement values.
const DAMAGE: [&str; 24] = [
    "",
    "{}",
    "[]",
    "null",
    "true",
    "1",
    "-1",
    "1.5",
    "x",
    "\"",
    "'",
    "{",
    "]",
    ": ",
    "- ",
    "\n",
    "\t",
    "&a ",
    "*a",
    "$ref",
    "{$ref: \"#/components/schemas/Pet\"}",
    "{$ref: \"#/paths\"}",
    "é\u{feff}",
    "!!int ",
];

/// Loads a text as a whole document; it must not panic, and its diagnostics must be renderable.
fn survives(text: &[u8]) {
    for extension in ["yaml", "json"] {
        let (loaded, diagnostics) = load_text(text, extension);
        assert!(loaded.is_some() || diagnostics.has_errors());
        diagnostics.render(true);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        survives(&bytes);
    }

    #[test]
    fn damaged_documents_never_panic(
        damages in prop::collection::vec((any::<prop::sample::Index>(), 0..40usize, prop::sample::select(&DAMAGE[..])), 1..5),
        ours in any::<bool>(),
    ) {
        let mut text = if ours { format!("x-protocol: huawei-rest\n{WHOLE}") } else { WHOLE.to_owned() };
        for (at, length, new) in damages {
            let at = at.index(text.len());
            let start = (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            let end = (start + length..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
            text.replace_range(start..end, new);
        }
        survives(text.as_bytes());
    }

    /// Replaces whole values, so that the text stays valid YAML and later steps are reached.
    #[test]
    fn wrong_values_never_panic(
        damages in prop::collection::vec((any::<prop::sample::Index>(), 0..16usize), 1..5),
        ours in any::<bool>(),
    ) {
        let mut document: serde_json::Value = load_text(WHOLE.as_bytes(), "yaml").0.unwrap().value();
        for (at, new) in damages {
            let new = serde_yaml::from_str(DAMAGE[new]).unwrap_or(serde_json::Value::Null);
            let mut all = Vec::new();
            pointers(&document, "", &mut all);
            if let Some(value) = all.get(at.index(all.len().max(1))).and_then(|pointer| document.pointer_mut(pointer)) {
                *value = new;
            }
        }
        if let (true, Some(fields)) = (ours, document.as_object_mut()) {
            fields.insert("x-protocol".to_owned(), "huawei-rest".into());
        }
        survives(document.to_string().as_bytes());
    }
}

/// The pointers of all values below the root.
fn pointers(value: &serde_json::Value, pointer: &str, all: &mut Vec<String>) {
    let mut add = |token: &str, child: &serde_json::Value| {
        let pointer = format!("{pointer}/{}", token.replace('~', "~0").replace('/', "~1"));
        pointers(child, &pointer, all);
        all.push(pointer);
    };
    match value {
        serde_json::Value::Object(map) => map.iter().for_each(|(key, child)| add(key, child)),
        serde_json::Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, child)| add(&index.to_string(), child));
        }
        _ => {}
    }
}
