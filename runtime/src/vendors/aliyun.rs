//! Alibaba Cloud's RPC: an action with parameters, and a signature of them or of the whole request.

use std::sync::Arc;

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderValue, Method, Request};
use zeroize::Zeroizing;

use super::aliyun_options::Options;
use super::error_codes::{ALIYUN, Codes};
use super::prepare::{AttemptContext, PreparedRequest, body_hash, request};
use super::vendor::{Vendor, service_name};
use crate::auth::credentials::{Credentials, CredentialsChain, CredentialsProvider};
use crate::auth::sign::{self, Signature};
use crate::codec::encode;
use crate::data::secret::{Pairs, Secret, wiped};
use crate::data::service::Service;
use crate::request::{FORM, Plan};
use crate::response::{Verdict, verdict};
use crate::transport::RequestBody;

pub(super) struct Aliyun;

impl Vendor for Aliyun {
    fn error_codes(&self) -> Codes {
        ALIYUN
    }

    fn credentials(&self) -> Option<Arc<dyn CredentialsProvider>> {
        Some(Arc::new(CredentialsChain::aliyun()))
    }

    fn variable(&self) -> fn(&str) -> Option<&'static str> {
        |setting| match setting {
            "region" => Some("ALIBABA_CLOUD_REGION_ID"),
            "ca_bundle" => Some("ALIBABA_CLOUD_CA_BUNDLE"),
            _ => None,
        }
    }

    fn endpoint_variables(&self, service: &Service, _: Option<&str>) -> Vec<String> {
        vec![format!("ALIBABA_CLOUD_{}_ENDPOINT", service_name(service))]
    }

    fn rpc(&self) -> bool {
        true
    }

    fn presigns(&self) -> bool {
        true
    }

    fn hashes_bodies(&self, options: &Options) -> bool {
        options.signature == Signature::Acs3
    }

    fn verdict(&self, body: &[u8]) -> Verdict {
        verdict(body)
    }

    fn prepare(&self, context: &AttemptContext<'_>, plan: &Plan) -> Result<PreparedRequest, String> {
        let (name, own) = plan.rpc.as_ref().ok_or("the request has no action")?;
        let keys = context.credentials.map(Keys::of);
        let action = Action { context, name, own, nonce: (context.nonce)()?, keys };
        let (common, signed) = action.common()?;
        let mut request = action.request(plan, &common)?;
        action.sign_request(plan, &mut request)?;
        Ok(PreparedRequest { request, signed })
    }
}

/// An attempt of an action: its date and nonce, and the credentials to sign with.
struct Action<'a> {
    context: &'a AttemptContext<'a>,
    name: &'a str,
    /// Its own parameters.
    own: &'a [(String, String)],
    nonce: String,
    keys: Option<Keys<'a>>,
}

