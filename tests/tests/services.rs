//! Every operation of every service, over a real socket: what is sent against the document's sample, and its answer.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by panicking")]

#[path = "services/calls.rs"]
mod calls;
#[path = "services/compare.rs"]
mod compare;
#[path = "services/errors.rs"]
mod errors;
#[path = "services/samples.rs"]
mod samples;
#[path = "services/server.rs"]
mod server;
#[path = "services/signatures.rs"]
mod signatures;
#[path = "services/wire.rs"]
mod wire;
