//! Writes a document with everything it refers to as one file, for tools that read a single file only.

use std::{fs, io, path::Path};

use crate::{Diagnostics, Failure, load};

/// Reads the spec at `spec` (a file, or a folder with an `openapi.yaml`) and writes it as one file: JSON if the
/// output's name ends in `.json`, otherwise YAML. Returns warnings.
///
/// # Errors
/// If the document has errors, or a file cannot be read or written.
pub fn bundle(spec: &Path, file: &Path) -> Result<Diagnostics, Failure> {
    let mut diagnostics = Diagnostics::new();
    let document = match load::load(spec, &mut diagnostics) {
        Some(document) if !diagnostics.has_errors() => document.literal_value(),
        _ => return Err(Failure::Document(diagnostics)),
    };
    let text = if file.extension().is_some_and(|extension| extension == "json") {
        serde_json::to_string_pretty(&document).map(|text| text + "\n").map_err(io::Error::other)
    } else {
        serde_yaml::to_string(&document).map_err(io::Error::other)
    };
    let text = text.map_err(Failure::Io)?;
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(Failure::Io)?;
    }
    fs::write(file, text).map_err(Failure::Io)?;
    Ok(diagnostics)
}
