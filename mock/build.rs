//! Embeds the documents of `specs/`: each as JSON, with the place of every key and item.

#[path = "src/places.rs"]
#[allow(dead_code, reason = "only writing is needed here")]
mod places;

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use yundb_generator::Diagnostics;
use yundb_generator::choices::Choices;

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("no OUT_DIR")?);
    let specs = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs");
    println!("cargo::rerun-if-changed=specs");
    let mut folders: Vec<PathBuf> =
        fs::read_dir(&specs)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    folders.retain(|folder| folder.join("openapi.yaml").is_file());
    folders.sort();
    let mut list = String::new();
    for folder in folders {
        let name = folder.file_name().ok_or("a spec has no name")?.to_string_lossy().into_owned();
        let mut diagnostics = Diagnostics::new();
        let root = yundb_generator::load::placed(&folder, &Choices::default(), &mut diagnostics);
        let root = root.filter(|_| !diagnostics.has_errors()).ok_or_else(|| diagnostics.to_string())?;
        // The names of the files as in the repository.
        let prefix = format!("{}/", env!("CARGO_MANIFEST_DIR").replace('\\', "/"));
        fs::write(out.join(format!("{name}.json")), serde_json::to_vec(&root.to_json())?)?;
        fs::write(out.join(format!("{name}.places")), places::Places::of(&root, &prefix).to_bytes())?;
        let part = |kind: &str| format!("include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}.{kind}\"))");
        writeln!(list, "({name:?}, {}, {}),", part("json"), part("places"))?;
    }
    fs::write(out.join("services.rs"), format!("&[{list}]"))?;
    Ok(())
}
