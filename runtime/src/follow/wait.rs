//! Waiting for a job: when it is polled, and when waiting ends.

use std::fmt;
use std::future::IntoFuture;
use std::pin::pin;
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

/// Waits for a job: `.await` it for the final state, or use [`progress`](Self::progress) for each state on the way.
///
/// It polls at growing intervals, from 2 to 30 seconds, each with a jitter of up to a fifth. It tolerates up to five
/// consecutive temporary failures or responses without a state, and an unknown job in the first half minute.
#[must_use = "no request is sent until it is awaited"]
pub struct Wait {
    client: Client,
    account: Account,
    job: Result<(&'static Job, JobHandle), WaitError>,
    interval: Duration,
    longest: Duration,
    timeout: Duration,
    acceptor: Option<Acceptor>,
}

/// A caller's verdict on a state.
type Acceptor = Box<dyn Fn(&JobState) -> Option<JobVerdict> + Send + Sync>;

/// How long a new job may be unknown to the service.
const UNKNOWN: Duration = Duration::from_secs(30);

impl Client {
    /// Waits for the job started by a call. It is polled with the credentials and at the endpoint of that call.
    pub fn wait_for<T, H>(&self, response: &Response<T, H>) -> Wait {
        Wait::new(self.clone(), response)
    }

    /// Waits for a job started earlier, perhaps by another process, by its [handle](Response::job_handle). If that call
    /// had credentials or an endpoint of its own, set them again: [`Wait::with_credentials`], [`Wait::with_endpoint`].
    /// The final states are those of the operation in the handle; an operation that starts no such job is
    /// [`WaitError::NoJob`]. If the handle names no operation, a state that is final for only some operations is not
    /// treated as final.
    pub fn resume(&self, job: JobHandle) -> Wait {
        Wait::resume(self.clone(), job)
    }
}

impl<T, H> Response<T, H> {
    /// Returns the handle of the job that the call started, to be stored and waited for elsewhere with
    /// [`Client::resume`].
    ///
    /// # Errors
    ///
    /// [`WaitError::NoJob`] if the call started no job that can be waited for.
    pub fn job_handle(&self) -> Result<JobHandle, WaitError> {
        find(self).map(|(_, handle)| handle).map_err(WaitError::NoJob)
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

    /// Polls with these credentials, instead of those of the call that started the job, or of the client.
    pub fn with_credentials(mut self, provider: impl CredentialsProvider + 'static) -> Self {
        self.account.credentials = Some(Arc::new(provider));
        self
    }

    /// Polls at this base URL, like the builder's `endpoint`, instead of that of the call that started the job, or of
    /// the client.
    pub fn with_endpoint(mut self, url: impl Into<String>) -> Self {
        self.account.endpoint = Some(url.into());
        self
    }

    /// Sets the time limit for waiting. Defaults to four hours. It also ends a poll in progress.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// Sets the polling interval: `first` at the beginning, growing up to `longest`.
    pub fn interval(mut self, first: Duration, longest: Duration) -> Self {
        (self.interval, self.longest) = (first, longest.max(first));
        self
    }

    /// Sets a function that judges each state before the documented states do; `None` leaves the state to the document.
    /// Use it for cases that the document does not cover, such as a job that is sufficiently complete at some
    /// percentage, or an undocumented state.
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

    /// The job's handle, to be stored and used elsewhere with `resume`.
    pub fn handle(&self) -> Option<&JobHandle> {
        self.job.as_ref().ok().map(|(_, handle)| handle)
    }

    /// Returns each observed state of the job, of which the last one is its success.
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
    /// Blocks until the job has ended, for programs without async.
    pub fn blocking(self) -> Result<JobState, WaitError> {
        crate::blocking::wait(self.into_future()).unwrap_or_else(|why| Err(WaitError::NoJob(why)))
    }

    /// Like [`progress`](Self::progress), for programs without async.
    pub fn progress_blocking(self) -> crate::blocking::BlockingIter<Result<JobState, WaitError>> {
        crate::blocking::BlockingIter::new(self.progress().into_inner(), |why| Err(WaitError::NoJob(why)))
    }
}

#[cfg(not(feature = "blocking"))]
crate::without_async!(Wait {
    blocking() -> Result<JobState, WaitError>;
    progress_blocking() -> std::iter::Empty<Result<JobState, WaitError>>;
});

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
                    None => return Err(WaitError::NoJob("the states ended before the job did".to_owned())),
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

/// A job that is being waited for.
struct Poll {
    client: Client,
    account: Account,
    job: &'static Job,
    handle: JobHandle,
    begin: Instant,
    /// `None` is unlimited.
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
            match self.poll_in_time().await? {
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

    /// Waits until the next poll.
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

    /// Polls, within the time limit for waiting.
    async fn poll_in_time(&self) -> Result<Result<RawResponse, CallError<Value>>, WaitError> {
        clock::before(self.clock(), self.end, pin!(self.poll())).await.ok_or_else(|| self.out_of_time())
    }

    fn clock(&self) -> &dyn Clock {
        &*self.client.settings().clock
    }

    async fn poll(&self) -> Result<RawResponse, CallError<Value>> {
        // The id comes from the service, so a violation of the documented limits must not end the wait.
        let mut call = self.client.call(self.job.poll).text(self.job.argument, self.handle.id.clone()).unchecked();
        for name in self.job.also {
            if let Some(value) = self.handle.also.get(*name) {
                call = call.text(name, value.clone());
            }
        }
        call.with_account(self.account.clone()).send::<Ask>().await.map(Response::into_inner).map(|body| body.0)
    }

    /// The state in a response, or, as the inner error, a response without a state.
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

/// The documented verdict on a state. An unknown state counts as running.
fn documented(job: &Job, state: &str) -> JobVerdict {
    let among = |states: &[&str]| states.iter().any(|other| other.eq_ignore_ascii_case(state));
    match (among(job.failed), among(job.succeeded)) {
        (true, _) => JobVerdict::Failed,
        (false, true) => JobVerdict::Succeeded,
        (false, false) => JobVerdict::Running,
    }
}

/// The time multiplied by the factor, saturating.
fn scaled(time: Duration, factor: f64) -> Duration {
    Duration::try_from_secs_f64(time.as_secs_f64() * factor).unwrap_or(Duration::MAX)
}

/// Reads the response of any operation that returns a job's state.
struct Ask;

/// An undecoded response.
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
