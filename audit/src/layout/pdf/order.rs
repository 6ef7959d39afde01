//! Moves headings to the start of their sections: the text of a PDF has them at the end of that page.

use std::collections::HashMap;

use super::pages::Line;
use crate::{block::Unreadable, words};

/// The lines in reading order, and the headings whose place is unknown.
pub fn in_order(lines: Vec<Line<'_>>) -> (Vec<Line<'_>>, Vec<Unreadable>) {
    let (places, unreadable) = places(&lines);
    let mut ordered = Vec::with_capacity(lines.len());
    let mut moved = places.iter().peekable();
    let is_moved: HashMap<usize, usize> = places.iter().copied().collect();
    for (index, line) in lines.iter().enumerate() {
        while let Some((heading, _)) = moved.next_if(|(_, place)| *place <= index) {
            ordered.extend(lines.get(*heading));
        }
        if !is_moved.contains_key(&index) {
            ordered.push(*line);
        }
    }
    (ordered, unreadable)
}

/// The places of headings at the end of a page, in the document's order.
fn places(lines: &[Line<'_>]) -> (Vec<(usize, usize)>, Vec<Unreadable>) {
    let starts = starts(lines);
    let headings = headings(lines);
    let (mut places, mut unreadable) = (Vec::new(), Vec::new());
    // A heading belongs after the ones before it.
    let mut earliest = 0;
    let mut chapters = Vec::new();
    for (position, heading) in headings.iter().enumerate() {
        let next = headings.get(position + 1).filter(|next| heading.ends_page && next.index == heading.next);
        if heading.is_chapter && next.is_some_and(|next| !next.is_chapter) {
            chapters.push(heading.index);
            continue;
        }
        let place = match heading.ends_page {
            false => heading.index,
            true if heading.is_chapter => heading.page.max(earliest),
            true => {
                let start = starts.get(heading.title.as_str()).into_iter().flatten().rev();
                let start = start.copied().find(|start| *start < heading.index).filter(|start| *start >= earliest);
                start.unwrap_or_else(|| {
                    let why =
                        format!("the section `{}` has its heading at the end of a page, but no start", heading.title);
                    unreadable.push(Unreadable { line: lines.get(heading.index).map_or(0, |line| line.number), why });
                    heading.index
                })
            }
        };
        // A chapter followed by its first section is directly before it.
        places.extend(chapters.drain(..).chain([heading.index]).map(|heading| (heading, place)));
        earliest = place;
    }
    (places, unreadable)
}

/// A heading as printed.
struct Printed {
    index: usize,
    is_chapter: bool,
    /// Without spaces.
    title: String,
    /// Where its page starts.
    page: usize,
    /// The next line that is not blank.
    next: usize,
    /// Whether nothing but headings follows on its page.
    ends_page: bool,
}

fn headings(lines: &[Line<'_>]) -> Vec<Printed> {
    let mut page = 0;
    let mut headings = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        if line.starts_page {
            page = index;
        }
        if let Some(heading) = line.heading() {
            let title = heading.title.split_whitespace().collect();
            headings.push(Printed { index, is_chapter: heading.is_chapter(), title, page, next: 0, ends_page: false });
        }
    }
    // From the end, as what follows a heading decides.
    let mut next = (lines.len(), true);
    let mut left = headings.iter_mut().rev().peekable();
    for (index, line) in lines.iter().enumerate().rev().filter(|(_, line)| !line.is_blank()) {
        let mut ends_page = line.starts_page;
        if let Some(heading) = left.next_if(|heading| heading.index == index) {
            (heading.next, heading.ends_page) = next;
            ends_page |= heading.ends_page;
        }
        next = (index, ends_page);
    }
    headings
}

/// The lines that start a paragraph with the name of a call, by that name.
fn starts<'a>(lines: &[Line<'a>]) -> HashMap<&'a str, Vec<usize>> {
    let mut starts: HashMap<_, Vec<usize>> = HashMap::new();
    let mut begins = true;
    for (index, line) in lines.iter().enumerate() {
        if let Some(call) = words::called(line.text()).filter(|_| begins || line.starts_page) {
            starts.entry(call).or_default().push(index);
        }
        begins = line.is_blank() || line.heading().is_some();
    }
    starts
}
