//! Credentials, and providers of credentials.

use std::fmt::{self, Write as _};
use std::future;
use std::pin::Pin;
use std::sync::Arc;

use crate::data::line::Line;
use crate::data::secret::Secret;

/// Credentials of a caller.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Credentials {
    /// A key pair that signs each request.
    AccessKey {
        /// The key's id (AK), which is sent.
        access_key: String,
        /// The secret key (SK), which is not sent.
        secret_key: Secret,
        /// Sent with temporary keys.
        security_token: Option<Secret>,
    },
    /// A token that is sent as is.
    Token(Secret),
}

impl Credentials {
    /// Creates a key pair (AK and SK).
    pub fn access_key(access_key: impl Into<String>, secret_key: impl Into<Secret>) -> Self {
        Self::AccessKey { access_key: access_key.into(), secret_key: secret_key.into(), security_token: None }
    }

    /// Creates a token, such as one issued by Huawei Cloud's IAM.
    pub fn token(token: impl Into<Secret>) -> Self {
        Self::Token(token.into())
    }

    /// The name of a field that is blank but must not be.
    pub(crate) fn blank(&self) -> Option<&'static str> {
        let blank = |text: &str| text.trim().is_empty();
        match self {
            Self::AccessKey { access_key, .. } if blank(access_key) => Some("the access key is empty"),
            Self::AccessKey { secret_key, .. } if blank(secret_key.expose()) => Some("the secret key is empty"),
            Self::AccessKey { security_token: Some(token), .. } if blank(token.expose()) => {
                Some("the security token is empty")
            }
            Self::Token(token) if blank(token.expose()) => Some("the token is empty"),
            Self::AccessKey { .. } | Self::Token(_) => None,
        }
    }

    /// Sets the security token of a temporary key pair. A [`Token`](Self::Token) has none and is returned unchanged.
    pub fn with_security_token(mut self, token: impl Into<Secret>) -> Self {
        if let Self::AccessKey { security_token, .. } = &mut self {
            *security_token = Some(token.into());
        }
        self
    }
}

/// Provides the credentials of each attempt, so that temporary ones can be renewed.
pub trait CredentialsProvider: fmt::Debug + Send + Sync {
    /// Returns the currently valid credentials.
    ///
    /// # Errors
    ///
    /// [`CredentialsError::not_found`] if this source is not configured, so that a
    /// [`CredentialsChain`](crate::CredentialsChain) continues with its next source; any other error ends the chain.
    fn credentials(&self) -> CredentialsFuture<'_>;

    /// Notifies the provider that the service rejected these credentials. Returns whether others are available
    /// immediately.
    fn rejected(&self, credentials: &Credentials) -> bool {
        let _ = credentials;
        false
    }

    /// Returns a client setting that belongs to the credentials, such as the `project_id` or the `region` of a profile.
    /// Called after [`credentials`](Self::credentials). Used unless the client has its own; `region` unless the client
    /// or the environment has one.
    fn setting(&self, name: &str) -> Option<String> {
        let _ = name;
        None
    }
}

/// The return type of [`CredentialsProvider::credentials`].
pub type CredentialsFuture<'a> = Pin<Box<dyn Future<Output = Result<Credentials, CredentialsError>> + Send + 'a>>;

impl CredentialsProvider for Credentials {
    fn credentials(&self) -> CredentialsFuture<'_> {
        Box::pin(future::ready(Ok(self.clone())))
    }
}

impl<P: CredentialsProvider + ?Sized> CredentialsProvider for Arc<P> {
    fn credentials(&self) -> CredentialsFuture<'_> {
        (**self).credentials()
    }

    fn rejected(&self, credentials: &Credentials) -> bool {
        (**self).rejected(credentials)
    }

    fn setting(&self, name: &str) -> Option<String> {
        (**self).setting(name)
    }
}

/// Why there are no credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialsError {
    message: String,
    not_found: bool,
}

impl CredentialsError {
    /// Creates an error of a source that is configured but fails: a key without its secret, a role that may not be
    /// assumed, a failing service. The message describes the attempt and the failure. It ends a chain, as later sources
    /// may have other permissions.
    pub fn new(message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), not_found: false }
    }

    /// Creates an error of a source that is not configured: a variable is not set, a file does not exist. The message
    /// names what was looked for. A chain continues.
    pub fn not_found(message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), not_found: true }
    }

    /// Whether the source is not configured, as opposed to failing.
    pub fn is_not_found(&self) -> bool {
        self.not_found
    }

    /// Converts the error of a source that has provided credentials before: their absence is now a failure, so that a
    /// chain does not continue with sources that have other permissions.
    pub(super) fn after_success(self) -> Self {
        if !self.not_found {
            return self;
        }
        Self::new(format_args!("{} (there were credentials before)", self.message))
    }

    /// Prefixes the message.
    pub(super) fn within(self, place: impl fmt::Display) -> Self {
        Self { message: format!("{place}: {}", self.message), ..self }
    }
}

impl fmt::Display for CredentialsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Line(f).write_str(&self.message)
    }
}

impl std::error::Error for CredentialsError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_no_secret() {
        let credentials = Credentials::access_key("ak", "hush").with_security_token("hush");
        let shown = format!("{credentials:?} {:?}", Credentials::token("hush"));
        assert!(!shown.contains("hush"), "{shown}");
    }
}
