//! The client: a service, its settings, and what its calls are sent with.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use http::HeaderMap;
use jiff::Timestamp;

use crate::answer::Response;
use crate::apsara::ApsaraStack;
use crate::call::Call;
use crate::credentials::{Credentials, CredentialsChain, CredentialsProvider};
use crate::endpoint;
use crate::error::ConfigError;
use crate::intercept::Interceptor;
use crate::job::{JobHandle, Wait};
use crate::operation::{Protocol, Service, Spec};
use crate::rate::{Limiter, RateLimit};
use crate::retry::{Budget, RetryPolicy};
use crate::secret::Secret;
use crate::security::Keyring;
use crate::sign::Signature;
use crate::transport::{self, ReqwestTransport, Transport};

/// A service to call. Generated clients wrap it; clones share everything.
#[derive(Clone)]
pub struct Client(Arc<Settings>);

/// What a client's calls have in common.
pub(crate) struct Settings {
    pub(crate) service: &'static Service,
    /// Region, project id, and whatever else fills the variables of servers and the client's parameters.
    pub(crate) values: BTreeMap<String, String>,
    pub(crate) endpoint: Option<String>,
    /// `None` for plain HTTP, which has the keyring instead.
    pub(crate) credentials: Option<Arc<dyn CredentialsProvider>>,
    pub(crate) keyring: Keyring,
    pub(crate) signature: Signature,
    pub(crate) get_requests: bool,
    /// Sent with every call.
    pub(crate) headers: HeaderMap,
    /// Whether calls go through Apsara Stack's ASAPI gateway.
    pub(crate) asapi: bool,
    pub(crate) timeout: Duration,
    pub(crate) operation_timeout: Option<Duration>,
    pub(crate) retries: RetryPolicy,
    pub(crate) budget: Budget,
    pub(crate) limiters: Vec<Limiter>,
    /// How far the service's clock is ahead of ours, in seconds, as it was found out.
    pub(crate) skew: AtomicI64,
    pub(crate) max_response_size: usize,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) interceptors: Vec<Arc<dyn Interceptor>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) nonce: Arc<dyn Fn() -> String + Send + Sync>,
    pub(crate) environment: fn(&str) -> Option<String>,
}

/// Tells the time that goes into signatures.
pub trait Clock: Send + Sync + fmt::Debug {
    /// The current time.
    fn now(&self) -> Timestamp;
}

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

impl Client {
    /// Begins a call of an operation. Generated code wraps it.
    pub fn call(&self, spec: &'static Spec) -> Call {
        Call::new(self.clone(), spec)
    }

    /// Waits for the job that an answer begins.
    pub fn wait_for<T, H>(&self, answer: &Response<T, H>) -> Wait {
        Wait::new(self.clone(), answer)
    }

    /// Waits for a job that was begun before, perhaps by another process.
    pub fn resume(&self, job: JobHandle) -> Wait {
        Wait::resume(self.clone(), job)
    }

    /// The service that is called.
    pub fn service(&self) -> &'static Service {
        self.0.service
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("service", &self.0.service.package)
            .field("endpoint", &self.0.endpoint)
            .field("settings", &self.0.values)
            .finish_non_exhaustive()
    }
}

/// Collects the settings of a client `C`, which is the generated one.
///
/// Nothing is read from the environment before the first call.
#[must_use = "a builder does nothing before `build`"]
pub struct ClientBuilder<C = Client> {
    service: &'static Service,
    values: BTreeMap<String, String>,
    endpoint: Option<String>,
    credentials: Option<Arc<dyn CredentialsProvider>>,
    keys: Vec<Key>,
    signature: Option<Signature>,
    get_requests: bool,
    apsara_stack: Option<ApsaraStack>,
    /// Settings of the default transport, and the setters that were called for them.
    http: transport::Settings,
    http_set: Vec<&'static str>,
    interceptors: Vec<Arc<dyn Interceptor>>,
    timeout: Duration,
    operation_timeout: Option<Duration>,
    retries: RetryPolicy,
    limits: Option<Vec<RateLimit>>,
    max_response_size: usize,
    transport: Option<Arc<dyn Transport>>,
    clock: Arc<dyn Clock>,
    nonce: Arc<dyn Fn() -> String + Send + Sync>,
    environment: fn(&str) -> Option<String>,
    client: PhantomData<fn() -> C>,
}

