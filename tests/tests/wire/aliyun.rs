//! Alibaba Cloud: every operation's request and response against its samples, with each way of signing.

use std::collections::BTreeMap;

use serde_json::Value;
use wiremock::Request;
use yundb_aliyun_dg as dg;
use yundb_runtime::sign::Signature;
use yundb_runtime::{Client, ClientBuilder, Credentials};
use yundb_tests::each_service;

use super::calls::{self, Received, Tables};
use super::compare::differences;
use super::signature::{self, assert_now};
use super::spec::{Operation, Samples, Service};
use crate::server::{Server, header};

const KEY: &str = "LTAI-test";
const SECRET: &str = "sk/test+key=";
const TOKEN: &str = "CAIS/+ =~*token";

/// The configuration of a client, and thereby the form of its requests.
#[derive(Clone, Copy, Default)]
struct Way {
    get: bool,
    token: bool,
    acs3: bool,
}

impl Way {
    fn set_up(self, mut builder: ClientBuilder, operation: &Operation) -> ClientBuilder {
        for param in &operation.params {
            if let Some(setting) = &param.client {
                builder = builder.parameter(setting, param.as_text());
            }
        }
        let mut credentials = Credentials::access_key(KEY, SECRET);
        if self.token {
            credentials = credentials.with_security_token(TOKEN);
        }
        if self.get {
            builder = builder.get_requests();
        }
        if self.acs3 {
            builder = builder.signature(Signature::Acs3);
        }
        builder.credentials(credentials)
    }
}

/// Calls every operation of a service and checks request and response.
async fn call_all<C: From<Client> + Clone>(
    service: &Service,
    tables: Tables<C>,
    builder: fn() -> ClientBuilder<C>,
    way: Way,
) {
    for operation in &service.operations {
        let server = Server::returning([operation.response()]).await;
        let client = C::from(server.client(way.set_up(builder().untyped(), operation)));
        let received = calls::call(service, tables, &client, operation).await;
        let received = received.unwrap_or_else(|error| panic!("{}: {}", operation.id, error.display));
        check_request(&server.request().await, operation, service, way);
        check_response(&received, operation);
    }
}

fn check_request(request: &Request, operation: &Operation, service: &Service, way: Way) {
    let id = &operation.id;
    assert_eq!(request.method.as_str(), if way.get { "GET" } else { "POST" }, "{id}");
    assert_eq!(request.url.path(), "/", "{id}");
    let mut query = map(signature::query(request), id);
    let form = map(signature::pairs(&request.body), id);

    let expected_type = (!form.is_empty()).then_some("application/x-www-form-urlencoded");
    assert_eq!(header(request, "content-type"), expected_type, "{id}");

    if way.acs3 {
        check_acs3(request, operation, service, way);
        query.remove("Format");
    } else {
        let mut common = BTreeMap::new();
        for name in COMMON.iter().chain(way.token.then_some(&"SecurityToken")) {
            let value = query.remove(*name).unwrap_or_else(|| panic!("{id}: no {name} in the query"));
            common.insert(*name, value);
        }
        assert_eq!(common["Action"], operation.name, "{id}");
        assert_eq!(common["Version"], service.version, "{id}");
        assert_eq!(common["Format"], "JSON", "{id}");
        assert_eq!(common["SignatureMethod"], "HMAC-SHA1", "{id}");
        assert_eq!(common["SignatureVersion"], "1.0", "{id}");
        assert_eq!(common["AccessKeyId"], KEY, "{id}");
        assert!(common["SignatureNonce"].len() >= 16, "{id}");
        assert_now(&common["Timestamp"], false);
        assert_eq!(common.get("SecurityToken").map(String::as_str), way.token.then_some(TOKEN), "{id}");
        assert_eq!(common["Signature"], signature::rpc(request, SECRET), "{id}");
        assert_eq!(header(request, "authorization"), None, "{id}");
    }

    // The rest of the query is the operation's own.
    let (own, other) = if way.get { (query, form) } else { (form, query) };
    assert!(other.is_empty(), "{id}: {other:?}");
    check_own(&own, operation);
}

const COMMON: [&str; 9] = [
    "Action",
    "Version",
    "Format",
    "SignatureMethod",
    "SignatureNonce",
    "Timestamp",
    "AccessKeyId",
    "SignatureVersion",
    "Signature",
];

/// Exactly the parameters of the sample, with exactly its values.
fn check_own(own: &BTreeMap<String, String>, operation: &Operation) {
    let id = &operation.id;
    let mut expected = BTreeMap::new();
    for param in operation.params_in("query") {
        if param.json {
            let sent = own.get(&param.name).unwrap_or_else(|| panic!("{id}: no {}", param.name));
            assert_eq!(serde_json::from_str::<Value>(sent).unwrap(), param.value, "{id} {}", param.name);
            expected.insert(param.name.clone(), sent.clone());
        } else {
            pieces(&param.name, &param.value, &mut expected);
        }
    }
    assert_eq!(*own, expected, "{id}");
}

