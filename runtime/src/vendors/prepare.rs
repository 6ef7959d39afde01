//! The request of one attempt: its context, and the parts common to all vendors.

use http::{Request, Uri};
use jiff::Timestamp;
use zeroize::Zeroizing;

use super::aliyun_options::Options;
use crate::auth::credentials::Credentials;
use crate::auth::sign;
use crate::codec::encode;
use crate::data::secret::wiped;
use crate::data::service::Service;
use crate::request::{Plan, Values};
use crate::transport::RequestBody;
use crate::transport::random::Nonces;

/// The context of an attempt's request, besides its plan.
pub(crate) struct AttemptContext<'a> {
    pub(crate) service: &'static Service,
    /// The address, without the plan's path.
    pub(crate) base: &'a str,
    pub(crate) values: &'a Values,
    pub(crate) options: &'a Options,
    pub(crate) credentials: Option<&'a Credentials>,
    pub(crate) now: Timestamp,
    pub(crate) nonce: &'a Nonces,
}

/// A request that is ready to be sent.
pub(crate) struct PreparedRequest {
    pub(crate) request: Request<RequestBody>,
    /// The string to sign, for services that return the one they expected. It contains all parameters, including
    /// secrets.
    pub(crate) signed: Option<Zeroizing<String>>,
}

impl From<Request<RequestBody>> for PreparedRequest {
    fn from(request: Request<RequestBody>) -> Self {
        Self { request, signed: None }
    }
}

/// The plan's request with these encoded pairs as its query.
pub(super) fn request(plan: &Plan, base: &str, query: &[(String, String)]) -> Result<Request<RequestBody>, String> {
    let query = Zeroizing::new(encode::joined(query));
    let mut url = String::with_capacity(base.len() + plan.path.len() + plan.whole_query.len() + query.len() + 2);
    url.push_str(base);
    url.push_str(&plan.path);
    let parts = [plan.whole_query.as_str(), query.as_str()];
    for (at, part) in parts.into_iter().filter(|part| !part.is_empty()).enumerate() {
        url.push(if at == 0 { '?' } else { '&' });
        url.push_str(part);
    }
    // Not shown: the query may contain secrets.
    let uri = Uri::from_maybe_shared(wiped(url.into_bytes()))
        .map_err(|error| format!("the request's URL is not valid: {error}"))?;
    let mut request = Request::new(plan.body.clone());
    *request.method_mut() = plan.method.clone();
    *request.uri_mut() = uri;
    *request.headers_mut() = plan.headers.clone();
    Ok(request)
}

/// The hash of the plan's body, computed earlier if the body is not in memory.
pub(super) fn body_hash(plan: &Plan) -> Result<String, String> {
    let hash = plan.body.as_bytes().map(|bytes| sign::sha256_hex(bytes)).or_else(|| plan.body_hash.clone());
    hash.ok_or_else(|| {
        "the body is a stream, which can be read only once, but the signature requires its hash: use bytes or a file"
            .to_owned()
    })
}
