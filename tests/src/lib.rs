//! Workspace tests; see the integration tests in `tests/`. The README's program is compiled here.
#![cfg_attr(doctest, doc = include_str!("../../README.md"))]

/// What calls each operation of each generated crate; `build.rs` writes it.
pub mod drivers {
    include!(concat!(env!("OUT_DIR"), "/drivers.rs"));
}
