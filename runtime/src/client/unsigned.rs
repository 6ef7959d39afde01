//! A request before it is signed, as interceptors see it.

use std::fmt;

use http::{HeaderMap, Method};

use crate::codec::encode;
use crate::request::Plan;

/// The request of one attempt before it is signed: what is added to it is gone with the attempt.
pub struct UnsignedRequest<'a> {
    plan: &'a mut Plan,
    /// The parameters that were added.
    added: Vec<String>,
}

impl<'a> UnsignedRequest<'a> {
    pub(super) fn new(plan: &'a mut Plan) -> Self {
        Self { plan, added: Vec::new() }
    }

    /// Whether a parameter of this name was added.
    pub(super) fn has_added(&self, name: &str) -> bool {
        self.added.iter().any(|added| added == name)
    }

    /// The documented method. Alibaba Cloud's RPC is sent by POST or GET, as the client says.
    pub fn method(&self) -> &Method {
        &self.plan.method
    }

    /// The path behind that of the endpoint, encoded.
    pub fn path(&self) -> &str {
        &self.plan.path
    }

    /// The headers so far. They hold the keys of a service that signs nothing.
    pub fn headers(&self) -> &HeaderMap {
        &self.plan.headers
    }

    /// The headers, to be changed.
    pub fn headers_mut(&mut self) -> &mut HeaderMap {
        &mut self.plan.headers
    }

    /// Adds a parameter to the query, or to those of an action of Alibaba Cloud's RPC, of which one of this name is replaced. It is
    /// not encoded. Behind a `ClientToken` that is replaced here the service may not know a repeated call, so it is not repeated for it.
    pub fn add_parameter(&mut self, name: impl Into<String>, value: impl Into<String>) {
        let (name, value) = (name.into(), value.into());
        self.added.push(name.clone());
        match &mut self.plan.rpc {
            Some((_, own)) => {
                own.retain(|(other, _)| *other != name);
                own.push((name, value));
            }
            None => self.plan.query.push((encode::strict(&name).to_string(), encode::strict(&value).to_string())),
        }
    }
}

// By hand: values may be secret.
impl fmt::Debug for UnsignedRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnsignedRequest").field("method", self.method()).finish_non_exhaustive()
    }
}
