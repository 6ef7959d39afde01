//! Tests of generated values.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::document::Operation;
use crate::wire::{Data, Field};

fn document(version: &str, schemas: Value) -> Document {
    let tree = json!({"openapi": version, "paths": {}, "components": {"schemas": schemas}});
    Document::new(tree).unwrap()
}

fn named(name: &str) -> SchemaRef {
    SchemaRef("/components/schemas".to_owned()).child(name)
}

/// A value without validation errors.
fn made(document: &Document, name: &str, direction: Direction, amount: Amount) -> Value {
    let value = Generator::new(document, 3).value(&named(name), direction, amount).unwrap();
    assert_eq!(document.problems(&named(name), direction, &value), [], "{value}");
    value
}

fn least(document: &Document, name: &str) -> Value {
    made(document, name, Direction::Request, Amount::Least)
}

fn most(document: &Document, name: &str) -> Value {
    made(document, name, Direction::Request, Amount::Most)
}

/// Everything that has limits: many random values all conform to them.
#[test]
fn values_conform_to_limits() {
    let all = json!({
        "type": "object",
        "required": ["text", "whole", "part", "list", "map", "code", "tag"],
        "properties": {
            "text": {"type": "string", "minLength": 3, "maxLength": 5},
            "whole": {"type": "integer", "minimum": 5, "exclusiveMinimum": true, "maximum": 40, "multipleOf": 7},
            "part": {"type": "number", "minimum": 0.1, "maximum": 0.9, "multipleOf": 0.1},
            "list": {"type": "array", "minItems": 2, "maxItems": 4, "uniqueItems": true, "items": {"enum": ["a", "b", "c", "d"]}},
            "map": {"type": "object", "minProperties": 2, "maxProperties": 3, "additionalProperties": {"type": "boolean"}},
            "code": {"type": "string", "pattern": "^(?!00)[0-9]{2}-[A-F]+$", "maxLength": 6},
            "tag": {"allOf": [{"type": "string", "minLength": 2}, {"maxLength": 2}, {"pattern": "^[xyz]*$"}]},
            "small": {"type": "integer", "format": "int32"},
            "when": {"type": "string", "format": "date-time"},
            "id": {"type": "string", "format": "uuid"}
        }
    });
    let document = document("3.0.3", json!({"All": all}));
    let mut generator = Generator::new(&document, 11);
    for amount in [Amount::Least, Amount::Most].into_iter().chain(std::iter::repeat_n(Amount::Random, 40)) {
        let value = generator.value(&named("All"), Direction::Request, amount).unwrap();
        assert_eq!(document.problems(&named("All"), Direction::Request, &value), [], "{value}");
    }
    assert_eq!(generator.take_contradictions(), []);
    assert_eq!(least(&document, "All").as_object().unwrap().len(), 7);
    let most = most(&document, "All");
    assert_eq!(most.as_object().unwrap().len(), 10);
    // At the limits.
    assert_eq!((&most["whole"], most["text"].as_str().unwrap().chars().count()), (&json!(35), 5));
    assert_eq!(most["list"].as_array().unwrap().len(), 4);
    assert_eq!(least(&document, "All")["whole"], 7);
}

/// Clients check formats, so a string that violates one is not a value.
#[test]
fn formatted_strings_conform_to_limits() {
    let document = document(
        "3.0.3",
        json!({
            "Exact": {"type": "string", "format": "date-time", "pattern": r"^[0-9T:-]+\.[0-9]{3}Z$"},
            "Https": {"type": "string", "format": "uri", "pattern": "^https://[a-z]+[.]com$"},
            "Short": {"type": "string", "format": "uuid", "maxLength": 8},
            "Other": {"type": "string", "format": "date", "pattern": "^[a-z]{5}$"},
            "Loose": {"type": "string", "format": "email", "maxLength": 3}
        }),
    );
    let made = |name: &str| Generator::new(&document, 1).value(&named(name), Direction::Request, Amount::Random);
    for name in ["Exact", "Https", "Loose"] {
        assert_eq!(document.problems(&named(name), Direction::Request, &made(name).unwrap()), [], "{name}");
    }
    assert!(made("Exact").unwrap().as_str().unwrap().ends_with(".125Z"));
    for name in ["Short", "Other"] {
        let mut generator = Generator::new(&document, 1);
        assert!(generator.value(&named(name), Direction::Request, Amount::Random).is_err(), "{name}");
    }
}

