//! Looks up settings that a call needs and that were not set: from the profile of the credentials, or from the vendor.

use std::borrow::Cow;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use super::address;
use super::attempt;
use super::lookups::Query;
use super::settings::Settings;
use super::skews::Ahead;
use crate::auth::credentials::{Credentials, CredentialsError, CredentialsProvider, LookupError, ProviderConfig};
use crate::auth::sign;
use crate::data::category::ErrorCategory;
use crate::data::operation::Spec;
use crate::request::{Draft, Values};
use crate::response::Failure;
use crate::retry::{self, Cause, FailedAttempt, Repeatable, RetryClass};
use crate::transport::clock;
use crate::vendors::{self, Unknown};

/// The client's settings, completed from the call's credentials: its parameters, and the region of its address unless
/// it has an `endpoint` of its own.
pub(super) async fn values<'a>(
    settings: &'a Settings,
    provider: Option<&dyn CredentialsProvider>,
    draft: &Draft,
    endpoint: Option<&str>,
    limit: Duration,
) -> Result<Cow<'a, Values>, Box<Failure>> {
    let mut values = Cow::Borrowed(&settings.values);
    let Some(provider) = provider else { return Ok(values) };
    // The call itself was not sent, so it can be repeated.
    let late = || Err(Failure::timeout(draft.spec, limit).classified(RetryClass::Timeout, false));
    let needs = |name| {
        let mut params = draft.spec.params.iter();
        params.any(|param| param.client == Some(name) && draft.inputs.of(param).is_none())
    };
    // Explicit settings take precedence.
    let unset = settings.vendor.discoverable().iter().copied();
    let unset: Vec<_> = unset.filter(|name| needs(*name) && !values.set.contains_key(*name)).collect();
    let options = &settings.options;
    let regional =
        endpoint.is_none_or(|url| url.contains("{region}")) || options.asapi || options.derived_for.is_some();
    // First, as the lookups in IAM depend on the region.
    if (regional || needs(REGION) || !unset.is_empty()) && attempt::is_signed(draft.spec) {
        let found = clock::within(&*settings.clock, limit, pin!(region(&values, provider))).await;
        match found.unwrap_or_else(|| Err(attempt::late(limit))) {
            Ok(Some(region)) => drop(values.to_mut().found.insert(REGION, region)),
            // The attempt reports the error, if it is made.
            Ok(None) => {}
            Err(_) if !regional => {}
            Err(error) => return Err(Failure::credentials(draft.spec, error)),
        }
    }
    for name in unset {
        let found =
            clock::within(&*settings.clock, limit, pin!(find(settings, &values, provider, draft.spec, name))).await;
        if let Some(value) = found.unwrap_or_else(late)? {
            values.to_mut().found.insert(name, value);
        }
    }
    Ok(values)
}

const REGION: &str = "region";

