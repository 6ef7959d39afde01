//! A server on loopback that does to each request what it is told.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::TcpListener;
use yundb_runtime::ReqwestTransport;

use super::{http1, http2};

/// The version of HTTP in which a server and its clients speak.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Protocol {
    Http1,
    /// From the first byte on, as there is no TLS to agree on it.
    Http2,
}

pub const PROTOCOLS: [Protocol; 2] = [Protocol::Http1, Protocol::Http2];

impl Protocol {
    pub fn transport(self) -> ReqwestTransport {
        let make = move || {
            let builder = reqwest::Client::builder().no_proxy();
            match self {
                Self::Http1 => builder.http1_only().build(),
                Self::Http2 => builder.http2_prior_knowledge().build(),
            }
        };
        ReqwestTransport::from_fn(make).unwrap()
    }
}

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// It is done and answered.
    None,
    /// So it is, and the connection takes no further requests.
    Last,
    /// The connection is reset before the request is read.
    ResetBefore,
    /// It is done, but the connection is reset instead of an answer.
    ResetAfter,
    /// It is done, but the headers come too late.
    SlowHeaders,
    /// It is done, but the body comes too late.
    SlowBody,
    /// It is done, but the body ends before the length that the headers state.
    Truncated,
    /// It is not done, but answered with this.
    Answer(u16, &'static str, &'static str),
    /// Nobody knows whether it was done: answered with this, and done.
    Broken(u16, &'static str, &'static str),
    /// HTTP/2: the stream is reset for this reason, and the connection stays.
    Stream(Moment, h2::Reason),
    /// HTTP/2: the server leaves without an error, and closes the connection at once. Before the request is done, it says so.
    GoAway(Moment),
}

/// How far a request has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Moment {
    /// It is not done.
    Before,
    /// It is done, and nothing of the response was sent.
    After,
    /// It is done, and part of the response's body was sent.
    Within,
}

impl Fault {
    fn is_done(self) -> bool {
        use Moment::Before;
        !matches!(self, Self::ResetBefore | Self::Answer(..) | Self::Stream(Before, _) | Self::GoAway(Before))
    }
}

/// What has been seen so far.
#[derive(Debug, Default)]
pub struct Seen {
    /// Requests of which at least the head arrived.
    pub requests: AtomicUsize,
    /// Requests that were carried out.
    pub done: AtomicUsize,
    /// The bodies of those, if they are kept.
    pub bodies: Mutex<Vec<String>>,
    pub keeps_bodies: AtomicBool,
}

/// The fault for the request of this number, from 0, which has this head.
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
                // A client that goes away ends its connection.
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

/// What the server does, whatever it speaks.
#[derive(Clone)]
pub struct Service {
    success: &'static str,
    seen: Arc<Seen>,
    choose: Choose,
}

impl Service {
    /// A request's head has arrived.
    pub fn begin(&self, head: &str) -> Fault {
        (self.choose)(self.seen.requests.fetch_add(1, Ordering::Relaxed), head)
    }

    /// The whole request has.
    pub fn carry_out(&self, fault: Fault, body: &[u8]) {
        if fault.is_done() {
            self.seen.done.fetch_add(1, Ordering::Relaxed);
            if self.seen.keeps_bodies.load(Ordering::Relaxed) {
                self.seen.bodies.lock().unwrap().push(String::from_utf8_lossy(body).into_owned());
            }
        }
    }

    /// Status, headers and body of the response, as far as there is one.
    pub fn response(&self, fault: Fault) -> (u16, &'static str, &'static str) {
        match fault {
            Fault::Answer(status, headers, body) | Fault::Broken(status, headers, body) => (status, headers, body),
            _ => (200, "Content-Type: application/json\r\n", self.success),
        }
    }
}
