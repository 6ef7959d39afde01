//! Tests of violations.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::value::{Amount, Generator};

fn document(parameters: Value, schema: Value, schemas: Value) -> Document {
    let content = json!({"application/json": {"schema": schema}});
    let operation = json!({"parameters": parameters, "requestBody": {"content": content}, "responses": {}});
    let tree = json!({"openapi": "3.0.3", "paths": {"/{p}": {"post": operation}}, "components": {"schemas": schemas}});
    Document::new(tree).unwrap()
}

/// A document of OpenAPI 3.1 with one body.
fn newer(schema: Value) -> Document {
    let content = json!({"application/json": {"schema": schema}});
    let operation = json!({"requestBody": {"content": content}, "responses": {}});
    Document::new(json!({"openapi": "3.1.0", "paths": {"/": {"post": operation}}})).unwrap()
}

/// Keyword and path of every violation of the maximal input, with the runtime's path.
fn found(document: &Document) -> Vec<String> {
    let operation = document.operations.first().unwrap();
    let input = Generator::new(document, 1).input(operation, 0, Amount::Most).unwrap();
    let violations = violations(document, operation, &input);
    for violation in &violations {
        assert_ne!(violation.input, input);
        proven(document, violation);
    }
    let name = |violation: &Violation| match &violation.part {
        Part::Parameter(place, name) => format!("{} {name}:{}", place.as_str(), violation.path),
        Part::Body => format!("body:{}", violation.path),
    };
    violations.iter().map(|violation| format!("{} {}", violation.constraint.keyword(), name(violation))).collect()
}

/// The body violates just this keyword.
fn proven(document: &Document, violation: &Violation) {
    let (Part::Body, Some(content)) = (&violation.part, &violation.input.body) else { return };
    let Data::Json(value) = &content.data else { return };
    let operation = document.operations.first().unwrap();
    let schema = operation.body.as_ref().unwrap().media[0].schema.as_ref().unwrap();
    let problems = document.problems(schema, Direction::Request, value);
    let keywords: Vec<&str> = problems.iter().map(|problem| problem.keyword.as_str()).collect();
    assert!(keywords == [violation.constraint.reported()] || keywords == ["oneOf"], "{keywords:?} for {violation:?}");
}

#[test]
fn each_constraint_is_violated_once() {
    let all = json!({
        "type": "object",
        "required": ["text", "list"],
        "minProperties": 2,
        "properties": {
            "text": {"type": "string", "minLength": 2, "maxLength": 9, "pattern": "^[a-z]+$"},
            "whole": {"type": "integer", "minimum": 2, "maximum": 8, "multipleOf": 2},
            "part": {"type": "number", "minimum": 0.5, "exclusiveMinimum": true, "maximum": 1.5, "exclusiveMaximum": true},
            "list": {"type": "array", "minItems": 1, "maxItems": 3, "uniqueItems": true, "items": {"type": "string", "maxLength": 4}},
            "map": {"type": "object", "minProperties": 1, "maxProperties": 2, "additionalProperties": {"type": "integer", "maximum": 7}},
        }
    });
    let mut found = found(&document(json!([]), all, json!({})));
    found.sort();
    assert_eq!(
        found,
        [
            "exclusiveMaximum body:part",
            "exclusiveMinimum body:part",
            "maxItems body:list",
            "maxLength body:list[0]",
            "maxLength body:text",
            "maxProperties body:map",
            "maximum body:map.extra0",
            "maximum body:whole",
            "minItems body:list",
            "minLength body:text",
            "minProperties body:map",
            "minimum body:whole",
            "multipleOf body:whole",
            "pattern body:text",
            "required body:list",
            "required body:text",
            "uniqueItems body:list",
        ]
    );
}

