//! A sequence of credential sources.

use std::sync::OnceLock;

use super::cached::{CachedCredentials, CredentialsSource};
use super::config::ProviderConfig;
use super::container::ContainerCredentials;
use super::environment::EnvironmentCredentials;
use super::iam::{AssumeAgencyWithOidc, FederatedCredentials};
use super::instance::InstanceCredentials;
use super::profile::ProfileCredentials;
use super::provider::{Credentials, CredentialsError, CredentialsFuture, CredentialsProvider};
use super::sts::AssumeRoleWithOidc;

/// A sequence of sources. The first one that has credentials provides them, and is the only one used from then on.
///
/// A source that is not configured ([`CredentialsError::is_not_found`]) is skipped. One that is configured but fails (a
/// key without its secret, a role that may not be assumed) ends the chain with its error: the next one may have other
/// permissions. For the same reason the chain stays with the source that provided credentials: if that one has none
/// later, it is an error.
#[derive(Debug, Default)]
pub struct CredentialsChain {
    links: Vec<Box<dyn CredentialsProvider>>,
    /// Index of the source that provided credentials. It never changes: another source may have broader permissions.
    settled: OnceLock<usize>,
}

impl CredentialsChain {
    /// Creates an empty chain.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a source.
    pub fn or(mut self, provider: impl CredentialsProvider + 'static) -> Self {
        self.links.push(Box::new(provider));
        self
    }

    fn or_cached(self, config: &ProviderConfig, source: impl CredentialsSource + 'static) -> Self {
        self.or(CachedCredentials::new(source).with_clock(config.own_clock()))
    }

    /// The default of Huawei Cloud's clients, in the order of the vendor's own SDK: an agency assumed with an OIDC
    /// token ([`AssumeAgencyWithOidc`]), keys for an identity provider's token ([`FederatedCredentials`]), keys in the
    /// environment, the profile file, the agency of the ECS server, and the identity of a pod
    /// ([`ContainerCredentials`]).
    pub fn huawei() -> Self {
        Self::huawei_with(&ProviderConfig::new())
    }

    /// Like [`huawei`](Self::huawei), with another environment.
    pub fn huawei_with(config: &ProviderConfig) -> Self {
        Self::new()
            .or_cached(config, AssumeAgencyWithOidc::new().configure(config))
            .or_cached(config, FederatedCredentials::new().configure(config))
            .or(EnvironmentCredentials::huawei().configure(config))
            .or(ProfileCredentials::huawei().configure(config))
            .or_cached(config, InstanceCredentials::huawei().configure(config))
            .or_cached(config, ContainerCredentials::huawei().configure(config))
    }

    /// The default of Alibaba Cloud's clients, in the order of the vendor's own SDK: keys in the environment, a role
    /// assumed with an OIDC token ([`AssumeRoleWithOidc`], which is RRSA in Kubernetes), the profile files, the RAM
    /// role of the ECS server, and the service at `ALIBABA_CLOUD_CREDENTIALS_URI` ([`ContainerCredentials`]).
    pub fn aliyun() -> Self {
        Self::aliyun_with(&ProviderConfig::new())
    }

    /// Like [`aliyun`](Self::aliyun), with another environment.
    pub fn aliyun_with(config: &ProviderConfig) -> Self {
        Self::new()
            .or(EnvironmentCredentials::aliyun().configure(config))
            .or_cached(config, AssumeRoleWithOidc::new().configure(config))
            .or(ProfileCredentials::aliyun().configure(config))
            .or_cached(config, InstanceCredentials::aliyun().configure(config))
            .or_cached(config, ContainerCredentials::aliyun().configure(config))
    }

    fn settled(&self) -> Option<&dyn CredentialsProvider> {
        self.settled.get().map(|place| &*self.links[*place])
    }
}

/// The credentials of the source that provided them before.
async fn again(link: &dyn CredentialsProvider) -> Result<Credentials, CredentialsError> {
    link.credentials().await.map_err(CredentialsError::after_success)
}

impl CredentialsProvider for CredentialsChain {
    fn credentials(&self) -> CredentialsFuture<'_> {
        Box::pin(async move {
            if let Some(link) = self.settled() {
                return again(link).await;
            }
            let mut tried = Vec::new();
            for (place, link) in self.links.iter().enumerate() {
                match link.credentials().await {
                    Ok(credentials) => {
                        // A concurrent caller may have settled on another source in the meantime.
                        let settled = *self.settled.get_or_init(|| place);
                        return if settled == place { Ok(credentials) } else { again(&*self.links[settled]).await };
                    }
                    Err(error) if error.is_not_found() => tried.push(error.to_string()),
                    Err(error) if tried.is_empty() => return Err(error),
                    Err(error) => {
                        return Err(CredentialsError::new(format_args!("{error} (before that: {})", tried.join("; "))));
                    }
                }
            }
            if tried.is_empty() {
                tried.push("there is no credentials source".to_owned());
            }
            Err(CredentialsError::not_found(tried.join("; ")))
        })
    }

    fn rejected(&self, credentials: &Credentials) -> bool {
        self.settled().is_some_and(|link| link.rejected(credentials))
    }

    fn setting(&self, name: &str) -> Option<String> {
        self.settled().and_then(|link| link.setting(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_source_with_credentials_is_used() {
        let nowhere = || EnvironmentCredentials::huawei().with_lookup(|_| None);
        let missing = || ProfileCredentials::huawei().file("/nowhere/credentials");
        let chain = CredentialsChain::new().or(nowhere()).or(missing()).or(Credentials::access_key("a", "s"));
        assert_eq!(chain.credentials().await, Ok(Credentials::access_key("a", "s")));
        let error = error_of(CredentialsChain::new().or(nowhere()).or(missing())).await;
        assert!(error.contains("HUAWEICLOUD_SDK_AK is not set"), "{error}");
        assert!(error.contains("; /nowhere/credentials: there is no such file"), "{error}");
        assert_eq!(error_of(CredentialsChain::new()).await, "there is no credentials source");
    }

    async fn error_of(provider: impl CredentialsProvider) -> String {
        provider.credentials().await.unwrap_err().to_string()
    }
}
