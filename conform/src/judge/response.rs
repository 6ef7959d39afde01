//! Holds what was read from a response against the response.

use serde_json::Value;
use yundb_generator::lower::model::{self, Answer, Service, Status as ModelStatus};
use yundb_runtime::ErrorKind;

use super::{Context, Finding, body_words, chosen, words};
use crate::document::{Direction, Response, SchemaRef};
use crate::driver::{Encoded, Ended, Outcome, Payload};
use crate::report::Kind;
use crate::wire::{self, Content, Data, Reply};

/// What a response has to be read as.
#[derive(Debug)]
pub struct Expected<'a> {
    /// The documented response.
    pub response: &'a Response,
    /// The documented media type of the body, by its place.
    pub media: Option<usize>,
    /// The response that was made.
    pub reply: &'a Reply,
    /// The operation in the generator's model.
    pub model: &'a model::Operation,
}

impl Expected<'_> {
    fn schema(&self) -> Option<&SchemaRef> {
        self.response.media.get(self.media?)?.schema.as_ref()
    }

    /// Whether the media type is documented as a range.
    fn is_range(&self) -> bool {
        self.media.and_then(|at| self.response.media.get(at)).is_some_and(|media| media.media_type.contains('*'))
    }

    /// Whether the same response is documented in other media types, too.
    fn has_other_media(&self) -> bool {
        self.response.media.len() > 1
    }

    fn is_success(&self) -> bool {
        (200..300).contains(&self.reply.status)
    }
}

/// Judges a response that was read. Streams have been read to their end.
pub fn read(context: &Context<'_>, expected: &Expected<'_>, ended: &Ended) -> Vec<Finding> {
    let status = expected.reply.status;
    let not_decoded = |message: String| vec![Finding::new(Kind::ResponseNotDecoded, "", message)];
    let outcome = match ended {
        Ok(outcome) => outcome,
        Err(unusable) => return vec![Finding::new(Kind::NotSent, "", format!("the call cannot be made: {unusable}"))],
    };
    if let Outcome::Failure(failure) = outcome
        && matches!(failure.kind, ErrorKind::Invalid | ErrorKind::Config | ErrorKind::Credentials)
    {
        return vec![Finding::new(Kind::NotSent, "", format!("the call cannot be made: {}", failure.display))];
    }
    let answer = if expected.is_success() { &expected.model.output } else { &expected.model.error };
    if let Some(finding) = no_way(context.service, expected, answer, outcome) {
        return vec![finding];
    }
    match (expected.is_success(), outcome) {
        (true, Outcome::Success(success)) if success.status == status => {
            let mut findings = self::body(context, expected, Some(&success.body), answer);
            findings.extend(self::headers(expected, &success.headers));
            findings
        }
        (false, Outcome::Failure(failure)) if (failure.kind, failure.status) == (ErrorKind::Service, Some(status)) => {
            let mut findings = self::body(context, expected, failure.body.as_ref(), answer);
            findings.extend(untyped_headers(expected));
            findings
        }
        (true, Outcome::Failure(failure)) => not_decoded(failure.display.clone()),
        (false, Outcome::Failure(failure)) => not_decoded(format!("no error of the service: {}", failure.display)),
        (_, Outcome::Success(success)) => {
            not_decoded(format!("{status} was taken for a success with {}", success.status))
        }
    }
}

/// What the client reads as something else than it is, whatever comes of it.
fn no_way(service: &Service, expected: &Expected<'_>, answer: &Answer, outcome: &Outcome) -> Option<Finding> {
    let content = expected.reply.content.as_ref()?;
    let variant = match outcome {
        Outcome::Success(success) => success.body.variant,
        Outcome::Failure(failure) => failure.body.as_ref().and_then(|body| body.variant),
    };
    let what = match (payload(service, answer, variant, expected.reply.status)?, &content.data) {
        // Of a range of media types nobody knows which one it is: bytes are bytes.
        (model::Payload::Text | model::Payload::Stream, _) if expected.is_range() => return None,
        (model::Payload::Json(_), Data::Json(_)) => return None,
        (model::Payload::Text | model::Payload::Stream, Data::Text(_) | Data::Bytes(_)) => return None,
        (model::Payload::Json(_), _) => "it is read as JSON",
        (model::Payload::Text, _) => "it is read as text",
        (model::Payload::Stream, _) => "it is read as a stream of bytes",
        (model::Payload::Empty, _) => "it is not read",
    };
    let kind = if expected.has_other_media() { Kind::OtherMediaType } else { Kind::NoWayToRead };
    Some(Finding::new(kind, "", format!("{what}: {}", body_words(content))))
}

fn body(context: &Context<'_>, expected: &Expected<'_>, body: Option<&Encoded>, answer: &Answer) -> Vec<Finding> {
    let Some(content) = &expected.reply.content else { return Vec::new() };
    let not_decoded =
        |why: &str| vec![Finding::new(Kind::ResponseNotDecoded, "", format!("{why}, in {}", body_words(content)))];
    let Some(body) = body else { return not_decoded("the typed body of the error could not be read") };
    let status = expected.reply.status;
    match &body.payload {
        Payload::Json(Ok(found), debug) => {
            let Data::Json(value) = &content.data else { return not_decoded("it is read as JSON") };
            let mut findings = Vec::new();
            compare(value, found, "", &mut findings);
            if let (Some(model::Payload::Json(ty)), Some(schema)) =
                (payload(context.service, answer, body.variant, status), expected.schema())
                && findings.is_empty()
            {
                let schema = (schema, Direction::Response);
                findings.extend(chosen::judge(context.document, context.service, schema, (value, ty, debug)));
            }
            findings
        }
        Payload::Json(Err(error), _) | Payload::Bytes(Err(error)) => not_decoded(error),
        Payload::Text(found) => same_bytes(content, found.as_bytes()).into_iter().collect(),
        Payload::Bytes(Ok(found)) => same_bytes(content, found).into_iter().collect(),
        Payload::Stream(_) => not_decoded("there is a stream that nobody read"),
        Payload::Nothing => not_decoded("there is nothing"),
    }
}

