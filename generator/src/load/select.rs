//! Applies choices to a document: adds the extensions of operations that can't be edited, and leaves operations out.

use glob::Pattern;
use indexmap::IndexSet;

use super::{Entry, Node, envelope::operations, report::Reporter, report::nearest, sent};
use crate::choices::{Choices, Given, Selection};

/// Number of names that a message lists.
const LISTED: usize = 12;

/// An operation, as choices name it.
struct Named {
    path: String,
    method: String,
    id: String,
    address: String,
    tags: Vec<String>,
}

impl Named {
    fn is(&self, name: &str) -> bool {
        self.id == name || self.address.eq_ignore_ascii_case(name)
    }
}

pub(super) fn apply(root: &mut Node, choices: &Choices, reporter: &mut Reporter<'_>) {
    let all = named(root);
    extend(root, &all, choices, reporter);
    let (include, exclude) =
        (Matcher::new(&choices.include, &all, reporter), Matcher::new(&choices.exclude, &all, reporter));
    let is_kept = |operation: &Named| {
        !choices.types_only && (choices.include.is_empty() || include.matches(operation)) && !exclude.matches(operation)
    };
    let left_out: Vec<&Named> = all.iter().filter(|operation| !is_kept(operation)).collect();
    if left_out.is_empty() {
        return;
    }
    let Some(paths) = root.get_mut("paths").and_then(Node::as_object_mut) else { return };
    for operation in left_out {
        let Some(item) = paths.get_mut(&operation.path) else { continue };
        let Some(members) = item.node.as_object_mut() else { continue };
        members.shift_remove(&operation.method);
        let additional = members.get_mut("additionalOperations").and_then(|entry| entry.node.as_object_mut());
        if let Some(additional) = additional {
            additional.shift_remove(&operation.method);
        }
        if operations(&item.node).next().is_none() {
            paths.shift_remove(&operation.path);
        }
    }
    if choices.types_only
        && let Some(members) = root.as_object_mut()
    {
        members.shift_remove("webhooks");
    }
}

fn named(root: &Node) -> Vec<Named> {
    let paths = root.get("paths").into_iter().flat_map(Node::entries);
    let all = paths.flat_map(|(path, item)| operations(&item.node).map(move |(method, entry)| (path, method, entry)));
    let named = all.map(|(path, method, entry)| Named {
        path: path.to_owned(),
        method: method.to_owned(),
        id: entry.node.get("operationId").and_then(Node::as_str).unwrap_or_default().to_owned(),
        address: format!("{} {path}", sent(method)),
        tags: entry
            .node
            .get("tags")
            .into_iter()
            .flat_map(Node::items)
            .filter_map(Node::as_str)
            .map(str::to_owned)
            .collect(),
    });
    named.collect()
}

/// Adds the extensions chosen for operations, and the kinds of jobs.
fn extend(root: &mut Node, all: &[Named], choices: &Choices, reporter: &mut Reporter<'_>) {
    for (name, of) in &choices.operations {
        let Some(found) = all.iter().find(|operation| operation.is(&name.value)) else {
            let ids = all.iter().map(|operation| operation.id.as_str()).chain(all.iter().map(|it| it.address.as_str()));
            unknown(reporter, name, "operation", ids);
            continue;
        };
        let path = root.get_mut("paths").and_then(|paths| paths.get_mut(&found.path));
        let Some(item) = path else { continue };
        let operation = match item.get(&found.method).is_some() {
            true => item.get_mut(&found.method),
            false => item.get_mut("additionalOperations").and_then(|more| more.get_mut(&found.method)),
        };
        let Some(members) = operation.and_then(Node::as_object_mut) else { continue };
        for (key, value) in [("x-pagination", &of.paging), ("x-job", &of.job)] {
            if let Some(value) = value {
                members.insert(key.to_owned(), Entry::new(value.location.clone(), value.clone()));
            }
        }
    }
    if let (Some(jobs), Some(members)) = (&choices.jobs, root.as_object_mut()) {
        members.insert("x-jobs".to_owned(), Entry::new(jobs.location.clone(), jobs.clone()));
    }
}

/// The patterns of a selection.
struct Matcher<'c> {
    tags: Vec<&'c str>,
    patterns: Vec<Pattern>,
}

impl<'c> Matcher<'c> {
    /// Reports tags and patterns that match no operation.
    fn new(selection: &'c Selection, all: &[Named], reporter: &mut Reporter<'_>) -> Self {
        for tag in &selection.tags {
            if !all.iter().any(|operation| operation.tags.contains(&tag.value)) {
                unknown(reporter, tag, "tag", all.iter().flat_map(|it| &it.tags).map(String::as_str));
            }
        }
        let mut patterns = Vec::new();
        for given in &selection.operations {
            // Braces and brackets of a path are no wildcards.
            let escaped = given.value.replace('[', "[[]");
            match Pattern::new(&escaped) {
                Ok(pattern) => {
                    if !all.iter().any(|operation| matches(&pattern, operation)) {
                        unknown(reporter, given, "operation", all.iter().map(|it| it.id.as_str()));
                    }
                    patterns.push(pattern);
                }
                Err(error) => {
                    let message = format!("`{}` is not a pattern: {error}", given.value);
                    reporter.push(given.error("pattern", message).help("write it as in `list*` or `GET /pets/*`"));
                }
            }
        }
        Self { tags: selection.tags.iter().map(|tag| tag.value.as_str()).collect(), patterns }
    }

    fn matches(&self, operation: &Named) -> bool {
        operation.tags.iter().any(|tag| self.tags.contains(&tag.as_str()))
            || self.patterns.iter().any(|pattern| matches(pattern, operation))
    }
}

fn matches(pattern: &Pattern, operation: &Named) -> bool {
    pattern.matches(&operation.id) || pattern.matches(&operation.address)
}

fn unknown<'n>(
    reporter: &mut Reporter<'_>,
    given: &Given<String>,
    kind: &str,
    known: impl Iterator<Item = &'n str> + Clone,
) {
    let names: IndexSet<&str> = known.clone().filter(|name| !name.is_empty()).collect();
    let diagnostic = given.error("no-match", format!("no {kind} of the document matches `{}`", given.value));
    reporter.push(match nearest(&given.value, known) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None if names.is_empty() => diagnostic.help(format!("the document has no {kind}s; remove it")),
        None => {
            let listed: Vec<&str> = names.iter().copied().take(LISTED).collect();
            let more = match names.len() - listed.len() {
                0 => String::new(),
                more => format!(", and {more} more"),
            };
            diagnostic.help(format!("the {kind}s are `{}`{more}", listed.join("`, `")))
        }
    });
}
