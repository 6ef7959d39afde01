//! Encodes the bodies and headers of responses.

use bytes::Bytes;
use serde_json::Value;

use super::{Content, Data, Event, Field, scalar_text, style};
use crate::document::Parameter;

/// The boundary of parts, longer than any generated content, so that no part contains it.
const BOUNDARY: &str = "boundary-of-a-response-that-was-made";

/// The value of the `Content-Type` header and the bytes of a response's body.
pub fn written(content: &Content) -> (String, Bytes) {
    let media_type = content.media_type.clone();
    match &content.data {
        Data::Json(value) => (media_type, value.to_string().into()),
        Data::Text(text) => (media_type, text.clone().into()),
        Data::Bytes(bytes) => (media_type, bytes.clone()),
        Data::Lines(values) if media_type.contains("json-seq") => {
            (media_type, values.iter().map(|value| format!("\u{1e}{value:#}\n")).collect::<String>().into())
        }
        // Blank lines are ignored, and the last line need not be terminated.
        Data::Lines(values) => {
            let lines: Vec<String> = values.iter().map(Value::to_string).collect();
            (media_type, lines.join("\n\n").into())
        }
        Data::Events(events) => (media_type, self::events(events).into()),
        Data::Form(fields) => {
            let mut form = form_urlencoded::Serializer::new(String::new());
            for (name, value) in fields {
                match value {
                    Value::Array(items) => form.extend_pairs(items.iter().map(|item| (name, scalar_text(item)))),
                    value => form.append_pair(name, &scalar_text(value)),
                };
            }
            (media_type, form.finish().into())
        }
        Data::Multipart(fields) => {
            let mut body = Vec::new();
            for (name, field) in fields {
                match field {
                    Field::Value(value) => part(name, scalar_text(value).as_bytes(), &mut body),
                    Field::File(file) => part(name, &file.bytes, &mut body),
                    Field::Files(files) => files.iter().for_each(|file| part(name, &file.bytes, &mut body)),
                }
            }
            body.extend(format!("--{BOUNDARY}--\r\n").bytes());
            (format!("{media_type}; boundary={BOUNDARY}"), body.into())
        }
    }
}

/// Events as text, preceded by a comment and followed by the usual end marker.
fn events(events: &[Event]) -> String {
    let mut out = ": begins\n\n".to_owned();
    for event in events {
        let mut field = |name: &str, value: &str| out.push_str(&format!("{name}: {value}\r\n"));
        event.event.iter().for_each(|value| field("event", value));
        event.data.split('\n').for_each(|line| field("data", line));
        event.id.iter().for_each(|value| field("id", value));
        event.retry.iter().for_each(|value| field("retry", &value.to_string()));
        out.push_str("\r\n");
    }
    out.push_str("data: [DONE]\n\n");
    out
}

fn part(name: &str, bytes: &[u8], body: &mut Vec<u8>) {
    body.extend(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n").bytes());
    body.extend(bytes);
    body.extend(b"\r\n");
}

/// A response header as text.
pub fn header_text(header: &Parameter, value: &Value) -> String {
    style::simple_text(header, value)
}
