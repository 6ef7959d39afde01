//! Emit: prints the model to files. Rust through `quote` and `prettyplease`, everything else through templates. No
//! decisions are made here.

mod client;
mod code;
mod example;
mod flat;
mod form;
mod header;
mod input;
mod layout;
mod module;
mod operation;
mod pretty;
mod runtime;
mod samples;
mod shape;
mod templates;
mod types;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::PathBuf;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::lower::clean;
use crate::lower::model::{Service, TypeId};
use crate::progress::{self, Stage};
use code::Code;
use runtime::Uses;

pub(crate) use header::bears_header;
pub use module::module;
pub use templates::Manifest;

/// The files of a client crate, by path. `notes` are appended to its README.
pub fn emit(
    service: &Service,
    manifest: &Manifest,
    notes: Option<&str>,
) -> Result<BTreeMap<PathBuf, String>, EmitError> {
    progress::begin(Stage::Emit, service.groups.iter().map(|group| group.operations.len()).sum());
    let mut files = BTreeMap::new();
    let mut add = |path: &str, text: String| {
        files.insert(PathBuf::from(path), text);
    };
    add("Cargo.toml", templates::manifest(service, manifest)?);
    add("README.md", templates::readme(service, notes)?);
    let plain = Uses::default();
    add("src/lib.rs", file(service, &plain, client::lib(service)?)?);
    add("src/client.rs", file(service, &plain, client::client(service))?);
    add("src/operations/mod.rs", file(service, &plain, client::modules(service))?);
    for (path, text) in layout::shared(service)? {
        add(&path, text);
    }
    if !service.guides.is_empty() {
        add("src/docs.rs", file(service, &plain, client::guides(service))?);
    }
    for guide in &service.guides {
        let (path, text) = templates::guide(service, guide);
        add(&path, text);
    }
    if let Some(text) = layout::webhooks(service)? {
        add("src/webhooks.rs", text);
    }
    for (index, group) in service.groups.iter().enumerate() {
        for (path, text) in layout::group(service, index, group)? {
            add(&path, text);
        }
        for operation in group.operations.iter().filter(|operation| samples::any(operation)) {
            add(&samples::path(operation), samples::file(service, operation));
        }
        progress::advance(group.operations.len());
    }
    Ok(files)
}

/// Emitted tokens that are not valid Rust, or a failed template: a bug in the generator.
#[derive(Debug)]
pub struct EmitError(String);

impl std::fmt::Display for EmitError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the generator emitted something that is not valid, please report it: {}", self.0)
    }
}

impl std::error::Error for EmitError {}

/// What code is emitted for, and what it uses.
pub(crate) struct Scope<'a> {
    service: &'a Service,
    uses: &'a Uses<'a>,
}

impl Scope<'_> {
    /// A type's name.
    fn type_name(&self, id: TypeId) -> Code {
        let definition = &self.service.types[id];
        self.uses.named(&definition.name, definition.users);
        definition.name.clone().into()
    }
}

/// An identifier, raw if necessary.
fn ident(name: &str) -> Ident {
    match name.strip_prefix("r#") {
        Some(name) => Ident::new_raw(name, Span::call_site()),
        None => Ident::new(name, Span::call_site()),
    }
}

/// Separates the lines of a doc comment until the file is printed: one attribute per line would take a quarter of the
/// printing time.
const NEXT_LINE: char = '\u{1f}';