/// A key for security schemes, as the builder was told.
pub(crate) enum Key {
    Named {
        scheme: String,
        key: Secret,
    },
    /// For one scheme, or all that take a bearer token.
    Bearer {
        scheme: Option<String>,
        token: Secret,
    },
    Basic {
        user: String,
        password: Secret,
    },
}

impl<C: From<Client>> ClientBuilder<C> {
    /// A client of this service, with defaults.
    pub fn new(service: &'static Service) -> Self {
        Self {
            service,
            values: BTreeMap::new(),
            endpoint: None,
            credentials: None,
            keys: Vec::new(),
            signature: None,
            get_requests: false,
            apsara_stack: None,
            http: transport::Settings {
                redirects: service.protocol == Protocol::Http,
                ..transport::Settings::default()
            },
            http_set: Vec::new(),
            interceptors: Vec::new(),
            timeout: Duration::from_secs(60),
            operation_timeout: None,
            retries: RetryPolicy::new(),
            limits: None,
            max_response_size: 64 << 20,
            transport: None,
            clock: Arc::new(SystemClock),
            nonce: Arc::new(|| uuid::Uuid::new_v4().to_string()),
            environment: |name| std::env::var(name).ok(),
            client: PhantomData,
        }
    }

    /// The region. It chooses the endpoint and fills parameters that name the region.
    pub fn region(self, region: impl Into<String>) -> Self {
        self.parameter("region", region)
    }

    /// The project's id; by default `HUAWEICLOUD_SDK_PROJECT_ID` of the environment, for Huawei Cloud.
    pub fn project_id(self, project_id: impl Into<String>) -> Self {
        self.parameter("project_id", project_id)
    }

    /// The account's id; by default `HUAWEICLOUD_SDK_DOMAIN_ID` of the environment, for Huawei Cloud.
    pub fn domain_id(self, domain_id: impl Into<String>) -> Self {
        self.parameter("domain_id", domain_id)
    }

    /// The language of answers, such as `en-us`.
    pub fn language(self, language: impl Into<String>) -> Self {
        self.parameter("language", language)
    }

