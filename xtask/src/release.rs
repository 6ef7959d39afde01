//! `cargo xtask release`: prepares a release of all crates, in step. It never publishes: it ends with the commands that
//! do.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, bail, ensure};
use clap::Args;
use jiff::Timestamp;
use semver::Version;
use similar::TextDiff;

use super::packages::{self, CHANGELOG, Package, cargo, pack};
use super::workspace;

#[derive(Args)]
pub struct Arguments {
    /// The new version, such as 0.2.0.
    version: Version,
    /// Change nothing; show the differences, and run the checks on the files as they are.
    #[arg(long)]
    dry_run: bool,
}

/// Returns whether all checks passed.
pub fn run(Arguments { version, dry_run }: &Arguments) -> anyhow::Result<bool> {
    let root = workspace()?;
    let changed = git(&root, &["status", "--porcelain"])?;
    if !changed.is_empty() {
        ensure!(*dry_run, "there are changes that are not committed:\n{changed}");
        say("there are changes that are not committed; a release would end here")?;
    }
    let published = packages::published()?;
    let old = in_step(&published)?;
    let tags = git(&root, &["tag", "--list", "v*"])?;
    let taken = tags.lines().any(|tag| tag == format!("v{version}"));
    ensure!(!taken, "there is a tag v{version} already: a version is released once");
    ensure!(*version >= old, "the version is {old} already, and {version} is older");

    let edits = edits(&root, &published, &old, version, &Timestamp::now().strftime("%Y-%m-%d").to_string())?;
    for edit in &edits {
        if *dry_run {
            let name = edit.path.strip_prefix(&root).unwrap_or(&edit.path).display().to_string();
            let diff = TextDiff::from_lines(&edit.before, &edit.after);
            write!(io::stdout(), "{}", diff.unified_diff().header(&name, &name))?;
        } else {
            fs::write(&edit.path, &edit.after).with_context(|| edit.path.display().to_string())?;
        }
    }
    if !dry_run {
        // The lock has the versions of the workspace's crates.
        let well = cargo().args(["update", "--workspace", "--offline"]).current_dir(&root).status()?.success();
        ensure!(well, "cargo update failed");
        ensure!(in_step(&packages::published()?)? == *version, "not every crate has the version {version}");
    }

    let checks = [
        same_api(&root, &published, &old, version, &tags)?,
        oldest_rust(&root, &published)?,
        dependencies(&root)?,
        pack(&published, true)?,
    ];
    if checks.contains(&false) {
        say("a check failed. `git checkout .` undoes the changes of files")?;
        return Ok(false);
    }
    say(&commands(&published, version))?;
    Ok(true)
}

fn say(text: &str) -> io::Result<()> {
    writeln!(io::stdout(), "{text}")
}

fn git(root: &Path, arguments: &[&str]) -> anyhow::Result<String> {
    let output = Command::new("git").args(arguments).current_dir(root).output().context("git")?;
    ensure!(output.status.success(), "git {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    Ok(String::from_utf8(output.stdout)?.trim_end().to_owned())
}

/// Whether a tool runs.
fn installed(command: &mut Command) -> bool {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|it| it.success())
}

/// The version of all crates.
fn in_step(published: &[Package]) -> anyhow::Result<Version> {
    let Some(first) = published.first() else { bail!("no crate of this workspace is published") };
    if let Some(other) = published.iter().find(|package| package.version != first.version) {
        let (name, version) = (&other.name, &other.version);
        bail!("{name} has the version {version}, and {} has {}", first.name, first.version);
    }
    Ok(Version::parse(&first.version)?)
}

/// A file of the release.
struct Edit {
    path: PathBuf,
    before: String,
    after: String,
}

