//! The default chains of clients.

use std::sync::Mutex;

use serde_json::json;
use wiremock::ResponseTemplate;
use yundb_runtime::{Credentials, CredentialsChain, CredentialsError, CredentialsFuture, CredentialsProvider};

use crate::world::*;

const ALIYUN: &str = "http://100.100.100.200";
const HUAWEI: &str = "http://169.254.169.254";
const ROLES: &str = "/latest/meta-data/ram/security-credentials/";

/// A server of Alibaba Cloud with a role, and a URI for credentials.
async fn aliyun_server(world: &World) {
    world.respond("GET", ALIYUN, ROLES, text("node")).await;
    world.respond("GET", ALIYUN, &format!("{ROLES}node"), ok(aliyun_keys("NODE"))).await;
    world.respond("GET", "http://127.0.0.1:7002", "/", ok(aliyun_keys("URI"))).await;
    world.respond("POST", "https://sts.aliyuncs.com", "/", assumed("OIDC")).await;
}

#[tokio::test]
async fn the_order_of_alibaba_cloud() {
    // All sources are configured; then the first one is removed, and so on.
    let world = World::new().await;
    aliyun_server(&world).await;
    let token = world.file("token", "hunter-jwt");
    world.file(
        ".aliyun/config.json",
        &json!({"current": "p", "profiles": [
            {"name": "p", "mode": "AK", "access_key_id": "PROFILE", "access_key_secret": "s"},
        ]})
        .to_string(),
    );
    let mut world = world.set(&[
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ENV"),
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "s"),
        ("ALIBABA_CLOUD_OIDC_TOKEN_FILE", &token),
        ("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "idp"),
        ("ALIBABA_CLOUD_ROLE_ARN", "r"),
        ("ALIBABA_CLOUD_CREDENTIALS_URI", "http://127.0.0.1:7002/"),
    ]);
    let none: [&[(&str, &str)]; 5] = [
        &[("ALIBABA_CLOUD_ACCESS_KEY_ID", ""), ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "")],
        &[("ALIBABA_CLOUD_OIDC_TOKEN_FILE", ""), ("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "")],
        &[("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "true")],
        &[("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")],
        &[("ALIBABA_CLOUD_CREDENTIALS_URI", "")],
    ];
    for (expected, without) in ["ENV", "OIDC", "PROFILE", "NODE", "URI"].into_iter().zip(none) {
        assert_eq!(key(&CredentialsChain::aliyun_with(&world.config())).await, expected);
        world = world.set(without);
    }
    // The final error names everything that was looked for.
    assert_absent(
        refuses(CredentialsChain::aliyun_with(&world.config())).await,
        &[
            "the environment: ALIBABA_CLOUD_ACCESS_KEY_ID or",
            "; role assumed with OIDC: ALIBABA_CLOUD_OIDC_PROVIDER_ARN and ALIBABA_CLOUD_OIDC_TOKEN_FILE are not set",
            ".alibabacloud/credentials.ini: there is no such file; ",
            "; server metadata at http://100.100.100.200: disabled by ALIBABA_CLOUD_ECS_METADATA_DISABLED",
            "; credentials URI: ALIBABA_CLOUD_CREDENTIALS_URI is not set",
        ],
    );
}

async fn key(chain: &CredentialsChain) -> String {
    match chain.credentials().await.unwrap() {
        Credentials::AccessKey { access_key, .. } => access_key,
        other => panic!("{other:?}"),
    }
}

/// Keys of Huawei Cloud, in either form.
fn huawei_keys(id: &str) -> ResponseTemplate {
    ok(json!({"credential": {
        "access": id, "secret": "hunter-secret", "securitytoken": "hunter-token", "expires_at": "2040-01-01T00:00:00.000000Z",
    }}))
}

#[tokio::test]
async fn the_order_of_huawei_cloud() {
    let world = World::new().await;
    let (sts, iam) = ("https://sts.cn-north-4.myhuaweicloud.com", "https://iam.myhuaweicloud.com");
    world.respond("POST", sts, "/v5/agencies/assume-with-oidc", huawei_keys("OIDC")).await;
    let unscoped = ResponseTemplate::new(201).insert_header("X-Subject-Token", "u").set_body_json(json!({}));
    world.respond("POST", iam, "/v3.0/OS-AUTH/id-token/tokens", unscoped).await;
    world.respond("POST", iam, "/v3.0/OS-CREDENTIAL/securitytokens", huawei_keys("IDP")).await;
    world.respond("GET", HUAWEI, "/openstack/latest/securitykey", huawei_keys("AGENCY")).await;
    world.respond("POST", "http://169.254.1.1", "/", huawei_keys("POD")).await;
    world.file(".huaweicloud/credentials", "[basic]\nak = PROFILE\nsk = s\n");
    let token = world.file("token", "hunter-jwt");
    let world = world.set(&[
        ("HUAWEICLOUD_OIDC_PROVIDER_URN", "p"),
        ("HUAWEICLOUD_OIDC_AGENCY_URN", "a"),
        ("HUAWEICLOUD_OIDC_TOKEN_FILE", &token),
        ("HUAWEICLOUD_SDK_IDP_ID", "idp"),
        ("HUAWEICLOUD_SDK_ID_TOKEN_FILE", &token),
        ("HUAWEICLOUD_SDK_AK", "ENV"),
        ("HUAWEICLOUD_SDK_SK", "s"),
        ("HC_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.1.1/"),
        ("HC_CONTAINER_AUTHORIZATION_TOKEN_FILE", &token),
    ]);
    let chain = |world: &World| CredentialsChain::huawei_with(&world.config());
    assert_eq!(key(&chain(&world)).await, "OIDC");
    let none = ["PROVIDER_URN", "AGENCY_URN", "TOKEN_FILE"].map(|name| format!("HUAWEICLOUD_OIDC_{name}"));
    let none: Vec<_> = none.iter().map(|name| (name.as_str(), "")).collect();
    let world = world.set(&none);
    assert_eq!(key(&chain(&world)).await, "IDP");
    let world = world.set(&[("HUAWEICLOUD_SDK_IDP_ID", ""), ("HUAWEICLOUD_SDK_ID_TOKEN_FILE", "")]);
    assert_eq!(key(&chain(&world)).await, "ENV");
    let world = world.set(&[("HUAWEICLOUD_SDK_AK", ""), ("HUAWEICLOUD_SDK_SK", "")]);
    assert_eq!(key(&chain(&world)).await, "PROFILE");
    world.file(".huaweicloud/credentials", "");
    assert_eq!(key(&chain(&world)).await, "AGENCY");
    // Other servers have no agency.
    let elsewhere = World::new().await;
    elsewhere.respond("POST", "http://169.254.1.1", "/", huawei_keys("POD")).await;
    let token = elsewhere.file("token", "hunter-jwt");
    let uri = [
        ("HC_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.1.1/"),
        ("HC_CONTAINER_AUTHORIZATION_TOKEN_FILE", &token),
    ];
    let elsewhere = elsewhere.set(&uri);
    assert_eq!(key(&chain(&elsewhere)).await, "POD");
    let elsewhere = elsewhere.set(&[(uri[0].0, ""), (uri[1].0, "")]);
    assert_absent(
        refuses(chain(&elsewhere)).await,
        &[
            "agency assumed with OIDC: HUAWEICLOUD_OIDC_PROVIDER_URN and",
            "; exchange of an identity provider's token: HUAWEICLOUD_SDK_IDP_ID and HUAWEICLOUD_SDK_ID_TOKEN_FILE are not set",
            "; the environment: HUAWEICLOUD_SDK_AK is not set",
            ".huaweicloud/credentials: there is no such file",
            "; server metadata at http://169.254.169.254: the server has no agency",
            "; pod identity: HC_CONTAINER_CREDENTIALS_FULL_URI and",
        ],
    );
}

#[tokio::test]
async fn a_broken_source_ends_the_chain() {
    // The server's own role would work in each case, but is not the configured source.
    let broken: [&[(&str, &str)]; 4] = [
        &[("ALIBABA_CLOUD_ACCESS_KEY_ID", "K")],
        &[("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "idp")],
        &[("ALIBABA_CLOUD_PROFILE", "gone")],
        &[("ALIBABA_CLOUD_CREDENTIALS_FILE", "/nowhere/credentials")],
    ];
    for variables in broken {
        let world = World::new().await.set(variables);
        aliyun_server(&world).await;
        assert_broken(refuses(CredentialsChain::aliyun_with(&world.config())).await, &[]);
        assert!(world.requests().await.is_empty(), "{variables:?}");
    }
    let role = json!({"name": "p", "mode": "RamRoleArn", "access_key_id": "K", "access_key_secret": "hunter", "ram_role_arn": "r"});
    for profile in [json!({"name": "p", "mode": "AK", "access_key_id": "K"}), role] {
        let world = World::new().await;
        let refused = ResponseTemplate::new(403).set_body_json(json!({"Code": "EntityNotExist.Role"}));
        world.respond("POST", "https://sts.aliyuncs.com", "/", refused).await;
        aliyun_server(&world).await;
        world.file(".aliyun/config.json", &json!({"current": "p", "profiles": [profile]}).to_string());
        let error = refuses(CredentialsChain::aliyun_with(&world.config())).await;
        assert_broken(error, &["config.json: ", "(before that: the environment: ALIBABA_CLOUD_ACCESS_KEY_ID or"]);
        assert!(world.requests().await.iter().all(|sent| !sent.line.contains(ALIYUN)));
    }
    // The same for a failing metadata service.
    let world = World::new().await.set(&[("ALIBABA_CLOUD_CREDENTIALS_URI", "http://127.0.0.1:7002/")]);
    world.respond("GET", ALIYUN, ROLES, ResponseTemplate::new(500)).await;
    aliyun_server(&world).await;
    assert_broken(refuses(CredentialsChain::aliyun_with(&world.config())).await, &["status 500"]);
}

#[tokio::test]
async fn the_source_that_succeeded_is_tried_first() {
    let world = World::new().await;
    aliyun_server(&world).await;
    let chain = CredentialsChain::aliyun_with(&world.config());
    for _ in 0..10 {
        assert_eq!(key(&chain).await, "NODE");
    }
    assert_eq!(world.requests().await.len(), 3);
    // The source of the rejected credentials is identified.
    assert!(!chain.rejected(&Credentials::access_key("ENV", "s")));
    assert!(chain.rejected(&issued("NODE")));
}

/// Returns these outcomes one after the other.
#[derive(Debug)]
struct Scripted(Mutex<Vec<Result<Credentials, CredentialsError>>>);

impl CredentialsProvider for Scripted {
    fn credentials(&self) -> CredentialsFuture<'_> {
        let next = self.0.lock().unwrap().pop().expect("an outcome");
        Box::pin(async move { next })
    }
}

#[tokio::test]
async fn a_failure_of_the_source_that_succeeded_is_final() {
    let scripted = |mut outcomes: Vec<_>| {
        outcomes.reverse();
        Scripted(Mutex::new(outcomes))
    };
    let keys = |id: &str| Ok(Credentials::access_key(id, "s"));
    let none = || Err(CredentialsError::not_found("nothing"));
    let first = scripted(vec![none(), keys("FIRST")]);
    let second = scripted(vec![keys("SECOND"), Err(CredentialsError::new("broken")), none(), keys("SECOND-2")]);
    let chain = shared(CredentialsChain::new().or(first).or(second));
    assert_eq!(key(&chain).await, "SECOND");
    let error = chain.credentials().await.unwrap_err();
    assert_eq!((error.is_not_found(), error.to_string().as_str()), (false, "broken"));
    // A source that no longer has credentials does not allow a fallback with other permissions.
    assert_broken(refuses(chain.clone()).await, &["nothing (there were credentials before)"]);
    assert_eq!(key(&chain).await, "SECOND-2");
}

#[tokio::test]
async fn a_temporarily_missing_profile_is_not_skipped() {
    let world = World::new().await;
    world.respond("GET", HUAWEI, "/openstack/latest/securitykey", huawei_keys("AGENCY")).await;
    let profile = "[basic]\nak = PROFILE\nsk = s\n";
    world.file(".huaweicloud/credentials", profile);
    let chain = shared(CredentialsChain::huawei_with(&world.config()));
    assert_eq!(key(&chain).await, "PROFILE");
    world.file(".huaweicloud/credentials", "");
    assert_broken(refuses(chain.clone()).await, &["there is no section [basic] or [global]"]);
    world.file(".huaweicloud/credentials", profile);
    assert_eq!(key(&chain).await, "PROFILE");
}

#[tokio::test]
async fn a_server_that_fails_after_a_rejection_is_not_skipped() {
    let world = World::new().await.set(&[("ALIBABA_CLOUD_CREDENTIALS_URI", "http://127.0.0.1/")]);
    aliyun_server(&world).await;
    world.respond("GET", "http://127.0.0.1", "/", ok(aliyun_keys("URI"))).await;
    let chain = shared(CredentialsChain::aliyun_with(&world.config()));
    assert_eq!(key(&chain).await, "NODE");
    world.server.reset().await;
    world.respond("GET", "http://127.0.0.1", "/", ok(aliyun_keys("URI"))).await;
    assert!(chain.rejected(&issued("NODE")));
    assert_broken(refuses(chain.clone()).await, &["the server has no RAM role"]);
    assert!(world.requests().await.iter().all(|sent| sent.line.contains(ALIYUN)));
}
