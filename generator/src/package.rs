//! The manifest of a crate that inherits nothing from a workspace: its own fields, dependencies and features.

use std::fs;
use std::path::{Component, Path, PathBuf, absolute};

use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use crate::diagnostic::Diagnostic;
use crate::lower::model::{RUNTIME_FEATURES, Service};
use crate::workspace::{self, Standing};

/// The crate that emitted code depends on.
pub(crate) const RUNTIME: &str = "yundb-runtime";

/// A manifest's content, apart from what the document decides.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Package {
    /// Fields of `[package]`.
    pub fields: Fields,
    /// Dependencies as in a manifest. `yundb-runtime` defaults to this generator's version from the registry.
    pub dependencies: Table,
    /// The folder that paths of dependencies are relative to.
    pub folder: PathBuf,
    /// Features that are on by default; otherwise all groups of operations, and `rustls`.
    pub default_features: Option<Vec<String>>,
    /// Whether the crate has a `[workspace]` of its own.
    pub workspace: Standing,
}

/// Fields of `[package]`, as in a manifest.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Fields {
    /// The package's name.
    pub name: Option<String>,
    /// Defaults to the version that the crate has already, else to 0.1.0.
    pub version: Option<String>,
    /// Defaults to one sentence with the API's title.
    pub description: Option<String>,
    /// `authors`
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authors: Vec<String>,
    /// The license as an SPDX expression.
    pub license: Option<String>,
    /// The file with the license.
    pub license_file: Option<String>,
    /// `repository`
    pub repository: Option<String>,
    /// `homepage`
    pub homepage: Option<String>,
    /// `documentation`
    pub documentation: Option<String>,
    /// `keywords`
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<String>,
    /// `categories`
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
    /// `edition`
    pub edition: Option<String>,
    /// `rust-version`
    pub rust_version: Option<String>,
    /// Whether the crate may be published, or where.
    pub publish: Option<Value>,
}

impl Package {
    /// A crate that uses the runtime in this folder.
    pub fn with_runtime(folder: &Path) -> Self {
        let mut package = Self::default();
        package.set_runtime(folder);
        package
    }

    /// Uses the runtime in this folder.
    pub fn set_runtime(&mut self, folder: &Path) {
        let folder = absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let path = Table::from_iter([("path".to_owned(), Value::from(folder.display().to_string()))]);
        self.dependencies.insert(RUNTIME.to_owned(), Value::Table(path));
    }

    /// The package for the folder `out`: keeps the version that the crate there has, makes paths relative to it, and
    /// decides about the workspace. Returns the reason for that decision, too.
    pub(crate) fn settled(&self, out: &Path) -> (Self, Option<String>) {
        let mut package = self.clone();
        if package.fields.version.is_none() {
            package.fields.version = version(out);
        }
        let own = self.dependencies.iter().map(|(name, value)| {
            let value = match value.clone() {
                Value::Table(mut table) => {
                    if let Some(path) = table.get("path").and_then(Value::as_str) {
                        let path = relative(&self.folder.join(path), out);
                        table.insert("path".to_owned(), path.into());
                    }
                    Value::Table(table)
                }
                value => value,
            };
            (name.clone(), value)
        });
        package.dependencies = own.collect();
        let (standing, reason) = workspace::standing(self.workspace, out);
        package.workspace = standing;
        (package, reason)
    }

    /// The default feature that a client does not have, with the features that it has.
    pub(crate) fn unknown_feature(&self, service: &Service) -> Option<Diagnostic> {
        let groups = service.groups.iter().map(|group| group.feature.as_str());
        let known: Vec<&str> = groups.chain(RUNTIME_FEATURES.iter().copied()).collect();
        let unknown = self.default_features.iter().flatten().find(|feature| !known.contains(&feature.as_str()))?;
        let message = format!("the client has no feature `{unknown}`");
        let help = format!("its features are {}", known.join(", "));
        Some(Diagnostic::error("unknown-feature", message).help(help))
    }

