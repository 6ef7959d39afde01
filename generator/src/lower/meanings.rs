//! Names of enum variants by their meaning, if the values are unreadable codes.

use std::collections::HashMap;

use super::markdown::{first_sentence, lines};
use super::names::{self, Scope};

/// Maximum number of words of a meaning in a name. A later negation is kept, as the name would otherwise state the
/// opposite.
const WORDS: usize = 6;
const WITH_NEGATION: usize = 9;

/// Words that a name does not need.
const DROPPED: &[&str] = &["a", "an", "the", "this", "that", "is", "are", "was", "were", "its", "their"];

/// Words that a name may contain, but not at its end.
const LINKS: &[&str] = &[
    "of", "to", "for", "in", "on", "at", "with", "by", "from", "and", "or", "as", "than", "while", "be", "been",
    "being",
];

const NEGATIONS: &[&str] = &["not", "no", "cannot", "never", "without", "neither", "nor"];

/// Whether a value is a code: a few letters, and a final number of at least four digits, such as `DBS.280001`.
pub fn is_code(value: &str) -> bool {
    let stem = value.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = value.len() - stem.len();
    let letters = stem.trim_end_matches(['.', '_', '-']);
    let least = if stem.ends_with('-') { 5 } else { 4 };
    digits >= least
        && (1..=8).contains(&letters.len())
        && stem.len() - letters.len() <= 1
        && letters.bytes().all(|c| c.is_ascii_alphabetic())
}

/// Whether a value would make an unreadable name: a code or a number.
pub fn is_unreadable(value: &str) -> bool {
    is_code(value) || !value.is_empty() && value.bytes().all(|c| c.is_ascii_digit())
}

/// The names of an enum's variants: `values` are the names derived from the values, and `meanings` are the
/// descriptions, where known.
///
/// If several values would have the same name, the value is appended to all of them, so that the order does not matter.
pub fn names(values: Vec<String>, meanings: &[Option<&str>]) -> Vec<String> {
    let meant: Vec<Option<String>> = meanings.iter().map(|meaning| name(meaning.as_ref()?)).collect();
    let mut count: HashMap<&str, usize> = HashMap::from([("Unknown", 1)]);
    for (value, meant) in values.iter().zip(&meant) {
        *count.entry(meant.as_ref().unwrap_or(value)).or_default() += 1;
    }
    let mut scope = Scope::with(&["Unknown"]);
    // A name derived from a value is never displaced by a meaning.
    let kept: Vec<bool> = values.iter().zip(&meant).map(|(v, m)| m.is_none() && scope.take_if_free(v)).collect();
    let choose = |((value, meant), kept): ((&String, &Option<String>), bool)| match meant {
        _ if kept => value.clone(),
        None => scope.take(value.clone()),
        Some(meant) if count.get(meant.as_str()) == Some(&1) => scope.take(meant.clone()),
        Some(meant) => scope.take(names::joined(meant, number(value))),
    };
    values.iter().zip(&meant).zip(kept).map(choose).collect()
}

/// A name without the letter before its leading digit.
fn number(name: &str) -> &str {
    name.strip_prefix('N').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())).unwrap_or(name)
}

