//! Schemas: rewrites the forms of OpenAPI 2 and 3.1 as those of 3.0, and finds unknown types.

use std::collections::HashSet;

use indexmap::IndexSet;

use super::{Checker, contradictions::is_of_type, extensions, insert, parts::list, scalars::whole, unresolved};
use crate::{
    diagnostic::{Diagnostic, Location},
    load::{
        Entries, Entry, Node, Value,
        grammar::{Kind, Shape},
        reason::Reason,
        report::nearest,
        yaml,
    },
};

const TYPES: [&str; 6] = ["string", "integer", "number", "boolean", "array", "object"];

/// Keywords that don't constrain values.
const NOTES: [&str; 5] = ["title", "description", "example", "externalDocs", "deprecated"];

impl Checker<'_, '_> {
    /// A schema is always valid in the end: one without any readable keyword accepts any value.
    pub(super) fn schema(&mut self, node: &mut Node, place: &Location) -> bool {
        self.dialect(node.get("$schema"));
        self.schema_of_flag(node);
        if node.as_object().is_none() {
            let reported = self.reporter.count();
            self.wrong(node, Shape::Object(Kind::Schema), "");
            self.reporter.means(reported, "any value is accepted");
            node.value = Entries::default().into();
            return true;
        }
        if unresolved(node) && !self.reference(node) {
            return true;
        }
        if let Some(entries) = node.as_object_mut() {
            self.fix_schema(entries, place);
        }
        let reported = self.reporter.count();
        if !self.fields(node, Kind::Schema)
            && let Some(entries) = node.as_object_mut()
        {
            entries.retain(|key, _| NOTES.contains(&key.as_str()));
            self.reporter.covers(reported, place);
            self.reporter.means(reported, "any value is accepted");
        }
        if let Some(entries) = node.as_object_mut() {
            self.after_fields(entries, place);
        }
        true
    }

    /// In 3.1 `true` is the schema of any value and `false` that of none.
    fn schema_of_flag(&mut self, node: &mut Node) {
        let Some(flag) = node.as_bool() else { return };
        let mut entries = Entries::default();
        if !flag {
            insert(&mut entries, "not", Entries::default(), &node.location);
        }
        node.value = entries.into();
    }

    /// Whether a schema with a `$ref` needs further checks: it is rewritten to `allOf` if the `$ref` has siblings.
    fn reference(&mut self, node: &mut Node) -> bool {
        let location = node.location.clone();
        let Some(entries) = node.as_object_mut() else { return false };
        let Some(entry) = entries.get("$ref").cloned() else { return true };
        if !entry.node.as_str().is_some_and(|text| self.leads_to(text, Kind::Schema)) {
            // Reported already. Its siblings still count; any other value is better than none of the operation.
            let at = &entry.node.location;
            self.reporter.follows(at, "any value is accepted", at);
            self.beside(entries);
            entries.shift_remove("$ref");
            return true;
        }
        if entries.len() == 1 {
            return false;
        }
        self.beside(entries);
        if entries.len() == 1 {
            return false;
        }
        entries.shift_remove("$ref");
        let lone = Node::new(Entries::from_iter([("$ref".to_owned(), entry.clone())]), location);
        match entries.get_mut("allOf").and_then(|all| all.node.as_array_mut()) {
            Some(all) => all.insert(0, lone),
            None => insert(entries, "allOf", vec![lone], &entry.key),
        }
        true
    }

    /// The siblings of a `$ref`, which OpenAPI 3.0 ignores and 3.1 does not. Notes about this use of the type count in
    /// both; a type that contradicts the target does not.
    fn beside(&mut self, entries: &mut Entries) {
        let quiet = |key: &str| NOTES.contains(&key) || key.starts_with("x-") || key == "$ref";
        let counts = |key: &str| ["nullable", "default", "readOnly", "writeOnly"].contains(&key);
        let newer = self.newer;
        entries.retain(|key, entry| {
            let keep = quiet(key) || counts(key) || newer;
            if quiet(key) || newer {
                return keep;
            }
            let message = format!("OpenAPI 3.0 ignores `{key}` beside a `$ref`");
            let diagnostic = Diagnostic::warning("ref-siblings", message).at(entry.key.clone());
            let label = if keep { "applied nevertheless" } else { "ignored" };
            let help = "write `allOf: [{$ref: ...}]` with the other keywords beside it";
            let diagnostic = if keep { diagnostic } else { diagnostic.left_out() };
            self.reporter.push(diagnostic.label(label).help(help));
            keep
        });
    }

