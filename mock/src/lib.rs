//! A stand-in for any service with an OpenAPI document, and for the services of this repository.
//!
//! It validates each request against the document (parameters, body, signature) and refuses what breaks it in the
//! service's own form, and otherwise responds with the operation's sample or a value made from its schema. What was
//! created is listed, shown, changed and removed; lists have pages, and jobs go through their documented states.
//!
//! ```no_run
//! # async fn run() -> Result<(), yundb_mock::StartError> {
//! use yundb_mock::{MockServer, Options};
//!
//! let server = MockServer::start("huawei-ddm", Options::default().access_key("ak", "sk")).await?;
//! println!("the endpoint of the client is {}", server.url());
//! # Ok(())
//! # }
//! ```

mod check;
mod dotted;
mod fault;
mod gate;
mod handle;
mod ids;
mod journal;
mod listing;
mod outline;
#[allow(dead_code, reason = "the build script writes places")]
mod places;
mod refusal;
mod respond;
mod roles;
mod server;
mod service;
mod signature;
mod state;

use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::AbortHandle;

pub use fault::{Fault, Moment, Scenario, duration};
pub use journal::{Calls, Record, coverage, read as read_journal};
pub use service::{LoadError, Service};

use handle::Shared;

/// Called with each record of the journal.
pub type Log = Arc<dyn Fn(&Record) + Send + Sync>;

/// The settings of a server.
#[derive(Clone)]
pub struct Options {
    /// The port. Defaults to a free one.
    pub port: u16,
    /// Whether to serve HTTPS, with a self-signed certificate.
    pub tls: bool,
    /// Access keys with their secrets. Without any, signatures are only checked for their form.
    pub keys: Vec<(String, String)>,
    /// Tokens to accept.
    pub tokens: Vec<String>,
    /// Whether responses are random values instead of samples.
    pub dynamic: bool,
    /// The seed of random values.
    pub seed: u64,
    /// Whether each response is its sample, whatever was created, changed or removed.
    pub stateless: bool,
    /// Number of entries that each list has from the start. Defaults to those of the sample.
    pub seed_items: Option<usize>,
    /// Time that a job takes.
    pub job_time: Duration,
    /// Whether the documented rate limits are enforced.
    pub limits: bool,
    /// The faults.
    pub scenario: Scenario,
    /// Called with each record of the journal.
    pub log: Option<Log>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            tls: false,
            keys: Vec::new(),
            tokens: Vec::new(),
            dynamic: false,
            seed: 1,
            stateless: false,
            seed_items: None,
            job_time: Duration::from_secs(2),
            limits: true,
            scenario: Scenario::default(),
            log: None,
        }
    }
}

impl Options {
    /// Adds an access key.
    #[must_use]
    pub fn access_key(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.keys.push((id.into(), secret.into()));
        self
    }
}

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The document cannot be served.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The port cannot be used, or no certificate be made.
    #[error("the mock cannot listen on port {port}: {error}")]
    Listen {
        /// The port.
        port: u16,
        /// The reason.
        error: io::Error,
    },
}

/// A server on loopback, until it is dropped.
pub struct MockServer {
    url: String,
    certificate: Option<String>,
    shared: Arc<Shared>,
    task: AbortHandle,
}

impl MockServer {
    /// Serves an embedded service by its name, or a document from a file or folder.
    ///
    /// # Errors
    /// If the document cannot be read, or the port is in use.
    pub async fn start(spec: &str, options: Options) -> Result<Self, StartError> {
        Self::serve(Service::load(spec)?, options).await
    }

    /// Serves a loaded document.
    ///
    /// # Errors
    /// If the port is in use.
    pub async fn serve(service: Service, options: Options) -> Result<Self, StartError> {
        let port = options.port;
        let failed = |error| StartError::Listen { port, error };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let (tls, certificate) = match options.tls.then(server::tls).transpose().map_err(failed)? {
            Some((tls, certificate)) => (Some(tls), Some(certificate)),
            None => (None, None),
        };
        let url = format!("{}://{address}{}", if tls.is_some() { "https" } else { "http" }, service.base);
        let shared = Arc::new(Shared::new(service, options));
        let task = tokio::spawn(server::accept(listener, tls, Arc::clone(&shared))).abort_handle();
        Ok(Self { url, certificate, shared, task })
    }

    /// The base URL, for a client's endpoint.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The certificate in PEM, for a client to trust; none without TLS.
    pub fn certificate(&self) -> Option<&str> {
        self.certificate.as_deref()
    }

    /// The document.
    pub fn service(&self) -> &Service {
        &self.shared.service
    }

    /// The last 10,000 calls.
    pub fn journal(&self) -> Vec<Record> {
        self.shared.records.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Replaces the faults.
    pub fn set_scenario(&self, scenario: Scenario) {
        *self.shared.scenario.lock().unwrap_or_else(PoisonError::into_inner) = scenario;
    }
}

impl Drop for MockServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}
