//! Compares everything apart from operations: the document itself, hosts, error codes, permissions, states.

use super::{
    Aspect, Subject, Topic,
    findings::{Findings, LIST, lacks, only, stated},
    names::near,
    operation::same_call,
};
use crate::fact::{Endpoint, ErrorCode, Facts, Permission, States};

/// Compares the documents' identity.
pub(super) fn document(left: &Facts, right: &Facts, findings: &mut Findings) {
    let (before, after) = (&left.origin, &right.origin);
    let pairs = [
        ("document", &before.document, &after.document),
        ("title", &before.title, &after.title),
        ("edition", &before.edition, &after.edition),
    ];
    for (path, before, after) in pairs.into_iter().filter(|(_, before, after)| before != after) {
        let side = |text: &str, facts: &Facts| facts.at.as_ref().and_then(|at| stated(text, at));
        let sides = (side(before, left), side(after, right));
        findings.add(Topic::Document, Aspect::Values, path, sides.0, sides.1).explained_by(&right.errata, &[]);
    }
}

/// Compares the hosts.
pub(super) fn endpoints(left: &Facts, right: &Facts, findings: &mut Findings) {
    let mut rules: [Rule<Endpoint>; 6] = [
        |a, b| a.host == b.host && a.region == b.region,
        |a, b| a.host == b.host && (a.region.is_none() || b.region.is_none()),
        |a, b| a.host.is_empty() && a.region == b.region,
        covers,
        |a, b| !a.host.is_empty() && a.region.is_some() && a.region == b.region,
        |a, b| a.host == b.host || near(&a.host, &b.host),
    ];
    // One server may serve many regions; but between two editions each row counts.
    let lenient = findings.lenient();
    if !lenient {
        rules[1..4].fill(|_, _| false);
    }
    let (partners, extra) = matched(&left.endpoints, &right.endpoints, &rules, |rule| lenient && rule < 4);
    for (endpoint, partner) in left.endpoints.iter().zip(partners) {
        let name = |endpoint: &Endpoint| match &endpoint.region {
            Some(region) => format!("endpoint {region}"),
            None => format!("endpoint {}", endpoint.host),
        };
        let text =
            if endpoint.host.is_empty() { endpoint.region.clone().unwrap_or_default() } else { endpoint.host.clone() };
        let Some((other, rule)) = partner.and_then(|(index, rule)| Some((right.endpoints.get(index)?, rule))) else {
            let lacking = right.at.as_ref().and_then(lacks);
            let difference =
                findings.add(Topic::Endpoint, Aspect::Missing, name(endpoint), stated(text, &endpoint.at), lacking);
            difference.explained_by(&[], &right.errata);
            continue;
        };
        if rule >= 4 {
            let (aspect, before, after) = match endpoint.host == other.host {
                true => {
                    let region = |endpoint: &Endpoint| endpoint.region.clone().unwrap_or_default();
                    (Aspect::Values, region(endpoint), region(other))
                }
                false => (Aspect::Name, endpoint.host.clone(), other.host.clone()),
            };
            let sides = (stated(before, &endpoint.at), stated(after, &other.at));
            let difference = findings.add(Topic::Endpoint, aspect, name(endpoint), sides.0, sides.1);
            difference.explained_by(&other.errata, &right.errata);
        }
        if let Some(printed) = endpoint.printed.as_ref().filter(|_| findings.lenient()) {
            let sides = (stated(printed, &endpoint.at), stated(other.host.as_str(), &other.at));
            let difference = findings.add(Topic::Endpoint, Aspect::Print, name(endpoint), sides.0, sides.1);
            difference.soft().explained_by(&other.errata, &right.errata);
        }
    }
    for endpoint in extra.into_iter().filter_map(|index| right.endpoints.get(index)) {
        let path = format!("endpoint {}", endpoint.region.as_ref().unwrap_or(&endpoint.host));
        let lacking = left.at.as_ref().and_then(lacks);
        let side = stated(endpoint.host.as_str(), &endpoint.at);
        let difference = findings.add(Topic::Endpoint, Aspect::Extra, path, lacking, side);
        difference.explained_by(&endpoint.errata, &right.errata);
    }
}

/// Whether a host with `{region}` matches that of a document's region.
fn covers(left: &Endpoint, right: &Endpoint) -> bool {
    let Some((before, rest)) = right.host.split_once('{') else { return false };
    let Some((_, after)) = rest.split_once('}') else { return false };
    if left.host.is_empty() {
        return left.region.is_some();
    }
    let middle = left.host.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    middle.is_some_and(|middle| !middle.is_empty() && !middle.contains('.'))
}

