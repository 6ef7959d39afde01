//! Lists all DDM instances of a region as a table, in a program without async. Requires the feature `blocking`.
//!
//! ```sh
//! export HUAWEICLOUD_SDK_AK=... HUAWEICLOUD_SDK_SK=... HUAWEICLOUD_SDK_REGION=cn-north-4
//! cargo run -p yundb-examples --example list_instances_blocking
//! ```

use yundb_huawei_ddm::types::{InstanceStatus, InstanceSummary};
use yundb_huawei_ddm::{Client, Error};

fn main() -> Result<(), Error> {
    let client = Client::builder().build()?;
    println!("{:<24} {:<12} ADDRESS", "NAME", "STATUS");
    print(&client, |line| println!("{line}"))
}

/// Passes a line per instance to `line`, each as soon as its page arrives.
pub fn print(client: &Client, mut line: impl FnMut(String)) -> Result<(), Error> {
    for instance in client.list_instances().limit(128).items_blocking() {
        line(row(&instance?));
    }
    Ok(())
}

fn row(instance: &InstanceSummary) -> String {
    let name = instance.name.as_deref().unwrap_or("-");
    let status = instance.status.as_ref().map_or("-", InstanceStatus::as_str);
    let address = instance.access_ip.as_deref().unwrap_or("-");
    format!("{name:<24} {status:<12} {address}")
}
