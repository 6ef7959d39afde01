//! Samples: the document's bodies and values, for examples and docs of operations.

use openapiv3::MediaType;

use super::Lower;
use super::model::{Example, Sample, Type};
use crate::load::{Entry, Node, Part};

/// A sample body of the document, and its description.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    pub summary: Option<String>,
    pub value: serde_json::Value,
}

impl Shown {
    /// The sample, with this type of body.
    pub fn of(self, ty: Option<Type>, status: Option<String>) -> Sample {
        Sample { summary: self.summary, value: self.value, ty, status }
    }
}

impl<'a> Lower<'a, '_> {
    /// The samples of a media type, the one named `sample` first; without any, the example of its schema.
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

    /// An entry of `examples`, with its reference resolved. `None` if its value is external.
    fn one(&self, entry: &'a Entry) -> Option<Shown> {
        let mut node = &entry.node;
        // `load` has rejected circular references; this only bounds the loop.
        for _ in 0..16 {
            let Some(reference) = node.get("$ref").and_then(Node::as_str) else { break };
            node = &self.loaded.component("examples", reference.rsplit('/').next()?)?.node;
        }
        let value = node.get("value").or_else(|| node.get("dataValue"))?.to_json();
        Some(Shown { summary: node.get("summary").and_then(Node::as_str).map(str::to_owned), value })
    }

    /// The example of a parameter. In our own documents, `sample` is the value in the request sample of the vendor's
    /// document.
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

/// The example of a field: from the sample of the whole object, or else its own.
pub(super) fn of_field(whole: Option<&Shown>, wire: &str, own: Option<&Node>) -> Option<Example> {
    match whole.and_then(|shown| shown.value.get(wire)) {
        Some(value) => Some(Example { value: value.clone(), sent: true }),
        None => own.map(|node| Example { value: node.to_json(), sent: false }),
    }
}
