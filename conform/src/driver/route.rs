//! Which argument or setter of the typed client takes which part of a call's input: one rule for the emitted driver and for the
//! engine that feeds it.

use yundb_generator::lower::model::{Input, InputKind, Operation, Place};

use super::Key;

/// By which key an argument or setter takes its value.
pub fn key(operation: &Operation, input: &Input) -> Key {
    match &input.kind {
        InputKind::Raw => return Key::new("raw", ""),
        InputKind::RawAs(media_type) => return Key::new("raw", media_type),
        InputKind::JsonAs(media_type, ..) => return Key::new("body", media_type),
        InputKind::Value(..) | InputKind::JsonText(_) | InputKind::Part | InputKind::Parts => {}
    }
    let place =
        input.place.or_else(|| operation.params.iter().find(|param| param.name == input.wire).map(|param| param.place));
    match place {
        Some(Place::Path) => Key::new("path", &input.wire),
        Some(Place::Query) => Key::new("query", &input.wire),
        Some(Place::Header) => Key::new("header", &input.wire),
        Some(Place::Cookie) => Key::new("cookie", &input.wire),
        Some(Place::Field | Place::Form | Place::Part) => Key::new("field", &input.wire),
        Some(Place::Body) | None => Key::new("body", ""),
    }
}

/// The input that takes this key's value.
pub fn input<'m>(operation: &'m Operation, wanted: &Key) -> Option<&'m Input> {
    operation.arguments.iter().chain(&operation.setters).find(|input| key(operation, input) == *wanted)
}

/// Whether the fields of the body are arguments and setters of their own.
pub fn takes_fields(operation: &Operation) -> bool {
    operation.arguments.iter().chain(&operation.setters).any(|input| key(operation, input).place == "field")
}
