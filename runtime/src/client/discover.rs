//! Settings that a call needs and nobody gave: they stand beside the credentials, or the vendor tells whoever has credentials.

use std::borrow::Cow;
use std::time::Duration;

use super::lookups::Question;
use super::settings::Settings;
use crate::auth::credentials::{Credentials, CredentialsProvider, ProviderConfig};
use crate::auth::sign;
use crate::data::operation::Spec;
use crate::request::{Draft, Values};
use crate::response::Failure;
use crate::vendors::Unknown;

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
        if let Some(value) = found.unwrap_or_else(|_| Err(Failure::timeout(spec.name, limit)))? {
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
    let region = settings.values.get("region");
    let credentials = match provider.credentials().await {
        Ok(credentials) => credentials,
        // The attempt says so, if there is one.
        Err(_) if is_known || region.is_none() => return Ok(None),
        Err(error) => return Err(Failure::credentials(spec.name, error)),
    };
    let beside = provider.setting(name);
    if beside.is_some() || is_known {
        return Ok(beside);
    }
    let endpoint = provider.setting("iam_endpoint");
    let asker = match &credentials {
        Credentials::AccessKey { access_key, .. } => access_key.clone(),
        Credentials::Token(token) => sign::sha256_hex(token.expose().as_bytes()),
    };
    let kept = settings.lookups.of(Question { asker, name, endpoint: endpoint.clone() });
    if let Some(answer) = kept.get() {
        return Ok(Some(answer.clone()));
    }
    let config = ProviderConfig::new().with_transport(settings.transport.clone()).with_clock(settings.clock.clone());
    let is_elsewhere = settings.endpoint.is_some();
    let ask = || async {
        let unknown = Unknown { name, region, endpoint, is_elsewhere, credentials: &credentials, config };
        match settings.vendor.discover(unknown).await {
            Ok(found) => found.ok_or(None),
            Err(why) => Err(Some(Failure::config(spec.name, format!("{name}: {why}")))),
        }
    };
    match kept.get_or_try_init(ask).await {
        Ok(answer) => Ok(Some(answer.clone())),
        Err(None) => Ok(None),
        Err(Some(failure)) => Err(failure),
    }
}
