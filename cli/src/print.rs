//! The output of commands: diagnostics as text, JSON and SARIF, and summaries.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use anyhow::Context as _;
use serde_json::{Value, json};
use yundb_generator::diagnostic::{Diagnostic, Location, Severity};
use yundb_generator::{Diagnostics, Failure};

/// Prints diagnostics to the standard error, in color on a terminal.
///
/// # Errors
/// If that fails.
pub fn diagnostics(diagnostics: &Diagnostics) -> io::Result<()> {
    let mut stderr = io::stderr().lock();
    let coloured = stderr.is_terminal() && std::env::var_os("NO_COLOR").is_none();
    stderr.write_all(diagnostics.render(coloured).as_bytes())
}

/// Prints a line to the standard error. Nothing is left to do if nobody can read it.
macro_rules! complain {
    ($($words:tt)*) => {{
        use std::io::Write as _;
        let line = $crate::print::printable(&format!($($words)*));
        _ = writeln!(std::io::stderr(), "{line}");
    }};
}
pub(crate) use complain;

/// A text without the control characters that a terminal would obey.
pub(crate) fn printable(text: &str) -> String {
    let shown = |c: char| if c.is_control() && !matches!(c, '\n' | '\t') { char::REPLACEMENT_CHARACTER } else { c };
    text.chars().map(shown).collect()
}

/// Writes to the standard output, up to its end: an error of the last bytes is one, too.
pub(crate) fn write_out(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

/// Prints why a document has no client. Returns `false`.
///
/// # Errors
/// If a file could not be read or written, or the generator is at fault.
pub fn failed(spec: &Path, failure: Failure) -> anyhow::Result<bool> {
    match failure {
        Failure::Document(found) => {
            diagnostics(&found)?;
            // Mistakes in flags have no place, and are not the document's.
            let is_error = |it: &&Diagnostic| it.severity == Severity::Error;
            let files: Vec<&str> =
                found.iter().filter(is_error).filter_map(|it| it.location.as_ref()).map(Location::file).collect();
            if let Some(first) = files.first() {
                let spec = spec.display().to_string();
                let name = if files.iter().all(|file| file == first) { *first } else { spec.as_str() };
                complain!("error: `{name}` has {}", counted(files.len(), "error"));
            }
            Ok(false)
        }
        // These name the path that they are about.
        failure @ Failure::Io(_) => Err(failure.into()),
        failure @ Failure::Emit(_) => Err(failure).with_context(|| format!("`{}`", spec.display())),
    }
}

/// A number of things.
pub fn counted(count: usize, word: &str) -> String {
    if count == 1 { format!("{count} {word}") } else { format!("{count} {word}s") }
}

/// A list of diagnostics as JSON.
pub fn to_json(diagnostics: &Diagnostics) -> Value {
    let one = |diagnostic: &Diagnostic| {
        let related = diagnostic.related.iter().map(|(at, note)| {
            let mut place = place(at);
            place["note"] = json!(note);
            place
        });
        json!({
            "code": diagnostic.code,
            "severity": level(diagnostic),
            "message": diagnostic.message,
            "place": diagnostic.location.as_ref().map(place),
            "label": diagnostic.label,
            "help": diagnostic.help,
            "related": related.collect::<Vec<_>>(),
        })
    };
    diagnostics.iter().map(one).collect()
}

/// A place as JSON.
pub fn place(at: &Location) -> Value {
    json!({"file": at.file(), "line": at.line(), "column": at.column()})
}

fn level(diagnostic: &Diagnostic) -> &'static str {
    match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// Diagnostics in SARIF 2.1.0, which code hosts show beside the lines.
pub fn to_sarif(diagnostics: &Diagnostics) -> Value {
    let location = |at: &Location, note: Option<&str>| {
        let mut location = json!({"physicalLocation": {
            "artifactLocation": {"uri": at.file()},
            "region": {"startLine": at.line(), "startColumn": at.column()},
        }});
        if let Some(note) = note {
            location["message"] = json!({"text": note});
        }
        location
    };
    let result = |diagnostic: &Diagnostic| {
        let label = Some(&diagnostic.label).filter(|label| !label.is_empty());
        let words = [Some(&diagnostic.message), label, diagnostic.help.as_ref()];
        let text: Vec<&str> = words.into_iter().flatten().map(String::as_str).collect();
        let related = diagnostic.related.iter().map(|(at, note)| location(at, Some(note)));
        json!({
            "ruleId": diagnostic.code,
            "level": level(diagnostic),
            "message": {"text": text.join(". ")},
            "locations": diagnostic.location.iter().map(|at| location(at, None)).collect::<Vec<_>>(),
            "relatedLocations": related.collect::<Vec<_>>(),
        })
    };
    let mut rules: Vec<&str> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    rules.sort_unstable();
    rules.dedup();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "yundb",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.into_iter().map(|id| json!({"id": id})).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": diagnostics.iter().map(result).collect::<Vec<_>>(),
        }],
    })
}

/// Prints a value as JSON to the standard output.
pub(crate) fn print_json(value: &Value) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(value)?;
    Ok(writeln!(io::stdout(), "{text}")?)
}
