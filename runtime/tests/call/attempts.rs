//! Interceptors and credentials of attempts, and blocking calls.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use metrics_util::debugging::DebuggingRecorder;
use yundb_runtime::http::{HeaderValue, Request};
use yundb_runtime::test_util::{ManualClock, Replay, Reply};
use yundb_runtime::{
    Attempt, CachedCredentials, ClientBuilder, Credentials, CredentialsSource, ErrorKind, Interceptor, Metrics,
    Outcome, RequestBody, RetryPolicy, TemporaryCredentials, TemporaryCredentialsFuture, TransportErrorKind,
    UnsignedRequest,
};

use crate::fake::{noon, only_request, reply};
use crate::mini::{ALIYUN, Client, HUAWEI};

fn builder(fake: &Replay) -> ClientBuilder<Client> {
    let keys = Credentials::access_key("AK", "very-secret");
    Client::builder(&ALIYUN).region("cn-hangzhou").transport(fake.clone()).credentials(keys)
}

fn success() -> Reply {
    reply(200, &[], r#"{"Success": true, "RequestId": "r-1"}"#)
}

/// Adds a header, and keeps the arguments of its hooks.
#[derive(Clone, Debug, Default)]
struct Witness(Arc<Mutex<Vec<String>>>);

impl Interceptor for Witness {
    fn before_attempt(&self, attempt: &Attempt, request: &mut Request<RequestBody>) {
        request.headers_mut().insert("traceparent", HeaderValue::from(attempt.number));
        self.0
            .lock()
            .expect("not poisoned")
            .push(format!("{} {} {} {}", attempt.service, attempt.package, attempt.operation, attempt.number));
    }

    fn after_attempt(&self, attempt: &Attempt, outcome: &Outcome<'_>) {
        let Outcome { failure, status, code, request_id, retry_in, .. } = outcome;
        let again = retry_in.is_some();
        let text = format!("{} {failure:?} {status:?} {code:?} {request_id:?} {again}", attempt.number);
        self.0.lock().expect("not poisoned").push(text);
    }
}

#[tokio::test(start_paused = true)]
async fn interceptors() {
    let busy = reply(429, &[], r#"{"Code": "Throttling.User", "RequestId": "r-0"}"#);
    let fake = Replay::new([busy, Reply::failure(TransportErrorKind::Connect), success()]);
    let witness = Witness::default();
    let client = builder(&fake).interceptor(witness.clone()).build().expect("a client");
    client.add_database().set("Host", "h").send().await.expect("success");
    assert_eq!(
        *witness.0.lock().expect("not poisoned"),
        [
            "mini-aliyun mini-aliyun/1 AddDatabase 1",
            "1 Some(Service) Some(429) Some(\"Throttling.User\") Some(\"r-0\") true",
            "mini-aliyun mini-aliyun/1 AddDatabase 2",
            "2 Some(Connect) None None None true",
            "mini-aliyun mini-aliyun/1 AddDatabase 3",
            "3 None Some(200) None Some(\"r-1\") false",
        ]
    );
    let requests = fake.requests();
    let sent: Vec<&str> = requests.iter().map(|it| it.headers()["traceparent"].to_str().unwrap()).collect();
    assert_eq!(sent, ["1", "2", "3"]);
}

#[test]
fn metrics_of_attempts() {
    let recorder = DebuggingRecorder::new();
    let seen = recorder.snapshotter();
    metrics::with_local_recorder(&recorder, || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let fake = Replay::new([reply(429, &[], ""), success(), reply(403, &[], "")]);
            let client = builder(&fake).interceptor(Metrics).build().expect("a client");
            client.describe_database().send().await.expect("success");
            client.describe_database().send().await.expect_err("refused");
        });
    });
    let mut lines: Vec<String> = seen
        .snapshot()
        .into_vec()
        .into_iter()
        .map(|(key, _, _, value)| {
            let outcome =
                key.key().labels().find(|label| label.key() == "outcome").map(|label| label.value().to_owned());
            let value = match value {
                metrics_util::debugging::DebugValue::Counter(count) => count.to_string(),
                metrics_util::debugging::DebugValue::Histogram(times) => format!("{} times", times.len()),
                metrics_util::debugging::DebugValue::Gauge(_) => "a gauge".to_owned(),
            };
            format!("{} {} {value}", key.key().name(), outcome.unwrap_or_default())
        })
        .collect();
    lines.sort();
    assert_eq!(
        lines,
        [
            "yundb_attempt_duration_seconds  3 times",
            "yundb_attempts_total service 2",
            "yundb_attempts_total success 1",
            "yundb_retries_total  1",
        ]
    );
}

/// Provides a key with the next number each time.
#[derive(Debug, Default)]
struct Numbered(Mutex<u32>);

