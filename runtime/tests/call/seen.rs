//! Spans and events of `tracing`, without secrets or bodies.

use crate::fake::reply;
use std::cell::RefCell;
use std::io::Write;
use yundb_runtime::test_util::Replay;

use tracing_subscriber::fmt::format::FmtSpan;
use yundb_runtime::{Credentials, RetryPolicy};

use crate::mini::{ALIYUN, Client};

thread_local! {
    static LOG: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Separates the logs of a test's thread from those of other tests.
///
/// The subscriber must be global rather than thread-local: `tracing` caches for each callsite whether there is a
/// subscriber, as seen by the first thread that reaches it.
struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.with_borrow_mut(|log| log.write(bytes))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn spans_and_events() {
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_span_events(FmtSpan::NEW)
        .with_ansi(false)
        .without_time()
        .with_writer(|| Log)
        .finish();
    tracing_subscriber::util::SubscriberInitExt::try_init(subscriber).expect("no other subscriber");
    let fake = Replay::new([
        reply(429, &[], r#"{"Code": "Throttling.User", "Message": "hidden-message"}"#),
        reply(200, &[], r#"{"Success": true, "RequestId": "r-1", "Data": "hidden-data"}"#),
    ]);
    let keys = Credentials::access_key("AK", "hidden-secret").with_security_token("hidden-token");
    let builder = Client::builder(&ALIYUN).region("cn-hangzhou").transport(fake).credentials(keys);
    let client = builder.retries(RetryPolicy::new()).build().expect("a client");
    client.add_database().set("Host", "hidden-host").send().await.expect("success");

    let text = LOG.with_borrow(|log| String::from_utf8_lossy(log).into_owned());
    for expected in [
        r#"call{otel.name=mini-aliyun/AddDatabase rpc.service="mini-aliyun" rpc.method="AddDatabase"}:attempt{"#,
        r#":attempt{otel.kind="client" otel.name="POST" http.request.method="POST" server.address="dg.hangzhou.example.com""#,
        r#" server.port=443 http.response.status_code=429 error.type="429"}: yundb_runtime::client::pipeline: failed "#,
        r#"failed code="Throttling.User" class=Throttled"#,
        "another attempt follows pause=",
        " http.request.resend_count=1 ",
        r#" http.response.status_code=200}: yundb_runtime::client::pipeline: succeeded request_id="r-1""#,
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    assert!(!text.contains("hidden"), "{text}");
}
