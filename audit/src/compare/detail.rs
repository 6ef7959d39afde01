//! Compares the statements of two sides about one field, other than its name, type, obligation and values.

use std::sync::LazyLock;

use regex::Regex;
use yundb_generator::diagnostic::Location;

use super::{
    Aspect, Topic,
    field::Site,
    findings::{Findings, LIST, lacks, stated},
    names, text,
};
use crate::{
    extract,
    fact::{Detail, Field, Kind, Required, Statement},
};

/// A code span of a description.
static CODE: LazyLock<Regex> = LazyLock::new(|| Regex::new("`([^`\n]+)`").expect("a constant pattern"));
/// A number with its unit, or a range.
static MEASURED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("^-?[0-9]+(?:[A-Za-z]{0,2}|-[0-9]+)$").expect("a constant pattern"));
/// A number in a description.
static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?").expect("a constant pattern")
});

/// Compares the fields of one name: several, where the document does not show which is which.
pub(super) fn compare(left: &[&Field], right: &[&Field], site: Site<'_>, findings: &mut Findings) {
    if !findings.lenient() {
        return exact(left, right, site, findings);
    }
    for field in left {
        lacking(field, right, site, findings);
    }
    for other in right {
        only_in_spec(left, other, site, findings);
    }
    if left.len() > 1 || right.len() > 1 {
        in_all(left, right, site, findings);
    }
}

/// Reports a unit that all rows of a name state, and one of its fields does not.
fn in_all(left: &[&Field], right: &[&Field], site: Site<'_>, findings: &mut Findings) {
    let Some((first, rest)) = left.split_first() else { return };
    for unit in first.details.iter().filter(|it| it.detail == Detail::Unit) {
        let has = |field: &&Field| field.details.iter().any(|it| it.detail == unit.detail && it.value == unit.value);
        // If no field has it, that is reported already.
        let lacking: Vec<&Field> =
            right.iter().copied().filter(|other| !states(other, unit, first, findings)).collect();
        if rest.iter().all(has) && lacking.len() < right.len() {
            lacking.iter().for_each(|other| missing(first, unit, &[other], site, findings));
        }
    }
}

/// Reports the statements of a document's field that a spec's field lacks.
pub(super) fn missing_ones(left: &Field, right: &Field, site: Site<'_>, findings: &mut Findings) {
    lacking(left, &[right], site, findings);
}
fn lacking(field: &Field, right: &[&Field], site: Site<'_>, findings: &mut Findings) {
    let (given, lacking): (Vec<&Statement>, Vec<&Statement>) =
        field.details.iter().partition(|it| right.iter().any(|other| states(other, it, field, findings)));
    // What operations share has one example: that of any of them.
    let own = |other: &&&Field, it: &Statement| {
        other.details.iter().any(|own| own.detail == Detail::Example && text::same(&it.value, &own.value))
    };
    for it in given.iter().filter(|it| it.detail == Detail::Example) {
        findings.supported.extend(right.iter().filter(|other| own(other, it)).map(|other| other.at.clone()));
    }
    let (characters, others): (Vec<&Statement>, Vec<&Statement>) =
        lacking.into_iter().partition(|it| it.detail == Detail::Characters);
    for statement in others {
        missing(field, statement, right, site, findings);
    }
    // One pattern has them all.
    if let Some(first) = characters.first() {
        let value = characters.iter().map(|it| it.value.as_str()).collect::<Vec<_>>().join(LIST);
        missing(field, &Statement { value, ..(*first).clone() }, right, site, findings);
    }
}

