//! Turns the schemas of a document into JSON Schema 2020-12, for each direction.
//!
//! Keywords with invalid values (a `minLength` of "few") are left out with a note, as a validator would reject the
//! whole document.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value, json};

use super::reference::{Loops, MOST_HOPS, follow, fragment, locate, pointer};
use super::{Direction, SchemaRef};

/// The URI under which a tree is registered.
pub(crate) const BASE: &str = "urn:document";

/// The section of components for [bare bases](Translator::base).
const BASES: &str = "bases";

/// Keys outside of schemas whose entries have user-defined names.
const MAPS: &[&str] =
    &["paths", "headers", "content", "responses", "callbacks", "encoding", "links", "webhooks", "pathItems"];

/// Keys outside of schemas that contain data or descriptions.
const VALUES: &[&str] = &["example", "examples", "default", "info", "tags", "servers", "security", "externalDocs"];

/// The length of the pointer to the outermost schema around a schema.
pub(super) fn outermost(pointer: &str) -> usize {
    let mut tokens = pointer.match_indices('/').map(|(at, _)| at).skip(1).chain([pointer.len()]);
    let section = pointer.strip_prefix("/components/").map(|rest| rest.split('/').next().unwrap_or_default());
    // The names of a section and of its entries have no meaning.
    let mut start = section.map_or(0, |_| tokens.nth(2).unwrap_or(pointer.len()));
    if section.is_some_and(|section| section == "schemas" || section == BASES) {
        return start;
    }
    let mut is_map = false;
    for end in tokens {
        let token = &pointer[(start + 1).min(end)..end];
        if !is_map && matches!(token, "schema" | "itemSchema") {
            return end;
        }
        is_map = !is_map && MAPS.contains(&token);
        start = end;
    }
    pointer.len()
}

