//! Parses multipart bodies, by the `multer` crate.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::{FutureExt as _, stream};
use indexmap::IndexMap;
use serde_json::Value;

use super::{Field, File, style};
use crate::document::{Encoding, Media, Style, essence, is_json};

/// One part as sent.
struct Part {
    name: String,
    file_name: Option<String>,
    media_type: Option<String>,
    bytes: Bytes,
}

/// The fields of a body; `given` are those of the input.
pub(super) fn fields(
    media: &Media,
    content_type: &str,
    body: &Bytes,
    given: Option<&IndexMap<String, Field>>,
) -> Result<IndexMap<String, Field>, String> {
    // The other multipart types have boundaries, too.
    let parameters = content_type.split_once(';').map_or("", |(_, parameters)| parameters);
    let boundary = multer::parse_boundary(format!("multipart/form-data;{parameters}"))
        .map_err(|error| format!("`{content_type}`: {error}"))?;
    let mut by_name: IndexMap<String, Vec<Part>> = IndexMap::new();
    for part in parts(&boundary, body)? {
        by_name.entry(part.name.clone()).or_default().push(part);
    }
    let mut fields = IndexMap::new();
    for (name, parts) in by_name {
        let field = match given.and_then(|given| given.get(&name)) {
            Some(Field::Value(like)) => Field::Value(value(&name, &parts, like, media.encoding.get(&name))?),
            None if parts.iter().all(|part| part.file_name.is_none()) => {
                Field::Value(value(&name, &parts, &Value::String(String::new()), None)?)
            }
            _ => {
                let mut files: Vec<File> = parts.into_iter().map(file).collect();
                let alone = matches!(given.and_then(|given| given.get(&name)), Some(Field::File(_)) | None);
                match files.pop() {
                    Some(file) if alone && files.is_empty() => Field::File(file),
                    last => Field::Files(files.into_iter().chain(last).collect()),
                }
            }
        };
        fields.insert(name, field);
    }
    Ok(fields)
}

fn file(part: Part) -> File {
    File { bytes: part.bytes, file_name: part.file_name, media_type: part.media_type }
}

/// A value from its parts: one, or one for each element of a list.
fn value(name: &str, parts: &[Part], like: &Value, encoding: Option<&Encoding>) -> Result<Value, String> {
    for part in parts {
        documented(name, part, like, encoding)?;
    }
    // In some styles a list is a single string.
    if let (Value::Array(like), Some(separator)) = (like, encoding.and_then(separator)) {
        return match parts {
            [part] => list(name, part, like, separator),
            parts => Err(format!("the field `{name}` is sent {} times", parts.len())),
        };
    }
    match (like, parts) {
        // One part may be a whole list as JSON.
        (Value::Array(_), [part]) if json(part).as_ref().is_some_and(Value::is_array) => {
            Ok(json(part).unwrap_or_default())
        }
        (Value::Array(like), parts) => {
            let last = like.last().cloned().unwrap_or_default();
            let like = like.iter().chain(std::iter::repeat(&last));
            parts.iter().zip(like).map(|(part, like)| single(name, part, like)).collect()
        }
        (like, [part]) => single(name, part, like),
        (_, parts) => Err(format!("the field `{name}` is sent {} times", parts.len())),
    }
}

/// The separator between the elements of a list in a single string.
fn separator(encoding: &Encoding) -> Option<&'static str> {
    match encoding.style? {
        (Style::Form, false) => Some(","),
        (Style::SpaceDelimited, false) => Some(" "),
        (Style::PipeDelimited, false) => Some("|"),
        _ => None,
    }
}

/// A list from a string. If elements contain the separator, the string can only be compared with the input.
fn list(name: &str, part: &Part, like: &[Value], separator: &str) -> Result<Value, String> {
    let text = std::str::from_utf8(&part.bytes).map_err(|_| format!("the field `{name}` is not text"))?;
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if text == like.iter().map(plain).collect::<Vec<_>>().join(separator) {
        return Ok(like.into());
    }
    let last = like.last().cloned().unwrap_or_default();
    let like = like.iter().chain(std::iter::repeat(&last));
    Ok(text.split(separator).zip(like).map(|(text, like)| style::scalar(text, like)).collect())
}

