//! Turns an OpenAPI 3 document into a typed Rust client crate, in four stages: [`load`], [`lower`], [`emit`],
//! [`mod@write`].
//!
//! Each stage is a pure function of the one before; [`generate`] runs all four.

pub mod accounting;
mod builder;
mod bundle;
pub mod choices;
pub mod diagnostic;
pub mod diff;
pub mod emit;
pub mod load;
pub mod lower;
pub mod package;
mod pattern;
pub mod places;
pub mod pointer;
pub mod progress;
pub mod settings;
mod stack;
mod untyped;
pub mod workspace;
pub mod write;

use std::path::Path;

pub use builder::Builder;
pub use bundle::{Bundled, bundle};
use choices::Choices;
use diagnostic::Diagnostic;
pub use diagnostic::Diagnostics;
pub use emit::Manifest;
pub use load::nearest;
pub use lower::format::{Format, Formats};
pub use package::Package;
use progress::Stage;
pub use settings::Settings;
pub use untyped::{Untyped, untyped};

/// Options of [`generate`].
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The package's name. Defaults to one derived from the spec's file name.
    pub name: Option<String>,
    /// The path that generated files give as their source. Defaults to the spec's file name.
    pub source: Option<String>,
    /// How the crate's manifest declares its dependencies.
    pub manifest: Manifest,
    /// What becomes the client, and how.
    pub choices: Choices,
    /// Whether warnings are errors.
    pub strict: bool,
    /// Whether to compare only, without changing any file.
    pub check: bool,
}

/// The result of a run.
#[derive(Debug)]
pub struct Report {
    /// The package's name.
    pub package: String,
    /// Number of operations.
    pub operations: usize,
    /// Number of types.
    pub types: usize,
    /// Number of lines in all files.
    pub lines: usize,
    /// The files that were written, or that differ with `check`.
    pub changes: write::Changes,
    /// How the crate relates to a workspace around it, if there is one.
    pub workspace: Option<String>,
    /// Warnings.
    pub diagnostics: Diagnostics,
    /// The document, and the model of its client.
    pub lowered: Lowered,
}

/// The reason why a run wrote nothing.
#[derive(Debug)]
pub enum Failure {
    /// The document has errors.
    Document(Diagnostics),
    /// A file could not be read or written.
    Io(std::io::Error),
    /// A bug in the generator.
    Emit(emit::EmitError),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Document(diagnostics) => diagnostics.fmt(f),
            Self::Io(error) => error.fmt(f),
            Self::Emit(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Document(_) => None,
            // `Display` already shows these errors, so only their causes are left.
            Self::Io(error) => error.source(),
            Self::Emit(error) => error.source(),
        }
    }
}

/// Reads the spec at `spec` (a file, or a folder with an `openapi.yaml`) and updates the crate in `out` to match it.
///
/// # Errors
/// If the document has errors, a file cannot be read or written, or the folder contains anything but a generated crate.
pub fn generate(spec: &Path, out: &Path, options: &Options) -> Result<Report, Failure> {
    generate_with_notes(spec, out, options, |_| Ok(None))
}

/// The same, with Markdown to append to the README, such as the results of an audit of the document.
///
/// # Errors
/// Those of [`generate`] and of `notes`.
pub fn generate_with_notes(
    spec: &Path,
    out: &Path,
    options: &Options,
    notes: impl FnOnce(&load::Loaded) -> std::io::Result<Option<String>>,
) -> Result<Report, Failure> {
    let mut diagnostics = Diagnostics::new();
    if let Some(why) = options.name.as_deref().and_then(unusable) {
        diagnostics.push(why);
        return Err(Failure::Document(diagnostics));
    }
    let package = options.name.clone().unwrap_or_else(|| package_name(spec));
    let source = options.source.clone().unwrap_or_else(|| file_name(spec));
    let lowered = lowered(spec, &package, &source, &options.choices, &mut diagnostics);
    if options.strict {
        diagnostics.deny_warnings();
    }
    let lowered = match lowered {
        Some(lowered) if !diagnostics.has_errors() => lowered,
        _ => return Err(Failure::Document(diagnostics)),
    };
    let service = &lowered.service;
    let (manifest, workspace) = match &options.manifest {
        workspace @ Manifest::Workspace { .. } => (workspace.clone(), None),
        Manifest::Standalone(own) => {
            let rejected = own.rejected().into_iter().chain(own.unknown_feature(service));
            let known = diagnostics.errors();
            rejected.for_each(|why| diagnostics.push(why));
            if diagnostics.errors() > known {
                return Err(Failure::Document(diagnostics));
            }
            let (own, workspace) = own.settled(out);
            (Manifest::Standalone(Box::new(own)), workspace)
        }
    };
    let notes = notes(&lowered.loaded).map_err(Failure::Io)?;
    let files = emit::emit(service, &manifest, notes.as_deref()).map_err(Failure::Emit)?;
    let changes = write::write(out, &files, options.check).map_err(Failure::Io)?;
    Ok(Report {
        operations: service.groups.iter().map(|group| group.operations.len()).sum(),
        types: service.types.iter().filter(|ty| ty.users != lower::model::Users::Nobody).count(),
        lines: files.values().map(|text| text.lines().count()).sum(),
        package,
        changes,
        workspace,
        diagnostics,
        lowered,
    })
}

