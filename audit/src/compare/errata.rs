//! Determines which differences `x-errata` entries explain, and which entries explain nothing.
//!
//! An entry explains a difference only if it is at its place and quotes it: so a later difference, from a new edition
//! or a change of the spec, does not count as explained.

use std::collections::BTreeSet;

use super::{Aspect, Difference, Stated, Topic, findings::LIST, names, sample::last_name};
use crate::{
    fact::{Kind, Type},
    spec::Erratum,
};

/// The differences of a spec, by explanation.
#[derive(Clone, Debug, Default)]
pub struct Settled {
    /// Explained differences, each with the entry's index.
    pub accepted: Vec<(Difference, usize)>,
    /// Differences that need an explanation and have none.
    pub open: Vec<Difference>,
    /// Differences without an explanation that need none.
    pub noted: Vec<Difference>,
    /// Entries that explain no difference, by index.
    pub unused: Vec<usize>,
    /// Entries with `audit: false` that would explain a difference that no other entry does.
    pub misused: Vec<usize>,
}

/// Groups differences by whether an entry explains them.
pub fn settle(differences: Vec<Difference>, errata: &[Erratum]) -> Settled {
    let mut settled = Settled::default();
    let mut used = vec![false; errata.len()];
    for difference in differences {
        let fits = explaining(&difference, errata);
        let counts = |index: &usize| errata.get(*index).is_some_and(|entry| entry.audit);
        let (counting, silent): (Vec<usize>, Vec<usize>) = fits.into_iter().partition(counts);
        // A misprinted name does not justify an entry about something else.
        let printed = difference.aspect == Aspect::Print && difference.topic == Topic::Parameter;
        let quoting = |index: &&usize| errata.get(**index).is_some_and(|entry| quotes(entry, &difference));
        for index in counting.iter().filter(|index| !printed || quoting(index)) {
            used[*index] = true;
        }
        match counting.first() {
            Some(index) => settled.accepted.push((difference, *index)),
            None if difference.soft => settled.noted.push(difference),
            None => {
                settled.misused.extend(silent);
                settled.open.push(difference);
            }
        }
    }
    settled.misused.sort_unstable();
    settled.misused.dedup();
    settled.unused = errata
        .iter()
        .zip(&used)
        .enumerate()
        .filter(|(_, (entry, used))| entry.audit && !**used)
        .map(|(index, _)| index)
        .collect();
    settled
}

/// The entries that explain a difference, nearest first.
fn explaining(difference: &Difference, errata: &[Erratum]) -> Vec<usize> {
    let entry = |index: &&usize| errata.get(**index);
    let quoting = |index: &&usize| entry(index).is_some_and(|entry| quotes(entry, difference));
    let mut found: Vec<usize> = difference.errata.iter().filter(quoting).copied().collect();
    if explained_from_around(difference) {
        found.extend(difference.around.iter().filter(quoting).copied());
    }
    // A soft difference is explained by any entry at the place, and by an enclosing one that names it.
    let counts = |index: &&usize| entry(index).is_some_and(|entry| entry.audit);
    if difference.soft && found.is_empty() && difference.aspect != Aspect::Values {
        let names = |index: &&usize| entry(index).is_some_and(|entry| names_characters(entry, difference));
        found.extend(difference.errata.iter().filter(counts).filter(names));
    }
    if difference.soft && found.is_empty() {
        let name = last_name(difference.path.rsplit(' ').next().unwrap_or_default());
        let names = |entry: &Erratum| contains(&entry.document, name) || contains(&entry.spec, name);
        found.extend(difference.around.iter().filter(counts).filter(|index| entry(index).is_some_and(names)));
    }
    found
}

