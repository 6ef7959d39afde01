//! Walks a value along its shape: types, limits and rules.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::alternative::{likeness, same};
use super::path::Path;
use super::violation::Violation;
use super::words::{MISSING, count, listing, required, words};
use super::{format, number, pattern};
use crate::codec::union;
use crate::data::shape::{Alternative, Choice, Field, Inner, Rule, Shape};

/// Validates `value`, found at `path`, against `shape`.
pub(crate) fn value(value: &Value, shape: &Shape, path: &str, violations: &mut Vec<Violation>) {
    Walk::default().value(value, shape, &Path::Root(path), violations);
}

/// Whether a value satisfies the alternative of a union at this index.
pub fn fits<T: Choice>(at: usize, value: &Value) -> bool {
    let _scope = union::Scope::enter();
    let walk = Walk { of_union: true, ..Walk::default() };
    T::ALTERNATIVES
        .get(at)
        .is_none_or(|alternative| likeness(alternative, value).is_some() && walk.holds(value, &alternative.shape))
}

/// The address of a value, and the union it was checked as.
type Key = (*const Value, *const Alternative, String);

/// A check of one value. The results for unions are cached, as nested unions would otherwise check the same value
/// exponentially often.
#[derive(Default)]
struct Walk {
    known: RefCell<HashMap<Key, Vec<Violation>>>,
    /// Whether it decides between alternatives of a union being decoded. Then only the existence of a violation
    /// matters, and the results of inner unions are cached for the outer one.
    of_union: bool,
}

impl Walk {
    fn value(&self, value: &Value, shape: &Shape, path: &Path<'_>, violations: &mut Vec<Violation>) {
        if let Inner::OneOf(alternatives) = shape.inner {
            self.one_of(value, alternatives.get(), path, violations);
        }
        if !shape.kinds.holds(value) {
            violations.push(Violation::new(path, format!("must be {}", shape.kinds.words())));
        }
        match value {
            // Types allow `null` only if the document does.
            Value::Null | Value::Bool(_) => {}
            Value::String(text) => string(text, shape, path, violations),
            Value::Number(found) => number::check(found, shape, path, violations),
            Value::Array(elements) => self.list(elements, shape, path, violations),
            Value::Object(entries) => self.object(value, entries, shape, path, violations),
        }
        self.check_rules(value, shape.rules, path, violations);
    }

    /// Whether a value satisfies a shape.
    fn holds(&self, value: &Value, shape: &Shape) -> bool {
        let mut violations = Vec::new();
        self.value(value, shape, &Path::Root(""), &mut violations);
        violations.is_empty()
    }

    fn list(&self, elements: &[Value], shape: &Shape, path: &Path<'_>, violations: &mut Vec<Violation>) {
        count(elements.len(), shape.items, ("element", "elements"), path, violations);
        if shape.unique {
            let mut seen = HashSet::new();
            if let Some(at) = elements.iter().position(|element| !seen.insert(element)) {
                violations.push(Violation::new(&Path::Element(path, at), "repeats an earlier element"));
            }
        }
        let inner = |at: usize| match shape.inner {
            Inner::List(element) => Some(element),
            Inner::Tuple(shapes) => shapes.get().get(at),
            _ => None,
        };
        for (at, item) in elements.iter().enumerate() {
            if let Some(shape) = inner(at) {
                self.value(item, shape, &Path::Element(path, at), violations);
            }
        }
    }

    fn object(
        &self,
        value: &Value,
        entries: &Map<String, Value>,
        shape: &Shape,
        path: &Path<'_>,
        violations: &mut Vec<Violation>,
    ) {
        count(entries.len(), shape.items, ("entry", "entries"), path, violations);
        match shape.inner {
            Inner::Object(body) => {
                let (fields, rules) = body.get();
                self.fields(entries, fields, path, violations);
                self.check_rules(value, rules, path, violations);
            }
            Inner::Fields(fields) => self.fields(entries, fields, path, violations),
            Inner::Map(shape) => {
                for (name, inner) in entries {
                    self.value(inner, shape, &Path::Field(path, name), violations);
                }
            }
            Inner::None | Inner::List(_) | Inner::Tuple(_) | Inner::OneOf(_) => {}
        }
    }

