//! Alibaba Cloud's RPC: an action with parameters, signed over them or over the whole request.

use std::sync::Arc;

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderValue, Method};
use zeroize::Zeroizing;

use super::aliyun_options::Options;
use super::prepare::{AttemptContext, PreparedRequest, body_hash, request};
use super::vendor::Vendor;
use crate::auth::credentials::{Credentials, CredentialsChain, CredentialsProvider};
use crate::auth::sign::{self, Signature};
use crate::codec::encode;
use crate::data::secret::wiped;
use crate::request::{FORM, Plan};
use crate::response::{Verdict, verdict};

pub(super) struct Aliyun;

impl Vendor for Aliyun {
    fn credentials(&self) -> Option<Arc<dyn CredentialsProvider>> {
        Some(Arc::new(CredentialsChain::aliyun()))
    }

    fn rpc(&self) -> bool {
        true
    }

    fn hashes_bodies(&self, options: &Options) -> bool {
        options.signature == Signature::Acs3
    }

    fn verdict(&self, body: &[u8]) -> Verdict {
        verdict(body)
    }

    fn prepare(&self, context: &AttemptContext<'_>, plan: &Plan) -> Result<PreparedRequest, String> {
        let (action, own) = plan.rpc.as_ref().ok_or("the request has no action")?;
        prepare(context, plan, action, own)
    }
}

type Pairs = Vec<(String, String)>;

fn prepare(
    context: &AttemptContext<'_>,
    plan: &Plan,
    action: &str,
    own: &[(String, String)],
) -> Result<PreparedRequest, String> {
    let AttemptContext { service, base, values, options, .. } = *context;
    let version = service.version;
    let method = if options.get_requests { Method::GET } else { Method::POST };
    let (date, nonce) = (context.now, (context.nonce)());
    let keys = match context.credentials {
        None => None,
        Some(Credentials::AccessKey { access_key, secret_key, security_token }) => {
            Some((access_key.as_str(), secret_key, security_token.as_ref()))
        }
        Some(Credentials::Token(_)) => {
            return Err("Alibaba Cloud takes no token alone: give an access key, with it if it is temporary".to_owned());
        }
    };
    // One gateway for all products has to be told which is meant; it knows regions by the parameter alone.
    let region = values.get("region").filter(|_| !own.iter().any(|(name, _)| name == "RegionId"));
    let gateway = [("Product", Some(service.product.to_owned())), ("RegionId", region)];
    let gateway = gateway.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let gateway: Pairs = if options.asapi { gateway.collect() } else { Pairs::new() };
    let mut string_to_sign = None;
    let mut common = match keys {
        Some((access_key, secret_key, token)) if options.signature == Signature::AliyunRpcV1 => {
            let mut common = sign::common_parameters(action, version, access_key, token, date, &nonce);
            common.extend(gateway);
            let all: Pairs = common.iter().chain(own).cloned().collect();
            let signed = sign::sign_aliyun_rpc(method.as_str(), &all, secret_key).map_err(|error| error.to_string())?;
            common.push(("Signature".to_owned(), signed.signature));
            string_to_sign = Some(Zeroizing::new(signed.string_to_sign));
            common
        }
        // The action and version are headers of ACS3 too, but only with a signature.
        None => vec![("Action".to_owned(), action.to_owned()), ("Version".to_owned(), version.to_owned())],
        Some(_) => Vec::new(),
    };
    if !common.iter().any(|(name, _)| name == "Format") {
        // The service answers XML unless told.
        common.push(("Format".to_owned(), "JSON".to_owned()));
    }

    let mut query = encoded(&common);
    // In the body they stand in no log, and may be long. A body of the operation's own leaves them the query.
    let in_body = method == Method::POST && plan.body.is_empty();
    if !in_body {
        query.extend(encoded(own));
    }
    let mut request = match options.asapi {
        true => request(&Plan { path: String::new(), ..plan.clone() }, &asapi(base), &query)?,
        false => request(plan, base, &query)?,
    };
    *request.method_mut() = method;
    if in_body && !own.is_empty() {
        *request.body_mut() = wiped(encode::joined(&encoded(own)).into_bytes()).into();
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(FORM));
    }
    if let (Signature::Acs3, Some((access_key, secret_key, token))) = (options.signature, keys) {
        request.headers_mut().entry(ACCEPT).or_insert(HeaderValue::from_static("application/json"));
        let hash = match request.body().as_bytes() {
            Some(bytes) => sign::sha256_hex(bytes),
            None => body_hash(plan)?,
        };
        sign::acs3(&mut request, &hash, action, version, access_key, secret_key, token, date, &nonce)
            .map_err(|error| error.to_string())?;
    }
    Ok(PreparedRequest { request, signed: string_to_sign })
}

/// The address of the ASAPI gateway, of which only the host may have been told.
fn asapi(base: &str) -> String {
    const PATH: &str = "/asapi/v3";
    if base.ends_with(PATH) { base.to_owned() } else { format!("{base}{PATH}") }
}

fn encoded(pairs: &[(String, String)]) -> Pairs {
    let encoded = |text: &str| encode::strict(text).to_string();
    pairs.iter().map(|(name, value)| (encoded(name), encoded(value))).collect()
}
