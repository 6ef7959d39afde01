//! Workspace tests; see the integration tests in `tests/`. The README's program is compiled here.
#![cfg_attr(doctest, doc = include_str!("../../README.md"))]
