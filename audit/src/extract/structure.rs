//! Reads a section that describes a type for several operations: tables of its fields, and samples of its JSON.

use super::{
    Notes, Places,
    parts::SampleDraft,
    sample::{self, Pieces},
    section::Section,
    table,
};
use crate::{
    block::BlockKind,
    fact::{Call, Operation, Required, Response, Sample, SampleState, Shape, Shown},
    words,
};

/// The type with a name in the spec. Its tables apply under conditions, so none alone demands a field.
pub fn read(section: &Section<'_>, name: &str, places: &Places, notes: &mut Notes) -> Operation {
    let before = notes.len();
    let (mut drafts, mut samples, mut sent) = (Vec::new(), Vec::new(), Vec::new());
    for block in &section.blocks {
        match &block.kind {
            BlockKind::Table(rows) if rows.first().is_some_and(|header| table::describes(&table::columns(header))) => {
                drafts.extend(table::fields(rows, places, notes));
            }
            BlockKind::Code(code) => {
                let pieces = Pieces { texts: vec![code.clone()], line: block.line };
                match pieces.json().filter(|json| !is_definition(json)) {
                    Some(json) => sent.push((name.to_owned(), json.to_string())),
                    None => samples.push(SampleDraft { response: true, status: None, pieces }.sample(places)),
                }
            }
            _ => {}
        }
    }
    let mut names: Vec<String> = drafts.iter().map(|draft| draft.field.name.clone()).collect();
    names.sort();
    names.dedup();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for draft in &mut drafts {
        draft.relate(&names);
        if draft.field.required == Required::Required {
            draft.field.required = Required::Conditional;
        }
    }
    // The values in a definition are sentences.
    let definition = |sample: &mut Sample| sample.values.retain(|(_, value)| !words::is_prose(value));
    samples.iter_mut().for_each(definition);
    samples.retain(|sample: &Sample| !sample.keys.is_empty());
    samples.iter_mut().for_each(|sample| sample.state = SampleState::Broken);
    let at = places.line(section.line);
    let fields = drafts.into_iter().map(|draft| draft.field).collect();
    let shape = Shape { fields, flat: true, ..Shape::default() };
    Operation {
        section: section.number.to_owned(),
        call: Call::Type { name: name.to_owned() },
        parameters: Vec::new(),
        body: None,
        responses: vec![Response { status: None, shape, at: at.clone(), errata: Vec::new() }],
        samples,
        sent,
        about: Vec::new(),
        shown: Shown::default(),
        unread: notes.since(before),
        at,
        errata: Vec::new(),
    }
}

/// Whether the values of a JSON are the meanings of its keys. Its brackets are often not closed.
fn is_definition(json: &serde_json::Value) -> bool {
    let values = sample::values(json);
    2 * values.iter().filter(|(_, value)| words::is_prose(value)).count() > values.len()
}
