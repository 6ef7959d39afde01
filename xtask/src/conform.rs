//! `cargo xtask conform`: generates a client, calls every operation, and compares requests and responses with the
//! document.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, anyhow};
use clap::Args;
use yundb_cli::{print::counted, write};
use yundb_conform::report::{self, Kind, Report};
use yundb_generator::{Diagnostics, Failure, Manifest, Options, Package, Settings, choices::Choices};

use super::workspace;

#[derive(Args)]
pub struct Arguments {
    /// Folders of specs/. Defaults to all if no document is given.
    #[arg(conflicts_with = "spec")]
    services: Vec<String>,
    /// Any OpenAPI document, a file or a folder with an openapi.yaml. May be given several times.
    #[arg(long, value_name = "FILE")]
    spec: Vec<PathBuf>,
    /// Write the whole report to this file, as JSON.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Print the table only.
    #[arg(long)]
    table: bool,
    /// Seed of the random cases.
    #[arg(long, default_value_t = yundb_conform::Options::default().seed)]
    seed: u64,
}

/// Returns whether there are no errors.
pub fn run(arguments: Arguments) -> anyhow::Result<bool> {
    let Arguments { services, spec, report, table, seed } = arguments;
    let absolute = |path: &PathBuf| std::path::absolute(path);
    let report_file = report.as_ref().map(absolute).transpose()?;
    let documents: Vec<(String, PathBuf)> = if spec.is_empty() {
        let services = super::services(&services)?.into_iter();
        services.map(|service| (service.clone(), Path::new("specs").join(service))).collect()
    } else {
        named(&spec.iter().map(absolute).collect::<io::Result<Vec<_>>>()?)
    };
    std::env::set_current_dir(workspace()?)?;
    let mut reports = Vec::new();
    for (name, path) in &documents {
        let found = conform(name, path, seed)?;
        if !table {
            print(&found)?;
        }
        reports.push(found);
    }
    write!(io::stdout(), "{}", report::table(&reports))?;
    if let Some(path) = report_file {
        let json = serde_json::to_vec_pretty(&reports)?;
        fs::write(&path, json).with_context(|| format!("`{}`", path.display()))?;
    }
    Ok(reports.iter().all(|report| report.wrong.is_empty()))
}

/// A unique name for each document: that of its file or its folder.
fn named(paths: &[PathBuf]) -> Vec<(String, PathBuf)> {
    let mut taken = BTreeSet::new();
    let name = |path: &PathBuf| {
        let stem = |path: &Path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let own = stem(path).filter(|stem| stem != "openapi");
        let name = own.or_else(|| path.parent().and_then(stem)).unwrap_or_else(|| "document".to_owned());
        let candidate = |at: usize| if at == 1 { name.clone() } else { format!("{name}-{at}") };
        let name = (1..).map(candidate).find(|name| taken.insert(name.clone())).unwrap_or(name);
        (name, path.clone())
    };
    paths.iter().map(name).collect()
}

fn print(report: &Report) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{}", report.document)?;
    for line in report.summary() {
        writeln!(stdout, "  {line}")?;
    }
    for contradiction in &report.contradictions {
        let report::Contradiction { operation, name, schema, reason } = contradiction;
        writeln!(stdout, "  {operation}: {name}: the document contradicts itself at {schema}: {reason}")?;
    }
    for note in &report.notes {
        writeln!(stdout, "  note: {note}")?;
    }
    let (cases, wrong) = (report.cases, report.cases_wrong());
    writeln!(stdout, "  {}, {wrong} wrong\n", counted(cases, "case"))
}

