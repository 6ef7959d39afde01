//! Consistency across the document: operation names, path parameters, and references by name.

use std::collections::{HashMap, HashSet};

use super::insert;
use crate::{
    diagnostic::{Diagnostic, Location},
    load::{
        Entries, Entry, Node,
        envelope::{is_method, operations, sent},
        report::{Reporter, nearest},
    },
};

/// Name and location (`in`) of a parameter.
type Parameter = (String, String);

pub(super) fn check(root: &mut Node, reporter: &mut Reporter<'_>) {
    let shared = shared_parameters(root);
    let mut ids: HashMap<String, Location> = HashMap::new();
    if let Some(paths) = root.get_mut("paths").and_then(Node::as_object_mut) {
        for (path, entry) in paths.iter_mut().filter(|(path, _)| path.starts_with('/')) {
            let Some(item) = entry.node.as_object_mut() else { continue };
            let common = match item.get_mut("parameters") {
                Some(list) => parameters(&mut list.node, path, &shared, reporter),
                None => HashSet::new(),
            };
            for (method, operation) in operations_mut(item) {
                let call = format!("{} {path}", sent(method));
                self::operation(operation, &call, path, &common, &shared, reporter);
                operation_id(operation, &mut ids, reporter);
            }
        }
    }
    named(root, &ids, reporter);
    tags(root, reporter);
}

/// Undeclared tags are allowed; one that almost equals a declared tag is probably a typo.
fn tags(root: &Node, reporter: &mut Reporter<'_>) {
    let declared = root.get("tags").into_iter().flat_map(Node::items);
    let declared: Vec<&str> = declared.filter_map(|tag| tag.get("name")?.as_str()).collect();
    let is_slip = |name: &str, near: &str| strsim::osa_distance(&name.to_lowercase(), &near.to_lowercase()) <= 2;
    let mut seen: HashSet<&str> = declared.iter().copied().collect();
    let items = root.get("paths").into_iter().flat_map(Node::entries);
    let operations = items.flat_map(|(_, item)| operations(&item.node));
    for tag in operations.flat_map(|(_, operation)| operation.node.get("tags").into_iter().flat_map(Node::items)) {
        let Some(name) = tag.as_str().filter(|name| !declared.is_empty() && seen.insert(*name)) else { continue };
        // `v1` and `v2` are different tags.
        let letters = |name: &str| name.chars().filter(|c| !c.is_numeric()).collect::<String>();
        let own = letters(name);
        let near = nearest(name, declared.iter().copied());
        if let Some(near) = near.filter(|near| own.chars().count() > 3 && letters(near) != own && is_slip(name, near)) {
            let message = format!("the tag `{name}` is not declared");
            let fault = Diagnostic::error("unknown-tag", message).at(tag.location.clone());
            reporter.fault(fault.label("gets its own module").help(format!("did you mean `{near}`?")));
        }
    }
}

/// The operations of a path item, for changing.
fn operations_mut(item: &mut Entries) -> impl Iterator<Item = (&str, &mut Entry)> {
    item.iter_mut().flat_map(|(key, entry)| -> Box<dyn Iterator<Item = (&str, &mut Entry)>> {
        match key.as_str() {
            "additionalOperations" => {
                let entries = entry.node.as_object_mut().into_iter().flatten();
                Box::new(entries.map(|(method, entry)| (method.as_str(), entry)))
            }
            method => Box::new(is_method(method).then_some((method, entry)).into_iter()),
        }
    })
}

fn parameter(node: &Node) -> Option<Parameter> {
    let text = |key| node.get(key).and_then(Node::as_str).map(str::to_owned);
    Some((text("name")?, text("in")?))
}

/// The parameters under `components`, by their `$ref`.
fn shared_parameters(root: &Node) -> HashMap<String, Parameter> {
    let section = root.get("components").and_then(|components| components.get("parameters"));
    let entries = || section.into_iter().flat_map(Node::entries);
    let reference = |name: &str| format!("#/components/parameters/{name}");
    let mut shared: HashMap<String, Parameter> =
        entries().filter_map(|(name, entry)| Some((reference(name), parameter(&entry.node)?))).collect();
    // An alias leads to another parameter; `bundle` has followed the chain up to its last step.
    for (name, entry) in entries() {
        let to = entry.node.get("$ref").and_then(Node::as_str).and_then(|to| shared.get(to)).cloned();
        shared.extend(to.map(|parameter| (reference(name), parameter)));
    }
    shared
}

