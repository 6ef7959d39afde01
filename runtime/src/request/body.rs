//! Encodes the body of a request: JSON, a form, parts, or the caller's own encoding.

use std::borrow::Cow;
use std::io;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use percent_encoding::percent_decode_str;
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use super::draft::{Content, Draft};
use super::given::Given;
use super::inputs::Inputs;
use super::multipart::{Multipart, Part, multipart_type};
use crate::check::Violation;
use crate::codec::encode;
use crate::codec::media_type::essence;
use crate::data::operation::{self, Param, Place, Style};
use crate::data::secret::wiped;
use crate::data::shape::any;
use crate::transport::RequestBody;
use crate::transport::random::Nonces;

pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// A media type and its body.
type Body = (String, RequestBody);

/// The body of a call, if there is one. Parameters of RPC are added when they are signed.
pub(crate) fn body(
    draft: &Draft,
    given: &Given<'_>,
    rpc: bool,
    boundary: &Nonces,
    violations: &mut Vec<Violation>,
) -> Option<Body> {
    let documented = draft.spec.body.map(|body| body.media_type).unwrap_or_default();
    let required = draft.spec.body.is_some_and(|body| body.required);
    if let Some(other) = &draft.body {
        let media_type = other.media_type.unwrap_or(documented);
        return Some(match &other.content {
            Content::Raw(body) => (raw_type(draft, media_type, body, violations), body.clone()),
            Content::Json(named, bytes) => {
                let named = named.as_deref();
                (json_type(media_type, named, violations), RequestBody::from(bytes.clone()))
            }
            Content::Form(inputs) => form(media_type, &of_inputs(inputs), boundary, violations),
            Content::Value(params, input) => match object(params, &input.value) {
                Some(entries) => form(media_type, &entries, boundary, violations),
                None => whole(media_type, &input.value),
            },
        });
    }
    if let Some((_, value)) = given.iter().find(|(param, _)| param.place == Place::Body) {
        return Some(match object(draft.spec.params, value) {
            Some(entries) if is_form(documented) => form(documented, &entries, boundary, violations),
            _ => whole(documented, value),
        });
    }
    let of = |place: Place| given.iter().filter(move |(param, _)| param.place == place);
    let has = |place: Place| draft.spec.params.iter().any(|param| param.place == place);
    if has(Place::Field) {
        let fields: Vec<_> = of(Place::Field).map(|(param, value)| (*param, &**value)).collect();
        let needed = required || !fields.is_empty();
        return needed.then(|| (concrete(documented, "application/json"), json(&Fields(fields))));
    }
    let has_form = has(Place::Form) && !rpc;
    if has(Place::Part) || has_form {
        let parts = !draft.inputs.all_parts().is_empty();
        let needed = required || parts || of(Place::Form).chain(of(Place::Part)).next().is_some();
        return needed.then(|| form(documented, &of_inputs(&draft.inputs), boundary, violations));
    }
    None
}

/// A field of a form, in the order of sending.
struct Entry<'a> {
    name: Cow<'a, str>,
    param: Param,
    content: Sent<'a>,
    headers: Vec<(&'static str, String)>,
}

enum Sent<'a> {
    Value(&'a Value),
    File(&'a Part),
}

/// A field without documented serialization.
const USUAL: Param = operation::form("", any());

/// The fields that were set, in the order of the document.
fn of_inputs(inputs: &Inputs) -> Vec<Entry<'_>> {
    let mut entries = Vec::new();
    for param in inputs.params().iter().filter(|param| matches!(param.place, Place::Form | Place::Part)) {
        let headers = || of_part(inputs, param.name);
        match inputs.of(param) {
            Some(Value::Object(fields)) if param.spread => {
                entries.extend(fields.iter().map(|(name, value)| Entry {
                    name: Cow::Borrowed(name),
                    param: Param { style: USUAL.style, explode: USUAL.explode, ..*param },
                    content: Sent::Value(value),
                    headers: headers(),
                }));
            }
            Some(value) => {
                let content = Sent::Value(value);
                entries.push(Entry { name: Cow::Borrowed(param.name), param: *param, content, headers: headers() });
            }
            None => {}
        }
        let parts = inputs.all_parts().iter().filter(|part| std::ptr::eq(part.param, param));
        entries.extend(parts.map(|part| Entry {
            name: Cow::Borrowed(part.name.as_deref().unwrap_or(param.name)),
            param: *param,
            content: Sent::File(&part.part),
            headers: headers(),
        }));
    }
    entries
}

