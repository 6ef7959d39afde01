//! The allocations of a call beside those of its lower bound, as in `calls`: `cargo bench -p yundb-tests --bench
//! allocations`.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

use tokio::runtime::{Builder, Runtime};
use yundb_huawei_gaussdb_mysql::Client;
use yundb_huawei_gaussdb_mysql::types::ListInstancesResponse;
use yundb_runtime::Credentials;

mod counted;
mod loopback;

use counted::show;
use loopback::{instances, server};

fn main() {
    let others = Runtime::new().unwrap();
    // Allocations are counted on this thread.
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    for count in [1, 100] {
        let url = others.block_on(server(instances(count)));
        let credentials = Credentials::access_key("AK", "SK");
        let client = Client::builder().endpoint(&url).project_id("p").credentials(credentials).build().unwrap();
        show(&format!("call/{count}-instances/yundb"), || {
            runtime.block_on(async { client.list_instances().send().await.unwrap() });
        });
        let bare = reqwest::Client::new();
        show(&format!("call/{count}-instances/floor"), || {
            runtime.block_on(async {
                let response = bare.get(format!("{url}/v3/p/instances")).send().await.unwrap().bytes().await.unwrap();
                serde_json::from_slice::<ListInstancesResponse>(&response).unwrap()
            });
        });
    }
}
