//! Reads Markdown and text like it, as scans of printed documents give it: fences, tables with tabs or pipes, headings with
//! or without marks.

mod heading;
mod inline;
mod table;

use std::sync::LazyLock;

use regex::Regex;

use self::{heading::Headings, table::Tables};
use crate::block::{Block, BlockKind, Unreadable};

/// The start or end of code, also as the item of a list.
static FENCE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^\s*(?:[-*•●]\s+)?```").expect("a constant pattern"));
/// An image on a line of its own.
static IMAGE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^!\[[^\]]*\]\([^)]*\)$").expect("a constant pattern"));
/// Two emphasised parts without anything between: two lines that the scan glued.
static GLUED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(\*\*[^*]+\*\*)(\*\*[^*]+\*\*)$").expect("a constant pattern"));

/// A line with its number; one that the scan glued from several stands here as several.
#[derive(Clone, Copy, Debug)]
struct Line<'a> {
    number: usize,
    text: &'a str,
}

/// Reads a document.
pub fn read(text: &str) -> (Vec<Block>, Vec<Unreadable>) {
    let lines: Vec<Line<'_>> =
        text.lines().enumerate().flat_map(|(index, line)| parted(index + 1, line.trim_end())).collect();
    let headings = Headings::find(&lines);
    let mut reader = Reader { lines: &lines, at: 0, headings, blocks: Vec::new(), tables: Tables::default() };
    while reader.at < lines.len() {
        reader.step();
    }
    (reader.blocks, reader.tables.unreadable)
}

/// The lines that a line was glued from.
fn parted(number: usize, text: &str) -> Vec<Line<'_>> {
    let line = |text| Line { number, text };
    if let Some((before, heading, after)) = heading::inside(text) {
        return [before, heading, after].into_iter().filter(|part| !part.trim().is_empty()).map(line).collect();
    }
    match GLUED.captures(text) {
        Some(parts) => parts.iter().skip(1).flatten().map(|part| line(part.as_str())).collect(),
        None => vec![line(text)],
    }
}

struct Reader<'a> {
    lines: &'a [Line<'a>],
    at: usize,
    headings: Headings<'a>,
    blocks: Vec<Block>,
    tables: Tables,
}

impl<'a> Reader<'a> {
    /// Reads the block that begins at this line.
    fn step(&mut self) {
        let line = self.lines[self.at];
        let text = line.text;
        if text.trim().is_empty() || IMAGE.is_match(text.trim()) {
            self.at += 1;
        } else if FENCE.is_match(text) {
            self.at += 1;
            let body = self.take_while(|text| !FENCE.is_match(text));
            self.at += 1;
            self.code(body);
        } else if let Some((number, title)) = self.headings.at(self.at) {
            self.tables.forget();
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
            // A sample as code inside a line that goes on over the next ones.
            let start = self.at;
            let body = self.take_while(|text| !text.ends_with('`'));
            let end = (start + body.len() + 1).min(self.lines.len());
            self.at = end;
            self.code(&self.lines[start..end]);
        } else if matches!(text.trim(), "{" | "[") || text.starts_with("{\"") {
            let body = self.json();
            self.code(body);
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

    /// The lines up to where the brackets of JSON without a fence are closed, or something else begins.
    fn json(&mut self) -> &'a [Line<'a>] {
        let rest = &self.lines[self.at..];
        let mut depth = 0_usize;
        let mut count = 0;
        for (index, line) in rest.iter().enumerate() {
            if FENCE.is_match(line.text)
                || line.text.starts_with(['#', '|'])
                || self.headings.at(self.at + index).is_some()
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
mod tests {
    use super::*;
    use crate::block::Row;

    fn kinds(text: &str) -> Vec<BlockKind> {
        read(text).0.into_iter().map(|block| block.kind).collect()
    }

    fn rows(text: &str) -> Vec<Vec<String>> {
        let tables = kinds(text).into_iter().filter_map(|kind| match kind {
            BlockKind::Table(rows) => Some(rows),
            _ => None,
        });
        tables.flatten().map(|Row { cells, .. }| cells).collect()
    }

    #[test]
    fn headings_have_numbers_with_or_without_marks() {
        let found = kinds("1.1 Hosts.....3\n1.2 Calls\t7\n\n## 1.1. Hosts\n\n1.2 Calls\n\n## Request\n");
        let heading = |number: &str, title: &str| BlockKind::Heading { number: number.into(), title: title.into() };
        assert!(found.contains(&heading("1.1", "Hosts")), "{found:?}");
        assert!(found.contains(&heading("1.2", "Calls")), "{found:?}");
        assert_eq!(found.last(), Some(&BlockKind::Subheading("Request".into())));
        assert_eq!(found.iter().filter(|kind| matches!(kind, BlockKind::Heading { .. })).count(), 2);
    }

    #[test]
    fn glued_lines_are_parted() {
        let found = kinds("See [codes](#).**2.1.4 Close****Purpose**\n\n**Status code: 400****Table 3 Fields**\n");
        assert_eq!(
            found,
            [
                BlockKind::Text("See codes.".into()),
                BlockKind::Heading { number: "2.1.4".into(), title: "Close".into() },
                BlockKind::Text("Purpose".into()),
                BlockKind::Text("Status code: 400".into()),
                BlockKind::Text("Table 3 Fields".into()),
            ]
        );
    }

    #[test]
    fn cells_lose_their_marks_and_lists_keep_their_items() {
        let table = "Name\tType\tDescription\na\\_b\tArray of [Box](#) objects\t<p>One of:</p><ul><li>• x</li><li>y: <b>no</b></li></ul> ● z\n";
        assert_eq!(rows(table)[1], ["a_b", "Array of Box objects", "One of:\n- x\n- y: no\n- z"]);
    }

    #[test]
    fn pipes_and_tabs_are_one() {
        let pipes = "| Name | Type |\n|---|---|\n| a<br>b | Map<String, String> |\n| c \\| d | String |\n";
        assert_eq!(rows(pipes), [["Name", "Type"], ["a\nb", "Map<String, String>"], ["c | d", "String"]]);
    }

    #[test]
    fn a_row_without_a_name_belongs_to_its_neighbour() {
        let text = "Name\tType\tDescription\n\t\tHow long.\nlimit\tInteger\t② Note: at most 9.\n\t\tAlso 8.\n";
        assert_eq!(rows(text)[1..], [vec!["limit", "Integer", "How long.\n② Note: at most 9.\nAlso 8."]]);
    }

    #[test]
    fn a_table_that_lost_its_header_goes_on_with_the_last() {
        let text = "Name\tType\tDescription\na\tString\tx\n\nName Type\tDescription\n----\t----\n\nb\tInteger\ty\n";
        assert_eq!(
            rows(text),
            [
                ["Name", "Type", "Description"],
                ["a", "String", "x"],
                ["Name", "Type", "Description"],
                ["b", "Integer", "y"]
            ]
        );
        let (_, unreadable) = read("# 1.1 Lone\n\nb\tInteger\ty\n");
        assert_eq!(unreadable.len(), 1);
    }

    #[test]
    fn an_intruder_in_the_header_goes_to_the_row_that_it_belongs_to() {
        let text = "Name\tType\tExample\t- one: 1. Description\nkind\tString\ttwo\t- two: 2.\n";
        assert_eq!(rows(text)[0][3], "Description");
        assert_eq!(rows(text)[1][3], "- one: 1.\n- two: 2.");
    }

    #[test]
    fn code_may_lack_its_fence() {
        let code = |text: &str| BlockKind::Code(text.to_owned());
        assert_eq!(kinds("- ```\n{}\n```\n"), [code("{}")]);
        assert_eq!(kinds("{\n\"a\": 1\n}\nText\n"), [code("{\n\"a\": 1\n}"), BlockKind::Text("Text".into())]);
        assert_eq!(kinds("`{ \n \"a\": 1\n}`\n"), [code("{\n \"a\": 1\n}")]);
    }
}
