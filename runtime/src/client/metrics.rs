//! Counts and durations of attempts, for the `metrics` recorder that the program has installed.

use super::interceptor::{Attempt, Interceptor, Outcome};

/// Records each attempt with the `metrics` crate. Pass it to the builder's `interceptor`.
///
/// | metric | kind | labels |
/// |---|---|---|
/// | `yundb_attempts_total` | counter | `service`, `operation`, `outcome` |
/// | `yundb_attempt_duration_seconds` | histogram | `service`, `operation` |
/// | `yundb_retries_total` | counter: attempts after which another follows | `service`, `operation` |
///
/// `service` is the name of the client's crate without `yundb-`, such as `aliyun-dts`; `operation` is the documented name.
/// `outcome` is `success`, or the [`ErrorKind`](crate::ErrorKind) in lower case.
#[derive(Clone, Copy, Debug, Default)]
pub struct Metrics;

impl Interceptor for Metrics {
    fn after_attempt(&self, attempt: &Attempt, outcome: &Outcome<'_>) {
        let (service, operation) = (attempt.service, attempt.operation);
        let result = outcome.failure.map_or("success".to_owned(), |kind| format!("{kind:?}").to_lowercase());
        metrics::counter!("yundb_attempts_total", "service" => service, "operation" => operation, "outcome" => result)
            .increment(1);
        metrics::histogram!("yundb_attempt_duration_seconds", "service" => service, "operation" => operation)
            .record(outcome.elapsed);
        if outcome.retry_in.is_some() {
            metrics::counter!("yundb_retries_total", "service" => service, "operation" => operation).increment(1);
        }
    }
}
