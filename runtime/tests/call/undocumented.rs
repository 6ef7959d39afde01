//! Calls of undocumented operations, and presigned calls.

use std::time::Duration;

use serde_json::json;
use yundb_runtime::http::HeaderValue;
use yundb_runtime::http::header::{AUTHORIZATION, CONTENT_TYPE};
use yundb_runtime::test_util::{Replay, Reply};
use yundb_runtime::{
    Attempt, Client, ClientBuilder, Credentials, ErrorKind, Interceptor, RetryPolicy, Secret, Service, UnsignedRequest,
};

use crate::fake::{noon, only_request, reply, responding};
use crate::mini::{self, ALIYUN, HTTP, HUAWEI};

fn client(service: &'static Service, fake: &Replay) -> Client {
    let builder = ClientBuilder::new(service).transport(fake.clone()).clock(noon()).nonces(|| "n".to_owned());
    let builder = builder.endpoint("http://localhost").project_id("p/1").retries(RetryPolicy::new());
    match std::ptr::eq(service, &HTTP) {
        true => builder.bearer_token("t"),
        false => builder.credentials(Credentials::access_key("AK", "SK")),
    }
    .build()
    .expect("a client")
}

#[tokio::test(start_paused = true)]
async fn by_method_and_path() {
    let busy = || reply(503, &[], "");
    let fake = Replay::new([busy(), reply(200, &[("x-request-id", "r")], r#"{"jobs": [1]}"#)]);
    let call = client(&HUAWEI, &fake).call_path("GET", "/v3/{project_id}/x/{name}");
    let response = call.path("name", "a/b").query("limit", 10).query("ids", ["1", "2"]).header("X-Y", "z").send().await;
    let response = response.expect("success");
    assert_eq!((response["jobs"][0].as_i64(), response.request_id()), (Some(1), Some("r")));
    assert_eq!(response.operation(), "GET /v3/{project_id}/x/{name}");
    let sent = fake.requests();
    assert_eq!(sent.len(), 2, "a GET is repeated");
    assert_eq!(sent[0].uri(), "http://localhost/v3/p%2F1/x/a%2Fb?ids=1&ids=2&limit=10");
    assert_eq!(sent[0].headers()["x-y"], "z");
    assert!(sent[0].headers()[AUTHORIZATION].to_str().expect("text").starts_with("SDK-HMAC-SHA256 Access=AK"));

    let fake = Replay::new([busy()]);
    let call = client(&HUAWEI, &fake).call_path("POST", "/v3/{project_id}/x").body(json!({"a": [null, 1.5]}));
    let error = call.send().await.expect_err("not repeated");
    assert_eq!((error.status(), error.operation()), (Some(503), "POST /v3/{project_id}/x"));
    let sent = only_request(&fake);
    assert_eq!(
        (&sent.headers()[CONTENT_TYPE], &sent.body()[..]),
        (&"application/json".parse().unwrap(), &br#"{"a":[null,1.5]}"#[..])
    );

    // Keys of security schemes are sent as for documented operations.
    let fake = responding(404, &[], r#"{"code": "X", "message": "no"}"#);
    let error = client(&HTTP, &fake).call_path("DELETE", "/pets/1").send().await.expect_err("an error");
    assert_eq!(error.to_string(), "DELETE /pets/1 (localhost): 404 X: no");
    assert_eq!(only_request(&fake).headers()[AUTHORIZATION], "Bearer t");
}

#[tokio::test(start_paused = true)]
async fn by_action() {
    let throttled = reply(429, &[], r#"{"Code": "Throttling.User"}"#);
    let fake = Replay::new([throttled, reply(200, &[], r#"{"Success": true, "RequestId": "r"}"#)]);
    let call = client(&ALIYUN, &fake).call_action("DescribeX").query("Name", "a b").query("Filter", json!([{"K": 1}]));
    assert_eq!(call.send().await.expect("success").request_id(), Some("r"));
    let sent = fake.requests();
    assert_eq!(sent.len(), 2);
    let query = sent[1].uri().query().expect("a query");
    assert!(query.contains("Action=DescribeX&Version=2019-03-27") && query.contains("&Signature="), "{query}");
    assert_eq!(&sent[1].body()[..], b"Filter.1.K=1&Name=a%20b");

    // A call that may have been executed is repeated only if it is marked as idempotent. A failure in a 200 is one.
    for (idempotent, attempts) in [(None, 1), (Some(false), 1), (Some(true), 2)] {
        let fake = Replay::new([reply(500, &[], ""), reply(200, &[], r#"{"Success": false, "ErrCode": "E"}"#)]);
        let mut call = client(&ALIYUN, &fake).call_action("ModifyX");
        if let Some(idempotent) = idempotent {
            call = call.with_idempotency(idempotent);
        }
        let error = call.send().await.expect_err("an error");
        assert_eq!((fake.requests().len(), error.kind()), (attempts, ErrorKind::Service), "{error}");
    }
    // A client token guarantees nothing for an unknown action.
    let fake = Replay::new([reply(500, &[], ""), reply(200, &[], "{}")]);
    let call = client(&ALIYUN, &fake).call_action("BuyX").query("ClientToken", "t");
    assert_eq!((call.send().await.is_err(), fake.requests().len()), (true, 1));
    // The region is the client's, unless the call has one.
    for (own, region) in [(None, "cn-hangzhou"), (Some("cn-x"), "cn-x")] {
        let fake = responding(200, &[], "{}");
        let builder = ClientBuilder::<Client>::new(&ALIYUN).transport(fake.clone()).region("cn-hangzhou");
        let client = builder.credentials(Credentials::access_key("AK", "SK")).build().expect("a client");
        let mut call = client.call_action("DescribeX");
        if let Some(own) = own {
            call = call.query("RegionId", own);
        }
        call.send().await.expect("success");
        assert_eq!(&only_request(&fake).body()[..], format!("RegionId={region}").as_bytes());
    }
}

/// The same overrides are available for all calls.
#[tokio::test(start_paused = true)]
async fn overrides() {
    let fake = Replay::new([reply(503, &[], ""), reply(503, &[], ""), reply(200, &[], "{}")]);
    let call = client(&HUAWEI, &fake).call_path("GET", "/v3/x");
    let call = call.with_credentials(Credentials::access_key("OTHER", "SK")).with_endpoint("http://elsewhere");
    let error = call.clone().with_retries(RetryPolicy::none()).send().await.expect_err("not repeated");
    assert_eq!((error.status(), error.attempts()), (Some(503), 1));
    call.send().await.expect("success");
    for sent in fake.requests() {
        assert_eq!(sent.uri(), "http://elsewhere/v3/x");
        assert!(sent.headers()[AUTHORIZATION].to_str().expect("text").starts_with("SDK-HMAC-SHA256 Access=OTHER"));
    }
    let fake = Replay::new([Reply::never()]);
    let call = client(&HUAWEI, &fake).call_path("GET", "/v3/x").with_operation_timeout(Duration::from_secs(3));
    let error = call.send().await.expect_err("no response");
    assert!(error.to_string().contains("no success within 3s (`operation_timeout`)"), "{error}");
    let fake = Replay::new([Reply::never()]);
    let call = client(&HUAWEI, &fake).call_path("POST", "/v3/x").timeout(Duration::from_secs(4));
    let error = call.send().await.expect_err("no response");
    assert!(error.to_string().contains("no complete response within 4s (`timeout`)"), "{error}");
}

#[tokio::test]
async fn invalid_calls() {
    let fake = Replay::new([]);
    for (call, why) in [
        (client(&HUAWEI, &fake).call_action("X"), "X was not sent: the service has no actions"),
        (client(&ALIYUN, &fake).call_action("X&Y=1"), "the name of an action"),
        (client(&ALIYUN, &fake).call_path("GET", "/"), "has actions instead of paths"),
        (client(&HUAWEI, &fake).call_path("GET", "/v3?x=1"), "a path begins with `/`"),
        (client(&HUAWEI, &fake).call_path("GET", "//x").query("a", f64::NAN), "a: is NaN"),
        (client(&HUAWEI, &fake).call_path("G T", "/"), "G T / was not sent: the method is not an HTTP method"),
    ] {
        let error = call.send().await.expect_err("can't be called");
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains(why), "{error}");
    }
    let missing = client(&HUAWEI, &fake).call_path("GET", "/v3/{id}").send().await.expect_err("no id");
    assert_eq!((missing.kind(), missing.violations()[0].path.as_str()), (ErrorKind::Invalid, "id"));
    let shown = format!("{:?}", client(&HUAWEI, &fake).call_path("GET", "/").query("password", "hunter2"));
    assert!(shown.contains("password") && !shown.contains("hunter2"), "{shown}");
}

/// A URL is the request that would be sent by GET, regardless of the client's settings.
#[tokio::test]
async fn as_a_url() {
    let builder = |fake: &Replay| {
        let builder = mini::Client::builder(&ALIYUN).transport(fake.clone()).region("cn-hangzhou").clock(noon());
        builder.nonces(|| "n".to_owned()).credentials(Credentials::access_key("AK", "SK").with_security_token("tok"))
    };
    let call = |client: mini::Client| client.add_database().set("Host", "h h");
    let fake = responding(200, &[], "{}");
    call(builder(&fake).get_requests().build().expect("a client")).send().await.expect("success");
    let sent = only_request(&fake).uri().to_string();
    let none = Replay::new([]);
    for builder in [builder(&none), builder(&none).signature(yundb_runtime::Signature::Acs3)] {
        let url: Secret = call(builder.build().expect("a client")).presigned_url().await.expect("a URL");
        assert_eq!(url.expose(), sent);
    }
    let client = builder(&none).build().expect("a client");
    let error = call(client.clone()).extra_header("X-Y", "z").presigned_url().await.expect_err("a header");
    assert!(error.to_string().ends_with("a URL cannot contain the header x-y"), "{error}");
    let error = client.import_data().body("{}").presigned_url().await.expect_err("a body");
    assert_eq!(error.kind(), ErrorKind::Config);
    let error = client.add_database().presigned_url().await.expect_err("no host");
    assert_eq!(error.kind(), ErrorKind::Invalid, "validated like any call");
    let huawei = mini::Client::builder(&HUAWEI).endpoint("http://localhost").project_id("p").build().expect("a client");
    let error = huawei.create_connection("g").unchecked().presigned_url().await.expect_err("another vendor's");
    assert!(error.to_string().contains("does not accept signatures in URLs"), "{error}");
    assert!(none.requests().is_empty());
}

/// Adds a parameter, and optionally a header.
#[derive(Debug)]
struct Hook(bool);

impl Interceptor for Hook {
    fn before_signing(&self, attempt: &Attempt, request: &mut UnsignedRequest<'_>) {
        request.add_parameter("Tenant", format!("{} {}", attempt.operation, attempt.number));
        if self.0 {
            request.headers_mut().insert("x-acs-tenant", HeaderValue::from_static("t"));
        }
    }
}

#[tokio::test]
async fn a_url_has_what_hooks_add_before_signing() {
    let builder = |fake: &Replay, hook| {
        let builder = mini::Client::builder(&ALIYUN).transport(fake.clone()).region("cn-hangzhou").clock(noon());
        let builder = builder.nonces(|| "n".to_owned()).credentials(Credentials::access_key("AK", "SK"));
        builder.get_requests().interceptor(hook).build().expect("a client").add_database().set("Host", "h")
    };
    let fake = responding(200, &[], "{}");
    builder(&fake, Hook(false)).send().await.expect("success");
    let sent = only_request(&fake).uri().to_string();
    assert!(sent.contains("Tenant=AddDatabase%201"), "{sent}");
    let url = builder(&Replay::new([]), Hook(false)).presigned_url().await.expect("a URL");
    assert_eq!(url.expose(), sent);
    let error = builder(&Replay::new([]), Hook(true)).presigned_url().await.expect_err("a header");
    assert!(error.to_string().ends_with("a URL cannot contain the header x-acs-tenant"), "{error}");
}
