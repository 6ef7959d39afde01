//! Exchanges with a service, in a file: recorded once, replayed in each test.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_core::future::BoxFuture;
use http::{HeaderMap, Request, Response};
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Replay, Reply};
use crate::data::secret::Secret;
use crate::transport::{ByteStream, RequestBody, Transport, TransportError, TransportErrorKind};

/// A transport that sends through another one, and keeps each exchange in a file, for [`Replay::from_file`].
///
/// Secrets are left out: headers that prove who calls, signatures and keys among parameters, what stands under names that say that it is
/// a password, a token and the like, in JSON, in lines and events of it and in forms, and whatever [`hide`](Self::hide) was given. Of
/// other texts (XML, parts of a form) only the latter is. Look at the file all the same before it goes anywhere: no list of names is
/// complete. Responses are collected, so streams arrive when they have ended.
///
/// ```no_run
/// # use yundb_runtime::ReqwestTransport;
/// # use yundb_runtime::test_util::Recorder;
/// # fn http() -> ReqwestTransport { unimplemented!() }
/// let recorder = Recorder::new(http(), "tests/list-instances.json").hide("the-password-of-the-test");
/// // Client::builder().transport(recorder) ..
/// ```
#[derive(Clone)]
pub struct Recorder {
    inner: Arc<dyn Transport>,
    path: Arc<Path>,
    hidden: Vec<Secret>,
    exchanges: Arc<Mutex<Vec<Exchange>>>,
}

#[derive(Serialize, Deserialize)]
struct Exchange {
    request: Message,
    response: Message,
}

/// One direction of an exchange.
#[derive(Default, Serialize, Deserialize)]
struct Message {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    /// The path, with the query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    target: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<String, Vec<String>>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    body: String,
    /// Whether the body is base64, as it is no text.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    base64: bool,
}

const HIDDEN: &str = "***";

impl Recorder {
    /// Sends through `transport`. The file is written anew with each exchange; what it had before is lost.
    pub fn new(transport: impl Transport + 'static, path: impl Into<PathBuf>) -> Self {
        let path: PathBuf = path.into();
        Self { inner: Arc::new(transport), path: path.into(), hidden: Vec::new(), exchanges: Arc::default() }
    }

    /// Leaves this text out wherever it stands, as it is or percent-encoded. An empty one hides nothing.
    #[must_use = "the recorder with it is returned"]
    pub fn hide(mut self, secret: impl Into<Secret>) -> Self {
        self.hidden.push(secret.into());
        self
    }

    fn keep(&self, exchange: Exchange) -> io::Result<()> {
        let mut exchanges = self.exchanges.lock().unwrap_or_else(PoisonError::into_inner);
        exchanges.push(exchange);
        let mut text = serde_json::to_string_pretty(&*exchanges)?;
        text.push('\n');
        std::fs::write(&self.path, text)
    }

    fn without_hidden(&self, text: String) -> String {
        self.hidden.iter().filter(|secret| !secret.is_empty()).fold(text, |text, secret| {
            let encoded = crate::codec::encode::strict(secret.expose()).to_string();
            text.replace(secret.expose(), HIDDEN).replace(&encoded, HIDDEN)
        })
    }

    fn headers(&self, headers: &HeaderMap) -> BTreeMap<String, Vec<String>> {
        let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in headers {
            let text = match value.to_str() {
                Ok(text) if !value.is_sensitive() && !is_secret(name.as_str()) => {
                    self.without_hidden(without_query(text))
                }
                _ => HIDDEN.to_owned(),
            };
            all.entry(name.to_string()).or_default().push(text);
        }
        all
    }

    /// The body, and whether it is base64.
    fn body(&self, bytes: &Bytes) -> (String, bool) {
        let Ok(text) = std::str::from_utf8(bytes) else { return (STANDARD.encode(bytes), true) };
        let text = self.json(text).or_else(|| self.lines(text)).unwrap_or_else(|| without_pairs(text));
        (self.without_hidden(text), false)
    }

    /// An object or a list without what is secret in it.
    fn json(&self, text: &str) -> Option<String> {
        let mut value =
            serde_json::from_str::<Value>(text).ok().filter(|value| value.is_object() || value.is_array())?;
        self.hide_values(&mut value);
        Some(value.to_string())
    }

    /// Lines of JSON, or events with such data, if there are any.
    fn lines(&self, text: &str) -> Option<String> {
        let mut any = false;
        let lines = text.split('\n').map(|line| {
            let (field, data) = match line.strip_prefix("data:") {
                Some(data) => ("data: ", data.trim_start()),
                None => ("", line),
            };
            let hidden = self.json(data);
            any |= hidden.is_some();
            hidden.map_or_else(|| line.to_owned(), |data| format!("{field}{data}"))
        });
        let lines = lines.collect::<Vec<_>>().join("\n");
        any.then_some(lines)
    }

