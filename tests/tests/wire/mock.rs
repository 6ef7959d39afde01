//! Every operation of the generated clients against the mock, with the samples of its document and in every way to
//! identify the caller: the mock accepts each request and receives exactly the sample, and each typed response has
//! exactly what the mock returned.

use std::collections::BTreeMap;

use serde_json::Value;
use yundb_aliyun_dg as dg;
use yundb_huawei_iam as iam;
use yundb_mock::{Calls, MockServer, Options, Record, coverage};
use yundb_runtime::sign::Signature;
use yundb_runtime::{Client, ClientBuilder, Credentials, ReqwestTransport, RetryPolicy};
use yundb_tests::each_service;

use super::calls::{self, Received, Tables};
use super::compare::{differences, without_envelope};
use super::spec::{Operation, PROJECT, Samples, Service};

const KEY: &str = "AKTEST";
const SECRET: &str = "sk/test+key=";
const TOKEN: &str = "MIIY-test-token";

/// A way to identify the caller, and the method of requests, unless it is that of the operation.
type Way = (&'static str, fn(ClientBuilder) -> ClientBuilder);

const ALIYUN: [Way; 6] = [
    ("POST", |builder| builder.credentials(key())),
    ("GET", |builder| builder.credentials(key()).get_requests()),
    ("POST", |builder| builder.credentials(temporary_key())),
    ("GET", |builder| builder.credentials(temporary_key()).get_requests()),
    ("POST", |builder| builder.credentials(key()).signature(Signature::Acs3)),
    ("GET", |builder| builder.credentials(temporary_key()).signature(Signature::Acs3).get_requests()),
];
const HUAWEI: [Way; 4] = [
    ("", |builder| builder.credentials(key())),
    ("", |builder| builder.credentials(temporary_key())),
    ("", |builder| builder.credentials(key()).region("cn-north-4").derived_signature("database")),
    ("", |builder| builder.credentials(Credentials::token(TOKEN))),
];

fn key() -> Credentials {
    Credentials::access_key(KEY, SECRET)
}

fn temporary_key() -> Credentials {
    key().with_security_token("CAIS/+ =~*token")
}

async fn mock(name: &str) -> MockServer {
    let options = Options { stateless: true, limits: false, tokens: vec![TOKEN.to_owned()], ..Options::default() };
    MockServer::start(name, options.access_key(KEY, SECRET)).await.unwrap()
}

/// Calls every operation of a service in each of these ways.
async fn call_all<C: From<Client> + Clone>(
    name: &str,
    tables: Tables<C>,
    builder: fn() -> ClientBuilder<C>,
    ways: &[Way],
) {
    let service = Service::load(name, Samples::Documented);
    let server = mock(name).await;
    // TLS is set up once.
    let transport = ReqwestTransport::new(reqwest::Client::builder().no_proxy().build().unwrap());
    let mut ended = Vec::new();
    for ((method, way), operation) in ways.iter().flat_map(|way| service.operations.iter().map(move |it| (way, it))) {
        let mut builder = way(builder().untyped()).endpoint(server.url()).transport(transport.clone());
        builder = builder.retries(RetryPolicy::none()).rate_limits([]);
        if name.starts_with("huawei") {
            builder = builder.project_id(PROJECT);
        }
        for param in &operation.params {
            if let Some(setting) = &param.client {
                builder = builder.parameter(setting, param.as_text());
            }
        }
        let client = C::from(builder.build().unwrap());
        let method = if method.is_empty() { &operation.method } else { *method };
        ended.push((method, operation, calls::call(&service, tables, &client, operation).await));
    }
    let records = server.journal();
    assert_eq!(records.len(), ended.len());
    for ((method, operation, received), record) in ended.into_iter().zip(&records) {
        let received = received.unwrap_or_else(|error| panic!("{}: {}", operation.id, error.display));
        assert_eq!(record.method, method, "{}", operation.id);
        check_request(&server, record, operation);
        check_response(&received, operation);
    }
    let all = coverage(server.service(), &records);
    assert!(all.iter().all(|(_, calls)| *calls == Calls::Accepted), "{all:?}");
}

/// Exactly the parameters and the body of the sample, with exactly its values.
fn check_request(server: &MockServer, record: &Record, operation: &Operation) {
    let (id, service) = (&operation.id, server.service());
    let called = service.operations().iter().find(|it| it.id.as_ref() == Some(id)).map(|it| service.called(it));
    assert_eq!((&record.operation, &*record.problems), (&called, &[][..]), "{id}");
    assert!(record.notes.is_empty(), "{record:?}");
    let mut expected = BTreeMap::new();
    for param in &operation.params {
        leaves(&param.value, format!("/{}/{}", param.place, param.name), &mut expected);
    }
    operation.body.iter().for_each(|body| leaves(body, "/body".to_owned(), &mut expected));
    let mut received = BTreeMap::new();
    leaves(&record.request, String::new(), &mut received);
    // The journal has no secrets; that they were sent is what counts here.
    for (at, text) in received.iter_mut().filter(|(_, text)| *text == "[redacted]") {
        expected.get(at).unwrap_or_else(|| panic!("{id}: {at}")).clone_into(text);
    }
    assert_eq!(received, expected, "{id}");
}

/// The scalars of a value as text, by place. JSON in a string is read.
fn leaves(value: &Value, at: String, into: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| leaves(value, format!("{at}/{name}"), into)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| leaves(value, format!("{at}/{index}"), into));
        }
        Value::String(text) => match serde_json::from_str(text) {
            Ok(inner @ (Value::Object(_) | Value::Array(_))) => leaves(&inner, at, into),
            _ => _ = into.insert(at, text.clone()),
        },
        other => _ = into.insert(at, other.to_string()),
    }
}