/// Reports the statements that only a spec's field has.
fn only_in_spec(left: &[&Field], other: &Field, site: Site<'_>, findings: &mut Findings) {
    for statement in &other.details {
        if left.iter().any(|field| supports(field, statement, other, findings)) {
            findings.supported.insert(statement.at.clone());
            continue;
        }
        // With a value for the same, the spec's is another one; unless the description has the document's, that is
        // reported already.
        let same = |field: &&&Field| field.details.iter().find(|it| it.detail == statement.detail).cloned();
        let other_value = left.iter().find_map(|field| same(&field)).filter(|_| statement.detail != Detail::Example);
        match other_value {
            None => extra(left, other, statement, site, findings),
            Some(it) if left.iter().all(|field| states(other, &it, field, findings)) => {
                let sides = (stated(it.value.as_str(), &it.at), stated(statement.value.as_str(), &statement.at));
                let difference = findings.add(Topic::Detail, Aspect::Detail(it.detail), site.path, sides.0, sides.1);
                difference.explained_by(&other.errata, site.around);
            }
            Some(_) => {}
        }
    }
    for (name, at) in &other.prose.conditions {
        let mentioned = |field: &Field| conditions(field).any(|other| same_name(other, name));
        if left.iter().any(|field| mentioned(field)) {
            findings.supported.insert(at.clone());
        } else {
            let statement = Statement { detail: Detail::Condition, value: name.clone(), at: at.clone() };
            extra(left, other, &statement, site, findings);
        }
    }
}

/// Every difference of two editions, by kind.
fn exact(left: &[&Field], right: &[&Field], site: Site<'_>, findings: &mut Findings) {
    let ([left], [right]) = (left, right) else { return };
    for detail in Detail::ALL {
        let of = |field: &Field| -> Vec<String> {
            field.details.iter().filter(|it| it.detail == detail).map(|it| it.value.clone()).collect()
        };
        let (before, after) = (of(left), of(right));
        if before != after {
            let path = format!("{} ({})", site.path, detail.word());
            let sides = (stated(before.join(LIST), &left.at), stated(after.join(LIST), &right.at));
            findings.add(Topic::Detail, Aspect::Detail(detail), path, sides.0, sides.1);
        }
    }
}

/// Reports a statement of the document that the spec lacks, or has differently.
fn missing(field: &Field, statement: &Statement, right: &[&Field], site: Site<'_>, findings: &mut Findings) {
    let Some(other) = right.first() else { return };
    let detail = statement.detail;
    let value = if detail == Detail::Condition { condition(&statement.value) } else { &statement.value };
    let different = other.details.iter().find(|it| it.detail == detail && detail != Detail::Example);
    let there = match different {
        Some(different) => stated(different.value.as_str(), &different.at),
        None => lacks(&other.at),
    };
    let here = stated(if value.is_empty() { "\"\"" } else { value }, &field.at);
    let difference = findings.add(Topic::Detail, Aspect::Detail(detail), site.path, here, there);
    difference.explained_by(&other.errata, site.around);
    // Words are names of products and the like, too; a number states something.
    difference.soft = detail == Detail::Mention && !MEASURED.is_match(value);
}

/// Reports a statement that only the spec has, unless it is on another field that shares it.
fn extra(left: &[&Field], other: &Field, statement: &Statement, site: Site<'_>, findings: &mut Findings) {
    let Some(field) = left.first() else { return };
    let here = stated(if statement.value.is_empty() { "\"\"" } else { &statement.value }, &statement.at);
    let difference = findings.add(Topic::Detail, Aspect::Detail(statement.detail), site.path, lacks(&field.at), here);
    difference.explained_by(&other.errata, site.around);
}

