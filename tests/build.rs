//! Emits a driver for each service of specs/ and each fixture, a test for each document that runs its cases, and the list
//! of services for the tests over the wire.

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use yundb_conform::driver::emit;
use yundb_generator::lower::model::Protocol;
use yundb_generator::{Diagnostics, Settings, lowered};

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("no OUT_DIR")?);
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut drivers, mut conform, mut services) = (String::new(), String::new(), Vec::new());
    let manifest = fs::read_to_string(tests.join("Cargo.toml"))?;
    for (folder, prefix) in [("../specs", "yundb"), ("fixtures", "fixture")] {
        println!("cargo::rerun-if-changed={folder}");
        for spec in specs(&tests.join(folder))? {
            let name = spec.file_name().ok_or("a spec has no name")?.to_string_lossy().into_owned();
            let mut diagnostics = Diagnostics::new();
            let choices = Settings::beside(&spec).map_err(|found| found.to_string())?.choices;
            let lowered = lowered(&spec, &format!("{prefix}-{name}"), &name, &choices, &mut diagnostics);
            let model = lowered.ok_or_else(|| diagnostics.to_string())?.service;
            let package = format!("{prefix}-{name}");
            if !manifest.lines().any(|line| line.starts_with(&format!("{package} = "))) {
                let path =
                    if prefix == "yundb" { format!("../generated/{name}") } else { format!("fixtures/{name}/client") };
                return Err(format!("add `{package} = {{ path = \"{path}\" }}` to tests/Cargo.toml").into());
            }
            let module = package.replace('-', "_");
            if prefix == "yundb" {
                services.push((name.clone(), module.clone(), model.protocol));
            }
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
    fs::write(out.join("services.rs"), each_service(&services))?;
    Ok(())
}

/// A macro that repeats a block for each service, with its name, its client and its calls.
fn each_service(services: &[(String, String, Protocol)]) -> String {
    let mut rules = String::new();
    let vendors = [("aliyun", Some(Protocol::AliyunRpc)), ("huawei", Some(Protocol::HuaweiRest)), ("every", None)];
    for (vendor, protocol) in vendors {
        let meant = services.iter().filter(|(_, _, of)| protocol.is_none_or(|protocol| protocol == *of));
        let blocks = meant.map(|(name, module, _)| {
            format!(
                "{{ let $name = {name:?}; use ::{module}::Client as $client; use $crate::drivers::{module}::TABLES as \
                 $tables; $body }}\n"
            )
        });
        let blocks: String = blocks.collect();
        rules += &format!("({vendor}, $name:ident, $client:ident, $tables:ident => $body:block) => {{ {blocks} }};\n");
    }
    let names: Vec<&str> = services.iter().map(|(name, ..)| name.as_str()).collect();
    format!(
        "/// The folders of specs/.\npub const SERVICES: &[&str] = &{names:?};\n\n/// Repeats a block for each service of a vendor, or for `every` one.\n#[macro_export]\nmacro_rules! each_service {{ {rules} }}\n"
    )
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
