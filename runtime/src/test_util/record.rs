//! Exchanges with a service in a file: recorded once, replayed in each test.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_core::future::BoxFuture;
use http::request::Parts;
use http::{Request, Response};
use serde::{Deserialize, Serialize};

use super::hide::{Hiding, Recorded};
use super::{Kind, Replay, Reply};
use crate::data::secret::Secret;
use crate::transport::{ByteStream, RequestBody, Transport, TransportError, TransportErrorKind};

/// A transport that sends through another one, and records each exchange in a file, for [`Replay::from_file`].
///
/// Secrets are redacted: authentication headers, signatures and keys among parameters, values with names such as
/// password or token in JSON, JSON lines, events, XML and forms, including multipart ones, and the strings given to
/// [`hide`](Self::hide). Other bodies are replaced by a note, unless [`keep_opaque_bodies`](Self::keep_opaque_bodies)
/// is set. Review the file before sharing it: no list of names is complete. Responses are buffered, so streams arrive
/// as a whole.
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
    hiding: Hiding,
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
    /// The path with the query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    target: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<String, Vec<String>>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    body: String,
    /// Whether the body is encoded in base64, as it is not text.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    base64: bool,
    /// Description of an omitted body, which may have contained undetected secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    left_out: Option<String>,
}

impl Message {
    fn with_body(self, body: Recorded) -> Self {
        match body {
            Recorded::Text(body) => Self { body, ..self },
            Recorded::Base64(body) => Self { body, base64: true, ..self },
            Recorded::LeftOut(kind) => Self { left_out: Some(kind), ..self },
        }
    }
}

impl Recorder {
    /// Creates a recorder that sends through `transport`. The file is rewritten with each exchange; its previous
    /// content is lost.
    pub fn new(transport: impl Transport + 'static, path: impl Into<PathBuf>) -> Self {
        let path: PathBuf = path.into();
        Self { inner: Arc::new(transport), path: path.into(), hiding: Hiding::default(), exchanges: Arc::default() }
    }

    /// Redacts this text wherever it occurs, verbatim or percent-encoded. An empty string is ignored.
    #[must_use = "returns the changed recorder"]
    pub fn hide(mut self, secret: impl Into<Secret>) -> Self {
        self.hiding.texts.push(secret.into());
        self
    }

    /// Keeps bodies that cannot be searched for secrets, such as plain text, HTML and files. In text, the strings given
    /// to [`hide`](Self::hide) are redacted; everything else is verbatim. By default such bodies are omitted, and a
    /// call that gets such a response from [`Replay::from_file`] fails.
    #[must_use = "returns the changed recorder"]
    pub fn keep_opaque_bodies(mut self) -> Self {
        self.hiding.keeps_opaque = true;
        self
    }

    fn keep(&self, exchange: Exchange) -> io::Result<()> {
        let mut exchanges = self.exchanges.lock().unwrap_or_else(PoisonError::into_inner);
        exchanges.push(exchange);
        let mut text = serde_json::to_string_pretty(&*exchanges)?;
        text.push('\n');
        std::fs::write(&self.path, text)
    }
}

impl Transport for Recorder {
    fn send(&self, request: Request<RequestBody>) -> BoxFuture<'_, Result<Response<ByteStream>, TransportError>> {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let sent = body.into_stream().collect().await?;
            let request = Message {
                method: Some(parts.method.to_string()),
                target: Some(self.hiding.target(parts.uri.path(), parts.uri.query())),
                headers: self.hiding.headers(&parts.headers),
                ..Message::default()
            };
            let request = request.with_body(self.hiding.body(&parts.headers, &sent));
            let (parts, body) = self.inner.send(Request::from_parts(parts, sent.into())).await?.into_parts();
            let came = body.collect().await?;
            let (status, headers) = (Some(parts.status.as_u16()), self.hiding.headers(&parts.headers));
            let response = Message { status, headers, ..Message::default() };
            let response = response.with_body(self.hiding.body(&parts.headers, &came));
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

/// A request as text, with secrets redacted as by a [`Recorder`], and these strings as well.
pub fn redacted(request: &Parts, body: &[u8], secrets: impl IntoIterator<Item = Secret>) -> String {
    let hiding = Hiding { texts: secrets.into_iter().collect(), keeps_opaque: false };
    let (scheme, host) = (request.uri.scheme_str().unwrap_or("https"), request.uri.authority().map(|it| it.as_str()));
    let target = hiding.target(request.uri.path(), request.uri.query());
    let mut text = format!("{} {scheme}://{}{target}\n", request.method, host.unwrap_or_default());
    for (name, values) in hiding.headers(&request.headers) {
        values.iter().for_each(|value| text.push_str(&format!("{name}: {value}\n")));
    }
    match hiding.body(&request.headers, body) {
        Recorded::Text(body) if body.is_empty() => {}
        Recorded::Text(body) => text.push_str(&format!("\n{body}\n")),
        Recorded::Base64(body) => text.push_str(&format!("\n{body}\n")),
        Recorded::LeftOut(kind) => text.push_str(&format!("\n({kind})\n")),
    }
    text
}

impl Replay {
    /// Replays a file of a [`Recorder`], in order. A request with another method or path than the recorded one fails,
    /// and so does a request beyond the last.
    pub fn from_file(path: impl AsRef<Path>) -> io::Result<Self> {
        let exchanges: Vec<Exchange> = serde_json::from_slice(&std::fs::read(path)?)?;
        let replies: io::Result<Vec<Reply>> = exchanges.into_iter().map(Exchange::reply).collect();
        Ok(Self::new(replies?))
    }
}

impl Exchange {
    fn reply(self) -> io::Result<Reply> {
        let Message { status, headers, body, base64, left_out, .. } = self.response;
        let path = self.request.target.unwrap_or_default();
        let path = path.split('?').next().unwrap_or_default().to_owned();
        let method = self.request.method.unwrap_or_default();
        if let Some(kind) = left_out {
            let why = format!(
                "the body of this response was left out of the recording ({kind}), as it could not be searched for secrets: \
                 see `Recorder::keep_opaque_bodies`"
            );
            return Ok(Reply::of(Kind::Wrong(why)).expecting(method, path));
        }
        let body = match base64 {
            true => STANDARD.decode(body).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?,
            false => body.into_bytes(),
        };
        let mut reply = Reply::new(status.unwrap_or_default());
        // Lengths and encodings refer to the bytes on the wire.
        let framing = ["content-length", "content-encoding", "transfer-encoding"];
        for (name, values) in headers.iter().filter(|(name, _)| !framing.contains(&name.as_str())) {
            reply = values.iter().fold(reply, |reply, value| reply.header(name, value));
        }
        Ok(reply.body(body).expecting(method, path))
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("path", &self.path).field("inner", &self.inner).finish_non_exhaustive()
    }
}
