//! Where the document's descriptions of responses go: to the returned type if they apply wherever it is used, otherwise
//! to the operation.

use std::collections::{BTreeSet, HashMap};

use indexmap::IndexMap;

use super::docs;
use super::model::{Docs, Meaning, Payload, ResponseBody, Service, Type, TypeId, TypeKind, Users, Variant};
use super::names;

/// Maximum number of operations in the docs of a response.
const NAMED: usize = 3;

/// Moves each description of a response to its place, and links each response type with its operations.
pub fn place(service: &mut Service) {
    of_successes(service);
    of_errors(service);
    for operation in service.groups.iter_mut().flat_map(|group| &mut group.operations) {
        let rest = std::mem::take(&mut operation.meanings);
        // A line belongs to the text before the sections.
        let at = if rest.len() == 1 { operation.sections } else { operation.docs.len() };
        operation.docs.splice(at..at, section(&rest));
    }
    codes(service);
    required(service);
}

/// Links the docs of an error type to its codes.
fn codes(service: &mut Service) {
    let lists_codes = |ty: &Type| {
        let Type::Named(id) = ty else { return None };
        let TypeKind::StringEnum(all) = &service.types[*id].kind else { return None };
        let is_code =
            |it: &Variant<String>| it.alias.is_some() || it.docs.iter().any(|line| line.contains("HTTP status"));
        all.iter().any(is_code).then(|| service.types[*id].name.clone())
    };
    let bodies: BTreeSet<TypeId> = service
        .groups
        .iter()
        .flat_map(|group| &group.operations)
        .flat_map(|operation| match &operation.error {
            ResponseBody::ByStatus(at) => service.outcomes[*at].cases.iter().map(|case| &case.payload).collect(),
            ResponseBody::One(payload) => vec![payload],
        })
        .filter_map(|payload| payload.ty()?.innermost())
        .collect();
    let found = bodies.into_iter().filter_map(|id| {
        let TypeKind::Struct(body) = &service.types[id].kind else { return None };
        Some((id, body.fields.iter().find_map(|field| lists_codes(&field.ty))?))
    });
    let found: Vec<(TypeId, String)> = found.collect();
    for (id, name) in found {
        let own = &mut service.types[id].docs;
        let sentence = format!("Codes, meanings, and remedies: [`{name}`](crate::types::{name}).");
        *own = docs::with_markdown(std::mem::take(own), &sentence);
    }
}

/// The type of a body, if it is one of the crate's.
fn body(body: &ResponseBody) -> Option<TypeId> {
    match body {
        ResponseBody::One(Payload::Json(Type::Named(id))) => Some(*id),
        _ => None,
    }
}

fn of_successes(service: &mut Service) {
    let Service { groups, types, .. } = service;
    let mut returned: IndexMap<TypeId, Vec<String>> = IndexMap::new();
    for (group, operations) in groups.iter_mut().enumerate().map(|(at, group)| (at, &mut group.operations)) {
        for (place, operation) in operations.iter_mut().enumerate() {
            let Some(id) = body(&operation.output) else { continue };
            let method = names::plain(&operation.method_name).to_owned();
            returned.entry(id).or_default().push(method.clone());
            let successes = operation.meanings.iter().filter(|meaning| !meaning.error).count();
            if successes == 1 && types[id].users == Users::One(group, place) {
                let at = operation.meanings.iter().position(|meaning| !meaning.error);
                let words = at.map(|at| operation.meanings.remove(at).words).unwrap_or_default();
                let base = names::camel(&method);
                let own = &mut types[id].docs;
                match *own == fallback(&base) {
                    true => *own = docs::lines(&words),
                    false => add(own, &words),
                }
            }
        }
    }
    for (id, methods) in returned {
        let first = methods.first().map(|method| fallback(&names::camel(method)));
        let links: Vec<String> = methods.iter().map(|m| format!("[`{m}`](crate::Client::{m})")).collect();
        let of = match links.as_slice() {
            [] => continue,
            [one] => one.clone(),
            [all @ .., last] if links.len() <= NAMED => format!("{} and {last}", all.join(", ")),
            [first, rest @ ..] => format!("{first} and {} other operations", rest.len()),
        };
        let own = &mut types[id].docs;
        if first.is_some_and(|first| *own == first) {
            own.clear();
        }
        *own = docs::with_markdown(std::mem::take(own), &format!("Response of {of}."));
    }
}

/// The docs of an undocumented response.
pub fn fallback(operation: &str) -> Docs {
    vec![format!("Response of `{operation}`.")]
}

/// Adds to an error type the description that all operations have for it.
fn of_errors(service: &mut Service) {
    let mut meanings: HashMap<TypeId, Option<Meaning>> = HashMap::new();
    let operations = || service.groups.iter().flat_map(|group| &group.operations);
    for operation in operations() {
        let Some(id) = body(&operation.error) else { continue };
        let errors: Vec<&Meaning> = operation.meanings.iter().filter(|meaning| meaning.error).collect();
        let only = match errors.as_slice() {
            [] => continue,
            [one] => Some((*one).clone()),
            _ => None,
        };
        meanings
            .entry(id)
            .and_modify(|known| *known = known.take().filter(|it| Some(it) == only.as_ref()))
            .or_insert(only);
    }
    for operation in service.groups.iter_mut().flat_map(|group| &mut group.operations) {
        if body(&operation.error).and_then(|id| meanings.get(&id)).is_some_and(Option::is_some) {
            operation.meanings.retain(|meaning| !meaning.error);
        }
    }
    for (id, meaning) in meanings {
        meaning.iter().for_each(|meaning| add(&mut service.types[id].docs, &meaning.words));
    }
}

/// Adds text to docs that do not contain it yet.
fn add(own: &mut Docs, words: &str) {
    let words = docs::lines(words);
    if !own.join(" ").contains(&words.join(" ")) {
        own.extend(Some(String::new()).filter(|_| !own.is_empty()));
        own.extend(words);
    }
}

/// The remaining descriptions for the operation's own docs: a line, or a list of statuses and their meanings.
fn section(meanings: &[Meaning]) -> Docs {
    let mut out = Docs::new();
    match meanings {
        [] => {}
        [one] => {
            let name = if one.status.starts_with('`') { "Response" } else { "Response with" };
            out.push(String::new());
            out.extend(docs::introduced(&format!("{name} {}", one.status), docs::lines(&one.words)));
        }
        several => {
            out.extend([String::new(), "# Responses".to_owned(), String::new()]);
            out.extend(several.iter().flat_map(|it| docs::listed(&it.status, &docs::lines(&it.words))));
        }
    }
    out
}

/// Marks the fields that callers must set.
fn required(service: &mut Service) {
    for definition in service.types.iter_mut().filter(|definition| definition.input) {
        let TypeKind::Struct(body) = &mut definition.kind else { continue };
        for field in body.fields.iter_mut().filter(|field| field.required && !field.read_only && !field.filled) {
            if !field.docs.iter().any(|line| line.contains("Required.")) {
                field.docs = docs::with_fact(std::mem::take(&mut field.docs), "**Required.**");
            }
        }
    }
}
