//! Converts the document's names to unique Rust identifiers.
//!
//! Identifiers are ASCII, whatever the script of the document: they can be typed on any keyboard, used as file names,
//! and are not confusable.

use std::borrow::Cow;

use any_ascii::any_ascii_char;
use foldhash::{HashMap, HashSet};
use heck::{ToSnakeCase, ToUpperCamelCase};

/// Longer names are shortened: names of types and modules become file names, which file systems limit to 255 bytes.
const LONGEST: usize = 120;

/// The names that are taken in a scope.
#[derive(Debug, Default, Clone)]
pub struct Scope {
    /// Names with another meaning, without `r#`.
    reserved: HashSet<String>,
    taken: HashSet<String>,
    /// The next number for each stem: all lower ones are taken.
    next: HashMap<String, usize>,
}

impl Scope {
    /// A scope in which these names have another meaning.
    pub fn with(reserved: &[&str]) -> Self {
        Self { reserved: reserved.iter().map(|name| (*name).to_owned()).collect(), ..Self::default() }
    }

    /// Takes `name`, with `_` appended if it is reserved; if it is taken, the first free one of `name2`, `name3`, ...
    pub fn take(&mut self, name: String) -> String {
        let name = match self.reserved.contains(plain(&name)) {
            true => format!("{}_", plain(&name)),
            false => name,
        };
        if self.taken.insert(name.clone()) { name } else { self.number(&name) }
    }

    /// Takes the first free one of `name2`, `name3`, ...
    pub fn number(&mut self, name: &str) -> String {
        let name = plain(name).trim_end_matches('_');
        let stem = if name.ends_with(|c: char| c.is_ascii_digit()) { format!("{name}_") } else { name.to_owned() };
        let mut number = self.next.get(&stem).copied().unwrap_or(2);
        let mut name = format!("{stem}{number}");
        while !self.take_if_free(&name) {
            number += 1;
            name = format!("{stem}{number}");
        }
        self.next.insert(stem, number + 1);
        name
    }

    /// Takes the first free candidate, else numbers the last one.
    pub fn take_first(&mut self, candidates: impl IntoIterator<Item = String>) -> String {
        let mut last = String::new();
        for candidate in candidates {
            if self.take_if_free(&candidate) {
                return candidate;
            }
            last = candidate;
        }
        self.take(last)
    }

    /// Takes `name`, and returns whether it was free.
    pub fn take_if_free(&mut self, name: &str) -> bool {
        !self.reserved.contains(plain(name)) && self.taken.insert(name.to_owned())
    }

    /// All taken names.
    pub fn into_names(self) -> impl Iterator<Item = String> {
        self.taken.into_iter()
    }

    /// Releases a name.
    pub fn release(&mut self, name: &str) {
        self.taken.remove(name);
        let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let number: Option<usize> =
            name.get(stem.len()..).and_then(|number| number.parse().ok()).filter(|number| *number >= 2);
        if let (Some(next), Some(number)) = (self.next.get_mut(stem), number) {
            *next = number.min(*next);
        }
    }

    /// Assigns all names of a scope, regardless of their order. A contested name goes to the item whose name needs no
    /// change, or else to the one with the lowest rank. A changed name never displaces another.
    pub fn assign(&mut self, wanted: &[Candidates]) -> Vec<String> {
        let mut order: Vec<usize> = (0..wanted.len()).collect();
        order.sort_by_key(|&at| (!wanted[at].exact, wanted[at].rank, &wanted[at].original));
        let mut by_name: HashMap<&str, Vec<usize>> = HashMap::default();
        order.iter().for_each(|&at| by_name.entry(wanted[at].natural.as_str()).or_default().push(at));
        let mut names: Vec<Option<String>> = vec![None; wanted.len()];
        for group in
            order.iter().filter_map(|at| by_name.get(wanted[*at].natural.as_str()).filter(|group| group[0] == *at))
        {
            let winner = match group.as_slice() {
                [first, second, ..] if !wanted[*first].exact && wanted[*first].rank == wanted[*second].rank => {
                    group.iter().find(|at| wanted[**at].spelled == wanted[**at].natural)
                }
                group => group.first(),
            };
            if let Some(&winner) = winner.filter(|at| self.take_if_free(&wanted[**at].natural)) {
                names[winner] = Some(wanted[winner].natural.clone());
            }
        }
        for at in order {
            let Candidates { natural, spelled, placed, .. } = &wanted[at];
            let apart =
                by_name[natural.as_str()].iter().all(|other| *other == at || wanted[*other].rank != wanted[at].rank);
            let candidates = match (placed, apart) {
                (Some(placed), true) => vec![placed, spelled],
                (Some(placed), false) => vec![spelled, placed],
                (None, _) => vec![spelled],
            };
            if names[at].is_none() {
                let free = candidates.into_iter().find(|name| self.take_if_free(name)).cloned();
                names[at] = Some(free.unwrap_or_else(|| self.take(natural.clone())));
            }
        }
        names.into_iter().flatten().collect()
    }
}

