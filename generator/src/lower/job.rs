//! `x-job`: the jobs that operations begin. Operations whose jobs are asked about in the same way share one.

use serde_json::Value;

use super::model::{Job, JobStart};
use super::operation::{Found, Inputs};
use super::{Lower, names};

impl<'a> Lower<'a, '_> {
    /// Where the id of the job is that an operation begins, and its kind by index into those found so far. `load` has checked that nothing lacks.
    pub(super) fn job(&mut self, found: &Found<'a>, inputs: &Inputs) -> Option<JobStart> {
        let data = found.operation.item.extensions.get("x-job")?;
        let text = |key: &str| Some(data.get(key)?.as_str()?.to_owned());
        let texts = |key: &str| -> Vec<String> {
            let list = data.get(key).and_then(Value::as_array).into_iter().flatten();
            list.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        self.take_members(&found.operation, &["x-job"]);
        let id = text("id")?;
        for name in texts("also").iter().map(String::as_str).chain(id.strip_prefix("$request.")) {
            if !inputs.params.iter().any(|param| param.name == name) {
                self.warn(
                    "x-job",
                    format!("the operation has no parameter `{name}`"),
                    found.operation.place("x-job"),
                    "name a parameter of this operation",
                );
                return None;
            }
        }
        let poll = names::snake(&text("poll")?);
        let mut job = Job {
            name: poll.trim_start_matches("r#").to_uppercase(),
            poll,
            argument: text("argument")?,
            also: texts("also"),
            state: text("state")?,
            running: texts("running"),
            succeeded: texts("succeeded"),
            failed: texts("failed"),
        };
        // One operation may show several kinds.
        let stem = job.name.clone();
        for number in 2.. {
            match self.jobs.iter().position(|other| other.name == job.name) {
                Some(index) if self.jobs[index] == job => return Some(JobStart { id, kind: index }),
                Some(_) => job.name = format!("{stem}_{number}"),
                None => break,
            }
        }
        self.jobs.push(job);
        Some(JobStart { id, kind: self.jobs.len() - 1 })
    }
}
