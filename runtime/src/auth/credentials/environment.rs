//! Credentials from environment variables.

use std::fmt;
use std::future;

use super::config::ProviderConfig;
use super::provider::{Credentials, CredentialsError, CredentialsFuture, CredentialsProvider};

/// Credentials from the vendor's own environment variables, read for each attempt. A blank variable counts as unset.
///
/// # Errors
///
/// "Not found" if none of the variables is set. An access key without its secret, or the reverse, is an error that ends
/// a chain.
#[derive(Clone)]
pub struct EnvironmentCredentials {
    families: &'static [Variables],
    /// The variable for a token alone.
    token: Option<&'static str>,
    config: ProviderConfig,
}

/// Variables that belong together: keys of one family are never combined with a token of another.
struct Variables {
    access_key: &'static str,
    secret_key: &'static str,
    security_token: &'static str,
}

static HUAWEI: [Variables; 1] = [Variables {
    access_key: "HUAWEICLOUD_SDK_AK",
    secret_key: "HUAWEICLOUD_SDK_SK",
    security_token: "HUAWEICLOUD_SDK_SECURITY_TOKEN",
}];

static ALIYUN: [Variables; 3] = [
    Variables {
        access_key: "ALIBABA_CLOUD_ACCESS_KEY_ID",
        secret_key: "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
        security_token: "ALIBABA_CLOUD_SECURITY_TOKEN",
    },
    Variables {
        access_key: "ALIBABACLOUD_ACCESS_KEY_ID",
        secret_key: "ALIBABACLOUD_ACCESS_KEY_SECRET",
        security_token: "ALIBABACLOUD_SECURITY_TOKEN",
    },
    Variables {
        access_key: "ALICLOUD_ACCESS_KEY_ID",
        secret_key: "ALICLOUD_ACCESS_KEY_SECRET",
        security_token: "ALICLOUD_SECURITY_TOKEN",
    },
];

impl EnvironmentCredentials {
    /// `HUAWEICLOUD_SDK_AK`, `HUAWEICLOUD_SDK_SK` and, for temporary keys, `HUAWEICLOUD_SDK_SECURITY_TOKEN`.
    pub fn huawei() -> Self {
        Self { families: &HUAWEI, token: None, config: ProviderConfig::new() }
    }

    /// Creates a provider for `ALIBABA_CLOUD_ACCESS_KEY_ID`, `ALIBABA_CLOUD_ACCESS_KEY_SECRET` and, for temporary keys,
    /// `ALIBABA_CLOUD_SECURITY_TOKEN`; the same with the older prefixes `ALIBABACLOUD_` and `ALICLOUD_`; else the token
    /// `ALIBABA_CLOUD_BEARER_TOKEN`.
    pub fn aliyun() -> Self {
        Self { families: &ALIYUN, token: Some("ALIBABA_CLOUD_BEARER_TOKEN"), config: ProviderConfig::new() }
    }

    /// Looks up the variables in this environment.
    pub fn configure(mut self, config: &ProviderConfig) -> Self {
        self.config = config.clone();
        self
    }

    /// Looks up the variables with this function instead of in the process's environment.
    pub fn with_lookup(mut self, lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        self.config = self.config.environment(lookup);
        self
    }

    fn load(&self) -> Result<Credentials, CredentialsError> {
        for Variables { access_key, secret_key, security_token } in self.families {
            let half = |set: &str, missing: &str| {
                Err(CredentialsError::new(format_args!(
                    "the environment: {set} is set, but {missing} is not, or is empty"
                )))
            };
            match (self.config.get(access_key), self.config.get(secret_key)) {
                (None, None) => {}
                (Some(_), None) => return half(access_key, secret_key),
                (None, Some(_)) => return half(secret_key, access_key),
                (Some(key), Some(secret)) => {
                    let keys = Credentials::access_key(key, secret);
                    return Ok(match self.config.get(security_token) {
                        Some(token) => keys.with_security_token(token),
                        None => keys,
                    });
                }
            }
        }
        if let Some(token) = self.token.and_then(|name| self.config.get(name)) {
            return Ok(Credentials::token(token));
        }
        let Variables { secret_key, security_token, .. } = &self.families[0];
        Err(CredentialsError::not_found(format_args!(
            "the environment: {} is not set (along with {secret_key} and, for temporary keys, {security_token})",
            self.names().join(" or ")
        )))
    }

