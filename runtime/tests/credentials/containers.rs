//! Local services, such as sidecars.

use serde_json::json;
use wiremock::matchers::{any, method};
use wiremock::{Mock, MockServer, ResponseTemplate};
use yundb_runtime::{ContainerCredentials, CredentialsSource as _};

use crate::world::*;

const URI: &str = "ALIBABA_CLOUD_CREDENTIALS_URI";
const POD_URI: &str = "HC_CONTAINER_CREDENTIALS_FULL_URI";
const POD_TOKEN: &str = "HC_CONTAINER_AUTHORIZATION_TOKEN_FILE";

#[tokio::test]
async fn a_uri_of_alibaba_cloud() {
    let world = World::new().await.set(&[(URI, "http://127.0.0.1:7002/keys?for=me")]);
    world.respond("GET", "http://127.0.0.1:7002", "/keys", ok(aliyun_keys("K"))).await;
    assert_eq!(ContainerCredentials::aliyun().configure(&world.config()).fetch().await, Ok(until_2040("K")));
    assert_eq!(world.request().await.line, "GET http://127.0.0.1:7002/keys");
}

#[tokio::test]
async fn failing_uris() {
    let of = async |uri: Option<&str>, response: ResponseTemplate| {
        let world = World::new().await.set(&[(URI, uri.unwrap_or_default())]);
        world.respond("GET", "http://127.0.0.1:7002", "/", response).await;
        fails(ContainerCredentials::aliyun().configure(&world.config())).await
    };
    let uri = Some("http://127.0.0.1:7002/");
    assert_absent(of(None, text("")).await, &["credentials URI: ALIBABA_CLOUD_CREDENTIALS_URI is not set"]);
    assert_broken(of(Some("user:hunter@nowhere"), text("")).await, &["the address is not a URL"]);
    assert_broken(of(uri, ResponseTemplate::new(403)).await, &["credentials URI: status 403"]);
    assert_broken(of(uri, text("hunter")).await, &["not the expected JSON at line 1"]);
    assert_broken(of(uri, ok(json!({"Code": "hunter"}))).await, &["`Code` is not `Success`"]);
    let mut keys = aliyun_keys("K");
    keys["Expiration"] = json!("hunter");
    assert_broken(of(uri, ok(keys)).await, &["`Expiration` is not a time"]);
}

fn huawei_keys() -> ResponseTemplate {
    ok(json!({"credential": {
        "access_key_id": "K", "secret_access_key": "hunter-secret", "security_token": "hunter-token",
        "expiration": "2040-01-01T00:00:00.000000Z",
    }}))
}

#[tokio::test]
async fn the_identity_of_a_pod() {
    let world = World::new().await;
    let token = world.file("token", "hunter-pod\n");
    let world = world.set(&[(POD_URI, "http://169.254.1.1/v1/credentials"), (POD_TOKEN, &token)]);
    world.respond("POST", "http://169.254.1.1", "/v1/credentials", huawei_keys()).await;
    assert_eq!(ContainerCredentials::huawei().configure(&world.config()).fetch().await, Ok(until_2040("K")));
    let sent = world.request().await;
    assert_eq!((sent.header("authorization"), sent.json()), (Some("hunter-pod"), json!({})));
}

#[tokio::test]
async fn a_pod_without_an_identity() {
    let of = async |variables: &[(&str, &str)]| {
        let world = World::new().await.set(variables);
        let response =
            ResponseTemplate::new(401).set_body_json(json!({"error_code": "Pod.1", "error_msg": "hunter-pod?"}));
        world.respond("POST", "http://169.254.1.1", "/", response).await;
        let token = world.file("token", "hunter-pod");
        let world = world.set(
            &variables
                .iter()
                .filter(|(_, value)| *value == "TOKEN")
                .map(|(name, _)| (*name, token.as_str()))
                .collect::<Vec<_>>(),
        );
        fails(ContainerCredentials::huawei().configure(&world.config())).await
    };
    assert_absent(of(&[]).await, &["pod identity: ", POD_URI, POD_TOKEN]);
    assert_broken(of(&[(POD_URI, "http://169.254.1.1/")]).await, &["HC_CONTAINER_AUTHORIZATION_TOKEN_FILE is not set"]);
    assert_broken(of(&[(POD_URI, "http://169.254.1.1/"), (POD_TOKEN, "/nowhere")]).await, &["the token in /nowhere"]);
    assert_broken(of(&[(POD_URI, "http://169.254.1.1/"), (POD_TOKEN, "TOKEN")]).await, &["status 401, code Pod.1"]);
}

