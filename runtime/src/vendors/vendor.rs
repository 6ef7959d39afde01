//! The vendor-specific parts of calls. The defaults here apply unless a vendor overrides them.

use std::path::PathBuf;
use std::sync::Arc;

use futures_core::future::BoxFuture;

use super::aliyun_options::Options;
use super::error_codes::Codes;
use super::prepare::{AttemptContext, PreparedRequest, request};
use crate::auth::credentials::{Credentials, CredentialsProvider, LookupError, ProviderConfig};
use crate::data::service::Service;
use crate::request::Plan;
use crate::response::Verdict;

/// A setting that is not set, and the means to look it up.
pub(crate) struct Unknown<'a> {
    pub(crate) name: &'static str,
    pub(crate) region: Option<String>,
    /// The address for the lookup, from the credentials' profile.
    pub(crate) endpoint: Option<String>,
    /// Whether the client's own calls go to an address that is not in the document.
    pub(crate) is_elsewhere: bool,
    pub(crate) credentials: &'a Credentials,
    pub(crate) config: ProviderConfig,
}

pub(crate) trait Vendor: Sync {
    /// Whether requests are signed with credentials. Others have the keys of security schemes, and may be redirected.
    fn signs(&self) -> bool {
        true
    }

    /// The default source of credentials, if requests are signed.
    fn credentials(&self) -> Option<Arc<dyn CredentialsProvider>> {
        None
    }

    /// The environment variable of a setting of the client.
    fn variable(&self) -> fn(&str) -> Option<&'static str> {
        |_| None
    }

    /// The environment variables that may contain a service's address in a region, in order of precedence.
    fn endpoint_variables(&self, service: &Service, region: Option<&str>) -> Vec<String> {
        let _ = (service, region);
        Vec::new()
    }

    /// A service's names in variables and files, in capitals.
    fn service_names(&self, service: &Service) -> Vec<String> {
        vec![service_name(service)]
    }

    /// The user's file of service addresses by region.
    fn regions_file(&self, config: &ProviderConfig) -> Option<PathBuf> {
        let _ = config;
        None
    }

    /// Regions that exist even if the service's document lacks them. Others may exist as well.
    fn regions(&self) -> &'static [&'static str] {
        &[]
    }

    /// The settings that [`discover`](Self::discover) can look up.
    fn discoverable(&self) -> &'static [&'static str] {
        &[]
    }

    /// Those of them that can be looked up only if the region is set.
    fn discoverable_by_region(&self) -> &'static [&'static str] {
        &[]
    }

    /// Looks up a setting that is not set. `None` if the vendor has no lookup for it.
    fn discover<'a>(&'a self, unknown: Unknown<'a>) -> BoxFuture<'a, Result<Option<String>, LookupError>> {
        let _ = unknown;
        Box::pin(async { Ok(None) })
    }

    /// Whether calls are actions with parameters. The HTTP method then does not indicate their effect.
    fn rpc(&self) -> bool {
        false
    }

    /// Whether a signature can be in the URL, without any header.
    fn presigns(&self) -> bool {
        false
    }

    /// Whether signatures may include the hash of bodies.
    fn hashes_bodies(&self, options: &Options) -> bool {
        let _ = options;
        false
    }

    /// The categories of error codes common to all services.
    fn error_codes(&self) -> Codes {
        &[]
    }

    /// The verdict on a success status.
    fn verdict(&self, body: &[u8]) -> Verdict {
        let _ = body;
        Verdict { failed: false, request_id: None }
    }

    /// The request of one attempt, with its credentials. An error describes the problem with the client's settings.
    fn prepare(&self, context: &AttemptContext<'_>, plan: &Plan) -> Result<PreparedRequest, String> {
        request(plan, context.base, &plan.query).map(PreparedRequest::from)
    }
}

/// A service's name in environment variables: `DTS` for the package `aliyun-dts/0.1.0`.
pub(super) fn service_name(service: &Service) -> String {
    let name = service.name();
    variable_name(name.split_once('-').map_or(name, |(_, name)| name))
}

/// A part of the name of an environment variable.
pub(super) fn variable_name(text: &str) -> String {
    text.replace('-', "_").to_ascii_uppercase()
}