    fn hide_values(&self, value: &mut Value) {
        match value {
            Value::Array(elements) => elements.iter_mut().for_each(|element| self.hide_values(element)),
            Value::Object(entries) => {
                for (name, value) in entries {
                    if is_secret(name) { hide_all(value) } else { self.hide_values(value) }
                }
            }
            // JSON within text.
            Value::String(text) => *text = self.json(text).unwrap_or_else(|| self.without_hidden(std::mem::take(text))),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// Whether a name says that its value is secret.
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
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    WHOLE.contains(&name.as_str()) || WORDS.iter().any(|word| name.contains(word))
}

/// Leaves nothing of what stands under a secret name but its form.
fn hide_all(value: &mut Value) {
    match value {
        Value::Array(elements) => elements.iter_mut().for_each(hide_all),
        Value::Object(entries) => entries.values_mut().for_each(hide_all),
        Value::String(text) if text.is_empty() => {}
        Value::String(_) | Value::Number(_) => *value = HIDDEN.into(),
        Value::Null | Value::Bool(_) => {}
    }
}

/// Pairs of a query or form without the values that are secret by their names, or JSON with such names.
fn without_pairs(text: &str) -> String {
    let pairs = text.split('&').map(|pair| match pair.split_once('=') {
        Some((name, value)) if !value.is_empty() => {
            // What is harmless in a body is a key of the caller's among parameters.
            let is_key = ["key", "sig", "code"].contains(&decoded(name).to_ascii_lowercase().as_str());
            let is_secret = is_key || is_secret(&decoded(name)) || holds_secrets(&decoded(value));
            format!("{name}={}", if is_secret { HIDDEN } else { value })
        }
        _ => pair.to_owned(),
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// The text of a header, which may be a URL.
fn without_query(text: &str) -> String {
    match text.split_once('?') {
        Some((address, query)) => format!("{address}?{}", without_pairs(query)),
        None => text.to_owned(),
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// Whether a text is JSON with a secret name somewhere in it.
fn holds_secrets(text: &str) -> bool {
    fn any(value: &Value) -> bool {
        match value {
            Value::Array(elements) => elements.iter().any(any),
            Value::Object(entries) => entries.iter().any(|(name, value)| is_secret(name) || any(value)),
            Value::String(text) => holds_secrets(text),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }
    text.starts_with(['{', '[']) && serde_json::from_str(text).is_ok_and(|value| any(&value))
}

impl Transport for Recorder {
    fn send(&self, request: Request<RequestBody>) -> BoxFuture<'_, Result<Response<ByteStream>, TransportError>> {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let sent = body.into_stream().collect().await?;
            let (path, query) = (parts.uri.path(), parts.uri.query().map(without_pairs));
            let target = query.map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
            let (body, base64) = self.body(&sent);
            let request = Message {
                method: Some(parts.method.to_string()),
                target: Some(self.without_hidden(target)),
                headers: self.headers(&parts.headers),
                body,
                base64,
                ..Message::default()
            };
            let (parts, body) = self.inner.send(Request::from_parts(parts, sent.into())).await?.into_parts();
            let came = body.collect().await?;
            let (body, base64) = self.body(&came);
            let (status, headers) = (Some(parts.status.as_u16()), self.headers(&parts.headers));
            let response = Message { status, headers, body, base64, ..Message::default() };
            self.keep(Exchange { request, response }).map_err(|error| {
                TransportError::new(
                    TransportErrorKind::Request,
                    format!("`{}` cannot be written: {error}", self.path.display()),
                )
            })?;
            Ok(Response::from_parts(parts, ByteStream::from(came)))
        })
    }
}

impl Replay {
    /// Answers as a [`Recorder`] found the service to, in the order of its file. A request for another method or path than was recorded
    /// there fails, and so does one more.
    pub fn from_file(path: impl AsRef<Path>) -> io::Result<Self> {
        let exchanges: Vec<Exchange> = serde_json::from_slice(&std::fs::read(path)?)?;
        let replies: io::Result<Vec<Reply>> = exchanges.into_iter().map(Exchange::reply).collect();
        Ok(Self::new(replies?))
    }
}

impl Exchange {
    fn reply(self) -> io::Result<Reply> {
        let Message { status, headers, body, base64, .. } = self.response;
        let body = match base64 {
            true => STANDARD.decode(body).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?,
            false => body.into_bytes(),
        };
        let mut reply = Reply::new(status.unwrap_or_default());
        // Lengths and encodings are those of the bytes on the wire.
        let framing = ["content-length", "content-encoding", "transfer-encoding"];
        for (name, values) in headers.iter().filter(|(name, _)| !framing.contains(&name.as_str())) {
            reply = values.iter().fold(reply, |reply, value| reply.header(name, value));
        }
        let path = self.request.target.unwrap_or_default();
        let path = path.split('?').next().unwrap_or_default();
        Ok(reply.body(body).expecting(self.request.method.unwrap_or_default(), path))
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("path", &self.path).field("inner", &self.inner).finish_non_exhaustive()
    }
}
