//! Credentials of the server that the program runs on, from the metadata service that only the server itself can reach.

use std::env;
use std::time::Duration;

use http::{Method, Request};
use serde::Deserialize;
use tokio::sync::OnceCell;

use super::cached::{CredentialsSource, TemporaryCredentials, TemporaryCredentialsFuture};
use super::provider::{Credentials, CredentialsError};
use crate::data::secret::Secret;
use crate::transport::{RequestBody, ReqwestTransport, Transport};

/// Temporary keys of an ECS server: of the agency that Huawei Cloud lets it act for, or its RAM role of Alibaba Cloud.
///
/// To be wrapped in [`CachedCredentials`](super::CachedCredentials). A session token is asked for first, so that requests
/// which somebody smuggles in get nothing; services that do not know session tokens are asked without.
#[derive(Debug)]
pub struct InstanceCredentials {
    vendor: &'static Vendor,
    endpoint: Option<String>,
    role: Option<String>,
    transport: OnceCell<ReqwestTransport>,
}

#[derive(Debug)]
struct Vendor {
    endpoint: &'static str,
    session_path: &'static str,
    lifetime_header: &'static str,
    session_header: &'static str,
    read: Read,
}

#[derive(Debug)]
enum Read {
    Huawei,
    Aliyun,
}

static HUAWEI: Vendor = Vendor {
    endpoint: "http://169.254.169.254",
    session_path: "/meta-data/latest/api/token",
    lifetime_header: "X-Metadata-Token-Ttl-Seconds",
    session_header: "X-Metadata-Token",
    read: Read::Huawei,
};

static ALIYUN: Vendor = Vendor {
    endpoint: "http://100.100.100.200",
    session_path: "/latest/api/token",
    lifetime_header: "X-aliyun-ecs-metadata-token-ttl-seconds",
    session_header: "X-aliyun-ecs-metadata-token",
    read: Read::Aliyun,
};

/// The service is next door; elsewhere nobody answers.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const TIMEOUT: Duration = Duration::from_secs(5);

impl InstanceCredentials {
    /// Keys of the agency of an ECS server of Huawei Cloud.
    pub fn huawei() -> Self {
        Self { vendor: &HUAWEI, endpoint: None, role: None, transport: OnceCell::new() }
    }

    /// Keys of the RAM role of an ECS server of Alibaba Cloud. `ALIBABA_CLOUD_ECS_METADATA` may name the role;
    /// `ALIBABA_CLOUD_ECS_METADATA_DISABLED=true` forbids to ask, `ALIBABA_CLOUD_IMDSV1_DISABLED=true` to ask without a session
    /// token.
    pub fn aliyun() -> Self {
        Self { vendor: &ALIYUN, endpoint: None, role: None, transport: OnceCell::new() }
    }

    /// The name of the role, for Alibaba Cloud; otherwise the service is asked for it.
    pub fn role(mut self, name: impl Into<String>) -> Self {
        self.role = Some(name.into());
        self
    }

