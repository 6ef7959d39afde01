//! Reads tables: finds their headers, and repairs rows that the scan split.

use super::{Line, row};
use crate::{
    block::{Block, BlockKind, Row, Unreadable},
    words::{self, Column},
};

/// Maximum number of lines of text, such as a page's header and footer, inside a table that continues on the next page.
const LINES_BETWEEN_PAGES: usize = 2;

/// The tables of a document.
#[derive(Debug, Default)]
pub struct Tables {
    /// Lines that could not be read.
    pub unreadable: Vec<Unreadable>,
    /// The last header, for a table that continues on the next page without one.
    header: Option<Row>,
    /// The block of the last table.
    last: Option<usize>,
    /// The row without a name at the end of the last table: it may belong to a row on the next page.
    left: Option<Row>,
}

impl Tables {
    /// Starts a new section, whose tables continue none of the tables before.
    pub fn forget(&mut self, blocks: &mut [Block]) {
        self.put_left(blocks);
        self.header = None;
        self.last = None;
    }

    /// Adds a table whose cells are separated by tabs.
    pub fn tabs(&mut self, lines: &[Line<'_>], blocks: &mut Vec<Block>) {
        let rows = lines.iter().map(|line| row::row(line.number, line.text.split('\t')));
        self.add(rows.collect(), blocks);
    }

    /// Adds a table whose cells are separated by pipes.
    pub fn pipes(&mut self, lines: &[Line<'_>], blocks: &mut Vec<Block>) {
        let rows = lines.iter().map(|line| row::row(line.number, row::cells(line.text).iter().map(String::as_str)));
        self.add(rows.collect(), blocks);
    }

    fn add(&mut self, rows: Vec<Row>, blocks: &mut Vec<Block>) {
        let mut table: Vec<Row> = Vec::new();
        // Text in the header that belongs to the first row, in which a page ended.
        let mut intruders: Vec<String> = Vec::new();
        let mut cut = false;
        for mut row in rows.into_iter().filter(|row| !row::is_border(row) && !row::is_blank(row)) {
            if let Some((header, strange)) = row::header(&row) {
                self.finish(std::mem::take(&mut table), cut, blocks);
                self.header = Some(header.clone());
                table.push(header);
                cut = strange.iter().any(|text| !text.is_empty());
                intruders = strange;
                continue;
            }
            if table.is_empty() {
                match self.start(&row) {
                    Ok(header) => table.extend(header),
                    Err(why) => self.unreadable.push(Unreadable { line: row.line, why }),
                }
            }
            if let Some(header) = table.first() {
                row::fit(&mut row, header.cells.len());
            }
            let strange = std::mem::take(&mut intruders);
            let line = row.line;
            row::prepend(&mut row, &Row { line, cells: strange });
            table.push(row);
        }
        self.finish(table, cut, blocks);
    }

    /// The header of a table that starts with this row: its own (nothing to add), or the one before.
    fn start(&self, row: &Row) -> Result<Option<Row>, String> {
        let is_field = row.cells.len() > 2 && row.cells.iter().skip(1).any(|cell| row::is_type(cell));
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

    /// Adds a table, joining rows without a name with their owners; `cut` if a page ended in its first row. A header
    /// alone is dropped: it is repeated where its rows start.
    fn finish(&mut self, table: Vec<Row>, cut: bool, blocks: &mut Vec<Block>) {
        let mut table = table.into_iter();
        let Some(first) = table.next() else { return };
        let before = self.goes_on(&first, blocks);
        if before.is_none() {
            self.put_left(blocks);
        }
        let mut waiting = self.left.take();
        let mut rows = vec![first];
        for mut row in table {
            if row.cells.first().is_some_and(String::is_empty) {
                match row_before(&mut rows, before, blocks).filter(|_| waiting.is_none() && row::goes_on(&row)) {
                    Some(before) => row::append(before, &row),
                    None => waiting = Some(row::joined(waiting, row)),
                }
                continue;
            }
            if let Some(nameless) = waiting.take() {
                let begins = row::begins(&row) || cut && rows.len() == 1;
                match row_before(&mut rows, before, blocks) {
                    Some(last) if !begins => row::append(last, &nameless),
                    _ => row::prepend(&mut row, &nameless),
                }
            }
            let repaired = self.repaired(row, &mut rows);
            rows.extend(repaired);
        }
        self.left = waiting;
        match rows.as_slice() {
            [first, _, ..] => {
                self.last = Some(blocks.len());
                blocks.push(Block { line: first.line, kind: BlockKind::Table(rows) });
            }
            [only] if row::header(only).is_none() => {
                let text = only.cells.join(" ").trim().to_owned();
                blocks.push(Block { line: only.line, kind: BlockKind::Text(text) });
            }
            _ => {}
        }
    }

    /// The last table's block, if a table with this header continues it: only a page break is in between.
    fn goes_on(&self, header: &Row, blocks: &[Block]) -> Option<usize> {
        let last = self.last?;
        let (Block { kind: BlockKind::Table(rows), .. }, between) = blocks.get(last..)?.split_first()? else {
            return None;
        };
        let is_of_page = |block: &Block| match &block.kind {
            BlockKind::Text(text) => words::caption(text).is_none() && words::status(text).is_none(),
            _ => false,
        };
        let near = between.len() <= LINES_BETWEEN_PAGES && between.iter().all(is_of_page);
        (near && rows.first().is_some_and(|first| first.cells == header.cells)).then_some(last)
    }

    /// The row without a name at the end of the last table belongs to that table's last row, as no other follows.
    fn put_left(&mut self, blocks: &mut [Block]) {
        let Some(left) = self.left.take() else { return };
        match self.last.and_then(|last| last_row(blocks, last)) {
            Some(row) => row::append(row, &left),
            None => {
                let why = format!("a row without a name, in no table: `{}`", row::shown(&left.cells));
                self.unreadable.push(Unreadable { line: left.line, why });
            }
        }
    }

    /// A row of a table of parameters, if it is readable and not the end of the row before.
    fn repaired(&mut self, row: Row, rows: &mut [Row]) -> Option<Row> {
        let Some((header, rows)) = rows.split_first_mut() else { return Some(row) };
        let cell_of = |column| {
            let index = header.cells.iter().position(|cell| Column::of(cell) == Some(column))?;
            Some(row.cells.get(index).map_or("", String::as_str))
        };
        let (Some(ty), Some(required)) = (cell_of(Column::Type), cell_of(Column::Required)) else { return Some(row) };
        if ty.is_empty() && required.is_empty() {
            let why = format!("an incomplete row: `{}`", row::shown(&row.cells));
            self.unreadable.push(Unreadable { line: row.line, why });
            return None;
        }
        let garbled = !row::is_type(ty) && words::required(required).is_none() && !words::is_prose(required);
        // The second part of a word broken by a narrow cell starts with a small letter.
        let wrapped = row.cells.first().is_some_and(|name| name.starts_with(|c: char| c.is_ascii_lowercase()));
        let (true, Some(before)) = (garbled && wrapped, rows.last_mut()) else { return Some(row) };
        if let ([name, .., description], [rest, lost @ .., more]) = (before.cells.as_mut_slice(), row.cells.as_slice())
        {
            row::add_line(name, rest);
            row::add_line(description, more);
            let why = format!("the end of the name before; the other cells are damaged: `{}`", row::shown(lost));
            self.unreadable.push(Unreadable { line: row.line, why });
        }
        None
    }
}

/// The row before the next one of a table: its own, or the last of the table that it continues.
fn row_before<'a>(rows: &'a mut [Row], table: Option<usize>, blocks: &'a mut [Block]) -> Option<&'a mut Row> {
    match rows {
        [_, .., last] => Some(last),
        _ => last_row(blocks, table?),
    }
}

/// The last row of a table block.
fn last_row(blocks: &mut [Block], table: usize) -> Option<&mut Row> {
    match &mut blocks.get_mut(table)?.kind {
        BlockKind::Table(rows) => rows.last_mut(),
        _ => None,
    }
}
