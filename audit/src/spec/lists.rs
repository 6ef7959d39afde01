//! Facts of a spec apart from its operations: hosts, error codes, lists of states.

use yundb_generator::load::{Node, Value};

use super::{errata::scalar, schema::Refs, text};
use crate::fact::{Endpoint, ErrorCode, States};

/// The schema that lists error codes, where it does not have their status.
pub(super) const ERROR_CODE: &str = "ErrorCode";

/// The hosts of the servers.
pub(super) fn endpoints(refs: &Refs<'_>) -> Vec<Endpoint> {
    let servers = refs.root.get("servers").into_iter().flat_map(Node::items);
    let endpoint = |server: &Node| {
        let entry = server.as_object()?.get("url")?;
        let region = text(Some(server), "x-region");
        Some(Endpoint {
            region: Some(region).filter(|region| !region.is_empty()),
            host: host(entry.node.as_str()?).to_owned(),
            printed: None,
            at: entry.place().clone(),
            errata: refs.errata.at(server).to_vec(),
        })
    };
    servers.filter_map(endpoint).collect()
}

/// The host of a URL.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split('/').next().unwrap_or_default()
}

/// The error codes, each with its status.
pub(super) fn codes(refs: &Refs<'_>) -> Vec<ErrorCode> {
    let mut codes: Vec<ErrorCode> = Vec::new();
    for Enum { name, node, values } in enums(refs.root) {
        let statuses = node.get("x-enumStatus");
        if statuses.is_none() && name != ERROR_CODE {
            continue;
        }
        for value in values.items() {
            let code = scalar(value);
            let status = statuses.and_then(|statuses| statuses.get(&code)).and_then(|it| scalar(it).parse().ok());
            if !codes.iter().any(|known| known.code == code && known.status == status) {
                let (at, errata) = (value.location.clone(), refs.errata.at(node).to_vec());
                codes.push(ErrorCode { code, printed: None, status, at, errata });
            }
        }
    }
    codes
}

/// Every list of strings that a field may have: each may be a list that the document has apart from its fields.
pub(super) fn states(refs: &Refs<'_>) -> Vec<States> {
    let mut states: Vec<States> = Vec::new();
    for Enum { name, node, values } in enums(refs.root) {
        let texts: Vec<String> = values.items().filter_map(Node::as_str).map(str::to_owned).collect();
        let at = node.location.clone();
        if texts.is_empty() || states.iter().any(|known| known.at == at) {
            continue;
        }
        states.push(States { name, values: texts, at, errata: refs.errata.at(node).to_vec() });
    }
    states
}

/// A schema with a list of values.
struct Enum<'a> {
    /// Its title, the name of its component or property, or its place.
    name: String,
    node: &'a Node,
    values: &'a Node,
}

/// All enums of a document, in its order.
fn enums(root: &Node) -> Vec<Enum<'_>> {
    let mut found = Vec::new();
    for part in ["components", "paths"] {
        if let Some(node) = root.get(part) {
            walk(node, &mut vec!["#", part], &mut found);
        }
    }
    found
}

fn walk<'a>(node: &'a Node, path: &mut Vec<&'a str>, found: &mut Vec<Enum<'a>>) {
    match &node.value {
        Value::Object(members) => {
            if let Some(values) = node.get("enum").filter(|values| values.as_array().is_some()) {
                found.push(Enum { name: name(node, path), node, values });
            }
            for (key, entry) in members {
                path.push(key);
                walk(&entry.node, path, found);
                path.pop();
            }
        }
        Value::Array(items) => items.iter().for_each(|item| walk(item, path, found)),
        _ => {}
    }
}

fn name(node: &Node, path: &[&str]) -> String {
    let title = text(Some(node), "title");
    match path {
        _ if !title.is_empty() => title,
        [.., "schemas" | "properties", name] => (*name).to_owned(),
        _ => path.join("/"),
    }
}
