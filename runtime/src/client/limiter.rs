//! Keeps a client within the number of calls that a service allows it.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::data::service::RateLimit;

/// One limit and the requests that count towards it.
#[derive(Debug)]
pub(crate) struct Limiter {
    limit: RateLimit,
    /// When the last requests went out, oldest first. Tokio's mutex lets tasks in by turns.
    sent: Mutex<VecDeque<Instant>>,
}

impl Limiter {
    pub(crate) fn new(limit: RateLimit) -> Self {
        Self { limit, sent: Mutex::new(VecDeque::new()) }
    }

    /// Waits until another request is allowed, and counts it.
    pub(crate) async fn wait(&self) {
        let mut sent = self.sent.lock().await;
        let span = Duration::from_secs(self.limit.seconds.into());
        if sent.len() >= self.limit.calls as usize
            && let Some(oldest) = sent.front().copied()
        {
            // It stays until then: one who gives up in the meantime has taken no turn.
            tokio::time::sleep_until(oldest + span).await;
            sent.pop_front();
        }
        sent.push_back(Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn never_more_than_allowed_and_by_turns() {
        let limiter = Arc::new(Limiter::new(RateLimit { calls: 10, seconds: 60 }));
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
        let limiter = Limiter::new(RateLimit { calls: 2, seconds: 10 });
        let begin = Instant::now();
        for (pause, at) in [(0, 0), (9, 9), (0, 10), (0, 19), (30, 49), (0, 49), (0, 59)] {
            tokio::time::sleep(Duration::from_secs(pause)).await;
            limiter.wait().await;
            assert_eq!(begin.elapsed().as_secs(), at);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_gives_up_takes_no_turn() {
        let limiter = Limiter::new(RateLimit { calls: 1, seconds: 10 });
        limiter.wait().await;
        assert!(tokio::time::timeout(Duration::from_secs(1), limiter.wait()).await.is_err());
        let begin = Instant::now();
        limiter.wait().await;
        assert_eq!(begin.elapsed().as_secs(), 9);
    }
}
