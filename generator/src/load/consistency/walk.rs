//! A walk over a document by its grammar, and the parts of a schema.

use crate::{
    diagnostic::Location,
    load::{
        Node, Value,
        grammar::{Kind, Shape},
    },
};

/// Who sends a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Request,
    Response,
    /// Not known: a shared schema.
    Either,
}

/// An object of the document.
pub(super) struct Visited<'a, 'w> {
    pub kind: Kind,
    pub node: &'a Node,
    /// Its place for diagnostics.
    pub at: &'a Location,
    /// The name of the parameter, header or property that it describes; that of the component otherwise. Empty for a
    /// part of an `allOf`.
    pub name: &'a str,
    pub direction: Direction,
    /// The objects around it, outermost first, and itself.
    pub around: &'w [&'a Node],
}

struct Walker<'a, 'v> {
    around: Vec<&'a Node>,
    visit: &'v mut dyn FnMut(&Visited<'a, '_>),
}

/// Where a walk is.
#[derive(Clone, Copy)]
struct Here<'a> {
    at: &'a Location,
    name: &'a str,
    direction: Direction,
}

/// Visits every object that the grammar knows.
pub(super) fn walk<'a>(root: &'a Node, visit: &mut dyn FnMut(&Visited<'a, '_>)) {
    let here = Here { at: &root.location, name: "", direction: Direction::Either };
    Walker { around: Vec::new(), visit }.node(root, Shape::Object(Kind::Document), here);
}

impl<'a> Walker<'a, '_> {
    fn node(&mut self, node: &'a Node, shape: Shape, here: Here<'a>) {
        match &node.value {
            Value::Array(items) => {
                let Shape::List(inner) = shape else { return };
                for item in items {
                    self.node(item, *inner, Here { at: &item.location, ..here });
                }
            }
            Value::Object(entries) => {
                if shape == Shape::Any {
                    return;
                }
                let kind = shape.kind();
                let here = match kind {
                    Some(kind) => self.inside(node, kind, here),
                    None => here,
                };
                for (key, entry) in entries {
                    let name = match key.as_str() {
                        _ if kind.is_none() => key,
                        // A part is none of its own.
                        "allOf" => "",
                        _ => here.name,
                    };
                    let direction = direction(key).unwrap_or(here.direction);
                    self.node(&entry.node, shape.member(key), Here { at: &entry.key, name, direction });
                }
                if kind.is_some() {
                    self.around.pop();
                }
            }
            _ => {}
        }
    }

    fn inside(&mut self, node: &'a Node, kind: Kind, here: Here<'a>) -> Here<'a> {
        let named = node.get("name").and_then(Node::as_str).filter(|_| kind == Kind::Parameter);
        let here = Here { name: named.unwrap_or(here.name), ..here };
        self.around.push(node);
        let Here { at, name, direction } = here;
        (self.visit)(&Visited { kind, node, at, name, direction, around: &self.around });
        here
    }
}

fn direction(key: &str) -> Option<Direction> {
    match key {
        "parameters" | "requestBody" | "requestBodies" => Some(Direction::Request),
        "responses" | "headers" => Some(Direction::Response),
        _ => None,
    }
}

/// The target of a `$ref`, or the node itself.
pub(super) fn target<'a>(root: &'a Node, node: &'a Node) -> &'a Node {
    let component = |text: &str| {
        let (section, name) = text.strip_prefix("#/components/")?.split_once('/')?;
        root.get("components")?.get(section)?.get(name)
    };
    let found = node.get("$ref").and_then(Node::as_str).and_then(component);
    found.unwrap_or(node)
}

/// A schema, with all that it refers to and all parts of its `allOf`.
pub(super) fn parts<'a>(root: &'a Node, schema: &'a Node) -> Vec<&'a Node> {
    let mut found: Vec<&'a Node> = Vec::new();
    let mut pending = vec![schema];
    while let Some(next) = pending.pop() {
        if found.iter().any(|known| std::ptr::eq(*known, next)) {
            continue;
        }
        found.push(next);
        let to = target(root, next);
        pending.extend((!std::ptr::eq(to, next)).then_some(to));
        pending.extend(next.get("allOf").into_iter().flat_map(Node::items));
    }
    found
}

/// A keyword of a schema that consists of parts.
pub(super) fn keyword<'a>(parts: &[&'a Node], key: &str) -> Option<&'a Node> {
    parts.iter().find_map(|part| part.get(key))
}

/// The type of a schema that consists of parts.
pub(super) fn type_of<'a>(parts: &[&'a Node]) -> Option<&'a str> {
    keyword(parts, "type")?.as_str()
}

/// A property of a schema that consists of parts.
pub(super) fn property<'a>(parts: &[&'a Node], name: &str) -> Option<&'a Node> {
    parts.iter().find_map(|part| part.get("properties")?.get(name))
}

/// The names of all properties of a schema that consists of parts.
pub(super) fn properties<'a>(parts: &[&'a Node]) -> impl Iterator<Item = &'a str> {
    parts.iter().flat_map(|part| part.get("properties").into_iter().flat_map(Node::entries)).map(|(name, _)| name)
}

/// Whether null is a value of a schema that consists of parts: in OpenAPI 3.0 each part that has a type decides.
pub(super) fn is_nullable(parts: &[&Node]) -> bool {
    let flags = || parts.iter().filter(|part| part.get("type").is_some()).map(|part| part.get("nullable"));
    flags().next().is_some() && flags().all(|flag| flag.and_then(Node::as_bool) == Some(true))
}
