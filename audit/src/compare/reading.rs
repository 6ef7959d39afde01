//! People's readings of rows that no recognizer reads: whether a spec still has them, and which ones a lock keeps.

use std::collections::{HashMap, HashSet};

use yundb_generator::diagnostic::Location;

use super::{
    Aspect, Mode, Topic, collect, detail,
    field::Site,
    findings::{Findings, lacks, only, stated},
    text,
};
use crate::fact::{Detail, Facts, Field, Operation, Reading, Statement, What};

/// Compares the patterns and values that were read from a name's rows with those of one field of the spec. `several`
/// means that the name has several fields, so that readings have paths.
pub(super) fn pattern(lefts: &[&Field], right: &Field, site: Site<'_>, several: bool, findings: &mut Findings) {
    let Some(first) = lefts.first().filter(|_| findings.lenient()) else { return };
    let has = right.details.iter().find(|it| it.detail == Detail::Pattern);
    let reading = of(lefts, site, several).find(|(_, reading)| reading.what == What::Pattern);
    match (reading, has) {
        (Some((field, _)), None) => {
            let sides = (stated(Detail::Pattern.word(), &field.at), lacks(&right.at));
            let difference = findings.add(Topic::Detail, Aspect::Detail(Detail::Read), site.path, sides.0, sides.1);
            difference.explained_by(&right.errata, site.around);
        }
        (None, Some(pattern)) if lefts.iter().any(|left| detail::supports(left, pattern, right, findings)) => {
            keep(first, What::Pattern, site, several, findings);
        }
        _ => {}
    }
}

/// Compares the values that were read, except those that are reported already.
pub(super) fn values(
    lefts: &[&Field],
    right: &Field,
    reported: &[String],
    site: Site<'_>,
    several: bool,
    findings: &mut Findings,
) {
    let Some(first) = lefts.first().filter(|_| findings.lenient()) else { return };
    let new = |values: &[String]| -> Vec<String> {
        values.iter().filter(|value| !reported.contains(value)).cloned().collect()
    };
    let found = of(lefts, site, several).find_map(|(field, reading)| match reading.what {
        What::Values(values) => Some((field, values)),
        _ => None,
    });
    if let Some((field, values)) = found {
        let (missing, extra) = (only(&new(&values), &right.values), only(&new(&right.values), &values));
        if !missing.is_empty() || !extra.is_empty() {
            let sides = (stated(missing, &field.at), stated(extra, &right.at));
            let difference = findings.add(Topic::Value, Aspect::Values, site.path, sides.0, sides.1);
            difference.explained_by(&right.errata, site.around);
        }
        return;
    }
    // A description may have the one value of a list as well, so that the list is not missed.
    let listed = !several && right.values.len() > 1 && lefts.iter().any(|left| left.values == right.values);
    let read = new(&right.values);
    if !listed && !read.is_empty() {
        keep(first, What::Values(read), site, several, findings);
    }
}

/// Compares the statements that were read: those of the spec that the rows do not have as such.
pub(super) fn statements(lefts: &[&Field], right: &Field, site: Site<'_>, several: bool, findings: &mut Findings) {
    let Some(first) = lefts.first().filter(|_| findings.lenient()) else { return };
    let read = of(lefts, site, several).filter_map(|(field, reading)| match reading.what {
        What::Stated(detail, value) => Some((field, detail, value)),
        _ => None,
    });
    let read: Vec<(&Field, Detail, String)> = read.collect();
    let mut has = detail::uncertain(lefts, right, findings);
    // Which of several fields has a unit or an example, the rows do not show.
    let examples = right.details.iter().filter(|it| several && it.detail == Detail::Example);
    let supported = |it: &&Statement| lefts.iter().any(|left| detail::supports(left, it, right, findings));
    let examples: Vec<(Detail, String)> = examples.filter(supported).map(|it| (it.detail, it.value.clone())).collect();
    has.extend(examples);
    let units = lefts.iter().flat_map(|left| &left.details).filter(|it| several && it.detail == Detail::Unit);
    has.extend(units.filter(|it| text::has_unit(&right.prose.text, &it.value)).map(|it| (it.detail, it.value.clone())));
    for (field, detail, value) in &read {
        let kept = has.iter().any(|(known, other)| known == detail && other == value)
            || right.details.iter().any(|it| it.detail == *detail && it.value == *value);
        if !kept {
            let sides = (stated(format!("{} {value}", detail.word()), &field.at), lacks(&right.at));
            let difference = findings.add(Topic::Detail, Aspect::Detail(Detail::Read), site.path, sides.0, sides.1);
            difference.explained_by(&right.errata, site.around);
        }
    }
    for (detail, value) in has {
        if !read.iter().any(|(_, known, _)| *known == detail) {
            keep(first, What::Stated(detail, value), site, several, findings);
        }
    }
}