/// Whether a field of a spec states what the document does.
fn states(other: &Field, statement: &Statement, field: &Field, findings: &Findings) -> bool {
    let value = statement.value.as_str();
    match statement.detail {
        Detail::Unread | Detail::Pattern | Detail::Read => true,
        detail if detail.is_bound() => {
            let by_words = || !needs_keyword(field, statement, other) && in_words(other, detail, value);
            // A type of 32 bits has its bounds.
            let of_type = detail == Detail::Maximum && value == i32::MAX.to_string();
            let narrow = other.ty.as_ref().is_some_and(|ty| ty.kind == Kind::Integer);
            of_type && narrow || has_bound(&other.details, detail, value) || !other.values.is_empty() || by_words()
        }
        Detail::Characters => has_characters(other, value, !needs_keyword(field, statement, other)),
        Detail::Forbidden => {
            let patterns = other.details.iter().filter(|it| it.detail == Detail::Pattern).map(|it| it.value.as_str());
            let mut texts = patterns.chain([other.prose.text.as_str()]);
            texts.any(|text| value.chars().all(|c| text.contains(c)))
        }
        Detail::Default => {
            let given = other.details.iter().any(|it| it.detail == Detail::Default && text::same(value, &it.value));
            let words = if value.is_empty() { "empty" } else { value };
            given || mentions(&other.prose.text, words)
        }
        Detail::Example => has_example(other, value, findings),
        Detail::Unit => text::has_unit(&other.prose.text, value),
        Detail::Condition => names_field(other, condition(value)),
        _ => {
            let numbers: Vec<&str> = NUMBER.find_iter(&other.prose.text).map(|number| number.as_str()).collect();
            if MEASURED.is_match(value) && NUMBER.find_iter(value).all(|number| numbers.contains(&number.as_str())) {
                return true;
            }
            let values = other.values.iter().chain(other.details.iter().map(|it| &it.value));
            let mut texts = values.chain([&other.prose.text, &field.name]);
            // What is contained literally is contained in any form.
            texts.clone().any(|text| text.contains(value)) || {
                let wanted = text::plain(value);
                texts.any(|text| text::plain(text).contains(&wanted))
            }
        }
    }
}

/// Whether a keyword can have what a request's field states: a description alone checks nothing.
fn needs_keyword(field: &Field, statement: &Statement, other: &Field) -> bool {
    let Some(ty) = other.ty.as_ref().filter(|_| field.required != Required::Unknown) else { return false };
    let numeric = ty.lists == 0 && matches!(ty.kind, Kind::Integer | Kind::Long | Kind::Number);
    let text = ty.lists == 0 && ty.kind == Kind::String && ty.text != "JSON text" && ty.text != "string with JSON";
    let fits = match statement.detail {
        Detail::Minimum | Detail::Maximum | Detail::Above | Detail::Below => numeric,
        Detail::MinLength | Detail::MaxLength => text,
        Detail::MinItems | Detail::MaxItems => ty.lists > 0,
        // Some of several sets cannot be expressed.
        Detail::Characters => {
            text && !field.details.iter().any(|it| it.value == "several kinds" || it.detail == Detail::Unread)
        }
        _ => false,
    };
    // With several bounds of a kind, each depends on a condition.
    let of_kind = field.details.iter().filter(|it| it.detail == statement.detail).count();
    // The spec's bound may be one of some values that the row mentions beside the range.
    let mentioned = |value: &str| field.details.iter().any(|it| it.detail == Detail::Mention && it.value == value);
    let wider = other.details.iter().any(|it| it.detail == statement.detail && mentioned(&it.value));
    fits && !wider && (of_kind == 1 || statement.detail == Detail::Characters)
}

fn has_bound(others: &[Statement], detail: Detail, value: &str) -> bool {
    let same = |it: &Statement, number: f64| it.value.parse::<f64>().is_ok_and(|it| it == number);
    let Ok(number) = value.parse::<f64>() else { return false };
    others.iter().any(|it| match (detail, it.detail) {
        (detail, other) if detail == other => same(it, number),
        (Detail::Above, Detail::Minimum) => same(it, number + 1.0),
        (Detail::Below, Detail::Maximum) => same(it, number - 1.0),
        // The items of a list are the fields of an object, or the other way round.
        (Detail::MinItems, Detail::MinLength) | (Detail::MaxItems, Detail::MaxLength) => same(it, number),
        (Detail::Minimum, Detail::MinItems) | (Detail::Maximum, Detail::MaxItems) => same(it, number),
        _ => false,
    })
}

