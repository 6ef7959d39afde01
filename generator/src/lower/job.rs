//! `x-job` and `x-jobs`: the jobs that operations start, and their kinds.

use serde_json::Value;

use super::Lower;
use super::model::{Group, Job, JobStart, Payload, ResponseBody, TypeKind};
use super::operation::{Found, Inputs};
use crate::diagnostic::Diagnostic;

impl<'a> Lower<'a, '_> {
    /// The location of the job's id in the response, and the index of its kind. `load` has checked that nothing is
    /// missing.
    pub(super) fn job(&mut self, found: &Found<'a>, inputs: &Inputs) -> Option<JobStart> {
        let start = found.operation.item.extensions.get("x-job")?;
        let id = start.get("id")?.as_str()?.to_owned();
        let kind = start.get("kind")?.as_str()?;
        let entry = self.loaded.root.get("x-jobs")?.as_object()?.get(kind)?;
        let data = self.api.extensions.get("x-jobs")?.get(kind)?;
        let text = |key: &str| Some(data.get(key)?.as_str()?.to_owned());
        let texts = |key: &str| -> Vec<String> {
            let list = data.get(key).and_then(Value::as_array).into_iter().flatten();
            list.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        self.take_members(&found.operation, &["x-job"]);
        self.ledger.take(&entry.key);
        for name in texts("also").iter().map(String::as_str).chain(id.strip_prefix("$request.")) {
            if !inputs.params.iter().any(|param| param.name == name) {
                self.warn(
                    "x-job",
                    format!("the operation has no parameter `{name}`"),
                    found.operation.place("x-job"),
                    "refer to a parameter of this operation",
                );
                return None;
            }
        }
        if let Some(index) = self.job_places.iter().position(|place| **place == entry.key) {
            return Some(JobStart { id, kind: index });
        }
        let id_of_poll = text("poll")?;
        let Some(poll) = self.methods.get(&id_of_poll).cloned() else {
            let message = format!("there is no operation `{id_of_poll}` that returns the state of the job");
            self.warn("x-jobs", message, &entry.key, "generate that operation, too, or remove the `x-job`");
            return None;
        };
        let stem = poll.trim_start_matches("r#").to_uppercase();
        // An operation may return the states of several kinds.
        let numbered = (2..).map(|number| format!("{stem}_{number}"));
        let name =
            std::iter::once(stem.clone()).chain(numbered).find(|name| self.jobs.iter().all(|it| it.name != *name));
        self.jobs.push(Job {
            name: name?,
            poll,
            argument: text("argument")?,
            also: texts("also"),
            state: text("state")?,
            running: texts("running"),
            succeeded: texts("succeeded"),
            failed: texts("failed"),
        });
        self.job_places.push(&entry.key);
        Some(JobStart { id, kind: self.jobs.len() - 1 })
    }

    /// Reports states that the document lists for a job and that its kind does not classify: a client would poll on,
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
                    Diagnostic::error("x-jobs", message)
                        .at((*place).clone())
                        .help("put each into `running`, `succeeded` or `failed`"),
                );
            }
        }
    }

    /// The values listed for the field at a dotted path of a response.
    fn states(&self, output: &ResponseBody, path: &str) -> Vec<String> {
        let ResponseBody::One(Payload::Json(ty)) = output else { return Vec::new() };
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
