//! The client's options for sending and signing requests.

use http::HeaderMap;

use super::apsara::ApsaraStack;
use crate::auth::sign::Signature;
use crate::data::service::Service;

/// The client's options for sending and signing requests.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) signature: Signature,
    /// By GET, with all parameters in the URL.
    pub(crate) get_requests: bool,
    /// Through Apsara Stack's ASAPI gateway.
    pub(crate) asapi: bool,
    /// With keys derived for this service of Huawei Cloud.
    pub(crate) derived_for: Option<String>,
}

impl Options {
    /// From the builder's settings, with the headers of every call. An error describes settings that cannot work.
    pub(crate) fn new(
        service: &Service,
        signature: Option<Signature>,
        get_requests: bool,
        stack: Option<&ApsaraStack>,
        has_endpoint: bool,
    ) -> Result<(Self, HeaderMap), String> {
        let asapi = stack.is_some_and(|stack| stack.asapi);
        let headers = match stack {
            None => HeaderMap::new(),
            Some(_) if !has_endpoint => {
                return Err("an Apsara Stack has its own addresses: set one with `.endpoint(..)`".to_owned());
            }
            Some(_) if asapi && (get_requests || signature == Some(Signature::Acs3)) => {
                return Err("the ASAPI gateway accepts only POST and RPC signatures".to_owned());
            }
            Some(_) if asapi && service.product.is_empty() => {
                return Err("the API's document lacks the product name that the ASAPI gateway requires".to_owned());
            }
            Some(stack) => stack.headers()?,
        };
        Ok((Self { signature: signature.unwrap_or_default(), get_requests, asapi, derived_for: None }, headers))
    }
}
