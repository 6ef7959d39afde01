//! Writes a driver for each service of specs/ and each fixture: a module with a test, which the conformance tests include.

#[path = "build/calls.rs"]
mod calls;

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use yundb_conform::driver::emit;
use yundb_generator::{Diagnostics, model};

fn main() -> Result<(), Box<dyn Error>> {
    calls::write()?;
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("no OUT_DIR")?);
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut modules = String::new();
    for (folder, prefix) in [("../specs", "yundb"), ("fixtures", "fixture")] {
        println!("cargo::rerun-if-changed={folder}");
        for spec in specs(&tests.join(folder))? {
            let name = spec.file_name().ok_or("a spec has no name")?.to_string_lossy().into_owned();
            let mut diagnostics = Diagnostics::new();
            let model = model(&spec, &format!("{prefix}-{name}"), &name, &mut diagnostics);
            let (model, _) = model.ok_or_else(|| diagnostics.to_string())?;
            let module = format!("{prefix}_{}", name.replace('-', "_"));
            let file = out.join(format!("{module}.rs"));
            fs::write(&file, emit::source(&model))?;
            writeln!(modules, "mod {module} {{")?;
            writeln!(modules, "    include!({file:?});")?;
            writeln!(modules, "    #[test]\n    fn conforms() {{")?;
            writeln!(modules, "        super::conforms({module:?}, {:?}, &driver());", format!("{folder}/{name}"))?;
            writeln!(modules, "    }}\n}}")?;
        }
    }
    fs::write(out.join("conform.rs"), modules)?;
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
