//! What stands around the schemas, in `openapiv3`'s types: operations, parameters, bodies, responses, security, servers.

use indexmap::IndexMap;
use openapiv3::{OpenAPI, ReferenceOr};
use serde_json::{Map, Value as Json};

use super::{
    Entry, Node, Value,
    grammar::{Kind, Shape},
    report::Reporter,
    schema::Sub,
};
use crate::diagnostic::{Diagnostic, Location};

/// The document in `openapiv3`'s types. Its schemas are empty there: they are read from the tree, which keeps their places.
/// `check` has seen to it that the rest fits.
pub(super) fn envelope(root: &Node, reporter: &mut Reporter<'_>) -> Option<OpenAPI> {
    serde_path_to_error::deserialize(json(root, Shape::Object(Kind::Document)))
        .map_err(|error: serde_path_to_error::Error<serde_json::Error>| {
            let path = error.path().to_string();
            let tokens = path.split(['.', '[', ']']).filter(|token| !token.is_empty());
            let node = tokens.fold(root, |node, token| node.child(token).unwrap_or(node));
            let message = format!("`{path}` does not fit OpenAPI 3.0: {}", error.inner());
            reporter.push(Diagnostic::error("does-not-fit", message).at(node.location.clone()));
        })
        .ok()
}

/// A tree without places, and without what is read from the tree itself or no client needs.
fn json(node: &Node, shape: Shape) -> Json {
    match (&node.value, shape) {
        (_, Shape::Object(Kind::Schema | Kind::Callback) | Shape::SchemaOrFlag) => Json::Object(Map::new()),
        (_, Shape::Any) => node.to_json(),
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

/// A part of the envelope, with the tree that it was read from.
#[derive(Debug)]
pub struct Part<'a, T> {
    /// The part in `openapiv3`'s types.
    pub item: &'a T,
    /// Its tree.
    pub node: &'a Node,
    /// The place to point at.
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

    /// The place of a member; the part's own where it has none such.
    pub fn place(&self, key: &str) -> &'a Location {
        self.entry(key).map_or(self.at, |entry| &entry.key)
    }

    /// The part's schema.
    pub fn schema(&self) -> Option<Sub<'a>> {
        self.entry("schema").map(Sub::of)
    }

    /// The items of a list that the part has under a key.
    pub fn list<U>(&self, key: &str, items: &'a [U]) -> impl Iterator<Item = Part<'a, U>> + use<'a, T, U> {
        let nodes = self.node.get(key).into_iter().flat_map(Node::items);
        items.iter().zip(nodes).map(|(item, node)| Part { item, node, at: &node.location })
    }

    /// The members of a map that the part has under a key.
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

impl super::Loaded {
    /// What a part or a reference to a component of a section is in the end; else where the reference stands.
    pub fn follow<'a, T>(
        &'a self,
        mut part: Part<'a, ReferenceOr<T>>,
        section: &str,
        components: impl Fn(&'a openapiv3::Components) -> &'a IndexMap<String, ReferenceOr<T>>,
    ) -> Result<Part<'a, T>, &'a Location> {
        // `load` has refused references without end; this only bounds the loop.
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
