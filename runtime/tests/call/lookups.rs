//! Lookups of the project in IAM: time limits, number, date and keys, and the effects of failures.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_core::future::BoxFuture;
use futures_util::future::join_all;
use tokio::time::Instant;
use yundb_runtime::bytes::Bytes;
use yundb_runtime::http::{Request, Response};
use yundb_runtime::test_util::{Replay, Reply};
use yundb_runtime::{
    ByteStream, CachedCredentials, ClientBuilder, Credentials, CredentialsFuture, CredentialsProvider,
    CredentialsSource, ErrorKind, RequestBody, SystemClock, TemporaryCredentials, TemporaryCredentialsFuture,
    Transport, TransportError, TransportErrorKind,
};

use crate::fake::{noon, reply};
use crate::mini::{Client, HUAWEI};

const PROJECTS: &str = r#"{"projects": [{"id": "p-1", "name": "cn-north-4"}]}"#;

fn builder(transport: impl Transport + 'static) -> ClientBuilder<Client> {
    let builder = Client::builder(&HUAWEI).transport(transport).region("cn-north-4").clock(noon());
    builder.credentials(Credentials::access_key("AK", "SK"))
}

fn project() -> Reply {
    reply(200, &[], PROJECTS)
}

fn done() -> Reply {
    reply(200, &[], "{}")
}

/// The hosts of the requests, each with a header's value up to the first comma.
fn seen(fake: &Replay, header: &str) -> Vec<(String, String)> {
    let text = |it: &Request<Bytes>| it.headers()[header].to_str().expect("text").to_owned();
    let first = |text: String| text.split(',').next().unwrap_or_default().replace("SDK-HMAC-SHA256 Access=", "");
    let host = |it: &Request<Bytes>| if it.uri().path() == "/v3/projects" { "iam" } else { "service" }.to_owned();
    fake.requests().iter().map(|it| (host(it), first(text(it)))).collect()
}

fn expected(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(host, value)| ((*host).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test(start_paused = true)]
async fn lookups_count_towards_the_time_limit() {
    let fake = Replay::new((0..9).map(|_| Reply::never()));
    let builder = builder(fake.clone()).timeout(Duration::from_secs(60)).operation_timeout(Duration::from_secs(3));
    let begin = Instant::now();
    let error = builder.build().expect("a client").begin().send().await.expect_err("out of time");
    assert_eq!((begin.elapsed(), error.kind()), (Duration::from_secs(3), ErrorKind::Timeout));
    assert!(error.to_string().contains("`operation_timeout`"), "{error}");
    // Its duration is not available to the attempts.
    let slow = Slow { iam: Duration::from_secs(2), service: Duration::from_secs(2), ..Slow::default() };
    let builder = self::builder(slow.clone()).clock(SystemClock).operation_timeout(Duration::from_secs(3));
    let begin = Instant::now();
    builder.build().expect("a client").begin().send().await.expect_err("out of time");
    assert_eq!(begin.elapsed(), Duration::from_secs(3));
    assert_eq!(slow.hosts(), ["iam", "service"]);
}

/// Responds slowly.
#[derive(Clone, Debug, Default)]
struct Slow {
    iam: Duration,
    service: Duration,
    seen: Arc<Mutex<Vec<&'static str>>>,
}

impl Slow {
    fn hosts(&self) -> Vec<&'static str> {
        self.seen.lock().expect("a lock").clone()
    }
}

impl Transport for Slow {
    fn send(&self, request: Request<RequestBody>) -> BoxFuture<'_, Result<Response<ByteStream>, TransportError>> {
        let (host, time, body) = match request.uri().path() {
            "/v3/projects" => ("iam", self.iam, PROJECTS),
            _ => ("service", self.service, "{}"),
        };
        self.seen.lock().expect("a lock").push(host);
        Box::pin(async move {
            tokio::time::sleep(time).await;
            Ok(Response::new(ByteStream::from(Bytes::from_static(body.as_bytes()))))
        })
    }
}

#[tokio::test(start_paused = true)]
async fn calls_with_the_same_keys_share_a_lookup() {
    let slow = Slow { iam: Duration::from_secs(1), ..Slow::default() };
    let client = builder(slow.clone()).build().expect("a client");
    let own = || client.begin().with_credentials(Credentials::access_key("OTHER", "SK")).send();
    for outcome in join_all((0..10).map(|_| client.begin().send())).await {
        outcome.expect("success");
    }
    for outcome in join_all((0..10).map(|_| own())).await {
        outcome.expect("success");
    }
    assert_eq!(slow.hosts().iter().filter(|host| **host == "iam").count(), 2, "{:?}", slow.hosts());
}

#[tokio::test(start_paused = true)]
async fn a_date_that_iam_refuses_is_corrected() {
    let later = [("date", "Mon, 06 May 2024 13:00:00 GMT")];
    let fake = Replay::new([reply(401, &later, "{}"), project(), done(), project(), done()]);
    let client = builder(fake.clone()).build().expect("a client");
    client.begin().send().await.expect("success");
    // The skew is then known for this host.
    client.begin().with_credentials(Credentials::access_key("OTHER", "SK")).send().await.expect("success");
    let (noon, one) = ("20240506T120000Z", "20240506T130000Z");
    let dates = [("iam", noon), ("iam", one), ("service", noon), ("iam", one), ("service", noon)];
    assert_eq!(seen(&fake, "x-sdk-date"), expected(&dates));
    // Only once.
    let latest = [("date", "Mon, 06 May 2024 18:00:00 GMT")];
    let fake = Replay::new([reply(401, &later, "{}"), reply(401, &latest, "{}"), project(), done()]);
    builder(fake.clone()).build().expect("a client").begin().send().await.expect_err("refused");
    assert_eq!(fake.requests().len(), 2);
}

