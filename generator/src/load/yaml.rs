//! Reads YAML into a tree with places, from the events of granit-parser.
//!
//! Values and places come from one pass, so that they can't disagree. Scalars are read by YAML 1.2's core schema with
//! the caution of serde_yaml: `on`, `yes`, `0123` and dates stay strings.

use std::{collections::HashMap, sync::Arc};

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, Span, Tag, options};
use indexmap::map::Entry as Slot;
use serde_json::Number;

use super::{
    Entries, Entry, Node, Value,
    file::{DEEPEST, Duplicate, Parsed, duplicate, too_deep},
};
use crate::diagnostic::{Diagnostic, Location, Source};

/// Maximum total number of values added by aliases: a few lines of aliases can expand to billions.
const MOST_ALIASED: usize = 1_000_000;

type Result<T> = std::result::Result<T, Box<Diagnostic>>;

pub(super) fn parse(source: &Arc<Source>) -> std::result::Result<Parsed, Vec<Diagnostic>> {
    let mut builder = Builder::new(source);
    // Like libyaml, for which most documents are written.
    let as_libyaml = options! { bom_inside_document_as_content: true, block_scalar_eof_without_line_feed: true };
    let mut parser = Parser::new_from_str_with_options(source.text(), as_libyaml);
    while let Some(event) = parser.next_event() {
        let step = event.map_err(|error| {
            let at = error.marker().byte_offset().unwrap_or_default();
            let place = Location::new(source, at, at + 1);
            // Brackets are counted before their values are built.
            if *error.kind() == ErrorKind::RecursionLimitExceeded {
                return too_deep(place);
            }
            let info = error.info();
            let place = if info.contains("tab") { tab(source, at).unwrap_or(place) } else { place };
            let mut diagnostic = Diagnostic::error("bad-yaml", format!("invalid YAML: {info}")).at(place);
            diagnostic.help = help(&info).map(str::to_owned);
            Box::new(diagnostic)
        });
        let step = step.and_then(|(event, span)| builder.event(event, span));
        if let Err(diagnostic) = step {
            return Err(vec![*diagnostic]);
        }
    }
    let empty = || Diagnostic::error("empty", format!("`{}` is empty", source.name()));
    let root = builder.root.ok_or_else(|| vec![empty().at(Location::of_file(source))])?;
    Ok(Parsed { root, duplicates: builder.duplicates })
}

/// The tabs of an indentation: the parser reports the position of the text after or before them.
fn tab(source: &Arc<Source>, at: usize) -> Option<Location> {
    let (before, rest) = source.text().split_at_checked(at)?;
    let start = before.trim_end_matches('\t').len();
    if start < at {
        return Some(Location::new(source, start, at));
    }
    let indents = |tab: &usize| rest[..*tab].rsplit_once('\n').is_some_and(|(_, line)| line.trim().is_empty());
    let tab = rest.match_indices('\t').map(|(tab, _)| tab).find(indents)?;
    Some(Location::new(source, at + tab, at + tab + 1))
}

/// The help for the parser's most frequent messages.
fn help(message: &str) -> Option<&'static str> {
    if message.contains("mapping values are not allowed") {
        Some("put a string that contains `: ` in quotes, or check the indentation")
    } else if message.contains("tab") {
        Some("indent with spaces")
    } else if message.contains("unexpected character") {
        Some("put a string that starts like this in quotes")
    } else {
        None
    }
}

struct Builder<'a> {
    source: &'a Arc<Source>,
    open: Vec<Frame>,
    anchors: HashMap<usize, Anchor>,
    aliased: usize,
    root: Option<Node>,
    duplicates: Vec<Duplicate>,
}

/// A list or map that is not complete yet.
struct Frame {
    start: Location,
    anchor: usize,
    value: Collection,
}

/// The value of an alias.
struct Anchor {
    node: Node,
    /// Number of values in it, and their depth.
    size: usize,
    depth: usize,
}

impl Anchor {
    fn new(node: Node) -> Self {
        let (size, depth) = (node.size(), node.depth());
        Self { node, size, depth }
    }
}

