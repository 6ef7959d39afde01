//! The constants in generated code: operations, services, limits of values.

mod access;
pub(crate) mod category;
pub(crate) mod config_error;
pub(crate) mod line;
pub mod operation;
pub(crate) mod paging;
mod param;
pub(crate) mod secret;
pub(crate) mod service;
pub mod shape;
