//! The places of a spec's tree.

use std::collections::HashSet;

use yundb_generator::{
    diagnostic::Location,
    load::{Node, Value},
};

/// A value in the tree.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The way to it from the root.
    pub tokens: Vec<String>,
    /// The file that it is written in.
    pub file: String,
    /// Its line there.
    pub line: usize,
}

/// All values of a spec except those of errata.
pub(super) fn all(root: &Node) -> Vec<Place> {
    fn walk(node: &Node, tokens: &mut Vec<String>, places: &mut Vec<Place>) {
        places.push(Place {
            tokens: tokens.clone(),
            file: node.location.file().to_owned(),
            line: node.location.line(),
        });
        match &node.value {
            Value::Object(members) => {
                for (key, entry) in members.iter().filter(|(key, _)| *key != "x-errata") {
                    tokens.push(key.clone());
                    walk(&entry.node, tokens, places);
                    tokens.pop();
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    tokens.push(index.to_string());
                    walk(item, tokens, places);
                    tokens.pop();
                }
            }
            _ => {}
        }
    }
    let mut places = Vec::new();
    walk(root, &mut Vec::new(), &mut places);
    places
}

/// The files that the operations on a path or the type at a pointer use, and the components, by pointer; without those
/// of failures if so wanted, and of the parameters and fields at some places.
pub(super) fn used<'a>(
    root: &'a Node,
    path: &'a str,
    with_failures: bool,
    without: &HashSet<Location>,
) -> (HashSet<String>, HashSet<String>) {
    fn walk<'a>(
        root: &'a Node,
        node: &'a Node,
        without: &HashSet<Location>,
        seen: &mut HashSet<&'a str>,
        files: &mut HashSet<String>,
    ) {
        files.insert(node.location.file().to_owned());
        if let Some(pointer) = node.get("$ref").and_then(Node::as_str)
            && seen.insert(pointer)
            && let Some(target) = target(root, pointer)
        {
            walk(root, target, without, seen, files);
        }
        match &node.value {
            Value::Object(members) => {
                let members = members.values().filter(|entry| !without.contains(&entry.key));
                members.for_each(|entry| walk(root, &entry.node, without, seen, files));
            }
            Value::Array(items) => items.iter().for_each(|item| walk(root, item, without, seen, files)),
            _ => {}
        }
    }
    let (mut files, mut pointers): (HashSet<String>, HashSet<&'a str>) = (HashSet::new(), HashSet::new());
    if let Some(schema) = target(root, path) {
        pointers.insert(path);
        walk(root, schema, without, &mut pointers, &mut files);
    }
    if let Some(item) = root.get("paths").and_then(|paths| paths.get(path)) {
        for (_, operation) in item.entries() {
            for (key, part) in operation.node.entries() {
                for (status, response) in part.node.entries().filter(|_| key == "responses") {
                    if with_failures || status.starts_with('2') {
                        walk(root, &response.node, without, &mut pointers, &mut files);
                    }
                }
                if key != "responses" {
                    walk(root, &part.node, without, &mut pointers, &mut files);
                }
            }
            files.insert(operation.node.location.file().to_owned());
        }
        for (_, common) in item.entries().filter(|(key, _)| *key == "parameters") {
            walk(root, &common.node, without, &mut pointers, &mut files);
        }
    }
    (files, pointers.into_iter().map(str::to_owned).collect())
}

/// Whether a place is in a component that nothing refers to.
pub(super) fn is_unused(place: &Place, pointers: &HashSet<String>) -> bool {
    match place.tokens.as_slice() {
        [components, section, name, ..] if components == "components" && section != "securitySchemes" => {
            !pointers.contains(&format!("#/{components}/{section}/{name}"))
        }
        _ => false,
    }
}

/// The parameters, properties and samples that a place is in, from the outermost, each with its name.
pub(super) fn owners<'a>(root: &'a Node, tokens: &'a [String]) -> impl Iterator<Item = (&'a str, &'a Node)> {
    (1..=tokens.len()).filter_map(move |end| {
        let node = node(root, &tokens[..end])?;
        let before = end.checked_sub(2).map_or("", |at| tokens[at].as_str());
        match node.get("in").and(node.get("name")).and_then(Node::as_str) {
            Some(name) => Some((name, node)),
            None => matches!(before, "properties" | "examples").then(|| (tokens[end - 1].as_str(), node)),
        }
    })
}

/// The values that a place is in, from the outermost on.
pub(super) fn around<'a>(root: &'a Node, tokens: &'a [String]) -> impl Iterator<Item = &'a Node> {
    (1..=tokens.len()).filter_map(move |end| node(root, &tokens[..end]))
}

/// The places of the keys that a value is under.
pub(super) fn keys<'a>(root: &'a Node, tokens: &'a [String]) -> impl Iterator<Item = &'a Location> {
    (1..=tokens.len()).filter_map(move |end| {
        let (last, parents) = tokens[..end].split_last()?;
        Some(&node(root, parents)?.as_object()?.get(last)?.key)
    })
}

pub(super) fn target<'a>(root: &'a Node, pointer: &str) -> Option<&'a Node> {
    pointer.strip_prefix("#/")?.split('/').try_fold(root, |node, token| node.child(token))
}

/// The value at a place.
pub(super) fn node<'a>(root: &'a Node, tokens: &[String]) -> Option<&'a Node> {
    tokens.iter().try_fold(root, |node, token| node.child(token))
}

/// The value at a place, for changing.
pub(super) fn node_mut<'a>(root: &'a mut Node, tokens: &[String]) -> Option<&'a mut Node> {
    tokens.iter().try_fold(root, |node, token| match &mut node.value {
        Value::Object(members) => Some(&mut members.get_mut(token)?.node),
        Value::Array(items) => items.get_mut(token.parse::<usize>().ok()?),
        _ => None,
    })
}
