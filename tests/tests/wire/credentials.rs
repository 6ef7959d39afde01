//! Credentials that others give: the metadata service of a server, STS, IAM.

use serde_json::{Value, json};
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};
use yundb_aliyun_dg as dg;
use yundb_aliyun_sts as sts;
use yundb_credentials::{AssumeRole, IamToken, ProjectError, project_id};
use yundb_huawei_drs as drs;
use yundb_huawei_iam as iam;
use yundb_runtime::{
    CachedCredentials, Credentials, CredentialsProvider as _, CredentialsSource as _, ErrorKind, InstanceCredentials,
};

use super::signature;
use crate::server::Server;

/// A metadata service: what each path answers, with a session token or, if there are none, without.
async fn metadata(
    session: Option<(&'static str, &'static str)>,
    answers: &[(&'static str, ResponseTemplate)],
) -> MockServer {
    let server = MockServer::start().await;
    if let Some((at, _)) = session {
        let token = ResponseTemplate::new(200).set_body_string("session-token");
        Mock::given(method("PUT")).and(path(at)).respond_with(token).mount(&server).await;
    }
    for (at, answer) in answers {
        let mock = Mock::given(method("GET")).and(path(*at));
        let mock = match session {
            Some((_, name)) => mock.and(header(name, "session-token")),
            None => mock,
        };
        mock.respond_with(answer.clone()).mount(&server).await;
    }
    server
}

const HUAWEI: (&str, &str) = ("/meta-data/latest/api/token", "X-Metadata-Token");
const ALIYUN: (&str, &str) = ("/latest/api/token", "X-aliyun-ecs-metadata-token");
const ROLES: &str = "/latest/meta-data/ram/security-credentials/";

fn json(body: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

fn huawei_keys() -> ResponseTemplate {
    json(json!({"credential": {
        "access": "AK", "secret": "SK", "securitytoken": "T", "expires_at": "2030-01-01T00:00:00.123000Z",
    }}))
}

fn aliyun_keys(code: &str) -> ResponseTemplate {
    json(json!({
        "Code": code, "AccessKeyId": "AK", "AccessKeySecret": "SK", "SecurityToken": "T",
        "Expiration": "2030-01-01T00:00:00Z", "LastUpdated": "2029-12-31T18:00:00Z",
    }))
}

#[tokio::test]
async fn of_a_server() {
    let expected = Credentials::access_key("AK", "SK").with_security_token("T");
    for session in [Some(HUAWEI), None] {
        let server = metadata(session, &[("/openstack/latest/securitykey", huawei_keys())]).await;
        let got = InstanceCredentials::huawei().endpoint(server.uri()).fetch().await.unwrap();
        assert_eq!(got.credentials, expected);
        assert_eq!(got.expires.to_string(), "2030-01-01T00:00:00.123Z");
    }
    for session in [Some(ALIYUN), None] {
        let role = ResponseTemplate::new(200).set_body_string("the-role\n");
        let paths = [(ROLES, role), ("/latest/meta-data/ram/security-credentials/the-role", aliyun_keys("Success"))];
        let server = metadata(session, &paths).await;
        let got = InstanceCredentials::aliyun().endpoint(server.uri()).fetch().await.unwrap();
        assert_eq!(got.credentials, expected);
        let named = InstanceCredentials::aliyun().endpoint(server.uri()).role("the-role").fetch().await.unwrap();
        assert_eq!(named, got);
    }
}

#[tokio::test]
async fn of_a_server_that_has_none() {
    let says = async |source: InstanceCredentials, server: &MockServer| {
        source.endpoint(server.uri()).fetch().await.unwrap_err().to_string()
    };
    let empty = metadata(None, &[]).await;
    let error = says(InstanceCredentials::huawei(), &empty).await;
    assert!(error.ends_with("the server has no agency (status 404 for /openstack/latest/securitykey)"), "{error}");
    let error = says(InstanceCredentials::aliyun(), &empty).await;
    assert!(error.contains("the server has no RAM role (status 404 for"), "{error}");
    let odd = json(json!({"credential": {"access": "hidden-key"}}));
    let error =
        says(InstanceCredentials::huawei(), &metadata(None, &[("/openstack/latest/securitykey", odd)]).await).await;
    assert!(error.contains("is not as expected, at line 1, column") && !error.contains("hidden"), "{error}");
    let failed = [("/latest/meta-data/ram/security-credentials/r", aliyun_keys("Failed"))];
    let error = says(InstanceCredentials::aliyun().role("r"), &metadata(None, &failed).await).await;
    assert!(error.ends_with("the response for the role r has the code `Failed`"), "{error}");
    // Nobody is there at all.
    let nowhere = InstanceCredentials::huawei().endpoint("http://127.0.0.1:9").fetch().await.unwrap_err().to_string();
    assert!(nowhere.contains("server metadata at http://127.0.0.1:9: no connection"), "{nowhere}");
}

/// Keys of STS for a role.
fn assumed(status: u16) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({
        "RequestId": "r", "Code": "NoPermission", "Message": "you may not",
        "Credentials": {
            "AccessKeyId": "STS.AK", "AccessKeySecret": "SK", "SecurityToken": "T", "Expiration": "2040-04-09T11:52:19Z",
        },
    }))
}

/// All of an RPC request, wherever they are.
fn all(request: &wiremock::Request) -> std::collections::BTreeMap<String, String> {
    signature::query(request).into_iter().chain(signature::pairs(&request.body)).collect()
}

fn sts_client(server: &Server) -> sts::Client {
    server.client(sts::Client::builder().credentials(Credentials::access_key("AK", "SK")))
}

#[tokio::test]
async fn of_a_role() {
    let server = Server::answering([assumed(200)]).await;
    let role = AssumeRole::new(sts_client(&server), "acs:ram::1:role/r")
        .session_name("alice")
        .duration_seconds(900)
        .policy(r#"{"Version": "1", "Statement": []}"#);
    let cached = std::sync::Arc::new(CachedCredentials::new(role));
    let dg_server = Server::json(json!({"Success": true})).await;
    let client: dg::Client =
        dg_server.client(dg::Client::builder().region("cn-hangzhou").credentials_provider(cached.clone()));
    for _ in 0..3 {
        client.download_gateway_program().send().await.unwrap();
    }
    // Asked once, used for all.
    let asked = server.request().await;
    let parameters = all(&asked);
    for (name, value) in [
        ("Action", "AssumeRole"),
        ("RoleArn", "acs:ram::1:role/r"),
        ("RoleSessionName", "alice"),
        ("DurationSeconds", "900"),
        ("Policy", r#"{"Version":"1","Statement":[]}"#),
        ("AccessKeyId", "AK"),
    ] {
        assert_eq!(parameters.get(name).map(String::as_str), Some(value), "{name}");
    }
    for request in dg_server.requests().await {
        let parameters = all(&request);
        assert_eq!((parameters["AccessKeyId"].as_str(), parameters["SecurityToken"].as_str()), ("STS.AK", "T"));
    }
    assert!(!format!("{cached:?}").contains("SK"));
}

#[tokio::test]
async fn of_a_role_that_may_not_be_assumed() {
    let server = Server::answering([assumed(403)]).await;
    let cached = CachedCredentials::new(AssumeRole::new(sts_client(&server), "acs:ram::1:role/r"));
    let dg_server = Server::silent().await;
    let client: dg::Client = dg_server.client(dg::Client::builder().region("cn-hangzhou").credentials_provider(cached));
    let error = client.download_gateway_program().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    for part in ["the role acs:ram::1:role/r: AssumeRole failed", "NoPermission", "you may not"] {
        assert!(error.to_string().contains(part), "{error}");
    }
    assert!(dg_server.requests().await.is_empty());
}

fn iam_client(server: &Server) -> iam::Client {
    server.client(iam::Client::builder().credentials(Credentials::access_key("AK", "SK")))
}

#[tokio::test]
async fn of_iam() {
    let answer = ResponseTemplate::new(201)
        .insert_header("X-Subject-Token", "the-token")
        .set_body_json(json!({"token": {"expires_at": "2040-01-04T09:05:22.701000Z"}}));
    let server = Server::answering([answer]).await;
    let token = IamToken::password(iam_client(&server), "account", "user", "hidden-password", "cn-north-4");
    assert!(!format!("{token:?}").contains("hidden"));
    let drs_server = Server::answering([ResponseTemplate::new(403)]).await;
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
async fn projects_of_regions() {
    let projects = json!({"projects": [
        {"id": "p1", "name": "cn-north-4_mine"}, {"id": "p2", "name": "cn-north-4"},
    ], "links": {}});
    let server = Server::json(projects).await;
    let client = iam_client(&server);
    assert_eq!(project_id(&client, "cn-north-4").await.unwrap(), "p2");
    assert_eq!(server.request().await.url.query(), Some("name=cn-north-4"));
    let error = project_id(&client, "mars-1").await.unwrap_err();
    assert!(matches!(error, ProjectError::NoProject { .. }) && error.to_string().contains("mars-1"), "{error}");
}

#[tokio::test]
async fn chains_end_with_what_was_tried() {
    let chain = yundb_runtime::CredentialsChain::new()
        .or(yundb_runtime::EnvironmentCredentials::aliyun().with_lookup(|_| None))
        .or(yundb_runtime::ProfileCredentials::aliyun().file("/nowhere/config.json"))
        .or(CachedCredentials::new(InstanceCredentials::aliyun().endpoint("http://127.0.0.1:9")));
    let error = chain.credentials().await.unwrap_err().to_string();
    for part in ["ALIBABA_CLOUD_ACCESS_KEY_ID is not set", "/nowhere/config.json", "http://127.0.0.1:9: no connection"]
    {
        assert!(error.contains(part), "{error}");
    }
}
