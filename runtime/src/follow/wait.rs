//! Waiting for a job: when it is asked for, and when waiting ends.

use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_core::future::BoxFuture;
use futures_util::stream;
use serde_json::Value;

use super::boxed::BoxStream;
use super::job::{JobHandle, JobState, JobVerdict, find, kind, reason, text};
use super::wait_error::{FAILURES, WaitError};
use crate::auth::credentials::CredentialsProvider;
use crate::client::Client;
use crate::codec::decode::DecodeError;
use crate::data::operation::{Job, Spec};
use crate::response::{Account, CallError, Failure, FromResponse, Operation, RawResponse, Response};
use crate::transport::clock::{self, Clock};
use crate::transport::in_runtime;

/// Waits for a job: `.await` it for the end, or take [`progress`](Self::progress) for each state on the way.
///
/// It asks at growing intervals, from 2 to 30 seconds, each shortened or lengthened by up to a fifth. Failures that may pass are
/// borne, five in a row, and responses without a state as well; and in the first half minute that the service does not know the
/// job yet.
#[must_use = "nothing is asked before it is awaited"]
pub struct Wait {
    client: Client,
    account: Account,
    job: Result<(&'static Job, JobHandle), WaitError>,
    interval: Duration,
    longest: Duration,
    timeout: Duration,
    acceptor: Option<Acceptor>,
}

/// What a caller's own judgement of a state is.
type Acceptor = Box<dyn Fn(&JobState) -> Option<JobVerdict> + Send + Sync>;

/// How long a new job may be unknown.
const UNKNOWN: Duration = Duration::from_secs(30);

impl Client {
    /// Waits for the job that a response begins. It is asked for with the credentials and at the endpoint of the call that began it.
    pub fn wait_for<T, H>(&self, response: &Response<T, H>) -> Wait {
        Wait::new(self.clone(), response)
    }

    /// Waits for a job that was begun before, perhaps by another process. If that call had credentials or an endpoint of its own, give
    /// them again: [`Wait::with_credentials`], [`Wait::with_endpoint`]. The states are those of the operation that the handle names; an
    /// operation that begins no such job is [`WaitError::NoJob`]. Where a handle names none, a state that ends the jobs of some
    /// operations only is waited through.
    pub fn resume(&self, job: JobHandle) -> Wait {
        Wait::resume(self.clone(), job)
    }
}

impl Wait {
    fn new<T, H>(client: Client, response: &Response<T, H>) -> Self {
        let job = find(response).map_err(WaitError::NoJob);
        Self { account: response.account().clone(), ..Self::of(client, job) }
    }

    fn resume(client: Client, handle: JobHandle) -> Self {
        let job = kind(client.service().jobs, &handle).map_err(WaitError::NoJob).map(|job| (job, handle));
        Self::of(client, job)
    }

