//! Features of OpenAPI 3.1 and 3.2 are in the client, or reported.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{fs, path::Path};

use yundb_generator::{
    Diagnostics, Options,
    accounting::Account,
    generate,
    lower::model::{InputKind, Service},
    model,
};

fn write(folder: &Path, version: &str, rest: &str) -> std::path::PathBuf {
    let spec = folder.join("openapi.yaml");
    fs::write(&spec, format!("openapi: {version}\ninfo: {{title: Newer, version: '1'}}\n{rest}")).unwrap();
    spec
}

fn lowered(version: &str, rest: &str) -> (Service, Account, Diagnostics) {
    let folder = tempfile::tempdir().unwrap();
    let spec = write(folder.path(), version, rest);
    let mut diagnostics = Diagnostics::new();
    let (service, account) = model(&spec, "newer", "newer", &mut diagnostics).unwrap();
    assert!(account.adds_up(), "{:?}", account.lost);
    (service, account, diagnostics)
}

fn codes(diagnostics: &Diagnostics) -> Vec<(&'static str, usize)> {
    let lines = diagnostics.iter().map(|it| (it.code, it.location.as_ref().map_or(0, |at| at.line())));
    let mut codes: Vec<_> = lines.collect();
    codes.sort_by_key(|(_, line)| *line);
    codes
}

const PETS: &str = "components:
  schemas:
    Pet: {type: object, properties: {kind: {$ref: '#/components/schemas/Kind'}}}
    Kind: {type: string, enum: [cat, dog]}
    Other: {type: array, items: {type: object, properties: {a: {type: string}}}}
";

/// A document with types only is valid, even where every warning is an error.
#[test]
fn documents_without_operations_have_types() {
    let webhooks = "webhooks:
  pet:
    post:
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
      responses: {'204': {description: Fine.}}
";
    for rest in [PETS.to_owned(), format!("{webhooks}{PETS}")] {
        let (service, _, diagnostics) = lowered("3.1.0", &rest);
        assert!(diagnostics.is_empty(), "{diagnostics}");
        let names: Vec<&str> = service.types.iter().map(|ty| ty.name.as_str()).collect();
        assert!(["Pet", "Kind"].iter().all(|name| names.contains(name)) && names.len() == 3, "{names:?}");
        let folder = tempfile::tempdir().unwrap();
        let spec = write(folder.path(), "3.1.0", &rest);
        let out = folder.path().join("client");
        let report = generate(&spec, &out, &Options { strict: true, ..Options::default() }).unwrap();
        assert_eq!((report.operations, report.types), (0, 3));
        let webhooks = fs::read_to_string(out.join("src/webhooks.rs")).unwrap_or_default();
        assert_eq!(webhooks.contains("pub type PetWebhook = Pet;"), rest.starts_with("webhooks"), "{webhooks}");
    }
}

/// The parts of a webhook other than its payload are reported.
#[test]
fn parts_of_webhooks_other_than_the_payload_are_reported() {
    let (service, _, diagnostics) = lowered(
        "3.1.0",
        "webhooks:
  ping:
    post:
      parameters: [{name: X-Signature, in: header, schema: {type: string}}]
      requestBody: {content: {application/x-www-form-urlencoded: {schema: {type: object, properties: {a: {type: string}}}}}}
      responses: {'200': {description: Fine., content: {application/json: {schema: {type: string}}}}}
",
    );
    assert_eq!(codes(&diagnostics), [("received", 6), ("received-body", 7), ("received", 8)]);
    assert_eq!(service.received.len(), 1);
}

/// Methods with any name are sent as written; those with a field of their own belong in that field.
#[test]
fn methods_are_sent_as_written() {
    let (service, _, diagnostics) = lowered(
        "3.2.0",
        "paths:
  /a:
    get: {operationId: get, responses: {}}
    query: {operationId: query, responses: {}}
    additionalOperations:
      PURGE: {operationId: purge, responses: {}}
      link: {operationId: link, responses: {}}
      POST: {operationId: post, responses: {}}
      GET: {operationId: again, responses: {}}
      'a b': {operationId: none, responses: {}}
",
    );
    let mut methods: Vec<(&str, &str)> = service.groups[0]
        .operations
        .iter()
        .map(|operation| (operation.name.as_str(), operation.method.as_str()))
        .collect();
    methods.sort_unstable();
    assert_eq!(methods, [("get", "GET"), ("link", "link"), ("post", "POST"), ("purge", "PURGE"), ("query", "QUERY")]);
    assert_eq!(codes(&diagnostics), [("bad-method", 10), ("bad-method", 11), ("bad-method", 12)]);
}

