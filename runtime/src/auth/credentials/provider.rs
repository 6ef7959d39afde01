//! Who calls: access keys and tokens, and where they come from.

use std::fmt::{self, Write as _};
use std::future;
use std::pin::Pin;
use std::sync::Arc;

use crate::data::line::Line;
use crate::data::secret::Secret;

/// What proves who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Credentials {
    /// A key pair that signs each request.
    AccessKey {
        /// The key's id (AK), which is sent.
        access_key: String,
        /// The key itself (SK), which is not.
        secret_key: Secret,
        /// Sent along with temporary keys.
        security_token: Option<Secret>,
    },
    /// A token that is sent as it is.
    Token(Secret),
}

impl Credentials {
    /// A key pair (AK and SK).
    pub fn access_key(access_key: impl Into<String>, secret_key: impl Into<Secret>) -> Self {
        Self::AccessKey { access_key: access_key.into(), secret_key: secret_key.into(), security_token: None }
    }

    /// A token, such as Huawei IAM issues.
    pub fn token(token: impl Into<Secret>) -> Self {
        Self::Token(token.into())
    }

    /// What is empty, or nothing but blanks, that must not be: nobody is known by it.
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

    /// The security token that came with a temporary key pair. A [`Token`](Self::Token) has none and stays as it is.
    pub fn with_security_token(mut self, token: impl Into<Secret>) -> Self {
        if let Self::AccessKey { security_token, .. } = &mut self {
            *security_token = Some(token.into());
        }
        self
    }
}

/// Gives the credentials of each attempt, so that temporary ones can be renewed.
pub trait CredentialsProvider: fmt::Debug + Send + Sync {
    /// The credentials that are valid now.
    ///
    /// # Errors
    ///
    /// [`CredentialsError::not_found`] if there is nothing here, so that a [`CredentialsChain`](crate::CredentialsChain) goes on to
    /// its next link; any other error ends the chain.
    fn credentials(&self) -> CredentialsFuture<'_>;

    /// Takes note that the service did not accept these, and says whether others can be had at once.
    fn rejected(&self, credentials: &Credentials) -> bool {
        let _ = credentials;
        false
    }

    /// A setting of the client that stands beside the credentials, such as the `project_id` or the `region` of a profile. It is asked
    /// for after the credentials, and counts if the client was given none; `region` only if the environment has none either.
    fn setting(&self, name: &str) -> Option<String> {
        let _ = name;
        None
    }
}

/// What [`CredentialsProvider::credentials`] returns.
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
    /// There is something, and it does not work: a key without its secret, a role that may not be assumed, a service that fails. The
    /// message says what was tried and what went wrong. A chain ends here: what comes after it may have other rights.
    pub fn new(message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), not_found: false }
    }

    /// There is nothing here: a variable is not set, a file does not exist. The message says what was looked for. A chain goes on.
    pub fn not_found(message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), not_found: true }
    }

    /// Whether there is nothing, as opposed to something that does not work.
    pub fn is_not_found(&self) -> bool {
        self.not_found
    }

    /// The same from a source that has given credentials before: that it has none now is a failure, so that a chain does not go on to
    /// sources that have other rights.
    pub(super) fn after_success(self) -> Self {
        if !self.not_found {
            return self;
        }
        Self::new(format_args!("{} (there were credentials before)", self.message))
    }

    /// The same, with this in front.
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
