//! Diagnostics: what is wrong with a document, where, and what to write instead.

use std::{
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet, renderer::DecorStyle};
use indexmap::IndexSet;

/// Lines longer than this (minified JSON) are named by position, not shown.
const LONGEST_SHOWN_LINE: usize = 2_000;

/// The text of one file of a document, kept so that a diagnostic can show its lines.
pub struct Source {
    name: String,
    text: String,
    /// Byte offset of the start of each line.
    lines: Vec<u32>,
}

impl Source {
    /// Keeps a file's text under the name shown in diagnostics.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        let (name, text) = (name.into(), text.into());
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0).chain(ends.map(|(end, _)| offset(end + 1))).collect();
        Arc::new(Self { name, text, lines })
    }

    /// The file's name as shown in diagnostics.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file's text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The line (from 0) that a byte offset falls on.
    fn line_of(&self, position: u32) -> usize {
        self.lines.partition_point(|start| *start <= position).saturating_sub(1)
    }

    /// The byte range of a line (from 0), without its line terminator.
    fn line_range(&self, line: usize) -> (usize, usize) {
        let start = self.lines.get(line).map_or(self.text.len(), |start| *start as usize);
        let end = self.lines.get(line + 1).map_or(self.text.len(), |end| *end as usize);
        let line = self.text.get(start..end).unwrap_or_default();
        (start, start + line.trim_end_matches(['\n', '\r']).len())
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({:?}, {} bytes)", self.name, self.text.len())
    }
}

fn offset(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

/// A range of a source file. Cheap to clone: a shared file and two offsets.
#[derive(Clone)]
pub struct Location {
    source: Arc<Source>,
    start: u32,
    end: u32,
}

impl Location {
    /// The bytes `start..end` of a file; offsets beyond the text or inside a character are moved back into it.
    pub fn new(source: &Arc<Source>, start: usize, end: usize) -> Self {
        let start = floor_boundary(&source.text, start);
        let end = floor_boundary(&source.text, end).max(start);
        Self { source: Arc::clone(source), start: offset(start), end: offset(end) }
    }

    /// The file as a whole, for problems without a place in it.
    pub fn of_file(source: &Arc<Source>) -> Self {
        Self::new(source, 0, 0)
    }

    /// The range from the start of this location to the end of another in the same file.
    pub fn to(&self, end: &Self) -> Self {
        Self { source: Arc::clone(&self.source), start: self.start, end: end.end.max(self.start) }
    }

    /// The file.
    pub fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// The file's name as shown in diagnostics.
    pub fn file(&self) -> &str {
        &self.source.name
    }

    /// Byte offset of its start.
    pub fn start(&self) -> usize {
        self.start as usize
    }

    /// The line, from 1.
    pub fn line(&self) -> usize {
        self.source.line_of(self.start) + 1
    }

    /// The column in characters, from 1.
    pub fn column(&self) -> usize {
        let (start, _) = self.source.line_range(self.line() - 1);
        self.source.text.get(start..self.start as usize).map_or(0, |before| before.chars().count()) + 1
    }

    /// The source text that this location covers.
    pub fn text(&self) -> &str {
        self.source.text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    fn key(&self) -> (&str, u32, u32) {
        (&self.source.name, self.start, self.end)
    }

    /// The first line of the location as a snippet, so that rendering one line of a large file does not process all of
    /// it. None for lines too long to show.
    fn snippet<'a>(&'a self, kind: AnnotationKind, label: &'a str) -> Option<Snippet<'a, Annotation<'a>>> {
        let line = self.source.line_of(self.start);
        let (line_start, line_end) = self.source.line_range(line);
        if line_end - line_start > LONGEST_SHOWN_LINE {
            return None;
        }
        let shown = self.source.text.get(line_start..line_end)?;
        let start = (self.start as usize).clamp(line_start, line_end) - line_start;
        let end = (self.end as usize).clamp(line_start, line_end) - line_start;
        let end = start + shown.get(start..end).unwrap_or_default().trim_end().len();
        let annotation = kind.span(start..end).label(Some(label).filter(|label| !label.is_empty()));
        Some(Snippet::source(shown).line_start(line + 1).path(self.file()).fold(false).annotation(annotation))
    }
}

fn floor_boundary(text: &str, position: usize) -> usize {
    let position = position.min(text.len());
    (0..=position).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file(), self.line(), self.column())
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Location({self})")
    }
}

impl PartialEq for Location {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Location {}

impl PartialOrd for Location {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Location {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl Hash for Location {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

/// The severity of a diagnostic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing is written.
    Error,
    /// The crate is written; a part of the document was fixed, changed or left out.
    Warning,
}

/// A problem of a document.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Diagnostic {
    /// The kind of problem, in kebab-case: `missing-ref`.
    pub code: &'static str,
    /// The severity.
    pub severity: Severity,
    /// What is wrong, in one self-contained line.
    pub message: String,
    /// The place of the problem.
    pub location: Option<Location>,
    /// A short note at the place.
    pub label: String,
    /// What to write instead.
    pub help: Option<String>,
    /// Related places, each with a note.
    pub related: Vec<(Location, String)>,
    /// The part of the document that is left out of the client: everything that begins here.
    pub left_out: Option<Location>,
}

impl Diagnostic {
    /// An error: nothing will be written.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    /// A warning: the crate is written nevertheless.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    fn new(severity: Severity, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            severity,
            message: message.into(),
            location: None,
            label: String::new(),
            help: None,
            related: Vec::new(),
            left_out: None,
        }
    }

