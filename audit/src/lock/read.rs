//! Reads a lock.

use std::{iter::Peekable, vec};

use yundb_generator::diagnostic::{Location, Source};

use super::{LockError, text::Cursor, write};
use crate::fact::{
    Call, Detail, Endpoint, ErrorCode, Facts, Field, Kind, Operation, Parameter, Permission, Place, Prose, Required,
    Response, Sample, SampleState, Shape, Shown, Statement, States, Type,
};

/// Reads a lock; errors refer to the file as `name`.
///
/// # Errors
/// If a line does not have the form that [`write`](super::write) produces.
pub fn read(text: &str, name: &str) -> Result<Facts, LockError> {
    let mut lines = Lines::new(text, name);
    let mut facts = Facts::default();
    while let Some(line) = lines.next_at(0) {
        let mut words = Cursor::new(line.text);
        let at = line.at.clone();
        match words.word().unwrap_or_default().as_str() {
            "document" => {
                facts.origin.document = line.need(words.rest(), "the document's file name")?;
                facts.at = Some(at);
            }
            "title" => facts.origin.title = line.need(words.rest(), "the document's title")?,
            "edition" => facts.origin.edition = line.need(words.rest(), "the document's edition")?,
            "sha256" => facts.origin.sha256 = line.need(words.rest(), "the document's hash")?,
            "operation" => facts.operations.push(operation(&line, words, &mut lines)?),
            "type" => {
                let mut operation = operation(&line, words, &mut lines)?;
                let Call::Rpc { action } = operation.call else { return Err(line.error("the name of one type")) };
                operation.call = Call::Type { name: action };
                facts.operations.push(operation);
            }
            "endpoint" => {
                let region = line.need(words.optional(), "a region or `-`")?;
                let host = line.need(words.word(), "a host")?;
                let printed = line.notes(&mut words)?.printed;
                facts.endpoints.push(Endpoint { region, host, printed, at, errata: Vec::new() });
            }
            "code" => {
                let status = line.status(&mut words)?;
                let code = line.need(words.word(), "an error code")?;
                let printed = line.notes(&mut words)?.printed;
                facts.codes.push(ErrorCode { code, printed, status, at, errata: Vec::new() });
            }
            "permission" => {
                let call = line.call(&mut words)?;
                let actions = line.list(&mut words)?;
                facts.permissions.push(Permission { call, actions, at, errata: Vec::new() });
            }
            "states" => {
                let name = line.need(words.word(), "the name of the list")?;
                let values = line.list(&mut words)?;
                facts.states.push(States { name, values, at, errata: Vec::new() });
            }
            _ => return Err(line.error("a fact (`operation`, `type`, `endpoint`, `code`, `permission`, `states`)")),
        }
    }
    lines.end()?;
    // An empty file is not the same as a document without operations.
    if facts.origin.document.is_empty() {
        let at = Location::of_file(&Source::new(name, text));
        return Err(LockError { at, expected: "a line `document` with the document's file name".to_owned() });
    }
    Ok(facts)
}

fn operation(head: &Line<'_>, mut words: Cursor<'_>, lines: &mut Lines<'_>) -> Result<Operation, LockError> {
    let section = head.need(words.optional(), "a section or `-`")?.unwrap_or_default();
    let call = head.call(&mut words)?;
    head.end(&words)?;
    let mut operation = Operation {
        section,
        call,
        parameters: Vec::new(),
        body: None,
        responses: Vec::new(),
        samples: Vec::new(),
        sent: Vec::new(),
        about: Vec::new(),
        shown: Shown::default(),
        unread: Vec::new(),
        at: head.at.clone(),
        errata: Vec::new(),
    };
    while let Some(line) = lines.next_at(1) {
        let mut words = Cursor::new(line.text);
        let place = match words.word().unwrap_or_default().as_str() {
            "path" => Place::Path,
            "query" => Place::Query,
            "header" => Place::Header,
            "body" if operation.body.is_none() => {
                operation.body = Some(shape(&line, words, lines)?);
                continue;
            }
            "response" => {
                let status = line.status(&mut words)?;
                let shape = shape(&line, words, lines)?;
                operation.responses.push(Response { status, shape, at: line.at, errata: Vec::new() });
                continue;
            }
            "sample" => {
                operation.samples.push(sample(&line, words, lines)?);
                continue;
            }
            "sent" => {
                let name = line.need(words.word(), "the name of a parameter")?;
                let values = line.list(&mut words)?;
                operation.sent.extend(values.into_iter().map(|value| (name.clone(), value)));
                continue;
            }
            "about" => {
                operation.about = line.need(words.list(), "numbers")?;
                line.end(&words)?;
                continue;
            }
            "unread" => {
                operation.unread.push(line.need(words.rest(), "a reason")?);
                continue;
            }
            _ => {
                return Err(
                    line.error("`path`, `query`, `header`, `body`, `response`, `sample`, `sent`, `about` or `unread`")
                );
            }
        };
        let field = field(&line, words, lines)?;
        operation.parameters.push(Parameter { place, field, filled: false, json: None });
    }
    Ok(operation)
}