fn single(name: &str, part: &Part, like: &Value) -> Result<Value, String> {
    if let Some(value) = json(part).filter(|value| std::mem::discriminant(value) == std::mem::discriminant(like)) {
        return Ok(value);
    }
    let text = std::str::from_utf8(&part.bytes).map_err(|_| format!("the field `{name}` is not text"))?;
    Ok(style::scalar(text, like))
}

/// The value of a JSON part.
fn json(part: &Part) -> Option<Value> {
    let is_json = part.media_type.as_deref().is_some_and(|media_type| is_json(&essence(media_type)));
    if is_json { serde_json::from_slice(&part.bytes).ok() } else { None }
}

/// A value's part must have the documented media type; without one, objects are JSON and anything else is text.
fn documented(name: &str, part: &Part, like: &Value, encoding: Option<&Encoding>) -> Result<(), String> {
    let found = part.media_type.as_deref().map(essence);
    let Some(documented) = encoding.and_then(|encoding| encoding.content_type.as_deref()) else {
        let object = like.is_object() || like.as_array().is_some_and(|list| list.iter().any(Value::is_object));
        return match found {
            Some(found) if object && is_json(&found) => Ok(()),
            _ if object => Err(format!("the field `{name}` is an object, but not sent as JSON")),
            _ => Ok(()),
        };
    };
    let found = found.unwrap_or_else(|| "text/plain".to_owned());
    let allows = |range: &str| {
        let range = essence(range);
        range == found || range == "*/*" || range.strip_suffix('*').is_some_and(|start| found.starts_with(start))
    };
    if documented.split(',').any(allows) {
        Ok(())
    } else {
        Err(format!("the field `{name}` is sent as {found}, not as {documented}"))
    }
}

fn parts(boundary: &str, body: &Bytes) -> Result<Vec<Part>, String> {
    let body = body.clone();
    let stream = stream::once(async move { Ok::<_, Infallible>(body) });
    let mut multipart = multer::Multipart::new(stream, boundary);
    let read = async {
        let mut parts = Vec::new();
        while let Some(field) = multipart.next_field().await? {
            let name = field.name().map(unquoted);
            let file_name = field.file_name().map(unquoted);
            let media_type = field.headers().get(http::header::CONTENT_TYPE);
            let media_type = media_type.and_then(|value| value.to_str().ok()).map(str::to_owned);
            parts.push((name, file_name, media_type, field.bytes().await?));
        }
        Ok::<_, multer::Error>(parts)
    };
    // The whole body is in memory, so this never waits.
    let parts = read.now_or_never().ok_or("the multipart body does not end")?.map_err(|error| error.to_string())?;
    let named = parts.into_iter().map(|(name, file_name, media_type, bytes)| {
        let name = name.ok_or("a part of the body has no name")?;
        Ok(Part { name, file_name, media_type, bytes })
    });
    named.collect::<Result<_, &str>>().map_err(str::to_owned)
}

