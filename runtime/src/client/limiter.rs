//! Keeps clients within the number of calls that a service allows them.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::data::service::RateLimit;

/// How many requests go out in which time, retries among them. Several limits hold at once.
///
/// Each client has one of its own, for what its document allows a user, unless it is given one that it shares: clones count
/// together. Tasks go by turns.
#[derive(Clone, Debug)]
pub struct RateLimiter {
    windows: Arc<Mutex<Vec<Window>>>,
    /// Whether a limit lets no request through.
    closed: bool,
}

/// One limit and the requests that count towards it.
#[derive(Debug)]
struct Window {
    limit: RateLimit,
    /// When the last requests went out, oldest first.
    sent: VecDeque<Instant>,
}

impl RateLimiter {
    /// With these limits, of which none ends all limits. One of no requests lets none through, and is refused by the client's builder.
    pub fn new(limits: impl IntoIterator<Item = RateLimit>) -> Self {
        let windows = limits.into_iter().map(|limit| Window { limit, sent: VecDeque::new() });
        let windows: Vec<Window> = windows.collect();
        let closed = windows.iter().any(|window| window.limit.calls == 0);
        // Tokio's mutex lets tasks in by turns.
        Self { windows: Arc::new(Mutex::new(windows)), closed }
    }

    /// Waits until all limits allow another request, and counts it. One who gives up in the meantime has taken no turn.
    pub(crate) async fn wait(&self) {
        let mut windows = self.windows.lock().await;
        // Whoever has the lock is the only one who counts, so that what is free once all are stays free.
        while let Some(free) = windows.iter().filter_map(Window::free).max().filter(|free| *free > Instant::now()) {
            tokio::time::sleep_until(free).await;
        }
        windows.iter_mut().for_each(Window::count);
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }
}

impl Window {
    /// From when on another request is allowed, if that is not so by the number of those before.
    fn free(&self) -> Option<Instant> {
        let full = self.sent.len() >= self.limit.calls as usize;
        let oldest = self.sent.front().filter(|_| full)?;
        Some(*oldest + Duration::from_secs(self.limit.seconds.into()))
    }

    fn count(&mut self) {
        if self.sent.len() >= self.limit.calls as usize {
            self.sent.pop_front();
        }
        self.sent.push_back(Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn never_more_than_allowed_and_by_turns() {
        let limiter = RateLimiter::new([RateLimit { calls: 10, seconds: 60 }]);
        let begin = Instant::now();
        let tasks: Vec<_> = (0..35)
            .map(|task| {
                let limiter = limiter.clone();
                tokio::spawn(async move {
                    limiter.wait().await;
                    (begin.elapsed().as_secs(), task)
                })
            })
            .collect();
        let mut went = Vec::new();
        for task in tasks {
            went.push(task.await.unwrap());
        }
        let expected: Vec<_> = (0..35).map(|task| (task / 10 * 60, task)).collect();
        assert_eq!(went, expected);
    }

    #[tokio::test(start_paused = true)]
    async fn any_span_counts() {
        let limiter = RateLimiter::new([RateLimit { calls: 2, seconds: 10 }]);
        let begin = Instant::now();
        for (pause, at) in [(0, 0), (9, 9), (0, 10), (0, 19), (30, 49), (0, 49), (0, 59)] {
            tokio::time::sleep(Duration::from_secs(pause)).await;
            limiter.wait().await;
            assert_eq!(begin.elapsed().as_secs(), at);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_gives_up_takes_no_turn() {
        let limiter = RateLimiter::new([RateLimit { calls: 1, seconds: 10 }]);
        limiter.wait().await;
        assert!(tokio::time::timeout(Duration::from_secs(1), limiter.wait()).await.is_err());
        let begin = Instant::now();
        limiter.wait().await;
        assert_eq!(begin.elapsed().as_secs(), 9);
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_at_one_limit_has_used_up_none() {
        let limits = [RateLimit { calls: 2, seconds: 5 }, RateLimit { calls: 1, seconds: 100 }];
        let limiter = RateLimiter::new(limits);
        let begin = Instant::now();
        limiter.wait().await;
        for _ in 0..5 {
            assert!(tokio::time::timeout(Duration::from_millis(10), limiter.wait()).await.is_err());
        }
        tokio::time::sleep(Duration::from_secs(98)).await;
        // At 100 s, and not 5 s after those who gave up.
        limiter.clone().wait().await;
        assert_eq!(begin.elapsed().as_secs(), 100);
    }
}
