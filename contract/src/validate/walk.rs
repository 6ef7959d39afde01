//! Walks a value along a schema, through `$ref`s, compositions and matching alternatives.

use std::collections::{BTreeSet, HashSet};

use serde_json::{Map, Value};

use super::Alternatives;
use crate::document::{Direction, Document, SchemaRef, pointer};

/// Maximum depth of the walk.
const DEEPEST: usize = 200;

impl Document {
    /// The unions along a value, outermost first. If a discriminator decides, `valid` has only the alternative of its
    /// tag.
    pub fn alternatives(&self, schema: &SchemaRef, direction: Direction, value: &Value) -> Vec<Alternatives> {
        let mut walker = Walker::new(self, direction);
        walker.visit(schema.clone(), value, String::new(), 0);
        walker.found
    }

    /// Whether a schema constrains the value at a place to more than "any JSON" or "any object". `at` is a JSON pointer
    /// into the value.
    pub fn describes(&self, schema: &SchemaRef, direction: Direction, value: &Value, at: &str) -> bool {
        let mut walker = Walker::new(self, direction);
        walker.visit(schema.clone(), value, String::new(), 0);
        let here = walker.leaves.iter().filter(|leaf| leaf.at == at);
        here.into_iter()
            .any(|leaf| self.schema(&leaf.schema, direction).and_then(Value::as_object).is_some_and(is_specific))
    }

    /// Whether one of the schemas for a place lists this exact value (`enum` or `const`).
    pub fn lists(&self, schema: &SchemaRef, direction: Direction, value: &Value, at: &str) -> bool {
        let Some(here) = value.pointer(at) else { return false };
        let mut walker = Walker::new(self, direction);
        walker.visit(schema.clone(), value, String::new(), 0);
        let mut leaves = walker.leaves.iter().filter(|leaf| leaf.at == at);
        leaves.any(|leaf| {
            let Some(Value::Object(node)) = self.schema(&leaf.schema, direction) else { return false };
            node.get("const") == Some(here) || list(node, "enum").contains(here)
        })
    }

    /// The places of a value with the schemas that describe each, and whether only by an alternative of a union.
    pub fn described(&self, schema: &SchemaRef, direction: Direction, value: &Value) -> Vec<Described> {
        let mut walker = Walker::new(self, direction);
        walker.visit(schema.clone(), value, String::new(), 0);
        walker.leaves
    }

    /// A schema with its `$ref`s resolved, as long as they have no siblings.
    pub fn followed(&self, schema: &SchemaRef, direction: Direction) -> SchemaRef {
        let mut schema = schema.clone();
        for _ in 0..64 {
            let Some(Value::Object(node)) = self.schema(&schema, direction) else { break };
            let Some(target) = node.get("$ref").and_then(Value::as_str).and_then(pointer) else { break };
            if node.keys().any(|key| !matches!(key.as_str(), "$ref" | "title" | "readOnly" | "writeOnly")) {
                break;
            }
            schema = target;
        }
        schema
    }
}

/// Whether a schema requires more than an object.
fn is_specific(node: &Map<String, Value>) -> bool {
    node.iter().any(|(key, value)| match key.as_str() {
        "type" => !matches!(value, Value::String(name) if name == "object"),
        // A list of values of several types is hardly more specific than any JSON.
        "enum" => value.as_array().is_some_and(|list| {
            let mut kinds = list.iter().filter(|value| !value.is_null()).map(std::mem::discriminant);
            kinds.next().is_none_or(|first| kinds.all(|kind| kind == first))
        }),
        "const" | "oneOf" | "anyOf" | "items" => true,
        // Elements of several types in an open-ended list are any JSON.
        "prefixItems" => {
            let closed = |key: &str| node.get(key).is_some();
            ["items", "unevaluatedItems", "maxItems"].into_iter().any(closed)
        }
        "properties" | "patternProperties" => value.as_object().is_some_and(|map| !map.is_empty()),
        "additionalProperties" => value.as_object().is_some_and(|map| !map.is_empty()),
        _ => false,
    })
}

