//! A cursor over JSON text. `serde_json` reads the tokens; the cursor tracks offsets, and can look ahead.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, Visitor};

use super::fault::{Fault, Reread, text_in_words};

/// The limit of `serde_json`, so that no response overflows the stack.
const MAX_DEPTH: usize = 128;

/// Facts learned by an earlier attempt on the same text.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// An object contains a repeated key: scan all keys of an object before its values.
    pub(super) repeats: bool,
    /// Options of non-text types, by type name: `""` is `None`. If two types have the same name, the worst case is an
    /// empty string that becomes `None`.
    pub(super) not_text: Vec<&'static str>,
}

pub(super) struct Reader<'k, 'de> {
    pub(super) json: &'de str,
    pub(super) at: usize,
    pub(super) known: &'k Known,
    /// The only key of the outermost object and the offset of its value, if the type does not have the key and the
    /// value is an object.
    pub(super) envelope: Option<(String, usize)>,
    depth: usize,
}

/// The kind of a value, from its first character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Bool,
    Number,
    Text,
    List,
    Object,
}

impl<'k, 'de> Reader<'k, 'de> {
    pub(super) fn new(json: &'de str, known: &'k Known) -> Self {
        Self { json, at: 0, known, envelope: None, depth: 0 }
    }

    /// The next character other than whitespace.
    #[inline]
    pub(super) fn peek(&mut self) -> Option<u8> {
        let bytes = self.json.as_bytes();
        loop {
            match bytes.get(self.at)? {
                b' ' | b'\n' | b'\r' | b'\t' => self.at += 1,
                byte => return Some(*byte),
            }
        }
    }

    /// The kind of the next value.
    #[inline]
    pub(super) fn kind(&mut self) -> Result<Kind, Fault> {
        Ok(match self.peek() {
            Some(b'"') => Kind::Text,
            Some(b'-' | b'0'..=b'9') => Kind::Number,
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::List,
            Some(b't' | b'f') => Kind::Bool,
            Some(b'n') => Kind::Null,
            _ => return Err(self.syntax("a value")),
        })
    }

    /// Consumes this character, if it is next.
    #[inline]
    pub(super) fn take(&mut self, wanted: u8) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    #[inline]
    pub(super) fn expect(&mut self, wanted: u8) -> Result<(), Fault> {
        if self.take(wanted) { Ok(()) } else { Err(self.syntax(format_args!("`{}`", char::from(wanted)))) }
    }

    /// Whether `null` is next, if the JSON is valid.
    #[inline]
    pub(super) fn at_null(&mut self) -> bool {
        self.peek() == Some(b'n')
    }

    /// Whether `""` is next.
    #[inline]
    pub(super) fn at_empty_text(&mut self) -> bool {
        self.peek() == Some(b'"') && self.json.as_bytes().get(self.at + 1) == Some(&b'"')
    }

    /// Requires the end of the text.
    pub(super) fn end(&mut self) -> Result<(), Fault> {
        if self.peek().is_none() { Ok(()) } else { Err(self.syntax("the end")) }
    }

