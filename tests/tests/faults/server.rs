//! A server on loopback with a given fault for each request.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::TcpListener;
use yundb_runtime::ReqwestTransport;

use super::{http1, http2};

/// The HTTP version of a server and its clients.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Protocol {
    Http1,
    /// With prior knowledge, as there is no TLS to negotiate it.
    Http2,
}

pub const PROTOCOLS: [Protocol; 2] = [Protocol::Http1, Protocol::Http2];

impl Protocol {
    pub fn transport(self) -> ReqwestTransport {
        let make = move || {
            // As the default transport: requests are repeated by the retry policy only.
            let builder = reqwest::Client::builder().no_proxy().retry(reqwest::retry::never());
            match self {
                Self::Http1 => builder.http1_only().build(),
                Self::Http2 => builder.http2_prior_knowledge().build(),
            }
        };
        ReqwestTransport::from_fn(make).unwrap()
    }
}

/// The treatment of a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// Executed, with a response.
    None,
    /// Likewise, but the connection accepts no further requests.
    Last,
    /// The connection is reset before the request is read.
    ResetBefore,
    /// Executed, but the connection is reset instead of a response.
    ResetAfter,
    /// Executed, but the headers come too late.
    SlowHeaders,
    /// Executed, but the body comes too late.
    SlowBody,
    /// Executed, but the body ends before the length stated in the headers.
    Truncated,
    /// Not executed; this response is returned.
    Response(u16, &'static str, &'static str),
    /// Executed, though this response leaves that open.
    Broken(u16, &'static str, &'static str),
    /// HTTP/2: the stream is reset with this error code, and the connection stays.
    Stream(Moment, h2::Reason),
    /// HTTP/2: the server sends GOAWAY without an error, and closes the connection at once. Before execution, GOAWAY
    /// excludes the request.
    GoAway(Moment),
}

/// The progress of a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Moment {
    /// Not executed.
    Before,
    /// Executed, with nothing of the response sent.
    After,
    /// Executed, with part of the response's body sent.
    Within,
}

impl Fault {
    fn is_done(self) -> bool {
        use Moment::Before;
        !matches!(self, Self::ResetBefore | Self::Response(..) | Self::Stream(Before, _) | Self::GoAway(Before))
    }
}

/// The requests so far.
#[derive(Debug, Default)]
pub struct Seen {
    /// Requests of which at least the head arrived.
    pub requests: AtomicUsize,
    /// Requests that were executed.
    pub done: AtomicUsize,
    /// The bodies of those, if they are recorded.
    pub bodies: Mutex<Vec<String>>,
    pub keeps_bodies: AtomicBool,
}

/// The fault for the request of this number, from 0, with this head.
type Choose = Arc<dyn Fn(usize, &str) -> Fault + Send + Sync>;

pub struct Server {
    pub url: String,
    pub seen: Arc<Seen>,
}

/// Longer than any test's timeout.
pub const LATE: Duration = Duration::from_secs(30);

impl Server {
    pub async fn start(
        protocol: Protocol,
        success: &'static str,
        choose: impl Fn(usize, &str) -> Fault + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let service = Service { success, seen: Arc::default(), choose: Arc::new(choose) };
        let seen = service.seen.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap();
                let service = service.clone();
                // A client that disconnects ends its connection.
                tokio::spawn(async move {
                    match protocol {
                        Protocol::Http1 => http1::serve(stream, service).await,
                        Protocol::Http2 => http2::serve(stream, service).await,
                    }
                });
            }
        });
        Self { url, seen }
    }
}

/// The behaviour of the server, independent of the protocol.
#[derive(Clone)]
pub struct Service {
    success: &'static str,
    seen: Arc<Seen>,
    choose: Choose,
}

impl Service {
    /// Called when a request's head has arrived.
    pub fn begin(&self, head: &str) -> Fault {
        (self.choose)(self.seen.requests.fetch_add(1, Ordering::Relaxed), head)
    }

    /// Called when the whole request has arrived.
    pub fn carry_out(&self, fault: Fault, body: &[u8]) {
        if fault.is_done() {
            self.seen.done.fetch_add(1, Ordering::Relaxed);
            if self.seen.keeps_bodies.load(Ordering::Relaxed) {
                self.seen.bodies.lock().unwrap().push(String::from_utf8_lossy(body).into_owned());
            }
        }
    }

    /// Status, headers and body of the response, if there is one.
    pub fn response(&self, fault: Fault) -> (u16, &'static str, &'static str) {
        match fault {
            Fault::Response(status, headers, body) | Fault::Broken(status, headers, body) => (status, headers, body),
            _ => (200, "Content-Type: application/json\r\n", self.success),
        }
    }
}
