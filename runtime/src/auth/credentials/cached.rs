//! A cache of temporary credentials.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use super::provider::{Credentials, CredentialsError, CredentialsFuture, CredentialsProvider};
use crate::transport::clock::{Clock, SystemClock};

/// Credentials with an expiration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemporaryCredentials {
    /// The credentials.
    pub credentials: Credentials,
    /// Their expiration.
    pub expires: Timestamp,
}

/// The return type of [`CredentialsSource::fetch`].
pub type TemporaryCredentialsFuture<'a> =
    Pin<Box<dyn Future<Output = Result<TemporaryCredentials, CredentialsError>> + Send + 'a>>;

/// Fetches temporary credentials. [`CachedCredentials`] turns it into a provider.
pub trait CredentialsSource: fmt::Debug + Send + Sync {
    /// Fetches new credentials.
    fn fetch(&self) -> TemporaryCredentialsFuture<'_>;
}

/// Caches the credentials of a source and renews them five minutes before they expire, or halfway through a shorter
/// lifetime.
///
/// They are renewed in a separate task, which continues if its callers stop waiting. Callers get the old credentials
/// meanwhile, and wait only if none are valid. Nothing is fetched before the first call.
///
/// After a failure, the source is not called for five seconds. As long as it fails, the old credentials are returned
/// even after their expiration, as the service's clock decides whether they are valid. Once the service rejects them,
/// the source's failure is the error. Rejected credentials are renewed immediately, but at most once a minute.
pub struct CachedCredentials {
    source: Arc<dyn CredentialsSource>,
    clock: Arc<dyn Clock>,
    load_timeout: Duration,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    known: Option<Known>,
    /// The previous credentials: calls that still use them get the current ones here.
    previous: Option<Credentials>,
    failed: Option<(Instant, CredentialsError)>,
    /// The last time that credentials were renewed because the service had rejected them.
    rejected: Option<Instant>,
    renewing: Option<Renewing>,
}

/// A task that renews credentials.
#[derive(Clone)]
struct Renewing {
    /// Closed when the task has ended.
    done: watch::Receiver<()>,
    /// When to give up on the task: it runs in the runtime of the caller that spawned it, which may no longer be
    /// driven.
    until: tokio::time::Instant,
}

impl Renewing {
    fn is_alive(&self) -> bool {
        // The channel also closes, without a value, if the task's runtime ends.
        self.done.has_changed().is_ok() && tokio::time::Instant::now() < self.until
    }

    async fn wait(mut self) {
        // The channel is only ever closed; no value is sent.
        let done = std::pin::pin!(async { drop(self.done.changed().await) });
        if tokio::runtime::Handle::try_current().is_ok() {
            let _ = tokio::time::timeout_at(self.until, done).await;
        } else {
            let late = std::pin::pin!(passed(self.until.saturating_duration_since(tokio::time::Instant::now())));
            futures_util::future::select(done, late).await;
        }
    }
}

/// Completes after this time outside of a runtime with timers: a thread sleeps, at most until the caller stops waiting.
async fn passed(time: Duration) {
    let (caller, gone) = std::sync::mpsc::channel::<()>();
    let (timer, over) = tokio::sync::oneshot::channel::<()>();
    let wait = move || {
        let _ = gone.recv_timeout(time);
        drop(timer);
    };
    // If no thread can be started, the time limit has passed at once.
    if std::thread::Builder::new().name("yundb-timer".to_owned()).spawn(wait).is_ok() {
        let _ = over.await;
    }
    drop(caller);
}

struct Known {
    credentials: Credentials,
    expires: Timestamp,
    fetched: Instant,
    /// The lifetime when they were fetched. Unlike the expiration, it does not depend on clock changes.
    life: SignedDuration,
}

/// How long before their expiration credentials are renewed.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);
/// Effectively unlimited: 30 years, which every clock can represent.
const FOR_EVER: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);
/// Minimum remaining lifetime of returned credentials, to allow for the duration of a request.
const LEAST: SignedDuration = SignedDuration::from_secs(10);
/// Time to wait for the renewing task beyond its own time limit.
const GRACE: Duration = Duration::from_secs(1);
/// Pause after a failure of the source.
const PAUSE: Duration = Duration::from_secs(5);
/// How long new keys are used if they have already expired by our clock, which may be wrong.
const LEAST_LIFE: Duration = Duration::from_secs(60);
/// Minimum time between renewals because of rejections.
const REJECTION_PAUSE: Duration = Duration::from_secs(60);

