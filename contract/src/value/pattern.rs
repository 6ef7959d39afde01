//! Generates strings of a given length that match a regular expression.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

/// Unbounded repetitions count as this many more.
const MANY: usize = 60;

/// A regular expression that strings are generated from.
pub(super) struct Pattern {
    hir: Hir,
    /// Whether a string may continue before and after the match.
    pub open: (bool, bool),
}

/// The length of a string.
#[derive(Clone, Copy, Debug)]
pub(super) struct Length {
    pub least: usize,
    pub most: usize,
}

impl Pattern {
    /// Parses an ECMA-262 expression. Lookarounds are left out: callers validate the strings against the pattern.
    pub fn new(pattern: &str) -> Option<Self> {
        let plain = without_looks(pattern);
        let mut parser = ParserBuilder::new().build();
        let hir = parser.parse(&plain).ok()?;
        let properties = hir.properties();
        let looks = |set: regex_syntax::hir::LookSet| !set.is_empty();
        let open = (!looks(properties.look_set_prefix()), !looks(properties.look_set_suffix()));
        Some(Self { hir, open })
    }

    /// A string of about this length. Where there is a choice, characters in `nice` are preferred.
    pub fn text(&self, length: Length, rng: &mut fastrand::Rng, nice: &dyn Fn(char) -> bool, short: bool) -> String {
        let mut out = String::new();
        write(&self.hir, length, &mut Source { rng, nice, short }, &mut out);
        out
    }
}

struct Source<'a> {
    rng: &'a mut fastrand::Rng,
    nice: &'a dyn Fn(char) -> bool,
    short: bool,
}

/// Minimum and maximum number of characters.
fn bounds(hir: &Hir) -> (usize, usize) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => (0, 0),
        HirKind::Literal(literal) => {
            let count = String::from_utf8_lossy(&literal.0).chars().count();
            (count, count)
        }
        HirKind::Class(_) => (1, 1),
        HirKind::Capture(capture) => bounds(&capture.sub),
        HirKind::Repetition(repetition) => {
            let (least, most) = bounds(&repetition.sub);
            (least.saturating_mul(repetition.min as usize), most.saturating_mul(times(repetition.min, repetition.max)))
        }
        HirKind::Concat(parts) => parts
            .iter()
            .map(bounds)
            .fold((0, 0), |(a, b), (c, d)| (usize::saturating_add(a, c), usize::saturating_add(b, d))),
        HirKind::Alternation(parts) => {
            let all = parts.iter().map(bounds);
            all.reduce(|(a, b), (c, d)| (a.min(c), b.max(d))).unwrap_or((0, 0))
        }
    }
}

fn times(min: u32, max: Option<u32>) -> usize {
    max.map_or(min as usize + MANY, |max| max as usize)
}

fn write(hir: &Hir, length: Length, source: &mut Source<'_>, out: &mut String) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(class) => out.extend(character(class, source)),
        HirKind::Capture(capture) => write(&capture.sub, length, source, out),
        HirKind::Repetition(repetition) => {
            let (least, most) = bounds(&repetition.sub);
            let (min, max) = (repetition.min as usize, times(repetition.min, repetition.max));
            let enough = if most == 0 { min } else { length.least.div_ceil(most) };
            let (low, high) = (min.max(enough).min(max), length.most.checked_div(least).unwrap_or(max).clamp(min, max));
            let count = match high.checked_sub(low) {
                None => low,
                Some(_) if source.short => low,
                Some(room) => low + source.rng.usize(0..=room.min(12.max(room / 2))),
            };
            sequence(&vec![&*repetition.sub; count], length, source, out);
        }
        HirKind::Concat(parts) => sequence(&parts.iter().collect::<Vec<_>>(), length, source, out),
        HirKind::Alternation(parts) => {
            let fits = |part: &&Hir| {
                let (least, most) = bounds(part);
                least <= length.most && most >= length.least
            };
            let fitting: Vec<&Hir> = parts.iter().filter(fits).collect();
            let fitting = if fitting.is_empty() { parts.iter().collect() } else { fitting };
            if let Some(part) = source.rng.choice(fitting) {
                write(part, length, source, out);
            }
        }
    }
}

