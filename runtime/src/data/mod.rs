//! What generated code states: operations, services, limits of values, as constants.

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
