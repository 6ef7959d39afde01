//! Workspace tests; see the integration tests in `tests/`. The README's program is compiled here.
#![cfg_attr(doctest, doc = include_str!("../../README.md"))]

/// The drivers of all generated crates; `build.rs` emits them.
pub mod drivers {
    include!(concat!(env!("OUT_DIR"), "/drivers.rs"));
}

include!(concat!(env!("OUT_DIR"), "/services.rs"));
