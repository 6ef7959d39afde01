//! Compares a typed response with the response that was sent.

use serde_json::Value;
use yundb_generator::lower::model::{self, ResponseBody, Service, Status as ModelStatus};
use yundb_runtime::ErrorKind;

use super::{Context, Finding, body_shown, chosen, shown};
use crate::document::{Direction, Response, SchemaRef};
use crate::driver::{Encoded, Ended, Item, Outcome, Payload};
use crate::report::Kind;
use crate::wire::{self, Content, Data, Event, Reply};

/// The expected result of a response.
#[derive(Debug)]
pub struct Expected<'a> {
    /// The documented response.
    pub response: &'a Response,
    /// The documented media type of the body, by its index.
    pub media: Option<usize>,
    /// The generated response.
    pub reply: &'a Reply,
    /// The operation in the generator's model.
    pub model: &'a model::Operation,
    /// The requested representation, if it is not the one that `send` requests.
    pub requested: Option<&'a model::Representation>,
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

/// Judges a typed response. Streams have been read to their end.
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
    let ty = match (expected.is_success(), expected.requested) {
        (true, Some(requested)) => &requested.body,
        (true, None) => &expected.model.output,
        (false, _) => &expected.model.error,
    };
    // An error without a type comes with its raw body.
    if let (false, Outcome::Failure(failure), Some(content)) = (expected.is_success(), outcome, &expected.reply.content)
        && failure.body.as_ref().is_none_or(|body| matches!(body.payload, Payload::Json(..)))
        && !matches!(content.data, Data::Json(_))
        && (failure.kind, failure.status) == (ErrorKind::Service, Some(status))
    {
        let mut findings: Vec<Finding> = same_bytes(content, &failure.raw_body).into_iter().collect();
        findings.extend(self::headers(expected, failure.headers.as_ref()));
        return findings;
    }
    if let Some(finding) = wrong_kind(context.service, expected, ty, outcome) {
        return vec![finding];
    }
    match (expected.is_success(), outcome) {
        (true, Outcome::Success(success)) if success.status == status => {
            let mut findings = self::body(context, expected, Some(&success.body), ty);
            findings.extend(self::headers(expected, Some(&success.headers)));
            findings
        }
        (false, Outcome::Failure(failure)) if (failure.kind, failure.status) == (ErrorKind::Service, Some(status)) => {
            let mut findings = self::body(context, expected, failure.body.as_ref(), ty);
            findings.extend(self::headers(expected, failure.headers.as_ref()));
            findings
        }
        (true, Outcome::Failure(failure)) => not_decoded(failure.display.clone()),
        (false, Outcome::Failure(failure)) => not_decoded(format!("not an error of the service: {}", failure.display)),
        (_, Outcome::Success(success)) => {
            not_decoded(format!("{status} was read as a success with {}", success.status))
        }
    }
}

/// The finding for a body that the client reads as another kind.
fn wrong_kind(service: &Service, expected: &Expected<'_>, ty: &ResponseBody, outcome: &Outcome) -> Option<Finding> {
    let content = expected.reply.content.as_ref()?;
    let variant = match outcome {
        Outcome::Success(success) => success.body.variant,
        Outcome::Failure(failure) => failure.body.as_ref().and_then(|body| body.variant),
    };
    let what = match (payload(service, ty, variant, expected.reply.status)?, &content.data) {
        // The media type of a range is unknown: bytes are bytes.
        (model::Payload::Text | model::Payload::Stream, _) if expected.is_range() => return None,
        (model::Payload::Json(_), Data::Json(_)) => return None,
        (model::Payload::Lines(_), Data::Lines(_)) | (model::Payload::Events(..), Data::Events(_)) => return None,
        // An error's body is read to its end.
        (model::Payload::Text, Data::Lines(_) | Data::Events(_)) if !expected.is_success() => return None,
        // A body without a type is text or bytes, like forms.
        (
            model::Payload::Text | model::Payload::Stream,
            Data::Text(_) | Data::Bytes(_) | Data::Form(_) | Data::Multipart(_),
        ) => {
            return None;
        }
        (model::Payload::Json(_), _) => "read as JSON",
        (model::Payload::Text, _) => "read as text",
        (model::Payload::Stream, _) => "read as a stream of bytes",
        (model::Payload::Lines(_), _) => "read as lines of JSON",
        (model::Payload::Events(..), _) => "read as events",
        (model::Payload::Empty, _) => "not read",
    };
    let kind = if expected.has_other_media() { Kind::OtherMediaType } else { Kind::NoWayToRead };
    Some(Finding::new(kind, "", format!("{what}: {}", body_shown(content))))
}

