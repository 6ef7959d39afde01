//! The cost of a call by the SDK of AWS beside its lower bound, in groups with the names that `tests/benches/calls.rs`
//! has: `cargo bench` in this package.
//!
//! A whole call over loopback, beside bare `reqwest` with the same bytes, decoded by `serde_json` into types with the
//! same fields: one after the other, and as many as one core can make. `allocations` counts those of a call.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use futures_util::future::join_all;
use tokio::runtime::{Builder, Runtime};

mod listing;

use listing::{bare, call, client, sdk, server};

fn calling(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    for count in [1, 100] {
        let url = runtime.block_on(server(count));
        let mut group = criterion.benchmark_group(format!("call/{count}-instances"));
        let sdk_client = client(&url);
        group.bench_function(sdk(), |bencher| bencher.to_async(&runtime).iter(|| call(&sdk_client, count)));
        let reqwest = reqwest::Client::new();
        group.bench_function("floor", |bencher| bencher.to_async(&runtime).iter(|| bare(&reqwest, &url, count)));
        group.finish();
    }
}

/// The calls of one core: many at once on a single thread. The server has another one.
fn throughput(criterion: &mut Criterion) {
    const AT_ONCE: u64 = 32;
    let others = Runtime::new().unwrap();
    let url = others.block_on(server(1));
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let mut group = criterion.benchmark_group("calls-of-one-core");
    group.throughput(Throughput::Elements(AT_ONCE));
    let sdk_client = client(&url);
    group.bench_function(sdk(), |bencher| {
        bencher.to_async(&runtime).iter(|| join_all((0..AT_ONCE).map(|_| call(&sdk_client, 1))));
    });
    let reqwest = reqwest::Client::new();
    group.bench_function("floor", |bencher| {
        bencher.to_async(&runtime).iter(|| join_all((0..AT_ONCE).map(|_| bare(&reqwest, &url, 1))));
    });
    group.finish();
}

criterion_group!(benches, calling, throughput);
criterion_main!(benches);
