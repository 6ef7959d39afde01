//! Makes one attempt's request of a plan: credentials, common parameters, date and nonce, signature.

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Uri};
use zeroize::Zeroizing;

use crate::call::wiped;
use crate::client::Settings;
use crate::credentials::Credentials;
use crate::encode;
use crate::operation::Protocol;
use crate::request::{FORM, Plan};
use crate::request_body::RequestBody;
use crate::sign::{self, Signature};

/// The largest body that Huawei Cloud checks the signature of.
const LARGEST_SIGNED: u64 = 12 << 20;

/// A request that is ready to be sent.
pub(crate) struct Sealed {
    pub(crate) request: Request<RequestBody>,
    /// What was signed, where services that refuse a signature tell what they expected. It holds all parameters, secrets too.
    pub(crate) signed: Option<Zeroizing<String>>,
}

impl From<Request<RequestBody>> for Sealed {
    fn from(request: Request<RequestBody>) -> Self {
        Self { request, signed: None }
    }
}

/// The request with its credentials in it. An error says what is wrong with the client's settings.
pub(crate) fn seal(
    settings: &Settings,
    plan: &Plan,
    base: &str,
    credentials: Option<&Credentials>,
) -> Result<Sealed, String> {
    match (settings.service.protocol, &plan.rpc) {
        (Protocol::AliyunRpc, Some((action, own))) => rpc(settings, plan, base, credentials, action, own),
        (Protocol::HuaweiRest, _) => huawei(settings, plan, base, credentials).map(Sealed::from),
        _ => request(plan, base, &plan.query).map(Sealed::from),
    }
}

fn huawei(
    settings: &Settings,
    plan: &Plan,
    base: &str,
    credentials: Option<&Credentials>,
) -> Result<Request<RequestBody>, String> {
    let mut request = request(plan, base, &plan.query)?;
    match credentials {
        None => {}
        Some(Credentials::Token(token)) => {
            let mut value = HeaderValue::from_str(token.expose())
                .map_err(|_| "the token holds what no header may hold, such as a line break".to_owned())?;
            value.set_sensitive(true);
            request.headers_mut().insert("x-auth-token", value);
        }
        Some(Credentials::AccessKey { .. }) if request.body().len().is_some_and(|length| length > LARGEST_SIGNED) => {
            return Err(format!(
                "the body has {} bytes, and with an access key the service takes up to 12 MiB: use a token",
                request.body().len().unwrap_or_default()
            ));
        }
        Some(Credentials::AccessKey { access_key, secret_key, security_token }) => {
            // Keys may reach several projects, and the header says which is meant. Without one, the account is.
            let scope = settings.value("project_id").map(|id| ("x-project-id", id));
            let scope = scope.or_else(|| settings.value("domain_id").map(|id| ("x-domain-id", id)));
            if let Some((name, id)) = scope.filter(|(name, _)| !request.headers().contains_key(*name)) {
                let value = HeaderValue::from_str(&id).map_err(|_| format!("`{id}` is no id that {name} may hold"))?;
                request.headers_mut().insert(name, value);
            }
            let date = settings.now();
            let unsigned = !request.body().is_empty() && sign::is_unsigned(&request);
            let hash = if unsigned { None } else { Some(body_hash(plan)?) };
            let token = security_token.as_ref();
            sign::huawei(&mut request, hash.as_deref(), access_key, secret_key, token, date)
                .map_err(|error| error.to_string())?;
        }
    }
    Ok(request)
}

/// The hash of the plan's body, which was found out before where it is not in memory.
fn body_hash(plan: &Plan) -> Result<String, String> {
    let hash = plan.body.as_bytes().map(|bytes| sign::sha256_hex(bytes)).or_else(|| plan.body_hash.clone());
    hash.ok_or_else(|| {
        "the body is a stream, which can be read only once, and the signature has its hash: give bytes or a file"
            .to_owned()
    })
}

/// Whether signatures may have the hash of bodies.
pub(crate) fn hashes_bodies(settings: &Settings) -> bool {
    match settings.service.protocol {
        Protocol::Http => false,
        Protocol::AliyunRpc => settings.signature == Signature::Acs3,
        Protocol::HuaweiRest => true,
    }
}

type Pairs = Vec<(String, String)>;

fn rpc(
    settings: &Settings,
    plan: &Plan,
    base: &str,
    credentials: Option<&Credentials>,
    action: &str,
    own: &[(String, String)],
) -> Result<Sealed, String> {
    let version = settings.service.version;
    let method = if settings.get_requests { Method::GET } else { Method::POST };
    let (date, nonce) = (settings.now(), (settings.nonce)());
    let keys = match credentials {
        None => None,
        Some(Credentials::AccessKey { access_key, secret_key, security_token }) => {
            Some((access_key.as_str(), secret_key, security_token.as_ref()))
        }
        Some(Credentials::Token(_)) => {
            return Err("Alibaba Cloud takes no token alone: give an access key, with it if it is temporary".to_owned());
        }
    };
    // One gateway for all products has to be told which is meant; it knows regions by the parameter alone.
    let region = settings.value("region").filter(|_| !own.iter().any(|(name, _)| name == "RegionId"));
    let gateway = [("Product", Some(settings.service.product.to_owned())), ("RegionId", region)];
    let gateway = gateway.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let gateway: Pairs = if settings.asapi { gateway.collect() } else { Pairs::new() };
    let mut string_to_sign = None;
    let mut common = match keys {
        Some((access_key, secret_key, token)) if settings.signature == Signature::AliyunRpcV1 => {
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
    let mut request = match settings.asapi {
        true => request(&Plan { path: String::new(), ..plan.clone() }, &asapi(base), &query)?,
        false => request(plan, base, &query)?,
    };
    *request.method_mut() = method;
    if in_body && !own.is_empty() {
        *request.body_mut() = wiped(encode::joined(&encoded(own)).into_bytes()).into();
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(FORM));
    }
    if let (Signature::Acs3, Some((access_key, secret_key, token))) = (settings.signature, keys) {
        request.headers_mut().entry(ACCEPT).or_insert(HeaderValue::from_static("application/json"));
        let hash = match request.body().as_bytes() {
            Some(bytes) => sign::sha256_hex(bytes),
            None => body_hash(plan)?,
        };
        sign::acs3(&mut request, &hash, action, version, access_key, secret_key, token, date, &nonce)
            .map_err(|error| error.to_string())?;
    }
    Ok(Sealed { request, signed: string_to_sign })
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

/// The plan's request with these encoded pairs as its query.
fn request(plan: &Plan, base: &str, query: &[(String, String)]) -> Result<Request<RequestBody>, String> {
    let mut url = format!("{base}{}", plan.path);
    let query = [plan.whole_query.clone(), encode::joined(query)];
    let query: Vec<_> = query.into_iter().filter(|part| !part.is_empty()).collect();
    if !query.is_empty() {
        url.push('?');
        url.push_str(&query.join("&"));
    }
    // Not shown: the query may hold secrets.
    let uri: Uri = url.parse().map_err(|error| format!("the request's URL is not valid: {error}"))?;
    let mut request = Request::new(plan.body.clone());
    *request.method_mut() = plan.method.clone();
    *request.uri_mut() = uri;
    *request.headers_mut() = plan.headers.clone();
    Ok(request)
}
