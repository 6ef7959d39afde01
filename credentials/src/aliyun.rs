//! Roles of Alibaba Cloud.

use yundb_aliyun_sts::Client;
use yundb_runtime::{
    CachedCredentials, Credentials, CredentialsChain, CredentialsError, CredentialsFuture, CredentialsProvider,
    CredentialsSource, EnvironmentCredentials, InstanceCredentials, ProfileCredentials, TemporaryCredentials,
    TemporaryCredentialsFuture,
};

/// Temporary keys of a role, from the Security Token Service (STS). To be wrapped in [`CachedCredentials`].
#[derive(Clone, Debug)]
#[must_use = "wrap it in `CachedCredentials`"]
pub struct AssumeRole {
    client: Client,
    role_arn: String,
    session_name: String,
    policy: Option<String>,
    duration_seconds: Option<i64>,
}

impl AssumeRole {
    /// Keys of this role, such as `acs:ram::123456789012:role/adminrole`, for whoever has the client's credentials. The session
    /// is called `yundb`.
    pub fn new(client: Client, role_arn: impl Into<String>) -> Self {
        Self {
            client,
            role_arn: role_arn.into(),
            session_name: "yundb".to_owned(),
            policy: None,
            duration_seconds: None,
        }
    }

    /// What the session is called in audit logs: 2 to 64 letters, digits and `.` `@` `-` `_`.
    pub fn session_name(mut self, name: impl Into<String>) -> Self {
        self.session_name = name.into();
        self
    }

    /// Narrows what the keys may do, by a policy document as JSON.
    pub fn policy(mut self, json: impl Into<String>) -> Self {
        self.policy = Some(json.into());
        self
    }

    /// How long the keys live, in seconds: at least 900, at most what the role allows. One hour by default.
    pub fn duration_seconds(mut self, seconds: i64) -> Self {
        self.duration_seconds = Some(seconds);
        self
    }

    async fn ask(&self) -> Result<TemporaryCredentials, String> {
        let mut call = self.client.assume_role().role_arn(&self.role_arn).role_session_name(&self.session_name);
        if let Some(policy) = &self.policy {
            call = call.policy(yundb_runtime::JsonText::text(policy));
        }
        if let Some(seconds) = self.duration_seconds {
            call = call.duration_seconds(seconds);
        }
        let answer = call.send().await.map_err(|error| error.to_string())?.into_inner();
        let keys = answer.credentials.ok_or("the response has no credentials")?;
        let missing = |name: &str| format!("the response has no {name}");
        let end = keys.expiration.ok_or_else(|| missing("Expiration"))?;
        let credentials = Credentials::access_key(
            keys.access_key_id.ok_or_else(|| missing("AccessKeyId"))?,
            keys.access_key_secret.ok_or_else(|| missing("AccessKeySecret"))?,
        );
        Ok(TemporaryCredentials {
            credentials: credentials.with_security_token(keys.security_token.ok_or_else(|| missing("SecurityToken"))?),
            expires: end.parse().map_err(|_| format!("`{end}` is no time that keys could end at"))?,
        })
    }
}

impl CredentialsSource for AssumeRole {
    fn fetch(&self) -> TemporaryCredentialsFuture<'_> {
        Box::pin(async {
            let asked = self.ask().await;
            asked.map_err(|why| CredentialsError::new(format_args!("the role {}: {why}", self.role_arn)))
        })
    }
}

/// What the clients of Alibaba Cloud use by default, and profiles that assume roles (mode `RamRoleArn`): the environment, then
/// the profile file, then the RAM role of the server that this runs on.
pub fn aliyun() -> CredentialsChain {
    CredentialsChain::new()
        .or(EnvironmentCredentials::aliyun())
        .or(Profile::new(ProfileCredentials::aliyun()))
        .or(CachedCredentials::new(InstanceCredentials::aliyun()))
}

/// A profile, whatever it has.
#[derive(Debug)]
struct Profile {
    profile: ProfileCredentials,
    role: CachedCredentials<ProfileRole>,
}

impl Profile {
    fn new(profile: ProfileCredentials) -> Self {
        Self { role: CachedCredentials::new(ProfileRole(profile.clone())), profile }
    }
}

impl CredentialsProvider for Profile {
    fn credentials(&self) -> CredentialsFuture<'_> {
        Box::pin(async {
            match self.profile.role()? {
                Some(_) => self.role.credentials().await,
                None => self.profile.credentials().await,
            }
        })
    }

    fn rejected(&self, credentials: &Credentials) -> bool {
        self.role.rejected(credentials)
    }
}

/// The role of a profile.
#[derive(Debug)]
struct ProfileRole(ProfileCredentials);

impl CredentialsSource for ProfileRole {
    fn fetch(&self) -> TemporaryCredentialsFuture<'_> {
        Box::pin(async {
            let Some(role) = self.0.role()? else {
                return Err(CredentialsError::new("the profile assumes no role any more"));
            };
            let mut builder = Client::builder().credentials(role.credentials);
            if let Some(region) = role.region {
                builder = builder.region(region);
            }
            let client = builder.build().map_err(CredentialsError::new)?;
            let mut assume = AssumeRole::new(client, role.role_arn);
            if let Some(name) = role.session_name {
                assume = assume.session_name(name);
            }
            if let Some(seconds) = role.duration_seconds {
                assume = assume.duration_seconds(seconds);
            }
            assume.fetch().await
        })
    }
}
