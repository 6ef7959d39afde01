//! Sorts what a section says by the part that it stands in: tables by what they are of, samples by what they show.

use super::{
    Notes, Places, call,
    sample::{self, Piece, Pieces},
    section::Section,
    table::{self, Draft},
};
use crate::{
    block::{Block, BlockKind, Row},
    fact::{Sample, SampleState},
    words::{self, Column, Part, Role},
};

/// What a section says, part by part, before it is put together.
#[derive(Debug, Default)]
pub struct Parts {
    /// The tables of fields, in the document's order.
    pub tables: Vec<Tabled>,
    /// The samples, in the document's order.
    pub samples: Vec<SampleDraft>,
    /// Statuses that the section lists, with their lines.
    pub statuses: Vec<(u16, usize)>,
}

/// A table of fields and what it is a table of.
#[derive(Debug)]
pub struct Tabled {
    /// Whether it is of an answer.
    pub answer: bool,
    /// The status of the answer.
    pub status: Option<u16>,
    /// What it holds. None for the table of a type.
    pub role: Option<Role>,
    /// The part that it stands in.
    pub part: Part,
    /// The number in its caption.
    pub number: String,
    /// The rest of the caption.
    pub name: String,
    /// The caption's line.
    pub line: usize,
    /// Its rows.
    pub fields: Vec<Draft>,
}

/// A sample and what it is a sample of.
#[derive(Debug)]
pub struct SampleDraft {
    /// Whether it is of an answer.
    pub answer: bool,
    /// The status of the answer.
    pub status: Option<u16>,
    /// Its text.
    pub pieces: Pieces,
}

impl Parts {
    /// Reads a section.
    pub fn read(section: &Section<'_>, places: &Places, notes: &mut Notes) -> Self {
        Reader::new(places, notes).read(section)
    }
}

/// Goes through a section's blocks and sorts them by part.
struct Reader<'a> {
    places: &'a Places,
    notes: &'a mut Notes,
    parts: Parts,
    part: Part,
    status: Option<u16>,
    answer: bool,
    /// The caption that stands before the next table: number, text, line.
    caption: Option<(String, String, usize)>,
    /// Whether the next table may go on with the one before.
    goes_on: bool,
    xml: String,
    xml_line: usize,
    /// Whether the section marks no part as samples: then any code may be one.
    unmarked: bool,
    /// Whether the code before was a method and a URL alone, whose body follows.
    request_line: bool,
}

impl<'a> Reader<'a> {
    fn new(places: &'a Places, notes: &'a mut Notes) -> Self {
        Self {
            places,
            notes,
            parts: Parts::default(),
            part: Part::Other,
            status: None,
            answer: false,
            caption: None,
            goes_on: false,
            xml: String::new(),
            xml_line: 0,
            unmarked: false,
            request_line: false,
        }
    }

    fn read(mut self, section: &Section<'_>) -> Parts {
        self.unmarked = !section.blocks.iter().any(|block| match &block.kind {
            BlockKind::Text(text) | BlockKind::Subheading(text) => {
                matches!(Part::of(text), Some(Part::RequestSample | Part::AnswerSample))
            }
            _ => false,
        });
        for block in &section.blocks {
            self.block(block);
        }
        let has_answer = self.parts.samples.iter().any(|sample| sample.answer);
        if !has_answer && !self.xml.is_empty() {
            let pieces = Pieces { texts: vec![self.xml], line: self.xml_line };
            self.parts.samples.push(SampleDraft { answer: true, status: None, pieces });
        }
        self.parts
    }

    fn block(&mut self, block: &Block) {
        match &block.kind {
            BlockKind::Text(text) | BlockKind::Subheading(text) => self.text(text, block.line),
            BlockKind::Table(rows) => self.table(rows, block.line),
            BlockKind::Code(code) => self.code(code, block.line),
            BlockKind::Heading { .. } => {}
        }
    }

    fn text(&mut self, text: &str, line: usize) {
        if let Some(status) = words::status(text) {
            self.status = Some(status);
            self.goes_on = false;
            if self.part == Part::Answer {
                self.parts.statuses.push((status, line));
            }
        } else if self.part == Part::Statuses
            && let Ok(status) = text.trim_start_matches("- ").trim().parse()
        {
            self.parts.statuses.push((status, line));
        } else if let Some(part) = Part::of(text) {
            self.open(part);
        } else if let Some((number, caption)) = words::caption(text) {
            self.caption = Some((number.to_owned(), caption.to_owned(), line));
            self.goes_on = false;
        } else if self.part == Part::Xml {
            self.add_xml(text, line);
        }
    }

