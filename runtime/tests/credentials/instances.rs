//! Keys of servers, from their metadata service.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use wiremock::matchers::{any, header, method, path};
use wiremock::{Mock, ResponseTemplate};
use yundb_runtime::test_util::ManualClock;
use yundb_runtime::{
    ByteStream, Clock as _, ContainerCredentials, CredentialsSource as _, InstanceCredentials, ProviderConfig,
    RequestBody, Transport, TransportError, TransportErrorKind,
};

use crate::world::*;

const HUAWEI: &str = "http://169.254.169.254";
const ALIYUN: &str = "http://100.100.100.200";
const KEY: &str = "/openstack/latest/securitykey";
const ROLES: &str = "/latest/meta-data/ram/security-credentials/";

fn huawei_keys() -> Value {
    json!({"credential": {
        "access": "K", "secret": "hunter-secret", "securitytoken": "hunter-token", "expires_at": "2040-01-01T00:00:00.000000Z",
    }})
}

/// A service with session tokens, which responds with 401 without one.
async fn session(world: &World, at: &str, name: &str, responses: &[(&str, ResponseTemplate)]) {
    Mock::given(method("PUT")).and(path(at)).respond_with(text("hunter-session\n")).mount(&world.server).await;
    for (at, response) in responses {
        let mock = Mock::given(method("GET")).and(path(*at)).and(header(name, "hunter-session"));
        mock.respond_with(response.clone()).mount(&world.server).await;
    }
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(401)).mount(&world.server).await;
}

#[tokio::test]
async fn with_a_session_token() {
    let world = World::new().await;
    session(&world, "/meta-data/latest/api/token", "X-Metadata-Token", &[(KEY, ok(huawei_keys()))]).await;
    assert_eq!(InstanceCredentials::huawei().configure(&world.config()).fetch().await, Ok(until_2040("K")));
    assert_eq!(world.requests().await[0].header("x-metadata-token-ttl-seconds"), Some("21600"));
    let world = World::new().await;
    let role = format!("{ROLES}the-role");
    let responses = [(ROLES, text("the-role\n")), (role.as_str(), ok(aliyun_keys("K")))];
    session(&world, "/latest/api/token", "X-aliyun-ecs-metadata-token", &responses).await;
    assert_eq!(InstanceCredentials::aliyun().configure(&world.config()).fetch().await, Ok(until_2040("K")));
    let lines: Vec<_> = world.requests().await.into_iter().map(|sent| sent.line).collect();
    assert_eq!(
        lines,
        [format!("PUT {ALIYUN}/latest/api/token"), format!("GET {ALIYUN}{ROLES}"), format!("GET {ALIYUN}{role}")]
    );
}

#[tokio::test]
async fn without_a_session_token() {
    let world = World::new().await;
    world.respond("GET", HUAWEI, KEY, ok(huawei_keys())).await;
    assert_eq!(InstanceCredentials::huawei().configure(&world.config()).fetch().await, Ok(until_2040("K")));
    let world = World::new().await.set(&[("ALIBABA_CLOUD_ECS_METADATA", "r")]);
    world.respond("GET", ALIYUN, &format!("{ROLES}r"), ok(aliyun_keys("K"))).await;
    assert_eq!(InstanceCredentials::aliyun().configure(&world.config()).fetch().await, Ok(until_2040("K")));
    let world = world.set(&[("ALIBABA_CLOUD_IMDSV1_DISABLED", "true")]);
    let error = fails(InstanceCredentials::aliyun().configure(&world.config())).await;
    assert_broken(error, &["no session token (status 404), and ALIBABA_CLOUD_IMDSV1_DISABLED is set"]);
}

#[tokio::test]
async fn a_session_token_that_is_refused() {
    for (status, goes_on) in [(404, true), (405, true), (400, false), (401, false), (403, false), (500, false)] {
        let world = World::new().await.set(&[("ALIBABA_CLOUD_ECS_METADATA", "r")]);
        world.respond("PUT", HUAWEI, "/meta-data/latest/api/token", ResponseTemplate::new(status)).await;
        world.respond("PUT", ALIYUN, "/latest/api/token", ResponseTemplate::new(status)).await;
        world.respond("GET", HUAWEI, KEY, ok(huawei_keys())).await;
        world.respond("GET", ALIYUN, &format!("{ROLES}r"), ok(aliyun_keys("K"))).await;
        for source in [InstanceCredentials::huawei(), InstanceCredentials::aliyun()] {
            let source = source.configure(&world.config());
            if goes_on {
                assert_eq!(source.fetch().await, Ok(until_2040("K")), "{status}");
            } else {
                assert_broken(fails(source).await, &[&format!("no session token (status {status})")]);
            }
        }
        let asked_without = world.requests().await.iter().any(|sent| sent.line.starts_with("GET"));
        assert_eq!(asked_without, goes_on, "{status}");
    }
}

