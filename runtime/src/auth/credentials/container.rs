//! Credentials from a local service, such as a sidecar, at an address in the environment.

use std::fmt;

use http::Method;

use super::address::{Address, is_guarded, is_url};
use super::cached::{CredentialsSource, TemporaryCredentials, TemporaryCredentialsFuture};
use super::config::ProviderConfig;
use super::document::Document;
use super::exchange::{Exchange, json_request, refusal, request};
use super::provider::CredentialsError;
use super::sts::{complete, token_in};

/// Temporary keys from a local service, such as a sidecar or the agent of a container cluster, at an address in the
/// environment. Wrap it in [`CachedCredentials`](crate::CachedCredentials). Requests use no proxy. An address from the
/// environment with plain HTTP must be a loopback or link-local one.
///
/// # Errors
///
/// "Not found" if the address is not set; every other error ends a chain.
#[derive(Clone)]
#[must_use = "wrap it in `CachedCredentials`"]
pub struct ContainerCredentials {
    vendor: Vendor,
    uri: Option<String>,
    token_file: Option<String>,
    config: ProviderConfig,
    exchange: Exchange,
}

#[derive(Clone, Copy, Debug)]
enum Vendor {
    Aliyun,
    Huawei,
}

impl ContainerCredentials {
    /// Requests `ALIBABA_CLOUD_CREDENTIALS_URI`, which requires no authentication.
    pub fn aliyun() -> Self {
        Self::new(Vendor::Aliyun)
    }

    /// Requests `HC_CONTAINER_CREDENTIALS_FULL_URI` with the token in the file `HC_CONTAINER_AUTHORIZATION_TOKEN_FILE`,
    /// which is read each time: the pod identity of Huawei Cloud's container engine.
    pub fn huawei() -> Self {
        Self::new(Vendor::Huawei)
    }

    fn new(vendor: Vendor) -> Self {
        let config = ProviderConfig::new();
        Self { vendor, uri: None, token_file: None, exchange: Exchange::beside(&config), config }
    }

    /// Sets the address, instead of the environment's.
    pub fn uri(mut self, uri: impl Into<String>) -> Self {
        self.uri = Some(uri.into());
        self
    }

    /// Sets the file with the token, instead of the environment's, for Huawei Cloud.
    pub fn token_file(mut self, path: impl Into<String>) -> Self {
        self.token_file = Some(path.into());
        self
    }

    /// Sets the environment and transport.
    pub fn configure(mut self, config: &ProviderConfig) -> Self {
        self.exchange = Exchange::beside(config);
        self.config = config.clone();
        self
    }

    async fn load(&self) -> Result<TemporaryCredentials, CredentialsError> {
        let outcome = match self.vendor {
            Vendor::Aliyun => {
                let [uri] = complete(&self.config, [("ALIBABA_CLOUD_CREDENTIALS_URI", &self.uri)], 1)?;
                let uri = self.checked(uri)?;
                self.aliyun_keys(&uri).await
            }
            Vendor::Huawei => {
                let parts = [
                    ("HC_CONTAINER_CREDENTIALS_FULL_URI", &self.uri),
                    ("HC_CONTAINER_AUTHORIZATION_TOKEN_FILE", &self.token_file),
                ];
                let [uri, file] = complete(&self.config, parts, 2)?;
                let (uri, token) = (self.checked(uri)?, token_in(&file).await?);
                let headers = [("authorization", &token)];
                let request = || json_request(&uri, &headers, &serde_json::json!({}));
                let of_uri = Address::new(&uri).secrets();
                let secrets: Vec<_> = of_uri.iter().chain([&token]).collect();
                let reply = self.exchange.json(&secrets, &request).await;
                reply.and_then(|(document, _)| document.huawei_keys())
            }
        };
        outcome.map_err(CredentialsError::new)
    }

    async fn aliyun_keys(&self, uri: &str) -> Result<TemporaryCredentials, String> {
        let reply = self.exchange.send(&|| request(Method::GET, uri, &[])).await.map_err(|fault| fault.to_string())?;
        if reply.status != 200 {
            return Err(refusal(&reply, &Address::new(uri).secrets().iter().collect::<Vec<_>>()));
        }
        let document = Document::parse(&reply.body)?;
        match document.plain("Code")?.as_deref() {
            Some("Success") => document.aliyun_keys(),
            _ => Err("`Code` is not `Success`".to_owned()),
        }
    }

    /// Validates the address. The error does not show it, as it may contain a password.
    fn checked(&self, uri: String) -> Result<String, CredentialsError> {
        if !is_url(&uri) {
            Err(CredentialsError::new("the address is not a URL, such as http://127.0.0.1:7002/"))
        } else if self.uri.is_none() && !is_guarded(&uri) {
            Err(CredentialsError::new(
                "the address in the environment is plain HTTP to a host that is not local (`uri` accepts any address)",
            ))
        } else {
            Ok(uri)
        }
    }
}

/// Without the address, which may contain a password.
impl fmt::Debug for ContainerCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("ContainerCredentials");
        debug.field("vendor", &self.vendor).field("token_file", &self.token_file).finish_non_exhaustive()
    }
}

impl CredentialsSource for ContainerCredentials {
    fn fetch(&self) -> TemporaryCredentialsFuture<'_> {
        Box::pin(async {
            let place = match self.vendor {
                Vendor::Aliyun => "credentials URI",
                Vendor::Huawei => "pod identity",
            };
            self.load().await.map_err(|error| error.within(place))
        })
    }
}
