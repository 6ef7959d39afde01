//! What comes before the body of a response, and what is known from it.

use std::collections::BTreeMap;

use http::HeaderMap;

use crate::data::operation::Job;

/// A response's status and headers, and what is known from them.
pub(crate) struct Head {
    pub(crate) operation: &'static str,
    pub(crate) job: Option<(&'static str, &'static Job)>,
    /// What the call sent that says which job it begins.
    pub(crate) sent: BTreeMap<String, String>,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) request_id: Option<String>,
}