    /// The lines of `[package]`.
    pub(crate) fn lines(&self, name: &str, description: &str) -> String {
        let or = |given: &Option<String>, default: &str| Some(given.clone().unwrap_or_else(|| default.to_owned()));
        let fields = Fields {
            name: Some(name.to_owned()),
            version: or(&self.fields.version, "0.1.0"),
            description: or(&self.fields.description, description),
            edition: or(&self.fields.edition, "2024"),
            rust_version: or(&self.fields.rust_version, "1.88"),
            ..self.fields.clone()
        };
        toml::to_string(&fields).unwrap_or_default().trim_end().to_owned()
    }

    /// The lines of `[dependencies]`.
    pub(crate) fn dependency_lines(&self) -> String {
        let serde = [("version", Value::from("1")), ("features", Value::from(vec!["derive"]))];
        let mut all = Table::from_iter([("serde".to_owned(), table(serde))]);
        let runtime = self.dependencies.get(RUNTIME).cloned().unwrap_or_else(|| env!("CARGO_PKG_VERSION").into());
        let mut runtime = match runtime {
            Value::Table(table) => table,
            version => Table::from_iter([("version".to_owned(), version)]),
        };
        runtime.entry("default-features").or_insert(false.into());
        all.insert(RUNTIME.to_owned(), Value::Table(runtime));
        let others = self.dependencies.iter().filter(|(name, _)| *name != RUNTIME);
        all.extend(others.map(|(name, value)| (name.clone(), value.clone())));
        let mut lines: Vec<String> = all.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        lines.sort();
        lines.join("\n")
    }
}

fn table<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Table(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

/// The version of the crate in a folder.
fn version(out: &Path) -> Option<String> {
    let manifest: Table = fs::read_to_string(out.join("Cargo.toml")).ok()?.parse().ok()?;
    Some(manifest.get("package")?.get("version")?.as_str()?.to_owned())
}

/// A path as seen from a folder, with `/` as separator; absolute if they have no common root.
fn relative(path: &Path, from: &Path) -> String {
    let (path, from) = (real(path), real(from));
    let path = pathdiff::diff_paths(&path, &from).unwrap_or(path);
    path.display().to_string().replace('\\', "/")
}

/// An absolute path without links, as far as it exists.
pub(crate) fn real(path: &Path) -> PathBuf {
    let path = absolute(path).unwrap_or_else(|_| path.to_owned());
    let real = path.ancestors().find_map(|known| Some((known, known.canonicalize().ok()?)));
    let Some((known, real)) = real else { return path };
    let rest = path.strip_prefix(known).unwrap_or(Path::new(""));
    rest.components().fold(real, |mut real, component| {
        match component {
            Component::ParentDir => drop(real.pop()),
            component => real.push(component),
        }
        real
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_of_a_published_crate() {
        let package = Package::default();
        assert_eq!(
            package.lines("pets", "Typed client for \"Pets\""),
            "name = \"pets\"\nversion = \"0.1.0\"\ndescription = 'Typed client for \"Pets\"'\nedition = \"2024\"\n\
             rust-version = \"1.88\""
        );
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(
            package.dependency_lines(),
            format!(
                "serde = {{ version = \"1\", features = [\"derive\"] }}\n\
                 yundb-runtime = {{ version = \"{version}\", default-features = false }}"
            )
        );
    }

    #[test]
    fn paths_are_seen_from_the_crate() {
        let folder = tempfile::tempdir().unwrap();
        let mut package = Package { folder: folder.path().join("specs"), ..Package::default() };
        package.dependencies = "yundb-runtime = { path = \"../runtime\" }\nmoney = \"1\"".parse().unwrap();
        let (settled, _) = package.settled(&folder.path().join("clients/pets"));
        assert_eq!(
            settled.dependency_lines().lines().skip(1).collect::<Vec<_>>(),
            [
                "serde = { version = \"1\", features = [\"derive\"] }",
                "yundb-runtime = { path = \"../../runtime\", default-features = false }"
            ]
        );
        assert_eq!(settled.dependency_lines().lines().next(), Some("money = \"1\""));
    }

    #[test]
    fn the_version_stays() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("Cargo.toml"), "[package]\nname = \"x\"\nversion = \"3.1.4\"\n").unwrap();
        let (settled, _) = Package::default().settled(folder.path());
        assert_eq!(settled.fields.version.as_deref(), Some("3.1.4"));
    }
}
