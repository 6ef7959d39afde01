//! Retries: which calls, how often and after which pauses.

use crate::fake::{noon, reply};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use yundb_runtime::test_util::{Replay, Reply};

use futures_core::future::BoxFuture;
use tokio::time::Instant;
use yundb_runtime::bytes::Bytes;
use yundb_runtime::http::{Request, Response};
use yundb_runtime::{
    Attempt, ByteStream, CallError, ClientBuilder, Clock, Credentials, CredentialsFuture, CredentialsProvider,
    ErrorKind, Interceptor, RateLimit, RateLimiter, RequestBody, RetryBudget, RetryContext, RetryPolicy, RetryStrategy,
    Timestamp, Transport, TransportError, TransportErrorKind, Value,
};

use crate::mini::{ALIYUN, Client, HUAWEI};

fn success() -> Reply {
    reply(200, &[], r#"{"Success": true, "RequestId": "r-1"}"#)
}

fn builder(fake: &Replay) -> ClientBuilder<Client> {
    let keys = Credentials::access_key("AK", "very-secret");
    Client::builder(&ALIYUN).region("cn-hangzhou").transport(fake.clone()).credentials(keys)
}

fn client(fake: &Replay) -> Client {
    builder(fake).build().expect("a client")
}

type Outcome = Result<(), CallError<Value>>;

/// An operation with side effects, one with a client token, the same with an empty one, and a read-only one.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Change,
    Token,
    EmptyToken,
    Look,
}

async fn call(client: &Client, kind: Kind) -> Outcome {
    match kind {
        Kind::Change => client.add_database().set("Host", "h").send().await.map(drop),
        Kind::Token => client.create_job().send().await.map(drop),
        Kind::EmptyToken => client.create_job().set("ClientToken", "").send().await.map(drop),
        Kind::Look => client.describe_database().send().await.map(drop),
    }
}