/// Distributes the length among consecutive parts.
fn sequence(parts: &[&Hir], length: Length, source: &mut Source<'_>, out: &mut String) {
    let all: Vec<_> = parts.iter().map(|part| bounds(part)).collect();
    let mut rest = all.iter().fold((0_usize, 0_usize), |(a, b), (c, d)| (a.saturating_add(*c), b.saturating_add(*d)));
    let (mut least, mut most) = (length.least, length.most);
    for (part, (own_least, own_most)) in parts.iter().zip(all) {
        rest = (rest.0.saturating_sub(own_least), rest.1.saturating_sub(own_most));
        let share = Length {
            least: least.saturating_sub(rest.1).max(own_least),
            most: most.saturating_sub(rest.0).min(own_most).max(own_least),
        };
        let before = out.chars().count();
        write(part, Length { least: share.least.min(share.most), ..share }, source, out);
        let written = out.chars().count() - before;
        least = least.saturating_sub(written);
        most = most.saturating_sub(written);
    }
}

/// A character of a class, if possible a printable ASCII character in `nice`.
fn character(class: &Class, source: &mut Source<'_>) -> Option<char> {
    let ranges: Vec<(u32, u32)> = match class {
        Class::Unicode(class) => class.iter().map(|range| (range.start() as u32, range.end() as u32)).collect(),
        Class::Bytes(class) => class.iter().map(|range| (u32::from(range.start()), u32::from(range.end()))).collect(),
    };
    let printable = ranges.iter().flat_map(|(first, last)| (*first).max(0x20)..=(*last).min(0x7e));
    let ascii: Vec<char> = printable.filter_map(char::from_u32).collect();
    let nice: Vec<char> = ascii.iter().copied().filter(|it| (source.nice)(*it)).collect();
    if let Some(chosen) = source.rng.choice(if nice.is_empty() { ascii } else { nice }) {
        return Some(chosen);
    }
    let (first, last) = source.rng.choice(ranges)?;
    (first..=last.min(first + 200)).find_map(char::from_u32)
}

/// The expression without `(?=..)`, `(?!..)`, `(?<=..)` and `(?<!..)`.
fn without_looks(pattern: &str) -> String {
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(next) = rest.chars().next() {
        if let Some(looking) = ["(?=", "(?!", "(?<=", "(?<!"].iter().find(|start| rest.starts_with(**start)) {
            rest = &rest[looking.len() + inside(&rest[looking.len()..])..];
            continue;
        }
        let taken = match next {
            '\\' => rest.char_indices().nth(2).map_or(rest.len(), |(at, _)| at),
            '[' => 1 + class_end(&rest[1..]),
            next => next.len_utf8(),
        };
        out.push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
    out
}

/// The length of a group's content, with the closing bracket.
fn inside(text: &str) -> usize {
    let mut depth = 1;
    let mut at = 0;
    while let Some(next) = text[at..].chars().next() {
        at += match next {
            '\\' => text[at..].char_indices().nth(2).map_or(text.len() - at, |(to, _)| to),
            '[' => 1 + class_end(&text[at + 1..]),
            next => next.len_utf8(),
        };
        match next {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// The length of the rest of a class, with the bracket that closes it.
fn class_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, next) in text.char_indices() {
        match next {
            ']' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_strings_match_and_have_the_given_length() {
        let mut rng = fastrand::Rng::with_seed(7);
        let cases = [
            (r"^[a-z]([-a-z0-9]*[a-z0-9])?$", 1, 63),
            (r"^\d{4}-\d{2}$", 7, 7),
            (r"^(a|bc|def)+$", 10, 12),
            (r"^[A-Z]{2,}\.[^.]*$", 20, 25),
            (r"^x*y{3}$", 3, 3),
        ];
        for (pattern, least, most) in cases {
            let made = Pattern::new(pattern).unwrap();
            let regex = jsonschema::validator_for(&serde_json::json!({ "pattern": pattern })).unwrap();
            for _ in 0..50 {
                let text = made.text(Length { least, most }, &mut rng, &|_| true, false);
                let count = text.chars().count();
                assert!(regex.is_valid(&text.clone().into()), "{pattern}: {text}");
                assert!((least..=most).contains(&count), "{pattern}: {text}");
            }
        }
    }

    #[test]
    fn lookarounds_are_removed() {
        assert_eq!(without_looks(r"^(?!a(b)[)]\))c(?<=d)(?<name>e)\(?=f"), r"^c(?<name>e)\(?=f");
        assert_eq!(without_looks("[(?=a]b"), "[(?=a]b");
        assert!(Pattern::new(r"^(?=.{1,20}$)[a-z]+$").is_some());
    }
}