/// Reads the spec at `spec` (a file, or a folder with an `openapi.yaml`) and returns the model of its client, with an
/// account of each fact of the document. None if the document cannot be read at all.
///
/// `source` is the path that generated files give as their source.
pub fn model(
    spec: &Path,
    package: &str,
    source: &str,
    diagnostics: &mut Diagnostics,
) -> Option<(lower::model::Service, accounting::Account)> {
    let Lowered { service, account, .. } = lowered(spec, package, source, &Choices::default(), diagnostics)?;
    Some((service, account))
}

/// A document, and the model of its client.
#[derive(Debug)]
pub struct Lowered {
    /// The document, with the place of everything.
    pub loaded: load::Loaded,
    /// The model.
    pub service: lower::model::Service,
    /// What became of each fact of the document.
    pub account: accounting::Account,
}

/// The same as [`model`], with choices, and with the document itself.
pub fn lowered(
    spec: &Path,
    package: &str,
    source: &str,
    choices: &Choices,
    diagnostics: &mut Diagnostics,
) -> Option<Lowered> {
    progress::begin(Stage::Load, 0);
    lowered_of(load::load_with(spec, choices, diagnostics)?, package, source, choices, diagnostics)
}

/// The same for a document in JSON that is not in a file. Diagnostics name it `source`.
pub fn lowered_text(
    text: String,
    package: &str,
    source: &str,
    choices: &Choices,
    diagnostics: &mut Diagnostics,
) -> Option<Lowered> {
    lowered_of(load::load_text(text, source, choices, diagnostics)?, package, source, choices, diagnostics)
}

fn lowered_of(
    loaded: load::Loaded,
    package: &str,
    source: &str,
    choices: &Choices,
    diagnostics: &mut Diagnostics,
) -> Option<Lowered> {
    let ledger = accounting::Ledger::default();
    let service = lower::lower(&loaded, package, source, choices, &ledger, diagnostics);
    let account = accounting::settle(&loaded.facts, &ledger, diagnostics);
    // Facts that depend on an erroneous part are unaccounted for because of that error.
    if !diagnostics.has_errors() {
        account.lost.iter().for_each(|lost| diagnostics.push(lost.diagnostic()));
    }
    Some(Lowered { loaded, service, account })
}

/// The default package name: the spec's file or folder, as Cargo allows it.
fn package_name(spec: &Path) -> String {
    let mut name: String = file_name(spec)
        .split(['.'])
        .next()
        .unwrap_or_default()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
        .collect();
    name = name.trim_matches('-').to_owned();
    if unusable(&name).is_some() {
        name.insert_str(0, "api-");
    }
    name
}

/// The problem with a package name that Cargo or `use` does not accept.
fn unusable(name: &str) -> Option<Diagnostic> {
    const TAKEN: [&str; 5] = ["std", "core", "alloc", "proc_macro", "test"];
    let ident = name.replace('-', "_");
    let is_word = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    let (why, help) = match () {
        () if !is_word => ("", "start a package name with an ASCII letter, followed by letters, digits, `-` and `_`"),
        () if TAKEN.contains(&ident.as_str()) => (": Rust has a built-in crate of this name", "choose another name"),
        () if syn::parse_str::<syn::Ident>(&ident).is_err() => (": it is a Rust keyword", "choose another name"),
        () => return None,
    };
    let message = format!("`{name}` is not a valid package name{why}");
    Some(Diagnostic::error("package-name", message).help(help))
}

/// The last component of a spec's path; for `<folder>/openapi.yaml` the folder, which is more specific.
fn file_name(spec: &Path) -> String {
    let spec = match (spec.file_stem().and_then(|stem| stem.to_str()), spec.parent()) {
        (Some("openapi"), Some(folder)) if folder.file_name().is_some() => folder,
        _ => spec,
    };
    spec.file_name().map_or_else(|| "openapi".to_owned(), |name| name.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[test]
    fn the_causes_of_a_failure_are_shown_once() {
        let cause = std::io::Error::new(std::io::ErrorKind::AlreadyExists, "`x` is in the way");
        let failure = Failure::Io(cause);
        assert_eq!(failure.to_string(), "`x` is in the way");
        assert!(failure.source().is_none());
    }
}
