//! Client tokens: the client fills them, and repeats a call that has one.

use super::{
    walk::{Direction, walk},
    words,
};
use crate::{
    diagnostic::Diagnostic,
    load::{Node, grammar::Kind, report::Reporter},
};

/// The one that the runtime knows, and its location.
const KNOWN: (&str, &str) = ("ClientToken", "query");

pub(super) fn check(root: &Node, reporter: &mut Reporter<'_>) {
    walk(root, &mut |visited| {
        let place = match visited.kind {
            Kind::Parameter => visited.node.get("in").and_then(Node::as_str).unwrap_or_default(),
            Kind::Schema if visited.direction != Direction::Response => "body",
            _ => return,
        };
        // The schema of a parameter is visited with its name, too.
        let of_parameter = visited.around.iter().any(|node| node.get("in").is_some() && node.get("name").is_some());
        if (place == "body" && of_parameter) || (visited.name, place) == KNOWN {
            return;
        }
        let words = words(visited.name);
        let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| *word != "x").collect();
        if words == ["client", "token"] {
            let (name, location) = KNOWN;
            let message = format!("the client does not recognize `{}` in the {place} as a client token", visited.name);
            let warning = Diagnostic::warning("client-token", message).at(visited.at.clone());
            let warning = warning.label("neither filled, nor a reason to repeat a call");
            reporter
                .push(warning.help(format!("the runtime knows only `{name}` in the {location}; add this one to it")));
        }
    });
}
