//! Shared components, tags and kinds of jobs that nothing refers to.

use std::collections::HashSet;

use super::walk::walk;
use crate::{
    diagnostic::{Diagnostic, Location},
    load::{Node, envelope::operations, grammar::Kind, report::Reporter},
};

pub(super) fn check(root: &Node, reporter: &mut Reporter<'_>) {
    let mut unused = |what: &str, at: &Location| {
        let warning = Diagnostic::warning("unused", format!("nothing refers to {what}")).at(at.clone());
        reporter.push(warning.help("remove it, or refer to it"));
    };
    let used = references(root);
    for (section, entries) in root.get("components").into_iter().flat_map(Node::entries) {
        for (name, entry) in entries.node.entries() {
            let is_internal = entry.node.get("x-internal").and_then(Node::as_bool) == Some(true);
            if !section.starts_with("x-") && !is_internal && !used.contains(&format!("#/components/{section}/{name}")) {
                unused(&format!("`{name}` in `{section}`"), &entry.key);
            }
        }
    }
    let operations = || {
        let items = root.get("paths").into_iter().flat_map(Node::entries);
        items.flat_map(|(_, item)| operations(&item.node)).map(|(_, operation)| &operation.node)
    };
    let tags: HashSet<&str> = operations()
        .flat_map(|operation| operation.get("tags").into_iter().flat_map(Node::items))
        .filter_map(Node::as_str)
        .collect();
    for name in root.get("tags").into_iter().flat_map(Node::items).filter_map(|tag| tag.get("name")) {
        if let Some(text) = name.as_str().filter(|name| !tags.contains(name)) {
            unused(&format!("the tag `{text}`"), &name.location);
        }
    }
    let kinds: HashSet<&str> =
        operations().filter_map(|operation| operation.get("x-job")?.get("kind")?.as_str()).collect();
    for (name, kind) in root.get("x-jobs").into_iter().flat_map(Node::entries) {
        if !kinds.contains(name) {
            unused(&format!("the kind of job `{name}`"), &kind.key);
        }
    }
}

/// All components that something refers to, by their pointer.
fn references(root: &Node) -> HashSet<String> {
    let mut found = HashSet::new();
    walk(root, &mut |visited| {
        found.extend(visited.node.get("$ref").and_then(Node::as_str).map(str::to_owned));
        if visited.kind == Kind::Discriminator {
            let mapped = visited.node.get("mapping").into_iter().flat_map(Node::entries);
            found.extend(mapped.filter_map(|(_, entry)| entry.node.as_str()).map(str::to_owned));
        }
    });
    let operations = root.get("paths").into_iter().flat_map(Node::entries).flat_map(|(_, item)| operations(&item.node));
    let required = operations.filter_map(|(_, operation)| operation.node.get("security")).chain(root.get("security"));
    for scheme in required.flat_map(Node::items).flat_map(Node::entries) {
        found.insert(format!("#/components/securitySchemes/{}", scheme.0));
    }
    found
}
