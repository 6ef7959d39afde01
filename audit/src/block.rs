//! Blocks: the headings, tables, code and text that a layout reader finds in a document, each with its line.

/// A part of a document, and the line (from 1) on which it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The line, from 1.
    pub line: usize,
    /// The content.
    pub kind: BlockKind,
}

/// The kinds of blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlockKind {
    /// A heading with a section number.
    Heading {
        /// `4.3.1`, `A.4`, without a full stop at the end.
        number: String,
        /// The title.
        title: String,
    },
    /// A heading without a number, recognized by its mark (`## Request`).
    Subheading(String),
    /// A table. Its first row is the header; a table continued on another page is a separate one, with the header
    /// repeated.
    Table(Vec<Row>),
    /// Preformatted text: a sample, or code. Without fences; lines unchanged.
    Code(String),
    /// A line of text, without marks of emphasis, links and lists. Also the caption of a table.
    Text(String),
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line, from 1.
    pub line: usize,
    /// The cells. Marks inside are resolved: `<br>` and list items start a new line, an item with `- `.
    pub cells: Vec<String>,
}

/// A line that the reader could not parse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The line, from 1.
    pub line: usize,
    /// The reason.
    pub why: String,
}
