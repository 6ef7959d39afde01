//! Everything around the schemas, in `openapiv3`'s types: operations, parameters, bodies, responses, security, servers.

use indexmap::IndexMap;
use openapiv3::{OpenAPI, Operation, Parameter, ReferenceOr};
use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::{
    Entries, Entry, Node, Value,
    grammar::{Kind, Shape},
    report::Reporter,
    schema::Sub,
};
use crate::diagnostic::{Diagnostic, Location};

/// Operations by path for which `openapiv3` has no field, each with its HTTP method.
pub(crate) type Further = IndexMap<String, Vec<(String, Operation)>>;

/// The document in `openapiv3`'s types, with empty schemas: those are read from the tree, which has their places.
/// `check` has ensured that the rest fits.
pub(super) fn envelope(root: &Node, reporter: &mut Reporter<'_>) -> Option<(OpenAPI, Further)> {
    let api = read(root, Kind::Document, reporter)?;
    let mut further = Further::new();
    for (path, item) in root.get("paths").into_iter().flat_map(Node::entries) {
        for (method, entry) in operations(&item.node).filter(|(method, _)| !KNOWN.contains(method)) {
            let operation = read(&entry.node, Kind::Operation, reporter)?;
            further.entry(path.to_owned()).or_default().push((sent(method), operation));
        }
    }
    Some((api, further))
}

/// An object in one of `openapiv3`'s types.
fn read<T: DeserializeOwned>(node: &Node, kind: Kind, reporter: &mut Reporter<'_>) -> Option<T> {
    let data = Data::Tree(node, Shape::Object(kind));
    // To keep track of paths costs as much as the rest, and almost every document fits.
    if let Ok(read) = T::deserialize(data) {
        return Some(read);
    }
    serde_path_to_error::deserialize(data)
        .map_err(|error: serde_path_to_error::Error<serde_json::Error>| {
            let path = error.path().to_string();
            let tokens = path.split(['.', '[', ']']).filter(|token| !token.is_empty());
            let node = tokens.fold(node, |node, token| node.child(token).unwrap_or(node));
            let message = format!("`{path}` is not valid OpenAPI 3.0: {}", error.inner());
            reporter.push(Diagnostic::error("does-not-fit", message).at(node.location.clone()));
        })
        .ok()
}

/// The methods for which `openapiv3` has fields.
const KNOWN: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// The operations of a path item by key: methods, and those of `additionalOperations` as they are sent.
pub(crate) fn operations(item: &Node) -> impl Iterator<Item = (&str, &Entry)> {
    let additional = item.get("additionalOperations").into_iter().flat_map(Node::entries);
    item.entries().filter(|(key, _)| is_method(key)).chain(additional)
}

/// Whether a key of a path item is a method.
pub(super) fn is_method(key: &str) -> bool {
    Kind::PathItem.field(key).is_some_and(|field| field.shape == Shape::Object(Kind::Operation))
}

/// The HTTP method for the key of an operation.
pub(crate) fn sent(method: &str) -> String {
    if is_method(method) { method.to_ascii_uppercase() } else { method.to_owned() }
}

/// Replacements for a parameter location and a cookie style that `openapiv3` doesn't have. One that is the whole query
/// counts as a query parameter; [`Part::is_query_string`] distinguishes them.
const QUERY_STRING: &str = "querystring";
const COOKIE: &str = "cookie";

