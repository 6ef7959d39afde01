//! Values on the wire: how they are written, and how they are read.

pub(crate) mod additional;
pub(crate) mod argument;
pub(crate) mod closest;
pub(crate) mod decode;
pub(crate) mod encode;
pub(crate) mod formatted;
pub(crate) mod json;
pub(crate) mod json_text;
mod lost;
pub(crate) mod media_type;
pub(crate) mod nullable;
pub mod open_enum;
mod setters;
pub mod union;
