//! Access keys and tokens, and their sources.

mod address;
mod cached;
mod chain;
mod config;
mod container;
mod document;
mod environment;
mod exchange;
mod iam;
mod instance;
mod process;
mod profile;
mod provider;
mod sso;
mod sts;

pub use cached::{CachedCredentials, CredentialsSource, TemporaryCredentials, TemporaryCredentialsFuture};
pub use chain::CredentialsChain;
pub use config::ProviderConfig;
pub use container::ContainerCredentials;
pub use environment::EnvironmentCredentials;
pub(crate) use exchange::LookupError;
pub use iam::{AssumeAgencyWithOidc, FederatedCredentials};
pub(crate) use iam::{Directory, IAM_REGIONS};
pub use instance::InstanceCredentials;
pub use process::ProcessCredentials;
pub use profile::ProfileCredentials;
pub use provider::{Credentials, CredentialsError, CredentialsFuture, CredentialsProvider};
pub use sts::{AssumeRole, AssumeRoleWithOidc};
