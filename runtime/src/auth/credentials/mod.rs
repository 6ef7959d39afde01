//! Who calls: access keys and tokens, and where they come from.

mod cached;
mod chain;
mod environment;
mod instance;
mod profile;
mod provider;

pub use cached::{CachedCredentials, CredentialsSource, TemporaryCredentials, TemporaryCredentialsFuture};
pub use chain::CredentialsChain;
pub use environment::EnvironmentCredentials;
pub use instance::InstanceCredentials;
pub use profile::{ProfileCredentials, RoleProfile};
pub use provider::{Credentials, CredentialsError, CredentialsFuture, CredentialsProvider};