/// A place of a value and a schema for it.
#[derive(Clone, Debug)]
pub struct Described {
    /// A JSON pointer into the value.
    pub at: String,
    #[allow(missing_docs, reason = "as above")]
    pub schema: SchemaRef,
    /// Whether the place is inside of a union.
    pub in_union: bool,
}

struct Walker<'d> {
    document: &'d Document,
    direction: Direction,
    found: Vec<Alternatives>,
    /// The schemas already visited at a place.
    seen: HashSet<(String, SchemaRef)>,
    leaves: Vec<Described>,
    /// Number of enclosing unions.
    unions: usize,
}

impl<'d> Walker<'d> {
    fn new(document: &'d Document, direction: Direction) -> Self {
        Self { document, direction, found: Vec::new(), seen: HashSet::new(), leaves: Vec::new(), unions: 0 }
    }

    fn visit(&mut self, schema: SchemaRef, value: &Value, at: String, depth: usize) {
        if depth > DEEPEST || !self.seen.insert((at.clone(), schema.clone())) {
            return;
        }
        let Some(Value::Object(node)) = self.document.schema(&schema, self.direction) else { return };
        let in_union = self.unions > 0;
        self.leaves.push(Described { at: at.clone(), schema: schema.clone(), in_union });
        if let Some(target) = node.get("$ref").and_then(Value::as_str).and_then(pointer) {
            self.visit(target, value, at.clone(), depth + 1);
        }
        for index in 0..list(node, "allOf").len() {
            self.visit(schema.child("allOf").child(&index.to_string()), value, at.clone(), depth + 1);
        }
        for key in ["oneOf", "anyOf"] {
            self.union(&schema, node, key, value, &at, depth);
        }
        self.conditions(&schema, node, value, &at, depth);
        self.descendant(&schema, node, value, &at, depth);
        match value {
            Value::Object(entries) => self.entries(&schema, node, entries, &at, depth),
            Value::Array(items) => {
                let prefix = list(node, "prefixItems").len();
                for (index, item) in items.iter().enumerate() {
                    let inner = match index < prefix {
                        true => schema.child("prefixItems").child(&index.to_string()),
                        false => schema.child("items"),
                    };
                    self.visit(inner, item, format!("{at}/{index}"), depth + 1);
                }
            }
            _ => {}
        }
    }

    /// The consequence of a condition on a value.
    fn conditions(&mut self, schema: &SchemaRef, node: &Map<String, Value>, value: &Value, at: &str, depth: usize) {
        if node.contains_key("if") {
            let met = self.document.is_valid(&schema.child("if"), self.direction, value);
            let way = schema.child(if met { "then" } else { "else" });
            self.visit(way, value, at.to_owned(), depth + 1);
        }
        let dependent = node.get("dependentSchemas").and_then(Value::as_object).into_iter().flat_map(Map::keys);
        for name in dependent.filter(|name| value.get(name.as_str()).is_some()) {
            self.visit(schema.child("dependentSchemas").child(name), value, at.to_owned(), depth + 1);
        }
    }

    /// The actual schema of a base with a discriminator, if its tag names a schema composed of it.
    fn descendant(&mut self, schema: &SchemaRef, node: &Map<String, Value>, value: &Value, at: &str, depth: usize) {
        let Some(discriminator) = node.get("discriminator") else { return };
        if node.contains_key("oneOf") || node.contains_key("anyOf") {
            return;
        }
        let all = self.document.descendants(schema, discriminator);
        let tagged = self.document.tagged(node, value);
        let Some(index) = tagged.and_then(|tagged| all.iter().position(|child| *child == tagged)) else { return };
        // Already decided if reached from the child.
        let Some(child) = all.get(index).filter(|child| !self.seen.contains(&(at.to_owned(), (*child).clone()))) else {
            return;
        };
        let valid = vec![(index, child.clone())];
        self.found.push(Alternatives {
            at: at.to_owned(),
            union: schema.child("discriminator"),
            count: all.len(),
            valid,
        });
        self.unions += 1;
        self.visit(child.clone(), value, at.to_owned(), depth + 1);
        self.unions -= 1;
    }

