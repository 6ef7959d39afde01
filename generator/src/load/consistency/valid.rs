//! Whether a value is valid for a schema, with the place and reason of each fault.

use super::walk::{Direction, is_nullable, keyword, parts, properties, property, type_of};
use crate::{
    diagnostic::Location,
    load::{
        Node, Value,
        check::{is_of_type, outside},
        report::nearest,
        yaml,
    },
    pattern::accepts,
};

/// A value that its schema does not accept.
pub(super) struct Fault<'a> {
    /// Its place, and that of the schema.
    pub at: Location,
    pub schema: &'a Node,
    /// What is wrong: "is a number, but the type is `string`".
    pub why: String,
    /// What to write instead, if that is known.
    pub help: Option<String>,
    /// What an erratum on it quotes: the value, or the name of a member.
    pub quote: String,
    /// The schemas on the way to it, which may have the erratum.
    pub above: Vec<&'a Node>,
}

/// Compares values with schemas of a document.
struct Validator<'a> {
    root: &'a Node,
    direction: Direction,
    above: Vec<&'a Node>,
    faults: Vec<Fault<'a>>,
    /// The values that are being compared with lists of alternatives, as one may be its own alternative.
    tried: Vec<(*const Node, *const Node)>,
}

/// The faults of a value.
pub(super) fn faults<'a>(root: &'a Node, direction: Direction, value: &Node, schema: &'a Node) -> Vec<Fault<'a>> {
    let mut validator = Validator { root, direction, above: Vec::new(), faults: Vec::new(), tried: Vec::new() };
    validator.value(value, schema);
    validator.faults
}

impl<'a> Validator<'a> {
    fn value(&mut self, value: &Node, schema: &'a Node) {
        let parts = parts(self.root, schema);
        let depth = self.above.len();
        self.above.extend(&parts);
        self.against(value, &parts);
        self.above.truncate(depth);
    }

    fn fault(&mut self, value: &Node, schema: &'a Node, why: String, help: Option<String>) {
        let quote = value.as_str().map_or_else(|| value.to_json().to_string(), str::to_owned);
        let at = value.location.clone();
        self.faults.push(Fault { at, schema, why, help, quote, above: self.above.clone() });
    }

    fn against(&mut self, value: &Node, parts: &[&'a Node]) {
        if matches!(value.value, Value::Null) && is_nullable(parts) {
            return;
        }
        let Some(first) = parts.first() else { return };
        if let Some(name) = type_of(parts).filter(|name| !is_of_type(value, name)) {
            let why = format!("is {}, but the type is `{name}`", value.describe());
            let help = match (name, &value.value) {
                ("string", Value::Number(_) | Value::Bool(_)) => {
                    Some(format!("write it in quotes: \"{}\"", value.location.text()))
                }
                (_, Value::String(text)) if is_of_type(&Node::new(yaml::plain(text), value.location.clone()), name) => {
                    Some(format!("write it without quotes: {text}"))
                }
                (_, Value::Null) => Some("leave it out, or write `nullable: true` beside the type".to_owned()),
                _ => None,
            };
            self.fault(value, first, why, help);
            return;
        }
        for part in parts {
            let Some(why) = part.as_object().and_then(|entries| outside(value, entries)) else { continue };
            let listed = part.get("enum").into_iter().flat_map(Node::items).filter_map(Node::as_str);
            let near = value.as_str().and_then(|text| nearest(text, listed));
            self.fault(value, part, format!("is {why}"), near.map(|near| format!("did you mean `{near}`?")));
        }
        for alternatives in parts.iter().flat_map(|part| ["oneOf", "anyOf"].map(|key| part.get(key))).flatten() {
            if !alternatives.items().any(|schema| self.fits(value, alternatives, schema)) {
                self.fault(value, alternatives, "is valid for none of the alternatives".to_owned(), None);
            }
        }
        if let (Some(items), Some(schema)) = (value.as_array(), keyword(parts, "items")) {
            items.iter().for_each(|item| self.value(item, schema));
        }
        if value.as_object().is_some() {
            self.members(value, parts);
        }
    }

    fn fits(&self, value: &Node, alternatives: &'a Node, schema: &'a Node) -> bool {
        let this = (std::ptr::from_ref(value), std::ptr::from_ref(alternatives));
        if self.tried.contains(&this) {
            return false;
        }
        let tried = self.tried.iter().copied().chain([this]).collect();
        let mut inner =
            Self { root: self.root, direction: self.direction, above: Vec::new(), faults: Vec::new(), tried };
        inner.value(value, schema);
        inner.faults.is_empty()
    }

    fn members(&mut self, value: &Node, parts: &[&'a Node]) {
        let additional = keyword(parts, "additionalProperties");
        let has_names = properties(parts).next().is_some();
        let patterns = |name: &str| {
            let patterns =
                parts.iter().flat_map(|part| part.get("patternProperties").into_iter().flat_map(Node::entries));
            patterns.filter(|(pattern, _)| accepts(pattern, name) != Some(false)).map(|(_, entry)| &entry.node).next()
        };
        let has_alternatives = parts.iter().any(|part| part.get("oneOf").or_else(|| part.get("anyOf")).is_some());
        for (name, entry) in value.entries() {
            let Some(schema) = property(parts, name).or_else(|| patterns(name)) else {
                match additional {
                    Some(schema) if schema.as_object().is_some() => self.value(&entry.node, schema),
                    Some(flag) if flag.as_bool() == Some(true) => {}
                    None if !has_names || has_alternatives => {}
                    _ => self.unknown(name, &entry.key, parts),
                }
                continue;
            };
            self.value(&entry.node, schema);
        }
        for part in parts {
            for name in part.get("required").into_iter().flat_map(Node::items).filter_map(Node::as_str) {
                let is_set = |key| {
                    let schema = property(parts, name).map(|schema| self::parts(self.root, schema));
                    schema.and_then(|schema| keyword(&schema, key)).and_then(Node::as_bool) == Some(true)
                };
                let elsewhere = match self.direction {
                    Direction::Request => is_set("readOnly"),
                    Direction::Response => is_set("writeOnly"),
                    Direction::Either => is_set("readOnly") || is_set("writeOnly"),
                };
                if value.get(name).is_none() && !elsewhere {
                    self.fault(value, part, format!("lacks `{name}`, which is required"), None);
                    self.quote(name);
                }
            }
        }
    }

    fn unknown(&mut self, name: &str, at: &Location, parts: &[&'a Node]) {
        let Some(first) = parts.first() else { return };
        let near = nearest(name, properties(parts)).map(|near| format!("did you mean `{near}`?"));
        let member = Node::new(name, at.clone());
        self.fault(&member, first, format!("has `{name}`, which its schema does not"), near);
    }

    fn quote(&mut self, name: &str) {
        if let Some(last) = self.faults.last_mut() {
            last.quote = name.to_owned();
        }
    }
}
