//! Tries every operation of a generated client and holds what it sends and reads against its document.

pub mod document;
pub mod validate;
pub mod value;
pub mod violation;
pub mod wire;
