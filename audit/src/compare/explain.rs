//! Reports differences as diagnostics: both places, both values, and the fix.

use yundb_generator::{
    Diagnostics,
    diagnostic::{Diagnostic, Location},
};

use super::{Aspect, Difference, SAMPLE, Settled, Stated, Topic};
use crate::{fact::Detail, spec::Erratum};

/// A diagnostic for each unexplained difference and each unused entry.
pub fn diagnostics(settled: &Settled, errata: &[Erratum]) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    diagnostics.extend(settled.open.iter().map(open));
    for entry in settled.unused.iter().filter_map(|index| errata.get(*index)) {
        let unused = Diagnostic::error("unused-errata", UNUSED).at(entry.at.clone());
        diagnostics.push(unused.help(
            "remove it, or add `audit: false` if the audit does not compare its subject (a remedy, a method in a sample)",
        ));
    }
    for entry in settled.misused.iter().filter_map(|index| errata.get(*index)) {
        let misused = Diagnostic::error("unused-errata", MISUSED).at(entry.at.clone());
        diagnostics.push(misused.help("remove `audit: false`"));
    }
    diagnostics
}

/// A line for each unexplained difference, by file and line: both places, what differs, and what to write.
pub fn lines(settled: &Settled, errata: &[Erratum]) -> Vec<String> {
    let mut open: Vec<&Difference> = settled.open.iter().collect();
    let place = |side: &Option<Stated>| side.as_ref().map(|side| (side.at.file().to_owned(), side.at.line()));
    open.sort_by_cached_key(|difference| (place(&difference.right), place(&difference.left)));
    let line = |difference: &&Difference| {
        let at = |side: &Option<Stated>| place(side).map_or("-".to_owned(), |(file, line)| format!("{file}:{line}"));
        let section = difference.operation.as_ref().map_or("", |subject| subject.section.as_str());
        format!(
            "{} [{}] {} ({section}, {}); {}",
            at(&difference.right),
            word(difference.aspect),
            message(difference),
            at(&difference.left),
            help(difference).replace('\n', " "),
        )
    };
    let entry = |index: &usize, what: &str| {
        errata.get(*index).map(|entry| format!("{}:{} [errata] {what}", entry.at.file(), entry.at.line()))
    };
    let unused = settled.unused.iter().filter_map(|index| entry(index, UNUSED));
    let misused = settled.misused.iter().filter_map(|index| entry(index, MISUSED));
    open.iter().map(line).chain(unused).chain(misused).collect()
}

/// Messages on entries.
const UNUSED: &str = "this x-errata explains no difference";
const MISUSED: &str = "this x-errata explains a difference, though it has `audit: false`";

/// The kind of a difference in one word.
fn word(aspect: Aspect) -> &'static str {
    match aspect {
        Aspect::Detail(detail) => detail.word(),
        other => code(other).trim_start_matches("audit-"),
    }
}

fn open(difference: &Difference) -> Diagnostic {
    let subject = difference.operation.as_ref().map_or_else(String::new, |subject| match subject.section.as_str() {
        "" => format!("{}: ", subject.call),
        section => format!("{} ({section}): ", subject.call),
    });
    let place = |side: &Option<Stated>| side.as_ref().map(|side| side.at.clone());
    let (left, right) = (place(&difference.left), place(&difference.right));
    let message = format!("{subject}{}", message(difference));
    let diagnostic = Diagnostic::error(code(difference.aspect), message).help(help(difference));
    match (right, left) {
        (Some(right), left) => {
            let diagnostic = diagnostic.at(right).label(label(difference));
            left.into_iter().fold(diagnostic, |diagnostic, at| note(diagnostic, at, difference))
        }
        (None, left) => diagnostic.at(left).label(document_label(difference)),
    }
}

fn note(diagnostic: Diagnostic, at: Location, difference: &Difference) -> Diagnostic {
    diagnostic.note(at, document_label(difference))
}

fn code(aspect: Aspect) -> &'static str {
    match aspect {
        Aspect::Missing => "audit-missing",
        Aspect::Extra => "audit-extra",
        Aspect::Name => "audit-name",
        Aspect::Type => "audit-type",
        Aspect::Required => "audit-required",
        Aspect::Place => "audit-place",
        Aspect::Values => "audit-values",
        Aspect::Status => "audit-status",
        Aspect::Print => "audit-print",
        Aspect::Detail(_) => "audit-detail",
        Aspect::Content => "audit-sample",
        Aspect::Secret => "audit-secret",
        Aspect::Pages => "audit-pages",
    }
}

fn text(side: &Option<Stated>) -> &str {
    side.as_ref().map_or("", |side| side.text.as_str())
}

fn message(difference: &Difference) -> String {
    let (path, left, right) = (&difference.path, text(&difference.left), text(&difference.right));
    match difference.aspect {
        Aspect::Missing if difference.topic == Topic::Sample && path.ends_with(left) && left != SAMPLE => {
            format!("the document's sample has a key without a field in the spec, `{path}`")
        }
        Aspect::Missing => format!("the spec lacks `{path}`, which the document has"),
        Aspect::Extra if difference.topic == Topic::Value => {
            format!("`{path}` has values that the document does not mention: `{right}`")
        }
        Aspect::Extra => format!("the document does not have `{path}`"),
        Aspect::Detail(detail) => stated(detail, path, left, right),
        Aspect::Secret => format!("`{path}` is a secret by its name, but not marked as one"),
        Aspect::Pages => format!("it returns a list by pages (`{left}`), but has no x-pagination"),
        Aspect::Content if left.is_empty() => format!("only the spec has `{right}` in `{path}`"),
        Aspect::Content if right.is_empty() => format!("only the document has `{left}` in `{path}`"),
        Aspect::Content => format!("`{path}` has `{left}` in the document and `{right}` in the spec"),
        Aspect::Name => format!("`{path}` is `{left}` in the document and `{right}` in the spec"),
        Aspect::Values if left.is_empty() => format!("`{path}`: only the spec has `{right}`"),
        Aspect::Values if right.is_empty() => format!("`{path}`: only the document has `{left}`"),
        Aspect::Values => format!("`{path}`: only the document has `{left}`, only the spec has `{right}`"),
        _ => {
            let fact = fact(difference.aspect);
            format!("the {fact} of `{path}` is `{left}` in the document and `{right}` in the spec")
        }
    }
}

