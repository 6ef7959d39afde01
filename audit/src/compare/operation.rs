//! Matches the operations of two sides, and compares them.

use std::collections::{HashMap, HashSet};

use yundb_generator::diagnostic::Location;

use super::{
    Aspect, Subject, Topic, detail,
    field::{self, Site},
    findings::{Findings, LIST, lacks, stated},
    json, names, response, sample,
    shape::{self, Bodies, Walk},
};
use crate::{
    extract,
    fact::{Call, Detail, Facts, Field, Kind, Operation, Parameter, Required, Shape, Statement, Type},
};

/// Compares all operations.
pub(super) fn all(left: &Facts, right: &Facts, findings: &mut Findings) {
    let (partners, extra) = matched(&left.operations, &right.operations);
    for (operation, partner) in left.operations.iter().zip(partners) {
        findings.subject = Some(Subject { section: operation.section.clone(), call: operation.call.clone() });
        match partner.and_then(|index| right.operations.get(index)) {
            Some(other) => compare(operation, other, findings),
            None => {
                let lacking = right.at.as_ref().and_then(lacks);
                let call = operation.call.to_string();
                let difference =
                    findings.add(Topic::Operation, Aspect::Missing, "operation", stated(call, &operation.at), lacking);
                difference.explained_by(&[], &right.errata);
            }
        }
    }
    for operation in extra.into_iter().filter_map(|index| right.operations.get(index)) {
        findings.subject = Some(Subject { section: operation.section.clone(), call: operation.call.clone() });
        let call = stated(operation.call.to_string(), &operation.at);
        let lacking = left.at.as_ref().and_then(lacks);
        let difference = findings.add(Topic::Operation, Aspect::Extra, "operation", lacking, call);
        difference.explained_by(&operation.errata, &right.errata);
    }
    findings.subject = None;
}

/// The partner of each left operation, and the remaining right ones.
fn matched(left: &[Operation], right: &[Operation]) -> (Vec<Option<usize>>, Vec<usize>) {
    let mut partners: Vec<Option<usize>> = vec![None; left.len()];
    let mut used = vec![false; right.len()];
    // A call may be described twice; its section decides. An operation with a damaged call still has its section.
    let rules: [fn(&Operation, &Operation) -> bool; 3] =
        [|a, b| a.call == b.call && a.section == b.section, |a, b| a.call == b.call, |a, b| a.section == b.section];
    for rule in rules {
        for (partner, operation) in partners.iter_mut().zip(left).filter(|(partner, _)| partner.is_none()) {
            let free =
                right.iter().zip(&mut used).enumerate().find(|(_, (other, used))| !**used && rule(operation, other));
            if let Some((index, (_, used))) = free {
                *partner = Some(index);
                *used = true;
            }
        }
    }
    let extra = used.iter().enumerate().filter(|(_, used)| !**used).map(|(index, _)| index).collect();
    (partners, extra)
}

fn compare(left: &Operation, right: &Operation, findings: &mut Findings) {
    let sides =
        |left_stated: String, right_stated: String| (stated(left_stated, &left.at), stated(right_stated, &right.at));
    if left.call != right.call {
        let (before, after) = sides(left.call.to_string(), right.call.to_string());
        findings.add(Topic::Operation, Aspect::Name, "call", before, after).explained_by(&right.errata, &[]);
    }
    // A schema has no section.
    if left.section != right.section && !matches!(left.call, Call::Type { .. }) {
        let (before, after) = sides(left.section.clone(), right.section.clone());
        findings.add(Topic::Operation, Aspect::Place, "section", before, after).explained_by(&right.errata, &[]);
    }
    if findings.lenient() {
        shown(left, right, findings);
    }
    about(left, right, findings);
    findings.examples = sample::examples_by_name(left);
    findings.left_values = sample::values_by_name(left);
    findings.right_values = sample::values_by_name(right);
    findings.sent.clone_from(&left.sent);
    let moved = parameters(left, right, findings);
    body(left, right, moved, findings);
    sent(left, right, findings);
    response::all(left, right, findings);
    sample::all(left, right, findings);
    if findings.lenient() {
        json::all(left, right, findings);
    }
}