impl CredentialsSource for Numbered {
    fn fetch(&self) -> TemporaryCredentialsFuture<'_> {
        Box::pin(async {
            let mut number = self.0.lock().expect("not poisoned");
            *number += 1;
            Ok(TemporaryCredentials {
                credentials: Credentials::access_key(format!("AK{number}"), "s").with_security_token("t"),
                expires: "2024-05-06T13:00:00Z".parse().expect("a time"),
            })
        })
    }
}

#[tokio::test(start_paused = true)]
async fn rejected_credentials() {
    for (status, code) in [(404, "InvalidAccessKeyId.NotFound"), (403, "Forbidden.AccessKeyDisabled")] {
        let fake = Replay::new([reply(status, &[], format!(r#"{{"Code": "{code}"}}"#)), success()]);
        let cached = CachedCredentials::new(Numbered::default()).clock(noon());
        let client = builder(&fake).credentials_provider(cached).build().expect("a client");
        client.add_database().set("Host", "h").send().await.expect("success with other keys");
    }
    let refused = || reply(400, &[], r#"{"Code": "InvalidSecurityToken.Expired", "Message": "expired"}"#);
    let keys = |fake: &Replay| -> Vec<String> {
        let key = |query: &str| query.split('&').find_map(|it| it.strip_prefix("AccessKeyId=").map(str::to_owned));
        fake.requests().iter().map(|it| key(it.uri().query().unwrap()).unwrap()).collect()
    };
    // Renewed once, even for an operation with side effects: the service did not act.
    let fake = Replay::new([refused(), success(), success(), refused(), refused()]);
    let clock = noon();
    let cached = CachedCredentials::new(Numbered::default()).clock(clock.clone());
    let client = builder(&fake).credentials_provider(cached).build().expect("a client");
    client.add_database().set("Host", "h").send().await.expect("success");
    client.add_database().set("Host", "h").send().await.expect("success");
    assert_eq!(keys(&fake), ["AK1", "AK2", "AK2"]);
    // At most once a minute.
    clock.advance(Duration::from_secs(60));
    let error = client.add_database().set("Host", "h").send().await.expect_err("refused twice");
    assert_eq!((error.attempts(), error.code()), (2, Some("InvalidSecurityToken.Expired")));
    assert_eq!(keys(&fake)[3..], ["AK2", "AK3"]);
    // Fixed keys would be refused again.
    let fake = Replay::new([refused()]);
    let client = builder(&fake).build().expect("a client");
    assert_eq!(client.describe_database().send().await.expect_err("refused").attempts(), 1);
}

#[test]
fn blocking_calls() {
    let fake = Replay::new([reply(429, &[("retry-after", "0")], ""), success()]);
    let client = builder(&fake).build().expect("a client");
    client.add_database().set("Host", "h").0.send_blocking::<crate::mini::AddDatabase>().expect("success");
    assert_eq!(fake.requests().len(), 2);
}

#[tokio::test]
async fn blocking_calls_within_async() {
    let fake = Replay::new([success()]);
    let client = builder(&fake).build().expect("a client");
    client.add_database().set("Host", "h").0.send_blocking::<crate::mini::AddDatabase>().expect("success");
    only_request(&fake);
}

#[tokio::test]
async fn invalid_replies() {
    let error_of = async |replies: Vec<Reply>| {
        let client = builder(&Replay::new(replies)).retries(RetryPolicy::none()).build().expect("a client");
        let error = client.describe_database().send().await.expect_err("no response");
        assert_eq!(error.kind(), ErrorKind::Transport);
        error.to_string()
    };
    assert!(error_of(vec![]).await.ends_with("the test has no reply for request 1, POST /"));
    assert!(error_of(vec![Reply::new(20)]).await.ends_with("20 is not an HTTP status"));
    assert!(error_of(vec![Reply::new(200).header("a b", "c")]).await.ends_with("`a b: c` is not an HTTP header"));
}

#[test]
fn manual_clock() {
    use yundb_runtime::Clock as _;
    let clock = ManualClock::at("2024-05-06T12:00:00Z".parse().unwrap());
    let other = clock.clone();
    clock.advance(Duration::from_secs(60));
    assert_eq!(other.now().to_string(), "2024-05-06T12:01:00Z");
    clock.advance(Duration::MAX);
    other.set("2025-01-01T00:00:00Z".parse().unwrap());
    assert_eq!(clock.now().to_string(), "2025-01-01T00:00:00Z");
}

#[test]
fn proxies() {
    let built = |builder: ClientBuilder<Client>| builder.region("cn-north-4").build();
    let error = built(Client::builder(&HUAWEI).proxy("http://user:hidden@[")).expect_err("no URL").to_string();
    assert_eq!(error, "the proxy is not a URL such as http://host:port");
    let own = Client::builder(&HUAWEI).transport(Replay::default()).no_proxy().proxy("http://p:1");
    let error = built(own).expect_err("a transport of its own").to_string();
    assert_eq!(error, "`.no_proxy(..)`, `.proxy(..)` has no effect on a custom transport");
    built(Client::builder(&HUAWEI).proxy("http://user:hidden@127.0.0.1:3128")).expect("a client");
}

/// Adds a header and a parameter to the signed request, with the number of the attempt.
#[derive(Debug)]
struct Hook;

impl Interceptor for Hook {
    fn before_signing(&self, attempt: &Attempt, request: &mut UnsignedRequest<'_>) {
        assert!(!format!("{request:?}").contains("very-secret"));
        request.headers_mut().insert("x-acs-tenant", HeaderValue::from(attempt.number));
        request.add_parameter("Tenant", format!("a&b {}", attempt.number));
        assert_eq!(request.headers()["x-acs-tenant"], HeaderValue::from(attempt.number));
    }
}

#[tokio::test(start_paused = true)]
async fn hooks_before_signing() {
    let text = |request: &Request<_>| request.uri().query().unwrap_or_default().to_owned();
    // RPC 1.0 signs parameters: each attempt has only its own.
    let fake = Replay::new([reply(429, &[], ""), success()]);
    let client = builder(&fake).interceptor(Hook).build().expect("a client");
    client.add_database().set("Host", "h").send().await.expect("success");
    for (index, request) in fake.requests().iter().enumerate() {
        let body = String::from_utf8(request.body().to_vec()).expect("text");
        assert_eq!(body, format!("RegionId=cn-hangzhou&Host=h&Tenant=a%26b%20{}", index + 1));
        // The signed parameters are those that are sent.
        let pairs: Vec<(String, String)> = [text(request), body]
            .iter()
            .flat_map(|part| part.split('&').filter_map(|pair| pair.split_once('=')).collect::<Vec<_>>())
            .map(|(name, value)| (decoded(name), decoded(value)))
            .collect();
        let (signature, signed): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(name, _)| name == "Signature");
        let again = yundb_runtime::sign::sign_aliyun_rpc("POST", &signed, &"very-secret".into()).expect("a signature");
        assert_eq!(signature[0].1, again.signature);
    }
    // ACS3 also signs additional headers; Huawei Cloud a fixed list.
    let fake = Replay::new([success()]);
    let client = builder(&fake).signature(yundb_runtime::Signature::Acs3).interceptor(Hook).build().expect("a client");
    client.add_database().set("Host", "h").send().await.expect("success");
    let authorization = only_request(&fake).headers()["authorization"].to_str().expect("text").to_owned();
    assert!(authorization.contains(";x-acs-tenant;"), "{authorization}");
    let fake = Replay::new([success()]);
    let keys = Credentials::access_key("AK", "very-secret");
    let huawei =
        Client::builder(&HUAWEI).transport(fake.clone()).region("cn-north-4").project_id("p").credentials(keys);
    let client = huawei.interceptor(Hook).default_header("x-team", "blue").build().expect("a client");
    client.create_connection("g").name("n").unchecked().send().await.expect("success");
    let request = only_request(&fake);
    assert_eq!(
        (&request.headers()["x-acs-tenant"], &request.headers()["x-team"]),
        (&1.into(), &"blue".parse().expect("a value"))
    );
    assert!(text(&request).contains("Tenant=a%26b%201"), "{}", text(&request));
}

/// Gives each attempt its own client token.
#[derive(Debug)]
struct Tokens;

impl Interceptor for Tokens {
    fn before_signing(&self, attempt: &Attempt, request: &mut UnsignedRequest<'_>) {
        request.add_parameter("ClientToken", format!("t{}", attempt.number));
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_token_replaced_by_a_hook_does_not_count() {
    let attempts = async |client: ClientBuilder<Client>, fake: Replay| {
        let client = client.transport(fake.clone()).build().expect("a client");
        let _ = client.create_job().send().await;
        fake.requests().len()
    };
    let fake = || Replay::new([reply(500, &[], ""), success()]);
    assert_eq!(attempts(builder(&fake()), fake()).await, 2);
    assert_eq!(attempts(builder(&fake()).interceptor(Tokens), fake()).await, 1);
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let hex = |byte: Option<u8>| byte.and_then(|it| char::from(it).to_digit(16)).expect("a digit");
        bytes.push(if byte == b'%' {
            u8::try_from(hex(rest.next()) * 16 + hex(rest.next())).expect("a byte")
        } else {
            byte
        });
    }
    String::from_utf8(bytes).expect("text")
}
