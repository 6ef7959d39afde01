//! Configuration of clients from the environment. Each test runs in a process of its own, with its own environment.

use std::process::Command;

use serde_json::json;
use yundb_aliyun_dg as dg;
use yundb_aliyun_dts as dts;
use yundb_huawei_drs as drs;
use yundb_huawei_gaussdb_mysql as gaussdb;
use yundb_mock::{MockServer, Options};
use yundb_runtime::test_util::{Replay, Reply};
use yundb_runtime::{ClientBuilder, Credentials, ErrorKind};

use crate::server::{Server, header};

/// Marks the inner process.
const INNER: &str = "YUNDB_TEST_INNER";

const ALL: [&str; 20] = [
    "HUAWEICLOUD_SDK_REGIONS_FILE",
    "HUAWEICLOUD_SDK_REGION_DRS_CN_EAST_3",
    "HUAWEICLOUD_SDK_CREDENTIALS_FILE",
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

/// Returns whether this is the process for the test `name`. If not, runs the test in such a process first, with only
/// these variables.
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
        output.status.success() && stdout.contains("1 passed"),
        "{stdout}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    false
}

fn endpoint() -> drs::types::BaseEndpoint {
    drs::types::BaseEndpoint::new().endpoint_name("mysql").db_user("u").db_password("p")
}