/// The parameters of operations that return a list by pages.
const PAGING: [(&str, &str); 9] = [
    ("offset", "limit"),
    ("PageNumber", "PageSize"),
    ("PageNum", "PageSize"),
    ("PageNo", "PageSize"),
    ("page_no", "page_size"),
    ("curPage", "perPage"),
    ("line_num", "limit"),
    ("last_file_name", "limit"),
    ("NextToken", "NextToken"),
];

/// Compares a spec's presentation of an operation with the document.
fn shown(left: &Operation, right: &Operation, findings: &mut Findings) {
    if let Call::Rpc { action } = &left.call
        && *action != right.shown.sdk_name
    {
        let sides = (stated(action.as_str(), &left.at), stated(right.shown.sdk_name.as_str(), &right.at));
        findings.add(Topic::Operation, Aspect::Name, "x-sdk-name", sides.0, sides.1).explained_by(&right.errata, &[]);
    }
    let parameters = left.parameters.iter().map(|parameter| &parameter.field);
    let fields = left.body.iter().flat_map(|body| &body.fields);
    let names: HashSet<&str> = parameters.chain(fields).map(|field| field.name.as_str()).collect();
    let paging = PAGING.iter().find(|(page, size)| names.contains(page) && names.contains(size));
    if let Some((page, size)) = paging.filter(|_| !right.shown.pages) {
        let sides = (stated(format!("{page}, {size}"), &left.at), stated("", &right.at));
        findings.add(Topic::Operation, Aspect::Pages, "operation", sides.0, sides.1).explained_by(&right.errata, &[]);
    }
}

/// Compares the numbers in a document's text about an operation with the texts of a spec about it and its fields.
fn about(left: &Operation, right: &Operation, findings: &mut Findings) {
    let lacking: Vec<String> = match findings.lenient() {
        true => {
            let of_fields = |field: &Field| {
                let stated = field.details.iter().map(|it| it.value.as_str()).collect::<Vec<_>>();
                format!("{}\n{}", field.prose.text, stated.join("\n"))
            };
            let has = |number: &&String| {
                let states = |text: &str| detail::mentions(&text.replace(',', ""), number);
                states(&right.shown.text) || right.fields().map(of_fields).any(|text| states(&text))
            };
            left.about.iter().filter(|number| !has(number)).cloned().collect()
        }
        false => left.about.iter().filter(|number| !right.about.contains(number)).cloned().collect(),
    };
    let new: Vec<String> = right.about.iter().filter(|number| !left.about.contains(number)).cloned().collect();
    if !lacking.is_empty() || !new.is_empty() {
        let sides = (stated(lacking.join(LIST), &left.at), stated(new.join(LIST), &right.at));
        let difference =
            findings.add(Topic::Operation, Aspect::Detail(Detail::Mention), "description", sides.0, sides.1);
        difference.explained_by(&right.errata, &[]);
    }
}

/// Compares the values that a document's sample sends in path and query with the examples of the parameters.
fn sent(left: &Operation, right: &Operation, findings: &mut Findings) {
    if !findings.lenient() {
        let only = |these: &Operation, others: &Operation| {
            let pairs = these.sent.iter().filter(|pair| !others.sent.contains(pair));
            pairs.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(LIST)
        };
        let (before, after) = (only(left, right), only(right, left));
        if !before.is_empty() || !after.is_empty() {
            let sides = (stated(before, &left.at), stated(after, &right.at));
            findings.add(Topic::Sample, Aspect::Content, "sample URL", sides.0, sides.1);
        }
        return;
    }
    for (name, value) in &left.sent {
        let parameter = right.parameters.iter().find(|parameter| parameter.field.name == *name);
        let Some(parameter) = parameter.filter(|parameter| !parameter.field.implied) else { continue };
        let field = Field {
            details: vec![Statement { detail: Detail::Example, value: value.clone(), at: left.at.clone() }],
            at: left.at.clone(),
            ..parameter.field.clone()
        };
        let path = format!("{} {name}", parameter.place);
        let site = Site { topic: Topic::Parameter, path: &path, around: &right.errata };
        detail::missing_ones(&field, &parameter.field, site, findings);
    }
}