/// Whether two facts match.
type Rule<T> = fn(&T, &T) -> bool;

/// The partner of each left fact, with the rule by which it was found; and the remaining right facts. With rules for
/// which `again` holds, several facts may have the same partner.
fn matched<T>(
    left: &[T],
    right: &[T],
    rules: &[Rule<T>],
    again: impl Fn(usize) -> bool,
) -> (Vec<Option<(usize, usize)>>, Vec<usize>) {
    let mut partners: Vec<Option<(usize, usize)>> = vec![None; left.len()];
    let mut used = vec![false; right.len()];
    for (number, rule) in rules.iter().enumerate() {
        for (partner, fact) in partners.iter_mut().zip(left).filter(|(partner, _)| partner.is_none()) {
            let fits = |index: &usize| right.get(*index).is_some_and(|other| rule(fact, other));
            let free = (0..right.len()).find(|index| fits(index) && !used[*index]);
            let found = free.or_else(|| (0..right.len()).find(|index| fits(index) && again(number)));
            if let Some(index) = found {
                used[index] = true;
                *partner = Some((index, number));
            }
        }
    }
    let extra = used.iter().enumerate().filter(|(_, used)| !**used).map(|(index, _)| index).collect();
    (partners, extra)
}

/// Compares the error codes.
pub(super) fn codes(left: &Facts, right: &Facts, findings: &mut Findings) {
    let rules: [Rule<ErrorCode>; 4] = [
        |a, b| a.code == b.code && a.status == b.status,
        |a, b| a.code == b.code,
        |a, b| near(&a.code, &b.code) && a.status == b.status,
        |a, b| near(&a.code, &b.code),
    ];
    let lenient = findings.lenient();
    let rules = &rules[..if lenient { 4 } else { 2 }];
    let (partners, extra) = matched(&left.codes, &right.codes, rules, |rule| lenient && rule == 0);
    // The difference belongs to the schema of the codes.
    let schema = right.codes.first();
    let around = super::findings::chain(schema.map(|code| code.errata.as_slice()).unwrap_or_default(), &right.errata);
    for (code, partner) in left.codes.iter().zip(partners) {
        let path = format!("code {}", code.code);
        let Some(other) = partner.and_then(|(index, _)| right.codes.get(index)) else {
            let lacking = schema.map(|code| &code.at).or(right.at.as_ref()).and_then(lacks);
            let side = stated(code.code.as_str(), &code.at);
            findings.add(Topic::Code, Aspect::Missing, path, side, lacking).explained_by(&[], &around);
            continue;
        };
        if code.code != other.code {
            let sides = (stated(code.code.as_str(), &code.at), stated(other.code.as_str(), &other.at));
            let difference = findings.add(Topic::Code, Aspect::Name, path.as_str(), sides.0, sides.1);
            difference.explained_by(&other.errata, &right.errata);
        }
        let unknown = lenient && (code.status.is_none() || other.status.is_none());
        if code.status != other.status && !unknown {
            let text = |status: Option<u16>| status.map_or_else(String::new, |status| status.to_string());
            let sides = (stated(text(code.status), &code.at), stated(text(other.status), &other.at));
            let difference = findings.add(Topic::Code, Aspect::Status, path.as_str(), sides.0, sides.1);
            difference.explained_by(&other.errata, &right.errata);
        }
        if let Some(printed) = code.printed.as_ref().filter(|_| lenient) {
            let sides = (stated(printed, &code.at), stated(other.code.as_str(), &other.at));
            let difference = findings.add(Topic::Code, Aspect::Print, path, sides.0, sides.1);
            difference.soft().explained_by(&other.errata, &right.errata);
        }
    }
    for code in extra.into_iter().filter_map(|index| right.codes.get(index)) {
        let lacking = left.codes.first().map(|code| &code.at).or(left.at.as_ref()).and_then(lacks);
        let side = stated(code.code.as_str(), &code.at);
        let difference = findings.add(Topic::Code, Aspect::Extra, format!("code {}", code.code), lacking, side);
        difference.explained_by(&code.errata, &right.errata);
    }
}

