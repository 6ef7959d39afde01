//! Tries every operation of a generated client and holds what it sends and reads against its document.
//!
//! - [`document`], [`value`], [`violation`], [`validate`] and [`wire`] know documents and what goes over the wire, and nothing of
//!   generated clients.
//! - [`driver`] calls a generated client: the emitted source and what it stands on.
//! - [`engine`] makes the cases of a document and runs them, [`judge`] finds what is wrong, [`report`] counts it.

pub mod document;
pub mod driver;
pub mod engine;
pub mod judge;
pub mod program;
pub mod report;
pub mod transport;
pub mod validate;
pub mod value;
pub mod violation;
pub mod wire;

pub use driver::Driver;
pub use engine::{Options, run};
pub use report::Report;
