//! The form of a schema's values, as far as it decides how a parameter is read: types, properties, items.

use std::collections::{BTreeSet, HashSet};

use indexmap::IndexMap;
use serde_json::{Value, json};
use yundb_contract::document::{Direction, Document, SchemaRef, pointer};

/// Levels of nested lists and objects in parameters.
const DEEPEST: usize = 6;

/// What a schema and the parts of its composition say together.
#[derive(Debug, Default)]
pub struct Outline {
    pub types: BTreeSet<String>,
    pub properties: IndexMap<String, SchemaRef>,
    pub items: Option<SchemaRef>,
    pub values: Option<SchemaRef>,
}

impl Outline {
    /// The outline of a schema.
    pub fn of(document: &Document, schema: &SchemaRef, direction: Direction) -> Self {
        let (mut outline, mut seen, mut stack) = (Self::default(), HashSet::new(), vec![schema.clone()]);
        while let Some(schema) = stack.pop() {
            if !seen.insert(schema.clone()) {
                continue;
            }
            let Some(Value::Object(node)) = document.schema(&schema, direction) else { continue };
            stack.extend(node.get("$ref").and_then(Value::as_str).and_then(pointer));
            for key in ["allOf", "oneOf", "anyOf"] {
                let count = node.get(key).and_then(Value::as_array).map_or(0, Vec::len);
                stack.extend((0..count).map(|index| schema.child(key).child(&index.to_string())));
            }
            match node.get("type") {
                Some(Value::String(name)) => _ = outline.types.insert(name.clone()),
                Some(Value::Array(names)) => {
                    outline.types.extend(names.iter().filter_map(Value::as_str).map(str::to_owned));
                }
                _ => {}
            }
            for name in node.get("properties").and_then(Value::as_object).into_iter().flat_map(|map| map.keys()) {
                outline.properties.entry(name.clone()).or_insert_with(|| schema.child("properties").child(name));
            }
            if node.contains_key("items") {
                outline.items.get_or_insert_with(|| schema.child("items"));
            }
            if node.get("additionalProperties").is_some_and(Value::is_object) {
                outline.values.get_or_insert_with(|| schema.child("additionalProperties"));
            }
        }
        outline
    }

    /// A property, in any case.
    pub fn property(&self, name: &str) -> Option<(&String, &SchemaRef)> {
        let exact = self.properties.get_key_value(name);
        exact.or_else(|| self.properties.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)))
    }

    fn is(&self, name: &str) -> bool {
        self.types.contains(name)
    }
}

/// How the parts of a value are named in a query or form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// All parts have the parameter's name, or their own.
    Plain,
    /// `Name.1.Key`
    Dots,
    /// `name[key][0]`
    Brackets,
}

/// A value of the form that a parameter's text has to be read as. `names` are those in the query or form.
pub fn like(document: &Document, schema: Option<&SchemaRef>, name: &str, naming: Naming, names: &[String]) -> Value {
    let Some(schema) = schema else { return json!("") };
    at_depth(document, schema, name, naming, names, 0)
}

fn at_depth(
    document: &Document,
    schema: &SchemaRef,
    name: &str,
    naming: Naming,
    names: &[String],
    depth: usize,
) -> Value {
    let outline = Outline::of(document, schema, Direction::Request);
    let inner = |schema: &SchemaRef, token: &str| {
        let name = match naming {
            Naming::Brackets => format!("{name}[{token}]"),
            Naming::Dots | Naming::Plain => format!("{name}.{token}"),
        };
        at_depth(document, schema, &name, naming, names, depth + 1)
    };
    let is_list = outline.is("array") || (outline.types.is_empty() && outline.items.is_some());
    let is_object = outline.is("object") || (outline.types.is_empty() && !outline.properties.is_empty());
    // The value as a single text, where the document has several parts, is a string: the check reports it.
    let is_text = naming == Naming::Dots && names.iter().any(|it| it == name);
    match () {
        () if depth > DEEPEST || is_text && (is_list || is_object) => json!(""),
        () if is_list && naming == Naming::Plain => {
            outline.items.iter().map(|items| inner(items, "0")).collect::<Vec<_>>().into()
        }
        () if is_list => {
            let first = usize::from(naming == Naming::Dots);
            let indices = parts(name, naming, names).filter_map(|token| token.parse::<usize>().ok());
            let count = indices.max().map_or(0, |last| last + 1 - first);
            let item = |index: usize| match &outline.items {
                Some(items) => inner(items, &(index + first).to_string()),
                None => json!(""),
            };
            (0..count.min(1000)).map(item).collect::<Vec<_>>().into()
        }
        () if is_object => {
            let mut entries: serde_json::Map<String, Value> =
                outline.properties.iter().map(|(key, schema)| (key.clone(), inner(schema, key))).collect();
            for token in parts(name, naming, names).filter(|_| naming != Naming::Plain) {
                let value = outline.values.as_ref().map_or_else(|| json!(""), |schema| inner(schema, token));
                entries.entry(token.to_owned()).or_insert(value);
            }
            entries.into()
        }
        () if outline.is("integer") || outline.is("number") => json!(0),
        () if outline.is("boolean") => json!(false),
        () => json!(""),
    }
}

/// The tokens after a name: `1` of `Name.1.Key`, `key` of `name[key][0]`.
fn parts<'a>(name: &str, naming: Naming, names: &'a [String]) -> impl Iterator<Item = &'a str> {
    let (open, close) = if naming == Naming::Brackets { ('[', ']') } else { ('.', '.') };
    let prefix = format!("{name}{open}");
    names.iter().filter_map(move |it| it.strip_prefix(&prefix)?.split(close).next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_follow_schemas_and_names() {
        let tag = json!({"type": "object", "properties": {"Key": {"type": "string"}, "Size": {"type": "integer"}}});
        let schemas = json!({
            "Tags": {"type": "array", "items": tag},
            "Either": {"oneOf": [{"type": "boolean"}, {"type": "null"}]},
            "Filter": {"type": "object", "additionalProperties": {"type": "integer"}},
            "Self": {"allOf": [{"$ref": "#/components/schemas/Self"}]},
        });
        let document = json!({"openapi": "3.1.0", "paths": {}, "components": {"schemas": schemas}});
        let document = Document::new(document).unwrap();
        let names = ["Tag.1.Key", "Tag.2.Size", "f[a]", "f[b]", "One"].map(str::to_owned);
        let form = |schema: &str, name: &str, naming| {
            let schema = SchemaRef(format!("/components/schemas/{schema}"));
            like(&document, Some(&schema), name, naming, &names)
        };
        let one = json!({"Key": "", "Size": 0});
        assert_eq!(form("Tags", "Tag", Naming::Dots), json!([one, one]));
        assert_eq!(form("Tags", "Tag", Naming::Plain), json!([one]));
        assert_eq!(form("Tags", "One", Naming::Dots), json!(""));
        assert_eq!(form("Either", "x", Naming::Plain), json!(false));
        assert_eq!(form("Filter", "f", Naming::Brackets), json!({"a": 0, "b": 0}));
        assert_eq!(form("Self", "x", Naming::Plain), json!(""));
    }
}
