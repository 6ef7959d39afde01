//! `cargo xtask package`: the crates that are published, in order, and their packages.

use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, bail, ensure};
use clap::Args;
use serde::Deserialize;

use super::workspace;

/// Files that each package has.
const LICENSES: [&str; 2] = ["LICENSE-MIT", "LICENSE-APACHE"];
pub const CHANGELOG: &str = "CHANGELOG.md";

const NEW_CHANGELOG: &str = "\
# Changelog

The format is that of [Keep a Changelog](https://keepachangelog.com/en/1.1.0/), and versions follow
[Semantic Versioning](https://semver.org/). All crates of this repository have the same version.

## [Unreleased]

### Added

- The crate.
";

#[derive(Args)]
pub struct Arguments {
    /// Build each package as its users would, and include lock files. Takes minutes.
    #[arg(long)]
    verify: bool,
}

/// Returns whether the packages are complete.
pub fn run(arguments: &Arguments) -> anyhow::Result<bool> {
    let published = published()?;
    let incomplete: Vec<String> = published.iter().flat_map(Package::missing).collect();
    incomplete.iter().for_each(|line| eprintln!("error: {line}"));
    Ok(pack(&published, arguments.verify)? && incomplete.is_empty())
}

/// A member of the workspace, from `cargo metadata`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Package {
    pub name: String,
    pub version: String,
    pub rust_version: Option<String>,
    manifest_path: PathBuf,
    /// The registries that it may be published to; none with `publish = false`.
    publish: Option<Vec<String>>,
    dependencies: Vec<Dependency>,
    description: Option<String>,
    license: Option<String>,
    repository: Option<String>,
    homepage: Option<String>,
    readme: Option<String>,
    keywords: Vec<String>,
    categories: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Dependency {
    name: String,
    /// The version; `*` if there is none.
    req: String,
    /// `dev`, `build`, or none.
    kind: Option<String>,
    path: Option<PathBuf>,
}

impl Dependency {
    /// Whether a crate of this workspace must be published first. One for tests without a version is not part of the
    /// package.
    fn comes_first(&self) -> bool {
        self.path.is_some() && (self.kind.as_deref() != Some("dev") || self.req != "*")
    }
}

impl Package {
    /// The crate's folder.
    pub fn folder(&self) -> &Path {
        self.manifest_path.parent().unwrap_or(Path::new(""))
    }

    /// What a published crate should have, and this one has not.
    fn missing(&self) -> Vec<String> {
        let fields = [
            ("description", self.description.is_some()),
            ("license", self.license.is_some()),
            ("repository", self.repository.is_some()),
            ("homepage", self.homepage.is_some()),
            ("readme", self.readme.is_some()),
            ("rust-version", self.rust_version.is_some()),
            ("keywords", !self.keywords.is_empty()),
            ("categories", !self.categories.is_empty()),
        ];
        let fields =
            fields.into_iter().filter(|(_, has)| !has).map(|(field, _)| format!("`{field}` in its Cargo.toml"));
        let files = LICENSES.into_iter().chain([CHANGELOG]).filter(|file| !self.folder().join(file).is_file());
        let missing = fields.chain(files.map(|file| format!("the file {file}")));
        missing.map(|what| format!("{}: {what} is missing", self.name)).collect()
    }
}

/// The Cargo that runs this program.
pub fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The crates that are published, each after those that it depends on.
pub fn published() -> anyhow::Result<Vec<Package>> {
    #[derive(Deserialize)]
    struct Metadata {
        packages: Vec<Package>,
    }
    let output = cargo()
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(workspace()?)
        .output()
        .context("cargo metadata")?;
    ensure!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr).trim());
    let Metadata { packages } = serde_json::from_slice(&output.stdout).context("the output of cargo metadata")?;
    in_order(packages.into_iter().filter(|package| package.publish.as_ref().is_none_or(|to| !to.is_empty())).collect())
}

/// Sorts by dependencies, then by name.
fn in_order(mut open: Vec<Package>) -> anyhow::Result<Vec<Package>> {
    open.sort_by(|a, b| a.name.cmp(&b.name));
    let names: Vec<String> = open.iter().map(|package| package.name.clone()).collect();
    for package in &open {
        let needed = package.dependencies.iter().filter(|it| it.comes_first());
        if let Some(private) = needed.map(|it| &it.name).find(|name| !names.contains(name)) {
            bail!("{} is published and depends on {private}, which is not", package.name);
        }
    }
    let mut done: Vec<Package> = Vec::new();
    while !open.is_empty() {
        let ready = open.iter().position(|package| {
            let needed = package.dependencies.iter().filter(|it| it.comes_first());
            needed.into_iter().all(|it| done.iter().any(|done| done.name == it.name))
        });
        let Some(ready) = ready else {
            let names: Vec<&str> = open.iter().map(|package| package.name.as_str()).collect();
            bail!("these crates depend on each other: {}", names.join(", "));
        };
        done.push(open.remove(ready));
    }
    Ok(done)
}

