//! What an operation is, as data: method, path, parameters, security, the job that it begins.

use super::access::{Requirement, Server};
pub use super::param::*;
use super::shape::{Shape, any};

/// How an operation is addressed and sent.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    /// The documented name, as in errors and logs; the `Action` of an RPC operation.
    pub name: &'static str,
    /// The method of the generated client that begins a call, as in errors; empty if there is none.
    pub client_method: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// The path template, with `{name}` for each path parameter.
    pub path: &'static str,
    /// All parameters, in the order in which they are sent.
    pub params: &'static [Param],
    /// The request body, if there may be one.
    pub body: Option<Body>,
    /// The `Accept` header; empty for none.
    pub accept: &'static str,
    /// The alternatives of security schemes that must be met; `None` takes the service's.
    pub security: Option<&'static [Requirement]>,
    /// The operation's own servers, instead of the service's.
    pub servers: &'static [Server],
    /// Whether a repeated call changes nothing more, where the method says otherwise.
    pub idempotent: Option<bool>,
    /// Further JSON media types of successes that are of other types than those of `accept`.
    pub others: &'static [&'static str],
    /// The job that the operation begins, and the dotted path of its id in the response.
    pub job: Option<(&'static str, &'static Job)>,
}

impl Spec {
    /// An operation without parameters, body or peculiarities.
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

    /// Begun by this method of the generated client.
    pub const fn client_method(mut self, name: &'static str) -> Self {
        self.client_method = name;
        self
    }

    /// With these parameters.
    pub const fn params(mut self, params: &'static [Param]) -> Self {
        self.params = params;
        self
    }

    /// With a body of this media type, which must be there if `required`.
    pub const fn body(mut self, media_type: &'static str, required: bool) -> Self {
        self.body = Some(Body { media_type, required, shape: any() });
        self
    }

    /// With a body whose fields, together, have to look like this.
    pub const fn body_shape(mut self, shape: Shape) -> Self {
        if let Some(body) = &mut self.body {
            body.shape = shape;
        }
        self
    }

    /// Asking for these media types.
    pub const fn accept(mut self, accept: &'static str) -> Self {
        self.accept = accept;
        self
    }

    /// With its own security requirements; an empty list asks for none.
    pub const fn security(mut self, alternatives: &'static [Requirement]) -> Self {
        self.security = Some(alternatives);
        self
    }

    /// With its own servers.
    pub const fn servers(mut self, servers: &'static [Server]) -> Self {
        self.servers = servers;
        self
    }

    /// Whether it may be repeated, whatever its method says.
    pub const fn idempotent(mut self, idempotent: bool) -> Self {
        self.idempotent = Some(idempotent);
        self
    }

    /// Beginning such a job, whose id is at this dotted path of the response.
    pub const fn job(mut self, id: &'static str, job: &'static Job) -> Self {
        self.job = Some((id, job));
        self
    }

    /// With successes of other types as these JSON media types.
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
    /// Whether it is sent even if nothing in it was set.
    pub required: bool,
    /// What its fields have to meet together.
    pub shape: Shape,
}

/// How a kind of job is asked about. Generated code states it.
#[derive(Clone, Copy, Debug)]
pub struct Job {
    /// The documented names of the operations that begin such a job.
    pub begun_by: &'static [&'static str],
    /// The operation that shows the job.
    pub poll: &'static Spec,
    /// Its parameter that takes the id.
    pub argument: &'static str,
    /// Parameters that it takes over from the call that began the job, under the same names.
    pub also: &'static [&'static str],
    /// Dotted path of the state in its response.
    pub state: &'static str,
    /// States of a job that goes on.
    pub running: &'static [&'static str],
    /// States of a job that has succeeded.
    pub succeeded: &'static [&'static str],
    /// States of a job that has failed.
    pub failed: &'static [&'static str],
}
