//! Every example, run against prepared responses, a server on loopback and the mock.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod run {
    mod guide;
    mod mocked;
    mod offline;
    mod programs;
    mod tls;

    mod jobs;
    mod listings;
    mod setups;
}