/// Compares the paths that the fields of one name have, in a table without nesting.
pub(super) fn fields(lefts: &[&Field], paths: &[String], right: &Field, site: Site<'_>, findings: &mut Findings) {
    let Some(first) = lefts.first().filter(|_| findings.lenient()) else { return };
    let read = of(lefts, site, false).find_map(|(_, reading)| match reading.what {
        What::Fields(paths) => Some(paths),
        _ => None,
    });
    match read {
        Some(read) => {
            for path in read.iter().filter(|path| !paths.contains(path)) {
                let sides = (stated(first.name.as_str(), &first.at), lacks(&right.at));
                let difference = findings.add(site.topic, Aspect::Missing, path.as_str(), sides.0, sides.1);
                difference.explained_by(&right.errata, site.around);
            }
        }
        None if paths.len() > 1 => keep(first, What::Fields(paths.to_vec()), site, false, findings),
        None => {}
    }
}

fn of<'a>(lefts: &[&'a Field], site: Site<'_>, several: bool) -> impl Iterator<Item = (&'a Field, Reading)> {
    let path = several.then(|| site.path.to_owned());
    let all = lefts.iter().flat_map(|field| Reading::of(field).map(|reading| (*field, reading)));
    all.filter(move |(_, reading)| reading.path == path).collect::<Vec<_>>().into_iter()
}

fn keep(left: &Field, what: What, site: Site<'_>, several: bool, findings: &mut Findings) {
    let reading = Reading { what, words: left.words.clone(), path: several.then(|| site.path.to_owned()) };
    findings.readings.push((left.at.clone(), left.name.clone(), reading.to_string()));
}

/// The row of a reading: the operation, the table, the name of the field and the reading itself.
type Row = (String, String, String, String);

/// Adds the readings that a spec has of a document's rows.
pub(crate) fn read_by_people(document: &mut Facts, spec: &Facts) {
    let found = collect(document, spec, Mode::Spec).readings;
    let mut rows = HashSet::new();
    visit(document, |operation, table, field| {
        for (_, _, reading) in found.iter().filter(|(at, name, _)| *at == field.at && *name == field.name) {
            rows.insert((operation.to_owned(), table.to_owned(), field.name.clone(), reading.clone()));
        }
    });
    add(document, &rows);
}

/// Adds the readings of a lock to those rows of a document that have the same words still.
pub(crate) fn still_read(document: &mut Facts, lock: &Facts) {
    let mut rows = HashSet::new();
    visit(&mut lock.clone(), |operation, table, field| {
        for reading in Reading::of(field) {
            rows.insert((operation.to_owned(), table.to_owned(), field.name.clone(), reading.to_string()));
        }
    });
    add(document, &rows);
}

/// The readings of a lock whose rows have other words in a document: the row, and what was read from it.
pub(crate) fn no_longer_read(document: &mut Facts, lock: &Facts) -> Vec<(Location, String)> {
    let mut rows: HashMap<[String; 3], (Location, Vec<String>)> = HashMap::new();
    visit(document, |operation, table, field| {
        let row = [operation, table, &field.name].map(str::to_owned);
        rows.entry(row).or_insert_with(|| (field.at.clone(), Vec::new())).1.push(field.words.clone());
    });
    let mut changed = Vec::new();
    visit(&mut lock.clone(), |operation, table, field| {
        let row = [operation, table, &field.name].map(str::to_owned);
        let Some((at, words)) = rows.get(&row) else { return };
        for reading in Reading::of(field).filter(|reading| !words.contains(&reading.words)) {
            changed.push((at.clone(), format!("{operation}, {table} `{}`: `{reading}`", field.name)));
        }
    });
    changed
}

fn add(document: &mut Facts, rows: &HashSet<Row>) {
    let mut rows: Vec<&Row> = rows.iter().collect();
    rows.sort();
    visit(document, |operation, table, field| {
        let own = |row: &&&Row| row.0 == operation && row.1 == table && row.2 == field.name;
        for (.., reading) in rows.iter().filter(own) {
            if Reading::parse(reading).is_some_and(|reading| reading.words == field.words) {
                let statement = Statement { detail: Detail::Read, value: reading.clone(), at: field.at.clone() };
                field.details.push(statement);
            }
        }
    });
}

/// Calls a function with each field, its operation and its table.
fn visit(facts: &mut Facts, mut each: impl FnMut(&str, &str, &mut Field)) {
    for operation in &mut facts.operations {
        let Operation { section, call, parameters, body, responses, .. } = operation;
        let name = format!("{section} {call}");
        for parameter in parameters {
            each(&name, &parameter.place.to_string(), &mut parameter.field);
        }
        let responses = responses.iter_mut().map(|response| (super::response::status(response), &mut response.shape));
        for (table, shape) in body.iter_mut().map(|body| ("body".to_owned(), body)).chain(responses) {
            shape.fields.iter_mut().for_each(|field| each(&name, &table, field));
            for (key, fields) in &mut shape.types {
                fields.iter_mut().for_each(|field| each(&name, &format!("{table} {key}"), field));
            }
        }
    }
}
