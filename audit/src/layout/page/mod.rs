//! Reads the text of a web page: every table cell is on its own line, and a column may be lost.

use std::sync::LazyLock;

use regex::Regex;

use crate::{
    block::{Block, BlockKind, Row, Unreadable},
    words::{self, Column, Part},
};

/// Maximum length of a line with nothing but a status.
const STATUS_LINE: usize = 24;

/// Reads a document. Lines outside of tables, samples and titles are text, so nothing is dropped.
pub fn read(text: &str) -> (Vec<Block>, Vec<Unreadable>) {
    let raw: Vec<&str> = text.lines().collect();
    let mut reader = Reader { lines: lines(&raw), raw, at: 0, blocks: Vec::new(), unreadable: Vec::new() };
    let title = reader.title();
    while let Some(line) = reader.lines.get(reader.at).copied() {
        if Some(reader.at) == title {
            reader.emit(line.number, BlockKind::Subheading(line.text.to_owned()));
            reader.at += 1;
        } else if let Some(header) = reader.header(reader.at) {
            reader.table(&header);
        } else if matches!(line.text, "{" | "[") {
            reader.sample();
        } else {
            if reader.row(reader.at).is_some() {
                reader.cannot_read(line.number, format!("`{}` looks like a row, but is not in a table", line.text));
            }
            reader.emit(line.number, BlockKind::Text(item(line.text)));
            reader.at += 1;
        }
    }
    (reader.blocks, reader.unreadable)
}

/// A line that is not blank.
#[derive(Clone, Copy, Debug)]
struct Line<'a> {
    /// From 1.
    number: usize,
    /// Without surrounding spaces.
    text: &'a str,
    /// Whether it is between blank lines, like a cell or a title.
    alone: bool,
}

fn lines<'a>(raw: &[&'a str]) -> Vec<Line<'a>> {
    let is_blank =
        |index: Option<usize>| index.and_then(|index| raw.get(index)).is_none_or(|line| line.trim().is_empty());
    let lines = raw.iter().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(index, line)| {
            let alone = is_blank(index.checked_sub(1)) && is_blank(index.checked_add(1));
            Line { number: index + 1, text: line.trim(), alone }
        })
        .collect()
}

/// A line of text; a list item is marked with `- `.
fn item(text: &str) -> String {
    match text.strip_prefix(['•', '●']) {
        Some(rest) => format!("- {}", rest.trim_start()),
        None => text.to_owned(),
    }
}

/// Whether a string can be the name of a parameter or field.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
}

/// A type as printed in tables: `String`, `Array of Lamp objects`, `Map<String, Integer>`.
static TYPE: LazyLock<Regex> = LazyLock::new(|| {
    let list = r"(?:(?:array|list)s?\s+of\s+)*";
    let word = "(?:string|integer|int|int32|int64|long|float|double|number|decimal|boolean|bool|object|struct|array|list|map)s?";
    let inside = r"(?:array|list|map)\s*<[\w\s,<>.-]+>";
    Regex::new(&format!(r"^(?i:{list}(?:{word}|{inside}|[a-z][\w.-]*\s+objects?)(?:\[\])*)$"))
        .expect("a constant pattern")
});

/// Whether a string is just a type.
pub(super) fn is_type(text: &str) -> bool {
    TYPE.is_match(text)
}

/// Counts the open brackets of JSON.
#[derive(Debug, Default)]
pub(super) struct Brackets {
    open: usize,
    quoted: bool,
    escaped: bool,
}

impl Brackets {
    /// Reads another line.
    pub(super) fn add(&mut self, line: &str) {
        for c in line.chars() {
            match c {
                _ if self.escaped => self.escaped = false,
                '\\' if self.quoted => self.escaped = true,
                '"' => self.quoted = !self.quoted,
                '{' | '[' if !self.quoted => self.open += 1,
                '}' | ']' if !self.quoted => self.open = self.open.saturating_sub(1),
                _ => {}
            }
        }
    }

    /// Whether all are closed.
    pub(super) fn closed(&self) -> bool {
        self.open == 0
    }
}

/// The header of a table.
#[derive(Debug)]
struct Header {
    columns: Vec<Column>,
    row: Row,
}

