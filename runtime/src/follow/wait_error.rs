//! Why waiting for a job ended without its success.

use std::any::Any;
use std::error::Error as StdError;
use std::fmt::{self, Write as _};

use serde_json::Value;

use super::job::{JobHandle, JobState};
use crate::data::line::{Line, unsaid};
use crate::response::{CallError, Erased, Error, ErrorKind, Failure};

/// How often in a row asking for a job may fail.
pub(super) const FAILURES: u32 = 5;

/// Why waiting ended without success.
#[derive(Debug)]
#[non_exhaustive]
pub enum WaitError {
    /// The response begins no job that can be waited for; the text says why.
    NoJob(String),
    /// The job has failed.
    Failed {
        /// The job.
        job: Box<JobHandle>,
        /// Its last state, with the service's whole response.
        last: Box<JobState>,
        /// What the service gives as the reason, if it gives one.
        reason: Option<String>,
    },
    /// The job goes on, but the time for waiting is over. It can be waited for again.
    Timeout {
        /// The job.
        job: Box<JobHandle>,
        /// Its last known state.
        last: Option<Box<JobState>>,
    },
    /// The service showed the job several times in a row without its state.
    NoState {
        /// The job, which may go on.
        job: Box<JobHandle>,
        /// The last response about it.
        last: Box<JobState>,
        /// Where in the response the state should be, as a dotted path.
        path: &'static str,
    },
    /// The state of the job could not be read.
    Poll {
        /// The job, which may go on.
        job: Box<JobHandle>,
        /// Why.
        error: Box<CallError<Value>>,
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
            Self::NoState { job, path, .. } => {
                let times = FAILURES + 1;
                write!(f, "the response about job {} has no state at {path}, {times} times in a row", job.id)
            }
            Self::Poll { job, error } => write!(f, "the state of job {} could not be read: {error}", job.id),
        }
    }
}

impl StdError for WaitError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Poll { error, .. } => unsaid(self, Some(&**error)),
            _ => None,
        }
    }
}

impl From<WaitError> for Error {
    fn from(error: WaitError) -> Self {
        Self::new(error)
    }
}

impl Erased for WaitError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Poll { error, .. } => error.kind(),
            Self::Timeout { .. } => ErrorKind::Timeout,
            _ => ErrorKind::Job,
        }
    }

    fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Poll { error, .. } => Some(error.as_failure()),
            _ => None,
        }
    }

    fn typed_body(&self) -> Option<&dyn Any> {
        match self {
            Self::Poll { error, .. } => error.body().map(|body| body as _),
            _ => None,
        }
    }
}