/// A tree as serde's data, without places and without parts that are read from the tree itself.
#[derive(Clone, Copy)]
enum Data<'a> {
    Tree(&'a Node, Shape),
    Text(&'static str),
}

impl<'a> Data<'a> {
    /// The members of a map that `openapiv3` needs.
    fn members(entries: &'a Entries, shape: Shape) -> impl Iterator<Item = (&'a str, Self)> {
        entries.iter().filter_map(move |(key, entry)| {
            let (kind, text) = (shape.kind(), entry.node.as_str());
            match (kind, key.as_str()) {
                (Some(Kind::Components), "schemas" | "callbacks" | "examples") => None,
                (Some(Kind::Parameter | Kind::MediaType | Kind::Header), "example" | "examples") => None,
                (Some(Kind::Parameter), "style") if text == Some(COOKIE) => None,
                (Some(Kind::Parameter), "in") if text == Some(QUERY_STRING) => Some((key, Self::Text("query"))),
                (_, name) => Some((key, Self::Tree(&entry.node, shape.member(name)))),
            }
            .map(|(key, data): (&String, Self)| (key.as_str(), data))
        })
    }
}

impl<'de> Deserializer<'de> for Data<'de> {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        let (node, shape) = match self {
            Self::Tree(node, shape) => (node, shape),
            Self::Text(text) => return visitor.visit_borrowed_str(text),
        };
        if matches!(shape, Shape::Object(Kind::Schema | Kind::Callback) | Shape::SchemaOrFlag) {
            return visitor.visit_map(MapDeserializer::new(std::iter::empty::<(&str, Self)>()));
        }
        match &node.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(flag) => visitor.visit_bool(*flag),
            Value::Number(number) => number.deserialize_any(visitor),
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(items) => {
                let inner = if let Shape::List(inner) = shape { *inner } else { Shape::Any };
                visitor.visit_seq(SeqDeserializer::new(items.iter().map(|item| Self::Tree(item, inner))))
            }
            Value::Object(entries) => visitor.visit_map(MapDeserializer::new(Self::members(entries, shape))),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self {
            Self::Tree(Node { value: Value::Null, .. }, _) => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        match self {
            Self::Tree(Node { value: Value::String(text), .. }, _) => {
                visitor.visit_enum(text.as_str().into_deserializer())
            }
            Self::Text(text) => visitor.visit_enum(text.into_deserializer()),
            Self::Tree(node, _) => node.to_json().deserialize_enum(name, variants, visitor),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, serde_json::Error> for Data<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// A part of the envelope, with its tree.
#[derive(Debug)]
pub struct Part<'a, T> {
    /// The part in `openapiv3`'s types.
    pub item: &'a T,
    /// Its tree.
    pub node: &'a Node,
    /// The place for diagnostics.
    pub at: &'a Location,
}

impl<T> Clone for Part<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Part<'_, T> {}

impl<'a, T> Part<'a, T> {
    /// A part under a key.
    pub fn of(item: &'a T, entry: &'a Entry) -> Self {
        Self { item, node: &entry.node, at: &entry.key }
    }

    /// The member of the part's tree.
    pub fn entry(&self, key: &str) -> Option<&'a Entry> {
        self.node.as_object()?.get(key)
    }

    /// The place of a member; the part's own if there is no such member.
    pub fn place(&self, key: &str) -> &'a Location {
        self.entry(key).map_or(self.at, |entry| &entry.key)
    }

    /// The part's schema.
    pub fn schema(&self) -> Option<Sub<'a>> {
        self.entry("schema").map(Sub::of)
    }

    /// The schema of each item, for a media type whose body is a sequence of items.
    pub fn item_schema(&self) -> Option<Sub<'a>> {
        self.entry("itemSchema").map(Sub::of)
    }

    /// The items of a list under a key.
    pub fn list<U>(&self, key: &str, items: &'a [U]) -> impl Iterator<Item = Part<'a, U>> + use<'a, T, U> {
        let nodes = self.node.get(key).into_iter().flat_map(Node::items);
        items.iter().zip(nodes).map(|(item, node)| Part { item, node, at: &node.location })
    }

    /// The members of a map under a key.
    pub fn map<U>(
        &self,
        key: &str,
        items: &'a IndexMap<String, U>,
    ) -> impl Iterator<Item = (&'a str, Part<'a, U>)> + use<'a, T, U> {
        let nodes = self.node.get(key).and_then(Node::as_object);
        let part = move |(name, item): (&'a String, &'a U)| Some((name.as_str(), Part::of(item, nodes?.get(name)?)));
        items.iter().filter_map(part)
    }
}

impl Part<'_, Parameter> {
    /// Whether the parameter is the whole query (`in: querystring`), encoded by its `content`.
    pub fn is_query_string(&self) -> bool {
        self.node.get("in").and_then(Node::as_str) == Some(QUERY_STRING)
    }

    /// Whether the parameter is a cookie that is sent without percent-encoding (`style: cookie`).
    pub fn is_plain_cookie(&self) -> bool {
        self.node.get("style").and_then(Node::as_str) == Some(COOKIE)
    }
}

impl super::Loaded {
    /// Resolves a part or a reference to a component; fails with the place of a dangling reference.
    pub fn follow<'a, T>(
        &'a self,
        mut part: Part<'a, ReferenceOr<T>>,
        section: &str,
        components: impl Fn(&'a openapiv3::Components) -> &'a IndexMap<String, ReferenceOr<T>>,
    ) -> Result<Part<'a, T>, &'a Location> {
        // `load` has rejected circular references; this only bounds the loop.
        for _ in 0..16 {
            let reference = match part.item {
                ReferenceOr::Item(item) => return Ok(Part { item, node: part.node, at: part.at }),
                ReferenceOr::Reference { reference } => reference.rsplit('/').next().unwrap_or_default(),
            };
            let item = self.api.components.as_ref().and_then(|all| components(all).get(reference));
            let (Some(item), Some(entry)) = (item, self.component(section, reference)) else { break };
            part = Part::of(item, entry);
        }
        Err(part.place("$ref"))
    }
}
