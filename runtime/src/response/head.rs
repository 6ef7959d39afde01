//! The head of a response, and the facts derived from it.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::HeaderMap;

use crate::auth::credentials::CredentialsProvider;
use crate::data::operation::Spec;

/// A response's status and headers, and the facts derived from them.
pub(crate) struct Head {
    pub(crate) spec: &'static Spec,
    /// The base URL of the call.
    pub(crate) base: Arc<str>,
    /// Number of times the call was sent, up to this response.
    pub(crate) attempts: u32,
    /// The parameters that identify the job started by the call.
    pub(crate) sent: BTreeMap<String, String>,
    /// The account of the call's job.
    pub(crate) account: Account,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) request_id: Option<String>,
}

/// Overrides of credentials and endpoint by a call; follow-up calls about its job have the same.
#[derive(Clone, Default)]
pub(crate) struct Account {
    pub(crate) credentials: Option<Arc<dyn CredentialsProvider>>,
    pub(crate) endpoint: Option<String>,
}
