//! Several sources of credentials, one after the other.

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

/// Several sources, one after the other, of which the first that has credentials gives them, and is the only one asked from then on.
///
/// A source where nothing is found ([`CredentialsError::is_not_found`]) is passed over. One that has something which does not work (a
/// key without its secret, a role that may not be assumed) ends the chain with its error: the next one may have other rights.
/// For the same reason the chain stays with the source that gave credentials: where that one has none later, it is an error.
#[derive(Debug, Default)]
pub struct CredentialsChain {
    links: Vec<Box<dyn CredentialsProvider>>,
    /// The place of the link that gave credentials, which never changes: another one may have broader rights.
    settled: OnceLock<usize>,
}

impl CredentialsChain {
    /// No source yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// With another source, which is asked after those before.
    pub fn or(mut self, provider: impl CredentialsProvider + 'static) -> Self {
        self.links.push(Box::new(provider));
        self
    }

    fn or_cached(self, config: &ProviderConfig, source: impl CredentialsSource + 'static) -> Self {
        self.or(CachedCredentials::new(source).with_clock(config.own_clock()))
    }

    /// What Huawei Cloud's clients use by default, in the order of the vendor's own SDK: an agency by a token of OIDC
    /// ([`AssumeAgencyWithOidc`]), keys for an identity provider's token ([`FederatedCredentials`]) and then keys of the environment, the
    /// profile file, the agency of the server that this runs on, and the identity of a pod ([`ContainerCredentials`]).
    pub fn huawei() -> Self {
        Self::huawei_with(&ProviderConfig::new())
    }

    /// The same, looked up in other surroundings.
    pub fn huawei_with(config: &ProviderConfig) -> Self {
        Self::new()
            .or_cached(config, AssumeAgencyWithOidc::new().configure(config))
            .or_cached(config, FederatedCredentials::new().configure(config))
            .or(EnvironmentCredentials::huawei().configure(config))
            .or(ProfileCredentials::huawei().configure(config))
            .or_cached(config, InstanceCredentials::huawei().configure(config))
            .or_cached(config, ContainerCredentials::huawei().configure(config))
    }

    /// What Alibaba Cloud's clients use by default, in the order of the vendor's own SDK: keys of the environment, a role by a token of
    /// OIDC ([`AssumeRoleWithOidc`], which is RRSA in Kubernetes), the profile files, the RAM role of the server that this runs on, and the
    /// service that `ALIBABA_CLOUD_CREDENTIALS_URI` names ([`ContainerCredentials`]).
    pub fn aliyun() -> Self {
        Self::aliyun_with(&ProviderConfig::new())
    }

    /// The same, looked up in other surroundings.
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

/// What the link gives that gave credentials before.
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
                        // Another caller may have settled on another link in the meantime.
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
                tried.push("there is no source of credentials".to_owned());
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
    async fn the_first_that_has_some() {
        let nowhere = || EnvironmentCredentials::huawei().with_lookup(|_| None);
        let missing = || ProfileCredentials::huawei().file("/nowhere/credentials");
        let chain = CredentialsChain::new().or(nowhere()).or(missing()).or(Credentials::access_key("a", "s"));
        assert_eq!(chain.credentials().await, Ok(Credentials::access_key("a", "s")));
        let error = says(CredentialsChain::new().or(nowhere()).or(missing())).await;
        assert!(error.contains("HUAWEICLOUD_SDK_AK is not set"), "{error}");
        assert!(error.contains("; /nowhere/credentials: there is no such file"), "{error}");
        assert_eq!(says(CredentialsChain::new()).await, "there is no source of credentials");
    }

    async fn says(provider: impl CredentialsProvider) -> String {
        provider.credentials().await.unwrap_err().to_string()
    }
}
