//! The use of credentials by clients, and lookups with them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;
use wiremock::ResponseTemplate;
use yundb_runtime::operation::{path, query};
use yundb_runtime::shape::any;
use yundb_runtime::{
    CachedCredentials, Client, ClientBuilder, Credentials, CredentialsFuture, CredentialsProvider, CredentialsSource,
    ErrorKind, Operation, ProfileCredentials, Protocol, Server, Service, Signature, Spec, TemporaryCredentials,
    TemporaryCredentialsFuture, Variable,
};

use crate::world::*;

static SERVICE: Service = Service {
    package: "mini/1",
    version: "v5",
    product: "",
    protocol: Protocol::HuaweiRest,
    servers: &[Server {
        url: "https://drs.{region}.example.com",
        region: None,
        variables: &[Variable { name: "region", default: "cn-north-4", values: &[] }],
    }],
    schemes: &[],
    security: &[&["access_key"]],
    jobs: &[],
    limits: &[],
    busy: &[],
    errors: &[],
};

/// Operations with a parameter that the client's setting fills.
macro_rules! operation {
    ($name:ident, $path:literal, $params:expr) => {
        struct $name;

        impl Operation for $name {
            type Output = serde_json::Value;
            type Headers = ();
            type Error = serde_json::Value;
            const SPEC: &'static Spec = &Spec::new(stringify!($name), "GET", $path).params($params);
        }
    };
}

operation!(OfProject, "/v5/{project_id}/things", &[path("project_id", any()).client("project_id")]);
operation!(OfAccount, "/v5/{domain_id}/things", &[path("domain_id", any()).client("domain_id")]);
operation!(OfNobody, "/v5/things", &[]);

fn builder(world: &World) -> ClientBuilder<Client> {
    ClientBuilder::new(&SERVICE).transport(world.detour()).credentials(Credentials::access_key("AK", "hunter-sk"))
}

async fn call<O: Operation>(client: &Client) -> Result<(), (ErrorKind, String)> {
    let sent = client.call(O::SPEC).send::<O>().await;
    sent.map(drop).map_err(|error| (error.kind(), error.to_string()))
}

/// The paths of the requests.
async fn paths(world: &World) -> Vec<String> {
    world.requests().await.into_iter().map(|sent| sent.line).collect()
}

const IAM: &str = "https://iam.cn-north-4.myhuaweicloud.com";
const DRS: &str = "https://drs.cn-north-4.example.com";

#[tokio::test]
async fn the_project_of_a_region() {
    let world = World::new().await;
    let projects = json!({"projects": [{"id": "p1", "name": "cn-north-4_mine"}, {"id": "p2", "name": "cn-north-4"}]});
    world.respond("GET", IAM, "/v3/projects", ok(projects)).await;
    world.respond("GET", DRS, "/v5/p2/things", ok(json!({}))).await;
    world.respond("GET", DRS, "/v5/things", ok(json!({}))).await;
    let client = builder(&world).region("cn-north-4").build().unwrap();
    // Calls that do not need it cause no lookup.
    call::<OfNobody>(&client).await.unwrap();
    assert_eq!(world.requests().await.len(), 1);
    for _ in 0..3 {
        call::<OfProject>(&client).await.unwrap();
    }
    let requests = world.requests().await;
    let lookups: Vec<_> = requests.iter().filter(|sent| sent.line.contains(IAM)).collect();
    assert_eq!(lookups.len(), 1, "looked up once");
    assert!(lookups[0].header("authorization").unwrap().starts_with("SDK-HMAC-SHA256 Access=AK, SignedHeaders="));
    assert_eq!(requests.last().unwrap().header("x-project-id"), Some("p2"));
}

#[tokio::test]
async fn an_explicit_project_is_not_looked_up() {
    let world = World::new().await;
    world.respond("GET", DRS, "/v5/mine/things", ok(json!({}))).await;
    call::<OfProject>(&builder(&world).region("cn-north-4").project_id("mine").build().unwrap()).await.unwrap();
    assert_eq!(paths(&world).await, [format!("GET {DRS}/v5/mine/things")]);
}

