//! yundb's command line: parses arguments, runs the generator, the audit or the conformance cases, and prints the
//! results.

mod audit;
mod conform;
mod fmt;

use std::{
    fs,
    io::{self, IsTerminal as _, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use anyhow::{Context as _, bail};
use clap::{Args, Parser, Subcommand, ValueEnum};
use yundb_generator::{Diagnostics, Failure, Formats, Manifest, Options, Report};

/// The workspace; `cargo xtask` may be run from any folder.
const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Generate Rust clients from OpenAPI documents, and verify the documents.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Update generated/ to match specs/, or generate a crate from any OpenAPI document.
    Codegen(Codegen),
    /// Write each service of specs/ as one self-contained OpenAPI file.
    Bundle {
        /// Folders of specs/. Defaults to all.
        services: Vec<String>,
        /// The output folder.
        #[arg(long)]
        out: PathBuf,
        /// Output format. YAML 1.1 parsers read `OFF` and `no` as booleans: use JSON for those.
        #[arg(long, value_enum, default_value_t = BundleFormat::Yaml)]
        format: BundleFormat,
    },
    /// Verify that specs/ agrees with the vendors' documents.
    Audit(audit::Arguments),
    /// Format the files of specs/.
    Fmt {
        /// Change nothing; show the differences and exit with 1 if there are any.
        #[arg(long)]
        check: bool,
    },
    /// Call every operation of generated clients within this process, and compare requests and responses with the
    /// documents.
    Conform(conform::Arguments),
}

#[derive(Clone, Copy, ValueEnum)]
enum BundleFormat {
    Yaml,
    Json,
}

#[derive(Args)]
struct Codegen {
    /// Folders of specs/. Defaults to all.
    #[arg(conflicts_with_all = ["spec", "out"])]
    services: Vec<String>,
    /// Change nothing; show the differences and exit with 1 if there are any.
    #[arg(long)]
    check: bool,
    /// An OpenAPI 3 or Swagger 2.0 document: a file, or a folder with an openapi.yaml.
    #[arg(long, requires = "out")]
    spec: Option<PathBuf>,
    /// The folder of the crate to generate from --spec.
    #[arg(long, requires = "spec")]
    out: Option<PathBuf>,
    /// The crate's name. Defaults to one derived from the document's file name.
    #[arg(long, requires = "spec")]
    name: Option<String>,
    /// Formats of strings to leave untyped, as in `date-time=text,uuid=text`, or `all=text`.
    #[arg(long, value_name = "FORMAT=text,...", default_value = "", hide_default_value = true, requires = "spec")]
    formats: Formats,
    /// Turn warnings into errors.
    #[arg(long)]
    strict: bool,
    /// Write the outcome for each fact of the documents to this file, as JSON.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Codegen(codegen) => self::codegen(codegen),
        Command::Bundle { services, out, format } => bundle(&services, &out, format),
        Command::Audit(arguments) => audit::run(arguments),
        Command::Fmt { check } => fmt::run(check),
        Command::Conform(arguments) => conform::run(arguments),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Returns whether everything succeeded and, with `--check`, nothing differs.
fn codegen(codegen: Codegen) -> anyhow::Result<bool> {
    let Codegen { services, check, spec, out, name, strict, report, formats } = codegen;
    let report = report.map(std::path::absolute).transpose()?;
    let mut accounts = serde_json::Map::new();
    let options = Options { strict, check, ..Options::default() };
    if let (Some(spec), Some(out)) = (spec, out) {
        let manifest = Manifest::Standalone(Some(workspace()?.join("runtime")));
        let well = generate(&spec, &out, &Options { name, manifest, formats, ..options }, &mut accounts)?;
        return write_report(report.as_deref(), accounts).map(|()| well);
    }
    let mut well = true;
    for service in self::services(&services)? {
        let options = Options {
            name: Some(format!("yundb-{service}")),
            source: Some(format!("specs/{service}")),
            manifest: Manifest::Workspace,
            notes: yundb_audit::notes(Path::new("specs"), &service)?,
            strict: true,
            ..options.clone()
        };
        let (spec, out) = (Path::new("specs").join(&service), Path::new("generated").join(&service));
        well &= generate(&spec, &out, &options, &mut accounts)?;
    }
    write_report(report.as_deref(), accounts).map(|()| well)
}

/// Writes the accounts of all documents, by package.
fn write_report(file: Option<&Path>, accounts: serde_json::Map<String, serde_json::Value>) -> anyhow::Result<()> {
    let Some(file) = file else { return Ok(()) };
    let text = serde_json::to_string_pretty(&accounts)? + "\n";
    fs::write(file, text).with_context(|| format!("`{}`", file.display()))
}

fn generate(
    spec: &Path,
    out: &Path,
    options: &Options,
    accounts: &mut serde_json::Map<String, serde_json::Value>,
) -> anyhow::Result<bool> {
    let start = Instant::now();
    let report = match yundb_generator::generate(spec, out, options) {
        Ok(report) => report,
        Err(failure) => return failed(spec, failure),
    };
    print_diagnostics(&report.diagnostics)?;
    let Report { package, operations, types, lines, changes, diagnostics, account } = report;
    let files = match (changes.written.len(), changes.removed.len()) {
        (0, 0) => "up to date".to_owned(),
        (written, removed) if options.check => {
            format!("{} to write, {removed} to remove", counted(written, "file"))
        }
        (written, removed) => format!("{} written, {removed} removed", counted(written, "file")),
    };
    let warnings = match diagnostics.warnings() {
        0 => String::new(),
        count => format!(", {}", counted(count, "warning")),
    };
    let left_out = match account.summary() {
        kinds if kinds.is_empty() => String::new(),
        kinds => format!("; left out: {kinds}"),
    };
    accounts.insert(package.clone(), account.to_json());
    let time = start.elapsed().as_millis();
    let mut stdout = io::stdout().lock();
    writeln!(
        stdout,
        "{package}: {}, {}, {}, {files}{warnings} ({time} ms){left_out}",
        counted(operations, "operation"),
        counted(types, "type"),
        counted(lines, "line"),
    )?;
    for path in &changes.removed {
        let verb = if options.check { "would be removed" } else { "removed" };
        writeln!(stdout, "{}: {verb}", out.join(path).display())?;
    }
    write!(stdout, "{}", changes.diff)?;
    Ok(!options.check || changes.is_empty())
}

fn bundle(services: &[String], out: &Path, format: BundleFormat) -> anyhow::Result<bool> {
    // Relative to the caller's working directory, not to the workspace.
    let out = std::path::absolute(out)?;
    let mut well = true;
    for service in self::services(services)? {
        let spec = Path::new("specs").join(&service);
        let extension = match format {
            BundleFormat::Yaml => "yaml",
            BundleFormat::Json => "json",
        };
        let file = out.join(format!("{service}.{extension}"));
        match yundb_generator::bundle(&spec, &file) {
            Ok(diagnostics) => {
                print_diagnostics(&diagnostics)?;
                writeln!(io::stdout(), "{}", file.display())?;
            }
            Err(failure) => well = failed(&spec, failure)?,
        }
    }
    Ok(well)
}

fn failed(spec: &Path, failure: Failure) -> anyhow::Result<bool> {
    match failure {
        Failure::Document(diagnostics) => {
            print_diagnostics(&diagnostics)?;
            let errors = counted(diagnostics.errors(), "error");
            eprintln!("error: `{}` has {errors}, nothing was written", spec.display());
            Ok(false)
        }
        failure => Err(failure).with_context(|| format!("`{}`", spec.display())),
    }
}

fn counted(count: usize, word: &str) -> String {
    if count == 1 { format!("{count} {word}") } else { format!("{count} {word}s") }
}

fn print_diagnostics(diagnostics: &Diagnostics) -> io::Result<()> {
    let mut stderr = io::stderr().lock();
    let coloured = stderr.is_terminal() && std::env::var_os("NO_COLOR").is_none();
    stderr.write_all(diagnostics.render(coloured).as_bytes())
}

fn workspace() -> anyhow::Result<PathBuf> {
    Path::new(WORKSPACE).canonicalize().context("the workspace")
}

/// The selected services, or all of specs/. From here on, paths are relative to the workspace.
fn services(selected: &[String]) -> anyhow::Result<Vec<String>> {
    std::env::set_current_dir(workspace()?)?;
    let mut all = Vec::new();
    for entry in fs::read_dir("specs").context("specs/")? {
        let entry = entry?;
        if entry.path().join("openapi.yaml").is_file() {
            all.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    all.sort();
    if let Some(unknown) = selected.iter().find(|service| !all.contains(service)) {
        bail!("there is no service `{unknown}` in specs/, only {}", all.join(", "));
    }
    Ok(if selected.is_empty() { all } else { selected.to_vec() })
}
