//! Generates strings: by pattern, by format, or free ones with characters that are easily lost in transit.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::flat::Flat;
use super::pattern::{Length, Pattern};
use super::{Amount, Ctx, Generator};

/// The characters of free strings: a space, characters special to URLs, forms, JSON and headers, and multi-byte
/// letters.
const CHARACTERS: &str = "aZ0-_.~ b/?c#d[e]@f!g$h&i'j(k)l*m+n,o;p=q%r\"s\\t<u>v|w^x`y{z}1:é2ß3Ω4😀5\n6\t7%418";

/// Those that are valid in a header.
const HEADER_CHARACTERS: &str = "aZ0-_.~b/?c#d[e]@f!g$h&i'j(k)l*m+n;p=q%r<u>v|w^x`y{z}1:2 3";

/// A string without an upper limit is at most this long, if possible.
const ENOUGH: usize = 24;

/// Longer strings are not generated.
const LONGEST: usize = 1_000_000;

impl Generator<'_> {
    pub(super) fn text(&mut self, flat: &Flat<'_>, ctx: &Ctx) -> Result<String, String> {
        let stated = flat.at_most("maxLength");
        let least = flat.at_least("minLength");
        let least = if ctx.plain > 0 && stated != Some(0) { least.max(1) } else { least };
        let most = stated.unwrap_or_else(|| least.saturating_add(ENOUGH));
        if least > LONGEST {
            return Err(format!("a string of {least} characters is too long to generate"));
        }
        if least > most {
            return Err(format!("a string would need at least {least} and at most {most} characters"));
        }
        let patterns: Vec<&str> = flat.all("pattern").filter_map(Value::as_str).collect();
        let (least, most) = match ctx.amount {
            _ if !patterns.is_empty() => (least, if stated.is_none() { least.max(1000) } else { most }),
            Amount::Least => (least, least.max(1).min(most)),
            Amount::Most if most <= 300 => (most, most),
            Amount::Most | Amount::Random => (least, most.min(least.saturating_add(ENOUGH))),
        };
        let length = Length { least, most };
        let any = Length { least, most: stated.unwrap_or(least.saturating_add(1000)) };
        let formats: Vec<&str> = flat.all("format").filter_map(Value::as_str).collect();
        let candidates: Vec<String> = formats.iter().flat_map(|format| self.formatted(format)).collect();
        let fits = |text: &String| {
            (any.least..=any.most).contains(&text.chars().count())
                && patterns.iter().all(|pattern| self.matches(pattern, text))
        };
        if let Some(text) = candidates.into_iter().find(fits) {
            return Ok(text);
        }
        if let Some(first) = patterns.first() {
            let text = self.by_pattern(first, &patterns, length, ctx)?;
            return match formats.iter().find(|format| !is_of(format, &text)) {
                Some(format) => {
                    Err(format!("no string of the format {format} was found that matches {}", patterns.join(" and ")))
                }
                None => Ok(text),
            };
        }
        if let Some(format) = formats.iter().find(|format| is_checked(format)) {
            return Err(format!(
                "no string of the format {format} was found that has {least} to {} characters",
                any.most
            ));
        }
        let base64 = flat.all("contentEncoding").any(|it| it == "base64") || flat.all("format").any(|it| it == "byte");
        if base64 && most >= 4 {
            let bytes: Vec<u8> =
                (0..self.rng.usize(1..=9).min(most / 4 * 3).max(least / 4 * 3)).map(|_| self.rng.u8(..)).collect();
            return Ok(BASE64_STANDARD.encode(bytes));
        }
        let count = self.rng.usize(least..=most);
        Ok(self.free(count, ctx))
    }

    /// A string of exactly this length that a pattern matches, if one is found at once.
    pub fn text_by(&mut self, pattern: &str, count: usize) -> Option<String> {
        let made = Pattern::new(pattern)?.text(Length { least: count, most: count }, &mut self.rng, &|_| true, false);
        (made.chars().count() == count && self.matches(pattern, &made)).then_some(made)
    }

    /// A free string of this many characters.
    pub(super) fn free(&mut self, count: usize, ctx: &Ctx) -> String {
        let characters = if ctx.texture.ascii { HEADER_CHARACTERS } else { CHARACTERS };
        let characters: Vec<char> = characters.chars().filter(|it| !ctx.texture.avoid.contains(*it)).collect();
        let start = if ctx.amount == Amount::Most { 0 } else { self.rng.usize(0..characters.len().max(1)) };
        let text = characters.iter().cycle().skip(start).take(count);
        let mut text: String = text.collect();
        // The ends of headers and strings may be trimmed; a dot alone would refer to the parent in a path.
        let ends = ctx.texture.ascii || ctx.texture.path;
        let first = text.chars().next();
        if ends && first.is_some_and(|it| it.is_whitespace() || it == '.') {
            text.replace_range(..1, "a");
        }
        if ends && text.ends_with([' ', '\n', '\t', '.']) {
            text.pop();
            text.push('z');
        }
        text
    }

    fn by_pattern(&mut self, first: &str, all: &[&str], length: Length, ctx: &Ctx) -> Result<String, String> {
        let avoid = ctx.texture.avoid;
        let Length { least, most } = length;
        let reason = format!("no string of {least} to {most} characters was found that matches {}", all.join(" and "));
        let Some(pattern) = Pattern::new(first).filter(|_| !self.impossible.contains(&reason)) else {
            return Err(reason);
        };
        let mut fallback = None;
        for attempt in 0..200 {
            let nice = |it: char| !avoid.contains(it) && (attempt % 3 == 1 || it.is_ascii_alphanumeric());
            let short = ctx.amount == Amount::Least && attempt < 20;
            let wanted = Length { most: length.most.min(length.least.max(40) + attempt), ..length };
            let mut text = pattern.text(wanted, &mut self.rng, &nice, short);
            let missing = length.least.saturating_sub(text.chars().count());
            if missing > 0 && pattern.open.1 {
                text.extend(std::iter::repeat_n('a', missing));
            } else if missing > 0 && pattern.open.0 {
                text.insert_str(0, &"a".repeat(missing));
            }
            let count = text.chars().count();
            if count < length.least || count > length.most || !all.iter().all(|pattern| self.matches(pattern, &text)) {
                continue;
            }
            if !text.contains(|it| avoid.contains(it)) {
                return Ok(text);
            }
            fallback = Some(text);
        }
        fallback.ok_or_else(|| {
            self.impossible.insert(reason.clone());
            reason
        })
    }

    /// Strings of a format.
    fn formatted(&mut self, format: &str) -> Vec<String> {
        let rng = &mut self.rng;
        let mut two = |first: u32, last: u32| format!("{:02}", rng.u32(first..=last));
        let date = format!("20{}-{}-{}", two(0, 99), two(1, 12), two(1, 28));
        let time = format!("{}:{}:{}", two(0, 23), two(0, 59), two(0, 59));
        let number = rng.u32(1..100_000);
        match format {
            "date-time" => vec![
                format!("{date}T{time}Z"),
                format!("{date}T{time}.125+02:00"),
                format!("{date}T{time}.125Z"),
                format!("{date}T{time}.125000Z"),
            ],
            "date-time-local" => vec![format!("{date}T{time}")],
            "date" => vec![date],
            "time" => vec![format!("{time}Z"), time],
            "time-local" => vec![time],
            "duration" => vec![format!("P{}DT{}H", number % 30 + 1, number % 23 + 1)],
            "uuid" => {
                let bits = rng.u128(..) & !(0xf << 76) & !(0x3 << 62) | (0x4 << 76) | (0x2 << 62);
                let hex = format!("{bits:032x}");
                vec![format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])]
            }
            "email" | "idn-email" => vec![format!("someone+{number}@example.com"), "a@b.co".to_owned()],
            "uri" | "url" | "iri" => vec![format!("https://example.com/{number}?a=b%20c#d"), "https://a.b".to_owned()],
            "uri-reference" | "iri-reference" => vec![format!("/path/{number}?a=b"), "/a".to_owned()],
            "uri-template" => vec!["/path/{id}".to_owned()],
            "hostname" | "idn-hostname" => vec![format!("host-{number}.example.com"), "a.b".to_owned()],
            "ipv4" | "ip" => vec![format!("192.0.2.{}", number % 255)],
            "ipv6" => vec![format!("2001:db8::{:x}", number % 0xffff + 1)],
            "json-pointer" => vec!["/a/0".to_owned()],
            "relative-json-pointer" => vec!["1/a".to_owned()],
            "regex" => vec!["^[a-z]+$".to_owned()],
            "int32" | "int64" | "uint32" | "uint64" => vec![number.to_string(), "7".to_owned()],
            _ => Vec::new(),
        }
    }
}

/// Whether clients check the format before they send a string.
fn is_checked(format: &str) -> bool {
    yundb_generator::Format::named(format).is_some_and(|format| format.check().is_some())
}

/// Whether a string has a format that clients check, by a parser other than theirs.
pub(crate) fn is_of(format: &str, text: &str) -> bool {
    if !is_checked(format) {
        return true;
    }
    let name = if format == "url" { "uri" } else { format };
    let validator = jsonschema::options().should_validate_formats(true).build(&serde_json::json!({"format": name}));
    validator.is_ok_and(|validator| validator.is_valid(&Value::from(text)))
}
