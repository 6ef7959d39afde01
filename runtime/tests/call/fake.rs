//! Shorthands for canned responses.

use yundb_runtime::bytes::Bytes;
use yundb_runtime::http::Request;
use yundb_runtime::test_util::{ManualClock, Replay, Reply};

/// One response.
pub fn reply(status: u16, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Reply {
    headers.iter().fold(Reply::new(status).body(body), |reply, (name, value)| reply.header(name, value))
}

/// A transport with one response.
pub fn responding(status: u16, headers: &[(&str, &str)], body: &'static str) -> Replay {
    Replay::new([reply(status, headers, body)])
}

/// The only request.
pub fn only_request(fake: &Replay) -> Request<Bytes> {
    let mut sent = fake.requests();
    assert_eq!(sent.len(), 1, "requests sent");
    sent.remove(0)
}

/// Noon of a day.
pub fn noon() -> ManualClock {
    ManualClock::at("2024-05-06T12:00:00Z".parse().expect("a time"))
}
