//! Enums whose values are separate alternatives, each with a title and description.

use crate::accounting::Reason;
use crate::load::{Keyword, Node, Schema, Sub};
use crate::lower::Lower;

/// The annotations of one value of an enum.
pub(super) struct Annotation<'a> {
    pub value: &'a Node,
    pub title: Keyword<'a, &'a str>,
    pub words: Keyword<'a, &'a str>,
    pub deprecated: bool,
}

impl<'a> Lower<'a, '_> {
    /// The schema as an enum, if each of its alternatives is a single value, with the annotations of each. If values
    /// are also listed in `enum`, only those in both are kept.
    pub(super) fn annotated(&self, schema: &Schema<'a>) -> Option<(Schema<'a>, Vec<Annotation<'a>>)> {
        let alternatives = match (schema.one_of.as_slice(), schema.any_of.as_slice()) {
            (list, []) | ([], list) if schema.further_unions.is_empty() && schema.discriminator.is_none() => list,
            _ => return None,
        };
        let read: Vec<Schema<'a>> = alternatives.iter().map(constant).collect::<Option<_>>()?;
        let value = |one: &Schema<'a>| one.enumeration.first().map(|value| value.value);
        let listed = |value: &Node| schema.enumeration.iter().any(|listed| listed.value == value);
        let (read, excluded): (Vec<Schema<'a>>, Vec<Schema<'a>>) =
            read.into_iter().partition(|one| schema.enumeration.is_empty() || value(one).is_some_and(listed));
        if read.is_empty() {
            return None;
        }
        for one in &excluded {
            let words = [one.title, one.description].into_iter().flatten().map(|words| words.at);
            let values = one.enumeration.iter().map(|value| value.at).chain(one.ty.map(|ty| ty.at));
            let flags = one.deprecated.into_iter().map(|flag| flag.at);
            words.chain(values).chain(flags).for_each(|at| self.ledger.ignore(at, Reason::Stricter));
        }
        let mut merged = Schema { one_of: Vec::new(), any_of: Vec::new(), ..schema.clone() };
        if merged.enumeration.is_empty() {
            merged.enumeration = read.iter().flat_map(|one| one.enumeration.clone()).collect();
        }
        // If the alternatives have a type of their own, it is that of all values.
        merged.ty = schema.ty.or_else(|| read.iter().find_map(|one| one.ty));
        let annotations = read.iter().filter_map(|one| {
            one.enumeration.iter().for_each(|value| self.ledger.take(value.at));
            self.take(&one.ty);
            let deprecated = self.take(&one.deprecated) == Some(true);
            Some(Annotation { value: value(one)?, title: one.title, words: one.description, deprecated })
        });
        let annotations = annotations.collect();
        Some((merged, annotations))
    }
}

/// An alternative that is a single value, with nothing but annotations.
fn constant<'a>(part: &Sub<'a>) -> Option<Schema<'a>> {
    if part.reference().is_some() {
        return None;
    }
    let schema = part.read();
    let has_other_keywords = schema.example.is_some() || schema.default.is_some() || schema.format.is_some();
    let mut rest = schema.clone();
    let one = std::mem::take(&mut rest.enumeration).len() == 1;
    rest.ty = None;
    let words = rest.is_unconstrained()
        && rest.further_descriptions.is_empty()
        && rest.unknown.is_empty()
        && rest.json.is_none();
    let flags = [rest.nullable, rest.read_only, rest.write_only, rest.sensitive];
    (one && words && !has_other_keywords && flags.iter().all(Option::is_none)).then_some(schema)
}
