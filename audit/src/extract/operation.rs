//! Puts the section of one operation together: how it is called, its parameters, bodies, answers and samples.

use super::{
    Notes, Places,
    call::{self, Request},
    parts::{Parts, Tabled},
    sample,
    section::Section,
    shape::{self, Named},
    table::Draft,
};
use crate::{
    block::{Block, BlockKind},
    config::Calls,
    fact::{Answer, Call, Operation, Parameter, Place, Required, Sample, SampleState, Shape},
    words::{Part, Role},
};

/// The operation that a section describes. None if it describes none.
pub fn read(section: &Section<'_>, calls: Calls, places: &Places, notes: &mut Notes) -> Option<Operation> {
    let before = notes.len();
    let mut parts = Parts::read(section, places, notes);
    let describes =
        parts.tables.iter().any(|table| table.fields.iter().any(|draft| draft.field.required != Required::Unknown));
    let request = match calls {
        Calls::Rest => rest(section, describes, notes),
        Calls::Rpc => rpc(section, &parts, describes, notes),
    };
    let Some((request, line)) = request else {
        // Notes on tables of a section that is no operation would be about tables that nobody needs.
        if !describes {
            notes.truncate(before);
        }
        return None;
    };
    let parameters = parameters(&mut parts, &request, calls, notes);
    let body = body(&mut parts, calls, notes);
    let answers = answers(&mut parts, calls, places, section, notes);
    let samples = parts.samples.iter().map(|draft| draft.sample(places)).collect::<Vec<_>>();
    let samples = samples.into_iter().chain(url_sample(section, calls, places)).collect();
    Some(Operation {
        section: section.number.to_owned(),
        call: request.call,
        parameters,
        body,
        answers,
        samples,
        unread: notes.since(before),
        at: places.line(line),
        errata: Vec::new(),
    })
}

/// Method and path of a section. A section without is no operation; with tables of parameters it looks like one.
fn rest(section: &Section<'_>, describes: bool, notes: &mut Notes) -> Option<(Request, usize)> {
    match call::rest(&Section::lines(&of_uri(section))) {
        Ok(Some((request, line))) => Some((request, line)),
        Ok(None) if describes => {
            notes.add(section.line, format!("section {} has parameters, but no method and path", section.number));
            None
        }
        Ok(None) => None,
        Err((why, line)) => {
            notes.add(line, why);
            None
        }
    }
}

/// The blocks that tell the path: of the part for it, so that no sample is taken for it; all if there is no such part.
fn of_uri<'a>(section: &Section<'a>) -> Vec<&'a Block> {
    let part = |block: &&Block| match &block.kind {
        BlockKind::Text(text) | BlockKind::Subheading(text) => Part::of(text),
        _ => None,
    };
    let mut blocks = section.blocks.iter().copied().skip_while(|block| part(block) != Some(Part::Uri)).peekable();
    if blocks.peek().is_none() {
        return section.blocks.clone();
    }
    blocks.take_while(|block| part(block).is_none_or(|part| matches!(part, Part::Uri | Part::UriSample))).collect()
}

/// The action of a section: the sample of a request has it whole, the table in a narrow cell.
fn rpc(section: &Section<'_>, parts: &Parts, describes: bool, notes: &mut Notes) -> Option<(Request, usize)> {
    let lines = Section::lines(&section.blocks);
    let sampled = lines.iter().find_map(|line| Some((call::action(line.text)?.to_owned(), line.line)));
    let mut rows = parts.tables.iter().flat_map(|table| &table.fields);
    let row = rows.find(|draft| draft.field.name == "Action").map(|draft| super::mend::name(&draft.example).0);
    let (action, line) = match (sampled, row) {
        (Some((sampled, line)), Some(row)) if sampled != row && !row.is_empty() => {
            notes.add(line, format!("the action is `{sampled}` in the sample and `{row}` in the table"));
            (sampled, section.line)
        }
        (Some((sampled, _)), _) => (sampled, section.line),
        (None, Some(row)) if !row.is_empty() => (row, section.line),
        _ => {
            if describes {
                notes.add(section.line, format!("section {} has parameters, but no action", section.number));
            }
            return None;
        }
    };
    Some((Request { call: Call::Rpc { action }, query: Vec::new() }, line))
}

