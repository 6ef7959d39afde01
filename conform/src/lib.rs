//! Tests every operation of a generated client and compares requests and typed responses with its document.
//!
//! - [`document`], [`value`], [`violation`], [`validate`] and [`wire`] handle documents and the wire format, and do not
//!   depend on any generated client.
//! - [`driver`] calls a generated client: the emitted source and its library.
//! - [`engine`] generates the cases of a document and runs them, [`judge`] finds errors, [`report`] counts them.

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
