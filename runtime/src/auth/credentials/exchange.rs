//! Asks the services that issue credentials.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, Request};
use tokio::sync::OnceCell;

use super::config::ProviderConfig;
use super::document::Document;
use super::provider::CredentialsError;
use crate::auth::clock::{self, Clock};
use crate::data::secret::Secret;
use crate::retry;
use crate::transport::{RequestBody, ReqwestTransport, Transport, TransportError, TransportErrorKind};

/// How services are asked: each request up to four times, as long as it fails for reasons that pass.
#[derive(Clone, Debug)]
pub(super) struct Exchange {
    settings: Limits,
    clock: Arc<dyn Clock>,
    transport: Arc<OnceCell<Arc<dyn Transport>>>,
}

#[derive(Clone, Copy, Debug)]
struct Limits {
    connect: Duration,
    attempt: Duration,
    /// Whether requests go by way of the proxies that the environment names.
    proxies: bool,
    /// Whether an attempt that meets nobody is repeated.
    persistent: bool,
}

/// What came back, in memory.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: zeroize::Zeroizing<Vec<u8>>,
}

impl Reply {
    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Why nothing came back.
pub(super) enum Fault {
    /// Nobody is there.
    Unreachable(TransportError),
    /// There was no response, or not the whole of it.
    Lost(TransportError),
    /// There was nothing to send, or nothing to send it with.
    Failed(String),
}

const NETWORK: Limits =
    Limits { connect: Duration::from_secs(5), attempt: Duration::from_secs(10), proxies: true, persistent: true };

/// Why a service did not tell what it was asked.
pub(crate) enum Unanswered {
    Transport(TransportError),
    Refused {
        status: u16,
        code: Option<String>,
        headers: HeaderMap,
        /// What the service said.
        words: String,
    },
    Other(String),
}

const ATTEMPTS: u32 = 4;
/// Before the second attempt; twice as long before each further one.
const PAUSE: Duration = Duration::from_millis(100);
/// More than any response that has keys in it.
const LARGEST: usize = 1 << 16;

impl Exchange {
    /// With a service on the network, by way of the proxies that the environment names.
    pub(super) fn new(config: &ProviderConfig) -> Self {
        Self::with(config, NETWORK)
    }

    /// With a service beside the program. What is sent there is for nobody else, a proxy among them.
    pub(super) fn beside(config: &ProviderConfig) -> Self {
        Self::with(config, Limits { proxies: false, ..NETWORK })
    }

    /// With the metadata service of the server that this runs on. It is next door; elsewhere nobody answers.
    pub(super) fn local(config: &ProviderConfig) -> Self {
        let limits = Limits {
            connect: Duration::from_secs(1),
            attempt: Duration::from_secs(5),
            proxies: false,
            persistent: false,
        };
        Self::with(config, limits)
    }

    fn with(config: &ProviderConfig, settings: Limits) -> Self {
        let transport = config.own_transport().map(|transport| OnceCell::new_with(Some(transport)));
        Self { settings, clock: config.own_clock(), transport: Arc::new(transport.unwrap_or_default()) }
    }

    /// Sends what `request` makes, anew for each attempt.
    pub(super) async fn send(
        &self,
        request: impl Fn() -> Result<Request<RequestBody>, String>,
    ) -> Result<Reply, Fault> {
        let mut attempt = 1;
        loop {
            let outcome = self.once(request().map_err(Fault::Failed)?).await;
            let passes = match &outcome {
                Ok(reply) => reply.status >= 500 || reply.status == 429,
                // Where nobody was met, nobody will be a moment later, and every start of a program elsewhere would wait.
                Err(Fault::Unreachable(_)) => self.settings.persistent,
                Err(Fault::Lost(_) | Fault::Failed(_)) => true,
            };
            if !passes || attempt == ATTEMPTS {
                return outcome;
            }
            let pause = PAUSE * 2u32.pow(attempt - 1);
            self.clock.sleep(pause.mul_f64(0.5 + fastrand::f64() / 2.0)).await;
            attempt += 1;
        }
    }

    async fn once(&self, request: Request<RequestBody>) -> Result<Reply, Fault> {
        let Limits { connect, attempt, proxies, .. } = self.settings;
        let build = || async {
            let builder = ReqwestTransport::builder().connect_timeout(connect);
            let builder = if proxies { builder } else { builder.no_proxy() };
            builder.build().map(|transport| Arc::new(transport) as Arc<dyn Transport>).map_err(|error| error.0)
        };
        let transport = self.transport.get_or_try_init(build).await.map_err(Fault::Failed)?;
        let exchange = async {
            let (parts, body) = transport.send(request).await?.into_parts();
            let body = zeroize::Zeroizing::new(body.collect_within(LARGEST).await?.to_vec());
            Ok(Reply { status: parts.status.as_u16(), headers: parts.headers, body })
        };
        match clock::within(&*self.clock, attempt, exchange).await {
            Some(reply) => reply.map_err(|error: TransportError| match error.kind() {
                TransportErrorKind::Connect | TransportErrorKind::ConnectTimeout => Fault::Unreachable(error),
                _ => Fault::Lost(error),
            }),
            None => {
                let late = format!("no response within {attempt:?}");
                Err(Fault::Lost(TransportError::new(TransportErrorKind::ReadTimeout, late)))
            }
        }
    }

