//! Waiting for the jobs that calls begin.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::fmt::{self, Write as _};
use std::future::IntoFuture;
use std::time::Duration;

use bytes::Bytes;
use futures_core::future::BoxFuture;
use futures_util::stream::{self, StreamExt as _};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::time::Instant;

use super::box_stream::BoxStream;
use crate::client::Client;
use crate::codec::decode::{self, DecodeError};
use crate::data::line::Line;
use crate::data::operation::{Job, Spec};
use crate::request::REQUEST;
use crate::response::{Error, FromResponse, Operation, RawResponse, Response};

/// A job to wait for, which can be kept and waited for in another process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobHandle {
    /// The job's id.
    pub id: String,
    /// The operation that shows it, by its documented name.
    pub poll: String,
    /// What else that operation is to be told.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub also: BTreeMap<String, String>,
}

/// How a job stands: what the service said about it.
#[derive(Clone)]
pub struct JobState {
    state: String,
    done: bool,
    raw_body: Bytes,
}

impl JobState {
    /// The state, as the service writes it.
    pub fn state(&self) -> &str {
        &self.state
    }

    /// Whether the job has succeeded.
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// The whole response, as the response type of the operation that shows jobs.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        decode::from_slice(&self.raw_body)
    }

    /// The response's bytes.
    pub fn raw_body(&self) -> &Bytes {
        &self.raw_body
    }
}

// By hand: the body may hold secrets.
impl fmt::Debug for JobState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobState").field("state", &self.state).field("done", &self.done).finish_non_exhaustive()
    }
}

/// Why waiting ended without success.
#[derive(Debug)]
#[non_exhaustive]
pub enum WaitError {
    /// The response begins no job that can be waited for; the text says why.
    NoJob(String),
    /// The job has failed.
    Failed {
        /// The job.
        job: JobHandle,
        /// Its last state, with the service's whole response.
        last: Box<JobState>,
        /// What the service gives as the reason, if it gives one.
        reason: Option<String>,
    },
    /// The job goes on, but the time for waiting is over. It can be waited for again.
    Timeout {
        /// The job.
        job: JobHandle,
        /// Its last known state.
        last: Option<Box<JobState>>,
    },
    /// The job could not be asked about.
    Poll {
        /// The job, which may go on.
        job: JobHandle,
        /// Why.
        error: Box<Error<Value>>,
    },
}

impl fmt::Display for WaitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let f = &mut Line(f);
        match self {
            Self::NoJob(why) => f.write_str(why),
            Self::Failed { job, last, reason } => {
                write!(f, "job {} has failed ({})", job.id, last.state)?;
                reason.as_ref().map_or(Ok(()), |reason| write!(f, ": {reason}"))
            }
            Self::Timeout { job, last } => {
                let state = last.as_ref().map_or("unknown", |last| &last.state);
                write!(f, "job {} was not done in time; its state is {state}", job.id)
            }
            Self::Poll { job, error } => write!(f, "job {} could not be asked about: {error}", job.id),
        }
    }
}

impl StdError for WaitError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Poll { error, .. } => Some(error),
            _ => None,
        }
    }
}

/// Waits for a job: `.await` it for the end, or take [`progress`](Self::progress) for each state on the way.
///
/// It asks at growing intervals, from 2 to 30 seconds, each shortened or lengthened by up to a fifth. Failures that may pass are
/// borne, five in a row; and in the first half minute that the service does not know the job yet.
#[must_use = "nothing is asked before it is awaited"]
pub struct Wait {
    client: Client,
    job: Result<(&'static Job, JobHandle), WaitError>,
    interval: Duration,
    longest: Duration,
    timeout: Duration,
}

/// How often in a row asking may fail.
const FAILURES: u32 = 5;
/// How long a new job may be unknown.
const UNKNOWN: Duration = Duration::from_secs(30);

impl Client {
    /// Waits for the job that a response begins.
    pub fn wait_for<T, H>(&self, response: &Response<T, H>) -> Wait {
        Wait::new(self.clone(), response)
    }

    /// Waits for a job that was begun before, perhaps by another process.
    pub fn resume(&self, job: JobHandle) -> Wait {
        Wait::resume(self.clone(), job)
    }
}

impl Wait {
    fn new<T, H>(client: Client, response: &Response<T, H>) -> Self {
        let job = find(response).map_err(WaitError::NoJob);
        Self::of(client, job)
    }

    fn resume(client: Client, handle: JobHandle) -> Self {
        let known = client.service().jobs.iter().find(|job| job.poll.name == handle.poll);
        let why = || WaitError::NoJob(format!("{} shows no jobs of this service", handle.poll));
        let job = known.ok_or_else(why).map(|job| (*job, handle.clone()));
        Self::of(client, job)
    }