/// The documented headers of a part that were set.
fn of_part(inputs: &Inputs, field: &str) -> Vec<(&'static str, String)> {
    let of_field = inputs.params().iter().filter(|param| matches!(param.place, Place::PartHeader(of) if of == field));
    of_field.filter_map(|param| Some((param.name, encode::header(param, inputs.of(param)?)))).collect()
}

/// The fields of an object, serialized according to `params`.
fn object<'a>(params: &'static [Param], value: &'a Value) -> Option<Vec<Entry<'a>>> {
    let entry = |(name, value): (&'a String, &'a Value)| {
        let known = params.iter().find(|param| matches!(param.place, Place::Form | Place::Part) && param.name == name);
        let param = *known.unwrap_or(&USUAL);
        Entry { name: Cow::Borrowed(name), param, content: Sent::Value(value), headers: Vec::new() }
    };
    Some(value.as_object()?.iter().map(entry).collect())
}

fn is_form(media_type: &str) -> bool {
    media_type.starts_with(FORM) || is_multipart(media_type)
}

fn is_multipart(media_type: &str) -> bool {
    media_type.get(..10).is_some_and(|start| start.eq_ignore_ascii_case("multipart/"))
}

fn form(media_type: &str, entries: &[Entry<'_>], boundary: &Nonces, violations: &mut Vec<Violation>) -> Body {
    if is_multipart(media_type) {
        let boundary = boundary().unwrap_or_else(|why| {
            violations.push(Violation::new("body", why));
            String::new()
        });
        return multipart(media_type, entries, boundary);
    }
    let pairs = entries.iter().flat_map(|entry| match entry.content {
        Sent::Value(value) => encode::pairs(&entry.param, &entry.name, value),
        // URL-encoded forms have no files: no setter accepts one.
        Sent::File(_) => Vec::new(),
    });
    let pairs: Vec<_> = pairs.collect();
    (FORM.to_owned(), wiped(encode::joined(&pairs).into_bytes()).into())
}

fn multipart(media_type: &str, entries: &[Entry<'_>], boundary: String) -> Body {
    let mut form = Multipart::new(media_type, boundary);
    for Entry { name, param, content, headers } in entries {
        match content {
            Sent::File(part) => form.part(name, param.media_type, part, headers),
            Sent::Value(Value::Null) => {}
            Sent::Value(value) if param.json => form.field(name, "application/json", value.to_string(), headers),
            Sent::Value(value) if param.style != Style::Content => {
                // Parts are serialized in the styles of queries, but not percent-encoded.
                let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
                for (name, text) in encode::pairs(param, name, value) {
                    form.field(&plain(&name), "", plain(&text), headers);
                }
            }
            Sent::Value(Value::Array(elements)) => {
                for element in elements.iter().filter(|it| !it.is_null()) {
                    form.field(name, field_type(param, element), encode::text(element), headers);
                }
            }
            Sent::Value(value) => form.field(name, field_type(param, value), encode::text(value), headers),
        }
    }
    form.finish()
}

/// A parameter that is the whole query, as a form or as JSON.
pub(crate) fn query(param: &'static Param, value: &Value) -> String {
    match object(&[], value).filter(|_| !param.json) {
        Some(entries) => {
            let pairs = entries.iter().flat_map(|entry| match entry.content {
                Sent::Value(value) => encode::pairs(&entry.param, &entry.name, value),
                Sent::File(_) => Vec::new(),
            });
            encode::joined(&pairs.collect::<Vec<_>>())
        }
        None if param.json => encode::strict(&value.to_string()).to_string(),
        None => encode::strict(&encode::text(value)).to_string(),
    }
}

/// The media type of a field: empty for text, which needs none.
fn field_type(param: &Param, value: &Value) -> &'static str {
    match value {
        _ if !param.media_type.is_empty() => multipart_type(param.media_type),
        Value::Array(_) | Value::Object(_) => "application/json",
        _ => "",
    }
}

/// A body that consists of one value.
fn whole(media_type: &str, value: &Value) -> Body {
    match value {
        Value::String(text) if !is_json(media_type) => {
            (concrete(media_type, "text/plain"), wiped(text.clone().into_bytes()).into())
        }
        value => (concrete(media_type, "application/json"), json(value)),
    }
}

fn json(value: &impl Serialize) -> RequestBody {
    wiped(encoded(value)).into()
}

/// A value as JSON, allocated in full: reallocations would leave copies that cannot be zeroized.
fn encoded(value: &impl Serialize) -> Vec<u8> {
    struct Length(usize);

    impl io::Write for Length {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let mut length = Length(0);
    // Values can always be serialized; invalid inputs were reported before.
    let _ = serde_json::to_writer(&mut length, value);
    let mut bytes = Vec::with_capacity(length.0);
    let _ = serde_json::to_writer(&mut bytes, value);
    bytes
}

/// JSON that was encoded when the call was created.
pub(crate) fn json_bytes(value: &Value) -> Bytes {
    wiped(encoded(value))
}

/// The fields of a JSON body, in the order of the document, without copying their values.
struct Fields<'a>(Vec<(&'static Param, &'a Value)>);

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(param, value)| (param.name, value)))
    }
}

