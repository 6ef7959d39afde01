//! `yundb call`: calls an operation by its name, through the same runtime as a typed client.

mod bash;
mod client;
pub(crate) mod complete;
pub(crate) mod describe;
mod document;
mod facts;
mod failure;
mod inputs;
mod output;
mod rows;
mod secrets;
mod send;
mod source;
mod tree;
mod words;

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use jmespath::Expression;
use yundb_generator::lower::model::Protocol;

use client::Connection;
use document::{Document, Entry, Unusable};
use output::Format;
pub(crate) use words::rewritten;

/// Arguments of `yundb call`.
#[derive(Args)]
pub(crate) struct Call {
    /// A service of this repository, or a document: a file, or a folder with an openapi.yaml.
    #[arg(index = 1, value_name = "SERVICE|SPEC")]
    pub target: String,
    /// The operation: its name in the client, the document or the vendor's documents, or its method and path.
    #[arg(index = 2)]
    pub operation: String,
    /// Inputs: `--name value` or `name=value`, `--body.field value` for a field of an object, and `--list.0` for an
    /// element of a list. A value `@file` is read from a file. `@file` alone is the whole body, `-` the standard input.
    #[arg(index = 3, value_name = "INPUT")]
    pub inputs: Vec<String>,
    /// The whole body: JSON, `@file`, or `-` for the standard input. Inputs override its fields.
    #[arg(long, value_name = "BODY")]
    pub body: Option<String>,
    /// The form of the output.
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value_t)]
    output: Format,
    /// Select a part of the response, in JMESPath.
    #[arg(long, value_name = "EXPRESSION", value_parser = output::query)]
    query: Option<Expression<'static>>,
    /// Request all pages of a listing, and print their items as one list.
    #[arg(long)]
    all: bool,
    /// Wait for the job that the call starts. The exit code states how it ends.
    #[arg(long, conflicts_with = "all")]
    wait: bool,
    /// Instead of sending the call, wait for the job that an earlier one has started.
    #[arg(long, value_name = "JOB", conflicts_with_all = ["all", "wait", "dry_run"])]
    resume: Option<String>,
    /// Print the signed request, without secrets, instead of sending it.
    #[arg(long, conflicts_with_all = ["all", "wait"])]
    dry_run: bool,
    /// Skip the check of the inputs against the document, which may be wrong.
    #[arg(long)]
    unchecked: bool,
    /// Skip the confirmation of a call that may be irreversible.
    #[arg(long, short)]
    yes: bool,
    /// Print each attempt to the standard error.
    #[arg(long, short)]
    verbose: bool,
    // Last, as its heading applies to all flags after it.
    #[command(flatten)]
    connection: Connection,
}

/// The exit code for wrong arguments.
const USAGE: u8 = 2;

impl Call {
    /// Runs the command.
    pub fn run(&self) -> ExitCode {
        match self.prepared() {
            Ok(code) => code,
            Err(error) if crate::is_closed(&error) => ExitCode::SUCCESS,
            Err(error) => {
                Unusable::report(&error);
                ExitCode::from(USAGE)
            }
        }
    }

    /// Calls the operation. An error is one of the arguments: nothing was sent.
    fn prepared(&self) -> anyhow::Result<ExitCode> {
        let document = Document::load(&self.target)?;
        let entry = document.find(&self.operation)?;
        let mut lowered = document.lowered(&entry)?;
        // Failures name the operation as it was typed, unless the service needs its own name.
        if lowered.operation.template.contains("#Action=") || lowered.service.protocol != Protocol::AliyunRpc {
            lowered.operation.name.clone_from(&self.operation);
        }
        let inputs = inputs::read(&lowered, &self.inputs, self.body.as_deref())?;
        let sends = !self.dry_run && self.resume.is_none();
        if sends && entry.is_destructive() && !self.yes && !confirmed(&entry)? {
            crate::print::complain!("error: nothing was sent");
            return Ok(ExitCode::from(USAGE));
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(self.send(&document, &lowered, inputs))
    }
}

/// Asks on a terminal. Without one, only `--yes` confirms.
fn confirmed(entry: &Entry<'_>) -> anyhow::Result<bool> {
    let name = entry.name();
    let question = format!("{name} ({}) may be irreversible", entry.address());
    if !io::stdin().is_terminal() {
        anyhow::bail!("{question}: confirm it with --yes");
    }
    write!(io::stderr(), "{question}. Continue? [y/N] ")?;
    io::stderr().flush()?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).context("cannot read the standard input")?;
    Ok(matches!(line.trim().to_lowercase().as_str(), "y" | "yes"))
}
