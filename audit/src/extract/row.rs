//! Reads the statements of a row's text about its field: bounds, defaults, examples, units, character sets, conditions.
//!
//! Each recognizer reads its form in the text without spaces (narrow cells break words) and takes it out of the text,
//! so that no later one reads it again. Numbers and words that none takes remain as mentions: nothing is lost silently.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use sha2::{Digest as _, Sha256};
use unicode_normalization::UnicodeNormalization as _;

use super::repair;
use crate::{
    fact::{Detail, Kind, Type},
    words::rows::{self, Counted, WORDS},
};

/// The statements of a row's text.
#[derive(Clone, Debug, Default)]
pub struct Read {
    /// The statements, in order.
    pub details: Vec<(Detail, String)>,
    /// Values in running text.
    pub values: Vec<String>,
    /// The text without spaces.
    pub text: String,
    /// The text that no recognizer matched.
    pub rest: String,
}

/// The placeholder for a part that was read, which keeps the parts around it separate.
const TAKEN: &str = "\u{25c7}";

/// The continuation of a list of values after an explanation in brackets.
const VALUES_GO_ON: &str = "\u{3001},\u{6216}\u{548c}";

/// Compiles a pattern of the table.
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern")
}

macro_rules! patterns {
    ($($name:ident = $text:expr;)*) => {
        $(static $name: LazyLock<Regex> = LazyLock::new(|| pattern(&$text));)*
    };
}

/// A number that is not part of a word, time or version.
const NUMBER: &str = r"(-?[0-9]+(?:\.[0-9]+)?)";

patterns! {
    REFERENCES = WORDS.references;
    REMARK = WORDS.remark;
    EXAMPLE = WORDS.example;
    EXEMPLARY = WORDS.exemplary;
    DEFAULT = WORDS.default;
    DEFAULT_ITEM = WORDS.default_item;
    DEFAULT_EMPTY = WORDS.default_empty;
    NO_DEFAULT = WORDS.no_default;
    HINTS_DEFAULT = WORDS.hints_default;
    BEFORE_RANGE = WORDS.before_range;
    LENGTH = WORDS.length;
    MULTIPLE = WORDS.multiple;
    NOT_NEGATIVE = WORDS.not_negative;
    POSITIVE = WORDS.positive;
    NOT_EMPTY = WORDS.not_empty;
    CONDITIONAL = WORDS.conditional;
    CONDITIONAL_END = WORDS.conditional_end;
    HINTS_BOUND = WORDS.hints_bound;
    UNIT = WORDS.unit;
    VALUES = WORDS.values;
    BETWEEN_VALUES = WORDS.between_values;
    HINTS_CHARACTERS = WORDS.hints_characters;
    FORBIDS = WORDS.forbids;
    FORBIDS_SYMBOL = WORDS.forbids_symbol;
    GREATEST_OF_TYPE = WORDS.greatest_of_type;
    OF_OTHER = WORDS.of_other;
    FIXED = WORDS.fixed;
    EXAMPLE_LIST = WORDS.example_list;
    LABEL = r"^[A-Za-z]+:";
    SUFFIX = WORDS.suffix;
    STARTS = WORDS.starts;
    RANGE = format!(r"{NUMBER}({m})?(?:{b})({NUMBER})({m})?(?:之间)?", b = WORDS.between, m = WORDS.measure);
    AT_LEAST = format!(r"(?:{}){NUMBER}({})?", WORDS.at_least, WORDS.measure);
    AT_MOST = format!(r"(?:{}){NUMBER}({})?", WORDS.at_most, WORDS.measure);
    ABOVE = format!(r"(?:{}){NUMBER}({})?", WORDS.above, WORDS.measure);
    BELOW = format!(r"(?:{}){NUMBER}({})?", WORDS.below, WORDS.measure);
    OR_MORE = format!(r"{NUMBER}({})?(?:{})", WORDS.measure, WORDS.or_more);
    OR_LESS = format!(r"{NUMBER}({})?(?:{})", WORDS.measure, WORDS.or_less);
    EXACT = format!(r"{NUMBER}({})", WORDS.measure);
    SYMBOLS = r"[!-/:-@\[-`{-~]{2,}";
    CHARACTER_RANGES = r"\([Aa0][~-][Zz9]\)|\([!-~]\)|\(\\u[^)]*\)";
    GREATER = r"\$?(?:<math>)?\\geq?\s*([0-9]+)(?:</math>)?\$?";
    LESS = r"\$?(?:<math>)?\\leq?\s*([0-9]+)(?:</math>)?\$?";
    WORD = r"[A-Za-z_][A-Za-z0-9_.:/-]*[A-Za-z0-9]|-?[0-9][A-Za-z0-9_.:/-]*";
    WHEN = WORDS.when;
    BRACKETS = format!(r"\[{NUMBER},{NUMBER}\]");
    FROM = format!("(?:{})", WORDS.from).replace("{N}", NUMBER);
    EXPLAINED = WORDS.explained;
    WITH_MEANING = r"^[“\x22]?([A-Za-z0-9_][A-Za-z0-9_.-]*)[”\x22]?:";
    IN_BRACKETS = r"^([A-Za-z][A-Za-z0-9_]*)\([^()A-Za-z]*\)[、,]?";
    ASCII = WORDS.ascii;
    ONE = WORDS.one;
    DIGITS = WORDS.digits;
    KINDS = WORDS.kinds;
    AFTER_EXAMPLE = WORDS.after_example;
    RANGE_OF_NUMBERS = r"^[0-9.]+[-~][0-9.]+$|^[A-Za-z]$";
}

