//! Huawei Cloud's IAM and STS: keys in exchange for tokens, and the ids of projects.

use http::{Method, Request};
use serde_json::json;

use super::address::{Address, address};
use super::cached::{CredentialsSource, TemporaryCredentials, TemporaryCredentialsFuture};
use super::config::ProviderConfig;
use super::document::Document;
use super::exchange::{Exchange, LookupError, json_request, request};
use super::provider::{Credentials, CredentialsError};
use super::sts::{complete, token_in};
use crate::auth::sign;
use crate::codec::encode;
use crate::data::secret::Secret;
use crate::transport::RequestBody;

/// Regions with an IAM of their own, whose address contains the region's name.
pub(crate) const IAM_REGIONS: [&str; 27] = [
    "ae-ad-1",
    "af-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "cn-east-2",
    "cn-east-3",
    "cn-east-4",
    "cn-east-5",
    "cn-north-1",
    "cn-north-12",
    "cn-north-2",
    "cn-north-4",
    "cn-north-9",
    "cn-south-1",
    "cn-south-2",
    "cn-southwest-2",
    "eu-west-0",
    "la-north-2",
    "la-south-2",
    "me-east-1",
    "my-kualalumpur-1",
    "na-mexico-1",
    "ru-moscow-1",
    "sa-brazil-1",
    "tr-west-1",
];

/// The address of IAM: the given one, else the environment's, else the region's.
fn iam(config: &ProviderConfig, given: Option<&str>, region: Option<&str>) -> Result<String, String> {
    address("IAM", config, "HUAWEICLOUD_SDK_IAM_ENDPOINT", given, || {
        match region.filter(|region| IAM_REGIONS.contains(region)) {
            Some(region) => format!("https://iam.{region}.myhuaweicloud.com"),
            None => "https://iam.myhuaweicloud.com".to_owned(),
        }
    })
}

/// Temporary keys of an agency of Huawei Cloud, in exchange for the token of an OpenID Connect provider. Requires no
/// other keys. Wrap it in [`CachedCredentials`](crate::CachedCredentials).
///
/// Everything comes from the environment: `HUAWEICLOUD_OIDC_PROVIDER_URN`, `HUAWEICLOUD_OIDC_AGENCY_URN`, and the token
/// in `HUAWEICLOUD_OIDC_ID_TOKEN` or in the file `HUAWEICLOUD_OIDC_TOKEN_FILE`, which is read each time; optionally
/// `HUAWEICLOUD_OIDC_SESSION_NAME` (defaults to `oidc-sts-session`), `HUAWEICLOUD_OIDC_DURATION_SECONDS` (defaults to
/// 3600), `HUAWEICLOUD_OIDC_POLICY`, `HUAWEICLOUD_OIDC_POLICY_IDS` (separated by commas) and the address of STS,
/// `HUAWEICLOUD_SDK_STS_ENDPOINT`.
///
/// # Errors
///
/// "Not found" if none of provider, agency and token is set. If only some are, the error ends a chain.
#[derive(Clone, Debug)]
#[must_use = "wrap it in `CachedCredentials`"]
pub struct AssumeAgencyWithOidc {
    config: ProviderConfig,
    exchange: Exchange,
}

impl Default for AssumeAgencyWithOidc {
    fn default() -> Self {
        Self::new()
    }
}

impl AssumeAgencyWithOidc {
    /// Uses the environment.
    pub fn new() -> Self {
        let config = ProviderConfig::new();
        Self { exchange: Exchange::new(&config), config }
    }

    /// Sets the environment and transport.
    pub fn configure(mut self, config: &ProviderConfig) -> Self {
        self.exchange = Exchange::new(config);
        self.config = config.clone();
        self
    }

