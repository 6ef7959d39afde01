//! Emits a driver for each service of specs/ and each fixture, and a test for each document that runs its cases.

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use yundb_conform::driver::emit;
use yundb_generator::{Diagnostics, Settings, lowered};

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("no OUT_DIR")?);
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut drivers, mut conform) = (String::new(), String::new());
    for (folder, prefix) in [("../specs", "yundb"), ("fixtures", "fixture")] {
        println!("cargo::rerun-if-changed={folder}");
        for spec in specs(&tests.join(folder))? {
            let name = spec.file_name().ok_or("a spec has no name")?.to_string_lossy().into_owned();
            let mut diagnostics = Diagnostics::new();
            let choices = Settings::beside(&spec).map_err(|found| found.to_string())?.choices;
            let lowered = lowered(&spec, &format!("{prefix}-{name}"), &name, &choices, &mut diagnostics);
            let model = lowered.ok_or_else(|| diagnostics.to_string())?.service;
            let module = format!("{prefix}_{}", name.replace('-', "_"));
            fs::write(out.join(format!("{module}.rs")), emit::source(&model))?;
            writeln!(drivers, "/// The operations of {folder}/{name}.")?;
            writeln!(drivers, "pub mod {module} {{ include!(concat!(env!(\"OUT_DIR\"), \"/{module}.rs\")); }}")?;
            writeln!(conform, "#[test]\nfn {module}() {{")?;
            writeln!(
                conform,
                "    conforms({module:?}, {:?}, &drivers::{module}::driver());",
                format!("{folder}/{name}")
            )?;
            writeln!(conform, "}}")?;
        }
    }
    fs::write(out.join("drivers.rs"), drivers)?;
    fs::write(out.join("conform.rs"), conform)?;
    Ok(())
}

/// The folders with a document, in order.
fn specs(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.join("openapi.yaml").is_file() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