/// The same seed gives the same values, another one different ones.
#[test]
fn the_seed_determines_the_values() {
    let document = document("3.0.3", json!({"T": {"type": "array", "minItems": 9, "items": {"type": "string"}}}));
    let made = |seed| Generator::new(&document, seed).value(&named("T"), Direction::Request, Amount::Random).unwrap();
    assert_eq!(made(1), made(1));
    assert_ne!(made(1), made(2));
}

/// A property of one direction is neither part of values of the other, nor required there, wherever that is declared.
#[test]
fn values_have_the_properties_of_their_direction() {
    let document = document(
        "3.0.3",
        json!({
            "User": {
                "required": ["id", "name", "secret", "made"],
                "properties": {"name": {"type": "string"}, "secret": {"type": "string", "writeOnly": true}, "made": {"$ref": "#/components/schemas/Made"}},
                "allOf": [{"type": "object", "properties": {"id": {"type": "integer", "readOnly": true}}}],
            },
            "Made": {"type": "string", "readOnly": true},
        }),
    );
    let keys = |value: Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    for amount in [Amount::Least, Amount::Most] {
        assert_eq!(keys(made(&document, "User", Direction::Request, amount)), set(&["name", "secret"]));
        assert_eq!(keys(made(&document, "User", Direction::Response, amount)), set(&["id", "made", "name"]));
    }
}

#[test]
fn recursive_schemas_have_finite_values() {
    let node = |key: &str| json!({"type": "object", "properties": {key: {"$ref": "#/components/schemas/Node"}}, "required": ["v"]});
    let mut tree = node("left");
    tree["properties"]["v"] = json!({"type": "integer"});
    tree["properties"]["all"] = json!({"type": "array", "items": {"$ref": "#/components/schemas/Node"}});
    let document = document(
        "3.0.3",
        json!({
            "Node": tree,
            "Expr": {"oneOf": [{"$ref": "#/components/schemas/And"}, {"type": "string"}, {"$ref": "#/components/schemas/Expr"}]},
            "And": {"type": "object", "required": ["both"], "properties": {"both": {"type": "array", "minItems": 2, "items": {"$ref": "#/components/schemas/Expr"}}}},
            "Never": {"type": "object", "required": ["me"], "properties": {"me": {"$ref": "#/components/schemas/Never"}}},
            "Lists": {"type": "array", "items": {"$ref": "#/components/schemas/Lists"}},
        }),
    );
    for name in ["Node", "Expr", "And", "Lists"] {
        for amount in [Amount::Least, Amount::Most, Amount::Random] {
            let value = Generator::new(&document, 5).value(&named(name), Direction::Response, amount).unwrap();
            assert!(value.to_string().len() < 20_000, "{name}");
        }
    }
    assert!(most(&document, "Node")["all"][0]["v"].is_i64());
    let never = Generator::new(&document, 5).value(&named("Never"), Direction::Request, Amount::Least);
    assert!(never.unwrap_err().reason.contains("without end"));
}

