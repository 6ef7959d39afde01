//! `cargo xtask bench`: measures generation, builds and calls, beside other tools and lower bounds in the same run.

mod building;
mod calls;
mod comparison;
mod generation;
mod growth;
mod measure;
mod results;
mod tools;

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, ensure};
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use serde::Deserialize;
use tempfile::TempDir;

use self::{
    results::{Found, Page},
    tools::Tool,
};
use super::{packages::cargo, workspace};

#[derive(Args)]
pub struct Arguments {
    /// What to measure. Defaults to all rows.
    #[arg(value_enum)]
    rows: Vec<Row>,
    /// A folder of OpenAPI documents. Defaults to ../shared/corpus beside the checkout, if there is one.
    #[arg(long, value_name = "DIR")]
    corpus: Option<PathBuf>,
    /// Measure once rather than take the best of three runs, with smaller and fewer documents.
    #[arg(long)]
    quick: bool,
}

/// A part of the results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Row {
    /// Generating the clients of specs/.
    Services,
    /// Generating a client of each document of the corpus.
    Corpus,
    /// Generating clients of ever larger documents.
    Growth,
    /// `cargo check` of the largest clients.
    Check,
    /// Packages and build of a program with one small client.
    Hello,
    /// Signing, encoding, decoding, and whole calls.
    Calls,
}

impl Row {
    fn name(self) -> &'static str {
        match self {
            Self::Services => "services",
            Self::Corpus => "corpus",
            Self::Growth => "growth",
            Self::Check => "check",
            Self::Hello => "hello",
            Self::Calls => "calls",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::value_variants().iter().copied().find(|row| row.name() == name)
    }

    /// What its section starts with.
    fn about(self) -> &'static str {
        match self {
            Self::Services => {
                "The clients of `specs/`, by `cargo xtask codegen --check`, and by each tool from the output of \
                 `cargo xtask bundle`. Release builds; whole processes."
            }
            Self::Corpus => "The documents of the corpus. Release builds; whole processes.",
            Self::Growth => {
                "Documents of a given number of operations, with half as many schemas again: those of the first family \
                 refer to neighbours, those of the second to each other. The figures compare the largest with the \
                 smallest: 1 is linear growth."
            }
            Self::Check => {
                "`cargo check` of the client alone: its dependencies are built, and the time includes that of Cargo."
            }
            Self::Hello => {
                "A program with the client of one operation and `tokio`, beside one with `reqwest`, `serde` and `tokio` \
                 in the same versions with the same features. One dev build of everything, after downloads."
            }
            Self::Calls => {
                "`cargo bench -p yundb-tests`: medians of criterion, and means of allocations. The lower bounds are \
                 described in `tests/benches`. Where the figure is a rate, more is better. The vendors' SDKs for \
                 Python sign the same requests (`tests/sdk/signing.py`). The SDK of AWS for Rust calls a service of \
                 AWS with responses of about the same size (`benches/aws-sdk`), beside a lower bound of its own. Each \
                 lower bound decodes into the types of its side, so that these ratios, too, compare only roughly."
            }
        }
    }

    fn measure(self, bench: &Bench) -> anyhow::Result<Found> {
        match self {
            Self::Services => generation::services(bench),
            Self::Corpus => generation::corpus(bench),
            Self::Growth => generation::growing(bench),
            Self::Check => building::check(bench),
            Self::Hello => building::hello(bench),
            Self::Calls => calls::run(bench),
        }
    }
}

/// Returns whether all rows could be measured.
pub fn run(arguments: Arguments) -> anyhow::Result<bool> {
    let Arguments { mut rows, corpus, quick } = arguments;
    let root = workspace()?;
    let corpus = match corpus {
        Some(folder) => Some(folder.canonicalize().with_context(|| format!("`{}`", folder.display()))?),
        None => Some(root.join("../shared/corpus")).filter(|folder| folder.is_dir()),
    };
    if rows.is_empty() {
        rows = Row::value_variants().to_vec();
    }
    rows.sort();
    rows.dedup();
    let bench = Bench::new(corpus, quick)?;
    let file = root.join(results::FILE);
    let mut page = Page::parse(&fs::read_to_string(&file).unwrap_or_default());
    let mut well = true;
    for row in &rows {
        bench.progress(row.name());
        let circumstances = bench.circumstances(*row)?;
        let found = row.measure(&bench).unwrap_or_else(|error| {
            well = false;
            Found { text: format!("Not measured: {error:#}"), ..Found::default() }
        });
        let section = page.set(*row, &found, &circumstances);
        writeln!(io::stdout(), "## {}\n\n{section}\n", row.name())?;
        // After each row: a full run takes long.
        super::write(&file, &page.text())?;
    }
    write!(io::stdout(), "{}\n{}\n", page.summary(&rows), file.display())?;
    Ok(well)
}