    /// Sends what `request` makes, and reads the JSON of a success. `secrets` are those in the request, which no error may show.
    pub(super) async fn json(
        &self,
        secrets: &[&Secret],
        request: impl Fn() -> Result<Request<RequestBody>, String>,
    ) -> Result<(Document, HeaderMap), String> {
        self.answer(secrets, request).await.map_err(|why| why.to_string())
    }

    /// The same, for those who can do something about what went wrong.
    pub(super) async fn answer(
        &self,
        secrets: &[&Secret],
        request: impl Fn() -> Result<Request<RequestBody>, String>,
    ) -> Result<(Document, HeaderMap), Unanswered> {
        let reply = self.send(request).await.map_err(|fault| match fault {
            Fault::Unreachable(error) | Fault::Lost(error) => Unanswered::Transport(error),
            Fault::Failed(why) => Unanswered::Other(why),
        })?;
        if !reply.is_success() {
            let (code, words) = refused(&reply, secrets);
            return Err(Unanswered::Refused { status: reply.status, code, headers: reply.headers, words });
        }
        Ok((Document::parse(&reply.body)?, reply.headers))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(error) | Self::Lost(error) => error.fmt(f),
            Self::Failed(why) => f.write_str(why),
        }
    }
}

impl fmt::Display for Unanswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transport(error) => error.fmt(f),
            Self::Refused { words: why, .. } | Self::Other(why) => f.write_str(why),
        }
    }
}

impl From<String> for Unanswered {
    fn from(why: String) -> Self {
        Self::Other(why)
    }
}

impl From<Fault> for CredentialsError {
    fn from(fault: Fault) -> Self {
        Self::new(fault)
    }
}

/// A request without a body. The error does not show the URL, which may hold a password.
pub(super) fn request(
    method: http::Method,
    url: &str,
    headers: &[(&str, &Secret)],
) -> Result<Request<RequestBody>, String> {
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        let mut value = http::HeaderValue::from_str(value.expose())
            .map_err(|_| format!("what `{name}` is to hold has a line break or the like in it"))?;
        value.set_sensitive(true);
        request = request.header(*name, value);
    }
    request.body(RequestBody::default()).map_err(|_| "the URL is not one".to_owned())
}

/// A request with JSON.
pub(super) fn json_request(
    url: &str,
    headers: &[(&str, &Secret)],
    body: &serde_json::Value,
) -> Result<Request<RequestBody>, String> {
    let mut request = request(http::Method::POST, url, headers)?;
    let json = http::HeaderValue::from_static("application/json");
    request.headers_mut().insert(http::header::CONTENT_TYPE, json.clone());
    request.headers_mut().insert(http::header::ACCEPT, json);
    *request.body_mut() = crate::data::secret::wiped(body.to_string().into_bytes()).into();
    Ok(request)
}

/// The fields that have a refusal's code.
const CODES: [&str; 4] = ["Code", "code", "error_code", "errorCode"];

/// Whether a service refused because of the keys that the request was signed with, so that others may do.
pub(super) fn blames_keys(reply: &Reply) -> bool {
    let code = first(&Document::parse(&reply.body).unwrap_or_default(), &CODES);
    retry::blames_keys(Some(reply.status), code.as_deref())
}

/// The first of these fields in the response of a service that refused.
fn first(body: &Document, names: &[&str]) -> Option<String> {
    let parts = [body, body.get("error"), body.get("Error")];
    names.iter().flat_map(|name| parts.map(|part| part.get(name))).find_map(|value| match value {
        Document::Text(text) | Document::Number(text) => Some(text.expose().to_owned()),
        _ => None,
    })
}

/// What a service said when it refused: status, code, request id, and its words where they cannot be secret.
pub(super) fn refusal(reply: &Reply, secrets: &[&Secret]) -> String {
    refused(reply, secrets).1
}

/// The code, and all of it in words.
fn refused(reply: &Reply, secrets: &[&Secret]) -> (Option<String>, String) {
    let body = Document::parse(&reply.body).unwrap_or_default();
    let first = |names: &[&str]| first(&body, names);
    let is_id = |text: &String| {
        !text.is_empty()
            && text.len() <= 100
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-:".contains(&byte))
    };
    let holds_none = |text: &String| !secrets.iter().any(|secret| holds(text, secret.expose()));
    let code = first(&CODES).filter(is_id).filter(holds_none);
    let id = first(&["RequestId", "request_id", "requestId"]).filter(is_id).filter(holds_none);
    let id = id.or_else(|| {
        let header =
            ["x-request-id", "x-iam-trace-id", "x-acs-request-id"].iter().find_map(|it| reply.headers.get(*it));
        header.and_then(|id| Some(id.to_str().ok()?.to_owned())).filter(is_id)
    });
    // What a service says of signatures quotes what was signed.
    let of_signature = code.as_ref().is_some_and(|code| code.contains("Signature"));
    let message = first(&["Message", "message", "error_msg", "errorMsg"]).filter(|_| !of_signature).filter(holds_none);
    let mut text = format!("status {}", reply.status);
    if let Some(code) = &code {
        text.push_str(&format!(", code {code}"));
    }
    if let Some(message) = message.filter(|message| !message.trim().is_empty()) {
        let line: String = message.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect();
        text.push_str(&format!(", {}", line.trim()));
    }
    if let Some(id) = id {
        text.push_str(&format!(" (request id {id})"));
    }
    (code, text)
}

