//! Temporary credentials, kept until they are about to end.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

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
/// They are renewed in a task of their own, which goes on whoever gives up waiting. Callers go on with the old ones meanwhile, and
/// wait only where there are none that are still valid. Nothing is asked before the first call.
///
/// A source that fails is left alone for five seconds. As long as it fails, old credentials are given out even past their end: whether
/// they still count is the service's to say, whose clock is right. Once the service rejects them, the source's failure is the error.
/// Credentials that the service rejects are renewed at once, but once a minute at most.
pub struct CachedCredentials<S> {
    source: Arc<S>,
    clock: Arc<dyn Clock>,
    load_timeout: Duration,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    known: Option<Known>,
    /// Those before: calls that still have them find others here.
    previous: Option<Credentials>,
    failed: Option<(Instant, CredentialsError)>,
    /// When the service rejected credentials that were renewed therefore.
    rejected: Option<Instant>,
    renewing: Option<Renewing>,
}

/// A task that renews credentials.
#[derive(Clone)]
struct Renewing {
    /// Changes when it has ended.
    done: watch::Receiver<()>,
    /// When it is given up: it belongs to the runtime of the caller that began it, and nobody may be driving that one any more.
    until: tokio::time::Instant,
}

impl Renewing {
    fn is_alive(&self) -> bool {
        // A task ends with its runtime, too, and then says nothing.
        self.done.has_changed().is_ok() && tokio::time::Instant::now() < self.until
    }

    async fn wait(mut self) {
        // It ends by closing, never by a value.
        let done = async { drop(self.done.changed().await) };
        if tokio::runtime::Handle::try_current().is_ok() {
            let _ = tokio::time::timeout_at(self.until, done).await;
        } else {
            done.await;
        }
    }
}

struct Known {
    credentials: Credentials,
    expires: Timestamp,
    fetched: Instant,
    /// How long they were to live when they were fetched. Clocks may be set; this much is sure.
    life: SignedDuration,
}

/// How long before their end credentials are renewed.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);
/// A limit that is none: 30 years, which every clock can hold.
const FOR_EVER: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);
/// The least time that credentials must still have: a request is on its way for a while.
const LEAST: SignedDuration = SignedDuration::from_secs(10);
/// How much longer than its own time limit the task that renews credentials is waited for.
const GRACE: Duration = Duration::from_secs(1);
/// How long a failed source is left alone.
const PAUSE: Duration = Duration::from_secs(5);
/// How long keys are taken for what they are if they have ended by our clock when they come.
const LEAST_LIFE: Duration = Duration::from_secs(60);
/// How often credentials are renewed because the service rejects them.
const REJECTION_PAUSE: Duration = Duration::from_secs(60);

/// What is to be done for a caller.
enum Step {
    Done(Result<Credentials, CredentialsError>),
    Wait(Renewing),
}

/// A moment, by both of a clock's times.
#[derive(Clone, Copy)]
struct Now {
    date: Timestamp,
    monotonic: Instant,
}

impl Now {
    fn of(clock: &dyn Clock) -> Self {
        Self { date: clock.now(), monotonic: clock.monotonic() }
    }

    fn since(self, then: Instant) -> Duration {
        self.monotonic.saturating_duration_since(then)
    }
}

impl Known {
    fn has(&self, left: SignedDuration, now: Now) -> bool {
        let elapsed = now.since(self.fetched);
        if self.life <= LEAST {
            // Their end is past by a clock that is wrong, or the source has no others.
            return elapsed < LEAST_LIFE;
        }
        let elapsed = SignedDuration::try_from(elapsed).unwrap_or(SignedDuration::MAX);
        // A clock that was set back does not make them live longer, nor does one that stood still while the machine slept.
        left < self.expires.duration_since(now.date) && left < self.life.saturating_sub(elapsed)
    }

    fn is_fresh(&self, now: Now) -> bool {
        self.has(AHEAD.min(self.life / 2), now)
    }
}