fn body(context: &Context<'_>, expected: &Expected<'_>, body: Option<&Encoded>, ty: &ResponseBody) -> Vec<Finding> {
    let Some(content) = &expected.reply.content else { return Vec::new() };
    let not_decoded =
        |why: &str| vec![Finding::new(Kind::ResponseNotDecoded, "", format!("{why}, in {}", body_shown(content)))];
    let Some(body) = body else { return not_decoded("the typed body of the error could not be read") };
    let status = expected.reply.status;
    match &body.payload {
        Payload::Json(Ok(found), debug) => {
            let Data::Json(value) = &content.data else { return not_decoded("read as JSON") };
            let mut findings = Vec::new();
            compare(value, found, "", &mut findings);
            if let (Some(model::Payload::Json(ty)), Some(schema)) =
                (payload(context.service, ty, body.variant, status), expected.schema())
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
        Payload::Stream(_) | Payload::Sequence(_) => not_decoded("there is an unread stream"),
        Payload::Items(found) => {
            items(context, expected, content, found, payload(context.service, ty, body.variant, status))
        }
        Payload::Nothing => not_decoded("there is nothing"),
    }
}

/// Whether the items of a stream equal the received ones.
fn items(
    context: &Context<'_>,
    expected: &Expected<'_>,
    content: &Content,
    found: &[Result<Item, String>],
    read_as: Option<&model::Payload>,
) -> Vec<Finding> {
    let sent: Vec<(&Value, Option<&Event>)> = match &content.data {
        Data::Lines(values) => values.iter().map(|value| (value, None)).collect(),
        Data::Events(events) => events.iter().map(|event| (&event.value, Some(event))).collect(),
        _ => {
            return vec![Finding::new(Kind::ResponseNotDecoded, "", format!("read as items: {}", body_shown(content)))];
        }
    };
    if sent.len() != found.len() {
        let message = format!("{} items became {}, of {}", sent.len(), found.len(), body_shown(content));
        return vec![Finding::new(Kind::ResponseLost, "", message)];
    }
    let mut findings = Vec::new();
    for (index, ((value, event), found)) in sent.into_iter().zip(found).enumerate() {
        let at = format!("/{index}");
        let item = match found {
            Ok(Item { json: Ok(_), .. }) => found.as_ref().ok(),
            Ok(Item { json: Err(error), .. }) | Err(error) => {
                let message = format!("{error}, in {}", shown(value));
                findings.push(Finding::new(Kind::ResponseNotDecoded, at, message));
                continue;
            }
        };
        let Some((item, json)) = item.and_then(|item| Some((item, item.json.as_ref().ok()?))) else { continue };
        let before = findings.len();
        compare(value, json, &at, &mut findings);
        if let Some(event) = event
            && (&event.event, &event.id, &event.retry) != (&item.event, &item.id, &item.retry)
        {
            let message = format!("the fields of {event:?} became those of {item:?}");
            findings.push(Finding::new(Kind::ResponseLost, at, message));
        }
        if let (Some(ty), Some(schema)) = (read_as.and_then(model::Payload::ty), expected.schema())
            && findings.len() == before
        {
            let schema = (schema, Direction::Response);
            findings.extend(chosen::judge(context.document, context.service, schema, (value, ty, &item.debug)));
        }
    }
    findings
}

/// Errors in the requested media types of a response.
pub fn requested(expected: &Expected<'_>, accept: Option<&str>) -> Option<Finding> {
    let media_type = &expected.response.media.get(expected.media?)?.media_type;
    let accepted = accept.into_iter().flat_map(|accept| accept.split(',')).any(|it| it.trim() == media_type);
    let message = || format!("`{media_type}` is not requested, but {}", accept.unwrap_or("nothing"));
    (expected.is_success() && !accepted).then(|| Finding::new(Kind::OtherMediaType, "", message()))
}

/// Whether an unstructured body equals the received one.
fn same_bytes(content: &Content, found: &[u8]) -> Option<Finding> {
    let (_, bytes) = wire::written(content);
    let lost = || format!("{} became {:?}", body_shown(content), String::from_utf8_lossy(found));
    (bytes != found).then(|| Finding::new(Kind::ResponseLost, "", lost()))
}

/// The model's representation for the body of a status.
fn payload<'a>(
    service: &'a Service,
    ty: &'a ResponseBody,
    variant: Option<&str>,
    status: u16,
) -> Option<&'a model::Payload> {
    let cases = match ty {
        ResponseBody::One(payload) => return Some(payload),
        ResponseBody::ByStatus(index) => &service.outcomes[*index].cases,
    };
    let named = cases.iter().find(|case| Some(case.variant.as_str()) == variant);
    let fits = |fits: &ModelStatus| match fits {
        ModelStatus::Code(code) => *code == status,
        ModelStatus::Range(hundreds) => *hundreds == status / 100,
        ModelStatus::Default => true,
    };
    // A representation without statuses applies to all others.
    let fits = |case: &&model::Case| case.statuses.is_empty() || case.statuses.iter().any(fits);
    named.or_else(|| cases.iter().find(fits)).map(|case| &case.payload)
}