/// A media type that can be sent, if the document has a range such as `*/*`.
fn concrete(documented: &str, fallback: &str) -> String {
    if documented.is_empty() || documented.contains('*') { fallback.to_owned() } else { documented.to_owned() }
}

fn is_json(media_type: &str) -> bool {
    let essence = essence(media_type);
    essence.ends_with("/json") || essence.ends_with("+json") || essence.contains('*') || essence.is_empty()
}

/// Whether a media type is the documented one, or within the documented range.
fn falls_under(media_type: &str, documented: &str) -> bool {
    let (found, range) = (essence(media_type), essence(documented));
    match range.split_once('*') {
        _ if range.is_empty() || range == "*/*" => found.contains('/'),
        Some((start, end)) => found.len() > start.len() + end.len() && found.starts_with(start) && found.ends_with(end),
        None => found == range,
    }
}

/// The media type of a body encoded by the caller. One that is not specific enough to read the body is a violation.
fn raw_type(draft: &Draft, documented: &str, body: &RequestBody, violations: &mut Vec<Violation>) -> String {
    let by_header = draft.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(CONTENT_TYPE.as_str()));
    let mut wrong = |message: String| violations.push(Violation::new("body", message));
    let Some(named) = body.media_type_of() else {
        let range = essence(documented);
        if !by_header && is_multipart(documented) {
            wrong(format!(
                "is {range}, which requires a boundary: `RequestBody::media_type(\"{range}; boundary=..\")`"
            ));
        }
        return match range.as_str() {
            "text/*" => "text/plain".to_owned(),
            "" | "*/*" | "application/*" => "application/octet-stream".to_owned(),
            range if range.contains('*') && !by_header => {
                wrong(format!("can be any {range}, so its type must be set: `RequestBody::media_type(..)`"));
                documented.to_owned()
            }
            _ => documented.to_owned(),
        };
    };
    if draft.checked && !falls_under(named, documented) {
        wrong(format!("has the media type {named}, but must have {documented}"));
    } else if is_multipart(named) && !named.to_ascii_lowercase().contains("boundary=") && !by_header {
        wrong(format!("is {named}, which requires a boundary: append `; boundary=..`"));
    }
    named.to_owned()
}

/// The media type of a JSON value; the caller sets it if the document has a range.
fn json_type(documented: &str, named: Option<&str>, violations: &mut Vec<Violation>) -> String {
    let Some(named) = named else { return documented.to_owned() };
    if !falls_under(named, documented) {
        violations.push(Violation::new("body", format!("has the media type {named}, but must have {documented}")));
    }
    named.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_media_types() {
        for yes in ["application/json", "application/json; charset=utf-8", "application/merge-patch+json", "*/*", ""] {
            assert!(is_json(yes), "{yes}");
        }
        for no in ["text/plain", "application/xml", "application/jsonl"] {
            assert!(!is_json(no), "{no}");
        }
    }

    #[test]
    fn media_types_of_ranges() {
        for (media_type, range) in [
            ("image/png", "image/*"),
            ("Image/PNG; q=1", "image/*"),
            ("application/vnd.a+json", "application/*+json"),
            ("a/b", "*/*"),
            ("text/plain; charset=utf-8", "text/plain"),
        ] {
            assert!(falls_under(media_type, range), "{media_type} {range}");
        }
        for (media_type, range) in [
            ("text/plain", "image/*"),
            ("image/", "image/*"),
            ("application/json", "application/*+json"),
            ("application/+json", "application/*+json"),
            ("png", "*/*"),
            ("text/plain", "text/html"),
        ] {
            assert!(!falls_under(media_type, range), "{media_type} {range}");
        }
    }
}
