//! Completions, which know the services, operations, inputs and values of documents.
//!
//! The shell runs `yundb` for each completion. The words so far select the document: its names become values and flags of
//! the command that completes them.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::io::{self, Write as _};
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use clap::{Arg, ArgAction, Command};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate, PathCompleter, ValueCompleter as _};
use clap_complete::env::{Elvish, Fish, Powershell, Shells, Zsh};
use clap_complete::{CompleteEnv, Shell};
use yundb_mock::Service;

use super::bash::Bash;
use super::document::{Document, normal};
use super::facts::text;
use super::rows::{self, Row};

/// The variable that makes `yundb` complete a command line.
pub(crate) const VARIABLE: &str = "COMPLETE";

const SHELLS: Shells<'static> = Shells(&[&Bash, &Elvish, &Fish, &Powershell, &Zsh]);

/// Prints the script for a shell.
pub(crate) fn print(shell: Shell) -> anyhow::Result<bool> {
    let completer = SHELLS.completer(&shell.to_string()).ok_or_else(|| anyhow!("{shell} has no completions"))?;
    let mut text = Vec::new();
    completer.write_registration(VARIABLE, "yundb", "yundb", "yundb", &mut text)?;
    io::stdout().write_all(&text).context("the script")?;
    Ok(true)
}

/// Completes the command line, if a shell runs the tool for that. These are the arguments of the process.
pub(crate) fn complete(tool: fn() -> Command, arguments: &[OsString]) {
    if std::env::var_os(VARIABLE).is_none() {
        return;
    }
    let line = Bash::line();
    let words = line.map_or_else(|| arguments.to_vec(), |line| line.into_iter().map(OsString::from).collect());
    CompleteEnv::with_factory(|| command(tool(), &words)).var(VARIABLE).shells(SHELLS).complete();
}

/// The command, with what can be said after these words.
fn command(command: Command, words: &[OsString]) -> Command {
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
    let targets = |current: &OsStr| {
        let text = current.to_string_lossy();
        let services = Service::names().filter(|name| name.starts_with(&*text)).map(CompletionCandidate::new);
        let services: Vec<_> = services.collect();
        if services.is_empty() { PathCompleter::any().complete(current) } else { services }
    };
    command.mut_subcommand(name, |mut command| {
        let target = if name == "mock" { "specs" } else { "target" };
        command = command.mut_arg(target, |arg| arg.add(ArgValueCompleter::new(targets)));
        if name == "call" {
            for secret in ["body", "access_key", "token"] {
                command = command.mut_arg(secret, |arg| arg.add(of_values(Arc::default())));
            }
        }
        let Some(document) = names.first().filter(|_| name != "mock").and_then(|it| Document::load(it).ok()) else {
            return command;
        };
        let command = command.mut_arg("operation", |arg| arg.add(operations(&document)));
        match names.get(1).filter(|_| name == "call") {
            Some(operation) => with_inputs(command, &document, operation),
            None => command,
        }
    })
}

/// The names of operations: the client's methods, else the document's and the vendor's.
fn operations(document: &Document) -> ArgValueCompleter {
    let names = |it: &super::document::Entry<'_>| {
        let others = it.names().map(str::to_owned).collect::<indexmap::IndexSet<_>>().into_iter().collect::<Vec<_>>();
        (it.name(), others, it.text("summary").unwrap_or_default().to_owned())
    };
    let all: Vec<(String, Vec<String>, String)> = document.operations().iter().map(names).collect();
    ArgValueCompleter::new(move |current: &OsStr| {
        let current = current.to_string_lossy();
        let one = |name: &str, about: &str| CompletionCandidate::new(name).help(Some(about.to_owned().into()));
        let own: Vec<_> = all
            .iter()
            .filter(|(name, ..)| name.starts_with(&*current))
            .map(|(name, _, about)| one(name, about))
            .collect();
        if !own.is_empty() {
            return own;
        }
        let others = all.iter().flat_map(|(_, others, about)| others.iter().map(move |name| (name, about)));
        others.filter(|(name, _)| name.starts_with(&*current)).map(|(name, about)| one(name, about)).collect()
    })
}

/// The listed values that begin with a text, or the files after an `@`.
fn values(listed: &[String], current: &str) -> Vec<CompletionCandidate> {
    match current.strip_prefix('@') {
        Some(path) if !path.starts_with('@') => {
            PathCompleter::any().complete(OsStr::new(path)).into_iter().map(|it| it.add_prefix("@")).collect()
        }
        _ => listed.iter().filter(|value| value.starts_with(current)).map(CompletionCandidate::new).collect(),
    }
}

fn of_values(listed: Arc<Vec<String>>) -> ArgValueCompleter {
    ArgValueCompleter::new(move |current: &OsStr| values(&listed, &current.to_string_lossy()))
}

/// Adds the inputs of an operation: as flags, and as `name=value`.
fn with_inputs(command: Command, document: &Document, operation: &str) -> Command {
    let lowered = document.find(operation).and_then(|entry| document.lowered(&entry));
    let Ok(lowered) = lowered else { return command };
    let taken: Vec<String> = command.get_arguments().filter_map(Arg::get_long).map(str::to_owned).collect();
    let mut seen = HashSet::new();
    let is_new = |row: &Row| !row.name.is_empty() && seen.insert(row.name.clone());
    let rows: Vec<Row> = rows::inputs(&lowered).into_iter().filter(is_new).collect();
    let flags = rows.iter().filter(|row| !taken.contains(&row.name)).fold(command, |command, row| {
        let name = text(&row.name);
        let about = row.about.lines().next().unwrap_or_default().to_owned();
        let flag = Arg::new(text(&format!("--{name}"))).long(name).help(about).action(ArgAction::Append);
        command.arg(flag.add(of_values(Arc::new(row.values.clone()))))
    });
    let inputs: Vec<(String, Vec<String>)> = rows.into_iter().map(|row| (row.name, row.values)).collect();
    let words = move |current: &OsStr| match &*current.to_string_lossy() {
        flag if flag.is_empty() || flag.starts_with('-') => Vec::new(),
        body if body.starts_with('@') => values(&[], body),
        input => match input.split_once('=') {
            Some((name, value)) => {
                let found = inputs.iter().find(|(known, _)| normal(known) == normal(name));
                let listed = found.map(|(_, values)| values.as_slice()).unwrap_or_default();
                values(listed, value).into_iter().map(|it| it.add_prefix(format!("{name}="))).collect()
            }
            None => {
                let names = inputs.iter().filter(|(name, _)| name.starts_with(input));
                names.map(|(name, _)| CompletionCandidate::new(format!("{name}="))).collect()
            }
        },
    };
    flags.mut_arg("inputs", |arg| arg.add(ArgValueCompleter::new(words)))
}
