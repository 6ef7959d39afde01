//! The builder of a client.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OnceCell;

use super::applies::{HasKeys, HasLanguages, HasProjects, HasRegions, IsAlibabaCloud, IsHuaweiCloud, SignsRequests};
use super::handle::Client;
use super::headers::DefaultHeaders;
use super::interceptor::Interceptor;
use super::last_base::LastBase;
use super::limiter::RateLimiter;
use super::lookups::Lookups;
use super::settings::Settings;
use super::skews::Skews;
use crate::auth::credentials::{Credentials, CredentialsProvider};
use crate::auth::keyring::{Key, Keyring};
use crate::auth::sign::Signature;
use crate::data::config_error::ConfigError;
use crate::data::secret::Secret;
use crate::data::service::{Protocol, RateLimit, Service};
use crate::request::{self, Values};
use crate::retry::{RetryBudget, RetryPolicy, RetryStrategy};
use crate::transport::clock::{Clock, SystemClock};
use crate::transport::random::{self, Nonces};
use crate::transport::{ReadLimits, ReqwestTransport, ReqwestTransportBuilder, StallProtection, Transport};
use crate::vendors::{self, ApsaraStack, Options};

/// The builder of a client `C`, usually a generated one.
///
/// Settings that are not set here may come from the environment. It is read at each call, except for the CA bundle,
/// which `build` reads, and the addresses in `regions.yaml`, which the first call reads. A file that exists but cannot
/// be read fails the call:
/// | setting | Alibaba Cloud | Huawei Cloud |
/// |---|---|---|
/// | region | `ALIBABA_CLOUD_REGION_ID`, else `region_id` of the credentials' profile | `HUAWEICLOUD_SDK_REGION`, else `region` of the credentials' profile |
/// | endpoint, here of DTS and DRS | `ALIBABA_CLOUD_DTS_ENDPOINT` | `HUAWEICLOUD_SDK_REGION_DRS_CN_NORTH_4` for that region, `HUAWEICLOUD_SDK_DRS_ENDPOINT`, else by region in the file that `HUAWEICLOUD_SDK_REGIONS_FILE` names or `~/.huaweicloud/regions.yaml`, of which the first address counts |
/// | authorities to trust besides the system's, as a file in PEM | `ALIBABA_CLOUD_CA_BUNDLE` | |
/// | ids of project and account | | `HUAWEICLOUD_SDK_PROJECT_ID`, `HUAWEICLOUD_SDK_DOMAIN_ID` |
/// | credentials | see [`CredentialsChain`](crate::CredentialsChain) | the same |
#[must_use = "a builder does nothing before `build`"]
pub struct ClientBuilder<C = Client> {
    service: &'static Service,
    values: BTreeMap<String, String>,
    endpoint: Option<String>,
    credentials: Option<Arc<dyn CredentialsProvider>>,
    /// The problem with the given credentials, if there is one.
    wrong_credentials: Option<&'static str>,
    keys: Vec<Key>,
    signature: Option<Signature>,
    derived_for: Option<String>,
    get_requests: bool,
    apsara_stack: Option<ApsaraStack>,
    /// Headers added to every request.
    headers: DefaultHeaders,
    /// Settings of the default transport.
    pub(super) http: ReqwestTransportBuilder,
    interceptors: Vec<Arc<dyn Interceptor>>,
    pub(super) timeout: Duration,
    pub(super) operation_timeout: Option<Duration>,
    pub(super) read_limits: ReadLimits,
    retries: Arc<dyn RetryStrategy>,
    budget: RetryBudget,
    limiter: Option<RateLimiter>,
    max_response_size: usize,
    transport: Option<Arc<dyn Transport>>,
    clock: Arc<dyn Clock>,
    nonce: Arc<Nonces>,
    client: PhantomData<fn() -> C>,
}

impl<C: From<Client>> ClientBuilder<C> {
    /// Creates a builder for this service, with the default settings.
    pub fn new(service: &'static Service) -> Self {
        Self {
            service,
            values: BTreeMap::new(),
            endpoint: None,
            credentials: None,
            wrong_credentials: None,
            keys: Vec::new(),
            signature: None,
            derived_for: None,
            get_requests: false,
            apsara_stack: None,
            headers: DefaultHeaders::default(),
            http: ReqwestTransport::builder(),
            interceptors: Vec::new(),
            timeout: Duration::from_secs(60),
            operation_timeout: None,
            read_limits: ReadLimits { read_timeout: None, stall: Some(StallProtection::new()) },
            retries: Arc::new(RetryPolicy::new()),
            budget: RetryBudget::default(),
            limiter: None,
            max_response_size: 64 << 20,
            transport: None,
            clock: Arc::new(SystemClock),
            nonce: Arc::new(random::nonce),
            client: PhantomData,
        }
    }