    fn fields(&self, entries: &Map<String, Value>, fields: &[Field], path: &Path<'_>, violations: &mut Vec<Violation>) {
        for Field { name, required, shape } in fields {
            match entries.get(*name) {
                Some(inner) => self.value(inner, shape, &Path::Field(path, name), violations),
                None if *required => violations.push(Violation::new(&Path::Field(path, name), MISSING)),
                None => {}
            }
        }
    }

    /// A value must satisfy one of its possible alternatives. If it satisfies none, the violations are those of the
    /// closest one: with matching constants, and the fewest missing fields. A value of unknown kind is not checked.
    fn one_of(
        &self,
        value: &Value,
        alternatives: &'static [Alternative],
        path: &Path<'_>,
        violations: &mut Vec<Violation>,
    ) {
        if self.of_union {
            let (at, hash) = (alternatives.as_ptr().addr(), union::content_hash(value));
            let fits = union::known_fit(at, hash)
                .unwrap_or_else(|| self.nearest(value, alternatives, &Path::Root("")).is_empty());
            union::note_fit(at, hash, fits);
            if !fits {
                violations.push(Violation::new(path, "matches no alternative"));
            }
            return;
        }
        let key = (std::ptr::from_ref(value), alternatives.as_ptr(), path.to_string());
        if let Some(known) = self.known.borrow().get(&key) {
            violations.extend(known.iter().cloned());
            return;
        }
        let found = self.nearest(value, alternatives, path);
        violations.extend(found.iter().cloned());
        self.known.borrow_mut().insert(key, found);
    }

    fn nearest(&self, value: &Value, alternatives: &[Alternative], path: &Path<'_>) -> Vec<Violation> {
        let mut nearest = Vec::new();
        let mut least = None;
        for alternative in alternatives {
            let Some(likeness) = likeness(alternative, value) else { continue };
            let mut found = Vec::new();
            self.value(value, &alternative.shape, path, &mut found);
            if found.is_empty() {
                return found;
            }
            let place = path.to_string();
            let missing = || found.iter().filter(|violation| violation.message == MISSING);
            let here =
                missing().filter(|it| it.path.rsplit_once('.').map_or("", |(object, _)| object) == place).count();
            let distance = (Reverse(likeness.known), here, likeness.missing, missing().count(), found.len());
            if least.is_none_or(|least| distance < least) {
                (least, nearest) = (Some(distance), found);
            }
        }
        nearest
    }

    fn check_rules(&self, value: &Value, rules: &[Rule], path: &Path<'_>, violations: &mut Vec<Violation>) {
        for rule in rules {
            self.rule(value, rule, path, violations);
        }
    }

