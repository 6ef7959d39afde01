//! Tests of validation.

use serde_json::json;

use super::*;

fn document() -> Document {
    let schemas = json!({
        "Pet": {"oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}], "discriminator": {"propertyName": "kind"}},
        "Cat": {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}, "n": {"type": "integer"}}},
        "Dog": {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}, "n": {"type": "integer"}}},
        "Any": {"anyOf": [{"type": "string", "enum": ["a", "b"]}, {"type": "string"}, {"type": "integer"}]},
        "Base": {"type": "object", "properties": {"type": {"type": "string"}}, "discriminator": {"propertyName": "type"}},
        "Fish": {"allOf": [{"$ref": "#/components/schemas/Base"}, {"properties": {"fins": {"type": "integer"}}}]},
        "All": {"type": "object", "properties": {
            "pets": {"type": "array", "items": {"$ref": "#/components/schemas/Pet"}},
            "any": {"$ref": "#/components/schemas/Any"},
            "base": {"$ref": "#/components/schemas/Base"},
            "free": {"type": "object"}, "json": {},
            "map": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Any"}},
        }},
    });
    Document::new(json!({"openapi": "3.0.3", "paths": {}, "components": {"schemas": schemas}})).unwrap()
}

fn all() -> SchemaRef {
    SchemaRef("/components/schemas/All".to_owned())
}

#[test]
fn problems_are_located() {
    let document = document();
    let found = document.problems(&all(), Direction::Request, &json!({"map": {"a/b": true}, "free": 1}));
    let mut found: Vec<_> = found.iter().map(|it| (it.at.as_str(), it.keyword.as_str(), it.overlap)).collect();
    found.sort_unstable();
    assert_eq!(found, [("/free", "type", false), ("/map/a~1b", "anyOf", false)]);
    // Both alternatives match, which is reported, but not an error.
    let overlapping = json!({"pets": [{"kind": "Cat"}]});
    assert!(
        document.problems(&all(), Direction::Request, &overlapping).iter().all(|it| it.overlap && it.at == "/pets/0")
    );
    assert!(document.is_valid(&all(), Direction::Request, &overlapping));
    assert!(!document.is_valid(&all(), Direction::Request, &json!({"pets": [{"kind": 1}]})));
}

#[test]
fn matching_alternatives_are_reported() {
    let document = document();
    let value = json!({"pets": [{"kind": "Dog"}, {"kind": "Wolf"}], "any": "a", "map": {"x": 1}, "base": {"type": "Fish", "fins": 2}});
    let found = document.alternatives(&all(), Direction::Request, &value);
    let found: Vec<_> = found
        .iter()
        .map(|it| (it.at.as_str(), it.count, it.valid.iter().map(|(index, _)| *index).collect::<Vec<_>>()))
        .collect();
    assert!(found.contains(&("/pets/0", 2, vec![1])), "by the tag: {found:?}");
    assert!(found.contains(&("/pets/1", 2, vec![0, 1])), "by an unknown tag: {found:?}");
    assert!(found.contains(&("/any", 3, vec![0, 1])));
    assert!(found.contains(&("/map/x", 3, vec![2])));
    assert!(found.contains(&("/base", 1, vec![0])));
    assert_eq!(found.len(), 5);
}

#[test]
fn described_places_are_recognized() {
    let document = document();
    let value = json!({"pets": [{"kind": "Dog", "n": 1, "x": 1}], "any": "a", "free": {"a": 1}, "json": [1], "map": {"x": "c"}, "base": {"type": "Fish", "fins": 2}});
    let described = |at: &str| document.describes(&all(), Direction::Response, &value, at);
    for at in ["", "/pets", "/pets/0", "/pets/0/n", "/any", "/map", "/map/x", "/base/fins"] {
        assert!(described(at), "{at}");
    }
    for at in ["/free", "/free/a", "/json", "/json/0", "/pets/0/x", "/none"] {
        assert!(!described(at), "{at}");
    }
    let lists = |at: &str| document.lists(&all(), Direction::Response, &value, at);
    assert!(lists("/any") && !lists("/map/x") && !lists("/pets/0/kind"));
}