    fn fix_schema(&mut self, entries: &mut Entries, place: &Location) {
        self.types(entries, place);
        self.required_flags(entries, place);
        self.delimited_pattern(entries);
        self.bounds(entries, "minimum", "exclusiveMinimum", f64::max);
        self.bounds(entries, "maximum", "exclusiveMaximum", f64::min);
        self.empty_lists(entries);
        self.null_variant(entries);
        if let Some(entry) = entries.shift_remove("const") {
            for listed in entries.get("enum").into_iter().flat_map(|entry| entry.node.items()) {
                self.reporter.passed_over.push((listed.location.clone(), Reason::Stricter));
            }
            // The single value provides the keyword's place.
            let value = Node::new(entry.node.value.clone(), entry.key.clone());
            let node = Node::new(vec![value], entry.node.location.clone());
            entries.insert("enum".to_owned(), Entry::new(entry.key, node));
        }
        if let Some(first) = entries.get("examples").and_then(|entry| entry.node.items().next()).cloned()
            && let Some(entry) = entries.shift_remove("examples")
            && !entries.contains_key("example")
        {
            entries.insert("example".to_owned(), Entry::new(entry.key, first));
        }
        if let Some(entry) = entries.get_mut("items")
            && entry.node.as_array().is_some_and(<[Node]>::is_empty)
        {
            let message = "`items` must not be an empty list";
            let warning = Diagnostic::warning("tuple", message).at(entry.key.clone());
            self.reporter.push(warning.label("items of any type are accepted").left_out());
            entry.node.value = Entries::default().into();
        }
        if let Some(entry) = entries.get_mut("items")
            && entry.node.as_array().is_some()
        {
            let key = entry.key.clone();
            self.fixed("tuple", "a list of schemas belongs in `prefixItems`", &key, "read as `prefixItems`");
            // Its schemas are counted separately.
            self.reporter.passed_over.push((key, Reason::Repeated));
            for (from, to) in [("items", "prefixItems"), ("additionalItems", "items")] {
                if let Some(entry) = entries.shift_remove(from) {
                    entries.insert(to.to_owned(), entry);
                }
            }
        }
        // OpenAPI 2 has the property's name only.
        if let Some(entry) = entries.get_mut("discriminator")
            && entry.node.as_str().is_some()
        {
            self.fixed("discriminator", "a `discriminator` must be a map", &entry.key, "read as its `propertyName`");
            let mut map = Entries::default();
            insert(&mut map, "propertyName", entry.node.value.clone(), &entry.node.location);
            entry.node.value = map.into();
        }
    }

    /// Reduces `type` to one that exists.
    fn types(&mut self, entries: &mut Entries, place: &Location) {
        let Some(entry) = entries.get_mut("type") else { return };
        if let Value::Array(names) = &mut entry.node.value {
            let count = names.len();
            // YAML reads an unquoted `null` as a null value.
            names.retain(|name| name.as_str() != Some("null") && !matches!(name.value, Value::Null));
            let nullable = names.len() < count;
            let key = entry.key.clone();
            match names.len() {
                0 if nullable => entry.node = Node::new("null", entry.node.location.clone()),
                0 => {}
                1 => entry.node = names.swap_remove(0),
                _ => {
                    let names = std::mem::take(names);
                    self.several_types(entries, names, &key);
                }
            }
            let several = entries.get("type").is_none_or(|entry| entry.node.as_str() != Some("null"));
            if nullable && several && !entries.contains_key("nullable") {
                insert(entries, "nullable", true, &key);
            }
        }
        let Some(entry) = entries.get_mut("type") else { return };
        // Neither a string nor a list is a type.
        let written = || (!matches!(entry.node.value, Value::Null)).then(|| entry.node.location.text());
        match entry.node.as_str().or_else(written).map(str::to_owned).as_deref() {
            Some("null") => {
                let key = entry.key.clone();
                entries.shift_remove("type");
                for listed in entries.get("enum").into_iter().flat_map(|entry| entry.node.items()) {
                    self.reporter.passed_over.push((listed.location.clone(), Reason::Stricter));
                }
                if let Some(entry) = entries.get("nullable") {
                    self.reporter.passed_over.push((entry.key.clone(), Reason::Repeated));
                }
                insert(entries, "nullable", true, &key);
                insert(entries, "enum", vec![Node::new(Value::Null, key.clone())], &key);
            }
            Some("file") => {
                let label = "read as `type: string, format: binary`";
                self.fixed("type-file", "`type: file` is OpenAPI 2", &entry.node.location, label);
                entry.node.value = "string".into();
                insert(entries, "format", "binary", place);
            }
            Some(name) if !TYPES.contains(&name) => {
                let message = format!("`{name}` is not a type");
                let help = match nearest(name, TYPES) {
                    Some(near) => format!("did you mean `{near}`? Use one of {}", list(&TYPES)),
                    None => format!("use one of {}", list(&TYPES)),
                };
                let fault = Diagnostic::error("unknown-type", message).at(entry.node.location.clone());
                self.reporter.fault(fault.label("any value is accepted").help(help).leaves_out(entry.key.clone()));
                entries.shift_remove("type");
            }
            _ => {}
        }
    }