    fn of(client: Client, job: Result<(&'static Job, JobHandle), WaitError>) -> Self {
        let (interval, longest) = (Duration::from_secs(2), Duration::from_secs(30));
        let (account, timeout) = (Account::default(), Duration::from_secs(4 * 60 * 60));
        Self { client, account, job, interval, longest, timeout, acceptor: None }
    }

    /// Asks with these, instead of the credentials of the call that began the job, or of the client.
    pub fn with_credentials(mut self, provider: impl CredentialsProvider + 'static) -> Self {
        self.account.credentials = Some(Arc::new(provider));
        self
    }

    /// Asks at this base URL, as the builder's `endpoint`, instead of that of the call that began the job, or of the client.
    pub fn with_endpoint(mut self, url: impl Into<String>) -> Self {
        self.account.endpoint = Some(url.into());
        self
    }

    /// How long to wait at most; four hours by default. It ends a question that is under way, too.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// How often to ask: after this time first, then less and less often, down to every `longest`.
    pub fn interval(mut self, first: Duration, longest: Duration) -> Self {
        (self.interval, self.longest) = (first, longest.max(first));
        self
    }

    /// Judges each state by this, beside the states that the document names: `None` leaves a state to the document. For what these do
    /// not say, such as a job that is good enough at some percentage, or a state that the document does not know.
    ///
    /// ```no_run
    /// # fn wait(wait: yundb_runtime::Wait) -> yundb_runtime::Wait {
    /// use yundb_runtime::JobVerdict;
    ///
    /// wait.acceptor(|state| match state.state() {
    ///     "Suspended" => Some(JobVerdict::Failed),
    ///     _ => None,
    /// })
    /// # }
    /// ```
    pub fn acceptor(mut self, judge: impl Fn(&JobState) -> Option<JobVerdict> + Send + Sync + 'static) -> Self {
        self.acceptor = Some(Box::new(judge));
        self
    }

    /// The job, to be kept and waited for elsewhere with `resume`.
    pub fn handle(&self) -> Option<&JobHandle> {
        self.job.as_ref().ok().map(|(_, handle)| handle)
    }

    /// Each state that the job is found in, the last one being its success.
    pub fn progress(self) -> BoxStream<Result<JobState, WaitError>> {
        let (job, handle) = match self.job {
            Ok(found) => found,
            Err(error) => return BoxStream::new(stream::once(async { Err(error) })),
        };
        let begin = self.client.settings().clock.monotonic();
        let poll = Poll {
            client: self.client,
            account: self.account,
            job,
            handle,
            begin,
            end: begin.checked_add(self.timeout),
            interval: self.interval,
            longest: self.longest,
            acceptor: self.acceptor,
            last: None,
        };
        BoxStream::new(stream::try_unfold(Some(poll), |poll| async move {
            let Some(mut poll) = poll else { return Ok(None) };
            let state = poll.next().await?;
            let next = (!state.done).then_some(poll);
            Ok(Some((state, next)))
        }))
    }
}

#[cfg(feature = "blocking")]
impl Wait {
    /// Waits for the end, for programs without async.
    pub fn blocking(self) -> Result<JobState, WaitError> {
        crate::blocking::wait(self.into_future()).unwrap_or_else(|why| Err(WaitError::NoJob(why)))
    }

    /// As [`progress`](Self::progress), for programs without async.
    pub fn progress_blocking(self) -> crate::blocking::BlockingIter<Result<JobState, WaitError>> {
        crate::blocking::BlockingIter::new(self.progress().into_inner(), |why| Err(WaitError::NoJob(why)))
    }
}

impl IntoFuture for Wait {
    type Output = Result<JobState, WaitError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let mut states = self.progress();
            loop {
                match states.next().await {
                    Some(Ok(state)) if state.done => return Ok(state),
                    Some(Err(error)) => return Err(error),
                    Some(Ok(_)) => {}
                    None => return Err(WaitError::NoJob("the job's states ended before it did".to_owned())),
                }
            }
        })
    }
}

impl fmt::Debug for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wait").field("job", &self.handle()).finish_non_exhaustive()
    }
}

/// A job while it is waited for.
struct Poll {
    client: Client,
    account: Account,
    job: &'static Job,
    handle: JobHandle,
    begin: Instant,
    /// `None` is never.
    end: Option<Instant>,
    interval: Duration,
    longest: Duration,
    acceptor: Option<Acceptor>,
    last: Option<JobState>,
}

impl Poll {
    /// The next state. A failed one is an error.
    async fn next(&mut self) -> Result<JobState, WaitError> {
        let (mut failures, mut stateless) = (0, 0);
        loop {
            self.pause().await?;
            match self.ask_in_time().await? {
                Ok(response) => match self.judge(response)? {
                    Ok(state) => return Ok(state),
                    Err(last) if stateless == FAILURES => {
                        let (job, path) = (Box::new(self.handle.clone()), self.job.state);
                        return Err(WaitError::NoState { job, last: Box::new(last), path });
                    }
                    Err(_) => (failures, stateless) = (0, stateless + 1),
                },
                Err(error) => {
                    (failures, stateless) = (failures + 1, 0);
                    let unknown = error.status() == Some(404) && self.clock().monotonic() < self.begin + UNKNOWN;
                    if failures > FAILURES || !(error.is_retryable() || unknown) {
                        return Err(WaitError::Poll { job: Box::new(self.handle.clone()), error: Box::new(error) });
                    }
                }
            }
        }
    }