/// A name from the first sentence of a meaning; `None` if it has no ASCII letters or starts with a number.
fn name(meaning: &str) -> Option<String> {
    let sentence = lines(&first_sentence(meaning)).join(" ");
    let clause = sentence.split([';', ':', '(']).next().unwrap_or_default();
    let words = clause.split(|c: char| c.is_whitespace() || c.is_ascii_punctuation() && !matches!(c, '_' | '\''));
    let words: Vec<String> = words.map(|word| word.replace('\'', "")).filter(|word| !word.is_empty()).collect();
    if !words.iter().all(|word| word.is_ascii()) || !clause.contains(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let is = |list: &[&str], word: &str| list.contains(&word.to_ascii_lowercase().as_str());
    let mut kept: Vec<&str> = Vec::new();
    let mut counted = 0;
    for (at, word) in words.iter().enumerate() {
        if is(DROPPED, word) {
            continue;
        }
        if counted >= WORDS {
            let negated = words[at..].iter().any(|word| is(NEGATIONS, word));
            let ends = kept.last().is_some_and(|last| !is(NEGATIONS, last));
            if !negated && ends {
                break;
            }
        }
        if counted >= WITH_NEGATION {
            return None;
        }
        counted += usize::from(!is(LINKS, word));
        kept.push(word);
    }
    while kept.last().is_some_and(|last| is(LINKS, last)) {
        kept.pop();
    }
    // A name that starts with a number would be no better than that of the value.
    let readable = kept.first().is_some_and(|first| !first.starts_with(|c: char| c.is_ascii_digit()));
    readable.then(|| names::camel(&kept.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_sentences_become_names() {
        for (meaning, expected) in [
            ("A parameter is invalid. Correct the parameters.", "ParameterInvalid"),
            ("A parameter is invalid; the message names it.", "ParameterInvalid"),
            ("Failed to delete a physical database. Check it.", "FailedToDeletePhysicalDatabase"),
            ("`last_table_info` is invalid.", "LastTableInfoInvalid"),
            ("Names are stored in lowercase and are case-insensitive.", "NamesStoredInLowercaseAndCaseInsensitive"),
            (
                "Specifying the zones of read replicas is not enabled for this account.",
                "SpecifyingZonesOfReadReplicasNotEnabled",
            ),
            (
                "The account of the new instance in the other region does not exist.",
                "AccountOfNewInstanceInOtherRegionDoesNotExist",
            ),
            ("The request could not be processed. Contact support.", "RequestCouldNotBeProcessed"),
        ] {
            assert_eq!(name(meaning).as_deref(), Some(expected), "{meaning}");
        }
        for meaning in [
            "参数错误",
            "...",
            "",
            "8 hours behind UTC.",
            "One two three four five six seven eight nine ten are not eleven",
        ] {
            assert_eq!(name(meaning), None, "{meaning}");
        }
    }

    #[test]
    fn only_codes_and_numbers_are_named_after_their_meaning() {
        for (value, code) in [
            ("DBS.280001", true),
            ("DRS.10010065", true),
            ("A0211", true),
            ("DTS-070211", true),
            ("UTC-0800", false),
            ("gpt-4", false),
            ("2019-03-27", false),
            ("10240", false),
            ("InvalidParameter", false),
        ] {
            assert_eq!(is_code(value), code, "{value}");
        }
        for (value, unreadable) in [
            ("DBS.280001", true),
            ("01", true),
            ("10240", true),
            ("", false),
            ("5.7", false),
            ("-1", false),
            ("1s", false),
        ] {
            assert_eq!(is_unreadable(value), unreadable, "{value}");
        }
    }

    /// In any order: two meanings with the same name both get their values appended, and no readable value is
    /// displaced.
    #[test]
    fn names_do_not_depend_on_the_order() {
        let all = [
            ("Dbs1001", Some("Server error.")),
            ("Dbs1002", Some("Server error. Try again.")),
            ("Dbs1003", Some("The quota is used up.")),
            ("Dbs1004", Some("Not found.")),
            ("NotFound", None),
            ("N5", Some("Unknown.")),
        ];
        let expected =
            ["ServerErrorDbs1001", "ServerErrorDbs1002", "QuotaUsedUp", "NotFoundDbs1004", "NotFound", "Unknown5"];
        let named = |order: &[usize]| {
            let values = order.iter().map(|at| all[*at].0.to_owned()).collect();
            names(values, &order.iter().map(|at| all[*at].1).collect::<Vec<_>>())
        };
        for order in [[0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], [2, 4, 0, 5, 1, 3]] {
            assert_eq!(named(&order), order.map(|at| expected[at]));
        }
    }
}