    fn several_types(&mut self, entries: &mut Entries, names: Vec<Node>, key: &Location) {
        entries.shift_remove("type");
        let composed = ["anyOf", "oneOf", "allOf"].iter().any(|key| entries.contains_key(*key));
        let label = if composed { "any value is accepted" } else { "read as `anyOf` of them" };
        if composed {
            let message = "several types beside `anyOf`, `oneOf` or `allOf`";
            self.reporter.push(Diagnostic::warning("several-types", message).at(key.clone()).label(label).left_out());
            return;
        }
        if !self.newer {
            self.fixed("several-types", "several types are OpenAPI 3.1", key, label);
        }
        let variant = |name: Node| {
            let place = name.location.clone();
            let mut variant = Entries::default();
            // Keywords for values of one type go with that type.
            for (key, entry) in entries.iter().filter(|(key, _)| belongs(key, name.as_str().unwrap_or_default())) {
                variant.insert(key.clone(), entry.clone());
            }
            variant.insert("type".to_owned(), Entry::new(key.clone(), name));
            Node::new(variant, place)
        };
        let variants: Vec<Node> = names.into_iter().map(variant).collect();
        entries.retain(|key, _| !TYPES.iter().any(|name| belongs(key, name)));
        insert(entries, "anyOf", variants, key);
    }

    /// Programs write an expression as `/^a$/i`. As a pattern it matches nothing, since no character precedes a start
    /// or follows an end.
    fn delimited_pattern(&mut self, entries: &mut Entries) {
        let Some(entry) = entries.get_mut("pattern") else { return };
        let Some(pattern) = entry.node.as_str().and_then(without_delimiters) else { return };
        let place = entry.place().clone();
        entry.node.value = pattern.into();
        self.fixed(
            "pattern-delimiters",
            "no string matches a pattern between slashes",
            &place,
            "read without the slashes",
        );
    }

    /// `required: true` on a property is OpenAPI 2 and below; later versions have the object's list.
    fn required_flags(&mut self, entries: &mut Entries, place: &Location) {
        let mut required = Vec::new();
        let properties = entries.get_mut("properties").and_then(|entry| entry.node.as_object_mut());
        for (name, property) in properties.into_iter().flatten() {
            let Some(fields) = property.node.as_object_mut() else { continue };
            // In OpenAPI 3.0 siblings of a `$ref` have no effect.
            if fields.contains_key("$ref") && !self.newer {
                continue;
            }
            let Some(flag) = fields.get("required").and_then(|entry| entry.node.as_bool()) else { continue };
            let Some(entry) = fields.shift_remove("required") else { continue };
            let message = format!("whether `{name}` is required belongs in the `required` list of the object");
            let warning = Diagnostic::warning("required-flag", message).at(entry.place().clone());
            self.reporter.push(match flag {
                true => warning.label("read as an entry in that list"),
                false => warning.label("ignored").leaves_out(entry.key.clone()),
            });
            if flag {
                required.push(Node::new(name.as_str(), entry.key));
            }
        }
        if let Some(entry) = entries.get("required").filter(|entry| entry.node.as_bool().is_some()) {
            let message = "`required` must be the list of an object's required properties";
            let warning = Diagnostic::warning("required-flag", message).at(entry.place().clone());
            self.reporter.push(warning.label("ignored").leaves_out(entry.key.clone()));
            entries.shift_remove("required");
        }
        if required.is_empty() {
            return;
        }
        match entries.get_mut("required").and_then(|entry| entry.node.as_array_mut()) {
            Some(list) => {
                let known: HashSet<Node> = list.iter().cloned().collect();
                list.extend(required.into_iter().filter(|name| !known.contains(name)));
            }
            None => insert(entries, "required", required, place),
        }
    }

