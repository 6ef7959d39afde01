//! Compares the fields of two bodies, level by level.

use std::collections::{BTreeMap, HashMap, HashSet};

use yundb_generator::diagnostic::Location;

use super::{
    Aspect, Topic,
    field::{self, Site},
    findings::{Findings, LIST, chain, lacks, stated},
    flat, json,
    names::pair,
};
use crate::fact::{Field, Kind, Shape, Type};

/// The context of a comparison of bodies.
pub(super) struct Walk<'a> {
    /// Parameter for a request, Response for an response.
    pub topic: Topic,
    /// The left side's types.
    pub left: &'a BTreeMap<String, Vec<Field>>,
    /// The right side's types.
    pub right: &'a BTreeMap<String, Vec<Field>>,
    /// Keys of the left side's samples, with their values: they show the fields where no table lists them.
    pub sampled: HashMap<String, Vec<String>>,
    /// Fields of the body itself that were compared already, as they are sent elsewhere on one side.
    pub moved: Vec<String>,
    /// Types that were compared with each other already: types may be recursive.
    pub seen: HashSet<(String, String)>,
}

/// A level of a body, and its parent.
#[derive(Clone)]
pub(super) struct Level<'a> {
    /// `body`, `response 200`.
    pub root: &'a str,
    /// The path of its fields below that, as the keys of samples are written; empty for the body itself.
    pub keys: String,
    pub left_at: &'a Location,
    pub right_at: &'a Location,
    pub around: Vec<usize>,
}

impl Level<'_> {
    pub fn key(&self, name: &str) -> String {
        if self.keys.is_empty() { name.to_owned() } else { format!("{}.{name}", self.keys) }
    }

    pub fn path(&self, key: &str) -> String {
        format!("{}{}{key}", self.root, if self.root == "body" { "." } else { " " })
    }
}

/// The places of the two bodies, and the enclosing errata on the right.
#[derive(Clone, Copy)]
pub(super) struct Bodies<'a> {
    pub root: &'a str,
    pub left_at: &'a Location,
    pub right_at: &'a Location,
    pub around: &'a [usize],
}

/// Compares two bodies. None on the left if nothing describes it.
pub(super) fn compare<'a>(
    left: Option<&'a Shape>,
    right: &'a Shape,
    bodies: Bodies<'_>,
    mut walk: Walk<'a>,
    findings: &mut Findings,
) {
    let level = Level {
        root: bodies.root,
        keys: String::new(),
        left_at: bodies.left_at,
        right_at: bodies.right_at,
        around: bodies.around.to_vec(),
    };
    match left {
        Some(left) if left.flat && !right.flat => flat::compare(&left.fields, &right.fields, &level, &walk, findings),
        Some(left) if !left.fields.is_empty() => walk.level(Some(&left.fields), &right.fields, &level, findings),
        _ => walk.level(None, &right.fields, &level, findings),
    }
}

impl<'a> Walk<'a> {
    fn level(&mut self, left: Option<&'a [Field]>, right: &'a [Field], level: &Level<'_>, findings: &mut Findings) {
        let Some(left) = left.or_else(|| (!findings.lenient()).then_some(&[])) else {
            return self.undescribed(right, level, findings);
        };
        let names = |fields: &'a [Field]| -> Vec<&'a str> { fields.iter().map(|field| field.name.as_str()).collect() };
        let paired = pair(&names(left), &names(right), findings.lenient());
        for (before, after) in &paired.pairs {
            let (left, right) = (&left[*before], &right[*after]);
            // It was compared in its place on the left side, except for its fields.
            if level.keys.is_empty() && self.moved.contains(&right.name) {
                self.below(left, right, level, findings);
                continue;
            }
            let path = level.path(&level.key(&right.name));
            field::compare(left, right, Site { topic: self.topic, path: &path, around: &level.around }, findings);
            self.below(left, right, level, findings);
        }
        let moved = |field: &&Field| level.keys.is_empty() && self.moved.contains(&field.name);
        for field in paired.left.iter().map(|index| &left[*index]).filter(|field| !moved(field)) {
            let path = level.path(&level.key(&field.name));
            let sides = (stated(field.name.as_str(), &field.at), lacks(level.right_at));
            findings.add(self.topic, Aspect::Missing, path, sides.0, sides.1).explained_by(&[], &level.around);
        }
        for field in paired.right.iter().map(|index| &right[*index]).filter(|field| !moved(field)) {
            self.extra(field, level, findings);
        }
    }