fn shape(head: &Line<'_>, mut words: Cursor<'_>, lines: &mut Lines<'_>) -> Result<Shape, LockError> {
    let mut shape = Shape { flat: words.keyword("flat"), ..Shape::default() };
    head.end(&words)?;
    while let Some(line) = lines.next_at(2) {
        let mut words = Cursor::new(line.text);
        if !words.take("type ") {
            shape.fields.push(field(&line, words, lines)?);
            continue;
        }
        let key = line.need(words.word(), "the name of a type")?;
        line.end(&words)?;
        let mut fields = Vec::new();
        while let Some(line) = lines.next_at(3) {
            fields.push(field(&line, Cursor::new(line.text), lines)?);
        }
        if shape.types.insert(key, fields).is_some() {
            return Err(line.error("a type that is not here already"));
        }
    }
    Ok(shape)
}

fn field(line: &Line<'_>, mut words: Cursor<'_>, lines: &mut Lines<'_>) -> Result<Field, LockError> {
    const FIELD: &str = "a field: its name, a colon, its type";
    let name = line.need(words.name(), FIELD)?;
    if !words.take(":") {
        return Err(line.error(FIELD));
    }
    let (mut ty, mut required) = (None, Required::Unknown);
    let begins = |left: &str| left.starts_with(" -> ") || left.starts_with(" = ") || left.starts_with(" (");
    let (mut rest, is_text) = (words.clone(), words.take(" "));
    if is_text && !begins(rest.left()) {
        let quoted = words.left().starts_with('"');
        let text = line.need(words.until(begins), "a type")?;
        if quoted {
            ty = Some(text);
            // The word after a quoted type starts where further text could.
            if words.take(", ") {
                let word = words.until(begins);
                let word = word.as_deref().map(required_at_end).and_then(|(_, required)| required);
                required = line.need(word, "`required`, `optional` or `conditional`")?;
            }
        } else {
            let (text, word) = required_at_end(&text);
            required = word.unwrap_or(Required::Unknown);
            if !text.is_empty() && write::type_text(text) != text {
                return Err(line.error("a type, or its words in quotes"));
            }
            ty = Some(text.to_owned()).filter(|text| !text.is_empty());
        }
        rest = words;
    }
    let of = if rest.take(" -> ") {
        Some(line.need(rest.until(|left| left.starts_with(' ')), "the name of a type")?)
    } else {
        None
    };
    let values = if rest.take(" = ") { line.need(rest.list(), "values")? } else { Vec::new() };
    let notes = line.notes(&mut rest)?;
    let ty = ty.map(|text| {
        let parsed = Type::parse(&text);
        let (kind, lists) = notes.is.unwrap_or((parsed.kind, parsed.lists));
        Type { kind, lists, of: of.clone(), text }
    });
    if ty.is_none() && (of.is_some() || notes.is.is_some()) {
        return Err(line.error("the words of the type"));
    }
    Ok(Field {
        name,
        printed: notes.printed,
        ty,
        required,
        values,
        details: details(line.level + 1, lines)?,
        prose: Prose::default(),
        words: String::new(),
        secret: false,
        implied: false,
        at: line.at.clone(),
        errata: Vec::new(),
    })
}

/// The statements below a field's line.
fn details(level: usize, lines: &mut Lines<'_>) -> Result<Vec<Statement>, LockError> {
    let mut details = Vec::new();
    while let Some(line) = lines.next_at(level) {
        let mut words = Cursor::new(line.text);
        let detail = words.word().and_then(|word| Detail::of(&word));
        let detail = line.need(detail, "a statement about the field (`minimum`, `default`, `example`, ...)")?;
        let values = line.need(words.list(), "its values")?;
        line.end(&words)?;
        details.extend(values.into_iter().map(|value| Statement { detail, value, at: line.at.clone() }));
    }
    Ok(details)
}

/// Separates the words of a type from the word that may follow them.
pub(super) fn required_at_end(text: &str) -> (&str, Option<Required>) {
    let (ty, word) = text.rsplit_once(", ").unwrap_or(("", text));
    match [Required::Optional, Required::Required, Required::Conditional]
        .into_iter()
        .find(|required| required.to_string() == word)
    {
        Some(required) => (ty, Some(required)),
        None => (text, None),
    }
}