/// An object is sent field by field, `Endpoint.Port`, and a list element by element, `Tag.1.Key`.
fn pieces(name: &str, value: &Value, into: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(field, value)| pieces(&format!("{name}.{field}"), value, into))
        }
        Value::Array(elements) => {
            for (index, value) in elements.iter().enumerate() {
                pieces(&format!("{name}.{}", index + 1), value, into);
            }
        }
        Value::String(text) => _ = into.insert(name.to_owned(), text.clone()),
        other => _ = into.insert(name.to_owned(), other.to_string()),
    }
}

fn check_acs3(request: &Request, operation: &Operation, service: &Service, way: Way) {
    let id = &operation.id;
    assert_eq!(header(request, "x-acs-action"), Some(&*operation.name), "{id}");
    assert_eq!(header(request, "x-acs-version"), Some(&*service.version), "{id}");
    assert!(header(request, "x-acs-signature-nonce").unwrap().len() >= 16, "{id}");
    assert_now(header(request, "x-acs-date").unwrap(), false);
    assert_eq!(header(request, "x-acs-security-token"), way.token.then_some(TOKEN), "{id}");
    assert_eq!(header(request, "accept"), Some("application/json"), "{id}");
    assert_eq!(header(request, "authorization"), Some(&*signature::acs3(request, KEY, SECRET)), "{id}");
}

fn map(pairs: Vec<(String, String)>, id: &str) -> BTreeMap<String, String> {
    let count = pairs.len();
    let map: BTreeMap<_, _> = pairs.into_iter().collect();
    assert_eq!(map.len(), count, "{id}: a parameter is sent twice");
    map
}

/// Some responses are inside of an object named after the operation.
pub(super) fn without_envelope(sample: &Value) -> &Value {
    let only = sample.as_object().filter(|fields| fields.len() == 1).and_then(|fields| fields.iter().next());
    only.filter(|(name, inner)| name.ends_with("Response") && inner.is_object()).map_or(sample, |(_, inner)| inner)
}

/// The typed response has everything in the sample, and every value has its type.
fn check_response(received: &Received, operation: &Operation) {
    let id = &operation.id;
    let sample = without_envelope(&operation.response.body);
    assert_eq!(differences(sample, &received.value), [""; 0], "{id}");
    assert_eq!(received.status, operation.response.status, "{id}");
    let request_id = sample.get("RequestId").or_else(|| sample.get("requestId")).and_then(Value::as_str);
    assert_eq!(received.request_id.as_deref(), request_id, "{id}");
    // Neither an unknown value of an enum, nor a string that should be JSON.
    for untyped in ["Unknown(", "Text("] {
        assert!(!received.debug.contains(untyped), "{id}: {}", received.debug);
    }
}

async fn all(way: Way) {
    each_service!(aliyun, name, Called, TABLES => {
        call_all(&Service::load(name, Samples::Documented), TABLES, Called::builder, way).await;
    });
}

#[tokio::test]
async fn samples_of_the_documents_are_sent_and_decoded() {
    all(Way::default()).await;
}

#[tokio::test]
async fn requests_can_be_sent_by_get() {
    all(Way { get: true, ..Way::default() }).await;
}

#[tokio::test]
async fn security_tokens_are_sent() {
    all(Way { token: true, ..Way::default() }).await;
    all(Way { token: true, get: true, ..Way::default() }).await;
}

#[tokio::test]
async fn requests_can_be_signed_with_acs3() {
    all(Way { acs3: true, ..Way::default() }).await;
    all(Way { acs3: true, token: true, get: true }).await;
}

#[tokio::test]
async fn special_characters_are_encoded_for_the_signature() {
    let server = Server::json(serde_json::json!({"Success": true})).await;
    let client: dg::Client = server.client(dg::Client::builder().credentials(Credentials::access_key(KEY, SECRET)));
    let texts = [" +*~/%&=:;", "数据库 é\u{1F600}", "a\tb\nc", "%20%2B", "'\"<>#?[]{}|\\^`!$()@,"];
    for text in texts {
        client.delete_gateway().gateway_id(text).send().await.unwrap();
    }
    let requests = server.requests().await;
    for (request, text) in requests.iter().zip(texts) {
        assert_eq!(signature::pairs(&request.body), [("GatewayId".to_owned(), text.to_owned())]);
        let query = map(signature::query(request), text);
        assert_eq!(query["Signature"], signature::rpc(request, SECRET), "{text}");
    }
    let mut nonces: Vec<_> =
        requests.iter().map(|request| map(signature::query(request), "").remove("SignatureNonce")).collect();
    nonces.sort();
    nonces.dedup();
    assert_eq!(nonces.len(), texts.len(), "each attempt has a nonce of its own");
}
