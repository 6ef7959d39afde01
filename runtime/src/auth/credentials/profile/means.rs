//! The source of a profile's credentials.

use std::sync::Arc;

use crate::auth::credentials::cached::{CachedCredentials, CredentialsSource};
use crate::auth::credentials::config::ProviderConfig;
use crate::auth::credentials::container::ContainerCredentials;
use crate::auth::credentials::iam::FederatedCredentials;
use crate::auth::credentials::instance::InstanceCredentials;
use crate::auth::credentials::process::{self, ProcessCredentials};
use crate::auth::credentials::provider::{Credentials, CredentialsProvider};
use crate::auth::credentials::sso::{SignIn, SignInCredentials};
use crate::auth::credentials::sts::{AssumeRole, AssumeRoleWithOidc, Session};

/// The source of a profile's credentials.
#[derive(Clone, PartialEq)]
pub(super) enum Means {
    Keys(Credentials),
    /// A role, assumed with the credentials of `base`.
    Role {
        base: Box<Means>,
        role: Role,
    },
    Oidc {
        provider_arn: Option<String>,
        token_file: Option<String>,
        role: Role,
    },
    /// The ECS server; its role can be named.
    Instance(Option<String>),
    Uri(Option<String>),
    Process(String),
    SignIn(SignIn),
    Federated {
        idp_id: String,
        token_file: String,
        iam_endpoint: Option<String>,
    },
}

/// The settings of a role in the profile.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Role {
    pub(super) arn: Option<String>,
    pub(super) session_name: Option<String>,
    pub(super) policy: Option<String>,
    pub(super) external_id: Option<String>,
    pub(super) duration_seconds: Option<i64>,
    pub(super) region: Option<String>,
    pub(super) vpc: Option<bool>,
}

impl Role {
    fn describe(&self, session: &mut Session) {
        let Self { arn, session_name, policy, external_id, duration_seconds, region, vpc } = self.clone();
        session.role_arn = arn;
        session.name = session_name;
        session.policy = policy;
        session.external_id = external_id.map(Into::into);
        session.duration_seconds = duration_seconds;
        session.region = region;
        session.vpc = vpc;
    }
}

impl Means {
    pub(super) fn provider(&self, config: &ProviderConfig) -> Arc<dyn CredentialsProvider> {
        match self {
            Self::Keys(keys) => Arc::new(keys.clone()),
            Self::Role { base, role } => {
                let mut source = AssumeRole::new(base.provider(config), "").configure(config);
                role.describe(&mut source.session);
                cached(source, config)
            }
            Self::Oidc { provider_arn, token_file, role } => {
                let mut source = AssumeRoleWithOidc::new().configure(config);
                role.describe(&mut source.session);
                if let Some(arn) = provider_arn {
                    source = source.provider_arn(arn);
                }
                if let Some(path) = token_file {
                    source = source.token_file(path);
                }
                cached(source, config)
            }
            Self::Instance(role) => {
                let source = InstanceCredentials::aliyun().configure(config);
                match role {
                    Some(role) => cached(source.role(role), config),
                    None => cached(source, config),
                }
            }
            Self::Uri(uri) => {
                let source = ContainerCredentials::aliyun().configure(config);
                match uri {
                    Some(uri) => cached(source.uri(uri), config),
                    None => cached(source, config),
                }
            }
            Self::Process(command) => {
                let source = CachedCredentials::new(ProcessCredentials::new(command).configure(config));
                // A little more than the command's own limit, whose error is more specific.
                let limit = process::LIMIT + std::time::Duration::from_secs(1);
                Arc::new(source.with_clock(config.own_clock()).load_timeout(limit))
            }
            Self::SignIn(sign_in) => cached(SignInCredentials::new(sign_in.clone(), config), config),
            Self::Federated { idp_id, token_file, iam_endpoint } => {
                let source = FederatedCredentials::new().configure(config).idp_id(idp_id).token_file(token_file);
                match iam_endpoint {
                    Some(url) => cached(source.iam_endpoint(url), config),
                    None => cached(source, config),
                }
            }
        }
    }
}

fn cached(source: impl CredentialsSource + 'static, config: &ProviderConfig) -> Arc<dyn CredentialsProvider> {
    Arc::new(CachedCredentials::new(source).with_clock(config.own_clock()))
}
