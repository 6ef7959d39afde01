//! `x-job`: the jobs that operations start. Jobs that are polled in the same way share one kind.

use serde_json::Value;

use super::model::{Answer, Group, Job, JobStart, Payload, TypeKind};
use super::operation::{Found, Inputs};
use super::{Lower, names};
use crate::diagnostic::Diagnostic;

impl<'a> Lower<'a, '_> {
    /// The location of the job's id in the response, and the index of its kind. `load` has checked that nothing is
    /// missing.
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
        // An operation may return the states of several kinds.
        let stem = job.name.clone();
        for number in 2.. {
            match self.jobs.iter().position(|other| other.name == job.name) {
                Some(index) if self.jobs[index] == job => return Some(JobStart { id, kind: index }),
                Some(_) => job.name = format!("{stem}_{number}"),
                None => break,
            }
        }
        self.jobs.push(job);
        self.job_places.push(found.operation.place("x-job"));
        Some(JobStart { id, kind: self.jobs.len() - 1 })
    }

    /// Reports states that the document lists for a job and that `x-job` does not classify: a client would poll on,
    /// perhaps forever.
    pub(super) fn unclassified_states(&mut self, groups: &[Group]) {
        let operations = || groups.iter().flat_map(|group| &group.operations);
        for (job, place) in self.jobs.iter().zip(&self.job_places) {
            let Some(poll) = operations().find(|operation| operation.method_name == job.poll) else { continue };
            let known: Vec<&String> = [&job.running, &job.succeeded, &job.failed].into_iter().flatten().collect();
            let left: Vec<String> = self
                .states(&poll.output, &job.state)
                .into_iter()
                .filter(|state| !known.iter().any(|known| known.eq_ignore_ascii_case(state)))
                .map(|state| format!("`{state}`"))
                .collect();
            if !left.is_empty() {
                let message =
                    format!("{} lists states of the job that are not classified: {}", poll.name, left.join(", "));
                self.diagnostics.push(
                    Diagnostic::error("x-job", message)
                        .at((*place).clone())
                        .help("put each into `running`, `succeeded` or `failed`"),
                );
            }
        }
    }

    /// The values listed for the field at a dotted path of a response.
    fn states(&self, output: &Answer, path: &str) -> Vec<String> {
        let Answer::One(Payload::Json(ty)) = output else { return Vec::new() };
        let mut ty = ty;
        for name in path.split('.') {
            let Some(TypeKind::Struct(body)) = ty.innermost().map(|id| &self.types[id].kind) else { return Vec::new() };
            let Some(field) = body.fields.iter().find(|field| field.wire == name) else { return Vec::new() };
            ty = &field.ty;
        }
        match ty.innermost().map(|id| &self.types[id].kind) {
            Some(TypeKind::StringEnum(variants)) => variants.iter().map(|variant| variant.value.clone()).collect(),
            _ => Vec::new(),
        }
    }
}