/// Reverses the escaping of names by browsers (WHATWG HTML, multipart/form-data).
fn unquoted(name: &str) -> String {
    name.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::document::MediaKind;

    fn media(encoding: &[(&str, &str)]) -> Media {
        let encoding = encoding.iter().map(|(name, content_type)| {
            ((*name).to_owned(), Encoding { content_type: Some((*content_type).to_owned()), ..Encoding::default() })
        });
        let media_type = "multipart/form-data".to_owned();
        Media { media_type, kind: MediaKind::Multipart, schema: None, encoding: encoding.collect() }
    }

    fn body(parts: &[(&str, &[u8])]) -> Bytes {
        let mut body = Vec::new();
        for (head, bytes) in parts {
            body.extend(format!("--XX\r\nContent-Disposition: form-data; {head}\r\n\r\n").bytes());
            body.extend(*bytes);
            body.extend(b"\r\n");
        }
        body.extend(b"--XX--\r\n");
        body.into()
    }

    fn read(
        media: &Media,
        parts: &[(&str, &[u8])],
        given: &IndexMap<String, Field>,
    ) -> Result<IndexMap<String, Field>, String> {
        fields(media, "multipart/form-data; boundary=XX", &body(parts), Some(given))
    }

    #[test]
    fn values_and_files_are_parsed() {
        let bytes = Bytes::from_static(b"\r\n--X\xff\r\n");
        let file = File { bytes, file_name: Some("a\"b é".to_owned()), media_type: Some("image/png".to_owned()) };
        let given = IndexMap::from([
            ("n".to_owned(), Field::Value(json!(1.5))),
            ("list".to_owned(), Field::Value(json!(["a", "1"]))),
            ("object".to_owned(), Field::Value(json!({"a": [1]}))),
            ("file".to_owned(), Field::File(file.clone())),
            ("files".to_owned(), Field::Files(vec![file.clone(), file.clone()])),
        ]);
        let part = "filename=\"a%22b é\"\r\nContent-Type: image/png";
        let parts: Vec<(String, &[u8])> = vec![
            ("name=\"n\"".to_owned(), b"1.50"),
            ("name=\"list\"".to_owned(), b"a"),
            ("name=\"list\"".to_owned(), b"1"),
            ("name=\"object\"\r\nContent-Type: application/json".to_owned(), b"{\"a\": [1]}"),
            (format!("name=\"file\"; {part}"), b"\r\n--X\xff\r\n"),
            (format!("name=\"files\"; {part}"), b"\r\n--X\xff\r\n"),
            (format!("name=\"files\"; {part}"), b"\r\n--X\xff\r\n"),
        ];
        let parts: Vec<(&str, &[u8])> = parts.iter().map(|(head, bytes)| (head.as_str(), *bytes)).collect();
        assert_eq!(read(&media(&[]), &parts, &given), Ok(given.clone()));
        // One more byte.
        let mut wrong = parts;
        wrong[4].1 = b"\r\n--X\xff\r\n.";
        assert_ne!(read(&media(&[]), &wrong, &given), Ok(given));
    }

    #[test]
    fn lists_in_one_part_are_split() {
        let mut media = media(&[]);
        let style = Some((Style::PipeDelimited, false));
        media.encoding.insert("list".to_owned(), Encoding { style, ..Encoding::default() });
        let given = IndexMap::from([("list".to_owned(), Field::Value(json!(["a", "b|c"])))]);
        assert_eq!(read(&media, &[("name=\"list\"", b"a|b|c")], &given), Ok(given.clone()));
        // In another order, and as separate parts.
        assert_ne!(read(&media, &[("name=\"list\"", b"b|c|a")], &given), Ok(given.clone()));
        assert!(read(&media, &[("name=\"list\"", b"a"), ("name=\"list\"", b"b|c")], &given).is_err());
    }

    #[test]
    fn parts_must_have_the_documented_media_type() {
        let object = IndexMap::from([("a".to_owned(), Field::Value(json!({"b": 1})))]);
        assert!(read(&media(&[]), &[("name=\"a\"", b"{\"b\": 1}")], &object).is_err());
        let text = IndexMap::from([("a".to_owned(), Field::Value(json!("b")))]);
        assert_eq!(read(&media(&[]), &[("name=\"a\"", b"b")], &text), Ok(text.clone()));
        let xml = media(&[("a", "text/xml, application/xml")]);
        assert!(read(&xml, &[("name=\"a\"", b"b")], &text).is_err());
        let part: (&str, &[u8]) = ("name=\"a\"\r\nContent-Type: text/xml", b"b");
        assert_eq!(read(&xml, &[part], &text), Ok(text.clone()));
        assert!(read(&xml, &[part, part], &text).is_err());
    }
}
