//! Serializes parameters in OpenAPI 3.0's styles, and in that of Alibaba Cloud's RPC.
//!
//! `null` is omitted everywhere: RFC 6570, the basis of the styles, omits undefined values. So are empty lists and
//! objects, unless they are a whole header or path segment.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, percent_encode_byte, utf8_percent_encode};
use serde_json::Value;

use crate::data::operation::{Param, Style};

/// All but RFC 3986's unreserved characters are encoded.
const STRICT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// With `allow_reserved`. `&`, `=` and `+` are still encoded, as they separate the fields of forms; `#`, `[` and `]`,
/// as they are invalid in a query (clarified in OpenAPI 3.0.4).
const RESERVED: &AsciiSet = &STRICT
    .remove(b':')
    .remove(b'/')
    .remove(b'?')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b',')
    .remove(b';');

/// Characters that RFC 3986 allows in a path, which a document's path keeps.
const LITERAL: &AsciiSet = &RESERVED.remove(b'&').remove(b'=').remove(b'+').add(b'?');

/// The literal part of a document's path: encoded where it is not yet.
pub(crate) fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len());
    push_literal(&mut literal, text);
    literal
}

/// Appends a literal part.
pub(crate) fn push_literal(out: &mut String, text: &str) {
    push_keeping_encoded(out, text, LITERAL);
}

/// Encodes a name or value without reserved characters.
pub(crate) fn strict(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, STRICT)
}

/// Encodes a value as the parameter requires.
fn encoded(param: &Param, text: &str) -> String {
    if !param.allow_reserved {
        return strict(text).to_string();
    }
    let mut encoded = String::with_capacity(text.len());
    push_keeping_encoded(&mut encoded, text, RESERVED);
    encoded
}

/// Appends a text, keeping percent-encoded sequences (RFC 6570, reserved expansion).
fn push_keeping_encoded(out: &mut String, text: &str, set: &'static AsciiSet) {
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        let (before, from) = rest.split_at(at);
        out.extend(utf8_percent_encode(before, set));
        let hex = |at: usize| from.as_bytes().get(at).is_some_and(u8::is_ascii_hexdigit);
        let taken = if hex(1) && hex(2) { 3 } else { 1 };
        out.push_str(if taken == 3 { &from[..3] } else { "%25" });
        rest = &from[taken..];
    }
    out.extend(utf8_percent_encode(rest, set));
}

/// A single value as text; lists and objects, which styles do not define at this depth, as JSON.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The structure of a value as seen by a style.
enum Parts {
    One(String),
    List(Vec<String>),
    Object(Vec<(String, String)>),
}

fn parts(param: &Param, value: &Value) -> Parts {
    if param.json {
        return Parts::One(value.to_string());
    }
    match value {
        Value::Array(elements) => Parts::List(elements.iter().filter(|it| !it.is_null()).map(text).collect()),
        Value::Object(entries) => Parts::Object(
            entries.iter().filter(|(_, it)| !it.is_null()).map(|(name, it)| (name.clone(), text(it))).collect(),
        ),
        other => Parts::One(text(other)),
    }
}

/// The expansion of `{name}` in the path.
pub(crate) fn path(param: &Param, value: &Value) -> String {
    // Even a parameter with several segments (`{name*}`) cannot leave the path.
    let set = if param.allow_reserved { LITERAL } else { STRICT };
    let code = |text: &String| utf8_percent_encode(text, set).to_string();
    let name = strict(param.name);
    // RFC 6570 omits the `=` of an empty matrix parameter.
    let named =
        |name: &str, value: String| if value.is_empty() { format!(";{name}") } else { format!(";{name}={value}") };
    match (param.style, parts(param, value)) {
        (Style::Matrix, Parts::One(one)) => named(&name.to_string(), code(&one)),
        (Style::Matrix, Parts::List(list)) if param.explode => {
            list.iter().map(|it| named(&name.to_string(), code(it))).collect()
        }
        (Style::Matrix, Parts::List(list)) => named(&name.to_string(), join(list.iter().map(code), ",")),
        (Style::Matrix, Parts::Object(entries)) if param.explode => {
            entries.iter().map(|(key, it)| named(&code(key), code(it))).collect()
        }
        (Style::Matrix, Parts::Object(entries)) => named(&name.to_string(), join(flat(&entries).map(code), ",")),
        // According to RFC 6570 and OpenAPI 3.0.4; the table in 3.0.3 has dots for `explode: false`, too.
        (Style::Label, Parts::One(one)) => format!(".{}", code(&one)),
        (Style::Label, Parts::List(list)) => {
            format!(".{}", join(list.iter().map(code), if param.explode { "." } else { "," }))
        }
        (Style::Label, Parts::Object(entries)) if param.explode => {
            format!(".{}", join(entries.iter().map(|(key, it)| format!("{}={}", code(key), code(it))), "."))
        }
        (Style::Label, Parts::Object(entries)) => format!(".{}", join(flat(&entries).map(code), ",")),
        (_, parts) => simple(param, &parts, &code),
    }
}

