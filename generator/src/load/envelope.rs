//! Everything around the schemas, in `openapiv3`'s types: operations, parameters, bodies, responses, security, servers.

use indexmap::IndexMap;
use openapiv3::{OpenAPI, Operation, Parameter, ReferenceOr};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

use super::{
    Entry, Node, Value,
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
    serde_path_to_error::deserialize(json(node, Shape::Object(kind)))
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

/// A tree without places, and without parts that are read from the tree itself or not needed by clients.
fn json(node: &Node, shape: Shape) -> Json {
    match (&node.value, shape) {
        (_, Shape::Object(Kind::Schema | Kind::Callback) | Shape::SchemaOrFlag) => Json::Object(Map::new()),
        (_, Shape::Any) => node.to_json(),
        (Value::Object(entries), Shape::Object(Kind::Parameter)) => {
            let known = entries.iter().filter(|(key, entry)| !(*key == "style" && entry.node.as_str() == Some(COOKIE)));
            known.map(|(key, entry)| (key.clone(), parameter(key, &entry.node, shape.member(key)))).collect()
        }
        (Value::Object(entries), _) => {
            let of_schemas =
                |key: &str| shape == Shape::Object(Kind::Components) && matches!(key, "schemas" | "callbacks");
            let kept = entries.iter().filter(|(key, _)| !of_schemas(key));
            kept.map(|(key, entry)| (key.clone(), json(&entry.node, shape.member(key)))).collect()
        }
        (Value::Array(items), Shape::List(inner)) => items.iter().map(|item| json(item, *inner)).collect(),
        _ => node.to_json(),
    }
}

/// Replacements for a parameter location and a cookie style that `openapiv3` doesn't have.
const QUERY_STRING: &str = "querystring";
const COOKIE: &str = "cookie";

/// A field of a parameter. One that is the whole query counts as a query parameter; [`Part::is_query_string`]
/// distinguishes them.
fn parameter(key: &str, node: &Node, shape: Shape) -> Json {
    match (key, node.as_str()) {
        ("in", Some(QUERY_STRING)) => "query".into(),
        _ => json(node, shape),
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
