//! No `Debug` shows a secret: of clients, calls, inputs, responses and errors.

use std::fmt::Debug;

use serde_json::{Value, json};
use wiremock::ResponseTemplate;
use yundb_huawei_drs as drs;
use yundb_huawei_iam as iam;
use yundb_runtime::sign::Signature;
use yundb_runtime::{Client, ClientBuilder, Credentials, ErrorKind, RetryPolicy};
use yundb_tests::each_service;

use super::calls::{self, Tables};
use super::spec::{PROJECT, Samples, Service};
use super::synthetic::HIDDEN;
use crate::server::Server;

const SECRET: &str = "hidden-secret-key";
const TOKEN: &str = "hidden-token";

/// `Debug`, in both forms, does not contain the hidden values.
#[track_caller]
fn hides(value: &impl Debug) {
    let text = format!("{value:?}\n{value:#?}");
    assert!(!text.contains(HIDDEN), "{text}");
}

/// Calls every operation with hidden values; returns the number of those in inputs and responses.
async fn call_all<C: From<Client> + Clone + Debug>(
    name: &str,
    tables: Tables<C>,
    builder: fn() -> ClientBuilder<C>,
    set_up: fn(ClientBuilder) -> ClientBuilder,
) -> (usize, usize) {
    let (mut inputs, mut responses) = (0, 0);
    let service = Service::load(name, Samples::Made);
    let with_keys = |keys| {
        let builder = builder().untyped().region("cn-north-4").project_id(PROJECT).language("en-us");
        set_up(builder.credentials(keys))
    };
    for operation in &service.operations {
        inputs += operation.params.iter().map(|param| count(&param.value)).sum::<usize>();
        inputs += operation.body.as_ref().map_or(0, count);
        responses += count(&operation.response.body);
        responses += operation.response.headers.values().filter(|value| value.starts_with(HIDDEN)).count();

        let keys = Credentials::access_key("ak", SECRET).with_security_token(TOKEN);
        hides(&keys);
        let builder = || with_keys(keys.clone());
        hides(&builder());
        // A success, a truncated one, and a failure, with secrets in their bodies.
        let cut = ResponseTemplate::new(200).set_body_string(format!("{{\"echo\": \"{HIDDEN}echo\""));
        let echo = json!({"Code": "E", "error_code": "E", "echo": operation.response.body, "key": SECRET});
        let echo = ResponseTemplate::new(400).set_body_json(echo);
        let server = Server::returning([operation.response(), cut, echo]).await;
        let client = C::from(server.client(builder()));
        hides(&client);
        let call = || calls::call(&service, tables, &client, operation);
        let received = call().await.ok().unwrap();
        assert!(!received.debug.contains(HIDDEN), "{}", received.debug);
        for status in [200, 400] {
            // Where no body is expected none is read, so none is truncated.
            if status == 200 && operation.response.body.is_null() {
                call().await.ok().unwrap();
                continue;
            }
            let error = call().await.err().unwrap();
            assert_eq!(error.status, Some(status));
            assert!(!error.debug.contains(HIDDEN), "{}", error.debug);
            assert!(!error.display.contains(HIDDEN), "{}", error.display);
        }
    }
    // The URL of a request that failed to connect contains the parameters of a GET.
    let refused = with_keys(Credentials::access_key("ak", SECRET)).endpoint("http://127.0.0.1:1");
    let client = C::from(refused.retries(RetryPolicy::none()).build().unwrap());
    for operation in &service.operations {
        let error = calls::call(&service, tables, &client, operation).await.err().unwrap();
        assert_eq!(error.kind, ErrorKind::Connect);
        assert!(!error.debug.contains(HIDDEN), "{}", error.debug);
        assert!(!error.display.contains(HIDDEN), "{}", error.display);
    }
    (inputs, responses)
}

/// Number of hidden values, including those in JSON strings.
fn count(value: &Value) -> usize {
    match value {
        Value::String(text) => text.matches(HIDDEN).count(),
        Value::Array(elements) => elements.iter().map(count).sum(),
        Value::Object(fields) => fields.values().map(count).sum(),
        _ => 0,
    }
}

#[tokio::test]
async fn secrets_are_redacted() {
    let mut counts = String::new();
    each_service!(every, name, Client, TABLES => {
        let (inputs, responses) = call_all(name, TABLES, Client::builder, |it| it).await;
        counts += &format!("{name}: {inputs} in inputs, {responses} in responses\n");
    });
    insta::assert_snapshot!(counts);
}

#[tokio::test]
async fn secrets_of_aliyun_clients_are_redacted_with_each_signature() {
    each_service!(aliyun, name, Client, TABLES => {
        // By GET, where everything is in the URL.
        call_all(name, TABLES, Client::builder, |it| it.get_requests()).await;
        call_all(name, TABLES, Client::builder, |it| it.signature(Signature::Acs3)).await;
    });
}

#[test]
fn secrets_of_tokens_are_redacted() {
    hides(&Credentials::token(TOKEN));
    hides(&iam::Client::builder().credentials(Credentials::token(TOKEN)).build().unwrap());
}

#[test]
fn secrets_in_typed_inputs_are_redacted() {
    let service = Service::load("huawei-drs", Samples::Made);
    let operation = service.operation("createConnection");
    let endpoint: drs::types::BaseEndpoint = operation.input("endpoint").unwrap();
    assert!(endpoint.db_password.as_ref().unwrap().expose().starts_with(HIDDEN));
    hides(&endpoint);
    let ssl: drs::types::EndpointSslConfig = operation.input("ssl").unwrap();
    assert!(ssl.ssl_cert_key.as_ref().unwrap().expose().starts_with(HIDDEN));
    hides(&ssl);
    let service = Service::load("huawei-iam", Samples::Made);
    let auth: iam::types::Auth = service.operation("createToken").input("auth").unwrap();
    assert!(serde_json::to_string(&auth).unwrap().contains(HIDDEN));
    hides(&auth);
    let builder = iam::Client::builder();
    hides(&builder.build().unwrap().create_token(auth));
}
