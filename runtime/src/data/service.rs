//! Services, as data: the facts common to all operations.

pub use super::access::*;
use super::category::ErrorCategory;
use super::operation::Job;

/// A service: the facts common to all its operations.
#[derive(Clone, Copy, Debug)]
pub struct Service {
    /// The name and version of the generated crate, for the service's logs.
    pub package: &'static str,
    /// The API's version.
    pub version: &'static str,
    /// The vendor's name of the product, for gateways that serve several. Empty if the document has none.
    pub product: &'static str,
    /// How calls are addressed, signed and classified.
    pub protocol: Protocol,
    /// The addresses of the service.
    pub servers: &'static [Server],
    /// The security schemes, by name.
    pub schemes: &'static [Scheme],
    /// The alternatives of schemes that operations require by default.
    pub security: &'static [Requirement],
    /// The kinds of jobs that operations start.
    pub jobs: &'static [&'static Job],
    /// The rate limits per user.
    pub limits: &'static [RateLimit],
    /// Error codes for another operation in progress, with which the service did not act.
    pub busy: &'static [&'static str],
    /// The categories of other error codes, if the HTTP status does not determine them.
    pub errors: &'static [(ErrorCategory, &'static [&'static str])],
}

impl Service {
    /// The name, for traces and metrics: that of the generated crate without its version and `yundb-`, such as
    /// `aliyun-dts`.
    pub(crate) fn name(&self) -> &'static str {
        let package = self.package.split_once('/').map_or(self.package, |(name, _)| name);
        package.strip_prefix("yundb-").unwrap_or(package)
    }
}

/// How calls are addressed, signed and classified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Plain HTTP according to the OpenAPI document, with its security schemes.
    Http,
    /// Alibaba Cloud's RPC: an `Action`, signed common parameters, 200 responses that may report a failure.
    AliyunRpc,
    /// Huawei Cloud REST: `SDK-HMAC-SHA256` or a token.
    HuaweiRest,
}

/// A maximum number of requests in any interval of this length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// Maximum number of requests.
    pub calls: u32,
    /// Length of the interval in seconds.
    pub seconds: u32,
}
