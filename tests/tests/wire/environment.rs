//! Configuration of clients from the environment. Each test runs in a process of its own, with its own environment.

use std::process::Command;

use serde_json::json;
use yundb_aliyun_dg as dg;
use yundb_aliyun_dts as dts;
use yundb_huawei_drs as drs;
use yundb_runtime::test_util::{Replay, Reply};
use yundb_runtime::{ClientBuilder, Credentials, ErrorKind};

use super::signature;
use crate::server::{Server, header};

/// Marks the inner process.
const INNER: &str = "YUNDB_TEST_INNER";

const ALL: [&str; 17] = [
    "ALIBABA_CLOUD_ECS_METADATA_DISABLED",
    "HUAWEICLOUD_OIDC_PROVIDER_URN",
    "HUAWEICLOUD_SDK_IDP_ID",
    "ALIBABA_CLOUD_ACCESS_KEY_ID",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    "ALIBABA_CLOUD_SECURITY_TOKEN",
    "HUAWEICLOUD_SDK_AK",
    "HUAWEICLOUD_SDK_SK",
    "HUAWEICLOUD_SDK_SECURITY_TOKEN",
    "HUAWEICLOUD_SDK_PROJECT_ID",
    "HUAWEICLOUD_SDK_DOMAIN_ID",
    "ALIBABA_CLOUD_REGION_ID",
    "ALIBABA_CLOUD_DG_ENDPOINT",
    "ALIBABA_CLOUD_CA_BUNDLE",
    "HUAWEICLOUD_SDK_REGION",
    "HUAWEICLOUD_SDK_REGION_DRS_CN_NORTH_4",
    "HUAWEICLOUD_SDK_DRS_ENDPOINT",
];

/// Whether this is the process in which the test `name` runs. If not, it has been run in one, with only these
/// variables.
fn inner(name: &str, variables: &[(&str, &str)]) -> bool {
    if std::env::var_os(INNER).is_some() {
        return true;
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", &format!("wire::environment::{name}"), "--nocapture"]).env(INNER, "1");
    for variable in ALL {
        command.env_remove(variable);
    }
    let output = command.envs(variables.iter().copied()).output().unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && output.contains("1 passed"),
        "{output}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    false
}

fn endpoint() -> drs::types::BaseEndpoint {
    drs::types::BaseEndpoint::new().endpoint_name("mysql").db_user("u").db_password("p")
}

#[tokio::test]
async fn nothing() {
    if !inner("nothing", &[]) {
        return;
    }
    let server = Server::silent().await;
    let client: drs::Client = server.client(drs::Client::builder());
    let call = client.create_connection().name("DRS-mysql").db_type("mysql").endpoint(endpoint());
    for call in [call.clone(), call.unchecked()] {
        let error = call.send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
        for part in ["project_id: is required", ".project_id(", "HUAWEICLOUD_SDK_PROJECT_ID"] {
            assert!(error.to_string().contains(part), "{error}");
        }
    }
    let client: drs::Client = server.client(drs::Client::builder().project_id("p"));
    let call = client.create_connection().name("DRS-mysql").db_type("mysql").endpoint(endpoint());
    let error = call.send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert!(error.to_string().contains("HUAWEICLOUD_SDK_AK is not set"), "{error}");
    assert!(server.requests().await.is_empty());
}

#[tokio::test]
async fn huawei() {
    let variables = [
        ("HUAWEICLOUD_SDK_AK", "ak-env"),
        ("HUAWEICLOUD_SDK_SK", "sk-env\n"),
        ("HUAWEICLOUD_SDK_SECURITY_TOKEN", "token-env"),
        ("HUAWEICLOUD_SDK_PROJECT_ID", "project-env"),
    ];
    if !inner("huawei", &variables) {
        return;
    }
    let server = Server::json(json!({})).await;
    let client: drs::Client = server.client(drs::Client::builder());
    client.create_connection().name("DRS-mysql").db_type("mysql").endpoint(endpoint()).send().await.unwrap();
    let request = server.request().await;
    assert_eq!(request.url.path(), "/v5/project-env/connections");
    assert_eq!(header(&request, "x-project-id"), Some("project-env"));
    assert_eq!(header(&request, "x-security-token"), Some("token-env"));
    assert_eq!(header(&request, "authorization"), Some(&*signature::huawei(&request, "ak-env", "sk-env")));
}

#[tokio::test]
async fn aliyun() {
    let variables = [("ALIBABA_CLOUD_ACCESS_KEY_ID", "ak-env"), ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "sk-env")];
    if !inner("aliyun", &variables) {
        return;
    }
    let server = Server::json(json!({})).await;
    let client: dg::Client = server.client(dg::Client::builder());
    client.stop_gateway().gateway_id("g").send().await.unwrap();
    let request = server.request().await;
    let query = signature::query(&request);
    assert!(query.contains(&("AccessKeyId".to_owned(), "ak-env".to_owned())));
    assert!(query.contains(&("Signature".to_owned(), signature::rpc(&request, "sk-env"))));
}

