//! The default transport: reqwest.

use std::cell::Cell;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_core::future::BoxFuture;
use futures_util::TryStreamExt as _;
use http::header::CONTENT_LENGTH;
use http::{HeaderValue, Method, Request, Response, Version};

use super::byte_stream::ByteStream;
use super::causes::causes;
use super::error::{TransportError, TransportErrorKind};
use super::exchange::Exchange;
use super::request_body::RequestBody;
use super::send::Transport;
use super::tls::is_denied;

/// The default transport of clients: reqwest, with HTTP/2 if the server supports it, and a connection pool. Clones
/// share the connections.
///
/// TLS is rustls; with the feature `native-tls` it is the system's. After an attempt without a response in time, later
/// calls use new connections, as a dead HTTP/2 connection would fail them all; calls in progress continue on theirs.
/// Connections are replaced at most once in two seconds.
#[derive(Clone)]
pub struct ReqwestTransport(Arc<Shared>);

struct Shared {
    pool: Mutex<Pool>,
    make: Option<Make>,
    connect_timeout: Option<Duration>,
}

type Make = Box<dyn Fn() -> Result<reqwest::Client, String> + Send + Sync>;

/// A client and its connections.
#[derive(Clone)]
struct Pool {
    client: reqwest::Client,
    /// Number of pools before it.
    number: u64,
    seen: Arc<Seen>,
    /// When the previous pool was retired, or this one is being retired, while its successor is created.
    left: Option<Instant>,
}

/// Minimum lifetime of connections that replaced others after a timeout. New ones cost a handshake and loading the
/// system's certificates, and a single call with too short a limit for its operation would otherwise end the
/// connections of all others repeatedly. If a new connection is dead again, calls fail for at most this long.
const LEAST_LIFE: Duration = Duration::from_secs(2);

/// The versions of HTTP of its responses.
#[derive(Default)]
struct Seen {
    http1: AtomicBool,
    http2: AtomicBool,
}

impl ReqwestTransport {
    /// Creates a transport with a custom client. The client must not follow redirects if requests are signed.
    ///
    /// Its connections cannot be replaced after timeouts. If it supports HTTP/2, use [`from_fn`](Self::from_fn), or
    /// enable reqwest's `http2_keep_alive_interval`.
    pub fn new(client: reqwest::Client) -> Self {
        Self::of(client, None, None)
    }

    /// Creates a transport with a factory of custom clients: the first is created immediately, others to replace
    /// connections after timeouts.
    pub fn from_fn(
        make: impl Fn() -> reqwest::Result<reqwest::Client> + Send + Sync + 'static,
    ) -> reqwest::Result<Self> {
        let client = make()?;
        Ok(Self::of(client, Some(Box::new(move || make().map_err(|error| causes(&error)))), None))
    }

    pub(super) fn made(
        connect_timeout: Option<Duration>,
        make: impl Fn() -> Result<reqwest::Client, String> + Send + Sync + 'static,
    ) -> Result<Self, String> {
        let client = make()?;
        Ok(Self::of(client, Some(Box::new(make)), connect_timeout))
    }

    fn of(client: reqwest::Client, make: Option<Make>, connect_timeout: Option<Duration>) -> Self {
        let pool = Pool { client, number: 0, seen: Arc::default(), left: None };
        let pool = Mutex::new(pool);
        Self(Arc::new(Shared { pool, make, connect_timeout }))
    }
}

tokio::task_local! {
    /// Whether the current request was redirected.
    static REDIRECTED: Cell<bool>;
}

/// Records that the current request was redirected.
pub(super) fn note_redirect() {
    // A custom client may also be used outside of this transport.
    let _ = REDIRECTED.try_with(|redirected| redirected.set(true));
}

fn redirected() -> bool {
    REDIRECTED.try_with(Cell::get).unwrap_or_default()
}

impl Shared {
    fn pool(&self) -> MutexGuard<'_, Pool> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Retires the connections of this pool, if one of them may use HTTP/2; those of HTTP/1.1 are closed when they are
    /// abandoned. Exchanges in progress continue, and other calls use them until the new pool is ready.
    fn retire(&self, number: u64) {
        let Some(make) = self.make.as_ref().filter(|_| self.begins_to_retire(number)) else { return };
        // Without the lock: it loads certificates, which should not block others.
        match make() {
            Ok(client) => {
                let mut pool = self.pool();
                if pool.number == number {
                    *pool = Pool { client, number: number.wrapping_add(1), seen: Arc::default(), left: pool.left };
                }
            }
            Err(why) => tracing::warn!(why, "connections that timed out stay in use"),
        }
    }

