//! Credentials obtained by other clients: tokens of IAM.

use serde_json::{Value, json};
use wiremock::ResponseTemplate;
use yundb_credentials::IamToken;
use yundb_huawei_drs as drs;
use yundb_huawei_iam as iam;
use yundb_runtime::{CachedCredentials, Credentials, Secret};

use super::spec::{Samples, Service};
use crate::server::{Server, header};

fn iam_client(server: &Server) -> iam::Client {
    server.client(iam::Client::builder().credentials(Credentials::access_key("AK", "SK")))
}

#[tokio::test]
async fn iam_tokens_are_obtained() {
    let response = ResponseTemplate::new(201)
        .insert_header("X-Subject-Token", "the-token")
        .set_body_json(json!({"token": {"expires_at": "2040-01-04T09:05:22.701000Z"}}));
    let server = Server::returning([response]).await;
    let token = IamToken::password(iam_client(&server), "account", "user", "hidden-password", "cn-north-4");
    assert!(!format!("{token:?}").contains("hidden"));
    let drs_server = Server::returning([ResponseTemplate::new(403)]).await;
    let builder = drs::Client::builder().project_id("p").credentials_provider(CachedCredentials::new(token));
    let client: drs::Client = drs_server.client(builder);
    let endpoint = drs::types::BaseEndpoint::new().endpoint_name("mysql").db_user("u").db_password("p");
    let call = client.create_connection().name("DRS-mysql").db_type("mysql").endpoint(endpoint);
    call.send().await.unwrap_err();
    let body: Value = serde_json::from_slice(&server.request().await.body).unwrap();
    assert_eq!(
        body,
        json!({"auth": {
            "identity": {"methods": ["password"], "password": {"user": {
                "name": "user", "password": "hidden-password", "domain": {"name": "account"},
            }}},
            "scope": {"project": {"name": "cn-north-4"}},
        }})
    );
    assert_eq!(drs_server.request().await.headers["x-auth-token"], "the-token");
}

#[tokio::test]
async fn new_tokens_are_secret_headers() {
    let service = Service::load("huawei-iam", Samples::Documented);
    let sample = service.operation("createToken");
    let server = Server::returning([sample.response()]).await;
    // They are not sent: the call requests some.
    let client = iam_client(&server);
    let made = client.create_token(sample.input("auth").unwrap()).send().await.unwrap();
    let token: &Option<Secret> = &made.typed_headers().x_subject_token;
    assert_eq!(token.as_ref().unwrap().expose(), sample.response.headers["X-Subject-Token"]);
    assert_eq!(made.typed_headers().x_iam_trace_id.as_deref(), Some(&*sample.response.headers["X-IAM-Trace-Id"]));
    let request = server.request().await;
    assert_eq!(request.url.query(), None);
    for name in ["x-sdk-date", "authorization", "x-project-id", "x-security-token", "x-auth-token"] {
        assert_eq!(header(&request, name), None);
    }

    // Another call uses it.
    let client = iam::Client::builder().credentials(Credentials::token(token.clone().unwrap()));
    let server = Server::json(serde_json::json!({"projects": []})).await;
    let client: iam::Client = server.client(client);
    client.list_projects().send().await.unwrap();
    let request = server.request().await;
    assert_eq!(header(&request, "x-auth-token"), Some(&*sample.response.headers["X-Subject-Token"]));
}
