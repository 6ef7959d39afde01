//! A program around an emitted driver, which `cargo xtask conform` builds and runs for each document.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use yundb_generator::lower::model::Service;

use crate::driver::{Driver, emit};
use crate::engine::{self, Options};

/// The `main` of the program: `<document> <name> <seed> <report>`, where the last is the path of the JSON report.
pub fn main(driver: &Driver) -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [document, name, seed, report] = arguments.as_slice() else {
        eprintln!("usage: <document> <name> <seed> <report>");
        return ExitCode::FAILURE;
    };
    let run = || {
        let seed = seed.parse().map_err(|error| format!("the seed {seed}: {error}"))?;
        let options = Options { seed, ..Options::default() };
        let found = engine::run(Path::new(document), name, driver, options).map_err(|error| error.to_string())?;
        let json = serde_json::to_vec(&found).map_err(|error| error.to_string())?;
        fs::write(report, json).map_err(|error| format!("{report}: {error}"))
    };
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The packages in which a large document spends most time. All others, including the client, are compiled as fast as
/// possible.
const OPTIMIZED: &[&str] = &[
    "ahash",
    "fancy-regex",
    "hashbrown",
    "indexmap",
    "jsonschema",
    "referencing",
    "regex-automata",
    "regex-syntax",
    "granit-parser",
    "serde_json",
    "yundb-conform",
    "yundb-generator",
];

/// The files of the program for a service, by path: a separate crate beside the generated one.
pub fn files(service: &Service, client: &Path, conform: &Path) -> Vec<(PathBuf, String)> {
    let package = &service.package;
    let mut features = String::new();
    for group in &service.groups {
        // Writing to a string does not fail.
        let _ = write!(features, "{:?}, ", group.feature);
    }
    let mut optimized = String::new();
    for package in OPTIMIZED {
        let _ = write!(optimized, "[profile.dev.package.{package}]\nopt-level = 1\n\n");
    }
    let manifest = format!(
        "[package]\nname = \"conform-{package}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
         [dependencies]\n{package} = {{ path = {client:?}, default-features = false, features = [{features}] }}\n\
         yundb-conform = {{ path = {conform:?} }}\n\n\
         [workspace]\n\n\
         [profile.dev]\ndebug = 0\nincremental = false\n\n{optimized}"
    );
    let main = "//! Tests a client against its document.\n\nmod driver;\n\n\
                fn main() -> std::process::ExitCode {\n    yundb_conform::program::main(&driver::driver())\n}\n";
    vec![
        (PathBuf::from("Cargo.toml"), manifest),
        (PathBuf::from("src/main.rs"), main.to_owned()),
        (PathBuf::from("src/driver.rs"), emit::source(service)),
    ]
}
