//! Settings shared by all calls of a client.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use jiff::Timestamp;
use tokio::sync::OnceCell;

use super::interceptor::Interceptor;
use super::last_base::LastBase;
use super::limiter::RateLimiter;
use super::lookups::Lookups;
use super::skews::{Ahead, Skews};
use crate::auth::credentials::CredentialsProvider;
use crate::auth::keyring::Keyring;
use crate::data::service::Service;
use crate::request::Values;
use crate::retry::{RetryBudget, RetryStrategy};
use crate::transport::clock::Clock;
use crate::transport::random::Nonces;
use crate::transport::{ReadLimits, Transport};
use crate::vendors::{Options, Regions, Vendor};

pub(crate) struct Settings {
    pub(crate) service: &'static Service,
    pub(crate) vendor: &'static dyn Vendor,
    pub(crate) values: Values,
    pub(crate) endpoint: Option<String>,
    /// `None` if requests are not signed, but use the keys in the keyring.
    pub(crate) credentials: Option<Arc<dyn CredentialsProvider>>,
    pub(crate) keyring: Keyring,
    pub(crate) options: Options,
    /// Sent with every call.
    pub(crate) headers: HeaderMap,
    pub(crate) timeout: Duration,
    pub(crate) operation_timeout: Option<Duration>,
    pub(crate) read_limits: ReadLimits,
    pub(crate) retries: Arc<dyn RetryStrategy>,
    pub(crate) budget: RetryBudget,
    pub(crate) limiter: RateLimiter,
    pub(crate) skews: Skews,
    pub(super) last_base: LastBase,
    pub(crate) lookups: Lookups,
    /// The addresses in the user's file of regions, read once.
    pub(crate) regions: OnceCell<Regions>,
    pub(crate) max_response_size: usize,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) interceptors: Vec<Arc<dyn Interceptor>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) nonce: Arc<Nonces>,
}

impl Settings {
    /// The current time of a service whose clock is ahead by this many seconds.
    pub(crate) fn now_with(&self, skew: i64) -> Timestamp {
        Ahead(self.clock.clone(), skew).now()
    }
}