enum Collection {
    List(Vec<Node>),
    Map { entries: Entries, key: Option<Key>, merged: Vec<Node> },
}

struct Key {
    text: String,
    place: Location,
    merge: bool,
}

impl<'a> Builder<'a> {
    fn new(source: &'a Arc<Source>) -> Self {
        Self { source, open: Vec::new(), anchors: HashMap::new(), aliased: 0, root: None, duplicates: Vec::new() }
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<()> {
        let tag_at = span.tag_start().and_then(|mark| mark.byte_offset());
        let span = span.byte_range().unwrap_or_default();
        let place = Location::new(self.source, span.start, span.end);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let merge = text == "<<" && style == ScalarStyle::Plain;
                if self.expects_key() {
                    let key = Key { text: text.into_owned(), place, merge };
                    if anchor != 0 {
                        let node = Node::new(key.text.clone(), key.place.clone());
                        self.anchors.insert(anchor, Anchor::new(node));
                    }
                    self.set_key(key);
                    return Ok(());
                }
                let whole = tag_at.map_or_else(|| place.clone(), |at| Location::new(self.source, at, span.end));
                let value = scalar(&text, style, tag.as_deref(), &whole)?;
                self.finish(Node::new(value, place), anchor)
            }
            Event::SequenceStart(_, anchor, _) => self.begin(place, anchor, Collection::List(Vec::new())),
            Event::MappingStart(_, anchor, _) => {
                let entries = Entries::default();
                self.begin(place, anchor, Collection::Map { entries, key: None, merged: Vec::new() })
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(frame) => {
                    let (node, anchor) = frame.close(&place);
                    self.finish(node, anchor)
                }
                None => Ok(()),
            },
            Event::Alias(anchor) => {
                let Some(Anchor { node, size, depth }) = self.anchors.get(&anchor) else {
                    let message = "this alias is inside the value that it refers to";
                    return fail("bad-yaml", message, place);
                };
                self.aliased += size;
                if self.aliased > MOST_ALIASED {
                    return fail("bad-yaml", "the aliases of this document expand to too many values", place);
                }
                if self.open.len() + depth > DEEPEST {
                    return Err(too_deep(place));
                }
                let node = node.clone();
                if self.expects_key() {
                    let text = node.as_str().map(str::to_owned);
                    let Some(text) = text else { return complex_key(place) };
                    self.set_key(Key { text, place, merge: false });
                    return Ok(());
                }
                self.finish(node, 0)
            }
            Event::DocumentStart(..) if self.root.is_some() => {
                let message = format!("`{}` contains more than one YAML document", self.source.name());
                Err(Box::new(
                    Diagnostic::error("several-documents", message).at(place).help("keep one document per file"),
                ))
            }
            _ => Ok(()),
        }
    }

    fn expects_key(&self) -> bool {
        let value = self.open.last().map(|frame| &frame.value);
        matches!(value, Some(Collection::Map { key: None, .. }))
    }

    fn set_key(&mut self, new: Key) {
        if let Some(Frame { value: Collection::Map { key, .. }, .. }) = self.open.last_mut() {
            *key = Some(new);
        }
    }

    fn begin(&mut self, start: Location, anchor: usize, value: Collection) -> Result<()> {
        if self.expects_key() {
            return complex_key(start);
        }
        if self.open.len() >= DEEPEST {
            return Err(too_deep(start));
        }
        self.open.push(Frame { start, anchor, value });
        Ok(())
    }

    fn finish(&mut self, node: Node, anchor: usize) -> Result<()> {
        if anchor != 0 {
            self.anchors.insert(anchor, Anchor::new(node.clone()));
        }
        match self.open.last_mut().map(|frame| &mut frame.value) {
            None => self.root = Some(node),
            Some(Collection::List(items)) => items.push(node),
            Some(Collection::Map { entries, key, merged }) => {
                let Some(key) = key.take() else { return Ok(()) };
                if key.merge {
                    match node.value {
                        Value::Object(_) => merged.push(node),
                        Value::Array(maps) if maps.iter().all(|map| map.as_object().is_some()) => {
                            merged.extend(maps);
                        }
                        _ => return fail("bad-yaml", "`<<` merges maps only", node.location),
                    }
                    return Ok(());
                }
                let entry = Entry::new(key.place, node);
                match entries.entry(key.text) {
                    Slot::Vacant(slot) => {
                        slot.insert(entry);
                    }
                    Slot::Occupied(mut slot) => {
                        let (key, second) = (slot.key().clone(), entry.key.clone());
                        let first = slot.insert(entry);
                        self.duplicates.push(duplicate(&key, first, second));
                    }
                }
            }
        }
        Ok(())
    }
}

