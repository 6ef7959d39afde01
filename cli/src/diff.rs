//! `yundb diff`: what changes for the users of a client when its document changes.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::json;
use yundb_generator::diff::{Change, Level, changelog, diff};
use yundb_generator::{Diagnostics, Failure, Lowered, lowered};

use crate::choose::Choose;
use crate::print::{self, counted, failed, print_json};
use crate::progress;

#[derive(Args)]
pub(crate) struct Diff {
    /// The document before: a file, or a folder with an openapi.yaml.
    old: PathBuf,
    /// The document after.
    new: PathBuf,
    #[command(flatten)]
    choose: Choose,
    /// Exit with 1 if there are changes of this level or above.
    #[arg(long, value_enum, value_name = "LEVEL")]
    fail_on: Option<FailOn>,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum FailOn {
    /// Only changes after which programs may not compile, or calls may be rejected.
    Breaking,
    /// Additions, too.
    Additive,
    /// Changes of descriptions, too.
    Docs,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Each change with its places and what callers have to do.
    Human,
    /// The same as JSON.
    Json,
    /// Entries of a CHANGELOG, as Markdown.
    Changelog,
}

impl Diff {
    /// Returns whether there are no changes of the level to fail on.
    pub fn run(&self) -> anyhow::Result<bool> {
        let (old, new) = (self.read(&self.old), self.read(&self.new));
        let (old, new) = match (old, new) {
            (Ok(old), Ok(new)) => (old, new),
            (Err(found), _) => return failed(&self.old, Failure::Document(found)),
            (_, Err(found)) => return failed(&self.new, Failure::Document(found)),
        };
        let changes = diff(&old, &new);
        match self.format {
            Format::Json => print_json(&changes.iter().map(to_json).collect())?,
            Format::Human => print(&changes)?,
            Format::Changelog => io::stdout().write_all(changelog(&changes).as_bytes())?,
        }
        let least = self.fail_on.map(|level| match level {
            FailOn::Breaking => Level::Breaking,
            FailOn::Additive => Level::Additive,
            FailOn::Docs => Level::Docs,
        });
        Ok(!least.is_some_and(|least| changes.iter().any(|change| change.level >= least)))
    }

    /// The model of a document's client. Warnings are left to `yundb check`.
    fn read(&self, spec: &Path) -> Result<Lowered, Diagnostics> {
        let settings = self.choose.settings(spec)?;
        let mut found = Diagnostics::new();
        let lowered = progress::shown(spec, || lowered(spec, "client", "client", &settings.choices, &mut found));
        lowered.filter(|_| !found.has_errors()).ok_or(found)
    }
}

fn to_json(change: &Change) -> serde_json::Value {
    json!({
        "level": change.level.name(),
        "code": change.code,
        "item": change.item,
        "message": change.message,
        "action": change.action,
        "old": print::place(&change.old),
        "new": print::place(&change.new),
    })
}

fn print(changes: &[Change]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    let coloured = stdout.is_terminal() && std::env::var_os("NO_COLOR").is_none();
    for change in changes {
        let Change { level, code, item, message, action, old, new } = change;
        let name = level.name();
        let title = match (coloured, level) {
            (true, Level::Breaking) => format!("\x1b[1;31m{name}\x1b[0m"),
            (true, Level::Additive) => format!("\x1b[1;32m{name}\x1b[0m"),
            _ => name.to_owned(),
        };
        writeln!(stdout, "{title}[{code}]: {item}: {message}")?;
        writeln!(stdout, "  old: {old}\n  new: {new}")?;
        if let Some(action) = action {
            writeln!(stdout, "  callers: {action}")?;
        }
    }
    let count = |level: Level| changes.iter().filter(|change| change.level == level).count();
    let total = counted(changes.len(), "change");
    let (breaking, additive, docs) = (count(Level::Breaking), count(Level::Additive), count(Level::Docs));
    writeln!(stdout, "{total}: {breaking} breaking, {additive} additive, {docs} of descriptions only")
}
