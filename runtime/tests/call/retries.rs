//! What is sent again, how often and after which pause.

use std::time::Duration;

use tokio::time::Instant;
use yundb_runtime::bytes::Bytes;
use yundb_runtime::http::{Request, Response};
use yundb_runtime::{
    ByteStream, ClientBuilder, Clock, Credentials, Error, ErrorKind, RetryPolicy, Timestamp, TransportError,
    TransportErrorKind, Value,
};

use crate::fake::{Fake, Noon, Reply};
use crate::mini::{ALIYUN, Client, HUAWEI};

fn answer(status: u16, headers: &[(&str, &str)], body: &'static str) -> Reply {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    Ok(response.body(ByteStream::from(Bytes::from_static(body.as_bytes()))).expect("a response"))
}

fn broken(kind: TransportErrorKind) -> Reply {
    Err(TransportError::new(kind, "the cable is cut"))
}

fn success() -> Reply {
    answer(200, &[], r#"{"Success": true, "RequestId": "r-1"}"#)
}

fn builder(fake: &Fake) -> ClientBuilder<Client> {
    let keys = Credentials::access_key("AK", "very-secret");
    Client::builder(&ALIYUN).region("cn-hangzhou").transport(fake.clone()).credentials(keys)
}

fn client(fake: &Fake) -> Client {
    builder(fake).build().expect("a client")
}

type Outcome = Result<(), Error<Value>>;

/// An operation that changes something, one with a client token, and one that only looks.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Change,
    Token,
    Look,
}

async fn call(client: &Client, kind: Kind) -> Outcome {
    match kind {
        Kind::Change => client.add_database().set("Host", "h").send().await.map(drop),
        Kind::Token => client.create_job().send().await.map(drop),
        Kind::Look => client.describe_database().send().await.map(drop),
    }
}