fn edits(root: &Path, published: &[Package], old: &Version, new: &Version, date: &str) -> anyhow::Result<Vec<Edit>> {
    let read = |path: &Path| fs::read_to_string(path).with_context(|| path.display().to_string());
    let manifest = root.join("Cargo.toml");
    let before = read(&manifest)?;
    let mut edits = vec![Edit { after: bumped(&before, old, new), before, path: manifest }];
    for package in published {
        let path = package.folder().join(CHANGELOG);
        let before = read(&path)?;
        let after =
            released(&before, new, date).with_context(|| format!("`{}` has no line `{UNRELEASED}`", path.display()))?;
        edits.push(Edit { path, before, after });
    }
    edits.retain(|edit| edit.before != edit.after);
    Ok(edits)
}

/// The workspace's manifest with another version: of the workspace, and of its crates as dependencies.
fn bumped(manifest: &str, old: &Version, new: &Version) -> String {
    let (old, new) = (format!("version = \"{old}\""), format!("version = \"{new}\""));
    let line = |line: &str| match line.starts_with("version = ") || line.starts_with("yundb-") {
        true => line.replace(&old, &new),
        false => line.to_owned(),
    };
    manifest.split_inclusive('\n').map(line).collect()
}

const UNRELEASED: &str = "## [Unreleased]";

/// A changelog whose unreleased changes are those of a version; None if it has no section for them.
fn released(changelog: &str, version: &Version, date: &str) -> Option<String> {
    let (before, rest) = changelog.split_once(&format!("{UNRELEASED}\n"))?;
    let end = rest.find("\n## ").map_or(rest.len(), |end| end + 1);
    let (changes, older) = rest.split_at(end);
    let changes = match changes.trim() {
        "" => "No changes.",
        changes => changes,
    };
    let older = if older.is_empty() { String::new() } else { format!("\n{older}") };
    Some(format!("{before}{UNRELEASED}\n\n## [{version}] - {date}\n\n{changes}\n{older}"))
}

/// What a version may change, in the terms of `cargo semver-checks`.
fn kind(old: &Version, new: &Version) -> &'static str {
    let parts = |version: &Version| [version.major, version.minor, version.patch];
    let (old, new) = (parts(old), parts(new));
    // Before 1.0.0, the first part that is not zero is the major one.
    let major = old.iter().position(|part| *part > 0).unwrap_or(2);
    match (0..3).find(|index| old[*index] != new[*index]) {
        Some(changed) if changed <= major => "major",
        Some(changed) if changed == major + 1 => "minor",
        _ => "patch",
    }
}

/// Compares the API with the last release's. The baseline is its tag: that needs no registry.
fn same_api(root: &Path, published: &[Package], old: &Version, new: &Version, tags: &str) -> anyhow::Result<bool> {
    let tag = format!("v{old}");
    if !tags.lines().any(|known| known == tag) {
        say(&format!("API: there is no tag {tag}, so nothing to compare with"))?;
        return Ok(true);
    }
    if !installed(cargo().args(["semver-checks", "--version"])) {
        say(&format!(
            "API: not compared with {tag}, as cargo-semver-checks is not installed (cargo install cargo-semver-checks)"
        ))?;
        return Ok(true);
    }
    let mut command = cargo();
    command.args(["semver-checks", "--baseline-rev", &tag, "--release-type", kind(old, new)]).current_dir(root);
    command.args(published.iter().flat_map(|package| ["--package", &package.name]));
    Ok(command.status()?.success())
}

/// Builds with the oldest version of Rust that the crates claim to support.
fn oldest_rust(root: &Path, published: &[Package]) -> anyhow::Result<bool> {
    let Some(oldest) = published.iter().find_map(|package| package.rust_version.as_deref()) else { return Ok(true) };
    let list = Command::new("rustup").args(["toolchain", "list"]).output().ok();
    let list = list.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let is_it =
        |name: &&str| name.strip_prefix(oldest).is_some_and(|rest| rest.starts_with(['.', '-']) || rest.is_empty());
    let Some(toolchain) = list.split_whitespace().find(is_it) else {
        say(&format!("Rust {oldest}: not built with it, as it is not installed (rustup toolchain install {oldest})"))?;
        return Ok(true);
    };
    let mut command = Command::new("rustup");
    command.args(["run", toolchain, "cargo", "check", "--quiet", "--locked", "--all-features", "--target-dir"]);
    command.arg(format!("target/rust-{oldest}")).current_dir(root);
    command.args(published.iter().flat_map(|package| ["--package", &package.name]));
    let well = command.status()?.success();
    if well {
        say(&format!("Rust {oldest}: all crates build"))?;
    }
    Ok(well)
}

