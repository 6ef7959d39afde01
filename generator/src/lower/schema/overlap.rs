//! `anyOf`: a value may match several alternatives, with the fields of each.

use std::cell::Cell;
use std::collections::HashSet;
use std::sync::Arc;

use super::is_never;
use super::union::Choice;
use crate::diagnostic::Location;
use crate::load::{Additional, JsonType, Properties, Schema, Sub};
use crate::lower::Lower;
use crate::stack::recurse;

/// Maximum number of variants that combine several alternatives.
const MOST: usize = 4;

/// Maximum depth at which schemas are compared.
const DEEPEST: usize = 12;

/// Maximum number of schemas inspected for one union, as recursion by several paths is exponential.
const MOST_SEEN: usize = 1_000;

/// How two objects that a value may match at once differ.
#[derive(Clone, Copy, Default)]
struct Together {
    /// Whether each has fields that the other lacks.
    own: [bool; 2],
    /// Whether the combination requires more than joining their fields.
    is_unclear: bool,
}

impl<'a> Lower<'a, '_> {
    /// Combinations of alternatives of an `anyOf`, where each alone would lose fields of the others.
    pub(super) fn at_once(&mut self, schema: &Schema<'a>, choices: &[Choice<'a>]) -> Vec<Choice<'a>> {
        let sole = schema.one_of.is_empty() && schema.further_unions.is_empty() && schema.discriminator.is_none();
        if schema.any_of.is_empty() || !sole {
            return Vec::new();
        }
        let left = Cell::new(MOST_SEEN);
        let fields: Vec<_> = choices.iter().map(|one| self.plain_fields(&one.schema, DEEPEST, &left)).collect();
        let mut joined: Vec<Vec<usize>> = (0..choices.len()).map(|one| vec![one]).collect();
        let mut apart = HashSet::new();
        let mut is_unclear = false;
        let mut next = 0;
        while next < joined.len() && !is_unclear && joined.len() <= choices.len() + MOST {
            let known = joined[next].clone();
            let after = known.last().map_or(0, |last| last + 1);
            for one in after..choices.len() {
                let is_joined = known.iter().all(|known| {
                    if apart.contains(&(*known, one)) {
                        return false;
                    }
                    let both = fields[*known].as_ref().zip(fields[one].as_ref());
                    let together = both.and_then(|(a, b)| self.together(a, b, DEEPEST, &left));
                    let each_has_own = together.filter(|it| it.own == [true, true]);
                    is_unclear |= each_has_own.is_some_and(|it| it.is_unclear);
                    each_has_own.is_some() || !apart.insert((*known, one))
                });
                if is_joined {
                    joined.push(known.iter().copied().chain([one]).collect());
                }
            }
            next += 1;
        }
        let joined = joined.split_off(choices.len());
        let at = schema.any_of.first().map_or(schema.at.at, Sub::at);
        if is_unclear || joined.len() > MOST {
            self.warn(
                "any-of-overlap",
                "a value may match several alternatives of this `anyOf`, and is decoded as one of them".to_owned(),
                at,
                "fields of the other alternatives are lost: write `oneOf` if a value always matches exactly one alternative",
            );
            return Vec::new();
        }
        joined.iter().map(|parts| at_once(choices, parts, at)).collect()
    }

    /// The fields of an object without other restrictions.
    fn plain_fields(&self, schema: &Sub<'a>, deepest: usize, left: &Cell<usize>) -> Option<Properties<'a>> {
        let schema = self.read_through(schema)?;
        let is_object = schema.ty.is_none_or(|ty| ty.value == JsonType::Object);
        let is_open = [&schema.additional, &schema.unevaluated]
            .into_iter()
            .flatten()
            .all(|further| further.value == Additional::Allowed(true));
        let lists = [&schema.one_of, &schema.any_of];
        let further = lists.into_iter().chain(&schema.further_unions).any(|list| !list.is_empty())
            || !schema.enumeration.is_empty()
            || !schema.conditions.is_empty()
            || !schema.patterns.0.is_empty()
            || schema.not.is_some()
            || schema.discriminator.is_some();
        if !is_object || !is_open || further || deepest == 0 {
            return None;
        }
        left.set(left.get().checked_sub(1)?);
        let mut fields = schema.properties;
        for part in &schema.all_of {
            fields.0.extend(self.plain_fields(part, deepest - 1, left)?.0);
        }
        Some(fields)
    }

    /// `None` if no value matches both.
    fn together(&self, a: &Properties<'a>, b: &Properties<'a>, deepest: usize, left: &Cell<usize>) -> Option<Together> {
        let lacks = |a: &Properties<'a>, b: &Properties<'a>| a.0.keys().any(|name| !b.0.contains_key(name));
        let mut together = Together { own: [lacks(a, b), lacks(b, a)], is_unclear: false };
        for (name, a) in &a.0 {
            let Some(b) = b.0.get(name).filter(|b| !self.is_equivalent(a, b)) else { continue };
            let within = match (self.plain_fields(a, deepest, left), self.plain_fields(b, deepest, left)) {
                (Some(a), Some(b)) if deepest > 0 => recurse(|| self.together(&a, &b, deepest - 1, left))?,
                _ if self.excludes(a, b) => return None,
                _ => Together { is_unclear: true, ..Together::default() },
            };
            together.own[0] |= within.own[0];
            together.own[1] |= within.own[1];
            together.is_unclear |= within.is_unclear;
        }
        Some(together)
    }

    /// Whether no value matches both.
    fn excludes(&self, a: &Sub<'a>, b: &Sub<'a>) -> bool {
        if is_never(a) || is_never(b) {
            return true;
        }
        let (Some(a), Some(b)) = (self.read_through(a), self.read_through(b)) else { return false };
        let is_number = |ty| matches!(ty, JsonType::Integer | JsonType::Number);
        let types = a.ty.zip(b.ty).map(|(a, b)| (a.value, b.value));
        if types.is_some_and(|(a, b)| a != b && !(is_number(a) && is_number(b))) {
            return true;
        }
        let listed = !a.enumeration.is_empty() && !b.enumeration.is_empty();
        listed && !a.enumeration.iter().any(|a| b.enumeration.iter().any(|b| a.value == b.value))
    }

    /// Whether two schemas are equal except for descriptions.
    fn is_equivalent(&self, a: &Sub<'a>, b: &Sub<'a>) -> bool {
        let wordless = |schema: &Sub<'a>| {
            let schema = self.read_through(schema)?;
            Some(Schema { title: None, description: None, example: None, default: None, deprecated: None, ..schema })
        };
        a == b || wordless(a) == wordless(b)
    }

    /// A schema with its references resolved.
    fn read_through(&self, schema: &Sub<'a>) -> Option<Schema<'a>> {
        let mut schema = schema.clone();
        for _ in 0..DEEPEST {
            let Some(reference) = schema.reference() else { return Some(schema.read()) };
            schema = Sub::of(self.loaded.component("schemas", reference.value)?);
        }
        None
    }
}

fn at_once<'a>(choices: &[Choice<'a>], parts: &[usize], at: &'a Location) -> Choice<'a> {
    let parts = || parts.iter().filter_map(|part| Some((*part, choices.get(*part)?)));
    let name = |(place, one): (usize, &Choice<'a>)| {
        let known = one.component.map(str::to_owned).or_else(|| one.name.clone());
        known.unwrap_or_else(|| format!("option {}", place + 1))
    };
    let all_of = parts().map(|(_, one)| one.schema.clone()).collect();
    let schema = Sub::Merged(Arc::new(Schema { all_of, ..Schema::any(at) }));
    Choice { schema, component: None, name: Some(parts().map(name).collect::<Vec<_>>().join(" and ")) }
}