/// The programs and settings of a run.
pub struct Bench {
    folder: TempDir,
    xtask: PathBuf,
    /// yundb is the first.
    tools: Vec<Tool>,
    absent: Vec<&'static str>,
    corpus: Option<PathBuf>,
    quick: bool,
}

impl Bench {
    fn new(corpus: Option<PathBuf>, quick: bool) -> anyhow::Result<Self> {
        let [xtask, yundb] = built(["xtask", "yundb"])?;
        let (others, absent) = tools::others()?;
        let tools = [Tool::yundb(yundb)].into_iter().chain(others).collect();
        // Outside of the workspace, so that generated crates are not taken for members of it.
        Ok(Self { folder: tempfile::tempdir()?, xtask, tools, absent, corpus, quick })
    }

    /// The temporary folder of this run.
    fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// This program, as a release build.
    fn xtask(&self) -> &Path {
        &self.xtask
    }

    fn yundb(&self) -> anyhow::Result<&Tool> {
        self.tools.first().context("yundb")
    }

    fn tools(&self) -> &[Tool] {
        &self.tools
    }

    fn others(&self) -> &[Tool] {
        self.tools.get(1..).unwrap_or_default()
    }

    fn corpus(&self) -> Option<&Path> {
        self.corpus.as_deref()
    }

    fn quick(&self) -> bool {
        self.quick
    }

    /// Number of runs of which the best counts.
    fn runs(&self) -> usize {
        if self.quick { 1 } else { 3 }
    }

    fn progress(&self, step: &str) {
        eprintln!("bench: {step}");
    }

    /// Where and when a row is measured.
    fn circumstances(&self, row: Row) -> anyhow::Result<String> {
        let root = workspace()?;
        let output = |program: &str, arguments: &[&str]| -> anyhow::Result<String> {
            let output =
                Command::new(program).args(arguments).current_dir(&root).output().context(program.to_owned())?;
            Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
        };
        let commit = output("git", &["rev-parse", "--short=10", "HEAD"])?;
        // The results of the row before are not a change.
        let changed = output("git", &["status", "--porcelain", "--", ".", &format!(":!{}", results::FILE)])?;
        let changed = if changed.is_empty() { "" } else { " with changes" };
        let runs = match (row, self.quick) {
            (Row::Hello, _) => "one run".to_owned(),
            (Row::Calls, quick) => if quick { "quick" } else { "all samples" }.to_owned(),
            (_, true) => "one run, quick".to_owned(),
            (_, false) => format!("best of {}", self.runs()),
        };
        let load = measure::load().map(|load| format!(", load {load} at the start")).unwrap_or_default();
        let mut text = format!(
            "{}, commit {commit}{changed}; {runs}; {}; {}{load}.",
            Timestamp::now().strftime("%Y-%m-%d"),
            output("rustc", &["--version"])?,
            measure::machine(),
        );
        if row != Row::Calls {
            let list = |names: Vec<String>| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            let others = list(self.others().iter().map(Tool::title).collect());
            let absent = list(self.absent.iter().map(|name| (*name).to_owned()).collect());
            text += &format!(" Other tools: {others}; not installed: {absent}.");
        }
        Ok(text)
    }
}

/// Builds programs of this workspace for release, and returns where they are.
fn built<const N: usize>(names: [&str; N]) -> anyhow::Result<[PathBuf; N]> {
    #[derive(Deserialize)]
    struct Message {
        target: Option<Target>,
        executable: Option<PathBuf>,
    }
    #[derive(Deserialize)]
    struct Target {
        name: String,
    }
    let mut command = cargo();
    command.args(["build", "--release", "--package", "xtask", "--package", "yundb-cli", "--message-format", "json"]);
    command.current_dir(workspace()?).stderr(Stdio::inherit());
    let output = command.output().context("cargo build")?;
    ensure!(output.status.success(), "cargo build --release failed");
    let messages: Vec<Message> =
        output.stdout.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
    let mut paths = names.map(|_| PathBuf::new());
    for (path, name) in paths.iter_mut().zip(names) {
        let mut found =
            messages.iter().filter(|message| message.target.as_ref().is_some_and(|target| target.name == name));
        *path = found.find_map(|message| message.executable.clone()).with_context(|| format!("the program {name}"))?;
    }
    Ok(paths)
}