/// Doc comments of the following item.
fn doc<T: AsRef<str>>(lines: &[T]) -> TokenStream {
    joined(lines).map(|text| quote!(#[doc = #text])).unwrap_or_default()
}

/// Doc comments of the enclosing module.
fn doc_inner<T: AsRef<str>>(lines: &[T]) -> TokenStream {
    joined(lines).map(|text| quote!(#![doc = #text])).unwrap_or_default()
}

/// Doc comments as source text, at this indentation.
fn comment<T: AsRef<str>>(lines: &[T], indent: usize) -> String {
    marked(lines, &" ".repeat(indent), "///")
}

/// Comments with this mark, at this margin.
fn marked<T: AsRef<str>>(lines: &[T], margin: &str, mark: &str) -> String {
    let text = joined(lines).unwrap_or_default();
    let mut out = String::with_capacity(text.len() + lines.len() * (margin.len() + 4));
    for line in text.split(NEXT_LINE).filter(|_| !lines.is_empty()) {
        out.extend([margin, mark, line, "\n"]);
    }
    out
}

/// The lines of a doc comment joined; `None` if there are none.
fn joined<T: AsRef<str>>(lines: &[T]) -> Option<String> {
    let mut out = String::new();
    for (at, line) in lines.iter().enumerate() {
        if at > 0 {
            out.push(NEXT_LINE);
        }
        // Descriptions from the document are already clean; names and values in docs are cleaned here.
        let line = clean(line.as_ref());
        if !line.is_empty() {
            out.push(' ');
        }
        out.extend(line.split_inclusive('\n').flat_map(|part| match part.strip_suffix('\n') {
            Some(part) => [part, " "],
            None => [part, ""],
        }));
    }
    (!lines.is_empty()).then_some(out)
}

/// Formats a file and adds its header.
fn file(service: &Service, uses: &Uses<'_>, tokens: TokenStream) -> Result<String, EmitError> {
    Ok(format!("{}\n\n{}", header::header("rs", &service.source), print(uses, tokens)?))
}

/// Formats code.
fn print(uses: &Uses<'_>, tokens: TokenStream) -> Result<String, EmitError> {
    let file = syn::parse2(tokens).map_err(|error| EmitError(error.to_string()))?;
    Ok(space_out(&prettyplease::unparse(&file), uses))
}

/// Reformats expressions that `prettyplease` breaks too early, inserts blank lines between items, and fills in the
/// macros.
fn space_out(text: &str, uses: &Uses<'_>) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 20);
    let lines: Vec<&str> = text.lines().collect();
    // Start of the line printed last.
    let (mut at, mut last) = (0, 0);
    while let Some(line) = lines.get(at) {
        let indent = line.len() - line.trim_start().len();
        let taken = pretty::statement(&lines[at..]);
        let shown = match taken {
            1 => Cow::Borrowed(*line),
            taken => Cow::Owned(pretty::laid_out(&lines[at..at + taken])),
        };
        at += taken;
        let first = shown.lines().next().unwrap_or_default();
        let previous = out[last..].trim_end_matches('\n');
        if !first.is_empty() && !previous.is_empty() && are_apart(previous, first, indent) {
            out.push('\n');
        }
        let start = out.len();
        let mark = first.trim_start().get(..3).filter(|mark| ["///", "//!"].contains(mark));
        match (uses.fill(&shown), mark) {
            (Some(invocation), _) => out.push_str(&invocation),
            (None, Some(mark)) => {
                let mut lines = shown.split(NEXT_LINE);
                out.push_str(lines.next().unwrap_or_default());
                lines.for_each(|line| out.extend(["\n", &first[..indent], mark, line]));
            }
            (None, None) => out.push_str(&shown),
        }
        last = out[start..].rfind('\n').map_or(start, |end| start + end + 1);
        out.push('\n');
    }
    out
}

/// Whether a blank line separates two lines of code, the second of which is indented by so much.
fn are_apart(previous: &str, line: &str, indent: usize) -> bool {
    let closes = line.trim_start().starts_with(['}', ')', ']']);
    let is_use = |line: &str| ["use ", "pub use ", "mod ", "pub mod "].iter().any(|word| line.starts_with(word));
    match indent {
        0 if previous.starts_with("//!") => !line.starts_with("//!"),
        // Attributes and docs belong to the following item.
        0 if closes || previous == ")]" || ["//", "#["].iter().any(|mark| previous.trim_start().starts_with(mark)) => {
            false
        }
        // No blank lines among the modules and imports of a file.
        0 => !(is_use(line) && (is_use(previous) || previous == "};")),
        4 => !closes && (previous == "    }" || (previous.ends_with(';') && line.starts_with("    fn "))),
        _ => false,
    }
}
