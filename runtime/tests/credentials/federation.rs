//! Huawei Cloud's keys in exchange for tokens of other providers.

use serde_json::json;
use wiremock::ResponseTemplate;
use yundb_runtime::{AssumeAgencyWithOidc, CredentialsSource as _, FederatedCredentials};

use crate::world::*;

const STS: &str = "https://sts.cn-north-4.myhuaweicloud.com";
const IAM: &str = "https://iam.myhuaweicloud.com";
const OIDC: [(&str, &str); 2] =
    [("HUAWEICLOUD_OIDC_PROVIDER_URN", "iam::d:p"), ("HUAWEICLOUD_OIDC_AGENCY_URN", "iam::d:a")];
const PATH: &str = "/v5/agencies/assume-with-oidc";

fn keys() -> ResponseTemplate {
    ok(json!({"credentials": {
        "access_key_id": "K", "secret_access_key": "hunter-secret", "security_token": "hunter-token",
        "expiration": "2040-01-01T00:00:00Z",
    }}))
}

#[tokio::test]
async fn an_agency_by_oidc() {
    let world = World::new().await.set(&OIDC).set(&[("HUAWEICLOUD_OIDC_ID_TOKEN", "hunter-jwt")]);
    world.respond("POST", STS, PATH, keys()).await;
    assert_eq!(AssumeAgencyWithOidc::new().configure(&world.config()).fetch().await, Ok(until_2040("K")));
    let expected = json!({
        "provider_urn": "iam::d:p", "agency_urn": "iam::d:a", "agency_session_name": "oidc-sts-session",
        "id_token": "hunter-jwt", "duration_seconds": 3600,
    });
    assert_eq!(world.request().await.json(), expected);
}

#[tokio::test]
async fn an_agency_by_oidc_with_all_settings() {
    let world = World::new().await;
    let token = world.file("token", "hunter-file\n");
    let world = world.set(&OIDC).set(&[
        ("HUAWEICLOUD_OIDC_TOKEN_FILE", &token),
        ("HUAWEICLOUD_OIDC_SESSION_NAME", "nightly"),
        ("HUAWEICLOUD_OIDC_DURATION_SECONDS", "900"),
        ("HUAWEICLOUD_OIDC_POLICY", "{}"),
        ("HUAWEICLOUD_OIDC_POLICY_IDS", "a, b,"),
        ("HUAWEICLOUD_SDK_STS_ENDPOINT", "https://sts.example.com/"),
    ]);
    world.respond("POST", "https://sts.example.com", PATH, keys()).await;
    assert_eq!(AssumeAgencyWithOidc::new().configure(&world.config()).fetch().await, Ok(until_2040("K")));
    let expected = json!({
        "provider_urn": "iam::d:p", "agency_urn": "iam::d:a", "agency_session_name": "nightly", "id_token": "hunter-file",
        "duration_seconds": 900, "policy": "{}", "policy_ids": ["a", "b"],
    });
    assert_eq!(world.request().await.json(), expected);
}

#[tokio::test]
async fn an_incomplete_agency() {
    let of = async |variables: &[(&str, &str)]| {
        let world = World::new().await.set(variables);
        fails(AssumeAgencyWithOidc::new().configure(&world.config())).await
    };
    assert_absent(of(&[]).await, &["HUAWEICLOUD_OIDC_PROVIDER_URN", "HUAWEICLOUD_OIDC_TOKEN_FILE"]);
    assert_broken(of(&OIDC).await, &["HUAWEICLOUD_OIDC_TOKEN_FILE is not set"]);
    assert_broken(of(&[("HUAWEICLOUD_OIDC_ID_TOKEN", "hunter")]).await, &["HUAWEICLOUD_OIDC_PROVIDER_URN is not set"]);
    let all = [OIDC[0], OIDC[1], ("HUAWEICLOUD_OIDC_ID_TOKEN", "hunter")];
    assert_broken(of(&all).await, &["agency assumed with OIDC: status 404"]);
    let odd = [all[0], all[1], all[2], ("HUAWEICLOUD_OIDC_DURATION_SECONDS", "1h")];
    assert_broken(of(&odd).await, &["is not a number of seconds"]);
    let odd = [all[0], all[1], all[2], ("HUAWEICLOUD_SDK_STS_ENDPOINT", "sts")];
    assert_broken(of(&odd).await, &["the address of STS is not a URL"]);
}