/// Whether a text has a secret in it, or a good part of it, as it is or as URLs have it.
fn holds(text: &str, secret: &str) -> bool {
    let secret = secret.trim();
    let start: String = secret.chars().take(16).collect();
    let encoded = crate::codec::encode::strict(&start).to_string();
    !secret.is_empty() && (text.contains(&start) || text.contains(&encoded))
}

/// The name of a thing as a URL's path has it; it cannot leave its place.
pub(super) fn segment(name: &str) -> Result<String, String> {
    match name.trim() {
        "" | "." | ".." => Err("a name is empty or consists of dots".to_owned()),
        name => Ok(crate::codec::encode::strict(name).to_string()),
    }
}

/// An HTTP URL. Secrets may be sent there if the program or a profile names it; for what the environment names, see [`is_guarded`].
pub(super) fn is_url(url: &str) -> bool {
    let uri = url.parse::<http::Uri>().ok();
    uri.is_some_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some())
}

/// The address of a service as it was given. It shows scheme, host and port only: the rest may have a password or a token in it.
#[derive(Clone)]
pub(super) struct Address(String);

impl Address {
    pub(super) fn new(url: impl Into<String>) -> Self {
        Self(url.into())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// What no message may repeat: name and password, the path and long parts of it, and what the query's parameters are.
    pub(super) fn secrets(&self) -> Vec<Secret> {
        let Ok(uri) = self.0.parse::<http::Uri>() else { return vec![Secret::from(self.0.as_str())] };
        let user = uri.authority().and_then(|authority| authority.as_str().rsplit_once('@'));
        let user = user.into_iter().flat_map(|(user, _)| user.split(':'));
        // Names of places are short and stand in ordinary sentences, tokens are long.
        let places = uri.path().split('/').filter(|place| 16 <= place.len());
        let path = Some(uri.path()).filter(|path| *path != "/").into_iter().chain(places);
        let values = uri.query().into_iter().flat_map(|query| query.split('&'));
        let values = values.map(|pair| pair.split_once('=').map_or(pair, |(_, value)| value));
        let parts = user.chain(path).chain(values).filter(|part| !part.is_empty());
        let forms = parts.flat_map(|part| {
            let decoded = percent_encoding::percent_decode_str(part).decode_utf8_lossy();
            [Secret::from(part), Secret::from(decoded.into_owned())]
        });
        forms.collect()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let uri = self.0.parse::<http::Uri>().ok();
        match uri.as_ref().and_then(|uri| Some((uri.scheme_str()?, uri.host()?, uri.port()))) {
            Some((scheme, host, Some(port))) => write!(f, "{scheme}://{host}:{port}"),
            Some((scheme, host, None)) => write!(f, "{scheme}://{host}"),
            None => f.write_str("an address that is not a URL"),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_string(), f)
    }
}

/// A URL where nobody on the way can read along: HTTPS anywhere, plain HTTP only on this machine and its own link.
pub(super) fn is_guarded(url: &str) -> bool {
    let Ok(uri) = url.parse::<http::Uri>() else { return false };
    let Some(host) = uri.host() else { return false };
    match uri.scheme_str() {
        Some("https") => true,
        Some("http") => host.eq_ignore_ascii_case("localhost") || is_near(host),
        _ => false,
    }
}

/// Whether a host is an address of loopback or link-local.
fn is_near(host: &str) -> bool {
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    match host.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(address)) => address.is_loopback() || address.is_link_local(),
        Ok(IpAddr::V6(address)) => address.is_loopback() || address.is_unicast_link_local(),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_only_nearby() {
        for url in [
            "https://example.com/x",
            "http://127.0.0.1:7002/",
            "http://LocalHost/",
            "http://[::1]:80/",
            "http://169.254.170.23/v1",
            "http://[fe80::1]/",
        ] {
            assert!(is_guarded(url), "{url}");
        }
        for url in [
            "http://example.com/",
            "http://10.0.0.1/",
            "http://127.0.0.1.example.com/",
            "http://localhost.example.com/",
            "http://127.0.0.1@example.com/",
            "http://[2001:db8::1]/",
            "ftp://127.0.0.1/",
            "127.0.0.1",
            "/path",
        ] {
            assert!(!is_guarded(url), "{url}");
        }
    }
}
