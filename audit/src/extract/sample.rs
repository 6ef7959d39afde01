//! Reads samples: their keys, and their state.

use std::{collections::BTreeSet, sync::LazyLock};

use regex::Regex;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization as _;

use crate::fact::SampleState;

/// A key of JSON, also in text that is not valid JSON.
static KEY: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#""\s*([A-Za-z_][\w.\- ]*?)\s*"\s*:"#).expect("a constant pattern"));
/// A key of JSON and its plain value, also in text that is not valid JSON.
static PLAIN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#""\s*([A-Za-z_][\w.\- ]*?)\s*"\s*:\s*(?:"([^"\\\n]*)"|(-?[0-9][0-9.]*|true|false))\s*[,}\]\n]"#)
        .expect("a constant pattern")
});
/// The start of a member that continues the text before.
static MEMBER: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"^"[^"]+"\s*:"#).expect("a constant pattern"));
/// An element of XML.
static ELEMENT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"<([A-Za-z_][\w.-]*)>").expect("a constant pattern"));
/// An element of XML with plain text.
static CONTENT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"<([A-Za-z_][\w.-]*)>([^<>]+)</([A-Za-z_][\w.-]*)>").expect("a constant pattern"));
/// A comma before a bracket that closes.
static TRAILING_COMMA: LazyLock<Regex> = LazyLock::new(|| Regex::new(r",(\s*[}\]])").expect("a constant pattern"));
/// The end of a value, and a key on the next line, without a comma in between.
static MISSING_COMMA: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"(["\d\]}el])[ \t]*\n(\s*")"#).expect("a constant pattern"));

/// The content of a sample.
#[derive(Clone, Debug)]
pub struct Content {
    /// Its keys.
    pub keys: Vec<String>,
    /// Its values, with their paths.
    pub values: Vec<(String, String)>,
    /// Its state.
    pub state: SampleState,
}

/// A sample's text, possibly in several pieces of code.
#[derive(Clone, Debug, Default)]
pub struct Pieces {
    /// The pieces, in order.
    pub texts: Vec<String>,
    /// The line of the first.
    pub line: usize,
}

/// The role of a piece of code for the samples of its part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// It begins a sample.
    Start,
    /// It continues the sample before, or lost its first bracket.
    Rest,
    /// It starts with closing brackets, so it can only continue the sample before.
    End,
    /// It is not JSON: a URL, a header.
    Other,
}

impl Pieces {
    /// The role of a piece of code, and its JSON without the text before it (method and URL).
    pub fn classify(code: &str) -> (Piece, usize, String) {
        for (index, line) in code.lines().enumerate() {
            let start = line.trim_start().trim_start_matches("- ");
            let piece = match start.chars().next() {
                Some('{' | '[') if begins_json(start) => Piece::Start,
                _ if MEMBER.is_match(start) => Piece::Rest,
                Some('}' | ']') => Piece::End,
                _ => continue,
            };
            let json: Vec<&str> = code.lines().skip(index).collect();
            return (piece, index, json.join("\n"));
        }
        (Piece::Other, 0, String::new())
    }

    /// The sample as JSON, mended where that is safe.
    pub fn json(&self) -> Option<Value> {
        let whole = self.texts.join("\n");
        serde_json::from_str(&whole).ok().or_else(|| self.candidates().iter().find_map(|text| repaired(text)))
    }

    /// The keys, the values and the state of the sample.
    pub fn read(&self) -> Content {
        let whole = self.texts.join("\n");
        if let [text] = self.texts.as_slice()
            && let Ok(value) = serde_json::from_str::<Value>(text)
        {
            let sound = !has_radicals(text) && texts_are_sound(&value);
            let state = if sound { SampleState::Whole } else { SampleState::Repaired };
            return Content { keys: keys(&value), values: values(&value), state };
        }
        match self.candidates().iter().find_map(|text| repaired(text)) {
            Some(value) => Content { keys: keys(&value), values: values(&value), state: SampleState::Repaired },
            None => Content { keys: names(&whole), values: members(&whole), state: SampleState::Broken },
        }
    }