/// Writes the packages to `target/package`. Returns whether Cargo accepts them.
pub fn pack(published: &[Package], verify: bool) -> anyhow::Result<bool> {
    let mut cargo = self::cargo();
    cargo.args(["package", "--allow-dirty"]).current_dir(workspace()?);
    if !verify {
        // Without lock files nothing is resolved, which takes most of the time.
        cargo.args(["--no-verify", "--exclude-lockfile"]);
    }
    cargo.args(published.iter().flat_map(|package| ["--package", &package.name]));
    let well = cargo.status().context("cargo package")?.success();
    if well {
        writeln!(io::stdout(), "{} packages are in target/package", published.len())?;
    }
    Ok(well)
}

/// Adds the files to a generated crate that are not generated: the licenses, and a changelog, which is its own from then
/// on. With `check`, only reports them. Returns whether all were there.
pub fn accompany(folder: &Path, check: bool) -> anyhow::Result<bool> {
    let mut well = true;
    for file in LICENSES.into_iter().chain([CHANGELOG]) {
        let path = folder.join(file);
        if path.exists() {
            continue;
        }
        if check {
            writeln!(io::stdout(), "{}: would be written", path.display())?;
            well = false;
        } else if file == CHANGELOG {
            super::write(&path, NEW_CHANGELOG)?;
        } else {
            link(&Path::new("../..").join(file), &path).with_context(|| path.display().to_string())?;
        }
    }
    Ok(well)
}

#[cfg(unix)]
fn link(to: &Path, path: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(to, path)
}

#[cfg(not(unix))]
fn link(to: &Path, path: &Path) -> io::Result<()> {
    std::fs::copy(path.parent().unwrap_or(Path::new("")).join(to), path).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, dependencies: &[(&str, &str)]) -> Package {
        let dependency = |(name, req): &(&str, &str)| Dependency {
            name: (*name).to_owned(),
            req: (*req).to_owned(),
            kind: req.starts_with('*').then(|| "dev".to_owned()),
            path: Some(PathBuf::from(name)),
        };
        let dependencies = dependencies.iter().map(dependency).collect();
        Package { name: name.to_owned(), dependencies, ..Package::default() }
    }

    #[test]
    fn dependencies_come_first() -> anyhow::Result<()> {
        let packages = vec![
            package("a", &[("c", "^1"), ("b", "^1")]),
            package("b", &[("c", "^1"), ("b", "*"), ("tests", "*")]),
            package("c", &[]),
        ];
        let names: Vec<String> = in_order(packages)?.into_iter().map(|package| package.name).collect();
        assert_eq!(names, ["c", "b", "a"]);
        Ok(())
    }

    #[test]
    fn impossible_orders_are_errors() {
        let circle = vec![package("a", &[("b", "^1")]), package("b", &[("a", "^1")])];
        assert_eq!(
            in_order(circle).map_err(|error| error.to_string()).err().as_deref(),
            Some("these crates depend on each other: a, b")
        );
        let private = vec![package("a", &[("b", "^1")])];
        let error = in_order(private).map_err(|error| error.to_string()).err();
        assert_eq!(error.as_deref(), Some("a is published and depends on b, which is not"));
    }

    #[test]
    fn incomplete_packages_are_found() {
        let missing = package("a", &[]).missing();
        assert!(missing.contains(&"a: `repository` in its Cargo.toml is missing".to_owned()), "{missing:?}");
        assert!(missing.contains(&"a: the file LICENSE-MIT is missing".to_owned()), "{missing:?}");
        assert_eq!(missing.len(), 11);
    }

    /// The crates of this workspace can be published.
    #[test]
    fn the_workspace_is_complete() -> anyhow::Result<()> {
        let published = published()?;
        assert!(published.len() > 10, "{published:?}");
        assert_eq!(published.iter().flat_map(Package::missing).collect::<Vec<_>>(), [""; 0]);
        Ok(())
    }
}
