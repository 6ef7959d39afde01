//! Swagger 2.0 gives the same client as an equivalent OpenAPI 3.0 document, and each of its keys keeps its place.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;

use serde_json::Value;
use yundb_generator::{
    Diagnostics,
    load::{bundled, load},
    model,
};

fn tree(name: &str, text: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    let mut diagnostics = Diagnostics::new();
    let tree = bundled(&path, &Default::default(), &mut diagnostics).unwrap();
    assert!(diagnostics.is_empty(), "{diagnostics}");
    tree
}

const OLD: &str = r##"
swagger: "2.0"
info: {title: Twin, version: "1"}
host: example.com
basePath: /v1
schemes: [http, https]
consumes: [application/json]
produces: [application/json, application/xml]
securityDefinitions:
  basic: {type: basic}
  key: {type: apiKey, in: query, name: key}
  app: {type: oauth2, flow: application, tokenUrl: https://example.com/token, scopes: {a: A.}}
  code: {type: oauth2, flow: accessCode, authorizationUrl: https://example.com/auth, tokenUrl: https://example.com/token, scopes: {}}
  web: {type: oauth2, flow: implicit, authorizationUrl: https://example.com/auth, scopes: {}}
  user: {type: oauth2, flow: password, tokenUrl: https://example.com/token, scopes: {}}
parameters:
  Limit: {name: limit, in: query, type: integer, maximum: 10, default: 5}
  Thing: {name: thing, in: body, required: true, schema: {$ref: "#/definitions/Thing"}}
responses:
  Failed: {description: Failed., schema: {$ref: "#/definitions/Thing"}, headers: {X-A: {type: array, items: {type: string}}}}
paths:
  /things/{ids}:
    parameters: [{$ref: "#/parameters/Limit"}, {$ref: "#/parameters/Thing"}]
    put:
      parameters:
        - {name: ids, in: path, required: true, type: array, items: {type: integer}, collectionFormat: csv}
        - {name: a, in: query, type: array, items: {type: string}}
        - {name: b, in: query, type: array, items: {type: string}, collectionFormat: multi}
        - {name: c, in: query, type: array, items: {type: string}, collectionFormat: pipes}
      responses:
        200: {description: Fine., schema: {$ref: "#/definitions/Thing"}, examples: {application/json: {kind: a}}}
        default: {$ref: "#/responses/Failed"}
    post:
      consumes: [application/merge-patch+json]
      produces: [application/x-tar]
      schemes: [https]
      parameters: [{name: ids, in: path, required: true, type: string}]
      responses:
        200: {description: A file., schema: {type: file}}
        default: {$ref: "#/responses/Failed"}
  /forms:
    post:
      consumes: [multipart/form-data, application/x-www-form-urlencoded]
      parameters:
        - {name: a, in: formData, type: string, required: true, description: A.}
        - {name: b, in: formData, type: array, items: {type: string}}
        - {name: c, in: formData, type: array, items: {type: string}, collectionFormat: multi}
      responses: {204: {description: Done.}}
    put:
      parameters: [{name: a, in: formData, type: file}]
      responses: {204: {description: Done.}}
definitions:
  Thing:
    type: object
    discriminator: kind
    required: [kind]
    properties: {kind: {type: string}, no: {type: string, x-nullable: true}, more: {$ref: "#/definitions/Thing/properties/no"}}
"##;

const NEW: &str = r##"
openapi: 3.0.3
info: {title: Twin, version: "1"}
servers: [{url: "https://example.com/v1"}, {url: "http://example.com/v1"}]
paths:
  /things/{ids}:
    parameters: [{$ref: "#/components/parameters/Limit"}]
    put:
      parameters:
        - {name: ids, in: path, required: true, style: simple, explode: false, schema: {type: array, items: {type: integer}}}
        - {name: a, in: query, explode: false, schema: {type: array, items: {type: string}}}
        - {name: b, in: query, style: form, explode: true, schema: {type: array, items: {type: string}}}
        - {name: c, in: query, style: pipeDelimited, explode: false, schema: {type: array, items: {type: string}}}
      requestBody: {$ref: "#/components/requestBodies/Thing"}
      responses:
        "200":
          description: Fine.
          content:
            application/json: {schema: {$ref: "#/components/schemas/Thing"}, example: {kind: a}}
            application/xml: {schema: {$ref: "#/components/schemas/Thing"}}
        default: {$ref: "#/components/responses/Failed"}
    post:
      servers: [{url: "https://example.com/v1"}]
      parameters: [{name: ids, in: path, required: true, schema: {type: string}}]
      requestBody: {required: true, content: {application/merge-patch+json: {schema: {$ref: "#/components/schemas/Thing"}}}}
      responses:
        "200": {description: A file., content: {application/x-tar: {schema: {type: string, format: binary}}}}
        default:
          description: Failed.
          headers: {X-A: {schema: {type: array, items: {type: string}}}}
          content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}
  /forms:
    post:
      requestBody:
        required: true
        content:
          multipart/form-data: &form
            schema:
              type: object
              required: [a]
              properties:
                a: {type: string, description: A.}
                b: {type: array, items: {type: string}}
                c: {type: array, items: {type: string}}
            encoding: {b: {explode: false}}
          application/x-www-form-urlencoded: *form
      responses: {"204": {description: Done.}}
    put:
      requestBody:
        content: {multipart/form-data: {schema: {type: object, properties: {a: {type: string, format: binary}}}}}
      responses: {"204": {description: Done.}}
components:
  parameters:
    Limit: {name: limit, in: query, schema: {type: integer, maximum: 10, default: 5}}
  requestBodies:
    Thing: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}
  responses:
    Failed:
      description: Failed.
      headers: {X-A: {schema: {type: array, items: {type: string}}}}
      content:
        application/json: {schema: {$ref: "#/components/schemas/Thing"}}
        application/xml: {schema: {$ref: "#/components/schemas/Thing"}}
  schemas:
    Thing:
      type: object
      discriminator: {propertyName: kind}
      required: [kind]
      properties: {kind: {type: string}, no: {type: string, nullable: true}, more: {$ref: "#/components/schemas/Thing/properties/no"}}
  securitySchemes:
    basic: {type: http, scheme: basic}
    key: {type: apiKey, in: query, name: key}
    app: {type: oauth2, flows: {clientCredentials: {tokenUrl: https://example.com/token, scopes: {a: A.}}}}
    code: {type: oauth2, flows: {authorizationCode: {authorizationUrl: https://example.com/auth, tokenUrl: https://example.com/token, scopes: {}}}}
    web: {type: oauth2, flows: {implicit: {authorizationUrl: https://example.com/auth, scopes: {}}}}
    user: {type: oauth2, flows: {password: {tokenUrl: https://example.com/token, scopes: {}}}}
"##;

#[test]
fn equivalent_documents_give_the_same_client() {
    let old = tree("swagger.yaml", OLD);
    let mut new = tree("openapi.yaml", NEW);
    // Components from `$ref`s to places are named after the places, which differ in name only.
    let text = new.to_string().replace("ThingPropertiesNo", "ThingNo");
    new = serde_json::from_str(&text).unwrap();
    for (key, value) in new.as_object().unwrap() {
        assert_eq!(old[key], *value, "{key}");
    }
    // The version is the only other difference.
    let other: Vec<&str> =
        old.as_object().unwrap().keys().map(String::as_str).filter(|key| new.get(key).is_none()).collect();
    assert_eq!(other, ["x-swagger"]);
    assert_eq!(old.as_object().unwrap().len() - 1, new.as_object().unwrap().len());
}

/// The account covers the document's own lines, and adds up.
#[test]
fn facts_of_the_document_add_up() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("swagger.yaml");
    fs::write(&path, OLD).unwrap();
    let mut diagnostics = Diagnostics::new();
    let (_, account) = model(&path, "swagger", "swagger", &mut diagnostics).unwrap();
    assert!(account.adds_up(), "{:?}", account.lost);
    let loaded = load(&path, &mut Diagnostics::new()).unwrap();
    let place = |pointer: &[&str]| {
        let (last, outer) = pointer.split_last().unwrap();
        let holder = outer.iter().fold(&loaded.root, |node, key| node.child(key).unwrap());
        let at = &holder.as_object().unwrap()[*last].key;
        (at.line(), at.text().to_owned())
    };
    let put = ["paths", "/things/{ids}", "put"];
    let at = |more: &[&str]| place(&[&put[..], more].concat());
    assert_eq!(at(&["responses", "200", "content", "application/json"]), (8, "application/json".to_owned()));
    assert_eq!(at(&["responses", "200", "content", "application/json", "schema"]), (31, "schema".to_owned()));
    assert_eq!(at(&["parameters", "3", "style"]).0, 29);
    assert_eq!(place(&["servers"]), (4, "host".to_owned()));
    assert_eq!(place(&["components", "securitySchemes", "basic", "scheme"]), (10, "basic".to_owned()));
}
