//! Overrides of the client's settings by a call.

use std::sync::Arc;
use std::time::Duration;

use super::settings::Settings;
use crate::auth::credentials::CredentialsProvider;
use crate::response::Account;
use crate::retry::RetryStrategy;

#[derive(Clone, Default)]
pub(super) struct Overrides {
    pub(super) timeout: Option<Duration>,
    pub(super) operation_timeout: Option<Duration>,
    pub(super) retries: Option<Arc<dyn RetryStrategy>>,
    pub(super) idempotent: Option<bool>,
    pub(super) credentials: Option<Arc<dyn CredentialsProvider>>,
    pub(super) endpoint: Option<String>,
}

impl Overrides {
    pub(super) fn timeout(&self, settings: &Settings) -> Duration {
        self.timeout.unwrap_or(settings.timeout)
    }

    pub(super) fn operation_timeout(&self, settings: &Settings) -> Option<Duration> {
        self.operation_timeout.or(settings.operation_timeout)
    }

    pub(super) fn retries<'a>(&'a self, settings: &'a Settings) -> &'a Arc<dyn RetryStrategy> {
        self.retries.as_ref().unwrap_or(&settings.retries)
    }

    /// The base URL that overrides the document and the region.
    pub(super) fn endpoint<'a>(&'a self, settings: &'a Settings) -> Option<&'a str> {
        self.endpoint.as_deref().or(settings.endpoint.as_deref())
    }

    pub(super) fn account(&self) -> Account {
        Account { credentials: self.credentials.clone(), endpoint: self.endpoint.clone() }
    }

    /// `None` if requests are not signed. An error if they are not, but the call has credentials.
    pub(super) fn credentials<'a>(
        &'a self,
        settings: &'a Settings,
    ) -> Result<Option<&'a dyn CredentialsProvider>, String> {
        if self.credentials.is_some() && !settings.vendor.signs() {
            return Err(format!(
                "{} does not sign requests: set a call's keys with `.extra_header(..)`",
                settings.service.package
            ));
        }
        Ok(self.credentials.as_deref().or(settings.credentials.as_deref()))
    }
}

/// Defines the override methods for a type with a field `overrides`.
macro_rules! override_methods {
    ($name:ident) => {
        impl $name {
            /// Sets the time limit of one attempt of this call, instead of the client's.
            pub fn timeout(mut self, limit: ::std::time::Duration) -> Self {
                self.overrides.timeout = Some(limit);
                self
            }

            /// Sets the time limit of this call with all attempts and the pauses between them, instead of the client's.
            pub fn with_operation_timeout(mut self, limit: ::std::time::Duration) -> Self {
                self.overrides.operation_timeout = Some(limit);
                self
            }

            /// Sets the retry strategy of this call, instead of the client's.
            pub fn with_retries(mut self, strategy: impl $crate::retry::RetryStrategy + 'static) -> Self {
                self.overrides.retries = Some(::std::sync::Arc::new(strategy));
                self
            }

            /// Sets whether this call can be repeated without repeating a side effect, regardless of the document and
            /// the method.
            pub fn with_idempotency(mut self, idempotent: bool) -> Self {
                self.overrides.idempotent = Some(idempotent);
                self
            }

            /// Signs this call with these credentials instead of the client's.
            pub fn with_credentials(
                mut self,
                provider: impl $crate::auth::credentials::CredentialsProvider + 'static,
            ) -> Self {
                self.overrides.credentials = Some(::std::sync::Arc::new(provider));
                self
            }

            /// Sets the base URL of this call, like the builder's `endpoint`.
            pub fn with_endpoint(mut self, url: impl Into<String>) -> Self {
                self.overrides.endpoint = Some(url.into());
                self
            }
        }
    };
}

pub(super) use override_methods;
