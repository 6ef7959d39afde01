//! What sources of credentials look things up in.

use std::env;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::provider::CredentialsError;
use crate::transport::Transport;
use crate::transport::clock::{Clock, SystemClock};

/// How a variable is looked up.
type Lookup = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// What sources of credentials look things up in: the environment and the home directory, the transport through which services
/// are asked, and the time. By default these are the process's own; tests and programs that host others give them theirs.
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
    /// The process's own.
    pub fn new() -> Self {
        Self::default()
    }

    /// Looks variables up here instead of in the process's environment. `HOME` is one of them: profile files are below it.
    pub fn environment(mut self, lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        self.lookup = Arc::new(lookup);
        self
    }

    /// Asks the services that issue credentials, metadata services among them, through this transport. By default it is
    /// [`ReqwestTransport`](crate::ReqwestTransport), which uses no proxy for metadata services and services beside the program.
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Takes the time from this clock, and lets it pass the pauses between attempts.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// A variable's value without the blanks and line ends that files and shells leave behind. What is empty then is not set.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        let value = (self.lookup)(name)?.trim().to_owned();
        Some(value).filter(|value| !value.is_empty())
    }

    /// Whether a variable says yes.
    pub(super) fn is_set(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value.eq_ignore_ascii_case("true") || value == "1")
    }

    pub(crate) fn home(&self) -> Result<PathBuf, CredentialsError> {
        let home = self.get("HOME").map(PathBuf::from).or_else(env::home_dir);
        home.ok_or_else(|| CredentialsError::not_found("no home directory to look for profiles in"))
    }

    /// As [`transport`](Self::transport), for one that others have, too.
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
