//! Compares a table that lists the fields of all levels without nesting with a nested body: by names.

use std::collections::BTreeMap;

use super::{
    Aspect, detail,
    field::{self, Site},
    findings::{Findings, lacks, stated},
    names::pair,
    reading,
    sample::last_name,
    shape::{Level, Walk, below, is_text},
};
use crate::fact::{Call, Detail, Field, Statement};

/// Compares fields of all levels without nesting with those of a tree, by name.
pub(super) fn compare(left: &[Field], right: &[Field], level: &Level<'_>, walk: &Walk<'_>, findings: &mut Findings) {
    let mut tree = Tree { types: walk.right, open: Vec::new(), found: Vec::new() };
    tree.fields(right, level, false);
    let mut names: Vec<&str> = Vec::new();
    let mut unique: Vec<&str> = Vec::new();
    for found in &tree.found {
        if !names.contains(&found.field.name.as_str()) {
            names.push(&found.field.name);
        }
    }
    for field in left {
        if !unique.contains(&field.name.as_str()) {
            unique.push(&field.name);
        }
    }
    let paired = pair(&unique, &names, true);
    for (before, after) in &paired.pairs {
        let lefts: Vec<&Field> = left.iter().filter(|field| field.name == unique[*before]).collect();
        let rights: Vec<&Found<'_>> = tree.found.iter().filter(|found| found.field.name == names[*after]).collect();
        if let ([left, ..], [first, ..]) = (lefts.as_slice(), rights.as_slice()) {
            let paths: Vec<String> = rights.iter().map(|found| found.path.clone()).collect();
            let site = Site { topic: walk.topic, path: &first.path, around: &first.around };
            reading::fields(&[*left], &paths, first.field, site, findings);
        }
        // Several fields of one name cannot be told apart.
        if let ([left], [right]) = (lefts.as_slice(), rights.as_slice()) {
            let site = Site { topic: walk.topic, path: &right.path, around: &right.around };
            field::compare(left, right.field, site, findings);
        } else if let Some(first) = rights.first() {
            let site = Site { topic: walk.topic, path: &first.path, around: &first.around };
            let fields: Vec<&Field> = rights.iter().map(|found| found.field).collect();
            for found in &rights {
                let site = Site { topic: walk.topic, path: &found.path, around: &found.around };
                field::compare_type(&lefts, found.field, site, findings);
                field::compare_values(&lefts, found.field, site, findings);
                reading::pattern(&lefts, found.field, site, true, findings);
                reading::statements(&lefts, found.field, site, true, findings);
            }
            detail::compare(&lefts, &fields, site, findings);
        }
    }
    for name in paired.left.iter().map(|index| unique[*index]) {
        if let Some(field) = left.iter().find(|field| field.name == name) {
            let sides = (stated(name, &field.at), lacks(level.right_at));
            let path = level.path(name);
            findings.add(walk.topic, Aspect::Missing, path, sides.0, sides.1).explained_by(&[], &level.around);
        }
    }
    // Of a type no table may list the fields that its samples show.
    let of_type = findings.subject.as_ref().is_some_and(|subject| matches!(subject.call, Call::Type { .. }));
    let shown = |name: &&str| of_type && walk.sampled.keys().any(|key| last_name(key).eq_ignore_ascii_case(name));
    let extra: Vec<&str> = paired.right.iter().map(|index| names[*index]).filter(|name| !shown(name)).collect();
    for found in tree
        .found
        .iter()
        .filter(|found| shown(&found.field.name.as_str()) && !unique.contains(&found.field.name.as_str()))
    {
        let at = level.left_at.clone();
        // Several fields of one name cannot be told apart.
        let one = tree.found.iter().filter(|other| other.field.name == found.field.name).count() == 1;
        let values = findings.left_values.get(&found.field.name.to_lowercase());
        let only = values.filter(|values| values.len() == 1 && one).into_iter().flatten();
        let example = |value: &String| Statement { detail: Detail::Example, value: value.clone(), at: at.clone() };
        let row = Field { details: only.map(example).collect(), at: at.clone(), ..found.field.clone() };
        let site = Site { topic: walk.topic, path: &found.path, around: &found.around };
        detail::compare(&[&row], &[found.field], site, findings);
    }
    let mut reported: Vec<&str> = Vec::new();
    for found in tree.found.iter().filter(|found| !found.json && extra.contains(&found.field.name.as_str())) {
        // The content of a field belongs to its difference, unless some of it is on both sides.
        let inside =
            reported.iter().any(|path| found.path.strip_prefix(path).is_some_and(|rest| rest.starts_with(['.', '['])));
        if inside {
            continue;
        }
        let sides = (lacks(level.left_at), stated(found.field.name.as_str(), &found.field.at));
        let difference = findings.add(walk.topic, Aspect::Extra, found.path.as_str(), sides.0, sides.1);
        difference.explained_by(&found.field.errata, &found.around);
        let known = |other: &&Found<'_>| {
            let inside = other.path.strip_prefix(&found.path).is_some_and(|rest| rest.starts_with(['.', '[']));
            inside && !extra.contains(&other.field.name.as_str())
        };
        if !tree.found.iter().any(|other| known(&other)) {
            reported.push(&found.path);
        }
    }
}

/// A field on any level.
struct Found<'a> {
    field: &'a Field,
    path: String,
    around: Vec<usize>,
    /// Whether it is inside of JSON in a string.
    json: bool,
}

struct Tree<'a> {
    types: &'a BTreeMap<String, Vec<Field>>,
    /// The enclosing types, so that recursive types end.
    open: Vec<&'a str>,
    found: Vec<Found<'a>>,
}

impl<'a> Tree<'a> {
    fn fields(&mut self, fields: &'a [Field], level: &Level<'a>, json: bool) {
        for field in fields {
            let path = level.path(&level.key(&field.name));
            self.found.push(Found { field, path, around: level.around.clone(), json });
            let of = field.ty.as_ref().and_then(|ty| ty.of.as_deref());
            if let Some(of) = of.filter(|of| !self.open.contains(of))
                && let Some(fields) = self.types.get(of)
            {
                self.open.push(of);
                self.fields(fields, &below(level, field, level.left_at, field), json || is_text(field));
                self.open.pop();
            }
        }
    }
}