/// A string without spaces and damage of the scan. A list item starts with a bullet.
pub fn compact(text: &str) -> String {
    let text: String = text.nfkc().collect();
    let text: String = text
        .chars()
        .map(|c| {
            rows::MISREAD.iter().find(|(misread, _)| *misread == c).map_or_else(|| repair::latin(c), |(_, it)| *it)
        })
        .collect();
    let text = text.replace("\n- ", "\u{2022}");
    let text = text.strip_prefix("- ").map_or_else(|| text.clone(), |rest| format!("\u{2022}{rest}"));
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let text = GREATER.replace_all(&text, "\u{2265}$1");
    LESS.replace_all(&text, "\u{2264}$1").into_owned()
}

/// Reads a row: its description, its example, and the type of its field.
pub fn read(description: &str, example: &str, ty: Option<&Type>) -> Read {
    let mut reader = Reader { read: Read { text: compact(description), ..Read::default() }, rest: String::new(), ty };
    reader.rest.clone_from(&reader.read.text);
    reader.column(example);
    reader.take(&REFERENCES);
    reader.take(&REMARK);
    reader.examples();
    reader.json();
    reader.defaults();
    reader.characters();
    reader.units();
    reader.bounds();
    reader.values();
    reader.read.rest = reader.rest;
    reader.read
}

struct Reader<'a> {
    read: Read,
    rest: String,
    ty: Option<&'a Type>,
}

