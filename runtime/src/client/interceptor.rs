//! What programs may see of, and add to, each attempt of a call.

use std::fmt;
use std::time::Duration;

use http::Request;

use super::unsigned::UnsignedRequest;
use crate::response::ErrorKind;
use crate::transport::RequestBody;

/// Is told of each attempt that is sent, before and after: for tracing across services, for logs and measurements of your
/// own. Whatever it does takes the call's time.
///
/// What `tracing` and the feature `metrics` offer needs no interceptor of your own.
pub trait Interceptor: fmt::Debug + Send + Sync {
    /// Before the request is signed: headers and parameters may be added. The signature covers all parameters then, and the headers that
    /// the vendor signs (`x-acs-..` with ACS3). A request that is signed anew, for another attempt, is without what was added before.
    /// For `presigned_url` it is the only step: nothing is sent, and a header that is added makes it fail.
    fn before_signing(&self, attempt: &Attempt, request: &mut UnsignedRequest<'_>) {
        let _ = (attempt, request);
    }

    /// Before the request is sent. It is signed already: headers may be added, such as `traceparent`, but what is there must
    /// stay, or the service refuses the signature. It holds keys, and perhaps passwords.
    fn before_attempt(&self, attempt: &Attempt, request: &mut Request<RequestBody>) {
        let _ = (attempt, request);
    }

    /// After the response, or the failure, within the `tracing` span of the attempt. An attempt that is given up, as its caller waits no longer, has no end.
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
    /// Package and version of the client, such as `yundb-aliyun-dts/0.1.0`.
    pub service: &'static str,
    /// Which attempt it is, from 1.
    pub number: u32,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome<'a> {
    /// What went wrong; `None` is success, as far as the service is concerned.
    pub failure: Option<ErrorKind>,
    /// The HTTP status, if there was a response.
    pub status: Option<u16>,
    /// The service's error code.
    pub code: Option<&'a str>,
    /// The id under which the service knows the attempt.
    pub request_id: Option<&'a str>,
    /// How long it took, with the wait for rate limits and credentials.
    pub elapsed: Duration,
    /// After which pause another attempt follows, if one does.
    pub retry_in: Option<Duration>,
}
