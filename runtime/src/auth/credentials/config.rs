//! The environment of credentials sources.

use std::env;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::provider::CredentialsError;
use crate::transport::Transport;
use crate::transport::clock::{Clock, SystemClock};

/// Looks up an environment variable.
type Lookup = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// The environment of credentials sources: variables and the home directory, the transport for requests to services,
/// and the clock. Defaults to those of the process; tests, and programs that host others, can replace them.
#[derive(Clone)]
pub struct ProviderConfig {
    lookup: Lookup,
    transport: Option<Arc<dyn Transport>>,
    clock: Arc<dyn Clock>,
}

impl Default for ProviderConfig {
    fn default() -> Self {
        Self { lookup: Arc::new(|name| env::var(name).ok()), transport: None, clock: Arc::new(SystemClock) }
    }
}

impl ProviderConfig {
    /// The environment of the process.
    pub fn new() -> Self {
        Self::default()
    }

    /// Looks up variables here instead of in the process's environment. Profile files are located by `HOME`.
    pub fn environment(mut self, lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        self.lookup = Arc::new(lookup);
        self
    }

    /// Sets the transport for requests to services that issue credentials, including metadata services. Defaults to
    /// [`ReqwestTransport`](crate::ReqwestTransport), which uses no proxy for metadata and container services.
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Sets the clock for dates, and for pauses between attempts.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// A variable's value without the surrounding whitespace that files and shells leave behind. A blank one counts as
    /// unset.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        let value = (self.lookup)(name)?.trim().to_owned();
        Some(value).filter(|value| !value.is_empty())
    }

    /// Whether a variable has a true value.
    pub(super) fn is_set(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value.eq_ignore_ascii_case("true") || value == "1")
    }

    pub(crate) fn home(&self) -> Result<PathBuf, CredentialsError> {
        let home = self.get("HOME").map(PathBuf::from).or_else(env::home_dir);
        home.ok_or_else(|| CredentialsError::not_found("there is no home directory to search for profiles"))
    }

    /// Like [`transport`](Self::transport), for a shared one.
    pub(crate) fn with_transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    pub(crate) fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    pub(super) fn own_transport(&self) -> Option<Arc<dyn Transport>> {
        self.transport.clone()
    }

    pub(super) fn own_clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }
}

impl fmt::Debug for ProviderConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderConfig")
            .field("transport", &self.transport)
            .field("clock", &self.clock)
            .finish_non_exhaustive()
    }
}
