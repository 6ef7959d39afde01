//! `yundb generate`: a client crate from a document.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use yundb_generator::{Diagnostics, Failure, Manifest, Options, Report, Untyped, generate, untyped};

use crate::choose::Choose;
use crate::print::{self, counted, failed, print_json};
use crate::{progress, watch, write};

#[derive(Args)]
pub(crate) struct Generate {
    /// The document: a file, or a folder with an openapi.yaml.
    spec: PathBuf,
    /// The crate's folder. Only files that were generated are replaced or removed.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    choose: Choose,
    #[command(flatten)]
    package: Package,
    /// Turn warnings into errors.
    #[arg(long)]
    strict: bool,
    /// Change nothing; list the files that would change.
    #[arg(long)]
    dry_run: bool,
    /// Change nothing; show the differences and exit with 1 if there are any.
    #[arg(long, conflicts_with = "dry_run")]
    check: bool,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Write the outcome for each fact of the document to this file, as JSON.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// List each value that is any JSON, with the reason and its place.
    #[arg(long)]
    report_untyped: bool,
    /// Generate again whenever the document or its settings change.
    #[arg(long, conflicts_with_all = ["check", "dry_run"])]
    watch: bool,
}

/// Fields of the crate's manifest.
#[derive(Args)]
struct Package {
    /// The crate's name. Defaults to one derived from the document's file name.
    #[arg(long)]
    name: Option<String>,
    /// The crate's version. Defaults to the one that it has, or else to 0.1.0.
    #[arg(long, value_name = "VERSION")]
    crate_version: Option<String>,
    /// The crate's license, as an SPDX expression.
    #[arg(long, value_name = "SPDX")]
    license: Option<String>,
    /// Use the runtime in this folder rather than the one in the registry. Later runs without the flag keep it.
    #[arg(long, value_name = "DIR")]
    runtime_path: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Human,
    Json,
}

impl Generate {
    /// Returns whether the crate was generated, and with `--check` nothing differs.
    pub fn run(&self) -> anyhow::Result<bool> {
        if self.watch {
            return watch::forever(&self.spec, || {
                let report = self.once()?;
                let sources =
                    report.map(|report| report.lowered.loaded.files()).unwrap_or_else(|| vec![self.spec.clone()]);
                Ok(sources.into_iter().chain(self.choose.files(&self.spec)).collect())
            });
        }
        let report = self.once()?;
        let well = report.as_ref().is_some_and(|report| !self.check || report.changes.is_empty());
        // The process ends: freeing the document's trees one by one takes a twentieth of the time.
        std::mem::forget(report);
        Ok(well)
    }

    /// None if the document has errors.
    fn once(&self) -> anyhow::Result<Option<Report>> {
        let start = Instant::now();
        let options = match self.options() {
            Ok(options) => options,
            Err(found) => return self.failed(Failure::Document(found)),
        };
        let generated = progress::shown(&self.spec, || generate(&self.spec, &self.out, &options));
        let report = match generated {
            Ok(report) => report,
            Err(failure) => return self.failed(failure),
        };
        match self.format {
            Format::Json => print_json(&to_json(&report))?,
            Format::Human => {
                print::diagnostics(&report.diagnostics)?;
                summary(&report, &self.out, options.check, start.elapsed())?;
                if self.dry_run {
                    for path in &report.changes.written {
                        writeln!(io::stdout(), "{}: would be written", self.out.join(path).display())?;
                    }
                } else {
                    write!(io::stdout(), "{}", report.changes.diff)?;
                }
                if self.report_untyped {
                    for Untyped { item, reason, at } in untyped(&report.lowered) {
                        writeln!(io::stdout(), "{at}: {item} is any JSON: {reason}")?;
                    }
                }
            }
        }
        if let Some(file) = &self.report {
            let accounts = json!({&report.package: report.lowered.account.to_json()});
            write(file, &(serde_json::to_string_pretty(&accounts)? + "\n"))?;
        }
        Ok(Some(report))
    }

