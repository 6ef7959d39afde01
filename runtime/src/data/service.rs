//! A service, as data: what all its operations share.

pub use super::access::*;
use super::category::ErrorCategory;
use super::operation::Job;

/// A service: what all its operations share.
#[derive(Clone, Copy, Debug)]
pub struct Service {
    /// The name and version of the generated crate, for logs and metrics.
    pub package: &'static str,
    /// The API's version.
    pub version: &'static str,
    /// The vendor's name of the product, for gateways that serve several. Empty where the document has none.
    pub product: &'static str,
    /// How calls are addressed, signed and classified.
    pub protocol: Protocol,
    /// Where the service is reached.
    pub servers: &'static [Server],
    /// The security schemes, by name.
    pub schemes: &'static [Scheme],
    /// The alternatives of schemes that operations ask for by default.
    pub security: &'static [Requirement],
    /// The kinds of jobs that operations begin.
    pub jobs: &'static [&'static Job],
    /// How many requests a user may send.
    pub limits: &'static [RateLimit],
    /// Error codes that say that something else is under way, so that the service did not act.
    pub busy: &'static [&'static str],
    /// What its other error codes mean, where the HTTP status does not tell.
    pub errors: &'static [(ErrorCategory, &'static [&'static str])],
}

/// How calls are addressed, signed and classified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Plain HTTP as the OpenAPI document says, with its security schemes.
    Http,
    /// Alibaba Cloud RPC: an `Action`, signed common parameters, 200 responses that may carry a failure.
    AliyunRpc,
    /// Huawei Cloud REST: `SDK-HMAC-SHA256` or a token.
    HuaweiRest,
}

/// A number of requests in any span of this length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// How many requests.
    pub calls: u32,
    /// In how many seconds.
    pub seconds: u32,
}
