//! Credentials of an ECS server, from its metadata service.

use http::Method;

use super::address::{Address, segment};
use super::cached::{CredentialsSource, TemporaryCredentials, TemporaryCredentialsFuture};
use super::config::ProviderConfig;
use super::document::Document;
use super::exchange::{Exchange, Fault, Reply, request};
use super::provider::CredentialsError;
use crate::data::secret::Secret;

/// Temporary keys of an ECS server: of its agency at Huawei Cloud, or its RAM role at Alibaba Cloud.
///
/// Wrap it in [`CachedCredentials`](super::CachedCredentials). A session token is requested first, as a protection
/// against request forgery; services without session tokens (status 404 or 405) are called without. A request that
/// fails temporarily is repeated, up to four attempts of five seconds.
///
/// # Errors
///
/// "Not found" if no metadata service can be reached within a second, or if the server has no role. A failing service
/// is an error that ends a chain, as are a refused session token and a configured role that does not exist.
#[derive(Clone, Debug)]
pub struct InstanceCredentials {
    vendor: &'static Vendor,
    endpoint: Option<Address>,
    role: Option<String>,
    config: ProviderConfig,
    exchange: Exchange,
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

const SECURITY_KEY: &str = "/openstack/latest/securitykey";
const ROLES: &str = "/latest/meta-data/ram/security-credentials/";

impl InstanceCredentials {
    /// Keys of the agency of a Huawei Cloud ECS server.
    pub fn huawei() -> Self {
        Self::new(&HUAWEI)
    }

    /// Keys of the RAM role of an Alibaba Cloud ECS server. `ALIBABA_CLOUD_ECS_METADATA` can name the role;
    /// `ALIBABA_CLOUD_ECS_METADATA_DISABLED=true` disables the metadata service, `ALIBABA_CLOUD_IMDSV1_DISABLED=true`
    /// requests without a session token.
    pub fn aliyun() -> Self {
        Self::new(&ALIYUN)
    }

    fn new(vendor: &'static Vendor) -> Self {
        let config = ProviderConfig::new();
        Self { vendor, endpoint: None, role: None, exchange: Exchange::local(&config), config }
    }

    /// Sets the environment and transport.
    pub fn configure(mut self, config: &ProviderConfig) -> Self {
        self.exchange = Exchange::local(config);
        self.config = config.clone();
        self
    }

    /// Sets the name of the role, for Alibaba Cloud; otherwise the metadata service provides it.
    pub fn role(mut self, name: impl Into<String>) -> Self {
        self.role = Some(name.into());
        self
    }

    /// Sets another address, for tests.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(Address::new(url));
        self
    }

    async fn load(&self) -> Result<TemporaryCredentials, CredentialsError> {
        let aliyun = matches!(self.vendor.read, Read::Aliyun);
        if aliyun && self.config.is_set("ALIBABA_CLOUD_ECS_METADATA_DISABLED") {
            return Err(CredentialsError::not_found("disabled by ALIBABA_CLOUD_ECS_METADATA_DISABLED"));
        }
        let lifetime = (self.vendor.lifetime_header, &Secret::from("21600"));
        let reply = self.send(Method::PUT, self.vendor.session_path, Some(lifetime)).await?;
        let session = match reply.status {
            200 => Some(Secret::from(text(&reply)?.trim())),
            status if aliyun && self.config.is_set("ALIBABA_CLOUD_IMDSV1_DISABLED") => {
                return Err(CredentialsError::new(format_args!(
                    "no session token (status {status}), and ALIBABA_CLOUD_IMDSV1_DISABLED is set"
                )));
            }
            404 | 405 => None,
            // The service supports session tokens; continuing without one would let an attacker bypass that protection.
            status => return Err(CredentialsError::new(format_args!("no session token (status {status})"))),
        };
        let session = session.as_ref().map(|token| (self.vendor.session_header, token));
        match self.vendor.read {
            Read::Huawei => {
                let reply = self.found(SECURITY_KEY, session, "agency", false).await?;
                read(SECURITY_KEY, &reply, Document::huawei_keys)
            }
            Read::Aliyun => {
                let named = self.role.clone().or_else(|| self.config.get("ALIBABA_CLOUD_ECS_METADATA"));
                let role = match &named {
                    Some(role) => role.clone(),
                    None => text(&self.found(ROLES, session, "RAM role", false).await?)?.to_owned(),
                };
                let segment =
                    segment(&role).map_err(|why| CredentialsError::new(format_args!("the RAM role: {why}")))?;
                let path = format!("{ROLES}{segment}");
                let reply = self.found(&path, session, "such RAM role", named.is_some()).await?;
                read(&path, &reply, |keys| match keys.plain("Code")?.as_deref() {
                    Some("Success") => keys.aliyun_keys(),
                    _ => Err("`Code` is not `Success`".to_owned()),
                })
            }
        }
    }

    async fn found(
        &self,
        path: &str,
        session: Option<(&str, &Secret)>,
        what: &str,
        named: bool,
    ) -> Result<Reply, CredentialsError> {
        let reply = self.send(Method::GET, path, session).await?;
        // Huawei Cloud uses status 401 here, which also means that the session token has expired.
        let no_agency = reply.status == 401 && reply.body.windows(11).any(|words| words == b"configure C");
        match reply.status {
            200 => Ok(reply),
            status if status == 404 || no_agency => {
                let why = format!("the server has no {what} (status {status} for {path})");
                Err(if named { CredentialsError::new(why) } else { CredentialsError::not_found(why) })
            }
            status => Err(CredentialsError::new(format_args!("status {status} for {path}"))),
        }
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        header: Option<(&str, &Secret)>,
    ) -> Result<Reply, CredentialsError> {
        let url = format!("{}{path}", self.base());
        let headers: Vec<_> = header.into_iter().collect();
        let reply = self.exchange.send(&|| request(method.clone(), &url, &headers)).await;
        reply.map_err(|fault| match fault {
            Fault::Unreachable(why) => CredentialsError::not_found(why),
            other => CredentialsError::new(other),
        })
    }

    fn base(&self) -> &str {
        self.endpoint.as_ref().map(Address::as_str).unwrap_or(self.vendor.endpoint)
    }
}

impl CredentialsSource for InstanceCredentials {
    fn fetch(&self) -> TemporaryCredentialsFuture<'_> {
        Box::pin(async {
            let place = format!("server metadata at {}", Address::new(self.base()));
            self.load().await.map_err(|error| error.within(place))
        })
    }
}

fn text(reply: &Reply) -> Result<&str, CredentialsError> {
    std::str::from_utf8(&reply.body).map_err(|_| CredentialsError::new("a response is not UTF-8"))
}

fn read(
    path: &str,
    reply: &Reply,
    keys: impl FnOnce(&Document) -> Result<TemporaryCredentials, String>,
) -> Result<TemporaryCredentials, CredentialsError> {
    let keys = Document::parse(&reply.body).and_then(|document| keys(&document));
    keys.map_err(|why| CredentialsError::new(format_args!("the response for {path}: {why}")))
}
