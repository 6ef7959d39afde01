//! Asks the services that issue credentials.

use std::fmt;
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
        in_runtime().map_err(Fault::Failed)?;
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
        // Whoever asks for credentials has a time limit, too, which may be the shorter one.
        match under_way.unless_dropped(under_way.within(&*self.clock, attempt, exchange)).await {
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_core::future::BoxFuture;
    use http::Response;

    use super::*;
    use crate::transport::ByteStream;

    /// Never answers, and counts the requests and those on which time ran out.
    #[derive(Clone, Debug, Default)]
    struct Silent {
        sent: Arc<AtomicUsize>,
        left: Arc<AtomicUsize>,
    }

    impl Transport for Silent {
        fn send(&self, request: Request<RequestBody>) -> BoxFuture<'_, Result<Response<ByteStream>, TransportError>> {
            self.sent.fetch_add(1, Ordering::SeqCst);
            let left = self.left.clone();
            let under_way = request.extensions().get::<UnderWay>().expect("it can be left");
            under_way.when_out_of_time(move || {
                left.fetch_add(1, Ordering::SeqCst);
            });
            Box::pin(std::future::pending())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_on_which_time_ran_out_is_left() {
        let silent = Silent::default();
        let exchange = Exchange::new(&ProviderConfig::new().transport(silent.clone()));
        let ask = || exchange.send(|| request(http::Method::GET, "http://localhost/", &[]));
        assert!(matches!(ask().await, Err(Fault::Lost(_))));
        assert_eq!((silent.sent.load(Ordering::SeqCst), silent.left.load(Ordering::SeqCst)), (4, 4));
        // Whoever asks has less time.
        assert!(tokio::time::timeout(Duration::from_secs(1), ask()).await.is_err());
        assert_eq!((silent.sent.load(Ordering::SeqCst), silent.left.load(Ordering::SeqCst)), (5, 5));
    }
}
