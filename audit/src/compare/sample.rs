//! Compares the samples of two operations, and the samples of the left with the fields of the right.

use std::collections::{BTreeMap, HashMap};

use super::{
    Aspect, Topic,
    findings::{Findings, LIST, chain, lacks, only, stated},
    names, response, text,
};
use crate::extract;
use crate::fact::{Call, Detail, Kind, Operation, Parameter, Place, Sample, SampleState, Shape, Type};

/// The value for a sample where the other side has none.
pub(crate) const SAMPLE: &str = "sample";

/// Compares all samples.
pub(super) fn all(left: &Operation, right: &Operation, findings: &mut Findings) {
    let mut used = vec![false; right.samples.len()];
    for sample in &left.samples {
        let free = right.samples.iter().enumerate().filter(|(index, _)| !used[*index]);
        let fits: Vec<_> = free.filter(|(_, other)| same_place(sample, other, findings.lenient())).collect();
        // Of several, one with the same values: failures share theirs.
        let partner = fits.iter().find(|(_, other)| alike(sample, other)).or(fits.first()).copied();
        if let Some((index, other)) = partner {
            used[index] = true;
            findings.supported.insert(other.at.clone());
        }
        let keys = documented(sample, right);
        match partner {
            Some((_, other)) => compare(sample, &keys, other, right, findings),
            // A call without parameters has no meaningful sample.
            None if sample.request && keys.is_empty() => {}
            // A schema has no samples: its JSON is in those of operations.
            None if matches!(right.call, Call::Type { .. }) => {}
            None => {
                let sides = (stated(SAMPLE, &sample.at), lacks(&right.at));
                let difference = findings.add(Topic::Sample, Aspect::Missing, path(sample), sides.0, sides.1);
                difference.explained_by(&[], &right.errata);
            }
        }
        if findings.lenient() {
            undescribed(sample, &keys, partner.map(|(_, other)| other), right, findings);
        }
    }
    for (sample, _) in right.samples.iter().zip(&used).filter(|(_, used)| !**used) {
        if findings.lenient() && findings.shown.iter().any(|values| same_values(values, &sample.values)) {
            continue;
        }
        let sides = (lacks(&left.at), stated(SAMPLE, &sample.at));
        let difference = findings.add(Topic::Sample, Aspect::Extra, path(sample), sides.0, sides.1);
        difference.explained_by(&sample.errata, &right.errata);
    }
}

/// The values of an operation's samples, and of examples of objects, by the names of their fields.
pub(super) fn values_by_name(operation: &Operation) -> HashMap<String, Vec<String>> {
    let mut values: HashMap<String, Vec<String>> = HashMap::new();
    let examples = operation.fields().flat_map(|field| &field.details).filter(|it| it.detail == Detail::Example);
    let texts = examples.map(|it| &it.value).chain(operation.sent.iter().map(|(_, value)| value));
    let objects = texts.filter(|text| text.starts_with(['{', '['])).filter_map(|text| serde_json::from_str(text).ok());
    let inside: Vec<(String, String)> = objects.flat_map(|object| extract::sample::values(&object)).collect();
    for (path, value) in operation.samples.iter().flat_map(|sample| &sample.values).chain(&inside) {
        // RPC clients read keys in any case, and samples differ in it from tables.
        let named = values.entry(last_name(path).to_lowercase()).or_default();
        if !named.contains(value) {
            named.push(value.clone());
        }
        // A parameter with dots in its name is one field.
        if path.contains('.') {
            values.entry(numbered(path).to_lowercase()).or_default().push(value.clone());
        }
    }
    values
}

/// The examples of an operation's fields, by name.
pub(super) fn examples_by_name(operation: &Operation) -> HashMap<String, Vec<String>> {
    let mut examples: HashMap<String, Vec<String>> = HashMap::new();
    for field in operation.responses.iter().flat_map(|response| &response.shape.fields) {
        let stated = field.details.iter().filter(|it| it.detail == Detail::Example);
        examples.entry(field.name.clone()).or_default().extend(stated.map(|it| it.value.clone()));
    }
    examples
}

/// Whether two samples have the same values.
fn alike(left: &Sample, right: &Sample) -> bool {
    same_values(&left.values, &right.values)
}

fn same_values(left: &[(String, String)], right: &[(String, String)]) -> bool {
    let sorted = |values: &[(String, String)]| {
        let mut values = values.to_vec();
        values.sort();
        values
    };
    let (before, after) = (sorted(left), sorted(right));
    let same = |((path, value), (other_path, other)): (&(String, String), &(String, String))| {
        path == other_path && text::same(value, other)
    };
    before.len() == after.len() && before.iter().zip(&after).all(same)
}

