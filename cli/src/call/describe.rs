//! `yundb describe`: what a document says about its operations, in the terminal.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use textwrap::{Options, WordSplitter};
use yundb_generator::lower::model::Sample;
use yundb_mock::Service;

use super::USAGE;
use super::document::{Document, Entry, Lowered, Unusable};
use super::rows::{self, Row, plain, plain_text};
use super::words;
use crate::print::printable;

/// Arguments of `yundb describe`.
#[derive(Args)]
pub(crate) struct Describe {
    /// A service of this repository, or a document. Without it, the services are listed.
    #[arg(index = 1, value_name = "SERVICE|SPEC")]
    pub target: Option<String>,
    /// An operation, by any of its names. Without it, the operations are listed.
    #[arg(index = 2)]
    pub operation: Option<String>,
    /// The form of the output.
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value_t)]
    pub output: Form,
}

/// The form of a description.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// Text, as wide as the terminal.
    #[default]
    Text,
    /// JSON.
    Json,
}

/// The most lines of a sample in a text.
const LONGEST_SAMPLE: usize = 40;

impl Describe {
    /// Runs the command.
    pub fn run(&self) -> ExitCode {
        match self.described().and_then(|text| Ok(crate::print::write_out(text.as_bytes())?)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) if crate::is_closed(&error) => ExitCode::SUCCESS,
            Err(error) => {
                Unusable::report(&error);
                ExitCode::from(USAGE)
            }
        }
    }

    fn described(&self) -> anyhow::Result<String> {
        let is_json = self.output == Form::Json;
        let Some(target) = &self.target else { return services(is_json) };
        let document = Document::load(target)?;
        match &self.operation {
            None if is_json => Ok(written(&operations(&document))),
            None => Ok(printable(&list(&document))),
            Some(name) => {
                let entry = document.find(name)?;
                let lowered = document.lowered(&entry)?;
                let facts = facts(&document, &entry, &lowered);
                Ok(if is_json { written(&facts) } else { printable(&text(target, &entry, &lowered, &facts)) })
            }
        }
    }
}

fn written(value: &Value) -> String {
    format!("{value:#}\n")
}

fn width() -> usize {
    console::Term::stdout().size_checked().map_or(100, |(_, columns)| usize::from(columns)).clamp(40, 120)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text as lines of the terminal, the first and the others with their indentation.
fn wrapped(text: &str, first: &str, others: &str) -> String {
    let options = Options::new(width().max(others.len() + 30)).initial_indent(first).subsequent_indent(others);
    textwrap::fill(&one_line(text), options.word_splitter(WordSplitter::NoHyphenation)) + "\n"
}

fn services(is_json: bool) -> anyhow::Result<String> {
    let mut all = Vec::new();
    for name in Service::names() {
        let document = Document::load(name)?;
        let text =
            |pointer: &str| document.root.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        all.push((name, text("/info/title"), text("/info/version"), document.operations().len()));
    }
    if is_json {
        let one = |(name, title, version, count): &(&str, String, String, usize)| json!({"name": name, "title": title, "version": version, "operations": count});
        return Ok(written(&all.iter().map(one).collect()));
    }
    let width = all.iter().map(|(name, ..)| name.len()).max().unwrap_or_default();
    let line = |(name, title, version, count): &(&str, String, String, usize)| {
        format!("{name:width$}  {title}, {version}: {}\n", crate::print::counted(*count, "operation"))
    };
    Ok(all.iter().map(line).collect())
}

fn summary(entry: &Entry<'_>) -> String {
    let text = entry.text("summary").or(entry.text("description")).unwrap_or_default();
    plain_text(text.lines().next().unwrap_or_default())
}

fn operations(document: &Document) -> Value {
    let one = |entry: &Entry<'_>| {
        json!({
            "name": entry.name(),
            "id": entry.text("operationId"),
            "address": entry.address(),
            "tag": entry.tag(),
            "summary": summary(entry),
            "deprecated": entry.node.get("deprecated") == Some(&Value::Bool(true)),
        })
    };
    document.operations().iter().map(one).collect()
}

/// The operations by tag.
fn list(document: &Document) -> String {
    let all = document.operations();
    let tags = document.tags(&all);
    let column = all.iter().map(|entry| entry.name().len()).max().unwrap_or_default();
    let mut out = String::new();
    for tag in tags {
        let of_tag: Vec<_> = all.iter().filter(|entry| entry.tag() == tag).collect();
        if of_tag.is_empty() {
            continue;
        }
        // A document without tags needs no headings.
        if of_tag.len() < all.len() || tag.is_some() {
            let heading = tag.unwrap_or("Other operations");
            _ = writeln!(out, "{}{heading}", if out.is_empty() { "" } else { "\n" });
        }
        for entry in of_tag {
            let first = format!("  {:column$}  ", entry.name());
            let note = if entry.node.get("deprecated") == Some(&Value::Bool(true)) { " (deprecated)" } else { "" };
            out.push_str(&wrapped(&format!("{}{note}", summary(entry)), &first, &" ".repeat(column + 4)));
        }
    }
    out
}