/// The places of all outermost schemas.
pub(super) fn places(root: &Value) -> Vec<String> {
    fn outside(key: &str, node: &Value, at: &str, found: &mut Vec<String>) {
        if VALUES.contains(&key) || key.starts_with("x-") {
            return;
        }
        let is_map = MAPS.contains(&key);
        match node {
            Value::Object(entries) => {
                for (key, value) in entries {
                    let here = SchemaRef(at.to_owned()).child(key).0;
                    match key.as_str() {
                        "schema" | "itemSchema" if !is_map => found.push(here),
                        // Entry names have no meaning here.
                        key => outside(if is_map { "" } else { key }, value, &here, found),
                    }
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    outside("", item, &format!("{at}/{index}"), found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    for (key, value) in root.as_object().into_iter().flatten().filter(|(key, _)| *key != "components") {
        outside(key, value, &format!("/{key}"), &mut found);
    }
    for (section, entries) in root.get("components").and_then(Value::as_object).into_iter().flatten() {
        for (name, entry) in entries.as_object().into_iter().flatten() {
            let here = SchemaRef(format!("/components/{section}")).child(name).0;
            match section.as_str() {
                "schemas" => found.push(here),
                _ => outside("", entry, &here, &mut found),
            }
        }
    }
    found
}

pub(super) struct Translator<'a> {
    root: &'a Value,
    old: bool,
    /// Components, and those of their bases that have them among their own alternatives.
    loops: &'a Loops,
    notes: RefCell<BTreeSet<String>>,
    patterns: RefCell<HashMap<String, bool>>,
}

impl<'a> Translator<'a> {
    pub(super) fn new(root: &'a Value, old: bool, loops: &'a Loops) -> Self {
        Self { root, old, loops, notes: RefCell::default(), patterns: RefCell::default() }
    }

    pub(super) fn into_notes(self) -> Vec<String> {
        self.notes.into_inner().into_iter().collect()
    }

    /// The schema at a place, for one direction.
    pub(super) fn at(&self, at: &str, direction: Direction) -> Option<Value> {
        let base = at.strip_prefix("/components/").and_then(|rest| rest.strip_prefix(BASES)?.strip_prefix('/'));
        let node = match base {
            Some(name) => &self.base(name)?,
            None => self.root.pointer(at)?,
        };
        Some(self.schema(node, at, direction, &BTreeSet::new()))
    }

    /// A base of which a child is an alternative, without its alternatives: children refer to this one, as otherwise
    /// each would include the other endlessly.
    fn base(&self, name: &str) -> Option<Value> {
        let mut node = self.root.pointer(&format!("/components/schemas/{name}"))?.as_object()?.clone();
        node.retain(|key, _| !matches!(key.as_str(), "oneOf" | "anyOf"));
        Some(Value::Object(node))
    }

    /// An `allOf` that refers to a base of which the schema is an alternative refers to the bare base instead.
    fn without_loop(&self, owner: &str, part: Value) -> Value {
        let base = part.get("$ref").and_then(Value::as_str).and_then(pointer);
        let base = base.filter(|base| self.loops.get(owner).is_some_and(|bases| bases.contains(&base.0)));
        match base.and_then(|base| base.component()) {
            Some(name) => {
                let at = SchemaRef(format!("/components/{BASES}")).child(&name);
                json!({"$ref": format!("#{}", fragment(&at.0))})
            }
            None => part,
        }
    }

    fn note(&self, at: &str, message: impl AsRef<str>) {
        self.notes.borrow_mut().insert(format!("{at}: {}", message.as_ref()));
    }

    /// One schema. `left_out` are the properties that its whole composition has for the other direction only.
    fn schema(&self, node: &Value, at: &str, direction: Direction, left_out: &BTreeSet<String>) -> Value {
        let entries = match node {
            Value::Bool(flag) => return Value::Bool(*flag),
            Value::Object(entries) => entries,
            _ => {
                self.note(at, "is not a schema");
                return Value::Bool(true);
            }
        };
        let mut out = Map::new();
        if let Some(reference) = entries.get("$ref").and_then(Value::as_str) {
            match locate(self.root, reference) {
                Some((_, pointer)) => drop(out.insert("$ref".to_owned(), format!("#{}", fragment(&pointer)).into())),
                None => self.note(at, format!("dangling `{reference}`")),
            }
            // In OpenAPI 3.0, siblings of a `$ref` have no effect.
            if self.old {
                return Value::Object(out);
            }
        }
        let mut here = left_out.clone();
        self.of_other_direction(node, direction, 0, &mut here);
        for (key, value) in entries.iter().filter(|(key, _)| *key != "$ref") {
            let inner = SchemaRef(at.to_owned()).child(key).0;
            if let Some(value) = self.keyword(key, value, &inner, direction, &here) {
                out.insert(key.clone(), value);
            }
        }
        if self.old {
            self.openapi_30_keywords(entries, &mut out);
        }
        Value::Object(out)
    }

    /// A keyword's value, if it is valid.
    fn keyword(
        &self,
        key: &str,
        value: &Value,
        at: &str,
        direction: Direction,
        left_out: &BTreeSet<String>,
    ) -> Option<Value> {
        let nested = |value: &Value, at: &str| self.schema(value, at, direction, &BTreeSet::new());
        let translated = match key {
            "not"
            | "items"
            | "additionalProperties"
            | "if"
            | "then"
            | "else"
            | "contains"
            | "contentSchema"
            | "propertyNames"
            | "unevaluatedItems"
            | "unevaluatedProperties"
            | "x-json" => (value.is_object() || value.is_boolean()).then(|| nested(value, at)),
            "allOf" | "oneOf" | "anyOf" | "prefixItems" => {
                value.as_array().filter(|list| !list.is_empty()).map(|list| {
                    let list = list.iter().enumerate().map(|(index, item)| {
                        let at = format!("{at}/{index}");
                        match key {
                            "prefixItems" => nested(item, &at),
                            "allOf" => {
                                let owner = at.strip_suffix(&format!("/allOf/{index}")).unwrap_or_default();
                                self.without_loop(owner, self.schema(item, &at, direction, left_out))
                            }
                            _ => self.schema(item, &at, direction, left_out),
                        }
                    });
                    list.collect()
                })
            }
            "properties" | "patternProperties" | "dependentSchemas" | "$defs" => value.as_object().map(|map| {
                let usable = |name: &str| key != "patternProperties" || self.is_pattern(name);
                let map = map.iter().filter(|(name, _)| usable(name));
                map.map(|(name, item)| (name.clone(), nested(item, &SchemaRef(at.to_owned()).child(name).0))).collect()
            }),
            "required" => value.as_array().map(|names| {
                let mut kept: Vec<Value> = Vec::new();
                for name in names.iter().filter(|name| name.as_str().is_some_and(|name| !left_out.contains(name))) {
                    if !kept.contains(name) {
                        kept.push(name.clone());
                    }
                }
                Value::Array(kept)
            }),
            "type" => types(value),
            "enum" => value.is_array().then(|| value.clone()),
            "const" => Some(value.clone()),
            "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties" | "minContains"
            | "maxContains" => count(value),
            "minimum" | "maximum" => value.is_number().then(|| value.clone()),
            "exclusiveMinimum" | "exclusiveMaximum" => match value {
                Value::Bool(_) if self.old => return None,
                _ => value.is_number().then(|| value.clone()),
            },
            "multipleOf" => value.as_f64().filter(|step| *step > 0.0).map(|_| value.clone()),
            "pattern" => value.as_str().filter(|pattern| self.is_pattern(pattern)).map(|pattern| {
                let within = between_slashes(pattern);
                if within.is_some() {
                    self.note(at, format!("`{pattern}` matches nothing because of its slashes"));
                }
                within.map_or_else(|| value.clone(), Value::String)
            }),
            "uniqueItems" | "readOnly" | "writeOnly" => value.is_boolean().then(|| value.clone()),
            "format" | "title" | "contentMediaType" | "contentEncoding" => value.is_string().then(|| value.clone()),
            "dependentRequired" => {
                let lists = |value: &Value| value.as_array().is_some_and(|list| list.iter().all(Value::is_string));
                value.as_object().is_some_and(|map| map.values().all(lists)).then(|| value.clone())
            }
            "discriminator" => self.discriminator(value),
            _ => return None,
        };
        if translated.is_none() {
            self.note(at, format!("`{}` is not valid here", shortened(value)));
        }
        translated
    }

    /// A discriminator whose mapping refers to places in the document.
    fn discriminator(&self, value: &Value) -> Option<Value> {
        let name = value.get("propertyName")?.as_str()?;
        let mapping = value.get("mapping").and_then(Value::as_object).into_iter().flatten();
        let mapping: Map<String, Value> = mapping
            .filter_map(|(tag, target)| {
                let target = target.as_str()?;
                let named = format!("#/components/schemas/{}", yundb_generator::pointer::escape(target));
                let (_, pointer) = locate(self.root, target).or_else(|| locate(self.root, &named))?;
                Some((tag.clone(), pointer.into()))
            })
            .collect();
        Some(json!({"propertyName": name, "mapping": mapping}))
    }

    /// The keywords specific to OpenAPI 3.0.
    fn openapi_30_keywords(&self, entries: &Map<String, Value>, out: &mut Map<String, Value>) {
        for (exclusive, inclusive) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
            if entries.get(exclusive).and_then(Value::as_bool) == Some(true)
                && let Some(limit) = out.remove(inclusive)
            {
                out.insert(exclusive.to_owned(), limit);
            }
        }
        // By the clarification in 3.0.3, it has no effect without a type.
        if entries.get("nullable").and_then(Value::as_bool) == Some(true)
            && let Some(Value::String(name)) = out.get("type")
        {
            out.insert("type".to_owned(), json!([name, "null"]));
        }
    }

    /// The properties of a schema, and of its whole composition, that only exist in the other direction.
    fn of_other_direction(&self, node: &Value, direction: Direction, depth: usize, names: &mut BTreeSet<String>) {
        if depth > MOST_HOPS {
            return;
        }
        let Some((node, _)) = follow(self.root, node, String::new()) else { return };
        for (name, property) in node.get("properties").and_then(Value::as_object).into_iter().flatten() {
            if is_marked(self.root, property, mark(direction), 0) {
                names.insert(name.clone());
            }
        }
        for key in ["allOf", "oneOf", "anyOf"] {
            for part in node.get(key).and_then(Value::as_array).into_iter().flatten() {
                self.of_other_direction(part, direction, depth + 8, names);
            }
        }
    }

    fn is_pattern(&self, pattern: &str) -> bool {
        let known = self.patterns.borrow().get(pattern).copied();
        known.unwrap_or_else(|| {
            let schema = json!({"pattern": pattern});
            let compiles = jsonschema::options().with_draft(jsonschema::Draft::Draft202012).build(&schema).is_ok();
            self.patterns.borrow_mut().insert(pattern.to_owned(), compiles);
            compiles
        })
    }
}

/// The keyword of properties of the other direction.
pub fn mark(direction: Direction) -> &'static str {
    match direction {
        Direction::Request => "readOnly",
        Direction::Response => "writeOnly",
    }
}

/// The expression of `/^a$/i`, with slashes before the start of the string and after its end.
fn between_slashes(pattern: &str) -> Option<String> {
    let (plain, flag) = match pattern.strip_suffix("$/i") {
        Some(plain) => (plain, "(?i)"),
        None => (pattern.strip_suffix("$/")?, ""),
    };
    plain.strip_prefix("/^").map(|plain| format!("{flag}^{plain}$"))
}

/// Whether a schema, its target or a part of its composition has a flag.
fn is_marked(root: &Value, node: &Value, flag: &str, depth: usize) -> bool {
    if depth > MOST_HOPS {
        return false;
    }
    if node.get(flag).and_then(Value::as_bool) == Some(true) {
        return true;
    }
    let Some((node, _)) = follow(root, node, String::new()) else { return false };
    let parts = node.get("allOf").and_then(Value::as_array).into_iter().flatten();
    node.get(flag).and_then(Value::as_bool) == Some(true)
        || parts.into_iter().any(|part| is_marked(root, part, flag, depth + 8))
}

/// Whether a schema is raw bytes.
pub(crate) fn is_binary(root: &Value, node: &Value, old: bool) -> bool {
    let Some((node, _)) = follow(root, node, String::new()) else { return false };
    let text = |key: &str| node.get(key).and_then(Value::as_str);
    if text("format") == Some("binary") {
        return true;
    }
    if !old && text("contentEncoding").is_none() && text("contentMediaType").is_some_and(|it| !is_textual(it)) {
        return true;
    }
    let parts = node.get("allOf").and_then(Value::as_array);
    parts.is_some_and(|parts| parts.iter().any(|part| is_binary(root, part, old)))
}

/// Whether a schema is plain text.
pub(super) fn is_text(node: &Value) -> bool {
    node.get("type").is_some_and(|found| found == "string")
}

fn is_textual(media_type: &str) -> bool {
    let essence = super::read::essence(media_type);
    essence.starts_with("text/") || super::read::is_json(&essence)
}

/// Whether a schema is an object with fields, as in forms.
pub(super) fn has_fields(root: &Value, node: &Value) -> bool {
    fn look(root: &Value, node: &Value, depth: usize) -> bool {
        let Some((node, _)) = follow(root, node, String::new()).filter(|_| depth < 8) else { return false };
        let parts = |key: &str| node.get(key).and_then(Value::as_array).into_iter().flatten();
        ["properties", "additionalProperties", "patternProperties"].iter().any(|key| node.get(*key).is_some())
            || node.get("type").is_some_and(|found| found == "object" || *found == json!(["object"]))
            || ["allOf", "oneOf", "anyOf"].iter().any(|key| parts(key).any(|part| look(root, part, depth + 1)))
    }
    look(root, node, 0)
}

fn types(value: &Value) -> Option<Value> {
    const TYPES: &[&str] = &["array", "boolean", "integer", "null", "number", "object", "string"];
    let known = |value: &Value| value.as_str().is_some_and(|name| TYPES.contains(&name));
    match value {
        Value::Array(list) => {
            let mut kept: Vec<Value> = list.iter().filter(|item| known(item)).cloned().collect();
            kept.dedup();
            (!kept.is_empty() && kept.len() == list.len()).then_some(Value::Array(kept))
        }
        value => known(value).then(|| value.clone()),
    }
}

/// A count: `3`, or the equivalent `3.0`.
fn count(value: &Value) -> Option<Value> {
    if value.is_u64() {
        return Some(value.clone());
    }
    let float = value.as_f64().filter(|float| float.fract() == 0.0 && *float >= 0.0 && *float < 1e15)?;
    Some((float as u64).into())
}

fn shortened(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text,
    }
}
