//! Reads one file: from bytes to text to a tree with places.

use std::{collections::HashMap, fs, io::Read as _, path::Path, sync::Arc};

use super::{Entry, Node, identifiers, json, yaml};
use crate::diagnostic::{Diagnostic, Location, Source};

/// Maximum size of a file. No document is intentionally this large.
const LARGEST_FILE: u64 = 64 << 20;

/// Maximum nesting of maps and lists. Hand-written documents stay under 30; the stages that follow recurse, with the
/// stack from `stack::deep`. The YAML parser itself stops at 255 brackets.
pub(super) const DEEPEST: usize = 200;

/// A file and its tree.
#[derive(Debug)]
pub(super) struct File {
    pub source: Arc<Source>,
    pub root: Node,
    /// The places of anchors that other files may refer to.
    pub anchors: HashMap<String, Vec<String>>,
    /// Duplicate keys. They are invalid, but some services publish such documents, so the caller decides on the
    /// severity.
    pub duplicates: Vec<Duplicate>,
}

/// A duplicate key.
#[derive(Debug)]
pub(super) struct Duplicate {
    pub diagnostic: Diagnostic,
    /// The replaced entry, and the place of the later one.
    pub first: Entry,
    pub second: Location,
}

/// The output of a format's parser: the tree and the problems found.
pub(super) struct Parsed {
    pub root: Node,
    pub duplicates: Vec<Duplicate>,
}

/// Reads and parses the file at `path`; diagnostics refer to it as `name`.
pub(super) fn read(path: &Path, name: &str) -> Result<File, Vec<Diagnostic>> {
    let bytes = read_bytes(path).map_err(|error| vec![unreadable(path, name, &error)])?;
    let text = decode(bytes, name).map_err(|diagnostic| vec![*diagnostic])?;
    of(text, name, path)
}

/// Parses a text, as if it were the file at `path`.
pub(super) fn of(text: String, name: &str, path: &Path) -> Result<File, Vec<Diagnostic>> {
    let source = Source::new(name, text);
    let Parsed { mut root, duplicates } = parse(&source, path)?;
    let anchors = identifiers::resolve(&mut root, &source);
    Ok(File { source, root, anchors, duplicates })
}

/// The diagnostic for an unreadable file.
pub(crate) fn unreadable(path: &Path, name: &str, error: &std::io::Error) -> Diagnostic {
    let diagnostic = |why: &str| Diagnostic::error("unreadable", format!("cannot read `{name}`: {why}"));
    if path.is_dir() {
        return diagnostic("it is a folder").help("name a file in it");
    }
    match error.kind() {
        std::io::ErrorKind::NotFound => diagnostic("there is no such file").help(match name.contains("://") {
            true => "download it first: documents are read from files only",
            false => "check the path",
        }),
        _ => diagnostic(&error.to_string()),
    }
}

fn read_bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(LARGEST_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(std::io::Error::other(format!("larger than {} MiB", LARGEST_FILE >> 20)));
    }
    Ok(bytes)
}

fn decode(bytes: Vec<u8>, name: &str) -> Result<String, Box<Diagnostic>> {
    let wrong = |text: String, at: usize, message: String| {
        let source = Source::new(name, text);
        let location = Location::new(&source, at, at + 1);
        let help = "save the file as UTF-8, the encoding of YAML and JSON";
        Err(Box::new(Diagnostic::error("bad-encoding", message).at(location).help(help)))
    };
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let bytes = error.into_bytes();
            if let Some(text) = utf16(&bytes) {
                text
            } else {
                let message = match bytes.get(..2) {
                    Some([0xff, 0xfe] | [0xfe, 0xff]) => format!("`{name}` is not valid UTF-16"),
                    _ => format!("`{name}` is not UTF-8: invalid byte at {at}"),
                };
                return wrong(String::from_utf8_lossy(&bytes).into_owned(), at, message);
            }
        }
    };
    // A NUL ends the document for the YAML scanner: the rest would be silently lost.
    match text.find('\0') {
        Some(at) => wrong(text, at, format!("`{name}` contains a NUL character at byte {at}")),
        None => Ok(text),
    }
}

/// The text of a file with a UTF-16 byte order mark, which YAML allows. None for any other file.
fn utf16(bytes: &[u8]) -> Option<String> {
    let unit: fn([u8; 2]) -> u16 = match bytes {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => return None,
    };
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| unit(*pair));
    char::decode_utf16(units).collect::<Result<String, _>>().ok().filter(|_| rest.is_empty())
}

fn parse(source: &Arc<Source>, path: &Path) -> Result<Parsed, Vec<Diagnostic>> {
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
        return json::parse(source).map_err(|diagnostic| vec![*diagnostic]);
    }
    yaml::parse(source).or_else(|diagnostics| {
        // Not all JSON is YAML (tabs, surrogate pairs), and file names are not reliable.
        let is_json = source.text().trim_start_matches('\u{feff}').trim_start().starts_with('{');
        is_json.then(|| json::parse(source).ok()).flatten().ok_or(diagnostics)
    })
}

/// The diagnostic for a document nested deeper than [`DEEPEST`].
pub(super) fn too_deep(place: Location) -> Box<Diagnostic> {
    let message = format!("maps and lists are nested more than {DEEPEST} levels deep here");
    let help = "move the inner part to `components`, and refer to it with a `$ref`";
    Box::new(Diagnostic::error("too-deep", message).at(place).help(help))
}

/// The diagnostic for a duplicate key.
pub(super) fn duplicate(key: &str, first: Entry, second: Location) -> Duplicate {
    let diagnostic = Diagnostic::warning("duplicate-key", format!("the key `{key}` occurs twice in one map"))
        .at(second.clone())
        .label("the later one is used")
        .note(first.key.clone(), "this one is left out, with its content")
        .leaves_out(first.key.clone())
        .help("remove one of them");
    Duplicate { diagnostic, first, second }
}
