//! The inputs of a call, before it becomes a request.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::Value;

use super::inputs::{Input, Inputs};
use crate::check::Violation;
use crate::data::operation::{Param, Place, Spec};
use crate::transport::RequestBody;

/// A call without the client that sends it.
#[derive(Clone)]
pub(crate) struct Draft {
    pub(crate) spec: &'static Spec,
    pub(crate) inputs: Inputs,
    pub(crate) body: Option<OtherBody>,
    pub(crate) headers: Vec<(String, String)>,
    /// Whether it is validated against the documented limits.
    pub(crate) checked: bool,
}

/// A body that replaces all body parameters.
#[derive(Clone)]
pub(crate) struct OtherBody {
    /// `None` is the operation's own.
    pub(crate) media_type: Option<&'static str>,
    pub(crate) content: Content,
    /// The violations in it.
    pub(crate) violations: Vec<Violation>,
}

/// The content of a body.
#[derive(Clone)]
pub(crate) enum Content {
    /// Encoded by the caller.
    Raw(RequestBody),
    /// JSON, and its media type if the document has a range.
    Json(Option<String>, Bytes),
    /// The fields of a form.
    Form(Inputs),
    /// An object with the fields of a form, and the serialization of some of them.
    Value(&'static [Param], Input),
}

/// Prefix of a parameter's name, if the job's id is an input of the call.
pub(crate) const REQUEST: &str = "$request.";

impl Draft {
    pub(crate) fn new(spec: &'static Spec) -> Self {
        Self { spec, inputs: Inputs::new(spec.params), body: None, headers: Vec::new(), checked: true }
    }

    /// Adds a client token, if the operation has that parameter and the caller did not set it. All attempts share it.
    pub(crate) fn fill_client_token(&mut self, token: impl FnOnce() -> Result<String, String>) -> Result<(), String> {
        let Some(param) = client_token(self.spec) else { return Ok(()) };
        if self.inputs.of(param).is_none() {
            let inputs = std::mem::replace(&mut self.inputs, Inputs::new(&[]));
            self.inputs = inputs.set_in(param.place, param.name, token()?);
        }
        Ok(())
    }

    /// Sets the parameters that have only one possible value, unless the call did.
    pub(crate) fn fill_constants(&mut self) {
        let in_body = |param: &Param| matches!(param.place, Place::Field | Place::Form | Place::Part | Place::Body);
        let given = |param: &'static Param| self.inputs.of(param).is_some();
        let has_body = self.spec.body.is_some_and(|body| body.required)
            || self.spec.params.iter().any(|param| in_body(param) && given(param));
        let sent = |param: &Param| !in_body(param) || (has_body && self.body.is_none());
        let constants = self.spec.params.iter().filter_map(|param| Some((param, param.constant?)));
        let missing: Vec<_> = constants.filter(|(param, _)| !given(param) && sent(param)).collect();
        for (param, constant) in missing {
            let inputs = std::mem::replace(&mut self.inputs, Inputs::new(&[]));
            self.inputs = inputs.set_in(param.place, param.name, Value::from(constant));
        }
    }

    /// Whether a client token is sent, by which the service recognizes a repeated call. An empty one does not count.
    pub(crate) fn has_client_token(&self) -> bool {
        match client_token(self.spec).and_then(|param| self.inputs.of(param)) {
            Some(Value::String(token)) => !token.is_empty(),
            Some(Value::Number(_)) => true,
            _ => false,
        }
    }

    /// The parameters of a call that identify the job it starts.
    pub(crate) fn job_parameters(&self) -> BTreeMap<String, String> {
        let Some((path, job)) = self.spec.job else { return BTreeMap::new() };
        let names = job.also.iter().copied().chain(path.strip_prefix(REQUEST));
        let text = |name: &str| match self.inputs.value(name)? {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        names.filter_map(|name| Some((name.to_owned(), text(name)?))).collect()
    }
}

/// The parameter by which a service recognizes a repeated call.
pub(crate) const CLIENT_TOKEN: &str = "ClientToken";

fn client_token(spec: &Spec) -> Option<&'static Param> {
    spec.params.iter().find(|param| param.name == CLIENT_TOKEN && param.place == Place::Query)
}
