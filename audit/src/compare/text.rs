//! Compares texts of documents with those of specs, regardless of damage of the scan.

use std::borrow::Cow;

use serde_json::Value;
use unicode_normalization::UnicodeNormalization as _;

use crate::extract;

/// Whether two values are the same, regardless of spaces, quotes and letters that scans confuse.
pub(super) fn same(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let (before, after) = (skeleton(a), skeleton(b));
    let (length, other) = (before.chars().count(), after.chars().count());
    // A cell may cut a long value off, and the scan damage it.
    let cut = length >= LONG && after.starts_with(&before);
    let damaged = || length >= VERY_LONG && is_similar(&before, &after, length.max(other) as f64);
    // A list may be sent as one value, or its items be listed.
    let items = || {
        let list = b.trim_start().starts_with('[').then(|| serde_json::from_str::<Value>(b).ok()).flatten();
        let items = list.as_ref().and_then(Value::as_array).filter(|items| !items.is_empty());
        let texts = items.map(|items| items.iter().map(|item| item.as_str().map_or(item.to_string(), str::to_owned)));
        texts.is_some_and(|mut texts| {
            let all: Vec<String> = texts.clone().collect();
            skeleton(&all.join(",")) == before || texts.any(|text| skeleton(&text) == before)
        })
    };
    before == after || cut || damaged() || items()
}

/// From this length on, the start of a value identifies it.
const LONG: usize = 12;
/// From this length on, a few wrong letters do not make another value.
const VERY_LONG: usize = 32;
const SIMILAR: f64 = 0.9;

/// Whether few letters differ. The exact distance takes as many steps as the product of the lengths: so what the texts
/// begin and end with is left out, and a look at the number of each letter comes first.
fn is_similar(a: &str, b: &str, longest: f64) -> bool {
    let start: usize = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum();
    let (a, b) = (&a[start..], &b[start..]);
    let end: usize = a.chars().rev().zip(b.chars().rev()).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum();
    let (a, b) = (&a[..a.len() - end], &b[..b.len() - end]);
    // Some letters share a counter, so that what is left over may be fewer than what differs, but never more.
    let mut counts = [0_i32; 128];
    let mut count = |text: &str, step: i32| text.chars().for_each(|c| counts[c as usize % 128] += step);
    count(a, 1);
    count(b, -1);
    let over = |sign: i32| counts.iter().map(|count| (count * sign).max(0)).sum::<i32>();
    let similar = |distance: f64| 1.0 - distance / longest >= SIMILAR;
    similar(f64::from(over(1).max(over(-1)))) && similar(strsim::levenshtein(a, b) as f64)
}

/// The JSON in a string, whose quotes a scan or an outer text may have changed.
pub(super) fn json(text: &str) -> Option<Value> {
    let parse = |text: &str| serde_json::from_str::<Value>(text).ok().filter(|it| it.is_object() || it.is_array());
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    parse(text).or_else(|| {
        let plain: String = text
            .chars()
            .filter(|c| !matches!(c, '\\' | '\n'))
            .map(|c| if matches!(c, '\u{201c}' | '\u{201d}') { '"' } else { c })
            .collect();
        // A break inside of the quotes is part of the text around the value.
        parse(&plain.replace("{ \"", "{\"").replace(": \"", ":\"").replace(" \"", "\""))
    })
}

fn skeleton(value: &str) -> String {
    let value: Cow<'_, str> = match value.is_ascii() {
        true => value.into(),
        false => {
            value.nfkc().map(|c| if matches!(c, '\u{201c}' | '\u{201d}') { '"' } else { extract::latin(c) }).collect()
        }
    };
    let json = value.trim_start().starts_with(['{', '[']).then(|| serde_json::from_str::<Value>(&value).ok()).flatten();
    let value = json.map_or(value, |json| json.to_string().into());
    // Scans lose underscores and miscount the asterisks of a hidden part.
    let kept =
        value.chars().filter(|c| !c.is_whitespace() && !matches!(c, '\\' | '_' | '*')).flat_map(char::to_lowercase);
    let kept: String = kept
        .map(|c| match c {
            'i' | '1' => 'l',
            '0' => 'o',
            c => c,
        })
        .collect();
    // Marks of the markup, and a comma that was outside of the quotes.
    let marked = kept.trim_end_matches(['$', ',']);
    if kept.len() > marked.len() { marked.trim_end_matches('}').to_owned() } else { kept }
}

/// A string for containment: without spaces and marks of code, in lower case.
pub(super) fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '`' | '"' | '(' | ')'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// Whether a description has a unit.
pub(super) fn has_unit(text: &str, unit: &str) -> bool {
    let words: Vec<String> =
        text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '/' | '%'))).map(str::to_lowercase).collect();
    let unit = unit.to_lowercase();
    let wanted: &[&str] = match unit.as_str() {
        "percent" => &["percent", "percentage", "%"],
        "milliseconds" => &["milliseconds", "millisecond", "ms"],
        "gb" => &["gb", "gigabytes", "gib"],
        "days" => &["days", "day", "daily"],
        "bytes" => &["bytes", "byte"],
        _ => &[],
    };
    let singular = unit.strip_suffix('s').unwrap_or(&unit);
    words.iter().any(|word| {
        let word = word.trim_end_matches('/');
        word == unit || word == singular || wanted.contains(&word) || unit == "percent" && word.ends_with('%')
    })
}
