//! The OpenAPI version of a document.

use super::{Node, report::Reporter};
use crate::diagnostic::{Diagnostic, Location};

/// The versions with different handling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// Swagger 2.0, rewritten as 3.0 by `bundle`.
    Swagger2,
    /// 3.0
    V30,
    /// 3.1 and 3.2, whose schemas are JSON Schema.
    Newer,
}

/// The version of a document; None if it is missing or unknown.
pub(super) fn version(root: &Node, reporter: &mut Reporter<'_>) -> Option<Version> {
    let place = Location::of_file(root.location.source());
    let Some(entries) = root.as_object() else {
        let message = format!("this is {}, not an OpenAPI document", root.describe());
        let help = "start it with `openapi: 3.0.3`";
        reporter.push(Diagnostic::error("not-openapi", message).at(place).help(help));
        return None;
    };
    let Some(entry) = entries.get("openapi").or_else(|| entries.get("swagger")) else {
        let message = "this is not an OpenAPI document: it has no `openapi` or `swagger` field";
        let help = "start it with `openapi: 3.0.3`";
        reporter.push(Diagnostic::error("not-openapi", message).at(place).help(help));
        return None;
    };
    let version = match entry.node.as_str() {
        Some(text) => text.to_owned(),
        None => entry.node.location.text().to_owned(),
    };
    let is = |minor: &str| version == minor || version.starts_with(&format!("{minor}."));
    match entries.contains_key("openapi") {
        false if is("2.0") || version == "2" => Some(Version::Swagger2),
        true if is("3.0") => Some(Version::V30),
        true if is("3.1") || is("3.2") => Some(Version::Newer),
        _ => {
            let message = format!("`{version}` is not a supported version of OpenAPI");
            let help = "supported are OpenAPI 3.0, 3.1 and 3.2, and Swagger 2.0";
            reporter.push(Diagnostic::error("openapi-version", message).at(entry.place().clone()).help(help));
            None
        }
    }
}
