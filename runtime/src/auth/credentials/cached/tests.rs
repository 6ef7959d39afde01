//! Tests of caching over time, and of concurrent callers.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use super::*;

/// Seconds since 1970.
#[derive(Clone, Debug, Default)]
struct Second(Arc<AtomicI64>);

impl Second {
    fn set(&self, second: i64) {
        self.0.store(second, Ordering::Relaxed);
    }
}

impl Clock for Second {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::Relaxed)).unwrap()
    }
}

/// Takes a second per fetch: keys valid until this second, or a failure.
#[derive(Clone, Debug, Default)]
struct Slow {
    answers: Arc<Mutex<VecDeque<Option<i64>>>>,
    fetches: Arc<AtomicUsize>,
}

impl CredentialsSource for Slow {
    fn fetch(&self) -> TemporaryCredentialsFuture<'_> {
        Box::pin(async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            self.fetches.fetch_add(1, Ordering::Relaxed);
            match self.answers.lock().unwrap().pop_front().expect("a response") {
                Some(end) => Ok(TemporaryCredentials {
                    credentials: Credentials::access_key(format!("until {end}"), "s"),
                    expires: Timestamp::from_second(end).unwrap(),
                }),
                None => Err(CredentialsError::new("unreachable")),
            }
        })
    }
}

fn cached(results: impl IntoIterator<Item = Option<i64>>) -> (Arc<CachedCredentials>, Slow, Second) {
    let (source, clock) = (Slow::default(), Second::default());
    source.answers.lock().unwrap().extend(results);
    (Arc::new(CachedCredentials::new(source.clone()).clock(clock.clone())), source, clock)
}

fn key(found: Result<Credentials, CredentialsError>) -> String {
    match found.unwrap() {
        Credentials::AccessKey { access_key, .. } => access_key,
        Credentials::Token(_) => unreachable!(),
    }
}

/// The results of fifty concurrent callers.
async fn fifty(cached: &Arc<CachedCredentials>) -> Vec<Result<Credentials, CredentialsError>> {
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let cached = cached.clone();
            tokio::spawn(async move { cached.credentials().await })
        })
        .collect();
    let mut found = Vec::new();
    for task in tasks {
        found.push(task.await.unwrap());
    }
    found
}

/// Lets the renewing task end.
async fn renewal() {
    tokio::time::sleep(Duration::from_millis(1001)).await;
}

#[tokio::test(start_paused = true)]
async fn concurrent_callers_share_a_fetch() {
    let (cached, source, clock) = cached([Some(1000), Some(2000)]);
    for found in fifty(&cached).await {
        assert_eq!(key(found), "until 1000");
    }
    assert_eq!(source.fetches.load(Ordering::Relaxed), 1);
    // Within five minutes of the expiration they are renewed, and no caller waits.
    clock.set(701);
    for found in fifty(&cached).await {
        assert_eq!(key(found), "until 1000");
    }
    renewal().await;
    assert_eq!(key(cached.credentials().await), "until 2000");
    assert_eq!(source.fetches.load(Ordering::Relaxed), 2);
}

#[tokio::test(start_paused = true)]
async fn short_lifetimes() {
    let (cached, source, clock) = cached([Some(100), Some(200)]);
    for (second, end) in [(0, 100), (48, 100), (50, 100), (51, 200), (124, 200)] {
        clock.set(second);
        assert_eq!(key(cached.credentials().await), format!("until {end}"), "{second}");
        renewal().await;
    }
    assert_eq!(source.fetches.load(Ordering::Relaxed), 2);
}

