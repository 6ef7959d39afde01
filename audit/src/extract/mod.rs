//! Turns a document's blocks into facts: finds the sections on operations, and reads their tables and samples.

mod appendix;
mod call;
mod operation;
mod parts;
mod repair;
pub(crate) mod row;
pub mod sample;
mod section;
mod shape;
mod structure;
mod table;
mod values;

pub(crate) use self::repair::latin;

use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use yundb_generator::diagnostic::{Location, Source};

use crate::{
    config::Config,
    fact::{Facts, Origin, Unread},
};

/// Reads a document's text: its facts, and the lines that could not be read.
pub fn read(config: &Config, text: &str, name: &str) -> (Facts, Vec<Unread>) {
    let places = Places::new(name, text);
    let (blocks, unreadable) = config.layout.read(text);
    let mut notes = Notes::default();
    let sections = section::sections(&blocks);
    let at = Some(Location::of_file(&places.source));
    let mut facts = Facts { origin: origin(config, text), at, ..Facts::default() };
    for section in section::of_operations(&sections, config) {
        notes.line = section.line;
        facts.operations.extend(operation::read(&section, config.calls, &places, &mut notes));
        appendix::codes(&section, &mut facts, &places, &mut notes);
    }
    for (number, name) in &config.types {
        match sections.iter().find(|section| section.number == *number) {
            Some(section) => facts.operations.push(structure::read(section, name, &places, &mut notes)),
            None => notes.add(1, format!("there is no section {number}, which describes the type `{name}`")),
        }
    }
    for section in sections.iter().filter(|section| section::is_under(section.number, &config.appendices)) {
        appendix::read(section, &mut facts, &places, &mut notes);
    }
    // A line that a layout reader could not read matters only in the relevant sections.
    let matters = |line: usize| {
        let section = sections.iter().rev().find(|section| section.line <= line);
        section.is_some_and(|section| {
            config.operations.is_empty()
                || section::is_under(section.number, &config.operations)
                || section::is_under(section.number, &config.appendices)
        })
    };
    let unreadable = unreadable.into_iter().filter(|unreadable| matters(unreadable.line));
    let mut unread: Vec<(usize, String)> = unreadable.map(|unreadable| (unreadable.line, unreadable.why)).collect();
    unread.extend(notes.notes);
    unread.sort();
    unread.dedup();
    let unread = unread.into_iter().map(|(line, why)| Unread { at: places.line(line), why }).collect();
    (facts, unread)
}

fn origin(config: &Config, text: &str) -> Origin {
    let hash = Sha256::digest(text.as_bytes());
    Origin {
        document: config.document.clone(),
        title: config.title.clone(),
        edition: config.edition.clone(),
        sha256: hash.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

/// The line index of the document.
#[derive(Debug)]
struct Places {
    source: Arc<Source>,
    /// Start and end of each line in bytes.
    lines: Vec<(usize, usize)>,
}

impl Places {
    fn new(name: &str, text: &str) -> Self {
        let mut lines = Vec::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            lines.push((start, start + line.trim_end().len()));
            start += line.len();
        }
        Self { source: Source::new(name, text), lines }
    }

    /// A line, from 1.
    fn line(&self, line: usize) -> Location {
        let (start, end) = self.lines.get(line.saturating_sub(1)).copied().unwrap_or_default();
        Location::new(&self.source, start, end)
    }
}

/// The lines that could not be read.
#[derive(Debug, Default)]
struct Notes {
    notes: Vec<(usize, String)>,
    /// The line of the current section.
    line: usize,
}

impl Notes {
    fn add(&mut self, line: usize, why: impl Into<String>) {
        self.notes.push((line, why.into()));
    }

    /// Adds a note on the section as a whole.
    fn add_here(&mut self, why: impl Into<String>) {
        self.add(self.line, why);
    }

    fn len(&self) -> usize {
        self.notes.len()
    }

    fn truncate(&mut self, len: usize) {
        self.notes.truncate(len);
    }

    /// The notes added since there were so many.
    fn since(&self, len: usize) -> Vec<String> {
        self.notes.iter().skip(len).map(|(_, why)| why.clone()).collect()
    }
}
