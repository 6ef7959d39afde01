//! Programs whose clients are set up in a special way.

use std::cell::RefCell;
use std::io;

use fixture_latest::Secret;
use metrics_util::debugging::DebuggingRecorder;
use serde_json::json;
use yundb_aliyun_dg as dg;
use yundb_aliyun_dg::runtime::{AssumeRole, Credentials, ProviderConfig};
use yundb_huawei_ddm as ddm;
use yundb_huawei_ddm::runtime::test_util::{Replay, Reply};

use super::offline::{forms, offline, replay};
use super::programs::{assume_role, metrics_and_traces, own_document};
use super::tls::{Authority, serve};

#[tokio::test]
async fn assumes_a_role() {
    let sts = replay([json!({"Credentials": {
        "AccessKeyId": "STS.AK", "AccessKeySecret": "SK", "SecurityToken": "ST", "Expiration": "2999-01-01T00:00:00Z",
    }})]);
    let config = ProviderConfig::new().environment(|_| None).transport(sts.clone());
    let role = AssumeRole::new(Credentials::access_key("AK", "SK"), "acs:ram::1:role/r").configure(&config);
    let gateways = replay([json!({"Success": true, "Count": 1, "Data": r#"[{"gatewayName": "prod"}]"#})]);
    let builder = offline(dg::Client::builder(), &gateways);
    assert_eq!(assume_role::gateways(builder, role).await.unwrap(), ["prod"]);
    let (assumed, listed) = (&forms(&sts)[0], &forms(&gateways)[0]);
    assert!(assumed.contains("Action=AssumeRole&") && assumed.contains("AccessKeyId=AK&"), "{assumed}");
    assert!(listed.contains("AccessKeyId=STS.AK&") && listed.contains("SecurityToken=ST&"), "{listed}");
}

#[tokio::test]
async fn trusts_its_own_authority() {
    let (authority, other) = (Authority::new(), Authority::new());
    let (url, request) = serve(&authority, r#"[{"id": "report.txt"}]"#).await;
    let connect = |authority: &Authority| own_document::connect(&url, authority.pem().as_bytes(), Secret::from("t"));
    let stranger = connect(&other).unwrap();
    let error = own_document::find(&stranger, "report").await.unwrap_err();
    assert!(error.is_connection(), "{error}");
    let client = connect(&authority).unwrap();
    assert_eq!(own_document::find(&client, "report").await.unwrap(), ["report.txt"]);
    let request = request.await.unwrap().to_lowercase();
    for line in ["query /searches http/1.1", "authorization: bearer t", "x-team: storage", r#"{"words":"report"}"#] {
        assert!(request.contains(line), "{line} in {request}");
    }
    assert!(
        request.lines().any(|line| line.starts_with("user-agent: ") && line.ends_with("file-finder/1.0")),
        "{request}"
    );
}

thread_local! {
    static LOG: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Separates what this test logs from what others log on their threads.
struct Log;

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.with_borrow_mut(|log| log.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn records_metrics_and_traces() {
    // The subscriber must be global: `tracing` caches for each call site whether there is a subscriber.
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing_subscriber::filter::LevelFilter::DEBUG);
    subscriber.with_ansi(false).with_writer(|| Log).init();
    let recorder = DebuggingRecorder::new();
    let recorded = recorder.snapshotter();
    let guard = metrics::set_default_local_recorder(&recorder);
    let replay = Replay::new([Reply::new(429), Reply::json(200, json!({"instances": [], "total_record": 0}))]);
    metrics_and_traces::call(offline(ddm::Client::builder(), &replay)).await.unwrap();
    drop(guard);

    let labels = |name: &str| format!("{name}{{service=huawei-ddm,operation=listInstances");
    assert_eq!(
        metrics_and_traces::lines(&recorded),
        [
            format!("{}}} 2 values", labels("yundb_attempt_duration_seconds")),
            format!("{},outcome=service}} 1", labels("yundb_attempts_total")),
            format!("{},outcome=success}} 1", labels("yundb_attempts_total")),
            format!("{}}} 1", labels("yundb_retries_total")),
        ]
    );
    let log = LOG.with_borrow(|log| String::from_utf8_lossy(log).into_owned());
    for text in [r#"rpc.method="listInstances""#, "status_code=200}: yundb_runtime::client::pipeline: succeeded"] {
        assert!(log.contains(text), "{text} in {log}");
    }
}