/// Whether a body without structure is what was received.
fn same_bytes(content: &Content, found: &[u8]) -> Option<Finding> {
    let (_, bytes) = wire::written(content);
    let lost = || format!("{} became {:?}", body_words(content), String::from_utf8_lossy(found));
    (bytes != found).then(|| Finding::new(Kind::ResponseLost, "", lost()))
}

/// What the model reads the body of a status as.
fn payload<'a>(
    service: &'a Service,
    answer: &'a Answer,
    variant: Option<&str>,
    status: u16,
) -> Option<&'a model::Payload> {
    let cases = match answer {
        Answer::One(payload) => return Some(payload),
        Answer::ByStatus(index) => &service.outcomes[*index].cases,
    };
    let named = cases.iter().find(|case| Some(case.variant.as_str()) == variant);
    let fits = |fits: &ModelStatus| match fits {
        ModelStatus::Code(code) => *code == status,
        ModelStatus::Range(hundreds) => *hundreds == status / 100,
        ModelStatus::Default => true,
    };
    // Without statuses it is for all others.
    let fits = |case: &&model::Case| case.statuses.is_empty() || case.statuses.iter().any(fits);
    named.or_else(|| cases.iter().find(fits)).map(|case| &case.payload)
}

/// Everything of the response has to be in the typed value. That may have besides what stands for absence.
fn compare(value: &Value, found: &Value, at: &str, findings: &mut Vec<Finding>) {
    let child = |token: &str| format!("{at}/{}", yundb_generator::pointer::escape(token));
    let lost = |message: String| Finding::new(Kind::ResponseLost, at, message);
    match (value, found) {
        (Value::Object(before), Value::Object(after)) => {
            for (name, value) in before {
                match after.get(name) {
                    Some(found) => compare(value, found, &child(name), findings),
                    None if stands_for_absence(value) => {}
                    None => {
                        let message = format!("{} is not in the typed value", words(value));
                        findings.push(Finding::new(Kind::ResponseLost, child(name), message));
                    }
                }
            }
            for (name, found) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
                if !stands_for_absence(found) {
                    let message = format!("{} was not in the response", words(found));
                    findings.push(Finding::new(Kind::ResponseInvented, child(name), message));
                }
            }
        }
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            for (index, (value, found)) in before.iter().zip(after).enumerate() {
                compare(value, found, &child(&index.to_string()), findings);
            }
        }
        (Value::Null, found) if stands_for_absence(found) => {}
        (before, after) if wire::same(before, after) => {}
        (Value::String(before), Value::String(after)) => match (carried(before), carried(after)) {
            // A string that carries JSON may be written with other blanks, and with null for what is absent.
            (Some(before), Some(after)) => compare(&before, &after, at, findings),
            _ => findings.push(lost(format!("{} became {}", words(value), words(found)))),
        },
        (before, after) => findings.push(lost(format!("{} became {}", words(before), words(after)))),
    }
}

/// Null, an empty list and an empty object are what absent things are read as.
fn stands_for_absence(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(entries) => entries.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// The JSON list or object that a string carries.
fn carried(text: &str) -> Option<Value> {
    serde_json::from_str::<Value>(text).ok().filter(|value| value.is_array() || value.is_object())
}

/// Errors have no typed headers.
fn untyped_headers(expected: &Expected<'_>) -> Option<Finding> {
    let (name, value) = expected.reply.headers.first()?;
    let message = format!("there are no typed headers of errors for {}", words(value));
    Some(Finding::new(Kind::HeaderUntyped, format!("header {name}"), message))
}

fn headers(expected: &Expected<'_>, headers: &Encoded) -> Vec<Finding> {
    let found = match &headers.payload {
        Payload::Json(Ok(Value::Object(found)), _) => Some(found),
        _ => None,
    };
    let judge = |header: &crate::document::Parameter| {
        let value = expected.reply.headers.get(&header.name)?;
        let at = format!("header {}", header.name);
        let entry = found.and_then(|found| found.iter().find(|(name, _)| name.eq_ignore_ascii_case(&header.name)));
        let message = match entry {
            None => format!("{} is not among the typed headers", words(value)),
            Some((_, Value::Null)) => format!("{} is read as nothing", words(value)),
            Some((_, typed)) if wire::same(typed, value) => return None,
            // A text for what the document describes as more.
            Some((_, Value::String(text))) if *text == wire::header_text(header, value) => {
                return Some(Finding::new(Kind::HeaderUntyped, at, format!("{} is kept as text", words(value))));
            }
            Some((_, typed)) => format!("{} became {}", words(value), words(typed)),
        };
        Some(Finding::new(Kind::HeaderLost, at, message))
    };
    expected.response.headers.iter().filter_map(judge).collect()
}
