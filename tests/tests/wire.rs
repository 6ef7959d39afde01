//! Every operation of the generated crates, called over a real HTTP server with the samples of its document: requests
//! match the document and are signed, and documented responses decode without loss.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

#[allow(dead_code, reason = "the fixtures' tests use the rest of it")]
#[path = "fixtures/server.rs"]
mod server;

mod wire {
    mod calls;
    mod compare;
    mod spec;
    mod synthetic;

    mod credentials;
    mod dts;
    mod environment;
    mod errors;
    mod jobs;
    mod mock;
    mod paging;
    mod refusals;
    mod samples;
    mod secrets;
    mod transport;
}
