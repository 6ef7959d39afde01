//! Redacts secrets in recordings.

mod multipart;
mod xml;

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::codec::media_type;
use crate::data::secret::Secret;
use crate::request::FORM;

/// Replaces a secret.
const HIDDEN: &str = "***";

/// Redacts secrets.
#[derive(Clone, Default)]
pub(super) struct Hiding {
    /// Strings that are redacted wherever they occur.
    pub(super) texts: Vec<Secret>,
    /// Whether bodies that cannot be searched are kept.
    pub(super) keeps_opaque: bool,
}

/// A body in a recording.
pub(super) enum Recorded {
    Text(String),
    Base64(String),
    /// Omitted, as it may contain undetected secrets; the text describes its kind.
    LeftOut(String),
}

impl Hiding {
    pub(super) fn headers(&self, headers: &HeaderMap) -> BTreeMap<String, Vec<String>> {
        let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in headers {
            let text = match value.to_str() {
                Ok(text) if !value.is_sensitive() => self.header(name.as_str(), text),
                _ => HIDDEN.to_owned(),
            };
            all.entry(name.to_string()).or_default().push(text);
        }
        all
    }

    /// The redacted value of a header, which may be a URL.
    fn header(&self, name: &str, value: &str) -> String {
        if is_secret(name) {
            return HIDDEN.to_owned();
        }
        self.text(match value.split_once('?') {
            Some((address, query)) => format!("{address}?{}", without_pairs(query)),
            None => value.to_owned(),
        })
    }

    pub(super) fn target(&self, path: &str, query: Option<&str>) -> String {
        self.text(query.map_or_else(|| path.to_owned(), |query| format!("{path}?{}", without_pairs(query))))
    }

    pub(super) fn body(&self, headers: &HeaderMap, bytes: &[u8]) -> Recorded {
        let media_type = media_type::of(headers);
        let Some(read) = self.read_or_kept(media_type, bytes) else {
            let kind = self.text(media_type.map_or_else(|| "no media type".to_owned(), media_type::essence));
            return Recorded::LeftOut(format!("{kind}, {} bytes", bytes.len()));
        };
        match String::from_utf8(read) {
            Ok(text) => Recorded::Text(text),
            Err(error) => Recorded::Base64(STANDARD.encode(error.as_bytes())),
        }
    }

    /// A redacted body, or, if opaque bodies are kept, a body redacted as far as possible.
    fn read_or_kept(&self, media_type: Option<&str>, bytes: &[u8]) -> Option<Vec<u8>> {
        let kept = || match std::str::from_utf8(bytes) {
            Ok(text) => self.text(without_pairs(text)).into_bytes(),
            Err(_) => bytes.to_vec(),
        };
        self.read(media_type, bytes).or_else(|| self.keeps_opaque.then(kept))
    }

    /// A redacted body of this media type; `None` if it cannot be searched for secrets.
    fn read(&self, media_type: Option<&str>, bytes: &[u8]) -> Option<Vec<u8>> {
        if bytes.is_empty() {
            return Some(Vec::new());
        }
        let essence = media_type.map(media_type::essence).unwrap_or_default();
        if essence.starts_with("multipart/") {
            return self.multipart(media_type?, bytes);
        }
        let text = std::str::from_utf8(bytes).ok()?;
        let read = match &*essence {
            FORM => self.text(without_pairs(text)),
            "text/event-stream" => self.lines(text)?,
            _ if media_type::is_json(&essence) => self.json(text, |_| true)?,
            _ if essence.ends_with("/xml") || essence.ends_with("+xml") => self.xml(text)?,
            // JSON often has another media type, or none.
            _ => self.json(text, |value| value.is_object() || value.is_array()).or_else(|| self.lines(text))?,
        };
        Some(read.into_bytes())
    }

    /// Redacts the configured strings.
    fn text(&self, text: String) -> String {
        self.texts.iter().filter(|secret| !secret.is_empty()).fold(text, |text, secret| {
            let encoded = crate::codec::encode::strict(secret.expose()).to_string();
            text.replace(secret.expose(), HIDDEN).replace(&encoded, HIDDEN)
        })
    }

    /// Redacts JSON that satisfies `fits`.
    fn json(&self, text: &str, fits: fn(&Value) -> bool) -> Option<String> {
        let mut value = serde_json::from_str::<Value>(text).ok().filter(fits)?;
        self.hide_values(&mut value);
        Some(value.to_string())
    }

    /// Redacts a string that is JSON, and returns any other unchanged.
    fn maybe_json(&self, text: String) -> String {
        self.json(&text, |value| value.is_object() || value.is_array()).unwrap_or_else(|| self.text(text))
    }

