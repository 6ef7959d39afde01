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
            (true, true) => match (read_old(&service, &before), read(&service, &after)) {
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
    let (model, found) = model(service, folder, &Choices::default());
    model.filter(|_| !found.has_errors()).ok_or(found)
}

/// The same of an earlier state, which was valid by the checks of its time: what they reject today is left out.
fn read_old(service: &str, folder: &Path) -> Result<Lowered, Diagnostics> {
    read(service, folder).or_else(|_| {
        let (model, found) = model(service, folder, &Choices { lenient: true, ..Choices::default() });
        model.ok_or(found)
    })
}

fn model(service: &str, folder: &Path, choices: &Choices) -> (Option<Lowered>, Diagnostics) {
    let (mut found, name) = (Diagnostics::new(), format!("yundb-{service}"));
    let model = lowered(folder, &name, &format!("specs/{service}"), choices, &mut found);
    (model, found)
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
        Self::of_revision(revision, &workspace()?)
    }

    /// The specs of a revision of the repository that a folder is in.
    fn of_revision(revision: &str, repository: &Path) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut git = Command::new("git")
            .args(["archive", "--format=tar", revision, "specs"])
            .current_dir(repository)
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

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: &str = "openapi: 3.0.3
info: {title: Shop, version: '1', description: Sells books.}
servers: [{url: 'https://shop.example.com'}]
x-protocol: huawei-rest
x-doc: {document: shop.md, title: Shop, edition: '1'}
tags: [{name: orders, description: Orders.}]
paths:
  /v1/orders/{order_id}:
    get:
      operationId: showOrder
      summary: Show an order
      tags: [orders]
      x-doc: {section: '2.1', title: Show}
      parameters:
        - {name: order_id, in: path, required: true, description: The order., schema: {type: string}}
      responses:
        '200':
          description: The order.
          content:
            application/json:
              schema: {type: object, properties: {id: {type: string, description: Its id.}}}
";

    fn git(folder: &Path, arguments: &[&str]) {
        let named = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
        let status = Command::new("git").args(named).args(arguments).current_dir(folder).status();
        assert!(status.is_ok_and(|status| status.success()), "git {arguments:?}");
    }

    fn entries(old: &Path, new: &Path) -> String {
        let read = |result: Result<Lowered, Diagnostics>| match result {
            Ok(model) => model,
            Err(found) => panic!("{found}"),
        };
        changelog(&diff(&read(read_old("shop", old)), &read(super::read("shop", new))))
    }

    #[test]
    fn a_revision_is_a_state() -> anyhow::Result<()> {
        let repository = tempfile::tempdir()?;
        let spec = repository.path().join("specs/shop");
        fs::create_dir_all(&spec)?;
        fs::write(spec.join("openapi.yaml"), SPEC)?;
        git(repository.path(), &["init", "--quiet"]);
        git(repository.path(), &["add", "."]);
        git(repository.path(), &["commit", "--quiet", "--message", "Shop"]);
        fs::write(
            spec.join("openapi.yaml"),
            SPEC.replace("{id: {type", "{state: {type: string, description: Its state.}, id: {type"),
        )?;

        let old = State::of_revision("HEAD", repository.path())?;
        let new = State::of(&repository.path().join("specs"))?;
        assert_eq!(State::services(&[], &old, &new)?, ["shop"]);
        let text = entries(&old.spec("shop"), &new.spec("shop"));
        assert!(text.starts_with("### Added") && text.contains("state"), "{text}");
        assert!(entries(&old.spec("shop"), &old.spec("shop")).is_empty());
        assert!(State::of_revision("no-such-revision", repository.path()).is_err());
        Ok(())
    }

    /// A check that is newer than the earlier state rejects that state, and does not keep it from being compared.
    #[test]
    fn an_earlier_state_may_be_invalid_today() -> anyhow::Result<()> {
        let folders = tempfile::tempdir()?;
        let (old, new) = (folders.path().join("old"), folders.path().join("new"));
        for (folder, text) in
            [(&old, SPEC.replace("type: string, description: Its id.", "type: text")), (&new, SPEC.to_owned())]
        {
            fs::create_dir_all(folder)?;
            fs::write(folder.join("openapi.yaml"), text)?;
        }
        assert!(read("shop", &old).is_err());
        let text = entries(&old, &new);
        assert!(text.contains("id") && !text.contains("show_order`"), "{text}");
        Ok(())
    }
}