/// The text of a header. Headers are not percent-encoded.
pub(crate) fn header(param: &Param, value: &Value) -> String {
    simple(param, &parts(param, value), &String::clone)
}

fn simple(param: &Param, parts: &Parts, code: &dyn Fn(&String) -> String) -> String {
    match parts {
        Parts::One(one) => code(one),
        Parts::List(list) => join(list.iter().map(code), ","),
        Parts::Object(entries) if param.explode => {
            join(entries.iter().map(|(key, it)| format!("{}={}", code(key), code(it))), ",")
        }
        Parts::Object(entries) => join(flat(entries).map(code), ","),
    }
}

/// The percent-encoded `name=value` pairs of a query, a cookie or a URL-encoded form.
pub(crate) fn pairs(param: &Param, name: &str, value: &Value) -> Vec<(String, String)> {
    if value.is_null() {
        return Vec::new();
    }
    if !param.json {
        let coded = |(name, it): (String, String)| (strict(&name).to_string(), encoded(param, &it));
        match param.style {
            Style::DeepObject if value.is_object() => {
                let mut out = Vec::new();
                deep(name.to_owned(), value, &mut out);
                return out.into_iter().map(coded).collect();
            }
            Style::Content if value.is_object() => return vec![coded((name.to_owned(), text(value)))],
            _ => {}
        }
    }
    let plain = param.style == Style::Cookie;
    let code = |text: &String| if plain { text.clone() } else { encoded(param, text) };
    let key_code = |text: &str| if plain { text.to_owned() } else { strict(text).to_string() };
    let name = key_code(name);
    let separator = match param.style {
        Style::SpaceDelimited => "%20",
        Style::PipeDelimited => "%7C",
        _ => ",",
    };
    match parts(param, value) {
        Parts::One(one) => vec![(name, code(&one))],
        Parts::List(list) if list.is_empty() => Vec::new(),
        Parts::Object(entries) if entries.is_empty() => Vec::new(),
        Parts::List(list) if param.explode => list.iter().map(|it| (name.clone(), code(it))).collect(),
        Parts::List(list) => vec![(name, join(list.iter().map(code), separator))],
        Parts::Object(entries) if param.explode => entries.iter().map(|(key, it)| (key_code(key), code(it))).collect(),
        Parts::Object(entries) => vec![(name, join(flat(&entries).map(code), separator))],
    }
}

/// `name[key]=value`. OpenAPI defines only flat objects; for nested values, servers read `name[key][inner]` and
/// `name[key][0]`.
fn deep(name: String, value: &Value, out: &mut Vec<(String, String)>) {
    match value {
        Value::Null => {}
        Value::Object(entries) => {
            for (key, inner) in entries {
                deep(format!("{name}[{key}]"), inner, out);
            }
        }
        Value::Array(elements) => {
            for (at, inner) in elements.iter().enumerate() {
                deep(format!("{name}[{at}]"), inner, out);
            }
        }
        one => out.push((name, text(one))),
    }
}

/// `Name.1.Key=value`: Alibaba Cloud's numbered lists and dotted objects. Not encoded, as the pairs are signed first.
pub(crate) fn flattened(name: &str, value: &Value) -> Vec<(String, String)> {
    fn walk(name: String, value: &Value, out: &mut Vec<(String, String)>) {
        match value {
            Value::Null => {}
            Value::Object(entries) => {
                for (key, inner) in entries {
                    walk(format!("{name}.{key}"), inner, out);
                }
            }
            Value::Array(elements) => {
                // A gap in the numbers would end the list.
                for (at, inner) in elements.iter().filter(|it| !it.is_null()).enumerate() {
                    walk(format!("{name}.{}", at + 1), inner, out);
                }
            }
            one => out.push((name, text(one))),
        }
    }
    let mut out = Vec::new();
    walk(name.to_owned(), value, &mut out);
    out
}