/// The region of the credentials' profile, if neither the client nor the environment has one. `None` without
/// credentials; invalid credentials are an error.
async fn region(values: &Values, provider: &dyn CredentialsProvider) -> Result<Option<String>, CredentialsError> {
    if values.get(REGION).is_some() {
        return Ok(None);
    }
    match provider.credentials().await {
        Ok(_) => Ok(provider.setting(REGION)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Looks up a setting that was not set. `None` if it comes from the environment or is unknown; the validation of the
/// call then reports it.
async fn find(
    settings: &Settings,
    values: &Values,
    provider: &dyn CredentialsProvider,
    spec: &Spec,
    name: &'static str,
) -> Result<Option<String>, Box<Failure>> {
    let is_known = values.get(name).is_some();
    let mut renewed = false;
    loop {
        let credentials = match provider.credentials().await {
            Ok(credentials) => credentials,
            // The attempt reports the error, if it is made.
            Err(_) if is_known || values.get(REGION).is_none() => return Ok(None),
            Err(error) => return Err(Failure::credentials(spec, error)),
        };
        let beside = provider.setting(name);
        if beside.is_some() || is_known {
            return Ok(beside);
        }
        let unknown = (name, values.get(REGION), provider.setting("iam_endpoint"));
        match cached(settings, &credentials, unknown).await {
            Ok(answer) => return Ok(answer),
            // As for an attempt of the call.
            Err(LookupError::Refused { status, code, .. })
                if !renewed && retry::blames_keys(Some(status), code.as_deref()) && provider.rejected(&credentials) =>
            {
                renewed = true;
            }
            Err(why) => {
                let failure = failure(settings, spec, name, &why);
                return Err(match address::region(settings, values).await {
                    Some(region) => failure.remarking(&region),
                    None => failure,
                });
            }
        }
    }
}

/// The name of the missing setting, the region of the call, and the address of IAM, if not the default.
type Sought = (&'static str, Option<String>, Option<String>);

/// The value that the vendor returns, or returned earlier, for these credentials.
async fn cached(
    settings: &Settings,
    credentials: &Credentials,
    (name, region, endpoint): Sought,
) -> Result<Option<String>, LookupError> {
    let caller = match credentials {
        Credentials::AccessKey { access_key, .. } => access_key.clone(),
        Credentials::Token(token) => sign::sha256_hex(token.expose().as_bytes()),
    };
    let kept = settings.lookups.of(Query { caller, name, region: region.clone(), endpoint: endpoint.clone() });
    let value = kept.get_or_try_init(|| async {
        match request(settings, credentials, (name, region, endpoint)).await {
            Ok(value) => value.ok_or(None),
            Err(why) => Err(Some(why)),
        }
    });
    match value.await {
        Ok(value) => Ok(Some(value.clone())),
        Err(None) => Ok(None),
        Err(Some(why)) => Err(why),
    }
}

/// Sends the lookup, a second time if the first was refused for its date.
async fn request(
    settings: &Settings,
    credentials: &Credentials,
    (name, region, endpoint): Sought,
) -> Result<Option<String>, LookupError> {
    // The vendor's address for the client's region does not apply here; the endpoint is the only address.
    let host = endpoint.clone().unwrap_or_default();
    let mut corrected = None;
    loop {
        let skew = corrected.unwrap_or_else(|| settings.skews.of(&host));
        let clock = Arc::new(Ahead(settings.clock.clone(), skew));
        let config = ProviderConfig::new().with_transport(settings.transport.clone()).with_clock(clock);
        let (region, endpoint) = (region.clone(), endpoint.clone());
        let is_elsewhere = settings.endpoint.is_some();
        let unknown = Unknown { name, region, endpoint, is_elsewhere, credentials, config };
        let outcome = settings.vendor.discover(unknown).await;
        match &outcome {
            Ok(_) => corrected.iter().for_each(|skew| settings.skews.keep(&host, *skew)),
            Err(LookupError::Refused { status, code, headers, .. })
                if retry::blames_date(Some(*status), code.as_deref()) =>
            {
                if let Some(ahead) = retry::clock_skew(headers, settings.clock.now(), skew) {
                    settings.skews.refute(&host, skew);
                    if corrected.is_none() {
                        corrected = Some(ahead);
                        continue;
                    }
                }
            }
            Err(_) => {}
        }
        return outcome;
    }
}

/// The failure of a call, which was not sent, because of a failed lookup.
fn failure(settings: &Settings, spec: &Spec, name: &str, why: &LookupError) -> Box<Failure> {
    let (cause, status, code) = match why {
        LookupError::Transport(error) => (Cause::Transport(error.kind()), None, None),
        LookupError::Refused { status, code, .. } => (Cause::Service, Some(*status), code.as_deref()),
        LookupError::Other(_) => (Cause::Other, None, None),
    };
    let category =
        status.map(|status| vendors::category(settings.vendor.error_codes(), settings.service, status, code));
    let throttled = category == Some(ErrorCategory::Throttled);
    let repeatable = Repeatable { method: true, ..Repeatable::default() };
    let failed =
        FailedAttempt { cause, status, code, busy: &[], throttled, repeatable, corrected: false, spent: false };
    let detail = format!("{name} is not set, and looking it up in IAM failed: {why}");
    let failure = Failure::lookup(spec, detail, cause, retry::classify(&failed));
    match category {
        Some(category) => failure.meaning(category),
        None => failure,
    }
}