/// Compares the permissions.
pub(super) fn permissions(left: &Facts, right: &Facts, findings: &mut Findings) {
    let rules: [Rule<Permission>; 2] = [|a, b| a.call == b.call, |a, b| same_call(&a.call, &b.call)];
    let lenient = findings.lenient();
    let (partners, extra) = matched(&left.permissions, &right.permissions, &rules, |_| lenient);
    for (permission, partner) in left.permissions.iter().zip(partners) {
        let operation = right.operations.iter().find(|operation| same_call(&operation.call, &permission.call));
        findings.subject = subject(permission, operation.map(|operation| operation.section.as_str()));
        let path = format!("permission {}", permission.call);
        let Some(other) = partner.and_then(|(index, _)| right.permissions.get(index)) else {
            let lacking = operation.map(|operation| &operation.at).or(right.at.as_ref()).and_then(lacks);
            let side = stated(permission.actions.join(LIST), &permission.at);
            let errata = operation.map_or(right.errata.as_slice(), |operation| &operation.errata);
            findings.add(Topic::Permission, Aspect::Missing, path, side, lacking).explained_by(&[], errata);
            continue;
        };
        let missing = only(&permission.actions, &other.actions);
        let more = only(&other.actions, &permission.actions);
        if !missing.is_empty() || !more.is_empty() {
            let sides = (stated(missing, &permission.at), stated(more, &other.at));
            let difference = findings.add(Topic::Permission, Aspect::Values, path, sides.0, sides.1);
            difference.explained_by(&other.errata, &right.errata);
        }
    }
    for permission in extra.into_iter().filter_map(|index| right.permissions.get(index)) {
        let operation = left.operations.iter().find(|operation| same_call(&operation.call, &permission.call));
        findings.subject = subject(permission, operation.map(|operation| operation.section.as_str()));
        let path = format!("permission {}", permission.call);
        let lacking = operation.map(|operation| &operation.at).or(left.at.as_ref()).and_then(lacks);
        let side = stated(permission.actions.join(LIST), &permission.at);
        let difference = findings.add(Topic::Permission, Aspect::Extra, path, lacking, side);
        difference.explained_by(&permission.errata, &right.errata);
    }
    findings.subject = None;
}

fn subject(permission: &Permission, section: Option<&str>) -> Option<Subject> {
    Some(Subject { section: section.unwrap_or_default().to_owned(), call: permission.call.clone() })
}

/// Compares the lists of states. A document's lists have numbers only: the enum with the same values is compared.
pub(super) fn states(left: &Facts, right: &Facts, findings: &mut Findings) {
    let mut paired: Vec<&str> = Vec::new();
    for states in &left.states {
        let path = format!("states {}", states.name);
        let side = |text: String| stated(text, &states.at);
        // Of two editions by the values first: the numbers of tables change with each one added before them.
        let partner = nearest(states, &right.states);
        let partner = match findings.lenient() {
            true => partner,
            false => {
                let named = || right.states.iter().find(|other| other.name == states.name);
                let partner = partner.filter(|other| 2 * common(states, other) >= states.values.len()).or_else(named);
                partner.filter(|other| !paired.contains(&other.name.as_str()))
            }
        };
        let Some(other) = partner else {
            let lacking = right.at.as_ref().and_then(lacks);
            let difference = findings.add(Topic::Value, Aspect::Missing, path, side(states.values.join(LIST)), lacking);
            difference.explained_by(&[], &right.errata);
            continue;
        };
        paired.push(&other.name);
        let (missing, extra) = (only(&states.values, &other.values), only(&other.values, &states.values));
        if !missing.is_empty() || !extra.is_empty() {
            let difference = findings.add(Topic::Value, Aspect::Values, path, side(missing), stated(extra, &other.at));
            difference.explained_by(&other.errata, &right.errata);
        }
    }
    if !findings.lenient() {
        for states in right.states.iter().filter(|states| !paired.contains(&states.name.as_str())) {
            let lacking = left.at.as_ref().and_then(lacks);
            let side = stated(states.values.join(LIST), &states.at);
            findings.add(Topic::Value, Aspect::Extra, format!("states {}", states.name), lacking, side);
        }
    }
}

/// The number of values that two lists share.
fn common(states: &States, other: &States) -> usize {
    other.values.iter().filter(|value| states.values.contains(value)).count()
}

/// The enum with exactly these values, or with the most of them.
fn nearest<'a>(states: &States, enums: &'a [States]) -> Option<&'a States> {
    let strange = |other: &States| other.values.len() - common(states, other);
    let best = enums.iter().filter(|other| common(states, other) > 0);
    let missing = |other: &States| states.values.len().saturating_sub(common(states, other));
    best.min_by_key(|other| (missing(other), strange(other), other.name != states.name))
}
