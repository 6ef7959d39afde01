//! `cargo xtask audit --changelog`: what changes for the users of the clients between two states of the specs.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, bail, ensure};
use tempfile::TempDir;
use yundb_cli::print::failed;
use yundb_generator::{
    Diagnostics, Failure, Lowered,
    choices::Choices,
    diff::{changelog, diff},
    lowered,
};

use super::workspace;

/// A state of the specs.
enum State {
    /// A folder with the spec of one service.
    Spec(PathBuf),
    /// A folder with a folder for each service.
    Specs(PathBuf),
    /// The specs of a revision, copied to a temporary folder.
    Revision(TempDir),
}

/// Prints the entries for each service that changed. Returns whether all specs could be read.
pub fn run(services: &[String], old: &Path, new: &Path) -> anyhow::Result<bool> {
    let (old, new) = (State::of(old)?, State::of(new)?);
    let mut well = true;
    for service in State::services(services, &old, &new)? {
        let (before, after) = (old.spec(&service), new.spec(&service));
        let text = match (before.is_dir(), after.is_dir()) {
            (false, false) => bail!("neither state has the service `{service}`"),
            (false, true) => "### Added\n\n- The crate.\n".to_owned(),
            (true, false) => "### Removed\n\n- **Breaking:** the crate.\n".to_owned(),
            (true, true) => match (read(&service, &before), read(&service, &after)) {
                (Ok(before), Ok(after)) => changelog(&diff(&before, &after)),
                (before, after) => {
                    for (folder, side) in [(old.spec(&service), before), (new.spec(&service), after)] {
                        if let Err(found) = side {
                            well &= failed(&folder, Failure::Document(found))?;
                        }
                    }
                    continue;
                }
            },
        };
        if text.is_empty() {
            eprintln!("yundb-{service}: nothing changes for users");
            continue;
        }
        write!(io::stdout(), "# yundb-{service}\n\n## [Unreleased]\n\n{text}\n")?;
    }
    Ok(well)
}

/// The model of a service's client.
fn read(service: &str, folder: &Path) -> Result<Lowered, Diagnostics> {
    let (mut found, name) = (Diagnostics::new(), format!("yundb-{service}"));
    let model = lowered(folder, &name, &format!("specs/{service}"), &Choices::default(), &mut found);
    model.filter(|_| !found.has_errors()).ok_or(found)
}

impl State {
    fn of(given: &Path) -> anyhow::Result<Self> {
        if given.is_dir() {
            let folder = std::path::absolute(given)?;
            return Ok(if is_spec(&folder) { Self::Spec(folder) } else { Self::Specs(folder) });
        }
        let Some(revision) = given.to_str().filter(|text| !text.starts_with('-')) else {
            bail!("`{}` is neither a folder nor a Git revision", given.display());
        };
        let folder = tempfile::tempdir()?;
        let mut git = Command::new("git")
            .args(["archive", "--format=tar", revision, "specs"])
            .current_dir(workspace()?)
            .stdout(Stdio::piped())
            .spawn()
            .context("git")?;
        let archive = git.stdout.take().context("the output of git")?;
        let unpacked = Command::new("tar").arg("-x").current_dir(folder.path()).stdin(archive).status();
        ensure!(git.wait()?.success(), "`{revision}` is neither a folder nor a Git revision that has specs/");
        ensure!(unpacked.context("tar")?.success(), "tar could not unpack the specs of `{revision}`");
        Ok(Self::Revision(folder))
    }

    /// The folder of a service's spec.
    fn spec(&self, service: &str) -> PathBuf {
        match self {
            Self::Spec(folder) => folder.clone(),
            Self::Specs(folder) => folder.join(service),
            Self::Revision(folder) => folder.path().join("specs").join(service),
        }
    }

    /// The selected services, or else all of both states.
    fn services(selected: &[String], old: &Self, new: &Self) -> anyhow::Result<Vec<String>> {
        if let Some(folder) = [new, old].into_iter().find_map(Self::only) {
            return match selected {
                [] => Ok(vec![folder.file_name().unwrap_or_default().to_string_lossy().into_owned()]),
                [service] => Ok(vec![service.clone()]),
                _ => bail!("{} is the spec of one service: name only that", folder.display()),
            };
        }
        if !selected.is_empty() {
            return Ok(selected.to_vec());
        }
        let mut found = BTreeSet::new();
        for state in [old, new] {
            let folder = state.spec("");
            for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
                let entry = entry?;
                if is_spec(&entry.path()) {
                    found.insert(entry.file_name().to_string_lossy().into_owned());
                }
            }
        }
        Ok(found.into_iter().collect())
    }

    fn only(&self) -> Option<&Path> {
        match self {
            Self::Spec(folder) => Some(folder),
            _ => None,
        }
    }
}

fn is_spec(folder: &Path) -> bool {
    folder.join("openapi.yaml").is_file()
}
