//! Reports differences as diagnostics: both places, both values, and the fix.

use yundb_generator::{
    Diagnostics,
    diagnostic::{Diagnostic, Location},
};

use super::{Aspect, Difference, SAMPLE, Settled, Stated, Topic};
use crate::spec::Erratum;

/// A diagnostic for each unexplained difference and each unused entry.
pub fn diagnostics(settled: &Settled, errata: &[Erratum]) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    diagnostics.extend(settled.open.iter().map(open));
    for entry in settled.unused.iter().filter_map(|index| errata.get(*index)) {
        let unused = Diagnostic::error("unused-errata", "this x-errata explains no difference").at(entry.at.clone());
        diagnostics.push(unused.help(
            "remove it, or add `audit: false` if the audit does not compare its subject (a bound, a unit, a note)",
        ));
    }
    for entry in settled.misused.iter().filter_map(|index| errata.get(*index)) {
        let message = "this x-errata explains a difference, though it has `audit: false`";
        let misused = Diagnostic::error("unused-errata", message).at(entry.at.clone());
        diagnostics.push(misused.help("remove `audit: false`"));
    }
    diagnostics
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
        (None, left) => diagnostic.at(left).label(document_says(difference)),
    }
}

fn note(diagnostic: Diagnostic, at: Location, difference: &Difference) -> Diagnostic {
    diagnostic.note(at, document_says(difference))
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
fn document_says(difference: &Difference) -> String {
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
        Aspect::Extra => format!("remove it, or add `{}` to it", entry("", right)),
        Aspect::Values => {
            format!("make the lists the same, or add `{}` beside the spec's", entry(left, right))
        }
        _ => format!("change it to `{left}`, or add `{}` beside it", entry(left, right)),
    }
}

/// A text as a scalar in a YAML flow map; dots as a placeholder for the author.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '/');
    let word = !matches!(text, "true" | "false" | "null" | "yes" | "no" | "on" | "off");
    match text {
        "" => "...".to_owned(),
        _ if word && text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(plain) => text.to_owned(),
        _ => format!("'{}'", text.replace('\'', "''")),
    }
}