/// Whether the characters that an entry names by their code points, if it does, are those of the document's sample.
fn names_characters(entry: &Erratum, difference: &Difference) -> bool {
    let points = |text: &str| -> BTreeSet<String> {
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '+'));
        words.filter(|word| word.starts_with("U+")).map(str::to_owned).collect()
    };
    let named = points(&entry.document);
    let has = difference.left.as_ref().map(|left| points(&left.text)).unwrap_or_default();
    difference.topic != Topic::Sample || named.is_empty() || named == has
}

/// Whether an enclosing entry may explain the difference: a missing part has no place of its own, and an extra one may
/// be one of several that one entry explains.
fn explained_from_around(difference: &Difference) -> bool {
    matches!(difference.aspect, Aspect::Missing | Aspect::Extra)
        || matches!(difference.topic, Topic::Document | Topic::Endpoint | Topic::Code)
}

/// Whether an entry quotes the difference.
fn quotes(entry: &Erratum, difference: &Difference) -> bool {
    let text = |side: &Option<Stated>| side.as_ref().map_or_else(String::new, |side| side.text.clone());
    let (left, right) = (text(&difference.left), text(&difference.right));
    let all = |list: &str, quote: &str| {
        let value = |value| if difference.topic == Topic::Sample { last_name(value) } else { value };
        list.split(LIST).filter(|value| !value.is_empty()).all(|it| contains(quote, value(it)))
    };
    match difference.aspect {
        Aspect::Values if difference.topic == Topic::Sample => {
            let kept = |key: &str| !claims(&entry.spec, key) || right.split(LIST).any(|it| same(it, key));
            all(&left, &entry.document) && all(&right, &entry.spec) && left.split(LIST).all(kept)
        }
        Aspect::Values | Aspect::Content => all(&left, &entry.document) && all(&right, &entry.spec),
        Aspect::Type => {
            let (wanted, has) = (kinds(&entry.spec), kinds(&right));
            all(&left, &entry.document)
                && (wanted.is_empty() || has.is_empty() || has.iter().any(|it| wanted.contains(it)))
        }
        Aspect::Extra => all(&right, &entry.spec),
        // A short number may be in an entry about something else.
        Aspect::Detail(_) => {
            // Cells break values anywhere, so spaces are ignored.
            let quoted =
                |side: &str, text: &str| side.is_empty() || all(side, text) || all(&squeezed(side), &squeezed(text));
            quoted(&left, &entry.document) && quoted(&right, &entry.spec)
        }
        // Where the document has nothing, only the spec's value can be quoted.
        _ if left.is_empty() => all(&right, &entry.spec),
        _ => all(&left, &entry.document),
    }
}

/// Whether an entry has a key of a sample as one of the spec's, though by another name: then it does not explain that
/// the spec lacks it.
fn claims(spec: &str, key: &str) -> bool {
    let word = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '!'));
    !last_name(key).is_empty() && spec.split(word).any(|word| same(word, key))
}

/// Whether two keys have the same name, as far as scans leave it.
fn same(a: &str, b: &str) -> bool {
    let (a, b) = (last_name(a), last_name(b));
    a == b || names::near(a, b)
}

/// The kinds of plain values that a text names.
fn kinds(text: &str) -> Vec<Kind> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).map(|word| Type::parse(word).kind);
    words.filter(|kind| !matches!(kind, Kind::Any | Kind::Object | Kind::Map)).collect()
}

/// Without spaces, except between the items of a list.
fn squeezed(text: &str) -> String {
    let items = text.split(LIST).map(|item| item.chars().filter(|c| !c.is_whitespace()).collect::<String>());
    items.collect::<Vec<_>>().join(LIST)
}

/// Whether a string quotes another, as a whole word.
fn contains(text: &str, quote: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let (begins, ends) = (quote.starts_with(word), quote.ends_with(word));
    !quote.is_empty()
        && text.match_indices(quote).any(|(at, _)| {
            let (before, rest) = text.split_at(at);
            let after = rest.strip_prefix(quote).unwrap_or_default();
            let goes_on = begins && before.ends_with(word) || ends && after.starts_with(word);
            !goes_on
        })
}
