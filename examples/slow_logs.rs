//! Prints the slow queries of one day of a GaussDB(for MySQL) node, the slowest last.
//!
//! ```sh
//! export HUAWEICLOUD_SDK_AK=... HUAWEICLOUD_SDK_SK=... HUAWEICLOUD_SDK_REGION=cn-north-4
//! cargo run -p yundb-examples --example slow_logs INSTANCE_ID NODE_ID 2026-01-31
//! ```

use yundb_huawei_gaussdb_mysql::types::SlowLog;
use yundb_huawei_gaussdb_mysql::{Client, Error};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [instance, node, day] = &arguments[..] else { return Err("usage: slow_logs INSTANCE_ID NODE_ID DAY".into()) };
    let client = Client::builder().build()?;
    for query in of_day(&client, instance, node, day).await? {
        println!("{:>8.3} s  {}", seconds(&query), query.query_sample.as_deref().unwrap_or_default());
    }
    Ok(())
}

/// Returns all slow queries of a day in UTC, such as `2026-01-31`, the slowest last.
pub async fn of_day(client: &Client, instance: &str, node: &str, day: &str) -> Result<Vec<SlowLog>, Error> {
    let mut queries = client
        .list_slow_logs(instance)
        .node_id(node)
        .start_time(format!("{day}T00:00:00+0000"))
        .end_time(format!("{day}T23:59:59+0000"))
        .limit(100)
        .items()
        .collect()
        .await?;
    queries.sort_by(|a, b| seconds(a).total_cmp(&seconds(b)));
    Ok(queries)
}

/// The execution time, which the service writes as `1.04899 s`; 0 if it is missing.
fn seconds(query: &SlowLog) -> f64 {
    let time = query.time.as_deref().unwrap_or_default();
    time.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0.0)
}
