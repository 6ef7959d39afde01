//! Calls that are not sent: input that violates documented limits, and clients with missing settings.

use serde_json::json;
use yundb_aliyun_dg as dg;
use yundb_aliyun_sts as sts;
use yundb_huawei_drs as drs;
use yundb_huawei_iam as iam;
use yundb_runtime::{CallError, Credentials, EnvironmentCredentials, ErrorKind};

use crate::server::{Server, header, json as body};

fn keys() -> Credentials {
    Credentials::access_key("ak", "sk")
}

/// The paths of all violations, sorted; each must be in `Display`.
#[track_caller]
fn paths<E, H>(error: &CallError<E, H>) -> Vec<String> {
    assert_eq!((error.kind(), error.status()), (ErrorKind::Invalid, None), "{error}");
    assert!(!error.is_retryable());
    for violation in error.violations() {
        assert!(error.to_string().contains(&violation.to_string()), "{error}");
    }
    let mut paths: Vec<_> = error.violations().iter().map(|violation| violation.path.clone()).collect();
    paths.sort();
    paths
}

#[tokio::test]
async fn all_missing_fields_are_reported_at_once() {
    let server = Server::silent().await;

    let client: dg::Client = server.client(dg::Client::builder().credentials(keys()));
    let error = client.add_database().db_description("d").send().await.unwrap_err();
    assert_eq!(paths(&error), ["DbPassword", "DbUserName", "GatewayId", "Host", "Port"]);
    assert!(error.to_string().starts_with("add_database (AddDatabase) was not sent: "), "{error}");
    assert!(error.violations().iter().all(|violation| violation.message == "is required"), "{error}");

    let client: drs::Client = server.client(drs::Client::builder().credentials(keys()).project_id("p"));
    assert_eq!(paths(&client.create_connection().send().await.unwrap_err()), ["db_type", "endpoint", "name"]);
    let endpoint = drs::types::BaseEndpoint::new().source_sharding([drs::types::BaseEndpoint::new().db_user("u")]);
    let vpc = drs::types::CloudVpcInfo::new().vpc_id("v");
    let call = client.create_connection().endpoint(endpoint).vpc(vpc).cloud(drs::types::CloudBaseInfo::new());
    assert_eq!(
        paths(&call.send().await.unwrap_err()),
        [
            "cloud.project_id",
            "cloud.region",
            "db_type",
            "endpoint.db_password",
            "endpoint.db_user",
            "endpoint.endpoint_name",
            "endpoint.source_sharding[0].db_password",
            "endpoint.source_sharding[0].endpoint_name",
            "name",
            "vpc.subnet_id",
        ]
    );

    use iam::types::{Auth, Identity, PasswordIdentity, PasswordUser};
    let user = PasswordUser::new().password("pw");
    let auth = Auth::new().identity(Identity::new().password(PasswordIdentity::new().user(user)));
    let client: iam::Client = server.client(iam::Client::builder());
    assert_eq!(
        paths(&client.create_token(auth).send().await.unwrap_err()),
        [
            "auth.identity.methods",
            "auth.identity.password.user.domain",
            "auth.identity.password.user.name",
            "auth.scope"
        ]
    );
    assert!(server.requests().await.is_empty());
}

#[tokio::test]
async fn all_violated_limits_are_reported_at_once() {
    let server = Server::silent().await;
    let client: sts::Client = server.client(sts::Client::builder().credentials(keys()));
    let call = client.assume_role().role_session_name("né").duration_seconds(899);
    assert_eq!(paths(&call.send().await.unwrap_err()), ["DurationSeconds", "RoleArn", "RoleSessionName"]);

    let client: dg::Client = server.client(dg::Client::builder().credentials(keys()));
    let call = client.list_gateways().page_size(3001).page_number(0);
    assert_eq!(paths(&call.send().await.unwrap_err()), ["PageNumber", "PageSize"]);

    let client: drs::Client = server.client(drs::Client::builder().credentials(keys()).project_id("p"));
    let endpoint = drs::types::BaseEndpoint::new().endpoint_name(drs::types::EndpointName::Mysql);
    let endpoint = endpoint.db_user("u").db_password("hunter2 is secret").db_port("65536");
    let call = client.create_connection().db_type(drs::types::DbType::Mysql).name("a b").endpoint(endpoint);
    let error = call.description("x".repeat(256)).send().await.unwrap_err();
    // The name is too short, and contains a space.
    assert_eq!(paths(&error), ["description", "endpoint.db_port", "name", "name"]);
    assert!(!format!("{error} {error:?}").contains("hunter2"));
    assert!(server.requests().await.is_empty());
}

#[tokio::test]
async fn unchecked_calls_are_sent_unchanged() {
    let server = Server::json(json!({"Success": true})).await;
    let client: dg::Client = server.client(dg::Client::builder().credentials(keys()));
    client.list_gateways().page_size(3001).unchecked().send().await.unwrap();
    client.add_database().unchecked().send().await.unwrap();
    let requests = server.requests().await;
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].body, b"PageSize=3001");
    // The only database type is sent by default.
    assert_eq!(requests[1].body, b"DbType=MySQL");

    let server = Server::json(json!({})).await;
    let client: drs::Client = server.client(drs::Client::builder().credentials(keys()).project_id("p"));
    client.create_connection().name("x").unchecked().send().await.unwrap();
    let request = server.request().await;
    assert_eq!(body(&request), json!({"name": "x"}));
    assert_eq!(request.url.path(), "/v5/p/connections");
    assert!(header(&request, "authorization").is_some());
}

#[tokio::test]
async fn missing_credentials_are_reported() {
    let server = Server::silent().await;
    let nowhere = |environment: EnvironmentCredentials| environment.with_lookup(|_| None);

    let builder = dg::Client::builder().credentials_provider(nowhere(EnvironmentCredentials::aliyun()));
    let client: dg::Client = server.client(builder);
    let error = client.stop_gateway().gateway_id("g").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    let names = ["ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN"];
    for name in names {
        assert!(error.to_string().contains(name), "{error}");
    }
    assert!(error.to_string().starts_with("stop_gateway (StopGateway, 127.0.0.1:"), "{error}");
    assert!(error.to_string().contains(") was not sent: "), "{error}");

    let builder = iam::Client::builder().credentials_provider(nowhere(EnvironmentCredentials::huawei()));
    let client: iam::Client = server.client(builder);
    let error = client.list_projects().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    for name in ["HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", "HUAWEICLOUD_SDK_SECURITY_TOKEN"] {
        assert!(error.to_string().contains(name), "{error}");
    }
    assert!(server.requests().await.is_empty());
}

#[tokio::test]
async fn unknown_regions_are_rejected() {
    let error = dg::Client::builder().region("cn-hangzho").credentials(keys()).build().unwrap_err();
    let message = error.to_string();
    for part in ["unknown region `cn-hangzho`", "cn-hangzhou", ".endpoint("] {
        assert!(message.contains(part), "{message}");
    }
    // A missing region is an error when something is sent.
    let client = dg::Client::builder().credentials(keys()).build().unwrap();
    let error = client.stop_gateway().gateway_id("g").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    for part in ["stop_gateway (StopGateway) was not sent: ", ".region(", "cn-hangzhou"] {
        assert!(error.to_string().contains(part), "{error}");
    }
    // Values that would send the call to another host.
    for region in ["a@example.com#", "a b", "x?y"] {
        let error = drs::Client::builder().region(region).credentials(keys()).build().unwrap_err();
        assert!(error.to_string().contains(region), "{error}");
    }
}
