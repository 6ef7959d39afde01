//! Time on a manual clock. None of these tests pauses tokio's time.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use jiff::SignedDuration;
use yundb_runtime::test_util::{ManualClock, Replay, Reply};
use yundb_runtime::{
    Attempt, Clock, Credentials, ErrorKind, Interceptor, Outcome, RateLimit, RateLimiter, RetryPolicy, WaitError,
};

use crate::fake::{noon, reply};
use crate::mini::{Client, HTTP, JOBS};

fn builder(replies: impl IntoIterator<Item = Reply>, clock: &ManualClock) -> yundb_runtime::ClientBuilder<Client> {
    let replay = Replay::new(replies).clock(clock);
    let builder = Client::builder(&JOBS).transport(replay).endpoint("http://localhost").project_id("p");
    builder.credentials(Credentials::access_key("AK", "SK")).clock(clock.clone())
}

fn begun() -> Reply {
    reply(202, &[], r#"{"data": {"job_id": "j-1"}}"#)
}

fn state(state: &str) -> Reply {
    reply(200, &[], format!(r#"{{"job": {{"status": "{state}"}}}}"#))
}

/// The time that has passed on the clock since noon.
fn passed(clock: &ManualClock) -> Duration {
    clock.now().duration_since(noon().now()).try_into().expect("time advances")
}

/// The output of a future, which must take no real time.
async fn at_once<T>(work: impl Future<Output = T>) -> T {
    let begin = Instant::now();
    let outcome = work.await;
    assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
    outcome
}

const FOUR_HOURS: Duration = Duration::from_secs(4 * 60 * 60);

#[tokio::test]
async fn a_job_of_four_hours() {
    let clock = noon();
    let replies = [begun()].into_iter().chain((0..1000).map(|_| state("Running")));
    let client = builder(replies, &clock).build().expect("a client");
    let begun = client.begin().send().await.expect("success");
    let error = at_once(client.wait_for(&begun).into_future()).await.expect_err("it never ends");
    assert!(matches!(error, WaitError::Timeout { last: Some(_), .. }), "{error}");
    assert_eq!(passed(&clock), FOUR_HOURS);
}

#[test]
fn a_job_of_hours_in_a_program_without_async() {
    let clock = noon();
    let running = (0..3).map(|_| state("Running"));
    let client = builder([begun()].into_iter().chain(running).chain([state("Completed")]), &clock);
    let client = client.build().expect("a client");
    let begin = Instant::now();
    let begun = client.begin().send_blocking().expect("success");
    let hour = Duration::from_secs(60 * 60);
    let done = client.wait_for(&begun).interval(hour, hour).timeout(2 * FOUR_HOURS).blocking().expect("done");
    assert!(done.is_done() && begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
    // Each interval has a jitter of up to a fifth.
    assert!((FOUR_HOURS * 4 / 5..FOUR_HOURS * 6 / 5).contains(&passed(&clock)), "{:?}", passed(&clock));
}

/// The pauses before further attempts.
#[derive(Clone, Debug, Default)]
struct Pauses(Arc<Mutex<Vec<Duration>>>);

impl Interceptor for Pauses {
    fn after_attempt(&self, _: &Attempt, outcome: &Outcome<'_>) {
        assert_eq!(outcome.elapsed, Duration::ZERO, "time passes only in pauses");
        self.0.lock().expect("a lock").extend(outcome.retry_in);
    }
}

#[tokio::test]
async fn pauses_before_further_attempts() {
    let (clock, pauses) = (noon(), Pauses::default());
    let busy = || reply(429, &[("retry-after", "30")], "");
    let client = builder([busy(), busy(), begun()], &clock).interceptor(pauses.clone());
    let client = client.build().expect("a client");
    at_once(client.begin().send()).await.expect("success");
    let pauses = pauses.0.lock().expect("a lock");
    assert_eq!((pauses.len(), pauses.iter().sum::<Duration>()), (2, passed(&clock)));
    assert!(passed(&clock) >= Duration::from_secs(60), "{pauses:?}");
}

#[tokio::test]
async fn rate_limits() {
    let clock = noon();
    let limiter = RateLimiter::new([RateLimit { calls: 10, seconds: 60 }]);
    let client = builder((0..35).map(|_| begun()), &clock).rate_limiter(limiter).build().expect("a client");
    for call in 0..35 {
        at_once(client.begin().send()).await.expect("success");
        assert_eq!(passed(&clock), Duration::from_secs(call / 10 * 60));
    }
}

#[tokio::test]
async fn a_pause_beyond_the_time_limit_ends_the_call() {
    let clock = noon();
    let limiter = RateLimiter::new([RateLimit { calls: 1, seconds: 60 }]);
    let limited = builder([begun(), begun()], &clock).rate_limiter(limiter).operation_timeout(Duration::from_secs(59));
    let client = limited.build().expect("a client");
    client.begin().send().await.expect("success");
    let error = at_once(client.begin().send()).await.expect_err("the limit is a minute");
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
}

#[tokio::test]
async fn responses_that_never_arrive() {
    let clock = noon();
    let limits = builder([Reply::never()], &clock).retries(RetryPolicy::none()).timeout(Duration::from_secs(60));
    let client = limits.build().expect("a client");
    let error = at_once(client.begin().send()).await.expect_err("no response");
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    assert_eq!(passed(&clock), Duration::from_secs(60));
    // The time limit of the call is shorter than that of an attempt.
    let limits = builder([Reply::never()], &clock).operation_timeout(Duration::from_secs(5));
    let error = at_once(limits.build().expect("a client").begin().send()).await.expect_err("no response");
    assert_eq!((error.kind(), passed(&clock)), (ErrorKind::Timeout, Duration::from_secs(65)));
}

#[tokio::test]
async fn resumed_streams() {
    let clock = noon();
    let events = |body: &'static str| reply(200, &[("content-type", "text/event-stream")], body);
    let replay = Replay::new([events("retry: 30000\nid: 1\ndata: {\"name\": \"a\"}\n\n"), reply(204, &[], "")]);
    let builder = Client::builder(&HTTP).transport(replay).endpoint("http://localhost").bearer_token("t");
    let client: Client = builder.clock(clock.clone()).build().expect("a client");
    let stream = client.watch_pets().send().await.expect("a stream").into_inner().reconnecting();
    let items: Vec<_> = at_once(stream.collect()).await;
    assert!(items.len() == 1 && items.iter().all(Result::is_ok), "{items:?}");
    assert_eq!(passed(&clock), Duration::from_secs(30));
}

#[tokio::test]
async fn a_custom_clock_uses_tokios_pauses() {
    #[derive(Debug)]
    struct Fixed;

    impl Clock for Fixed {
        fn now(&self) -> jiff::Timestamp {
            noon().now()
        }
    }

    let (begin, before) = (Fixed.monotonic(), Instant::now());
    Fixed.sleep(Duration::from_millis(20)).await;
    for elapsed in [Fixed.monotonic() - begin, before.elapsed()] {
        assert!(elapsed >= Duration::from_millis(20), "{elapsed:?}");
    }
}

#[tokio::test]
async fn setting_a_clock_lets_no_time_pass() {
    let clock = noon();
    let begin = clock.monotonic();
    clock.set(clock.now() + SignedDuration::from_hours(5));
    assert_eq!(clock.monotonic(), begin);
    clock.advance(Duration::from_secs(1));
    clock.sleep(Duration::from_secs(1)).await;
    assert_eq!(clock.monotonic(), begin + Duration::from_secs(2));
    assert_eq!(passed(&clock), Duration::from_secs(5 * 60 * 60 + 2));
}
