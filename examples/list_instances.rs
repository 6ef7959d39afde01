//! Lists all DDM instances of a region as a table.
//!
//! ```sh
//! export HUAWEICLOUD_SDK_AK=... HUAWEICLOUD_SDK_SK=... HUAWEICLOUD_SDK_REGION=cn-north-4
//! cargo run -p yundb-examples --example list_instances
//! ```

use std::fmt::Write as _;

use yundb_huawei_ddm::types::{InstanceStatus, InstanceSummary};
use yundb_huawei_ddm::{Client, Error};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    // Credentials, region and project come from the environment or from `~/.huaweicloud/credentials`.
    let client = Client::builder().build()?;
    print!("{}", table(&list(&client).await?));
    Ok(())
}

/// Returns the instances of all pages.
pub async fn list(client: &Client) -> Result<Vec<InstanceSummary>, Error> {
    // Pages are requested as the stream is read. `limit` is the size of a page.
    Ok(client.list_instances().limit(128).items().collect().await?)
}

/// Formats one line per instance.
pub fn table(instances: &[InstanceSummary]) -> String {
    let mut table = format!("{:<24} {:<12} {:>5}  {}\n", "NAME", "STATUS", "NODES", "ADDRESS");
    for instance in instances {
        // A field is an `Option`, as a service may leave out any of them.
        let name = instance.name.as_deref().unwrap_or("-");
        let status = instance.status.as_ref().map_or("-", InstanceStatus::as_str);
        let nodes = instance.node_count.map_or_else(|| "-".to_owned(), |count| count.to_string());
        let address = instance.access_ip.as_deref().unwrap_or("-");
        let _ = writeln!(table, "{name:<24} {status:<12} {nodes:>5}  {address}");
    }
    table
}
