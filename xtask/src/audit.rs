//! `cargo xtask audit`: verifies the specs against the documents, or lists the differences of two editions.

use std::{
    io::{self, Write as _},
    path::PathBuf,
};

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use yundb_audit::Audit;
use yundb_cli::print::{counted, diagnostics};

use super::{changelog, workspace};

#[derive(Args)]
pub struct Arguments {
    /// Folders of specs/; all if none are named.
    services: Vec<String>,
    /// The folder with the documents. Defaults to the locks in specs/.
    #[arg(long, value_name = "DIR")]
    docs: Option<PathBuf>,
    /// Rewrite the locks that differ from the documents.
    #[arg(long, requires = "docs")]
    update: bool,
    /// List the differences of two editions of the documents: two folders, or for one service two files.
    #[arg(long, num_args = 2, value_names = ["OLD", "NEW"], conflicts_with_all = ["docs", "update", "verbose"])]
    diff: Option<Vec<PathBuf>>,
    /// Write what changes for the users of the clients, as Markdown for their CHANGELOGs. Each of the two states is a
    /// folder (of a spec, or of specs) or a Git revision of this repository.
    #[arg(long, num_args = 2, value_names = ["OLD", "NEW"], conflicts_with_all = ["docs", "update", "verbose", "diff", "mutate"])]
    changelog: Option<Vec<PathBuf>>,
    /// Test the audit itself: change one fact of the specs at a time, in memory, and list the changes that it misses.
    #[arg(long, conflicts_with_all = ["docs", "update", "verbose", "diff"])]
    mutate: bool,
    /// Output format of the report.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Report each operation, too.
    #[arg(long)]
    verbose: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Tables, and a diagnostic for each difference.
    Text,
    /// The tables as JSON.
    Json,
    /// One line for each difference, by file.
    List,
}

/// Returns whether the specs agree with the documents.
pub fn run(arguments: Arguments) -> anyhow::Result<bool> {
    let Arguments { services, docs, update, diff, changelog, mutate, format, verbose } = arguments;
    if let Some([old, new]) = changelog.as_deref() {
        return changelog::run(&services, old, new);
    }
    // Relative to the caller's working directory, not to the workspace.
    let absolute = |path: PathBuf| std::path::absolute(&path).with_context(|| path.display().to_string());
    let docs = docs.map(absolute).transpose()?;
    let editions = diff.map(|paths| paths.into_iter().map(absolute).collect::<Result<Vec<_>, _>>()).transpose()?;
    std::env::set_current_dir(workspace()?)?;
    let audit = Audit { specs: "specs".into(), services, docs, update };
    if mutate {
        io::stdout().write_all(audit.mutate()?.text().as_bytes())?;
        return Ok(true);
    }
    match editions.as_deref() {
        Some([old, new]) => {
            let diffs = audit.diff(old, new)?;
            let text = match format {
                Format::Text | Format::List => {
                    diffs.iter().map(yundb_audit::diff::Diff::text).collect::<Vec<_>>().join("\n")
                }
                Format::Json => serde_json::to_string_pretty(&diffs)? + "\n",
            };
            io::stdout().write_all(text.as_bytes())?;
            Ok(true)
        }
        _ => report(&audit, format, verbose),
    }
}

fn report(audit: &Audit, format: Format, verbose: bool) -> anyhow::Result<bool> {
    let outcome = audit.run()?;
    if format != Format::List {
        diagnostics(&outcome.diagnostics)?;
        eprint!("{}", outcome.stale);
    }
    let text = match format {
        Format::Text => outcome.report.text(verbose),
        Format::Json => outcome.report.json()?,
        Format::List => outcome.list.iter().map(|line| format!("{line}\n")).collect(),
    };
    io::stdout().write_all(text.as_bytes())?;
    for path in &outcome.written {
        eprintln!("written: {}", path.display());
    }
    if !outcome.is_clean() {
        let count = outcome.diagnostics.errors();
        eprintln!("error: specs and documents do not agree, {}", counted(count, "error"));
    }
    Ok(outcome.is_clean())
}
