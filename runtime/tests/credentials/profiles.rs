//! Profile files.

use serde_json::{Value, json};
use wiremock::ResponseTemplate;
use yundb_runtime::{Credentials, CredentialsProvider as _, ProfileCredentials};

use crate::world::*;

const CONFIG: &str = ".aliyun/config.json";
const INI: &str = ".alibabacloud/credentials.ini";
const STS: &str = "https://sts.aliyuncs.com";

/// A file of the tool with these profiles, of which the first is the current one.
fn config(profiles: &[Value]) -> String {
    json!({"current": profiles[0]["name"], "profiles": profiles, "meta_path": ""}).to_string()
}

fn ak(name: &str) -> Value {
    json!({"name": name, "mode": "AK", "access_key_id": name, "access_key_secret": "hunter-2"})
}

fn aliyun(world: &World) -> ProfileCredentials {
    ProfileCredentials::aliyun().configure(&world.config())
}

/// An environment with one profile of the tool.
async fn with(profile: Value) -> World {
    let world = World::new().await;
    world.file(CONFIG, &config(&[profile]));
    world
}

#[tokio::test]
async fn profile_selection() {
    let world = World::new().await;
    world.file(CONFIG, &config(&[ak("prod"), ak("staging")]));
    world.file(INI, "[staging]\ntype = access_key\naccess_key_id = ini\naccess_key_secret = s\n[other]\ntype=sts\naccess_key_id=o\naccess_key_secret=s\nsecurity_token=t");
    let keys = |id| Ok(Credentials::access_key(id, "hunter-2"));
    assert_eq!(aliyun(&world).credentials().await, keys("prod"));
    assert_eq!(aliyun(&world).profile("staging").credentials().await, keys("staging"));
    let world = world.set(&[("ALIBABA_CLOUD_PROFILE", "staging")]);
    assert_eq!(aliyun(&world).credentials().await, keys("staging"));
    let other = aliyun(&world).profile("other").credentials().await;
    assert_eq!(other, Ok(Credentials::access_key("o", "s").with_security_token("t")));
    let world = world.set(&[("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "true")]);
    assert_eq!(aliyun(&world).credentials().await, Ok(Credentials::access_key("ini", "s")));
    let file = world.file("elsewhere", "[staging]\ntype=access_key\naccess_key_id=else\naccess_key_secret=s\n");
    let world = world.set(&[("ALIBABA_CLOUD_CREDENTIALS_FILE", &file)]);
    assert_eq!(aliyun(&world).credentials().await, Ok(Credentials::access_key("else", "s")));
}

#[tokio::test]
async fn keys_of_a_profile_cannot_be_renewed() {
    let world = with(ak("prod")).await;
    let profile = aliyun(&world);
    let keys = profile.credentials().await.expect("keys");
    assert!(!profile.rejected(&keys), "the file has no others");
}

#[tokio::test]
async fn no_profile() {
    let world = World::new().await;
    assert_absent(
        refuses(aliyun(&world)).await,
        &["config.json: there is no such file; ", "credentials.ini: ", "credentials: there"],
    );
    // The tool writes an empty one at its first start.
    let blank = json!({"name": "default", "mode": "AK", "access_key_id": "", "access_key_secret": ""});
    world.file(CONFIG, &config(&[blank]));
    assert_absent(refuses(aliyun(&world)).await, &["config.json: there is no profile, or it is empty"]);
    // A selected profile must exist, wherever it is selected.
    assert_broken(refuses(aliyun(&world).profile("prod")).await, &["there is no profile `prod`"]);
    let named = World::new().await.set(&[("ALIBABA_CLOUD_PROFILE", "prod")]);
    assert_broken(refuses(aliyun(&named)).await, &["config.json: there is no such file"]);
    world.file(CONFIG, &json!({"current": "gone", "profiles": [ak("prod")]}).to_string());
    assert_broken(refuses(aliyun(&world)).await, &["the current profile `gone` does not exist"]);
    let named = World::new().await.set(&[("ALIBABA_CLOUD_CREDENTIALS_FILE", "/nowhere/credentials")]);
    assert_broken(refuses(aliyun(&named)).await, &["/nowhere/credentials: there is no such file"]);
    // An empty variable counts as unset.
    let empty =
        World::new().await.set(&[("ALIBABA_CLOUD_CREDENTIALS_FILE", ""), ("HUAWEICLOUD_SDK_CREDENTIALS_FILE", "")]);
    assert_absent(refuses(aliyun(&empty)).await, &[".alibabacloud/credentials.ini"]);
    assert_absent(
        refuses(ProfileCredentials::huawei().configure(&empty.config())).await,
        &[".huaweicloud/credentials: there is no"],
    );
}

#[tokio::test]
async fn an_invalid_profile_does_not_affect_others() {
    for odd in [
        json!({"name": "odd", "mode": "AK", "access_key_id": "a", "access_key_secret": 31337133713371337i64}),
        json!({"name": "odd", "mode": ["hunter"]}),
        json!({"name": "odd", "mode": "RamRoleArn", "access_key_id": "a", "access_key_secret": "hunter", "ram_role_arn": "r", "expired_seconds": "hunter"}),
        json!("hunter"),
        json!(null),
        json!({"name": 5}),
    ] {
        let world = World::new().await;
        world.file(CONFIG, &config(&[ak("prod"), odd.clone()]));
        assert_eq!(aliyun(&world).credentials().await, Ok(Credentials::access_key("prod", "hunter-2")), "{odd}");
        let (_, error) = refuses(aliyun(&world).profile("odd")).await;
        assert!(!error.contains("31337"), "{error}");
    }
    // Irrelevant oddities are tolerated: null, a number as text, a byte order mark.
    let odd = json!({"name": "p", "mode": "ak", "access_key_id": " K \n", "access_key_secret": "s", "sts_token": null, "expired_seconds": "900"});
    let world = World::new().await;
    world.file(CONFIG, &format!("\u{feff}{}", config(&[odd])));
    assert_eq!(aliyun(&world).credentials().await, Ok(Credentials::access_key("K", "s")));
    world.file(CONFIG, "{\"profiles\": [{\"access_key_secret\": \"hunter\"");
    assert_broken(refuses(aliyun(&world)).await, &["config.json: not the expected JSON at line 1, column"]);
}

#[tokio::test]
async fn keys() {
    let world = with(
        json!({"name": "p", "mode": "StsToken", "access_key_id": "K", "access_key_secret": "s", "sts_token": "t"}),
    )
    .await;
    assert_eq!(aliyun(&world).credentials().await, Ok(Credentials::access_key("K", "s").with_security_token("t")));
    let world = with(json!({"name": "p", "mode": "BearerToken", "bearer_token": "hunter-b"})).await;
    assert_eq!(aliyun(&world).credentials().await, Ok(Credentials::token("hunter-b")));
    // Without a mode, it is inferred from the fields.
    let world = with(json!({"name": "p", "access_key_id": "K", "access_key_secret": "s", "sts_token": "t"})).await;
    assert_eq!(aliyun(&world).credentials().await, Ok(Credentials::access_key("K", "s").with_security_token("t")));
    for (profile, part) in [
        (
            json!({"name": "p", "mode": "AK", "access_key_id": "hunter"}),
            "the profile `p`: there is no `access_key_secret`",
        ),
        (json!({"name": "p", "mode": "AK", "access_key_secret": "hunter"}), "there is no `access_key_id`"),
        (
            json!({"name": "p", "mode": "StsToken", "access_key_id": "K", "access_key_secret": "hunter"}),
            "there is no `sts_token`",
        ),
        (json!({"name": "p", "mode": "RsaKeyPair", "private_key": "hunter"}), "RSA key pairs are not supported"),
        (json!({"name": "p", "mode": "hunter"}), "its `mode` is unknown"),
        (json!({"name": "p", "mode": "Anonymous"}), "its mode is Anonymous"),
        (
            json!({"name": "p", "mode": "BearerToken", "bearer_token": "hunter", "bearer_token_header_key": "x"}),
            "`bearer_token_header_key`",
        ),
    ] {
        assert_broken(refuses(aliyun(&with(profile).await)).await, &["config.json: the profile `p`: ", part]);
    }
}

#[tokio::test]
async fn roles_with_all_settings() {
    let world = with(json!({
        "name": "p", "mode": "RamRoleArn", "access_key_id": "K", "access_key_secret": "hunter-k", "sts_token": "hunter-source",
        "ram_role_arn": "acs:ram::1:role/r", "ram_session_name": "me", "expired_seconds": 900, "policy": "{}", "external_id": "e",
        "sts_region": "cn-beijing", "region_id": "cn-hangzhou", "enable_vpc": true,
    }))
    .await;
    world.respond("POST", "https://sts-vpc.cn-beijing.aliyuncs.com", "/", assumed("STS.1")).await;
    let profile = aliyun(&world);
    for _ in 0..3 {
        assert_eq!(profile.credentials().await, Ok(issued("STS.1")));
    }
    let sent = world.request().await;
    sent.assert_parameters(&[
        ("RoleArn", Some("acs:ram::1:role/r")),
        ("RoleSessionName", Some("me")),
        ("DurationSeconds", Some("900")),
        ("Policy", Some("{}")),
        ("ExternalId", Some("e")),
        ("SecurityToken", Some("hunter-source")),
    ]);
    sent.assert_signed("hunter-k");
    // A change of the file takes effect immediately.
    world.file(CONFIG, &config(&[ak("prod")]));
    assert_eq!(profile.credentials().await, Ok(Credentials::access_key("prod", "hunter-2")));
}

#[tokio::test]
async fn roles_of_roles() {
    let chained = |name: &str, source: &str, role: &str| json!({"name": name, "mode": "ChainableRamRoleArn", "source_profile": source, "ram_role_arn": role});
    let world = World::new().await;
    world.file(CONFIG, &config(&[chained("outer", "inner", "r2"), chained("inner", "base", "r1"), ak("base")]));
    let of = |role: &str, by: &str, keys| {
        let form = wiremock::matchers::body_string_contains(format!("RoleArn={role}&"));
        wiremock::Mock::given(form).and(wiremock::matchers::query_param("AccessKeyId", by)).respond_with(assumed(keys))
    };
    of("r1", "base", "STS.1").mount(&world.server).await;
    of("r2", "STS.1", "STS.2").mount(&world.server).await;
    assert_eq!(aliyun(&world).credentials().await, Ok(issued("STS.2")));
    let signed = world.requests().await;
    signed[0].assert_signed("hunter-2");
    signed[1].assert_signed("hunter-secret");
    signed[1].assert_parameters(&[("SecurityToken", Some("hunter-token"))]);
    for (source, part) in [("outer", "the profile `outer` is its own source"), ("gone", "there is no profile `gone`")] {
        world.file(CONFIG, &config(&[chained("outer", source, "r")]));
        assert_broken(refuses(aliyun(&world)).await, &[part]);
    }
}

const METADATA: &str = "http://100.100.100.200";

#[tokio::test]
async fn servers() {
    let keys = "/latest/meta-data/ram/security-credentials/node";
    let world = with(json!({"name": "p", "mode": "EcsRamRole", "ram_role_name": "node"})).await;
    world.respond("GET", METADATA, keys, ok(aliyun_keys("K"))).await;
    assert_eq!(aliyun(&world).credentials().await, Ok(issued("K")));
    let world =
        with(json!({"name": "p", "mode": "RamRoleArnWithRoleName", "ram_role_name": "node", "ram_role_arn": "r"}))
            .await;
    world.respond("GET", METADATA, keys, ok(aliyun_keys("K"))).await;
    world.respond("POST", STS, "/", assumed("STS.1")).await;
    assert_eq!(aliyun(&world).credentials().await, Ok(issued("STS.1")));
    world.requests().await[2].assert_parameters(&[("AccessKeyId", Some("K")), ("RoleArn", Some("r"))]);
    // A profile configures its source explicitly, so "not found" is a failure.
    let world = with(json!({"name": "p", "mode": "EcsRamRole"})).await;
    assert_broken(refuses(aliyun(&world)).await, &["config.json: server metadata at", "the server has no RAM role"]);
}

#[tokio::test]
async fn oidc_and_uris() {
    let world = World::new().await;
    let token = world.file("token", "hunter-jwt");
    world.file(CONFIG, &config(&[json!({
        "name": "p", "mode": "OIDC", "oidc_provider_arn": "idp", "oidc_token_file": token, "ram_role_arn": "r", "ram_session_name": "me",
    })]));
    world.respond("POST", STS, "/", assumed("STS.1")).await;
    assert_eq!(aliyun(&world).credentials().await, Ok(issued("STS.1")));
    let expected =
        [("Action", Some("AssumeRoleWithOIDC")), ("OIDCProviderArn", Some("idp")), ("RoleSessionName", Some("me"))];
    world.request().await.assert_parameters(&expected);
    let world = with(json!({"name": "p", "mode": "CredentialsURI", "credentials_uri": "http://sidecar/keys"})).await;
    world.respond("GET", "http://sidecar", "/keys", ok(aliyun_keys("K"))).await;
    assert_eq!(aliyun(&world).credentials().await, Ok(issued("K")));
    // Or the environment's.
    let world = with(json!({"name": "p", "mode": "CredentialsURI"}))
        .await
        .set(&[("ALIBABA_CLOUD_CREDENTIALS_URI", "http://127.0.0.1:7002/keys")]);
    world.respond("GET", "http://127.0.0.1:7002", "/keys", ok(aliyun_keys("K"))).await;
    assert_eq!(aliyun(&world).credentials().await, Ok(issued("K")));
    let world = with(json!({"name": "p", "mode": "CredentialsURI"})).await;
    assert_broken(refuses(aliyun(&world)).await, &["ALIBABA_CLOUD_CREDENTIALS_URI is not set"]);
}

#[cfg(unix)]
#[tokio::test]
async fn programs() {
    let world = World::new().await;
    let keys = world.file("keys", r#"{"access_key_id": "K", "access_key_secret": "hunter-p"}"#);
    world.file(CONFIG, &config(&[json!({"name": "p", "mode": "External", "process_command": format!("cat {keys}")})]));
    assert_eq!(aliyun(&world).credentials().await, Ok(Credentials::access_key("K", "hunter-p")));
}

#[tokio::test]
async fn sign_ins() {
    let now = yundb_runtime::Timestamp::now().as_second();
    let sso = |end: i64, kept: i64| {
        json!({
            "name": "p", "mode": "CloudSSO", "cloud_sso_sign_in_url": "https://signin-x.alibabacloudsso.com/x/login",
            "cloud_sso_account_id": "a", "cloud_sso_access_config": "c", "access_token": "hunter-sso",
            "cloud_sso_access_token_expire": end, "access_key_id": "KEPT", "access_key_secret": "hunter-secret",
            "sts_token": "hunter-token", "sts_expiration": kept,
        })
    };
    let host = "https://signin-x.alibabacloudsso.com";
    let world = with(sso(now + 100, now - 100)).await;
    world.respond("POST", host, "/cloud-credentials", ok(json!({"CloudCredential": aliyun_keys("K")}))).await;
    assert_eq!(aliyun(&world).credentials().await, Ok(issued("K")));
    let sent = world.request().await;
    assert_eq!(sent.header("authorization"), Some("Bearer hunter-sso"));
    assert_eq!(sent.json(), json!({"AccountId": "a", "AccessConfigurationId": "c"}));
    // The keys stored by the tool are used.
    let world = with(sso(now - 100, now + 1000)).await;
    assert_eq!(aliyun(&world).credentials().await, Ok(issued("KEPT")));
    let world = with(sso(now - 100, now - 100)).await;
    assert_broken(
        refuses(aliyun(&world)).await,
        &["the sign-in has expired", "`aliyun configure --profile p --mode CloudSSO`"],
    );

    let oauth = |site: &str, end: i64| json!({"name": "p", "mode": "OAuth", "oauth_site_type": site, "oauth_access_token": "hunter-oauth", "oauth_access_token_expire": end});
    for (site, host) in [("CN", "https://oauth.aliyun.com"), ("INTL", "https://oauth.alibabacloud.com")] {
        let world = with(oauth(site, now + 100)).await;
        world.respond("POST", host, "/v1/exchange", ok(aliyun_keys("K"))).await;
        assert_eq!(aliyun(&world).credentials().await, Ok(issued("K")));
        assert_eq!(world.request().await.header("authorization"), Some("Bearer hunter-oauth"));
    }
    assert_broken(refuses(aliyun(&with(oauth("CN", now - 1)).await)).await, &["--mode OAuth"]);
    assert_broken(refuses(aliyun(&with(oauth("hunter", now + 100)).await)).await, &["neither CN nor INTL"]);
}

/// A section `[default]` with these lines.
async fn ini(lines: &str) -> World {
    let world = World::new().await;
    world.file(".alibabacloud/credentials", &format!("[default]\n{lines}"));
    world
}

#[tokio::test]
async fn sections_of_all_types() {
    let world = ini("type = ram_role_arn\naccess_key_id = K\naccess_key_secret = hunter-k\nrole_arn = r\nrole_session_name = me\npolicy = {}\n").await;
    world.respond("POST", STS, "/", assumed("STS.1")).await;
    assert_eq!(aliyun(&world).credentials().await, Ok(issued("STS.1")), "not the keys themselves, which may do more");
    let sent = world.request().await;
    sent.assert_parameters(&[("RoleArn", Some("r")), ("RoleSessionName", Some("me")), ("Policy", Some("{}"))]);
    sent.assert_signed("hunter-k");

    let world = ini("type=ecs_ram_role\nrole_name=node\n").await;
    world.respond("GET", METADATA, "/latest/meta-data/ram/security-credentials/node", ok(aliyun_keys("K"))).await;
    assert_eq!(aliyun(&world).credentials().await, Ok(issued("K")));

    let world = World::new().await;
    let token = world.file("token", "hunter-jwt");
    world.file(
        INI,
        &format!("[default]\ntype=oidc_role_arn\nrole_arn=r\noidc_provider_arn=idp\noidc_token_file_path={token}\n"),
    );
    world.respond("POST", STS, "/", assumed("STS.1")).await;
    assert_eq!(aliyun(&world).credentials().await, Ok(issued("STS.1")));
    world.request().await.assert_parameters(&[("OIDCToken", Some("hunter-jwt")), ("OIDCProviderArn", Some("idp"))]);

    for (lines, part) in [
        ("access_key_id = K\naccess_key_secret = hunter\n", "there is no `type` in the section [default]"),
        ("type = access_key\naccess_key_id = K\n", "there is no `access_key_secret` in the section [default]"),
        ("type = ram_role_arn\naccess_key_id = K\naccess_key_secret = hunter\n", "there is no `role_arn`"),
        ("type = rsa_key_pair\npublic_key_id = K\nprivate_key_file = f\n", "RSA key pairs are not supported"),
        ("type = hunter\n", "the `type` of the section [default] is unknown"),
    ] {
        assert_broken(refuses(aliyun(&ini(lines).await)).await, &[".alibabacloud/credentials: ", part]);
    }
}

#[tokio::test]
async fn ini_syntax() {
    for lines in [
        "TYPE = access_key\nAccess_Key_Id: K\naccess_key_secret = \"a;b\" # the new one\n",
        "# keys\n; of mine\ntype=access_key\r\naccess_key_id = 'K'\r\naccess_key_secret=a;b\r\n",
    ] {
        assert_eq!(aliyun(&ini(lines).await).credentials().await, Ok(Credentials::access_key("K", "a;b")), "{lines}");
    }
    let world = World::new().await;
    world.file(".huaweicloud/credentials", "\u{feff}[basic]\nAK = K\nsk = a#b;c==\n");
    let huawei = ProfileCredentials::huawei().configure(&world.config());
    assert_eq!(huawei.credentials().await, Ok(Credentials::access_key("K", "a#b;c==")));
    world.file(".huaweicloud/credentials", "[basic\nsk = hunter\n = hunter");
    assert_broken(
        refuses(ProfileCredentials::huawei().configure(&world.config())).await,
        &[".huaweicloud/credentials: "],
    );
}

#[tokio::test]
async fn regions_of_aliyun() {
    let region = async |name: &str, text: &str| {
        let world = World::new().await;
        world.file(name, text);
        let profile = ProfileCredentials::aliyun().configure(&world.config());
        profile.credentials().await.map(|_| profile.setting("region"))
    };
    let (json, ini) = (".aliyun/config.json", ".alibabacloud/credentials.ini");
    let keys = r#""name": "default", "mode": "AK", "access_key_id": "K", "access_key_secret": "s""#;
    let text = |members: &str| format!(r#"{{"profiles": [{{{keys}{members}}}]}}"#);
    assert_eq!(region(json, &text(r#", "region_id": "cn-beijing""#)).await, Ok(Some("cn-beijing".to_owned())));
    for without in ["", r#", "region_id": """#, r#", "region_id": null"#] {
        assert_eq!(region(json, &text(without)).await, Ok(None), "{without}");
    }
    let error = region(json, &text(r#", "region_id": 7"#)).await.unwrap_err().to_string();
    assert!(error.contains("config.json: ") && error.contains("region_id"), "{error}");
    // The settings of the selected profile, not of the one that provides its keys.
    let chained = format!(
        r#"{{"current": "top", "profiles": [{{{keys}, "region_id": "cn-beijing"}}, {{"name": "top", "mode": "AK",
            "access_key_id": "K2", "access_key_secret": "s", "region_id": "cn-shanghai"}}]}}"#
    );
    assert_eq!(region(json, &chained).await, Ok(Some("cn-shanghai".to_owned())));
    let section = "[default]\ntype = access_key\naccess_key_id = K\naccess_key_secret = s\n";
    assert_eq!(
        region(ini, &format!("{section}region_id = cn-beijing # north\n")).await,
        Ok(Some("cn-beijing".to_owned()))
    );
    assert_eq!(region(ini, section).await, Ok(None));
}

#[tokio::test]
async fn huawei_profiles() {
    let world = World::new().await;
    let huawei = |text: &str| {
        world.file(".huaweicloud/credentials", text);
        ProfileCredentials::huawei().configure(&world.config())
    };
    let both = huawei(
        "[basic]\nak = K1\nsk = s\nproject_id = p\niam_endpoint = https://iam.example.com\n[global]\nak = K2\nsk = x\ndomain_id = d\nregion = cn-north-4\n",
    );
    assert_eq!(both.setting("project_id"), None, "nothing is read before it is needed");
    assert_eq!(both.credentials().await, Ok(Credentials::access_key("K1", "s")));
    let settings = ["project_id", "domain_id", "iam_endpoint", "ak", "region"].map(|name| both.setting(name));
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(settings, [text("p"), text("d"), text("https://iam.example.com"), None, text("cn-north-4")]);
    let global = huawei("[global]\nak=K2\nsk=x\nsecurity_token=t\n");
    assert_eq!(global.credentials().await, Ok(Credentials::access_key("K2", "x").with_security_token("t")));
    assert_broken(refuses(huawei("[basic]\nak = K1\n")).await, &["there is no `sk` in the section [basic]"]);
    assert_broken(refuses(huawei("[basic]\nidp_id = i\n")).await, &["there is no `id_token_file`"]);
    assert_absent(refuses(huawei("[else]\nak = K1\n")).await, &["there is no section [basic] or [global]"]);
    let world = World::new().await.set(&[("HUAWEICLOUD_SDK_CREDENTIALS_FILE", "/nowhere/credentials")]);
    assert_broken(
        refuses(ProfileCredentials::huawei().configure(&world.config())).await,
        &["/nowhere/credentials: there is no such file"],
    );
}

#[tokio::test]
async fn huawei_profiles_of_an_identity_provider() {
    let world = World::new().await;
    let token = world.file("token", "hunter-jwt");
    let text = format!("[basic]\nidp_id = idp\nid_token_file = {token}\niam_endpoint = https://iam.example.com\n");
    world.file(".huaweicloud/credentials", &text);
    let iam = "https://iam.example.com";
    let unscoped = ResponseTemplate::new(201).insert_header("X-Subject-Token", "u").set_body_json(json!({}));
    world.respond("POST", iam, "/v3.0/OS-AUTH/id-token/tokens", unscoped).await;
    let keys = ok(json!({"credential": {
        "access": "K", "secret": "hunter-secret", "securitytoken": "hunter-token", "expires_at": "2040-01-01T00:00:00.000000Z",
    }}));
    world.respond("POST", iam, "/v3.0/OS-CREDENTIAL/securitytokens", keys).await;
    let huawei = ProfileCredentials::huawei().configure(&world.config());
    assert_eq!(huawei.credentials().await, Ok(issued("K")));
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_cannot_be_read() {
    // A directory is unreadable as a file, even for root.
    let world = World::new().await;
    world.file(".huaweicloud/credentials/x", "");
    let error = refuses(ProfileCredentials::huawei().configure(&world.config())).await;
    assert_broken(error, &[".huaweicloud/credentials: "]);
}
