//! What a call leaves in the logs: spans and events of `tracing`, without secrets or bodies.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use tracing_subscriber::fmt::format::FmtSpan;
use yundb_runtime::bytes::Bytes;
use yundb_runtime::http::Response;
use yundb_runtime::{ByteStream, Credentials, RetryPolicy};

use crate::fake::{Fake, Reply};
use crate::mini::{ALIYUN, Client};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn answer(status: u16, body: &'static str) -> Reply {
    let body = ByteStream::from(Bytes::from_static(body.as_bytes()));
    Ok(Response::builder().status(status).body(body).expect("a response"))
}

#[tokio::test(start_paused = true)]
async fn spans_and_events() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_span_events(FmtSpan::NEW)
        .with_ansi(false)
        .without_time()
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing_subscriber::util::SubscriberInitExt::set_default(subscriber);
    let fake = Fake::replies([
        answer(429, r#"{"Code": "Throttling.User", "Message": "hidden-message"}"#),
        answer(200, r#"{"Success": true, "RequestId": "r-1", "Data": "hidden-data"}"#),
    ]);
    let keys = Credentials::access_key("AK", "hidden-secret").with_security_token("hidden-token");
    let builder = Client::builder(&ALIYUN).region("cn-hangzhou").transport(fake).credentials(keys);
    let client = builder.retries(RetryPolicy::new()).build().expect("a client");
    client.add_database().set("Host", "hidden-host").send().await.expect("success");
    drop(guard);

    let text = log.text();
    for said in [
        r#"operation="AddDatabase" service="mini-aliyun/1""#,
        "number=1",
        r#"failed status=429 code="Throttling.User" class=Throttled"#,
        "another attempt follows pause=",
        "number=2",
        r#"succeeded status=200 request_id="r-1""#,
    ] {
        assert!(text.contains(said), "{said} in {text}");
    }
    assert!(!text.contains("hidden"), "{text}");
}
