//! Maps a call's inputs to the typed client's arguments and setters: one rule for the emitted driver and for the engine
//! that feeds it.

use yundb_generator::lower::model::{FormDef, Input, InputKind, Operation, Param, Place};

use super::Key;

/// The key of the value for an argument or setter of an operation, or a setter of a form. `params` are those of the
/// operation or the form.
pub fn key(params: &[Param], input: &Input) -> Key {
    match &input.kind {
        InputKind::Raw => return Key::new("raw", ""),
        InputKind::RawAs(media_type) => return Key::new("raw", media_type),
        InputKind::JsonAs(media_type, ..) | InputKind::JsonOf(media_type, ..) | InputKind::ValueAs(media_type, ..) => {
            return Key::new("body", media_type);
        }
        InputKind::Form(media_type, _) => return Key::new("form", media_type),
        InputKind::PartHeader(field, _) => return Key::new("part header", format!("{field} {}", input.wire)),
        InputKind::Value(..)
        | InputKind::Optional(..)
        | InputKind::JsonText(_)
        | InputKind::Part
        | InputKind::Parts
        | InputKind::NamedParts => {}
    }
    let param = params.iter().find(|param| param.name == input.wire && param.header_of.is_none());
    if param.is_some_and(|param| param.spread) {
        return Key::new("further", "");
    }
    let place = input.place.or_else(|| param.map(|param| param.place));
    match place {
        Some(Place::Path) => Key::new("path", &input.wire),
        Some(Place::Query | Place::QueryString) => Key::new("query", &input.wire),
        Some(Place::Header) => Key::new("header", &input.wire),
        Some(Place::Cookie) => Key::new("cookie", &input.wire),
        Some(Place::Field | Place::Form | Place::Part) => Key::new("field", &input.wire),
        Some(Place::Body) | None => Key::new("body", ""),
    }
}

/// The input with this key.
pub fn input<'m>(operation: &'m Operation, expected: &Key) -> Option<&'m Input> {
    operation.arguments.iter().chain(&operation.setters).find(|input| key(&operation.params, input) == *expected)
}

/// Whether the fields of the body are separate arguments and setters.
pub fn takes_fields(operation: &Operation) -> bool {
    let mut inputs = operation.arguments.iter().chain(&operation.setters);
    inputs.any(|input| matches!(key(&operation.params, input).place, "field" | "further"))
}

/// The form with this key that is an alternative body.
pub fn form<'m>(forms: &'m [FormDef], operation: &Operation, expected: &Key) -> Option<&'m FormDef> {
    match input(operation, expected)?.kind {
        InputKind::Form(_, form) => forms.get(form),
        _ => None,
    }
}