/// Provides numbered keys.
#[derive(Debug, Default)]
struct Numbered(AtomicUsize);

impl CredentialsSource for Numbered {
    fn fetch(&self) -> TemporaryCredentialsFuture<'_> {
        let number = self.0.fetch_add(1, Ordering::Relaxed);
        let credentials = Credentials::access_key(format!("K{number}"), "s");
        let expires = "2040-01-01T00:00:00Z".parse().expect("a time");
        Box::pin(async move { Ok(TemporaryCredentials { credentials, expires }) })
    }
}

#[tokio::test(start_paused = true)]
async fn keys_that_iam_refuses_are_renewed() {
    let fake = Replay::new([reply(401, &[], "{}"), project(), done()]);
    let builder = builder(fake.clone()).credentials_provider(CachedCredentials::new(Numbered::default()));
    builder.build().expect("a client").begin().send().await.expect("success");
    assert_eq!(seen(&fake, "authorization"), expected(&[("iam", "K0"), ("iam", "K1"), ("service", "K1")]));
    // Only once, and not at all for fixed keys.
    let fake = Replay::new((0..9).map(|_| reply(401, &[], "{}")));
    let builder = self::builder(fake.clone()).credentials_provider(Always(AtomicUsize::new(0)));
    let error = builder.build().expect("a client").begin().send().await.expect_err("refused");
    assert_eq!((error.kind(), error.is_retryable(), fake.requests().len()), (ErrorKind::Config, false, 2));
    let fake = Replay::new([reply(401, &[], "{}")]);
    self::builder(fake.clone()).build().expect("a client").begin().send().await.expect_err("refused");
    assert_eq!(fake.requests().len(), 1);
}

/// Provides other keys each time.
#[derive(Debug)]
struct Always(AtomicUsize);

impl CredentialsProvider for Always {
    fn credentials(&self) -> CredentialsFuture<'_> {
        let number = self.0.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move { Ok(Credentials::access_key(format!("K{number}"), "s")) })
    }

    fn rejected(&self, _: &Credentials) -> bool {
        true
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_region_is_named_when_its_address_does_not_exist() {
    let connect = || builder(Broken(TransportErrorKind::Connect));
    let remark = "; the region is `cn-nroth-4`, from `.region(..)`: did you mean `cn-north-4`?";
    // In the lookup, and, with a project, in the call itself.
    for builder in [connect(), connect().project_id("p")] {
        let error = builder.region("cn-nroth-4").build().expect("a client").begin().send().await.expect_err("broken");
        assert_eq!(error.kind(), ErrorKind::Connect);
        assert!(error.to_string().contains(remark), "{error}");
    }
    // One that resembles no other may be new.
    let error = connect().region("mars-1").build().expect("a client").begin().send().await.expect_err("broken");
    let remark = "; the region is `mars-1`, from `.region(..)`, which is unknown";
    assert!(error.to_string().contains(remark), "{error}");
    // A known region, and one that the address does not contain, are not the reason.
    let elsewhere = connect().region("mars-1").endpoint("https://drs.example.com");
    for builder in [connect(), elsewhere] {
        let error = builder.project_id("p").build().expect("a client").begin().send().await.expect_err("broken");
        assert!(!error.to_string().contains("the region"), "{error}");
    }
}

/// Has no connection to IAM.
#[derive(Debug)]
struct Broken(TransportErrorKind);

impl Transport for Broken {
    fn send(&self, _: Request<RequestBody>) -> BoxFuture<'_, Result<Response<ByteStream>, TransportError>> {
        Box::pin(async { Err(TransportError::new(self.0, "no way")) })
    }
}

#[tokio::test(start_paused = true)]
async fn temporary_failures_may_be_retried() {
    use TransportErrorKind::{Body, Connect, ConnectDenied, ConnectTimeout, ReadTimeout, Request};
    for (fault, kind, retryable) in [
        (Connect, ErrorKind::Connect, true),
        (ConnectTimeout, ErrorKind::Timeout, true),
        (ConnectDenied, ErrorKind::Connect, false),
        (Request, ErrorKind::Transport, true),
        (Body, ErrorKind::Transport, true),
        (ReadTimeout, ErrorKind::Timeout, true),
    ] {
        let error = builder(Broken(fault)).build().expect("a client").begin().send().await.expect_err("broken");
        assert_eq!((error.kind(), error.is_retryable(), error.attempts()), (kind, retryable, 0), "{error}");
        assert!(
            error.to_string().contains("project_id is not set, and looking it up in IAM failed: no way"),
            "{error}"
        );
    }
    let silent = builder(Replay::new([Reply::never()])).timeout(Duration::from_secs(1)).build().expect("a client");
    let error = silent.create_connection("g").unchecked().send().await.expect_err("silent");
    assert_eq!((error.kind(), error.is_retryable(), error.attempts()), (ErrorKind::Timeout, true, 0), "{error}");
    for (status, retryable) in [(500, true), (503, true), (429, true), (403, false), (404, false)] {
        let fake = Replay::new((0..9).map(|_| reply(status, &[], "{}")));
        let error = builder(fake).build().expect("a client").begin().send().await.expect_err("refused");
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Config, retryable), "{status}: {error}");
    }
}