#[tokio::test]
async fn services_at_a_custom_address_have_another_iam() {
    let world = World::new().await;
    let client = builder(&world).region("cn-north-4").endpoint("https://drs.example.com").build().unwrap();
    let (kind, error) = call::<OfProject>(&client).await.unwrap_err();
    assert!(kind == ErrorKind::Invalid && error.contains("`.project_id(..)`"), "{error}");
    assert!(!error.contains("region"), "the region alone would not help: {error}");
    assert!(world.requests().await.is_empty());
}

#[tokio::test]
async fn unknown_projects() {
    let world = World::new().await;
    let (kind, error) = call::<OfProject>(&builder(&world).build().unwrap()).await.unwrap_err();
    assert_eq!(kind, ErrorKind::Invalid, "without a region there is no lookup: {error}");
    assert!(error.contains("project_id: is required") && error.contains("or set only the region"), "{error}");
    assert!(world.requests().await.is_empty());
    let client = builder(&world).region("cn-north-4").build().unwrap();
    let (kind, error) = call::<OfProject>(&client).await.unwrap_err();
    assert_eq!(kind, ErrorKind::Config);
    assert!(error.contains("project_id is not set, and looking it up in IAM failed: status 404"), "{error}");
    // It may exist the next time.
    world.respond("GET", IAM, "/v3/projects", ok(json!({"projects": [{"id": "x", "name": "other"}]}))).await;
    let (_, error) = call::<OfProject>(&client).await.unwrap_err();
    assert!(error.contains("there is no project named cn-north-4: has the account been active"), "{error}");
}

#[tokio::test]
async fn the_account() {
    let world = World::new().await;
    world
        .respond("GET", "https://iam.myhuaweicloud.com", "/v3/auth/domains", ok(json!({"domains": [{"id": "d1"}]})))
        .await;
    world.respond("GET", DRS, "/v5/d1/things", ok(json!({}))).await;
    let client = builder(&world).credentials(Credentials::token("hunter-token")).build().unwrap();
    call::<OfAccount>(&client).await.unwrap();
    let requests = world.requests().await;
    assert_eq!(requests[0].header("x-auth-token"), Some("hunter-token"));
}

#[tokio::test]
async fn settings_in_the_profile() {
    let world = World::new().await;
    let text = "[basic]\nak = K\nsk = s\nproject_id = of-profile\n";
    world.file(".huaweicloud/credentials", text);
    world.respond("GET", DRS, "/v5/of-profile/things", ok(json!({}))).await;
    let profile = ProfileCredentials::huawei().configure(&world.config());
    let client = builder(&world).credentials_provider(profile.clone()).region("cn-north-4").build().unwrap();
    call::<OfProject>(&client).await.unwrap();
    // The address of IAM, too.
    world.file(".huaweicloud/credentials", "[basic]\nak = K\nsk = s\niam_endpoint = https://iam.example.com\n");
    let projects = json!({"projects": [{"id": "found", "name": "cn-north-4"}]});
    world.respond("GET", "https://iam.example.com", "/v3/projects", ok(projects)).await;
    world.respond("GET", DRS, "/v5/found/things", ok(json!({}))).await;
    let client = builder(&world).credentials_provider(profile).region("cn-north-4").build().unwrap();
    call::<OfProject>(&client).await.unwrap();
    let expected = [
        format!("GET {DRS}/v5/of-profile/things"),
        "GET https://iam.example.com/v3/projects".to_owned(),
        format!("GET {DRS}/v5/found/things"),
    ];
    assert_eq!(paths(&world).await, expected);
}

/// The address, and the region in the body or query, of a call with this client.
async fn region_of(world: &World, client: &Client) -> Result<String, String> {
    let before = world.requests().await.len();
    call::<OfProject>(client).await.map_err(|(_, error)| error)?;
    Ok(world.requests().await.remove(before).line)
}