    /// Possible texts of the pieces before a page break: brackets may have been added there.
    fn candidates(&self) -> Vec<String> {
        let mut candidates = vec![self.texts.join("\n")];
        let mut cut = candidates.clone();
        if let [first, rest @ ..] = self.texts.as_slice()
            && !rest.is_empty()
        {
            let rest = rest.join("\n");
            let mut first = first.trim_end();
            while let Some(shorter) = first.strip_suffix(['}', ']']) {
                first = shorter.trim_end().trim_end_matches(',');
                cut.push(format!("{first},\n{rest}"));
                cut.push(format!("{first}\n{rest}"));
            }
        }
        candidates.append(&mut cut);
        candidates.extend([format!("{{{}", self.texts.join("\n")), format!("{{{}}}", self.texts.join("\n"))]);
        candidates
    }
}

/// Whether a line that starts with a bracket starts JSON. Names of parameters are in brackets, too.
fn begins_json(line: &str) -> bool {
    let mut chars = line.chars().filter(|c| !c.is_whitespace());
    let bracket = chars.next();
    chars
        .next()
        .is_none_or(|c| matches!(c, '"' | '“' | '\\' | ']' | '}' | '-' | '0'..='9') || c == '{' && bracket == Some('['))
        && !line.starts_with("[{endpoint")
}

/// The value of a string that is JSON except for errors of scan and author. Only commas and closing brackets are added.
fn repaired(text: &str) -> Option<Value> {
    let text: String = text.nfkc().map(|c| if matches!(c, '“' | '”' | '„' | '‟') { '"' } else { c }).collect();
    let text = MISSING_COMMA.replace_all(&text, "$1,\n$2");
    let text = TRAILING_COMMA.replace_all(&text, "$1");
    let text = TRAILING_COMMA.replace_all(&text, "$1");
    if let Ok(value) = serde_json::from_str(&text) {
        return Some(value);
    }
    let closed = format!("{}{}", text.trim_end().trim_end_matches(','), open_brackets(&text)?);
    serde_json::from_str(&closed).ok()
}

/// Whether a string has Kangxi radicals, which replace characters in the text of a PDF.
pub fn has_radicals(text: &str) -> bool {
    text.chars().any(is_radical)
}

pub(crate) fn is_radical(c: char) -> bool {
    ('\u{2e80}'..='\u{2fdf}').contains(&c)
}

/// Whether strings in a value that look like JSON are valid.
fn texts_are_sound(value: &Value) -> bool {
    match value {
        Value::String(text) => {
            let text = text.trim();
            let like_json =
                text.starts_with("[{") && text.ends_with("}]") || text.starts_with('{') && text.ends_with('}');
            !like_json || text.len() < 3 || serde_json::from_str::<Value>(text).is_ok()
        }
        Value::Array(items) => items.iter().all(texts_are_sound),
        Value::Object(members) => members.values().all(texts_are_sound),
        _ => true,
    }
}

/// The brackets that close the open ones. None if a bracket is closed that is not open.
fn open_brackets(text: &str) -> Option<String> {
    let (mut open, mut quoted, mut escaped) = (Vec::new(), false, false);
    for c in text.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '{' => open.push('}'),
            '[' => open.push(']'),
            '}' | ']' if open.pop() != Some(c) => return None,
            _ => {}
        }
    }
    (!quoted).then(|| open.into_iter().rev().collect())
}

/// The keys of a value at every level, as paths.
pub fn keys(value: &Value) -> Vec<String> {
    fn walk(value: &Value, path: &str, keys: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                    walk(member, &path, keys);
                    keys.insert(path);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| walk(item, &format!("{path}[]"), keys)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    walk(value, "", &mut found);
    found.into_iter().collect()
}

/// The values that have no content of their own, in order, each with its path: `instances[].id`.
pub fn values(value: &Value) -> Vec<(String, String)> {
    fn walk(value: &Value, path: &str, values: &mut Vec<(String, String)>) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                    walk(member, &path, values);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| walk(item, &format!("{path}[]"), values)),
            Value::String(text) => values.push((path.to_owned(), text.clone())),
            Value::Null => {}
            Value::Bool(_) | Value::Number(_) => values.push((path.to_owned(), value.to_string())),
        }
    }
    let mut found = Vec::new();
    walk(value, "", &mut found);
    found
}