/// The parameters of a list; those that can't be sent are removed.
fn parameters(
    list: &mut Node,
    path: &str,
    shared: &HashMap<String, Parameter>,
    reporter: &mut Reporter<'_>,
) -> HashSet<Parameter> {
    let mut found: HashMap<Parameter, Location> = HashMap::new();
    let Some(items) = list.as_array_mut() else { return HashSet::new() };
    items.retain(|item| {
        let reference = item.get("$ref").and_then(Node::as_str);
        let Some(parameter) = reference.and_then(|to| shared.get(to)).cloned().or_else(|| parameter(item)) else {
            return true;
        };
        let place = ["name", "$ref"].iter().find_map(|key| item.get(key)).unwrap_or(item).location.clone();
        let (name, location) = &parameter;
        // Header names are case-insensitive.
        let sent = if location == "header" { name.to_ascii_lowercase() } else { name.clone() };
        let sent = (sent, location.clone());
        if let Some(first) = found.get(&sent) {
            let message = format!("the {location} parameter `{name}` is declared twice");
            let fault = Diagnostic::error("duplicate-parameter", message).at(place).label("left out");
            let fault = fault.leaves_out(item.location.clone());
            reporter.fault(fault.note(first.clone(), "first declaration"));
            return false;
        }
        if location == "path" && !placeholders(path).any(|placeholder| placeholder == name || bare(placeholder) == name)
        {
            let message = format!("the path parameter `{name}` is not in the path `{path}`");
            let fault = Diagnostic::error("unused-path-parameter", message).at(place).label("left out");
            let fault = fault.leaves_out(item.location.clone());
            let near = nearest(name, placeholders(path));
            reporter.fault(match near {
                Some(near) => fault.help(format!("did you mean `{near}`?")),
                None => fault.help(format!("write `{{{name}}}` in the path")),
            });
            return false;
        }
        found.insert(sent, place);
        true
    });
    found.into_keys().collect()
}

fn operation(
    operation: &mut Entry,
    call: &str,
    path: &str,
    common: &HashSet<Parameter>,
    shared: &HashMap<String, Parameter>,
    reporter: &mut Reporter<'_>,
) {
    let Some(fields) = operation.node.as_object_mut() else { return };
    let own = match fields.get_mut("parameters") {
        Some(list) => parameters(&mut list.node, path, shared, reporter),
        None => HashSet::new(),
    };
    let mut seen = HashSet::new();
    for placeholder in placeholders(path).filter(|name| seen.insert(*name)) {
        let declared = |name: &str| {
            let parameter = (name.to_owned(), "path".to_owned());
            own.contains(&parameter) || common.contains(&parameter)
        };
        if declared(placeholder) || declared(bare(placeholder)) {
            continue;
        }
        let message = format!("`{call}` does not declare its path parameter `{placeholder}`");
        let fault = Diagnostic::error("undeclared-path-parameter", message).at(operation.key.clone());
        let declared = own.iter().chain(common).filter(|(_, location)| location == "path");
        let help = match nearest(placeholder, declared.map(|(name, _)| name.as_str())) {
            Some(near) => format!("the operation declares `{near}`"),
            None => format!(
                "add `{{name: {placeholder}, in: path, required: true, schema: {{type: string}}}}` to its `parameters`"
            ),
        };
        reporter.fault(fault.label("assumed to be a string").help(help));
        declare(fields, placeholder, &operation.key);
    }
}

fn declare(fields: &mut Entries, name: &str, place: &Location) {
    let mut schema = Entries::default();
    insert(&mut schema, "type", "string", place);
    let mut parameter = Entries::default();
    insert(&mut parameter, "name", name, place);
    insert(&mut parameter, "in", "path", place);
    insert(&mut parameter, "required", true, place);
    insert(&mut parameter, "schema", schema, place);
    let parameter = Node::new(parameter, place.clone());
    match fields.get_mut("parameters").and_then(|list| list.node.as_array_mut()) {
        Some(list) => list.push(parameter),
        None => insert(fields, "parameters", vec![parameter], place),
    }
}

/// The name of a parameter written in another template language: `{path*}`, `{+path}`, `{path...}`, `{name=things/*}`,
/// `{id:[0-9]+}`.
pub(crate) fn bare(placeholder: &str) -> &str {
    let name = placeholder.trim_start_matches(['+', '#', '*']);
    let name = name.split(['=', ':', '*', '?']).next().unwrap_or_default();
    name.trim_end_matches('.').trim_end_matches('+')
}

/// The names in braces.
pub(crate) fn placeholders(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|part| Some(part.split_once('}')?.0))
}

