//! Tests every operation of a generated client and compares requests and typed responses with its document.
//!
//! - [`document`], [`value`], [`validate`] and [`wire`] of `yundb-contract`, and [`violation`], handle documents and the
//!   wire format, and do not depend on any generated client.
//! - [`driver`] calls a generated client: the emitted source and its library.
//! - [`engine`] generates the cases of a document and runs them, [`judge`] finds errors, [`report`] counts them.

pub mod driver;
pub mod engine;
pub mod judge;
pub mod program;
pub mod report;
pub mod transport;
pub mod violation;

pub use driver::Driver;
pub use engine::{Options, run};
pub use report::Report;
pub use yundb_contract::{document, validate, value, wire};
