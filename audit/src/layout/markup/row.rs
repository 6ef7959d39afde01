//! Rows of tables: cells, headers, and the owner of a row without a name.

use std::sync::LazyLock;

use regex::Regex;

use super::inline;
use crate::{
    block::Row,
    fact::{Kind, Type},
    words::Column,
};

/// The border between two cells.
static PIPE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(\\*)\|").expect("a constant pattern"));

/// A row of cells.
pub fn row<'a>(line: usize, cells: impl Iterator<Item = &'a str>) -> Row {
    Row { line, cells: cells.map(inline::cell).collect() }
}

/// The cells of a line with pipes; an escaped pipe is not a border.
pub fn cells(text: &str) -> Vec<String> {
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

/// Whether a row is the delimiter between the header and the rows.
pub fn is_border(row: &Row) -> bool {
    row.cells.iter().any(|cell| cell.starts_with("--"))
        && row.cells.iter().all(|cell| cell.chars().all(|c| matches!(c, '-' | ':' | ' ')))
}

/// Whether a row is empty.
pub fn is_blank(row: &Row) -> bool {
    row.cells.iter().all(String::is_empty)
}

/// Removes trailing empty cells beyond the header's.
pub fn fit(row: &mut Row, len: usize) {
    while row.cells.len() > len && row.cells.last().is_some_and(String::is_empty) {
        row.cells.pop();
    }
}

/// The header in a row, and other text in its cells. Headings may have lost the border between them, and may be mixed
/// with words of a neighbouring row.
pub fn header(row: &Row) -> Option<(Row, Vec<String>)> {
    let mut cells: Vec<&str> = row.cells.iter().map(String::as_str).skip_while(|cell| cell.is_empty()).collect();
    while cells.last().is_some_and(|cell| cell.is_empty()) {
        cells.pop();
    }
    let known = cells.iter().filter(|cell| Column::of(cell).is_some()).count();
    let row_of = |cells: Vec<String>| Row { line: row.line, cells };
    if known >= 2 && known == cells.len() {
        return Some((row_of(cells.into_iter().map(str::to_owned).collect()), Vec::new()));
    }
    // All words are headings: the borders are lost. A heading may be truncated.
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

/// Whether a cell is a type.
pub fn is_type(cell: &str) -> bool {
    let ty = Type::parse(cell);
    ty.kind != Kind::Any || ty.lists > 0
}

/// Whether a row without a name can only continue the one before.
pub fn goes_on(row: &Row) -> bool {
    row.cells.last().is_some_and(|cell| is_note(cell) || cell.starts_with("- "))
}

/// Whether a row's text may have started in the row before: notes and list items do not come first.
pub fn begins(row: &Row) -> bool {
    row.cells.last().is_some_and(|cell| cell.is_empty()) || goes_on(row)
}

/// Whether a string is a note, which follows the text that it refers to. The scan may have lost the sign before its
/// first word, and may have mistaken it for an item of the list before.
fn is_note(text: &str) -> bool {
    let text = text.strip_prefix("- ").unwrap_or(text);
    let word = text.split_whitespace().next().unwrap_or_default();
    text.starts_with(['①', '②', '③', '⑦', '⑧']) || Column::of(word) == Some(Column::Description)
}

/// Two rows without a name, of which the first may be missing.
pub fn joined(first: Option<Row>, second: Row) -> Row {
    match first {
        Some(mut first) => {
            append(&mut first, &second);
            first
        }
        None => second,
    }
}

/// Appends the cells of a row to those of the one before.
pub fn append(row: &mut Row, more: &Row) {
    widen(row, more);
    for (cell, more) in row.cells.iter_mut().zip(&more.cells) {
        add_line(cell, more);
    }
}

/// Prepends the cells of a row to those of the one after.
pub fn prepend(row: &mut Row, before: &Row) {
    widen(row, before);
    for (cell, before) in row.cells.iter_mut().zip(&before.cells).filter(|(_, before)| !before.is_empty()) {
        let after = std::mem::replace(cell, before.clone());
        add_line(cell, &after);
    }
}

/// Pads a row to the width of another, so that no cell is lost.
fn widen(row: &mut Row, other: &Row) {
    if row.cells.len() < other.cells.len() {
        row.cells.resize(other.cells.len(), String::new());
    }
}

/// Appends a string below another; either may be empty.
pub fn add_line(text: &mut String, more: &str) {
    if !text.is_empty() && !more.is_empty() {
        text.push('\n');
    }
    text.push_str(more);
}

/// The start of the cells' text, for a message.
pub fn shown(cells: &[String]) -> String {
    const LEN: usize = 60;
    let text = cells.iter().flat_map(|cell| cell.split_whitespace()).collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(LEN) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}
