//! Uses any status, headers and body as the response to each attempt of a call. The call ends, its error is a single
//! line, and a call with side effects is repeated only if the response permits it.
#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use tokio::runtime::{Builder, Runtime};
use yundb_runtime::builder::SignsRequests;
use yundb_runtime::bytes::Bytes;
use yundb_runtime::http::{HeaderName, HeaderValue, Response};
use yundb_runtime::test_util::{Replay, Reply};
use yundb_runtime::{ByteStream, CallError, Client, ClientBuilder, Credentials, RetryPolicy};

/// Time passes when there is nothing else to do.
static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime"));

#[derive(Debug, Arbitrary)]
struct Input {
    status: u16,
    headers: Vec<(Name, Vec<u8>)>,
    body: Vec<u8>,
}

/// The headers that are read.
#[derive(Debug, Arbitrary)]
enum Name {
    ContentType,
    ContentLength,
    ContentEncoding,
    Date,
    Location,
    RetryAfter,
    RequestId,
    Other(Vec<u8>),
}

impl Name {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::ContentType => b"content-type",
            Self::ContentLength => b"content-length",
            Self::ContentEncoding => b"content-encoding",
            Self::Date => b"date",
            Self::Location => b"location",
            Self::RetryAfter => b"retry-after",
            Self::RequestId => b"x-request-id",
            Self::Other(name) => name,
        }
    }
}

const ATTEMPTS: u32 = 4;

fn replies(input: &Input) -> Replay {
    let reply = || {
        let mut response = Response::builder().status(100 + input.status % 900);
        for (name, value) in &input.headers {
            if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.bytes()), HeaderValue::from_bytes(value)) {
                response = response.header(name, value);
            }
        }
        Reply::from(response.body(ByteStream::from(Bytes::from(input.body.clone()))).expect("a response"))
    };
    Replay::new((0..ATTEMPTS).map(|_| reply()))
}

fn client<C: From<Client> + SignsRequests>(builder: ClientBuilder<C>, replies: &Replay) -> C {
    let policy = RetryPolicy::new().attempts(ATTEMPTS).first_pause(Duration::from_millis(1));
    let keys = Credentials::access_key("AK", "SK");
    let builder = builder.credentials(keys).retries(policy).transport(replies.clone()).rate_limits([]);
    builder.build().expect("a client")
}

/// Checks that an error is a single line, and that a call with side effects was repeated only for a reason.
fn check<E: std::fmt::Debug, H: std::fmt::Debug>(error: &CallError<E, H>, sent: &Replay, changes: bool) {
    let (text, _) = (error.to_string(), format!("{error:?}"));
    assert!(!text.contains(char::is_control), "{text:?}");
    let attempts = error.attempts();
    assert_eq!(sent.requests().len(), attempts as usize);
    let refused = matches!(error.status(), Some(400 | 401 | 403 | 408 | 429));
    assert!(!changes || attempts == 1 || refused || error.code().is_some(), "{error:?}");
}

fuzz_target!(|input: Input| {
    RUNTIME.block_on(async {
        let dg = || yundb_aliyun_dg::Client::builder().region("cn-hangzhou");
        let sent = replies(&input);
        if let Err(error) = client(dg(), &sent).create_gateway().unchecked().send().await {
            check(&error, &sent, true);
        }
        let sent = replies(&input);
        if let Err(error) = client(dg(), &sent).list_databases().unchecked().send().await {
            check(&error, &sent, false);
        }
        let sent = replies(&input);
        let drs = yundb_huawei_drs::Client::builder().region("cn-north-4").project_id("p");
        if let Err(error) = client(drs, &sent).create_connection().unchecked().send().await {
            check(&error, &sent, true);
        }
        let sent = replies(&input);
        if let Err(error) =
            client(yundb_huawei_iam::Client::builder().region("cn-north-4"), &sent).list_projects().send().await
        {
            check(&error, &sent, false);
        }
    });
});
