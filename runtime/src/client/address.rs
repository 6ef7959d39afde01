//! The address of a call.

use std::path::Path;

use super::overrides::Overrides;
use super::settings::Settings;
use crate::auth::credentials::ProviderConfig;
use crate::data::operation::Spec;
use crate::request::{self, Values};
use crate::response::Failure;
use crate::vendors::Regions;

/// The base URL: from the call, the client, the environment, the user's file of regions, or the document, in this
/// order.
pub(super) async fn base(
    settings: &Settings,
    values: &Values,
    spec: &Spec,
    overrides: &Overrides,
) -> Result<String, Box<Failure>> {
    let config = |detail| Failure::config(spec, detail);
    let servers = if spec.servers.is_empty() { settings.service.servers } else { spec.servers };
    let own = match overrides.endpoint(settings) {
        Some(own) => Some(own.to_owned()),
        None => surroundings(settings, values).await.map_err(config)?,
    };
    request::resolve(servers, own.as_deref(), &values.for_endpoint()).map_err(config)
}

/// The endpoint from the environment, else from the user's file of regions.
async fn surroundings(settings: &Settings, values: &Values) -> Result<Option<String>, String> {
    let (vendor, service, region) = (settings.vendor, settings.service, values.get("region"));
    let names = vendor.endpoint_variables(service, region.as_deref());
    if let Some(found) = names.iter().find_map(|name| values.variable_value(name)) {
        // The vendor's SDK falls back to the others if the first one is unreachable.
        return Ok(found.split(',').next().map(|main| main.trim().to_owned()));
    }
    let Some(region) = region else { return Ok(None) };
    let read = || async {
        match vendor.regions_file(&ProviderConfig::new()) {
            Some(file) => Regions::load(Path::new(&file)).await,
            None => Ok(Regions::default()),
        }
    };
    let regions = settings.regions.get_or_try_init(read).await?;
    Ok(regions.address(&vendor.service_names(service), &region).map(str::to_owned))
}
