//! What a layout reader makes of a document's lines: headings, tables, code and text, each with its line.

/// A part of a document, and the line (from 1) on which it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The line, from 1.
    pub line: usize,
    /// What it is.
    pub kind: BlockKind,
}

/// What a part of a document is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlockKind {
    /// A heading with a section number.
    Heading {
        /// `4.3.1`, `A.4`, without a full stop at the end.
        number: String,
        /// The rest.
        title: String,
    },
    /// A heading without a number, marked as one (`## Request`).
    Subheading(String),
    /// A table. The first row is its header; one that runs on after a page is a table of its own, with the header repeated.
    Table(Vec<Row>),
    /// Preformatted text: a sample, or code. Without fences; lines as they stand.
    Code(String),
    /// A line of text, without marks of emphasis, links and lists. A table's caption is one, too.
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

/// A line that the reader could not make sense of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The line, from 1.
    pub line: usize,
    /// Why.
    pub why: String,
}
