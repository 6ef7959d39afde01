//! Temporary credentials, kept until they are about to end.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::provider::{Credentials, CredentialsError, CredentialsFuture, CredentialsProvider};
use crate::auth::clock::{Clock, SystemClock};

/// Credentials that end at some time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemporaryCredentials {
    /// The credentials.
    pub credentials: Credentials,
    /// When they end.
    pub expires: Timestamp,
}

/// What [`CredentialsSource::fetch`] returns.
pub type TemporaryCredentialsFuture<'a> =
    Pin<Box<dyn Future<Output = Result<TemporaryCredentials, CredentialsError>> + Send + 'a>>;

/// Asks somebody for temporary credentials. [`CachedCredentials`] makes a provider of it.
pub trait CredentialsSource: fmt::Debug + Send + Sync {
    /// New credentials.
    fn fetch(&self) -> TemporaryCredentialsFuture<'_>;
}

/// Keeps the credentials of a source and renews them five minutes before they end, or in the middle of a shorter life.
///
/// One caller renews them while all others go on with the old ones, as long as these are valid; only where there are none,
/// callers wait. Nothing is asked before the first call. A source that fails is asked again after five seconds.
pub struct CachedCredentials<S> {
    source: S,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    /// Held by whoever asks the source.
    asking: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    known: Option<Known>,
    failed: Option<(Timestamp, CredentialsError)>,
}

struct Known {
    credentials: Credentials,
    /// From when on they are to be renewed.
    renew: Timestamp,
    /// From when on they are of no use.
    end: Timestamp,
}

/// How long before their end credentials are renewed.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);
/// The least time that credentials must still have: a request is on its way for a while.
const LEAST: SignedDuration = SignedDuration::from_secs(10);
/// How long a failed source is left alone.
const PAUSE: SignedDuration = SignedDuration::from_secs(5);

impl<S: CredentialsSource> CachedCredentials<S> {
    /// Credentials of this source.
    pub fn new(source: S) -> Self {
        Self { source, clock: Arc::new(SystemClock), state: Mutex::default(), asking: tokio::sync::Mutex::new(()) }
    }

    /// Reads the time from this clock.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    fn state<T>(&self, with: impl FnOnce(&mut State) -> T) -> T {
        with(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What is known and need not be renewed yet (`fresh`) or is of use at least, or how asking failed just now.
    fn known(&self, fresh: bool) -> Option<Result<Credentials, CredentialsError>> {
        let now = self.clock.now();
        self.state(|state| {
            let valid = state.known.as_ref().filter(|known| now < if fresh { known.renew } else { known.end });
            if let Some(known) = valid {
                return Some(Ok(known.credentials.clone()));
            }
            let recent = state.failed.as_ref().filter(|(when, _)| now.duration_since(*when) < PAUSE);
            recent.map(|(_, error)| Err(error.clone()))
        })
    }

    /// Asks the source. Only for whoever holds the lock.
    async fn ask(&self) -> Result<Credentials, CredentialsError> {
        let response = self.source.fetch().await;
        let now = self.clock.now();
        self.state(|state| match response {
            Ok(new) => {
                let before = |time| new.expires.checked_sub(time).unwrap_or(Timestamp::MIN);
                let ahead = AHEAD.min(new.expires.duration_since(now) / 2);
                let known = Known { credentials: new.credentials.clone(), renew: before(ahead), end: before(LEAST) };
                *state = State { known: Some(known), failed: None };
                Ok(new.credentials)
            }
            Err(error) => {
                state.failed = Some((now, error.clone()));
                Err(error)
            }
        })
    }
}

impl<S: CredentialsSource> CredentialsProvider for CachedCredentials<S> {
    fn credentials(&self) -> CredentialsFuture<'_> {
        Box::pin(async move {
            if let Some(Ok(fresh)) = self.known(true) {
                return Ok(fresh);
            }
            // Old ones will do while another caller asks, or if the source fails.
            if let Some(Ok(old)) = self.known(false) {
                let Ok(_lock) = self.asking.try_lock() else { return Ok(old) };
                return match self.known(true) {
                    Some(Ok(fresh)) => Ok(fresh),
                    Some(Err(_)) => Ok(old),
                    None => Ok(self.ask().await.unwrap_or(old)),
                };
            }
            let _lock = self.asking.lock().await;
            match self.known(false) {
                Some(told) => told,
                None => self.ask().await,
            }
        })
    }

    fn rejected(&self, credentials: &Credentials) -> bool {
        self.state(|state| {
            let same = state.known.as_ref().is_some_and(|known| known.credentials == *credentials);
            if same {
                state.known = None;
            }
            // Others have been fetched in the meantime, or will be.
            same || state.known.is_some()
        })
    }
}