    /// In 3.1 an exclusive bound is a separate number.
    fn bounds(&mut self, entries: &mut Entries, bound: &str, exclusive: &str, stricter: fn(f64, f64) -> f64) {
        let Some(entry) = entries.get(exclusive).cloned() else { return };
        let (limit, place) = (entry.node, entry.key);
        let Value::Number(number) = &limit.value else { return };
        let inclusive = entries.get(bound).and_then(|entry| match &entry.node.value {
            Value::Number(number) => number.as_f64(),
            _ => None,
        });
        let exclusive_value = number.as_f64().unwrap_or_default();
        // Of an inclusive and an exclusive bound the stricter counts; at the same number the exclusive one.
        if inclusive
            .is_some_and(|inclusive| inclusive != exclusive_value && stricter(inclusive, exclusive_value) == inclusive)
        {
            entries.shift_remove(exclusive);
            self.reporter.passed_over.push((place, Reason::Stricter));
            return;
        }
        if let Some(looser) = entries.get(bound) {
            self.reporter.passed_over.push((looser.key.clone(), Reason::Stricter));
        }
        insert(entries, bound, limit.value, &place);
        insert(entries, exclusive, true, &place);
    }

    /// No value is in an empty list, which is never meant.
    fn empty_lists(&mut self, entries: &mut Entries) {
        entries.retain(|key, entry| {
            let is_list = ["allOf", "anyOf", "oneOf", "enum"].contains(&key.as_str());
            let is_empty = is_list && entry.node.as_array().is_some_and(<[Node]>::is_empty);
            if is_empty {
                let fault = Diagnostic::error("empty-list", format!("`{key}` is an empty list")).at(entry.key.clone());
                self.reporter.fault(fault.label("ignored").left_out());
            }
            !is_empty
        });
    }

    /// In 3.1 `null` is one of the alternatives.
    fn null_variant(&mut self, entries: &mut Entries) {
        fn type_null(variant: &Node) -> Option<&Location> {
            let fields = variant.as_object().filter(|fields| fields.len() == 1);
            let only_null = |ty: &Node| match ty.as_array() {
                Some(names) => matches!(names, [name] if name.as_str() == Some("null")),
                None => ty.as_str() == Some("null"),
            };
            let ty = fields.and_then(|fields| fields.get("type")).filter(|ty| only_null(&ty.node));
            ty.map(|ty| &ty.key)
        }
        for key in ["anyOf", "oneOf"] {
            let Some(variants) = entries.get_mut(key).and_then(|entry| entry.node.as_array_mut()) else { continue };
            let left = variants.iter().filter(|variant| type_null(variant).is_none()).count();
            let Some(null) = variants.iter().rev().find_map(type_null).cloned().filter(|_| left > 0) else { continue };
            variants.retain(|variant| type_null(variant).is_none());
            let Some(entry) = entries.get(key).cloned() else { continue };
            if left == 1 && !entries.contains_key("allOf") {
                entries.shift_remove(key);
                entries.insert("allOf".to_owned(), entry.clone());
            }
            insert(entries, "nullable", true, &null);
        }
    }

    /// Checks that depend on fields that are valid by now.
    fn after_fields(&mut self, entries: &mut Entries, place: &Location) {
        let name = entries.get("type").and_then(|entry| entry.node.as_str()).map(str::to_owned);
        let name = name.unwrap_or_default();
        if name == "integer" {
            for bound in ["minimum", "maximum", "multipleOf"] {
                let Some(entry) = entries.get_mut(bound) else { continue };
                let Value::Number(number) = &entry.node.value else { continue };
                if let Some(whole) = whole(number) {
                    entry.node.value = whole.into();
                }
            }
        }
        if let Some(entry) = entries.get_mut("enum") {
            self.enumeration(&mut entry.node, &name);
            if entry.node.as_array().is_some_and(<[Node]>::is_empty) {
                entries.shift_remove("enum");
            }
        }
        let says_elements = ["items", "prefixItems"].iter().any(|key| entries.contains_key(*key));
        if name == "array" && !self.newer && !says_elements {
            let fault = Diagnostic::error("missing-field", "an array needs `items`").at(place.clone());
            self.reporter.fault(fault.label("items of any type are accepted"));
        }
        self.contradictions(entries);
        extensions::enum_keys(entries, self.reporter);
        if self.reporter.ours {
            self.lone_nullable(entries);
            if !entries.contains_key("allOf") {
                self.unknown_required(entries);
            }
        }
    }

    /// OpenAPI 3.0.3 defines `nullable` only beside `type`, and other tools reject it elsewhere.
    fn lone_nullable(&mut self, entries: &Entries) {
        let nullable = entries.get("nullable").filter(|entry| entry.node.as_bool() == Some(true));
        if let Some(entry) = nullable.filter(|_| !self.newer && !entries.contains_key("type")) {
            let warning = Diagnostic::warning("lone-nullable", "`nullable` has no effect without `type`");
            let help = "leave it out of a response, where null counts as absent; else write it beside the `type`";
            let warning = warning.at(entry.key.clone()).help(help);
            self.reporter.push(warning);
        }
    }

