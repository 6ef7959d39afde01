//! What vendors do in ways of their own. What is written here holds where no vendor says otherwise.

use std::sync::Arc;

use super::aliyun_options::Options;
use super::prepare::{AttemptContext, PreparedRequest, request};
use crate::auth::credentials::CredentialsProvider;
use crate::request::Plan;
use crate::response::Verdict;

pub(crate) trait Vendor: Sync {
    /// Whether requests are signed with credentials. Others have the keys of security schemes, and may be redirected.
    fn signs(&self) -> bool {
        true
    }

    /// Where credentials come from by default, if requests are signed.
    fn credentials(&self) -> Option<Arc<dyn CredentialsProvider>> {
        None
    }

    /// The environment variable that gives a setting of the client.
    fn variable(&self) -> fn(&str) -> Option<&'static str> {
        |_| None
    }

    /// Whether calls are actions with parameters, whatever their method. The method then says nothing of what they do.
    fn rpc(&self) -> bool {
        false
    }

    /// Whether a signature may stand in a URL, without any header.
    fn presigns(&self) -> bool {
        false
    }

    /// Whether signatures may have the hash of bodies.
    fn hashes_bodies(&self, options: &Options) -> bool {
        let _ = options;
        false
    }

    /// What a success status is worth.
    fn verdict(&self, body: &[u8]) -> Verdict {
        let _ = body;
        Verdict { failed: false, request_id: None }
    }

    /// One attempt's request, with its credentials in it. An error says what is wrong with the client's settings.
    fn prepare(&self, context: &AttemptContext<'_>, plan: &Plan) -> Result<PreparedRequest, String> {
        request(plan, context.base, &plan.query).map(PreparedRequest::from)
    }
}