#[tokio::test(start_paused = true)]
async fn failures() {
    let (cached, source, clock) = cached([None, Some(1000), None, Some(2000)]);
    for found in fifty(&cached).await {
        assert_eq!(found.unwrap_err().to_string(), "unreachable");
    }
    assert_eq!(source.fetches.load(Ordering::Relaxed), 1);
    tokio::time::sleep(PAUSE).await;
    assert_eq!(key(cached.credentials().await), "until 1000");
    // While the old ones are valid, failures are invisible, and the source is not called again at once.
    clock.set(980);
    for _ in 0..3 {
        assert_eq!(key(cached.credentials().await), "until 1000");
        renewal().await;
    }
    assert_eq!(source.fetches.load(Ordering::Relaxed), 3);
    // Also after their expiration: the service decides whether they are valid.
    clock.set(1500);
    assert_eq!(key(cached.credentials().await), "until 1000");
    tokio::time::sleep(PAUSE).await;
    assert_eq!(key(cached.credentials().await), "until 1000", "callers do not wait for a failing source");
    renewal().await;
    assert_eq!(key(cached.credentials().await), "until 2000");
    assert_eq!(source.fetches.load(Ordering::Relaxed), 4);
}

#[tokio::test(start_paused = true)]
async fn expired_keys_that_the_service_rejects() {
    let (cached, _, clock) = cached([Some(1000), None]);
    let old = cached.credentials().await.unwrap();
    clock.set(2000);
    assert!(cached.rejected(&old));
    assert_eq!(cached.credentials().await.unwrap_err().to_string(), "unreachable");
}

#[tokio::test(start_paused = true)]
async fn rejected_keys_are_renewed_for_all_callers() {
    let (cached, source, _) = cached([Some(1000), Some(2000), Some(3000)]);
    let old = cached.credentials().await.unwrap();
    for _ in 0..20 {
        assert!(cached.rejected(&old), "a renewal is in progress");
    }
    for found in fifty(&cached).await {
        assert_eq!(key(found), "until 2000");
    }
    assert!(cached.rejected(&old), "new keys are available");
    assert_eq!(source.fetches.load(Ordering::Relaxed), 2);
    // A service that rejects everything does not flood the source.
    let new = cached.credentials().await.unwrap();
    for _ in 0..50 {
        assert!(!cached.rejected(&new));
    }
    tokio::time::sleep(REJECTION_PAUSE).await;
    assert!(cached.rejected(&new));
    assert_eq!(key(cached.credentials().await), "until 3000");
    // Credentials from elsewhere are ignored.
    assert!(!cached.rejected(&Credentials::access_key("a", "s")));
    assert!(!Credentials::access_key("a", "s").rejected(&old));
}

#[tokio::test(start_paused = true)]
async fn a_renewal_continues_if_its_callers_give_up() {
    let (cached, source, _) = cached([Some(1000)]);
    for _ in 0..20 {
        let hasty = tokio::time::timeout(Duration::from_millis(40), cached.credentials()).await;
        assert!(hasty.is_err());
    }
    assert_eq!(key(cached.credentials().await), "until 1000");
    assert_eq!(source.fetches.load(Ordering::Relaxed), 1);
}

/// Returns keys once, then fails.
#[derive(Debug, Default)]
struct Leaves(AtomicUsize);

impl CredentialsSource for Leaves {
    fn fetch(&self) -> TemporaryCredentialsFuture<'_> {
        let first = self.0.fetch_add(1, Ordering::Relaxed) == 0;
        Box::pin(std::future::ready(if first {
            Ok(TemporaryCredentials { credentials: Credentials::access_key("k", "s"), expires: Timestamp::MAX })
        } else {
            Err(CredentialsError::not_found("unreachable"))
        }))
    }
}

#[tokio::test]
async fn missing_keys_are_a_failure_if_there_were_some_before() {
    let cached = CachedCredentials::new(Leaves::default());
    let old = cached.credentials().await.unwrap();
    assert!(cached.rejected(&old));
    let error = cached.credentials().await.unwrap_err();
    assert_eq!(error, CredentialsError::new("unreachable (there were credentials before)"));
}

/// Never completes.
#[derive(Debug)]
struct Silent;

impl CredentialsSource for Silent {
    fn fetch(&self) -> TemporaryCredentialsFuture<'_> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test(start_paused = true)]
async fn sources_have_a_time_limit() {
    let begin = tokio::time::Instant::now();
    let error = CachedCredentials::new(Silent).credentials().await.unwrap_err();
    assert_eq!(error.to_string(), "no response within 30s (`load_timeout`)");
    assert_eq!(begin.elapsed(), Duration::from_secs(30));
}

#[derive(Debug)]
struct Panics;

impl CredentialsSource for Panics {
    fn fetch(&self) -> TemporaryCredentialsFuture<'_> {
        panic!("broken source")
    }
}

