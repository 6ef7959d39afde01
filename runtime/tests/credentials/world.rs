//! The environment of a test: variables, a home directory, and one server in place of all hosts.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use http::{HeaderValue, Request, Uri};
use serde_json::{Value, json};
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};
use yundb_runtime::{
    ByteStream, Credentials, CredentialsProvider, CredentialsSource, ProviderConfig, RequestBody, ReqwestTransport,
    TemporaryCredentials, Transport, TransportError,
};

/// The original host of a request, for the server.
const HOST: &str = "x-test-host";

/// Sends all requests to one server, with the original host in a header.
#[derive(Clone, Debug)]
pub struct Detour {
    server: String,
    inner: ReqwestTransport,
}

impl Transport for Detour {
    fn send(
        &self,
        mut request: Request<RequestBody>,
    ) -> futures_core::future::BoxFuture<'_, Result<http::Response<ByteStream>, TransportError>> {
        let meant = request.uri().clone();
        let origin = format!("{}://{}", meant.scheme_str().unwrap(), meant.authority().unwrap());
        let path = meant.path_and_query().map(ToString::to_string).unwrap_or_default();
        *request.uri_mut() = format!("{}{path}", self.server).parse::<Uri>().unwrap();
        request.headers_mut().insert(HOST, HeaderValue::from_str(&origin).unwrap());
        self.inner.send(request)
    }
}

pub struct World {
    pub server: MockServer,
    home: PathBuf,
    variables: BTreeMap<String, String>,
}

impl World {
    /// Without variables and files; the server responds with 404.
    pub async fn new() -> Self {
        let home = std::env::temp_dir().join(format!("yundb-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&home).unwrap();
        let variables = [("HOME".to_owned(), home.display().to_string())].into();
        Self { server: MockServer::start().await, home, variables }
    }

    pub fn set(mut self, variables: &[(&str, &str)]) -> Self {
        self.variables.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self
    }

    /// Creates a file below the home directory, and returns its path.
    pub fn file(&self, name: &str, text: &str) -> String {
        let path = self.home.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// Sets the response of this host at this path.
    pub async fn respond(&self, verb: &str, host: &str, at: &str, response: ResponseTemplate) {
        let mock = Mock::given(method(verb)).and(header(HOST, host)).and(path(at));
        mock.respond_with(response).mount(&self.server).await;
    }

    pub fn config(&self) -> ProviderConfig {
        let variables = self.variables.clone();
        ProviderConfig::new().environment(move |name| variables.get(name).cloned()).transport(self.detour())
    }

    pub fn detour(&self) -> Detour {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Detour { server: self.server.uri(), inner: ReqwestTransport::new(client) }
    }

    /// The requests to these hosts, by path.
    pub async fn requests(&self) -> Vec<Sent> {
        let requests = self.server.received_requests().await.unwrap();
        requests.into_iter().map(Sent::new).collect()
    }

    /// The only request.
    pub async fn request(&self) -> Sent {
        let mut requests = self.requests().await;
        assert_eq!(requests.len(), 1, "one request");
        requests.remove(0)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.home);
    }
}

/// A request as received.
pub struct Sent {
    /// Method, host and path.
    pub line: String,
    pub headers: http::HeaderMap,
    pub body: Vec<u8>,
    query: String,
}

impl Sent {
    fn new(request: wiremock::Request) -> Self {
        let host = request.headers[HOST].to_str().unwrap();
        Self {
            line: format!("{} {host}{}", request.method, request.url.path()),
            query: request.url.query().unwrap_or_default().to_owned(),
            headers: request.headers.clone(),
            body: request.body,
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The parameters of an RPC call: those of the URL, then those of the form.
    pub fn parameters(&self) -> BTreeMap<String, String> {
        let body = std::str::from_utf8(&self.body).unwrap();
        let pairs = self.query.split('&').chain(body.split('&')).filter(|pair| !pair.is_empty());
        let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned();
        pairs.map(|pair| pair.split_once('=').unwrap()).map(|(name, value)| (decoded(name), decoded(value))).collect()
    }

    /// Asserts the values of these parameters.
    pub fn assert_parameters(&self, expected: &[(&str, Option<&str>)]) {
        let parameters = self.parameters();
        for (name, value) in expected {
            assert_eq!(parameters.get(*name).map(String::as_str), *value, "{name}");
        }
    }

    /// Asserts that the RPC signature 1.0 is valid for this secret.
    pub fn assert_signed(&self, secret: &str) {
        let mut parameters = self.parameters();
        let signature = parameters.remove("Signature").expect("a signature");
        let all: Vec<_> = parameters.into_iter().collect();
        let signed = yundb_runtime::sign::sign_aliyun_rpc("POST", &all, &secret.into()).unwrap();
        assert_eq!(signature, signed.signature);
    }
}

pub fn ok(body: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

pub fn text(text: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_string(text)
}

/// Keys in the format of Alibaba Cloud's services.
pub fn aliyun_keys(id: &str) -> Value {
    json!({
        "Code": "Success", "AccessKeyId": id, "AccessKeySecret": "hunter-secret", "SecurityToken": "hunter-token",
        "Expiration": "2040-01-01T00:00:00Z", "LastUpdated": "2039-12-31T18:00:00Z",
    })
}

/// The response of STS.
pub fn assumed(id: &str) -> ResponseTemplate {
    ok(json!({"RequestId": "r", "AssumedRoleUser": {"Arn": "a"}, "Credentials": aliyun_keys(id)}))
}

/// The credentials in that response.
pub fn issued(id: &str) -> Credentials {
    Credentials::access_key(id, "hunter-secret").with_security_token("hunter-token")
}

pub fn until_2040(id: &str) -> TemporaryCredentials {
    TemporaryCredentials { credentials: issued(id), expires: "2040-01-01T00:00:00Z".parse().unwrap() }
}

/// The error of a source, which must contain no secrets, and whether it is "not found".
pub async fn fails(source: impl CredentialsSource) -> (bool, String) {
    let error = source.fetch().await.unwrap_err();
    assert!(!error.to_string().contains("hunter"), "{error}");
    assert!(!format!("{source:?}").contains("hunter"), "{source:?}");
    (error.is_not_found(), error.to_string())
}

/// The same for a provider.
pub async fn refuses(provider: impl CredentialsProvider) -> (bool, String) {
    let error = provider.credentials().await.unwrap_err();
    assert!(!error.to_string().contains("hunter"), "{error}");
    (error.is_not_found(), error.to_string())
}

/// An error that ends a chain.
pub fn assert_broken((not_found, error): (bool, String), parts: &[&str]) {
    assert!(!not_found, "{error}");
    for part in parts {
        assert!(error.contains(part), "{part}: {error}");
    }
}

/// An error that does not end a chain.
pub fn assert_absent((not_found, error): (bool, String), parts: &[&str]) {
    assert!(not_found, "{error}");
    for part in parts {
        assert!(error.contains(part), "{part}: {error}");
    }
}

pub fn shared<T>(value: T) -> Arc<T> {
    Arc::new(value)
}
