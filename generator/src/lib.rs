//! Turns an OpenAPI 3.0 document into a typed Rust client crate, in four stages.
