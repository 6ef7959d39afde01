//! Holds what was read from a response against the response.

use serde_json::Value;
use yundb_generator::lower::model::{self, Answer, Service, Status as ModelStatus, Type};
use yundb_runtime::ErrorKind;

use super::{Context, Finding, body_words, chosen, words};
use crate::document::{Direction, Response, SchemaRef};
use crate::driver::{Encoded, Ended, Outcome, Payload};
use crate::report::Kind;
use crate::wire::{self, Data, Reply};

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
    match (expected.is_success(), outcome) {
        (
            _,
            Outcome::Failure { kind: ErrorKind::Invalid | ErrorKind::Config | ErrorKind::Credentials, message, .. },
        ) => {
            vec![Finding::new(Kind::NotSent, "", format!("the call cannot be made: {message}"))]
        }
        (true, Outcome::Success { status: found, .. }) | (false, Outcome::Failure { status: Some(found), .. })
            if *found != status =>
        {
            not_decoded(format!("status {status} became {found}"))
        }
        (true, Outcome::Success { body, headers, .. }) => {
            let mut findings = self::body(context, expected, Some(body), &expected.model.output);
            findings.extend(self::headers(expected, headers));
            findings
        }
        (false, Outcome::Failure { kind: ErrorKind::Service, body, .. }) => {
            let mut findings = self::body(context, expected, body.as_ref(), &expected.model.error);
            findings.extend(untyped_headers(expected));
            findings
        }
        (true, Outcome::Failure { message, .. }) => not_decoded(message.clone()),
        (false, Outcome::Failure { message, .. }) => not_decoded(format!("no error of the service: {message}")),
        (false, Outcome::Success { .. }) => not_decoded(format!("status {status} was taken for a success")),
    }
}

fn body(context: &Context<'_>, expected: &Expected<'_>, body: Option<&Encoded>, answer: &Answer) -> Vec<Finding> {
    let Some(content) = &expected.reply.content else { return Vec::new() };
    let no_way = |what: &str| vec![Finding::new(Kind::NoWayToRead, "", format!("{what} for {}", body_words(content)))];
    let not_decoded =
        |why: &str| vec![Finding::new(Kind::ResponseNotDecoded, "", format!("{why}, in {}", body_words(content)))];
    let Some(body) = body else { return not_decoded("the typed body of the error could not be read") };
    match (&content.data, &body.payload) {
        (Data::Json(value), Payload::Json(Ok(found), debug)) => {
            let mut findings = Vec::new();
            compare(value, found, "", &mut findings);
            if let (Some(ty), Some(schema)) =
                (typed(context.service, answer, body, expected.reply.status), expected.schema())
                && findings.is_empty()
            {
                let schema = (schema, Direction::Response);
                findings.extend(chosen::judge(context.document, context.service, schema, (value, ty, debug)));
            }
            findings
        }
        (_, Payload::Json(Err(error), _)) => not_decoded(error),
        (_, Payload::Bytes(Err(error))) => not_decoded(error),
        (Data::Json(_), Payload::Text(_)) => no_way("there is a text"),
        (Data::Json(_), Payload::Bytes(Ok(_)) | Payload::Stream(_)) => no_way("there is a stream of bytes"),
        (Data::Json(_), Payload::Nothing) => no_way("there is nothing"),
        (Data::Text(text), Payload::Text(found)) if text == found => Vec::new(),
        (Data::Text(text), Payload::Bytes(Ok(found))) if text.as_bytes() == found => Vec::new(),
        (Data::Bytes(bytes), Payload::Bytes(Ok(found))) if bytes == found => Vec::new(),
        (Data::Bytes(bytes), Payload::Text(found)) if bytes == found.as_bytes() => Vec::new(),
        (Data::Text(_) | Data::Bytes(_), Payload::Text(found)) => {
            vec![Finding::new(Kind::ResponseLost, "", format!("{} became {found:?}", body_words(content)))]
        }
        (Data::Text(_) | Data::Bytes(_), Payload::Bytes(Ok(found))) => {
            vec![Finding::new(Kind::ResponseLost, "", format!("{} became {} bytes", body_words(content), found.len()))]
        }
        (Data::Text(_) | Data::Bytes(_), Payload::Stream(_)) => no_way("there is a stream that nobody read"),
        (Data::Text(_) | Data::Bytes(_), Payload::Json(..)) => no_way("there is a type that is read from JSON"),
        (Data::Text(_) | Data::Bytes(_), Payload::Nothing) => no_way("there is nothing"),
        (Data::Form(_) | Data::Multipart(_), _) => no_way("there is no type"),
    }
}

/// The type of a JSON body.
fn typed<'a>(service: &'a Service, answer: &'a Answer, body: &Encoded, status: u16) -> Option<&'a Type> {
    let payload = match answer {
        Answer::One(payload) => payload,
        Answer::ByStatus(index) => {
            let cases = &service.outcomes[*index].cases;
            let named = cases.iter().find(|case| Some(case.variant.as_str()) == body.variant);
            let fits = |fits: &ModelStatus| match fits {
                ModelStatus::Code(code) => *code == status,
                ModelStatus::Range(hundreds) => *hundreds == status / 100,
                ModelStatus::Default => true,
            };
            &named.or_else(|| cases.iter().find(|case| case.statuses.iter().any(fits)))?.payload
        }
    };
    match payload {
        model::Payload::Json(ty) => Some(ty),
        _ => None,
    }
}

/// Everything of the response has to be in the typed value. That may have besides what stands for absence.
fn compare(value: &Value, found: &Value, at: &str, findings: &mut Vec<Finding>) {
    let child = |token: &str| format!("{at}/{}", token.replace('~', "~0").replace('/', "~1"));
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
    Some(Finding::new(Kind::NoWayToRead, format!("header {name}"), message))
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
                return Some(Finding::new(Kind::UnknownForKnown, at, format!("{} is kept as text", words(value))));
            }
            Some((_, typed)) => format!("{} became {}", words(value), words(typed)),
        };
        Some(Finding::new(Kind::HeaderLost, at, message))
    };
    expected.response.headers.iter().filter_map(judge).collect()
}