/// The typed response has everything in the sample, including headers, and every value has its type.
fn check_response(received: &Received, operation: &Operation) {
    let id = &operation.id;
    assert_eq!(received.status, operation.response.status, "{id}");
    // Without a sample both sides make a response of their own.
    if operation.synthetic.iter().any(|part| part == "response") {
        return;
    }
    let sample = without_envelope(&operation.response.body);
    assert_eq!(differences(sample, &received.value), [""; 0], "{id}");
    if let Some(request_id) = sample.get("RequestId").and_then(Value::as_str) {
        assert_eq!(received.request_id.as_deref(), Some(request_id), "{id}");
    }
    if !operation.response.headers.is_empty() {
        let headers = operation.response.headers.iter();
        let headers: Value = headers.map(|(name, value)| (name.to_lowercase(), Value::from(value.as_str()))).collect();
        assert_eq!(differences(&headers, &received.headers), [""; 0], "{id}");
    }
    // One document's sample has the string null where the table lists values, another's has empty strings.
    let mut debug: String = received.debug.split_whitespace().collect();
    for known in ["null", ""] {
        debug = debug.replace(&format!("Unknown({known:?},)"), "").replace(&format!("Unknown({known:?})"), "");
    }
    // Neither an unknown value of an enum, nor a string that should be JSON.
    assert!(!debug.contains("Unknown(") && !debug.contains("Text("), "{id}: {debug}");
}

#[tokio::test]
async fn samples_of_alibaba_cloud_are_sent_and_decoded() {
    each_service!(aliyun, name, Called, TABLES => { call_all(name, TABLES, Called::builder, &ALIYUN).await; });
}

#[tokio::test]
async fn samples_of_huawei_cloud_are_sent_and_decoded() {
    each_service!(huawei, name, Called, TABLES => { call_all(name, TABLES, Called::builder, &HUAWEI).await; });
}

const TEXTS: [&str; 5] = [" +*~/%&=:;", "数据库 é\u{1F600}", "a\tb\nc", "%20%2B", "'\"<>#?[]{}|\\^`!$()@,"];

#[tokio::test]
async fn special_characters_are_encoded_for_the_signature() {
    let server = mock("aliyun-dg").await;
    for (_, way) in ALIYUN {
        let builder = way(dg::Client::builder().untyped()).endpoint(server.url()).retries(RetryPolicy::none());
        let client = dg::Client::from(builder.build().unwrap());
        for text in TEXTS {
            client.delete_gateway().gateway_id(text).send().await.unwrap();
            assert_eq!(server.journal().last().unwrap().request["query"]["GatewayId"], text);
        }
    }
    let server = mock("huawei-iam").await;
    for (_, way) in HUAWEI {
        let builder = way(iam::Client::builder().untyped()).endpoint(server.url()).retries(RetryPolicy::none());
        let client = iam::Client::from(builder.build().unwrap());
        for text in TEXTS {
            client.list_projects().name(text).domain_id("z").send().await.unwrap();
            assert_eq!(server.journal().last().unwrap().request["query"]["name"], text);
        }
    }
}
