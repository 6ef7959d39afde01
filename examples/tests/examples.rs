//! Every example, run against prepared responses or a server on loopback.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod run {
    mod guide;
    mod offline;
    mod programs;
    mod tls;

    mod jobs;
    mod listings;
    mod setups;
}
