//! Finds numbered headings, and distinguishes them from a table of contents.

use std::{collections::HashMap, sync::LazyLock};

use regex::Regex;

use super::Line;

/// A number of at least two levels and a title. Lines of a table of contents end with dots and a page.
static HEADING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(#{1,6}\s*)?((?:\d{1,2}|[A-Z])(?:\.\d{1,3})+)\.?\s*([^\d\s.].*)$").expect("a constant pattern")
});
/// The heading of a chapter, which only its mark distinguishes from a list item.
static CHAPTER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(#{1,2}\s*)(\d{1,2}|[A-Z])(?:\.\s*|\s+)([^\d\s.].*)$").expect("a constant pattern"));
/// A heading glued between other text.
static INSIDE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(.*?)\*\*((?:\d{1,2}|[A-Z])(?:\.\d{1,3})+\.? [^*]+)\*\*(.*)$").expect("a constant pattern")
});

/// The lines of a document that are headings.
#[derive(Debug, Default)]
pub struct Headings<'a> {
    /// Number and title by the line's index.
    found: HashMap<usize, (&'a str, &'a str)>,
}

impl<'a> Headings<'a> {
    /// Each number has one heading: marked lines take precedence, and of several the last, as the contents come first.
    pub fn find(lines: &[Line<'a>]) -> Self {
        let mut by_number: HashMap<&str, (bool, usize, &str)> = HashMap::new();
        let mut fenced = false;
        for (index, line) in lines.iter().enumerate() {
            if super::FENCE.is_match(line.text) {
                fenced = !fenced;
            }
            if fenced || line.text.contains('\t') || line.text.contains("....") {
                continue;
            }
            let heading = HEADING.captures(line.text).or_else(|| CHAPTER.captures(line.text));
            let Some(heading) = heading else { continue };
            let (Some(number), Some(title)) = (heading.get(2), heading.get(3)) else { continue };
            let marked = heading.get(1).is_some();
            let known = by_number.get(number.as_str()).is_some_and(|(known, ..)| *known && !marked);
            if !known {
                by_number.insert(number.as_str(), (marked, index, title.as_str()));
            }
        }
        let mut found: Vec<Found<'_>> = by_number
            .into_iter()
            .map(|(number, (marked, index, title))| Found { index, marked, number, title })
            .collect();
        found.sort_unstable_by_key(|found| found.index);
        let strays: Vec<usize> = found.windows(3).filter(|run| is_stray(run)).map(|run| run[1].index).collect();
        let mut found: HashMap<_, _> =
            found.into_iter().map(|found| (found.index, (found.number, found.title))).collect();
        for stray in strays {
            found.remove(&stray);
        }
        Self { found }
    }

    /// Number and title of a heading line.
    pub fn at(&self, index: usize) -> Option<(&'a str, &'a str)> {
        self.found.get(&index).copied()
    }
}

/// A line that may be a heading.
#[derive(Debug)]
struct Found<'a> {
    index: usize,
    marked: bool,
    number: &'a str,
    title: &'a str,
}

/// Whether the middle one of three is text that starts like a heading (`8.0 is the newest`): without a mark, and with a
/// number that is not between its neighbours', which themselves increase.
fn is_stray(run: &[Found<'_>]) -> bool {
    let [before, found, after] = run else { return false };
    let [before, number, after] = [before, found, after].map(|found| order(found.number));
    !found.marked && before < after && !(before < number && number < after)
}

/// The sort key of a number: `4.10` comes after `4.9`, the appendix after all chapters.
fn order(number: &str) -> Vec<(usize, &str)> {
    number.split('.').map(|part| part.parse().map_or((usize::MAX, part), |part| (part, ""))).collect()
}

/// The parts before, in and after a heading that the scan glued into a line.
pub fn inside(text: &str) -> Option<(&str, &str, &str)> {
    let parts = INSIDE.captures(text)?;
    let part = |index| parts.get(index).map(|part| part.as_str());
    Some((part(1)?, part(2)?, part(3)?))
}
