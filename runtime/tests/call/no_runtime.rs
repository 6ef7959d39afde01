//! Calls that are awaited outside of a tokio runtime: they return errors, and neither hang nor panic.

use futures_executor::block_on;
use futures_util::StreamExt as _;
use yundb_runtime::test_util::{Replay, Reply};
use yundb_runtime::{
    Credentials, CredentialsSource as _, ErrorKind, InstanceCredentials, JobHandle, ProcessCredentials, WaitError,
};

use crate::fake::reply;
use crate::mini::{ALIYUN, AddDatabase, Client, HTTP, JOBS};

const WHY: &str = "there is no tokio runtime here: await this within one";

fn client(fake: &Replay) -> Client {
    let builder = Client::builder(&ALIYUN).region("cn-hangzhou").transport(fake.clone());
    builder.credentials(Credentials::access_key("AK", "s")).build().expect("a client")
}

#[test]
fn calls_and_urls() {
    let fake = Replay::new([reply(200, &[], "{}")]);
    let call = || client(&fake).add_database().set("Host", "h");
    let error = block_on(call().send()).expect_err("no runtime");
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Config, "AddDatabase"));
    assert!(error.to_string().contains(WHY), "{error}");
    let error = block_on(call().0.presigned_url::<AddDatabase>()).expect_err("no runtime");
    assert!(error.to_string().contains(WHY), "{error}");
    assert!(fake.requests().is_empty());
    // A blocking call needs no runtime of the caller's.
    call().0.send_blocking::<AddDatabase>().expect("success");
}

#[test]
fn jobs() {
    let fake = Replay::new([]);
    let builder = Client::builder(&JOBS).transport(fake.clone()).project_id("p").endpoint("http://localhost");
    let client = builder.credentials(Credentials::token("t")).build().expect("a client");
    let job = JobHandle { id: "j".to_owned(), poll: "ShowJob".to_owned(), operation: None, also: Default::default() };
    let error = block_on(async { client.resume(job).await }).expect_err("no runtime");
    assert!(matches!(error, WaitError::Poll { .. }), "{error:?}");
    assert!(error.to_string().contains(WHY), "{error}");
    assert!(fake.requests().is_empty());
}

/// A stream is started in a runtime and read outside of it.
#[test]
fn bodies_with_a_time_limit() {
    let fake = Replay::new([Reply::new(200).body("abc")]);
    let builder = Client::builder(&HTTP).bearer_token("t").transport(fake).endpoint("http://localhost");
    let client = builder.build().expect("a client");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let mut body = runtime.block_on(client.download_pet().send()).expect("a stream").into_inner();
    let error = block_on(body.next()).expect("an item").expect_err("no runtime");
    assert!(error.to_string().contains(WHY), "{error}");
}

#[test]
fn sources_of_credentials() {
    for error in [
        block_on(InstanceCredentials::aliyun().role("r").fetch()).expect_err("no runtime"),
        block_on(ProcessCredentials::new("true").fetch()).expect_err("no runtime"),
    ] {
        assert!(error.to_string().contains(WHY), "{error}");
    }
}
