//! Finds the pages of a PDF's text: where they start, and the text printed around them, which is left out.

use std::sync::LazyLock;

use regex::Regex;

/// A page number beside the document's version: `8 > Version: 20260131`, `> Version: 20260131 9`.
static PAGE_NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:\d+ > [^:：。]{1,40}[:：] ?\d+|> [^:：。]{1,40}[:：] ?\d+ \d+)$").expect("a constant pattern")
});
/// A running head: document and chapter separated by a dot.
static RUNNING_HEAD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[^·。，,]{1,60}·[^·。，,]{0,59}[^·。，,.]$").expect("a constant pattern"));
/// A chapter, `4.Lamps`, without a space: list items have one. Pieces of samples look like it, except for their
/// punctuation.
static CHAPTER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"^(\d+)\.(\pL[^"\\{}<>。]{0,60})$"#).expect("a constant pattern"));
/// A section, `4.1. SwitchLamp`.
static SECTION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(\d+(?:\.\d+)+)\. +(\S.*)$").expect("a constant pattern"));

/// A line of the text.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// From 1.
    pub number: usize,
    /// The line, without the space at the start of a page.
    pub raw: &'a str,
    /// Whether a page starts here.
    pub starts_page: bool,
}

impl<'a> Line<'a> {
    /// The line without surrounding spaces.
    pub fn text(&self) -> &'a str {
        self.raw.trim()
    }

    /// Whether it is blank.
    pub fn is_blank(&self) -> bool {
        self.text().is_empty()
    }

    /// The line as a numbered heading.
    pub fn heading(&self) -> Option<Heading<'a>> {
        // A cheap check first, as most lines are none.
        if !self.raw.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let found = SECTION.captures(self.text()).or_else(|| CHAPTER.captures(self.text()))?;
        let part = |index| found.get(index).map(|found| found.as_str());
        Some(Heading { number: part(1)?, title: part(2)? })
    }
}

/// A numbered heading.
#[derive(Clone, Copy, Debug)]
pub struct Heading<'a> {
    /// `4`, `4.1`.
    pub number: &'a str,
    /// The rest.
    pub title: &'a str,
}

impl Heading<'_> {
    /// Whether it is a chapter's.
    pub fn is_chapter(&self) -> bool {
        !self.number.contains('.')
    }
}

/// The lines of the text, without those around the pages.
pub fn lines(text: &str) -> Vec<Line<'_>> {
    let raw: Vec<&str> = text.lines().collect();
    let around = around_pages(&raw);
    let mut lines: Vec<Line<'_>> = Vec::with_capacity(raw.len());
    let mut page_ended = true;
    for (index, line) in raw.iter().enumerate() {
        if around.get(index).copied().unwrap_or_default() {
            page_ended = true;
            continue;
        }
        let before = index.checked_sub(1).and_then(|before| raw.get(before));
        let starts_page = !line.trim().is_empty()
            && (page_ended
                || line.starts_with('\u{c}')
                || before.is_some_and(|before| begins_with_blank(line, before)));
        page_ended = (page_ended || line.contains('\u{c}')) && line.trim().is_empty();
        let raw = if starts_page { line.strip_prefix(['\u{c}', ' ']).unwrap_or(line) } else { line };
        lines.push(Line { number: index + 1, raw, starts_page });
    }
    lines
}

/// Whether a line starts with one space directly below another line, like the first line of a page. Samples are
/// indented, too.
fn begins_with_blank(line: &str, before: &str) -> bool {
    let Some(rest) = line.strip_prefix(' ') else { return false };
    let is_sample = rest.starts_with(['"', '{', '}', '[', ']', '<']);
    let below_heading = Line { number: 0, raw: before, starts_page: false }.heading().is_some();
    !before.trim().is_empty() && !rest.starts_with(char::is_whitespace) && (below_heading || !is_sample)
}

/// Finds the lines around the text of a page.
fn around_pages(raw: &[&str]) -> Vec<bool> {
    let mut around = vec![false; raw.len()];
    // Backwards, as later lines decide: a running head is the last line of a page, or the last before its number.
    let (mut next_starts_page, mut next) = (true, None);
    for (index, line) in raw.iter().enumerate().rev().filter(|(_, line)| !line.trim().is_empty()) {
        let ends_page = PAGE_NUMBER.is_match(line) || next_starts_page && RUNNING_HEAD.is_match(line);
        if let Some(mark) = around.get_mut(index).filter(|_| ends_page) {
            *mark = true;
        }
        if PAGE_NUMBER.is_match(line) {
            mark_addresses(raw, &mut around, index + 1, next);
        }
        next_starts_page = ends_page || line.starts_with([' ', '\u{c}']);
        next = Some(index);
    }
    around
}

/// Marks the addresses at the foot of a page, below its number. Pages end with two or more blank lines; below them, an
/// address is text.
fn mark_addresses(raw: &[&str], around: &mut [bool], from: usize, next: Option<usize>) {
    if next.is_none_or(|next| next > from + 1) {
        return;
    }
    let (mut blanks, mut addresses) = (0, Vec::new());
    for (index, line) in raw.iter().enumerate().skip(from) {
        let line = line.trim();
        match line.is_empty() {
            true if blanks == 1 => break,
            true => blanks += 1,
            false if (line.starts_with("https://") || line.starts_with("http://")) && !line.contains(' ') => {
                blanks = 0;
                addresses.push(index);
            }
            // Not the end of the page, so these may be its text.
            false => return,
        }
    }
    for index in addresses {
        if let Some(mark) = around.get_mut(index) {
            *mark = true;
        }
    }
}