#[tokio::test]
async fn the_region_in_the_profile() {
    let world = World::new().await;
    let keys = "[basic]\nak = K\nsk = s\nproject_id = p\n";
    world.file(".huaweicloud/credentials", &format!("{keys}region = cn-south-1\n"));
    for region in ["cn-south-1", "cn-east-3", "cn-north-4"] {
        let host = format!("https://drs.{region}.example.com");
        world.respond("GET", &host, "/v5/p/things", ok(json!({}))).await;
    }
    let profile = || ProfileCredentials::huawei().configure(&world.config());
    let client = builder(&world).credentials_provider(profile()).build().unwrap();
    let at = |region: &str| Ok(format!("GET https://drs.{region}.example.com/v5/p/things"));
    assert_eq!(region_of(&world, &client).await, at("cn-south-1"));
    // The current content of the file is used.
    world.file(".huaweicloud/credentials", &format!("{keys}region = cn-east-3\n"));
    assert_eq!(region_of(&world, &client).await, at("cn-east-3"));
    // The client's own setting takes precedence.
    let explicit = builder(&world).credentials_provider(profile()).region("cn-north-4").build().unwrap();
    assert_eq!(region_of(&world, &explicit).await, at("cn-north-4"));
    // The project is that of the profile's region.
    world.file(".huaweicloud/credentials", "[basic]\nak = K\nsk = s\nregion = cn-south-1\n");
    let projects = json!({"projects": [{"id": "p", "name": "cn-south-1"}]});
    world.respond("GET", "https://iam.cn-south-1.myhuaweicloud.com", "/v3/projects", ok(projects)).await;
    assert_eq!(call::<OfProject>(&client).await, Ok(()));
    assert_eq!(paths(&world).await.last(), at("cn-south-1").ok().as_ref());
    // A broken profile is the reason why there is no region.
    world.file(".huaweicloud/credentials", "[basic]\nak = K\n");
    let (kind, error) = call::<OfProject>(&client).await.unwrap_err();
    assert!(kind == ErrorKind::Credentials && error.contains("there is no `sk`"), "{error}");
}

#[tokio::test]
async fn a_mistyped_region_is_named_with_its_source() {
    let world = World::new().await;
    let iam = "https://iam.myhuaweicloud.com";
    world.respond("GET", iam, "/v3/projects", ok(json!({"projects": []}))).await;
    world.file(".huaweicloud/credentials", "[basic]\nak = K\nsk = s\nregion = cn-nroth-4\n");
    let profile = ProfileCredentials::huawei().configure(&world.config());
    let of_profile = builder(&world).credentials_provider(profile).build().unwrap();
    let explicit = builder(&world).region("cn-nroth-4").build().unwrap();
    for (client, source) in [(of_profile, "the profile of the credentials"), (explicit, "`.region(..)`")] {
        let (_, error) = call::<OfProject>(&client).await.unwrap_err();
        let remark = format!("the region is `cn-nroth-4`, from {source}: did you mean `cn-north-4`?");
        assert!(error.contains(&remark), "{error}");
    }
}

/// Never completes.
#[derive(Debug)]
struct Silent;

impl CredentialsProvider for Silent {
    fn credentials(&self) -> CredentialsFuture<'_> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn a_stalled_provider_is_bound_by_the_time_limit() {
    let world = World::new().await;
    let client = builder(&world).credentials_provider(Silent).timeout(Duration::from_millis(50)).build().unwrap();
    let (kind, error) = call::<OfNobody>(&client).await.unwrap_err();
    assert_eq!(kind, ErrorKind::Credentials);
    assert!(error.contains("no response within 50ms (`timeout`)"), "{error}");
}

/// Provides numbered keys.
#[derive(Debug, Default)]
struct Numbered(AtomicUsize);

impl CredentialsSource for Numbered {
    fn fetch(&self) -> TemporaryCredentialsFuture<'_> {
        Box::pin(async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let number = self.0.fetch_add(1, Ordering::Relaxed);
            let credentials = Credentials::access_key(format!("K{number}"), "s");
            Ok(TemporaryCredentials { credentials, expires: "2040-01-01T00:00:00Z".parse().unwrap() })
        })
    }
}

