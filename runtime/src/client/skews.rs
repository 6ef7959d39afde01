//! Differences between the clocks of services and the client's.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_core::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};

use crate::transport::clock::Clock;

/// Measured leads in seconds, by origin: each host has its own clock. Only nonzero ones are kept.
#[derive(Default)]
pub(crate) struct Skews(Mutex<HashMap<String, i64>>);

impl Skews {
    /// The lead of the host in this URL.
    pub(crate) fn of(&self, url: &str) -> i64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(origin(url)).copied().unwrap_or_default()
    }

    /// Keeps a lead that the service accepted, for other calls.
    pub(crate) fn keep(&self, url: &str, skew: i64) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match skew {
            0 => kept.remove(origin(url)),
            _ => kept.insert(origin(url).to_owned(), skew),
        };
    }

    /// Removes a lead that the service refused, unless another call has replaced it in the meantime.
    pub(crate) fn refute(&self, url: &str, skew: i64) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.get(origin(url)) == Some(&skew) {
            kept.remove(origin(url));
        }
    }
}

/// A clock that is ahead of another by a number of seconds.
#[derive(Debug)]
pub(super) struct Ahead(pub(super) Arc<dyn Clock>, pub(super) i64);

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        let now = self.0.now();
        now.checked_add(SignedDuration::from_secs(self.1)).unwrap_or(now)
    }

    fn monotonic(&self) -> Instant {
        self.0.monotonic()
    }

    fn sleep(&self, time: Duration) -> BoxFuture<'_, ()> {
        self.0.sleep(time)
    }
}

/// A base URL without its path.
fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    url[host..].find(['/', '?']).map_or(url, |end| &url[..host + end])
}