impl Frame {
    /// The finished value. A block's end event is at the next token, so its last child determines its end.
    fn close(self, end: &Location) -> (Node, usize) {
        let value = match self.value {
            Collection::List(items) => Value::Array(items),
            Collection::Map { mut entries, merged, .. } => {
                for map in merged {
                    let Value::Object(map) = map.value else { continue };
                    for (key, entry) in map {
                        entries.entry(key).or_insert(entry);
                    }
                }
                Value::Object(entries)
            }
        };
        let last = match &value {
            Value::Array(items) => items.last().map(|item| &item.location),
            Value::Object(entries) => entries.last().map(|(_, entry)| &entry.node.location),
            _ => None,
        };
        let location = match last {
            Some(last) if end.text().is_empty() => self.start.to(last),
            None if end.text().is_empty() => self.start,
            _ => self.start.to(end),
        };
        (Node::new(value, location), self.anchor)
    }
}

fn fail<T>(code: &'static str, message: impl Into<String>, place: Location) -> Result<T> {
    Err(Box::new(Diagnostic::error(code, message).at(place)))
}

fn complex_key<T>(place: Location) -> Result<T> {
    fail("bad-yaml", "a list or map can't be a key here", place)
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>, place: &Location) -> Result<Value> {
    let tag = tag.map(|tag| tag.suffix_in_namespace("tag:yaml.org,2002:"));
    match tag.as_ref().map(|name| name.as_deref()) {
        None if style == ScalarStyle::Plain => Ok(plain(text)),
        // JSON has no types for the last two.
        None | Some(Some("str" | "timestamp" | "binary")) => Ok(text.into()),
        Some(Some("int" | "float" | "bool" | "null")) => Ok(plain(text)),
        Some(_) => fail("bad-yaml", "YAML tags other than the core types are not supported", place.clone()),
    }
}

/// A plain scalar by YAML 1.2's core schema.
pub(super) fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => number(text).map_or_else(|| text.into(), Value::Number),
    }
}

/// A number, unless JSON can't represent it (`.inf`) or it is rather an identifier (`0123`).
fn number(text: &str) -> Option<Number> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let radix = |prefix: &str, radix: u32| {
        let digits = digits.strip_prefix(prefix)?;
        digits.bytes().all(|byte| byte.is_ascii_alphanumeric()).then_some(())?;
        u64::from_str_radix(digits, radix).ok()
    };
    if let Some(number) = radix("0x", 16).or_else(|| radix("0o", 8)) {
        return match negative {
            true => Some(Number::from(i64::try_from(number).ok()?.checked_neg()?)),
            false => Some(Number::from(number)),
        };
    }
    let whole = digits.split(['.', 'e', 'E']).next()?;
    let is_number = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'))
        && digits.bytes().next().is_some_and(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.bytes().any(|byte| byte.is_ascii_digit());
    if !is_number || (whole.len() > 1 && whole.starts_with('0')) {
        return None;
    }
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        // Beyond 64 bits a float is the closest JSON number.
        let exact = match negative {
            true => text.parse::<i64>().ok().map(Number::from),
            false => digits.parse::<u64>().ok().map(Number::from),
        };
        if exact.is_some() {
            return exact;
        }
    }
    let sign = if negative { "-" } else { "" };
    format!("{sign}{digits}").parse::<f64>().ok().and_then(Number::from_f64)
}
