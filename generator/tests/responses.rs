//! The representation of a response that is requested and read, if a document has several.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::fs;

use yundb_generator::accounting::Account;
use yundb_generator::lower::model::{Operation, Payload, ResponseBody, Service, Type, TypeKind};
use yundb_generator::{Diagnostics, model};

fn lowered(rest: &str) -> (Service, Account, Diagnostics) {
    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("openapi.yaml");
    fs::write(&spec, format!("openapi: 3.1.0\ninfo: {{title: Responses, version: '1'}}\n{rest}")).unwrap();
    let mut diagnostics = Diagnostics::new();
    let (service, account) = model(&spec, "responses", "responses", &mut diagnostics).unwrap();
    (service, account, diagnostics)
}

const SCHEMAS: &str = "components:\n  schemas:\n    T: {type: object, properties: {a: {type: string}}}\n    \
                       Bin: {type: string, format: binary}\n    File: {$ref: '#/components/schemas/Bin'}\n";

fn operation(service: &Service) -> &Operation {
    &service.groups[0].operations[0]
}

/// An operation whose success has these media types, in this order.
fn of(content: &[(&str, &str)]) -> Operation {
    let content: String =
        content.iter().map(|(name, schema)| format!("            '{name}': {{{schema}}}\n")).collect();
    let (service, account, diagnostics) = lowered(&format!(
        "paths:\n  /a:\n    get:\n      responses:\n        '200':\n          description: ok\n          content:\n{content}{SCHEMAS}"
    ));
    assert!(account.adds_up(), "{diagnostics}");
    assert!(diagnostics.iter().all(|it| it.code != "unaccounted"), "{diagnostics}");
    operation(&service).clone()
}

#[test]
fn the_best_media_type_is_requested() {
    const TYPED: &str = "schema: {$ref: '#/components/schemas/T'}";
    const TEXT: &str = "schema: {type: string}";
    const FILE: &str = "schema: {$ref: '#/components/schemas/File'}";
    for (content, expected) in [
        (&[("text/csv", TEXT), ("application/hal+json", TYPED), ("application/json", TYPED)][..], "application/json"),
        (&[("application/json", ""), ("application/hal+json", TYPED)], "application/hal+json"),
        (&[("text/csv", TEXT), ("*/*", TYPED)], "*/*"),
        (&[("*/*", FILE), ("text/csv", TEXT)], "text/csv"),
        (&[("text/event-stream", TYPED), ("application/json", TYPED)], "application/json"),
        (&[("text/event-stream", TYPED), ("application/octet-stream", FILE)], "application/octet-stream"),
        (&[("text/csv", TEXT), ("application/x-ndjson", TYPED), ("text/event-stream", TYPED)], "application/x-ndjson"),
        (&[("application/octet-stream", FILE), ("text/plain", TEXT)], "text/plain"),
    ] {
        let operation = of(content);
        assert_eq!(operation.accept, expected, "{content:?}");
        // Each other one has a constant.
        let others: Vec<&str> = operation.representations.iter().map(|it| it.media_type.as_str()).collect();
        assert!(content.iter().all(|(name, _)| *name == expected || others.contains(name)), "{others:?}");
        assert_eq!(others.len() + 1, content.len());
    }
}

#[test]
fn files_are_bytes_whatever_the_media_type() {
    for schema in [
        "{$ref: '#/components/schemas/File'}",
        "{allOf: [{$ref: '#/components/schemas/Bin'}]}",
        "{type: string, format: binary}",
    ] {
        for name in
            ["text/csv", "*/*", "application/*", "image/*", "application/json", "application/xml", "application/pdf"]
        {
            let operation = of(&[(name, &format!("schema: {schema}"))]);
            assert_eq!(operation.output, ResponseBody::One(Payload::Stream), "{name}: {schema}");
        }
    }
    for (name, schema) in [("*/*", "schema: {}"), ("application/octet-stream", "schema: {}"), ("application/pdf", "")] {
        assert_eq!(of(&[(name, schema)]).output, ResponseBody::One(Payload::Stream), "{name}: {schema}");
    }
}

#[test]
fn items_of_streams_have_types() {
    let payload = |name: &str, schema: &str| match of(&[(name, &format!("schema: {schema}"))]).output {
        ResponseBody::One(payload) => payload,
        other => panic!("{other:?}"),
    };
    let named = |payload: &Payload| matches!(payload.ty(), Some(Type::Named(_)));
    const T: &str = "{$ref: '#/components/schemas/T'}";
    for name in ["application/jsonl", "application/x-ndjson", "application/json-seq", "application/json;stream=watch"] {
        let (single, list) = (payload(name, T), payload(name, &format!("{{type: array, items: {T}}}")));
        assert!(matches!(single, Payload::Lines(_)) && named(&single), "{name}: {single:?}");
        assert_eq!(list, single, "{name}");
        assert_eq!(
            payload(name, "{type: string}"),
            Payload::Lines(Type::Value),
            "a string does not describe its lines"
        );
    }
    let data = payload("text/event-stream", T);
    assert!(matches!(data, Payload::Events(_, false)) && named(&data), "{data:?}");
    assert_eq!(payload("text/event-stream", "{type: string}"), Payload::Events(Type::String, false));
    assert_eq!(payload("text/event-stream", "{}"), Payload::Events(Type::String, false));
    let plain = format!("{{type: object, required: [data], properties: {{event: {{type: string}}, data: {T}}}}}");
    assert_eq!(payload("text/event-stream", &plain), data, "standard fields of events are not repeated");
    let whole =
        format!("{{type: object, required: [data], properties: {{event: {{type: string, enum: [a]}}, data: {T}}}}}");
    assert!(matches!(payload("text/event-stream", &whole), Payload::Events(Type::Named(_), true)));
    // An object that happens to have such fields, and other required ones.
    let other =
        format!("{{type: object, required: [task], properties: {{event: {{type: string}}, task: {{}}, data: {T}}}}}");
    assert!(matches!(payload("text/event-stream", &other), Payload::Events(Type::Named(_), false)));
}

