//! Several sources of credentials, one after the other.

use std::fmt;

use super::cached::CachedCredentials;
use super::environment::EnvironmentCredentials;
use super::instance::InstanceCredentials;
use super::profile::ProfileCredentials;
use super::provider::{Credentials, CredentialsError, CredentialsFuture, CredentialsProvider};

/// Several sources, of which the first that has credentials gives them.
#[derive(Debug, Default)]
pub struct CredentialsChain(Vec<Box<dyn CredentialsProvider>>);

impl CredentialsChain {
    /// No source yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// With another source, which is asked after those before.
    pub fn or(mut self, provider: impl CredentialsProvider + 'static) -> Self {
        self.0.push(Box::new(provider));
        self
    }

    /// What Huawei Cloud's clients use unless told otherwise: the environment, then the profile file, then the
    /// agency of the server that this runs on.
    pub fn huawei() -> Self {
        Self::new()
            .or(EnvironmentCredentials::huawei())
            .or(ProfileCredentials::huawei())
            .or(CachedCredentials::new(InstanceCredentials::huawei()))
    }

    /// What Alibaba Cloud's clients use unless told otherwise: the environment, then the profile file, then the
    /// RAM role of the server that this runs on.
    pub fn aliyun() -> Self {
        Self::new()
            .or(EnvironmentCredentials::aliyun())
            .or(ProfileCredentials::aliyun())
            .or(CachedCredentials::new(InstanceCredentials::aliyun()))
    }
}

impl CredentialsProvider for CredentialsChain {
    fn credentials(&self) -> CredentialsFuture<'_> {
        Box::pin(async move {
            let mut tried = Vec::new();
            for provider in &self.0 {
                match provider.credentials().await {
                    Ok(credentials) => return Ok(credentials),
                    Err(error) => tried.push(error.to_string()),
                }
            }
            Err(CredentialsError::new(Tried(&tried)))
        })
    }

    fn rejected(&self, credentials: &Credentials) -> bool {
        // Whose they are is not known here; whoever did not give them does nothing.
        self.0.iter().any(|provider| provider.rejected(credentials))
    }
}

struct Tried<'a>(&'a [String]);

impl fmt::Display for Tried<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { f.write_str("no source of credentials") } else { f.write_str(&self.0.join("; ")) }
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
        assert!(error.contains("; /nowhere/credentials: "), "{error}");
        assert_eq!(says(CredentialsChain::new()).await, "no source of credentials");
    }

    async fn says(provider: impl CredentialsProvider) -> String {
        provider.credentials().await.unwrap_err().to_string()
    }
}
