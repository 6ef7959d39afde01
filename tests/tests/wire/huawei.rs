//! Huawei Cloud: every operation's request and response against its samples, by key and by token.

use serde_json::Value;
use wiremock::Request;
use yundb_huawei_iam as iam;
use yundb_runtime::{Client, ClientBuilder, Credentials, Secret};
use yundb_tests::each_service;

use super::calls::{self, Received, Tables};
use super::compare::differences;
use super::signature::{self, assert_now};
use super::spec::{Operation, Samples, Service};
use crate::server::{Server, header, json};

const KEY: &str = "AKTEST";
const SECRET: &str = "sk/test+key=";
const SECURITY_TOKEN: &str = "gQpjbi/+==";
const TOKEN: &str = "MIIY-test-token";
pub(super) const PROJECT: &str = "0123456789abcdef0123456789abcdef";

/// The caller's credentials.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Key,
    TemporaryKey,
    Token,
}

impl Way {
    fn credentials(self) -> Credentials {
        match self {
            Self::Key => Credentials::access_key(KEY, SECRET),
            Self::TemporaryKey => Credentials::access_key(KEY, SECRET).with_security_token(SECURITY_TOKEN),
            Self::Token => Credentials::token(TOKEN),
        }
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
        let mut builder = builder().untyped().project_id(PROJECT);
        for param in &operation.params {
            if let Some(setting) = &param.client {
                builder = builder.parameter(setting, param.as_text());
            }
        }
        let client = C::from(server.client(builder.credentials(way.credentials())));
        let received = calls::call(service, tables, &client, operation).await;
        let received = received.unwrap_or_else(|error| panic!("{}: {}", operation.id, error.display));
        check_request(&server.request().await, operation, way);
        check_response(&received, operation);
    }
}

fn check_request(request: &Request, operation: &Operation, way: Way) {
    let id = &operation.id;
    assert_eq!(request.method.as_str(), operation.method, "{id}");
    let mut path = operation.path.clone();
    for param in operation.params_in("path") {
        path = path.replace(&format!("{{{}}}", param.name), &signature::encode(&param.as_text()));
    }
    assert!(!path.contains('{'), "{path}");
    assert_eq!(request.url.path(), path, "{id}");

    let mut expected: Vec<_> =
        operation.params_in("query").map(|param| (param.name.clone(), param.as_text())).collect();
    expected.sort();
    let mut query = signature::query(request);
    query.sort();
    assert_eq!(query, expected, "{id}");
    for param in operation.params_in("header") {
        assert_eq!(header(request, &param.name), Some(&*param.as_text()), "{id}");
    }
    match &operation.body {
        Some(sample) => {
            assert_eq!(json(request), *sample, "{id}");
            assert_eq!(header(request, "content-type"), Some("application/json"), "{id}");
        }
        None => assert!(request.body.is_empty(), "{id}"),
    }
    check_signature(request, operation, way);
}

fn check_signature(request: &Request, operation: &Operation, way: Way) {
    let id = &operation.id;
    let sent = |name| header(request, name);
    const ALL: [&str; 5] = ["x-sdk-date", "authorization", "x-project-id", "x-security-token", "x-auth-token"];
    if operation.public {
        assert_eq!(ALL.map(sent), [None; 5], "{id}");
        return;
    }
    if way == Way::Token {
        assert_eq!(ALL.map(sent), [None, None, None, None, Some(TOKEN)], "{id}");
        return;
    }
    assert_now(sent("x-sdk-date").unwrap(), true);
    // The path's project, or else the client's.
    let project = operation.params.iter().find(|param| param.name == "project_id");
    assert_eq!(sent("x-project-id"), Some(&*project.map_or(PROJECT.to_owned(), |param| param.as_text())), "{id}");
    assert_eq!(sent("x-security-token"), (way == Way::TemporaryKey).then_some(SECURITY_TOKEN), "{id}");
    assert_eq!(sent("x-auth-token"), None, "{id}");
    assert_eq!(sent("authorization"), Some(&*signature::huawei(request, KEY, SECRET)), "{id}");
}

/// The typed response has everything in the sample, including headers, and every value has its type.
fn check_response(received: &Received, operation: &Operation) {
    let id = &operation.id;
    assert_eq!(differences(&operation.response.body, &received.value), [""; 0], "{id}");
    assert_eq!(received.status, operation.response.status, "{id}");
    let headers = &operation.response.headers;
    let headers = headers.iter().map(|(name, value)| (name.to_lowercase(), Value::from(value.as_str())));
    let headers = match headers.collect::<serde_json::Map<_, _>>() {
        none if none.is_empty() => Value::Null,
        some => Value::Object(some),
    };
    assert_eq!(differences(&headers, &received.headers), [""; 0], "{id}");
    // One document's sample has the string null where the table lists values, another's has empty strings.
    let mut debug: String = received.debug.split_whitespace().collect();
    for known in ["null", ""] {
        debug = debug.replace(&format!("Unknown({known:?},)"), "").replace(&format!("Unknown({known:?})"), "");
    }
    assert!(!debug.contains("Unknown("), "{id}: {debug}");
}

async fn all(way: Way) {
    each_service!(huawei, name, Called, TABLES => {
        call_all(&Service::load(name, Samples::Documented), TABLES, Called::builder, way).await;
    });
}

#[tokio::test]
async fn samples_of_the_documents_are_sent_and_decoded() {
    all(Way::Key).await;
}

#[tokio::test]
async fn security_tokens_are_sent() {
    all(Way::TemporaryKey).await;
}

#[tokio::test]
async fn requests_can_be_authenticated_with_a_token() {
    all(Way::Token).await;
}

#[tokio::test]
async fn new_tokens_are_secret_headers() {
    let service = Service::load("huawei-iam", Samples::Documented);
    let sample = service.operation("createToken");
    let server = Server::returning([sample.response()]).await;
    // No credentials: they are being requested.
    let client: iam::Client = server.client(iam::Client::builder());
    let made = client.create_token(sample.input("auth").unwrap()).send().await.unwrap();
    let token: &Option<Secret> = &made.typed_headers().x_subject_token;
    assert_eq!(token.as_ref().unwrap().expose(), sample.response.headers["X-Subject-Token"]);
    assert_eq!(made.typed_headers().x_iam_trace_id.as_deref(), Some(&*sample.response.headers["X-IAM-Trace-Id"]));
    assert_eq!(server.request().await.url.query(), None);

    // Another call uses it.
    let client = iam::Client::builder().credentials(Credentials::token(token.clone().unwrap()));
    let server = Server::json(serde_json::json!({"projects": []})).await;
    let client: iam::Client = server.client(client);
    client.list_projects().send().await.unwrap();
    let request = server.request().await;
    assert_eq!(header(&request, "x-auth-token"), Some(&*sample.response.headers["X-Subject-Token"]));
}

#[tokio::test]
async fn special_characters_are_encoded_for_the_signature() {
    let server = Server::json(serde_json::json!({})).await;
    let client: iam::Client = server.client(iam::Client::builder().credentials(Credentials::access_key(KEY, SECRET)));
    for text in [" +*~/%&=:;", "数据库 é\u{1F600}", "%20%2B", "'\"<>#?[]{}|\\^`!$()@,", ""] {
        client.list_projects().name(text).domain_id("z").send().await.unwrap();
        let request = server.requests().await.pop().unwrap();
        let sent = signature::query(&request);
        assert!(sent.contains(&("name".to_owned(), text.to_owned())), "{sent:?}");
        assert_eq!(header(&request, "authorization"), Some(&*signature::huawei(&request, KEY, SECRET)), "{text}");
    }
}
