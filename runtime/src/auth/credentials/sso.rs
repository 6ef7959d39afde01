//! Keys for a sign-in with Alibaba Cloud's command line tool.

use jiff::Timestamp;

use super::address::is_guarded;
use super::cached::{CredentialsSource, TemporaryCredentials, TemporaryCredentialsFuture};
use super::config::ProviderConfig;
use super::exchange::{Exchange, json_request};
use super::provider::CredentialsError;
use crate::data::secret::Secret;

/// A sign-in stored in a profile by the tool. After it expires, the user has to sign in again.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SignIn {
    pub(super) profile: String,
    /// The service that issues keys for it.
    pub(super) service: Service,
    pub(super) access_token: Option<Secret>,
    /// In seconds since 1970.
    pub(super) token_expires: Option<i64>,
    /// Keys that the tool has fetched, until they expire.
    pub(super) kept: Option<TemporaryCredentials>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Service {
    CloudSso { sign_in_url: String, account_id: String, access_config: String },
    OAuth { site: &'static str },
}

#[derive(Debug)]
pub(super) struct SignInCredentials {
    sign_in: SignIn,
    config: ProviderConfig,
    exchange: Exchange,
}

/// Minimum remaining lifetime of stored keys; below it, [`CachedCredentials`](crate::CachedCredentials) would renew
/// them.
const LEAST_LEFT: i64 = 5 * 60 + 10;

impl SignInCredentials {
    pub(super) fn new(sign_in: SignIn, config: &ProviderConfig) -> Self {
        Self { sign_in, exchange: Exchange::new(config), config: config.clone() }
    }

    async fn load(&self) -> Result<TemporaryCredentials, String> {
        let SignIn { profile, service, access_token, token_expires, kept } = &self.sign_in;
        let now: Timestamp = self.config.own_clock().now();
        if let Some(kept) = kept.as_ref().filter(|kept| kept.expires.as_second() > now.as_second() + LEAST_LEFT) {
            return Ok(kept.clone());
        }
        let mode = match service {
            Service::CloudSso { .. } => "CloudSSO",
            Service::OAuth { .. } => "OAuth",
        };
        let valid = token_expires.is_some_and(|end| end > now.as_second());
        let Some(token) = access_token.as_ref().filter(|_| valid) else {
            return Err(format!(
                "the sign-in has expired: sign in again with `aliyun configure --profile {profile} --mode {mode}`"
            ));
        };
        let bearer = Secret::from(format!("Bearer {}", token.expose()));
        let headers = [("authorization", &bearer)];
        let (url, body) = match service {
            Service::CloudSso { sign_in_url, account_id, access_config } => (
                origin(sign_in_url)? + "/cloud-credentials",
                serde_json::json!({
                    "AccountId": account_id, "AccessConfigurationId": access_config,
                }),
            ),
            Service::OAuth { site } => (format!("{site}/v1/exchange"), serde_json::json!({})),
        };
        let (document, _) = self.exchange.json(&[token], &|| json_request(&url, &headers, &body)).await?;
        match service {
            Service::CloudSso { .. } => document.get("CloudCredential").aliyun_keys(),
            Service::OAuth { .. } => document.aliyun_keys(),
        }
    }
}

/// Scheme, host and port of a URL.
fn origin(url: &str) -> Result<String, String> {
    let wrong = || "`cloud_sso_sign_in_url` is not an HTTPS URL".to_owned();
    let uri: http::Uri = url.parse().map_err(|_| wrong())?;
    let (Some(scheme), Some(host), true) = (uri.scheme_str(), uri.host(), is_guarded(url)) else { return Err(wrong()) };
    let port = uri.port().map(|port| format!(":{port}")).unwrap_or_default();
    Ok(format!("{scheme}://{host}{port}"))
}

impl CredentialsSource for SignInCredentials {
    fn fetch(&self) -> TemporaryCredentialsFuture<'_> {
        Box::pin(async { self.load().await.map_err(CredentialsError::new) })
    }
}
