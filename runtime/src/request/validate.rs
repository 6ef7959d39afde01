//! Validates the inputs of a call against the requirements of its operation.

use serde_json::Value;

use super::draft::{Content, Draft};
use super::given::{Given, missing};
use super::inputs::{self, Inputs};
use super::values::Values;
use crate::check::{self, Violation};
use crate::codec::encode;
use crate::data::operation::{Param, Place};

fn in_body(param: &Param) -> bool {
    matches!(param.place, Place::Field | Place::Form | Place::Part | Place::Body | Place::PartHeader(_))
}

pub(super) fn draft(draft: &Draft, values: &Values, given: &Given<'_>, violations: &mut Vec<Violation>) {
    let body_required = draft.spec.body.is_some_and(|body| body.required);
    if let Some(other) = &draft.body {
        violations.extend(other.violations.iter().cloned());
        if let Content::Form(form) = &other.content {
            check_form(form, violations);
        }
    }
    let files = draft.inputs.all_parts();
    let body_begun = given.iter().any(|(param, _)| in_body(param)) || !files.is_empty();
    for param in draft.spec.params {
        let value = given.iter().find(|(other, _)| std::ptr::eq(*other, param)).map(|(_, value)| value);
        // A parameter cannot be sent as `null`; a field of a JSON body can.
        let value = value.filter(|value| !value.is_null() || matches!(param.place, Place::Field | Place::Body));
        match value {
            Some(value) if param.required && sends_nothing(param, value) => {
                violations.push(Violation::new(param.name, "must have at least 1 entry, as an empty list is not sent"));
            }
            // The entries of a spread parameter are fields themselves.
            Some(value) => check::value(value, &param.shape, if param.spread { "" } else { param.name }, violations),
            // `path` always reports these, even without validation.
            None if param.place == Place::Path => {}
            // An optional body may be omitted with all its required fields, and a raw one contains them.
            None if in_body(param) && (draft.body.is_some() || !(body_required || body_begun)) => {}
            None if has_files(&draft.inputs, param, param.name, violations) => {}
            // A header is required only if its part is present.
            None if !has_its_part(&draft.inputs, param) => {}
            None if param.required => violations.push(Violation::new(param.name, missing(param, values))),
            None => {}
        }
    }
    if draft.body.is_none() && (body_required || body_begun) {
        whole_body(draft, given, violations);
    }
    if body_required && draft.body.is_none() && !draft.spec.params.iter().any(in_body) {
        violations.push(Violation::new("body", check::MISSING));
    }
}

/// Whether a value is not sent: a list or object without entries, if each entry is sent separately.
fn sends_nothing(param: &Param, value: &Value) -> bool {
    !param.spread
        && !param.json
        && matches!(value, Value::Array(_) | Value::Object(_))
        && match param.place {
            Place::Query | Place::Cookie | Place::Form => encode::pairs(param, param.name, value).is_empty(),
            Place::Part => value.as_array().is_some_and(|elements| elements.iter().all(Value::is_null)),
            _ => false,
        }
}

/// Validates the fields of a body as a whole.
fn whole_body(draft: &Draft, given: &Given<'_>, violations: &mut Vec<Violation>) {
    let Some(body) = draft.spec.body.filter(|body| !body.shape.is_bare()) else { return };
    // A file counts as present, but its content is not validated.
    let files = draft.inputs.all_parts().iter().map(|part| (part.param.name.to_owned(), Value::Null));
    let mut fields: serde_json::Map<String, Value> = files.collect();
    for (param, value) in given.iter().filter(|(param, _)| in_body(param) && param.place != Place::Body) {
        match &**value {
            // The entries of a spread parameter are fields themselves.
            Value::Object(entries) if param.spread => fields.extend(entries.clone()),
            value => {
                if let Some(mut replaced) = fields.insert(param.name.to_owned(), value.clone()) {
                    inputs::wipe(&mut replaced);
                }
            }
        }
    }
    let mut found = Vec::new();
    let mut fields = Value::Object(fields);
    check::value(&fields, &body.shape, "", &mut found);
    // These are copies, which may contain secrets.
    inputs::wipe(&mut fields);
    let named = |it: Violation| Violation { path: if it.path.is_empty() { "body".to_owned() } else { it.path }, ..it };
    violations.extend(found.into_iter().map(named));
}

/// Validates the fields of a form that replaces another body.
fn check_form(form: &Inputs, violations: &mut Vec<Violation>) {
    for param in form.params() {
        let path = format!("body.{}", param.name);
        match form.of(param).filter(|value| !value.is_null()) {
            Some(value) if param.required && sends_nothing(param, value) => {
                violations.push(Violation::new(path, "must have at least 1 entry, as an empty list is not sent"));
            }
            Some(value) => check::value(value, &param.shape, if param.spread { "body" } else { &path }, violations),
            None if has_files(form, param, &path, violations) => {}
            None if !has_its_part(form, param) => {}
            None if param.required => violations.push(Violation::new(path, check::MISSING)),
            None => {}
        }
    }
}

/// Whether there are files for a parameter; their number is limited like that of other elements.
fn has_files(inputs: &Inputs, param: &Param, path: &str, violations: &mut Vec<Violation>) -> bool {
    let count = inputs.all_parts().iter().filter(|part| std::ptr::eq(part.param, param)).count();
    if count > 0 {
        check::files(count, &param.shape, path, violations);
    }
    count > 0
}

/// Whether the part of a header is present; true for parameters other than headers of parts.
fn has_its_part(inputs: &Inputs, param: &Param) -> bool {
    let Place::PartHeader(field) = param.place else { return true };
    inputs.names().any(|name| name == field)
}
