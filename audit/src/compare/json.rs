//! Compares JSON that samples and examples of a document have in texts with the fields that a spec has for it: no table
//! describes them.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;
use yundb_generator::diagnostic::Location;

use super::{
    Aspect, Topic,
    findings::{Findings, stated},
    text,
};
use crate::fact::{Call, Detail, Field, Kind, Operation, Shape, Type};

/// Compares all texts with JSON of an operation.
pub(super) fn all(left: &Operation, right: &Operation, findings: &mut Findings) {
    // RPC clients read keys in any case.
    let any_case = !matches!(right.call, Call::Rest { .. });
    for parameter in &right.parameters {
        let Some(shape) = &parameter.json else { continue };
        let path = format!("{} {}", parameter.place, parameter.field.name);
        check(left, (&parameter.field, &path), shape, any_case, &right.errata, findings);
    }
    for response in &right.responses {
        let fields = response.shape.fields.iter().chain(response.shape.types.values().flatten());
        let known = |field: &&Field| field.ty.as_ref().is_some_and(|ty| ty.of.is_some());
        let mut seen: HashSet<&str> = HashSet::new();
        for field in fields.filter(known).filter(|field| seen.insert(&field.name)) {
            let shape = Shape { fields: vec![field.clone()], types: response.shape.types.clone(), flat: false };
            let path = format!("response {} {}", super::response::status(response), field.name);
            check(left, (field, &path), &shape, any_case, &response.errata, findings);
        }
    }
}

/// Compares the document's texts for a field with the type of the only field of a shape.
fn check(
    left: &Operation,
    field: (&Field, &str),
    shape: &Shape,
    any_case: bool,
    around: &[usize],
    findings: &mut Findings,
) {
    let (field, path) = field;
    let Some(ty) = shape.fields.first().and_then(|field| field.ty.as_ref()) else { return };
    let named = |name: &str| super::sample::last_name(name).eq_ignore_ascii_case(&field.name);
    let sampled = left.samples.iter().flat_map(|sample| sample.values.iter().map(move |it| (it, &sample.at)));
    let sampled = sampled.filter(|((name, _), _)| named(name)).map(|((_, value), at)| (value.as_str(), at));
    let sent = left.sent.iter().filter(|(name, _)| named(name)).map(|(_, value)| (value.as_str(), &left.at));
    let rows = left.fields().filter(|row| named(&row.name)).flat_map(|row| &row.details);
    let rows = rows.filter(|it| it.detail == Detail::Example).map(|it| (it.value.as_str(), &it.at));
    let mut reported = HashSet::new();
    for (text, at) in sampled.chain(sent).chain(rows) {
        let Some(json) = text::json(text) else { continue };
        let mut walk = Walk { types: &shape.types, any_case, wrong: Vec::new() };
        // Inside of the text the type is that of its JSON, whatever its lists.
        walk.value(&json, &Type { kind: Kind::Any, lists: 0, ..ty.clone() }, path);
        for wrong in walk.wrong.into_iter().filter(|wrong| reported.insert((wrong.path.clone(), wrong.aspect))) {
            let (here, there) = (stated(wrong.left, at), stated(wrong.right, wrong.at.unwrap_or(&field.at)));
            let difference = findings.add(Topic::Sample, wrong.aspect, wrong.path, here, there);
            let own = [wrong.errata, field.errata.clone()].concat();
            difference.explained_by(&own, around);
        }
    }
}

/// The differences between a JSON text and a spec.
struct Wrong<'a> {
    path: String,
    aspect: Aspect,
    left: String,
    right: String,
    at: Option<&'a Location>,
    errata: Vec<usize>,
}

struct Walk<'a> {
    types: &'a BTreeMap<String, Vec<Field>>,
    any_case: bool,
    wrong: Vec<Wrong<'a>>,
}

impl<'a> Walk<'a> {
    fn value(&mut self, value: &Value, ty: &Type, path: &str) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.value(item, ty, &format!("{path}[]"))),
            Value::Object(members) => {
                let fields = ty.of.as_ref().and_then(|of| self.types.get(of));
                let Some(fields) = fields else { return };
                // The keys of a map are free; of a string, it is unknown whether it contains a map.
                let known = |name: &String| fields.iter().any(|field| self.same(&field.name, name));
                if ty.kind == Kind::Map || ty.kind == Kind::Any && !members.is_empty() && !members.keys().any(known) {
                    let inner = Type { kind: Kind::Object, lists: 0, ..ty.clone() };
                    members.values().for_each(|value| self.value(value, &inner, &format!("{path}.*")));
                    return;
                }
                for (name, value) in members {
                    self.member(name, value, fields, &format!("{path} {name}"));
                }
            }
            _ => {}
        }
    }

    fn member(&mut self, name: &str, value: &Value, fields: &'a [Field], path: &str) {
        let Some(field) = fields.iter().find(|field| self.same(&field.name, name)) else {
            self.wrong.push(Wrong {
                path: path.to_owned(),
                aspect: Aspect::Missing,
                left: name.to_owned(),
                right: String::new(),
                at: None,
                errata: Vec::new(),
            });
            return;
        };
        let Some(ty) = &field.ty else { return };
        let mut wrong = |aspect, left: &str, right: &str| {
            self.wrong.push(Wrong {
                path: path.to_owned(),
                aspect,
                left: left.to_owned(),
                right: right.to_owned(),
                at: Some(&field.at),
                errata: field.errata.clone(),
            });
        };
        match (value, ty.kind) {
            (Value::Bool(_), Kind::String | Kind::Integer | Kind::Long | Kind::Number) => {
                wrong(Aspect::Type, "boolean", &ty.text);
            }
            (Value::Number(_), Kind::Boolean) => wrong(Aspect::Type, "number", &ty.text),
            (Value::Number(number), Kind::String) => wrong(Aspect::Type, &format!("number {number}"), &ty.text),
            (Value::Number(number), Kind::Integer) if number.as_i64().is_some_and(|it| i32::try_from(it).is_err()) => {
                wrong(Aspect::Type, &format!("{number}, which is beyond 32 bits"), &ty.text);
            }
            (Value::String(text), Kind::Boolean) if !matches!(text.as_str(), "true" | "false" | "") => {
                wrong(Aspect::Type, "string", &ty.text);
            }
            (Value::String(text), Kind::Integer | Kind::Long | Kind::Number)
                if !text.is_empty() && text.parse::<f64>().is_err() =>
            {
                wrong(Aspect::Type, "string", &ty.text);
            }
            (Value::String(text), _)
                if !field.values.is_empty()
                    && !text.is_empty()
                    && !field.values.iter().any(|value| text::same(text, value)) =>
            {
                wrong(Aspect::Values, text, "");
            }
            (Value::Object(_) | Value::Array(_), _) => self.value(value, ty, path),
            _ => {}
        }
    }

    fn same(&self, a: &str, b: &str) -> bool {
        a == b || self.any_case && a.eq_ignore_ascii_case(b)
    }
}

/// A value of a sample against the type of a field that no table describes.
pub(super) fn fits(value: &str, ty: &Type) -> bool {
    match ty.kind {
        Kind::Boolean => matches!(value, "true" | "false" | ""),
        Kind::Integer => value.is_empty() || value.parse::<i32>().is_ok(),
        Kind::Long | Kind::Number => value.is_empty() || value.parse::<f64>().is_ok(),
        _ => true,
    }
}
