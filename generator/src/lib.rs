//! Turns an OpenAPI 3 document into a typed Rust client crate, in four stages: [`load`], [`lower`], [`emit`], [`mod@write`].
//!
//! Each stage is a pure function of the one before; [`generate`] runs all four.

pub mod accounting;
mod bundle;
pub mod diagnostic;
pub mod emit;
pub mod load;
pub mod lower;
pub mod pointer;
mod stack;
pub mod write;

use std::path::Path;

pub use bundle::bundle;
use diagnostic::Diagnostic;
pub use diagnostic::Diagnostics;
pub use emit::Manifest;
pub use lower::format::{Format, Formats};

/// What a run does beside reading a spec and writing a crate.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The package's name; made from the spec's file name where it is not given.
    pub name: Option<String>,
    /// The path by which generated files name their source; the spec's own where it is not given.
    pub source: Option<String>,
    /// How the crate's manifest names its dependencies.
    pub manifest: Manifest,
    /// Markdown for the end of the README: what is known of the spec beside what it says.
    pub notes: Option<String>,
    /// Which formats of texts have types.
    pub formats: Formats,
    /// Whether what is left out or doubtful is an error.
    pub strict: bool,
    /// Whether to compare only, and change nothing.
    pub check: bool,
}

/// What a run did.
#[derive(Debug)]
pub struct Report {
    /// The package.
    pub package: String,
    /// How many operations it has.
    pub operations: usize,
    /// How many types it has.
    pub types: usize,
    /// How many lines its files have.
    pub lines: usize,
    /// What was written, or with `check` what differs.
    pub changes: write::Changes,
    /// Warnings.
    pub diagnostics: Diagnostics,
    /// What the document says, and what became of it.
    pub account: accounting::Account,
}

/// Why a run wrote nothing.
#[derive(Debug)]
pub enum Failure {
    /// The document has errors.
    Document(Diagnostics),
    /// A file could not be read or written.
    Io(std::io::Error),
    /// The generator is at fault.
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
            // These speak for themselves already, so what is left is why they came about.
            Self::Io(error) => error.source(),
            Self::Emit(error) => error.source(),
        }
    }
}

/// Reads the spec at `spec` (a file, or a folder with an `openapi.yaml`) and brings the crate in `out` into line with it.
///
/// # Errors
/// If the document has errors, a file cannot be read or written, or the folder holds something else than a generated crate.
pub fn generate(spec: &Path, out: &Path, options: &Options) -> Result<Report, Failure> {
    let mut diagnostics = Diagnostics::new();
    if let Some(why) = options.name.as_deref().and_then(unusable) {
        diagnostics.push(why);
        return Err(Failure::Document(diagnostics));
    }
    let package = options.name.clone().unwrap_or_else(|| package_name(spec));
    let source = options.source.clone().unwrap_or_else(|| file_name(spec));
    let lowered = model_with(spec, &package, &source, &options.formats, &mut diagnostics);
    if options.strict {
        diagnostics.deny_warnings();
    }
    let (service, account) = match lowered {
        Some(lowered) if !diagnostics.has_errors() => lowered,
        _ => return Err(Failure::Document(diagnostics)),
    };
    let files = emit::emit(&service, &options.manifest, options.notes.as_deref()).map_err(Failure::Emit)?;
    let changes = write::write(out, &files, options.check).map_err(Failure::Io)?;
    Ok(Report {
        operations: service.groups.iter().map(|group| group.operations.len()).sum(),
        types: service.types.iter().filter(|ty| ty.users != lower::model::Users::Nobody).count(),
        lines: files.values().map(|text| text.lines().count()).sum(),
        package,
        changes,
        diagnostics,
        account,
    })
}

/// Reads the spec at `spec` (a file, or a folder with an `openapi.yaml`) and decides what its client is, with an account of what
/// became of each thing that the document says. None if there is nothing to go on with.
///
/// `source` is the path by which generated files name their source. All formats of texts have types; see [`model_with`].
pub fn model(
    spec: &Path,
    package: &str,
    source: &str,
    diagnostics: &mut Diagnostics,
) -> Option<(lower::model::Service, accounting::Account)> {
    model_with(spec, package, source, &Formats::default(), diagnostics)
}

/// The same, with a choice of the formats that have types.
pub fn model_with(
    spec: &Path,
    package: &str,
    source: &str,
    formats: &Formats,
    diagnostics: &mut Diagnostics,
) -> Option<(lower::model::Service, accounting::Account)> {
    let loaded = load::load(spec, diagnostics)?;
    let ledger = accounting::Ledger::default();
    let service = lower::lower(&loaded, package, source, formats, &ledger, diagnostics);
    let account = accounting::settle(&loaded.facts, &ledger, diagnostics);
    // Where the document has errors, what depends on them is in no place for that reason.
    if !diagnostics.has_errors() {
        account.lost.iter().for_each(|lost| diagnostics.push(lost.diagnostic()));
    }
    Some((service, account))
}

/// A package name for a spec whose caller names none: its file or folder, as Cargo allows it.
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

/// What is wrong with a package's name: Cargo and `use` have to take it.
fn unusable(name: &str) -> Option<Diagnostic> {
    const TAKEN: [&str; 5] = ["std", "core", "alloc", "proc_macro", "test"];
    let ident = name.replace('-', "_");
    let is_word = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    let (why, help) = match () {
        () if !is_word => {
            ("", "a package's name begins with an ASCII letter and goes on with letters, digits, `-` and `_`")
        }
        () if TAKEN.contains(&ident.as_str()) => (", as Rust comes with a crate of this name", "choose another one"),
        () if syn::parse_str::<syn::Ident>(&ident).is_err() => (", as it is a word of Rust", "choose another one"),
        () => return None,
    };
    let message = format!("`{name}` can't be the name of a package{why}");
    Some(Diagnostic::error("package-name", message).help(help))
}

/// The last component of a spec's path; for `<folder>/openapi.yaml` the folder, which says more.
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

    /// Who prints an error with its causes gets each sentence once.
    #[test]
    fn failures_say_it_once() {
        let cause = std::io::Error::new(std::io::ErrorKind::AlreadyExists, "`x` is in the way");
        let failure = Failure::Io(cause);
        assert_eq!(failure.to_string(), "`x` is in the way");
        assert!(failure.source().is_none());
    }
}
