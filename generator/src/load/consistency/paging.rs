//! Operations that look like lists in pages have `x-pagination`, or state there why not.

use super::{
    walk::{parts, properties, property, target, type_of, walk},
    words,
};
use crate::{
    diagnostic::Diagnostic,
    load::{Node, grammar::Kind, report::Reporter},
};

/// Names of parameters that select a page, as words.
const NAMES: [&[&str]; 26] = [
    &["limit"],
    &["offset"],
    &["page"],
    &["page", "no"],
    &["page", "num"],
    &["page", "number"],
    &["page", "index"],
    &["page", "size"],
    &["page", "token"],
    &["per", "page"],
    &["cur", "page"],
    &["current", "page"],
    &["next", "token"],
    &["continuation", "token"],
    &["max", "results"],
    &["max", "items"],
    &["max", "keys"],
    &["marker"],
    &["next", "marker"],
    &["page", "marker"],
    &["cursor"],
    &["next", "cursor"],
    &["line", "num"],
    &["start", "index"],
    &["start", "position"],
    &["skip"],
];

/// Levels of objects in which a response's list is looked for.
const DEPTH: usize = 3;

pub(super) fn check(root: &Node, reporter: &mut Reporter<'_>) {
    walk(root, &mut |visited| {
        if visited.kind != Kind::Operation || visited.node.get("x-pagination").is_some() {
            return;
        }
        let Some(name) = selector(root, visited.around).filter(|_| returns_list(root, visited.node)) else { return };
        let at = visited.node.get("operationId").map_or(visited.at, |id| &id.location);
        let message = format!("`{name}` looks like paging, but the operation has no `x-pagination`");
        let fault = Diagnostic::error("no-pagination", message).at(at.clone());
        reporter.fault(fault.help(
            "write `x-pagination: {style: .., request: {..}, response: {items: ..}}`, \
             or `x-pagination: {none: <why it returns no pages>}`",
        ));
    });
}

/// A parameter or field of the body that selects a page.
fn selector<'a>(root: &'a Node, around: &[&'a Node]) -> Option<&'a str> {
    let of = |node: &'a Node| node.get("parameters").into_iter().flat_map(Node::items);
    let parameters = around.iter().rev().take(2).flat_map(|node| of(node));
    let parameters = parameters.filter_map(|parameter| target(root, parameter).get("name")?.as_str());
    let body = around.last().and_then(|operation| operation.get("requestBody"));
    let media = body.and_then(|body| target(root, body).get("content")).into_iter().flat_map(Node::entries);
    let schemas = media.filter_map(|(_, media)| media.node.get("schema"));
    let fields = schemas.flat_map(|schema| properties(&parts(root, schema)).collect::<Vec<_>>());
    let pages = |name: &&str| {
        let words = words(name);
        NAMES.iter().any(|known| known.iter().eq(words.iter()))
    };
    parameters.chain(fields).find(pages)
}

/// Whether a success has a list of objects or values.
fn returns_list(root: &Node, operation: &Node) -> bool {
    let responses = operation.get("responses").into_iter().flat_map(Node::entries);
    let successes = responses.filter(|(status, _)| status.starts_with('2'));
    let media = successes
        .flat_map(|(_, response)| target(root, &response.node).get("content").into_iter().flat_map(Node::entries));
    media.filter_map(|(_, media)| media.node.get("schema")).any(|schema| has_list(root, schema, DEPTH))
}

fn has_list(root: &Node, schema: &Node, depth: usize) -> bool {
    let parts = parts(root, schema);
    let inner = |name| property(&parts, name).is_some_and(|schema| has_list(root, schema, depth - 1));
    type_of(&parts) == Some("array") || depth > 0 && properties(&parts).any(inner)
}
