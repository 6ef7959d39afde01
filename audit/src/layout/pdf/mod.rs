//! Reads the text of a PDF: a row's cells are on one line or wrapped over several, headings are at the end of the page
//! on which their section starts, and so may be the header of a table that continues there.
//!
//! Text around a page (running heads, page numbers, addresses at the foot) is left out; everything else is kept.

mod order;
mod pages;
mod row;
mod table;
#[cfg(test)]
mod tests;

use self::pages::{Heading, Line};
use super::page::Brackets;
use crate::{
    block::{Block, BlockKind, Unreadable},
    words::Part,
};

/// Reads a document.
pub fn read(text: &str) -> (Vec<Block>, Vec<Unreadable>) {
    let (lines, unreadable) = order::in_order(pages::lines(text));
    let mut reader = Reader { lines: &lines, at: 0, blocks: Vec::new(), unreadable, json: false };
    while let Some(line) = reader.lines.get(reader.at) {
        reader.read(line);
    }
    reader.unreadable.sort_by_key(|unreadable| unreadable.line);
    (reader.blocks, reader.unreadable)
}

struct Reader<'a> {
    lines: &'a [Line<'a>],
    at: usize,
    blocks: Vec<Block>,
    unreadable: Vec<Unreadable>,
    /// Whether the line of text before announces JSON.
    json: bool,
}

impl<'a> Reader<'a> {
    fn read(&mut self, line: &Line<'a>) {
        if line.is_blank() {
            self.at += 1;
        } else if let Some(Heading { number, title }) = line.heading() {
            self.emit(line.number, BlockKind::Heading { number: number.to_owned(), title: title.to_owned() });
            self.json = false;
            self.at += 1;
        } else if let Some(header) = table::header(line) {
            self.json = false;
            self.table(&header);
        } else if row::starts(line.text()) {
            self.json = false;
            self.rows_without_header();
        } else if self.starts_json(line) {
            self.sample(line);
        } else {
            self.json = Part::of(line.text()) == Some(Part::Json);
            self.emit_text(line);
            self.at += 1;
        }
    }

    fn emit(&mut self, line: usize, kind: BlockKind) {
        self.blocks.push(Block { line, kind });
    }

    fn emit_text(&mut self, line: &Line<'_>) {
        let text = line.text();
        let text =
            text.strip_prefix(['•', '●']).map_or_else(|| text.to_owned(), |item| format!("- {}", item.trim_start()));
        self.emit(line.number, BlockKind::Text(text));
    }

    fn cannot_read(&mut self, line: usize, why: impl Into<String>) {
        self.unreadable.push(Unreadable { line, why: why.into() });
    }

    /// The place of the next line that is not blank.
    fn after_blanks(&self, at: usize) -> usize {
        let blanks = self.lines.iter().skip(at).take_while(|line| line.is_blank()).count();
        at + blanks
    }

    /// Notes and prose also start with brackets, so JSON is announced, or a bracket alone or with characters that only
    /// JSON has.
    fn starts_json(&self, line: &Line<'_>) -> bool {
        let text = line.text();
        matches!(text, "{" | "[")
            || text.starts_with("{\"")
            || text.starts_with("[{")
            || self.json && text.starts_with(['{', '['])
    }

    /// A sample, up to a blank line, unless a page ends there with open brackets.
    fn sample(&mut self, first: &Line<'_>) {
        let mut brackets = Brackets::default();
        let mut pieces = Vec::new();
        self.json = false;
        while let Some(line) = self.lines.get(self.at) {
            if line.is_blank() || line.starts_page && !pieces.is_empty() {
                let next = self.after_blanks(self.at);
                let Some(line) = self.lines.get(next).filter(|line| line.starts_page && !brackets.closed()) else {
                    break;
                };
                if Part::of(line.text()).is_some() || table::header(line).is_some() || row::starts(line.text()) {
                    break;
                }
                self.at = next;
            }
            let Some(line) = self.lines.get(self.at).filter(|line| line.heading().is_none()) else { break };
            brackets.add(line.raw);
            pieces.push(line.raw);
            self.at += 1;
        }
        // A string that starts right after its first bracket is one line, broken by the page's width, maybe inside a
        // word.
        let compact = first.text().chars().count() > 1;
        self.emit(first.number, BlockKind::Code(pieces.join(if compact { "" } else { "\n" })));
    }
}