#[test]
fn unknown_dialects_are_reported() {
    let reported = |text: &str| codes(&lowered("3.1.0", text).2);
    assert_eq!(reported("jsonSchemaDialect: https://spec.openapis.org/oas/3.1/dialect/base\npaths: {}\n"), []);
    assert_eq!(reported("jsonSchemaDialect: https://json-schema.org/draft/2020-12/schema\npaths: {}\n"), []);
    assert_eq!(reported("jsonSchemaDialect: https://example.com/dialect\npaths: {}\n"), [("dialect", 3)]);
    let schema = "paths: {}\ncomponents: {schemas: {A: {$schema: 'https://example.com/dialect', type: string}}}\n";
    assert_eq!(reported(schema), [("dialect", 4)]);
}

/// Encodings of a sequence's parts are not supported, and reported.
#[test]
fn encodings_of_sequences_are_reported() {
    let (.., diagnostics) = lowered(
        "3.2.0",
        "paths:
  /a:
    post:
      requestBody:
        content:
          multipart/form-data:
            schema: {type: object, properties: {a: {type: object, properties: {b: {type: string}}}}}
            itemEncoding: {contentType: application/json}
            encoding: {a: {contentType: multipart/mixed, prefixEncoding: [{contentType: text/plain}]}}
      responses: {}
",
    );
    assert_eq!(codes(&diagnostics).into_iter().filter(|(_, line)| [10, 11].contains(line)).count(), 2, "{diagnostics}");
}

/// Bodies with items that can't be processed one by one, and parts without a type.
#[test]
fn bodies_encoded_by_the_caller_are_reported() {
    let item = "itemSchema: {$ref: '#/components/schemas/Pet'}";
    for media_type in ["application/jsonl", "multipart/mixed", "application/json", "text/event-stream"] {
        let (_, _, diagnostics) = lowered(
            "3.2.0",
            &format!(
                "paths:\n  /a:\n    post:\n      requestBody:\n        content:\n          {media_type}: {{{item}}}\n      responses: {{'204': {{description: ok}}}}\n{PETS}"
            ),
        );
        assert!(codes(&diagnostics).contains(&("untyped-body", 8)), "{media_type}: {diagnostics}");
    }
    let part = |media_type: &str| {
        let rest = format!(
            "paths:\n  /a:\n    post:\n      requestBody:\n        content:\n          multipart/form-data:\n            schema: {{type: object, properties: {{a: {{$ref: '#/components/schemas/Pet'}}}}}}\n            encoding: {{a: {{contentType: {media_type}}}}}\n      responses: {{'204': {{description: ok}}}}\n{PETS}"
        );
        let (service, _, diagnostics) = lowered("3.1.0", &rest);
        let file = matches!(service.groups[0].operations[0].setters[0].kind, InputKind::Part);
        assert_eq!(file, diagnostics.iter().any(|it| it.code == "untyped-part"), "{diagnostics}");
        file
    };
    assert!(part("application/xml") && part("text/csv") && part("application/cbor"));
    assert!(!part("application/json") && !part("application/hal+json") && !part("'*/*'") && !part("text/plain"));
}

/// Unusable server addresses.
#[test]
fn unusable_servers_are_reported() {
    let (_, _, diagnostics) = lowered(
        "3.1.0",
        "servers:\n  - url: https://h.test/{known}/{unknown}\n    variables: {known: {default: a}}\n  - url: https://h.test/?a=b\n  - url: https://h.test/v1\npaths: {}\n",
    );
    assert_eq!(codes(&diagnostics), [("server-variable", 4), ("server-url", 6)], "{diagnostics}");
}