/// The members with plain values in a string that is not JSON, by name.
fn members(text: &str) -> Vec<(String, String)> {
    let text: String = text.nfkc().map(|c| if matches!(c, '“' | '”') { '"' } else { c }).collect();
    let value = |found: &regex::Captures<'_>| found.get(2).or(found.get(3)).map(|value| value.as_str().to_owned());
    PLAIN.captures_iter(&text).filter_map(|found| Some((found[1].replace(' ', ""), value(&found)?))).collect()
}

/// The names of the keys in a string that is not JSON.
fn names(text: &str) -> Vec<String> {
    let text: String = text.nfkc().map(|c| if matches!(c, '“' | '”') { '"' } else { c }).collect();
    let found: BTreeSet<String> = KEY.captures_iter(&text).map(|key| key[1].replace(' ', "")).collect();
    found.into_iter().collect()
}

/// The names of the elements in XML, without the root.
pub fn elements(text: &str) -> Vec<String> {
    let found: BTreeSet<String> = ELEMENT.captures_iter(text).map(|element| element[1].to_owned()).collect();
    found.into_iter().filter(|name| !name.ends_with("Response")).collect()
}

/// The texts of the elements in XML that have no other content, by name.
pub fn contents(text: &str) -> Vec<(String, String)> {
    let found = CONTENT.captures_iter(text).filter(|found| found[1] == found[3]);
    found.map(|found| (found[1].to_owned(), found[2].trim().to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(texts: &[&str]) -> (Vec<String>, SampleState) {
        let content = Pieces { texts: texts.iter().map(|text| (*text).to_owned()).collect(), line: 1 }.read();
        (content.keys, content.state)
    }

    #[test]
    fn keys_are_paths() {
        let (keys, state) = read(&[r#"{"orders": [{"id": 1}, {"id": 2, "note": null}], "total": 2}"#]);
        assert_eq!(keys, ["orders", "orders[].id", "orders[].note", "total"]);
        assert_eq!(state, SampleState::Whole);
    }

    #[test]
    fn parts_separated_by_a_page_break_are_joined() {
        let joined = read(&["{\n\"orders\": [\n{\"id\": 1}\n]\n}", "\"total\": 2\n}"]);
        assert_eq!(
            joined,
            (vec!["orders".to_owned(), "orders[].id".to_owned(), "total".to_owned()], SampleState::Repaired)
        );
    }

    #[test]
    fn commas_and_brackets_are_fixed() {
        assert_eq!(
            read(&["{\n\"a\": 1\n\"b\": [2,],\n"]),
            (vec!["a".to_owned(), "b".to_owned()], SampleState::Repaired)
        );
        assert_eq!(read(&["{“a”: 1}"]).1, SampleState::Repaired);
    }

    #[test]
    fn json_with_errors_inside_needs_repair() {
        assert_eq!(read(&[r#"{"a": "{\"b\": 1}"}"#]).1, SampleState::Whole);
        assert_eq!(read(&[r#"{"a": "[{\\\"b\\\": 1}]"}"#]).1, SampleState::Repaired);
        assert_eq!(read(&["{\"a\": \"\u{2f46}\"}"]).1, SampleState::Repaired);
    }

    #[test]
    fn a_broken_sample_has_names_only() {
        assert_eq!(
            read(&[r#"{"a": {"b": [1}, "c": ...}"#]),
            (vec!["a".to_owned(), "b".to_owned(), "c".to_owned()], SampleState::Broken)
        );
    }

    #[test]
    fn a_request_line_is_not_json() {
        let (piece, line, json) = Pieces::classify("POST https://[{endpoint}]/v1/orders\n{\n\"a\": 1 }");
        assert_eq!((piece, line, json.as_str()), (Piece::Start, 1, "{\n\"a\": 1 }"));
        assert_eq!(Pieces::classify("\"a\": 1\n}").0, Piece::Rest);
        assert_eq!(Pieces::classify("GET /v1/orders").0, Piece::Other);
        assert_eq!(Pieces::classify("GET /v1/orders/\n{{order_id}}").0, Piece::Other);
    }

    #[test]
    fn xml_has_element_names() {
        assert_eq!(elements("<ListResponse><Order><Id>1</Id></Order></ListResponse>"), ["Id", "Order"]);
    }
}
