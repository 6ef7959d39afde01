//! The flags that override a document's settings.

use std::path::{Path, PathBuf};

use clap::Args;
use yundb_generator::choices::{Given, Selection};
use yundb_generator::{Diagnostics, Formats, Settings};

/// Choices for a client.
#[derive(Args, Debug, Default)]
pub(crate) struct Choose {
    /// The settings. Defaults to yundb.toml beside the document.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Apply this OpenAPI Overlay first. May be given several times.
    #[arg(long = "overlay", value_name = "FILE")]
    overlays: Vec<PathBuf>,
    /// Generate only operations with this tag. May be given several times.
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// Generate only this operation, by operationId or by method and path; `*` stands for any text. May be given
    /// several times.
    #[arg(long = "operation", value_name = "PATTERN")]
    operations: Vec<String>,
    /// Generate a type for each schema, and no operations.
    #[arg(long, conflicts_with_all = ["tags", "operations"])]
    types_only: bool,
    /// Formats of strings to leave untyped, as in `date-time=text,uuid=text`, or `all=text`.
    #[arg(long, value_name = "FORMAT=text,...")]
    formats: Option<Formats>,
}

impl Choose {
    /// The document's settings, overridden by these flags.
    pub fn settings(&self, spec: &Path) -> Result<Settings, Diagnostics> {
        let mut settings = match &self.config {
            Some(file) => Settings::read(file)?,
            None => Settings::beside(spec)?,
        };
        let choices = &mut settings.choices;
        if !self.overlays.is_empty() {
            choices.overlays = self.overlays.iter().cloned().map(Given::from).collect();
        }
        if !self.tags.is_empty() || !self.operations.is_empty() {
            let given = |texts: &[String]| texts.iter().cloned().map(Given::from).collect();
            choices.include = Selection { tags: given(&self.tags), operations: given(&self.operations) };
        }
        choices.types_only |= self.types_only;
        if let Some(formats) = &self.formats {
            choices.formats = formats.clone();
        }
        Ok(settings)
    }

    /// The files that the settings depend on, apart from the document.
    pub fn files(&self, spec: &Path) -> Vec<PathBuf> {
        let config = self.config.clone().or_else(|| yundb_generator::settings::path(spec));
        let overlays = self.settings(spec).map(|settings| settings.choices.overlays).unwrap_or_default();
        config.into_iter().chain(overlays.into_iter().map(|overlay| overlay.value)).collect()
    }
}