impl Header {
    fn position(&self, column: Column) -> Option<usize> {
        self.columns.iter().position(|found| *found == column)
    }

    /// Whether the table lists parameters or fields: then rows are found by their types, whatever columns are lost.
    fn is_typed(&self) -> bool {
        self.position(Column::Name) == Some(0) && self.position(Column::Type).is_some()
    }
}

/// The first cells of a row of parameters or fields.
#[derive(Clone, Copy, Debug)]
struct RowStart<'a> {
    line: usize,
    name: &'a str,
    required: &'a str,
    ty: &'a str,
    /// Number of their lines.
    len: usize,
}

struct Reader<'a> {
    raw: Vec<&'a str>,
    lines: Vec<Line<'a>>,
    at: usize,
    blocks: Vec<Block>,
    unreadable: Vec<Unreadable>,
}

impl<'a> Reader<'a> {
    fn emit(&mut self, line: usize, kind: BlockKind) {
        self.blocks.push(Block { line, kind });
    }

    fn cannot_read(&mut self, line: usize, why: impl Into<String>) {
        self.unreadable.push(Unreadable { line, why: why.into() });
    }

    fn text(&self, at: usize) -> &'a str {
        self.lines.get(at).map_or("", |line| line.text)
    }

    /// The page's own title: it has no mark, but is before the first part, after the navigation.
    fn title(&self) -> Option<usize> {
        let part = self.lines.iter().position(|line| line.alone && Part::of(line.text).is_some())?;
        let title = part.checked_sub(1)?;
        let line = self.lines.get(title)?;
        (line.alone && Column::of(line.text).is_none()).then_some(title)
    }

    /// The header that starts here: two or more distinct column headings, up to the first row.
    fn header(&self, at: usize) -> Option<Header> {
        let mut columns = Vec::new();
        for (index, line) in self.lines.iter().enumerate().skip(at) {
            // The first field may have the name of a column.
            let is_row = columns.len() > 1 && self.row(index).is_some();
            match Column::of(line.text) {
                Some(column) if line.alone && !is_row && !columns.contains(&column) => columns.push(column),
                _ => break,
            }
        }
        let first = self.lines.get(at).filter(|_| columns.len() > 1)?;
        let cells = (at..).take(columns.len()).map(|at| self.text(at).to_owned()).collect();
        Some(Header { columns, row: Row { line: first.number, cells } })
    }

    /// The row of parameters or fields that starts here: a name and a type, with at most the column "required" in
    /// between.
    fn row(&self, at: usize) -> Option<RowStart<'a>> {
        let line = self.lines.get(at).filter(|line| is_name(line.text))?;
        let second = self.text(at + 1);
        let (required, len) = if words::required(second).is_some() { (second, 3) } else { ("", 2) };
        let ty = self.text(at + len - 1);
        is_type(ty).then_some(RowStart { line: line.number, name: line.text, required, ty, len })
    }

    /// Whether the line starts something other than a cell.
    fn ends_table(&self, at: usize) -> bool {
        self.lines.get(at).is_none_or(|line| {
            let text = line.text;
            let is_status = text.chars().count() < STATUS_LINE && text.ends_with(|c: char| c.is_ascii_digit());
            line.alone
                && (Part::of(text).is_some() && !text.ends_with(['。', '.'])
                    || words::caption(text).is_some()
                    || is_status && words::status(text).is_some()
                    || self.header(at).is_some_and(|header| header.is_typed()))
        })
    }

    fn table(&mut self, header: &Header) {
        self.at += header.columns.len();
        let mut strays = Vec::new();
        let rows = if header.is_typed() { self.typed_rows(header, &mut strays) } else { self.plain_rows(header) };
        if rows.is_empty() {
            self.cannot_read(header.row.line, "a table without rows");
        }
        let table = std::iter::once(header.row.clone()).chain(rows).collect();
        self.emit(header.row.line, BlockKind::Table(table));
        for line in strays {
            self.cannot_read(line.number, format!("`{}` is before the first row of a table", line.text));
            self.emit(line.number, BlockKind::Text(item(line.text)));
        }
    }

    /// Rows of parameters or fields, up to the end of the table. The description is everything after the type.
    fn typed_rows(&mut self, header: &Header, strays: &mut Vec<Line<'a>>) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        loop {
            if let Some(start) = self.row(self.at) {
                rows.push(self.row_start(start, header));
                continue;
            }
            // A line like a title is a description, if there is none yet and the next row follows.
            let described = header.position(Column::Description).zip(rows.last()).is_none_or(|(index, row)| {
                row.cells.get(index).is_none_or(|cell| !cell.is_empty()) || self.row(self.at + 1).is_none()
            });
            if described && self.ends_table(self.at) {
                return rows;
            }
            let Some(line) = self.lines.get(self.at).copied() else { return rows };
            self.at += 1;
            if is_type(line.text) {
                self.cannot_read(line.number, format!("the type `{}` has no name before it", line.text));
            }
            match rows.last_mut().zip(header.position(Column::Description)) {
                Some((row, index)) => add_line(&mut row.cells, index, &item(line.text)),
                None => strays.push(line),
            }
        }
    }

    fn row_start(&mut self, mut start: RowStart<'a>, header: &Header) -> Row {
        let (ty, required) = (header.position(Column::Type), header.position(Column::Required));
        self.at += start.len;
        if start.required.is_empty() && required > ty && words::required(self.text(self.at)).is_some() {
            start.required = self.text(self.at);
            self.at += 1;
        }
        // A lost cell is empty, so that the others stay below their headings.
        let mut cells = vec![String::new(); header.columns.len()];
        for (index, text) in [(Some(0), start.name), (ty, start.ty), (required, start.required)] {
            match index.and_then(|index| cells.get_mut(index)) {
                Some(cell) => text.clone_into(cell),
                None if text.is_empty() => {}
                None => self.cannot_read(start.line, format!("`{text}` is not in a column")),
            }
        }
        Row { line: start.line, cells }
    }

    /// Rows of any other table: each cell is one line.
    fn plain_rows(&mut self, header: &Header) -> Vec<Row> {
        let mut rows = Vec::new();
        let len = header.columns.len();
        while let Some(first) = self.lines.get(self.at).copied() {
            if !first.alone || !starts_row(header, first.text) || self.ends_table(self.at) {
                break;
            }
            let goes_on = |at: &usize| {
                let line = self.lines.get(*at).filter(|line| line.alone && !self.ends_table(*at));
                line.is_some_and(|line| !starts_row(header, line.text) || !is_telling(header))
            };
            let count = 1 + (self.at + 1..self.at + len).take_while(goes_on).count();
            if count < len {
                self.cannot_read(first.number, format!("the row `{}` has too few cells", first.text));
                break;
            }
            let cells = (self.at..self.at + len).map(|at| item(self.text(at))).collect();
            rows.push(Row { line: first.number, cells });
            self.at += len;
        }
        rows
    }

    /// A sample in JSON: up to the closing bracket, or to something that is certainly not JSON.
    fn sample(&mut self) {
        let Some(first) = self.lines.get(self.at).copied() else { return };
        let mut brackets = Brackets::default();
        let mut last = first.number;
        while let Some(line) = self.lines.get(self.at).copied() {
            if line.number > first.number && self.ends_table(self.at) {
                break;
            }
            brackets.add(line.text);
            last = line.number;
            self.at += 1;
            if brackets.closed() {
                break;
            }
        }
        let code = self.raw.get(first.number - 1..last).unwrap_or_default().join("\n");
        self.emit(first.number, BlockKind::Code(code));
    }
}

/// Whether a cell can be the first of a row.
fn starts_row(header: &Header, text: &str) -> bool {
    match header.columns.first() {
        Some(Column::Status) => text.len() == 3 && text.chars().all(|c| c.is_ascii_digit()),
        Some(Column::Name | Column::Code | Column::Api | Column::Action | Column::Region) => {
            text.chars().all(|c| c.is_ascii_graphic())
        }
        _ => !words::is_prose(text),
    }
}

/// Whether the first cell of a row differs in kind from the other cells.
fn is_telling(header: &Header) -> bool {
    header.columns.first() == Some(&Column::Status)
}

fn add_line(cells: &mut [String], index: usize, line: &str) {
    if let Some(cell) = cells.get_mut(index) {
        if !cell.is_empty() {
            cell.push('\n');
        }
        cell.push_str(line);
    }
}

#[cfg(test)]
mod tests;