#[tokio::test]
async fn plain_http_from_the_environment_must_be_local() {
    let world = World::new().await;
    let token = world.file("token", "hunter-pod");
    let world = world.set(&[(URI, "http://sidecar/"), (POD_URI, "http://pod/"), (POD_TOKEN, &token)]);
    world.respond("GET", "http://sidecar", "/", ok(aliyun_keys("K"))).await;
    world.respond("POST", "http://pod", "/", huawei_keys()).await;
    let (aliyun, huawei) = (ContainerCredentials::aliyun(), ContainerCredentials::huawei());
    for source in [aliyun.clone(), huawei.clone()] {
        assert_broken(fails(source.configure(&world.config())).await, &["plain HTTP"]);
    }
    assert!(world.requests().await.is_empty());
    // An address set by the program itself is not restricted.
    for source in [aliyun.uri("http://sidecar/"), huawei.uri("http://pod/")] {
        assert_eq!(source.configure(&world.config()).fetch().await, Ok(until_2040("K")));
    }
}

#[tokio::test]
async fn a_refusal_that_repeats_the_uri() {
    for repeated in [
        "no page /hunter-path/hunter-0123456789?token=hunter%2Furi",
        "hunter-0123456789 is over",
        "hunter%2Furi is over",
        "hunter/uri is over",
        "hunter-user",
        "hunter-pw",
    ] {
        let world = World::new().await;
        let token = world.file("token", "a-token");
        let refused = ResponseTemplate::new(404).set_body_json(json!({"code": "Gone", "message": repeated}));
        Mock::given(any()).respond_with(refused).mount(&world.server).await;
        let uri = "http://hunter-user:hunter-pw@sidecar/hunter-path/hunter-0123456789?token=hunter%2Furi";
        for source in [ContainerCredentials::aliyun(), ContainerCredentials::huawei().token_file(&token)] {
            let source = source.uri(uri).configure(&world.config());
            assert_broken(fails(source).await, &["status 404, code Gone"]);
        }
    }
}

/// Only for `no_proxy_sees_the_token`, which runs it in a process with a proxy in its environment.
#[tokio::test]
#[ignore = "run by `no_proxy_sees_the_token`"]
async fn requests_a_local_service() {
    // The rest comes from the environment.
    assert_eq!(ContainerCredentials::huawei().fetch().await, Ok(until_2040("K")));
}

#[tokio::test]
async fn no_proxy_sees_the_token() {
    let (world, proxy) = (World::new().await, MockServer::start().await);
    let token = world.file("token", "hunter-pod");
    Mock::given(method("POST")).respond_with(huawei_keys()).mount(&world.server).await;
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    child
        .args(["containers::requests_a_local_service", "--exact", "--ignored"])
        .env_remove("NO_PROXY")
        .env_remove("no_proxy");
    child.env("HTTP_PROXY", proxy.uri()).env("http_proxy", proxy.uri());
    child.env(POD_URI, world.server.uri()).env(POD_TOKEN, token);
    let output = tokio::task::spawn_blocking(move || child.output().unwrap()).await.unwrap();
    assert_eq!(proxy.received_requests().await.unwrap().len(), 0, "requests through the proxy");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(world.server.received_requests().await.unwrap().len(), 1);
}