/// Whether a description has a bound in words.
fn in_words(other: &Field, detail: Detail, value: &str) -> bool {
    let text = other.prose.text.to_lowercase();
    let plain = |number: &str| number.replace(',', "");
    let words: &[&str] = match (detail, value) {
        (Detail::MinLength | Detail::MinItems, "1") => &["not empty", "be empty", "at least one", "non-empty"],
        (Detail::Minimum, "0") => &["negative", "from zero"],
        (Detail::Minimum, "1") | (Detail::Above, "0") => {
            &["positive", "at least one", "from one", "1 to", "starts at 1"]
        }
        (Detail::Maximum | Detail::MaxItems, "1") => &["one "],
        _ => &[],
    };
    NUMBER.find_iter(&text).any(|number| plain(number.as_str()) == value) || words.iter().any(|it| text.contains(it))
}

fn has_characters(other: &Field, set: &str, in_words: bool) -> bool {
    let numeric = |kind: Kind| matches!(kind, Kind::Integer | Kind::Long | Kind::Number);
    if set == "digits" && other.ty.as_ref().is_some_and(|ty| numeric(ty.kind)) {
        return true;
    }
    let prose = other.prose.text.to_lowercase();
    let pattern = other.details.iter().find(|it| it.detail == Detail::Pattern).map(|it| it.value.as_str());
    if let Some(suffix) = set.strip_prefix("suffix ") {
        return pattern.is_some_and(|pattern| pattern.contains(suffix)) || prose.contains(suffix);
    }
    if let Some(symbols) = set.strip_prefix("any of ") {
        let inside = |text: &str| symbols.chars().all(|c| text.contains(c));
        return pattern.is_some_and(inside) || inside(&other.prose.text);
    }
    let (in_pattern, words): (&[&str], &[&str]) = match set {
        "ASCII" => (&[r"\x00-\x7F", r"\x20-\x7E", "\\u0000-\\u007"], &["ascii"]),
        "letters" => (&["A-Z", "a-z", r"\w"], &["letter", "alphanumeric", "a-z"]),
        "lowercase letters" => (&["a-z"], &["lowercase", "lower-case", "a-z"]),
        "letter first" => (&["^[A-Za-z", "^[a-zA-Z"], &["start", "begin", "first", "leading"]),
        "lowercase letter first" => (&["^[a-z]"], &["start", "begin", "first", "leading"]),
        "several kinds" => (&[], &["two", "three", "four", "kinds", "types"]),
        "digits" => (&["0-9", r"\d", r"\w", "1-9", "1-7"], &["digit", "number", "alphanumeric", "0-9"]),
        "Chinese" => (
            &["\\u4e00", "\\u4E00", "\u{4e00}", r"\p{Han}", r"\p{sc=Han}", r"\p{Script=Han}"],
            &["chinese", "u+4e00", "unicode", "cjk"],
        ),
        "hyphens" => (&["-]", r"\-", "-_", "9-", "]-", ")-", "(-", "|-", "(?:-"], &["hyphen", "`-`", "dash"]),
        "underscores" => (&["_", r"\w"], &["underscore", "`_`"]),
        "periods" => (&["."], &["period", "`.`", "dot"]),
        "spaces" => (&[" ", r"\s"], &["space", "blank"]),
        _ => (&[], &[]),
    };
    pattern.is_some_and(|pattern| in_pattern.iter().any(|it| pattern.contains(it)))
        || in_words && words.iter().any(|word| prose.contains(word))
        || !other.values.is_empty()
}

