//! Examples and defaults are valid for their schemas, or an erratum states why not.

use super::{
    lenient::Lenient,
    valid::{Fault, faults},
    walk::{Direction, Visited, target, walk},
};
use crate::{
    diagnostic::Diagnostic,
    load::{Node, grammar::Kind, report::Reporter},
};

pub(super) fn check(root: &Node, reporter: &mut Reporter<'_>) {
    let lenient = Lenient::new(root);
    walk(root, &mut |visited| {
        let schema = match visited.kind {
            Kind::Schema => Some(visited.node),
            Kind::Parameter | Kind::Header | Kind::MediaType => visited.node.get("schema"),
            _ => None,
        };
        let Some(schema) = schema else { return };
        for (what, value, notes) in values(root, visited) {
            let decoded = (visited.kind == Kind::MediaType && visited.direction == Direction::Response)
                .then(|| lenient.response(value, schema));
            for fault in faults(root, visited.direction, decoded.as_ref().unwrap_or(value), schema) {
                // Errata of the whole document are about none of its examples.
                let around = visited.around.iter().skip(1).chain(&fault.above).copied();
                let mut noted = around.chain(notes);
                if noted.any(|node| explains(node, &fault)) || reporter.reported("bad-default", &fault.at) {
                    continue;
                }
                report(what, fault, reporter);
            }
        }
    });
}

/// The examples and the default of an object, with the example objects around them.
fn values<'a>(root: &'a Node, visited: &Visited<'a, '_>) -> Vec<(&'static str, &'a Node, Option<&'a Node>)> {
    let mut found = Vec::new();
    found.extend(visited.node.get("example").map(|value| ("example", value, None)));
    if visited.kind == Kind::Schema {
        found.extend(visited.node.get("default").map(|value| ("default", value, None)));
        return found;
    }
    for (_, example) in visited.node.get("examples").into_iter().flat_map(Node::entries) {
        let example = target(root, &example.node);
        found.extend(example.get("value").map(|value| ("example", value, Some(example))));
    }
    found
}

/// Whether an erratum of the object quotes the value, as a word of its own.
fn explains(node: &Node, fault: &Fault<'_>) -> bool {
    let errata = node.get("x-errata").into_iter().flat_map(Node::items);
    let text = |node: &Node| node.as_str().map_or_else(|| node.to_json().to_string(), str::to_owned);
    let mut quotes = errata.flat_map(|erratum| ["document", "spec"].map(|key| erratum.get(key).map(text))).flatten();
    quotes.any(|quoted| has_word(&quoted, &fault.quote))
}

fn has_word(text: &str, word: &str) -> bool {
    let ends = |rest: Option<char>| rest.is_none_or(|next| !next.is_alphanumeric() && next != '_');
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (text.get(..at), text.get(at + word.len()..));
        !word.is_empty()
            && ends(before.and_then(|before| before.chars().next_back()))
            && ends(after.and_then(|after| after.chars().next()))
    })
}

fn report(what: &'static str, fault: Fault<'_>, reporter: &mut Reporter<'_>) {
    let code = if what == "default" { "bad-default" } else { "bad-example" };
    let diagnostic = Diagnostic::error(code, format!("the {what} {}", fault.why)).at(fault.at);
    let place = fault.schema.location.clone();
    let help = match fault.help {
        Some(help) => help,
        None => {
            "fix either; if the document itself differs, write `x-errata` whose `document` quotes the value".to_owned()
        }
    };
    reporter.fault(diagnostic.help(help).note(place, "its schema"));
}
