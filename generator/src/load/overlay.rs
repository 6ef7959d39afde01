//! Applies OpenAPI Overlays 1.0 and 1.1 to a document, before its references are resolved. What an overlay adds keeps its
//! place there, so that diagnostics name the overlay.

use std::path::PathBuf;

use serde_json_path::{JsonPath, NormalizedPath, PathElement};

use super::{Entry, Node, Value, file, report::Reporter, report::nearest};
use crate::choices::Given;
use crate::diagnostic::{Diagnostic, Location};

/// Applies overlays in their order.
pub(super) fn apply(root: &mut Node, overlays: &[Given<PathBuf>], reporter: &mut Reporter<'_>) {
    for overlay in overlays {
        let name = overlay.value.to_string_lossy().replace('\\', "/");
        let file = match file::read(&overlay.value, &name) {
            Ok(file) => file,
            Err(found) => {
                for diagnostic in found {
                    let at = diagnostic.location.clone().or(overlay.at.clone());
                    reporter.push(diagnostic.at(at));
                }
                continue;
            }
        };
        file.duplicates.into_iter().for_each(|duplicate| reporter.duplicate(duplicate));
        if let Err(why) = one(root, &file.root, reporter) {
            reporter.push(*why);
        }
    }
}

type Outcome<T> = Result<T, Box<Diagnostic>>;

fn fault(message: impl Into<String>, at: &Location, help: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::error("overlay", message).at(at.clone()).help(help))
}

fn one(root: &mut Node, overlay: &Node, reporter: &mut Reporter<'_>) -> Outcome<()> {
    let version = overlay.get("overlay");
    if !version.and_then(Node::as_str).is_some_and(|version| version.starts_with("1.0") || version.starts_with("1.1")) {
        let at = version.map_or(&overlay.location, |version| &version.location);
        return Err(fault("this is not an Overlay of version 1.0 or 1.1", at, "begin it with `overlay: 1.1.0`"));
    }
    unknown(overlay, &["overlay", "info", "extends", "actions"], reporter);
    let Some(actions) = overlay.get("actions").and_then(Node::as_array) else {
        return Err(fault("the overlay has no list of `actions`", &overlay.location, "add `actions` with a list"));
    };
    for action in actions {
        unknown(action, &["target", "description", "update", "copy", "remove"], reporter);
        if let Err(why) = act(root, action, reporter) {
            reporter.push(*why);
        }
    }
    Ok(())
}

fn unknown(node: &Node, known: &[&str], reporter: &mut Reporter<'_>) {
    for (key, entry) in node.entries().filter(|(key, _)| !known.contains(key) && !key.starts_with("x-")) {
        let near = nearest(key, known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
        let help = near.unwrap_or_else(|| format!("the keys here are {}", known.join(", ")));
        let message = format!("an overlay has no `{key}` here");
        reporter.push(Diagnostic::error("overlay", message).at(entry.key.clone()).help(help));
    }
}

fn act(root: &mut Node, action: &Node, reporter: &mut Reporter<'_>) -> Outcome<()> {
    let Some(target) = action.get("target") else {
        return Err(fault("the action has no `target`", &action.location, "add a JSONPath such as `$.info`"));
    };
    let mut places = select(root, target)?;
    if places.is_empty() {
        let message = format!("`{}` selects nothing", target.as_str().unwrap_or_default());
        let help = "correct the path, or remove the action";
        reporter.push(Diagnostic::warning("overlay", message).at(target.location.clone()).help(help));
    }
    if action.get("remove").and_then(Node::as_bool) == Some(true) {
        // From the back, so that the remaining positions in lists stay valid.
        places.sort();
        for place in places.iter().rev() {
            let Some((last, outer)) = place.split_last() else {
                return Err(fault("the whole document cannot be removed", &target.location, "select a part of it"));
            };
            match (find(root, outer).map(|node| &mut node.value), last) {
                (Some(Value::Object(entries)), Step::Key(key)) => drop(entries.shift_remove(key)),
                (Some(Value::Array(items)), Step::Index(index)) if *index < items.len() => drop(items.remove(*index)),
                _ => {}
            }
        }
        return Ok(());
    }
    let copied = action.get("copy").map(|from| {
        let places = select(root, from)?;
        match places.as_slice() {
            [place] => Ok(find(root, place).cloned()),
            places => {
                let message = format!("`{}` selects {} places", from.as_str().unwrap_or_default(), places.len());
                Err(fault(message, &from.location, "select exactly one"))
            }
        }
    });
    let update = match copied.transpose()?.flatten() {
        Some(copied) => copied,
        None => match action.get("update") {
            Some(update) => update.clone(),
            None => {
                let help = "add `update`, `copy` or `remove: true`";
                return Err(fault("the action changes nothing", &action.location, help));
            }
        },
    };
    for place in places {
        if let Some(node) = find(root, &place) {
            merge(node, &update)?;
        }
    }
    Ok(())
}

/// A step of a path into a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Key(String),
    Index(usize),
}

/// The places that a JSONPath selects, without repetitions.
fn select(root: &Node, path: &Node) -> Outcome<Vec<Vec<Step>>> {
    let Some(text) = path.as_str() else {
        return Err(fault("a JSONPath is a text", &path.location, "write it as in `$.info`"));
    };
    let parsed = JsonPath::parse(text).map_err(|error| {
        let message = format!("`{text}` is not a JSONPath: {error}");
        fault(message, &path.location, "write it as in RFC 9535: `$.paths['/pets'].get`")
    })?;
    let value = root.to_json();
    let steps = |path: &NormalizedPath<'_>| {
        let step = |element: &PathElement<'_>| match element {
            PathElement::Name(name) => Step::Key((*name).to_owned()),
            PathElement::Index(index) => Step::Index(*index),
        };
        path.iter().map(step).collect()
    };
    Ok(parsed.query_located(&value).dedup().locations().map(steps).collect())
}

fn find<'n>(root: &'n mut Node, path: &[Step]) -> Option<&'n mut Node> {
    path.iter().try_fold(root, |node, step| match step {
        Step::Key(key) => node.get_mut(key),
        Step::Index(index) => node.as_array_mut()?.get_mut(*index),
    })
}

/// Maps are merged key by key, lists grow, and anything else is replaced.
fn merge(node: &mut Node, update: &Node) -> Outcome<()> {
    let (kind, is_scalar) = (node.describe(), node.is_scalar());
    match (&mut node.value, &update.value) {
        (Value::Object(entries), Value::Object(updates)) => {
            for (key, update) in updates {
                match entries.get_mut(key) {
                    Some(entry) if entry.node.is_scalar() || update.node.is_scalar() => {
                        *entry = Entry::new(update.key.clone(), update.node.clone());
                    }
                    Some(entry) => merge(&mut entry.node, &update.node)?,
                    None => drop(entries.insert(key.clone(), update.clone())),
                }
            }
        }
        (Value::Array(items), Value::Array(updates)) => items.extend(updates.iter().cloned()),
        (Value::Array(items), _) => items.push(update.clone()),
        _ if is_scalar && update.is_scalar() => *node = update.clone(),
        _ => {
            let message = format!("{} cannot be merged into {}", update.describe(), kind);
            return Err(fault(message, &update.location, "give a value of the same kind"));
        }
    }
    Ok(())
}