    /// Waits until it is time to ask again.
    async fn pause(&mut self) -> Result<(), WaitError> {
        in_runtime().map_err(|why| {
            let error = CallError::new(Failure::config(self.job.poll, why), None, None);
            WaitError::Poll { job: Box::new(self.handle.clone()), error: Box::new(error) }
        })?;
        let pause = scaled(self.interval, 0.8 + 0.4 * fastrand::f64());
        if let Some(end) = self.end
            && let left = end.saturating_duration_since(self.clock().monotonic())
            && pause > left
        {
            self.clock().sleep(left).await;
            return Err(self.out_of_time());
        }
        self.clock().sleep(pause).await;
        self.interval = scaled(self.interval, 1.5).min(self.longest);
        Ok(())
    }

    fn out_of_time(&self) -> WaitError {
        WaitError::Timeout { job: Box::new(self.handle.clone()), last: self.last.clone().map(Box::new) }
    }

    /// Asks, until the time for waiting is over.
    async fn ask_in_time(&self) -> Result<Result<RawResponse, CallError<Value>>, WaitError> {
        clock::before(self.clock(), self.end, self.ask()).await.ok_or_else(|| self.out_of_time())
    }

    fn clock(&self) -> &dyn Clock {
        &*self.client.settings().clock
    }

    async fn ask(&self) -> Result<RawResponse, CallError<Value>> {
        let mut call = self.client.call(self.job.poll).text(self.job.argument, self.handle.id.clone());
        for name in self.job.also {
            if let Some(value) = self.handle.also.get(*name) {
                call = call.text(name, value.clone());
            }
        }
        call.with_account(self.account.clone()).send::<Ask>().await.map(Response::into_inner).map(|body| body.0)
    }

    /// The state that a response shows, or, as the inner error, a response that shows none.
    fn judge(&mut self, response: RawResponse) -> Result<Result<JobState, JobState>, WaitError> {
        let raw_body = response.bytes().unwrap_or_default();
        let state = text(&raw_body, self.job.state).unwrap_or_default();
        let mut state = JobState { state, done: false, raw_body };
        let own = self.acceptor.as_ref().and_then(|judge| judge(&state));
        if own.is_none() && state.state.trim().is_empty() {
            return Ok(Err(state));
        }
        match own.unwrap_or_else(|| documented(self.job, &state.state)) {
            JobVerdict::Failed => {
                let reason = reason(&state.raw_body, self.job.state);
                return Err(WaitError::Failed { job: Box::new(self.handle.clone()), last: Box::new(state), reason });
            }
            JobVerdict::Succeeded => state.done = true,
            JobVerdict::Running => {}
        }
        self.last = Some(state.clone());
        Ok(Ok(state))
    }
}

/// What the document says of a state. One that it does not know is taken for one on the way.
fn documented(job: &Job, state: &str) -> JobVerdict {
    let among = |states: &[&str]| states.iter().any(|other| other.eq_ignore_ascii_case(state));
    match (among(job.failed), among(job.succeeded)) {
        (true, _) => JobVerdict::Failed,
        (false, true) => JobVerdict::Succeeded,
        (false, false) => JobVerdict::Running,
    }
}

/// So many times as long, as far as there are such times.
fn scaled(time: Duration, factor: f64) -> Duration {
    Duration::try_from_secs_f64(time.as_secs_f64() * factor).unwrap_or(Duration::MAX)
}

/// Reads the response of whatever operation shows a job.
struct Ask;

/// A response as it came.
struct Whole(RawResponse);

impl FromResponse for Whole {
    fn from_response(response: RawResponse) -> Result<Self, DecodeError> {
        Ok(Self(response))
    }
}

impl Operation for Ask {
    type Output = Whole;
    type Headers = ();
    type Error = Value;
    const SPEC: &'static Spec = &Spec::new("", "", "");
}