/// A fault, and how often the service may have seen a call then: one that changes something, and one that is safe to
/// repeat.
#[tokio::test(start_paused = true)]
async fn how_often_each_fault_is_sent() {
    use TransportErrorKind::{Body, Connect, ConnectTimeout, Request, TooLarge};
    const HTML: &str = "<html><title>Bad Gateway</title></html>";
    const JSON: &str = r#"{"Code": "ServiceUnavailable", "Message": "no", "RequestId": "r"}"#;
    type Fault = (&'static str, fn() -> Reply, usize, usize);
    let faults: [Fault; 20] = [
        ("refused", || broken(Connect), 3, 3),
        ("no connection in time", || broken(ConnectTimeout), 3, 3),
        ("reset", || broken(Request), 1, 3),
        ("reset within the body", || broken(Body), 1, 3),
        ("too large", || broken(TooLarge), 1, 1),
        ("400", || answer(400, &[], JSON), 1, 1),
        ("401", || answer(401, &[], JSON), 1, 1),
        ("404", || answer(404, &[], JSON), 1, 1),
        ("408", || answer(408, &[], ""), 3, 3),
        ("409", || answer(409, &[], JSON), 1, 1),
        ("409, busy", || answer(409, &[], r#"{"Code": "OperationInProgress"}"#), 3, 3),
        ("413", || answer(413, &[], JSON), 1, 1),
        ("429", || answer(429, &[], JSON), 3, 3),
        ("429, later", || answer(429, &[("retry-after", "1")], JSON), 3, 3),
        ("throttled with 400", || answer(400, &[], r#"{"Code": "Throttling.User"}"#), 3, 3),
        ("throttled with 200", || answer(200, &[], r#"{"Success": false, "ErrCode": "Throttling"}"#), 3, 3),
        ("500", || answer(500, &[], ""), 1, 3),
        ("502", || answer(502, &[], HTML), 1, 3),
        ("503", || answer(503, &[], JSON), 1, 2),
        ("a 200 that failed", || answer(200, &[], r#"{"Success": false, "ErrCode": "X"}"#), 1, 1),
    ];
    for (name, fault, change, safe) in faults {
        for (kind, times) in [(Kind::Change, change), (Kind::Token, safe), (Kind::Look, safe)] {
            let fake = Fake::replies((0..5).map(|_| fault()));
            let error = call(&client(&fake), kind).await.expect_err("an error");
            assert_eq!(fake.count(), times, "{name}: {kind:?}");
            assert_eq!(error.attempts() as usize, times, "{name}: {kind:?}");
            assert_eq!(error.to_string().contains("attempts"), times > 1, "{name}: {error}");
            // The next attempt would have been the first that succeeds.
            let fake = Fake::replies((1..times).map(|_| fault()).chain([success()]));
            call(&client(&fake), kind).await.expect("success");
            assert_eq!(fake.count(), times, "{name}: {kind:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn silence() {
    for (kind, times) in [(Kind::Change, 1), (Kind::Token, 3), (Kind::Look, 3)] {
        let fake = Fake::default();
        let error = call(&client(&fake), kind).await.expect_err("an error");
        assert_eq!((error.kind(), fake.count()), (ErrorKind::Timeout, times), "{kind:?}");
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
async fn attempts_have_one_token_and_nonces_of_their_own() {
    let fake = Fake::replies([answer(500, &[], ""), answer(500, &[], ""), success()]);
    client(&fake).create_job().send().await.expect("success");
    let sent = fake.all();
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

    let fake = Fake::replies([success(), success()]);
    let client = client(&fake);
    client.create_job().set("ClientToken", "mine").send().await.expect("success");
    client.create_job().send().await.expect("success");
    let sent = fake.all();
    assert_eq!(parameter(&sent[0], "ClientToken"), "mine");
    assert_ne!(parameter(&sent[1], "ClientToken"), token);
}

#[tokio::test(start_paused = true)]
async fn the_service_says_when() {
    for (header, value, waits) in [("retry-after", "7", 7_000), ("x-acs-retry-after", "1500", 1_500)] {
        let fake = Fake::replies([answer(429, &[(header, value)], ""), success()]);
        let begin = Instant::now();
        call(&client(&fake), Kind::Change).await.expect("success");
        assert_eq!(begin.elapsed().as_millis(), waits);
    }
    // Too long to wait: the caller is told.
    let fake = Fake::replies([answer(429, &[("retry-after", "3600")], ""), success()]);
    let error = call(&client(&fake), Kind::Change).await.expect_err("an error");
    assert_eq!((error.status(), fake.count(), error.is_retryable()), (Some(429), 1, true));
}

#[tokio::test(start_paused = true)]
async fn the_time_for_all_attempts() {
    let limited = |fake: &Fake| builder(fake).operation_timeout(Duration::from_secs(90)).build().expect("a client");
    let fake = Fake::default();
    let begin = Instant::now();
    let error = call(&limited(&fake), Kind::Look).await.expect_err("an error");
    assert_eq!((error.kind(), begin.elapsed().as_secs(), fake.count()), (ErrorKind::Timeout, 90, 2));
    assert_eq!(
        error.to_string(),
        "DescribeDatabase timed out: no success within 90s (`operation_timeout`) (2 attempts)"
    );
    // A pause that would outlast it is not begun.
    let later = || answer(429, &[("retry-after", "50")], "");
    let fake = Fake::replies([later(), later(), success()]);
    let begin = Instant::now();
    let error = call(&limited(&fake), Kind::Look).await.expect_err("an error");
    assert_eq!((error.status(), begin.elapsed().as_secs(), fake.count()), (Some(429), 50, 2));
}

#[tokio::test(start_paused = true)]
async fn policies() {
    let fake = Fake::replies((0..9).map(|_| answer(429, &[], "")));
    let patient = builder(&fake).retries(RetryPolicy::new().attempts(6)).build().expect("a client");
    assert_eq!(call(&patient, Kind::Change).await.expect_err("an error").attempts(), 6);
    let none = builder(&fake).retries(RetryPolicy::none()).build().expect("a client");
    assert_eq!(call(&none, Kind::Change).await.expect_err("an error").attempts(), 1);
    assert_eq!(fake.count(), 7);
}

#[tokio::test(start_paused = true)]
async fn retries_do_not_multiply_an_outage() {
    let fake = Fake::replies((0..1200).map(|_| answer(500, &[], "")));
    let client = client(&fake);
    for _ in 0..1000 {
        call(&client, Kind::Look).await.expect_err("an error");
    }
    // A thousand calls, and what the budget of 500 pays at 5 an attempt.
    assert_eq!(fake.count(), 1100);
}

/// A clock that goes on from noon with tokio's.
#[derive(Debug)]
struct Late(Instant);

impl Clock for Late {
    fn now(&self) -> Timestamp {
        Noon.now() + self.0.elapsed()
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_wrong() {
    const REFUSED: &str = r#"{"Code": "InvalidTimeStamp.Expired", "Message": "too old"}"#;
    let date = [("date", "Mon, 06 May 2024 13:00:00 GMT")];
    let fake = Fake::replies([answer(400, &date, REFUSED), success(), success()]);
    let client = builder(&fake).clock(Late(Instant::now())).build().expect("a client");
    call(&client, Kind::Change).await.expect("success");
    call(&client, Kind::Change).await.expect("success");
    let times: Vec<_> = fake.all().iter().map(|request| parameter(request, "Timestamp")).collect();
    assert_eq!(times, ["2024-05-06T12%3A00%3A00Z", "2024-05-06T13%3A00%3A00Z", "2024-05-06T13%3A00%3A00Z"]);

    // Once only: the second refusal has another reason.
    let later = [("date", "Mon, 06 May 2024 18:00:00 GMT")];
    let fake = Fake::replies([answer(400, &date, REFUSED), answer(400, &later, REFUSED), success()]);
    let client = builder(&fake).clock(Noon).build().expect("a client");
    call(&client, Kind::Look).await.expect_err("an error");
    assert_eq!(fake.count(), 2);
    // And a failure of a call whose date was right is not repeated.
    let date = [("date", "Mon, 06 May 2024 12:00:30 GMT")];
    let fake = Fake::replies([answer(400, &date, REFUSED), success()]);
    call(&builder(&fake).clock(Noon).build().expect("a client"), Kind::Look).await.expect_err("an error");
    assert_eq!(fake.count(), 1);
}

#[tokio::test]
async fn bodies_that_no_signature_covers() {
    let fake = Fake::replies([success()]);
    let call = |credentials: Credentials| {
        let builder = Client::builder(&HUAWEI).transport(fake.clone()).region("cn-north-4").project_id("p");
        let client = builder.credentials(credentials).build().expect("a client");
        client.create_connection("g").name("x".repeat(13 << 20)).unchecked().send()
    };
    let error = call(Credentials::access_key("AK", "SK")).await.expect_err("an error");
    assert_eq!((error.kind(), fake.count()), (ErrorKind::Config, 0));
    assert!(error.to_string().contains("12 MiB: use a token"), "{error}");
    call(Credentials::token("t")).await.expect("success");
    assert_eq!(fake.count(), 1);
}
