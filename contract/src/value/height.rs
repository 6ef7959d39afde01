//! The depth of a schema's shallowest value: recursion ends by the shallowest alternative.

use serde_json::{Map, Value};

use super::Generator;
use super::flat::list;
use crate::document::{Direction, SchemaRef, pointer};

/// Deeper schemas count as having no finite value.
const HIGHEST: u8 = 40;

impl Generator<'_> {
    /// The depth of a schema's shallowest value; None if all are infinite.
    pub(super) fn height(&mut self, schema: &SchemaRef, direction: Direction) -> Option<u8> {
        (1..=HIGHEST).find(|budget| self.fits(schema, direction, *budget))
    }

    /// Whether a value of a schema needs no more than `budget` levels.
    fn fits(&mut self, schema: &SchemaRef, direction: Direction, budget: u8) -> bool {
        if budget == 0 {
            return false;
        }
        let key = (direction, schema.clone(), budget);
        if let Some(known) = self.heights.get(&key) {
            return *known;
        }
        // A recursive visit has not ended. That may be wrong for a schema that is an alias of itself; with one more
        // level it is right.
        self.heights.insert(key.clone(), false);
        let fits = match self.document.schema(schema, direction) {
            Some(Value::Object(node)) => self.node_fits(schema, node, direction, budget),
            Some(Value::Bool(flag)) => *flag,
            _ => true,
        };
        self.heights.insert(key, fits);
        fits
    }

    fn node_fits(&mut self, schema: &SchemaRef, node: &Map<String, Value>, direction: Direction, budget: u8) -> bool {
        if let Some(target) = node.get("$ref").and_then(Value::as_str).and_then(pointer)
            && !self.fits(&target, direction, budget)
        {
            return false;
        }
        let part = |key: &str, at: usize| schema.child(key).child(&at.to_string());
        if (0..list(node, "allOf").len()).any(|at| !self.fits(&part("allOf", at), direction, budget)) {
            return false;
        }
        for key in ["oneOf", "anyOf"] {
            let count = list(node, key).len();
            if count > 0 && !(0..count).any(|at| self.fits(&part(key, at), direction, budget)) {
                return false;
            }
        }
        let named = |name: &str| node.get("type").is_some_and(|it| it == name || includes(it, name));
        if named("null") || node.get("enum").is_some() || node.get("const").is_some() {
            return true;
        }
        let required = list(node, "required").iter().filter_map(Value::as_str);
        for name in required.filter(|name| node.get("properties").is_some_and(|it| it.get(*name).is_some())) {
            if !self.fits(&schema.child("properties").child(name), direction, budget - 1) {
                return false;
            }
        }
        let fewest = node.get("minItems").and_then(Value::as_u64).unwrap_or(0);
        let first = list(node, "prefixItems").len();
        let needed = first.min(usize::try_from(fewest).unwrap_or(usize::MAX));
        if (0..needed).any(|at| !self.fits(&part("prefixItems", at), direction, budget - 1)) {
            return false;
        }
        needed as u64 == fewest
            || node.get("items").is_none()
            || self.fits(&schema.child("items"), direction, budget - 1)
    }
}

fn includes(types: &Value, name: &str) -> bool {
    types.as_array().is_some_and(|list| list.iter().any(|it| it == name))
}
