//! Blocking calls: the threads that can make them, and panics.

use std::sync::mpsc;
use std::time::Duration;

use yundb_runtime::http::Request;
use yundb_runtime::test_util::{Replay, Reply};
use yundb_runtime::{
    Attempt, CachedCredentials, ClientBuilder, Credentials, CredentialsError, CredentialsFuture, CredentialsProvider,
    CredentialsSource, ErrorKind, Interceptor, Outcome, RequestBody, TemporaryCredentials, TemporaryCredentialsFuture,
};

use crate::fake::{noon, reply};
use crate::mini::{ALIYUN, AddDatabase, Client};

fn success() -> Reply {
    reply(200, &[], r#"{"Success": true, "RequestId": "r-1"}"#)
}

fn plain(fake: &Replay) -> ClientBuilder<Client> {
    Client::builder(&ALIYUN).region("cn-hangzhou").transport(fake.clone())
}

fn client(fake: &Replay) -> Client {
    plain(fake).credentials(Credentials::access_key("AK", "s")).build().expect("a client")
}

/// The kind and text of a blocking call's error.
fn ends(client: &Client) -> Result<(), (ErrorKind, String)> {
    let sent = client.add_database().set("Host", "h").0.send_blocking::<AddDatabase>();
    sent.map(drop).map_err(|error| (error.kind(), error.to_string()))
}

/// Runs this on a separate thread, and fails if it does not end.
fn within_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, wait) = mpsc::channel();
    std::thread::spawn(move || done.send(work()));
    wait.recv_timeout(Duration::from_secs(20)).expect("the work ends")
}

/// Calls a service for its keys, blocking.
#[derive(Debug)]
struct Nested(Client);

impl CredentialsProvider for Nested {
    fn credentials(&self) -> CredentialsFuture<'_> {
        Box::pin(async {
            ends(&self.0).map(|()| Credentials::access_key("a", "b")).map_err(|(_, why)| CredentialsError::new(why))
        })
    }
}

impl CredentialsSource for Nested {
    fn fetch(&self) -> TemporaryCredentialsFuture<'_> {
        Box::pin(async {
            let credentials = self.credentials().await?;
            Ok(TemporaryCredentials { credentials, expires: "2999-01-01T00:00:00Z".parse().expect("a time") })
        })
    }
}

impl Interceptor for Nested {
    fn before_attempt(&self, _: &Attempt, _: &mut Request<RequestBody>) {
        let (kind, why) = ends(&self.0).expect_err("cannot block here");
        assert_eq!(kind, ErrorKind::Config);
        assert!(why.contains("within a callback"), "{why}");
    }
}

#[test]
fn a_blocking_call_within_a_callback_is_an_error() {
    within_time(|| {
        let inner = || Nested(client(&Replay::new([success()])));
        let fake = Replay::new((0..9).map(|_| success()));
        for outer in [
            plain(&fake).credentials_provider(inner()).build().expect("a client"),
            plain(&fake).credentials_provider(CachedCredentials::new(inner())).build().expect("a client"),
        ] {
            let (kind, why) = ends(&outer).expect_err("cannot block here");
            assert_eq!(kind, ErrorKind::Credentials);
            assert!(why.contains("within a callback"), "{why}");
        }
        assert_eq!(fake.requests().len(), 0);
        let keys = Credentials::access_key("AK", "s");
        ends(&plain(&fake).credentials(keys).interceptor(inner()).build().expect("a client")).expect("success");
        // Calls of other clients continue.
        ends(&client(&fake)).expect("success");
    });
}

#[test]
fn a_url_without_async() {
    within_time(|| {
        let fake = Replay::new([]);
        let builder = plain(&fake).clock(noon()).nonces(|| "n".to_owned());
        let client = builder.credentials(Credentials::access_key("AK", "s")).build().expect("a client");
        let call = || client.add_database().set("Host", "h").0;
        let url = call().presigned_url_blocking::<AddDatabase>().expect("a URL");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        assert_eq!(url, runtime.block_on(call().presigned_url::<AddDatabase>()).expect("a URL"));
        let error = call().extra_header("X-Y", "z").presigned_url_blocking::<AddDatabase>().expect_err("a header");
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Config, "AddDatabase"));
        assert!(fake.requests().is_empty());
    });
}

/// Blocks on a thread for blocking work, as tokio provides.
#[derive(Debug)]
struct Aside(Client);

impl CredentialsProvider for Aside {
    fn credentials(&self) -> CredentialsFuture<'_> {
        let client = self.0.clone();
        Box::pin(async {
            let nested = tokio::task::spawn_blocking(move || ends(&client)).await.expect("no panic");
            nested.map(|()| Credentials::access_key("a", "b")).map_err(|(_, why)| CredentialsError::new(why))
        })
    }
}

#[test]
fn a_blocking_call_beside_a_callback_is_allowed() {
    within_time(|| {
        let inner = client(&Replay::new([success()]));
        let outer = plain(&Replay::new([success()])).credentials_provider(Aside(inner)).build().expect("a client");
        ends(&outer).expect("success");
    });
}

#[derive(Debug)]
struct Panics;

impl Interceptor for Panics {
    fn after_attempt(&self, _: &Attempt, _: &Outcome<'_>) {
        std::panic::resume_unwind(Box::new("the interceptor's panic"));
    }
}

#[test]
fn panics_propagate_to_the_caller() {
    let panic = within_time(|| {
        let fake = Replay::new([success()]);
        let keys = Credentials::access_key("AK", "s");
        let client = plain(&fake).credentials(keys).interceptor(Panics).build().expect("a client");
        let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| ends(&client)));
        assert_eq!(fake.requests().len(), 1);
        panic.expect_err("as `send` would").downcast_ref::<&str>().map(|text| (*text).to_owned())
    });
    assert_eq!(panic.as_deref(), Some("the interceptor's panic"));
    // The thread continues.
    within_time(|| ends(&client(&Replay::new([success()]))).expect("success"));
}