    /// The variables whose presence indicates credentials.
    fn names(&self) -> Vec<&'static str> {
        self.families.iter().map(|family| family.access_key).chain(self.token).collect()
    }
}

impl CredentialsProvider for EnvironmentCredentials {
    fn credentials(&self) -> CredentialsFuture<'_> {
        Box::pin(future::ready(self.load()))
    }
}

impl fmt::Debug for EnvironmentCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EnvironmentCredentials").field(&self.names()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn with(provider: EnvironmentCredentials, variables: &'static [(&str, &str)]) -> EnvironmentCredentials {
        provider.with_lookup(|wanted| {
            let found = variables.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[tokio::test]
    async fn reads_the_vendors_variables() {
        let huawei = with(
            EnvironmentCredentials::huawei(),
            &[("HUAWEICLOUD_SDK_AK", "ak"), ("HUAWEICLOUD_SDK_SK", "sk\n"), ("HUAWEICLOUD_SDK_SECURITY_TOKEN", "")],
        );
        assert_eq!(huawei.credentials().await, Ok(Credentials::access_key("ak", "sk")));

        let aliyun = with(
            EnvironmentCredentials::aliyun(),
            &[
                ("ALIBABA_CLOUD_ACCESS_KEY_ID", "id"),
                ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret"),
                ("ALIBABA_CLOUD_SECURITY_TOKEN", "token"),
            ],
        );
        let expected = Credentials::access_key("id", "secret").with_security_token("token");
        assert_eq!(Arc::new(aliyun).credentials().await, Ok(expected));
    }

    #[tokio::test]
    async fn older_names_are_families() {
        let aliyun = with(
            EnvironmentCredentials::aliyun(),
            &[
                ("ALIBABA_CLOUD_SECURITY_TOKEN", "of-other-keys"),
                ("ALICLOUD_ACCESS_KEY_ID", "id"),
                ("ALICLOUD_ACCESS_KEY_SECRET", "secret"),
                ("ALIBABA_CLOUD_BEARER_TOKEN", "bearer"),
            ],
        );
        assert_eq!(aliyun.credentials().await, Ok(Credentials::access_key("id", "secret")));
        let bearer = with(EnvironmentCredentials::aliyun(), &[("ALIBABA_CLOUD_BEARER_TOKEN", "bearer")]);
        assert_eq!(bearer.credentials().await, Ok(Credentials::token("bearer")));
    }

    #[tokio::test]
    async fn incomplete_keys_are_not_missing_keys() {
        let error_of = async |provider: EnvironmentCredentials| {
            let error = provider.credentials().await.unwrap_err();
            (error.is_not_found(), error.to_string())
        };
        let blank = with(EnvironmentCredentials::huawei(), &[("HUAWEICLOUD_SDK_AK", " "), ("HUAWEICLOUD_SDK_SK", "")]);
        let (not_found, error) = error_of(blank).await;
        assert!(
            not_found && error.starts_with("the environment: HUAWEICLOUD_SDK_AK is not set (along with"),
            "{error}"
        );
        for half in [
            &[("HUAWEICLOUD_SDK_SK", "hunter2"), ("HUAWEICLOUD_SDK_AK", "")] as &'static [_],
            &[("HUAWEICLOUD_SDK_AK", "hunter2")],
        ] {
            let (not_found, error) = error_of(with(EnvironmentCredentials::huawei(), half)).await;
            assert!(
                !not_found && error.contains("is set, but HUAWEICLOUD_SDK_") && !error.contains("hunter2"),
                "{error}"
            );
        }
        let (_, error) = error_of(with(EnvironmentCredentials::aliyun(), &[])).await;
        assert!(error.contains("ALIBABA_CLOUD_ACCESS_KEY_ID or ALIBABACLOUD_ACCESS_KEY_ID or"), "{error}");
    }
}
