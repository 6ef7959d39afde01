//! The words of a lock: which are quoted, and a cursor that reads a line of them.

use std::{borrow::Cow, cmp::Ordering, fmt::Write as _, iter::Peekable, str::Chars};

/// A name, before a colon.
pub fn name(text: &str) -> Cow<'_, str> {
    quoted_unless(text, !text.is_empty() && text.chars().all(|c| is_plain(c) || "_.-[]$".contains(c)))
}

/// A word in a line: a path, an action, a host.
pub fn word(text: &str) -> Cow<'_, str> {
    let reserved = matches!(text, "" | "-" | "=" | "->") || text.starts_with('(');
    quoted_unless(text, !reserved && text.chars().all(|c| is_plain(c) || c.is_ascii_punctuation() && c != '"'))
}

/// A word that may be missing.
pub fn optional(text: Option<&str>) -> Cow<'_, str> {
    text.map_or(Cow::Borrowed("-"), word)
}

/// An item of a list. May contain spaces.
pub fn item(text: &str) -> Cow<'_, str> {
    let blanks = text.is_empty() || text.starts_with(' ') || text.ends_with(' ') || text.contains("  ");
    quoted_unless(text, !blanks && text.chars().all(|c| is_plain(c) || " _.+-/:~*%@#$&!?'{}[]".contains(c)))
}

/// Text up to the end of the line.
pub fn rest(text: &str) -> Cow<'_, str> {
    let odd = text.is_empty() || text.starts_with('"') || text.trim() != text;
    quoted_unless(text, !odd && text.chars().all(|c| is_plain(c) || c == ' ' || c.is_ascii_punctuation()))
}

/// Several items.
pub fn list(texts: &[impl AsRef<str>]) -> String {
    texts.iter().map(|text| item(text.as_ref())).collect::<Vec<_>>().join(", ")
}

/// Unambiguous letters and digits: others look like Latin ones, and are quoted.
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric()
}

fn quoted_unless(text: &str, plain: bool) -> Cow<'_, str> {
    if plain { Cow::Borrowed(text) } else { Cow::Owned(quoted(text)) }
}

/// A JSON string with all non-ASCII characters escaped: many are invisible or look like others.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            ' '..='~' => quoted.push(c),
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    // Writing to a string does not fail.
                    let _ = write!(quoted, "\\u{unit:04x}");
                }
            }
        }
    }
    quoted.push('"');
    quoted
}

/// Compares in natural order: `4.2.9` before `4.2.10`, numbers before letters.
pub fn naturally(left: &str, right: &str) -> Ordering {
    let (mut a, mut b) = (left.chars().peekable(), right.chars().peekable());
    loop {
        let order = match (a.peek().copied(), b.peek().copied()) {
            (None, None) => return left.cmp(right),
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(x), Some(y)) => match (x.is_ascii_digit(), y.is_ascii_digit()) {
                (true, true) => digits(&mut a).cmp(&digits(&mut b)),
                (true, false) => Ordering::Less,
                (false, true) => Ordering::Greater,
                (false, false) => {
                    a.next();
                    b.next();
                    x.cmp(&y)
                }
            },
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// A number as its length without leading zeros and its digits, which sort numerically at any length.
fn digits(chars: &mut Peekable<Chars<'_>>) -> (usize, String) {
    let mut digits = String::new();
    while let Some(digit) = chars.next_if(char::is_ascii_digit) {
        if !(digits.is_empty() && digit == '0') {
            digits.push(digit);
        }
    }
    (digits.len(), digits)
}

/// Reads the words of one line.
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    left: &'a str,
}

impl<'a> Cursor<'a> {
    pub fn new(line: &'a str) -> Self {
        Self { left: line }
    }

    /// The unread rest.
    pub fn left(&self) -> &'a str {
        self.left
    }

    pub fn is_at_end(&self) -> bool {
        self.left.is_empty()
    }

    /// Reads a required text.
    pub fn take(&mut self, text: &str) -> bool {
        match self.left.strip_prefix(text) {
            Some(left) => {
                self.left = left;
                true
            }
            None => false,
        }
    }

    /// Reads a required word, and the space after it.
    pub fn keyword(&mut self, word: &str) -> bool {
        let Some(left) = self.left.strip_prefix(word) else { return false };
        if !left.is_empty() && !left.starts_with([' ', ':']) {
            return false;
        }
        self.left = left.trim_start_matches(' ');
        true
    }

    /// A word, and the space after it.
    pub fn word(&mut self) -> Option<String> {
        let word = self.until(|left| left.starts_with(' '))?;
        self.left = self.left.trim_start_matches(' ');
        Some(word)
    }

    /// A word; the inner None stands for `-`.
    pub fn optional(&mut self) -> Option<Option<String>> {
        if self.keyword("-") { Some(None) } else { self.word().map(Some) }
    }

    /// A name, up to a space or colon.
    pub fn name(&mut self) -> Option<String> {
        self.until(|left| left.starts_with([' ', ':']))
    }

    /// Items up to the end, or to a bracket.
    pub fn list(&mut self) -> Option<Vec<String>> {
        let mut items = Vec::new();
        loop {
            items.push(self.until(|left| left.starts_with(',') || left.starts_with(" ("))?);
            if !self.take(", ") {
                return Some(items);
            }
        }
    }

    /// A string up to the end.
    pub fn rest(&mut self) -> Option<String> {
        self.until(|_| false)
    }

    /// A quoted text, or one up to other syntax.
    pub fn until(&mut self, ends: impl Fn(&str) -> bool) -> Option<String> {
        if self.left.starts_with('"') {
            let mut texts = serde_json::Deserializer::from_str(self.left).into_iter::<String>();
            let text = texts.next()?.ok()?;
            self.left = self.left.get(texts.byte_offset()..)?;
            return Some(text);
        }
        let end = self.left.char_indices().map(|(at, _)| at).find(|at| self.left.get(*at..).is_some_and(&ends));
        let (text, left) = self.left.split_at_checked(end.unwrap_or(self.left.len()))?;
        self.left = left;
        (!text.is_empty()).then(|| text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_counted() {
        let mut sections = ["A.4", "4.2.10", "4.2.9", "4.10", "", "4.2", "10", "A.12", "4.2-1", "04.2"];
        sections.sort_by(|a, b| naturally(a, b));
        assert_eq!(sections, ["", "04.2", "4.2", "4.2-1", "4.2.9", "4.2.10", "4.10", "10", "A.4", "A.12"]);
    }

    #[test]
    fn ambiguous_text_is_quoted() {
        assert_eq!(quoted("Pay\u{422}ype \"x\"\n\u{1f600}"), r#""Pay\u0422ype \"x\"\u000a\ud83d\ude00""#);
        assert_eq!(item("ROLLING BACK"), "ROLLING BACK");
        assert_eq!(item("a,b"), "\"a,b\"");
        assert_eq!(word("-"), "\"-\"");
    }
}
