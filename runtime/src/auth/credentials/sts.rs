//! Roles of Alibaba Cloud, from its Security Token Service (STS).

use std::path::Path;
use std::sync::Arc;

use http::{HeaderValue, Request};

use super::address::{Address, address};
use super::cached::{CredentialsSource, TemporaryCredentials, TemporaryCredentialsFuture};
use super::config::ProviderConfig;
use super::document::Document;
use super::exchange::{Exchange, blames_keys, refusal};
use super::provider::{Credentials, CredentialsError, CredentialsProvider};
use crate::auth::sign;
use crate::codec::encode;
use crate::data::secret::{Secret, wiped};
use crate::transport::{RequestBody, random};

/// Temporary keys of a RAM role of Alibaba Cloud: `AssumeRole` of STS, signed with other credentials. Wrap it in
/// [`CachedCredentials`](crate::CachedCredentials).
///
/// The address of STS is that of [`endpoint`](Self::endpoint), else of `ALIBABA_CLOUD_STS_ENDPOINT`, else
/// `https://sts.{region}.aliyuncs.com`, with the region from [`region`](Self::region), else from
/// `ALIBABA_CLOUD_STS_REGION`, and `https://sts.aliyuncs.com` without one; with
/// `ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED=true` it is `sts-vpc.{region}`.
#[derive(Clone, Debug)]
#[must_use = "wrap it in `CachedCredentials`"]
pub struct AssumeRole {
    base: Arc<dyn CredentialsProvider>,
    pub(super) session: Session,
}

/// Temporary keys of a role in exchange for the token of an OpenID Connect provider, such as that of a Kubernetes pod's
/// service account, which is in a file. Requires no other keys. Wrap it in
/// [`CachedCredentials`](crate::CachedCredentials).
///
/// This is `AssumeRoleWithOIDC` of Alibaba Cloud's STS, which Container Service sets up as RRSA. Defaults come from
/// `ALIBABA_CLOUD_ROLE_ARN`, `ALIBABA_CLOUD_OIDC_PROVIDER_ARN`, `ALIBABA_CLOUD_OIDC_TOKEN_FILE` and
/// `ALIBABA_CLOUD_ROLE_SESSION_NAME`. The address is that of [`AssumeRole`].
///
/// # Errors
///
/// "Not found" if neither provider nor token file is set. If only some of the three are, the error ends a chain.
#[derive(Clone, Debug)]
#[must_use = "wrap it in `CachedCredentials`"]
pub struct AssumeRoleWithOidc {
    provider_arn: Option<String>,
    token_file: Option<String>,
    pub(super) session: Session,
}

/// Settings common to both.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) role_arn: Option<String>,
    pub(super) name: Option<String>,
    pub(super) policy: Option<String>,
    pub(super) external_id: Option<Secret>,
    pub(super) duration_seconds: Option<i64>,
    pub(super) region: Option<String>,
    pub(super) vpc: Option<bool>,
    endpoint: Option<Address>,
    config: ProviderConfig,
    exchange: Exchange,
}

/// Why STS issued no keys.
struct Refused {
    error: CredentialsError,
    /// Whether the keys that signed the request were refused.
    blames_keys: bool,
}

impl From<CredentialsError> for Refused {
    fn from(error: CredentialsError) -> Self {
        Self { error, blames_keys: false }
    }
}

impl From<Refused> for CredentialsError {
    fn from(refused: Refused) -> Self {
        refused.error
    }
}

/// Defines the setters common to both.
macro_rules! session_setters {
    () => {
        /// Sets the session's name in audit logs: 2 to 64 letters, digits and `.` `@` `-` `_`. Defaults to
        /// `ALIBABA_CLOUD_ROLE_SESSION_NAME` of the environment, else `yundb`.
        pub fn session_name(mut self, name: impl Into<String>) -> Self {
            self.session.name = Some(name.into());
            self
        }

        /// Restricts the permissions of the keys by a policy document in JSON.
        pub fn policy(mut self, json: impl Into<String>) -> Self {
            self.session.policy = Some(json.into());
            self
        }

        /// Sets the lifetime of the keys, in seconds: at least 900, at most the maximum of the role. Defaults to 3600.
        pub fn duration_seconds(mut self, seconds: i64) -> Self {
            self.session.duration_seconds = Some(seconds);
            self
        }

        /// Sets the region of STS.
        pub fn region(mut self, region: impl Into<String>) -> Self {
            self.session.region = Some(region.into());
            self
        }

        /// Sets the address of STS, such as `https://sts-vpc.cn-hangzhou.aliyuncs.com`.
        pub fn endpoint(mut self, url: impl Into<String>) -> Self {
            self.session.endpoint = Some(Address::new(url));
            self
        }

        /// Sets the environment and transport.
        pub fn configure(mut self, config: &ProviderConfig) -> Self {
            self.session.exchange = Exchange::new(config);
            self.session.config = config.clone();
            self
        }
    };
}