    /// Sets the place of the problem: a `Location` or an `Option<Location>`.
    #[must_use]
    pub fn at(mut self, location: impl Into<Option<Location>>) -> Self {
        self.location = location.into();
        self
    }

    /// Sets the short note at the place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Sets what to write instead.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a related place with a note.
    #[must_use]
    pub fn note(mut self, location: Location, text: impl Into<String>) -> Self {
        self.related.push((location, text.into()));
        self
    }

    /// Marks everything at the place as left out of the client. Call it after `at`.
    #[must_use]
    pub fn left_out(self) -> Self {
        let at = self.location.clone();
        self.leaves_out(at)
    }

    /// Marks everything that begins at another place as left out of the client.
    #[must_use]
    pub fn leaves_out(mut self, at: impl Into<Option<Location>>) -> Self {
        self.left_out = at.into();
        self
    }

    fn render(&self, renderer: &Renderer) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let mut group: Group<'_> = Group::with_title(level.primary_title(self.message.as_str()).id(self.code));
        let places = self.location.iter().map(|at| (at, AnnotationKind::Primary, &self.label));
        let related = self.related.iter().map(|(at, text)| (at, AnnotationKind::Context, text));
        for (location, kind, label) in places.chain(related) {
            group = match location.snippet(kind, label) {
                Some(snippet) => group.element(snippet),
                None => {
                    let origin = Origin::path(location.file()).line(location.line()).char_column(location.column());
                    let group = group.element(origin);
                    match label.is_empty() {
                        true => group,
                        false => group.element(Level::NOTE.message(label.as_str())),
                    }
                }
            };
        }
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        renderer.render(&[group])
    }
}

/// All diagnostics of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(IndexSet<Diagnostic>);

impl Diagnostics {
    /// No diagnostics.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a diagnostic, unless an equal one is there already (an inlined part of a document is visited more than
    /// once).
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.insert(diagnostic);
    }

    /// The same with a further diagnostic.
    #[must_use]
    pub(crate) fn with(mut self, diagnostic: Diagnostic) -> Self {
        self.push(diagnostic);
        self
    }

    /// Marks everything that begins at a place as left out by the last diagnostic.
    pub(crate) fn last_leaves_out(&mut self, at: &Location) {
        if let Some(last) = self.0.pop() {
            self.0.insert(last.leaves_out(at.clone()));
        }
    }

    /// Replaces the diagnostic at an index. Returns whether there was one.
    pub(crate) fn amend(&mut self, index: usize, change: impl FnOnce(Diagnostic) -> Diagnostic) -> bool {
        let Some(changed) = self.0.get_index(index).cloned().map(change) else { return false };
        // Fails if an equal diagnostic already exists.
        self.0.replace_index(index, changed).is_ok()
    }

    /// Labels those errors after the first `count` that don't state their consequence yet.
    pub(crate) fn label_from(&mut self, count: usize, label: &str) {
        let faults = ["wrong-type", "missing-field", "unknown-value"];
        let unlabelled = |it: &Diagnostic| it.label.is_empty() && faults.contains(&it.code);
        let last = self.0.split_off(count);
        let labelled = |it: Diagnostic| if unlabelled(&it) { it.label(label) } else { it };
        self.0.extend(last.into_iter().map(labelled));
    }

    /// Whether there are errors.
    pub fn has_errors(&self) -> bool {
        self.errors() > 0
    }

    /// Number of errors.
    pub fn errors(&self) -> usize {
        self.0.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count()
    }

    /// Number of warnings.
    pub fn warnings(&self) -> usize {
        self.0.len() - self.errors()
    }

    /// Whether there are no diagnostics.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Turns warnings into errors (`--strict`), except for unknown extensions, which change nothing that is generated.
    pub fn deny_warnings(&mut self) {
        let deny = |diagnostic: Diagnostic| match diagnostic.code {
            "unknown-extension" => diagnostic,
            _ => Diagnostic { severity: Severity::Error, ..diagnostic },
        };
        self.0 = std::mem::take(&mut self.0).into_iter().map(deny).collect();
    }

    /// All diagnostics, in the order in which they were found.
    pub fn iter(&self) -> indexmap::set::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// All diagnostics as text in rustc's format, by file and position, with or without colours.
    pub fn render(&self, coloured: bool) -> String {
        let renderer = if coloured { Renderer::styled() } else { Renderer::plain() };
        let renderer = renderer.decor_style(DecorStyle::Ascii);
        let mut sorted: Vec<_> = self.0.iter().collect();
        sorted.sort_by(|a, b| (&a.location, a.severity, a.code).cmp(&(&b.location, b.severity, b.code)));
        sorted.iter().map(|diagnostic| diagnostic.render(&renderer) + "\n\n").collect()
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.render(false).trim_end())
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<T: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: T) {
        for diagnostic in diagnostics {
            self.push(diagnostic);
        }
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = indexmap::set::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = indexmap::set::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