    fn failed(&self, failure: Failure) -> anyhow::Result<Option<Report>> {
        match failure {
            Failure::Document(found) if self.format == Format::Json => {
                print_json(&json!({"diagnostics": print::to_json(&found)}))?;
            }
            failure => drop(failed(&self.spec, failure)?),
        }
        Ok(None)
    }

    fn options(&self) -> Result<Options, Diagnostics> {
        let mut settings = self.choose.settings(&self.spec)?;
        let Package { name, crate_version, license, runtime_path } = &self.package;
        let fields = &mut settings.package.fields;
        for (field, flag) in
            [(&mut fields.name, name), (&mut fields.version, crate_version), (&mut fields.license, license)]
        {
            if flag.is_some() {
                field.clone_from(flag);
            }
        }
        if let Some(folder) = runtime_path {
            settings.package.set_runtime(folder)?;
        }
        Ok(Options {
            name: settings.package.fields.name.clone(),
            manifest: Manifest::Standalone(Box::new(settings.package)),
            choices: settings.choices,
            strict: self.strict,
            check: self.check || self.dry_run,
            ..Options::default()
        })
    }
}

fn to_json(report: &Report) -> Value {
    let paths = |paths: &[PathBuf]| paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>();
    let untyped = untyped(&report.lowered)
        .into_iter()
        .map(|Untyped { item, reason, at }| json!({"item": item, "reason": reason, "place": print::place(&at)}));
    json!({
        "package": report.package,
        "operations": report.operations,
        "types": report.types,
        "lines": report.lines,
        "written": paths(&report.changes.written),
        "removed": paths(&report.changes.removed),
        "unchanged": report.changes.unchanged,
        "workspace": report.workspace,
        "untyped": untyped.collect::<Vec<_>>(),
        "diagnostics": print::to_json(&report.diagnostics),
        "account": report.lowered.account.to_json(),
    })
}

/// The state of a client that needs no change.
const UP_TO_DATE: &str = "up to date";

/// What a client has.
pub fn counts(report: &Report) -> String {
    let Report { package, operations, types, lines, .. } = report;
    let [operations, types, lines] =
        [(operations, "operation"), (types, "type"), (lines, "line")].map(|(count, word)| counted(*count, word));
    format!("{package}: {operations}, {types}, {lines}")
}

/// The summary of a client with these counts that needs no change, without warnings.
pub fn up_to_date(counts: &str, time: Duration) -> String {
    format!("{counts}, {UP_TO_DATE} ({} ms)", time.as_millis())
}

/// Prints what was generated, or with `check` would be.
///
/// # Errors
/// If that fails.
pub fn summary(report: &Report, out: &Path, check: bool, time: Duration) -> io::Result<()> {
    let Report { package, changes, workspace, diagnostics, lowered, .. } = report;
    let files = match (changes.written.len(), changes.removed.len()) {
        (0, 0) => UP_TO_DATE.to_owned(),
        (written, removed) if check => format!("{} to write, {removed} to remove", counted(written, "file")),
        (written, removed) => format!("{} written, {removed} removed", counted(written, "file")),
    };
    let warnings = match diagnostics.warnings() {
        0 => String::new(),
        count => format!(", {}", counted(count, "warning")),
    };
    let left_out = match lowered.account.summary() {
        kinds if kinds.is_empty() => String::new(),
        kinds => format!("; left out: {kinds}"),
    };
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{}, {files}{warnings} ({} ms){left_out}", counts(report), time.as_millis(),)?;
    if let Some(workspace) = workspace {
        writeln!(stdout, "{package}: {workspace}")?;
    }
    for path in &changes.removed {
        let verb = if check { "would be removed" } else { "removed" };
        writeln!(stdout, "{}: {verb}", out.join(path).display())?;
    }
    Ok(())
}