    /// Any variable of the server's URL, or parameter that is the client's and not a call's.
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.values.insert(name.into(), value.into());
        self
    }

    /// Calls this base URL, whatever the document and the region say. Without a scheme it is `https`; plain HTTP, which
    /// everyone on the way can read, is used only for a URL that begins with `http://`.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// Signs with these keys, or sends this token. By default they come from the environment, else from the vendor's profile
    /// file: see [`CredentialsChain`].
    pub fn credentials(self, credentials: Credentials) -> Self {
        self.credentials_provider(credentials)
    }

    /// Asks for credentials before each request.
    pub fn credentials_provider(mut self, provider: impl CredentialsProvider + 'static) -> Self {
        self.credentials = Some(Arc::new(provider));
        self
    }

    /// The key of an `apiKey` security scheme, by the scheme's name in the document. A scheme that the document names but doesn't
    /// declare takes one if its name is that of a header, such as `X-API-Key`.
    pub fn api_key(mut self, scheme: impl Into<String>, key: impl Into<Secret>) -> Self {
        self.keys.push(Key::Named { scheme: scheme.into(), key: key.into() });
        self
    }

    /// The token of all bearer, OAuth 2 and OpenID Connect schemes, and of those that the document doesn't declare but gives such a
    /// name.
    pub fn bearer_token(mut self, token: impl Into<Secret>) -> Self {
        self.keys.push(Key::Bearer { scheme: None, token: token.into() });
        self
    }

    /// The token of one such scheme, by its name in the document; also of one that the document doesn't declare, or whose kind isn't
    /// supported.
    pub fn bearer_token_for(mut self, scheme: impl Into<String>, token: impl Into<Secret>) -> Self {
        self.keys.push(Key::Bearer { scheme: Some(scheme.into()), token: token.into() });
        self
    }

    /// User and password of HTTP basic schemes.
    pub fn basic_auth(mut self, user: impl Into<String>, password: impl Into<Secret>) -> Self {
        self.keys.push(Key::Basic { user: user.into(), password: password.into() });
        self
    }

    /// How Alibaba Cloud's requests are signed; by default RPC signature 1.0.
    pub fn signature(mut self, signature: Signature) -> Self {
        self.signature = Some(signature);
        self
    }

    /// Sends Alibaba Cloud's requests by GET, with all parameters in the URL, where proxies and logs see them.
    pub fn get_requests(mut self) -> Self {
        self.get_requests = true;
        self
    }

    /// Calls an Apsara Stack, Alibaba Cloud's private cloud, whose address is told by [`endpoint`](Self::endpoint).
    pub fn apsara_stack(mut self, stack: ApsaraStack) -> Self {
        self.apsara_stack = Some(stack);
        self
    }

    /// Trusts these certificates of authorities, too: one or several in PEM. May be called more than once.
    pub fn root_certificate_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.http.root_certificates.push(pem.into());
        self.http_set.push("root_certificate_pem");
        self
    }

    /// Takes whatever certificate the server shows, also that of someone who pretends to be it and reads the keys' work.
    /// Only for tests; to trust a private authority use [`root_certificate_pem`](Self::root_certificate_pem).
    pub fn danger_accept_invalid_certificates(mut self) -> Self {
        self.http.invalid_certificates = true;
        self.http_set.push("danger_accept_invalid_certificates");
        self
    }

    /// Sends everything through this proxy, such as `http://user:password@host:port`. By default the proxies are those that
    /// `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` of the environment name, else the system's.
    pub fn proxy(mut self, url: impl Into<Secret>) -> Self {
        self.http.proxy = Some(url.into());
        self.http_set.push("proxy");
        self
    }

    /// Uses no proxy, whatever the environment and the system say.
    pub fn no_proxy(mut self) -> Self {
        self.http.no_proxy = true;
        self.http_set.push("no_proxy");
        self
    }

    /// The time within which a connection must come about; 10 seconds by default.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.http.connect_timeout = limit;
        self.http_set.push("connect_timeout");
        self
    }

    /// The time for one attempt, up to the end of the answer, or up to the headers if it is streamed. One minute by
    /// default.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// The time for a call with all its attempts and the pauses between them; none by default. It ends where the attempts
    /// are used up, too.
    pub fn operation_timeout(mut self, limit: Duration) -> Self {
        self.operation_timeout = Some(limit);
        self
    }

    /// How failed calls are repeated; by default up to three attempts, where nothing can happen twice.
    pub fn retries(mut self, policy: RetryPolicy) -> Self {
        self.retries = policy;
        self
    }

    /// How many requests go out in which time, retries among them; by default what the document allows a user. Tasks that share
    /// the client go by turns. Several limits hold at once, and none ends all limits.
    pub fn rate_limits(mut self, limits: impl IntoIterator<Item = RateLimit>) -> Self {
        self.limits = Some(limits.into_iter().collect());
        self
    }

    /// The most bytes that an answer may have, unless it is streamed; 64 MiB by default.
    pub fn max_response_size(mut self, bytes: usize) -> Self {
        self.max_response_size = bytes;
        self
    }

    /// Sends through this instead of [`ReqwestTransport`].
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Tells this of each attempt, before and after. May be called more than once: they are told in that order.
    pub fn interceptor(mut self, interceptor: impl Interceptor + 'static) -> Self {
        self.interceptors.push(Arc::new(interceptor));
        self
    }

    /// Reads the time for signatures from this clock.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Where signatures get their nonces from; random UUIDs by default. Only for tests.
    pub fn nonces(mut self, nonce: impl Fn() -> String + Send + Sync + 'static) -> Self {
        self.nonce = Arc::new(nonce);
        self
    }

    /// What stands in for the environment, which tests cannot set safely.
    #[cfg(test)]
    pub(crate) fn environment(mut self, environment: fn(&str) -> Option<String>) -> Self {
        self.environment = environment;
        self
    }

    /// The client. Settings that can't work for any call are errors here already.
    pub fn build(self) -> Result<C, ConfigError> {
        let service = self.service;
        // Where the service has no servers of its own, its operations may.
        if self.endpoint.is_some() || (!service.servers.is_empty() && self.values.contains_key("region")) {
            endpoint::resolve(service.servers, self.endpoint.as_deref(), &self.values).map_err(ConfigError)?;
        }
        if service.protocol == Protocol::Http && self.credentials.is_some() {
            return Err(ConfigError(format!(
                "{} signs nothing: give its keys with `.api_key(..)`, `.bearer_token(..)` or `.basic_auth(..)`",
                service.package
            )));
        }
        let aliyun_only = self.signature.is_some() || self.get_requests || self.apsara_stack.is_some();
        if service.protocol != Protocol::AliyunRpc && aliyun_only {
            return Err(ConfigError(
                "`.signature(..)`, `.get_requests()` and `.apsara_stack(..)` are for Alibaba Cloud's RPC".to_owned(),
            ));
        }
        let asapi = self.apsara_stack.as_ref().is_some_and(|stack| stack.asapi);
        let headers = match &self.apsara_stack {
            None => HeaderMap::new(),
            Some(_) if self.endpoint.is_none() => {
                return Err(ConfigError(
                    "an Apsara Stack has addresses of its own: set one with `.endpoint(..)`".to_owned(),
                ));
            }
            Some(_) if asapi && (self.get_requests || self.signature == Some(Signature::Acs3)) => {
                return Err(ConfigError("the ASAPI gateway takes POST and RPC signatures only".to_owned()));
            }
            Some(_) if asapi && service.product.is_empty() => {
                return Err(ConfigError("the API's document does not say what the ASAPI gateway calls it".to_owned()));
            }
            Some(stack) => stack.headers().map_err(ConfigError)?,
        };
        let limits = self.limits.unwrap_or_else(|| service.limits.to_vec());
        if limits.iter().any(|limit| limit.calls == 0) {
            return Err(ConfigError("a rate limit of no requests lets none through".to_owned()));
        }
        let keyring = Keyring::new(service, self.keys).map_err(ConfigError)?;
        let transport = match self.transport {
            Some(_) if !self.http_set.is_empty() => {
                let setters = self.http_set.join("(..)`, `.");
                return Err(ConfigError(format!("`.{setters}(..)` has no effect on a transport of your own")));
            }
            Some(transport) => transport,
            None => Arc::new(ReqwestTransport::build(&self.http).map_err(ConfigError)?),
        };
        let credentials = self.credentials.or(match service.protocol {
            Protocol::Http => None,
            Protocol::AliyunRpc => Some(Arc::new(CredentialsChain::aliyun())),
            Protocol::HuaweiRest => Some(Arc::new(CredentialsChain::huawei())),
        });
        Ok(C::from(Client(Arc::new(Settings {
            service,
            values: self.values,
            endpoint: self.endpoint,
            credentials,
            keyring,
            signature: self.signature.unwrap_or_default(),
            get_requests: self.get_requests,
            headers,
            asapi,
            timeout: self.timeout,
            operation_timeout: self.operation_timeout,
            retries: self.retries,
            budget: Budget::new(),
            limiters: limits.into_iter().map(Limiter::new).collect(),
            skew: AtomicI64::new(0),
            max_response_size: self.max_response_size,
            transport,
            interceptors: self.interceptors,
            clock: self.clock,
            nonce: self.nonce,
            environment: self.environment,
        }))))
    }
}

