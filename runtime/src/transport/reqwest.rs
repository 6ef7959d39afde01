//! The default transport: reqwest.

use std::error::Error as StdError;
use std::time::Duration;

use futures_core::future::BoxFuture;
use futures_util::TryStreamExt as _;
use http::header::CONTENT_LENGTH;
use http::{HeaderValue, Method, Request, Response};

use super::byte_stream::ByteStream;
use super::error::{TransportError, TransportErrorKind};
use super::request_body::RequestBody;
use super::send::Transport;
use crate::data::secret::Secret;

/// What the default transport is built with.
#[derive(Debug)]
pub(crate) struct HttpSettings {
    pub(crate) connect_timeout: Duration,
    /// Whether redirects are followed, within an origin.
    pub(crate) redirects: bool,
    /// Instead of the proxies that the environment or the system names.
    pub(crate) proxy: Option<Secret>,
    pub(crate) no_proxy: bool,
    /// Authorities to trust besides those of the system, in PEM.
    pub(crate) root_certificates: Vec<Vec<u8>>,
    pub(crate) invalid_certificates: bool,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            redirects: false,
            proxy: None,
            no_proxy: false,
            root_certificates: Vec::new(),
            invalid_certificates: false,
        }
    }
}

/// The transport that clients use unless told otherwise: reqwest, with HTTP/2 where the server offers it, and connections that
/// are kept for the next call.
///
/// TLS is rustls; with the feature `native-tls` it is the system's.
#[derive(Clone, Debug)]
pub struct ReqwestTransport {
    client: reqwest::Client,
    connect_timeout: Option<Duration>,
}

impl ReqwestTransport {
    /// With a client of your own: proxies, certificates, pools. Let it follow no redirects where requests are signed.
    pub fn new(client: reqwest::Client) -> Self {
        Self { client, connect_timeout: None }
    }

    /// The default client: the system's proxies and no redirects but, if allowed, to the same origin.
    pub(crate) fn build(settings: &HttpSettings) -> Result<Self, String> {
        // A signature holds for one URL, and reqwest drops only well-known credentials when it leaves an origin.
        let policy = if settings.redirects {
            reqwest::redirect::Policy::custom(|attempt| {
                let origin = attempt.previous().first().map(|url| url.origin());
                if attempt.previous().len() <= 5 && origin == Some(attempt.url().origin()) {
                    attempt.follow()
                } else {
                    attempt.stop()
                }
            })
        } else {
            reqwest::redirect::Policy::none()
        };
        let mut builder = reqwest::Client::builder().redirect(policy).connect_timeout(settings.connect_timeout);
        if settings.no_proxy {
            builder = builder.no_proxy();
        }
        if let Some(url) = &settings.proxy {
            // The URL may hold a password, and the error the URL.
            let proxy = reqwest::Proxy::all(url.expose())
                .map_err(|_| "the proxy's URL is not one, such as http://host:port".to_owned())?;
            builder = builder.proxy(proxy);
        }
        let client = secured(builder, settings)?
            .build()
            .map_err(|error| format!("the HTTP client cannot start: {}", causes(&error)))?;
        Ok(Self { client, connect_timeout: Some(settings.connect_timeout) })
    }

    fn error(&self, error: reqwest::Error, kind: TransportErrorKind) -> TransportError {
        // The URL may hold secrets, and the operation's name says more.
        let error = error.without_url();
        let (kind, message) = match (error.is_connect(), error.is_timeout(), self.connect_timeout) {
            (true, true, Some(limit)) => (
                TransportErrorKind::ConnectTimeout,
                format!("no connection within {limit:?} (`connect_timeout`): {}", causes(&error)),
            ),
            (true, true, None) => {
                (TransportErrorKind::ConnectTimeout, format!("no connection in time: {}", causes(&error)))
            }
            (true, false, _) => (TransportErrorKind::Connect, format!("no connection: {}{NO_TLS}", causes(&error))),
            (false, ..) => (kind, causes(&error)),
        };
        TransportError::new(kind, message).with_source(error)
    }
}

impl Transport for ReqwestTransport {
    fn send(&self, request: Request<RequestBody>) -> BoxFuture<'_, Result<Response<ByteStream>, TransportError>> {
        Box::pin(async move {
            let request = reqwest::Request::try_from(with_length(request))
                .map_err(|error| self.error(error, TransportErrorKind::Connect))?;
            let mut received =
                self.client.execute(request).await.map_err(|error| self.error(error, TransportErrorKind::Request))?;
            let mut response = Response::new(());
            *response.status_mut() = received.status();
            *response.headers_mut() = std::mem::take(received.headers_mut());
            let transport = self.clone();
            let body = received.bytes_stream().map_err(move |error| transport.error(error, TransportErrorKind::Body));
            Ok(response.map(|()| ByteStream::new(body)))
        })
    }
}

/// The request as reqwest takes it, with the length of its body where that is known: also where it is nothing, and servers expect
/// something (RFC 9110, 8.6).
fn with_length(request: Request<RequestBody>) -> Request<reqwest::Body> {
    let (mut parts, body) = request.into_parts();
    let expected = matches!(parts.method, Method::POST | Method::PUT | Method::PATCH);
    if let Some(length) = body.len().filter(|length| *length > 0 || expected) {
        parts.headers.entry(CONTENT_LENGTH).or_insert(HeaderValue::from(length));
    }
    let body = match body.as_bytes() {
        Some(bytes) => reqwest::Body::from(bytes.clone()),
        None => reqwest::Body::wrap_stream(body.into_stream()),
    };
    Request::from_parts(parts, body)
}

/// What an error of connecting may come from.
const NO_TLS: &str = if cfg!(any(feature = "rustls", feature = "native-tls")) {
    ""
} else {
    " (this build speaks no TLS: turn on the feature `rustls` or `native-tls`)"
};

/// Trusts whom the settings name.
#[cfg(any(feature = "rustls", feature = "native-tls"))]
fn secured(mut builder: reqwest::ClientBuilder, settings: &HttpSettings) -> Result<reqwest::ClientBuilder, String> {
    #[cfg(feature = "native-tls")]
    {
        builder = builder.tls_backend_native();
    }
    builder = builder.tls_danger_accept_invalid_certs(settings.invalid_certificates);
    for pem in &settings.root_certificates {
        let found = reqwest::Certificate::from_pem_bundle(pem)
            .map_err(|error| format!("a root certificate cannot be read: {}", causes(&error)))?;
        if found.is_empty() {
            return Err("a root certificate is not PEM: there is no `-----BEGIN CERTIFICATE-----` in it".to_owned());
        }
        builder = builder.tls_certs_merge(found);
    }
    Ok(builder)
}

/// Without TLS there is nobody to trust; `https` addresses are refused when they are called.
#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
fn secured(builder: reqwest::ClientBuilder, settings: &HttpSettings) -> Result<reqwest::ClientBuilder, String> {
    if !settings.root_certificates.is_empty() || settings.invalid_certificates {
        return Err("certificates need TLS: turn on the feature `rustls` or `native-tls`".to_owned());
    }
    Ok(builder)
}

/// The whole chain in one line: reqwest's own `Display` stops at "error sending request".
fn causes(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        next = cause.source();
    }
    text
}