    /// Redacts JSON lines, or events with JSON data, if the text consists of nothing else.
    fn lines(&self, text: &str) -> Option<String> {
        let (mut lines, mut data, mut any) = (Vec::new(), Vec::new(), false);
        // A blank line at the end flushes the remaining data.
        for line in text.lines().chain([""]) {
            if let Some(more) = line.strip_prefix("data:") {
                data.push(more.strip_prefix(' ').unwrap_or(more));
                continue;
            }
            if !data.is_empty() {
                let whole = std::mem::take(&mut data).join("\n");
                let is_end = matches!(whole.trim(), "" | "[DONE]");
                let hidden = if is_end { whole } else { self.json(&whole, |_| true)? };
                lines.push(format!("data: {hidden}"));
                any = true;
            }
            let is_field = ["event:", "id:", "retry:"].iter().any(|field| line.starts_with(field));
            match line {
                _ if line.trim().is_empty() => lines.push(String::new()),
                _ if is_field => lines.push(self.text(line.to_owned())),
                // Comments are ignored by clients.
                _ if line.starts_with(':') => lines.push(":".to_owned()),
                _ => {
                    lines.push(self.json(line, |_| true)?);
                    any = true;
                }
            }
        }
        any.then(|| lines.join("\n"))
    }

    fn hide_values(&self, value: &mut Value) {
        match value {
            Value::Array(elements) => elements.iter_mut().for_each(|element| self.hide_values(element)),
            Value::Object(entries) => {
                let named = names_secret(entries);
                for (name, value) in entries {
                    let is_secret = is_secret(name) || named && is_value(name);
                    if is_secret { hide_all(value) } else { self.hide_values(value) }
                }
            }
            // JSON within a string.
            Value::String(text) => *text = self.maybe_json(std::mem::take(text)),
            Value::Number(number) if self.is_text(&number.to_string()) => *value = HIDDEN.into(),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Whether this is one of the configured strings.
    fn is_text(&self, text: &str) -> bool {
        self.texts.iter().any(|secret| secret.expose() == text)
    }
}

/// Whether a value with this name is secret.
fn is_secret(name: &str) -> bool {
    const WHOLE: [&str; 2] = ["sk", "ak"];
    const WORDS: [&str; 11] = [
        "pass",
        "pwd",
        "secret",
        "token",
        "authorization",
        "cookie",
        "signature",
        "accesskey",
        "privatekey",
        "apikey",
        "credential",
    ];
    // Facts about a signature that a vendor's documents publish, or that are used up with the request.
    const PUBLIC: [&str; 4] = ["signaturemethod", "signatureversion", "signaturetype", "signaturenonce"];
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    if PUBLIC.contains(&name.as_str()) {
        return false;
    }
    WHOLE.contains(&name.as_str()) || WORDS.iter().any(|word| name.contains(word))
}

/// Whether a field contains the name of the value in a field beside it, as in `{"name": "password", "value": ".."}`.
fn is_label(name: &str) -> bool {
    ["name", "key", "id"].iter().any(|label| name.eq_ignore_ascii_case(label))
}

/// Whether a field is such a value.
fn is_value(name: &str) -> bool {
    name.to_ascii_lowercase().contains("value")
}

/// Whether a field of an object states that the value beside it is secret.
fn names_secret(entries: &serde_json::Map<String, Value>) -> bool {
    entries.iter().any(|(name, value)| is_label(name) && value.as_str().is_some_and(is_secret))
}

/// Redacts all values under a secret name, keeping their structure.
fn hide_all(value: &mut Value) {
    match value {
        Value::Array(elements) => elements.iter_mut().for_each(hide_all),
        Value::Object(entries) => entries.values_mut().for_each(hide_all),
        Value::String(text) if text.is_empty() => {}
        Value::String(_) | Value::Number(_) => *value = HIDDEN.into(),
        Value::Null | Value::Bool(_) => {}
    }
}

/// Redacts the pairs of a query or form that have secret names or contain JSON with such names.
fn without_pairs(text: &str) -> String {
    // The object and the field of `Tag.1.Key` and the like.
    let split = |name: &str| match name.rsplit_once('.') {
        Some((object, field)) => (object.to_owned(), field.to_owned()),
        None => (String::new(), name.to_owned()),
    };
    let split_pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    let labels = split_pairs.filter(|(_, value)| is_secret(&decoded(value))).map(|(name, _)| split(&decoded(name)));
    let named: Vec<String> = labels.filter(|(_, field)| is_label(field)).map(|(object, _)| object).collect();
    let is_named = |name: &str| {
        let (object, field) = split(name);
        is_value(&field) && named.contains(&object)
    };
    let pairs = text.split('&').map(|pair| match pair.split_once('=') {
        Some((name, value)) if !value.is_empty() => {
            // Names that are harmless in a body denote the caller's keys in parameters.
            let is_key = ["key", "sig", "code"].contains(&decoded(name).to_ascii_lowercase().as_str());
            let of_name = is_key || is_secret(&decoded(name)) || is_named(&decoded(name));
            let is_secret = of_name || holds_secrets(&decoded(value));
            format!("{name}={}", if is_secret { HIDDEN } else { value })
        }
        _ => pair.to_owned(),
    });
    pairs.collect::<Vec<_>>().join("&")
}

fn decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// Whether a string is JSON that contains a secret name.
fn holds_secrets(text: &str) -> bool {
    fn any(value: &Value) -> bool {
        match value {
            Value::Array(elements) => elements.iter().any(any),
            Value::Object(entries) => {
                names_secret(entries) || entries.iter().any(|(name, value)| is_secret(name) || any(value))
            }
            Value::String(text) => holds_secrets(text),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }
    text.starts_with(['{', '[']) && serde_json::from_str(text).is_ok_and(|value| any(&value))
}
