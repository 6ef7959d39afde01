//! What comes before the body of a response, and what is known from it.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::HeaderMap;

use crate::auth::credentials::CredentialsProvider;
use crate::data::operation::Spec;

/// A response's status and headers, and what is known from them.
pub(crate) struct Head {
    pub(crate) spec: &'static Spec,
    /// The base URL that the call was sent to.
    pub(crate) base: Arc<str>,
    /// How often the call was sent until this response came.
    pub(crate) attempts: u32,
    /// What the call sent that says which job it begins.
    pub(crate) sent: BTreeMap<String, String>,
    /// Whom the job of the call belongs to.
    pub(crate) account: Account,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) request_id: Option<String>,
}

/// What a call had in place of its client's credentials and endpoint: calls about what it began have it, too.
#[derive(Clone, Default)]
pub(crate) struct Account {
    pub(crate) credentials: Option<Arc<dyn CredentialsProvider>>,
    pub(crate) endpoint: Option<String>,
}
