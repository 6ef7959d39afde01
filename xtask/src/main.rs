//! yundb's command line: parses arguments, calls the generator, the audit or the conformance cases, prints what they yield.

mod audit;
mod conform;

use std::{
    fs,
    io::{self, IsTerminal as _, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use anyhow::{Context as _, bail};
use clap::{Args, Parser, Subcommand, ValueEnum};
use yundb_generator::{Diagnostics, Failure, Manifest, Options, Report};

/// The workspace, in which `cargo xtask` may be run from any folder.
const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Generates Rust clients from OpenAPI documents, and proves the documents.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Bring generated/ into line with specs/, or generate a crate from any OpenAPI document.
    Codegen(Codegen),
    /// Write each service of specs/ as one self-contained OpenAPI file.
    Bundle {
        /// Folders of specs/; all if none are named.
        services: Vec<String>,
        /// Where the files go.
        #[arg(long)]
        out: PathBuf,
        /// How they are written. Readers of YAML 1.1 take `OFF` and `no` for booleans: give them JSON.
        #[arg(long, value_enum, default_value_t = BundleFormat::Yaml)]
        format: BundleFormat,
    },
    /// Prove that specs/ says what the vendors' documents say.
    Audit(audit::Arguments),
    /// Call every operation of generated clients within this process, and hold what is sent and read against the documents.
    Conform(conform::Arguments),
}

#[derive(Clone, Copy, ValueEnum)]
enum BundleFormat {
    Yaml,
    Json,
}

#[derive(Args)]
struct Codegen {
    /// Folders of specs/; all if none are named.
    #[arg(conflicts_with_all = ["spec", "out"])]
    services: Vec<String>,
    /// Change nothing; show what differs and exit with 1 if anything does.
    #[arg(long)]
    check: bool,
    /// Any OpenAPI 3.0 document, a file or a folder with an openapi.yaml.
    #[arg(long, requires = "out")]
    spec: Option<PathBuf>,
    /// The folder of the crate that is generated from --spec.
    #[arg(long, requires = "spec")]
    out: Option<PathBuf>,
    /// The crate's name; made from the document's file name where it is not given.
    #[arg(long, requires = "spec")]
    name: Option<String>,
    /// Make what is left out or doubtful an error.
    #[arg(long)]
    strict: bool,
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Codegen(codegen) => self::codegen(codegen),
        Command::Bundle { services, out, format } => bundle(&services, &out, format),
        Command::Audit(arguments) => audit::run(arguments),
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

/// Whether all went well, and with `--check` nothing differs.
fn codegen(codegen: Codegen) -> anyhow::Result<bool> {
    let Codegen { services, check, spec, out, name, strict } = codegen;
    let options = Options { strict, check, ..Options::default() };
    if let (Some(spec), Some(out)) = (spec, out) {
        let manifest = Manifest::Standalone(Some(workspace()?.join("runtime")));
        return generate(&spec, &out, &Options { name, manifest, ..options });
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
        well &= generate(&Path::new("specs").join(&service), &Path::new("generated").join(&service), &options)?;
    }
    Ok(well)
}

fn generate(spec: &Path, out: &Path, options: &Options) -> anyhow::Result<bool> {
    let start = Instant::now();
    let report = match yundb_generator::generate(spec, out, options) {
        Ok(report) => report,
        Err(failure) => return failed(spec, failure),
    };
    print_diagnostics(&report.diagnostics)?;
    let Report { package, operations, types, lines, changes, diagnostics } = report;
    let files = match (changes.written.len(), changes.removed.len()) {
        (0, 0) => "up to date".to_owned(),
        (written, removed) => {
            let verb = if options.check { "differ" } else { "written" };
            format!("{written} files {verb}, {removed} {}", if options.check { "too many" } else { "removed" })
        }
    };
    let warnings = match diagnostics.warnings() {
        0 => String::new(),
        count => format!(", {count} warnings"),
    };
    let time = start.elapsed().as_millis();
    let mut stdout = io::stdout().lock();
    writeln!(
        stdout,
        "{package}: {operations} operations, {types} types, {lines} lines, {files}{warnings} ({time} ms)"
    )?;
    write!(stdout, "{}", changes.diff)?;
    Ok(!options.check || changes.is_empty())
}

fn bundle(services: &[String], out: &Path, format: BundleFormat) -> anyhow::Result<bool> {
    // Relative to where the command was given, not to the workspace.
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
            let count = diagnostics.errors();
            eprintln!("error: `{}` has {count} {}, nothing was written", spec.display(), plural(count, "error"));
            Ok(false)
        }
        failure => Err(failure).with_context(|| format!("`{}`", spec.display())),
    }
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 { word.to_owned() } else { format!("{word}s") }
}

fn print_diagnostics(diagnostics: &Diagnostics) -> io::Result<()> {
    let mut stderr = io::stderr().lock();
    let coloured = stderr.is_terminal() && std::env::var_os("NO_COLOR").is_none();
    stderr.write_all(diagnostics.render(coloured).as_bytes())
}

fn workspace() -> anyhow::Result<PathBuf> {
    Path::new(WORKSPACE).canonicalize().context("the workspace")
}

/// The services that are asked for; all of specs/ if none are. From here on paths are relative to the workspace.
fn services(asked: &[String]) -> anyhow::Result<Vec<String>> {
    std::env::set_current_dir(workspace()?)?;
    let mut all = Vec::new();
    for entry in fs::read_dir("specs").context("specs/")? {
        let entry = entry?;
        if entry.path().join("openapi.yaml").is_file() {
            all.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    all.sort();
    if let Some(unknown) = asked.iter().find(|service| !all.contains(service)) {
        bail!("there is no service `{unknown}` in specs/, only {}", all.join(", "));
    }
    Ok(if asked.is_empty() { all } else { asked.to_vec() })
}
