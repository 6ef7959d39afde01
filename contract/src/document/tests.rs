//! Tests of reading documents.

use serde_json::json;

use super::*;

#[test]
fn references_in_operations_are_resolved() {
    let tree = json!({
        "openapi": "3.0.3",
        "x-protocol": "huawei-rest",
        "paths": {
            "/a/{id}": {
                "parameters": [{"$ref": "#/components/parameters/Id"}, {"name": "q", "in": "query", "schema": {"type": "string"}}],
                "get": {
                    "operationId": "a",
                    "parameters": [
                        {"name": "q", "in": "query", "required": true, "explode": false, "schema": {"type": "array"}},
                        {"name": "Content-Type", "in": "header", "schema": {"type": "string"}},
                        {"name": "filter", "in": "query", "content": {"application/json": {"schema": {"type": "object"}}}},
                        {"name": "X Bad", "in": "header", "schema": {}},
                        {"name": "gone", "in": "path", "required": true, "schema": {}},
                    ],
                    "responses": {
                        "200": {"$ref": "#/components/responses/Ok"},
                        "4xx": {"description": "no", "headers": {"Retry": {"schema": {"type": "integer"}}, "Content-Type": {"schema": {}}}},
                        "default": {"description": "no"},
                        "x-more": {},
                    },
                },
                "head": {"responses": {"200": {"$ref": "#/components/responses/Ok"}}},
                "x-trace": {"responses": {}},
            },
            "/{b}": {"post": {"responses": {}}},
            "x-none": {"get": {}},
        },
        "components": {
            "parameters": {"Id": {"name": "id", "in": "path", "required": true, "style": "matrix", "schema": {"type": "string"}, "x-client": "id"}},
            "responses": {"Ok": {"description": "ok", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}},
            "schemas": {"A": {"type": "object"}},
        },
    });
    let document = Document::new(tree).unwrap();
    assert_eq!(document.protocol, Protocol::HuaweiRest);
    let [get, head, post] = document.operations.as_slice() else { panic!("{:?}", document.operations) };
    let names: Vec<_> = get.parameters.iter().map(|it| (it.place.as_str(), it.name.as_str(), it.required)).collect();
    assert_eq!(names, [("path", "id", true), ("query", "q", true), ("query", "filter", false)]);
    let [id, q, filter] = get.parameters.as_slice() else { panic!() };
    assert_eq!((id.style, id.explode, id.client.as_deref()), (Style::Matrix, false, Some("id")));
    assert_eq!(id.schema, Some(SchemaRef("/components/parameters/Id/schema".to_owned())));
    assert_eq!((q.style, q.explode), (Style::Form, false));
    assert_eq!(filter.content.as_deref(), Some("application/json"));
    let statuses: Vec<_> = get.responses.iter().map(|it| it.status.to_string()).collect();
    assert_eq!(statuses, ["200", "4XX", "default"]);
    assert_eq!(get.responses[0].media[0].kind, MediaKind::Json);
    assert_eq!(get.responses[1].headers.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["Retry"]);
    assert_eq!(head.responses[0].media.len(), 0);
    assert_eq!(post.parameters[0].name, "b");
    assert_eq!(document.notes().len(), 3, "{:?}", document.notes());
}

#[test]
fn media_types_have_kinds() {
    let binary = json!({"type": "string", "format": "binary"});
    let fields = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let cases = [
        ("application/json", fields.clone(), MediaKind::Json),
        ("application/problem+json; charset=utf-8", fields.clone(), MediaKind::Json),
        ("application/json", binary.clone(), MediaKind::Bytes),
        ("application/json", json!({"$ref": "#/components/schemas/Bin"}), MediaKind::Bytes),
        ("text/csv", json!({"type": "string"}), MediaKind::Text),
        ("text/csv", json!({"$ref": "#/components/schemas/Bin"}), MediaKind::Bytes),
        ("*/*", fields.clone(), MediaKind::Json),
        ("*/*", json!({"type": "string"}), MediaKind::Text),
        ("application/xml", fields.clone(), MediaKind::Text),
        ("application/x-www-form-urlencoded", fields.clone(), MediaKind::Form),
        ("multipart/form-data", fields, MediaKind::Multipart),
        ("multipart/form-data", binary, MediaKind::Bytes),
    ];
    for (media_type, schema, kind) in cases {
        let body = json!({"content": {media_type: {"schema": schema}}});
        let tree = json!({
            "openapi": "3.0.3", "paths": {"/": {"post": {"requestBody": body}}},
            "components": {"schemas": {"Bin": {"type": "string", "format": "binary"}}},
        });
        let document = Document::new(tree).unwrap();
        assert_eq!(document.operations[0].body.as_ref().unwrap().media[0].kind, kind, "{media_type}");
    }
}

/// Keywords of 3.0, invalid keywords, and names that URIs have to encode.
#[test]
fn schemas_become_json_schema() {
    let schemas = json!({
        "A b%": {"type": "integer", "minimum": 1, "exclusiveMinimum": true, "nullable": true},
        "B": {"$ref": "#/components/schemas/A b%", "minimum": 50},
        "C": {"type": "string", "minLength": "few", "pattern": "(", "$id": "x", "enum": "none", "required": true},
        "D": {"properties": {"$ref": {"type": "integer"}, "b": {"$ref": "#/components/schemas/B"}}},
        "E": {"$ref": "#/components/schemas/Gone"},
        "F": {"items": {"type": "string"}, "minItems": 2.0},
    });
    let tree = json!({"openapi": "3.0.3", "paths": {}, "components": {"schemas": schemas}});
    let document = Document::new(tree).unwrap();
    let valid = |name: &str, value: Value| {
        document.is_valid(&SchemaRef("/components/schemas".to_owned()).child(name), Direction::Request, &value)
    };
    assert!(valid("A b%", json!(2)) && valid("A b%", json!(null)) && !valid("A b%", json!(1)));
    assert!(valid("B", json!(2)) && !valid("B", json!(1)));
    assert!(valid("C", json!("")) && !valid("C", json!(1)));
    assert!(
        valid("D", json!({"$ref": 1, "b": 2})) && !valid("D", json!({"$ref": "x"})) && !valid("D", json!({"b": 1}))
    );
    assert!(valid("E", json!("anything")));
    assert!(valid("F", json!(["a", "b"])) && !valid("F", json!(["a"])));
    let noted = |word: &str| document.notes().iter().any(|note| note.contains(word));
    assert!(noted("C/minLength") && noted("C/pattern") && noted("C/enum") && noted("C/required") && noted("Gone"));
    assert_eq!(document.notes().len(), 5, "{:?}", document.notes());
}

#[test]
fn an_unlisted_status_is_chosen_for_ranges() {
    let response = |status| Response { status, headers: Vec::new(), media: Vec::new() };
    let all = [Status::Code(499), Status::Code(418), Status::Range(4), Status::Range(5), Status::Default].map(response);
    let example = |status: Status| status.example(&all);
    assert_eq!(example(Status::Code(499)), Some(499));
    assert_eq!(example(Status::Range(4)), Some(498));
    assert_eq!(example(Status::Range(2)), Some(299));
    // Neither 418 nor 509 is free.
    assert_eq!(example(Status::Default), Some(299));
    assert_eq!(Status::Range(3).to_string(), "3XX");
}