/// Licenses, sources and known vulnerabilities of dependencies.
fn dependencies(root: &Path) -> anyhow::Result<bool> {
    if !installed(cargo().args(["deny", "--version"])) {
        say("dependencies: not checked, as cargo-deny is not installed (cargo install cargo-deny)")?;
        return Ok(true);
    }
    Ok(cargo().args(["deny", "check"]).current_dir(root).status()?.success())
}

/// The commands that remain, for a person.
fn commands(published: &[Package], version: &Version) -> String {
    let mut text = format!(
        "\nReady. To publish {version}:\n\n\
         git commit --all --message 'Release {version}'\n\
         git tag v{version}\n\
         git push origin HEAD v{version}\n"
    );
    for package in published {
        text += &format!("cargo publish --package {}\n", package.name);
    }
    text + "\nThe order matters: each crate comes after those that it depends on. `cargo publish --workspace` does the same."
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap_or_else(|_| Version::new(0, 0, 0))
    }

    #[test]
    fn only_versions_of_this_workspace_are_bumped() {
        let manifest = "[workspace.package]\nversion = \"0.1.0\"\n\n[workspace.dependencies]\n\
                        yundb-a = { path = \"a\", version = \"0.1.0\" }\nother = { version = \"0.1.0\" }\n";
        let expected = "[workspace.package]\nversion = \"0.2.0\"\n\n[workspace.dependencies]\n\
                        yundb-a = { path = \"a\", version = \"0.2.0\" }\nother = { version = \"0.1.0\" }\n";
        assert_eq!(bumped(manifest, &version("0.1.0"), &version("0.2.0")), expected);
    }

    #[test]
    fn unreleased_changes_become_those_of_the_version() {
        let released = |text: &str| released(text, &version("0.2.0"), "2026-11-26").unwrap_or_default();
        let first = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- The crate.\n";
        let expected = "# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2026-11-26\n\n### Added\n\n- The crate.\n";
        assert_eq!(released(first), expected);
        let again = "# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2026-11-26\n\nNo changes.\n\n## [0.2.0] - 2026-11-26\n\n\
                     ### Added\n\n- The crate.\n";
        assert_eq!(released(expected), again);
        assert_eq!(released("# Changelog\n"), "");
    }

    #[test]
    fn the_kind_of_a_release() {
        let table = [
            ("0.1.0", "0.1.1", "minor"),
            ("0.1.0", "0.2.0", "major"),
            ("0.0.1", "0.0.2", "major"),
            ("0.1.0", "1.0.0", "major"),
            ("1.2.3", "1.2.4", "patch"),
            ("1.2.3", "1.3.0", "minor"),
            ("1.2.3", "2.0.0", "major"),
            ("0.1.0", "0.1.0", "patch"),
        ];
        for (old, new, expected) in table {
            assert_eq!(kind(&version(old), &version(new)), expected, "{old} -> {new}");
        }
    }

    #[test]
    fn crates_of_different_versions_are_an_error() {
        let package = |version: &str| Package { version: version.to_owned(), ..Package::default() };
        assert!(in_step(&[package("0.1.0"), package("0.1.0")]).is_ok_and(|it| it == version("0.1.0")));
        assert!(in_step(&[package("0.1.0"), package("0.2.0")]).is_err());
        assert!(in_step(&[]).is_err());
    }
}
