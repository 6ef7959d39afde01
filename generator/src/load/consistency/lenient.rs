//! What services send beside the letter of their schemas and clients decode all the same: a number for a string and
//! the reverse, null or an empty string for what is absent, enum values in another case; and for RPC lists in a wrapper,
//! an envelope around the response, and names in another case.
//!
//! A spec keeps both the types of the document's tables and the values of its samples. Other tools take a schema
//! literally, so a bundle has the samples of responses in the form of their schemas.

use crate::load::{
    Entries, Entry, Node, Value,
    grammar::{Kind, Shape},
    yaml,
};

use super::walk::{is_nullable, keyword, parts, properties, property, type_of};

/// Forms of values that a client decodes.
#[derive(Clone, Copy)]
pub(super) struct Lenient<'a> {
    root: &'a Node,
    is_rpc: bool,
}

impl<'a> Lenient<'a> {
    pub fn new(root: &'a Node) -> Self {
        let protocol = root.get("x-protocol").and_then(Node::as_str);
        Self { root, is_rpc: protocol == Some("aliyun-rpc") }
    }

    /// A whole response in the form of its schema.
    pub fn response(self, value: &Node, schema: &'a Node) -> Node {
        let parts = parts(self.root, schema);
        let envelope = value.as_object().filter(|entries| self.is_rpc && entries.len() == 1).and_then(Entries::first);
        let inner = envelope.filter(|(key, entry)| {
            let alike = |name: &str| name.eq_ignore_ascii_case(key);
            entry.node.as_object().is_some() && properties(&parts).next().is_some() && !properties(&parts).any(alike)
        });
        self.value(inner.map_or(value, |(_, entry)| &entry.node), schema)
    }

    fn value(self, value: &Node, schema: &'a Node) -> Node {
        let parts = parts(self.root, schema);
        let location = value.location.clone();
        let read = match (type_of(&parts), &value.value) {
            (Some("string"), Value::Number(_) | Value::Bool(_)) => Value::String(location.text().to_owned()),
            (Some("integer" | "number" | "boolean"), Value::String(text)) => match yaml::plain(text) {
                plain @ (Value::Number(_) | Value::Bool(_)) => plain,
                _ => value.value.clone(),
            },
            (Some("array"), _) => self.list(value, keyword(&parts, "items")),
            (_, Value::Object(entries)) => self.members(entries, &parts),
            _ => value.value.clone(),
        };
        let read = Node::new(read, location);
        let listed = || keyword(&parts, "enum").into_iter().flat_map(Node::items);
        let alike = read.as_str().filter(|_| !listed().any(|listed| *listed == read)).and_then(|text| {
            listed().find(|listed| listed.as_str().is_some_and(|listed| listed.eq_ignore_ascii_case(text)))
        });
        match alike {
            Some(listed) => Node::new(listed.value.clone(), read.location),
            None => read,
        }
    }

    fn list(self, value: &Node, schema: Option<&'a Node>) -> Value {
        // `{"Job": [..]}` for `[..]`
        let wrapped = value.as_object().filter(|entries| self.is_rpc && entries.len() == 1);
        let value = wrapped.and_then(|entries| Some(&entries.first()?.1.node)).unwrap_or(value);
        match (value.as_array(), schema) {
            (Some(items), Some(schema)) => items.iter().map(|item| self.value(item, schema)).collect::<Vec<_>>().into(),
            _ => value.value.clone(),
        }
    }

    fn members(self, entries: &Entries, parts: &[&'a Node]) -> Value {
        let mut members = Entries::default();
        for (key, entry) in entries {
            let alike = |name: &&str| self.is_rpc && name.eq_ignore_ascii_case(key);
            let key = match property(parts, key) {
                Some(_) => key.as_str(),
                None => properties(parts).find(alike).unwrap_or(key),
            };
            let additional = || keyword(parts, "additionalProperties").filter(|schema| schema.as_object().is_some());
            let Some(schema) = property(parts, key).or_else(additional) else {
                members.insert(key.to_owned(), entry.clone());
                continue;
            };
            if stands_for_nothing(&entry.node, &self::parts(self.root, schema)) {
                continue;
            }
            members.insert(key.to_owned(), Entry::new(entry.key.clone(), self.value(&entry.node, schema)));
        }
        members.into()
    }
}

/// Whether a member has the value that services send for an absent one: null, or an empty string for an
/// enum.
fn stands_for_nothing(value: &Node, parts: &[&Node]) -> bool {
    match &value.value {
        Value::Null => !is_nullable(parts),
        Value::String(text) if text.is_empty() => {
            keyword(parts, "enum").is_some_and(|listed| listed.items().all(|listed| listed != value))
        }
        _ => false,
    }
}

/// The document with the samples of its responses in the form of their schemas.
pub(in crate::load) fn typed_samples(root: &Node) -> Node {
    let mut typed = root.clone();
    let lenient = Lenient::new(root);
    lenient.below(&mut typed, Shape::Object(Kind::Document), false);
    typed
}

impl Lenient<'_> {
    fn below(self, node: &mut Node, shape: Shape, of_response: bool) {
        if shape == Shape::Object(Kind::MediaType) && of_response {
            self.samples(node);
            return;
        }
        match &mut node.value {
            Value::Array(items) => {
                let Shape::List(inner) = shape else { return };
                items.iter_mut().for_each(|item| self.below(item, *inner, of_response));
            }
            Value::Object(entries) if !matches!(shape, Shape::Any | Shape::Object(Kind::Schema)) => {
                for (key, entry) in entries {
                    self.below(&mut entry.node, shape.member(key), of_response || key == "responses");
                }
            }
            _ => {}
        }
    }

    fn samples(self, media_type: &mut Node) {
        let Some(schema) = media_type.get("schema").cloned() else { return };
        let typed = |sample: &mut Node| *sample = Lenient { ..self }.response(sample, &schema);
        if let Some(example) = media_type.get_mut("example") {
            typed(example);
        }
        let examples = media_type.get_mut("examples").and_then(Node::as_object_mut);
        for value in examples.into_iter().flatten().filter_map(|(_, entry)| entry.node.get_mut("value")) {
            typed(value);
        }
    }
}