#[tokio::test]
async fn revoked_keys_are_renewed_for_all_calls_in_progress() {
    let world = World::new().await;
    let revoked = wiremock::matchers::header_regex("authorization", "Access=K0,");
    let refused = ResponseTemplate::new(401).set_delay(Duration::from_millis(20));
    wiremock::Mock::given(revoked).respond_with(refused).mount(&world.server).await;
    world.respond("GET", DRS, "/v5/things", ok(json!({}))).await;
    let cached = shared(CachedCredentials::new(Numbered::default()));
    let client = builder(&world).credentials_provider(cached).build().unwrap();
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { call::<OfNobody>(&client).await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    let later = world.requests().await.len();
    assert_eq!(later, 40);
}

#[tokio::test]
async fn keys_are_not_renewed_at_every_rejection() {
    let world = World::new().await;
    wiremock::Mock::given(wiremock::matchers::any())
        .respond_with(ResponseTemplate::new(401))
        .mount(&world.server)
        .await;
    let numbered = shared(Numbered::default());
    let cached = CachedCredentials::new(Counted(numbered.clone()));
    let client = builder(&world).credentials_provider(cached).build().unwrap();
    for _ in 0..50 {
        call::<OfNobody>(&client).await.unwrap_err();
    }
    assert_eq!(numbered.0.load(Ordering::Relaxed), 2);
    assert_eq!(world.requests().await.len(), 51);
}

/// A source that the test can inspect.
#[derive(Debug)]
struct Counted(Arc<Numbered>);

impl CredentialsSource for Counted {
    fn fetch(&self) -> TemporaryCredentialsFuture<'_> {
        self.0.fetch()
    }
}

static RPC: Service = Service {
    package: "mini-rpc/1",
    version: "2019-03-27",
    protocol: Protocol::AliyunRpc,
    servers: &[Server { url: "https://dg.example.com", region: None, variables: &[] }],
    ..SERVICE
};

struct Act;

impl Operation for Act {
    type Output = serde_json::Value;
    type Headers = ();
    type Error = serde_json::Value;
    const SPEC: &'static Spec = &Spec::new("Act", "GET", "/#Action=Act").params(&[query("Name", any())]);
}

#[tokio::test]
async fn a_token_in_place_of_a_signature() {
    let world = World::new().await;
    world.respond("POST", "https://dg.example.com", "/", ok(json!({}))).await;
    for signature in [Signature::AliyunRpcV1, Signature::Acs3] {
        let builder = ClientBuilder::<Client>::new(&RPC).transport(world.detour()).signature(signature);
        let client = builder.credentials(Credentials::token("hunter-b")).build().unwrap();
        client.call(Act::SPEC).text("Name", "n").send::<Act>().await.unwrap();
    }
    let [rpc, acs3] = world.requests().await.try_into().ok().unwrap();
    rpc.assert_parameters(&[
        ("Action", Some("Act")),
        ("Version", Some("2019-03-27")),
        ("SignatureType", Some("BEARERTOKEN")),
        ("BearerToken", Some("hunter-b")),
        ("Name", Some("n")),
        ("Signature", None),
        ("AccessKeyId", None),
    ]);
    acs3.assert_parameters(&[("SignatureType", Some("BEARERTOKEN")), ("BearerToken", None), ("Name", Some("n"))]);
    let headers =
        ["x-acs-bearer-token", "x-acs-action", "x-acs-version", "authorization"].map(|name| acs3.header(name));
    assert_eq!(headers, [Some("hunter-b"), Some("Act"), Some("2019-03-27"), None]);
}

/// Has a project along with its keys.
#[derive(Debug)]
struct WithProject(&'static str);

impl CredentialsProvider for WithProject {
    fn credentials(&self) -> CredentialsFuture<'_> {
        Box::pin(async { Ok(Credentials::access_key(self.0, "s")) })
    }

    fn setting(&self, name: &str) -> Option<String> {
        Some(self.0.to_owned()).filter(|_| name == "project_id")
    }
}