fn operation_id(operation: &mut Entry, ids: &mut HashMap<String, Location>, reporter: &mut Reporter<'_>) {
    let Some(id) = operation.node.get("operationId") else { return };
    let (Some(name), place) = (id.as_str().map(str::to_owned), id.location.clone()) else { return };
    match ids.get(&name) {
        None => drop(ids.insert(name, place)),
        Some(first) => {
            let message = format!("two operations have the name `{name}`");
            let fault = Diagnostic::error("duplicate-operation-id", message).at(place).left_out();
            let fault = fault.label("named by its method and path").note(first.clone(), "first operation");
            reporter.fault(fault.help("change one `operationId`"));
            if let Some(fields) = operation.node.as_object_mut() {
                fields.shift_remove("operationId");
            }
        }
    }
}

/// Operations and kinds of jobs that extensions refer to must exist.
fn named(root: &Node, ids: &HashMap<String, Location>, reporter: &mut Reporter<'_>) {
    if !reporter.ours {
        return;
    }
    let mut check = |named: Option<&Node>, field: &str, what: &str, known: &mut dyn Iterator<Item = &str>| {
        let Some((name, at)) = named.and_then(|node| Some((node.as_str()?, &node.location))) else { return };
        let mut known: Vec<&str> = known.collect();
        known.sort_unstable();
        if !known.contains(&name) {
            let message = format!("`{field}` refers to {what} `{name}`, which does not exist");
            let mut fault = Diagnostic::error("unknown-reference", message).at(at.clone());
            fault.help = nearest(name, known).map(|near| format!("did you mean `{near}`?"));
            reporter.fault(fault);
        }
    };
    let kinds = || root.get("x-jobs").into_iter().flat_map(Node::entries);
    for (_, kind) in kinds() {
        check(kind.node.get("poll"), "poll", "the operation", &mut ids.keys().map(String::as_str));
    }
    let items = root.get("paths").into_iter().flat_map(Node::entries);
    let all: Vec<&Node> =
        items.flat_map(|(_, item)| operations(&item.node)).map(|(_, operation)| &operation.node).collect();
    let is_deprecated = |operation: &&Node| operation.get("deprecated").and_then(Node::as_bool) == Some(true);
    let named = |operation: &&Node| operation.get("operationId").and_then(Node::as_str).map(str::to_owned);
    let deprecated: HashSet<String> = all.iter().copied().filter(is_deprecated).filter_map(|it| named(&it)).collect();
    for operation in &all {
        let field = |extension, field| operation.get(extension).and_then(|node| node.get(field));
        check(field("x-job", "kind"), "x-job.kind", "the kind", &mut kinds().map(|(name, _)| name));
        let replacement = field("x-legacy", "replacement");
        check(replacement, "x-legacy.replacement", "the operation", &mut ids.keys().map(String::as_str));
    }
    for operation in all {
        legacy(operation, is_deprecated(&operation), &deprecated, reporter);
    }
}

/// A deprecated operation has `x-legacy`, and the reverse; its replacement is not deprecated itself.
fn legacy(operation: &Node, is_deprecated: bool, deprecated: &HashSet<String>, reporter: &mut Reporter<'_>) {
    let key = |key: &str| operation.as_object().and_then(|fields| fields.get(key)).map(|entry| entry.key.clone());
    let half = match (is_deprecated, key("x-legacy")) {
        (true, None) => Some((
            "x-legacy",
            key("deprecated"),
            "write `x-legacy: {replacement: <operationId>}` beside it, or `x-legacy: {}` if nothing replaces it",
        )),
        (false, Some(at)) => Some(("deprecated: true", Some(at), "write `deprecated: true` beside it")),
        _ => None,
    };
    if let Some((lacking, at, help)) = half {
        let message = format!(
            "a deprecated operation has both `deprecated: true` and `x-legacy`, but this one lacks `{lacking}`"
        );
        reporter.fault(Diagnostic::error("half-deprecated", message).at(at).help(help));
    }
    let replacement = operation.get("x-legacy").and_then(|legacy| legacy.get("replacement"));
    if let Some(node) = replacement.filter(|node| node.as_str().is_some_and(|name| deprecated.contains(name))) {
        let message = format!("the replacement `{}` is deprecated itself", node.as_str().unwrap_or_default());
        let fault = Diagnostic::error("deprecated-replacement", message).at(node.location.clone());
        reporter.fault(fault.help("name the operation that replaces both, or leave `replacement` out"));
    }
}
