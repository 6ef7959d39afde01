//! Layouts: turn the lines of a document into headings, tables, samples and text. One reader for each family.

mod markup;
mod page;
mod pdf;

use serde::Deserialize;

use crate::block::{Block, Unreadable};

/// The families of layouts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// Markdown, or text like it: tables with tabs or pipes, fenced samples, headings with or without `#`.
    Markup,
    /// Text of a web page: every cell of a table on a line of its own, blank lines between.
    Page,
    /// Text of a PDF: a row's cells on one line, separated by spaces, or wrapped over several; headings at the end of a
    /// page.
    Pdf,
}

impl Layout {
    /// Reads a document. Nothing is dropped: lines outside of headings, tables and samples are text, and unreadable
    /// parts are reported.
    pub fn read(self, text: &str) -> (Vec<Block>, Vec<Unreadable>) {
        match self {
            Self::Markup => markup::read(text),
            Self::Page => page::read(text),
            Self::Pdf => pdf::read(text),
        }
    }
}