impl Reader<'_> {
    fn add(&mut self, detail: Detail, value: impl Into<String>) {
        let value = value.into();
        if !self.read.details.iter().any(|(known, other)| *known == detail && *other == value) {
            self.read.details.push((detail, value));
        }
    }

    /// Takes all matches out of the text.
    fn take(&mut self, pattern: &Regex) {
        if pattern.is_match(&self.rest) {
            self.rest = pattern.replace_all(&self.rest, TAKEN).into_owned();
        }
    }

    /// Takes the matches that a function reads out of the text.
    fn take_if(&mut self, pattern: &Regex, mut reads: impl FnMut(&mut Self, &str, &Captures<'_>, &str) -> bool) {
        let text = std::mem::take(&mut self.rest);
        let mut left = String::new();
        let mut end = 0;
        for found in pattern.captures_iter(&text) {
            let Some(whole) = found.get(0) else { continue };
            let (before, after) = (&text[..whole.start()], &text[whole.end()..]);
            left.push_str(&text[end..whole.start()]);
            left.push_str(if reads(self, before, &found, after) { TAKEN } else { whole.as_str() });
            end = whole.end();
        }
        left.push_str(&text[end..]);
        self.rest = left;
    }

    /// The column with an example.
    fn column(&mut self, example: &str) {
        let example = AFTER_EXAMPLE.replace(&compact(example), "").into_owned();
        if !matches!(example.as_str(), "" | "-" | "\u{65e0}") {
            self.example(&example);
        }
    }

    /// Truncated JSON is not an example.
    fn example(&mut self, value: &str) {
        let count = |bracket: char| value.matches(bracket).count();
        let cut = value.starts_with(['{', '[']) && (count('{') > count('}') || count('[') > count(']'));
        if cut && value.contains('"') {
            self.add(Detail::Unread, "example");
        } else {
            self.add(Detail::Example, value);
        }
    }

    /// JSON in running text is a value of the field.
    fn json(&mut self) {
        let mut from = 0;
        while let Some(start) = self.rest[from..].find(['{', '[']).map(|at| from + at) {
            let text = &self.rest[start..];
            let mut values = serde_json::Deserializer::from_str(text).into_iter::<serde_json::Value>();
            let read = values.next().and_then(Result::ok).filter(|json| json.to_string().contains("\":"));
            let read = read.filter(|_| !self.has(&[Detail::Example]));
            let read = read.filter(|_| !self.has(&[Detail::Example]));
            let end = start + values.byte_offset();
            from = start + 1;
            if read.is_some() {
                let value = self.rest[start..end].to_owned();
                self.add(Detail::Example, value);
                self.rest.replace_range(start..end, TAKEN);
                from = start + TAKEN.len();
            }
        }
    }

    fn examples(&mut self) {
        self.take_if(&EXAMPLE_LIST, |reader, _, found, _| {
            for item in found[1].split('\u{2022}').filter(|item| !item.is_empty()) {
                reader.example(&LABEL.replace(item.trim_end_matches('\u{3002}'), ""));
            }
            true
        });
        self.take_if(&EXAMPLE, |reader, _, found, _| {
            if let Some(value) = found.get(1) {
                let value = value.as_str().trim_end_matches([',', '.', ';']);
                reader.example(value);
            }
            true
        });
    }

    fn defaults(&mut self) {
        self.take_if(&DEFAULT_ITEM, |reader, _, found, _| {
            reader.add(Detail::Default, &found[1]);
            // The item itself is still a value.
            false
        });
        self.rest = NO_DEFAULT.replace_all(&self.rest, format!("$1{TAKEN}")).into_owned();
        let by_item = self.read.details.iter().any(|(detail, _)| *detail == Detail::Default);
        self.take_if(&DEFAULT_EMPTY, |reader, _, _, _| {
            reader.add(Detail::Default, "");
            true
        });
        self.take_if(&DEFAULT, |reader, _, found, after| {
            let value = found[1].trim_end_matches(['.', ':', '/', '-']);
            // `5s`, `40G`: a number and its unit.
            let number = value.trim_end_matches(|c: char| c.is_ascii_alphabetic());
            let measured = value.len() - number.len() <= 2 && number.parse::<f64>().is_ok();
            let value = if measured { number } else { value };
            // A number that a word follows is a count of something, unless it is a unit.
            if after.starts_with(['\u{4e2a}', '~']) {
                return false;
            }
            reader.add(Detail::Default, value);
            true
        });
        if !by_item
            && !self.read.details.iter().any(|(detail, _)| *detail == Detail::Default)
            && HINTS_DEFAULT.is_match(&self.rest)
        {
            self.add(Detail::Unread, "default");
        }
    }

    /// Sets of characters, in the sentence that names letters.
    fn characters(&mut self) {
        self.take_if(&SUFFIX, |reader, _, found, _| {
            reader.add(Detail::Characters, format!("suffix {}", &found[1]));
            true
        });
        self.take_if(&FORBIDS_SYMBOL, |reader, _, found, _| {
            reader.add(Detail::Forbidden, &found[1]);
            true
        });
        self.take_if(&STARTS, |reader, _, found, _| {
            let lower = found.get(1).is_some_and(|case| rows::LOWERCASE.0.starts_with(case.as_str()));
            reader.add(Detail::Characters, if lower { "lowercase letter first" } else { "letter first" });
            true
        });
        self.take_if(&ASCII, |reader, _, _, _| {
            reader.add(Detail::Characters, "ASCII");
            true
        });
        if !self.is_numeric() {
            self.take_if(&DIGITS, |reader, _, _, _| {
                reader.add(Detail::Characters, "digits");
                true
            });
        }
        let text = self.rest.clone();
        for sentence in text.split(['\u{3002}', '\u{2022}']).filter(|sentence| HINTS_CHARACTERS.is_match(sentence)) {
            let before = self.read.details.len();
            let mut allowed = sentence.to_owned();
            let mut forbidden = String::new();
            if let Some(found) = FORBIDS.find(sentence) {
                allowed = sentence[..found.start()].to_owned();
                forbidden = sentence[found.end()..].to_owned();
                // What follows a list of forbidden symbols may be allowed again.
                if let Some(symbols) = SYMBOLS.find(&forbidden) {
                    let symbols = symbols.as_str().trim_end_matches([',', '.', ';']).to_owned();
                    forbidden.clone_from(&symbols);
                    self.add(Detail::Forbidden, symbols);
                }
            }
            for (words, set) in rows::CHARACTERS {
                if words.iter().any(|word| allowed.contains(word)) {
                    let lower = *set == "letters"
                        && allowed.contains(rows::LOWERCASE.0)
                        && !rows::ALL_CASES.iter().any(|word| allowed.contains(word));
                    self.add(Detail::Characters, if lower { rows::LOWERCASE.1 } else { *set });
                }
            }
            if KINDS.is_match(sentence) {
                self.add(Detail::Characters, "several kinds");
            }
            let ranges = CHARACTER_RANGES.replace_all(&allowed, "");
            if let Some(symbols) = SYMBOLS.find(&ranges) {
                let symbols = symbols.as_str().trim_end_matches(',');
                // The brackets around it are not part of the set.
                let inside = symbols.strip_prefix('(').and_then(|symbols| symbols.strip_suffix(')'));
                self.add(Detail::Characters, format!("any of {}", inside.unwrap_or(symbols)));
            }
            if self.read.details.len() == before {
                self.add(Detail::Unread, "characters");
            }
            let taken = CHARACTER_RANGES.replace_all(sentence, TAKEN).replace("A-Z", TAKEN).replace("a-z", TAKEN);
            let taken = taken.replace("0-9", TAKEN);
            let taken = if forbidden.is_empty() { taken } else { taken.replace(&forbidden, TAKEN) };
            let taken = SYMBOLS.replace_all(&taken, TAKEN).into_owned();
            self.rest = self.rest.replace(sentence, &taken);
        }
    }

    fn units(&mut self) {
        self.take_if(&UNIT, |reader, _, found, _| {
            if let Some(word) = found.iter().skip(1).flatten().next() {
                reader.unit(word.as_str());
            }
            true
        });
    }

    fn unit(&mut self, word: &str) {
        if let Some((_, unit)) = rows::UNITS.iter().find(|(known, _)| *known == word) {
            self.add(Detail::Unit, *unit);
        } else if rows::counts(word) == Some(Counted::Bytes) {
            self.add(Detail::Unit, "bytes");
        }
    }

    fn bounds(&mut self) {
        let list = self.ty.is_some_and(|ty| ty.lists > 0);
        self.take_if(&GREATEST_OF_TYPE, |reader, _, found, _| {
            let greatest = if &found[1] == "Long" { i64::MAX } else { i64::from(i32::MAX) };
            reader.add(Detail::Maximum, greatest.to_string());
            true
        });
        self.take_if(&RANGE, |reader, before, found, after| {
            let measure = found.get(5).or_else(|| found.get(2)).map_or("", |measure| measure.as_str());
            let condition = EXEMPLARY.is_match(before) || CONDITIONAL_END.is_match(after);
            if !whole(before, after) || !BEFORE_RANGE.is_match(before) && measure.is_empty() || condition {
                return false;
            }
            reader.bound(before, measure, Some(&found[1]), Some(&found[4]));
            true
        });
        self.take_if(&BRACKETS, |reader, before, found, _| {
            reader.bound(before, "", Some(&found[1]), Some(&found[2]));
            true
        });
        self.take_if(&FROM, |reader, before, found, _| {
            reader.bound(before, "", Some(&found[1]), None);
            true
        });
        for (pattern, least) in [(&AT_LEAST, true), (&AT_MOST, false), (&OR_MORE, true), (&OR_LESS, false)] {
            self.take_if(pattern, |reader, before, found, after| {
                let beyond = !least && rows::goes_beyond(after, &found[1]);
                let of_other = beyond
                    || OF_OTHER.is_match(before.rsplit(['\u{3002}', '\u{2022}', ':']).next().unwrap_or_default());
                if !whole(before, after) || is_conditional(before, after) || of_other {
                    return false;
                }
                let measure = found.get(2).map_or("", |measure| measure.as_str());
                let length = format!("{before}{}", found[0].trim_end_matches(|c: char| c.is_ascii_digit() || c == '-'));
                let number = Some(&found[1]);
                match least {
                    true => reader.bound(&length, measure, number, None),
                    false => reader.bound(&length, measure, None, number),
                }
                true
            });
        }
        for (pattern, detail) in [(&ABOVE, Detail::Above), (&BELOW, Detail::Below)] {
            self.take_if(pattern, |reader, before, found, after| {
                if !whole(before, after)
                    || is_conditional(before, after)
                    || rows::counts(found.get(2).map_or("", |it| it.as_str())).is_some()
                {
                    return false;
                }
                reader.add(detail, &found[1]);
                true
            });
        }
        self.take_if(&ONE, |reader, before, found, _| {
            let measure = if reader.is_numeric() { "" } else { &found[0] };
            reader.bound(before, measure.get(measure.len().saturating_sub(3)..).unwrap_or_default(), None, Some("1"));
            true
        });
        self.take_if(&EXACT, |reader, before, found, after| {
            let counted = rows::counts(&found[2]);
            if counted.is_none() || !LENGTH.is_match(before) || !whole(before, after) || is_conditional(before, after) {
                return false;
            }
            reader.bound(before, &found[2], Some(&found[1]), Some(&found[1]));
            true
        });
        if self.is_numeric() && self.has(&[Detail::Minimum, Detail::Maximum]) {
            self.take_if(&FIXED, |reader, _, found, _| {
                reader.add(Detail::Minimum, &found[1]);
                reader.add(Detail::Maximum, &found[1]);
                true
            });
        }
        self.take_if(&MULTIPLE, |reader, _, found, _| {
            if let Some(number) = found.iter().skip(1).flatten().next() {
                reader.add(Detail::Multiple, number.as_str());
            }
            true
        });
        let numeric = self.is_numeric();
        if numeric && POSITIVE.is_match(&self.rest) {
            self.add(Detail::Minimum, "1");
        } else if numeric && NOT_NEGATIVE.is_match(&self.rest) && !self.has(&[Detail::Minimum]) {
            self.add(Detail::Minimum, "0");
        }
        // A sentence about `{key}` is about an inner field.
        let own = |found: regex::Match<'_>| {
            !self.rest[..found.start()].rsplit('\u{2022}').next().is_some_and(|it| it.contains('{'))
        };
        let not_empty = NOT_EMPTY.find_iter(&self.rest).any(own);
        if !numeric && not_empty && !self.has(&[Detail::MinLength, Detail::MinItems]) {
            self.add(if list { Detail::MinItems } else { Detail::MinLength }, "1");
        }
        let bounded = self.read.details.iter().any(|(detail, _)| detail.is_bound());
        if !bounded && HINTS_BOUND.is_match(&self.rest) {
            self.add(Detail::Unread, "bound");
        }
    }

    fn has(&self, details: &[Detail]) -> bool {
        self.read.details.iter().any(|(detail, _)| details.contains(detail))
    }

    fn lists_numbers(&self) -> bool {
        self.ty.is_some_and(|ty| ty.lists > 0 && matches!(ty.kind, Kind::Integer | Kind::Long | Kind::Number))
    }

    fn is_numeric(&self) -> bool {
        self.ty.is_some_and(|ty| ty.lists == 0 && matches!(ty.kind, Kind::Integer | Kind::Long | Kind::Number))
    }

    /// Adds a bound of the things that the words around it count.
    fn bound(&mut self, before: &str, measure: &str, least: Option<&str>, most: Option<&str>) {
        let list = self.ty.is_some_and(|ty| ty.lists > 0);
        let length =
            LENGTH.is_match(before) || before.chars().rev().take(12).collect::<String>().contains("\u{5ea6}\u{957f}");
        let (min, max) = match rows::counts(measure) {
            Some(Counted::Characters) => (Detail::MinLength, Detail::MaxLength),
            Some(Counted::Bytes) if self.is_numeric() => (Detail::Minimum, Detail::Maximum),
            Some(Counted::Bytes) => (Detail::MinBytes, Detail::MaxBytes),
            Some(Counted::Items) if !self.is_numeric() => (Detail::MinItems, Detail::MaxItems),
            None if list && (!self.lists_numbers() || rows::is_of_list(before)) => (Detail::MinItems, Detail::MaxItems),
            None if length && measure.is_empty() && !self.is_numeric() => (Detail::MinLength, Detail::MaxLength),
            _ => (Detail::Minimum, Detail::Maximum),
        };
        if rows::counts(measure).is_none() && !measure.is_empty() {
            self.unit(measure);
        }
        // No length is less than zero.
        if let Some(number) = least.filter(|number| *number != "0" || matches!(min, Detail::Minimum)) {
            self.add(min, number);
        }
        if let Some(number) = most {
            self.add(max, number);
        }
    }

    fn values(&mut self) {
        self.read.values = explained(&self.read.text);
        self.take_if(&VALUES, |reader, before, found, after| {
            let own = !before.ends_with(|c: char| c.is_ascii_alphanumeric());
            let list = BETWEEN_VALUES.split(&found[2]).map(|value| value.trim_end_matches(['.', ':']));
            // A scan may repeat the text between two values.
            let list: Vec<&str> = list.filter(|value| !value.is_empty()).collect();
            let ranges = list.iter().any(|value| RANGE_OF_NUMBERS.is_match(value));
            // A number that some values are limited to, beside a range for all.
            let numbers = list.iter().all(|value| value.parse::<f64>().is_ok());
            let limited = numbers && reader.read.details.iter().any(|(detail, _)| detail.is_bound());
            // A bracket may explain the last value, or be part of it, or explain the first of several.
            let explained = found[0].ends_with('(');
            let rest = after.split_once(')').map_or("", |(_, rest)| rest);
            let partial =
                explained && (after.starts_with("for") || rest.starts_with(|c: char| VALUES_GO_ON.contains(c)));
            if !own || ranges || limited || partial || CONDITIONAL.is_match(before) || WHEN.is_match(before) {
                return false;
            }
            for value in list.into_iter().map(str::to_owned) {
                if !reader.read.values.contains(&value) {
                    reader.read.values.push(value);
                }
            }
            // A bracket stays with the text that it explains.
            true
        });
    }
}

