//! Temporary credentials, kept until they are about to end.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use super::provider::{Credentials, CredentialsError, CredentialsFuture, CredentialsProvider};
use crate::transport::clock::{Clock, SystemClock};

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
        let done = std::pin::pin!(async { drop(self.done.changed().await) });
        if tokio::runtime::Handle::try_current().is_ok() {
            let _ = tokio::time::timeout_at(self.until, done).await;
        } else {
            let late = std::pin::pin!(passed(self.until.saturating_duration_since(tokio::time::Instant::now())));
            futures_util::future::select(done, late).await;
        }
    }
}

/// Ends after this time, where no runtime has timers: a thread waits for it, and for no longer than the caller does.
async fn passed(time: Duration) {
    let (caller, gone) = std::sync::mpsc::channel::<()>();
    let (timer, over) = tokio::sync::oneshot::channel::<()>();
    let wait = move || {
        let _ = gone.recv_timeout(time);
        drop(timer);
    };
    // Without a thread there is no time to wait.
    if std::thread::Builder::new().name("yundb-timer".to_owned()).spawn(wait).is_ok() {
        let _ = over.await;
    }
    drop(caller);
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
mod tests;
