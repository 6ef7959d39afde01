//! Operations, as data: method, path, parameters, security, and the job that they start.

use super::access::{Requirement, Server};
pub use super::param::*;
use super::shape::{Shape, any};

/// How an operation is addressed and sent.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    /// The documented name, for errors and logs; the `Action` of an RPC operation.
    pub name: &'static str,
    /// The method of the generated client that creates a call, for errors; empty if there is none.
    pub client_method: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// The path template, with `{name}` for each path parameter.
    pub path: &'static str,
    /// All parameters, in the order in which they are sent.
    pub params: &'static [Param],
    /// The request body, if the operation has one.
    pub body: Option<Body>,
    /// The `Accept` header; empty for none.
    pub accept: &'static str,
    /// The alternatives of security schemes that must be met; `None` takes the service's.
    pub security: Option<&'static [Requirement]>,
    /// The operation's own servers, instead of the service's.
    pub servers: &'static [Server],
    /// Whether a repeated call has no further effect, if the method suggests otherwise.
    pub idempotent: Option<bool>,
    /// Other JSON media types of successes, with other types than those of `accept`.
    pub others: &'static [&'static str],
    /// The job that the operation starts, and the dotted path of its id in the response.
    pub job: Option<(&'static str, &'static Job)>,
}

impl Spec {
    /// Creates an operation without parameters, body or other options.
    pub const fn new(name: &'static str, method: &'static str, path: &'static str) -> Self {
        Self {
            name,
            client_method: "",
            method,
            path,
            params: &[],
            body: None,
            accept: "",
            security: None,
            servers: &[],
            idempotent: None,
            others: &[],
            job: None,
        }
    }

    /// Sets the method of the generated client that creates a call.
    pub const fn client_method(mut self, name: &'static str) -> Self {
        self.client_method = name;
        self
    }

    /// Sets the parameters.
    pub const fn params(mut self, params: &'static [Param]) -> Self {
        self.params = params;
        self
    }

    /// Sets the media type of the body, and whether it is required.
    pub const fn body(mut self, media_type: &'static str, required: bool) -> Self {
        self.body = Some(Body { media_type, required, shape: any() });
        self
    }

    /// Sets the shape of the body's fields as a whole.
    pub const fn body_shape(mut self, shape: Shape) -> Self {
        if let Some(body) = &mut self.body {
            body.shape = shape;
        }
        self
    }

    /// Sets the `Accept` header.
    pub const fn accept(mut self, accept: &'static str) -> Self {
        self.accept = accept;
        self
    }

    /// Sets the operation's own security requirements; an empty list requires none.
    pub const fn security(mut self, alternatives: &'static [Requirement]) -> Self {
        self.security = Some(alternatives);
        self
    }

    /// Sets the operation's own servers.
    pub const fn servers(mut self, servers: &'static [Server]) -> Self {
        self.servers = servers;
        self
    }

    /// Sets whether it can be repeated, regardless of its method.
    pub const fn idempotent(mut self, idempotent: bool) -> Self {
        self.idempotent = Some(idempotent);
        self
    }

    /// Sets the job that it starts, whose id is at this dotted path of the response.
    pub const fn job(mut self, id: &'static str, job: &'static Job) -> Self {
        self.job = Some((id, job));
        self
    }

    /// Sets the JSON media types of successes with other types.
    pub const fn others(mut self, media_types: &'static [&'static str]) -> Self {
        self.others = media_types;
        self
    }
}

/// The body of a request.
#[derive(Clone, Copy, Debug)]
pub struct Body {
    /// Its media type.
    pub media_type: &'static str,
    /// Whether it is sent even if no field of it was set.
    pub required: bool,
    /// The requirements on its fields as a whole.
    pub shape: Shape,
}

/// How a kind of job is polled. Stated by generated code.
#[derive(Clone, Copy, Debug)]
pub struct Job {
    /// The documented names of the operations that start such a job.
    pub begun_by: &'static [&'static str],
    /// The operation that returns the job's state.
    pub poll: &'static Spec,
    /// Its parameter for the id.
    pub argument: &'static str,
    /// Its parameters that are copied from the call that started the job, under the same names.
    pub also: &'static [&'static str],
    /// The dotted path of the state in its response.
    pub state: &'static str,
    /// States of a running job.
    pub running: &'static [&'static str],
    /// States of a successful job.
    pub succeeded: &'static [&'static str],
    /// States of a failed job.
    pub failed: &'static [&'static str],
}