/// The values after a word that announces them, each with its meaning: `a:first.b:second.`, or `a(first),b(second)`. One
/// alone may be anything.
fn explained(text: &str) -> Vec<String> {
    let Some(found) = EXPLAINED.find(text) else { return Vec::new() };
    let text = &text[found.end()..];
    let mut values: Vec<String> = Vec::new();
    let text = rows::before_note(text);
    for item in text.split(['\u{3002}', ';', '\u{2022}']).filter(|item| !item.is_empty()) {
        match WITH_MEANING.captures(item) {
            Some(value) => values.push(value[1].to_owned()),
            None if values.is_empty() => break,
            // A part of the list may be lost.
            None => return Vec::new(),
        }
    }
    let mut rest = text;
    if values.is_empty() {
        while let Some(value) = IN_BRACKETS.captures(rest) {
            values.push(value[1].to_owned());
            rest = &rest[value[0].len()..];
        }
        if rest.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            return Vec::new();
        }
    }
    values.dedup();
    if values.len() < 2 { Vec::new() } else { values }
}

/// Whether a number between two texts is not part of a word, a time or a version.
fn whole(before: &str, after: &str) -> bool {
    !before.ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '/' | '+'))
        && !before.strip_suffix(':').is_some_and(|before| before.ends_with(|c: char| c.is_ascii_digit()))
        && !after.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '~'))
        && !after
            .strip_prefix(['.', ':', '-'])
            .is_some_and(|after| after.starts_with(|c: char| c.is_ascii_alphanumeric()))
}

