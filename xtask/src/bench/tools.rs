//! The generators: yundb, and the others as far as they are installed.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::Context as _;
use yundb_cli::write;

use super::measure::{Usage, measured};
use crate::{packages::cargo, workspace};

/// The package of each generated crate. The document's own name may be the name of a dependency.
pub const PACKAGE: &str = "bench-client";

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Yundb,
    Ploidy,
    Progenitor,
    OpenapiToRust,
    OpenapiGenerator,
}

const OTHERS: [Kind; 4] = [Kind::Ploidy, Kind::Progenitor, Kind::OpenapiToRust, Kind::OpenapiGenerator];

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Yundb => "yundb",
            Self::Ploidy => "ploidy",
            Self::Progenitor => "progenitor",
            Self::OpenapiToRust => "openapi-to-rust",
            Self::OpenapiGenerator => "openapi-generator",
        }
    }

    /// The program, which is looked for in `PATH`.
    fn program(self) -> &'static str {
        match self {
            Self::Progenitor => "cargo-progenitor",
            Self::OpenapiGenerator => "openapi-generator-cli",
            _ => self.name(),
        }
    }
}

pub struct Tool {
    pub kind: Kind,
    program: PathBuf,
    /// None if it is not known.
    pub version: Option<String>,
}

/// The other tools that are installed, and the names of those that are not.
pub fn others() -> anyhow::Result<(Vec<Tool>, Vec<&'static str>)> {
    let (mut installed, mut absent) = (Vec::new(), Vec::new());
    // Not every tool has an option that prints its version.
    let list = cargo().args(["install", "--list"]).output().context("cargo install --list")?;
    let list = String::from_utf8_lossy(&list.stdout).into_owned();
    for kind in OTHERS {
        let prefix = format!("{} v", kind.program());
        let listed = list.lines().find_map(|line| line.strip_prefix(&prefix)?.split([':', ' ']).next());
        let mut command = Command::new(kind.program());
        command.arg(if kind == Kind::OpenapiGenerator { "version" } else { "--help" }).stdin(Stdio::null());
        match command.output() {
            Ok(output) => {
                let printed = String::from_utf8_lossy(&output.stdout).trim().to_owned();
                let own = (kind == Kind::OpenapiGenerator && output.status.success()).then_some(printed);
                let version = listed.map(str::to_owned).or(own);
                installed.push(Tool { kind, program: kind.program().into(), version });
            }
            Err(error) if error.kind() == ErrorKind::NotFound => absent.push(kind.name()),
            Err(error) => return Err(error).with_context(|| format!("`{}`", kind.program())),
        }
    }
    Ok((installed, absent))
}

impl Tool {
    pub fn yundb(program: PathBuf) -> Self {
        Self { kind: Kind::Yundb, program, version: None }
    }

    pub fn name(&self) -> &'static str {
        self.kind.name()
    }

    /// The name with the version, if that is known.
    pub fn title(&self) -> String {
        self.version.iter().fold(self.name().to_owned(), |name, version| format!("{name} {version}"))
    }

    /// Generates a client with the tool's defaults into a new folder.
    pub fn generate(&self, document: &Path, out: &Path) -> anyhow::Result<Usage> {
        if out.exists() {
            fs::remove_dir_all(out).with_context(|| out.display().to_string())?;
        }
        let mut command = Command::new(&self.program);
        if let Some(folder) = out.parent() {
            // Some leave files where they run.
            fs::create_dir_all(folder)?;
            command.current_dir(folder);
        }
        match self.kind {
            Kind::Yundb => {
                command.arg("generate").arg(document).arg("--out").arg(out).args(["--name", PACKAGE]);
                command.arg("--runtime-path").arg(workspace()?.join("runtime"));
            }
            Kind::Ploidy => {
                command.args(["generate", "rust", "--name", PACKAGE]).arg(document).arg("--output").arg(out);
            }
            Kind::Progenitor => {
                command.args(["progenitor", "--name", PACKAGE, "--version", "0.1.0"]);
                command.arg("--input").arg(document).arg("--output").arg(out);
            }
            Kind::OpenapiToRust => {
                command.arg("generate").arg(document).arg("--output-dir").arg(out.join("src").join(MODULE));
                command.args(["--module-name", MODULE]);
            }
            Kind::OpenapiGenerator => {
                command.args(["generate", "--generator-name", "rust", "--input-spec"]).arg(document);
                command.arg("--output").arg(out).arg(format!("--additional-properties=packageName={PACKAGE}"));
            }
        }
        measured(&mut command)
    }

    /// Makes what was generated a crate of its own, where it is not.
    pub fn complete(&self, out: &Path) -> anyhow::Result<()> {
        match self.kind {
            // The versions of this workspace, which are already on this machine.
            Kind::Yundb => lock(out)?,
            Kind::OpenapiToRust => {
                let path = out.join("src").join(MODULE).join("REQUIRED_DEPS.toml");
                let dependencies = fs::read_to_string(&path).context("its REQUIRED_DEPS.toml")?;
                let package = format!("[package]\nname = \"{PACKAGE}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n");
                write(&out.join("Cargo.toml"), &(package + &dependencies))?;
                write(&out.join("src/lib.rs"), &format!("pub mod {MODULE};\n"))?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Number of operations of the client of a document. Only for yundb.
    pub fn operations(&self, document: &Path, folder: &Path) -> anyhow::Result<usize> {
        #[derive(serde::Deserialize)]
        struct Summary {
            operations: usize,
        }
        let file = folder.join("summary.json");
        let mut command = Command::new(&self.program);
        command.arg("generate").arg(document).arg("--out").arg(folder.join("dry")).args([
            "--dry-run",
            "--format",
            "json",
        ]);
        let status = command.stdin(Stdio::null()).stdout(fs::File::create(&file)?).stderr(Stdio::null()).status()?;
        anyhow::ensure!(status.success(), "yundb refuses the document");
        // Not as one text: the memory of this process counts as that of the ones it measures.
        let summary: Summary = serde_json::from_reader(std::io::BufReader::new(fs::File::open(&file)?))?;
        Ok(summary.operations)
    }
}

/// The module of openapi-to-rust, which generates no crate.
const MODULE: &str = "generated";

/// Gives a package the versions of this workspace's lock file.
pub fn lock(package: &Path) -> anyhow::Result<()> {
    let file = workspace()?.join("Cargo.lock");
    fs::copy(&file, package.join("Cargo.lock")).map(drop).with_context(|| file.display().to_string())
}

/// Number of lines of the Rust files below a folder.
pub fn lines(folder: &Path) -> anyhow::Result<usize> {
    let mut count = 0;
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            count += lines(&path)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            count += fs::read(&path)?.iter().filter(|byte| **byte == b'\n').count();
        }
    }
    Ok(count)
}