    fn entries(
        &mut self,
        schema: &SchemaRef,
        node: &Map<String, Value>,
        entries: &Map<String, Value>,
        at: &str,
        depth: usize,
    ) {
        let properties = node.get("properties").and_then(Value::as_object);
        for (name, inner) in entries {
            let at = SchemaRef(at.to_owned()).child(name).0;
            if properties.is_some_and(|properties| properties.contains_key(name)) {
                self.visit(schema.child("properties").child(name), inner, at, depth + 1);
                continue;
            }
            let patterns: Vec<String> = match node.get("patternProperties") {
                Some(Value::Object(patterns)) => patterns.keys().cloned().collect(),
                _ => Vec::new(),
            };
            let matching = patterns.iter().filter(|pattern| matches(pattern, name));
            let matching: Vec<_> = matching.map(|pattern| schema.child("patternProperties").child(pattern)).collect();
            if matching.is_empty() {
                let own = node.contains_key("additionalProperties");
                let key = if own { "additionalProperties" } else { "unevaluatedProperties" };
                self.visit(schema.child(key), inner, at, depth + 1);
                continue;
            }
            for pattern in matching {
                self.visit(pattern, inner, at.clone(), depth + 1);
            }
        }
    }

    fn union(
        &mut self,
        schema: &SchemaRef,
        node: &Map<String, Value>,
        key: &str,
        value: &Value,
        at: &str,
        depth: usize,
    ) {
        let count = list(node, key).len();
        if count == 0 {
            return;
        }
        let union = schema.child(key);
        let all = (0..count).map(|index| union.child(&index.to_string()));
        let all: Vec<_> = all.map(|inner| self.document.followed(&inner, self.direction)).collect();
        let tagged = self.document.tagged(node, value);
        let tagged = tagged.and_then(|target| all.iter().position(|inner| *inner == target));
        let mut valid: Vec<_> = all.into_iter().enumerate().collect();
        valid.retain(|(_, inner)| self.document.is_valid(inner, self.direction, value));
        if let Some(tagged) = tagged.filter(|tagged| valid.iter().any(|(index, _)| index == tagged)) {
            valid.retain(|(index, _)| *index == tagged);
        }
        let inner: Vec<_> = valid.iter().map(|(_, inner)| inner.clone()).collect();
        self.found.push(Alternatives { at: at.to_owned(), union, count, valid });
        self.unions += 1;
        for inner in inner {
            self.visit(inner, value, at.to_owned(), depth + 1);
        }
        self.unions -= 1;
    }
}

impl Document {
    /// The possible schemas of a base with a discriminator: those of its mapping, else those composed of it.
    pub(crate) fn descendants(&self, base: &SchemaRef, discriminator: &Value) -> Vec<SchemaRef> {
        let mapping = discriminator.get("mapping").and_then(Value::as_object).into_iter().flatten();
        let mapped: BTreeSet<_> = mapping.filter_map(|(_, it)| Some(SchemaRef(it.as_str()?.to_owned()))).collect();
        let children = self.children(base);
        match mapped.is_empty() {
            true => children.to_vec(),
            // A schema that does not include the base is not one of its possible schemas.
            false => mapped.into_iter().filter(|schema| children.contains(schema)).collect(),
        }
    }

    /// The schema named by a value's tag, according to a schema's discriminator.
    pub(crate) fn tagged(&self, node: &Map<String, Value>, value: &Value) -> Option<SchemaRef> {
        let discriminator = node.get("discriminator")?;
        let tag = value.get(discriminator.get("propertyName")?.as_str()?)?.as_str()?;
        let mapped = discriminator.get("mapping").and_then(|mapping| mapping.get(tag)).and_then(Value::as_str);
        let named = || SchemaRef("/components/schemas".to_owned()).child(tag);
        let target = mapped.map_or_else(named, |target| SchemaRef(target.to_owned()));
        Some(self.followed(&target, Direction::Request))
    }
}

fn list<'a>(node: &'a Map<String, Value>, key: &str) -> &'a [Value] {
    node.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn matches(pattern: &str, text: &str) -> bool {
    jsonschema::is_valid(&serde_json::json!({ "pattern": pattern }), &Value::from(text))
}