/// Whether a clause is a condition or an example.
fn is_conditional(before: &str, after: &str) -> bool {
    CONDITIONAL.is_match(before) || EXEMPLARY.is_match(before) || CONDITIONAL_END.is_match(after)
}

/// The other fields that a row mentions, each with the hash of the sentences that do: `charge_mode 1f0a93c2`.
pub fn conditions(text: &str, own: &str, values: &[String], names: &[&str]) -> Vec<String> {
    let text = REFERENCES.replace_all(text, TAKEN);
    let sentences: Vec<&str> = text.split('\u{3002}').collect();
    let mut found = Vec::new();
    // A value may be spelled like a field.
    for name in names.iter().filter(|name| **name != own && !values.iter().any(|value| value == **name)) {
        let mentioning: Vec<&str> = sentences.iter().copied().filter(|sentence| mentions(sentence, name)).collect();
        if !mentioning.is_empty() {
            found.push(format!("{name} {}", hash(&mentioning.concat())));
        }
    }
    found.sort();
    found
}

/// The hash of a string without spaces: the lock has no sentences, but a changed one shows.
pub fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

/// The length up to which a name may be a word of the language.
const SHORT_NAME: usize = 2;
/// Quotes around a name.
const QUOTES: &[char] = &['\u{201c}', '\u{201d}', '"', '\''];

