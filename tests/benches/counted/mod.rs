//! Counts allocations.

use allocation_counter::measure;

/// The mean of some calls, after those that open the connection, on this thread.
pub fn show(name: &str, call: impl Fn()) {
    const CALLS: u64 = 100;
    let calls = || (0..CALLS).for_each(|_| call());
    calls();
    let all = measure(calls);
    println!("{name}: {} allocations, {} bytes", all.count_total / CALLS, all.bytes_total / CALLS);
}
