//! Calls as presigned URLs.

use http::header::{ACCEPT, USER_AGENT};

use super::address;
use super::attempt;
use super::discover;
use super::interceptor::Attempt;
use super::pipeline::{self, Sending};
use super::unsigned::UnsignedRequest;
use crate::auth::sign::Signature;
use crate::data::secret::Secret;
use crate::response::Failure;
use crate::transport::in_runtime;
use crate::vendors::{AttemptContext, Options};

/// The call as a URL with its signature.
pub(super) async fn presigned_url(mut sending: Sending) -> Result<Secret, Box<Failure>> {
    let spec = sending.draft.spec;
    let config = |why: &str| Failure::config(spec, why);
    in_runtime().map_err(|why| config(&why))?;
    let client = sending.client.clone();
    let settings = client.settings();
    if !settings.vendor.presigns() {
        return Err(config("the service does not accept signatures in URLs"));
    }
    sending.draft.fill_constants();
    sending.draft.fill_client_token(&*settings.nonce).map_err(|why| config(&why))?;
    let provider = sending.overrides.credentials(settings).map_err(|why| config(&why))?;
    let limit = sending.overrides.timeout(settings);
    let endpoint = sending.overrides.endpoint(settings);
    let values = &*discover::values(settings, provider, &sending.draft, endpoint, limit).await?;
    let mut plan = pipeline::plan(settings, values, &sending).await?;
    let about = Attempt::new(settings.service, spec, 1);
    for interceptor in &settings.interceptors {
        interceptor.before_signing(&about, &mut UnsignedRequest::new(&mut plan));
    }
    if !plan.body.is_empty() {
        return Err(config("a URL cannot contain the body"));
    }
    let more = plan.headers.keys().find(|name| !matches!(**name, ACCEPT | USER_AGENT));
    if let Some(name) = more {
        return Err(config(&format!("a URL cannot contain the header {name}")));
    }
    let base = address::base(settings, values, sending.draft.spec, &sending.overrides).await?;
    let credentials = attempt::credentials(&*settings.clock, provider, sending.draft.spec, limit).await?;
    if credentials.is_none() {
        return Err(config("the call is not signed"));
    }
    // Only this signature is sent in the parameters.
    let options = Options { signature: Signature::AliyunRpcV1, get_requests: true, ..Options::default() };
    let context = AttemptContext {
        service: settings.service,
        base: &base,
        values,
        options: &options,
        credentials: credentials.as_ref(),
        now: settings.now_with(settings.skews.of(&base)),
        nonce: &*settings.nonce,
    };
    let prepared = settings.vendor.prepare(&context, &plan).map_err(|why| config(&why))?;
    Ok(Secret::from(prepared.request.uri().to_string()))
}