/// The credentials.
#[derive(Clone, Copy)]
enum Keys<'a> {
    /// Access key, secret key and the security token of temporary keys, for a signature.
    Signing(&'a str, &'a Secret, Option<&'a Secret>),
    /// A token instead of a signature.
    Bearer(&'a Secret),
}

impl<'a> Keys<'a> {
    fn of(credentials: &'a Credentials) -> Self {
        match credentials {
            Credentials::AccessKey { access_key, secret_key, security_token } => {
                Self::Signing(access_key, secret_key, security_token.as_ref())
            }
            Credentials::Token(token) => Self::Bearer(token),
        }
    }
}

/// The parameter that announces a token instead of a signature.
const BEARER: (&str, &str) = ("SignatureType", "BEARERTOKEN");

impl Action<'_> {
    fn method(&self) -> Method {
        if self.context.options.get_requests { Method::GET } else { Method::POST }
    }

    /// A gateway for all products requires the product's name, and reads the region only from the parameter.
    fn for_gateway(&self) -> Vec<(String, String)> {
        let AttemptContext { service, values, options, .. } = *self.context;
        let region = values.get("region").filter(|_| !self.own.iter().any(|(name, _)| name == "RegionId"));
        let pairs = [("Product", Some(service.product.to_owned())), ("RegionId", region)];
        let pairs = pairs.into_iter().filter(|_| options.asapi);
        pairs.filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }

    /// The common parameters of all actions, with RPC signature 1.0 if it is used, and its string to sign.
    fn common(&self) -> Result<(Pairs, Option<Zeroizing<String>>), String> {
        let (version, mut signed) = (self.context.service.version, None);
        let mut common = match self.keys {
            Some(Keys::Signing(access_key, secret_key, token))
                if self.context.options.signature == Signature::AliyunRpcV1 =>
            {
                let date = self.context.now;
                let common = sign::common_parameters(self.name, version, access_key, token, date, &self.nonce);
                let mut common = Pairs::from(common);
                common.extend(self.for_gateway());
                let all: Pairs = common.iter().chain(self.own).cloned().collect();
                let signature = sign::sign_aliyun_rpc(self.method().as_str(), &all, secret_key);
                let signature = signature.map_err(|error| error.to_string())?;
                common.push(("Signature".to_owned(), signature.signature));
                signed = Some(Zeroizing::new(signature.string_to_sign));
                drop(Zeroizing::new(signature.canonical_request));
                common
            }
            Some(Keys::Bearer(token)) => {
                let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
                let mut common = Pairs::default();
                if self.context.options.signature == Signature::AliyunRpcV1 {
                    common = sign::unsigned_parameters(self.name, version, self.context.now, &self.nonce).into();
                    common.extend(self.for_gateway());
                    common.push(pair(("BearerToken", token.expose())));
                }
                common.push(pair(BEARER));
                common
            }
            // The action and version are headers of ACS3, too, but only with a signature.
            None => {
                vec![("Action".to_owned(), self.name.to_owned()), ("Version".to_owned(), version.to_owned())].into()
            }
            Some(_) => Pairs::default(),
        };
        if !common.iter().any(|(name, _)| name == "Format") {
            // Otherwise the service responds in XML.
            common.push(("Format".to_owned(), "JSON".to_owned()));
        }
        Ok((common, signed))
    }

    /// The request with all parameters in place.
    fn request(&self, plan: &Plan, common: &[(String, String)]) -> Result<Request<RequestBody>, String> {
        let (method, base) = (self.method(), self.context.base);
        let mut query = encoded(common);
        // Parameters in the body do not appear in logs, and may be long. If the operation has a body of its own, they are in
        // the query.
        let in_body = method == Method::POST && plan.body.is_empty();
        if !in_body {
            query.append(&mut encoded(self.own));
        }
        let mut request = match self.context.options.asapi {
            true => request(&Plan { path: String::new(), ..plan.clone() }, &asapi(base), &query)?,
            false => request(plan, base, &query)?,
        };
        *request.method_mut() = method;
        if in_body && !self.own.is_empty() {
            *request.body_mut() = wiped(encode::joined(&encoded(self.own)).into_bytes()).into();
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(FORM));
        }
        Ok(request)
    }

    /// Signs the whole request, if ACS3 is used.
    fn sign_request(&self, plan: &Plan, request: &mut Request<RequestBody>) -> Result<(), String> {
        let (Signature::Acs3, Some(keys)) = (self.context.options.signature, self.keys) else { return Ok(()) };
        request.headers_mut().entry(ACCEPT).or_insert(HeaderValue::from_static("application/json"));
        let hash = match request.body().as_bytes() {
            Some(bytes) => sign::sha256_hex(bytes),
            None => body_hash(plan)?,
        };
        let (version, date) = (self.context.service.version, self.context.now);
        let outcome = match keys {
            Keys::Bearer(token) => {
                sign::acs3_bearer(request.headers_mut(), &hash, self.name, version, token, date, &self.nonce)
            }
            Keys::Signing(key, secret, token) => {
                sign::acs3(request, &hash, self.name, version, key, secret, token, date, &self.nonce)
                    .map(sign::Signed::wipe)
            }
        };
        outcome.map_err(|error| error.to_string())
    }
}

/// The address of the ASAPI gateway, of which the user may have set only the host.
fn asapi(base: &str) -> String {
    const PATH: &str = "/asapi/v3";
    if base.ends_with(PATH) { base.to_owned() } else { format!("{base}{PATH}") }
}

fn encoded(pairs: &[(String, String)]) -> Pairs {
    let encoded = encode::strict_text;
    pairs.iter().map(|(name, value)| (encoded(name), encoded(value))).collect()
}