#[test]
fn names_of_header_structs_do_not_depend_on_operations() {
    let names = |paths: &[&str]| -> Vec<String> {
        let responses = "responses: {'200': {description: ok, headers: {X-RateLimit-Limit: {schema: {type: integer}}, \
                         X-RateLimit-Reset: {schema: {type: integer}}}}, '429': {description: no, headers: {Retry-After: {schema: {type: integer}}}}}";
        let paths: String = paths.iter().map(|path| format!("  {path}: {{get: {{{responses}}}}}\n")).collect();
        let (service, ..) = lowered(&format!("paths:\n{paths}"));
        let headers = service.types.iter().filter(|it| matches!(&it.kind, TypeKind::Struct(body) if body.headers));
        headers.map(|it| it.name.clone()).collect()
    };
    // One struct for all with the same headers, of successes and errors, whichever operation comes first.
    assert_eq!(names(&["/a"]), ["RateLimitAndRetryAfterHeaders"]);
    assert_eq!(names(&["/0", "/a", "/b"]), ["RateLimitAndRetryAfterHeaders"]);
}

/// An invalid response is read without its body; its operation is kept, with the other responses.
#[test]
fn an_invalid_response_costs_no_operation() {
    let (service, account, diagnostics) = lowered(&format!(
        "paths:\n  /a:\n    get:\n      responses:\n        '200': {{$ref: '#/components/requestBodies/Odd'}}\n        \
         '201': {{description: ok, content: {{application/json: {{schema: {{$ref: '#/components/schemas/T'}}}}}}}}\n        \
         '400': {{$ref: '#/components/responses/None'}}\n{SCHEMAS}  requestBodies: {{Odd: {{content: {{}}}}}}\n"
    ));
    assert!(account.adds_up(), "{diagnostics}");
    let dropped = diagnostics
        .iter()
        .filter(|it| it.label.contains("the body of") && it.label.ends_with("is left out because of this"));
    let dropped: Vec<_> = dropped.map(|it| it.location.as_ref().unwrap().line()).collect();
    assert_eq!(dropped, [7, 9], "{diagnostics}");
    let ResponseBody::ByStatus(outcome) = operation(&service).output else { panic!("one for both statuses") };
    let payloads: Vec<_> = service.outcomes[outcome].cases.iter().map(|case| case.payload.ty().is_some()).collect();
    assert_eq!(payloads, [false, true]);
}

#[test]
fn bodies_that_http_does_not_allow_are_left_out() {
    let content = "content: {application/json: {schema: {$ref: '#/components/schemas/T'}}}";
    for (method, status) in [("head", "200"), ("get", "204"), ("delete", "205")] {
        let (service, account, diagnostics) = lowered(&format!(
            "paths: {{/a: {{{method}: {{responses: {{'{status}': {{description: ok, {content}}}}}}}}}}}\n{SCHEMAS}"
        ));
        assert!(account.adds_up() && diagnostics.is_empty(), "{diagnostics}");
        assert_eq!(operation(&service).output, ResponseBody::One(Payload::Empty), "{method} {status}");
    }
    let (.., diagnostics) = lowered("paths: {/a: {get: {responses: {'101': {description: switched}}}}}\n");
    assert_eq!(diagnostics.iter().map(|it| it.code).collect::<Vec<_>>(), ["interim-status"]);
}

/// Events whose fields are in several parts or alternatives, as in the specification's own example.
#[test]
fn events_may_be_described_in_several_parts() {
    const FIELDS: &str = "type: object, required: [event], properties: {event: {type: string}, data: {type: string}}";
    const JSON: &str = "{contentMediaType: application/json, contentSchema: {$ref: '#/components/schemas/T'}}";
    for (item, whole) in [
        (
            format!(
                "{{{FIELDS}, oneOf: [{{properties: {{event: {{const: a}}}}}}, {{properties: {{event: {{const: b}}, data: {JSON}}}}}]}}"
            ),
            true,
        ),
        (
            "{oneOf: [{type: object, properties: {event: {const: a}, data: {type: string}}}, \
             {type: object, required: [event], properties: {event: {const: ping}}}]}"
                .to_owned(),
            true,
        ),
        // A field that no event has is data.
        ("{oneOf: [{type: object, properties: {data: {type: string}, other: {type: string}}}, {type: object, properties: {event: {type: string}}}]}".to_owned(), false),
        ("{type: object, properties: {id: {type: string}}}".to_owned(), false),
    ] {
        let operation = of(&[("text/event-stream", &format!("itemSchema: {item}"))]);
        let ResponseBody::One(Payload::Events(_, found)) = &operation.output else { panic!("{:?}", operation.output) };
        assert_eq!(*found, whole, "{item}");
    }
    let operation = of(&[(
        "text/event-stream",
        &format!("itemSchema: {{allOf: [{{{FIELDS}}}, {{properties: {{data: {JSON}}}}}]}}"),
    )]);
    assert!(
        matches!(&operation.output, ResponseBody::One(Payload::Events(Type::Named(_), false))),
        "{:?}",
        operation.output
    );
}
