//! Reads a row of parameters or fields, whose cells are separated only by spaces or line ends in the text of a PDF.
//! Where the border between example and description is uncertain, everything is description: nothing is guessed.

use super::{
    super::page::{self, is_name},
    pages::Line,
};
use crate::words::{self, Column};

/// The maximum number of words in a type: `Array of Lamp objects`.
const WORDS_OF_TYPE: usize = 4;
/// The maximum number of words in a damaged name.
const WORDS_OF_NAME: usize = 4;

/// Whether a line starts with a name and a type, maybe with a value of the column "required" before the type.
pub fn starts(text: &str) -> bool {
    Start::of(text, true).is_some()
}

/// Whether a line starts with all cells of a request's row; such a line starts one anywhere.
pub fn starts_with_required(text: &str) -> bool {
    Start::of(text, true).is_some_and(|start| !start.required.is_empty())
}

/// Whether a line has a type and a value of the column "required", but no readable name.
pub fn is_damaged(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().take(WORDS_OF_NAME + 2).collect();
    let pairs = words.iter().skip(1).zip(words.iter().skip(2));
    let mut pairs = pairs.filter(|(ty, required)| is_type(ty) && is_required(required));
    Start::of(text, true).is_none() && pairs.next().is_some()
}

/// Types in prose are in lower case.
fn is_type(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_uppercase()) && page::is_type(text)
}

/// The value of the column "required". `true` is the example of a boolean where the column is lost.
fn is_required(text: &str) -> bool {
    words::required(text).is_some() && !text.eq_ignore_ascii_case("true") && !text.eq_ignore_ascii_case("false")
}

/// The first cells of a row.
#[derive(Clone, Copy, Debug)]
struct Start<'a> {
    name: &'a str,
    ty: &'a str,
    required: &'a str,
    rest: &'a str,
}

impl<'a> Start<'a> {
    /// The cells at the start of a line; only in some tables the column "required" is one of them.
    fn of(text: &'a str, has_required: bool) -> Option<Self> {
        let required = |text| Some(word(text)).filter(|(word, _)| has_required && is_required(word));
        let (name, rest) = Some(word(text)).filter(|(name, _)| is_name(name))?;
        let (before, rest) = required(rest).unwrap_or(("", rest));
        let (ty, rest) = type_at_start(rest)?;
        let after = required(rest).filter(|_| before.is_empty());
        let (required, rest) = after.unwrap_or((before, rest));
        Some(Self { name, ty, required, rest })
    }
}

/// The first word and the rest.
fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (word, rest.trim_start())
}

/// The type at the start of a string, and the rest: the longest one, unless a single word is a type already and not a
/// list.
fn type_at_start(text: &str) -> Option<(&str, &str)> {
    let mut ends = Vec::new();
    let mut rest = text;
    while ends.len() < WORDS_OF_TYPE && !rest.is_empty() {
        let (word, after) = word(rest);
        ends.push(text.len() - rest.len() + word.len());
        rest = after;
    }
    let types = ends.iter().filter_map(|end| text.split_at_checked(*end)).filter(|(ty, _)| is_type(ty));
    let mut types = types.map(|(ty, rest)| (ty, rest.trim_start()));
    let first = types.next()?;
    let may_go_on = first.0.starts_with("Array") || first.0.starts_with("List");
    Some(types.next_back().filter(|_| may_go_on).unwrap_or(first))
}

/// A row before its columns are known.
#[derive(Clone, Debug)]
pub struct Draft<'a> {
    /// The line, from 1.
    pub line: usize,
    /// The first line.
    pub first: &'a str,
    readable: bool,
    /// Further lines, by paragraph. The first paragraph is that of the first line.
    paragraphs: Vec<Vec<&'a str>>,
}

impl<'a> Draft<'a> {
    /// A row that starts on this line.
    pub fn new(line: &Line<'a>, readable: bool) -> Self {
        Self { line: line.number, first: line.text(), readable, paragraphs: vec![Vec::new()] }
    }

    /// Adds a line of a cell.
    pub fn add(&mut self, text: &'a str, begins_paragraph: bool) {
        match self.paragraphs.last_mut().filter(|_| !begins_paragraph) {
            Some(paragraph) => paragraph.push(text),
            None => self.paragraphs.push(vec![text]),
        }
    }

    /// All lines unchanged.
    pub fn printed(&self) -> String {
        let lines: Vec<&str> = std::iter::once(self.first).chain(self.paragraphs.iter().flatten().copied()).collect();
        lines.join(" ")
    }

