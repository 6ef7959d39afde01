//! Values generated from schemas, where the documents have no sample.

use serde_json::{Map, Value, json};

use super::spec::{entries, resolve};

/// The prefix of every value generated for a sensitive schema.
pub const HIDDEN: &str = "hidden-";

/// Maximum recursion of a type.
const MOST: usize = 2;

/// A value with everything in the schema: each property once, one element in each list. Recursive types end after a few
/// levels.
pub fn synthetic(document: &Value, schema: &Value, name: &str) -> Value {
    Generator { document, within: &[] }
        .value(schema, name)
        .unwrap_or_else(|| panic!("{name}: no value matches {schema}"))
}

struct Generator<'a> {
    document: &'a Value,
    /// The named types around the value.
    within: &'a [&'a str],
}

impl Generator<'_> {
    /// None where a recursive type would continue.
    fn value(&self, schema: &Value, name: &str) -> Option<Value> {
        if let Some(target) = schema["$ref"].as_str() {
            if self.within.iter().filter(|type_| **type_ == target).count() == MOST {
                return None;
            }
            let within = [self.within, &[target]].concat();
            return Generator { document: self.document, within: &within }.value(resolve(self.document, schema), name);
        }
        // A type with its own description.
        if let Some(whole) = schema["allOf"].get(0) {
            return self.value(whole, name);
        }
        if schema["x-sensitive"] == true {
            return Some(json!(format!("{HIDDEN}{name}")));
        }
        let inner = schema.get("x-json").map(|inner| self.value(inner, name));
        if let Some(inner) = inner {
            return Some(json!(inner?.to_string()));
        }
        let given = schema.get("example").or_else(|| schema.get("default")).or_else(|| schema["enum"].get(0));
        if let Some(given) = given {
            return Some(given.clone());
        }
        match schema["type"].as_str()? {
            "object" => {
                let fields = entries(&schema["properties"]);
                let fields = fields.filter_map(|(name, field)| Some((name.to_owned(), self.value(field, name)?)));
                Some(Value::Object(fields.collect::<Map<_, _>>()))
            }
            "array" => Some(json!([self.value(&schema["items"], name)?])),
            "integer" => Some(schema.get("minimum").cloned().unwrap_or(json!(7))),
            "number" => Some(json!(1.5)),
            "boolean" => Some(json!(true)),
            "string" => Some(self.text(schema, name)),
            other => panic!("{name}: type {other}"),
        }
    }

    fn text(&self, schema: &Value, name: &str) -> Value {
        let pattern = schema["pattern"].as_str().map(|pattern| regress::Regex::new(pattern).unwrap());
        // Ids end with a suffix for their kind: instances, backups, parameter templates, nodes, proxies.
        let ids = ["in07", "br07", "pr07", "no07", "po01", "in17", "in16"].map(|of| format!("{:0>32}{of}", "made"));
        let bound = |key: &str| schema[key].as_u64().and_then(|bound| usize::try_from(bound).ok());
        let (least, most) = (bound("minLength").unwrap_or(0), bound("maxLength").unwrap_or(usize::MAX));
        let texts = [
            format!("a {name}, 数据"),
            format!("a-{name}"),
            "3306".to_owned(),
            "made_text".to_owned(),
            "madetext8".to_owned(),
            "7".repeat(least),
        ];
        let fits = |text: &&String| {
            pattern.as_ref().is_none_or(|pattern| pattern.find(text).is_some())
                && (least..=most).contains(&text.chars().count())
        };
        json!(texts.iter().chain(&ids).find(fits).unwrap_or_else(|| panic!("{name}: no value matches {schema}")))
    }
}

#[test]
fn values_have_everything_in_the_schema() {
    let document = json!({"components": {"schemas": {"Node": {"type": "object", "properties": {
        "n": {"type": "integer", "minimum": 3},
        "key": {"type": "string", "x-sensitive": true, "example": "seen"},
        "port": {"type": "string", "pattern": "^[0-9]+$"},
        "kind": {"type": "string", "enum": ["a", "b"]},
        "inner": {"type": "string", "x-json": {"type": "object", "properties": {"on": {"type": "boolean"}}}},
        "nodes": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}},
    }}}}});
    let synthetic = synthetic(&document, &json!({"$ref": "#/components/schemas/Node"}), "node");
    let node = &synthetic["nodes"][0];
    assert_eq!(node["n"], 3);
    assert_eq!(node["key"], "hidden-key");
    assert_eq!(node["port"], "3306");
    assert_eq!(node["kind"], "a");
    assert_eq!(node["inner"], r#"{"on":true}"#);
}