#[tokio::test]
async fn a_panic_is_an_error() {
    let error = CachedCredentials::new(Panics).credentials().await.unwrap_err();
    assert_eq!(error.to_string(), "the source of credentials panicked");
}

#[tokio::test(start_paused = true)]
async fn clock_changes() {
    // Set back, after a failure: it is forgotten after five seconds, whatever the clock shows.
    let (failing, _, clock) = cached([None, Some(9000)]);
    clock.set(3600);
    assert!(failing.credentials().await.is_err());
    clock.set(0);
    tokio::time::sleep(PAUSE).await;
    assert_eq!(key(failing.credentials().await), "until 9000");
    // Set back, while keys are valid: their lifetime is not extended.
    let (living, _, clock) = cached([Some(4600), Some(9000)]);
    clock.set(3600);
    assert_eq!(key(living.credentials().await), "until 4600");
    clock.set(0);
    tokio::time::sleep(Duration::from_secs(999)).await;
    assert_eq!(key(living.credentials().await), "until 9000");
    // Wrong from the start: keys that have expired by it are used, and fetched once a minute.
    let (ended, source, clock) = cached([Some(1000), Some(2000)]);
    clock.set(5000);
    for _ in 0..100 {
        assert_eq!(key(ended.credentials().await), "until 1000");
    }
    assert_eq!(source.fetches.load(Ordering::Relaxed), 1);
    tokio::time::sleep(LEAST_LIFE).await;
    assert_eq!(key(ended.credentials().await), "until 2000");
}

#[test]
fn the_cache_survives_its_runtime() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let (cached, source, _) = cached([Some(1000)]);
    runtime().block_on(async {
        let hasty = tokio::time::timeout(Duration::from_millis(10), cached.credentials()).await;
        assert!(hasty.is_err());
    });
    assert_eq!(key(runtime().block_on(cached.credentials())), "until 1000");
    assert_eq!(source.fetches.load(Ordering::Relaxed), 1);
}

#[test]
fn the_cache_survives_a_stalled_runtime() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let (slow, clock) = (Slow::default(), Second::default());
    slow.answers.lock().unwrap().extend([Some(1000), Some(2000)]);
    let limit = Duration::from_millis(1500);
    let cached = Arc::new(CachedCredentials::new(slow.clone()).clock(clock).load_timeout(limit));
    let (idle, busy) = (runtime(), runtime());
    idle.block_on(async {
        let hasty = tokio::time::timeout(Duration::from_millis(10), cached.credentials()).await;
        assert!(hasty.is_err());
    });
    // It takes the time limit of the stalled renewal, plus a second.
    let patient = busy.block_on(async {
        let callers = async { (cached.credentials().await, cached.credentials().await) };
        tokio::time::timeout(Duration::from_secs(20), callers).await
    });
    let (first, second) = patient.expect("waits forever");
    assert_eq!((key(first), key(second)), ("until 1000".to_owned(), "until 1000".to_owned()));
    // The same without a runtime, where the source cannot be called again.
    let other = Arc::new(CachedCredentials::new(Slow::default()).load_timeout(Duration::from_millis(10)));
    idle.block_on(async {
        let hasty = tokio::time::timeout(Duration::from_millis(1), other.credentials()).await;
        assert!(hasty.is_err());
    });
    let (done, wait) = std::sync::mpsc::channel();
    std::thread::spawn(move || done.send(futures_executor::block_on(other.credentials())));
    let outcome = wait.recv_timeout(Duration::from_secs(20)).expect("waits forever");
    assert_eq!(outcome.unwrap_err().to_string(), "credentials cannot be renewed without an async runtime");
    // The abandoned task continues, and changes nothing.
    idle.block_on(async { tokio::time::sleep(Duration::from_millis(1200)).await });
    assert_eq!(key(busy.block_on(cached.credentials())), "until 1000");
}
