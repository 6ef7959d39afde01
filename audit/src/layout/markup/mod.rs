//! Reads Markdown and similar text from scans of printed documents: fences, tables with tabs or pipes, headings with or
//! without marks.

mod heading;
mod inline;
mod row;
mod table;

use std::sync::LazyLock;

use regex::Regex;

use self::{heading::Headings, table::Tables};
use crate::{
    block::{Block, BlockKind, Unreadable},
    words,
};

/// The start or end of code, also as a list item.
static FENCE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^\s*(?:[-*•●]\s+)?```").expect("a constant pattern"));
/// An image on a line of its own.
static IMAGE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^!\[[^\]]*\]\([^)]*\)$").expect("a constant pattern"));
/// Two emphasised parts in a row: two lines that the scan glued.
static GLUED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(\*\*[^*]+\*\*)(\*\*[^*]+\*\*)$").expect("a constant pattern"));

/// A line with its number; several lines glued by the scan are separate ones here.
#[derive(Clone, Copy, Debug)]
struct Line<'a> {
    number: usize,
    text: &'a str,
}

/// Reads a document.
pub fn read(text: &str) -> (Vec<Block>, Vec<Unreadable>) {
    let lines: Vec<Line<'_>> =
        text.lines().enumerate().flat_map(|(index, line)| parted(index + 1, without_blanks(line))).collect();
    let headings = Headings::find(&lines);
    let mut reader = Reader { lines: &lines, at: 0, headings, blocks: Vec::new(), tables: Tables::default() };
    while reader.at < lines.len() {
        reader.step();
    }
    reader.tables.forget(&mut reader.blocks);
    (reader.blocks, reader.tables.unreadable)
}

/// A line without trailing spaces. Tabs stay: they are the borders of empty cells.
fn without_blanks(line: &str) -> &str {
    line.trim_end_matches(|c: char| c.is_whitespace() && c != '\t')
}

/// The separate lines of a glued one.
fn parted(number: usize, text: &str) -> Vec<Line<'_>> {
    let line = |text| Line { number, text };
    if let Some((before, heading, after)) = heading::inside(text) {
        return [before, heading, after].into_iter().filter(|part| !part.trim().is_empty()).map(line).collect();
    }
    if let Some((status, caption)) = status_and_caption(text) {
        return vec![line(status), line(caption)];
    }
    match GLUED.captures(text) {
        Some(parts) => parts.iter().skip(1).flatten().map(|part| line(part.as_str())).collect(),
        None => vec![line(text)],
    }
}

/// A status and the caption of the table below it, glued by the scan. Either may be emphasised only in part.
fn status_and_caption(text: &str) -> Option<(&str, &str)> {
    words::status(text)?;
    let mut starts =
        text.match_indices("**").map(|(at, _)| text.split_at(at)).skip_while(|(before, _)| before.is_empty());
    let is_caption = |after: &str| after.strip_prefix("**").and_then(words::caption).is_some();
    starts.find(|(_, after)| is_caption(after))
}

/// Whether a line can be part of JSON.
fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['"', '{', '}', '[', ']'])
}

struct Reader<'a> {
    lines: &'a [Line<'a>],
    at: usize,
    headings: Headings<'a>,
    blocks: Vec<Block>,
    tables: Tables,
}

impl<'a> Reader<'a> {
    /// Reads the block that starts on this line.
    fn step(&mut self) {
        let line = self.lines[self.at];
        let text = line.text;
        if text.trim().is_empty() || IMAGE.is_match(text.trim()) {
            self.at += 1;
        } else if FENCE.is_match(text) {
            self.at += 1;
            let body = self.take_while(|text| !FENCE.is_match(text));
            if self.at == self.lines.len() {
                let why = "unterminated code, up to the end of the document".to_owned();
                self.tables.unreadable.push(Unreadable { line: line.number, why });
            }
            self.at += 1;
            self.code(body);
        } else if let Some((number, title)) = self.headings.at(self.at) {
            self.tables.forget(&mut self.blocks);
            let (number, title) = (number.to_owned(), inline::line(title));
            self.push(line.number, BlockKind::Heading { number, title });
            self.at += 1;
        } else if text.starts_with('|') {
            let rows = self.take_while(|text| text.starts_with('|'));
            self.tables.pipes(rows, &mut self.blocks);
        } else if text.contains('\t') {
            let rows = self.take_while(|text| text.contains('\t'));
            self.tables.tabs(rows, &mut self.blocks);
        } else if text.starts_with("`{") && !text[1..].contains('`') {
            // A sample as inline code that continues on the next lines.
            let start = self.at;
            let body = self.take_while(|text| !text.ends_with('`'));
            let end = (start + body.len() + 1).min(self.lines.len());
            self.at = end;
            self.code(&self.lines[start..end]);
        } else if matches!(text.trim(), "{" | "[" | "{}" | "{ }") || text.starts_with("{\"") {
            let body = self.json();
            self.escaped_code(body);
        } else {
            self.text(line);
            self.at += 1;
        }
    }

    fn take_while(&mut self, goes_on: impl Fn(&str) -> bool) -> &'a [Line<'a>] {
        let rest = &self.lines[self.at..];
        let count = rest.iter().take_while(|line| goes_on(line.text)).count();
        self.at += count;
        &rest[..count]
    }

    /// The lines up to the end of unfenced JSON, or to the start of another block.
    fn json(&mut self) -> &'a [Line<'a>] {
        let rest = &self.lines[self.at..];
        let mut depth = 0_usize;
        let mut count = 0;
        for (index, line) in rest.iter().enumerate() {
            if FENCE.is_match(line.text)
                || line.text.starts_with(['#', '|'])
                || self.headings.at(self.at + index).is_some()
                || line.text.trim().is_empty() && rest.get(index + 1).is_some_and(|next| !is_json(next.text))
            {
                break;
            }
            count += 1;
            for c in line.text.chars() {
                match c {
                    '{' | '[' => depth += 1,
                    '}' | ']' => depth = depth.saturating_sub(1),
                    _ => {}
                }
            }
            if depth == 0 {
                break;
            }
        }
        let count = count.max(1);
        self.at += count;
        &rest[..count]
    }

    fn code(&mut self, lines: &[Line<'_>]) {
        let Some(first) = lines.first() else { return };
        let code: Vec<&str> = lines.iter().map(|line| line.text.trim_matches('`')).collect();
        self.push(first.number, BlockKind::Code(code.join("\n")));
    }

    /// Unfenced code, which is escaped like text.
    fn escaped_code(&mut self, lines: &[Line<'_>]) {
        let Some(first) = lines.first() else { return };
        let code: Vec<String> = lines.iter().map(|line| inline::code(line.text)).collect();
        self.push(first.number, BlockKind::Code(code.join("\n")));
    }

    fn text(&mut self, line: Line<'_>) {
        let marked = line.text.trim_start_matches('#');
        let text = inline::line(marked);
        if text.is_empty() {
            return;
        }
        let is_heading = marked.len() < line.text.len();
        self.push(line.number, if is_heading { BlockKind::Subheading(text) } else { BlockKind::Text(text) });
    }

    fn push(&mut self, line: usize, kind: BlockKind) {
        self.blocks.push(Block { line, kind });
    }
}

#[cfg(test)]
mod tests;