/// What the document says about an operation.
fn facts(document: &Document, entry: &Entry<'_>, lowered: &Lowered) -> Value {
    let row = |row: Row| {
        let mut out = json!({"name": row.name, "in": row.place, "type": row.ty, "required": row.required});
        if !row.values.is_empty() {
            out["values"] = json!(row.values);
        }
        if row.is_secret {
            out["secret"] = json!(true);
        }
        out["description"] = json!(one_line(&row.about));
        out
    };
    let samples = |all: &[Sample]| -> Vec<Value> { all.iter().map(|sample| sample.value.clone()).collect() };
    let operation = &lowered.operation;
    let permission = match entry.node.get("x-permission") {
        Some(Value::Array(all)) => Value::Array(all.clone()),
        Some(one) => json!([one]),
        None => json!([]),
    };
    let job = operation.job.as_ref().and_then(|start| {
        let kind = lowered.service.jobs.get(start.kind)?;
        Some(json!({"id": start.id, "states": {
            "running": kind.running, "succeeded": kind.succeeded, "failed": kind.failed,
        }}))
    });
    json!({
        "service": document.name,
        "name": entry.name(),
        "id": entry.text("operationId"),
        "address": entry.address(),
        "summary": summary(entry),
        "description": entry.text("description").map(|text| one_line(&plain_text(text))),
        "deprecated": operation.deprecated,
        "destructive": entry.is_destructive(),
        "permissions": permission,
        "pages": operation.paging.is_some(),
        "job": job,
        "inputs": rows::inputs(lowered).into_iter().map(row).collect::<Vec<_>>(),
        "response": rows::outputs(lowered).into_iter().map(row).collect::<Vec<_>>(),
        "responses": responses(document, entry),
        "samples": {"requests": samples(&operation.requests), "responses": samples(&operation.responses)},
    })
}

/// The responses by status, each with its description.
fn responses(document: &Document, entry: &Entry<'_>) -> Value {
    let resolved = |response: &Value| {
        let target = response.get("$ref").and_then(Value::as_str).and_then(|at| at.strip_prefix('#'));
        let found = target.map_or(Some(response), |at| document.root.pointer(at));
        found.and_then(|it| it.get("description")?.as_str()).map(plain_text).unwrap_or_default()
    };
    let all = entry.node.get("responses").and_then(Value::as_object).into_iter().flatten();
    all.map(|(status, response)| (status.clone(), json!(resolved(response)))).collect::<serde_json::Map<_, _>>().into()
}

fn text(target: &str, entry: &Entry<'_>, lowered: &Lowered, facts: &Value) -> String {
    let operation = &lowered.operation;
    let mut out = format!("{} {}\n{}\n", target, entry.name(), entry.address());
    let mut shown: Vec<String> = Vec::new();
    let mut paragraphs = |docs: &str| {
        for paragraph in docs.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty()) {
            // Many documents repeat the summary as the description.
            let words = super::document::normal(paragraph);
            if !shown.contains(&words) {
                _ = write!(out, "\n{}", wrapped(paragraph, "", ""));
                shown.push(words);
            }
        }
    };
    paragraphs(&plain(&operation.docs[..operation.sections.min(operation.docs.len())].to_vec()));
    if let Some(why) = &operation.deprecated {
        paragraphs(&format!("Deprecated: {why}"));
    }
    if operation.paging.is_some() {
        paragraphs("The response has pages: --all requests all of them.");
    }
    if let Some(job) = facts["job"].as_object() {
        let states = |key: &str| {
            let all = job["states"][key].as_array().into_iter().flatten().filter_map(Value::as_str);
            all.collect::<Vec<_>>().join(", ")
        };
        let (running, done, failed) = (states("running"), states("succeeded"), states("failed"));
        let of = |label: &str, all: &str| if all.is_empty() { String::new() } else { format!(" {label}: {all}.") };
        paragraphs(&format!(
            "Starts a job: --wait waits for its end.{}{}{}",
            of("Running", &running),
            of("Succeeded", &done),
            of("Failed", &failed)
        ));
    }
    if entry.is_destructive() {
        paragraphs("The call may be irreversible: confirm it on a terminal, or with --yes.");
    }
    table(&mut out, "Inputs", &rows::inputs(lowered), "--");
    sample(&mut out, "Request", &operation.requests);
    table(&mut out, "Response", &rows::outputs(lowered), "");
    sample(&mut out, "Response", &operation.responses);
    out.push_str("\nStatuses\n");
    for (status, words) in facts["responses"].as_object().into_iter().flatten() {
        out.push_str(&wrapped(words.as_str().unwrap_or_default(), &format!("  {status:7}  "), "           "));
    }
    out
}

fn table(out: &mut String, title: &str, rows: &[Row], prefix: &str) {
    if rows.is_empty() {
        return;
    }
    _ = write!(out, "\n{title}\n");
    let flags: Vec<String> = words::flags().collect();
    for row in rows {
        let required = if row.required { ", required" } else { "" };
        // The name of a flag of the tool needs the other form.
        let is_taken = !prefix.is_empty() && flags.contains(&row.name);
        let name = if is_taken { format!("{}=..", row.name) } else { format!("{prefix}{}", row.name) };
        _ = writeln!(out, "  {name}  {}{required}", row.ty);
        let values = match row.ty.as_str() {
            "boolean" => String::new(),
            _ if row.values.is_empty() => String::new(),
            _ => format!("\n\nOne of {}.", row.values.join(", ")),
        };
        let about = format!("{}{values}", row.about);
        for paragraph in about.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty()) {
            out.push_str(&wrapped(paragraph, "      ", "      "));
        }
    }
}

fn sample(out: &mut String, title: &str, samples: &[Sample]) {
    let Some(sample) = samples.first() else { return };
    _ = write!(out, "\n{title}, for example\n");
    let text = format!("{:#}", sample.value);
    for line in text.lines().take(LONGEST_SAMPLE) {
        _ = writeln!(out, "  {line}");
    }
    if text.lines().count() > LONGEST_SAMPLE {
        out.push_str("  ...\n");
    }
}