/// A discriminator's tag selects the alternative: by its mapping, else by name.
#[test]
fn tags_select_the_alternative() {
    let pet = |fields: Value| json!({"allOf": [{"$ref": "#/components/schemas/Base"}, {"type": "object", "properties": fields}]});
    let document = document(
        "3.0.3",
        json!({
            "Pet": {
                "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
                "discriminator": {"propertyName": "kind", "mapping": {"meow": "#/components/schemas/Cat"}},
            },
            "Cat": {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}, "lives": {"type": "integer"}}},
            "Dog": {"type": "object", "properties": {"kind": {"type": "string"}, "size": {"type": "integer"}}},
            "Base": {"type": "object", "required": ["type"], "properties": {"type": {"type": "string"}}, "discriminator": {"propertyName": "type"}},
            "Fish": pet(json!({"fins": {"type": "integer"}})),
            "Bird": pet(json!({"wings": {"type": "integer"}})),
        }),
    );
    let mut generator = Generator::new(&document, 1);
    let mut all = |name: &str| {
        let value =
            |generator: &mut Generator<'_>| generator.value(&named(name), Direction::Response, Amount::Most).unwrap();
        [value(&mut generator), value(&mut generator)]
    };
    let [cat, dog] = all("Pet");
    assert_eq!((&cat["kind"], cat.get("lives").is_some()), (&json!("meow"), true));
    assert_eq!((&dog["kind"], dog.get("size").is_some()), (&json!("Dog"), true));
    // A value of the base is one of a schema composed of it.
    let kinds: BTreeSet<String> = all("Base").iter().map(|value| value["type"].as_str().unwrap().to_owned()).collect();
    assert_eq!(kinds, BTreeSet::from(["Bird".to_owned(), "Fish".to_owned()]));
    assert_eq!(all("Fish")[0]["type"], "Fish");
    assert!(all("Base").iter().all(|value| value.get("fins").is_some() || value.get("wings").is_some()));
}

/// A discriminator that is a property of no alternative is in no value, if another property distinguishes the
/// alternatives: a client that sends it has invented it.
#[test]
fn undeclared_tags_are_left_out() {
    let of = |kind: &str, required: Value| json!({"type": "object", "required": required, "properties": {"type": {"type": "string", "enum": [kind]}}});
    let keys = |first: Value, second: Value| {
        let document = document(
            "3.0.3",
            json!({
                "Either": {
                    "oneOf": [{"$ref": "#/components/schemas/First"}, {"$ref": "#/components/schemas/Second"}],
                    "discriminator": {"propertyName": "typ"},
                },
                "First": first, "Second": second,
            }),
        );
        let value = Generator::new(&document, 1).value(&named("Either"), Direction::Request, Amount::Most).unwrap();
        value.as_object().unwrap().contains_key("typ")
    };
    let all = || json!(["type"]);
    assert!(!keys(of("a", all()), of("b", all())));
    assert!(keys(of("a", all()), of("a", all())), "no other property distinguishes them");
    assert!(keys(of("a", all()), of("b", json!([]))), "no other property is required");
}