    /// Reads the next value with `serde_json`.
    pub(super) fn token<T: Deserialize<'de>>(&mut self) -> Result<T, Fault> {
        let start = self.at;
        let mut stream = serde_json::Deserializer::from_str(self.rest()).into_iter();
        let token = stream.next();
        self.at += stream.byte_offset();
        match token {
            Some(Ok(token)) => Ok(token),
            Some(Err(error)) => Err(self.foreign(&error, start)),
            None => Err(self.syntax("a value")),
        }
    }

    /// Skips the next value, and returns its text.
    pub(super) fn skip(&mut self) -> Result<&'de str, Fault> {
        self.peek();
        let start = self.at;
        self.token::<IgnoredAny>()?;
        Ok(self.json.get(start..self.at).unwrap_or_default())
    }

    /// Reads a string.
    pub(super) fn text(&mut self) -> Result<Cow<'de, str>, Fault> {
        // Nearly all strings are unescaped.
        if self.peek() == Some(b'"') {
            let begin = self.at + 1;
            let end = begin + plain_length(self.json.as_bytes().get(begin..).unwrap_or_default());
            if self.json.as_bytes().get(end) == Some(&b'"')
                && let Some(text) = self.json.get(begin..end)
            {
                self.at = end + 1;
                return Ok(Cow::Borrowed(text));
            }
        }
        self.token::<Text<'de>>().map(|text| text.0)
    }

    /// Consumes this text, if it is next. It must not need escaping, which holds for names of fields.
    #[inline]
    pub(super) fn take_text(&mut self, text: &str) -> bool {
        let (begin, end) = (self.at + 1, self.at + 1 + text.len());
        let json = self.json.as_bytes();
        // The end first, as it nearly always decides.
        let found = json.get(end) == Some(&b'"')
            && json.get(self.at) == Some(&b'"')
            && json.get(begin..end) == Some(text.as_bytes());
        self.at = if found { end + 1 } else { self.at };
        found
    }

    /// Reads `true` or `false`.
    pub(super) fn boolean(&mut self) -> Result<bool, Fault> {
        // The next token is checked by the caller.
        for (text, value) in [("true", true), ("false", false)] {
            if self.rest().starts_with(text) {
                self.at += text.len();
                return Ok(value);
            }
        }
        self.token()
    }

    /// Reads an integer in the common form, or nothing.
    pub(super) fn plain_integer(&mut self) -> Option<i64> {
        self.peek();
        let rest = self.rest();
        let end = rest.bytes().position(|byte| !matches!(byte, b'-' | b'0'..=b'9')).unwrap_or(rest.len());
        let text = rest.get(..end)?;
        let plain = !matches!(rest.as_bytes().get(end), Some(b'.' | b'e' | b'E'));
        let zero = text.trim_start_matches('-').starts_with('0') && text != "0";
        let integer = if plain && !zero { text.parse().ok()? } else { return None };
        self.at += end;
        Some(integer)
    }

    /// Reads the next value with `serde_json` alone, if there is nothing to tolerate.
    pub(super) fn strictly<T>(
        &mut self,
        read: impl FnOnce(&mut serde_json::Deserializer<serde_json::de::StrRead<'de>>) -> serde_json::Result<T>,
    ) -> Result<T, Fault> {
        let json = self.skip()?;
        let start = self.at - json.len();
        read(&mut serde_json::Deserializer::from_str(json)).map_err(|error| self.foreign(&error, start))
    }

    /// Enters a list or object.
    pub(super) fn enter(&mut self) -> Result<(), Fault> {
        if self.depth == MAX_DEPTH {
            return Err(Fault::new(format_args!("nested deeper than {MAX_DEPTH} levels")).at(self.at));
        }
        self.depth += 1;
        self.at += 1;
        Ok(())
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    pub(super) fn is_outermost(&self) -> bool {
        self.depth == 0
    }

    /// The next value has an unexpected kind. In an `option` of a non-text type, an empty string is `None`.
    pub(super) fn mismatch(&mut self, expected: &str, option: Option<&'static str>) -> Fault {
        let empty = self.at_empty_text();
        let start = self.at;
        let kind = match self.kind() {
            Ok(kind) => kind,
            Err(fault) => return fault,
        };
        let found = match (kind, self.skip()) {
            (_, Err(fault)) => return fault,
            (Kind::List, _) => "a list".into(),
            (Kind::Object, _) => "an object".into(),
            (Kind::Text, _) => text_in_words(empty).into(),
            (_, Ok(text)) => shortened(text),
        };
        let fault = Fault::mismatch(expected, found).at(start);
        match option {
            Some(option) if empty => fault.with_reread(Reread::EmptyText(option)),
            _ => fault,
        }
    }

    pub(super) fn syntax(&mut self, expected: impl fmt::Display) -> Fault {
        let found = match self.peek().and_then(|_| self.rest().chars().next()) {
            Some(found) => format!("`{found}`"),
            None => "the end".to_owned(),
        };
        Fault::mismatch(expected, found).at(self.at)
    }

    /// Converts an error of `serde_json`, which started at `start`.
    fn foreign(&self, error: &serde_json::Error, start: usize) -> Fault {
        let message = error.to_string();
        let message = message.rsplit_once(" at line ").map_or(&*message, |(message, _)| message);
        // Errors about data quote it.
        let message = match message.rsplit_once(", expected ") {
            Some((_, expected)) if error.is_data() => &format!("expected {expected}, found something else"),
            _ => message,
        };
        let lines = self.json.get(start..).unwrap_or_default().split_inclusive('\n');
        let before: usize = lines.take(error.line().saturating_sub(1)).map(str::len).sum();
        // The column is that of the last character read.
        let at = (start + before + error.column().saturating_sub(1)).min(self.json.len());
        Fault::new(message).at((start..=at).rev().find(|at| self.json.is_char_boundary(*at)).unwrap_or(start))
    }

    #[inline]
    fn rest(&self) -> &'de str {
        self.json.get(self.at..).unwrap_or_default()
    }
}

/// The number of bytes before the first quote, escape or control character. Eight are examined at once: `x - 1 & !x` has
/// the highest bit of a byte set if that is 0, and perhaps those of bytes after it.
fn plain_length(text: &[u8]) -> usize {
    const EACH: u64 = u64::from_ne_bytes([1; 8]);
    let (words, rest) = text.as_chunks();
    for (at, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let zero = |x: u64| x.wrapping_sub(EACH) & !x;
        let control = word.wrapping_sub(EACH * 0x20) & !word;
        let quote = zero(word ^ (EACH * u64::from(b'"')));
        let escape = zero(word ^ (EACH * u64::from(b'\\')));
        let found = (control | quote | escape) & (EACH * 0x80);
        if found != 0 {
            return at * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    let plain = |byte: &&u8| !matches!(byte, b'"' | b'\\' | ..b' ');
    text.len() - rest.len() + rest.iter().take_while(plain).count()
}

/// The beginning of an unexpected value, which may be long.
fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(60) {
        Some((end, _)) => Cow::Owned(format!("{}...", text.get(..end).unwrap_or_default())),
        None => Cow::Borrowed(text),
    }
}

/// A string, borrowed if possible (`Cow`'s own `Deserialize` never borrows).
struct Text<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(TextVisitor)
    }
}
