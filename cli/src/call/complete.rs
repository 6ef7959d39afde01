//! Completions, which know the services, operations, inputs and values of documents.
//!
//! The shell runs `yundb` for each completion. The words so far select the document: its names become values and flags of
//! the command that completes them.

use std::ffi::OsString;
use std::io;

use anyhow::{Context as _, anyhow};
use clap::{Arg, ArgAction, Command};
use clap_complete::Shell;
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
use clap_complete::env::Shells;
use yundb_mock::Service;

use super::document::{Document, Entry};
use super::facts::text;
use super::rows;

/// The variable that makes `yundb` complete a command line.
pub(crate) const VARIABLE: &str = "COMPLETE";

/// Prints the script for a shell.
pub(crate) fn print(shell: Shell) -> anyhow::Result<bool> {
    let shells = Shells::builtins();
    let completer = shells.completer(&shell.to_string()).ok_or_else(|| anyhow!("{shell} has no completions"))?;
    let mut text = Vec::new();
    completer.write_registration(VARIABLE, "yundb", "yundb", "yundb", &mut text)?;
    io::Write::write_all(&mut io::stdout(), &text).context("the script")?;
    Ok(true)
}

/// The command, with what can be said after these words.
pub(crate) fn command(command: Command, words: &[OsString]) -> Command {
    let words: Vec<&str> = words.iter().filter_map(|word| word.to_str()).collect();
    let Some(at) = words.iter().position(|word| matches!(*word, "call" | "describe" | "mock")) else { return command };
    let name = words[at];
    // The flags that are known take values, which are no names.
    let mut names = Vec::new();
    let mut rest = words[at + 1..].iter();
    while let Some(word) = rest.next() {
        if word.starts_with('-') {
            let takes = command.find_subcommand(name).is_some_and(|it| super::words::takes_value(it, word));
            takes.then(|| rest.next());
        } else {
            names.push(*word);
        }
    }
    let services = || Service::names().map(CompletionCandidate::new).collect::<Vec<_>>();
    command.mut_subcommand(name, |command| {
        let target = if name == "mock" { "specs" } else { "target" };
        let command = command.mut_arg(target, |arg| arg.add(ArgValueCandidates::new(services)));
        let Some(document) = names.first().filter(|_| name != "mock").and_then(|it| Document::load(it).ok()) else {
            return command;
        };
        let about = |it: &Entry<'_>| (it.name(), it.text("summary").unwrap_or_default().to_owned());
        let operations: Vec<(String, String)> = document.operations().iter().map(about).collect();
        let operations = move || {
            let one =
                |(name, about): &(String, String)| CompletionCandidate::new(name).help(Some(about.clone().into()));
            operations.iter().map(one).collect::<Vec<_>>()
        };
        let command = command.mut_arg("operation", |arg| arg.add(ArgValueCandidates::new(operations)));
        match names.get(1).filter(|_| name == "call") {
            Some(operation) => with_inputs(command, &document, operation),
            None => command,
        }
    })
}

/// Adds a flag for each input of an operation.
fn with_inputs(command: Command, document: &Document, operation: &str) -> Command {
    let lowered = document.find(operation).and_then(|entry| document.lowered(&entry));
    let Ok(lowered) = lowered else { return command };
    let taken: Vec<String> = command.get_arguments().filter_map(Arg::get_long).map(str::to_owned).collect();
    let rows = rows::inputs(&lowered).into_iter().filter(|row| !row.name.is_empty() && !taken.contains(&row.name));
    rows.fold(command, |command, row| {
        let name = text(&row.name);
        let about = row.about.lines().next().unwrap_or_default().to_owned();
        let values = move || row.values.iter().map(CompletionCandidate::new).collect::<Vec<_>>();
        let flag = Arg::new(text(&format!("--{name}"))).long(name).help(about).action(ArgAction::Append);
        command.arg(flag.add(ArgValueCandidates::new(values)))
    })
}
