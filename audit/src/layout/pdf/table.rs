//! Reads the tables of a PDF's text, across page breaks.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    Reader,
    pages::Line,
    row::{self, Draft},
};
use crate::{
    block::{BlockKind, Row},
    words::{Column, Part},
};

/// No cell is as wide as this, in columns of the page: a wider paragraph is below the table.
const WIDE: usize = 64;

/// A host, possibly with a duplicate dot.
static HOST: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[\w${}*-]+(?:\.+[\w${}*-]+)+$").expect("a constant pattern"));

/// The header of a table.
#[derive(Clone, Debug)]
pub struct Header {
    /// The meaning of its columns.
    pub columns: Vec<Column>,
    /// As printed.
    pub row: Row,
}

impl Header {
    /// Whether the table lists parameters or fields.
    pub fn is_typed(&self) -> bool {
        self.columns.first() == Some(&Column::Name) && self.columns.contains(&Column::Type)
    }
}

/// The line as a table's header: column headings only.
pub fn header(line: &Line<'_>) -> Option<Header> {
    let mut columns = Vec::new();
    for word in line.text().split_whitespace() {
        columns.push(Column::of(word).filter(|column| !columns.contains(column))?);
    }
    let cells = line.text().split_whitespace().map(str::to_owned).collect();
    (columns.len() > 1).then_some(Header { columns, row: Row { line: line.number, cells } })
}

/// The rows of a table on one page, and unreadable text between them.
#[derive(Debug, Default)]
struct Rows {
    rows: Vec<Row>,
    strays: Vec<Stray>,
}

/// Unreadable text: first line, text of each line, reason.
#[derive(Debug)]
struct Stray {
    line: usize,
    text: String,
    why: String,
}

impl<'a> Reader<'a> {
    /// A table, and its continuation on further pages: each page's rows are a table of its own with the header
    /// repeated.
    pub fn table(&mut self, header: &Header) {
        self.at += 1;
        let mut empty = true;
        loop {
            let next = self.after_blanks(self.at);
            let starts_page = self.lines.get(next).is_some_and(|line| line.starts_page);
            if !self.is_row(next, header) || !starts_page && !empty {
                break;
            }
            self.at = next;
            let rows = self.rows(header);
            let found = !rows.rows.is_empty();
            let below = if starts_page && found { self.header_below(&header.columns) } else { None };
            self.at += usize::from(below.is_some());
            self.emit_rows(below.as_ref().unwrap_or(header), rows);
            empty &= !found;
        }
        if empty {
            self.cannot_read(header.row.line, "a table's header without rows");
            self.emit(header.row.line, BlockKind::Text(header.row.cells.join(" ")));
        }
    }

    /// Rows on a page without the start of their table: they can be read if their header follows.
    pub fn rows_without_header(&mut self) {
        let start = self.at;
        let drafts = self.drafts();
        if let Some(below) = self.header_below(&[]).filter(Header::is_typed) {
            self.at += 1;
            return self.emit_rows(&below, cells(drafts, &below.columns));
        }
        for draft in drafts {
            self.cannot_read(draft.line, format!("`{}` looks like a row, but its table has no header", draft.first));
        }
        let lines = self.lines.get(start..self.at).unwrap_or_default();
        lines.iter().filter(|line| !line.is_blank()).for_each(|line| self.emit_text(line));
    }

    /// The header below the rows of a continued table, instead of above, in a page's text. It has these columns, if
    /// they are known. The reader is left at it.
    fn header_below(&mut self, columns: &[Column]) -> Option<Header> {
        let next = self.after_blanks(self.at);
        let header = self.lines.get(next).filter(|line| !line.starts_page).and_then(header)?;
        if !columns.is_empty() && header.columns != columns {
            return None;
        }
        let below = self.after_blanks(next + 1);
        let same_page = self.lines.get(below).is_some_and(|line| !line.starts_page);
        // Above rows, it is a normal header.
        if same_page && self.is_row(below, &header) {
            return None;
        }
        self.at = next;
        Some(header)
    }

    /// The rows from here to the end of the table or page.
    fn rows(&mut self, header: &Header) -> Rows {
        if header.is_typed() { cells(self.drafts(), &header.columns) } else { self.plain_rows(header) }
    }

    fn plain_rows(&mut self, header: &Header) -> Rows {
        let mut found = Rows::default();
        loop {
            let at = self.after_blanks(self.at);
            let Some(line) = self.lines.get(at).filter(|line| !line.starts_page || found.rows.is_empty()) else {
                break;
            };
            let end = self.paragraph(at);
            if let Some(cells) = self.plain_row(at, header) {
                found.rows.push(Row { line: line.number, cells });
            } else if !self.opens_part(at) && self.is_row(self.after_blanks(end), header) {
                let text = row::joined(self.lines.get(at..end).unwrap_or_default().iter().map(Line::text));
                let why = format!("`{text}` is between rows, but is not a row");
                found.strays.push(Stray { line: line.number, text, why });
            } else {
                break;
            }
            self.at = end;
        }
        found
    }