/// The whole response must be in the typed value, which may also contain placeholders for absent parts.
fn compare(value: &Value, found: &Value, at: &str, findings: &mut Vec<Finding>) {
    let child = |token: &str| format!("{at}/{}", yundb_generator::pointer::escape(token));
    let lost = |message: String| Finding::new(Kind::ResponseLost, at, message);
    match (value, found) {
        (Value::Object(before), Value::Object(after)) => {
            for (name, value) in before {
                match after.get(name) {
                    Some(found) => compare(value, found, &child(name), findings),
                    None if represents_absence(value) => {}
                    None => {
                        let message = format!("{} is not in the typed value", shown(value));
                        findings.push(Finding::new(Kind::ResponseLost, child(name), message));
                    }
                }
            }
            for (name, found) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
                if !represents_absence(found) {
                    let message = format!("{} was not in the response", shown(found));
                    findings.push(Finding::new(Kind::ResponseInvented, child(name), message));
                }
            }
        }
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            for (index, (value, found)) in before.iter().zip(after).enumerate() {
                compare(value, found, &child(&index.to_string()), findings);
            }
        }
        (Value::Null, found) if represents_absence(found) => {}
        (before, after) if wire::same(before, after) => {}
        (Value::String(before), Value::String(after)) => match (carried(before), carried(after)) {
            // A string that carries JSON may be written with other whitespace, and with null for absent parts.
            (Some(before), Some(after)) => compare(&before, &after, at, findings),
            _ => findings.push(lost(format!("{} became {}", shown(value), shown(found)))),
        },
        (before, after) => findings.push(lost(format!("{} became {}", shown(before), shown(after)))),
    }
}

/// Null, an empty list and an empty object represent absence.
fn represents_absence(value: &Value) -> bool {
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

fn headers(expected: &Expected<'_>, headers: Option<&Encoded>) -> Vec<Finding> {
    let found = match headers.map(|headers| &headers.payload) {
        Some(Payload::Json(Ok(Value::Object(found)), _)) => Some(found),
        _ => None,
    };
    let judge = |header: &crate::document::Parameter| {
        let value = expected.reply.headers.get(&header.name)?;
        let at = format!("header {}", header.name);
        let entry = found.and_then(|found| found.iter().find(|(name, _)| name.eq_ignore_ascii_case(&header.name)));
        let message = match entry {
            None => format!("{} is not among the typed headers", shown(value)),
            // A header can't represent an empty list.
            Some((_, Value::Null)) if represents_absence(value) => return None,
            Some((_, Value::Null)) => format!("{} is read as null", shown(value)),
            Some((_, typed)) if same_header(header, value, typed) => return None,
            // A string where the document describes a more specific type.
            Some((_, Value::String(text))) if *text == wire::header_text(header, value) => {
                return Some(Finding::new(Kind::HeaderUntyped, at, format!("{} is kept as a string", shown(value))));
            }
            Some((_, typed)) => format!("{} became {}", shown(value), shown(typed)),
        };
        Some(Finding::new(Kind::HeaderLost, at, message))
    };
    expected.response.headers.iter().filter_map(judge).collect()
}

/// Whether a typed header has the sent value.
fn same_header(header: &crate::document::Parameter, value: &Value, typed: &Value) -> bool {
    let same = |typed: &Value| {
        let mut findings = Vec::new();
        compare(value, typed, "", &mut findings);
        findings.is_empty()
    };
    match typed {
        // One cookie of possibly several.
        Value::Array(items) if header.name.eq_ignore_ascii_case("set-cookie") && !value.is_array() => {
            matches!(items.as_slice(), [only] if same(only))
        }
        Value::String(text) if header.content.is_some() && !value.is_string() => {
            serde_json::from_str(text).is_ok_and(|json: Value| same(&json))
        }
        typed => same(typed),
    }
}
