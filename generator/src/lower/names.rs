//! Names: from what a document says to Rust identifiers, without collisions.

use std::collections::{HashMap, HashSet};

use heck::{ToSnakeCase, ToUpperCamelCase};

/// Names that are taken in a scope.
#[derive(Debug, Default, Clone)]
pub struct Scope {
    taken: HashSet<String>,
    /// By stem the number to go on with: all that are lower are taken.
    next: HashMap<String, usize>,
}

impl Scope {
    /// A scope in which these names are taken already.
    pub fn with(reserved: &[&str]) -> Self {
        Self { taken: reserved.iter().map(|name| (*name).to_owned()).collect(), next: HashMap::new() }
    }

    /// Takes `name`, or the first of `name2`, `name3`, ... that is free.
    pub fn take(&mut self, name: String) -> String {
        if self.taken.insert(name.clone()) {
            return name;
        }
        let stem = if name.ends_with(|c: char| c.is_ascii_digit()) { format!("{name}_") } else { name };
        self.number(stem)
    }

    /// Takes the first of `stem2`, `stem3`, ... that is free.
    pub fn number(&mut self, stem: String) -> String {
        let mut number = self.next.get(&stem).copied().unwrap_or(2);
        let mut name = format!("{stem}{number}");
        while !self.taken.insert(name.clone()) {
            number += 1;
            name = format!("{stem}{number}");
        }
        self.next.insert(stem, number + 1);
        name
    }

    /// Takes the first candidate that is free, else numbers the last.
    pub fn take_first(&mut self, candidates: impl IntoIterator<Item = String>) -> String {
        let mut last = String::new();
        for candidate in candidates {
            if self.taken.insert(candidate.clone()) {
                return candidate;
            }
            last = candidate;
        }
        self.take(last)
    }

    /// Takes `name`, and returns whether it was free.
    pub fn take_if_free(&mut self, name: &str) -> bool {
        self.taken.insert(name.to_owned())
    }

    /// Gives a name back.
    pub fn release(&mut self, name: &str) {
        self.taken.remove(name);
        let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let number: Option<usize> =
            name.get(stem.len()..).and_then(|number| number.parse().ok()).filter(|number| *number >= 2);
        if let (Some(next), Some(number)) = (self.next.get_mut(stem), number) {
            *next = number.min(*next);
        }
    }
}

/// A field, argument, method or module name.
pub fn snake(name: &str) -> String {
    ident(spell(name).replace(SEAM, " ").to_snake_case(), "n", "empty")
}

/// A type or variant name.
pub fn camel(name: &str) -> String {
    ident(upper_camel(&spell(name)), "N", "Empty")
}

/// Like [`camel`], but empty for an empty name.
pub fn camel_or_nothing(name: &str) -> String {
    if name.is_empty() { String::new() } else { camel(name) }
}

/// A feature name for a tag: kebab-case, as Cargo allows it.
pub fn feature(tag: &str) -> String {
    let name = snake(tag).trim_start_matches("r#").trim_end_matches('_').replace('_', "-");
    // `default` has a meaning of its own in Cargo.
    if name == "default" || name.is_empty() { "default-tag".to_owned() } else { name }
}

/// English singular of a plural, for the name of a list's element.
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

/// Drops what cannot stand in an identifier but may stand between words.
fn spell(name: &str) -> String {
    // A sign before a digit carries meaning that word splitting would lose.
    let name = match name.strip_prefix('-') {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => format!("minus {rest}"),
        _ => name.to_owned(),
    };
    words(&name, ' ')
}

/// Stands after the code point of a symbol that has no name, so that it does not run into what follows.
pub(super) const SEAM: char = '\u{1}';

/// A symbol by its code point.
pub(super) fn code_point(symbol: char) -> String {
    format!("u{:x}{SEAM}", u32::from(symbol))
}

/// Words in one, each with a capital letter. Where a number comes after a code point, which may end in a digit or a letter, they are
/// kept apart: by `_` between digits, elsewhere by the letter that numbers have in front, as Rust wants no `_` beside a letter.
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

/// Keeps letters, digits and `kept`; all else separates words.
pub(super) fn words(name: &str, kept: char) -> String {
    let latin = name.contains(|c: char| c.is_ascii_alphabetic());
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            // Greek and Cyrillic letters among Latin ones look like these; rustc warns of them.
            '\u{b5}' | '\u{370}'..='\u{52f}' if latin => out.push_str(&format!(" {}", code_point(c))),
            // What Unicode calls alphanumeric is wider than what Rust allows.
            c if c.is_alphanumeric() && !c.is_ascii() && !is_ident(&format!("a{c}")) => {
                out.push_str(&format!(" {}", code_point(c)));
            }
            c if c.is_alphanumeric() || c == kept || c == SEAM => out.push(c),
            _ => out.push(' '),
        }
    }
    out
}

fn is_ident(text: &str) -> bool {
    syn::parse_str::<syn::Ident>(text).is_ok()
}

/// Makes a legal identifier: keywords and leading digits.
pub(super) fn ident(name: String, prefix: &str, empty: &str) -> String {
    let Some(first) = name.chars().next() else { return empty.to_owned() };
    // Most names are letters, digits and `_`: of these only keywords and what begins with a digit are no names.
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !plain && !is_ident(&format!("x{name}")) {
        let escape = |c: char| {
            if c.is_ascii_alphanumeric() || c == '_' { c.to_string() } else { format!("u{:x}", u32::from(c)) }
        };
        return format!("{prefix}{}", name.chars().map(escape).collect::<String>());
    }
    // Digits and marks stand in a name, but do not begin it.
    let begins = first.is_ascii_alphabetic() || first == '_';
    if !begins && !is_ident(&format!("{first}x0")) {
        return format!("{prefix}{name}");
    }
    match name.as_str() {
        "self" | "Self" | "super" | "crate" | "_" => format!("{name}_"),
        // A keyword since edition 2024, which `syn` takes for a name.
        "gen" => "r#gen".to_owned(),
        _ if is_ident(&name) => name,
        _ => format!("r#{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_rust() {
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
        assert_eq!(camel("名称"), "名称");
    }

    #[test]
    fn lists_name_their_elements() {
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
        fn any_text_makes_names(texts in proptest::collection::vec(".{0,12}", 1..8)) {
            for text in &texts {
                for name in [snake(text), camel(text)] {
                    proptest::prop_assert!(syn::parse_str::<syn::Ident>(&name).is_ok(), "{text:?} became {name:?}");
                }
            }
            proptest::prop_assert!(feature(&texts[0]).chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_'));
        }
    }
}