/// The candidates for an item's name.
#[derive(Debug, Clone)]
pub struct Candidates {
    /// The document's name.
    original: String,
    /// The name if there is no conflict.
    natural: String,
    /// The name with all symbols spelled out.
    spelled: String,
    /// Whether the name is exactly the document's.
    exact: bool,
    /// The name with the place in the request appended.
    placed: Option<String>,
    /// Among items with the same name, the lowest rank gets it.
    rank: usize,
}

impl Candidates {
    /// A field, argument, method or module.
    pub fn snake(name: &str) -> Self {
        let natural = snake(name);
        let spelled = match is_plain(name, "_") {
            true => natural.clone(),
            // Here `_` separates words, so it is kept when symbols are spelled out.
            false => to_snake(&spelled(&name.replace('_', &SEAM.to_string()))),
        };
        Self { original: name.to_owned(), exact: plain(&natural) == name, natural, spelled, placed: None, rank: 0 }
    }

    /// A type.
    pub fn camel(name: &str) -> Self {
        let natural = camel(name);
        let spelled = if is_plain(name, "") { natural.clone() } else { to_camel(&spelled(name)) };
        Self { original: name.to_owned(), exact: natural == name, natural, spelled, placed: None, rank: 0 }
    }

    /// An input at a place of the request; lower ranks are closer to the caller.
    pub fn placed(name: &str, place: &str, rank: usize) -> Self {
        let wanted = Self::snake(name);
        let placed = format!("{}_{place}", plain(&wanted.natural).trim_end_matches('_'));
        Self { placed: Some(placed), rank, ..wanted }
    }
}

/// Whether a name has no symbols other than these: none to spell out.
fn is_plain(name: &str, symbols: &str) -> bool {
    name.contains(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || symbols.contains(c))
}

/// A name without the prefix of a raw identifier.
pub fn plain(name: &str) -> &str {
    name.strip_prefix("r#").unwrap_or(name)
}

/// An identifier from the name of a file.
pub fn raw(name: &str) -> String {
    ident(name.to_owned(), "n", "empty")
}

/// A field, argument, method or module name.
pub fn snake(name: &str) -> String {
    to_snake(&natural(name))
}

/// A type or variant name.
pub fn camel(name: &str) -> String {
    to_camel(&natural(name))
}

fn to_snake(words: &str) -> String {
    ident(words.replace(SEAM, " ").to_snake_case(), "n", "empty")
}

fn to_camel(words: &str) -> String {
    ident(upper_camel(words), "N", "Empty")
}

/// The name of a type that belongs to another one: both names combined.
pub fn joined(parent: &str, name: &str) -> String {
    shortened(format!("{}{}", parent.trim_end_matches('_'), name))
}

/// A feature name for a module: kebab-case.
pub fn feature(module: &str) -> String {
    plain(module).trim_end_matches('_').replace('_', "-")
}

/// The English singular of a plural, for the name of a list's element.
pub fn singular(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    for keep in ["ss", "us", "is", "news", "series", "status"] {
        if lower.ends_with(keep) {
            return name.to_owned();
        }
    }
    if let Some(stem) = strip_suffix(name, "ies").filter(|stem| stem.len() > 1) {
        return format!("{stem}y");
    }
    for ending in ["sses", "xes", "ches", "shes"] {
        if lower.ends_with(ending) {
            return name[..name.len() - 2].to_owned();
        }
    }
    match strip_suffix(name, "s") {
        Some(stem) if stem.len() > 1 => stem.to_owned(),
        _ => name.to_owned(),
    }
}

fn strip_suffix<'a>(name: &'a str, suffix: &str) -> Option<&'a str> {
    name.to_ascii_lowercase().ends_with(suffix).then(|| &name[..name.len() - suffix.len()])
}

/// The words of a name: symbols only separate them, unless there is nothing else.
fn natural(name: &str) -> String {
    // A sign before a digit has a meaning that splitting would lose.
    let signed = name.strip_prefix('-').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let text = words(&signed.map_or(Cow::Borrowed(name), |rest| format!("minus {rest}").into()), ' ');
    if text.contains(|c: char| c.is_ascii_alphanumeric()) { text } else { spelled(name) }
}

