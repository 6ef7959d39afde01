//! Huawei Cloud: REST with `SDK-HMAC-SHA256` or a token.

use std::path::PathBuf;
use std::sync::Arc;

use futures_core::future::BoxFuture;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request};

use super::aliyun_options::Options;
use super::error_codes::{Codes, HUAWEI};
use super::prepare::{AttemptContext, PreparedRequest, body_hash, request};
use super::vendor::{Unknown, Vendor, service_name, variable_name};
use crate::auth::credentials::{
    Credentials, CredentialsChain, CredentialsProvider, Directory, IAM_REGIONS, LookupError, ProviderConfig,
};
use crate::auth::sign;
use crate::data::service::Service;
use crate::request::Plan;
use crate::transport::RequestBody;

/// The largest body whose signature the service verifies.
const LARGEST_SIGNED: u64 = 12 << 20;

pub(super) struct Huawei;

impl Vendor for Huawei {
    fn error_codes(&self) -> Codes {
        HUAWEI
    }

    fn credentials(&self) -> Option<Arc<dyn CredentialsProvider>> {
        Some(Arc::new(CredentialsChain::huawei()))
    }

    fn variable(&self) -> fn(&str) -> Option<&'static str> {
        |setting| match setting {
            "project_id" => Some("HUAWEICLOUD_SDK_PROJECT_ID"),
            "domain_id" => Some("HUAWEICLOUD_SDK_DOMAIN_ID"),
            "region" => Some("HUAWEICLOUD_SDK_REGION"),
            _ => None,
        }
    }

    fn endpoint_variables(&self, service: &Service, region: Option<&str>) -> Vec<String> {
        let names = self.service_names(service);
        let of_region = |region: &str| {
            let region = variable_name(region);
            names.iter().map(|name| format!("HUAWEICLOUD_SDK_REGION_{name}_{region}")).collect::<Vec<_>>()
        };
        let of_all = names.iter().map(|name| format!("HUAWEICLOUD_SDK_{name}_ENDPOINT"));
        region.map(of_region).into_iter().flatten().chain(of_all).collect()
    }

    fn service_names(&self, service: &Service) -> Vec<String> {
        // The vendor's SDK has its own names for some services.
        let (product, own) = (variable_name(service.product), service_name(service));
        [product, own].into_iter().filter(|name| !name.is_empty()).collect()
    }

    fn regions_file(&self, config: &ProviderConfig) -> Option<PathBuf> {
        let named = config.get("HUAWEICLOUD_SDK_REGIONS_FILE").map(PathBuf::from);
        named.or_else(|| Some(config.home().ok()?.join(".huaweicloud").join("regions.yaml")))
    }

    fn regions(&self) -> &'static [&'static str] {
        &IAM_REGIONS
    }

    fn discoverable(&self) -> &'static [&'static str] {
        &["project_id", "domain_id"]
    }

    fn discoverable_by_region(&self) -> &'static [&'static str] {
        &["project_id"]
    }

    fn discover<'a>(&'a self, unknown: Unknown<'a>) -> BoxFuture<'a, Result<Option<String>, LookupError>> {
        Box::pin(async move {
            let Unknown { name, region, endpoint, is_elsewhere, credentials, config } = unknown;
            // A client with a custom address does not use the vendor's public IAM.
            if is_elsewhere && endpoint.is_none() && config.get("HUAWEICLOUD_SDK_IAM_ENDPOINT").is_none() {
                return Ok(None);
            }
            let (directory, endpoint) = (Directory::new(&config), endpoint.as_deref());
            let asked = match (name, region) {
                ("project_id", Some(region)) => directory.project_id(endpoint, &region, credentials).await,
                ("domain_id", region) => directory.domain_id(endpoint, region.as_deref(), credentials).await,
                _ => return Ok(None),
            };
            asked.map(Some)
        })
    }

    fn hashes_bodies(&self, _: &Options) -> bool {
        true
    }

    fn prepare(&self, context: &AttemptContext<'_>, plan: &Plan) -> Result<PreparedRequest, String> {
        prepare(context, plan).map(PreparedRequest::from)
    }
}

fn prepare(context: &AttemptContext<'_>, plan: &Plan) -> Result<Request<RequestBody>, String> {
    let mut request = request(plan, context.base, &plan.query)?;
    // As in the vendor's SDK: some services return 415 without it, even if there is no body.
    if request.body().is_empty() {
        request.headers_mut().entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
    }
    match context.credentials {
        None => {}
        Some(Credentials::Token(token)) => {
            let mut value = HeaderValue::from_str(token.expose()).map_err(|_| {
                "the token contains characters that are not allowed in headers, such as a line break".to_owned()
            })?;
            value.set_sensitive(true);
            request.headers_mut().insert("x-auth-token", value);
        }
        Some(Credentials::AccessKey { .. }) if request.body().len().is_some_and(|length| length > LARGEST_SIGNED) => {
            return Err(format!(
                "the body has {} bytes, but with an access key the service accepts up to 12 MiB: use a token",
                request.body().len().unwrap_or_default()
            ));
        }
        Some(Credentials::AccessKey { access_key, secret_key, security_token }) => {
            // Keys may have access to several projects, and the header selects one; without it, the account is meant.
            let scope = context.values.get("project_id").map(|id| ("x-project-id", id));
            let scope = scope.or_else(|| context.values.get("domain_id").map(|id| ("x-domain-id", id)));
            if let Some((name, id)) = scope.filter(|(name, _)| !request.headers().contains_key(*name)) {
                let value = HeaderValue::from_str(&id).map_err(|_| format!("`{id}` is not a valid id for {name}"))?;
                request.headers_mut().insert(name, value);
            }
            let date = context.now;
            let unsigned = !request.body().is_empty() && sign::is_unsigned(&request);
            let hash = if unsigned { None } else { Some(body_hash(plan)?) };
            let token = security_token.as_ref();
            let derived = match &context.options.derived_for {
                None => None,
                Some(service) => {
                    let region = context.values.get("region");
                    Some((region.ok_or("a derived key requires a region: set it with `.region(..)`")?, service))
                }
            };
            let derived = derived.as_ref().map(|(region, service)| (region.as_str(), service.as_str()));
            sign::huawei(&mut request, hash.as_deref(), access_key, secret_key, token, derived, date)
                .map(sign::Signed::wipe)
                .map_err(|error| error.to_string())?;
        }
    }
    Ok(request)
}