/// Compares the parameters. Returns the names of those that one side sends in the body.
fn parameters(left: &Operation, right: &Operation, findings: &mut Findings) -> Vec<String> {
    let mut partners: Vec<Option<usize>> = vec![None; left.parameters.len()];
    let mut used = vec![false; right.parameters.len()];
    let rules: [fn(&Parameter, &Parameter) -> bool; 4] = [
        |a, b| same_name(a, b) && a.place == b.place,
        |a, b| same_name(a, b) && !b.field.implied,
        |a, b| names::near(&a.field.name, &b.field.name) && a.place == b.place && !b.field.implied,
        |a, b| names::near(&a.field.name, &b.field.name) && !b.field.implied,
    ];
    for (number, rule) in rules.iter().enumerate() {
        for (partner, parameter) in partners.iter_mut().zip(&left.parameters).filter(|(partner, _)| partner.is_none()) {
            // Documents repeat rows, where a table runs on over a page.
            let again = number == 0 && findings.lenient();
            let candidates = right.parameters.iter().zip(&used).enumerate();
            let mut free = candidates.filter(|(_, (other, used))| (!**used || again) && rule(parameter, other));
            if let Some((index, _)) = free.next() {
                *partner = Some(index);
                used[index] = true;
            }
        }
    }
    let mut moved = Vec::new();
    for (parameter, partner) in left.parameters.iter().zip(&partners) {
        match partner.and_then(|index| right.parameters.get(index)) {
            Some(other) => pair_of_parameters(parameter, other, right, findings),
            None => match in_body(right.body.as_ref(), left.body.as_ref(), &parameter.field.name) {
                Some(field) => {
                    let path = format!("body.{}", field.name);
                    let sides = (stated(parameter.place.to_string(), &parameter.field.at), stated("body", &field.at));
                    let difference = findings.add(Topic::Parameter, Aspect::Place, path.as_str(), sides.0, sides.1);
                    difference.explained_by(&field.errata, &right.errata);
                    let site = Site { topic: Topic::Parameter, path: &path, around: &right.errata };
                    field::compare(&parameter.field, field, site, findings);
                    moved.push(field.name.clone());
                }
                None if parameter.field.implied => {}
                None => {
                    let path = format!("{} {}", parameter.place, parameter.field.name);
                    let side = stated(parameter.field.name.as_str(), &parameter.field.at);
                    let difference = findings.add(Topic::Parameter, Aspect::Missing, path, side, lacks(&right.at));
                    difference.explained_by(&[], &right.errata);
                }
            },
        }
    }
    let rest = right.parameters.iter().zip(&used).filter(|(parameter, used)| !**used && !parameter.field.implied);
    for (parameter, _) in rest {
        let path = format!("{} {}", parameter.place, parameter.field.name);
        match in_body(left.body.as_ref(), right.body.as_ref(), &parameter.field.name) {
            Some(field) => {
                let sides = (stated("body", &field.at), stated(parameter.place.to_string(), &parameter.field.at));
                let difference = findings.add(Topic::Parameter, Aspect::Place, path.as_str(), sides.0, sides.1);
                difference.explained_by(&parameter.field.errata, &right.errata);
                let site = Site { topic: Topic::Parameter, path: &path, around: &right.errata };
                field::compare(field, &parameter.field, site, findings);
                moved.push(field.name.clone());
            }
            None => {
                let side = stated(parameter.field.name.as_str(), &parameter.field.at);
                let difference = findings.add(Topic::Parameter, Aspect::Extra, path, lacks(&left.at), side);
                difference.explained_by(&parameter.field.errata, &right.errata);
            }
        }
    }
    moved
}

fn same_name(a: &Parameter, b: &Parameter) -> bool {
    let (a, b) = (&a.field, &b.field);
    a.name == b.name || b.implied && a.name.eq_ignore_ascii_case(&b.name)
}

fn pair_of_parameters(left: &Parameter, right: &Parameter, operation: &Operation, findings: &mut Findings) {
    let path = format!("{} {}", right.place, right.field.name);
    let of_body = left.field.name.eq_ignore_ascii_case("Content-Type") && left.field.required == Required::Required;
    if findings.lenient() && right.field.implied && of_body && !operation.shown.content_type {
        let sides = (stated(left.field.name.as_str(), &left.field.at), lacks(&operation.at));
        let difference = findings.add(Topic::Parameter, Aspect::Missing, path.as_str(), sides.0, sides.1);
        difference.explained_by(&[], &operation.errata);
    }
    if left.place != right.place {
        let sides = (stated(left.place.to_string(), &left.field.at), stated(right.place.to_string(), &right.field.at));
        let difference = findings.add(Topic::Parameter, Aspect::Place, path.as_str(), sides.0, sides.1);
        difference.explained_by(&right.field.errata, &operation.errata);
    }
    let site = Site { topic: Topic::Parameter, path: &path, around: &operation.errata };
    field::compare(&left.field, &right.field, site, findings);
}