    /// Sets the region. It selects the endpoint and fills parameters for the region. Defaults to the region of the
    /// environment, else of the profile that the credentials come from.
    pub fn region(self, region: impl Into<String>) -> Self
    where
        C: HasRegions,
    {
        self.parameter("region", region)
    }

    /// Sets the project's id. For Huawei Cloud it defaults to that of the profile that the credentials come from, else
    /// to `HUAWEICLOUD_SDK_PROJECT_ID` of the environment, else to the region's default project, which is looked up in
    /// IAM once, before the first call that needs it.
    pub fn project_id(self, project_id: impl Into<String>) -> Self
    where
        C: HasProjects,
    {
        self.parameter("project_id", project_id)
    }

    /// Sets the account's id. For Huawei Cloud it defaults to that of the profile that the credentials come from, else
    /// to `HUAWEICLOUD_SDK_DOMAIN_ID` of the environment, else to the one that IAM returns, before the first call that
    /// needs it.
    pub fn domain_id(self, domain_id: impl Into<String>) -> Self
    where
        C: HasProjects,
    {
        self.parameter("domain_id", domain_id)
    }

    /// Sets the language of responses, such as `en-us`.
    pub fn language(self, language: impl Into<String>) -> Self
    where
        C: HasLanguages,
    {
        self.parameter("language", language)
    }

