//! A transport that records requests and answers from a list.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use yundb_runtime::bytes::Bytes;
use yundb_runtime::http::{Request, Response};
use yundb_runtime::{ByteStream, Clock, Timestamp, Transport, TransportError, TransportErrorKind};

pub type Reply = Result<Response<ByteStream>, TransportError>;

#[derive(Clone, Default)]
pub struct Fake(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    sent: Vec<Request<Bytes>>,
    replies: VecDeque<Reply>,
}

impl Fake {
    pub fn answering(status: u16, headers: &[(&str, &str)], body: &'static str) -> Self {
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        let response = response.body(ByteStream::from(Bytes::from_static(body.as_bytes())));
        Self::replying(Ok(response.expect("a response")))
    }

    pub fn failing(kind: TransportErrorKind) -> Self {
        Self::replying(Err(TransportError::new(kind, "the cable is cut")))
    }

    /// Answers with these one after the other.
    pub fn replies(replies: impl IntoIterator<Item = Reply>) -> Self {
        let fake = Self::default();
        fake.state(|state| state.replies.extend(replies));
        fake
    }

    /// All requests so far.
    pub fn all(&self) -> Vec<Request<Bytes>> {
        self.state(|state| std::mem::take(&mut state.sent))
    }

    pub fn replying(reply: Reply) -> Self {
        let fake = Self::default();
        fake.state(|state| state.replies.push_back(reply));
        fake
    }

    fn state<T>(&self, with: impl FnOnce(&mut State) -> T) -> T {
        with(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn count(&self) -> usize {
        self.state(|state| state.sent.len())
    }

    /// The one request that was sent.
    pub fn sent(&self) -> Request<Bytes> {
        let mut sent = self.state(|state| std::mem::take(&mut state.sent));
        assert_eq!(sent.len(), 1, "requests sent");
        sent.remove(0)
    }
}

impl fmt::Debug for Fake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fake")
    }
}

impl Transport for Fake {
    fn send(&self, request: Request<Bytes>) -> Pin<Box<dyn Future<Output = Reply> + Send + '_>> {
        Box::pin(async move {
            let reply = self.state(|state| {
                state.sent.push(request);
                state.replies.pop_front()
            });
            match reply {
                Some(reply) => reply,
                // No reply is one that never comes.
                None => std::future::pending().await,
            }
        })
    }
}

/// Noon of a day.
#[derive(Debug)]
pub struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        "2024-05-06T12:00:00Z".parse().expect("a time")
    }
}