/// Generates the client, builds the program and runs it.
fn conform(name: &str, spec: &Path, seed: u64) -> anyhow::Result<Report> {
    let folder = Path::new("target").join("conform");
    // The document's own name may be the name of a dependency.
    let package = format!("client-{}", slug(name));
    let (client, program) = (folder.join("clients").join(&package), folder.join("programs").join(&package));
    let root = workspace()?;
    let own = Package::with_runtime(&root.join("runtime")).map_err(|found| anyhow!("{found}"))?;
    let manifest = Manifest::Standalone(Box::new(own));
    let Settings { choices, .. } = match Settings::beside(spec) {
        Ok(settings) => settings,
        Err(found) => return Ok(Report::of_nothing(name, 0, Kind::NotGenerated, &found.to_string())),
    };
    let options = Options { name: Some(package.clone()), manifest, choices, ..Options::default() };
    // Counts the operations of a document without a client.
    let operations = operations(spec, &options.choices);
    let service = match yundb_generator::generate(spec, &client, &options) {
        Ok(report) => report.lowered.service,
        Err(Failure::Document(diagnostics)) => {
            let message = diagnostics.to_string();
            return Ok(Report::of_nothing(name, operations, Kind::NotGenerated, &report::shortened(&message)));
        }
        Err(failure) => return Ok(Report::of_nothing(name, operations, Kind::NotGenerated, &failure.to_string())),
    };
    for (path, text) in yundb_conform::program::files(&service, &root.join(&client), &root.join("conform")) {
        write_if_changed(&program.join(path), &text)?;
    }
    // The versions of this workspace, which are already on this machine.
    write_if_changed(&program.join("Cargo.lock"), &fs::read_to_string("Cargo.lock")?)?;
    if let Some(message) = build(&program, &folder.join("target"))? {
        return Ok(Report::of_nothing(name, operations, Kind::DoesNotCompile, &message));
    }
    let report = program.join("report.json");
    let binary = folder.join("target/debug").join(format!("conform-{package}{}", std::env::consts::EXE_SUFFIX));
    let mut run = Command::new(&binary);
    run.arg(spec).arg(name).arg(seed.to_string()).arg(&report);
    let run = run.output().with_context(|| format!("`{}`", binary.display()))?;
    if !run.status.success() {
        let message = String::from_utf8_lossy(&run.stderr);
        return Ok(Report::of_nothing(name, operations, Kind::NotRun, &report::shortened(&message)));
    }
    Ok(serde_json::from_slice(&fs::read(&report)?)?)
}

/// Number of operations of a document, or none if it cannot be read.
fn operations(spec: &Path, choices: &Choices) -> usize {
    let bundled = yundb_generator::load::bundled(spec, choices, &mut Diagnostics::new());
    let document = bundled.and_then(|bundled| yundb_conform::document::Document::new(bundled).ok());
    document.map_or(0, |document| document.operations.len())
}

/// Builds the program; returns the first error if it does not compile.
fn build(program: &Path, target: &Path) -> anyhow::Result<Option<String>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["build", "--quiet", "--offline", "--manifest-path"])
        .arg(program.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(target)
        .stdin(Stdio::null())
        .output()
        .context("cargo build")?;
    if output.status.success() {
        return Ok(None);
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let error = text.lines().skip_while(|line| !line.starts_with("error")).take(4).collect::<Vec<_>>().join(" ");
    Ok(Some(report::shortened(if error.is_empty() { &text } else { &error })))
}

fn write_if_changed(path: &Path, text: &str) -> anyhow::Result<()> {
    if fs::read_to_string(path).is_ok_and(|known| known == text) {
        return Ok(());
    }
    write(path, text)
}

/// A valid package name.
fn slug(name: &str) -> String {
    let dashed = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    name.chars().map(dashed).collect::<String>().trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_have_unique_names() {
        let paths = ["/a/pets/openapi.yaml", "/b/pets/openapi.yaml", "/c/Shop v1.json", "/d/orders"].map(PathBuf::from);
        let names: Vec<String> = named(&paths).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["pets", "pets-2", "Shop v1", "orders"]);
        assert_eq!(slug("Shop v1"), "shop-v1");
    }
}
