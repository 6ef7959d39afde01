//! The tool `yundb`: parses arguments, calls the generator, and prints the results.

mod call;
mod check;
mod choose;
mod diff;
pub mod generate;
mod mock;
pub mod print;
mod progress;
mod watch;

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use yundb_generator::Failure;

use choose::Choose;
use print::failed;

/// Generate Rust clients from OpenAPI documents, check and compare documents, serve them as mocks, and call their
/// operations.
#[derive(Parser)]
#[command(name = "yundb", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Generate a client crate from an OpenAPI 3 or Swagger 2.0 document, or update it.
    Generate(Box<generate::Generate>),
    /// Report problems in a document, and what is left out of its client.
    Check(check::Check),
    /// Write a document with everything it refers to as one file.
    Bundle(Bundle),
    /// List what changes for the users of a client between two editions of its document.
    Diff(diff::Diff),
    /// Serve services of this repository, or any document, on loopback.
    Mock(Box<mock::Mock>),
    /// Call an operation of a service of this repository, or of any document, by its name.
    Call(Box<call::Call>),
    /// Describe the services, their operations, or one operation: its inputs, its response and samples.
    Describe(call::describe::Describe),
    /// Print the completions for a shell, which know services, operations and inputs.
    Completions {
        /// The shell.
        shell: Shell,
    },
}

#[derive(Args)]
struct Bundle {
    /// The document: a file, or a folder with an openapi.yaml.
    spec: PathBuf,
    #[command(flatten)]
    choose: Choose,
    /// The output file. Defaults to the standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Output format. YAML 1.1 parsers read `OFF` and `no` as booleans: use JSON for those. Defaults to the format that the
    /// name of the output file suggests, else to YAML.
    #[arg(long, value_enum)]
    format: Option<BundleFormat>,
}

/// The format of a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum BundleFormat {
    /// YAML
    Yaml,
    /// JSON
    Json,
}

/// Runs the tool with these arguments, as the command `name`.
pub fn run(name: &'static str, arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    call::complete::complete(Cli::command, &arguments);
    let arguments = call::rewritten(arguments, &Cli::command());
    let parsed = Cli::command().bin_name(name).try_get_matches_from(arguments);
    let command = match parsed.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli.command,
        Err(error) => error.exit(),
    };
    let done = match command {
        Command::Generate(generate) => generate.run(),
        Command::Check(check) => check.run(),
        Command::Bundle(bundle) => self::bundle(&bundle),
        Command::Diff(diff) => diff.run(),
        Command::Mock(mock) => mock.run(),
        Command::Call(call) => return call.run(),
        Command::Describe(describe) => return describe.run(),
        Command::Completions { shell } => call::complete::print(shell),
    };
    exit_code(done)
}

/// The exit code of a command that returns whether all is well. An error is printed.
pub fn exit_code(done: anyhow::Result<bool>) -> ExitCode {
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        // The reader of the output has closed it.
        Err(error) if is_closed(&error) => ExitCode::SUCCESS,
        Err(error) => {
            crate::print::complain!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn is_closed(error: &anyhow::Error) -> bool {
    error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>()).any(|it| it.kind() == io::ErrorKind::BrokenPipe)
}

fn bundle(arguments: &Bundle) -> anyhow::Result<bool> {
    let Bundle { spec, choose, out, format } = arguments;
    let settings = match choose.settings(spec) {
        Ok(settings) => settings,
        Err(diagnostics) => return failed(spec, Failure::Document(diagnostics)),
    };
    let json = match format {
        Some(format) => *format == BundleFormat::Json,
        None => out.as_ref().and_then(|out| out.extension()).is_some_and(|extension| extension == "json"),
    };
    let bundled = match yundb_generator::bundle(spec, &settings.choices, json) {
        Ok(bundled) => bundled,
        Err(failure) => return failed(spec, failure),
    };
    print::diagnostics(&bundled.diagnostics)?;
    match out {
        Some(out) => write(out, &bundled.text)?,
        None => io::stdout().write_all(bundled.text.as_bytes())?,
    }
    Ok(true)
}

/// Reads a file.
pub fn read(file: &std::path::Path) -> anyhow::Result<String> {
    fs::read_to_string(file).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => anyhow::anyhow!("cannot read `{}`: there is no such file", file.display()),
        _ => anyhow::anyhow!("cannot read `{}`: {error}", file.display()),
    })
}

/// Writes a file, in a folder that may not exist yet.
pub fn write(file: &std::path::Path, text: &str) -> anyhow::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot create the folder `{}`", folder.display()))?;
    }
    fs::write(file, text).with_context(|| format!("cannot write `{}`", file.display()))
}
