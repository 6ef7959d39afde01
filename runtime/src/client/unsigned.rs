//! A request before it is signed, as seen by interceptors.

use std::fmt;

use http::{HeaderMap, Method};

use crate::codec::encode;
use crate::request::Plan;

/// The request of one attempt before it is signed. Additions apply to this attempt only.
pub struct UnsignedRequest<'a> {
    plan: &'a mut Plan,
    /// Names of the added parameters.
    added: Vec<String>,
}

impl<'a> UnsignedRequest<'a> {
    pub(super) fn new(plan: &'a mut Plan) -> Self {
        Self { plan, added: Vec::new() }
    }

    /// Whether a parameter with this name was added.
    pub(super) fn has_added(&self, name: &str) -> bool {
        self.added.iter().any(|added| added == name)
    }

    /// The documented method. For Alibaba Cloud's RPC, the client's settings decide between POST and GET instead.
    pub fn method(&self) -> &Method {
        &self.plan.method
    }

    /// The encoded path, relative to the endpoint.
    pub fn path(&self) -> &str {
        &self.plan.path
    }

    /// The headers so far. For a service without signatures they include the keys.
    pub fn headers(&self) -> &HeaderMap {
        &self.plan.headers
    }

    /// The headers, mutable.
    pub fn headers_mut(&mut self) -> &mut HeaderMap {
        &mut self.plan.headers
    }

    /// Adds a parameter to the query, or to the parameters of an action of Alibaba Cloud's RPC, where it replaces one
    /// with the same name. The value must not be encoded. If it replaces the `ClientToken`, the token no longer makes
    /// the call idempotent, as the service may not recognize a repeated call.
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

// Manual: values may be secret.
impl fmt::Debug for UnsignedRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnsignedRequest").field("method", self.method()).finish_non_exhaustive()
    }
}
