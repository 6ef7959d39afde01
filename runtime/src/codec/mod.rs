//! The wire format of values: encoding and decoding.

pub(crate) mod argument;
pub(crate) mod closest;
pub(crate) mod decode;
pub(crate) mod encode;
pub(crate) mod formatted;
pub(crate) mod json;
pub(crate) mod json_text;
mod lost;
pub(crate) mod media_type;
pub mod open_enum;
pub mod record;
mod setters;
pub mod union;
