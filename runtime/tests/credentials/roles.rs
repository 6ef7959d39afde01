//! Roles of Alibaba Cloud.

use serde_json::json;
use wiremock::ResponseTemplate;
use yundb_runtime::{
    AssumeRole, AssumeRoleWithOidc, Credentials, CredentialsError, CredentialsFuture, CredentialsProvider,
    CredentialsSource as _, FederatedCredentials, InstanceCredentials,
};

use crate::world::*;

const STS: &str = "https://sts.aliyuncs.com";

fn keys() -> Credentials {
    Credentials::access_key("AK", "hunter-base").with_security_token("hunter-session")
}

#[tokio::test]
async fn a_role_with_all_settings() {
    let world = World::new().await;
    world.respond("POST", "https://sts.cn-hangzhou.aliyuncs.com", "/", assumed("STS.1")).await;
    let role = AssumeRole::new(keys(), "acs:ram::1:role/r").configure(&world.config()).region("cn-hangzhou");
    let role = role.session_name("alice").duration_seconds(900).policy(r#"{"Version": "1"}"#).external_id("for-me");
    assert_eq!(role.fetch().await, Ok(until_2040("STS.1")));
    let sent = world.request().await;
    sent.assert_parameters(&[
        ("Action", Some("AssumeRole")),
        ("Version", Some("2015-04-01")),
        ("Format", Some("JSON")),
        ("RoleArn", Some("acs:ram::1:role/r")),
        ("RoleSessionName", Some("alice")),
        ("DurationSeconds", Some("900")),
        ("Policy", Some(r#"{"Version": "1"}"#)),
        ("ExternalId", Some("for-me")),
        ("AccessKeyId", Some("AK")),
        ("SecurityToken", Some("hunter-session")),
    ]);
    sent.assert_signed("hunter-base");
}

#[tokio::test]
async fn defaults_of_a_role() {
    let world = World::new().await.set(&[("ALIBABA_CLOUD_ROLE_SESSION_NAME", "nightly")]);
    world.respond("POST", STS, "/", assumed("STS.1")).await;
    AssumeRole::new(keys(), "r").configure(&world.config()).fetch().await.unwrap();
    let sent = world.request().await;
    let expected = [
        ("RoleSessionName", Some("nightly")),
        ("DurationSeconds", Some("3600")),
        ("Policy", None),
        ("ExternalId", None),
    ];
    sent.assert_parameters(&expected);
}

#[tokio::test]
async fn addresses_of_sts() {
    for (variables, region, host) in [
        (&[] as &[(&str, &str)], None, STS),
        (&[("ALIBABA_CLOUD_STS_REGION", "cn-beijing")], None, "https://sts.cn-beijing.aliyuncs.com"),
        (&[("ALIBABA_CLOUD_STS_REGION", "cn-beijing")], Some("cn-shanghai"), "https://sts.cn-shanghai.aliyuncs.com"),
        (
            &[("ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED", "true"), ("ALIBABA_CLOUD_STS_REGION", "cn-beijing")],
            None,
            "https://sts-vpc.cn-beijing.aliyuncs.com",
        ),
        (
            &[("ALIBABA_CLOUD_STS_ENDPOINT", "https://sts.example.com/"), ("ALIBABA_CLOUD_STS_REGION", "cn-beijing")],
            None,
            "https://sts.example.com",
        ),
    ] {
        let world = World::new().await.set(variables);
        let mut role = AssumeRole::new(keys(), "r").configure(&world.config());
        if let Some(region) = region {
            role = role.region(region);
        }
        let _ = role.fetch().await;
        assert_eq!(world.request().await.line, format!("POST {host}/"));
    }
    let world = World::new().await;
    for role in [
        AssumeRole::new(keys(), "r").region("evil.com/x"),
        AssumeRole::new(keys(), "r").endpoint("sts.aliyuncs.com"),
        AssumeRole::new(keys(), "r").duration_seconds(60),
    ] {
        assert_broken(fails(role.configure(&world.config())).await, &["the role r: "]);
    }
    let plain = world.set(&[("ALIBABA_CLOUD_STS_ENDPOINT", "http://sts.example.com")]);
    assert_broken(fails(AssumeRole::new(keys(), "r").configure(&plain.config())).await, &["plain HTTP"]);
    assert!(plain.requests().await.is_empty());
}

#[tokio::test]
async fn a_refusal_shows_no_secret() {
    let world = World::new().await;
    let refusal = ResponseTemplate::new(403).set_body_json(json!({
        "Code": "NoPermission", "Message": "you may\nnot", "RequestId": "R-1",
    }));
    world.respond("POST", STS, "/", refusal).await;
    let error = fails(AssumeRole::new(keys(), "acs:ram::1:role/r").configure(&world.config())).await;
    assert_broken(error, &["the role acs:ram::1:role/r: status 403, code NoPermission, you may not (request id R-1)"]);
    for (code, message) in [
        ("SignatureDoesNotMatch", "server string to sign is:POST&Policy%3Dhunter-policy"),
        ("InvalidParameter", "the token hunter-session is wrong"),
        ("hunter-session", "m"),
    ] {
        let world = World::new().await;
        let refusal = ResponseTemplate::new(400).set_body_json(json!({"Code": code, "Message": message}));
        world.respond("POST", STS, "/", refusal).await;
        assert_broken(fails(AssumeRole::new(keys(), "r").configure(&world.config())).await, &["status 400"]);
    }
    for body in [r#"{"Credentials": {"AccessKeyId": "hunter"}}"#, r#"{"Credentials": "hunter""#, "hunter", "{}"] {
        let world = World::new().await;
        world.respond("POST", STS, "/", text(body)).await;
        assert_broken(fails(AssumeRole::new(keys(), "r").configure(&world.config())).await, &["the role r: "]);
    }
}

#[tokio::test]
async fn a_busy_service_is_retried() {
    let world = World::new().await;
    let busy = wiremock::Mock::given(wiremock::matchers::any()).respond_with(ResponseTemplate::new(503));
    busy.up_to_n_times(3).mount(&world.server).await;
    world.respond("POST", STS, "/", assumed("STS.1")).await;
    assert_eq!(AssumeRole::new(keys(), "r").configure(&world.config()).fetch().await, Ok(until_2040("STS.1")));
    // Each request has its own nonce.
    let nonces: std::collections::BTreeSet<_> =
        world.requests().await.iter().map(|sent| sent.parameters()["SignatureNonce"].clone()).collect();
    assert_eq!(nonces.len(), 4);
}

#[tokio::test]
async fn addresses_and_ids_are_not_shown() {
    let world = World::new().await;
    let refused = ResponseTemplate::new(403).set_body_json(json!({"Code": "NoPermission", "Message": "not hunter-id"}));
    wiremock::Mock::given(wiremock::matchers::any()).respond_with(refused).mount(&world.server).await;
    let endpoint = "https://hunter-user:hunter-pw@sts.example.com:8443/hunter-path";
    let role = AssumeRole::new(keys(), "r").external_id("hunter-id").endpoint(endpoint).configure(&world.config());
    let shown = format!("{role:?}");
    assert!(shown.contains("https://sts.example.com:8443\""), "{shown}");
    assert_broken(fails(role).await, &["status 403, code NoPermission"]);
    let oidc = AssumeRoleWithOidc::new().endpoint(endpoint);
    let federated = FederatedCredentials::new().iam_endpoint(endpoint);
    let instance = InstanceCredentials::huawei().endpoint(endpoint);
    let odd = AssumeRoleWithOidc::new().endpoint("hunter pw");
    let shown = format!("{oidc:?} {federated:?} {instance:?} {odd:?}");
    assert!(!shown.contains("hunter"), "{shown}");
    fails(instance.configure(&world.config())).await;
}

/// Provides other keys after the previous ones were rejected.
#[derive(Debug, Default)]
struct Renewable(std::sync::atomic::AtomicBool);

impl CredentialsProvider for Renewable {
    fn credentials(&self) -> CredentialsFuture<'_> {
        let key = if self.0.load(std::sync::atomic::Ordering::Relaxed) { "NEW" } else { "OLD" };
        Box::pin(async move { Ok(Credentials::access_key(key, "s")) })
    }

    fn rejected(&self, _: &Credentials) -> bool {
        !self.0.swap(true, std::sync::atomic::Ordering::Relaxed)
    }
}

#[tokio::test]
async fn keys_that_sts_rejects_are_renewed() {
    let world = World::new().await;
    let refused = wiremock::Mock::given(wiremock::matchers::query_param("AccessKeyId", "OLD"));
    let code = json!({"Code": "InvalidSecurityToken.Expired", "Message": "m"});
    refused.respond_with(ResponseTemplate::new(403).set_body_json(code)).mount(&world.server).await;
    world.respond("POST", STS, "/", assumed("STS.1")).await;
    let role = AssumeRole::new(Renewable::default(), "r").configure(&world.config());
    assert_eq!(role.fetch().await, Ok(until_2040("STS.1")));
}

#[tokio::test]
async fn keys_that_sts_accepts_are_kept() {
    for (status, code) in
        [(403, "NoPermission"), (404, "EntityNotExist.Role"), (400, "InvalidParameter"), (503, "Busy")]
    {
        let world = World::new().await;
        let refused = ResponseTemplate::new(status).set_body_json(json!({"Code": code}));
        world.respond("POST", STS, "/", refused).await;
        let base = shared(Renewable::default());
        assert_broken(
            fails(AssumeRole::new(base.clone(), "r").configure(&world.config())).await,
            &[&format!("status {status}")],
        );
        assert!(!base.0.load(std::sync::atomic::Ordering::Relaxed), "{code}");
    }
}

#[derive(Debug)]
struct Nothing;

impl CredentialsProvider for Nothing {
    fn credentials(&self) -> CredentialsFuture<'_> {
        Box::pin(async { Err(CredentialsError::not_found("nothing here")) })
    }
}

#[tokio::test]
async fn a_role_without_keys_to_assume_it_is_broken() {
    let world = World::new().await;
    let none = fails(AssumeRole::new(Nothing, "r").configure(&world.config())).await;
    assert_broken(none, &["the role r: nothing here"]);
    let token = AssumeRole::new(Credentials::token("hunter"), "r").configure(&world.config());
    assert_broken(fails(token).await, &["a role cannot be assumed with a token"]);
}

#[tokio::test]
async fn a_role_by_oidc() {
    let world = World::new().await;
    let token = world.file("token", "hunter-jwt\n");
    let world = world.set(&[
        ("ALIBABA_CLOUD_ROLE_ARN", "acs:ram::1:role/r"),
        ("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "acs:ram::1:oidc-provider/p"),
        ("ALIBABA_CLOUD_OIDC_TOKEN_FILE", &token),
    ]);
    world.respond("POST", STS, "/", assumed("STS.1")).await;
    let source = AssumeRoleWithOidc::new().configure(&world.config()).policy("{}");
    assert_eq!(source.fetch().await, Ok(until_2040("STS.1")));
    let sent = world.request().await;
    sent.assert_parameters(&[
        ("Action", Some("AssumeRoleWithOIDC")),
        ("RoleArn", Some("acs:ram::1:role/r")),
        ("OIDCProviderArn", Some("acs:ram::1:oidc-provider/p")),
        ("OIDCToken", Some("hunter-jwt")),
        ("RoleSessionName", Some("yundb")),
        ("DurationSeconds", Some("3600")),
        ("Policy", Some("{}")),
        ("Signature", None),
        ("AccessKeyId", None),
    ]);
    // The body appears in no log.
    assert!(String::from_utf8(sent.body.clone()).unwrap().contains("OIDCToken=hunter-jwt"));
    // The file is read each time, as the cluster renews it.
    world.file("token", "hunter-2");
    source.fetch().await.unwrap();
    world.requests().await[1].assert_parameters(&[("OIDCToken", Some("hunter-2"))]);
}

#[tokio::test]
async fn incomplete_oidc() {
    let of = async |variables: &[(&str, &str)]| {
        let world = World::new().await.set(variables);
        fails(AssumeRoleWithOidc::new().configure(&world.config())).await
    };
    let names = ["ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "ALIBABA_CLOUD_OIDC_TOKEN_FILE"];
    assert_absent(of(&[]).await, &names);
    // A role may be configured for another purpose.
    assert_absent(of(&[("ALIBABA_CLOUD_ROLE_ARN", "r")]).await, &names);
    assert_broken(of(&[(names[0], "p")]).await, &["ALIBABA_CLOUD_OIDC_TOKEN_FILE is not set"]);
    assert_broken(of(&[(names[0], "p"), (names[1], "f")]).await, &["ALIBABA_CLOUD_ROLE_ARN is not set"]);
    let all = [("ALIBABA_CLOUD_ROLE_ARN", "r"), (names[0], "p"), (names[1], "/nowhere/token")];
    assert_broken(of(&all).await, &["role assumed with OIDC: the token in /nowhere/token: "]);
}