/// Joins encoded pairs to a query or form body.
pub(crate) fn joined(pairs: &[(String, String)]) -> String {
    // Allocated in full, as reallocations would leave copies that cannot be zeroized.
    let mut text = String::with_capacity(pairs.iter().map(|(name, value)| name.len() + value.len() + 2).sum());
    for (name, value) in pairs {
        if !text.is_empty() {
            text.push('&');
        }
        text.push_str(name);
        text.push('=');
        text.push_str(value);
    }
    text
}

/// Encodes a name or value without reserved characters, without leaving copies in memory.
pub(crate) fn strict_text(text: &str) -> String {
    let mut encoded = String::with_capacity(3 * text.len());
    push_strict(&mut encoded, text);
    encoded
}

/// Appends a text, encoded without reserved characters: at most three times as many bytes.
pub(crate) fn push_strict(out: &mut String, text: &str) {
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        if UNRESERVED[usize::from(byte)] {
            continue;
        }
        // The unreserved characters since the last reserved byte. All bytes of other scripts are reserved, so that the
        // text is not split within a character.
        if plain < at {
            out.push_str(&text[plain..at]);
        }
        out.push_str(percent_encode_byte(byte));
        plain = at + 1;
    }
    if plain < text.len() {
        out.push_str(&text[plain..]);
    }
}

/// Like [`push_strict`], for bytes that may not be UTF-8.
pub(crate) fn push_strict_bytes(out: &mut String, bytes: &[u8]) {
    for chunk in bytes.utf8_chunks() {
        push_strict(out, chunk.valid());
        chunk.invalid().iter().for_each(|byte| out.push_str(percent_encode_byte(*byte)));
    }
}

/// RFC 3986's unreserved characters: those that `STRICT` leaves.
const UNRESERVED: [bool; 256] = {
    let mut unreserved = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        unreserved[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
        byte += 1;
    }
    unreserved
};

fn flat(entries: &[(String, String)]) -> impl Iterator<Item = &String> {
    entries.iter().flat_map(|(key, value)| [key, value])
}