/// Compares the values that both samples have at one path: of a broken one, under one name.
fn contents(left: &Sample, right: &Sample, operation: &Operation, findings: &mut Findings) {
    let broken = left.state == SampleState::Broken && right.state != SampleState::Broken;
    let key = |path: &str| if broken { last_name(path).to_owned() } else { path.to_owned() };
    let by_path = |sample: &Sample| {
        let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (path, value) in &sample.values {
            values.entry(key(path)).or_default().push(value.clone());
        }
        values
    };
    let (before, after) = (by_path(left), by_path(right));
    let lenient = findings.lenient();
    // A key that one side has at another level, or misread, is the nearest one of its name.
    let moved = |at: &str| {
        let level = |path: &str| path.rsplit_once('.').map(|(level, _)| level.to_owned());
        let named = |other: &&String| {
            let (name, wanted) = (last_name(other), last_name(at));
            let near = names::misread(name, wanted) || names::near(name, wanted) && level(other) == level(at);
            near && !before.contains_key(*other)
        };
        let found = after.keys().filter(named).min_by_key(|other| strsim::levenshtein(other, at));
        found.filter(|_| lenient).and_then(|other| after.get(other))
    };
    for (at, values) in &before {
        let Some(others) = after.get(at).or_else(|| moved(at)) else { continue };
        let mut rest: Vec<&String> = others.iter().collect();
        let mut only = Vec::new();
        for value in values {
            let same = |other: &&String| if findings.lenient() { text::same(value, other) } else { value == *other };
            match rest.iter().position(same) {
                Some(index) => drop(rest.remove(index)),
                None => only.push(value.as_str()),
            }
        }
        // Of a broken sample some values are lost, and others repeated.
        if broken {
            only.retain(|value| !others.iter().any(|other| text::same(value, other)));
            rest.retain(|other| !values.iter().any(|value| text::same(value, other)));
            if rest.len() <= others.len().saturating_sub(values.len()) {
                rest.clear();
            }
        }
        if only.is_empty() && rest.is_empty() {
            continue;
        }
        let rest: Vec<&str> = rest.into_iter().map(String::as_str).collect();
        let sides = (stated(only.join(LIST), &left.at), stated(rest.join(LIST), &right.at));
        let path = format!("{} {at}", path(right));
        let difference = findings.add(Topic::Sample, Aspect::Content, path, sides.0, sides.1);
        difference.explained_by(&right.errata, &operation.errata);
    }
}

fn path(sample: &Sample) -> String {
    if sample.request {
        "sample request".to_owned()
    } else {
        format!("sample response {}", response::words(sample.status))
    }
}

/// Whether two samples match in direction and status. Documents do not always have the status.
fn same_place(left: &Sample, right: &Sample, lenient: bool) -> bool {
    if left.request != right.request {
        return false;
    }
    match (left.status, right.status) {
        // A spec's sample without a status is a failure's.
        (None, None) if lenient && !left.request => !left.keys.is_empty(),
        (left, right) if left == right => true,
        _ if !lenient || left.request => false,
        (Some(status), covering) => response::covers(covering, status),
        (None, Some(status)) => matches!(status, 2 | 200..=299),
        (None, None) => false,
    }
}

/// The keys of a body sample, without those that every call sends.
fn documented(sample: &Sample, right: &Operation) -> Vec<String> {
    let implied = |key: &str| {
        let own = |it: &Parameter| it.field.implied || it.filled;
        let sent = |it: &Parameter| own(it) && it.place == Place::Query && it.field.name == key;
        right.parameters.iter().any(sent)
    };
    let counts = |key: &&String| !(sample.request && right.body.is_none() && implied(key));
    sample.keys.iter().filter(counts).cloned().collect()
}

fn compare(left: &Sample, keys: &[String], right: &Sample, operation: &Operation, findings: &mut Findings) {
    let (missing, extra) = match left.state {
        // A broken sample has names only.
        SampleState::Broken if right.state != SampleState::Broken => {
            let (before, after) = (last_names(keys), last_names(&right.keys));
            (only(&before, &after), only(&after, &before))
        }
        _ => (only(keys, &right.keys), only(&right.keys, keys)),
    };
    if !missing.is_empty() || !extra.is_empty() {
        let sides = (stated(missing, &left.at), stated(extra, &right.at));
        let difference = findings.add(Topic::Sample, Aspect::Values, path(right), sides.0, sides.1);
        difference.explained_by(&right.errata, &operation.errata);
    }
    contents(left, right, operation, findings);
    let (before, after) = (state(left.state), state(right.state));
    if before != after {
        let before = [before.to_owned()].into_iter().chain(radicals(left)).collect::<Vec<_>>().join(LIST);
        let sides = (stated(before, &left.at), stated(after, &right.at));
        let difference = findings.add(Topic::Sample, Aspect::Print, path(right), sides.0, sides.1);
        difference.soft().explained_by(&right.errata, &operation.errata);
    }
}

