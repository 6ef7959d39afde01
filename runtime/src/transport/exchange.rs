//! Retires connections after timeouts.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use super::clock::{self, Clock};

/// The exchange of a request, attached as an extension: the transport registers an action for a timeout, and the
/// waiting code triggers it.
///
/// Over HTTP/1.1 an abandoned connection is closed. Over HTTP/2 it stays open for later calls; a dead one would fail
/// them all.
#[derive(Clone, Default)]
pub(crate) struct Exchange(Arc<OnceLock<Box<dyn Fn() + Send + Sync>>>);

impl Exchange {
    /// Registers an action for a timeout.
    pub(crate) fn when_out_of_time(&self, leave: impl Fn() + Send + Sync + 'static) {
        let _ = self.0.set(Box::new(leave));
    }

    /// Awaits a future until a moment; `None` if that has passed, after which the connection is not used again. Without
    /// an end there is no limit.
    pub(crate) async fn until<T>(
        &self,
        clock: &dyn Clock,
        end: Option<Instant>,
        work: Pin<&mut (dyn Future<Output = T> + Send)>,
    ) -> Option<T> {
        let outcome = clock::before(clock, end, work).await;
        if outcome.is_none() {
            self.out_of_time();
        }
        outcome
    }

    /// Like [`until`](Self::until), with a time limit.
    pub(crate) async fn within<T>(
        &self,
        clock: &dyn Clock,
        limit: Duration,
        work: Pin<&mut (dyn Future<Output = T> + Send)>,
    ) -> Option<T> {
        self.until(clock, clock.monotonic().checked_add(limit), work).await
    }

    /// Awaits a future, and treats being dropped as a timeout: for callers with time limits that have no access to the
    /// exchange.
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

/// The guard of a wait for an exchange.
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
