//! Splits a document into the sections that describe operations and the appendices.

use crate::{
    block::{Block, BlockKind},
    config::Config,
};

/// A section: a numbered heading, and everything up to the next one.
#[derive(Clone, Debug)]
pub struct Section<'a> {
    /// `4.3.1`; empty if the document has no numbers.
    pub number: &'a str,
    /// The heading's line.
    pub line: usize,
    /// Its blocks, without subsections.
    pub blocks: Vec<&'a Block>,
}

/// A line of text.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// The line, from 1.
    pub line: usize,
    /// The text.
    pub text: &'a str,
}

impl<'a> Section<'a> {
    /// The lines of text and code from a block on, each with its place.
    pub fn lines(blocks: &[&'a Block]) -> Vec<Line<'a>> {
        let mut lines = Vec::new();
        for block in blocks {
            match &block.kind {
                BlockKind::Text(text) => lines.push(Line { line: block.line, text }),
                BlockKind::Code(code) => {
                    lines.extend(code.lines().enumerate().map(|(index, text)| Line { line: block.line + index, text }));
                }
                _ => {}
            }
        }
        lines
    }
}

/// All sections of a document, in its order.
pub fn sections(blocks: &[Block]) -> Vec<Section<'_>> {
    let mut sections = vec![Section { number: "", line: 1, blocks: Vec::new() }];
    for block in blocks {
        match &block.kind {
            BlockKind::Heading { number, .. } => {
                sections.push(Section { number, line: block.line, blocks: Vec::new() });
            }
            _ => {
                if let Some(section) = sections.last_mut() {
                    section.blocks.push(block);
                }
            }
        }
    }
    sections
}

/// Whether a section is or belongs to one of the numbered ones.
pub fn is_under(number: &str, roots: &[String]) -> bool {
    roots
        .iter()
        .any(|root| number.strip_prefix(root.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
}

/// The sections that may describe operations, each with its continuations.
pub fn of_operations<'a>(sections: &[Section<'a>], config: &Config) -> Vec<Section<'a>> {
    if config.operations.is_empty() {
        let mut whole = Section { number: "", line: 1, blocks: Vec::new() };
        whole.blocks = sections.iter().flat_map(|section| section.blocks.iter().copied()).collect();
        return vec![whole];
    }
    let described = sections
        .iter()
        .filter(|section| is_under(section.number, &config.operations) && !is_under(section.number, &config.except));
    described
        .map(|section| {
            let mut section = section.clone();
            let more = config.continued.get(section.number).into_iter().flatten();
            for more in more.filter_map(|number| sections.iter().find(|section| section.number == *number)) {
                section.blocks.extend(&more.blocks);
            }
            section
        })
        .collect()
}
