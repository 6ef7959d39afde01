//! Time: which one it is, how much of it has passed, and waiting for more to pass. Whatever in the runtime pauses does it here.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use futures_core::future::BoxFuture;
use jiff::Timestamp;

/// Has the time that goes into signatures, and lets the pauses of a client pass: between attempts, between polls of a job, for a rate
/// limit, and before a stream is taken up again.
///
/// Only [`now`](Self::now) has to be implemented; pauses are tokio's then. A clock that implements one of the other two implements both.
pub trait Clock: Send + Sync + fmt::Debug {
    /// The current time.
    fn now(&self) -> Timestamp;

    /// The current time of a clock that nobody sets and that never goes back: how long calls and jobs take is measured by it.
    fn monotonic(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }

    /// Ends when this much more of [`monotonic`](Self::monotonic) time has passed.
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

/// What a future yields before this moment of the clock's monotonic time, if it does; `None` for `end` is never.
///
/// An exchange that is under way takes real time, whatever the clock does, so that tokio's timer ends it as well.
pub(crate) async fn before<T>(clock: &dyn Clock, end: Option<Instant>, future: impl Future<Output = T>) -> Option<T> {
    let Some(end) = end else { return Some(future.await) };
    let mut timer = pin!(tokio::time::sleep(end.saturating_duration_since(clock.monotonic())));
    let mut future = pin!(future);
    poll_fn(|context| {
        if let Poll::Ready(value) = future.as_mut().poll(context) {
            return Poll::Ready(Some(value));
        }
        // A clock that lets pauses pass goes on without the timer.
        let is_over = clock.monotonic() >= end || timer.as_mut().poll(context).is_ready();
        if is_over { Poll::Ready(None) } else { Poll::Pending }
    })
    .await
}

/// As [`before`], with the time from now on that the future has.
pub(crate) async fn within<T>(clock: &dyn Clock, limit: Duration, future: impl Future<Output = T>) -> Option<T> {
    before(clock, clock.monotonic().checked_add(limit), future).await
}
