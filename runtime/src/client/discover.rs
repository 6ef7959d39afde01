//! Settings that a call needs and nobody gave: they stand beside the credentials, or the vendor tells whoever has credentials.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use super::lookups::Question;
use super::settings::Settings;
use super::skews::Ahead;
use crate::auth::credentials::{Credentials, CredentialsProvider, ProviderConfig, Unanswered};
use crate::auth::sign;
use crate::data::category::ErrorCategory;
use crate::data::operation::Spec;
use crate::request::{Draft, Values};
use crate::response::Failure;
use crate::retry::{self, Cause, FailedAttempt, Repeatable, RetryClass};
use crate::vendors::{self, Unknown};

/// The client's settings, with what the call's parameters take from those of its credentials.
pub(super) async fn values<'a>(
    settings: &'a Settings,
    credentials: Option<&dyn CredentialsProvider>,
    draft: &Draft,
    limit: Duration,
) -> Result<Cow<'a, Values>, Box<Failure>> {
    let spec = draft.spec;
    let mut values = Cow::Borrowed(&settings.values);
    let needed = spec.params.iter().filter(|param| draft.inputs.of(param).is_none()).filter_map(|param| param.client);
    let discoverable = settings.vendor.discoverable();
    for name in needed.filter(|name| discoverable.contains(name)) {
        // What was set counts, and some parameters share a setting.
        if values.set.contains_key(name) || values.found.contains_key(name) {
            continue;
        }
        let found = tokio::time::timeout(limit, find(settings, credentials, spec, name)).await;
        // Nothing was sent of the call itself, so it may be made again.
        let late = |_| Err(Failure::timeout(spec, limit).classified(RetryClass::Timeout, false));
        if let Some(value) = found.unwrap_or_else(late)? {
            values.to_mut().found.insert(name, value);
        }
    }
    Ok(values)
}

/// A setting that was not set. `None` is that the environment has it, or nobody: the check of the call says what is missing.
async fn find(
    settings: &Settings,
    provider: Option<&dyn CredentialsProvider>,
    spec: &Spec,
    name: &'static str,
) -> Result<Option<String>, Box<Failure>> {
    let Some(provider) = provider else { return Ok(None) };
    let is_known = settings.values.get(name).is_some();
    let mut renewed = false;
    loop {
        let credentials = match provider.credentials().await {
            Ok(credentials) => credentials,
            // The attempt says so, if there is one.
            Err(_) if is_known || settings.values.get("region").is_none() => return Ok(None),
            Err(error) => return Err(Failure::credentials(spec, error)),
        };
        let beside = provider.setting(name);
        if beside.is_some() || is_known {
            return Ok(beside);
        }
        match told(settings, &credentials, name, provider.setting("iam_endpoint")).await {
            Ok(answer) => return Ok(answer),
            // As an attempt of the call does, too.
            Err(Unanswered::Refused { status, code, .. })
                if !renewed && retry::blames_keys(Some(status), code.as_deref()) && provider.rejected(&credentials) =>
            {
                renewed = true;
            }
            Err(why) => return Err(failure(settings, spec, name, &why)),
        }
    }
}

/// What the vendor tells, or told, whoever has these credentials.
async fn told(
    settings: &Settings,
    credentials: &Credentials,
    name: &'static str,
    endpoint: Option<String>,
) -> Result<Option<String>, Unanswered> {
    let asker = match credentials {
        Credentials::AccessKey { access_key, .. } => access_key.clone(),
        Credentials::Token(token) => sign::sha256_hex(token.expose().as_bytes()),
    };
    let kept = settings.lookups.of(Question { asker, name, endpoint: endpoint.clone() });
    let answer = kept.get_or_try_init(|| async {
        match ask(settings, credentials, name, endpoint).await {
            Ok(answer) => answer.ok_or(None),
            Err(why) => Err(Some(why)),
        }
    });
    match answer.await {
        Ok(answer) => Ok(Some(answer.clone())),
        Err(None) => Ok(None),
        Err(Some(why)) => Err(why),
    }
}

/// Asks, a second time if the first was refused for its date.
async fn ask(
    settings: &Settings,
    credentials: &Credentials,
    name: &'static str,
    endpoint: Option<String>,
) -> Result<Option<String>, Unanswered> {
    // The one that the vendor has for the client's region has no address here; there is only one.
    let host = endpoint.clone().unwrap_or_default();
    let mut mended = None;
    loop {
        let skew = mended.unwrap_or_else(|| settings.skews.of(&host));
        let clock = Arc::new(Ahead(settings.clock.clone(), skew));
        let config = ProviderConfig::new().with_transport(settings.transport.clone()).with_clock(clock);
        let (region, endpoint) = (settings.values.get("region"), endpoint.clone());
        let is_elsewhere = settings.endpoint.is_some();
        let unknown = Unknown { name, region, endpoint, is_elsewhere, credentials, config };
        let outcome = settings.vendor.discover(unknown).await;
        match &outcome {
            Ok(_) => mended.iter().for_each(|skew| settings.skews.keep(&host, *skew)),
            Err(Unanswered::Refused { status, code, headers, .. })
                if retry::blames_date(Some(*status), code.as_deref()) =>
            {
                if let Some(ahead) = retry::clock_skew(headers, settings.clock.now(), skew) {
                    settings.skews.refute(&host, skew);
                    if mended.is_none() {
                        mended = Some(ahead);
                        continue;
                    }
                }
            }
            Err(_) => {}
        }
        return outcome;
    }
}

/// What it means for the call, of which nothing was sent, that nobody told.
fn failure(settings: &Settings, spec: &Spec, name: &str, why: &Unanswered) -> Box<Failure> {
    let (cause, status, code) = match why {
        Unanswered::Transport(error) => (Cause::Transport(error.kind()), None, None),
        Unanswered::Refused { status, code, .. } => (Cause::Service, Some(*status), code.as_deref()),
        Unanswered::Other(_) => (Cause::Other, None, None),
    };
    let category =
        status.map(|status| vendors::category(settings.vendor.error_codes(), settings.service, status, code));
    let throttled = category == Some(ErrorCategory::Throttled);
    let repeatable = Repeatable { method: true, ..Repeatable::default() };
    let failed = FailedAttempt { cause, status, code, busy: &[], throttled, repeatable, mended: false, spent: false };
    let detail = format!("{name}: it is not set, and IAM does not tell: {why}");
    let failure = Failure::lookup(spec, detail, cause, retry::classify(&failed));
    match category {
        Some(category) => failure.meaning(category),
        None => failure,
    }
}
