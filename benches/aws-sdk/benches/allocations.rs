//! The allocations of a call beside those of its lower bound, as in `calls`.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

use tokio::runtime::{Builder, Runtime};

#[path = "../../../tests/benches/counted/mod.rs"]
mod counted;
mod listing;

use counted::show;
use listing::{bare, call, client, sdk, server};

fn main() {
    let others = Runtime::new().unwrap();
    // Allocations are counted on this thread.
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    for count in [1, 100] {
        let url = others.block_on(server(count));
        let sdk_client = client(&url);
        show(&format!("call/{count}-instances/{}", sdk()), || drop(runtime.block_on(call(&sdk_client, count))));
        let reqwest = reqwest::Client::new();
        show(&format!("call/{count}-instances/floor"), || drop(runtime.block_on(bare(&reqwest, &url, count))));
    }
}