    fn of(client: Client, job: Result<(&'static Job, JobHandle), WaitError>) -> Self {
        let (interval, longest) = (Duration::from_secs(2), Duration::from_secs(30));
        Self { client, job, interval, longest, timeout: Duration::from_secs(4 * 60 * 60) }
    }

    /// How long to wait at most; four hours by default.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// How often to ask: after this time first, then less and less often, down to every `longest`.
    pub fn interval(mut self, first: Duration, longest: Duration) -> Self {
        (self.interval, self.longest) = (first, longest.max(first));
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
            Err(error) => return Box::pin(stream::once(async { Err(error) })),
        };
        let begin = Instant::now();
        let poll = Poll {
            client: self.client,
            job,
            handle,
            begin,
            end: begin + self.timeout,
            interval: self.interval,
            longest: self.longest,
            last: None,
        };
        Box::pin(stream::try_unfold(Some(poll), |poll| async move {
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
        crate::blocking::BlockingIter::new(self.progress(), |why| Err(WaitError::NoJob(why)))
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

/// The job that a response begins, or why there is none.
fn find<T, H>(response: &Response<T, H>) -> Result<(&'static Job, JobHandle), String> {
    let operation = response.operation();
    let (path, job) = response.job().ok_or_else(|| format!("{operation} begins no job"))?;
    let text = |path| match decode::value_at(response.raw_body(), path) {
        Some(Value::String(id)) if !id.is_empty() => Some(id),
        Some(Value::Number(id)) => Some(id.to_string()),
        _ => None,
    };
    let sent = response.sent();
    let id = match path.strip_prefix(REQUEST) {
        Some(name) => sent.get(name).cloned(),
        None => text(path),
    };
    match id {
        Some(id) => {
            let also = job.also.iter().filter_map(|name| Some(((*name).to_owned(), sent.get(*name)?.clone())));
            Ok((job, JobHandle { id, poll: job.poll.name.to_owned(), also: also.collect() }))
        }
        None => Err(match ["order_id", "orderId"].into_iter().find_map(text) {
            Some(order) => format!("{operation} made the order {order}, whose job the service does not tell"),
            None => format!("the response of {operation} has no {path}: there is nothing to wait for"),
        }),
    }
}

/// A job while it is waited for.
struct Poll {
    client: Client,
    job: &'static Job,
    handle: JobHandle,
    begin: Instant,
    end: Instant,
    interval: Duration,
    longest: Duration,
    last: Option<JobState>,
}

impl Poll {
    /// The next state. A failed one is an error.
    async fn next(&mut self) -> Result<JobState, WaitError> {
        let mut failures = 0;
        loop {
            self.pause().await?;
            match self.ask().await {
                Ok(state) => return self.judge(state),
                Err(error) => {
                    failures += 1;
                    let unknown = error.status() == Some(404) && self.begin.elapsed() < UNKNOWN;
                    if failures > FAILURES || !(error.is_retryable() || unknown) {
                        return Err(WaitError::Poll { job: self.handle.clone(), error: Box::new(error) });
                    }
                }
            }
        }
    }

    /// Waits until it is time to ask again.
    async fn pause(&mut self) -> Result<(), WaitError> {
        let pause = self.interval.mul_f64(0.8 + 0.4 * fastrand::f64());
        if Instant::now() + pause > self.end {
            tokio::time::sleep_until(self.end).await;
            return Err(WaitError::Timeout { job: self.handle.clone(), last: self.last.clone().map(Box::new) });
        }
        tokio::time::sleep(pause).await;
        self.interval = self.interval.mul_f64(1.5).min(self.longest);
        Ok(())
    }

    async fn ask(&self) -> Result<RawResponse, Error<Value>> {
        let mut call = self.client.call(self.job.poll).text(self.job.argument, self.handle.id.clone());
        for name in self.job.also {
            if let Some(value) = self.handle.also.get(*name) {
                call = call.text(name, value.clone());
            }
        }
        call.send::<Ask>().await.map(Response::into_inner).map(|body| body.0)
    }

    fn judge(&mut self, response: RawResponse) -> Result<JobState, WaitError> {
        let raw_body = response.bytes().unwrap_or_default();
        let state = text(&raw_body, self.job.state).unwrap_or_default();
        let among = |states: &[&str]| states.iter().any(|other| other.eq_ignore_ascii_case(&state));
        let (done, failed) = (among(self.job.succeeded), among(self.job.failed));
        let state = JobState { state, done, raw_body };
        if failed {
            let reason = reason(&state.raw_body, self.job.state);
            return Err(WaitError::Failed { job: self.handle.clone(), last: Box::new(state), reason });
        }
        // A state that no document knows is taken for one on the way.
        self.last = Some(state.clone());
        Ok(state)
    }
}

/// What stands beside the state as the reason of a failure.
fn reason(body: &[u8], state: &str) -> Option<String> {
    const NAMES: &[&str] = &["fail_reason", "failReason", "ErrorMessage", "error_message", "error_msg", "errorMsg"];
    let beside = |name: &str| match state.rsplit_once('.') {
        Some((parent, _)) => text(body, &format!("{parent}.{name}")),
        None => text(body, name),
    };
    NAMES.iter().find_map(|name| beside(name)).filter(|text| !text.trim().is_empty())
}

/// The text at a dotted path of a body.
fn text(body: &[u8], path: &str) -> Option<String> {
    match decode::value_at(body, path)? {
        Value::String(text) => Some(text),
        _ => None,
    }
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