/// A fault, and how often the service may have seen a call: one with side effects, and one that is safe to repeat.
#[tokio::test(start_paused = true)]
async fn how_often_each_fault_is_sent() {
    use TransportErrorKind::{Body, Connect, ConnectDenied, ConnectTimeout, ReadTimeout, Request, TooLarge};
    const HTML: &str = "<html><title>Bad Gateway</title></html>";
    const JSON: &str = r#"{"Code": "ServiceUnavailable", "Message": "no", "RequestId": "r"}"#;
    type Fault = (&'static str, fn() -> Reply, usize, usize);
    let faults: [Fault; 22] = [
        ("refused", || Reply::failure(Connect), 3, 3),
        ("no connection in time", || Reply::failure(ConnectTimeout), 3, 3),
        ("a certificate", || Reply::failure(ConnectDenied), 1, 1),
        ("slow", || Reply::failure(ReadTimeout), 1, 3),
        ("reset", || Reply::failure(Request), 1, 3),
        ("reset within the body", || Reply::failure(Body), 1, 3),
        ("too large", || Reply::failure(TooLarge), 1, 1),
        ("400", || reply(400, &[], JSON), 1, 1),
        ("401", || reply(401, &[], JSON), 1, 1),
        ("404", || reply(404, &[], JSON), 1, 1),
        ("408", || reply(408, &[], ""), 3, 3),
        ("409", || reply(409, &[], JSON), 1, 1),
        ("409, busy", || reply(409, &[], r#"{"Code": "OperationInProgress"}"#), 3, 3),
        ("413", || reply(413, &[], JSON), 1, 1),
        ("429", || reply(429, &[], JSON), 3, 3),
        ("429, later", || reply(429, &[("retry-after", "1")], JSON), 3, 3),
        ("throttled with 400", || reply(400, &[], r#"{"Code": "Throttling.User"}"#), 3, 3),
        ("throttled with 200", || reply(200, &[], r#"{"Success": false, "ErrCode": "Throttling"}"#), 3, 3),
        ("500", || reply(500, &[], ""), 1, 3),
        ("502", || reply(502, &[], HTML), 1, 3),
        ("503", || reply(503, &[], JSON), 1, 2),
        ("a 200 that failed", || reply(200, &[], r#"{"Success": false, "ErrCode": "X"}"#), 1, 1),
    ];
    for (name, fault, change, safe) in faults {
        let kinds = [(Kind::Change, change), (Kind::EmptyToken, change), (Kind::Token, safe), (Kind::Look, safe)];
        for (kind, times) in kinds {
            let fake = Replay::new((0..5).map(|_| fault()));
            let error = call(&client(&fake), kind).await.expect_err("an error");
            assert_eq!(fake.requests().len(), times, "{name}: {kind:?}");
            assert_eq!(error.attempts() as usize, times, "{name}: {kind:?}");
            assert_eq!(error.to_string().contains("attempts"), times > 1, "{name}: {error}");
            // The next attempt would have succeeded.
            let fake = Replay::new((1..times).map(|_| fault()).chain([success()]));
            call(&client(&fake), kind).await.expect("success");
            assert_eq!(fake.requests().len(), times, "{name}: {kind:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn silence() {
    for (kind, times) in [(Kind::Change, 1), (Kind::EmptyToken, 1), (Kind::Token, 3), (Kind::Look, 3)] {
        let fake = Replay::new((0..5).map(|_| Reply::never()));
        let error = call(&client(&fake), kind).await.expect_err("an error");
        assert_eq!((error.kind(), fake.requests().len()), (ErrorKind::Timeout, times), "{kind:?}");
        assert!(error.to_string().contains("`timeout`"), "{error}");
    }
}

fn parameter(request: &Request<Bytes>, name: &str) -> String {
    let body = std::str::from_utf8(request.body()).expect("text");
    let query = request.uri().query().unwrap_or_default();
    let pairs = query.split('&').chain(body.split('&')).filter_map(|pair| pair.split_once('='));
    pairs.filter(|(found, _)| *found == name).map(|(_, value)| value.to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn attempts_share_a_token_but_not_nonces() {
    let fake = Replay::new([reply(500, &[], ""), reply(500, &[], ""), success()]);
    client(&fake).create_job().send().await.expect("success");
    let sent = fake.requests();
    assert_eq!(sent.len(), 3);
    let token = parameter(&sent[0], "ClientToken");
    assert!(token.len() >= 32, "{token}");
    assert!(sent.iter().all(|request| parameter(request, "ClientToken") == token));
    let mut nonces: Vec<_> = sent.iter().map(|request| parameter(request, "SignatureNonce")).collect();
    let mut signatures: Vec<_> = sent.iter().map(|request| parameter(request, "Signature")).collect();
    for distinct in [&mut nonces, &mut signatures] {
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), 3);
    }

    let fake = Replay::new([success(), success()]);
    let client = client(&fake);
    client.create_job().set("ClientToken", "mine").send().await.expect("success");
    client.create_job().send().await.expect("success");
    let sent = fake.requests();
    assert_eq!(parameter(&sent[0], "ClientToken"), "mine");
    assert_ne!(parameter(&sent[1], "ClientToken"), token);
}

#[tokio::test(start_paused = true)]
async fn requested_pauses() {
    for (header, value, waits) in [("retry-after", "7", 7_000), ("x-acs-retry-after", "1500", 1_500)] {
        let fake = Replay::new([reply(429, &[(header, value)], ""), success()]);
        let begin = Instant::now();
        call(&client(&fake), Kind::Change).await.expect("success");
        assert_eq!(begin.elapsed().as_millis(), waits);
    }
    // Too long to wait: the error is returned.
    let fake = Replay::new([reply(429, &[("retry-after", "3600")], ""), success()]);
    let error = call(&client(&fake), Kind::Change).await.expect_err("an error");
    assert_eq!((error.status(), fake.requests().len(), error.is_retryable()), (Some(429), 1, true));
}

#[tokio::test(start_paused = true)]
async fn time_limit_for_all_attempts() {
    let limited = |fake: &Replay| builder(fake).operation_timeout(Duration::from_secs(90)).build().expect("a client");
    let fake = Replay::new((0..5).map(|_| Reply::never()));
    let begin = Instant::now();
    let error = call(&limited(&fake), Kind::Look).await.expect_err("an error");
    assert_eq!((error.kind(), begin.elapsed().as_secs(), fake.requests().len()), (ErrorKind::Timeout, 90, 2));
    assert_eq!(
        error.to_string(),
        "DescribeDatabase (dg.hangzhou.example.com) timed out: no success within 90s (`operation_timeout`); the previous attempt failed: no complete \
         response within 60s (`timeout`) (2 attempts)"
    );
    // A pause beyond the time limit is not started.
    let later = || reply(429, &[("retry-after", "50")], "");
    let fake = Replay::new([later(), later(), success()]);
    let begin = Instant::now();
    let error = call(&limited(&fake), Kind::Look).await.expect_err("an error");
    assert_eq!((error.status(), begin.elapsed().as_secs(), fake.requests().len()), (Some(429), 50, 2));
}

#[tokio::test(start_paused = true)]
async fn policies() {
    let fake = Replay::new((0..9).map(|_| reply(429, &[], "")));
    let patient = builder(&fake).retries(RetryPolicy::new().attempts(6)).build().expect("a client");
    assert_eq!(call(&patient, Kind::Change).await.expect_err("an error").attempts(), 6);
    let none = builder(&fake).retries(RetryPolicy::none()).build().expect("a client");
    assert_eq!(call(&none, Kind::Change).await.expect_err("an error").attempts(), 1);
    assert_eq!(fake.requests().len(), 7);
}

#[tokio::test(start_paused = true)]
async fn retries_do_not_multiply_an_outage() {
    let fake = Replay::new((0..1200).map(|_| reply(500, &[], "")));
    let client = client(&fake);
    for _ in 0..1000 {
        call(&client, Kind::Look).await.expect_err("an error");
    }
    // A thousand calls, plus those that the budget of 500 pays for at 5 per attempt.
    assert_eq!(fake.requests().len(), 1100);
}

/// A clock that starts at noon and advances with tokio's.
#[derive(Debug)]
struct Late(Instant);

impl Clock for Late {
    fn now(&self) -> Timestamp {
        noon().now() + self.0.elapsed()
    }
}

#[tokio::test(start_paused = true)]
async fn wrong_clocks() {
    const REFUSED: &str = r#"{"Code": "InvalidTimeStamp.Expired", "Message": "too old"}"#;
    let date = [("date", "Mon, 06 May 2024 13:00:00 GMT")];
    let fake = Replay::new([reply(400, &date, REFUSED), success(), success()]);
    let client = builder(&fake).clock(Late(Instant::now())).build().expect("a client");
    call(&client, Kind::Change).await.expect("success");
    call(&client, Kind::Change).await.expect("success");
    let times: Vec<_> = fake.requests().iter().map(|request| parameter(request, "Timestamp")).collect();
    assert_eq!(times, ["2024-05-06T12%3A00%3A00Z", "2024-05-06T13%3A00%3A00Z", "2024-05-06T13%3A00%3A00Z"]);

    // Only once: the second refusal has another reason.
    let later = [("date", "Mon, 06 May 2024 18:00:00 GMT")];
    let fake = Replay::new([reply(400, &date, REFUSED), reply(400, &later, REFUSED), success()]);
    let client = builder(&fake).clock(noon()).build().expect("a client");
    call(&client, Kind::Look).await.expect_err("an error");
    assert_eq!(fake.requests().len(), 2);
    // A failure of a call with the right date is not repeated.
    let date = [("date", "Mon, 06 May 2024 12:00:30 GMT")];
    let fake = Replay::new([reply(400, &date, REFUSED), success()]);
    call(&builder(&fake).clock(noon()).build().expect("a client"), Kind::Look).await.expect_err("an error");
    assert_eq!(fake.requests().len(), 1);
}

#[tokio::test]
async fn unsigned_bodies() {
    let fake = Replay::new([success()]);
    let call = |credentials: Credentials| {
        let builder = Client::builder(&HUAWEI).transport(fake.clone()).region("cn-north-4").project_id("p");
        let client = builder.credentials(credentials).build().expect("a client");
        client.create_connection("g").name("x".repeat(13 << 20)).unchecked().send()
    };
    let error = call(Credentials::access_key("AK", "SK")).await.expect_err("an error");
    assert_eq!((error.kind(), fake.requests().len()), (ErrorKind::Config, 0));
    assert!(error.to_string().contains("12 MiB: use a token"), "{error}");
    call(Credentials::token("t")).await.expect("success");
    assert_eq!(fake.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_refused_date_affects_only_its_call() {
    let times = |fake: &Replay| -> Vec<String> {
        fake.requests().iter().map(|request| parameter(request, "Timestamp")).collect()
    };
    let bogus = [("date", "Thu, 01 Jan 2099 00:00:00 GMT")];
    const DENIED: &str = r#"{"Code": "Forbidden", "Message": "no"}"#;
    const REFUSED: &str = r#"{"Code": "InvalidTimeStamp.Expired", "Message": "no"}"#;
    for second in [reply(403, &bogus, DENIED), reply(400, &[], REFUSED), reply(500, &[], "")] {
        let fake = Replay::new([reply(403, &bogus, DENIED), second, success()]);
        let client = builder(&fake).clock(noon()).build().expect("a client");
        call(&client, Kind::Change).await.expect_err("denied");
        call(&client, Kind::Change).await.expect("success");
        // The service refused that time, so no other call uses it.
        assert_eq!(times(&fake), ["2024-05-06T12%3A00%3A00Z", "2099-01-01T00%3A00%3A00Z", "2024-05-06T12%3A00%3A00Z"]);
    }
    // An invalid input is not caused by the clock, and nothing is sent twice for it.
    let fake = Replay::new([reply(400, &bogus, r#"{"Code": "MissingHost"}"#), success()]);
    let client = builder(&fake).clock(noon()).build().expect("a client");
    call(&client, Kind::Change).await.expect_err("an error");
    assert_eq!(fake.requests().len(), 1);
}

/// Two hosts, one with a clock that is ten minutes ahead. Both refuse other times.
#[derive(Debug, Clone, Default)]
struct TwoClocks(Arc<Mutex<Vec<String>>>);

impl Transport for TwoClocks {
    fn send(&self, request: Request<RequestBody>) -> BoxFuture<'_, Result<Response<ByteStream>, TransportError>> {
        let sent = request.headers()["x-sdk-date"].to_str().expect("text").to_owned();
        let (time, date) = match request.uri().host() {
            Some("ahead") => ("20240506T121000Z", "Mon, 06 May 2024 12:10:00 GMT"),
            _ => ("20240506T120000Z", "Mon, 06 May 2024 12:00:00 GMT"),
        };
        let status = if sent == time { 200 } else { 403 };
        self.0.lock().expect("a lock").push(format!("{} {sent}", request.uri().authority().expect("a host")));
        let body = ByteStream::from(Bytes::from_static(b"{}"));
        Box::pin(async move { Ok(Response::builder().status(status).header("date", date).body(body).expect("parts")) })
    }
}

#[tokio::test]
async fn each_host_has_its_own_clock() {
    let hosts = TwoClocks::default();
    let builder = Client::builder(&HUAWEI).transport(hosts.clone()).clock(noon()).project_id("p");
    let builder = builder.credentials(Credentials::access_key("AK", "SK")).retries(RetryPolicy::none());
    let client = builder.endpoint("http://right/base").build().expect("a client");
    let ahead = |retries: RetryPolicy| client.begin().with_endpoint("http://ahead/base").with_retries(retries).send();
    client.begin().send().await.expect("the right time");
    ahead(RetryPolicy::new()).await.expect("the right time at the second attempt");
    client.begin().send().await.expect("the clock of the other host is no reason");
    ahead(RetryPolicy::none()).await.expect("the skew is known");
    let [right, early, late] = ["right 20240506T120000Z", "ahead 20240506T120000Z", "ahead 20240506T121000Z"];
    assert_eq!(*hosts.0.lock().expect("a lock"), [right, early, late, right, late]);
}

#[tokio::test]
async fn an_outdated_skew_is_dropped_without_another_attempt() {
    const REFUSED: &str = r#"{"Code": "InvalidTimeStamp.Expired", "Message": "too old"}"#;
    let (ahead, right) = ([("date", "Mon, 06 May 2024 13:00:00 GMT")], [("date", "Mon, 06 May 2024 12:00:00 GMT")]);
    let fake = Replay::new([reply(400, &ahead, REFUSED), success(), reply(400, &right, REFUSED), success()]);
    let client = builder(&fake).clock(noon()).build().expect("a client");
    let once = || client.add_database().set("Host", "h").with_retries(RetryPolicy::none());
    call(&client, Kind::Change).await.expect("success");
    once().send().await.expect_err("the service's clock was corrected");
    once().send().await.expect("the wrong skew was dropped");
    let times: Vec<_> = fake.requests().iter().map(|request| parameter(request, "Timestamp")).collect();
    let [noon, later] = ["2024-05-06T12%3A00%3A00Z", "2024-05-06T13%3A00%3A00Z"];
    assert_eq!(times, [noon, later, later, noon]);
}

#[tokio::test(start_paused = true)]
async fn requested_pauses_of_zero() {
    for (name, value) in
        [("retry-after", "0"), ("retry-after", "Tue, 15 Nov 1994 08:12:31 GMT"), ("x-acs-retry-after", "0")]
    {
        let mut waited = std::collections::BTreeSet::new();
        for _ in 0..20 {
            let fake = Replay::new((0..3).map(|_| reply(429, &[(name, value)], "")));
            let begin = Instant::now();
            call(&client(&fake), Kind::Change).await.expect_err("throttled");
            waited.insert(begin.elapsed());
        }
        // Neither immediately, nor in lockstep.
        assert!(waited.len() > 10, "{name}: {value}: {waited:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_timeout_keeps_the_previous_response() {
    const JSON: &str = r#"{"Code": "InternalError", "Message": "disk\nfull", "RequestId": "r-500"}"#;
    let fake = Replay::new([reply(500, &[], JSON), Reply::never()]);
    let client = builder(&fake).operation_timeout(Duration::from_secs(30)).build().expect("a client");
    let error = call(&client, Kind::Look).await.expect_err("no time");
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Timeout, false));
    assert_eq!((error.status(), error.code(), error.request_id()), (Some(500), Some("InternalError"), Some("r-500")));
    assert_eq!(error.body().expect("the service's error")["Message"], "disk\nfull");
    assert_eq!(
        error.to_string(),
        "DescribeDatabase (dg.hangzhou.example.com) timed out: no success within 30s (`operation_timeout`); the previous attempt failed: 500 InternalError: \
         disk full (request id r-500, 2 attempts)"
    );
}

/// Repeats any failure with 404, a given number of times, and keeps its arguments.
#[derive(Clone, Debug)]
struct Own(u32, std::sync::Arc<std::sync::Mutex<Vec<String>>>);

impl RetryStrategy for Own {
    fn next_attempt(&self, failed: &RetryContext<'_>) -> Option<Duration> {
        let RetryContext {
            operation, attempts, class, status, code, transport, idempotent, elapsed, retry_after, ..
        } = failed;
        self.1.lock().expect("not poisoned").push(format!(
            "{operation} {attempts} {class:?} {status:?} {code:?} {transport:?} {idempotent} {}s {retry_after:?}",
            elapsed.as_secs()
        ));
        (failed.attempts < self.0).then_some(Duration::from_secs(5))
    }
}

#[tokio::test(start_paused = true)]
async fn custom_strategies() {
    let own = Own(3, Default::default());
    let gone = || reply(404, &[("retry-after", "9")], r#"{"Code": "NotYet"}"#);
    let fake = Replay::new([gone(), Reply::failure(TransportErrorKind::Body), gone(), success()]);
    let client = builder(&fake).retries(own.clone()).build().expect("a client");
    assert_eq!(call(&client, Kind::Change).await.expect_err("an error").attempts(), 3);
    assert_eq!(
        *own.1.lock().expect("not poisoned"),
        [
            "AddDatabase 1 Never Some(404) Some(\"NotYet\") None false 0s Some(9s)",
            "AddDatabase 2 Never None None Some(Body) false 5s None",
            "AddDatabase 3 Never Some(404) Some(\"NotYet\") None false 10s Some(9s)",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn overrides_of_a_call() {
    let fake = Replay::new((0..99).map(|_| reply(500, &[], "")));
    let client = client(&fake);
    let seen = |fake: &Replay| fake.requests().len();
    client.add_database().set("Host", "h").with_idempotency(true).send().await.expect_err("500");
    assert_eq!(seen(&fake), 3);
    client.describe_database().with_idempotency(false).send().await.expect_err("500");
    assert_eq!(seen(&fake), 4);
    // Not even with a client token.
    client.create_job().with_idempotency(false).send().await.expect_err("500");
    assert_eq!(seen(&fake), 5);
    client.describe_database().with_retries(RetryPolicy::new().attempts(7)).send().await.expect_err("500");
    assert_eq!(seen(&fake), 12);
    let call = client.describe_database().with_retries(RetryPolicy::none());
    call.with_endpoint("https://other.example.com/x").send().await.expect_err("500");
    assert!(fake.requests()[12].uri().to_string().starts_with("https://other.example.com/x/"));
    let call = client.describe_database().with_retries(RetryPolicy::none());
    call.with_credentials(Credentials::access_key("OTHER", "s")).send().await.expect_err("500");
    assert_eq!(parameter(&fake.requests()[13], "AccessKeyId"), "OTHER");
    assert_eq!(parameter(&fake.requests()[12], "AccessKeyId"), "AK");

    let fake = Replay::new((0..9).map(|_| Reply::never()));
    let client = builder(&fake).build().expect("a client");
    let begin = Instant::now();
    let call = client.describe_database().with_operation_timeout(Duration::from_secs(90));
    assert_eq!(call.send().await.expect_err("no time").kind(), ErrorKind::Timeout);
    assert_eq!(begin.elapsed().as_secs(), 90);
    let error = client.describe_database().with_endpoint("ftp://x").send().await.expect_err("no address");
    assert_eq!(error.kind(), ErrorKind::Config);
}

/// The service refuses the call's own keys, and the call's provider is notified.
#[tokio::test(start_paused = true)]
async fn refused_credentials_of_a_call() {
    #[derive(Debug, Default)]
    struct Two(std::sync::atomic::AtomicBool);
    impl CredentialsProvider for Two {
        fn credentials(&self) -> CredentialsFuture<'_> {
            let name = if self.0.load(std::sync::atomic::Ordering::Relaxed) { "NEW" } else { "OLD" };
            Box::pin(async move { Ok(Credentials::access_key(name, "s")) })
        }
        fn rejected(&self, _: &Credentials) -> bool {
            !self.0.swap(true, std::sync::atomic::Ordering::Relaxed)
        }
    }
    let fake = Replay::new([reply(401, &[], r#"{"Code": "InvalidAccessKeyId"}"#), success()]);
    client(&fake).add_database().set("Host", "h").with_credentials(Two::default()).send().await.expect("success");
    let keys: Vec<_> = fake.requests().iter().map(|request| parameter(request, "AccessKeyId")).collect();
    assert_eq!(keys, ["OLD", "NEW"]);
}

#[tokio::test(start_paused = true)]
async fn clients_may_share_a_budget() {
    let fake = Replay::new((0..400).map(|_| reply(500, &[], "")));
    let budget = RetryBudget::new(50);
    let clients = [0, 1].map(|_| builder(&fake).retry_budget(budget.clone()).build().expect("a client"));
    for _ in 0..50 {
        for client in &clients {
            call(client, Kind::Look).await.expect_err("an error");
        }
    }
    assert_eq!(fake.requests().len(), 110);
    let fake = Replay::new((0..300).map(|_| reply(500, &[], "")));
    let client = builder(&fake).retry_budget(RetryBudget::unlimited()).build().expect("a client");
    for _ in 0..100 {
        call(&client, Kind::Look).await.expect_err("an error");
    }
    assert_eq!(fake.requests().len(), 300);
}

/// Keys that take a while.
#[derive(Debug)]
struct Slow(Duration);

impl CredentialsProvider for Slow {
    fn credentials(&self) -> CredentialsFuture<'_> {
        Box::pin(async {
            tokio::time::sleep(self.0).await;
            Ok(Credentials::access_key("AK", "s"))
        })
    }
}

/// The times of requests, in seconds.
#[derive(Clone, Debug, Default)]
struct Times(std::sync::Arc<std::sync::Mutex<Vec<u64>>>, Option<Instant>);

impl Interceptor for Times {
    fn before_attempt(&self, _: &Attempt, _: &mut Request<RequestBody>) {
        self.0.lock().expect("not poisoned").push(self.1.expect("a beginning").elapsed().as_secs());
    }
}

#[tokio::test(start_paused = true)]
async fn rate_limits_count_sent_requests() {
    let limits = || [RateLimit { calls: 2, seconds: 10 }];
    let fake = Replay::new((0..20).map(|_| success()));
    let times = Times(Default::default(), Some(Instant::now()));
    // Calls that wait for keys do not count yet.
    let slow = builder(&fake).rate_limits(limits()).credentials_provider(Slow(Duration::from_secs(10)));
    let client = slow.interceptor(times.clone()).build().expect("a client");
    futures_util::future::join_all((0..4).map(|_| call(&client, Kind::Look))).await;
    assert_eq!(*times.0.lock().expect("not poisoned"), [10, 10, 20, 20]);
    // Clients of one user can share a limiter.
    let times = Times(Default::default(), Some(Instant::now()));
    let shared = RateLimiter::new(limits());
    let clients = [0, 1].map(|_| {
        let builder = builder(&fake).rate_limiter(shared.clone()).interceptor(times.clone());
        builder.build().expect("a client")
    });
    futures_util::future::join_all((0..6).map(|at| call(&clients[at % 2], Kind::Look))).await;
    assert_eq!(*times.0.lock().expect("not poisoned"), [0, 0, 10, 10, 20, 20]);
}