    /// The rows of parameters or fields from here to the end of the table or page.
    fn drafts(&mut self) -> Vec<Draft<'a>> {
        let mut drafts: Vec<Draft<'a>> = Vec::new();
        let mut begins = true;
        while let Some(line) = self.lines.get(self.at) {
            if line.is_blank() {
                begins = true;
            } else if line.starts_page && !drafts.is_empty() || line.heading().is_some() || header(line).is_some() {
                break;
            } else if begins && row::starts(line.text()) || row::starts_with_required(line.text()) {
                drafts.push(Draft::new(line, true));
                begins = false;
            } else if begins && row::is_damaged(line.text()) {
                drafts.push(Draft::new(line, false));
                begins = false;
            } else if begins && (self.opens_part(self.at) || self.is_wide(self.at)) {
                break;
            } else if let Some(draft) = drafts.last_mut() {
                draft.add(line.text(), begins);
                begins = false;
            } else {
                break;
            }
            self.at += 1;
        }
        drafts
    }

    fn emit_rows(&mut self, header: &Header, Rows { rows, strays }: Rows) {
        if !rows.is_empty() {
            let rows = std::iter::once(header.row.clone()).chain(rows).collect();
            self.emit(header.row.line, BlockKind::Table(rows));
        }
        for Stray { line, text, why } in strays {
            self.cannot_read(line, why);
            self.emit(line, BlockKind::Text(text));
        }
    }

    /// Whether a row of this table starts here.
    fn is_row(&self, at: usize, header: &Header) -> bool {
        if !header.is_typed() {
            return self.plain_row(at, header).is_some();
        }
        self.lines.get(at).is_some_and(|line| row::starts(line.text()) || row::is_damaged(line.text()))
    }

    /// The cells of a row that is not of a parameter or field: a paragraph with clear borders.
    fn plain_row(&self, at: usize, table: &Header) -> Option<Vec<String>> {
        let lines = self.lines.get(at..self.paragraph(at)).unwrap_or_default();
        let first = lines.first()?;
        if self.opens_part(at) || self.is_wide(at) || header(first).is_some() || row::starts(first.text()) {
            return None;
        }
        let text = row::joined(lines.iter().map(Line::text));
        match table.columns.as_slice() {
            [_, Column::Endpoint] => {
                let (name, host) = text.rsplit_once(char::is_whitespace)?;
                HOST.is_match(host).then(|| vec![name.trim().to_owned(), host.to_owned()])
            }
            [column, _] => {
                let (key, rest) = text.split_once(char::is_whitespace)?;
                is_key(*column, key).then(|| vec![key.to_owned(), rest.trim().to_owned()])
            }
            columns => {
                let cells: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
                (cells.len() == columns.len() && is_key(*columns.first()?, cells.first()?)).then_some(cells)
            }
        }
    }

    /// The end of the paragraph that starts here.
    fn paragraph(&self, at: usize) -> usize {
        let goes_on = |(index, line): &(usize, &Line<'_>)| {
            *index == at || !line.is_blank() && !line.starts_page && line.heading().is_none() && header(line).is_none()
        };
        let len = self.lines.iter().enumerate().skip(at).take_while(goes_on).count();
        at + len
    }

    /// Whether a line below a table starts something else. A line like a title may be a description, if a row follows.
    fn opens_part(&self, at: usize) -> bool {
        self.lines.get(at).is_some_and(|line| {
            let next = self.after_blanks(at + 1);
            let row_follows = || self.lines.get(next).is_some_and(|next| !next.starts_page && row::starts(next.text()));
            line.heading().is_some() || is_title(line.text()) && !row_follows()
        })
    }

    fn is_wide(&self, at: usize) -> bool {
        let width = |line: &Line<'_>| line.text().chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
        self.lines.get(at..self.paragraph(at)).unwrap_or_default().iter().any(|line| width(line) > WIDE)
    }
}

/// The rows of parameters or fields, with these columns.
fn cells(drafts: Vec<Draft<'_>>, columns: &[Column]) -> Rows {
    let mut found = Rows::default();
    for draft in drafts {
        match draft.cells(columns) {
            Ok(cells) => found.rows.push(Row { line: draft.line, cells }),
            Err(why) => found.strays.push(Stray { line: draft.line, text: draft.printed(), why }),
        }
    }
    found
}

/// Whether a line is the title of a part. Titles are not sentences.
fn is_title(text: &str) -> bool {
    Part::of(text).is_some() && !text.ends_with(['。', '.'])
}

/// Whether a cell can be the first of a row.
fn is_key(column: Column, text: &str) -> bool {
    match column {
        Column::Status => text.len() == 3 && text.chars().all(|c| c.is_ascii_digit()),
        Column::Name | Column::Code | Column::Api | Column::Action | Column::Region => {
            text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.chars().all(|c| c.is_ascii_graphic())
        }
        _ => true,
    }
}
