//! Sorts a section's content by part: tables by subject, samples by direction.

use super::{
    Notes, Places, call, row,
    sample::{self, Content, Piece, Pieces},
    section::Section,
    table::{self, Draft},
};
use crate::{
    block::{Block, BlockKind, Row},
    fact::{Sample, SampleState},
    words::{self, Column, Part, Role},
};

/// The content of a section by part, before it is assembled.
#[derive(Debug, Default)]
pub struct Parts {
    /// The tables of fields, in the document's order.
    pub tables: Vec<Tabled>,
    /// The samples, in the document's order.
    pub samples: Vec<SampleDraft>,
    /// Statuses listed by the section, with their lines.
    pub statuses: Vec<(u16, usize)>,
    /// The numbers in the text before the tables.
    pub about: Vec<String>,
}

/// A table of fields and its subject.
#[derive(Debug)]
pub struct Tabled {
    /// Whether it is of a response.
    pub response: bool,
    /// The status of the response.
    pub status: Option<u16>,
    /// The role of its fields. None for the table of a type.
    pub role: Option<Role>,
    /// The part that it is in.
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

/// A sample and its subject.
#[derive(Debug)]
pub struct SampleDraft {
    /// Whether it is of a response.
    pub response: bool,
    /// The status of the response.
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

/// Walks a section's blocks and sorts them by part.
struct Reader<'a> {
    places: &'a Places,
    notes: &'a mut Notes,
    parts: Parts,
    part: Part,
    status: Option<u16>,
    response: bool,
    /// The caption before the next table: number, text, line.
    caption: Option<(String, String, usize)>,
    /// Whether the next table may continue the one before.
    goes_on: bool,
    xml: String,
    xml_line: usize,
    /// Whether no part of the section is marked as samples: then any code may be one.
    unmarked: bool,
    /// Whether the code before was only a method and a URL, with the body to follow.
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
            response: false,
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
                matches!(Part::of(text), Some(Part::RequestSample | Part::ResponseSample))
            }
            _ => false,
        });
        for block in &section.blocks {
            self.block(block);
        }
        self.parts.about.sort();
        self.parts.about.dedup();
        let has_response = self.parts.samples.iter().any(|sample| sample.response);
        if !has_response && !self.xml.is_empty() {
            let pieces = Pieces { texts: vec![self.xml], line: self.xml_line };
            self.parts.samples.push(SampleDraft { response: true, status: None, pieces });
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
            if self.part == Part::Response {
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
        } else if self.part == Part::Other && self.parts.tables.is_empty() && self.parts.samples.is_empty() {
            self.parts.about.extend(row::numbers(text));
        }
    }

    fn open(&mut self, part: Part) {
        match part {
            // These are inside the samples of a response and do not end its status.
            Part::Xml | Part::Json if self.response => {}
            Part::Xml | Part::Json => return,
            _ => {
                self.status = None;
                self.response = matches!(part, Part::Response | Part::ResponseSample);
            }
        }
        self.part = part;
        self.goes_on = false;
    }

    fn add_xml(&mut self, text: &str, line: usize) {
        if self.xml.is_empty() {
            // The line between two pages.
            if !text.trim_start().starts_with('<') {
                return;
            }
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
            Some((role, response)) => {
                self.response = response.unwrap_or(self.response && role != Role::Path && role != Role::Query);
                Some(role)
            }
            None => None,
        };
        let known = matches!(self.part, Part::Uri | Part::Request | Part::Response)
            || role.is_some_and(|role| role != Role::Part);
        if !known && role != Some(Role::Part) && self.parts.tables.is_empty()
            || self.part == Part::Other && role == Some(Role::Part)
        {
            return;
        }
        let fields = table::fields(rows, self.places, self.notes);
        let (response, status, part) = (self.response, self.status, self.part);
        self.parts.tables.push(Tabled { response, status, role, part, number, name, line, fields });
        self.goes_on = true;
    }

    fn code(&mut self, code: &str, line: usize) {
        let response = match self.part {
            Part::RequestSample => false,
            Part::ResponseSample | Part::Json => true,
            Part::Xml if code.trim_start().starts_with('<') => return self.add_xml(code, line),
            Part::Xml => true,
            _ if self.unmarked => !self.request_line && !call::is_request(code),
            _ => return,
        };
        let (piece, offset, json) = Pieces::classify(code);
        self.request_line = piece == Piece::Other && call::is_request(code);
        let status = self.status;
        let same = |draft: &&mut SampleDraft| draft.response == response && draft.status == status;
        match (piece, self.parts.samples.last_mut().filter(same)) {
            (Piece::Other, _) => {}
            // Without a mark only code that starts as JSON is a sample.
            _ if self.unmarked && offset > 0 && !call::is_request(code) => {}
            (Piece::Rest | Piece::End, Some(draft)) => draft.pieces.texts.push(json),
            (Piece::End, None) => {}
            (Piece::Start | Piece::Rest, _) => {
                let pieces = Pieces { texts: vec![json], line: line + offset };
                self.parts.samples.push(SampleDraft { response, status, pieces });
            }
        }
    }
}

impl SampleDraft {
    /// The sample's direction and status.
    pub fn sample(&self, places: &Places) -> Sample {
        let content = match self.pieces.texts.as_slice() {
            [text] if text.trim_start().starts_with('<') => {
                Content { keys: sample::elements(text), values: sample::contents(text), state: SampleState::Broken }
            }
            _ => self.pieces.read(),
        };
        let Content { keys, values, state } = content;
        let at = places.line(self.pieces.line);
        Sample { status: self.status, request: !self.response, keys, values, state, at, errata: Vec::new() }
    }
}