fn has_example(other: &Field, value: &str, findings: &Findings) -> bool {
    let mut examples = other.details.iter().filter(|it| it.detail == Detail::Example).peekable();
    // A type that several operations share has one example.
    let shared = other.details.iter().any(|it| it.detail == Detail::Example && is_shared_place(&it.at));
    if shared && !is_shared(other) {
        return true;
    }
    let sampled = findings.right_values.get(&other.name.to_lowercase());
    let own = examples.peek().is_some();
    // `Tag.1.Key` shows the numbers in the name `Tag.N.Key`.
    if names::near(&super::sample::numbered(value), &other.name) {
        return true;
    }
    examples.any(|it| text::same(value, &it.value))
        || sampled.is_some_and(|values| values.iter().any(|it| text::same(value, it)))
        || !own && consists(value, |name| findings.right_values.get(&name.to_lowercase()))
}

/// Whether the values in an example of an object or a list are examples of the fields inside.
fn is_of_examples(value: &str, findings: &Findings) -> bool {
    consists(value, |name| findings.examples.get(name))
}

/// Whether a string is JSON, and all values in it are among those of their names.
fn consists<'a>(text: &str, of: impl Fn(&str) -> Option<&'a Vec<String>>) -> bool {
    let json = text.starts_with(['{', '[']).then(|| serde_json::from_str(text).ok()).flatten();
    let members = json.map(|json| extract::sample::values(&json)).unwrap_or_default();
    let known = |(path, value): &(String, String)| {
        of(super::sample::last_name(path)).is_some_and(|values| values.iter().any(|it| text::same(it, value)))
    };
    !members.is_empty() && members.iter().all(known)
}

/// Whether a field is part of a file that several operations share.
fn is_shared(field: &Field) -> bool {
    is_shared_place(&field.at)
}

fn is_shared_place(at: &Location) -> bool {
    is_shared_file(at.file())
}

/// Whether several operations share a file of a spec.
pub(crate) fn is_shared_file(file: &str) -> bool {
    let file = file.replace('\\', "/");
    file.contains("/schemas/") || file.ends_with("parameters.yaml") || file.ends_with("responses.yaml")
}

/// Whether a description names another field in backticks, or an `x-condition` entry does.
fn names_field(other: &Field, name: &str) -> bool {
    let in_code = || {
        let spans = CODE.captures_iter(&other.prose.text);
        spans.flat_map(|found| words(found.get(1).map_or("", |span| span.as_str()))).any(|word| same_name(&word, name))
    };
    other.prose.conditions.iter().any(|(field, _)| same_name(field, name)) || in_code()
}

/// The names in a code span: the whole, and the parts of a path or an expression.
fn words(span: &str) -> Vec<String> {
    let mut words = vec![span.to_owned()];
    let part = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
    words.extend(span.split(part).map(|word| word.trim_end_matches("[]").to_owned()));
    let ends: Vec<String> = words.iter().filter_map(|word| Some(word.rsplit_once('.')?.1.to_owned())).collect();
    words.extend(ends);
    words
}

fn same_name(a: &str, b: &str) -> bool {
    let last = |name: &str| name.rsplit_once('.').map_or(name.to_owned(), |(_, last)| last.to_owned());
    a == b || names::near(a, b) || last(a) == b || a == last(b)
}

/// The name in a condition's text.
fn condition(text: &str) -> &str {
    text.rsplit_once(' ').map_or(text, |(name, _)| name)
}

fn conditions(field: &Field) -> impl Iterator<Item = &str> {
    field.details.iter().filter(|it| it.detail == Detail::Condition).map(|it| condition(&it.value))
}

/// A shorter value proves nothing in the sample of another field.
const LONG: usize = 6;

