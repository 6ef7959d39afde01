//! Requests to services that issue credentials.

use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, Request};
use tokio::sync::OnceCell;

use super::config::ProviderConfig;
use super::document::Document;
use super::provider::CredentialsError;
use crate::data::secret::Secret;
use crate::retry;
use crate::transport::clock::Clock;
use crate::transport::{
    Exchange as UnderWay, RequestBody, ReqwestTransport, Transport, TransportError, TransportErrorKind, in_runtime,
};

/// Sends requests to services: each up to four times, as long as it fails temporarily.
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
    /// Whether requests use the proxies in the environment.
    proxies: bool,
    /// Whether an attempt without a connection is repeated.
    persistent: bool,
}

/// A response, in memory.
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

/// Why there is no response.
pub(super) enum Fault {
    /// No connection could be established.
    Unreachable(TransportError),
    /// There was no response, or only a part of it.
    Lost(TransportError),
    /// The request could not be made.
    Failed(String),
}

const NETWORK: Limits =
    Limits { connect: Duration::from_secs(5), attempt: Duration::from_secs(10), proxies: true, persistent: true };

/// Creates the request of each attempt.
pub(super) type NewRequest<'a> = dyn Fn() -> Result<Request<RequestBody>, String> + Send + Sync + 'a;

/// Why a service did not return what was requested.
pub(crate) enum LookupError {
    Transport(TransportError),
    Refused {
        status: u16,
        code: Option<String>,
        headers: HeaderMap,
        /// The service's message.
        words: String,
    },
    Other(String),
}

const ATTEMPTS: u32 = 4;
/// Pause before the second attempt; doubled before each further one.
const PAUSE: Duration = Duration::from_millis(100);
/// Larger than any response with keys.
const LARGEST: usize = 1 << 16;

impl Exchange {
    /// For a service on the network, through the proxies in the environment.
    pub(super) fn new(config: &ProviderConfig) -> Self {
        Self::with(config, NETWORK)
    }

    /// For a local service. Its requests are not meant for third parties, including proxies.
    pub(super) fn beside(config: &ProviderConfig) -> Self {
        Self::with(config, Limits { proxies: false, ..NETWORK })
    }

    /// For the server's metadata service. It is on the local link, and unreachable elsewhere.
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

