//! Whether an input with one violation is rejected for exactly that reason, and sent unchanged if the check is
//! disabled.

use bytes::Bytes;
use http::Request;
use serde_json::Value;
use yundb_runtime::ErrorKind;

use super::{Context, Finding, request};
use crate::document::{Direction, Parameter, Place, SchemaRef};
use crate::driver::{Ended, Outcome};
use crate::report::Kind;
use crate::violation::{Constraint, Part, Violation};
use crate::wire::{self, Data, Input};

/// Judges a call with a violation. `path` is the path that the error must have.
pub fn refused(
    context: &Context<'_>,
    violation: &Violation,
    path: &str,
    ended: &Ended,
    requests: &[Request<Bytes>],
) -> Option<Finding> {
    let what = violation.constraint.keyword();
    let outcome = match ended {
        // The compiler rejects it: no such value can be written.
        Err(unusable) if !unusable.is_no_input() => return None,
        Err(unusable) => return Some(Finding::new(Kind::NoWayToSend, unusable.key.to_string(), &unusable.why)),
        Ok(outcome) => outcome,
    };
    if let [request, ..] = requests {
        if is_valid_anyway(context, &violation.input, request) {
            return None;
        }
        return Some(Finding::new(Kind::NotRefused, path, format!("{what} is violated, but the request is sent")));
    }
    let failure = match outcome {
        Outcome::Failure(failure) => failure,
        Outcome::Success(_) => return Some(Finding::new(Kind::NotRefused, path, format!("{what}: a success"))),
    };
    if failure.kind != ErrorKind::Invalid {
        return Some(Finding::new(Kind::NotRefused, path, format!("{what}: {}", failure.display)));
    }
    let (elsewhere, why) = failure.violations.iter().find(|(found, _)| !names(violation, path, found))?;
    Some(Finding::new(Kind::WrongPathInRefusal, path, format!("{what}: the error's path is {elsewhere}: {why}")))
}

/// Whether the request is valid in spite of the violation: a type may be unable to leave out its discriminator, and an
/// optional body without any field is not sent.
fn is_valid_anyway(context: &Context<'_>, given: &Input, request: &Request<Bytes>) -> bool {
    let sent = wire::sent(context.document, context.operation, context.base, given, request);
    let valid = |schema: &SchemaRef, value: &Value| context.document.is_valid(schema, Direction::Request, value);
    let parameter = |parameter: &Parameter| {
        let values = match parameter.place {
            Place::Path => &sent.input.path,
            Place::Query | Place::QueryString => &sent.input.query,
            Place::Header => &sent.input.header,
            Place::Cookie => &sent.input.cookie,
        };
        match (values.get(&parameter.name), &parameter.schema) {
            (Some(value), Some(schema)) => valid(schema, value),
            (Some(_), None) => true,
            (None, _) => !parameter.required,
        }
    };
    let body = match (&context.operation.body, &sent.input.body) {
        (None, _) => true,
        (Some(body), None) => !body.required,
        (Some(body), Some(content)) => {
            let media = body.media.iter().find(|media| media.media_type.eq_ignore_ascii_case(&content.media_type));
            match (media.and_then(|media| media.schema.as_ref()), &content.data) {
                (Some(schema), Data::Json(value)) => valid(schema, value),
                _ => false,
            }
        }
    };
    sent.faults.is_empty() && body && context.operation.parameters.iter().all(parameter)
}

/// Whether a path in an error matches the place of a violation.
fn names(violation: &Violation, path: &str, found: &str) -> bool {
    if found == path {
        return true;
    }
    match violation.constraint {
        // The list, or the element that repeats another one.
        Constraint::UniqueItems => found.strip_prefix(path).is_some_and(|rest| rest.starts_with('[')),
        // The entry with the invalid name, or the missing one.
        Constraint::PropertyNames | Constraint::AdditionalProperties | Constraint::DependentRequired => {
            let inside = path.strip_suffix("body").filter(|rest| rest.is_empty()).unwrap_or(path);
            found.strip_prefix(inside).is_some_and(|rest| inside.is_empty() || rest.starts_with('.'))
        }
        // A body passed field by field can only be missing in this way.
        Constraint::Required if violation.part == Part::Body && violation.path.is_empty() => path == "body",
        // Without the field, the value may be closer to an alternative that lacks another one, or to none: the path of
        // the object is also right.
        Constraint::Required if violation.in_union => {
            let object = |path: &str| path.rsplit_once('.').map_or("body", |(object, _)| object).to_owned();
            found == object(path) || object(found) == object(path)
        }
        _ => false,
    }
}

/// Judges the same call without the check: it is sent unchanged. Errors at a place in `known` also occur without the
/// violation.
pub fn unchecked(
    context: &Context<'_>,
    violation: &Violation,
    known: &[Finding],
    given: &Input,
    ended: &Ended,
    requests: &[Request<Bytes>],
) -> Option<Finding> {
    // The types cannot represent the value.
    if ended.is_err() || cannot_be_sent(violation, given) {
        return None;
    }
    let is_known = |finding: &Finding| known.iter().any(|known| known.kind == finding.kind && known.at == finding.at);
    let mut findings = request::differences(context, given, ended, requests).into_iter();
    let finding = findings.find(|finding| !is_known(finding))?;
    // Valid in spite of the violation: the type cannot leave out the value.
    if violation.constraint == Constraint::Required
        && requests.first().is_some_and(|it| is_valid_anyway(context, given, it))
    {
        return None;
    }
    Some(Finding { kind: Kind::UncheckedDiffers, ..finding })
}

/// Violations that are rejected even without the check: a path with an empty segment would address another operation.
fn cannot_be_sent(violation: &Violation, given: &Input) -> bool {
    let Part::Parameter(Place::Path, name) = &violation.part else { return false };
    let dots = |value: &Value| match value {
        Value::String(text) => matches!(text.as_str(), "" | "." | ".."),
        Value::Array(list) => list.is_empty(),
        Value::Object(entries) => entries.is_empty(),
        Value::Null => true,
        Value::Bool(_) | Value::Number(_) => false,
    };
    given.path.get(name).is_none_or(dots)
}
