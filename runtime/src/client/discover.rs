//! Settings that a call needs and nobody gave: they stand beside the credentials, or the vendor tells whoever has credentials.

use std::time::Duration;

use super::settings::Settings;
use crate::auth::credentials::{Credentials, CredentialsError, CredentialsProvider, ProviderConfig};
use crate::request::{Draft, Values};
use crate::response::Failure;
use crate::vendors::Unknown;

/// Finds out, once for these values, what the call's parameters take from them.
pub(super) async fn settings_for(
    settings: &Settings,
    values: &Values,
    credentials: Option<&dyn CredentialsProvider>,
    draft: &Draft,
    limit: Duration,
) -> Result<(), Box<Failure>> {
    let spec = draft.spec;
    let needed = spec.params.iter().filter(|param| draft.inputs.of(param).is_none()).filter_map(|param| param.client);
    let discoverable = settings.vendor.discoverable();
    for name in needed.filter(|name| discoverable.contains(name)) {
        if values.is_settled(name) {
            continue;
        }
        match tokio::time::timeout(limit, find(settings, values, credentials, name)).await {
            Ok(Ok(found)) => values.settle(name, found),
            Ok(Err(Undiscovered::Credentials(error))) => return Err(Failure::credentials(spec.name, error)),
            Ok(Err(Undiscovered::Lookup(why))) => return Err(Failure::config(spec.name, format!("{name}: {why}"))),
            // The check of the call says what is missing.
            Ok(Err(Undiscovered::Nowhere)) => {}
            Err(_) => return Err(Failure::timeout(spec.name, limit)),
        }
    }
    Ok(())
}

enum Undiscovered {
    /// There are no credentials to ask with.
    Credentials(CredentialsError),
    Lookup(String),
    /// There is nobody to ask.
    Nowhere,
}

async fn find(
    settings: &Settings,
    values: &Values,
    provider: Option<&dyn CredentialsProvider>,
    name: &'static str,
) -> Result<Option<String>, Undiscovered> {
    let provider = provider.ok_or(Undiscovered::Nowhere)?;
    let is_known = values.get(name).is_some();
    let region = values.get("region");
    let credentials: Credentials = match provider.credentials().await {
        Ok(credentials) => credentials,
        // The attempt says so, if there is one.
        Err(_) if is_known || region.is_none() => return Err(Undiscovered::Nowhere),
        Err(error) => return Err(Undiscovered::Credentials(error)),
    };
    if let Some(value) = provider.setting(name) {
        return Ok(Some(value));
    }
    if is_known {
        return Ok(None);
    }
    let config = ProviderConfig::new().with_transport(settings.transport.clone()).with_clock(settings.clock.clone());
    let endpoint = provider.setting("iam_endpoint");
    let is_elsewhere = settings.endpoint.is_some();
    let unknown = Unknown { name, region, endpoint, is_elsewhere, credentials: &credentials, config };
    let found = settings.vendor.discover(unknown).await.map_err(Undiscovered::Lookup)?;
    found.map(Some).ok_or(Undiscovered::Nowhere)
}
