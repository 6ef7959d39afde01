//! Every operation of the fixture crates, called over a real HTTP server: what arrives is what OpenAPI 3.0 says.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod fixtures {
    mod server;

    mod answers;
    mod bodies;
    mod checks;
    mod errors;
    mod formats;
    mod multipart;
    mod names;
    mod paging;
    mod parameters;
    mod security;
    mod servers;
    mod types;
    mod unions;
}