/// Whether a string has a name as a whole word.
fn mentions(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let after = &text[at + name.len()..];
        // `Endpoint` in `Endpoint.Type` is another field.
        let dotted = after.strip_prefix('.').is_some_and(|after| after.starts_with(|c: char| c.is_ascii_alphabetic()));
        let before = &text[..at];
        // Short names are words of the language, too; braces and brackets explain values.
        let is_word = name.len() <= SHORT_NAME && !(before.ends_with(QUOTES) && after.starts_with(QUOTES));
        let outside = !before.ends_with(|c: char| word(c) || matches!(c, '.' | '/' | '{'));
        outside && !after.starts_with(|c: char| word(c) || matches!(c, '(' | ':')) && !dotted && !is_word
    })
}

/// The numbers in running text, without those that count its own items.
pub fn numbers(text: &str) -> Vec<String> {
    // Numbers in circles are marks of notes.
    let marked = |c: char| if ('\u{2460}'..='\u{2473}').contains(&c) { ' ' } else { c };
    let text: String = text.chars().map(marked).nfkc().collect();
    // A reference to a table or a figure, with a blank before its number.
    let text =
        ["\u{8868}", "\u{56fe}", "Table"].iter().fold(text, |text, word| text.replace(&format!("{word} "), word));
    let text = REFERENCES.replace_all(&text, TAKEN);
    let item = |found: &regex::Match<'_>| {
        found.start() == 0 && (found.as_str().ends_with('.') || text[found.end()..].starts_with(['.', '\u{3001}', ')']))
    };
    let found = WORD.find_iter(&text).filter(|found| !item(found)).map(|found| found.as_str());
    let trimmed = found.map(|word| word.trim_end_matches(['.', ':', '/', '-']));
    trimmed.filter(|word| word.starts_with(|c: char| c.is_ascii_digit())).map(str::to_owned).collect()
}

/// The words and numbers of the text that no recognizer took.
pub fn leftover(rest: &str, values: &[String], names: &[&str]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    // In an English text, the words are the text.
    let english = !rest.is_empty() && !rest.chars().any(|c| c.is_alphabetic() && !c.is_ascii());
    for word in WORD.find_iter(rest).map(|word| word.as_str().trim_end_matches(['.', ':', '/', '-'])) {
        let known = |text: &String| text == word || text.replace(' ', "") == word;
        let counts = word.len() > 1 && !(english && word.starts_with(|c: char| c.is_ascii_alphabetic()));
        if counts && !values.iter().any(known) && !names.contains(&word) && !found.iter().any(|it| it == word) {
            found.push(word.to_owned());
        }
    }
    found
}