    /// A level that the left side does not describe. Its samples may show fields; the rest counts as the right side's
    /// own.
    fn undescribed(&self, right: &'a [Field], level: &Level<'_>, findings: &mut Findings) {
        let moved = |field: &&Field| level.keys.is_empty() && self.moved.contains(&field.name);
        for field in right.iter().filter(|field| !moved(field)) {
            let key = level.key(&field.name);
            let Some(values) = self.sampled.get(&key) else {
                self.extra(field, level, findings);
                continue;
            };
            let misfit = |ty: &&Type| ty.lists == 0 && values.iter().any(|value| !json::fits(value, ty));
            if let Some(ty) = field.ty.as_ref().filter(misfit).filter(|_| findings.lenient()) {
                let sides = (stated(values.join(LIST), level.left_at), stated(ty.text.as_str(), &field.at));
                let difference = findings.add(self.topic, Aspect::Type, level.path(&key), sides.0, sides.1);
                difference.explained_by(&field.errata, &level.around);
            }
            if let Some(fields) = fields(field.ty.as_ref(), self.right).filter(|_| !is_text(field)) {
                self.undescribed(fields, &below(level, field, level.left_at, field), findings);
            }
        }
    }

    fn extra(&self, field: &Field, level: &Level<'_>, findings: &mut Findings) {
        if field.implied {
            return;
        }
        let path = level.path(&level.key(&field.name));
        let sides = (lacks(level.left_at), stated(field.name.as_str(), &field.at));
        let difference = findings.add(self.topic, Aspect::Extra, path, sides.0, sides.1);
        difference.explained_by(&field.errata, &level.around);
    }

    /// Compares the inner fields of two fields.
    fn below(&mut self, left: &'a Field, right: &'a Field, level: &Level<'_>, findings: &mut Findings) {
        let inner = below(level, right, &left.at, right);
        let kind = |field: &Field| field.ty.as_ref().map(|ty| ty.kind);
        let is_map = |field: &Field| kind(field) == Some(Kind::Map);
        let share = |a: &[Field], b: &[Field]| a.iter().any(|a| b.iter().any(|b| a.name == b.name));
        let (before, after) = (fields(left.ty.as_ref(), self.left), fields(right.ty.as_ref(), self.right));
        match (before, after) {
            (None, None) => {}
            // Of a map and an object the difference of the types covers it, unless the map has the object's keys.
            (Some(before), Some(after)) if is_map(left) != is_map(right) && !share(before, after) => {}
            (Some(before), after) => {
                let of = |field: &Field| field.ty.as_ref().and_then(|ty| ty.of.clone()).unwrap_or_default();
                if self.seen.insert((of(left), of(right))) {
                    self.level(Some(before), after.unwrap_or_default(), &inner, findings);
                }
            }
            (None, Some(after)) => {
                // A document's `String` describes the string, not the JSON in it; and keys of a map are free.
                let open = matches!(kind(left), None | Some(Kind::Object | Kind::Any));
                if !findings.lenient() || open && !matches!(kind(right), Some(Kind::Map | Kind::String)) {
                    self.level(None, after, &inner, findings);
                }
            }
        }
    }
}

/// The inner level of a field.
pub(super) fn below<'b>(level: &Level<'b>, field: &Field, left_at: &'b Location, right: &'b Field) -> Level<'b> {
    let mut keys = level.key(&field.name);
    if let Some(ty) = &field.ty {
        keys.push_str(&"[]".repeat(ty.lists));
        if ty.kind == Kind::Map {
            keys.push_str(".*");
        }
    }
    let around = chain(&field.errata, &level.around);
    Level { root: level.root, keys, left_at, right_at: &right.at, around }
}

fn fields<'a>(ty: Option<&Type>, types: &'a BTreeMap<String, Vec<Field>>) -> Option<&'a [Field]> {
    types.get(ty?.of.as_ref()?).map(Vec::as_slice)
}

pub(super) fn is_text(field: &Field) -> bool {
    field.ty.as_ref().is_some_and(|ty| ty.kind == Kind::String)
}