/// The words of a name with all symbols spelled out.
fn spelled(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let has_words = name.contains(char::is_alphanumeric);
    for (at, c) in name.chars().enumerate() {
        match symbol(c) {
            _ if c.is_ascii_alphanumeric() || c == SEAM && has_words => out.push(c),
            None if c == SEAM => out.push_str(" underscore "),
            Some(_) if c == '-' && (at == 0 || !has_words) => out.push_str("minus "),
            Some(word) => out.push_str(&format!(" {word} ")),
            None => out.push_str(&format!(" {}", code_point(c))),
        }
    }
    out
}

/// A symbol in words, if it has a name.
pub(super) fn symbol(symbol: char) -> Option<Cow<'static, str>> {
    let word = match symbol {
        '-' => "hyphen",
        '+' => "plus",
        '*' => "star",
        '/' => "slash",
        '\\' => "backslash",
        '<' => "less",
        '>' => "greater",
        '=' => "equal",
        '\u{2264}' => "less equal",
        '\u{2265}' => "greater equal",
        '!' => "not",
        '%' => "percent",
        '&' => "and",
        '|' => "or",
        '^' => "caret",
        '~' => "tilde",
        '#' => "hash",
        '$' => "dollar",
        '@' => "at",
        '.' => "dot",
        ',' => "comma",
        ':' => "colon",
        ';' => "semicolon",
        '?' => "question",
        '(' | '[' | '{' => "open",
        ')' | ']' | '}' => "close",
        '\'' | '"' | '`' => "quote",
        '_' => "underscore",
        ' ' => "space",
        c => {
            let emoji = any_ascii_char(c).strip_prefix(':')?.strip_suffix(':')?;
            return (emoji.len() > 1).then(|| words(emoji, ' ').into());
        }
    };
    Some(word.into())
}

/// Separates the code point of a nameless symbol from the following characters.
pub(super) const SEAM: char = '\u{1}';

/// A symbol by its code point.
pub(super) fn code_point(symbol: char) -> String {
    format!("u{:x}{SEAM}", u32::from(symbol))
}

/// Joins words, each with a capital letter. A number after a code point, which may end in a digit or a letter, is
/// separated: by `_` between digits, else by the letter that precedes numbers, as Rust's conventions allow no `_` next
/// to a letter.
pub(super) fn upper_camel(words: &str) -> String {
    let mut name = String::new();
    for part in words.split(SEAM).map(ToUpperCamelCase::to_upper_camel_case) {
        if part.starts_with(|c: char| c.is_numeric()) {
            name.push_str(match name.chars().last() {
                Some(last) if last.is_numeric() => "_",
                Some(_) => "N",
                None => "",
            });
        }
        name.push_str(&part);
    }
    name
}

/// Keeps ASCII letters, digits and `kept`; diacritics and invisible characters are dropped; everything else separates
/// words.
pub(super) fn words(name: &str, kept: char) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        match any_ascii_char(c) {
            _ if c.is_ascii_alphanumeric() || c == kept || c == SEAM => out.push(c),
            _ if c.is_ascii() => out.push(' '),
            // A soft sign is transliterated as an apostrophe.
            letters if c.is_alphabetic() && !letters.is_empty() => {
                out.extend(letters.chars().filter(char::is_ascii_alphanumeric));
            }
            digit if c.is_numeric() && digit.len() == 1 => out.push_str(digit),
            _ if c.is_alphanumeric() => out.push_str(&format!(" {}", code_point(c))),
            "" => {}
            _ => out.push(' '),
        }
    }
    out
}

/// Makes a legal identifier of ASCII letters, digits and `_`: handles keywords, leading digits and excessive length.
pub(super) fn ident(name: String, prefix: &str, empty: &str) -> String {
    let name = match name.bytes().next() {
        None => return empty.to_owned(),
        Some(b'0'..=b'9') => format!("{prefix}{name}"),
        Some(_) => name,
    };
    let name = shortened(name);
    match name.as_str() {
        "self" | "Self" | "super" | "crate" | "_" => format!("{name}_"),
        // A keyword since edition 2024, which `syn` treats as a name.
        "gen" => "r#gen".to_owned(),
        _ if is_keyword(&name) => format!("r#{name}"),
        _ => name,
    }
}

/// Whether `syn` takes a name for a keyword; it is asked only about short words in lower case, as all keywords are.
fn is_keyword(name: &str) -> bool {
    const LONGEST: usize = "abstract".len();
    let may_be = name.len() <= LONGEST && name.bytes().all(|byte| byte.is_ascii_lowercase());
    may_be && syn::parse_str::<syn::Ident>(name).is_err()
}