/// The radicals of a PDF in a sample's values, as code points.
fn radicals(sample: &Sample) -> Vec<String> {
    let found = sample.values.iter().flat_map(|(_, value)| value.chars()).filter(|c| extract::sample::is_radical(*c));
    let mut found: Vec<String> = found.map(|c| format!("U+{:04X}", u32::from(c))).collect();
    found.sort();
    found.dedup();
    found
}

fn state(state: SampleState) -> &'static str {
    match state {
        SampleState::Whole => "whole",
        SampleState::Repaired => "repaired",
        SampleState::Broken => "broken",
    }
}

fn last_names(keys: &[String]) -> Vec<String> {
    let mut names: Vec<String> = keys.iter().map(|key| last_name(key).to_owned()).collect();
    names.sort();
    names.dedup();
    names
}

/// The name at the end of a key's path.
pub(super) fn last_name(key: &str) -> &str {
    key.rsplit('.').next().unwrap_or(key).trim_end_matches("[]")
}

/// A key without the outer lists of the whole body.
pub(super) fn of_body(key: &str) -> &str {
    key.trim_start_matches("[]").trim_start_matches('.')
}

/// Keys of a sample without a field on the right side. `partner` is the right side's sample, if it has one.
fn undescribed(sample: &Sample, keys: &[String], partner: Option<&Sample>, right: &Operation, findings: &mut Findings) {
    let none = Shape::default();
    let mut errata = right.errata.clone();
    let (shape, at) = if sample.request {
        (right.body.as_ref().unwrap_or(&none), &right.at)
    } else {
        let fits = |status: Option<u16>| match (partner, sample.status) {
            (Some(partner), _) => status == partner.status,
            (None, Some(wanted)) => response::covers(status, wanted),
            (None, None) => matches!(status, Some(2 | 200..=299)),
        };
        let responses = right.responses.iter().filter(|response| fits(response.status));
        // The exact status takes precedence over the default.
        let Some(response) = responses.min_by_key(|response| response.status.is_none_or(|status| status < 10)) else {
            return;
        };
        errata = chain(&response.errata, &errata);
        (&response.shape, &response.at)
    };
    let around = partner.map(|partner| partner.errata.as_slice()).unwrap_or_default();
    // RPC clients read keys case-insensitively.
    let any_case = !matches!(right.call, Call::Rest { .. });
    let mut reported: Vec<&str> = Vec::new();
    for key in keys {
        let inside =
            reported.iter().any(|path| key.strip_prefix(path).is_some_and(|rest| rest.starts_with(['.', '['])));
        let parameter = sample.request && right.parameters.iter().any(|it| it.field.name == numbered(key));
        let known = match sample.state {
            SampleState::Broken => has_name(shape, key, any_case),
            _ => has_key(shape, of_body(key), any_case),
        };
        if inside || parameter || known {
            continue;
        }
        reported.push(key);
        let sides = (stated(last_name(key), &sample.at), lacks(at));
        let path = format!("{} {key}", path(sample));
        findings.add(Topic::Sample, Aspect::Missing, path, sides.0, sides.1).explained_by(around, &errata);
    }
}

/// Whether a shape has a key. Maps and objects without fields may have any content.
fn has_key(shape: &Shape, key: &str, any_case: bool) -> bool {
    let mut fields = Some(shape.fields.as_slice());
    for name in key.split('.').map(|name| name.trim_end_matches("[]")) {
        let Some(level) = fields else { return true };
        let Some(field) = level.iter().find(|field| same_name(&field.name, name, any_case)) else { return false };
        fields = match field.ty.as_ref() {
            Some(Type { kind: Kind::Object | Kind::Any, of: Some(of), .. }) => shape.types.get(of).map(Vec::as_slice),
            Some(Type { kind: Kind::Object | Kind::Any | Kind::Map | Kind::String, .. }) | None => None,
            // Numbers and the like have no content.
            Some(_) => Some(&[]),
        };
    }
    true
}

/// Whether a name is in a shape at any level, or may be.
fn has_name(shape: &Shape, name: &str, any_case: bool) -> bool {
    let all = || shape.fields.iter().chain(shape.types.values().flatten());
    let free = |ty: &Type| ty.kind == Kind::Map || matches!(ty.kind, Kind::Object | Kind::Any) && ty.of.is_none();
    all().any(|field| same_name(&field.name, last_name(name), any_case) || field.ty.as_ref().is_some_and(free))
}

fn same_name(left: &str, right: &str, any_case: bool) -> bool {
    left == right || any_case && left.eq_ignore_ascii_case(right)
}

/// The documented name of a numbered one: `Tag.N.Key` for `Tag.1.Key`.
pub(super) fn numbered(key: &str) -> String {
    let part = |part| if str::parse::<u32>(part).is_ok() { "N" } else { part };
    key.split('.').map(part).collect::<Vec<_>>().join(".")
}
