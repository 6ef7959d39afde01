//! Keeps clients within the rate limits of a service.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::data::service::RateLimit;
use crate::transport::clock::Clock;

/// Limits the rate of requests, including retries. Several limits apply at once.
///
/// By default each client has its own limiter, with the limits per user in its document; clones of a client share it.
/// Clients that share a limiter must have the same clock. Tasks take turns.
#[derive(Clone, Debug)]
pub struct RateLimiter {
    limits: Arc<[RateLimit]>,
    /// Times of past and of scheduled requests, in order, as far back as the limits reach. No task holds the lock while
    /// it waits: a task that is no longer polled would block all others.
    turns: Arc<Mutex<VecDeque<Instant>>>,
}

impl RateLimiter {
    /// Creates a limiter with these limits; an empty list allows any rate. The client's builder rejects a limit of 0
    /// requests.
    pub fn new(limits: impl IntoIterator<Item = RateLimit>) -> Self {
        Self { limits: limits.into_iter().collect(), turns: Arc::default() }
    }

    /// Waits until all limits allow another request, and counts it. Dropping the future returns the turn.
    pub(crate) async fn wait(&self, clock: &dyn Clock) {
        if self.limits.is_empty() {
            return;
        }
        let now = clock.monotonic();
        let mut turn = self.take_turn(now);
        clock.sleep(turn.at.saturating_duration_since(now)).await;
        turn.is_used = true;
    }

    fn take_turn(&self, now: Instant) -> Turn<'_> {
        let mut turns = self.turns();
        let longest = self.limits.iter().map(span).max().unwrap_or_default();
        while turns.front().is_some_and(|first| *first + longest <= now) {
            turns.pop_front();
        }
        let free = self.limits.iter().filter_map(|limit| {
            let before = turns.len().checked_sub(limit.calls as usize)?;
            Some(*turns.get(before)? + span(limit))
        });
        let at = free.chain(turns.back().copied()).chain([now]).max().unwrap_or(now);
        turns.push_back(at);
        Turn { limiter: self, at, is_used: false }
    }

    fn turns(&self) -> MutexGuard<'_, VecDeque<Instant>> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.limits.iter().any(|limit| limit.calls == 0)
    }
}

fn span(limit: &RateLimit) -> Duration {
    Duration::from_secs(limit.seconds.into())
}

/// The scheduled time of a request, which is returned on drop unless the request was made.
struct Turn<'l> {
    limiter: &'l RateLimiter,
    at: Instant,
    is_used: bool,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if !self.is_used {
            let mut turns = self.limiter.turns();
            if let Some(place) = turns.iter().rposition(|at| *at == self.at) {
                turns.remove(place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;
    use crate::transport::clock::SystemClock;

    #[tokio::test(start_paused = true)]
    async fn requests_stay_within_the_limit_in_order() {
        let limiter = RateLimiter::new([RateLimit { calls: 10, seconds: 60 }]);
        let begin = Instant::now();
        let tasks: Vec<_> = (0..35)
            .map(|task| {
                let limiter = limiter.clone();
                tokio::spawn(async move {
                    limiter.wait(&SystemClock).await;
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
    async fn every_interval_counts() {
        let limiter = RateLimiter::new([RateLimit { calls: 2, seconds: 10 }]);
        let begin = Instant::now();
        for (pause, at) in [(0, 0), (9, 9), (0, 10), (0, 19), (30, 49), (0, 49), (0, 59)] {
            tokio::time::sleep(Duration::from_secs(pause)).await;
            limiter.wait(&SystemClock).await;
            assert_eq!(begin.elapsed().as_secs(), at);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_dropped_wait_takes_no_turn() {
        let limiter = RateLimiter::new([RateLimit { calls: 1, seconds: 10 }]);
        limiter.wait(&SystemClock).await;
        assert!(tokio::time::timeout(Duration::from_secs(1), limiter.wait(&SystemClock)).await.is_err());
        let begin = Instant::now();
        limiter.wait(&SystemClock).await;
        assert_eq!(begin.elapsed().as_secs(), 9);
    }

    #[tokio::test(start_paused = true)]
    async fn a_dropped_wait_uses_up_no_limit() {
        let limits = [RateLimit { calls: 2, seconds: 5 }, RateLimit { calls: 1, seconds: 100 }];
        let limiter = RateLimiter::new(limits);
        let begin = Instant::now();
        limiter.wait(&SystemClock).await;
        for _ in 0..5 {
            assert!(tokio::time::timeout(Duration::from_millis(10), limiter.wait(&SystemClock)).await.is_err());
        }
        tokio::time::sleep(Duration::from_secs(98)).await;
        // At 100 s, not 5 s after the waiters that gave up.
        limiter.clone().wait(&SystemClock).await;
        assert_eq!(begin.elapsed().as_secs(), 100);
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_that_is_not_polled_blocks_no_other() {
        let limiter = RateLimiter::new([RateLimit { calls: 1, seconds: 10 }]);
        limiter.wait(&SystemClock).await;
        let mut idle = Box::pin(limiter.wait(&SystemClock));
        assert!(tokio::time::timeout(Duration::from_millis(1), &mut idle).await.is_err());
        let begin = Instant::now();
        limiter.wait(&SystemClock).await;
        assert_eq!(begin.elapsed().as_secs(), 19, "the next turn");
        idle.await;
    }
}
