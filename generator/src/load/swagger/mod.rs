//! Swagger 2.0: its objects in the words of OpenAPI 3.0, each word at the place of the one that it comes from.
//!
//! Objects are rewritten one by one where `bundle` meets them, as by then it is known what each is, whichever file it stands in; the
//! files' trees stay as they are, so `$ref`s go on to lead into them. What depends on the operation (bodies, forms, media types) is in
//! `bundle/swagger.rs`.

mod objects;
mod servers;

pub(crate) use self::objects::SWAGGER;
pub(super) use self::{
    objects::{form_field, media_types, rewritten, word},
    servers::{operation_servers, servers},
};

/// Where Swagger 2.0 has what OpenAPI 3 has under `components`, and the section there.
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