    /// The cells, one for each column.
    ///
    /// # Errors
    /// The reason, if a part of the row belongs to no column.
    pub fn cells(&self, columns: &[Column]) -> Result<Vec<String>, String> {
        let start = Start::of(self.first, columns.contains(&Column::Required)).filter(|_| self.readable);
        let start = start.ok_or_else(|| format!("`{}` looks like an unreadable row", self.first))?;
        let (example, description) = split(start.rest, &self.paragraphs, columns.contains(&Column::Example));
        let filled = [
            (Column::Name, start.name),
            (Column::Type, start.ty),
            (Column::Required, start.required),
            (Column::Example, &example),
            (Column::Description, &description),
        ];
        let mut cells = vec![String::new(); columns.len()];
        for (column, text) in filled.into_iter().filter(|(_, text)| !text.is_empty()) {
            let cell = columns.iter().position(|found| *found == column).and_then(|index| cells.get_mut(index));
            text.clone_into(
                cell.ok_or_else(|| format!("`{}`: `{text}` belongs to no column of the table", start.name))?,
            );
        }
        Ok(cells)
    }
}

/// Splits example and description in the rest of the first line after type and "required", and in further lines.
fn split(rest: &str, paragraphs: &[Vec<&str>], has_example: bool) -> (String, String) {
    let all = || (String::new(), description(Some(rest).filter(|rest| !rest.is_empty()), paragraphs));
    if !has_example {
        return all();
    }
    let (first, more) = word(rest);
    if !more.is_empty() {
        // A sentence starts at the second word; otherwise the example may have several words.
        return if begins_sentence(more) { (first.to_owned(), description(Some(more), paragraphs)) } else { all() };
    }
    // The example is on the row's own lines, or, if those are empty, in the paragraph below.
    let mut others = paragraphs.iter().skip_while(|lines| rest.is_empty() && lines.is_empty());
    let own = others.next().map_or(&[][..], Vec::as_slice);
    let others: Vec<Vec<&str>> = others.cloned().collect();
    if let Some(sample) = whole_json(own).filter(|_| rest.is_empty() && !others.is_empty()) {
        return (sample, description(None, &others));
    }
    // Pieces of the example come first: a narrow column breaks them anywhere, and they have no spaces.
    let pieces = own.iter().take_while(|line| is_piece(line)).count();
    let (pieces, left) = own.split_at_checked(pieces).unwrap_or((&[], own));
    let is_certain = is_piece(first) || first.is_empty() && !pieces.is_empty();
    if !is_certain || left.is_empty() && others.is_empty() {
        return all();
    }
    let below: Vec<Vec<&str>> = std::iter::once(left.to_vec()).chain(others).collect();
    (std::iter::once(&first).chain(pieces).copied().collect(), description(None, &below))
}

/// JSON that is a whole paragraph, joined.
fn whole_json(paragraph: &[&str]) -> Option<String> {
    let text: String = paragraph.concat();
    (text.starts_with(['{', '[']) && text.ends_with(['}', ']'])).then_some(text)
}

/// Whether a line can be a piece of an example.
fn is_piece(line: &str) -> bool {
    !line.is_empty() && !line.contains(is_wide_letter) && !line.contains(char::is_whitespace)
}

/// Whether a string starts a sentence: with a Chinese character in its first word, or with a capitalized word.
fn begins_sentence(text: &str) -> bool {
    let (first, _) = word(text);
    let mut letters = first.chars();
    let large = letters.next().is_some_and(|c| c.is_ascii_uppercase());
    first.contains(is_wide_letter) || large && letters.all(|c| c.is_ascii_lowercase() || c.is_ascii_punctuation())
}

/// Chinese characters and punctuation, including compatibility forms.
fn is_wide_letter(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ffef}')
}

fn description(first: Option<&str>, paragraphs: &[Vec<&str>]) -> String {
    let mut texts = Vec::new();
    let mut paragraphs = paragraphs.iter();
    if let Some(first) = first {
        let own = paragraphs.next().into_iter().flatten().copied();
        texts.push(joined(std::iter::once(first).chain(own)));
    }
    texts.extend(paragraphs.map(|lines| joined(lines.iter().copied())));
    texts.retain(|text| !text.is_empty());
    texts.join("\n")
}

/// Joins lines broken by the cell's width: with a space between Latin words only.
pub fn joined<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for line in lines {
        let blank = text.ends_with(|c: char| c.is_ascii_graphic() && c != '-')
            && line.starts_with(|c: char| c.is_ascii_graphic());
        if blank {
            text.push(' ');
        }
        text.push_str(line);
    }
    text
}