    /// Sends the request that `request` creates, anew for each attempt.
    pub(super) async fn send(&self, request: &NewRequest<'_>) -> Result<Reply, Fault> {
        in_runtime().map_err(Fault::Failed)?;
        let mut attempt = 1;
        loop {
            let outcome = self.once(request().map_err(Fault::Failed)?).await;
            let passes = match &outcome {
                Ok(reply) => reply.status >= 500 || reply.status == 429,
                // Without a connection a retry is pointless, and would delay each start of a program outside of the
                // vendor's servers.
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

    async fn once(&self, mut request: Request<RequestBody>) -> Result<Reply, Fault> {
        let Limits { connect, attempt, proxies, .. } = self.settings;
        let build = || async {
            let builder = ReqwestTransport::builder().connect_timeout(connect);
            let builder = if proxies { builder } else { builder.no_proxy() };
            builder.build().map(|transport| Arc::new(transport) as Arc<dyn Transport>).map_err(|error| error.0)
        };
        let transport = self.transport.get_or_try_init(build).await.map_err(Fault::Failed)?;
        let under_way = UnderWay::default();
        request.extensions_mut().insert(under_way.clone());
        let exchange = async {
            let (parts, body) = transport.send(request).await?.into_parts();
            let body = zeroize::Zeroizing::new(body.collect_within(LARGEST).await?.to_vec());
            Ok(Reply { status: parts.status.as_u16(), headers: parts.headers, body })
        };
        // Callers have a time limit, too, which may be shorter.
        match under_way.unless_dropped(under_way.within(&*self.clock, attempt, pin!(exchange))).await {
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

    /// Sends the request that `request` creates, and reads the JSON of a success. `secrets` are those in the request,
    /// which no error may show.
    pub(super) async fn json(
        &self,
        secrets: &[&Secret],
        request: &NewRequest<'_>,
    ) -> Result<(Document, HeaderMap), String> {
        self.try_json(secrets, request).await.map_err(|why| why.to_string())
    }

    /// Like [`json`](Self::json), with the error as data, for callers that can react to it.
    pub(super) async fn try_json(
        &self,
        secrets: &[&Secret],
        request: &NewRequest<'_>,
    ) -> Result<(Document, HeaderMap), LookupError> {
        let reply = self.send(request).await.map_err(|fault| match fault {
            Fault::Unreachable(error) | Fault::Lost(error) => LookupError::Transport(error),
            Fault::Failed(why) => LookupError::Other(why),
        })?;
        if !reply.is_success() {
            let (code, words) = refused(&reply, secrets);
            return Err(LookupError::Refused { status: reply.status, code, headers: reply.headers, words });
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

impl fmt::Display for LookupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transport(error) => error.fmt(f),
            Self::Refused { words: why, .. } | Self::Other(why) => f.write_str(why),
        }
    }
}

impl From<String> for LookupError {
    fn from(why: String) -> Self {
        Self::Other(why)
    }
}

impl From<Fault> for CredentialsError {
    fn from(fault: Fault) -> Self {
        Self::new(fault)
    }
}

/// A request without a body. The error does not show the URL, which may contain a password.
pub(super) fn request(
    method: http::Method,
    url: &str,
    headers: &[(&str, &Secret)],
) -> Result<Request<RequestBody>, String> {
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        let mut value = http::HeaderValue::from_str(value.expose())
            .map_err(|_| format!("the value of `{name}` contains a line break or another control character"))?;
        value.set_sensitive(true);
        request = request.header(*name, value);
    }
    request.body(RequestBody::default()).map_err(|_| "the URL is invalid".to_owned())
}

/// A request with a JSON body.
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

/// The fields with the code of a refusal.
const CODES: [&str; 4] = ["Code", "code", "error_code", "errorCode"];

/// Whether a service refused the keys of the request, so that others may be accepted.
pub(super) fn blames_keys(reply: &Reply) -> bool {
    let code = first(&Document::parse(&reply.body).unwrap_or_default(), &CODES);
    retry::blames_keys(Some(reply.status), code.as_deref())
}

/// The first of these fields in the error response of a service.
fn first(body: &Document, names: &[&str]) -> Option<String> {
    let parts = [body, body.get("error"), body.get("Error")];
    names.iter().flat_map(|name| parts.map(|part| part.get(name))).find_map(|value| match value {
        Document::Text(text) | Document::Number(text) => Some(text.expose().to_owned()),
        _ => None,
    })
}

/// Description of a refusal: status, code, request id, and the message if it cannot contain secrets.
pub(super) fn refusal(reply: &Reply, secrets: &[&Secret]) -> String {
    refused(reply, secrets).1
}

/// The code, and the whole refusal as text.
fn refused(reply: &Reply, secrets: &[&Secret]) -> (Option<String>, String) {
    let body = Document::parse(&reply.body).unwrap_or_default();
    let first = |names: &[&str]| first(&body, names);
    let is_id = |text: &String| {
        !text.is_empty()
            && text.len() <= 100
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-:".contains(&byte))
    };
    let holds_none = |text: &String| !secrets.iter().any(|secret| contains_secret(text, secret.expose()));
    let code = first(&CODES).filter(is_id).filter(holds_none);
    let id = first(&["RequestId", "request_id", "requestId"]).filter(is_id).filter(holds_none);
    let id = id.or_else(|| {
        let header =
            ["x-request-id", "x-iam-trace-id", "x-acs-request-id"].iter().find_map(|it| reply.headers.get(*it));
        header.and_then(|id| Some(id.to_str().ok()?.to_owned())).filter(is_id)
    });
    // Messages about signatures quote the signed text.
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

/// Whether a string contains a secret, or a substantial part of it, verbatim or percent-encoded.
fn contains_secret(text: &str, secret: &str) -> bool {
    let secret = secret.trim();
    let start: String = secret.chars().take(16).collect();
    let encoded = crate::codec::encode::strict(&start).to_string();
    !secret.is_empty() && (text.contains(&start) || text.contains(&encoded))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_core::future::BoxFuture;
    use http::Response;

    use super::*;
    use crate::transport::ByteStream;

    /// Never responds, and counts the requests and those that timed out.
    #[derive(Clone, Debug, Default)]
    struct Silent {
        sent: Arc<AtomicUsize>,
        left: Arc<AtomicUsize>,
    }

    impl Transport for Silent {
        fn send(&self, request: Request<RequestBody>) -> BoxFuture<'_, Result<Response<ByteStream>, TransportError>> {
            self.sent.fetch_add(1, Ordering::SeqCst);
            let left = self.left.clone();
            let under_way = request.extensions().get::<UnderWay>().expect("an exchange");
            under_way.when_out_of_time(move || {
                left.fetch_add(1, Ordering::SeqCst);
            });
            Box::pin(std::future::pending())
        }
    }

    /// Only a code that cannot be anything else is quoted.
    #[test]
    fn odd_codes_are_not_quoted() {
        let long = "x".repeat(101);
        for (code, is_quoted) in
            [("Throttling.User", true), (&long[..100], true), ("", false), ("a b", false), (&long, false)]
        {
            let body = serde_json::json!({ "Code": code }).to_string().into_bytes().into();
            let reply = Reply { status: 400, headers: HeaderMap::new(), body };
            assert_eq!(refusal(&reply, &[]).contains(", code "), is_quoted, "{code}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn connections_are_abandoned_after_a_timeout() {
        let silent = Silent::default();
        let exchange = Exchange::new(&ProviderConfig::new().transport(silent.clone()));
        let send = || exchange.send(&|| request(http::Method::GET, "http://localhost/", &[]));
        assert!(matches!(send().await, Err(Fault::Lost(_))));
        assert_eq!((silent.sent.load(Ordering::SeqCst), silent.left.load(Ordering::SeqCst)), (4, 4));
        // The caller's time limit is shorter.
        assert!(tokio::time::timeout(Duration::from_secs(1), send()).await.is_err());
        assert_eq!((silent.sent.load(Ordering::SeqCst), silent.left.load(Ordering::SeqCst)), (5, 5));
    }
}
