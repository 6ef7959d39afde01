//! Clients in build scripts.

use std::fs;
use std::path::{Path, PathBuf};

use crate::diagnostic::Diagnostics;
use crate::settings::{self, Settings};
use crate::{Failure, Manifest, emit, file_name, lowered, package_name, write};

/// Generates a client as one module in a build script.
///
/// ```no_run
/// // build.rs
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let out = std::env::var("OUT_DIR")?;
///     yundb_generator::Builder::new("shop.yaml").generate_into(out)?;
///     Ok(())
/// }
/// ```
///
/// The crate depends on `yundb-runtime`, and includes the module:
///
/// ```ignore
/// mod shop {
///     include!(concat!(env!("OUT_DIR"), "/shop.rs"));
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Builder {
    spec: PathBuf,
    settings: Option<Settings>,
    strict: bool,
}

impl Builder {
    /// A builder for the document at `spec`: a file, or a folder with an `openapi.yaml`.
    pub fn new(spec: impl Into<PathBuf>) -> Self {
        Self { spec: spec.into(), settings: None, strict: false }
    }

    /// Replaces the settings of the `yundb.toml` beside the document.
    #[must_use]
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = Some(settings);
        self
    }

    /// Turns warnings into errors.
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// Writes `<document>.rs` to the folder `out`, and returns its path. Prints the lines by which Cargo runs the build
    /// script again when a file of the document changes.
    ///
    /// # Errors
    /// If the document has errors, or a file cannot be read or written.
    pub fn generate_into(self, out: impl AsRef<Path>) -> Result<PathBuf, Failure> {
        let Self { spec, settings, strict } = self;
        let file = settings::path(&spec).filter(|_| settings.is_none());
        let settings = match settings {
            Some(settings) => settings,
            None => Settings::beside(&spec).map_err(Failure::Document)?,
        };
        let package = package_name(&spec);
        let mut found = Diagnostics::new();
        let lowered = lowered(&spec, &package, &file_name(&spec), &settings.choices, &mut found);
        if strict {
            found.deny_warnings();
        }
        let lowered = match lowered {
            Some(lowered) if !found.has_errors() => lowered,
            _ => return Err(Failure::Document(found)),
        };
        let overlays = settings.choices.overlays.into_iter().map(|overlay| overlay.value);
        for file in lowered.loaded.files().into_iter().chain(overlays).chain(file) {
            println!("cargo:rerun-if-changed={}", file.display());
        }
        if found.warnings() > 0 {
            let spec = spec.display();
            println!("cargo:warning=`{spec}` has {} warnings: `yundb check {spec}` shows them", found.warnings());
        }
        let files = emit::emit(&lowered.service, &Manifest::Standalone(Box::default()), None).map_err(Failure::Emit)?;
        let text = emit::module(&files).map_err(Failure::Emit)?;
        let path = out.as_ref().join(format!("{}.rs", package.replace('-', "_")));
        fs::write(&path, text).map_err(|error| Failure::Io(write::cannot("write", &path, &error)))?;
        Ok(path)
    }
}
