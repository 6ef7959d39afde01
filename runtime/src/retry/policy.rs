//! The default retry policy.

use std::time::Duration;

use super::classify::RetryClass;
use super::strategy::{RetryContext, RetryStrategy};

/// How often, and after which pauses, a failed call is sent again.
///
/// A call is repeated only if it may succeed then, and if that cannot repeat a side effect:
///
/// | failure | repeated |
/// |---|---|
/// | no connection, or none within `connect_timeout` | yes: nothing was sent |
/// | an untrusted certificate, failed authentication at the proxy (407) | no: it would recur |
/// | status 408 or 429, a throttling code | yes: the service did not act |
/// | a date that the service rejects | once, with the service's own time: it did not act |
/// | credentials that the service rejects, if the provider has others | once: it did not act |
/// | a code for another operation in progress | yes, after longer pauses: the service did not act |
/// | status 500, 502 or 504, a broken connection, `timeout` | if the operation is safe to repeat |
/// | status 503, documented as not worth retrying | the same, but only once |
/// | anything else, and any call whose body is a stream that has been started | no |
///
/// An operation is safe to repeat if a repeated call has no further effect, according to the spec or the HTTP method
/// (for Alibaba Cloud's RPC only the spec), or if it has a `ClientToken`: a call without one gets one, and keeps it in
/// all attempts. An empty token is sent as is, but does not count.
///
/// Pauses grow from `first_pause` by a factor of two up to `longest_pause`, with full jitter, so that clients do not
/// retry in lockstep. A longer pause requested by the service (`Retry-After`, `x-acs-retry-after`) is honored up to one
/// minute; beyond it the error is returned.
///
/// Retries are paid from the client's [`RetryBudget`](crate::RetryBudget). For custom rules, implement
/// [`RetryStrategy`](crate::RetryStrategy).
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "pass it to the client's builder"]
pub struct RetryPolicy {
    attempts: u32,
    first_pause: Duration,
    longest_pause: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { attempts: 3, first_pause: Duration::from_millis(500), longest_pause: Duration::from_secs(20) }
    }
}

impl RetryPolicy {
    /// Creates the default policy: up to three attempts, with pauses of up to half a second and one second.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a policy without retries.
    pub fn none() -> Self {
        Self::new().attempts(1)
    }

    /// Sets the maximum number of attempts, including the first one; at least 1.
    pub fn attempts(mut self, most: u32) -> Self {
        self.attempts = most.max(1);
        self
    }

    /// Sets the maximum pause before the second attempt.
    pub fn first_pause(mut self, pause: Duration) -> Self {
        self.first_pause = pause;
        self
    }

    /// Sets the maximum pause before any attempt, unless the service requests a longer one.
    pub fn longest_pause(mut self, pause: Duration) -> Self {
        self.longest_pause = pause;
        self
    }
}

impl RetryStrategy for RetryPolicy {
    fn next_attempt(&self, failed: &RetryContext<'_>) -> Option<Duration> {
        let (attempts, requested) = (failed.attempts, failed.retry_after);
        let most = match failed.class {
            RetryClass::Never => 1,
            RetryClass::Unavailable => self.attempts.min(2),
            // The cause has been corrected, so no pause is needed.
            RetryClass::Refused => return (self.attempts > 1).then_some(Duration::ZERO),
            RetryClass::Throttled | RetryClass::Transient | RetryClass::Timeout | RetryClass::Busy => self.attempts,
        };
        if attempts >= most || requested.is_some_and(|requested| requested > LONGEST_REQUESTED) {
            return None;
        }
        let busy = failed.class == RetryClass::Busy;
        let first = if busy { self.first_pause.saturating_mul(BUSY) } else { self.first_pause };
        let doubled = first.saturating_mul(1 << attempts.saturating_sub(1).min(30));
        let jittered = doubled.min(self.longest_pause).mul_f64(fastrand::f64());
        // If the service requests no pause, or a date in the past, jitter still keeps clients from retrying at once.
        Some(requested.unwrap_or_default().max(jittered))
    }
}

/// Factor for pauses while the service reports another operation in progress.
const BUSY: u32 = 10;

/// Longest pause requested by the service that is honored; beyond it the error is returned.
const LONGEST_REQUESTED: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    fn pause(policy: &RetryPolicy, attempts: u32, class: RetryClass, requested: Option<Duration>) -> Option<Duration> {
        policy.next_attempt(&RetryContext { retry_after: requested, ..RetryContext::new("Op", attempts, class) })
    }

    #[test]
    fn pauses_grow_and_end() {
        let policy = RetryPolicy::new().attempts(5).longest_pause(Duration::from_secs(3));
        for (attempts, most) in [(1, 500), (2, 1000), (3, 2000), (4, 3000)] {
            let pauses: Vec<_> =
                (0..200).map(|_| pause(&policy, attempts, RetryClass::Transient, None).unwrap()).collect();
            let most = Duration::from_millis(most);
            assert!(pauses.iter().all(|pause| *pause <= most));
            // Full jitter: anything from no pause to the full one.
            assert!(pauses.iter().any(|pause| *pause < most / 4) && pauses.iter().any(|pause| *pause > most / 2));
        }
        assert_eq!(pause(&policy, 5, RetryClass::Transient, None), None);
        assert_eq!(pause(&policy, 1, RetryClass::Never, None), None);
        assert!(pause(&policy, 1, RetryClass::Unavailable, None).is_some());
        assert_eq!(pause(&policy, 2, RetryClass::Unavailable, None), None);
        let busy: Vec<_> = (0..200).map(|_| pause(&policy, 1, RetryClass::Busy, None).unwrap()).collect();
        assert!(busy.iter().any(|pause| *pause > Duration::from_secs(1)));
        assert_eq!(pause(&RetryPolicy::none(), 1, RetryClass::Throttled, None), None);
        assert_eq!(pause(&RetryPolicy::none().attempts(0), 1, RetryClass::Refused, None), None);
        let long = RetryPolicy::new().attempts(u32::MAX).first_pause(Duration::MAX);
        assert!(pause(&long, 4_000_000, RetryClass::Transient, None).unwrap() <= Duration::from_secs(20));
    }

    #[test]
    fn requested_pauses_are_honored() {
        let policy = RetryPolicy::new();
        let requested = Some(Duration::from_secs(60));
        assert_eq!(pause(&policy, 1, RetryClass::Throttled, requested), requested);
        assert_eq!(pause(&policy, 1, RetryClass::Throttled, Some(Duration::from_secs(61))), None);
    }

    #[test]
    fn a_requested_pause_of_zero_still_gets_jitter() {
        let policy = RetryPolicy::new();
        let pauses: Vec<_> =
            (0..200).map(|_| pause(&policy, 1, RetryClass::Throttled, Some(Duration::ZERO)).unwrap()).collect();
        let distinct: std::collections::BTreeSet<_> = pauses.iter().collect();
        assert!(distinct.len() > 100, "{distinct:?}");
    }
}
