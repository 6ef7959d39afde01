//! Swagger 2.0: rewrites its objects as OpenAPI 3.0, keeping the place of each key.
//!
//! Objects are rewritten one by one as `bundle` reaches them, since only then is their kind known, whichever file they
//! are in; the files' trees stay unchanged, so that `$ref`s still point into them. Whatever depends on the operation
//! (bodies, forms, media types) is in `bundle/swagger.rs`.

mod objects;
mod servers;

pub(crate) use self::objects::SWAGGER;
pub(super) use self::{
    objects::{form_field, media_types, put_keyword, rewritten},
    servers::{operation_servers, servers},
};

/// The sections that OpenAPI 3 has under `components`, by their Swagger 2.0 keys.
pub(super) const SECTIONS: [(&str, &str); 4] = [
    ("definitions", "schemas"),
    ("parameters", "parameters"),
    ("responses", "responses"),
    ("securityDefinitions", "securitySchemes"),
];

/// The keys of the document that are rewritten as a whole.
pub(super) const OF_DOCUMENT: [&str; 10] = [
    "swagger",
    "host",
    "basePath",
    "schemes",
    "consumes",
    "produces",
    "definitions",
    "parameters",
    "responses",
    "securityDefinitions",
];
