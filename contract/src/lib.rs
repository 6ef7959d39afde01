//! What a document states about requests and responses, read without the generator: its operations and schemas
//! ([`document`]), values for them ([`value`]), the validation of values ([`validate`]), and the wire format ([`wire`]).
#![cfg_attr(doctest, doc = include_str!("../README.md"))]

pub mod document;
pub mod validate;
pub mod value;
pub mod wire;