    /// Sets a variable of the server's URL, or a parameter that belongs to the client rather than to a call.
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.values.insert(name.into(), value.into());
        self
    }

    /// Sets the base URL of all calls, regardless of the document and the region. The scheme defaults to `https`; plain
    /// HTTP, which anyone on the path can read, is used only if the URL begins with `http://`.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// Signs with these keys, or sends this token; empty ones fail [`build`](Self::build). Defaults to the sources that
    /// the vendor's own SDK searches: see [`CredentialsChain`](crate::CredentialsChain).
    pub fn credentials(self, credentials: Credentials) -> Self
    where
        C: SignsRequests,
    {
        let wrong_credentials = credentials.blank();
        Self { wrong_credentials, ..self.credentials_provider(credentials) }
    }

    /// Requests credentials from this provider before each attempt.
    pub fn credentials_provider(mut self, provider: impl CredentialsProvider + 'static) -> Self
    where
        C: SignsRequests,
    {
        self.wrong_credentials = None;
        self.credentials = Some(Arc::new(provider));
        self
    }

    /// Sets the key of an `apiKey` security scheme, by the scheme's name in the document. A scheme that the document
    /// references but does not declare accepts a key if its name is a header name, such as `X-API-Key`.
    pub fn api_key(mut self, scheme: impl Into<String>, key: impl Into<Secret>) -> Self
    where
        C: HasKeys,
    {
        self.keys.push(Key::Named { scheme: scheme.into(), key: key.into() });
        self
    }

    /// Sets the token of all bearer, OAuth 2 and OpenID Connect schemes, and of undeclared schemes with a name of that
    /// kind.
    pub fn bearer_token(mut self, token: impl Into<Secret>) -> Self
    where
        C: HasKeys,
    {
        self.keys.push(Key::Bearer { scheme: None, token: token.into() });
        self
    }

    /// Sets the token of one such scheme, by its name in the document. The scheme may be undeclared, or of an
    /// unsupported kind.
    pub fn bearer_token_for(mut self, scheme: impl Into<String>, token: impl Into<Secret>) -> Self
    where
        C: HasKeys,
    {
        self.keys.push(Key::Bearer { scheme: Some(scheme.into()), token: token.into() });
        self
    }

    /// Sets the user and password of HTTP basic schemes.
    pub fn basic_auth(mut self, user: impl Into<String>, password: impl Into<Secret>) -> Self
    where
        C: HasKeys,
    {
        self.keys.push(Key::Basic { user: user.into(), password: password.into() });
        self
    }

    /// Sets the signature algorithm for Alibaba Cloud. Defaults to RPC signature 1.0.
    pub fn signature(mut self, signature: Signature) -> Self
    where
        C: IsAlibabaCloud,
    {
        self.signature = Some(signature);
        self
    }

    /// Signs Huawei Cloud's requests with a key that is derived from the secret key for the day, the
    /// [`region`](Self::region) and this service (`V11-HMAC-SHA256`), as some services require. The service has the
    /// name that the vendor's SDK uses for derived keys, such as `iotdm`. Defaults to signing with the secret key
    /// itself (`SDK-HMAC-SHA256`).
    pub fn derived_signature(mut self, service: impl Into<String>) -> Self
    where
        C: IsHuaweiCloud,
    {
        self.derived_for = Some(service.into());
        self
    }

    /// Sends Alibaba Cloud's requests by GET, with all parameters in the URL, where they are visible to proxies and
    /// logs.
    pub fn get_requests(mut self) -> Self
    where
        C: IsAlibabaCloud,
    {
        self.get_requests = true;
        self
    }

    /// Configures the client for an Apsara Stack, Alibaba Cloud's private cloud. Its address is set by
    /// [`endpoint`](Self::endpoint).
    pub fn apsara_stack(mut self, stack: ApsaraStack) -> Self
    where
        C: IsAlibabaCloud,
    {
        self.apsara_stack = Some(stack);
        self
    }

    /// Adds a header to every request, unless the document or the call sets it. Can be called more than once.
    pub fn default_header(mut self, name: impl Into<String>, value: impl Into<Secret>) -> Self {
        self.headers.pairs.push((name.into(), value.into()));
        self
    }

    /// Sets the name of the program, such as `my-shop/1.2`, for the service's logs. It is appended to the client's own
    /// `User-Agent`, with any transport. It may contain letters, digits, `/` and the other characters of an HTTP token.
    pub fn app_name(mut self, name: impl Into<String>) -> Self {
        self.headers.app_name = Some(name.into());
        self
    }

    /// Sets the retry strategy: a [`RetryPolicy`] or a custom one. Defaults to up to three attempts, and to no retry
    /// that could repeat a side effect.
    pub fn retries(mut self, strategy: impl RetryStrategy + 'static) -> Self {
        self.retries = Arc::new(strategy);
        self
    }

    /// Sets the budget that pays for retries; it can be shared with other clients. Defaults to a budget of the client's
    /// own.
    pub fn retry_budget(mut self, budget: RetryBudget) -> Self {
        self.budget = budget;
        self
    }

    /// Sets the rate limits of requests, including retries. Defaults to the limits per user in the document. Tasks that
    /// share the client take turns. All limits apply at once; an empty list removes them.
    pub fn rate_limits(self, limits: impl IntoIterator<Item = RateLimit>) -> Self {
        self.rate_limiter(RateLimiter::new(limits))
    }

    /// Like [`rate_limits`](Self::rate_limits), with a limiter that other clients of the same user can share.
    pub fn rate_limiter(mut self, limiter: RateLimiter) -> Self {
        self.limiter = Some(limiter);
        self
    }

    /// Sets the maximum size of a response in bytes, unless it is streamed. Defaults to 64 MiB.
    pub fn max_response_size(mut self, bytes: usize) -> Self {
        self.max_response_size = bytes;
        self
    }

    /// Sends requests through this transport instead of [`ReqwestTransport`].
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Calls this interceptor before and after each attempt. Can be called more than once: interceptors run in the
    /// order they were added.
    pub fn interceptor(mut self, interceptor: impl Interceptor + 'static) -> Self {
        self.interceptors.push(Arc::new(interceptor));
        self
    }

    /// Sets the clock for the dates of signatures, and for pauses: between attempts, for rate limits, and while waiting
    /// for jobs.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Sets the source of signature nonces. Defaults to random UUIDs. For tests only.
    pub fn nonces(mut self, nonce: impl Fn() -> String + Send + Sync + 'static) -> Self {
        self.nonce = Arc::new(move || Ok(nonce()));
        self
    }

    /// Returns the builder of a client without generated operations and with the settings of every service, for
    /// programs that are generic over clients: the client converts into a `C`.
    pub fn untyped(self) -> ClientBuilder {
        ClientBuilder {
            service: self.service,
            values: self.values,
            endpoint: self.endpoint,
            credentials: self.credentials,
            wrong_credentials: self.wrong_credentials,
            keys: self.keys,
            signature: self.signature,
            derived_for: self.derived_for,
            get_requests: self.get_requests,
            apsara_stack: self.apsara_stack,
            headers: self.headers,
            http: self.http,
            interceptors: self.interceptors,
            timeout: self.timeout,
            operation_timeout: self.operation_timeout,
            read_limits: self.read_limits,
            retries: self.retries,
            budget: self.budget,
            limiter: self.limiter,
            max_response_size: self.max_response_size,
            transport: self.transport,
            clock: self.clock,
            nonce: self.nonce,
            client: PhantomData,
        }
    }

    /// Builds the client. Fails if a setting cannot work for any call.
    pub fn build(self) -> Result<C, ConfigError> {
        self.settings().map(|settings| C::from(Client::new(settings))).map_err(ConfigError)
    }

    fn settings(self) -> Result<Settings, String> {
        let service = self.service;
        let vendor = vendors::of(service.protocol);
        let values = Values {
            set: self.values,
            found: HashMap::new(),
            // A client with an address of its own does not use the vendor's public services.
            by_region: if self.endpoint.is_none() { vendor.discoverable_by_region() } else { &[] },
            variable: vendor.variable(),
            environment: |name| std::env::var(name).ok(),
        };
        // If the service has no servers of its own, its operations may have some.
        if self.endpoint.is_some() || (!service.servers.is_empty() && values.set.contains_key("region")) {
            request::resolve(service.servers, self.endpoint.as_deref(), &values)?;
        }
        if !vendor.signs() && self.credentials.is_some() {
            return Err(format!(
                "{} does not sign requests: set its keys with `.api_key(..)`, `.bearer_token(..)` or `.basic_auth(..)`",
                service.package
            ));
        }
        if let Some(wrong) = self.wrong_credentials {
            return Err(wrong.to_owned());
        }
        if vendor.signs() && !self.keys.is_empty() {
            return Err(format!("{} requires `.credentials(..)`, which can also be a token", service.package));
        }
        let aliyun_only = self.signature.is_some() || self.get_requests || self.apsara_stack.is_some();
        if !vendor.rpc() && aliyun_only {
            return Err(
                "`.signature(..)`, `.get_requests()` and `.apsara_stack(..)` are for Alibaba Cloud's RPC".to_owned()
            );
        }
        let (stack, has_endpoint) = (self.apsara_stack.as_ref(), self.endpoint.is_some());
        if self.derived_for.is_some() && service.protocol != Protocol::HuaweiRest {
            return Err("`.derived_signature(..)` is for Huawei Cloud".to_owned());
        }
        let (options, mut headers) = Options::new(service, self.signature, self.get_requests, stack, has_endpoint)?;
        let options = Options { derived_for: self.derived_for, ..options };
        let limiter = self.limiter.unwrap_or_else(|| RateLimiter::new(service.limits.iter().copied()));
        if limiter.is_closed() {
            return Err("a rate limit of 0 requests blocks every call".to_owned());
        }
        self.headers.add_to(&mut headers)?;
        let keyring = Keyring::new(service, self.keys)?;
        let http = if vendor.signs() { self.http } else { self.http.follow_redirects() };
        Ok(Settings {
            service,
            vendor,
            endpoint: self.endpoint,
            transport: transport(self.transport, http, values.get("ca_bundle"))?,
            values,
            credentials: self.credentials.or_else(|| vendor.credentials()),
            keyring,
            options,
            headers,
            timeout: self.timeout,
            operation_timeout: self.operation_timeout,
            retries: self.retries,
            read_limits: self.read_limits,
            budget: self.budget,
            limiter,
            skews: Skews::default(),
            last_base: LastBase::default(),
            lookups: Lookups::default(),
            regions: OnceCell::new(),
            max_response_size: self.max_response_size,
            interceptors: self.interceptors,
            clock: self.clock,
            nonce: self.nonce,
        })
    }
}

/// The builder's transport, or the default one, which also trusts the authorities in this file.
fn transport(
    own: Option<Arc<dyn Transport>>,
    http: ReqwestTransportBuilder,
    ca_bundle: Option<String>,
) -> Result<Arc<dyn Transport>, String> {
    match own {
        Some(_) if !http.setters().is_empty() => {
            let setters = http.setters().join("(..)`, `.");
            Err(format!("`.{setters}(..)` has no effect on a custom transport"))
        }
        Some(transport) => Ok(transport),
        None => {
            let http = ca_bundle.into_iter().fold(http, |http, path| http.root_certificate_file(path.into()));
            Ok(Arc::new(http.build().map_err(|error| error.0)?))
        }
    }
}

impl<C> fmt::Debug for ClientBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("service", &self.service.package)
            .field("endpoint", &self.endpoint.as_deref().map(request::without_user))
            .field("settings", &self.values)
            .finish_non_exhaustive()
    }
}