impl<S: CredentialsSource + 'static> CachedCredentials<S> {
    /// Credentials of this source.
    pub fn new(source: S) -> Self {
        Self {
            source: Arc::new(source),
            clock: Arc::new(SystemClock),
            load_timeout: Duration::from_secs(30),
            state: Arc::default(),
        }
    }

    /// Reads the time from this clock.
    pub fn clock(self, clock: impl Clock + 'static) -> Self {
        self.with_clock(Arc::new(clock))
    }

    pub(super) fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// How long the source may take; 30 seconds by default. A call's own time limits may end its waiting earlier. Where the runtime in
    /// which the source is asked stands still, the next caller asks it again in its own, a second after that time.
    pub fn load_timeout(mut self, limit: Duration) -> Self {
        self.load_timeout = limit;
        self
    }

    fn state<T>(&self, with: impl FnOnce(&mut State) -> T) -> T {
        with(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What a caller gets, or waits for. `waited`: a task has ended since it came.
    fn step(&self, waited: bool) -> Step {
        let now = Now::of(&*self.clock);
        self.state(|state| {
            let fresh = state.known.as_ref().is_some_and(|known| known.is_fresh(now));
            let recent = state.failed.as_ref().is_some_and(|(when, _)| now.since(*when) < PAUSE);
            if !fresh && !recent {
                self.renew(state);
            }
            match (&state.known, &state.failed, &state.renewing) {
                (Some(known), ..) if known.has(LEAST, now) => Step::Done(Ok(known.credentials.clone())),
                // What has just been fetched is the best there is, whatever the clock says by now.
                (Some(known), ..) if waited && now.since(known.fetched) < PAUSE => {
                    Step::Done(Ok(known.credentials.clone()))
                }
                (Some(known), Some(_), _) => {
                    tracing::warn!("credentials that have ended are used, as they cannot be renewed");
                    Step::Done(Ok(known.credentials.clone()))
                }
                (None, Some((_, error)), _) if recent => Step::Done(Err(error.clone())),
                (.., Some(renewing)) => Step::Wait(renewing.clone()),
                (.., None) => {
                    Step::Done(Err(CredentialsError::new("there is no async runtime to renew credentials in")))
                }
            }
        })
    }

    /// Begins to renew them, unless that has begun.
    fn renew(&self, state: &mut State) {
        if state.renewing.as_ref().is_some_and(Renewing::is_alive) {
            return;
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            state.renewing = None;
            return;
        };
        let (sender, done) = watch::channel(());
        let (source, limit) = (self.source.clone(), self.load_timeout);
        let now = tokio::time::Instant::now();
        // Longer than what the clock can hold is as good as for ever.
        let until = now.checked_add(limit.saturating_add(GRACE)).unwrap_or(now + FOR_EVER);
        state.renewing = Some(Renewing { done, until });
        let renewal = Renewal { state: self.state.clone(), clock: self.clock.clone(), done: sender };
        runtime.spawn(async move {
            let response = tokio::time::timeout(limit, source.fetch()).await;
            let late = |_| Err(CredentialsError::new(format_args!("no response within {limit:?} (`load_timeout`)")));
            renewal.end(response.unwrap_or_else(late));
        });
    }
}

/// The task that renews credentials. Whoever waits goes on when it is dropped.
struct Renewal {
    state: Arc<Mutex<State>>,
    clock: Arc<dyn Clock>,
    done: watch::Sender<()>,
}

impl Renewal {
    fn end(&self, response: Result<TemporaryCredentials, CredentialsError>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        // One that was given up, and goes on after all, has nothing to say: another has taken over.
        if state.renewing.as_ref().is_some_and(|renewing| renewing.done.same_channel(&self.done.subscribe())) {
            state.ended(response, Now::of(&*self.clock));
        }
    }
}

impl Drop for Renewal {
    fn drop(&mut self) {
        // If not, it has ended, or its runtime has, and the next caller begins again in another.
        if std::thread::panicking() {
            self.end(Err(CredentialsError::new("the source of credentials panicked")));
        }
    }
}

impl State {
    fn ended(&mut self, response: Result<TemporaryCredentials, CredentialsError>, now: Now) {
        self.renewing = None;
        match response {
            Ok(new) => {
                let life = new.expires.duration_since(now.date);
                let known = Known { credentials: new.credentials, expires: new.expires, fetched: now.monotonic, life };
                let old = self.known.replace(known).map(|known| known.credentials);
                self.previous = old.or(self.previous.take());
                self.failed = None;
            }
            Err(error) => {
                let served = self.known.is_some() || self.previous.is_some();
                let error = if served { error.after_success() } else { error };
                self.failed = Some((now.monotonic, error));
            }
        }
    }
}

impl<S: CredentialsSource + 'static> CredentialsProvider for CachedCredentials<S> {
    fn credentials(&self) -> CredentialsFuture<'_> {
        Box::pin(async move {
            let mut waited = false;
            loop {
                match self.step(waited) {
                    Step::Done(outcome) => return outcome,
                    Step::Wait(renewing) => {
                        renewing.wait().await;
                        waited = true;
                    }
                }
            }
        })
    }

    fn rejected(&self, credentials: &Credentials) -> bool {
        let now = Now::of(&*self.clock);
        self.state(|state| match &state.known {
            Some(known) if known.credentials == *credentials => {
                // New ones that are rejected as well show that it is not the keys' age.
                if state.rejected.is_some_and(|when| now.since(when) < REJECTION_PAUSE) {
                    return false;
                }
                state.rejected = Some(now.monotonic);
                state.failed = None;
                state.previous = state.known.take().map(|known| known.credentials);
                true
            }
            // Others have been fetched in the meantime, or are about to be.
            _ => state.previous.as_ref() == Some(credentials),
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

    use tokio::time::Instant;

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

    /// Lets the task that renews credentials end.
    async fn renewal() {
        tokio::time::sleep(Duration::from_millis(1001)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn one_asks_for_all() {
        let (cached, source, clock) = cached([Some(1000), Some(2000)]);
        for found in fifty(&cached).await {
            assert_eq!(key(found), "until 1000");
        }
        assert_eq!(source.asked.load(Ordering::Relaxed), 1);
        // Within five minutes of the end they are renewed, and nobody waits for that.
        clock.set(701);
        for found in fifty(&cached).await {
            assert_eq!(key(found), "until 1000");
        }
        renewal().await;
        assert_eq!(key(cached.credentials().await), "until 2000");
        assert_eq!(source.asked.load(Ordering::Relaxed), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn short_lives() {
        let (cached, source, clock) = cached([Some(100), Some(200)]);
        for (second, end) in [(0, 100), (48, 100), (50, 100), (51, 200), (124, 200)] {
            clock.set(second);
            assert_eq!(key(cached.credentials().await), format!("until {end}"), "{second}");
            renewal().await;
        }
        assert_eq!(source.asked.load(Ordering::Relaxed), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn failures() {
        let (cached, source, clock) = cached([None, Some(1000), None, Some(2000)]);
        for found in fifty(&cached).await {
            assert_eq!(found.unwrap_err().to_string(), "nobody there");
        }
        assert_eq!(source.asked.load(Ordering::Relaxed), 1);
        tokio::time::sleep(PAUSE).await;
        assert_eq!(key(cached.credentials().await), "until 1000");
        // As long as the old ones are valid, nobody notices, and the source is not pressed.
        clock.set(980);
        for _ in 0..3 {
            assert_eq!(key(cached.credentials().await), "until 1000");
            renewal().await;
        }
        assert_eq!(source.asked.load(Ordering::Relaxed), 3);
        // Nor after their end: the service knows better whether they still count.
        clock.set(1500);
        assert_eq!(key(cached.credentials().await), "until 1000");
        tokio::time::sleep(PAUSE).await;
        assert_eq!(key(cached.credentials().await), "until 1000", "nobody waits for a source that fails");
        renewal().await;
        assert_eq!(key(cached.credentials().await), "until 2000");
        assert_eq!(source.asked.load(Ordering::Relaxed), 4);
    }

    #[tokio::test(start_paused = true)]
    async fn ended_ones_that_the_service_rejects() {
        let (cached, _, clock) = cached([Some(1000), None]);
        let old = cached.credentials().await.unwrap();
        clock.set(2000);
        assert!(cached.rejected(&old));
        assert_eq!(cached.credentials().await.unwrap_err().to_string(), "nobody there");
    }

    #[tokio::test(start_paused = true)]
    async fn rejected_ones_are_renewed_for_all() {
        let (cached, source, _) = cached([Some(1000), Some(2000), Some(3000)]);
        let old = cached.credentials().await.unwrap();
        for _ in 0..20 {
            assert!(cached.rejected(&old), "others are on their way");
        }
        for found in fifty(&cached).await {
            assert_eq!(key(found), "until 2000");
        }
        assert!(cached.rejected(&old), "others are there");
        assert_eq!(source.asked.load(Ordering::Relaxed), 2);
        // A service that rejects all does not make the source's life hard.
        let new = cached.credentials().await.unwrap();
        for _ in 0..50 {
            assert!(!cached.rejected(&new));
        }
        tokio::time::sleep(REJECTION_PAUSE).await;
        assert!(cached.rejected(&new));
        assert_eq!(key(cached.credentials().await), "until 3000");
        // What others gave is nothing to it.
        assert!(!cached.rejected(&Credentials::access_key("a", "s")));
        assert!(!Credentials::access_key("a", "s").rejected(&old));
    }

    #[tokio::test(start_paused = true)]
    async fn callers_that_give_up_do_not_stop_it() {
        let (cached, source, _) = cached([Some(1000)]);
        for _ in 0..20 {
            let hasty = tokio::time::timeout(Duration::from_millis(40), cached.credentials()).await;
            assert!(hasty.is_err());
        }
        assert_eq!(key(cached.credentials().await), "until 1000");
        assert_eq!(source.asked.load(Ordering::Relaxed), 1);
    }

    /// Has keys once, and then nothing.
    #[derive(Debug, Default)]
    struct Leaves(AtomicUsize);

    impl CredentialsSource for Leaves {
        fn fetch(&self) -> TemporaryCredentialsFuture<'_> {
            let first = self.0.fetch_add(1, Ordering::Relaxed) == 0;
            Box::pin(std::future::ready(if first {
                Ok(TemporaryCredentials { credentials: Credentials::access_key("k", "s"), expires: Timestamp::MAX })
            } else {
                Err(CredentialsError::not_found("nobody there"))
            }))
        }
    }

    #[tokio::test]
    async fn nothing_after_something_is_a_failure() {
        let cached = CachedCredentials::new(Leaves::default());
        let old = cached.credentials().await.unwrap();
        assert!(cached.rejected(&old));
        let error = cached.credentials().await.unwrap_err();
        assert_eq!(error, CredentialsError::new("nobody there (there were credentials before)"));
    }

    /// Never answers.
    #[derive(Debug)]
    struct Silent;

    impl CredentialsSource for Silent {
        fn fetch(&self) -> TemporaryCredentialsFuture<'_> {
            Box::pin(std::future::pending())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn sources_have_a_time_limit() {
        let begin = Instant::now();
        let error = CachedCredentials::new(Silent).credentials().await.unwrap_err();
        assert_eq!(error.to_string(), "no response within 30s (`load_timeout`)");
        assert_eq!(begin.elapsed(), Duration::from_secs(30));
    }

    #[derive(Debug)]
    struct Panics;

    impl CredentialsSource for Panics {
        fn fetch(&self) -> TemporaryCredentialsFuture<'_> {
            panic!("it breaks")
        }
    }

    #[tokio::test]
    async fn a_panic_is_an_error() {
        let error = CachedCredentials::new(Panics).credentials().await.unwrap_err();
        assert_eq!(error.to_string(), "the source of credentials panicked");
    }

    #[tokio::test(start_paused = true)]
    async fn clocks_that_are_set() {
        // Back, after a failure: it is forgotten after five seconds, whatever the clock shows.
        let (failing, _, clock) = cached([None, Some(9000)]);
        clock.set(3600);
        assert!(failing.credentials().await.is_err());
        clock.set(0);
        tokio::time::sleep(PAUSE).await;
        assert_eq!(key(failing.credentials().await), "until 9000");
        // Back, while keys live: they do not live longer therefore.
        let (living, _, clock) = cached([Some(4600), Some(9000)]);
        clock.set(3600);
        assert_eq!(key(living.credentials().await), "until 4600");
        clock.set(0);
        tokio::time::sleep(Duration::from_secs(999)).await;
        assert_eq!(key(living.credentials().await), "until 9000");
        // Wrong from the start: keys that have ended by it are as good as any, and are asked for once a minute.
        let (ended, source, clock) = cached([Some(1000), Some(2000)]);
        clock.set(5000);
        for _ in 0..100 {
            assert_eq!(key(ended.credentials().await), "until 1000");
        }
        assert_eq!(source.asked.load(Ordering::Relaxed), 1);
        tokio::time::sleep(LEAST_LIFE).await;
        assert_eq!(key(ended.credentials().await), "until 2000");
    }

    #[test]
    fn it_survives_its_runtime() {
        let runtime =
            || tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let (cached, source, _) = cached([Some(1000)]);
        runtime().block_on(async {
            let hasty = tokio::time::timeout(Duration::from_millis(10), cached.credentials()).await;
            assert!(hasty.is_err());
        });
        assert_eq!(key(runtime().block_on(cached.credentials())), "until 1000");
        assert_eq!(source.asked.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn it_survives_a_runtime_that_nobody_drives() {
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
        // It takes the time of the renewal that stands still, and a second of its own.
        let patient = busy.block_on(async {
            let callers = async { (cached.credentials().await, cached.credentials().await) };
            tokio::time::timeout(Duration::from_secs(20), callers).await
        });
        let (first, second) = patient.expect("it waits for ever");
        assert_eq!((key(first), key(second)), ("until 1000".to_owned(), "until 1000".to_owned()));
        // The one that was given up goes on, and changes nothing.
        idle.block_on(async { tokio::time::sleep(Duration::from_millis(1200)).await });
        assert_eq!(key(busy.block_on(cached.credentials())), "until 1000");
    }
}
