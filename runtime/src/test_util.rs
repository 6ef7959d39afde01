//! Test utilities for programs that call a service: a transport with canned responses that keeps the requests, and a
//! manual clock. No network is used, except by a [`Recorder`], which records real responses for [`Replay::from_file`].
//!
//! ```
//! use std::time::Duration;
//!
//! use serde_json::json;
//! use yundb_runtime::test_util::{ManualClock, Replay, Reply};
//! # use yundb_runtime::{Credentials, ErrorKind, Protocol, Server, Service};
//! # static SERVICE: Service = Service {
//! #     package: "example/1", version: "1", product: "", protocol: Protocol::HuaweiRest,
//! #     servers: &[Server { url: "https://db.example.com", region: None, variables: &[] }],
//! #     schemes: &[], security: &[], jobs: &[], limits: &[], busy: &[], errors: &[],
//! # };
//! # use yundb_runtime::{RawResponse, ClientBuilder, DecodeError, FromResponse, Operation, Response, Spec};
//! # struct ListInstances;
//! # impl Operation for ListInstances {
//! #     type Output = serde_json::Value;
//! #     type Headers = ();
//! #     type Error = serde_json::Value;
//! #     const SPEC: &'static Spec = &Spec::new("ListInstances", "GET", "/v3/instances");
//! # }
//! # struct Client(yundb_runtime::Client);
//! # impl yundb_runtime::builder::SignsRequests for Client {}
//! # impl From<yundb_runtime::Client> for Client { fn from(client: yundb_runtime::Client) -> Self { Self(client) } }
//! # impl Client {
//! #     fn builder() -> ClientBuilder<Self> { ClientBuilder::new(&SERVICE) }
//! #     fn list_instances(&self) -> Call { Call(self.0.call(ListInstances::SPEC)) }
//! # }
//! # struct Call(yundb_runtime::Call);
//! # impl Call {
//! #     async fn send(self) -> Result<Response<serde_json::Value>, yundb_runtime::CallError<serde_json::Value>> {
//! #         self.0.send::<ListInstances>().await
//! #     }
//! # }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // The service is busy at first.
//! let replay = Replay::new([
//!     Reply::new(429).header("Retry-After", "2"),
//!     Reply::json(200, json!({"instances": [], "total_count": 0})),
//! ]);
//! let client = Client::builder()
//!     .endpoint("https://db.example.com")
//!     .credentials(Credentials::access_key("AK", "SK"))
//!     .transport(replay.clone())
//!     .clock(ManualClock::at("2026-01-02T03:04:05Z".parse()?))
//!     .build()?;
//! let response = client.list_instances().send().await?;
//!
//! assert_eq!(response["total_count"], 0);
//! let requests = replay.requests();
//! assert_eq!(requests.len(), 2);
//! assert_eq!(requests[1].uri().path(), "/v3/instances");
//! // The requested pause of two seconds took no time.
//! assert_eq!(requests[1].headers()["x-sdk-date"], "20260102T030407Z");
//! # Ok(())
//! # }
//! ```
//!
//! With a [`ManualClock`] pauses take no time, and advance the clock instead: a wait for a job of four hours returns
//! immediately, in async and in blocking programs.

mod hide;
mod record;

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_core::future::BoxFuture;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

pub use record::{Recorder, redacted};

use crate::transport::clock::Clock;
use crate::transport::{ByteStream, RequestBody, Transport, TransportError, TransportErrorKind};

/// A canned response.
#[derive(Debug)]
#[must_use = "pass it to `Replay`"]
pub struct Reply {
    kind: Kind,
    /// The method and path of the expected request; `None` for any.
    expected: Option<(String, String)>,
}

#[derive(Debug)]
enum Kind {
    RawResponse(Response<ByteStream>),
    Failure(TransportError),
    Never,
    /// The response itself was malformed.
    Wrong(String),
}

impl Reply {
    fn of(kind: Kind) -> Self {
        Self { kind, expected: None }
    }

    /// Restricts the reply to requests with this method and path.
    fn expecting(self, method: impl Into<String>, path: impl Into<String>) -> Self {
        Self { expected: Some((method.into(), path.into())), ..self }
    }

    /// Creates a response with this status and without a body.
    pub fn new(status: u16) -> Self {
        let mut response = Response::new(ByteStream::from(Bytes::new()));
        match StatusCode::from_u16(status) {
            Ok(status) => *response.status_mut() = status,
            Err(_) => return Self::of(Kind::Wrong(format!("{status} is not an HTTP status"))),
        }
        Self::of(Kind::RawResponse(response))
    }

    /// Creates a response with this status and a JSON body.
    pub fn json(status: u16, body: impl Serialize) -> Self {
        match serde_json::to_vec(&body) {
            Ok(body) => Self::new(status).header(CONTENT_TYPE.as_str(), "application/json").body(body),
            Err(error) => Self::of(Kind::Wrong(format!("the body of a reply is not JSON: {error}"))),
        }
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Kind::RawResponse(response) = &mut self.kind {
            match (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) {
                (Ok(name), Ok(value)) => drop(response.headers_mut().append(name, value)),
                _ => self.kind = Kind::Wrong(format!("`{name}: {value}` is not an HTTP header")),
            }
        }
        self
    }

