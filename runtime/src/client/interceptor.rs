//! Hooks to observe and extend each attempt of a call.

use std::fmt;
use std::time::Duration;

use http::Request;

use super::unsigned::UnsignedRequest;
use crate::data::operation::Spec;
use crate::data::service::Service;
use crate::response::ErrorKind;
use crate::transport::RequestBody;

/// Hooks called before and after each attempt: for distributed tracing, custom logs and measurements. Their run time is
/// part of the call's.
///
/// `tracing` and the feature `metrics` need no custom interceptor.
pub trait Interceptor: fmt::Debug + Send + Sync {
    /// Called before the request is signed: headers and parameters can be added. The signature then covers all
    /// parameters, and the headers that the vendor signs (`x-acs-..` with ACS3). Additions apply to this attempt only;
    /// the next one is signed without them. For `presigned_url` it is the only hook: nothing is sent, and adding a
    /// header makes it fail.
    fn before_signing(&self, attempt: &Attempt, request: &mut UnsignedRequest<'_>) {
        let _ = (attempt, request);
    }

    /// Called before the request is sent. It is already signed: headers such as `traceparent` can be added, but
    /// existing ones must not change, or the service refuses the signature. It contains keys, and possibly passwords.
    fn before_attempt(&self, attempt: &Attempt, request: &mut Request<RequestBody>) {
        let _ = (attempt, request);
    }

    /// Called after the response, or the failure, within the `tracing` span of the attempt. It is not called for an
    /// attempt that is dropped, as its caller no longer waits.
    fn after_attempt(&self, attempt: &Attempt, outcome: &Outcome<'_>) {
        let _ = (attempt, outcome);
    }
}

/// One attempt of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// The operation, by its documented name.
    pub operation: &'static str,
    /// The service: the name of the client's crate without `yundb-`, such as `aliyun-dts`.
    pub service: &'static str,
    /// Name and version of the client's crate, such as `yundb-aliyun-dts/0.1.0`.
    pub package: &'static str,
    /// Number of the attempt, from 1.
    pub number: u32,
}

impl Attempt {
    /// An attempt of an operation of this service.
    pub(super) fn new(service: &Service, operation: &Spec, number: u32) -> Self {
        Self { operation: operation.name, service: service.name(), package: service.package, number }
    }
}

/// The outcome of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome<'a> {
    /// The failure; `None` if the service reported success.
    pub failure: Option<ErrorKind>,
    /// The HTTP status, if there was a response.
    pub status: Option<u16>,
    /// The service's error code.
    pub code: Option<&'a str>,
    /// The request id that the service assigned to the attempt.
    pub request_id: Option<&'a str>,
    /// Duration, including the wait for rate limits and credentials.
    pub elapsed: Duration,
    /// The pause before the next attempt, if there is one.
    pub retry_in: Option<Duration>,
}