    async fn load(&self) -> Result<TemporaryCredentials, CredentialsError> {
        const TOKEN: &str = "HUAWEICLOUD_OIDC_ID_TOKEN";
        let config = &self.config;
        let token_or_file = config.get(TOKEN).or_else(|| config.get("HUAWEICLOUD_OIDC_TOKEN_FILE"));
        let parts = [
            ("HUAWEICLOUD_OIDC_PROVIDER_URN", &None),
            ("HUAWEICLOUD_OIDC_AGENCY_URN", &None),
            ("HUAWEICLOUD_OIDC_TOKEN_FILE", &token_or_file),
        ];
        let [provider, agency, file] = complete(config, parts, 3)?;
        let token = match config.get(TOKEN) {
            Some(token) => Secret::from(token),
            None => token_in(&file).await?,
        };
        let optional = |name: &str| config.get(&format!("HUAWEICLOUD_OIDC_{name}"));
        let seconds = optional("DURATION_SECONDS").map_or(Ok(3600), |text| text.parse::<u32>());
        let seconds = seconds
            .map_err(|_| CredentialsError::new("HUAWEICLOUD_OIDC_DURATION_SECONDS is not a number of seconds"))?;
        let mut body = json!({
            "provider_urn": provider,
            "agency_urn": agency,
            "agency_session_name": optional("SESSION_NAME").unwrap_or_else(|| "oidc-sts-session".to_owned()),
            "id_token": token.expose(),
            "duration_seconds": seconds,
        });
        if let Some(policy) = optional("POLICY") {
            body["policy"] = json!(policy);
        }
        if let Some(ids) = optional("POLICY_IDS") {
            let ids: Vec<&str> = ids.split(',').map(str::trim).filter(|id| !id.is_empty()).collect();
            body["policy_ids"] = json!(ids);
        }
        let keys = async {
            let sts = address("STS", config, "HUAWEICLOUD_SDK_STS_ENDPOINT", None, || {
                "https://sts.cn-north-4.myhuaweicloud.com".to_owned()
            })?;
            let url = format!("{sts}/v5/agencies/assume-with-oidc");
            let (document, _) = self.exchange.json(&[&token], &|| json_request(&url, &[], &body)).await?;
            document.huawei_keys()
        };
        keys.await.map_err(CredentialsError::new)
    }
}

impl CredentialsSource for AssumeAgencyWithOidc {
    fn fetch(&self) -> TemporaryCredentialsFuture<'_> {
        Box::pin(async { self.load().await.map_err(|error| error.within("agency assumed with OIDC")) })
    }
}

/// Temporary keys of Huawei Cloud in exchange for the token of an identity provider that the account trusts. They are
/// valid for 6 hours. Wrap it in [`CachedCredentials`](crate::CachedCredentials).
///
/// Defaults come from `HUAWEICLOUD_SDK_IDP_ID` and `HUAWEICLOUD_SDK_ID_TOKEN_FILE`, a file that is read each time, and
/// the address of IAM from `HUAWEICLOUD_SDK_IAM_ENDPOINT`.
///
/// # Errors
///
/// "Not found" if neither the provider nor the file is set. If only one is, the error ends a chain.
#[derive(Clone, Debug)]
#[must_use = "wrap it in `CachedCredentials`"]
pub struct FederatedCredentials {
    idp_id: Option<String>,
    token_file: Option<String>,
    iam_endpoint: Option<Address>,
    config: ProviderConfig,
    exchange: Exchange,
}

impl Default for FederatedCredentials {
    fn default() -> Self {
        Self::new()
    }
}

impl FederatedCredentials {
    /// Uses the environment.
    pub fn new() -> Self {
        let config = ProviderConfig::new();
        Self { idp_id: None, token_file: None, iam_endpoint: None, exchange: Exchange::new(&config), config }
    }

    /// Sets the identity provider's id.
    pub fn idp_id(mut self, id: impl Into<String>) -> Self {
        self.idp_id = Some(id.into());
        self
    }

    /// Sets the file with the token.
    pub fn token_file(mut self, path: impl Into<String>) -> Self {
        self.token_file = Some(path.into());
        self
    }

    /// Sets the address of IAM. Defaults to `https://iam.myhuaweicloud.com`.
    pub fn iam_endpoint(mut self, url: impl Into<String>) -> Self {
        self.iam_endpoint = Some(Address::new(url));
        self
    }

    /// Sets the environment and transport.
    pub fn configure(mut self, config: &ProviderConfig) -> Self {
        self.exchange = Exchange::new(config);
        self.config = config.clone();
        self
    }

    async fn load(&self) -> Result<TemporaryCredentials, CredentialsError> {
        let parts = [("HUAWEICLOUD_SDK_IDP_ID", &self.idp_id), ("HUAWEICLOUD_SDK_ID_TOKEN_FILE", &self.token_file)];
        let [idp, file] = complete(&self.config, parts, 2)?;
        let token = token_in(&file).await?;
        self.exchanged(idp, token).await.map_err(CredentialsError::new)
    }