impl<S: fmt::Debug> fmt::Debug for CachedCredentials<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CachedCredentials").field(&self.source).finish()
    }
}

#[cfg(test)]
mod tests {
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

    /// Takes a second for a response: keys up to this second, or a failure.
    #[derive(Clone, Debug, Default)]
    struct Slow {
        answers: Arc<Mutex<VecDeque<Option<i64>>>>,
        asked: Arc<AtomicUsize>,
    }

    impl CredentialsSource for Slow {
        fn fetch(&self) -> TemporaryCredentialsFuture<'_> {
            Box::pin(async {
                tokio::time::sleep(Duration::from_secs(1)).await;
                self.asked.fetch_add(1, Ordering::Relaxed);
                match self.answers.lock().unwrap().pop_front().expect("a response") {
                    Some(end) => Ok(TemporaryCredentials {
                        credentials: Credentials::access_key(format!("until {end}"), "s"),
                        expires: Timestamp::from_second(end).unwrap(),
                    }),
                    None => Err(CredentialsError::new("nobody there")),
                }
            })
        }
    }

    fn cached(answers: impl IntoIterator<Item = Option<i64>>) -> (Arc<CachedCredentials<Slow>>, Slow, Second) {
        let (source, clock) = (Slow::default(), Second::default());
        source.answers.lock().unwrap().extend(answers);
        (Arc::new(CachedCredentials::new(source.clone()).clock(clock.clone())), source, clock)
    }

    fn key(found: Result<Credentials, CredentialsError>) -> String {
        match found.unwrap() {
            Credentials::AccessKey { access_key, .. } => access_key,
            Credentials::Token(_) => unreachable!(),
        }
    }

    /// What fifty tasks get at once.
    async fn fifty(cached: &Arc<CachedCredentials<Slow>>) -> Vec<Result<Credentials, CredentialsError>> {
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

    #[tokio::test(start_paused = true)]
    async fn one_asks_for_all() {
        let (cached, source, clock) = cached([Some(1000), Some(2000)]);
        for found in fifty(&cached).await {
            assert_eq!(key(found), "until 1000");
        }
        assert_eq!(source.asked.load(Ordering::Relaxed), 1);
        // Within five minutes of the end one asks, the others go on.
        clock.set(701);
        let mut keys: Vec<String> = fifty(&cached).await.into_iter().map(key).collect();
        keys.sort();
        assert_eq!((keys[48].as_str(), keys[49].as_str()), ("until 1000", "until 2000"));
        assert_eq!(key(cached.credentials().await), "until 2000");
        assert_eq!(source.asked.load(Ordering::Relaxed), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn short_lives() {
        let (cached, source, clock) = cached([Some(100), Some(200)]);
        for (second, end) in [(0, 100), (49, 100), (50, 200), (51, 200), (124, 200)] {
            clock.set(second);
            assert_eq!(key(cached.credentials().await), format!("until {end}"), "{second}");
        }
        assert_eq!(source.asked.load(Ordering::Relaxed), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn failures() {
        let (cached, source, clock) = cached([None, Some(1000), None, None, Some(2000)]);
        for found in fifty(&cached).await {
            assert_eq!(found.unwrap_err().to_string(), "nobody there");
        }
        assert_eq!(source.asked.load(Ordering::Relaxed), 1);
        clock.set(5);
        assert_eq!(key(cached.credentials().await), "until 1000");
        // As long as the old ones are valid, nobody notices, and the source is not pressed.
        clock.set(980);
        for _ in 0..3 {
            assert_eq!(key(cached.credentials().await), "until 1000");
        }
        assert_eq!(source.asked.load(Ordering::Relaxed), 3);
        clock.set(995);
        assert!(cached.credentials().await.is_err());
        clock.set(1000);
        assert_eq!(key(cached.credentials().await), "until 2000");
    }

    #[tokio::test(start_paused = true)]
    async fn rejected_ones_are_renewed() {
        let (cached, source, _) = cached([Some(1000), Some(2000)]);
        let old = cached.credentials().await.unwrap();
        assert!(cached.rejected(&old));
        let new = cached.credentials().await;
        assert!(cached.rejected(&old), "others are there");
        assert_eq!(cached.credentials().await, new);
        assert_eq!(source.asked.load(Ordering::Relaxed), 2);
        assert!(!Credentials::access_key("a", "s").rejected(&old));
    }

    #[tokio::test(start_paused = true)]
    async fn a_caller_that_gives_up_blocks_nobody() {
        let (cached, ..) = cached([Some(1000)]);
        let hasty = tokio::time::timeout(Duration::from_millis(10), cached.credentials()).await;
        assert!(hasty.is_err());
        assert_eq!(key(cached.credentials().await), "until 1000");
    }
}