    fn rule(&self, value: &Value, rule: &Rule, path: &Path<'_>, violations: &mut Vec<Violation>) {
        match (rule, value) {
            (Rule::When(test, then, otherwise), _) => {
                let shape = if self.holds(value, test) { then } else { otherwise };
                self.value(value, shape, path, violations);
            }
            (Rule::AnyOf(shapes), _) => self.any_of(value, shapes, path, violations),
            (Rule::Values(listed), _) => {
                let mut listed_values = listed.iter().filter_map(|json| serde_json::from_str::<Value>(json).ok());
                if !listed_values.any(|listed| same(&listed, value)) {
                    violations.push(Violation::new(path, format!("must be {}", listed.join(" or "))));
                }
            }
            // Where a document allows null, it means an absent value.
            (Rule::Not(_) | Rule::OnlyOne(_), Value::Null) => {}
            (Rule::Not(shape), _) => {
                if self.holds(value, shape) {
                    let message = match required(shape) {
                        Some(names) if !names.is_empty() => format!("must not have {}", listing(&names, "and")),
                        _ => "is forbidden by the document".to_owned(),
                    };
                    violations.push(Violation::new(path, message));
                }
            }
            (Rule::OnlyOne(shapes), _) => {
                // Each is checked once, as nested shapes may refer to it again.
                let tried: Vec<_> = shapes.iter().map(|shape| self.tried(value, shape, path)).collect();
                match tried.iter().filter(|found| found.is_empty()).count() {
                    0 => none_holds(tried, shapes, path, violations),
                    1 => {}
                    _ => violations.push(Violation::new(path, format!("must be only one of: {}", words(shapes)))),
                }
            }
            (Rule::Contains(shape, fewest, most), Value::Array(elements)) => {
                let found = elements.iter().filter(|element| self.holds(element, shape)).count();
                if found < *fewest || most.is_some_and(|most| found > most) {
                    let bounds = match most {
                        Some(most) => format!("{fewest} to {most}"),
                        None => format!("at least {fewest}"),
                    };
                    let message =
                        format!("must contain {bounds} of the elements that the document requires, has {found}");
                    violations.push(Violation::new(path, message));
                }
            }
            (Rule::Prefix(first, rest), Value::Array(elements)) => {
                for (at, element) in elements.iter().enumerate() {
                    self.value(element, first.get(at).unwrap_or(rest), &Path::Element(path, at), violations);
                }
            }
            (Rule::Names(shape), Value::Object(entries)) => {
                for name in entries.keys() {
                    let mut found = Vec::new();
                    Self::default().value(&Value::from(name.as_str()), shape, &Path::Field(path, name), &mut found);
                    let of_name = |it: Violation| Violation::new(it.path, format!("the name {}", it.message));
                    violations.extend(found.into_iter().map(of_name));
                }
            }
            (Rule::Others(known, patterns, rest), Value::Object(entries)) => {
                self.others(entries, (known, patterns, rest), path, violations);
            }
            (Rule::Contains(..) | Rule::Prefix(..) | Rule::Names(_) | Rule::Others(..), _) => {}
        }
    }

    fn any_of(&self, value: &Value, shapes: &[Shape], path: &Path<'_>, violations: &mut Vec<Violation>) {
        let mut tried = Vec::new();
        for shape in shapes {
            let found = self.tried(value, shape, path);
            if found.is_empty() {
                return;
            }
            tried.push(found);
        }
        none_holds(tried, shapes, path, violations);
    }

    /// The violations of a shape by a value.
    fn tried(&self, value: &Value, shape: &Shape, path: &Path<'_>) -> Vec<Violation> {
        let mut found = Vec::new();
        self.value(value, shape, path, &mut found);
        found
    }

    fn others(
        &self,
        entries: &Map<String, Value>,
        (known, patterns, rest): (&[&str], &[(&'static str, Shape)], &Shape),
        path: &Path<'_>,
        violations: &mut Vec<Violation>,
    ) {
        for (name, inner) in entries.iter().filter(|(name, _)| !known.contains(&name.as_str())) {
            let path = Path::Field(path, name);
            let matching = patterns.iter().filter(|(pattern, _)| pattern::matches(pattern, name));
            let mut matching = matching.map(|(_, shape)| shape).peekable();
            if matching.peek().is_none() {
                self.value(inner, rest, &path, violations);
            }
            matching.for_each(|shape| self.value(inner, shape, &path, violations));
        }
    }
}

/// Reports a value that satisfies none of the shapes.
fn none_holds(tried: Vec<Vec<Violation>>, shapes: &[Shape], path: &Path<'_>, violations: &mut Vec<Violation>) {
    // The caller chooses which of the fields to add.
    match shapes.iter().map(required).collect::<Option<Vec<_>>>() {
        Some(_) => violations.push(Violation::new(path, format!("must be at least one of: {}", words(shapes)))),
        None => violations.extend(tried.into_iter().min_by_key(Vec::len).unwrap_or_default()),
    }
}

fn string(text: &str, shape: &Shape, path: &Path<'_>, violations: &mut Vec<Violation>) {
    if shape.length != (None, None) {
        count(text.chars().count(), shape.length, ("character", "characters"), path, violations);
    }
    if let Some(pattern) = shape.pattern.filter(|pattern| !pattern::matches(pattern, text)) {
        violations.push(Violation::new(path, format!("must match the pattern {pattern}")));
    }
    if let Some(message) = shape.format.and_then(|format| format::violated(format, text)) {
        violations.push(Violation::new(path, message));
    }
}
