//! Records the attempts of calls with the `metrics` crate, and prints spans and events of the `tracing` crate. Requires
//! the feature `metrics`.
//!
//! ```sh
//! export HUAWEICLOUD_SDK_AK=... HUAWEICLOUD_SDK_SK=... HUAWEICLOUD_SDK_REGION=cn-north-4
//! cargo run -p yundb-examples --example metrics_and_traces
//! ```

use metrics_util::debugging::{DebugValue, DebuggingRecorder, Snapshotter};
use tracing_subscriber::filter::LevelFilter;
use yundb_huawei_ddm::runtime::Metrics;
use yundb_huawei_ddm::{Client, ClientBuilder, Error};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Clients emit spans and events on the level `debug`, without bodies and keys.
    tracing_subscriber::fmt().with_max_level(LevelFilter::DEBUG).init();
    // A server would install an exporter here, such as that of Prometheus.
    let recorder = DebuggingRecorder::new();
    let recorded = recorder.snapshotter();
    recorder.install()?;
    call(Client::builder()).await?;
    for line in lines(&recorded) {
        println!("{line}");
    }
    Ok(())
}

/// Calls the service once, with metrics.
pub async fn call(builder: ClientBuilder<Client>) -> Result<(), Error> {
    let client = builder.interceptor(Metrics).build()?;
    client.list_instances().limit(1).await?;
    Ok(())
}

/// The recorded metrics, one per line.
pub fn lines(recorded: &Snapshotter) -> Vec<String> {
    let metrics = recorded.snapshot().into_vec().into_iter();
    let mut lines: Vec<String> = metrics
        .map(|(key, _, _, value)| {
            let labels: Vec<String> =
                key.key().labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
            let value = match value {
                DebugValue::Counter(count) => count.to_string(),
                DebugValue::Gauge(value) => value.to_string(),
                DebugValue::Histogram(values) => format!("{} values", values.len()),
            };
            format!("{}{{{}}} {value}", key.key().name(), labels.join(","))
        })
        .collect();
    lines.sort();
    lines
}