async fn trusted(world: &World, iam: &str) {
    let unscoped = ResponseTemplate::new(201)
        .insert_header("X-Subject-Token", "hunter-unscoped")
        .set_body_json(json!({"token": {}}));
    world.respond("POST", iam, "/v3.0/OS-AUTH/id-token/tokens", unscoped).await;
    let keys = ResponseTemplate::new(201).set_body_json(json!({"credential": {
        "access": "K", "secret": "hunter-secret", "securitytoken": "hunter-token", "expires_at": "2040-01-01T00:00:00.000000Z",
    }}));
    world.respond("POST", iam, "/v3.0/OS-CREDENTIAL/securitytokens", keys).await;
}

#[tokio::test]
async fn an_identity_providers_token() {
    let world = World::new().await;
    let token = world.file("token", "hunter-jwt\n");
    let world = world.set(&[("HUAWEICLOUD_SDK_IDP_ID", "idp"), ("HUAWEICLOUD_SDK_ID_TOKEN_FILE", &token)]);
    trusted(&world, IAM).await;
    assert_eq!(FederatedCredentials::new().configure(&world.config()).fetch().await, Ok(until_2040("K")));
    let [first, second] = world.requests().await.try_into().ok().unwrap();
    assert_eq!(first.header("x-idp-id"), Some("idp"));
    assert_eq!(first.json(), json!({"auth": {"id_token": {"id": "hunter-jwt"}}}));
    let token = json!({"id": "hunter-unscoped", "duration_seconds": 21600});
    assert_eq!(second.json(), json!({"auth": {"identity": {"methods": ["token"], "token": token}}}));
}

#[tokio::test]
async fn an_incomplete_identity_provider() {
    let world = World::new().await;
    assert_absent(fails(FederatedCredentials::new().configure(&world.config())).await, &["HUAWEICLOUD_SDK_IDP_ID"]);
    let half = World::new().await.set(&[("HUAWEICLOUD_SDK_IDP_ID", "idp")]);
    let error = fails(FederatedCredentials::new().configure(&half.config())).await;
    assert_broken(error, &["HUAWEICLOUD_SDK_ID_TOKEN_FILE is not set"]);
    // IAM refuses, and the error does not contain the token.
    let token = world.file("token", "hunter-jwt");
    let world = world.set(&[("HUAWEICLOUD_SDK_IAM_ENDPOINT", "https://iam.example.com")]);
    let refusal =
        ResponseTemplate::new(401).set_body_json(json!({"error": {"code": 401, "message": "hunter-jwt is over"}}));
    world.respond("POST", "https://iam.example.com", "/v3.0/OS-AUTH/id-token/tokens", refusal).await;
    let source = FederatedCredentials::new().configure(&world.config()).idp_id("idp").token_file(token);
    assert_broken(fails(source).await, &["exchange of an identity provider's token: status 401, code 401"]);
}

#[tokio::test]
async fn plain_http_from_the_environment_is_rejected() {
    let world = World::new().await;
    let token = world.file("token", "hunter-jwt");
    let world = world.set(&[
        ("HUAWEICLOUD_SDK_IAM_ENDPOINT", "http://iam.example.com"),
        ("HUAWEICLOUD_SDK_STS_ENDPOINT", "http://sts.example.com"),
        ("HUAWEICLOUD_OIDC_PROVIDER_URN", "p"),
        ("HUAWEICLOUD_OIDC_AGENCY_URN", "a"),
        ("HUAWEICLOUD_OIDC_TOKEN_FILE", &token),
    ]);
    let federated = || FederatedCredentials::new().idp_id("idp").token_file(&token).configure(&world.config());
    assert_broken(fails(federated()).await, &["HUAWEICLOUD_SDK_IAM_ENDPOINT is plain HTTP"]);
    let agency = AssumeAgencyWithOidc::new().configure(&world.config());
    assert_broken(fails(agency).await, &["HUAWEICLOUD_SDK_STS_ENDPOINT is plain HTTP"]);
    assert!(world.requests().await.is_empty());
    // An address set by the program itself is not restricted.
    assert_broken(fails(federated().iam_endpoint("http://iam.example.com")).await, &["status 404"]);
    assert_eq!(world.request().await.line, "POST http://iam.example.com/v3.0/OS-AUTH/id-token/tokens");
}
