//! Samples: the bodies and values that a document shows, for examples and docs of operations.

use openapiv3::MediaType;

use super::Lower;
use super::model::{Example, Sample, Type};
use crate::load::{Entry, Node, Part};

/// One body that the document shows, and its own words for it.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    pub summary: Option<String>,
    pub value: serde_json::Value,
}

impl Shown {
    /// The sample, of a body of this type.
    pub fn of(self, ty: Option<Type>, status: Option<String>) -> Sample {
        Sample { summary: self.summary, value: self.value, ty, status }
    }
}

impl<'a> Lower<'a, '_> {
    /// The bodies that a document shows of a media type, the one named `sample` first; without any, the example of its schema.
    pub(super) fn shown(&self, media: &Part<'a, MediaType>) -> Vec<Shown> {
        let mut listed: Vec<(&'a str, Shown)> = Vec::new();
        if let Some(examples) = media.entry("examples") {
            listed.extend(examples.node.entries().filter_map(|(name, entry)| Some((name, self.one(entry)?))));
            if !listed.is_empty() {
                self.ledger.take(&examples.key);
            }
            listed.sort_by_key(|(name, _)| *name != "sample");
        }
        let mut out: Vec<Shown> = listed.into_iter().map(|(_, shown)| shown).collect();
        if let Some(entry) = media.entry("example") {
            self.ledger.take(&entry.key);
            out.push(Shown { summary: None, value: entry.node.to_json() });
        }
        if out.is_empty()
            && let Some(example) = media.schema().and_then(|schema| self.peek(&schema).example)
        {
            out.push(Shown { summary: None, value: example.value.to_json() });
        }
        out.retain(|shown| shown.value.is_object() || shown.value.is_array());
        out
    }

    /// An entry of `examples`, through its reference. None if its value stands elsewhere.
    fn one(&self, entry: &'a Entry) -> Option<Shown> {
        let mut node = &entry.node;
        // `load` has refused references without end; this only bounds the loop.
        for _ in 0..16 {
            let Some(reference) = node.get("$ref").and_then(Node::as_str) else { break };
            node = &self.loaded.component("examples", reference.rsplit('/').next()?)?.node;
        }
        let value = node.get("value").or_else(|| node.get("dataValue"))?.to_json();
        Some(Shown { summary: node.get("summary").and_then(Node::as_str).map(str::to_owned), value })
    }

    /// What a parameter is shown with. Our own documents have under `sample` what the request sample of their source sends.
    pub(super) fn parameter_example<T>(&self, part: &Part<'a, T>, of_schema: Option<&Node>) -> Option<Example> {
        let value = |node: &Node| node.get("value").or_else(|| node.get("dataValue")).map(Node::to_json);
        let examples = part.entry("examples").map(|entry| &entry.node);
        if let Some(value) = examples.and_then(|examples| value(examples.get("sample")?)) {
            return Some(Example { value, sent: true });
        }
        let first = || examples.into_iter().flat_map(Node::entries).find_map(|(_, entry)| value(&entry.node));
        let own = part.entry("example").map(|entry| entry.node.to_json()).or_else(first);
        let value = own.or_else(|| of_schema.map(Node::to_json))?;
        Some(Example { value, sent: false })
    }
}

/// What a field is shown with: by the sample of the whole, or else by its own example.
pub(super) fn of_field(whole: Option<&Shown>, wire: &str, own: Option<&Node>) -> Option<Example> {
    match whole.and_then(|shown| shown.value.get(wire)) {
        Some(value) => Some(Example { value: value.clone(), sent: true }),
        None => own.map(|node| Example { value: node.to_json(), sent: false }),
    }
}
