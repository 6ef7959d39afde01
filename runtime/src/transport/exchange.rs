//! What becomes of a connection on which time ran out.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use super::clock::{self, Clock};

/// An exchange under way, as an extension of its request: the transport says what is to be done if no response comes in time, and
/// whoever waits says when that is so.
///
/// Over HTTP/1.1 a connection that is given up is closed. Over HTTP/2 it stays, for all calls to come; one that does not answer any
/// more would fail them all.
#[derive(Clone, Default)]
pub(crate) struct Exchange(Arc<OnceLock<Box<dyn Fn() + Send + Sync>>>);

impl Exchange {
    /// Does this if time runs out.
    pub(crate) fn when_out_of_time(&self, leave: impl Fn() + Send + Sync + 'static) {
        let _ = self.0.set(Box::new(leave));
    }

    /// Awaits this until then; `None` is that time has run out, and the connection is not to be used again. Without an end there is no
    /// limit.
    pub(crate) async fn until<T>(
        &self,
        clock: &dyn Clock,
        end: Option<Instant>,
        work: impl Future<Output = T>,
    ) -> Option<T> {
        let outcome = clock::before(clock, end, work).await;
        if outcome.is_none() {
            self.out_of_time();
        }
        outcome
    }

    /// The same, for so long.
    pub(crate) async fn within<T>(
        &self,
        clock: &dyn Clock,
        limit: Duration,
        work: impl Future<Output = T>,
    ) -> Option<T> {
        self.until(clock, clock.monotonic().checked_add(limit), work).await
    }

    /// Awaits this, and takes it for a time-out if the caller stops waiting: for what others hold to time limits, which cannot reach
    /// the exchange.
    pub(crate) async fn unless_dropped<T>(&self, work: impl Future<Output = T>) -> T {
        let waiting = Waiting(Some(self));
        let outcome = work.await;
        waiting.ended();
        outcome
    }

    fn out_of_time(&self) {
        if let Some(leave) = self.0.get() {
            leave();
        }
    }
}

/// Someone who waits for an exchange.
struct Waiting<'e>(Option<&'e Exchange>);

impl Waiting<'_> {
    fn ended(mut self) {
        self.0 = None;
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(exchange) = self.0 {
            exchange.out_of_time();
        }
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Exchange")
    }
}