    async fn exchanged(&self, idp: String, token: Secret) -> Result<TemporaryCredentials, String> {
        const LIFE_SECONDS: u32 = 6 * 60 * 60;
        let iam = iam(&self.config, self.iam_endpoint.as_ref().map(Address::as_str), None)?;
        let (url, idp) = (format!("{iam}/v3.0/OS-AUTH/id-token/tokens"), Secret::from(idp));
        let body = json!({"auth": {"id_token": {"id": token.expose()}}});
        let (_, headers) = self.exchange.json(&[&token], &|| json_request(&url, &[("x-idp-id", &idp)], &body)).await?;
        let unscoped = headers.get("x-subject-token").and_then(|value| value.to_str().ok());
        let unscoped = Secret::from(unscoped.ok_or("the response of IAM has no X-Subject-Token")?);
        let url = format!("{iam}/v3.0/OS-CREDENTIAL/securitytokens");
        let body = json!({"auth": {"identity": {
            "methods": ["token"],
            "token": {"id": unscoped.expose(), "duration_seconds": LIFE_SECONDS},
        }}});
        let (document, _) = self.exchange.json(&[&unscoped], &|| json_request(&url, &[], &body)).await?;
        document.huawei_keys()
    }
}

impl CredentialsSource for FederatedCredentials {
    fn fetch(&self) -> TemporaryCredentialsFuture<'_> {
        Box::pin(async { self.load().await.map_err(|error| error.within("exchange of an identity provider's token")) })
    }
}

/// Looks up settings, other than keys, that calls of Huawei Cloud need.
#[derive(Debug)]
pub(crate) struct Directory {
    config: ProviderConfig,
    exchange: Exchange,
}

impl Directory {
    pub(crate) fn new(config: &ProviderConfig) -> Self {
        Self { exchange: Exchange::new(config), config: config.clone() }
    }

    /// The id of a region's default project, which has the region's name.
    pub(crate) async fn project_id(
        &self,
        endpoint: Option<&str>,
        region: &str,
        credentials: &Credentials,
    ) -> Result<String, LookupError> {
        let iam = iam(&self.config, endpoint, Some(region))?;
        let url = format!("{iam}/v3/projects?name={}", encode::strict(region));
        let document = self.signed(&url, credentials).await?;
        let named =
            |project: &&Document| matches!(project.get("name"), Document::Text(name) if name.expose() == region);
        let project = document.get("projects").items().iter().find(named);
        let none = || format!("there is no project named {region}: has the account been active in that region?");
        Ok(project.ok_or_else(none)?.plain("id")?.ok_or_else(none)?)
    }

    /// The id of the account.
    pub(crate) async fn domain_id(
        &self,
        endpoint: Option<&str>,
        region: Option<&str>,
        credentials: &Credentials,
    ) -> Result<String, LookupError> {
        let iam = iam(&self.config, endpoint, region)?;
        let document = self.signed(&format!("{iam}/v3/auth/domains"), credentials).await?;
        let none = || "IAM returned no account for these credentials".to_owned();
        Ok(document.get("domains").items().first().ok_or_else(none)?.plain("id")?.ok_or_else(none)?)
    }

    async fn signed(&self, url: &str, credentials: &Credentials) -> Result<Document, LookupError> {
        let secrets: Vec<&Secret> = match credentials {
            Credentials::AccessKey { secret_key, security_token, .. } => {
                [secret_key].into_iter().chain(security_token).collect()
            }
            Credentials::Token(token) => vec![token],
        };
        Ok(self.exchange.try_json(&secrets, &|| self.request(url, credentials)).await?.0)
    }

    fn request(&self, url: &str, credentials: &Credentials) -> Result<Request<RequestBody>, String> {
        match credentials {
            Credentials::Token(token) => request(Method::GET, url, &[("x-auth-token", token)]),
            Credentials::AccessKey { access_key, secret_key, security_token } => {
                let mut request = request(Method::GET, url, &[])?;
                let (hash, date) = (sign::sha256_hex(b""), self.config.own_clock().now());
                sign::huawei(&mut request, Some(&hash), access_key, secret_key, security_token.as_ref(), None, date)
                    .map_err(|error| error.to_string())?;
                Ok(request)
            }
        }
    }
}