impl AssumeRole {
    /// Creates a provider of keys for this role, such as `acs:ram::123456789012:role/adminrole`, assumed with the
    /// credentials of `base`.
    pub fn new(base: impl CredentialsProvider + 'static, role_arn: impl Into<String>) -> Self {
        Self { base: Arc::new(base), session: Session::new(Some(role_arn.into())) }
    }

    session_setters!();

    /// Sets the external id, which the owner of a role in another account may require to prevent the confused deputy
    /// problem.
    pub fn external_id(mut self, id: impl Into<String>) -> Self {
        self.session.external_id = Some(Secret::from(id.into()));
        self
    }

    async fn load(&self) -> Result<TemporaryCredentials, CredentialsError> {
        let keys = self.base.credentials().await?;
        let refused = match self.session.call("AssumeRole", Some(&keys), &[]).await {
            Err(refused) => refused,
            Ok(issued) => return Ok(issued),
        };
        // A role that may not be assumed does not invalidate the keys, which have other uses.
        if refused.blames_keys && self.base.rejected(&keys) {
            let keys = self.base.credentials().await?;
            return Ok(self.session.call("AssumeRole", Some(&keys), &[]).await?);
        }
        Err(refused.error)
    }
}

impl CredentialsSource for AssumeRole {
    fn fetch(&self) -> TemporaryCredentialsFuture<'_> {
        Box::pin(async {
            let role = self.session.role_arn.as_deref().unwrap_or_default();
            // The role is configured explicitly, so missing base keys are a failure, not an absent source.
            self.load().await.map_err(|error| CredentialsError::new(format_args!("the role {role}: {error}")))
        })
    }
}

impl Default for AssumeRoleWithOidc {
    fn default() -> Self {
        Self::new()
    }
}

impl AssumeRoleWithOidc {
    /// Uses the environment.
    pub fn new() -> Self {
        Self { provider_arn: None, token_file: None, session: Session::new(None) }
    }

    session_setters!();

    /// Sets the role, such as `acs:ram::123456789012:role/adminrole`.
    pub fn role_arn(mut self, arn: impl Into<String>) -> Self {
        self.session.role_arn = Some(arn.into());
        self
    }

    /// Sets the identity provider, such as `acs:ram::123456789012:oidc-provider/ack-rrsa-c1`.
    pub fn provider_arn(mut self, arn: impl Into<String>) -> Self {
        self.provider_arn = Some(arn.into());
        self
    }

    /// Sets the file with the token, which is read each time.
    pub fn token_file(mut self, path: impl Into<String>) -> Self {
        self.token_file = Some(path.into());
        self
    }

    async fn load(&self) -> Result<TemporaryCredentials, CredentialsError> {
        let parts = [
            ("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", &self.provider_arn),
            ("ALIBABA_CLOUD_OIDC_TOKEN_FILE", &self.token_file),
            ("ALIBABA_CLOUD_ROLE_ARN", &self.session.role_arn),
        ];
        let [provider, file, role] = complete(&self.session.config, parts, 2)?;
        let token = token_in(&file).await?;
        let session = Session { role_arn: Some(role), ..self.session.clone() };
        let own = [("OIDCProviderArn", Secret::from(provider)), ("OIDCToken", token)];
        Ok(session.call("AssumeRoleWithOIDC", None, &own).await?)
    }
}

impl CredentialsSource for AssumeRoleWithOidc {
    fn fetch(&self) -> TemporaryCredentialsFuture<'_> {
        Box::pin(async { self.load().await.map_err(|error| error.within("role assumed with OIDC")) })
    }
}

/// All of these values, as given or from their variables. "Not found" if none of the first `own` is set; the others may
/// be set for other purposes.
pub(super) fn complete<const N: usize>(
    config: &ProviderConfig,
    parts: [(&str, &Option<String>); N],
    own: usize,
) -> Result<[String; N], CredentialsError> {
    let values = parts.map(|(variable, given)| given.clone().or_else(|| config.get(variable)));
    if let Some(missing) = values.iter().position(Option::is_none) {
        let names = parts.map(|(variable, _)| variable);
        if values[..own].iter().all(Option::is_none) {
            let verb = if own == 1 { "is" } else { "are" };
            return Err(CredentialsError::not_found(format_args!("{} {verb} not set", names[..own].join(" and "))));
        }
        return Err(CredentialsError::new(format_args!(
            "{} is not set, but others of {} are",
            names[missing],
            names.join(", ")
        )));
    }
    Ok(values.map(Option::unwrap_or_default))
}

/// The token in a file.
pub(super) async fn token_in(file: &str) -> Result<Secret, CredentialsError> {
    let text = tokio::fs::read_to_string(Path::new(file)).await.map(Secret::from);
    let text = text.map_err(|error| CredentialsError::new(format_args!("the token in {file}: {}", error.kind())))?;
    match text.expose().trim() {
        "" => Err(CredentialsError::new(format_args!("the token in {file}: the file is empty"))),
        token => Ok(Secret::from(token)),
    }
}