#[tokio::test]
async fn an_empty_environment_has_no_configuration() {
    if !inner("an_empty_environment_has_no_configuration", &[]) {
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
async fn huawei_clients_are_configured_by_variables() {
    let variables = [
        ("HUAWEICLOUD_SDK_AK", "ak-env"),
        ("HUAWEICLOUD_SDK_SK", "sk-env\n"),
        ("HUAWEICLOUD_SDK_SECURITY_TOKEN", "token-env"),
        ("HUAWEICLOUD_SDK_PROJECT_ID", "project-env"),
    ];
    if !inner("huawei_clients_are_configured_by_variables", &variables) {
        return;
    }
    let server = Server::json(json!({})).await;
    let client: drs::Client = server.client(drs::Client::builder());
    client.create_connection().name("DRS-mysql").db_type("mysql").endpoint(endpoint()).send().await.unwrap();
    let request = server.request().await;
    assert_eq!(request.url.path(), "/v5/project-env/connections");
    assert_eq!(header(&request, "x-project-id"), Some("project-env"));
    assert_eq!(header(&request, "x-security-token"), Some("token-env"));
    let mock = MockServer::start("huawei-drs", Options::default().access_key("ak-env", "sk-env")).await.unwrap();
    let client = drs::Client::builder().endpoint(mock.url()).build().unwrap();
    client.create_connection().name("DRS-mysql").db_type("mysql").endpoint(endpoint()).send().await.unwrap();
}

#[tokio::test]
async fn aliyun_clients_are_configured_by_variables() {
    let variables = [("ALIBABA_CLOUD_ACCESS_KEY_ID", "ak-env"), ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "sk-env")];
    if !inner("aliyun_clients_are_configured_by_variables", &variables) {
        return;
    }
    let mock = MockServer::start("aliyun-dg", Options::default().access_key("ak-env", "sk-env")).await.unwrap();
    let client = dg::Client::builder().endpoint(mock.url()).build().unwrap();
    client.stop_gateway().gateway_id("g").send().await.unwrap();
}

/// The target of a call of this client.
async fn target<T, E: std::fmt::Debug>(replay: &Replay, call: impl Future<Output = Result<T, E>>) -> String {
    let before = replay.requests().len();
    call.await.unwrap();
    let request = replay.requests().remove(before);
    format!("{}{}", request.uri().authority().unwrap(), request.uri().path())
}

fn replay() -> Replay {
    Replay::new((0..9).map(|_| Reply::json(200, json!({}))))
}

#[tokio::test]
async fn regions_come_from_variables() {
    let variables = [("ALIBABA_CLOUD_REGION_ID", "cn-beijing\n"), ("HUAWEICLOUD_SDK_REGION", "cn-south-1")];
    if !inner("regions_come_from_variables", &variables) {
        return;
    }
    let replay = replay();
    let dts = || dts::Client::builder().transport(replay.clone()).credentials(Credentials::access_key("a", "s"));
    let call = |builder: ClientBuilder<dts::Client>| builder.build().unwrap().list_jobs().unchecked().send();
    assert!(target(&replay, call(dts())).await.contains("beijing"));
    // It also fills the parameter for the region.
    let sent = replay.requests().remove(0);
    assert!(String::from_utf8_lossy(sent.body()).contains("RegionId=cn-beijing"), "{sent:?}");
    // The builder's setting takes precedence.
    assert!(!target(&replay, call(dts().region("cn-hangzhou"))).await.contains("beijing"));
    let drs = drs::Client::builder().transport(replay.clone()).credentials(Credentials::token("t")).project_id("p");
    let call = drs.build().unwrap().create_connection().name("DRS-mysql").db_type("mysql").endpoint(endpoint());
    assert!(target(&replay, call.send()).await.contains("cn-south-1"));
}

#[tokio::test]
async fn endpoints_come_from_variables() {
    let variables = [
        ("ALIBABA_CLOUD_DG_ENDPOINT", "https://dg.internal/x"),
        ("HUAWEICLOUD_SDK_REGION_DRS_CN_NORTH_4", "drs.north.internal"),
        ("HUAWEICLOUD_SDK_DRS_ENDPOINT", "drs.internal"),
    ];
    if !inner("endpoints_come_from_variables", &variables) {
        return;
    }
    let replay = replay();
    let dg = || dg::Client::builder().transport(replay.clone()).credentials(Credentials::access_key("a", "s"));
    let call = |builder: ClientBuilder<dg::Client>| builder.build().unwrap().stop_gateway().gateway_id("g");
    assert_eq!(target(&replay, call(dg()).send()).await, "dg.internal/x/");
    assert_eq!(target(&replay, call(dg().endpoint("own.internal")).send()).await, "own.internal/");
    assert_eq!(target(&replay, call(dg()).with_endpoint("call.internal").send()).await, "call.internal/");
    for (region, host) in [("cn-north-4", "drs.north.internal"), ("cn-south-1", "drs.internal")] {
        let drs = drs::Client::builder().transport(replay.clone()).credentials(Credentials::token("t")).project_id("p");
        let client = drs.region(region).build().unwrap();
        let call = client.create_connection().name("DRS-mysql").db_type("mysql").endpoint(endpoint());
        assert_eq!(target(&replay, call.send()).await, format!("{host}/v5/p/connections"));
    }
}

/// A file of this text for the inner process, of which each test has its own.
fn file(name: &str, text: &str) -> String {
    let path = std::env::temp_dir().join(format!("yundb-{name}"));
    if std::env::var_os(INNER).is_none() {
        std::fs::write(&path, text).unwrap();
    }
    path.to_str().unwrap().to_owned()
}

const REGIONS: &str = "\
drs:
  - id: cn-north-4
    endpoint: https://drs.file.internal
  - id: cn-south-1
    endpoints: [drs.south.internal, drs.backup.internal]
GaussDB:
  - {id: cn-north-4, endpoint: gaussdb.file.internal}
";

/// The host of calls with this client of DRS.
async fn of_drs(replay: &Replay, region: &str) -> Result<String, String> {
    let drs = drs::Client::builder().transport(replay.clone()).credentials(Credentials::token("t")).project_id("p");
    let client = drs.region(region).build().unwrap();
    let call = client.create_connection().name("DRS-mysql").db_type("mysql").endpoint(endpoint());
    let before = replay.requests().len();
    call.send().await.map_err(|error| error.to_string())?;
    Ok(replay.requests().remove(before).uri().authority().unwrap().to_string())
}

#[tokio::test]
async fn endpoints_come_from_regions_files_of_huawei() {
    let file = file("regions.yaml", REGIONS);
    let variables = [
        ("HUAWEICLOUD_SDK_REGIONS_FILE", &*file),
        ("HUAWEICLOUD_SDK_REGION_DRS_CN_EAST_3", "https://drs.east.internal, https://drs.backup.internal"),
        ("HUAWEICLOUD_SDK_REGION_GAUSSDB_CN_EAST_3", "gaussdb.east.internal"),
    ];
    if !inner("endpoints_come_from_regions_files_of_huawei", &variables) {
        return;
    }
    let replay = replay();
    for (region, host) in [
        ("cn-north-4", "drs.file.internal"),
        ("cn-south-1", "drs.south.internal"),
        // The environment takes precedence over the file, and the file over the document.
        ("cn-east-3", "drs.east.internal"),
        ("cn-north-1", "drs.cn-north-1.myhuaweicloud.com"),
    ] {
        assert_eq!(of_drs(&replay, region).await.as_deref(), Ok(host), "{region}");
    }
    for (region, host) in [("cn-north-4", "gaussdb.file.internal"), ("cn-east-3", "gaussdb.east.internal")] {
        let builder = gaussdb::Client::builder().transport(replay.clone()).credentials(Credentials::token("t"));
        let client = builder.project_id("p").region(region).build().unwrap();
        assert!(target(&replay, client.restart_instance("i").unchecked().send()).await.starts_with(host), "{region}");
    }
}

#[tokio::test]
async fn broken_regions_files_are_reported() {
    let broken = file("broken-regions.yaml", "drs:\n  - id: cn-north-4\n    endpoint: [x]\n");
    if !inner("broken_regions_files_are_reported", &[("HUAWEICLOUD_SDK_REGIONS_FILE", &broken)]) {
        return;
    }
    let error = of_drs(&replay(), "cn-north-4").await.unwrap_err();
    assert!(error.contains("yundb-broken-regions.yaml:3: a string is expected here"), "{error}");
}

#[tokio::test]
async fn missing_regions_files_are_ignored() {
    if !inner("missing_regions_files_are_ignored", &[("HUAWEICLOUD_SDK_REGIONS_FILE", "/nowhere/regions.yaml")]) {
        return;
    }
    assert_eq!(of_drs(&replay(), "cn-north-4").await.as_deref(), Ok("drs.cn-north-4.myhuaweicloud.com"));
}

#[tokio::test]
async fn regions_come_from_profiles() {
    let profile = file("profile-with-region", "[basic]\nak = K\nsk = s\nproject_id = p\nregion = cn-south-1\n");
    let variables = [("HUAWEICLOUD_SDK_CREDENTIALS_FILE", &*profile)];
    let with = [variables[0], ("HUAWEICLOUD_SDK_REGION", "cn-east-3")];
    let is_inner = std::env::var_os(INNER).is_some();
    let expected = std::env::var("HUAWEICLOUD_SDK_REGION").unwrap_or("cn-south-1".to_owned());
    if !is_inner {
        inner("regions_come_from_profiles", &variables);
        // The environment takes precedence over the profile.
        inner("regions_come_from_profiles", &with);
        return;
    }
    let replay = replay();
    let client = drs::Client::builder().transport(replay.clone()).build().unwrap();
    let call = client.create_connection().name("DRS-mysql").db_type("mysql").endpoint(endpoint());
    assert!(target(&replay, call.send()).await.contains(&expected), "{expected}");
}

#[tokio::test]
async fn unreadable_ca_bundles_are_reported() {
    if !inner("unreadable_ca_bundles_are_reported", &[("ALIBABA_CLOUD_CA_BUNDLE", "/nowhere/ca.pem")]) {
        return;
    }
    let keys = || Credentials::access_key("a", "s");
    let error = dg::Client::builder().credentials(keys()).build().unwrap_err().to_string();
    assert!(error.starts_with("the CA bundle `/nowhere/ca.pem` cannot be read: "), "{error}");
    // A custom transport has its own.
    dg::Client::builder().credentials(keys()).transport(replay()).build().unwrap();
}