#[tokio::test]
async fn a_call_with_its_own_credentials_uses_their_project() {
    let world = World::new().await;
    for project in ["ours", "theirs"] {
        world.respond("GET", DRS, &format!("/v5/{project}/things"), ok(json!({}))).await;
    }
    let client = builder(&world).credentials_provider(WithProject("ours")).build().unwrap();
    call::<OfProject>(&client).await.unwrap();
    client.call(OfProject::SPEC).with_credentials(WithProject("theirs")).send::<OfProject>().await.unwrap();
    call::<OfProject>(&client).await.unwrap();
    let requests = world.requests().await;
    let seen: Vec<_> = requests.iter().map(|sent| (sent.line.as_str(), sent.header("x-project-id").unwrap())).collect();
    let (ours, theirs) = (format!("GET {DRS}/v5/ours/things"), format!("GET {DRS}/v5/theirs/things"));
    assert_eq!(seen, [(ours.as_str(), "ours"), (theirs.as_str(), "theirs"), (ours.as_str(), "ours")]);
}

#[tokio::test]
async fn a_changed_profile_changes_project_and_keys() {
    let world = World::new().await;
    for project in ["one", "two"] {
        world.respond("GET", DRS, &format!("/v5/{project}/things"), ok(json!({}))).await;
    }
    let profile = ProfileCredentials::huawei().configure(&world.config());
    let client = builder(&world).credentials_provider(profile).region("cn-north-4").build().unwrap();
    for (key, project) in [("AK1", "one"), ("SECOND", "two"), ("AK1", "one")] {
        world.file(".huaweicloud/credentials", &format!("[basic]\nak = {key}\nsk = s\nproject_id = {project}\n"));
        call::<OfProject>(&client).await.unwrap();
        let last = world.requests().await.pop().unwrap();
        let signed = format!("SDK-HMAC-SHA256 Access={key}, ");
        assert!(last.header("authorization").unwrap().starts_with(&signed), "{signed}");
        assert_eq!(last.line, format!("GET {DRS}/v5/{project}/things"));
        assert_eq!(last.header("x-project-id"), Some(project));
    }
}

/// The same key for a while.
#[derive(Debug, Clone)]
struct Swapped(Arc<AtomicUsize>);

impl CredentialsProvider for Swapped {
    fn credentials(&self) -> CredentialsFuture<'_> {
        let key = ["AK-A", "AK-B"][self.0.load(Ordering::Relaxed)];
        Box::pin(async move { Ok(Credentials::access_key(key, "s")) })
    }
}

#[tokio::test]
async fn lookups_are_cached_by_access_key() {
    let world = World::new().await;
    for (key, project) in [("AK-A", "of-a"), ("AK-B", "of-b")] {
        let signed = wiremock::matchers::header_regex("authorization", &format!("Access={key},"));
        let projects = ok(json!({"projects": [{"id": project, "name": "cn-north-4"}]}));
        let lookups = wiremock::Mock::given(wiremock::matchers::path("/v3/projects")).and(signed);
        lookups.respond_with(projects).mount(&world.server).await;
        world.respond("GET", DRS, &format!("/v5/{project}/things"), ok(json!({}))).await;
    }
    let which = Swapped(Arc::default());
    let client = builder(&world).credentials_provider(which.clone()).region("cn-north-4").build().unwrap();
    for key in [0, 1, 0, 1] {
        which.0.store(key, Ordering::Relaxed);
        call::<OfProject>(&client).await.unwrap();
    }
    // The call's own provider is the same as the client's.
    client.call(OfProject::SPEC).with_credentials(which.clone()).send::<OfProject>().await.unwrap();
    let paths = paths(&world).await;
    let [a, b] = ["a", "b"].map(|which| format!("GET {DRS}/v5/of-{which}/things"));
    let ask = format!("GET {IAM}/v3/projects");
    assert_eq!(paths, [&ask, &a, &ask, &b, &a, &b, &b].map(String::as_str));
}
