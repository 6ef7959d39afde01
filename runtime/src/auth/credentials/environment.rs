//! Credentials from environment variables.

use std::env;
use std::fmt;
use std::future;
use std::sync::Arc;

use super::provider::{Credentials, CredentialsError, CredentialsFuture, CredentialsProvider};

/// Credentials from the vendor's own environment variables, read anew for each attempt.
#[derive(Clone)]
pub struct EnvironmentCredentials {
    variables: &'static Variables,
    lookup: Lookup,
}

/// How a variable is looked up.
type Lookup = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

struct Variables {
    access_key: &'static str,
    secret_key: &'static str,
    security_token: &'static str,
}

static HUAWEI: Variables = Variables {
    access_key: "HUAWEICLOUD_SDK_AK",
    secret_key: "HUAWEICLOUD_SDK_SK",
    security_token: "HUAWEICLOUD_SDK_SECURITY_TOKEN",
};

static ALIYUN: Variables = Variables {
    access_key: "ALIBABA_CLOUD_ACCESS_KEY_ID",
    secret_key: "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    security_token: "ALIBABA_CLOUD_SECURITY_TOKEN",
};

impl EnvironmentCredentials {
    /// `HUAWEICLOUD_SDK_AK`, `HUAWEICLOUD_SDK_SK` and, for temporary keys, `HUAWEICLOUD_SDK_SECURITY_TOKEN`.
    pub fn huawei() -> Self {
        Self::new(&HUAWEI)
    }

    /// `ALIBABA_CLOUD_ACCESS_KEY_ID`, `ALIBABA_CLOUD_ACCESS_KEY_SECRET` and, for temporary keys,
    /// `ALIBABA_CLOUD_SECURITY_TOKEN`.
    pub fn aliyun() -> Self {
        Self::new(&ALIYUN)
    }

    fn new(variables: &'static Variables) -> Self {
        Self { variables, lookup: Arc::new(|name| env::var(name).ok()) }
    }

    /// Looks the variables up elsewhere than in the process's environment.
    pub fn with_lookup(mut self, lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        self.lookup = Arc::new(lookup);
        self
    }

    /// A variable's value, or what is wrong with it. Files and shells leave line ends behind, which no key has.
    fn read(&self, name: &'static str) -> Result<String, String> {
        match (self.lookup)(name) {
            Some(value) if value.trim().is_empty() => Err(format!("{name} is empty")),
            Some(value) => Ok(value.trim().to_owned()),
            None => Err(format!("{name} is not set")),
        }
    }

    fn load(&self) -> Result<Credentials, CredentialsError> {
        let Variables { access_key, secret_key, security_token } = *self.variables;
        match (self.read(access_key), self.read(secret_key)) {
            (Ok(ak), Ok(sk)) => {
                let credentials = Credentials::access_key(ak, sk);
                Ok(match self.read(security_token) {
                    Ok(token) => credentials.with_security_token(token),
                    Err(_) => credentials,
                })
            }
            (ak, sk) => {
                let wrong: Vec<String> = [ak, sk].into_iter().filter_map(Result::err).collect();
                Err(CredentialsError::new(format_args!(
                    "no credentials in the environment: {} (looked for {access_key}, {secret_key} and, optionally, \
                     {security_token})",
                    wrong.join(", "),
                )))
            }
        }
    }
}

impl CredentialsProvider for EnvironmentCredentials {
    fn credentials(&self) -> CredentialsFuture<'_> {
        Box::pin(future::ready(self.load()))
    }
}

impl fmt::Debug for EnvironmentCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EnvironmentCredentials").field(&self.variables.access_key).finish()
    }
}

#[cfg(test)]
mod tests {
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
    async fn says_what_is_missing() {
        let provider = with(EnvironmentCredentials::huawei(), &[("HUAWEICLOUD_SDK_SK", "")]);
        assert_eq!(
            provider.credentials().await.unwrap_err().to_string(),
            "no credentials in the environment: HUAWEICLOUD_SDK_AK is not set, HUAWEICLOUD_SDK_SK is empty (looked for \
             HUAWEICLOUD_SDK_AK, HUAWEICLOUD_SDK_SK and, optionally, HUAWEICLOUD_SDK_SECURITY_TOKEN)",
        );
    }
}