/// Whether a field of the document states, or at least mentions, what a spec does.
pub(super) fn supports(field: &Field, statement: &Statement, other: &Field, findings: &Findings) -> bool {
    let value = statement.value.as_str();
    let mentioned = || field.details.iter().any(|it| it.detail == Detail::Mention && it.value == value);
    let unread = |what: &str| field.details.iter().any(|it| it.detail == Detail::Unread && it.value == what);
    match statement.detail {
        detail if detail.is_bound() => {
            let own = std::slice::from_ref(statement);
            let reversed = field.details.iter().any(|it| it.detail.is_bound() && has_bound(own, it.detail, &it.value));
            let listed = field.values.iter().any(|it| it == value);
            let vacuous = matches!(detail, Detail::MinLength | Detail::MinItems) && value == "0";
            // With a maximum of 1, the minimum of 1 is implied.
            let one = |it: &Statement| it.detail == Detail::Maximum && it.value == "1";
            let single = detail == Detail::Minimum && value == "1" && field.details.iter().any(one);
            // An empty list sends no parameter.
            let sent = other.name.contains(".N") && other.required == Required::Required;
            let implied = sent && detail == Detail::MinItems && value == "1";
            reversed || listed || vacuous || single || implied || mentioned() || unread("bound")
        }
        // A pattern may express any rule of a string.
        Detail::Pattern => field.details.iter().any(|it| !matches!(it.detail, Detail::Example | Detail::Default)),
        Detail::Default => {
            let same = |it: &Statement| it.detail == Detail::Default && text::same(&it.value, value);
            field.details.iter().any(same) || unread("default")
        }
        // Words in the documents' language, such as `none`, are not values.
        Detail::Example if !value.contains(|c: char| c.is_ascii_alphanumeric()) => true,
        Detail::Example => {
            let same =
                |it: &Statement| matches!(it.detail, Detail::Example | Detail::Mention) && text::same(&it.value, value);
            let sampled = findings.left_values.get(&field.name.to_lowercase());
            field.details.iter().any(same)
                || field.values.iter().any(|it| text::same(it, value))
                || sampled.is_some_and(|values| values.iter().any(|it| text::same(it, value)))
                || value.len() >= LONG && findings.sampled.contains(value)
                || is_of_examples(value, findings)
                || unread("example")
                || findings.sent.iter().any(|(name, sent)| *name == field.name && text::same(sent, value))
        }
        _ => true,
    }
}

/// The statements of a spec's field that some row of the document supports, and whose removal or change would go unseen:
/// the row does not have them as such, or the description has them, too.
pub(super) fn uncertain(lefts: &[&Field], right: &Field, findings: &Findings) -> Vec<(Detail, String)> {
    let sampled = findings.right_values.get(&right.name.to_lowercase());
    let is_certain = |statement: &Statement| {
        let same = |it: &&Statement| it.detail == statement.detail;
        let mut stated = lefts.iter().flat_map(|left| left.details.iter().filter(same).map(move |it| (*left, it)));
        if statement.detail == Detail::Example {
            let in_sample = || sampled.is_some_and(|values| values.iter().any(|it| text::same(it, &statement.value)));
            return stated.any(|(_, it)| text::same(&it.value, &statement.value)) || in_sample();
        }
        let mut held = stated.filter(|(left, it)| states(right, it, left, findings)).peekable();
        held.peek().is_some() && {
            let details = right.details.iter().filter(|it| it.at != statement.at).cloned().collect();
            let without = Field { details, ..right.clone() };
            held.any(|(left, it)| !states(&without, it, left, findings))
        }
    };
    let counts = |it: &&Statement| it.detail.is_bound() || matches!(it.detail, Detail::Default | Detail::Example);
    let supported = |it: &&Statement| lefts.iter().any(|left| supports(left, it, right, findings));
    let found = right.details.iter().filter(counts).filter(supported).filter(|it| !is_certain(it));
    found.map(|it| (it.detail, it.value.clone())).collect()
}

/// Whether a string has a value as a whole word.
pub(super) fn mentions(text: &str, value: &str) -> bool {
    let text = text.to_lowercase();
    let value = value.to_lowercase();
    text.match_indices(&value).any(|(at, _)| {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let after = &text[at + value.len()..];
        !(text[..at].ends_with(word) && value.starts_with(word) || after.starts_with(word) && value.ends_with(word))
    })
}