/// If nested unions have the same discriminator, the innermost determines the tag.
#[test]
fn the_innermost_of_nested_unions_determines_the_tag() {
    let of = |field: &str| json!({"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}, field: {"type": "integer"}}});
    let union = |names: [&str; 2]| {
        let one_of: Vec<Value> =
            names.iter().map(|name| json!({"$ref": format!("#/components/schemas/{name}")})).collect();
        json!({"oneOf": one_of, "discriminator": {"propertyName": "kind"}})
    };
    let document = document(
        "3.0.3",
        json!({
            "Animal": union(["Fish", "Bird"]), "Bird": union(["Owl", "Penguin"]),
            "Fish": of("fins"), "Owl": of("hoots"), "Penguin": of("swims"),
        }),
    );
    let mut generator = Generator::new(&document, 1);
    let value = |_| generator.value(&named("Animal"), Direction::Response, Amount::Most).unwrap();
    let kinds: BTreeSet<String> = (0..8).map(value).map(|value| value["kind"].as_str().unwrap().to_owned()).collect();
    assert_eq!(kinds, BTreeSet::from(["Fish".to_owned(), "Owl".to_owned(), "Penguin".to_owned()]));
}

/// A base with the schemas composed of it as its alternatives.
#[test]
fn children_are_alternatives_of_their_base() {
    let child = |name: &str| json!({"allOf": [{"$ref": "#/components/schemas/Base"}, {"type": "object", "required": [name], "properties": {name: {"type": "integer"}}}]});
    let document = document(
        "3.0.3",
        json!({
            "Base": {
                "type": "object", "required": ["kind", "wheels"],
                "properties": {"kind": {"type": "string"}, "wheels": {"type": "integer"}},
                "oneOf": [{"$ref": "#/components/schemas/Car"}, {"$ref": "#/components/schemas/Bike"}],
                "discriminator": {"propertyName": "kind"},
            },
            "Car": child("doors"),
            "Bike": child("bells"),
        }),
    );
    let mut generator = Generator::new(&document, 1);
    let mut kinds = BTreeSet::new();
    for _ in 0..2 {
        let value = generator.value(&named("Base"), Direction::Response, Amount::Most).unwrap();
        assert_eq!(document.problems(&named("Base"), Direction::Response, &value), []);
        assert!(value["wheels"].is_i64() && (value.get("doors").is_some() == (value["kind"] == "Car")), "{value}");
        kinds.insert(value["kind"].to_string());
    }
    assert_eq!(kinds.len(), 2);
    assert!(!document.is_valid(&named("Car"), Direction::Response, &json!({"kind": "Car", "doors": 1})));
}

/// Optional parts without a value are left out with a note, required ones fail.
#[test]
fn optional_contradictions_are_left_out_and_required_ones_fail() {
    let document = document(
        "3.0.3",
        json!({
            "Some": {"type": "object", "properties": {"no": {"type": "string", "pattern": "^a{3}$", "maxLength": 2}, "yes": {"type": "string"}}},
            "None": {"type": "object", "required": ["no"], "properties": {"no": {"type": "integer", "minimum": 5, "maximum": 4}}},
            "Listed": {"type": "string", "enum": [1, 2]},
        }),
    );
    let mut generator = Generator::new(&document, 1);
    let value = generator.value(&named("Some"), Direction::Request, Amount::Most).unwrap();
    assert_eq!(value.as_object().unwrap().keys().collect::<Vec<_>>(), ["yes"]);
    assert!(
        generator
            .take_contradictions()
            .iter()
            .any(|found| found.schema.0.ends_with("/no") && found.reason.contains("^a{3}$"))
    );
    for name in ["None", "Listed"] {
        assert!(generator.value(&named(name), Direction::Request, Amount::Random).is_err(), "{name}");
    }
}

/// Keywords of 3.1 that 3.0 does not have.
#[test]
fn keywords_of_3_1_are_supported() {
    let document = document(
        "3.1.0",
        json!({
            "Pair": {"type": "array", "prefixItems": [{"type": "string"}, {"type": ["integer", "null"]}], "items": false, "minItems": 2},
            "Keyed": {"type": "object", "patternProperties": {"^x-[a-z]+$": {"type": "integer"}}, "additionalProperties": false, "minProperties": 1},
            "Fixed": {"type": "object", "required": ["v"], "properties": {"v": {"const": 3}, "w": {"$ref": "#/components/schemas/Text", "minLength": 4}}},
            "Text": {"type": "string", "maxLength": 4},
            "Either": {"if": {"required": ["a"]}, "then": {"required": ["b"]}, "type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}},
        }),
    );
    for name in ["Pair", "Keyed", "Fixed", "Either"] {
        for seed in 0..20 {
            let mut generator = Generator::new(&document, seed);
            for amount in [Amount::Least, Amount::Most, Amount::Random] {
                let value = generator.value(&named(name), Direction::Request, amount).unwrap();
                assert_eq!(document.problems(&named(name), Direction::Request, &value), [], "{value}");
            }
        }
    }
    assert_eq!(most(&document, "Fixed")["w"].as_str().unwrap().chars().count(), 4);
}

fn operation(parameters: Value, content: Value) -> Document {
    let body = json!({"required": true, "content": content});
    let operation = json!({"parameters": parameters, "requestBody": body, "responses": {}});
    Document::new(json!({"openapi": "3.0.3", "paths": {"/a/{p}": {"post": operation}}})).unwrap()
}

fn first(document: &Document) -> &Operation {
    document.operations.first().unwrap()
}

/// The minimal input has the required parts, and the maximal ones use each alternative of each union.
#[test]
fn inputs_use_each_alternative() {
    let union =
        json!({"oneOf": [{"type": "string"}, {"type": "integer"}, {"type": "object", "additionalProperties": false}]});
    let document = operation(
        json!([
            {"name": "p", "in": "path", "required": true, "schema": {"type": "string"}},
            {"name": "q", "in": "query", "schema": {"type": "array", "items": {"type": "string", "nullable": true}}},
            {"name": "h", "in": "header", "schema": {"type": "string"}},
            {"name": "Accept", "in": "header", "schema": {"type": "string"}},
            {"name": "account", "in": "query", "x-client": "account", "required": true, "schema": {"type": "string"}},
        ]),
        json!({"application/json": {"schema": {"type": "object", "properties": {"u": union, "n": {"type": "string", "nullable": true}}}}}),
    );
    let all = Generator::new(&document, 1).inputs(first(&document), 0, 10, 3).unwrap();
    let (amount, least) = &all[0];
    assert_eq!((*amount, least.path.len(), least.query.len(), least.header.len()), (Amount::Least, 1, 0, 0));
    let most: Vec<_> = all.iter().filter(|(amount, _)| *amount == Amount::Most).map(|(_, input)| input).collect();
    let bodies: Vec<&Value> = most
        .iter()
        .filter_map(|input| match &input.body.as_ref()?.data {
            Data::Json(value) => Some(value),
            _ => None,
        })
        .collect();
    assert_eq!(most.len(), 3);
    let of = |is: fn(&Value) -> bool| bodies.iter().filter(|body| is(&body["u"])).count();
    assert_eq!((of(Value::is_string), of(Value::is_i64), of(Value::is_object)), (1, 1, 1));
    assert!(bodies.iter().any(|body| body["n"].is_null()));
    for input in most {
        assert!(input.query["q"].as_array().unwrap().iter().all(Value::is_string));
        assert!(input.header["h"].as_str().unwrap().is_ascii());
        assert_eq!((input.query.len(), input.header.len()), (1, 1));
    }
}

/// Bytes in a multipart form are files, in whatever way that is declared.
#[test]
fn binary_fields_are_files() {
    let binary = json!({"type": "string", "format": "binary"});
    let document = operation(
        json!([{"name": "p", "in": "path", "required": true, "schema": {"type": "string"}}]),
        json!({"multipart/form-data": {
            "schema": {"type": "object", "properties": {
                "one": binary, "all": {"type": "array", "items": binary}, "composed": {"allOf": [binary]}, "text": {"type": "string"},
            }},
            "encoding": {"one": {"contentType": "image/png, image/jpeg"}},
        }}),
    );
    let input = Generator::new(&document, 1).input(first(&document), 0, Amount::Most).unwrap();
    let Some(Data::Multipart(fields)) = input.body.map(|content| content.data) else { panic!("no multipart") };
    let Field::File(file) = &fields["one"] else { panic!("no file") };
    assert_eq!(file.media_type.as_deref(), Some("image/png"));
    assert!(std::str::from_utf8(&file.bytes).is_err());
    assert!(matches!(&fields["all"], Field::Files(files) if files.len() == 2));
    assert!(matches!(&fields["composed"], Field::File(_)));
    assert!(matches!(&fields["text"], Field::Value(Value::String(_))));
}