    /// Sets the body.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        if let Kind::RawResponse(response) = &mut self.kind {
            *response.body_mut() = ByteStream::from(body.into());
        }
        self
    }

    /// Creates a transport failure instead of a response.
    pub fn failure(kind: TransportErrorKind) -> Self {
        Self::of(Kind::Failure(TransportError::new(kind, format!("failure set by the test ({kind:?})"))))
    }

    /// Creates a reply that never arrives, so that a timeout ends the wait. It takes real time, unless the transport
    /// has a [clock](Replay::clock).
    pub fn never() -> Self {
        Self::of(Kind::Never)
    }
}

impl From<Response<ByteStream>> for Reply {
    fn from(response: Response<ByteStream>) -> Self {
        Self::of(Kind::RawResponse(response))
    }
}

impl From<TransportError> for Reply {
    fn from(error: TransportError) -> Self {
        Self::of(Kind::Failure(error))
    }
}

/// A transport that returns canned replies in order, and keeps the requests. Clones share both.
#[derive(Clone, Default)]
pub struct Replay(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    clock: Option<ManualClock>,
    requests: Vec<Request<Bytes>>,
    replies: VecDeque<Reply>,
}

impl Replay {
    /// Creates a transport with these replies. A request beyond the last one fails.
    pub fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        let replay = Self::default();
        replay.state().replies.extend(replies);
        replay
    }

    /// Sets the clock that advances during a [`Reply::never`], so that the call's time limit ends it immediately. The
    /// client must have the same clock.
    pub fn clock(self, clock: &ManualClock) -> Self {
        self.state().clock = Some(clock.clone());
        self
    }

    /// Appends a reply.
    pub fn push(&self, reply: Reply) {
        self.state().replies.push_back(reply);
    }

    /// Returns the requests so far, as sent: signed, and including all secrets.
    pub fn requests(&self) -> Vec<Request<Bytes>> {
        self.state().requests.clone()
    }

    /// Returns the number of unused replies.
    pub fn left(&self) -> usize {
        self.state().replies.len()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn wait_forever<T>(&self) -> T {
        let clock = self.state().clock.clone();
        let Some(clock) = clock else { return std::future::pending().await };
        // The future is dropped when the caller's time limit passes.
        loop {
            clock.sleep(Duration::from_millis(1)).await;
        }
    }

    fn next(&self, request: Request<Bytes>) -> Reply {
        let mut state = self.state();
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        state.requests.push(request);
        let count = state.requests.len();
        let reply = state.replies.pop_front();
        if let Some((expected_method, expected_path)) = reply.as_ref().and_then(|reply| reply.expected.as_ref())
            && (expected_method, expected_path) != (&method.to_string(), &path)
        {
            let why = format!("request {count} is {method} {path}, but {expected_method} {expected_path} was recorded");
            return Reply::of(Kind::Wrong(why));
        }
        reply.unwrap_or_else(|| {
            Reply::of(Kind::Wrong(format!("the test has no reply for request {count}, {method} {path}")))
        })
    }
}

impl fmt::Debug for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        let (sent, left) = (state.requests.len(), state.replies.len());
        f.debug_struct("Replay").field("requests", &sent).field("replies_left", &left).finish()
    }
}

impl Transport for Replay {
    fn send(&self, request: Request<RequestBody>) -> BoxFuture<'_, Result<Response<ByteStream>, TransportError>> {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body = body.into_stream().collect().await?;
            match self.next(Request::from_parts(parts, body)).kind {
                Kind::RawResponse(response) => Ok(response),
                Kind::Failure(error) => Err(error),
                Kind::Wrong(why) => Err(TransportError::new(TransportErrorKind::Request, why)),
                Kind::Never => self.wait_forever().await,
            }
        })
    }
}

/// A clock that stands still until it is set, or until a task sleeps: a pause ends immediately and advances the clock.
/// Clones share the time.
///
/// It is for a single task: concurrent pauses are added up. Exchanges with a real server take no time on this clock;
/// the time limit of each attempt is also enforced by the system's clock.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<Mutex<Time>>);

#[derive(Debug)]
struct Time {
    date: Timestamp,
    monotonic: Instant,
}

impl ManualClock {
    /// Creates a clock with this time.
    pub fn at(time: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(Time { date: time, monotonic: Instant::now() })))
    }

    /// Sets the time. Monotonic time does not change.
    pub fn set(&self, time: Timestamp) {
        self.time().date = time;
    }

    /// Advances the clock, saturating at the maximum time.
    pub fn advance(&self, by: Duration) {
        self.time().advance(by);
    }

    fn time(&self) -> MutexGuard<'_, Time> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Time {
    fn advance(&mut self, by: Duration) {
        self.monotonic = self.monotonic.checked_add(by).unwrap_or(self.monotonic);
        let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
        self.date = self.date.checked_add(by).unwrap_or(Timestamp::MAX);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.time().date
    }

    fn monotonic(&self) -> Instant {
        self.time().monotonic
    }

    fn sleep(&self, time: Duration) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            self.advance(time);
            // Lets time limits be checked in between.
            tokio::task::yield_now().await;
        })
    }
}