/// Replaces the end of a name that is too long by a hash of the whole name.
pub(super) fn shortened(name: String) -> String {
    if name.len() <= LONGEST {
        return name;
    }
    // FNV-1a: the same on every machine and in every release.
    let hash = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let kept = name.get(..LONGEST - 18).unwrap_or(&name).trim_end_matches('_');
    let x = if name.starts_with(|c: char| c.is_ascii_uppercase()) { "X" } else { "_x" };
    format!("{kept}{x}{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_conventions_of_rust() {
        for (given, expected) in [
            ("GatewayId", "gateway_id"),
            ("type", "r#type"),
            ("self", "self_"),
            ("2fa", "n2fa"),
            ("sync", "sync"),
            ("wait", "wait"),
            ("s", "s"),
            ("X-Auth-Token", "x_auth_token"),
            ("$filter", "filter"),
            ("", "empty"),
            ("DBInstanceID", "db_instance_id"),
            ("id[]", "id"),
        ] {
            assert_eq!(snake(given), expected, "{given}");
        }
        assert_eq!(camel("2xlarge"), "N2xlarge");
        assert_eq!(camel("rolling back"), "RollingBack");
        for (given, expected) in [
            ("名称", "MingCheng"),
            ("Données", "Donnees"),
            ("e\u{301}te\u{301}", "Ete"),
            ("\u{1f389}", "Tada"),
            ("\u{200b}a\u{202e}b", "Ab"),
            ("\u{b5}s", "Us"),
            ("\u{2126}", "Ohm"),
            ("получить", "Poluchit"),
            ("$", "Dollar"),
            ("\u{a3}", "Ua3"),
            ("Self", "Self_"),
        ] {
            assert_eq!(camel(given), expected, "{given}");
        }
        let long = "long".repeat(100);
        assert!(snake(&long).len() <= LONGEST && snake(&long) != snake(&format!("{long}er")));
    }

    /// The assigned names of a scope do not depend on the order.
    #[test]
    fn names_do_not_depend_on_the_order() {
        for (wanted, expected) in [
            (&["getX", "get_X", "getX2"][..], &["get_x", "get_x3", "get_x2"][..]),
            (&["a-b", "a_b", "a.b"], &["a_hyphen_b", "a_b", "a_dot_b"]),
            (&["+1", "-1", "1"], &["plus_1", "minus_1", "n1"]),
            (&["type", "Type"], &["r#type", "type2"]),
            (&["new", "New"], &["new_", "new2"]),
            (&["crate", "crate_"], &["crate2", "crate_"]),
            (&["", "empty", "_"], &["empty2", "empty", "underscore"]),
            (&["\u{7537}", "\u{5357}", "nan"], &["u7537", "u5357", "nan"]),
        ] {
            let assign = |wanted: &[&str]| {
                let wanted: Vec<_> = wanted.iter().map(|name| Candidates::snake(name)).collect();
                Scope::with(&["new"]).assign(&wanted)
            };
            assert_eq!(assign(wanted), expected);
            let back: Vec<_> = wanted.iter().copied().rev().collect();
            assert_eq!(assign(&back), expected.iter().copied().rev().collect::<Vec<_>>());
        }
        let wanted = [("id", "query", 1), ("id", "path", 0), ("ID", "query", 1), ("send", "query", 1)]
            .map(|(name, place, rank)| Candidates::placed(name, place, rank));
        assert_eq!(Scope::with(&["send"]).assign(&wanted), ["id_query", "id", "id2", "send_query"]);
    }

    #[test]
    fn elements_are_named_by_the_singular() {
        for (given, expected) in [
            ("Instances", "Instance"),
            ("policies", "policy"),
            ("status", "status"),
            ("boxes", "box"),
            ("s", "s"),
            ("addresses", "address"),
        ] {
            assert_eq!(singular(given), expected);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_becomes_distinct_names(texts in proptest::collection::vec(".{0,12}", 1..8)) {
            for text in &texts {
                for name in [snake(text), camel(text)] {
                    proptest::prop_assert!(syn::parse_str::<syn::Ident>(&name).is_ok(), "{text:?} became {name:?}");
                }
            }
            let wanted: Vec<_> = texts.iter().map(|text| Candidates::snake(text)).collect();
            let names = Scope::with(&["new", "send"]).assign(&wanted);
            let distinct: HashSet<&str> = names.iter().map(|name| plain(name)).chain(["new", "send"]).collect();
            proptest::prop_assert_eq!(distinct.len(), texts.len() + 2);
            for name in names {
                proptest::prop_assert!(syn::parse_str::<syn::Ident>(&name).is_ok() && name.len() <= LONGEST + 8, "{name:?}");
                proptest::prop_assert!(feature(&name).bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-'));
            }
        }
    }
}
