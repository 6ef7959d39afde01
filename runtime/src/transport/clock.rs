//! Clocks: the date, monotonic time, and sleeping. All pauses in the runtime go through here.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::{Duration, Instant};

use futures_core::future::BoxFuture;
use jiff::Timestamp;

/// Provides the date for signatures, and the pauses of a client: between attempts, between polls of a job, for a rate
/// limit, and before a stream reconnects.
///
/// Only [`now`](Self::now) is required; pauses are then tokio's. An implementation must provide both or neither of the
/// other two.
pub trait Clock: Send + Sync + fmt::Debug {
    /// The current date and time.
    fn now(&self) -> Timestamp;

    /// The current time of a monotonic clock, which measures the duration of calls and jobs.
    fn monotonic(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }

    /// Completes when this much [`monotonic`](Self::monotonic) time has passed.
    fn sleep(&self, time: Duration) -> BoxFuture<'_, ()> {
        Box::pin(async move { tokio::time::sleep(time).await })
    }
}

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The output of a future, if it completes before this moment of the clock's monotonic time; `None` for `end` is
/// unlimited.
///
/// Exchanges take real time, whatever the clock does, so tokio's timer also ends them. The future is one that the caller
/// has pinned: by value it would be stored twice, and a call, which is within several limits, many times.
pub(crate) async fn before<T>(
    clock: &dyn Clock,
    end: Option<Instant>,
    mut future: Pin<&mut (dyn Future<Output = T> + Send)>,
) -> Option<T> {
    let Some(end) = end else { return Some(future.await) };
    let mut timer = pin!(tokio::time::sleep(end.saturating_duration_since(clock.monotonic())));
    poll_fn(|context| {
        if let Poll::Ready(value) = future.as_mut().poll(context) {
            return Poll::Ready(Some(value));
        }
        // With a clock that skips pauses, the timer need not fire.
        let is_over = clock.monotonic() >= end || timer.as_mut().poll(context).is_ready();
        if is_over { Poll::Ready(None) } else { Poll::Pending }
    })
    .await
}

/// Like [`before`], with a time limit starting now.
pub(crate) async fn within<T>(
    clock: &dyn Clock,
    limit: Duration,
    future: Pin<&mut (dyn Future<Output = T> + Send)>,
) -> Option<T> {
    before(clock, clock.monotonic().checked_add(limit), future).await
}
