//! A document with everything it refers to as one file, for tools that read a single file only.

use std::{io, path::Path};

use crate::{Diagnostics, Failure, choices::Choices, load};

/// A document as one file.
#[derive(Debug)]
pub struct Bundled {
    /// The file's text.
    pub text: String,
    /// Warnings.
    pub diagnostics: Diagnostics,
}

/// Reads the document at `spec` (a file, or a folder with an `openapi.yaml`) and returns it as one file of JSON or YAML.
///
/// # Errors
/// If the document has errors, or a file cannot be read.
pub fn bundle(spec: &Path, choices: &Choices, json: bool) -> Result<Bundled, Failure> {
    let mut diagnostics = Diagnostics::new();
    let document = match load::load_with(spec, choices, &mut diagnostics) {
        Some(document) if !diagnostics.has_errors() => document.literal_value(),
        _ => return Err(Failure::Document(diagnostics)),
    };
    let text = match json {
        true => serde_json::to_string_pretty(&document).map(|text| text + "\n").map_err(io::Error::other),
        false => serde_yaml::to_string(&document).map_err(io::Error::other),
    };
    Ok(Bundled { text: text.map_err(Failure::Io)?, diagnostics })
}