fn sample(head: &Line<'_>, mut words: Cursor<'_>, lines: &mut Lines<'_>) -> Result<Sample, LockError> {
    let request = words.keyword("request");
    if !request && !words.keyword("response") {
        return Err(head.error("`request` or `response`"));
    }
    let named = ["repaired", "broken"].iter().any(|state| words.left().starts_with(state));
    let status = if named || words.is_at_end() { None } else { head.status(&mut words)? };
    let mut keys = Vec::new();
    let state = if words.keyword("repaired") {
        SampleState::Repaired
    } else if words.keyword("broken") {
        if words.take(": ") {
            keys = head.need(words.list(), "keys")?;
        }
        SampleState::Broken
    } else {
        SampleState::Whole
    };
    head.end(&words)?;
    let mut values = Vec::new();
    while let Some(line) = lines.next_at(2) {
        let mut words = Cursor::new(line.text);
        let level = if words.take("{}") { String::new() } else { line.need(words.name(), "a level of the sample")? };
        if words.take(" = ") {
            let texts = line.need(words.list(), "values")?;
            line.end(&words)?;
            values.extend(texts.into_iter().map(|text| (level.clone(), text)));
            continue;
        }
        if state == SampleState::Broken || !words.take(": ") {
            return Err(line.error("a colon and keys, or `=` and values"));
        }
        let names = line.need(words.list(), "keys")?;
        line.end(&words)?;
        keys.extend(names.into_iter().map(|name| if level.is_empty() { name } else { format!("{level}.{name}") }));
    }
    keys.sort();
    Ok(Sample { status, request, keys, values, state, at: head.at.clone(), errata: Vec::new() })
}

/// The notes in brackets at the end of a line.
#[derive(Default)]
struct Notes {
    printed: Option<String>,
    is: Option<(Kind, usize)>,
}

/// A line of a lock.
struct Line<'a> {
    level: usize,
    text: &'a str,
    at: Location,
}

impl Line<'_> {
    fn error(&self, expected: &str) -> LockError {
        LockError { at: self.at.clone(), expected: expected.to_owned() }
    }

    fn need<T>(&self, found: Option<T>, expected: &str) -> Result<T, LockError> {
        found.ok_or_else(|| self.error(expected))
    }

    fn end(&self, words: &Cursor<'_>) -> Result<(), LockError> {
        if words.is_at_end() { Ok(()) } else { Err(self.error(&format!("nothing more at `{}`", words.left().trim()))) }
    }

    fn status(&self, words: &mut Cursor<'_>) -> Result<Option<u16>, LockError> {
        const STATUS: &str = "an HTTP status or `-`";
        let status = self.need(words.optional(), STATUS)?;
        status.map(|status| self.need(status.parse().ok(), STATUS)).transpose()
    }

    fn call(&self, words: &mut Cursor<'_>) -> Result<Call, LockError> {
        let first = self.need(words.word(), "an action, or a method and a path")?;
        if words.is_at_end() || words.left().starts_with("= ") {
            return Ok(Call::Rpc { action: first });
        }
        let path = self.need(words.word(), "a path")?;
        Ok(Call::Rest { method: first, path })
    }

    fn list(&self, words: &mut Cursor<'_>) -> Result<Vec<String>, LockError> {
        let list = if words.take("= ") { self.need(words.list(), "a list")? } else { Vec::new() };
        self.end(words)?;
        Ok(list)
    }

    fn notes(&self, words: &mut Cursor<'_>) -> Result<Notes, LockError> {
        let mut notes = Notes::default();
        words.take(" ");
        if words.take("(is ") {
            const KIND: &str = "a kind of value and how many lists wrap it";
            let kind = self.need(words.word().and_then(|word| kind(&word)), KIND)?;
            let lists = words.until(|left| left.starts_with(')')).and_then(|lists| lists.parse().ok());
            notes.is = Some((kind, self.need(lists, KIND)?));
            words.take(")");
            words.take(" ");
        }
        if words.take("(printed ") {
            let printed = words.until(|left| left.starts_with(')'));
            notes.printed = Some(self.need(printed, "the name as printed")?);
            words.take(")");
        }
        self.end(words)?;
        Ok(notes)
    }
}

fn kind(word: &str) -> Option<Kind> {
    const KINDS: [Kind; 8] =
        [Kind::String, Kind::Integer, Kind::Long, Kind::Number, Kind::Boolean, Kind::Object, Kind::Map, Kind::Any];
    KINDS.into_iter().find(|kind| write::kind(*kind) == word)
}

/// The lines of a lock, without blank ones and comments.
struct Lines<'a> {
    lines: Peekable<vec::IntoIter<Line<'a>>>,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str, name: &str) -> Self {
        let source = Source::new(name, text);
        let mut lines = Vec::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let end = start + line.trim_end().len();
            let content = line.trim_end().trim_start_matches(' ');
            let indent = line.trim_end().len() - content.len();
            if !content.is_empty() && !content.starts_with('#') {
                let at = Location::new(&source, start + indent, end);
                // A line between two levels is on neither, so it stays unread.
                let level = if indent % 2 == 0 { indent / 2 } else { usize::MAX };
                lines.push(Line { level, text: content, at });
            }
            start += line.len();
        }
        Self { lines: lines.into_iter().peekable() }
    }

    /// The next line, if it is on this level.
    fn next_at(&mut self, level: usize) -> Option<Line<'a>> {
        self.lines.next_if(|line| line.level == level)
    }

    /// Checks that all lines were read.
    fn end(&mut self) -> Result<(), LockError> {
        self.lines.next().map_or(Ok(()), |line| Err(line.error("less indentation")))
    }
}