    /// Asks here instead, for tests.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    async fn ask(&self) -> Result<TemporaryCredentials, String> {
        let aliyun = matches!(self.vendor.read, Read::Aliyun);
        if aliyun && is_set("ALIBABA_CLOUD_ECS_METADATA_DISABLED") {
            return Err("ALIBABA_CLOUD_ECS_METADATA_DISABLED forbids to ask".to_owned());
        }
        let lifetime = (self.vendor.lifetime_header, "21600");
        let session = match self.get(Method::PUT, self.vendor.session_path, Some(lifetime)).await? {
            (200, token) => Some(token),
            (status, _) if aliyun && is_set("ALIBABA_CLOUD_IMDSV1_DISABLED") => {
                return Err(format!("no session token (status {status}), and ALIBABA_CLOUD_IMDSV1_DISABLED is set"));
            }
            _ => None,
        };
        let session = session.as_deref().map(|token| (self.vendor.session_header, token));
        match self.vendor.read {
            Read::Huawei => {
                let keys =
                    self.json::<HuaweiKeys>("/openstack/latest/securitykey", session, "agency").await?.credential;
                temporary(keys.access, keys.secret, keys.securitytoken, &keys.expires_at)
            }
            Read::Aliyun => {
                let roles = "/latest/meta-data/ram/security-credentials/";
                let named = env::var("ALIBABA_CLOUD_ECS_METADATA").ok().filter(|name| !name.is_empty());
                let role = match self.role.clone().or(named) {
                    Some(role) => role,
                    None => self.found(roles, session, "RAM role").await?,
                };
                let keys: AliyunKeys = self.json(&format!("{roles}{}", role.trim()), session, "RAM role").await?;
                if keys.code != "Success" {
                    return Err(format!("the response for the role {} has the code `{}`", role.trim(), keys.code));
                }
                temporary(keys.access_key_id, keys.access_key_secret, keys.security_token, &keys.expiration)
            }
        }
    }

    async fn json<T: for<'a> Deserialize<'a>>(
        &self,
        path: &str,
        session: Option<(&str, &str)>,
        what: &str,
    ) -> Result<T, String> {
        let text = self.found(path, session, what).await?;
        // The error's own words would quote keys.
        serde_json::from_str(&text)
            .map_err(|error| format!("{path} is not as expected, at line {}, column {}", error.line(), error.column()))
    }

    async fn found(&self, path: &str, session: Option<(&str, &str)>, what: &str) -> Result<String, String> {
        match self.get(Method::GET, path, session).await? {
            (200, text) => Ok(text),
            (404, _) => Err(format!("the server has no {what} (status 404 for {path})")),
            (status, _) => Err(format!("status {status} for {path}")),
        }
    }

    async fn get(&self, method: Method, path: &str, header: Option<(&str, &str)>) -> Result<(u16, String), String> {
        let base = self.endpoint.as_deref().unwrap_or(self.vendor.endpoint);
        let mut request = Request::builder().method(method).uri(format!("{base}{path}"));
        if let Some((name, value)) = header {
            request = request.header(name, value.trim());
        }
        let request = request.body(RequestBody::default()).map_err(|error| format!("{base}{path}: {error}"))?;
        let build = || ReqwestTransport::builder().connect_timeout(CONNECT_TIMEOUT).no_proxy().build();
        let transport = self.transport.get_or_try_init(|| async { build().map_err(|error| error.0) }).await?;
        let exchange = async {
            let (parts, body) = transport.send(request).await?.into_parts();
            Ok((parts.status.as_u16(), body.collect_within(1 << 16).await?))
        };
        let (status, body) = tokio::time::timeout(TIMEOUT, exchange)
            .await
            .map_err(|_| format!("no response within {TIMEOUT:?}"))?
            .map_err(|error: crate::transport::TransportError| error.to_string())?;
        Ok((status, String::from_utf8_lossy(&body).into_owned()))
    }
}

impl CredentialsSource for InstanceCredentials {
    fn fetch(&self) -> TemporaryCredentialsFuture<'_> {
        Box::pin(async {
            let base = self.endpoint.as_deref().unwrap_or(self.vendor.endpoint);
            self.ask().await.map_err(|why| CredentialsError::new(format_args!("server metadata at {base}: {why}")))
        })
    }
}

fn is_set(variable: &str) -> bool {
    env::var(variable).is_ok_and(|value| value.eq_ignore_ascii_case("true") || value == "1")
}

fn temporary(key: String, secret: Secret, token: Secret, end: &str) -> Result<TemporaryCredentials, String> {
    let expires = end.parse().map_err(|_| format!("`{end}` is no time that the keys could end at"))?;
    Ok(TemporaryCredentials { credentials: Credentials::access_key(key, secret).with_security_token(token), expires })
}

#[derive(Deserialize)]
struct HuaweiKeys {
    credential: HuaweiCredential,
}

#[derive(Deserialize)]
struct HuaweiCredential {
    access: String,
    secret: Secret,
    securitytoken: Secret,
    expires_at: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AliyunKeys {
    code: String,
    #[serde(default)]
    access_key_id: String,
    #[serde(default)]
    access_key_secret: Secret,
    #[serde(default)]
    security_token: Secret,
    #[serde(default)]
    expiration: String,
}