    /// The values of an enum have its type; YAML reads some as another one.
    fn enumeration(&mut self, node: &mut Node, name: &str) {
        let Some(values) = node.as_array_mut() else { return };
        let mut kept: IndexSet<Node> = IndexSet::new();
        for mut value in values.drain(..) {
            let text = value.location.text().to_owned();
            let read = match (name, &value.value) {
                ("string", Value::Number(_) | Value::Bool(_)) => Some(Value::String(text.clone())),
                ("integer", Value::Number(number)) if !number.is_i64() => {
                    value.value = whole(number).map_or_else(|| value.value.clone(), Value::Number);
                    None
                }
                ("integer" | "number" | "boolean", Value::String(text)) => {
                    let plain = yaml::plain(text);
                    let fits = matches!(
                        (name, &plain),
                        ("boolean", Value::Bool(_)) | ("integer" | "number", Value::Number(_))
                    );
                    fits.then_some(plain)
                }
                _ => None,
            };
            if let Some(read) = read {
                let message = format!("this enum value is {}, but the type is `{name}`", value.describe());
                self.fixed("enum-type", message, &value.location, &format!("read as {}", in_words(name)));
                value.value = read;
            }
            if !matches!(value.value, Value::Null) && !is_of_type(&value, name) {
                let message = format!("this enum value is {}, but the type is `{name}`", value.describe());
                let fault = Diagnostic::error("enum-type", message).at(value.location.clone());
                self.reporter.fault(fault.label("left out: no value can be both").left_out());
                continue;
            }
            match kept.get(&value) {
                Some(first) => {
                    let message = format!("the enum has the value `{text}` twice");
                    let twice = Diagnostic::warning("duplicate-value", message).at(value.location.clone());
                    self.reporter.push(twice.note(first.location.clone(), "first occurrence").left_out());
                }
                None => drop(kept.insert(value)),
            }
        }
        values.extend(kept);
    }

    fn unknown_required(&mut self, entries: &Entries) {
        let Some(properties) = entries.get("properties").and_then(|entry| entry.node.as_object()) else { return };
        let required = entries.get("required").into_iter().flat_map(|entry| entry.node.items());
        for name in required {
            let text = name.as_str().unwrap_or_default();
            if properties.contains_key(text) {
                continue;
            }
            let message = format!("`{text}` is required, but there is no such property");
            let mut diagnostic = Diagnostic::warning("unknown-required", message).at(name.location.clone());
            let near = nearest(text, properties.keys().map(String::as_str));
            diagnostic.help = near.map(|near| format!("did you mean `{near}`?"));
            self.reporter.push(diagnostic);
        }
    }
}

/// The expression within slashes, where they make it match nothing.
fn without_delimiters(pattern: &str) -> Option<String> {
    let (expression, flags) = pattern.strip_prefix('/')?.rsplit_once('/')?;
    let pointless = expression.starts_with('^') || expression.ends_with('$') && !expression.ends_with(r"\$");
    let prefix = match flags {
        "" | "u" | "g" => "",
        "i" | "iu" | "ui" | "gi" | "ig" => "(?i)",
        _ => return None,
    };
    pointless.then(|| format!("{prefix}{expression}"))
}

fn in_words(name: &str) -> &'static str {
    match name {
        "string" => "a string",
        "boolean" => "`true` or `false`",
        _ => "a number",
    }
}

/// Whether a keyword applies to values of one type only.
pub(super) fn belongs(key: &str, name: &str) -> bool {
    match name {
        "string" => {
            ["minLength", "maxLength", "pattern", "format", "contentEncoding", "contentMediaType", "contentSchema"]
                .contains(&key)
        }
        "integer" | "number" => {
            ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"].contains(&key)
        }
        "array" => [
            "items",
            "prefixItems",
            "unevaluatedItems",
            "minItems",
            "maxItems",
            "uniqueItems",
            "contains",
            "minContains",
            "maxContains",
        ]
        .contains(&key),
        "object" => [
            "properties",
            "required",
            "additionalProperties",
            "patternProperties",
            "unevaluatedProperties",
            "propertyNames",
            "dependentRequired",
            "dependentSchemas",
            "minProperties",
            "maxProperties",
        ]
        .contains(&key),
        _ => false,
    }
}