    /// Whether this pool is to be retired, and is not being retired already.
    fn begins_to_retire(&self, number: u64) -> bool {
        let mut pool = self.pool();
        let only_http1 = pool.seen.http1.load(Ordering::Relaxed) && !pool.seen.http2.load(Ordering::Relaxed);
        let is_new = pool.left.is_some_and(|left| left.elapsed() < LEAST_LIFE);
        let leaves = pool.number == number && !only_http1 && !is_new;
        if leaves {
            pool.left = Some(Instant::now());
        }
        leaves
    }

    /// `responded` is whether there was a response, such as a redirect: the request was then sent, whatever failed
    /// later.
    fn error(&self, error: reqwest::Error, kind: TransportErrorKind, responded: bool) -> TransportError {
        // The URL may contain secrets, and the operation's name is more specific.
        let error = error.without_url();
        let connects = error.is_connect() && !responded;
        let (kind, message) = match (connects, error.is_timeout(), self.connect_timeout) {
            (true, true, Some(limit)) => (
                TransportErrorKind::ConnectTimeout,
                format!("no connection within {limit:?} (`connect_timeout`): {}", causes(&error)),
            ),
            (true, true, None) => {
                (TransportErrorKind::ConnectTimeout, format!("no connection in time: {}", causes(&error)))
            }
            // TLS 1.3 rejects a client's certificate after the connection is established, but before the request is
            // read.
            (_, false, _) if kind != TransportErrorKind::Body && !responded && is_denied(&error, connects) => {
                (TransportErrorKind::ConnectDenied, format!("no connection: {}", causes(&error)))
            }
            (true, false, _) => (TransportErrorKind::Connect, format!("no connection: {}{NO_TLS}", causes(&error))),
            (false, false, _) if !responded && is_unprocessed(&error) => {
                (TransportErrorKind::Unprocessed, causes(&error))
            }
            (false, ..) => (kind, causes(&error)),
        };
        TransportError::new(kind, message).with_source(error)
    }
}

/// Whether the server stated that it did not act on the request (RFC 9113, section 8.7).
fn is_unprocessed(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<h2::Error>() {
            let refused = error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM);
            let shut_down = error.is_go_away() && error.reason() == Some(h2::Reason::NO_ERROR);
            return error.is_remote() && (refused || shut_down);
        }
        next = error.source();
    }
    false
}

impl Transport for ReqwestTransport {
    fn send(&self, request: Request<RequestBody>) -> BoxFuture<'_, Result<Response<ByteStream>, TransportError>> {
        Box::pin(async move {
            let shared = &self.0;
            let Pool { client, number, seen, .. } = shared.pool().clone();
            if let Some(exchange) = request.extensions().get::<Exchange>() {
                let shared = Arc::downgrade(shared);
                exchange.when_out_of_time(move || {
                    if let Some(shared) = shared.upgrade() {
                        shared.retire(number);
                    }
                });
            }
            let request = reqwest::Request::try_from(with_length(request))
                .map_err(|error| shared.error(error, TransportErrorKind::Connect, false))?;
            let send = async {
                let sent = client.execute(request).await;
                (sent, redirected())
            };
            let (sent, responded) = REDIRECTED.scope(Cell::new(false), send).await;
            let mut received = sent.map_err(|error| shared.error(error, TransportErrorKind::Request, responded))?;
            match received.version() {
                Version::HTTP_2 => seen.http2.store(true, Ordering::Relaxed),
                _ => seen.http1.store(true, Ordering::Relaxed),
            }
            let mut response = Response::new(());
            *response.status_mut() = received.status();
            *response.headers_mut() = std::mem::take(received.headers_mut());
            let shared = shared.clone();
            let body =
                received.bytes_stream().map_err(move |error| shared.error(error, TransportErrorKind::Body, true));
            Ok(response.map(|()| ByteStream::new(body)))
        })
    }
}

impl fmt::Debug for ReqwestTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReqwestTransport").field("connect_timeout", &self.0.connect_timeout).finish_non_exhaustive()
    }
}

/// Converts the request for reqwest, with the length of its body if it is known: even 0, if servers expect a body (RFC
/// 9110, 8.6).
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

/// A possible cause of failed connections.
const NO_TLS: &str = if cfg!(any(feature = "rustls", feature = "native-tls")) {
    ""
} else {
    " (this build does not support TLS: enable the feature `rustls` or `native-tls`)"
};
