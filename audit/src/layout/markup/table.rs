//! Reads tables: finds their headers, and puts rows right that the scan took apart.

use std::sync::LazyLock;

use regex::Regex;

use super::{Line, inline};
use crate::{
    block::{Block, BlockKind, Row, Unreadable},
    fact::{Kind, Type},
    words::Column,
};

/// The border of two cells.
static PIPE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(\\*)\|").expect("a constant pattern"));

/// The tables of a document.
#[derive(Debug, Default)]
pub struct Tables {
    /// What could not be read.
    pub unreadable: Vec<Unreadable>,
    /// The last header, for a table that goes on after a page without one.
    header: Option<Row>,
}

impl Tables {
    /// A new section begins: what stands in it goes on with no table before.
    pub fn forget(&mut self) {
        self.header = None;
    }

    /// Adds a table whose cells are parted by tabs.
    pub fn tabs(&mut self, lines: &[Line<'_>], blocks: &mut Vec<Block>) {
        let rows = lines.iter().map(|line| row(line.number, line.text.split('\t')));
        self.add(rows.collect(), blocks);
    }

    /// Adds a table whose cells are parted by pipes.
    pub fn pipes(&mut self, lines: &[Line<'_>], blocks: &mut Vec<Block>) {
        let rows = lines.iter().map(|line| row(line.number, cells(line.text).iter().map(String::as_str)));
        self.add(rows.collect(), blocks);
    }

    fn add(&mut self, rows: Vec<Row>, blocks: &mut Vec<Block>) {
        let mut table: Vec<Row> = Vec::new();
        // What stands in the header and is of the first row.
        let mut intruders: Vec<String> = Vec::new();
        for row in rows.into_iter().filter(|row| !is_border(row)) {
            if let Some((header, strange)) = header(&row) {
                finish(&mut table, blocks);
                self.header = Some(header.clone());
                table.push(header);
                intruders = strange;
                continue;
            }
            if table.is_empty() {
                match self.start(&row) {
                    Ok(Some(header)) => table.push(header),
                    Ok(None) => {}
                    Err(why) => {
                        self.unreadable.push(Unreadable { line: row.line, why });
                    }
                }
            }
            let mut row = row;
            for (cell, intruder) in row.cells.iter_mut().zip(intruders.drain(..)).filter(|(_, text)| !text.is_empty()) {
                *cell = lines(&intruder, cell);
            }
            table.push(row);
        }
        finish(&mut table, blocks);
    }

    /// The header of a table that begins with this row: its own (none to add), or the one before.
    fn start(&self, row: &Row) -> Result<Option<Row>, String> {
        let is_field = row.cells.len() > 2 && row.cells.iter().skip(1).any(|cell| Type::parse(cell).kind != Kind::Any);
        if !is_field {
            return Ok(None);
        }
        match &self.header {
            Some(header) if header.cells.len() == row.cells.len() => {
                Ok(Some(Row { line: row.line, cells: header.cells.clone() }))
            }
            _ => Err("a table without a header".to_owned()),
        }
    }
}

/// A row of cells, without those that are empty at the end of the line but for the last one.
fn row<'a>(line: usize, cells: impl Iterator<Item = &'a str>) -> Row {
    Row { line, cells: cells.map(inline::cell).collect() }
}

/// The cells of a line with pipes; an escaped pipe is no border.
fn cells(text: &str) -> Vec<String> {
    let text = text.trim().trim_start_matches('|');
    let mut cells = vec![String::new()];
    let mut rest = 0;
    for found in PIPE.captures_iter(text) {
        let (Some(whole), Some(escapes)) = (found.get(0), found.get(1)) else { continue };
        let Some(last) = cells.last_mut() else { continue };
        last.push_str(&text[rest..whole.start()]);
        rest = whole.end();
        match escapes.as_str().len() {
            0 => cells.push(String::new()),
            _ => last.push('|'),
        }
    }
    if let Some(last) = cells.last_mut() {
        last.push_str(&text[rest..]);
    }
    if cells.len() > 1 && cells.last().is_some_and(|last| last.trim().is_empty()) {
        cells.pop();
    }
    cells
}

/// Whether a row is the line between a header and the rows.
fn is_border(row: &Row) -> bool {
    row.cells.iter().any(|cell| cell.starts_with("--"))
        && row.cells.iter().all(|cell| cell.chars().all(|c| matches!(c, '-' | ':' | ' ')))
}

/// The header that a row is, and what stands in its cells beside the headings. Headings may have lost the border between
/// them, and words of a neighbouring row may stand among them.
fn header(row: &Row) -> Option<(Row, Vec<String>)> {
    let cells: Vec<&str> = row.cells.iter().map(String::as_str).skip_while(|cell| cell.is_empty()).collect();
    let known = cells.iter().filter(|cell| Column::of(cell).is_some()).count();
    let row_of = |cells: Vec<String>| Row { line: row.line, cells };
    if known >= 2 && known == cells.len() {
        return Some((row_of(cells.into_iter().map(str::to_owned).collect()), Vec::new()));
    }
    // All words are headings: the borders are lost. Only the beginning of one may be left of it.
    let words: Vec<&str> = cells.iter().flat_map(|cell| cell.split_whitespace()).collect();
    let named = words.iter().filter(|word| Column::of(word).is_some()).count();
    if named >= 3 && named + 1 >= words.len() && words.iter().all(|word| word.chars().count() < 12) {
        return Some((row_of(words.into_iter().map(str::to_owned).collect()), Vec::new()));
    }
    if known < 3 {
        return None;
    }
    let mut headings = Vec::new();
    let mut intruders = Vec::new();
    for cell in cells {
        if Column::of(cell).is_some() {
            headings.push(cell.to_owned());
            intruders.push(String::new());
            continue;
        }
        let heading = cell.split_whitespace().find(|word| Column::of(word).is_some())?;
        headings.push(heading.to_owned());
        intruders.push(
            cell.replacen(heading, "", 1).lines().map(str::trim).collect::<Vec<_>>().join("\n").trim().to_owned(),
        );
    }
    Some((row_of(headings), intruders))
}

/// Adds a table, with rows that have no name put to the ones that they belong to. A header alone is dropped: it stands again
/// where its rows begin.
fn finish(table: &mut Vec<Row>, blocks: &mut Vec<Block>) {
    let mut rows: Vec<Row> = Vec::new();
    let mut waiting: Option<Row> = None;
    for mut row in table.drain(..) {
        let nameless = !rows.is_empty() && row.cells.first().is_some_and(String::is_empty);
        if nameless {
            match rows.last_mut().filter(|_| rows_go_on(&row)) {
                Some(before) if waiting.is_none() => append(before, &row),
                _ => match &mut waiting {
                    Some(waiting) => append(waiting, &row),
                    None => waiting = Some(row),
                },
            }
            continue;
        }
        if let Some(before) = waiting.take() {
            // A cell whose text begins before its row: the row itself has a note, which cannot come first.
            let begins = row.cells.last().is_some_and(|cell| is_note(cell) || cell.is_empty());
            match rows.last_mut() {
                Some(last) if !begins && rows_len(last) => append(last, &before),
                _ => prepend(&mut row, &before),
            }
        }
        rows.push(row);
    }
    if let (Some(waiting), Some(last)) = (waiting, rows.last_mut()) {
        append(last, &waiting);
    }
    if let [first, _, ..] = rows.as_slice() {
        blocks.push(Block { line: first.line, kind: BlockKind::Table(rows) });
    }
}

/// Whether a row without a name can only go on with what stands before.
fn rows_go_on(row: &Row) -> bool {
    row.cells.last().is_some_and(|cell| is_note(cell) || cell.starts_with("- "))
}

/// Whether a row is one of fields, to which text may be added.
fn rows_len(row: &Row) -> bool {
    row.cells.first().is_some_and(|cell| Column::of(cell).is_none())
}

/// Whether a text is a note, which follows on what it is a note on.
fn is_note(text: &str) -> bool {
    text.starts_with(['①', '②', '③', '⑦', '⑧'])
}

fn append(row: &mut Row, more: &Row) {
    for (cell, more) in row.cells.iter_mut().zip(&more.cells) {
        *cell = lines(cell, more);
    }
}

fn prepend(row: &mut Row, before: &Row) {
    for (cell, before) in row.cells.iter_mut().zip(&before.cells) {
        *cell = lines(before, cell);
    }
}

fn lines(first: &str, second: &str) -> String {
    match (first.is_empty(), second.is_empty()) {
        (true, _) => second.to_owned(),
        (_, true) => first.to_owned(),
        _ => format!("{first}\n{second}"),
    }
}
