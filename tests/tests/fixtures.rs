//! Every operation of the fixture crates, called over a real HTTP server: requests are as OpenAPI 3.0 defines them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod fixtures {
    mod server;

    mod bodies;
    mod checks;
    mod errors;
    mod formats;
    mod multipart;
    mod names;
    mod paging;
    mod parameters;
    mod responses;
    mod security;
    mod servers;
    mod types;
    mod unions;
}