    fn open(&mut self, part: Part) {
        match part {
            // They stand inside the samples of an answer and end none of its statuses.
            Part::Xml | Part::Json if self.answer => {}
            Part::Xml | Part::Json => return,
            _ => {
                self.status = None;
                self.answer = matches!(part, Part::Answer | Part::AnswerSample);
            }
        }
        self.part = part;
        self.goes_on = false;
    }

    fn add_xml(&mut self, text: &str, line: usize) {
        if self.xml.is_empty() {
            self.xml_line = line;
        }
        self.xml.push_str(text);
        self.xml.push('\n');
    }

    fn table(&mut self, rows: &[Row], line: usize) {
        let Some(header) = rows.first() else { return };
        let columns = table::columns(header);
        if self.part == Part::Statuses && columns.contains(&Some(Column::Status)) {
            let statuses = rows
                .iter()
                .skip(1)
                .filter_map(|row| Some((table::cell(row, &columns, Column::Status).parse().ok()?, row.line)));
            self.parts.statuses.extend(statuses);
            return;
        }
        if !table::lists_fields(&columns) {
            return;
        }
        let caption = self.caption.take();
        if caption.is_none() && self.goes_on {
            let fields = table::fields(rows, self.places, self.notes);
            if let Some(before) = self.parts.tables.last_mut() {
                before.fields.extend(fields);
            }
            return;
        }
        let (number, name, line) = caption.unwrap_or_else(|| (String::new(), String::new(), line));
        let role = match Role::of(&name) {
            _ if name.is_empty() => Some(Role::Part),
            Some((role, answer)) => {
                self.answer = answer.unwrap_or(self.answer && role != Role::Path && role != Role::Query);
                Some(role)
            }
            None => None,
        };
        let known = matches!(self.part, Part::Uri | Part::Request | Part::Answer)
            || role.is_some_and(|role| role != Role::Part);
        if !known && role != Some(Role::Part) && self.parts.tables.is_empty()
            || self.part == Part::Other && role == Some(Role::Part)
        {
            return;
        }
        let fields = table::fields(rows, self.places, self.notes);
        let (answer, status, part) = (self.answer, self.status, self.part);
        self.parts.tables.push(Tabled { answer, status, role, part, number, name, line, fields });
        self.goes_on = true;
    }

    fn code(&mut self, code: &str, line: usize) {
        let answer = match self.part {
            Part::RequestSample => false,
            Part::AnswerSample | Part::Json => true,
            Part::Xml if code.trim_start().starts_with('<') => return self.add_xml(code, line),
            Part::Xml => true,
            _ if self.unmarked => !self.request_line && !call::is_request(code),
            _ => return,
        };
        let (piece, offset, json) = Pieces::classify(code);
        self.request_line = piece == Piece::Other && call::is_request(code);
        let status = self.status;
        let same = |draft: &&mut SampleDraft| draft.answer == answer && draft.status == status;
        match piece {
            Piece::Other => {}
            // Without a mark only what is JSON from its first line on is one.
            _ if self.unmarked && offset > 0 && !call::is_request(code) => {}
            Piece::Rest | Piece::End if let Some(draft) = self.parts.samples.last_mut().filter(same) => {
                draft.pieces.texts.push(json)
            }
            Piece::End => {}
            Piece::Start | Piece::Rest => {
                let pieces = Pieces { texts: vec![json], line: line + offset };
                self.parts.samples.push(SampleDraft { answer, status, pieces });
            }
        }
    }
}

impl SampleDraft {
    /// The sample that it is.
    pub fn sample(&self, places: &Places) -> Sample {
        let (keys, state) = match self.pieces.texts.as_slice() {
            [text] if text.trim_start().starts_with('<') => (sample::elements(text), SampleState::Broken),
            _ => self.pieces.read(),
        };
        let at = places.line(self.pieces.line);
        Sample { status: self.status, request: !self.answer, keys, state, at, errata: Vec::new() }
    }
}