/// The next step for a caller.
enum Step {
    Done(Result<Credentials, CredentialsError>),
    Wait(Renewing),
}

/// A point in time, on both of a clock's time scales.
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
            // Our clock is wrong, or the source has no others.
            return elapsed < LEAST_LIFE;
        }
        let elapsed = SignedDuration::try_from(elapsed).unwrap_or(SignedDuration::MAX);
        // Their lifetime is not extended by setting the clock back, or by a clock that stops while the machine sleeps.
        left < self.expires.duration_since(now.date) && left < self.life.saturating_sub(elapsed)
    }

    fn is_fresh(&self, now: Now) -> bool {
        self.has(AHEAD.min(self.life / 2), now)
    }
}

impl CachedCredentials {
    /// Creates a cache of this source.
    pub fn new(source: impl CredentialsSource + 'static) -> Self {
        Self {
            source: Arc::new(source),
            clock: Arc::new(SystemClock),
            load_timeout: Duration::from_secs(30),
            state: Arc::default(),
        }
    }

    /// Sets the clock.
    pub fn clock(self, clock: impl Clock + 'static) -> Self {
        self.with_clock(Arc::new(clock))
    }

    pub(super) fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Sets the time limit for the source. Defaults to 30 seconds. A call's own time limits may end its wait earlier.
    /// If the runtime in which the source was called stops being driven, the next caller calls it again in its own
    /// runtime, a second after that limit.
    pub fn load_timeout(mut self, limit: Duration) -> Self {
        self.load_timeout = limit;
        self
    }

    fn state<T>(&self, with: impl FnOnce(&mut State) -> T) -> T {
        with(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The step for a caller. `waited`: a task has ended since the caller arrived.
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
                // Credentials that were just fetched are the best available, whatever the clock shows.
                (Some(known), ..) if waited && now.since(known.fetched) < PAUSE => {
                    Step::Done(Ok(known.credentials.clone()))
                }
                (Some(known), Some(_), _) => {
                    tracing::warn!("using expired credentials, as they cannot be renewed");
                    Step::Done(Ok(known.credentials.clone()))
                }
                (None, Some((_, error)), _) if recent => Step::Done(Err(error.clone())),
                (.., Some(renewing)) => Step::Wait(renewing.clone()),
                (.., None) => {
                    Step::Done(Err(CredentialsError::new("credentials cannot be renewed without an async runtime")))
                }
            }
        })
    }

    /// Starts a renewal, unless one is in progress.
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
        // A limit beyond the clock's range is effectively unlimited.
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

/// The guard of a renewing task. Dropping it wakes all waiters.
struct Renewal {
    state: Arc<Mutex<State>>,
    clock: Arc<dyn Clock>,
    done: watch::Sender<()>,
}

impl Renewal {
    fn end(&self, response: Result<TemporaryCredentials, CredentialsError>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        // The result of an abandoned task is ignored: another task has replaced it.
        if state.renewing.as_ref().is_some_and(|renewing| renewing.done.same_channel(&self.done.subscribe())) {
            state.ended(response, Now::of(&*self.clock));
        }
    }
}

impl Drop for Renewal {
    fn drop(&mut self) {
        // Otherwise the task or its runtime has ended, and the next caller starts another one in its own.
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

impl CredentialsProvider for CachedCredentials {
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
                // If the new ones are rejected as well, age is not the reason.
                if state.rejected.is_some_and(|when| now.since(when) < REJECTION_PAUSE) {
                    return false;
                }
                state.rejected = Some(now.monotonic);
                state.failed = None;
                state.previous = state.known.take().map(|known| known.credentials);
                true
            }
            // Others have been fetched in the meantime, or are being fetched.
            _ => state.previous.as_ref() == Some(credentials),
        })
    }
}

impl fmt::Debug for CachedCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CachedCredentials").field(&self.source).finish()
    }
}

#[cfg(test)]
mod tests;