/// The message for a statement about a field that only one side has, or each differently.
fn stated(detail: Detail, path: &str, left: &str, right: &str) -> String {
    let what = detail.word();
    match (detail, left, right) {
        (Detail::Condition, "", _) => {
            format!("the document's text on `{path}` does not mention `{right}`, which is in x-condition")
        }
        (Detail::Condition, ..) => {
            format!("the document's text on `{path}` mentions `{left}`, which the spec's does not name")
        }
        (Detail::Mention, ..) => {
            format!("the document's text on `{path}` has `{left}`, which is nowhere in the spec's")
        }
        (Detail::Read, ..) => format!("`{path}` has no {left}, which was read from the document's words"),
        (_, "", _) => format!("`{path}` has {what} `{right}`, which the document does not state"),
        (_, _, "") => format!("`{path}` lacks {what} `{left}`"),
        _ => format!("{what} of `{path}` is `{left}` in the document and `{right}` in the spec"),
    }
}

/// What to write for a statement of the document.
fn keyword(detail: Detail, value: &str) -> String {
    let in_words = "or state it in the description";
    match detail {
        Detail::Minimum => format!("write `minimum: {value}`, {in_words}"),
        Detail::Maximum => format!("write `maximum: {value}`, {in_words}"),
        Detail::Above => format!("write `minimum: {value}` and `exclusiveMinimum: true`, {in_words}"),
        Detail::Below => format!("write `maximum: {value}` and `exclusiveMaximum: true`, {in_words}"),
        Detail::MinLength => format!("write `minLength: {value}`, {in_words}"),
        Detail::MaxLength => format!("write `maxLength: {value}`, {in_words}"),
        Detail::MinItems => format!("write `minItems: {value}`, {in_words}"),
        Detail::MaxItems => format!("write `maxItems: {value}`, {in_words}"),
        Detail::Multiple => format!("write `multipleOf: {value}`, {in_words}"),
        Detail::Default => format!("write `default: {}`, {in_words}", quoted(value)),
        Detail::Example => format!("write `example: {}`", quoted(value)),
        Detail::Read => format!("write a `{value}`"),
        Detail::Characters | Detail::Forbidden | Detail::Pattern => format!("write a `pattern`, {in_words}"),
        Detail::Condition => format!("name `{value}` in backticks in the description, or in an `x-condition` entry"),
        Detail::MinBytes | Detail::MaxBytes | Detail::Unit | Detail::Mention | Detail::Unread => {
            "state it in the description".to_owned()
        }
    }
}

fn fact(aspect: Aspect) -> &'static str {
    match aspect {
        Aspect::Type => "type",
        Aspect::Required => "obligation",
        Aspect::Place => "place",
        Aspect::Status => "status",
        _ => "spelling",
    }
}

/// The label under the spec's line.
fn label(difference: &Difference) -> String {
    match (difference.aspect, text(&difference.right)) {
        (Aspect::Missing, _) => "it belongs here".to_owned(),
        (_, "") => String::new(),
        (_, right) => format!("`{right}` in the spec"),
    }
}

/// The label under the document's line.
fn document_label(difference: &Difference) -> String {
    match (difference.aspect, text(&difference.left)) {
        (Aspect::Extra, _) | (_, "") => "not in the document".to_owned(),
        (_, left) => format!("`{left}` in the document"),
    }
}

fn help(difference: &Difference) -> String {
    let (left, right) = (text(&difference.left), text(&difference.right));
    let entry = |document: &str, spec: &str| {
        format!("x-errata: [{{document: {}, spec: {}, why: ...}}]", quoted(document), quoted(spec))
    };
    match difference.aspect {
        Aspect::Missing => format!("add it, or add `{}` here", entry(left, "")),
        Aspect::Secret => format!("write `x-sensitive: true`, or add `{}` beside it", entry(left, "")),
        Aspect::Pages => format!("write `x-pagination`, or add `{}` to the operation", entry(left, "")),
        Aspect::Detail(Detail::Condition) if left.is_empty() => "remove the x-condition entry".to_owned(),
        Aspect::Extra | Aspect::Detail(_) if left.is_empty() => {
            format!("remove it, or add `{}` to it", entry("", right))
        }
        Aspect::Extra => format!("remove it, or add `{}` to it", entry("", right)),
        Aspect::Detail(detail) => format!("{}, or add `{}` here", keyword(detail, left), entry(left, right)),
        Aspect::Values => {
            format!("make the lists the same, or add `{}` beside the spec's", entry(left, right))
        }
        _ => format!("change it to `{left}`, or add `{}` beside it", entry(left, right)),
    }
}

/// A string as a scalar in a YAML flow map; dots as a placeholder for the author.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '/');
    let word = !matches!(text, "true" | "false" | "null" | "yes" | "no" | "on" | "off");
    match text {
        "" => "...".to_owned(),
        _ if word && text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(plain) => text.to_owned(),
        _ => format!("'{}'", text.replace('\'', "''")),
    }
}
