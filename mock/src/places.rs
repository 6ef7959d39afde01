//! The file and line of every key and item of a document.

use std::collections::HashMap;

use serde_json::Value;
use yundb_generator::load::{Node, Value as NodeValue};

/// Bits of a place for the line; the rest is the file.
const LINE_BITS: u32 = 20;

/// The places of a document's nodes, each before those in it, as in its JSON.
#[derive(Clone, Debug, Default)]
pub struct Places {
    files: Vec<String>,
    at: Vec<u32>,
}

impl Places {
    /// The places of a tree. `prefix` is left out of the names of files.
    pub fn of(root: &Node, prefix: &str) -> Self {
        let (mut places, mut known) = (Self::default(), HashMap::new());
        let mut stack = vec![(root, &root.location)];
        while let Some((node, at)) = stack.pop() {
            let file = *known.entry(at.file().to_owned()).or_insert_with(|| {
                places.files.push(at.file().strip_prefix(prefix).unwrap_or(at.file()).to_owned());
                places.files.len() - 1
            });
            places.at.push(pack(file, at.line()));
            match &node.value {
                NodeValue::Array(items) => stack.extend(items.iter().rev().map(|item| (item, &item.location))),
                NodeValue::Object(entries) => {
                    stack.extend(entries.values().rev().map(|entry| (&entry.node, &entry.key)));
                }
                _ => {}
            }
        }
        places
    }

    /// As bytes: the names of the files, then the places.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.files.join("\n").into_bytes();
        bytes.push(0);
        bytes.extend(self.at.iter().flat_map(|place| place.to_le_bytes()));
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
        let files = String::from_utf8_lossy(&bytes[..end]).lines().map(str::to_owned).collect();
        let at = bytes.get(end + 1..).unwrap_or_default().as_chunks::<4>().0;
        Self { files, at: at.iter().map(|place| u32::from_le_bytes(*place)).collect() }
    }

    /// The place of a JSON pointer, or of the closest node around it: `file:line`.
    pub fn find(&self, tree: &Value, pointer: &str) -> Option<String> {
        let (mut node, mut index) = (tree, 0);
        for token in pointer.split('/').skip(1) {
            let token = yundb_generator::pointer::unescape(token);
            let mut next = None;
            let mut before = index + 1;
            let mut visit = |is: bool, inner: &'_ Value| match next {
                None if is => next = Some(before),
                None => before += size(inner),
                Some(_) => {}
            };
            match node {
                Value::Object(entries) => entries.iter().for_each(|(key, inner)| visit(*key == token, inner)),
                Value::Array(items) => {
                    items.iter().enumerate().for_each(|(at, inner)| visit(at.to_string() == token, inner));
                }
                _ => {}
            }
            let inner = match node {
                Value::Object(entries) => entries.get(&token),
                Value::Array(items) => token.parse::<usize>().ok().and_then(|at| items.get(at)),
                _ => None,
            };
            let (Some(next), Some(inner)) = (next, inner) else { break };
            (node, index) = (inner, next);
        }
        let place = self.at.get(index)?;
        let file = self.files.get((place >> LINE_BITS) as usize)?;
        Some(format!("{file}:{}", place & ((1 << LINE_BITS) - 1)))
    }
}

fn pack(file: usize, line: usize) -> u32 {
    let file = u32::try_from(file).unwrap_or(u32::MAX) << LINE_BITS;
    file | u32::try_from(line).unwrap_or(u32::MAX).min((1 << LINE_BITS) - 1)
}

/// Number of nodes in a value, with itself.
fn size(value: &Value) -> usize {
    match value {
        Value::Object(entries) => 1 + entries.values().map(size).sum::<usize>(),
        Value::Array(items) => 1 + items.iter().map(size).sum::<usize>(),
        _ => 1,
    }
}