fn parameters(parts: &mut Parts, request: &Request, calls: Calls, notes: &mut Notes) -> Vec<Parameter> {
    let path = match &request.call {
        Call::Rest { path, .. } => path.as_str(),
        Call::Rpc { .. } => "",
    };
    let mut parameters = Vec::new();
    parts.tables.retain_mut(|table| {
        let place = match table.role {
            _ if table.answer => return true,
            Some(Role::Path) => Some(Place::Path),
            Some(Role::Query) => Some(Place::Query),
            Some(Role::Header) => Some(Place::Header),
            Some(Role::Part) if calls == Calls::Rpc => Some(Place::Query),
            Some(Role::Part) if matches!(table.part, Part::Uri | Part::UriSample) => None,
            _ => return true,
        };
        for draft in table.fields.drain(..) {
            let field = draft.field;
            let in_path = path.contains(&format!("{{{}}}", field.name));
            let place = place.unwrap_or(if in_path { Place::Path } else { Place::Query });
            parameters.push(Parameter { place, field, filled: false });
        }
        false
    });
    for name in request.query.iter().filter(|name| !parameters.iter().any(|parameter| parameter.field.name == **name)) {
        notes.add_here(format!("the query has `{name}`, the tables have not"));
    }
    parameters
}

/// The body of a request, with the types that it uses.
fn body(parts: &mut Parts, calls: Calls, notes: &mut Notes) -> Option<Shape> {
    let (fields, named) = take(parts, |table| !table.answer);
    if fields.is_empty() && named.is_empty() || calls == Calls::Rpc {
        return None;
    }
    Some(shape::shape(fields, named, notes))
}

/// The answers by status, in the order of the document.
fn answers(parts: &mut Parts, calls: Calls, places: &Places, section: &Section<'_>, notes: &mut Notes) -> Vec<Answer> {
    let mut answers: Vec<Answer> = Vec::new();
    while let Some(table) = parts.tables.first() {
        let (status, line) = (table.status, table.line);
        let (fields, named) = take(parts, |table| table.status == status);
        let mut shape = shape::shape(fields, named, notes);
        // One table of all levels, whose order alone hints at what belongs to what.
        shape.flat = calls == Calls::Rpc;
        answers.push(Answer { status, shape, at: places.line(line), errata: Vec::new() });
    }
    for (status, line) in parts.statuses.iter().filter(|(status, _)| (200..300).contains(status)) {
        let known = answers.iter().any(|answer| answer.status == Some(*status));
        match answers.iter_mut().find(|answer| answer.status.is_none()) {
            _ if known => {}
            Some(answer) => answer.status = Some(*status),
            None => {
                let at = places.line(*line);
                answers.push(Answer { status: Some(*status), shape: Shape::default(), at, errata: Vec::new() });
            }
        }
    }
    if answers.is_empty() && calls == Calls::Rpc {
        notes.add(section.line, "no table of the answer");
    }
    answers
}

/// Takes the tables that fit out of the parts: the fields of the body itself, and the types.
fn take(parts: &mut Parts, fits: impl Fn(&Tabled) -> bool) -> (Vec<Draft>, Vec<Named>) {
    let (mut fields, mut named) = (Vec::new(), Vec::new());
    let tables = std::mem::take(&mut parts.tables);
    for table in tables {
        match table.role {
            _ if !fits(&table) => parts.tables.push(table),
            // What an answer has in its header is not of its body.
            Some(Role::Header) => {}
            Some(_) => fields.extend(table.fields),
            None => {
                let Tabled { number, name, line, fields, .. } = table;
                named.push(Named { number, name, fields, line });
            }
        }
    }
    (fields, named)
}

/// The sample of an RPC request is a URL with the parameters.
fn url_sample(section: &Section<'_>, calls: Calls, places: &Places) -> Option<Sample> {
    if calls != Calls::Rpc {
        return None;
    }
    let lines = Section::lines(&section.blocks);
    let start = lines.iter().position(|line| call::action(line.text).is_some())?;
    let url: String = lines
        .iter()
        .skip(start)
        .map(|line| line.text.trim())
        .filter(|text| !text.is_empty())
        .take_while(|text| text.contains("Action=") || text.starts_with('&'))
        .collect();
    let (_, query) = url.split_once('?')?;
    let mut keys: Vec<String> = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, _)| super::mend::name(name).0)
        .filter(|name| name != "Action" && super::mend::is_name(name))
        .collect();
    keys.sort();
    keys.dedup();
    let at = places.line(lines[start].line);
    let state = if sample::has_radicals(&url) { SampleState::Mended } else { SampleState::Whole };
    Some(Sample { status: None, request: true, keys, state, at, errata: Vec::new() })
}
