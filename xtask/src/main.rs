//! The commands that only this repository needs: parses arguments, runs the generator on `specs/`, the audit or the
//! conformance cases, and prints the results. The tool for everyone else is `yundb`, in `cli/`.

mod audit;
mod bench;
mod changelog;
mod codegen;
mod conform;
mod fmt;
mod packages;
mod release;
mod stamp;

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, bail};
use clap::{Parser, Subcommand};
use yundb_cli::{BundleFormat, exit_code, print, print::failed, write};
use yundb_generator::choices::Choices;

/// The workspace; `cargo xtask` may be run from any folder.
const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Generate the clients of specs/, and verify the specs.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Update generated/ to match specs/.
    Codegen(codegen::Arguments),
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
    /// Measure generation, builds and calls beside other tools and lower bounds, and write benches/RESULTS.md.
    Bench(bench::Arguments),
    /// Write the packages of the crates that are published, and verify that they are complete.
    Package(packages::Arguments),
    /// Prepare a release: versions, changelogs, checks, packages. Ends with the commands that publish it.
    Release(release::Arguments),
}

fn main() -> ExitCode {
    exit_code(match Cli::parse().command {
        Command::Codegen(arguments) => codegen::run(arguments),
        Command::Bundle { services, out, format } => bundle(&services, &out, format),
        Command::Audit(arguments) => audit::run(arguments),
        Command::Fmt { check } => fmt::run(check),
        Command::Conform(arguments) => conform::run(arguments),
        Command::Bench(arguments) => bench::run(arguments),
        Command::Package(arguments) => packages::run(&arguments),
        Command::Release(arguments) => release::run(&arguments),
    })
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
        match yundb_generator::bundle(&spec, &Choices::default(), format == BundleFormat::Json) {
            Ok(bundled) => {
                print::diagnostics(&bundled.diagnostics)?;
                write(&file, &bundled.text)?;
                writeln!(io::stdout(), "{}", file.display())?;
            }
            Err(failure) => well = failed(&spec, failure)?,
        }
    }
    Ok(well)
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