fn join(texts: impl Iterator<Item = String>, separator: &str) -> String {
    texts.collect::<Vec<_>>().join(separator)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::data::operation;
    use crate::data::shape::any;

    fn query(style: Style, explode: bool, value: Value) -> String {
        joined(&pairs(&operation::query("color", any()).style(style, explode), "color", &value))
    }

    fn in_path(style: Style, explode: bool, value: Value) -> String {
        path(&operation::path("color", any()).style(style, explode), &value)
    }

    fn list() -> Value {
        json!(["blue", "black", "b,n"])
    }

    fn object() -> Value {
        json!({"R": 100, "G": true, "B": "1 5"})
    }

    #[test]
    fn form() {
        for explode in [true, false] {
            assert_eq!(query(Style::Form, explode, json!("")), "color=");
            assert_eq!(query(Style::Form, explode, json!("blue")), "color=blue");
            assert_eq!(query(Style::Form, explode, json!(1.5)), "color=1.5");
            assert_eq!(query(Style::Form, explode, json!(false)), "color=false");
            assert_eq!(query(Style::Form, explode, json!(null)), "");
            assert_eq!(query(Style::Form, explode, json!([])), "");
            assert_eq!(query(Style::Form, explode, json!({})), "");
        }
        assert_eq!(query(Style::Form, true, list()), "color=blue&color=black&color=b%2Cn");
        assert_eq!(query(Style::Form, false, list()), "color=blue,black,b%2Cn");
        assert_eq!(query(Style::Form, true, object()), "R=100&G=true&B=1%205");
        assert_eq!(query(Style::Form, false, object()), "color=R,100,G,true,B,1%205");
        assert_eq!(query(Style::Form, true, json!(["a", null, {"b": 1}])), "color=a&color=%7B%22b%22%3A1%7D");
    }

    #[test]
    fn delimited() {
        assert_eq!(query(Style::SpaceDelimited, false, list()), "color=blue%20black%20b%2Cn");
        assert_eq!(query(Style::PipeDelimited, false, list()), "color=blue%7Cblack%7Cb%2Cn");
        assert_eq!(query(Style::SpaceDelimited, false, object()), "color=R%20100%20G%20true%20B%201%205");
        assert_eq!(query(Style::PipeDelimited, true, list()), "color=blue&color=black&color=b%2Cn");
    }

    #[test]
    fn deep_object() {
        assert_eq!(query(Style::DeepObject, true, object()), "color%5BR%5D=100&color%5BG%5D=true&color%5BB%5D=1%205");
        assert_eq!(
            query(Style::DeepObject, true, json!({"a": {"b": 1}, "c": [{"d": 2}], "e": null})),
            "color%5Ba%5D%5Bb%5D=1&color%5Bc%5D%5B0%5D%5Bd%5D=2"
        );
        assert_eq!(query(Style::DeepObject, true, json!("x")), "color=x");
    }

    #[test]
    fn numbered_and_dotted() {
        let value = json!([{"Key": "a", "Tags": ["x", null, "y"]}, {"Key": 2}]);
        let expected = [("Name.1.Key", "a"), ("Name.1.Tags.1", "x"), ("Name.1.Tags.2", "y"), ("Name.2.Key", "2")];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(flattened("Name", &value), expected);
        assert_eq!(flattened("Name", &json!("a b")), [("Name".to_owned(), "a b".to_owned())]);
    }

    #[test]
    fn simple() {
        assert_eq!(in_path(Style::Simple, false, json!("a/b c~é")), "a%2Fb%20c~%C3%A9");
        for explode in [true, false] {
            assert_eq!(in_path(Style::Simple, explode, list()), "blue,black,b%2Cn");
        }
        assert_eq!(in_path(Style::Simple, false, object()), "R,100,G,true,B,1%205");
        assert_eq!(in_path(Style::Simple, true, object()), "R=100,G=true,B=1%205");
    }

    #[test]
    fn label() {
        assert_eq!(in_path(Style::Label, false, json!("blue")), ".blue");
        assert_eq!(in_path(Style::Label, false, list()), ".blue,black,b%2Cn");
        assert_eq!(in_path(Style::Label, true, list()), ".blue.black.b%2Cn");
        assert_eq!(in_path(Style::Label, false, object()), ".R,100,G,true,B,1%205");
        assert_eq!(in_path(Style::Label, true, object()), ".R=100.G=true.B=1%205");
    }

    #[test]
    fn matrix() {
        assert_eq!(in_path(Style::Matrix, false, json!("blue")), ";color=blue");
        assert_eq!(in_path(Style::Matrix, false, json!("")), ";color");
        assert_eq!(in_path(Style::Matrix, false, list()), ";color=blue,black,b%2Cn");
        assert_eq!(in_path(Style::Matrix, true, list()), ";color=blue;color=black;color=b%2Cn");
        assert_eq!(in_path(Style::Matrix, false, object()), ";color=R,100,G,true,B,1%205");
        assert_eq!(in_path(Style::Matrix, true, object()), ";R=100;G=true;B=1%205");
    }

    #[test]
    fn headers_are_not_encoded() {
        let plain = operation::header("X-Color", any());
        assert_eq!(header(&plain, &json!("a b")), "a b");
        assert_eq!(header(&plain, &json!([1, 2])), "1,2");
        assert_eq!(header(&plain, &object()), "R,100,G,true,B,1 5");
        assert_eq!(header(&plain.style(Style::Simple, true), &object()), "R=100,G=true,B=1 5");
        assert_eq!(header(&plain.json(), &json!({"a": [1]})), r#"{"a":[1]}"#);
    }

    #[test]
    fn json_text() {
        let param = operation::query("filter", any()).json();
        assert_eq!(joined(&pairs(&param, param.name, &json!({"a": "b"}))), "filter=%7B%22a%22%3A%22b%22%7D");
        assert_eq!(joined(&pairs(&param, param.name, &json!([]))), "filter=%5B%5D");
        assert_eq!(joined(&pairs(&param, param.name, &json!("a"))), "filter=%22a%22");
        assert_eq!(joined(&pairs(&param, param.name, &json!(null))), "");
    }

    #[test]
    fn literal_paths_of_documents() {
        assert_eq!(
            literal("/a b/é/100%/%2F/'q'\"x\"/{y}/a&b=c+d:e@f;g,h"),
            "/a%20b/%C3%A9/100%25/%2F/'q'%22x%22/%7By%7D/a&b=c+d:e@f;g,h"
        );
    }

    #[test]
    fn cookies_are_verbatim() {
        let param = operation::cookie("a b", any()).style(Style::Cookie, true);
        assert_eq!(joined(&pairs(&param, param.name, &json!("c d%\u{e9}"))), "a b=c d%\u{e9}");
        assert_eq!(joined(&pairs(&param, param.name, &json!({"k l": "m n"}))), "k l=m n");
    }

    #[test]
    fn reserved_characters() {
        let param = operation::query("q", any()).allow_reserved();
        assert_eq!(
            joined(&pairs(&param, param.name, &json!("a/b?c:d&e=f+g#h[1] 50%-%2F"))),
            "q=a/b?c:d%26e%3Df%2Bg%23h%5B1%5D%2050%25-%2F"
        );
    }
}
