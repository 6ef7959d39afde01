//! Schemas that include themselves: no value is valid for them.

use std::collections::HashMap;

use crate::{
    diagnostic::{Diagnostic, Location},
    load::{Entries, Node, report::Reporter},
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Open,
    Done,
}

/// Finds schemas that are themselves, or include themselves by `allOf`, and replaces them by ones that accept any
/// value.
pub(super) fn check(root: &mut Node, reporter: &mut Reporter<'_>) {
    let Some(schemas) = root.get_mut("components").and_then(|it| it.get_mut("schemas")) else { return };
    let mut cyclic: Vec<(String, Location)> = Vec::new();
    {
        let mut marks: HashMap<&str, Mark> = HashMap::new();
        for (name, entry) in schemas.entries() {
            if marks.contains_key(name) {
                continue;
            }
            // Depth first with an explicit stack: a chain can be as long as there are schemas.
            marks.insert(name, Mark::Open);
            let mut stack = vec![(name, parts(&entry.node).into_iter())];
            while let Some((current, next)) = stack.last_mut() {
                let current = *current;
                let Some((part, place)) = next.next() else {
                    marks.insert(current, Mark::Done);
                    stack.pop();
                    continue;
                };
                match (marks.get(part), schemas.get(part)) {
                    (Some(Mark::Open), _) => cyclic.push((part.to_owned(), place.clone())),
                    (None, Some(schema)) => {
                        marks.insert(part, Mark::Open);
                        stack.push((part, parts(schema).into_iter()));
                    }
                    _ => {}
                }
            }
        }
    }
    for (name, place) in cyclic {
        let component = schemas.as_object_mut().and_then(|entries| entries.get_mut(&name));
        let key = component.map(|entry| {
            entry.node.value = Entries::default().into();
            entry.key.clone()
        });
        if reporter.reported("ref-cycle", &place) {
            continue;
        }
        let message = format!("the schema `{name}` includes itself, so no value is valid");
        let fault = Diagnostic::error("ref-cycle", message).at(place).leaves_out(key);
        reporter.fault(fault.label("leads back to itself"));
    }
}

/// The named schemas that a schema is or includes, with the place of the reference.
fn parts(schema: &Node) -> Vec<(&str, &Location)> {
    let mut found = Vec::new();
    let mut open = vec![schema];
    while let Some(schema) = open.pop() {
        if let Some(to) = schema.get("$ref") {
            let name = to.as_str().and_then(|text| text.strip_prefix("#/components/schemas/"));
            found.extend(name.map(|name| (name, &to.location)));
        }
        open.extend(schema.get("allOf").into_iter().flat_map(Node::items));
    }
    found
}
