//! Compares a request with the document and the given input.

use bytes::Bytes;
use http::Request;
use indexmap::IndexMap;
use serde_json::Value;

use super::{Context, Finding, body_shown, not_sent, shown};
use crate::document::{Direction, Media, Place, Protocol};
use crate::driver::Ended;
use crate::report::Kind;
use crate::wire::{self, Content, Data, Field, File, Input};

/// Judges a valid case: `given` is the input, including the values that the client fills in.
pub fn sent(context: &Context<'_>, given: &Input, ended: &Ended, requests: &[Request<Bytes>]) -> Vec<Finding> {
    let mut findings = differences(context, given, ended, requests);
    if findings.is_empty() {
        findings.extend(invalid_body(context, given));
    }
    findings
}

/// The differences between the request and the input.
pub(super) fn differences(
    context: &Context<'_>,
    given: &Input,
    ended: &Ended,
    requests: &[Request<Bytes>],
) -> Vec<Finding> {
    let request = match requests {
        [request] => request,
        [] => return vec![not_sent(ended)],
        more => return vec![Finding::new(Kind::SentInvented, "", format!("{} requests for one call", more.len()))],
    };
    let sent = wire::sent(context.document, context.operation, context.base, given, request);
    let mut findings = Vec::new();
    for fault in &sent.faults {
        let (kind, at) = match &fault.parameter {
            Some((place, name)) => (Kind::SentParameterDiffers, parameter(*place, name)),
            None => (Kind::SentMalformed, String::new()),
        };
        findings.push(Finding::new(kind, at, &fault.message));
    }
    let places = [
        (Place::Path, &given.path, &sent.input.path),
        (Place::Query, &given.query, &sent.input.query),
        (Place::Header, &given.header, &sent.input.header),
        (Place::Cookie, &given.cookie, &sent.input.cookie),
    ];
    for (place, given, found) in places {
        let faulty = |name: &str| sent.faults.iter().any(|fault| fault.parameter == Some((place, name.to_owned())));
        // A parameter that also carries a key has two values, and either one may be sent.
        let is_key = |name: &str| context.keys.iter().any(|key| key.eq_ignore_ascii_case(name));
        parameters(place, given, found, &|name| faulty(name) || is_key(name), &mut findings);
    }
    // A body that could not be parsed was reported above.
    let unreadable = sent.faults.iter().any(|fault| fault.parameter.is_none());
    if !unreadable {
        findings.extend(body(context, given.body.as_ref(), sent.input.body.as_ref()));
    }
    invented(context, &sent, &mut findings);
    findings
}

/// The name of a parameter in findings.
pub(super) fn parameter(place: Place, name: &str) -> String {
    format!("{} {name}", place.as_str())
}

fn parameters(
    place: Place,
    given: &IndexMap<String, Value>,
    found: &IndexMap<String, Value>,
    skip: &dyn Fn(&str) -> bool,
    findings: &mut Vec<Finding>,
) {
    for (name, value) in given.iter().filter(|(name, _)| !skip(name)) {
        let message = match found.get(name) {
            None => format!("{} is not sent", shown(value)),
            Some(other) if !wire::same(value, other) => format!("{} is sent instead of {}", shown(other), shown(value)),
            Some(_) => continue,
        };
        findings.push(Finding::new(Kind::SentParameterDiffers, parameter(place, name), message));
    }
    for (name, value) in found.iter().filter(|(name, _)| !given.contains_key(*name) && !skip(name)) {
        // An idempotency token, which the client generates if the caller passes none.
        if place == Place::Query && name == "ClientToken" {
            continue;
        }
        let message = format!("{} is sent, but was not given", shown(value));
        findings.push(Finding::new(Kind::SentInvented, parameter(place, name), message));
    }
}

fn body(context: &Context<'_>, given: Option<&Content>, found: Option<&Content>) -> Option<Finding> {
    let differs = |at: String, message: String| Some(Finding::new(Kind::SentBodyDiffers, at, message));
    let (given, found) = match (given, found) {
        (None, None) => return None,
        // Where fields are setters, an empty body and no body are the same; the document must allow both.
        (Some(given), None) if is_empty(&given.data) && is_optional(context) => return None,
        (Some(given), None) => {
            return differs(String::new(), format!("no body is sent instead of {}", body_shown(given)));
        }
        // All of its fields are optional, and none was given.
        (None, Some(found)) if is_empty(&found.data) => return None,
        (None, Some(found)) => {
            return differs(String::new(), format!("{} is sent instead of no body", body_shown(found)));
        }
        (Some(given), Some(found)) => (given, found),
    };
    if !found.media_type.eq_ignore_ascii_case(&given.media_type) && !allowed(context, &found.media_type) {
        return differs(String::new(), format!("{} is sent instead of {}", found.media_type, given.media_type));
    }
    match (&given.data, &found.data) {
        (Data::Json(put), Data::Json(got)) => {
            let at = wire::difference(put, got)?;
            let word = |value: &Value| value.pointer(&at).map_or_else(|| "nothing".to_owned(), shown);
            differs(at.clone(), format!("{} is sent instead of {}", word(got), word(put)))
        }
        (Data::Form(put), Data::Form(got)) => fields(put, got, &wire::same, &shown),
        (Data::Multipart(put), Data::Multipart(got)) => {
            fields(put, got, &same_field, &|field| super::shortened(&format!("{field:?}")))
        }
        (put, got) if plain(put).is_some() && plain(put) == plain(got) => None,
        _ => differs(String::new(), format!("{} is sent instead of {}", body_shown(found), body_shown(given))),
    }
}