/// The body field that the other side sends as a parameter, as its body has no such field.
fn in_body<'a>(body: Option<&'a Shape>, other: Option<&Shape>, name: &str) -> Option<&'a crate::fact::Field> {
    let of = |shape: Option<&'a Shape>| shape?.fields.iter().find(|field| field.name == name);
    let taken = other.is_some_and(|shape| shape.fields.iter().any(|field| field.name == name));
    if taken { None } else { of(body) }
}

fn body(left: &Operation, right: &Operation, moved: Vec<String>, findings: &mut Findings) {
    let none = Shape::default();
    if left.body.is_none() && right.body.is_none() {
        return;
    }
    let body = left.body.as_ref().map(|body| with_moved(body, left, &moved));
    let (before, after) = (body.as_ref(), right.body.as_ref());
    let walk = Walk {
        topic: Topic::Parameter,
        left: &before.unwrap_or(&none).types,
        right: &after.unwrap_or(&none).types,
        sampled: sampled(left, |_| true, true),
        moved,
        seen: HashSet::new(),
    };
    let bodies = Bodies { root: "body", left_at: at(before, left), right_at: at(after, right), around: &right.errata };
    shape::compare(before, after.unwrap_or(&none), bodies, walk, findings);
}

/// A body with the parameters whose fields a table of the body describes: they belong to it.
fn with_moved(body: &Shape, operation: &Operation, moved: &[String]) -> Shape {
    let mut body = body.clone();
    for parameter in operation.parameters.iter().filter(|parameter| moved.contains(&parameter.field.name)) {
        let name = &parameter.field.name;
        if body.types.contains_key(name) && !body.fields.iter().any(|field| field.name == *name) {
            let ty = Type { kind: Kind::Object, lists: 1, of: Some(name.clone()), text: String::new() };
            body.fields.push(Field { ty: Some(ty), ..parameter.field.clone() });
        }
    }
    body
}

/// The place of a body: its first field, as it has no place of its own.
fn at<'a>(body: Option<&'a Shape>, operation: &'a Operation) -> &'a Location {
    body.and_then(|shape| shape.fields.first()).map_or(&operation.at, |field| &field.at)
}

/// The keys of an operation's request or response samples, with their values.
pub(super) fn sampled(
    operation: &Operation,
    fits: impl Fn(Option<u16>) -> bool,
    request: bool,
) -> HashMap<String, Vec<String>> {
    let samples = operation.samples.iter().filter(|sample| sample.request == request && fits(sample.status));
    let mut sampled: HashMap<String, Vec<String>> = HashMap::new();
    if let Call::Type { .. } = operation.call {
        let json = operation.sent.iter().filter_map(|(_, text)| serde_json::from_str(text).ok());
        sampled.extend(json.flat_map(|json| extract::sample::keys(&json)).map(|key| (key, Vec::new())));
    }
    for sample in samples {
        for key in &sample.keys {
            sampled.entry(sample::of_body(key).to_owned()).or_default();
        }
        for (key, value) in &sample.values {
            sampled.entry(sample::of_body(key).to_owned()).or_default().push(value.clone());
        }
    }
    sampled
}

/// Matches calls whose paths differ only in the names of parameters.
pub(super) fn same_call(a: &Call, b: &Call) -> bool {
    match (a, b) {
        (Call::Rest { method, path }, Call::Rest { method: other_method, path: other_path }) => {
            let segments = |path: &str| -> Vec<String> {
                let plain = |segment: &str| if segment.starts_with('{') { "{}".to_owned() } else { segment.to_owned() };
                path.split('/').map(plain).collect()
            };
            method == other_method && segments(path) == segments(other_path)
        }
        _ => a == b,
    }
}