#[tokio::test]
async fn missing_services_and_roles() {
    let world = World::new().await;
    let error = fails(InstanceCredentials::huawei().configure(&world.config())).await;
    assert_absent(
        error,
        &["server metadata at http://169.254.169.254: the server has no agency (status 404 for /openstack"],
    );
    let error = fails(InstanceCredentials::aliyun().configure(&world.config())).await;
    assert_absent(error, &["the server has no RAM role (status 404 for"]);
    // Huawei Cloud also has another response for this.
    let none = ResponseTemplate::new(401).set_body_string("Please configure Cloud Service Agency first");
    world.respond("GET", HUAWEI, KEY, none).await;
    let error = fails(InstanceCredentials::huawei().configure(&world.config())).await;
    assert_absent(error, &["the server has no agency (status 401"]);
    // No service is reachable.
    let error = fails(InstanceCredentials::huawei().endpoint("http://127.0.0.1:9")).await;
    assert_absent(error, &["server metadata at http://127.0.0.1:9: no connection"]);
    let world = World::new().await.set(&[("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")]);
    let error = fails(InstanceCredentials::aliyun().configure(&world.config())).await;
    assert_absent(error, &["disabled by ALIBABA_CLOUD_ECS_METADATA_DISABLED"]);
    assert!(world.requests().await.is_empty());
}

#[tokio::test]
async fn broken_services_and_roles() {
    let world = World::new().await;
    // A configured role must exist.
    assert_broken(
        fails(InstanceCredentials::aliyun().configure(&world.config()).role("r")).await,
        &["no such RAM role"],
    );
    let mut failed = aliyun_keys("K");
    failed["Code"] = json!("hunter");
    for (response, part) in [
        (ok(failed), "`Code` is not `Success`"),
        (text("{\"AccessKeySecret\": \"hunter\""), "not the expected JSON at line 1"),
        (
            ok(json!({"Code": "Success", "AccessKeyId": "K", "AccessKeySecret": 31337})),
            "`AccessKeySecret` is not a string",
        ),
        (ResponseTemplate::new(500), "status 500"),
    ] {
        let world = World::new().await;
        world.respond("GET", ALIYUN, &format!("{ROLES}r"), response).await;
        assert_broken(fails(InstanceCredentials::aliyun().configure(&world.config()).role("r")).await, &[part]);
    }
}

#[tokio::test]
async fn temporary_failures_are_retried() {
    let world = World::new().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(503)).up_to_n_times(1).mount(&world.server).await;
    session(&world, "/meta-data/latest/api/token", "X-Metadata-Token", &[(KEY, ok(huawei_keys()))]).await;
    assert_eq!(InstanceCredentials::huawei().configure(&world.config()).fetch().await, Ok(until_2040("K")));
}

#[tokio::test]
async fn a_role_name_cannot_change_the_path() {
    for role in ["..", ".", " ", "../../../user-data", "r?x=1#y"] {
        let world = World::new().await;
        let error = fails(InstanceCredentials::aliyun().configure(&world.config()).role(role)).await;
        assert!(!error.0, "{error:?}");
        for sent in world.requests().await {
            let is_there = sent.line.starts_with("PUT ") || sent.line[4..].starts_with(&format!("{ALIYUN}{ROLES}"));
            assert!(is_there && sent.line.matches('/').count() <= 2 + ROLES.matches('/').count(), "{}", sent.line);
        }
    }
}

/// Finds no connection, and counts the attempts.
#[derive(Clone, Debug, Default)]
struct Deserted(Arc<AtomicUsize>);

impl Transport for Deserted {
    fn send(
        &self,
        _: http::Request<RequestBody>,
    ) -> futures_core::future::BoxFuture<'_, Result<http::Response<ByteStream>, TransportError>> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Box::pin(async { Err(TransportError::new(TransportErrorKind::ConnectTimeout, "nobody")) })
    }
}

#[tokio::test(start_paused = true)]
async fn unreachable_metadata_services_are_not_retried() {
    let deserted = Deserted::default();
    let config = ProviderConfig::new().transport(deserted.clone()).environment(|_| None);
    assert_absent(fails(InstanceCredentials::huawei().configure(&config)).await, &["nobody"]);
    assert_eq!(deserted.0.load(Ordering::Relaxed), 1, "a program elsewhere would wait at each start");
    let uri = ContainerCredentials::aliyun().configure(&config).uri("http://sidecar/");
    assert_broken(fails(uri).await, &["credentials URI: nobody"]);
    assert_eq!(deserted.0.load(Ordering::Relaxed), 1 + 4);
}

#[tokio::test]
async fn pauses_use_the_clock() {
    let world = World::new().await;
    world.respond("GET", HUAWEI, KEY, ResponseTemplate::new(500)).await;
    let clock = ManualClock::at("2026-01-01T00:00:00Z".parse().unwrap());
    let begin = clock.monotonic();
    let source = InstanceCredentials::huawei().configure(&world.config().clock(clock.clone()));
    source.fetch().await.unwrap_err();
    // Three pauses, each with a jitter of up to a half.
    let passed = (clock.monotonic() - begin).as_millis();
    assert!((350..=700).contains(&passed), "{passed} ms");
}