fn is_optional(context: &Context<'_>) -> bool {
    context.operation.body.as_ref().is_none_or(|body| !body.required)
}

/// Whether a media type matches a documented range.
fn allowed(context: &Context<'_>, media_type: &str) -> bool {
    let documented = context.operation.body.iter().flat_map(|body| &body.media);
    { documented }.any(|media| wire::in_range(media_type, &media.media_type))
}

fn is_empty(data: &Data) -> bool {
    match data {
        Data::Json(value) => value.as_object().is_some_and(serde_json::Map::is_empty),
        Data::Form(fields) => fields.is_empty(),
        Data::Multipart(fields) => fields.is_empty(),
        Data::Text(text) => text.is_empty(),
        Data::Bytes(bytes) => bytes.is_empty(),
        Data::Lines(values) => values.is_empty(),
        Data::Events(events) => events.is_empty(),
    }
}

/// The bytes of an unstructured body.
fn plain(data: &Data) -> Option<&[u8]> {
    match data {
        Data::Text(text) => Some(text.as_bytes()),
        Data::Bytes(bytes) => Some(bytes),
        Data::Json(_) | Data::Form(_) | Data::Multipart(_) | Data::Lines(_) | Data::Events(_) => None,
    }
}

fn fields<T>(
    put: &IndexMap<String, T>,
    got: &IndexMap<String, T>,
    same: &dyn Fn(&T, &T) -> bool,
    word: &dyn Fn(&T) -> String,
) -> Option<Finding> {
    let differs = |name: &str, message: String| {
        Some(Finding::new(Kind::SentBodyDiffers, format!("/{}", yundb_generator::pointer::escape(name)), message))
    };
    for (name, value) in put {
        match got.get(name) {
            None => return differs(name, format!("nothing is sent instead of {}", word(value))),
            Some(other) if !same(value, other) => {
                return differs(name, format!("{} is sent instead of {}", word(other), word(value)));
            }
            Some(_) => {}
        }
    }
    let (name, value) = got.iter().find(|(name, _)| !put.contains_key(*name))?;
    differs(name, format!("{} is sent instead of nothing", word(value)))
}

fn same_field(put: &Field, got: &Field) -> bool {
    match (put, got) {
        (Field::Value(put), Field::Value(got)) => wire::same(put, got),
        (Field::File(put), Field::File(got)) => same_file(put, got),
        (Field::Files(put), Field::Files(got)) => {
            put.len() == got.len() && put.iter().zip(got).all(|(put, got)| same_file(put, got))
        }
        // On the wire a list of one element and the element are the same.
        (Field::Files(put), Field::File(got)) => matches!(put.as_slice(), [put] if same_file(put, got)),
        (Field::File(put), Field::Files(got)) => matches!(got.as_slice(), [got] if same_file(put, got)),
        (Field::Value(_), _) | (_, Field::Value(_)) => false,
    }
}

fn same_file(put: &File, got: &File) -> bool {
    // Details that the caller leaves open are up to the client.
    let chosen = |put: &Option<String>, got: &Option<String>| put.is_none() || put == got;
    put.bytes == got.bytes && chosen(&put.file_name, &got.file_name) && chosen(&put.media_type, &got.media_type)
}

/// Parts that a client sends in addition to the operation's.
const COMMON: &[&str] =
    &["accept", "authorization", "content-length", "content-type", "host", "user-agent", "x-project-id", "x-sdk-date"];

fn invented(context: &Context<'_>, sent: &wire::Sent, findings: &mut Vec<Finding>) {
    let is_key = |name: &str| context.keys.iter().any(|key| key.eq_ignore_ascii_case(name));
    // The common RPC parameters are in the query: their names and the signature are tested with the signers.
    let rpc = context.document.protocol == Protocol::AliyunRpc;
    let query = sent.other_query.iter().filter(|_| !rpc).map(|(name, value)| ("query", name, value));
    let headers = sent.other_headers.iter().filter(|(name, _)| !COMMON.contains(&name.as_str()));
    let headers = headers.map(|(name, value)| ("header", name, value));
    // The value of a documented header `Cookie` contains all cookies.
    let whole = context.operation.parameters.iter();
    let whole = { whole }.any(|it| it.place == Place::Header && it.name.eq_ignore_ascii_case("cookie"));
    let cookies = sent.other_cookies.iter().filter(|_| !whole).map(|(name, value)| ("cookie", name, value));
    for (place, name, value) in query.chain(headers).chain(cookies).filter(|(_, name, _)| !is_key(name)) {
        findings.push(Finding::new(Kind::SentInvented, format!("{place} {name}"), format!("{value:?} is sent")));
    }
}

/// The validator's errors for a body that was sent as given: the value was invalid from the start.
fn invalid_body(context: &Context<'_>, given: &Input) -> Option<Finding> {
    let content = given.body.as_ref()?;
    let Data::Json(value) = &content.data else { return None };
    let media = media(context, &content.media_type)?;
    let schema = media.schema.as_ref()?;
    // Overlapping alternatives of a `oneOf` are not an error of the request.
    let mut problems = context.document.problems(schema, Direction::Request, value).into_iter();
    let problem = problems.find(|problem| !problem.overlap)?;
    Some(Finding::new(Kind::SentBodyInvalid, problem.at, problem.message))
}

fn media<'a>(context: &Context<'a>, media_type: &str) -> Option<&'a Media> {
    let media = &context.operation.body.as_ref()?.media;
    media.iter().find(|media| media.media_type.eq_ignore_ascii_case(media_type))
}
