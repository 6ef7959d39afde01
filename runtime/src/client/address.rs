//! The address of a call.

use std::path::Path;
use std::sync::Arc;

use super::last_base::Origin;
use super::overrides::Overrides;
use super::settings::Settings;
use crate::auth::credentials::ProviderConfig;
use crate::codec::closest;
use crate::data::operation::Spec;
use crate::request::{self, Values};
use crate::response::{ErrorKind, Failure};
use crate::vendors::Regions;

/// The base URL: from the call, the client, the environment, the user's file of regions, or the document, in this
/// order.
pub(super) async fn base(
    settings: &Settings,
    values: &Values,
    spec: &Spec,
    overrides: &Overrides,
) -> Result<Arc<str>, Box<Failure>> {
    let config = |detail| Failure::config(spec, detail);
    let servers = if spec.servers.is_empty() { settings.service.servers } else { spec.servers };
    let own = match overrides.endpoint(settings) {
        Some(own) => Some(own.to_owned()),
        None => surroundings(settings, values).await.map_err(config)?,
    };
    let origin = Origin { servers, own, region: values.get(REGION) };
    let resolve = |origin: &Origin| request::resolve(origin.servers, origin.own.as_deref(), values);
    settings.last_base.of(origin, resolve).map_err(config)
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
    Ok(of_user(settings).await?.address(&vendor.service_names(service), &region).map(str::to_owned))
}

/// The user's file of regions.
async fn of_user(settings: &Settings) -> Result<&Regions, String> {
    let read = || async {
        match settings.vendor.regions_file(&ProviderConfig::new()) {
            Some(file) => Regions::load(Path::new(&file)).await,
            None => Ok(Regions::default()),
        }
    };
    settings.regions.get_or_try_init(read).await
}

/// The region and its source, for errors; with the regions that were probably meant if it is unknown.
pub(super) async fn region(settings: &Settings, values: &Values) -> Option<String> {
    let (region, source) = (values.get(REGION)?, values.source(REGION)?);
    let mut text = format!("the region is `{region}`, from {source}");
    if let Some(hint) = region_hint(settings, &region).await {
        text.push_str(&hint);
    }
    Some(text)
}

/// Adds the region to a failure to connect to an address that contains it, unless the region is known.
pub(super) async fn with_region_hint(
    settings: &Settings,
    values: &Values,
    base: &str,
    failure: Box<Failure>,
) -> Box<Failure> {
    let Some(region) = values.get(REGION).filter(|region| base.contains(&**region)) else { return failure };
    if failure.kind != ErrorKind::Connect || region_hint(settings, &region).await.is_none() {
        return failure;
    }
    match self::region(settings, values).await {
        Some(about) => failure.remarking(&about),
        None => failure,
    }
}

const REGION: &str = "region";

/// Suggests known regions for an unknown one. `None` if it is known, or if the API has no regions.
async fn region_hint(settings: &Settings, region: &str) -> Option<String> {
    let (vendor, service) = (settings.vendor, settings.service);
    let names = vendor.service_names(service);
    // A file that cannot be read fails the call where it is needed.
    let of_user = of_user(settings).await.ok();
    let mut known: Vec<&str> = request::regions(service.servers).chain(vendor.regions().iter().copied()).collect();
    known.extend(of_user.into_iter().flat_map(|regions| regions.of(&names)));
    if known.is_empty() || known.contains(&region) {
        return None;
    }
    Some(match &closest::meant(region, known.into_iter())[..] {
        [] => ", which is unknown".to_owned(),
        meant => format!(": did you mean `{}`?", meant.join("` or `")),
    })
}
