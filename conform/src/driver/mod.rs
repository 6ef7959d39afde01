//! The library for emitted drivers: inputs as JSON, and the typed client's results.
//!
//! [`emit::source`] writes one function for each operation: it takes its [`Inputs`] by location and wire name, passes
//! them to the typed client and encodes the result again. The engine calls these functions without any of the client's
//! types.

pub mod emit;
mod encoded;
mod inputs;
pub mod route;

use std::collections::BTreeMap;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use yundb_runtime::{ClientBuilder, ConfigError, Credentials, ErrorKind, RetryPolicy};

use crate::transport::Wire;

pub use encoded::{Encoded, Item, Payload, ended, events, json, lines, nothing, stream, text};
pub use inputs::{Given, Inputs, Key, Unusable};

/// The result of a call, or the reason why it could not be made.
pub type Ended = Result<Outcome, Unusable>;

/// Calls one operation through the typed client.
pub type Call<C> = fn(C, Inputs) -> BoxFuture<'static, Ended>;

/// An operation of an emitted driver: HTTP method, path as in the document, and the function that calls it.
pub type Entry<C> = (&'static str, &'static str, Call<C>);

/// The result of a call, as seen by the typed client.
#[derive(Debug)]
pub enum Outcome {
    /// A success.
    Success(Box<Success>),
    /// An error.
    Failure(Box<Failure>),
}

/// A success.
#[derive(Debug)]
pub struct Success {
    /// The HTTP status.
    pub status: u16,
    /// The request id.
    pub request_id: Option<String>,
    /// The typed body.
    pub body: Encoded,
    /// The typed headers.
    pub headers: Encoded,
    /// `Debug` of the call and the response, plain and pretty-printed.
    pub debug: String,
}

/// An error.
#[derive(Debug)]
pub struct Failure {
    /// The step at which the call failed.
    pub kind: ErrorKind,
    /// The operation's documented name.
    pub operation: String,
    /// The HTTP status, if there was a response.
    pub status: Option<u16>,
    /// The service's error code.
    pub code: Option<String>,
    /// The service's message.
    pub message: Option<String>,
    /// The request id.
    pub request_id: Option<String>,
    /// Whether the call may be repeated.
    pub retryable: bool,
    /// Path and message of each violation.
    pub violations: Vec<(String, String)>,
    /// The typed body, if it could be read.
    pub body: Option<Encoded>,
    /// The typed headers, if they could be read.
    pub headers: Option<Encoded>,
    /// The bytes of the response.
    pub raw_body: Bytes,
    /// The error's `Display`: one line.
    pub display: String,
    /// `Debug` of the call and the error, plain and pretty-printed.
    pub debug: String,
}

/// The configuration of a client.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The base URL.
    pub endpoint: String,
    /// Whether calls are signed with an access key.
    pub signed: bool,
    /// Names of `apiKey` schemes.
    pub api_keys: Vec<String>,
    /// Names of schemes that take a bearer token.
    pub bearer_tokens: Vec<String>,
    /// Whether there is a scheme with user and password.
    pub basic: bool,
    /// The values of parameters that the client fills.
    pub parameters: BTreeMap<String, String>,
    /// The transport.
    pub wire: Wire,
}

/// The key, token, user and password of clients.
pub const DUMMY: &str = "conform";

/// An emitted driver.
pub struct Driver(Box<Connect>);

type Connect = dyn Fn(&Settings) -> Result<Connected, ConfigError>;

/// A client ready for calls.
pub struct Connected(BTreeMap<(&'static str, &'static str), Erased>);

type Erased = Box<dyn Fn(Inputs) -> BoxFuture<'static, Ended>>;

impl Driver {
    /// A driver of the client that this builder creates, with the tables of its operations.
    pub fn new<C>(builder: fn() -> ClientBuilder<C>, tables: &'static [&'static [Entry<C>]]) -> Self
    where
        C: From<yundb_runtime::Client> + Clone + 'static,
    {
        Self(Box::new(move |settings| {
            let client = build(builder(), settings)?;
            let entries = tables.iter().copied().flatten().map(|(method, path, call)| {
                let client = client.clone();
                let call: Erased = Box::new(move |inputs| call(client.clone(), inputs));
                ((*method, *path), call)
            });
            Ok(Connected(entries.collect()))
        }))
    }

    /// Builds the client.
    pub(crate) fn connect(&self, settings: &Settings) -> Result<Connected, ConfigError> {
        (self.0)(settings)
    }
}

fn build<C: From<yundb_runtime::Client>>(builder: ClientBuilder<C>, settings: &Settings) -> Result<C, ConfigError> {
    // Each case has one response; retries are tested elsewhere.
    let mut builder = builder
        .untyped()
        .endpoint(&settings.endpoint)
        .transport(settings.wire.clone())
        .retries(RetryPolicy::none())
        .rate_limits([]);
    if settings.signed {
        builder = builder.credentials(Credentials::access_key(DUMMY, DUMMY));
    }
    for scheme in &settings.api_keys {
        builder = builder.api_key(scheme, DUMMY);
    }
    for scheme in &settings.bearer_tokens {
        builder = builder.bearer_token_for(scheme, DUMMY);
    }
    if settings.basic {
        builder = builder.basic_auth(DUMMY, DUMMY);
    }
    for (name, value) in &settings.parameters {
        builder = builder.parameter(name, value);
    }
    builder.build().map(C::from)
}

impl Connected {
    /// Calls an operation; `None` if the client does not have it.
    pub(crate) fn call(&self, method: &str, path: &str, inputs: Inputs) -> Option<BoxFuture<'static, Ended>> {
        self.0.get(&(method, path)).map(|call| call(inputs))
    }

    /// Whether the client has an operation.
    pub(crate) fn has(&self, method: &str, path: &str) -> bool {
        self.0.contains_key(&(method, path))
    }
}
