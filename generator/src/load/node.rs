//! A document's tree with the place of every value and every key.

use std::hash::{Hash, Hasher};

use indexmap::IndexMap;
use serde_json::Number;

use crate::diagnostic::Location;

/// A value and its place in a source file. Equality ignores places.
#[derive(Clone, Debug)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Its place, in the file that it was read from.
    pub location: Location,
}

/// A JSON value, with places.
#[derive(Clone, Debug)]
pub enum Value {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number; a float beyond 64 bits.
    Number(Number),
    /// A string.
    String(String),
    /// A list.
    Array(Vec<Node>),
    /// A map, in the document's order.
    Object(Entries),
}

/// The members of a map, in the document's order. Looking up keys is much of the work on a tree, hence a fast hasher.
pub type Entries = IndexMap<String, Entry, foldhash::fast::RandomState>;

/// A member of a map: its value, and the place of its key.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The place of the key.
    pub key: Location,
    /// The value.
    pub node: Node,
}

impl Node {
    /// A value at a place.
    pub fn new(value: impl Into<Value>, location: Location) -> Self {
        Self { value: value.into(), location }
    }

    /// The member of a map.
    pub fn get(&self, key: &str) -> Option<&Self> {
        Some(&self.as_object()?.get(key)?.node)
    }

    /// The member of a map, mutable.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        Some(&mut self.as_object_mut()?.get_mut(key)?.node)
    }

    /// The member of a map or list, by a token of a pointer.
    pub fn child(&self, token: &str) -> Option<&Self> {
        match &self.value {
            Value::Object(entries) => Some(&entries.get(token)?.node),
            Value::Array(items) => items.get(token.parse::<usize>().ok()?),
            _ => None,
        }
    }

    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The boolean, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(flag) => Some(flag),
            _ => None,
        }
    }

    /// The members, if it is a map.
    pub fn as_object(&self) -> Option<&Entries> {
        match &self.value {
            Value::Object(entries) => Some(entries),
            _ => None,
        }
    }

    /// The members, if it is a map, mutable.
    pub fn as_object_mut(&mut self) -> Option<&mut Entries> {
        match &mut self.value {
            Value::Object(entries) => Some(entries),
            _ => None,
        }
    }

    /// The items, if it is a list.
    pub fn as_array(&self) -> Option<&[Self]> {
        match &self.value {
            Value::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The items, if it is a list, mutable.
    pub fn as_array_mut(&mut self) -> Option<&mut Vec<Self>> {
        match &mut self.value {
            Value::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub fn as_number(&self) -> Option<&Number> {
        match &self.value {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    /// Whether it is neither a map nor a list.
    pub fn is_scalar(&self) -> bool {
        !matches!(self.value, Value::Array(_) | Value::Object(_))
    }

    /// The members of a map with their keys; none if it is not a map.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.as_object().into_iter().flatten().map(|(key, entry)| (key.as_str(), entry))
    }

    /// The items of a list; none if it is not a list.
    pub fn items(&self) -> impl Iterator<Item = &Self> {
        self.as_array().into_iter().flatten()
    }

    /// Number of values in it, including itself.
    pub fn size(&self) -> usize {
        match &self.value {
            Value::Array(items) => 1 + items.iter().map(Self::size).sum::<usize>(),
            Value::Object(entries) => 1 + entries.values().map(|entry| entry.node.size()).sum::<usize>(),
            _ => 1,
        }
    }

    /// Depth of nested maps and lists in it, including itself.
    pub fn depth(&self) -> usize {
        match &self.value {
            Value::Array(items) => 1 + items.iter().map(Self::depth).max().unwrap_or(0),
            Value::Object(entries) => 1 + entries.values().map(|entry| entry.node.depth()).max().unwrap_or(0),
            _ => 0,
        }
    }

    /// The same value without places.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(flag) => (*flag).into(),
            Value::Number(number) => number.clone().into(),
            Value::String(text) => text.clone().into(),
            Value::Array(items) => items.iter().map(Self::to_json).collect(),
            Value::Object(entries) => entries.iter().map(|(key, entry)| (key.clone(), entry.node.to_json())).collect(),
        }
    }

    /// The kind of value, for messages.
    pub fn describe(&self) -> &'static str {
        match self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "a list",
            Value::Object(_) => "a map",
        }
    }
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        match (&self.value, &other.value) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Number(a), Value::Number(b)) => a == b,
            (Value::String(a), Value::String(b)) => a == b,
            (Value::Array(a), Value::Array(b)) => a == b,
            (Value::Object(a), Value::Object(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|((a, one), (b, other))| a == b && one.node == other.node)
            }
            _ => false,
        }
    }
}

impl Eq for Node {}

impl Hash for Node {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(&self.value).hash(state);
        match &self.value {
            Value::Null => {}
            Value::Bool(flag) => flag.hash(state),
            Value::Number(number) => number.hash(state),
            Value::String(text) => text.hash(state),
            Value::Array(items) => items.hash(state),
            Value::Object(entries) => {
                entries.len().hash(state);
                for (key, entry) in entries {
                    (key, &entry.node).hash(state);
                }
            }
        }
    }
}

impl Entry {
    /// A member whose key is at `key`.
    pub fn new(key: Location, node: Node) -> Self {
        Self { key, node }
    }

    /// The place for diagnostics: the value if it is a scalar, else the key.
    pub fn place(&self) -> &Location {
        if self.node.is_scalar() && !self.node.location.text().is_empty() { &self.node.location } else { &self.key }
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        Self::Number(number)
    }
}

impl From<Vec<Node>> for Value {
    fn from(items: Vec<Node>) -> Self {
        Self::Array(items)
    }
}

impl From<Entries> for Value {
    fn from(entries: Entries) -> Self {
        Self::Object(entries)
    }
}