/// The target of a call of this client.
async fn goes<T, E: std::fmt::Debug>(replay: &Replay, call: impl Future<Output = Result<T, E>>) -> String {
    let before = replay.requests().len();
    call.await.unwrap();
    let request = replay.requests().remove(before);
    format!("{}{}", request.uri().authority().unwrap(), request.uri().path())
}

fn replay() -> Replay {
    Replay::new((0..9).map(|_| Reply::json(200, json!({}))))
}

#[tokio::test]
async fn regions() {
    let variables = [("ALIBABA_CLOUD_REGION_ID", "cn-beijing\n"), ("HUAWEICLOUD_SDK_REGION", "cn-south-1")];
    if !inner("regions", &variables) {
        return;
    }
    let replay = replay();
    let dts = || dts::Client::builder().transport(replay.clone()).credentials(Credentials::access_key("a", "s"));
    let call = |builder: ClientBuilder<dts::Client>| builder.build().unwrap().list_jobs().unchecked().send();
    assert!(goes(&replay, call(dts())).await.contains("beijing"));
    // It also fills the parameter for the region.
    let sent = replay.requests().remove(0);
    assert!(String::from_utf8_lossy(sent.body()).contains("RegionId=cn-beijing"), "{sent:?}");
    // The builder's setting takes precedence.
    assert!(!goes(&replay, call(dts().region("cn-hangzhou"))).await.contains("beijing"));
    let drs = drs::Client::builder().transport(replay.clone()).credentials(Credentials::token("t")).project_id("p");
    let call = drs.build().unwrap().create_connection().name("DRS-mysql").db_type("mysql").endpoint(endpoint());
    assert!(goes(&replay, call.send()).await.contains("cn-south-1"));
}

#[tokio::test]
async fn endpoints() {
    let variables = [
        ("ALIBABA_CLOUD_DG_ENDPOINT", "https://dg.internal/x"),
        ("HUAWEICLOUD_SDK_REGION_DRS_CN_NORTH_4", "drs.north.internal"),
        ("HUAWEICLOUD_SDK_DRS_ENDPOINT", "drs.internal"),
    ];
    if !inner("endpoints", &variables) {
        return;
    }
    let replay = replay();
    let dg = || dg::Client::builder().transport(replay.clone()).credentials(Credentials::access_key("a", "s"));
    let call = |builder: ClientBuilder<dg::Client>| builder.build().unwrap().stop_gateway().gateway_id("g");
    assert_eq!(goes(&replay, call(dg()).send()).await, "dg.internal/x/");
    assert_eq!(goes(&replay, call(dg().endpoint("own.internal")).send()).await, "own.internal/");
    assert_eq!(goes(&replay, call(dg()).with_endpoint("call.internal").send()).await, "call.internal/");
    for (region, host) in [("cn-north-4", "drs.north.internal"), ("cn-south-1", "drs.internal")] {
        let drs = drs::Client::builder().transport(replay.clone()).credentials(Credentials::token("t")).project_id("p");
        let client = drs.region(region).build().unwrap();
        let call = client.create_connection().name("DRS-mysql").db_type("mysql").endpoint(endpoint());
        assert_eq!(goes(&replay, call.send()).await, format!("{host}/v5/p/connections"));
    }
}

#[tokio::test]
async fn authorities() {
    if !inner("authorities", &[("ALIBABA_CLOUD_CA_BUNDLE", "/nowhere/ca.pem")]) {
        return;
    }
    let keys = || Credentials::access_key("a", "s");
    let error = dg::Client::builder().credentials(keys()).build().unwrap_err().to_string();
    assert!(error.starts_with("the CA bundle `/nowhere/ca.pem` cannot be read: "), "{error}");
    // A custom transport has its own.
    dg::Client::builder().credentials(keys()).transport(replay()).build().unwrap();
}
