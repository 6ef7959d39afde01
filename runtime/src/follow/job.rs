//! Jobs started by calls: their identity and state.

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::codec::decode::{self, DecodeError};
use crate::data::operation::Job;
use crate::request::REQUEST;
use crate::response::Response;

/// A handle to a job. It can be stored and used to wait for the job in another process: see
/// [`Response::job_handle`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobHandle {
    /// The job's id.
    pub id: String,
    /// The operation that started it, by its documented name: it determines the final states of the job. `None` in a
    /// handle stored by a version without this field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The operation that returns the job's state, by its documented name.
    pub poll: String,
    /// Other parameters of that operation.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub also: BTreeMap<String, String>,
}

/// The state of a job, with the service's response.
#[derive(Clone)]
pub struct JobState {
    pub(super) state: String,
    pub(super) done: bool,
    pub(super) raw_body: Bytes,
}

/// The verdict on a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobVerdict {
    /// The job is still running.
    Running,
    /// The job has succeeded.
    Succeeded,
    /// The job has failed.
    Failed,
}

impl JobState {
    /// The state, as in the response; empty if it has none.
    pub fn state(&self) -> &str {
        &self.state
    }

    /// Whether the job has succeeded.
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// Decodes the whole response, as the response type of the operation that returns the job's state.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        decode::from_slice(&self.raw_body)
    }

    /// The response's bytes.
    pub fn raw_body(&self) -> &Bytes {
        &self.raw_body
    }
}

// Manual: the body may contain secrets.
impl fmt::Debug for JobState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobState").field("state", &self.state).field("done", &self.done).finish_non_exhaustive()
    }
}

/// The job started by a call, or why there is none.
pub(super) fn find<T, H>(response: &Response<T, H>) -> Result<(&'static Job, JobHandle), String> {
    let operation = response.operation();
    let (path, job) = response.job().ok_or_else(|| format!("{operation} does not start a job"))?;
    let id = |path| text(response.raw_body(), path).filter(|id| !id.is_empty());
    let sent = response.sent();
    let found = match path.strip_prefix(REQUEST) {
        Some(name) => sent.get(name).cloned(),
        None => id(path),
    };
    let handle =
        |id, also| JobHandle { id, operation: Some(operation.to_owned()), poll: job.poll.name.to_owned(), also };
    match found {
        Some(id) => {
            let also = job.also.iter().filter_map(|name| Some(((*name).to_owned(), sent.get(*name)?.clone())));
            Ok((job, handle(id, also.collect())))
        }
        None => Err(match ["order_id", "orderId"].into_iter().find_map(id) {
            Some(order) => format!("{operation} created the order {order}, whose job id the response does not contain"),
            None => format!("the response of {operation} has no {path}, so there is no job to wait for"),
        }),
    }
}

/// The kind of job that a handle refers to, or why there is none. Several kinds may share one operation.
pub(super) fn kind(jobs: &[&'static Job], handle: &JobHandle) -> Result<&'static Job, String> {
    let of_poll = || jobs.iter().filter(|job| job.poll.name == handle.poll);
    if of_poll().next().is_none() {
        return Err(format!("{} does not return jobs of this service", handle.poll));
    }
    let begun =
        |job: &&&'static Job| handle.operation.as_ref().is_none_or(|name| job.begun_by.contains(&name.as_str()));
    // If a handle does not name its operation, a state that is final for only some operations is not treated as final.
    let found = of_poll().filter(begun).min_by_key(|job| job.failed.len());
    found.copied().ok_or_else(|| {
        let operation = handle.operation.as_deref().unwrap_or_default();
        format!("{operation} does not start a job of this service that {} returns", handle.poll)
    })
}

/// The reason of a failure, from the field next to the state.
pub(super) fn reason(body: &[u8], state: &str) -> Option<String> {
    const NAMES: &[&str] = &["fail_reason", "failReason", "ErrorMessage", "error_message", "error_msg", "errorMsg"];
    let beside = |name: &str| match state.rsplit_once('.') {
        Some((parent, _)) => text(body, &format!("{parent}.{name}")),
        None => text(body, name),
    };
    NAMES.iter().find_map(|name| beside(name)).filter(|text| !text.trim().is_empty())
}

/// The text at a dotted path of a body.
pub(super) fn text(body: &[u8], path: &str) -> Option<String> {
    match decode::value_at(body, path)? {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
