//! The manifest of a crate that inherits nothing from a workspace: its own fields, dependencies and features.

use std::fs;
use std::path::{Component, Path, PathBuf, absolute};

use semver::{Version, VersionReq};
use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::lower::model::{RUNTIME_FEATURES, Service};
use crate::workspace::{self, Standing};

/// The crate that emitted code depends on.
pub(crate) const RUNTIME: &str = "yundb-runtime";

/// The edition of emitted code.
const EDITION: &str = "2024";

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
    ///
    /// # Errors
    /// If the folder is not that of the runtime.
    pub fn with_runtime(folder: &Path) -> Result<Self, Diagnostics> {
        let mut package = Self::default();
        package.set_runtime(folder)?;
        Ok(package)
    }

    /// Uses the runtime in this folder.
    ///
    /// # Errors
    /// If the folder is not that of the runtime.
    pub fn set_runtime(&mut self, folder: &Path) -> Result<(), Diagnostics> {
        let folder = absolute(folder).unwrap_or_else(|_| folder.to_owned());
        if field(&folder, "name").as_deref() != Some(RUNTIME) {
            let message = format!("`{}` is not the folder of `{RUNTIME}`", folder.display());
            let help =
                format!("name the folder whose Cargo.toml is that of `{RUNTIME}`: in a checkout of yundb, `runtime`");
            return Err(Diagnostics::new().with(Diagnostic::error("runtime-path", message).help(help)));
        }
        let path = Table::from_iter([("path".to_owned(), Value::from(folder.display().to_string()))]);
        self.dependencies.insert(RUNTIME.to_owned(), Value::Table(path));
        Ok(())
    }

    /// The package for the folder `out`: keeps the version that the crate there has, and where it has its runtime from, makes paths relative to it, and
    /// decides about the workspace. Returns the reason for that decision, too.
    pub(crate) fn settled(&self, out: &Path) -> (Self, Option<String>) {
        let mut package = self.clone();
        if package.fields.version.is_none() {
            package.fields.version = field(out, "version");
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
        if !self.dependencies.contains_key(RUNTIME) {
            // A version follows the generator; a folder or repository is the user's choice.
            let kept = manifest(out).and_then(|manifest| manifest.get("dependencies")?.get(RUNTIME).cloned());
            let is_chosen = |value: &Value| ["path", "git", "workspace"].iter().any(|key| value.get(key).is_some());
            package.dependencies.extend(kept.filter(is_chosen).map(|value| (RUNTIME.to_owned(), value)));
        }
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

    /// The fields and dependencies that Cargo would reject.
    pub(crate) fn rejected(&self) -> Diagnostics {
        let mut found = Diagnostics::new();
        let mut reject = |field: &str, value: &str, why: &str, help: &str| {
            let message = format!("`{value}` is not valid as `{field}` of the package: {why}");
            found.push(Diagnostic::error("package-field", message).help(help));
        };
        if let Some(version) = &self.fields.version
            && let Err(error) = Version::parse(version)
        {
            reject("version", version, &error.to_string(), "write three numbers, as in `1.0.0`");
        }
        if let Some(edition) = &self.fields.edition
            && edition != EDITION
        {
            reject("edition", edition, "the client is written in that of 2024", "omit it");
        }
        if let Some(oldest) = &self.fields.rust_version {
            let parts = || oldest.split('.');
            if parts().count() > 3 || parts().any(|part| part.parse::<u64>().is_err()) {
                reject("rust-version", oldest, "it is not a version of Rust", "write numbers, as in `1.88`");
            }
        }
        if let Some(publish) = &self.fields.publish
            && !(publish.is_bool() || publish.as_array().is_some_and(|names| names.iter().all(Value::is_str)))
        {
            let value = publish.to_string();
            reject(
                "publish",
                &value,
                "it is neither a boolean nor a list",
                "write `true`, `false`, or names of registries in `[]`",
            );
        }
        for (name, value) in &self.dependencies {
            let version = value.as_str().or_else(|| value.get("version")?.as_str());
            let sources = ["version", "path", "git", "workspace"];
            let why = match (version.map(VersionReq::parse), value) {
                (Some(Err(error)), _) => error.to_string(),
                (None, Value::Table(table)) if !sources.iter().any(|key| table.contains_key(*key)) => {
                    "it has neither `version` nor `path`, `git` or `workspace`".to_owned()
                }
                (None, Value::Table(_)) | (Some(Ok(_)), _) => continue,
                (None, _) => "it is neither a version nor a table".to_owned(),
            };
            let message = format!("`{name} = {value}` is not a valid dependency: {why}");
            let help = "write it as in a Cargo.toml, such as `\"1\"` or `{ path = \"../money\" }`";
            found.push(Diagnostic::error("package-dependency", message).help(help));
        }
        found
    }

    /// The lines of `[package]`.
    pub(crate) fn lines(&self, name: &str, description: &str) -> String {
        let or = |given: &Option<String>, default: &str| Some(given.clone().unwrap_or_else(|| default.to_owned()));
        let fields = Fields {
            name: Some(name.to_owned()),
            version: or(&self.fields.version, "0.1.0"),
            description: or(&self.fields.description, description),
            edition: or(&self.fields.edition, EDITION),
            rust_version: or(&self.fields.rust_version, "1.88"),
            ..self.fields.clone()
        };
        toml::to_string(&fields).unwrap_or_default().trim_end().to_owned()
    }

    /// The lines of `[dependencies]`.
    pub(crate) fn dependency_lines(&self) -> String {
        let mut all = Table::new();
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

/// The manifest of the crate in a folder.
fn manifest(folder: &Path) -> Option<Table> {
    fs::read_to_string(folder.join("Cargo.toml")).ok()?.parse().ok()
}

/// A field of the crate in a folder.
fn field(folder: &Path, name: &str) -> Option<String> {
    Some(manifest(folder)?.get("package")?.get(name)?.as_str()?.to_owned())
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
            format!("yundb-runtime = {{ version = \"{version}\", default-features = false }}")
        );
    }

    #[test]
    fn paths_are_seen_from_the_crate() {
        let folder = tempfile::tempdir().unwrap();
        let mut package = Package { folder: folder.path().join("specs"), ..Package::default() };
        package.dependencies = "yundb-runtime = { path = \"../runtime\" }\nmoney = \"1\"".parse().unwrap();
        let (settled, _) = package.settled(&folder.path().join("clients/pets"));
        assert_eq!(
            settled.dependency_lines().lines().collect::<Vec<_>>(),
            ["money = \"1\"", "yundb-runtime = { path = \"../../runtime\", default-features = false }"]
        );
    }

    #[test]
    fn what_cargo_would_reject_is_an_error() {
        let rejected = |package: &Package| package.rejected().to_string();
        let mut package = Package::default();
        package.fields.version = Some("1.0.0-rc.1+build".to_owned());
        package.fields.rust_version = Some("1.90".to_owned());
        package.dependencies =
            "a = \"1\"\nb = { path = \"x\" }\nc = { git = \"x\", rev = \"1\" }\nd.workspace = true".parse().unwrap();
        assert_eq!(rejected(&package), "");
        package.fields.version = Some("1.0".to_owned());
        package.fields.edition = Some("2018".to_owned());
        package.fields.rust_version = Some("new".to_owned());
        package.fields.publish = Some("x".into());
        package.dependencies = "a = 1\nb = \"x\"\nc = { pth = \"x\" }\nd = { version = \"1.x.2\" }".parse().unwrap();
        insta::assert_snapshot!(rejected(&package));
    }

    #[test]
    fn the_runtime_is_recognized() {
        let folder = tempfile::tempdir().unwrap();
        let mut package = Package::default();
        assert!(package.set_runtime(folder.path()).is_err());
        fs::write(folder.path().join("Cargo.toml"), "[package]\nname = \"other\"\n").unwrap();
        assert!(package.set_runtime(folder.path()).is_err_and(|it| it.to_string().contains("is not the folder of")));
        fs::write(folder.path().join("Cargo.toml"), "[package]\nname = \"yundb-runtime\"\n").unwrap();
        package.set_runtime(folder.path()).unwrap();
        assert!(package.dependencies.contains_key(RUNTIME));
    }

    #[test]
    fn the_version_stays() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("Cargo.toml"), "[package]\nname = \"x\"\nversion = \"3.1.4\"\n").unwrap();
        let (settled, _) = Package::default().settled(folder.path());
        assert_eq!(settled.fields.version.as_deref(), Some("3.1.4"));
        assert!(settled.dependencies.is_empty());
    }

    #[test]
    fn the_runtime_stays_where_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let settled = |runtime: &str| {
            let text = format!("[package]\nname = \"x\"\n[dependencies]\nyundb-runtime = {runtime}\n");
            fs::write(folder.path().join("Cargo.toml"), text).unwrap();
            Package::default().settled(folder.path()).0.dependency_lines()
        };
        let chosen = "{ path = \"../runtime\", default-features = false }";
        assert_eq!(settled(chosen), format!("yundb-runtime = {chosen}"));
        let version = env!("CARGO_PKG_VERSION");
        let current = format!("yundb-runtime = {{ version = \"{version}\", default-features = false }}");
        assert_eq!(settled("{ version = \"0.0.1\", default-features = false }"), current);
    }
}
