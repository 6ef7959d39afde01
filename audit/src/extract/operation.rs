//! Assembles the section of one operation: its call, parameters, bodies, responses and samples.

use super::{
    Notes, Places,
    call::{self, Request},
    parts::{Parts, Tabled},
    sample,
    section::{Line, Section},
    shape::{self, Named},
    table::Draft,
};
use crate::{
    block::{Block, BlockKind},
    config::Calls,
    fact::{Call, Operation, Parameter, Place, Required, Response, Sample, SampleState, Shape, Shown},
    words::{Part, Role},
};

/// The operation that a section describes, if any.
pub fn read(section: &Section<'_>, calls: Calls, places: &Places, notes: &mut Notes) -> Option<Operation> {
    let before = notes.len();
    let mut parts = Parts::read(section, places, notes);
    relate(&mut parts);
    let describes =
        parts.tables.iter().any(|table| table.fields.iter().any(|draft| draft.field.required != Required::Unknown));
    let request = match calls {
        Calls::Rest => rest(section, describes, notes),
        Calls::Rpc => rpc(section, &parts, describes, notes),
    };
    let Some((request, line)) = request else {
        // Notes on tables are dropped if the section does not describe an operation.
        if !describes {
            notes.truncate(before);
        }
        return None;
    };
    let parameters = parameters(&mut parts, &request, calls, notes);
    let body = body(&mut parts, calls, notes);
    let responses = responses(&mut parts, calls, places, section, notes);
    let samples = parts.samples.iter().map(|draft| draft.sample(places)).collect::<Vec<_>>();
    let samples = samples.into_iter().chain(url_sample(section, calls, places)).collect();
    let sent = match &request.call {
        Call::Rest { method, path } => call::sent(&of_samples(section), method, path),
        Call::Rpc { .. } | Call::Type { .. } => Vec::new(),
    };
    Some(Operation {
        section: section.number.to_owned(),
        call: request.call,
        parameters,
        body,
        responses,
        samples,
        sent,
        about: parts.about,
        shown: Shown::default(),
        unread: notes.since(before),
        at: places.line(line),
        errata: Vec::new(),
    })
}

/// Lets each row of a section know the names of the others: a request does not depend on response fields.
fn relate(parts: &mut Parts) {
    let names = |requests: bool| -> Vec<String> {
        let tables = parts.tables.iter().filter(|table| !(requests && table.response));
        let mut names: Vec<String> =
            tables.flat_map(|table| &table.fields).map(|draft| draft.field.name.clone()).collect();
        names.sort();
        names.dedup();
        names
    };
    let (request, all) = (names(true), names(false));
    for table in &mut parts.tables {
        let names: Vec<&str> = if table.response { &all } else { &request }.iter().map(String::as_str).collect();
        table.fields.iter_mut().for_each(|draft| draft.relate(&names));
    }
}

/// Method and path of a section. A section without them is not an operation; one with tables of parameters is reported.
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

/// The blocks with the path: those of the part for it, so that samples are not mistaken for it; all if there is no such
/// part.
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

/// The lines of the samples of requests; all if none are marked.
fn of_samples<'a>(section: &Section<'a>) -> Vec<Line<'a>> {
    let part = |block: &&Block| match &block.kind {
        BlockKind::Text(text) | BlockKind::Subheading(text) => Part::of(text),
        _ => None,
    };
    let mut blocks =
        section.blocks.iter().copied().skip_while(|block| part(block) != Some(Part::RequestSample)).peekable();
    if blocks.peek().is_none() {
        return Section::lines(&section.blocks);
    }
    let samples: Vec<&Block> = blocks.take_while(|block| part(block) != Some(Part::ResponseSample)).collect();
    Section::lines(&samples)
}

/// The action of a section: complete in a request's sample, possibly broken in a narrow table cell.
fn rpc(section: &Section<'_>, parts: &Parts, describes: bool, notes: &mut Notes) -> Option<(Request, usize)> {
    let lines = Section::lines(&section.blocks);
    let sampled = lines.iter().find_map(|line| Some((call::action(line.text)?.to_owned(), line.line)));
    let mut rows = parts.tables.iter().flat_map(|table| &table.fields);
    let row = rows.find(|draft| draft.field.name == "Action").map(|draft| super::repair::name(&draft.example).0);
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
        Call::Rpc { .. } | Call::Type { .. } => "",
    };
    let mut parameters = Vec::new();
    parts.tables.retain_mut(|table| {
        let place = match table.role {
            _ if table.response => return true,
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
            parameters.push(Parameter { place, field, filled: false, json: None });
        }
        false
    });
    for name in request.query.iter().filter(|name| !parameters.iter().any(|parameter| parameter.field.name == **name)) {
        notes.add_here(format!("`{name}` is in the query, but not in the tables"));
    }
    parameters
}

/// The body of a request, with the types that it uses.
fn body(parts: &mut Parts, calls: Calls, notes: &mut Notes) -> Option<Shape> {
    let (fields, named) = take(parts, |table| !table.response);
    if fields.is_empty() && named.is_empty() || calls == Calls::Rpc {
        return None;
    }
    Some(shape::shape(fields, named, notes))
}

/// The responses by status, in the order of the document.
fn responses(
    parts: &mut Parts,
    calls: Calls,
    places: &Places,
    section: &Section<'_>,
    notes: &mut Notes,
) -> Vec<Response> {
    let mut responses: Vec<Response> = Vec::new();
    while let Some(table) = parts.tables.first() {
        let (status, line) = (table.status, table.line);
        let (fields, named) = take(parts, |table| table.status == status);
        let mut shape = shape::shape(fields, named, notes);
        // One table of all levels, in which only the order hints at the nesting.
        shape.flat = calls == Calls::Rpc;
        responses.push(Response { status, shape, at: places.line(line), errata: Vec::new() });
    }
    for (status, line) in parts.statuses.iter().filter(|(status, _)| (200..300).contains(status)) {
        let known = responses.iter().any(|response| response.status == Some(*status));
        match responses.iter_mut().find(|response| response.status.is_none()) {
            _ if known => {}
            Some(response) => response.status = Some(*status),
            None => {
                let at = places.line(*line);
                responses.push(Response { status: Some(*status), shape: Shape::default(), at, errata: Vec::new() });
            }
        }
    }
    if responses.is_empty() && calls == Calls::Rpc {
        notes.add(section.line, "no table of the response");
    }
    responses
}

/// Removes the matching tables from the parts: the fields of the body itself, and the types.
fn take(parts: &mut Parts, fits: impl Fn(&Tabled) -> bool) -> (Vec<Draft>, Vec<Named>) {
    let (mut fields, mut named) = (Vec::new(), Vec::new());
    let tables = std::mem::take(&mut parts.tables);
    for table in tables {
        match table.role {
            _ if !fits(&table) => parts.tables.push(table),
            // Headers of a response are not part of its body.
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
    let mut values: Vec<(String, String)> = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (super::repair::name(name).0, value.trim().to_owned()))
        .filter(|(name, _)| name != "Action" && super::repair::is_name(name))
        .collect();
    let mut keys: Vec<String> = values.iter().map(|(name, _)| name.clone()).collect();
    keys.sort();
    keys.dedup();
    values.retain(|(_, value)| !value.is_empty());
    let at = places.line(lines[start].line);
    let state = if sample::has_radicals(&url) { SampleState::Repaired } else { SampleState::Whole };
    Some(Sample { status: None, request: true, keys, values, state, at, errata: Vec::new() })
}
