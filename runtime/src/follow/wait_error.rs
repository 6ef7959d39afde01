//! The errors of waiting for a job.

use std::any::Any;
use std::error::Error as StdError;
use std::fmt::{self, Write as _};

use serde_json::Value;

use super::job::{JobHandle, JobState};
use crate::data::line::{Line, omitted_cause};
use crate::response::{CallError, Erased, Error, ErrorKind, Failure};

/// Maximum number of consecutive failed polls.
pub(super) const FAILURES: u32 = 5;

/// Why waiting ended without success.
#[derive(Debug)]
#[non_exhaustive]
pub enum WaitError {
    /// The call started no job that can be waited for; the text gives the reason.
    NoJob(String),
    /// The job has failed.
    Failed {
        /// The job.
        job: Box<JobHandle>,
        /// Its last state, with the service's whole response.
        last: Box<JobState>,
        /// The reason that the service gives, if any.
        reason: Option<String>,
    },
    /// The job is still running, but the time limit for waiting has passed. Waiting can be resumed.
    Timeout {
        /// The job.
        job: Box<JobHandle>,
        /// Its last known state.
        last: Option<Box<JobState>>,
    },
    /// The service repeatedly returned the job without its state.
    NoState {
        /// The job, which may still be running.
        job: Box<JobHandle>,
        /// The last response about it.
        last: Box<JobState>,
        /// The dotted path where the state is expected in the response.
        path: &'static str,
    },
    /// The job's state could not be read.
    Poll {
        /// The job, which may still be running.
        job: Box<JobHandle>,
        /// The failure of the poll.
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
                write!(f, "job {} did not finish in time; its state is {state}", job.id)
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
            Self::Poll { error, .. } => omitted_cause(self, Some(&**error)),
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
