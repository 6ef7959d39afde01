//! What vendors do in ways of their own. What is written here holds where no vendor says otherwise.

use std::path::PathBuf;
use std::sync::Arc;

use futures_core::future::BoxFuture;

use super::aliyun_options::Options;
use super::error_codes::Codes;
use super::prepare::{AttemptContext, PreparedRequest, request};
use crate::auth::credentials::{Credentials, CredentialsProvider, ProviderConfig, Unanswered};
use crate::data::service::Service;
use crate::request::Plan;
use crate::response::Verdict;

/// A setting that nobody gave, and what there is to ask for it with.
pub(crate) struct Unknown<'a> {
    pub(crate) name: &'static str,
    pub(crate) region: Option<String>,
    /// The address of whom to ask, as it stands beside the credentials.
    pub(crate) endpoint: Option<String>,
    /// Whether the client's own calls go to an address that the document does not name.
    pub(crate) is_elsewhere: bool,
    pub(crate) credentials: &'a Credentials,
    pub(crate) config: ProviderConfig,
}

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

    /// The environment variables that may give a service's address in such a region, the first of which counts.
    fn endpoint_variables(&self, service: &Service, region: Option<&str>) -> Vec<String> {
        let _ = (service, region);
        Vec::new()
    }

    /// A service's names in variables and files, in capitals.
    fn service_names(&self, service: &Service) -> Vec<String> {
        vec![service_name(service)]
    }

    /// The file in which users write down the addresses of services by region.
    fn regions_file(&self, config: &ProviderConfig) -> Option<PathBuf> {
        let _ = config;
        None
    }

    /// The settings that [`discover`](Self::discover) finds.
    fn discoverable(&self) -> &'static [&'static str] {
        &[]
    }

    /// Asks the vendor for a setting that nobody gave. `None` is that there is nothing to ask by.
    fn discover<'a>(&'a self, unknown: Unknown<'a>) -> BoxFuture<'a, Result<Option<String>, Unanswered>> {
        let _ = unknown;
        Box::pin(async { Ok(None) })
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

    /// What error codes of all services mean.
    fn error_codes(&self) -> Codes {
        &[]
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

/// A service's name as it stands in environment variables: `DTS` of the package `aliyun-dts/0.1.0`.
pub(super) fn service_name(service: &Service) -> String {
    let package = service.package.split('/').next().unwrap_or_default();
    let package = package.strip_prefix("yundb-").unwrap_or(package);
    variable_name(package.split_once('-').map_or(package, |(_, name)| name))
}

/// As part of the name of an environment variable.
pub(super) fn variable_name(text: &str) -> String {
    text.replace('-', "_").to_ascii_uppercase()
}
