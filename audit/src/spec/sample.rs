//! The samples of a spec: examples named `sample`, `sample2` and so on.

use yundb_generator::{
    diagnostic::Location,
    load::{Entry, Node},
};

use super::{errata, schema::Refs};
use crate::{
    extract::sample::{keys, values},
    fact::{Sample, SampleState},
};

/// The samples of a request body (without status) or a response, in order.
pub(super) fn of_content(refs: &Refs<'_>, content: &Node, request: bool, status: Option<u16>) -> Vec<Sample> {
    let mut samples = Vec::new();
    for (_, media) in content.entries() {
        samples.extend(examples(refs, &media.node).into_iter().map(|(_, entry)| {
            let (node, at) = (refs.follow(&entry.node), entry.key.clone());
            let value = node.get("value").map(Node::to_json).unwrap_or_default();
            let (keys, values, errata) = (keys(&value), values(&value), refs.errata_through(&entry.node));
            Sample { status, request, keys, values, state: SampleState::Whole, at, errata }
        }));
    }
    samples
}

/// The request formed by the samples of an RPC operation's parameters. None if no parameter has one.
pub(super) fn of_parameters<'a>(refs: &Refs<'a>, parameters: &[&'a Node], at: &Location) -> Option<Sample> {
    let mut sample = Sample {
        status: None,
        request: true,
        keys: Vec::new(),
        values: Vec::new(),
        state: SampleState::Whole,
        at: at.clone(),
        errata: Vec::new(),
    };
    for parameter in parameters.iter().map(|parameter| refs.follow(parameter)) {
        let name = parameter.get("name").and_then(Node::as_str);
        let content = parameter.get("content").and_then(|content| content.entries().next());
        let first = examples(refs, content.map_or(parameter, |(_, media)| &media.node)).into_iter().next();
        let (Some(name), Some((_, entry))) = (name, first) else { continue };
        match refs.follow(&entry.node).get("value").filter(|_| content.is_none()) {
            Some(value) => flattened(name, value, &mut sample.values),
            None => {
                let value = refs.follow(&entry.node).get("value").map(|value| value.to_json().to_string());
                sample.values.push((name.to_owned(), value.unwrap_or_default()));
            }
        }
        errata::add(&mut sample.errata, &refs.errata_through(&entry.node));
    }
    sample.keys = sample.values.iter().map(|(name, _)| name.clone()).collect();
    sample.keys.sort();
    sample.keys.dedup();
    (!sample.keys.is_empty()).then_some(sample)
}

/// The names under which the parts of a value are sent, and the parts.
fn flattened(name: &str, value: &Node, values: &mut Vec<(String, String)>) {
    if value.as_object().is_some() {
        value.entries().for_each(|(key, entry)| flattened(&format!("{name}.{key}"), &entry.node, values));
    } else if value.as_array().is_some() {
        for (index, item) in value.items().enumerate() {
            flattened(&format!("{name}.{}", index + 1), item, values);
        }
    } else {
        values.push((name.to_owned(), errata::scalar(value)));
    }
}

/// The examples under a node that are samples of the document, by number.
fn examples<'a>(refs: &Refs<'a>, node: &'a Node) -> Vec<(usize, &'a Entry)> {
    let Some(examples) = node.get("examples") else { return Vec::new() };
    let examples = refs.follow(examples).as_object().into_iter().flatten();
    let mut samples: Vec<_> = examples.filter_map(|(name, entry)| Some((number(name)?, entry))).collect();
    samples.sort_by_key(|(number, _)| *number);
    samples
}

/// The number of a sample by its name; None for other names.
fn number(name: &str) -> Option<usize> {
    match name.strip_prefix("sample")? {
        "" => Some(1),
        number => number.parse().ok(),
    }
}