impl<C> fmt::Debug for ClientBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("service", &self.service.package)
            .field("endpoint", &self.endpoint)
            .field("settings", &self.values)
            .finish_non_exhaustive()
    }
}

impl Settings {
    /// The service's time, as far as it is known.
    pub(crate) fn now(&self) -> Timestamp {
        let now = self.clock.now();
        now.checked_add(jiff::SignedDuration::from_secs(self.skew.load(Ordering::Relaxed))).unwrap_or(now)
    }

    /// A setting of the client, if need be from the environment.
    pub(crate) fn value(&self, name: &str) -> Option<String> {
        let found = self.values.get(name).cloned();
        found.or_else(|| {
            let value = (self.environment)(self.variable(name)?)?;
            // Files and shells leave line ends behind, which no id has.
            Some(value.trim().to_owned()).filter(|value| !value.is_empty())
        })
    }

    /// The environment variable that gives a setting.
    pub(crate) fn variable(&self, name: &str) -> Option<&'static str> {
        match (self.service.protocol, name) {
            (Protocol::HuaweiRest, "project_id") => Some("HUAWEICLOUD_SDK_PROJECT_ID"),
            (Protocol::HuaweiRest, "domain_id") => Some("HUAWEICLOUD_SDK_DOMAIN_ID"),
            _ => None,
        }
    }
}
