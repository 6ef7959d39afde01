//! Reads JSON into a tree with places: serde_json reads the scalars, this module only finds their places.

use std::sync::Arc;

use indexmap::map::Entry as Slot;
use serde_json::Number;

use super::{
    Entries, Entry, Node, Value,
    file::{DEEPEST, Duplicate, Parsed, duplicate, too_deep},
};
use crate::diagnostic::{Diagnostic, Location, Source};

type Result<T> = std::result::Result<T, Box<Diagnostic>>;

pub(super) fn parse(source: &Arc<Source>) -> Result<Parsed> {
    let text = source.text();
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut reader = Reader { source, text, position: start, duplicates: Vec::new() };
    let root = reader.value(0)?;
    reader.skip_space();
    if reader.position < text.len() {
        return reader.fail("unexpected text after the end of the document");
    }
    Ok(Parsed { root, duplicates: reader.duplicates })
}

struct Reader<'a> {
    source: &'a Arc<Source>,
    text: &'a str,
    position: usize,
    duplicates: Vec<Duplicate>,
}

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Result<Node> {
        self.skip_space();
        let start = self.position;
        if depth >= DEEPEST && matches!(self.peek(), Some(b'{' | b'[')) {
            return Err(too_deep(Location::new(self.source, start, start + 1)));
        }
        let value = match self.peek() {
            Some(b'{') => Value::Object(self.object(depth)?),
            Some(b'[') => Value::Array(self.array(depth)?),
            Some(b'"') => Value::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b'a'..=b'z') => self.word()?,
            Some(_) => return self.fail("expected a value"),
            None => return self.fail("unexpected end of the document, expected a value"),
        };
        Ok(Node::new(value, self.location(start)))
    }

    fn object(&mut self, depth: usize) -> Result<Entries> {
        let mut entries = Entries::default();
        self.position += 1;
        if self.eat(b'}') {
            return Ok(entries);
        }
        loop {
            self.skip_space();
            let start = self.position;
            if self.peek() != Some(b'"') {
                return self.fail("expected a key in double quotes");
            }
            let key = self.string()?;
            let place = self.location(start);
            if !self.eat(b':') {
                return self.fail("expected `:` after the key");
            }
            let entry = Entry::new(place, self.value(depth + 1)?);
            match entries.entry(key) {
                Slot::Vacant(slot) => {
                    slot.insert(entry);
                }
                Slot::Occupied(mut slot) => {
                    let (key, second) = (slot.key().clone(), entry.key.clone());
                    let first = slot.insert(entry);
                    self.duplicates.push(duplicate(&key, first, second));
                }
            }
            if self.eat(b'}') {
                return Ok(entries);
            }
            if !self.eat(b',') {
                return self.fail("expected `,` or `}`");
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Vec<Node>> {
        let mut items = Vec::new();
        self.position += 1;
        if self.eat(b']') {
            return Ok(items);
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.eat(b']') {
                return Ok(items);
            }
            if !self.eat(b',') {
                return self.fail("expected `,` or `]`");
            }
        }
    }

    fn string(&mut self) -> Result<String> {
        let start = self.position;
        self.position += 1;
        // Without escapes a string is what it looks like.
        let mut plain = true;
        loop {
            match self.peek() {
                Some(b'"') => break self.position += 1,
                Some(b'\\') => {
                    plain = false;
                    self.position += 2;
                }
                Some(byte) => {
                    plain &= byte >= b' ';
                    self.position += 1;
                }
                None => {
                    self.position = start;
                    return self.fail("this string has no closing quote");
                }
            }
        }
        let token = self.text.get(start..self.position).unwrap_or_default();
        if plain && let Some(text) = token.get(1..token.len() - 1) {
            return Ok(text.to_owned());
        }
        serde_json::from_str(token).or_else(|error| {
            // serde_json counts from 1, and its position is relative to this token.
            self.position = start + error.column().saturating_sub(1);
            self.fail(self::plain(&error))
        })
    }

    fn number(&mut self) -> Result<Value> {
        let start = self.position;
        while let Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9') = self.peek() {
            self.position += 1;
        }
        let token = self.text.get(start..self.position).unwrap_or_default();
        serde_json::from_str::<Number>(token).map(Value::Number).or_else(|error| {
            self.position = start;
            self.fail(format!("`{token}` is not a number: {}", plain(&error)))
        })
    }

    fn word(&mut self) -> Result<Value> {
        let start = self.position;
        while let Some(b'a'..=b'z') = self.peek() {
            self.position += 1;
        }
        match self.text.get(start..self.position) {
            Some("true") => Ok(Value::Bool(true)),
            Some("false") => Ok(Value::Bool(false)),
            Some("null") => Ok(Value::Null),
            _ => {
                self.position = start;
                self.fail("expected a value")
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.position).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        self.skip_space();
        let found = self.peek() == Some(byte);
        self.position += usize::from(found);
        found
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek() {
            self.position += 1;
        }
    }

    fn location(&self, start: usize) -> Location {
        Location::new(self.source, start, self.position)
    }

    fn fail<T>(&self, message: impl Into<String>) -> Result<T> {
        let place = Location::new(self.source, self.position, self.position + 1);
        let message = format!("invalid JSON: {}", message.into());
        Err(Box::new(Diagnostic::error("bad-json", message).at(place)))
    }
}

/// serde_json's message without its position, which is not relative to the file.
fn plain(error: &serde_json::Error) -> String {
    let message = error.to_string();
    message.split(" at line ").next().unwrap_or_default().to_owned()
}