impl Session {
    fn new(role_arn: Option<String>) -> Self {
        let config = ProviderConfig::new();
        Self {
            role_arn,
            name: None,
            policy: None,
            external_id: None,
            duration_seconds: None,
            region: None,
            vpc: None,
            endpoint: None,
            exchange: Exchange::new(&config),
            config,
        }
    }

    fn address(&self) -> Result<String, CredentialsError> {
        let vpc = self.vpc.unwrap_or_else(|| self.config.is_set("ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED"));
        let service = if vpc { "sts-vpc" } else { "sts" };
        let region = self.region.clone().or_else(|| self.config.get("ALIBABA_CLOUD_STS_REGION"));
        let is_region = |region: &String| region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !region.as_ref().is_none_or(is_region) {
            return Err(CredentialsError::new("the region of STS contains invalid characters"));
        }
        let given = self.endpoint.as_ref().map(Address::as_str);
        let url = address("STS", &self.config, "ALIBABA_CLOUD_STS_ENDPOINT", given, || match region {
            None => "https://sts.aliyuncs.com".to_owned(),
            Some(region) => format!("https://{service}.{region}.aliyuncs.com"),
        });
        Ok(url.map_err(CredentialsError::new)? + "/")
    }

    /// Calls an action of STS that issues keys, signed if there are keys.
    async fn call(
        &self,
        action: &str,
        keys: Option<&Credentials>,
        own: &[(&str, Secret)],
    ) -> Result<TemporaryCredentials, Refused> {
        let address = self.address()?;
        let duration = self.duration_seconds.unwrap_or(3600);
        if duration < 900 {
            return Err(CredentialsError::new("`duration_seconds` must be at least 900").into());
        }
        let name = self.name.clone().or_else(|| self.config.get("ALIBABA_CLOUD_ROLE_SESSION_NAME"));
        let mut parameters = vec![
            ("RoleArn", self.role_arn.clone().unwrap_or_default()),
            ("RoleSessionName", name.unwrap_or_else(|| "yundb".to_owned())),
            ("DurationSeconds", duration.to_string()),
        ];
        parameters.extend(self.policy.clone().map(|policy| ("Policy", policy)));
        parameters.extend(self.external_id.as_ref().map(|id| ("ExternalId", id.expose().to_owned())));
        parameters.extend(own.iter().map(|(name, value)| (*name, value.expose().to_owned())));
        let parameters: Vec<_> = parameters.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let mut secrets: Vec<&Secret> = own.iter().map(|(_, value)| value).chain(&self.external_id).collect();
        if let Some(Credentials::AccessKey { secret_key, security_token, .. }) = keys {
            secrets.push(secret_key);
            secrets.extend(security_token);
        }
        let request = || self.request(&address, action, keys, &parameters);
        let reply = self.exchange.send(&request).await.map_err(CredentialsError::new)?;
        if !reply.is_success() {
            let error = CredentialsError::new(refusal(&reply, &secrets));
            return Err(Refused { error, blames_keys: blames_keys(&reply) });
        }
        let issued = Document::parse(&reply.body).and_then(|document| document.get("Credentials").aliyun_keys());
        Ok(issued.map_err(|why| CredentialsError::new(format_args!("the response of {action}: {why}")))?)
    }

    fn request(
        &self,
        address: &str,
        action: &str,
        keys: Option<&Credentials>,
        own: &[(String, String)],
    ) -> Result<Request<RequestBody>, String> {
        const VERSION: &str = "2015-04-01";
        let date = self.config.own_clock().now();
        let nonce = random::nonce()?;
        let common = match keys {
            Some(Credentials::AccessKey { access_key, secret_key, security_token }) => {
                let token = security_token.as_ref();
                let mut common = sign::common_parameters(action, VERSION, access_key, token, date, &nonce);
                let all: Vec<_> = common.iter().chain(own).cloned().collect();
                let signed = sign::sign_aliyun_rpc("POST", &all, secret_key).map_err(|error| error.to_string())?;
                common.push(("Signature".to_owned(), signed.signature));
                common
            }
            Some(Credentials::Token(_)) => {
                return Err("a role cannot be assumed with a token: use an access key".to_owned());
            }
            None => sign::unsigned_parameters(action, VERSION, date, &nonce),
        };
        let mut request = super::exchange::request(http::Method::POST, &format!("{address}?{}", query(&common)), &[])?;
        // Parameters in the body do not appear in logs.
        *request.body_mut() = wiped(query(own).into_bytes()).into();
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        request.headers_mut().insert(http::header::CONTENT_TYPE, form);
        Ok(request)
    }
}

fn query(pairs: &[(String, String)]) -> String {
    let pairs = pairs.iter().map(|(name, value)| format!("{}={}", encode::strict(name), encode::strict(value)));
    pairs.collect::<Vec<_>>().join("&")
}