/// Inside of lists, of unions and of types, and in parameters.
#[test]
fn constraints_are_violated_at_any_depth() {
    let schemas = json!({
        "Node": {"type": "object", "required": ["name"], "properties": {
            "name": {"type": "string", "minLength": 2},
            "all": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}},
        }},
        "Cat": {"type": "object", "required": ["kind", "lives"], "properties": {"kind": {"type": "string"}, "lives": {"type": "integer", "maximum": 9}}},
        "Dog": {"type": "object", "required": ["kind", "size"], "properties": {"kind": {"type": "string"}, "size": {"type": "integer"}}},
    });
    let union = json!({
        "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
        "discriminator": {"propertyName": "kind"},
    });
    let schema = json!({"type": "object", "properties": {"pet": union, "nodes": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}}}});
    let parameters = json!([
        {"name": "p", "in": "path", "required": true, "schema": {"type": "string", "minLength": 1, "maxLength": 3}},
        {"name": "q", "in": "query", "required": true, "schema": {"type": "array", "minItems": 1, "items": {"type": "integer", "minimum": 0}}},
        {"name": "c", "in": "query", "content": {"application/json": {"schema": {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}}}},
    ]);
    let found = found(&document(parameters, schema, schemas));
    assert_eq!(
        found,
        [
            // An empty path parameter or list cannot be written.
            "maxLength path p:",
            "required query q:",
            "minimum query q:[0]",
            "required query c:a",
            // The tag is not missing, as the alternative determines it.
            "required body:pet.lives",
            "maximum body:pet.lives",
            "required body:nodes[0].name",
            "minLength body:nodes[0].name",
        ]
    );
}

/// Fields of forms, and beside files.
#[test]
fn fields_of_forms_are_violated() {
    let schema = json!({"type": "object", "required": ["file", "note"], "properties": {
        "file": {"type": "string", "format": "binary"}, "note": {"type": "string", "maxLength": 3},
    }});
    let content = json!({"multipart/form-data": {"schema": schema}});
    let operation = json!({"requestBody": {"required": true, "content": content}, "responses": {}});
    let document = Document::new(json!({"openapi": "3.0.3", "paths": {"/": {"post": operation}}})).unwrap();
    let operation = document.operations.first().unwrap();
    let input = Generator::new(&document, 1).input(operation, 0, Amount::Most).unwrap();
    let violations = violations(&document, operation, &input);
    let by_path: BTreeMap<&str, Vec<Constraint>> = violations.iter().fold(BTreeMap::new(), |mut all, violation| {
        all.entry(violation.path.as_str()).or_default().push(violation.constraint);
        all
    });
    assert_eq!(by_path["note"], [Constraint::Required, Constraint::MaxLength]);
    assert_eq!(by_path["file"], [Constraint::Required]);
    for violation in &violations {
        let Some(Data::Multipart(fields)) = violation.input.body.as_ref().map(|content| &content.data) else {
            panic!()
        };
        assert_eq!(matches!(fields.get("file"), Some(Field::File(_))), violation.path != "file");
    }
}

#[test]
fn conditional_constraints_are_violated() {
    let payment = json!({
        "type": "object",
        "properties": {"kind": {"type": "string", "enum": ["card"]}, "note": {"type": "string"}, "by": {"type": "string"}},
        "required": ["kind"],
        "if": {"properties": {"kind": {"const": "card"}}},
        "then": {"properties": {"number": {"type": "string", "minLength": 4}}, "required": ["number"]},
        "dependentRequired": {"note": ["by"]},
        "dependentSchemas": {"by": {"properties": {"since": {"type": "integer", "minimum": 5}}, "required": ["since"]}},
    });
    let mut found = found(&newer(payment));
    found.sort();
    found.dedup();
    let expected = [
        "dependentRequired body:",
        "minLength body:number",
        "minimum body:since",
        "required body:kind",
        "required body:number",
        "required body:since",
    ];
    assert_eq!(found, expected);
}

#[test]
fn constraints_on_names_and_list_contents_are_violated() {
    let all = json!({
        "type": "object",
        "properties": {
            "named": {"type": "object", "propertyNames": {"pattern": "^[a-z0-9]+$"}, "additionalProperties": {"type": "integer"}},
            "patterns": {"type": "object", "patternProperties": {"^x-": {"type": "integer"}}, "additionalProperties": false},
            "list": {"type": "array", "items": {"type": "integer"}, "contains": {"const": 7}},
            "other": {"type": "string", "not": {"const": "root"}},
            "some": {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
        }
    });
    let found = found(&newer(all));
    for expected in [
        "propertyNames body:named",
        "additionalProperties body:patterns",
        "contains body:list",
        "not body:other",
        "anyOf body:some",
    ] {
        assert!(found.iter().any(|it| it == expected), "{expected}: {found:?}");
    }
}

#[test]
fn alternatives_of_required_fields_are_exclusive() {
    let only = json!({
        "type": "object",
        "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
        "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
    });
    let document = newer(only);
    let schema = document.operations[0].body.as_ref().unwrap().media[0].schema.clone().unwrap();
    let valid = |value: Value| document.is_valid(&schema, Direction::Request, &value);
    assert!(valid(json!({"a": "x"})) && valid(json!({"b": "x"})));
    assert!(!valid(json!({"a": "x", "b": "x"})) && !valid(json!({})));
}
