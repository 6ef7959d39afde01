//! `allOf`: merges all parts into one schema.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::sync::Arc;

use serde_json::Number;

use super::{Lowered, Naming};
use crate::accounting::Reason;
use crate::load::{Additional, JsonType, Keyword, Placed, Properties, Schema, Sub, integer};
use crate::lower::Lower;
use crate::lower::model::Type;
use crate::stack::recurse;

/// The state of merging parts.
#[derive(Default)]
struct Seen<'a> {
    /// The components merged so far.
    parts: HashSet<&'a str>,
    /// Required fields.
    required: HashSet<&'a str>,
    /// Whether null is allowed by all parts that declare a type.
    null: Option<bool>,
}

impl<'a> Lower<'a, '_> {
    pub(super) fn all_of(&mut self, schema: &Schema<'a>, naming: &Naming, component: Option<&'a str>) -> Lowered<'a> {
        // A single reference with a description and limits around it is that reference.
        if let [only] = schema.all_of.as_slice()
            && schema.has_no_own_type()
            && (component.is_none() || only.reference().is_some())
            && !self.is_child(component, only)
        {
            return self.single_part(schema, only, naming, component);
        }
        let mut merged = self.flatten(schema, component);
        merged.title = schema.title;
        self.item(merged, naming, component)
    }

    /// Whether a component is represented by its base, its only part, so that only the base's fields are meant.
    fn is_child(&self, component: Option<&'a str>, part: &Sub<'a>) -> bool {
        component
            .zip(part.reference())
            .is_some_and(|(component, part)| self.is_family(part.value) || self.lists(part.value, component))
    }

    /// Uses parts that only have descriptions as the schema's own.
    pub(super) fn merge_annotations(&mut self, schema: &mut Schema<'a>) {
        if schema.all_of.is_empty() {
            return;
        }
        let words: Vec<Sub<'a>> = schema.all_of.extract_if(.., |part| is_unconstrained(part)).collect();
        for part in words {
            let mut part = part.read();
            // The schema's own description takes precedence.
            self.words(schema, &part, false);
            self.take(&part.nullable);
            schema.nullable = part.nullable.filter(|nullable| nullable.value).or(schema.nullable);
            schema.title = schema.title.or(part.title);
            schema.unknown.append(&mut part.unknown);
        }
    }

    /// A schema of one part, with the description and limits around it.
    pub(super) fn single_part(
        &mut self,
        own: &Schema<'a>,
        part: &Sub<'a>,
        naming: &Naming,
        component: Option<&'a str>,
    ) -> Lowered<'a> {
        let mut lowered = match part.reference() {
            Some(_) => self.schema(part, naming),
            None => {
                let mut part = part.read();
                part.title = part.title.or(own.title);
                if component.is_some() {
                    part.description = part.description.or(own.description);
                }
                self.item(part, naming, component)
            }
        };
        self.take(&own.ty);
        if own.description.is_some() {
            // A shared type without a Rust type has its description at its uses.
            let named = matches!(lowered.ty, Type::Named(_));
            if let Some(words) = lowered.description.filter(|words| named && !self.ledger.has(words.at)) {
                // The description is that of the equal type that came first.
                self.ledger.ignore(words.at, Reason::Repeated);
            }
            let shared = lowered.description.filter(|_| !named);
            let (repeated, shared) = match shared {
                Some(words) if own.description == Some(words) => (Some(words), None),
                shared => (None, shared),
            };
            repeated.iter().for_each(|words| self.ledger.ignore(words.at, Reason::Repeated));
            lowered.facts.splice(..0, self.take(&shared).map(str::to_owned));
            lowered.words_of_type = false;
            lowered.description = own.description;
        }
        lowered
    }

    /// A schema merged with its parts, recursively.
    pub(in crate::lower) fn flatten(&mut self, schema: &Schema<'a>, component: Option<&'a str>) -> Schema<'a> {
        let mut merged = Schema {
            title: schema.title,
            description: schema.description,
            sensitive: schema.sensitive,
            json: schema.json.clone(),
            enum_descriptions: schema.enum_descriptions,
            enum_status: schema.enum_status,
            ..Schema::any(schema.at.at)
        };
        let mut seen = Seen { parts: component.into_iter().collect(), ..Seen::default() };
        for part in &schema.all_of {
            self.merge(&mut merged, part, false, &mut seen);
        }
        // Next to `allOf`, `nullable` applies to the whole, whatever the parts declare.
        let whole = schema.nullable.filter(|nullable| nullable.value);
        let own = Schema { all_of: Vec::new(), description: None, ..schema.clone() };
        self.absorb(&mut merged, &own, false, &mut seen);
        merged.nullable = whole.or(merged.nullable.filter(|_| seen.null != Some(false)));
        merged
    }

    fn merge(&mut self, merged: &mut Schema<'a>, part: &Sub<'a>, referenced: bool, seen: &mut Seen<'a>) {
        let Some(reference) = part.reference() else { return self.merge_part(merged, part.read(), referenced, seen) };
        self.ledger.take(reference.at);
        // A repeated part adds nothing.
        if !seen.parts.insert(reference.value) {
            return;
        }
        let Some(entry) = self.loaded.component("schemas", reference.value) else {
            let message = format!("there is no schema `{}`", reference.value);
            self.unsupported("foreign-ref", message, reference.at, "its part is left out");
            return;
        };
        match Sub::of(entry) {
            alias if alias.reference().is_some() => self.merge(merged, &alias, true, seen),
            target => self.merge_part(merged, target.read(), true, seen),
        }
    }

    fn merge_part(&mut self, merged: &mut Schema<'a>, mut part: Schema<'a>, referenced: bool, seen: &mut Seen<'a>) {
        for inner in std::mem::take(&mut part.all_of) {
            // Parts can form chains of thousands.
            recurse(|| self.merge(merged, &inner, referenced, seen));
        }
        if referenced {
            self.only_fields(&mut part, seen);
        }
        self.absorb(merged, &part, referenced, seen);
    }

    /// Of the base of a hierarchy, which represents its children, only the fields apply to a child.
    fn only_fields(&mut self, part: &mut Schema<'a>, seen: &Seen<'a>) {
        let of_child = |part: &Sub<'a>| part.reference().is_some_and(|reference| seen.parts.contains(reference.value));
        let is_union = !part.one_of.is_empty() || !part.any_of.is_empty();
        if is_union && !part.one_of.iter().chain(&part.any_of).any(of_child) {
            return;
        }
        for alternative in part.one_of.drain(..).chain(part.any_of.drain(..)) {
            self.ledger.ignore(alternative.at(), Reason::Base);
        }
        if let Some(discriminator) = part.discriminator.take() {
            self.ledger.ignore(discriminator.at, Reason::Base);
        }
    }

    /// Merges one part: values must satisfy both.
    fn absorb(&mut self, merged: &mut Schema<'a>, part: &Schema<'a>, referenced: bool, seen: &mut Seen<'a>) {
        self.nullable_of_both(merged, part, seen);
        self.types_of_both(merged, part);
        self.words(merged, part, referenced);
        self.limits_of_both(merged, part);
        match (&mut merged.items, &part.items) {
            (Some(earlier), Some(later)) if earlier != later => {
                self.ledger.take(earlier.at);
                both(&mut earlier.value, &later.value);
                earlier.at = later.at;
            }
            (Some(earlier), Some(later)) => {
                self.ledger.take(earlier.at);
                earlier.at = later.at;
            }
            (None, _) => merged.items.clone_from(&part.items),
            (Some(_), None) => {}
        }
        self.additional_of_both(&mut merged.additional, &part.additional);
        self.additional_of_both(&mut merged.unevaluated, &part.unevaluated);
        self.additional_of_both(&mut merged.unevaluated_items, &part.unevaluated_items);
        self.values_of_both(merged, part);
        self.properties_of_both(&mut merged.properties, &part.properties);
        self.rules_of_both(merged, part);
        for name in &part.required {
            match !seen.required.insert(name.value) {
                true => self.ledger.ignore(name.at, Reason::Repeated),
                false => merged.required.push(*name),
            }
        }
        for (into, from) in [(&mut merged.one_of, &part.one_of), (&mut merged.any_of, &part.any_of)] {
            if into.is_empty() {
                into.clone_from(from);
            } else if !from.is_empty() && into != from {
                merged.further_unions.push(from.clone());
            }
        }
        merged.further_unions.extend(part.further_unions.iter().cloned());
        if merged.discriminator.is_none() {
            merged.discriminator.clone_from(&part.discriminator);
        }
        merged.unknown.extend(part.unknown.iter().copied());
    }

    /// Null is allowed by the whole if all parts allow it.
    fn nullable_of_both(&mut self, merged: &mut Schema<'a>, part: &Schema<'a>, seen: &mut Seen<'a>) {
        let null = part.nullable.is_some_and(|nullable| nullable.value)
            || part.enumeration.iter().any(|value| value.value.value.is_null());
        if part.ty.is_some() || !part.enumeration.is_empty() {
            seen.null = Some(seen.null.unwrap_or(true) && null);
        }
        for nullable in [merged.nullable, part.nullable].into_iter().flatten() {
            self.ledger.take(nullable.at);
        }
        merged.nullable = part.nullable.filter(|_| null).or(merged.nullable);
    }

    /// An integer is a number; no value has two other types.
    fn types_of_both(&mut self, merged: &mut Schema<'a>, part: &Schema<'a>) {
        let (Some(a), Some(b)) = (merged.ty, part.ty) else {
            merged.ty = merged.ty.or(part.ty);
            return;
        };
        merged.ty = Some(b);
        match (a.value, b.value) {
            (a_type, b_type) if a_type == b_type => self.ledger.take(a.at),
            (JsonType::Number, JsonType::Integer) => self.ledger.ignore(a.at, Reason::Stricter),
            (JsonType::Integer, JsonType::Number) => {
                self.ledger.ignore(b.at, Reason::Stricter);
                merged.ty = Some(a);
            }
            (a_type, b_type) => {
                let message = format!("`allOf` combines the types `{}` and `{}`", a_type.name(), b_type.name());
                self.unsupported("all-of-types", message, a.at, "the later one applies");
            }
        }
    }

    /// Additional properties are those that both allow. `false` would forbid the other parts' own fields.
    fn additional_of_both(&mut self, merged: &mut Keyword<'a, Additional<'a>>, part: &Keyword<'a, Additional<'a>>) {
        let Some(later) = part else { return };
        match (merged, &later.value) {
            (_, Additional::Allowed(false)) => self.ledger.take(later.at),
            (Some(earlier), later_value) if earlier.value == *later_value => {
                self.ledger.ignore(later.at, Reason::Repeated);
            }
            (Some(Placed { value: Additional::Of(earlier), at }), Additional::Of(values)) => {
                self.ledger.take(at);
                self.ledger.take(later.at);
                both(earlier, values);
            }
            (Some(Placed { value: Additional::Of(_), .. }), Additional::Allowed(true)) => {
                self.ledger.ignore(later.at, Reason::Stricter);
            }
            (earlier, _) => {
                earlier.iter().for_each(|earlier| self.ledger.ignore(earlier.at, Reason::Stricter));
                *earlier = Some(later.clone());
            }
        }
    }

    /// Merges properties: those with the same name must satisfy both.
    fn properties_of_both(&mut self, merged: &mut Properties<'a>, part: &Properties<'a>) {
        for (name, property) in &part.0 {
            match merged.0.get_mut(name) {
                Some(earlier) if earlier == property => self.ledger.ignore(property.at(), Reason::Repeated),
                Some(earlier) => {
                    self.ledger.take(earlier.at());
                    self.ledger.take(property.at());
                    both(earlier, property);
                }
                None => drop(merged.0.insert(name, property.clone())),
            }
        }
    }

    /// Keywords that only restrict values: those of both parts apply.
    fn rules_of_both(&mut self, merged: &mut Schema<'a>, part: &Schema<'a>) {
        self.properties_of_both(&mut merged.patterns, &part.patterns);
        self.properties_of_both(&mut merged.dependent_schemas, &part.dependent_schemas);
        merged.dependent_required.extend(part.dependent_required.iter().cloned());
        merged.conditions.extend(part.conditions.iter().cloned());
        for (index, element) in part.prefix.iter().enumerate() {
            match merged.prefix.get_mut(index) {
                Some(earlier) if earlier == element => self.ledger.ignore(element.at(), Reason::Repeated),
                Some(earlier) => both(earlier, element),
                None => merged.prefix.push(element.clone()),
            }
        }
        match (&mut merged.not, &part.not) {
            // Both exclusions apply: values must match neither.
            (Some(earlier), Some(later)) if earlier != later => {
                let any_of = vec![earlier.value.clone(), later.value.clone()];
                self.ledger.take(earlier.at);
                let neither = Schema { any_of, ..Schema::any(later.at) };
                *earlier = Placed { value: Sub::Merged(Arc::new(neither)), at: later.at };
            }
            (Some(earlier), Some(_)) => self.ledger.ignore(earlier.at, Reason::Repeated),
            (earlier, later) => *earlier = earlier.take().or_else(|| later.clone()),
        }
        match (&mut merged.property_names, &part.property_names) {
            (Some(earlier), Some(later)) => {
                self.ledger.take(earlier.at);
                both(&mut earlier.value, &later.value);
                earlier.at = later.at;
            }
            (earlier, later) => *earlier = earlier.take().or_else(|| later.clone()),
        }
        match (&merged.contains, &part.contains) {
            (Some(earlier), Some(_)) => {
                let message = "a later part of the `allOf` has another `contains`".to_owned();
                self.unsupported("all-of-values", message, earlier.at, "the later one applies");
                merged.contains.clone_from(&part.contains);
            }
            (None, later) => merged.contains.clone_from(later),
            (Some(_), None) => {}
        }
        merged.min_contains = part.min_contains.or(merged.min_contains);
        merged.max_contains = part.max_contains.or(merged.max_contains);
    }

    /// Descriptions, examples and the like: the schema's own take precedence over those of a base.
    fn words(&mut self, merged: &mut Schema<'a>, part: &Schema<'a>, referenced: bool) {
        match (merged.description, part.description) {
            (Some(_), Some(words)) if referenced => self.ledger.ignore(words.at, Reason::Base),
            (Some(earlier), Some(words)) if earlier != words => merged.further_descriptions.push(words),
            (Some(_), Some(words)) => self.ledger.ignore(words.at, Reason::Repeated),
            (earlier, words) => merged.description = earlier.or(words),
        }
        merged.further_descriptions.extend(part.further_descriptions.iter().copied());
        match (merged.example, part.example) {
            (Some(_), Some(example)) => self.ledger.ignore(example.at, Reason::FurtherExample),
            (earlier, example) => merged.example = earlier.or(example),
        }
        for earlier in merged.default.iter().filter(|_| part.default.is_some()) {
            self.ledger.ignore(earlier.at, Reason::Base);
        }
        merged.default = part.default.or(merged.default);
        for (into, from) in [(&mut merged.read_only, part.read_only), (&mut merged.write_only, part.write_only)] {
            // It applies if one part sets it.
            if into.is_none_or(|flag| !flag.value) {
                into.iter().filter(|_| from.is_some()).for_each(|flag| self.ledger.take(flag.at));
                *into = from.or(*into);
            } else {
                from.iter().for_each(|flag| self.ledger.take(flag.at));
            }
        }
        if referenced {
            part.deprecated.iter().for_each(|flag| self.ledger.ignore(flag.at, Reason::Base));
            return;
        }
        merged.deprecated = part.deprecated.or(merged.deprecated);
        merged.sensitive = merged.sensitive.or(part.sensitive);
        merged.json = merged.json.take().or_else(|| part.json.clone());
        merged.enum_descriptions = merged.enum_descriptions.or(part.enum_descriptions);
        merged.enum_status = merged.enum_status.or(part.enum_status);
    }

    /// The stricter one of two limits applies.
    fn limits_of_both(&mut self, merged: &mut Schema<'a>, part: &Schema<'a>) {
        macro_rules! stricter {
            ($($field:ident: $order:ident),*) => { $(
                merged.$field = self.stricter(merged.$field, part.$field, |a, b| a.cmp(b) == Ordering::$order);
            )* };
        }
        stricter!(min_length: Greater, max_length: Less, min_items: Greater, max_items: Less);
        stricter!(min_properties: Greater, max_properties: Less, unique_items: Greater);
        for (minimum, value, exclusive, other, other_exclusive) in [
            (true, &mut merged.minimum, &mut merged.exclusive_minimum, part.minimum, part.exclusive_minimum),
            (false, &mut merged.maximum, &mut merged.exclusive_maximum, part.maximum, part.exclusive_maximum),
        ] {
            let outside = if minimum { Ordering::Greater } else { Ordering::Less };
            let stricter = match (*value, other) {
                (Some(a), Some(b)) => match compare(b.value, a.value) {
                    Ordering::Equal => other_exclusive.is_some_and(|exclusive| exclusive.value),
                    order => order == outside,
                },
                (None, Some(_)) => true,
                (_, None) => continue,
            };
            let looser = if stricter {
                [value.map(|value| value.at), exclusive.map(|it| it.at)]
            } else {
                [other.map(|value| value.at), other_exclusive.map(|it| it.at)]
            };
            looser.into_iter().flatten().for_each(|at| self.ledger.ignore(at, Reason::Stricter));
            if stricter {
                (*value, *exclusive) = (other, other_exclusive);
            }
        }
        // An `exclusiveMinimum: true` may be in another part than its limit.
        merged.exclusive_minimum =
            merged.exclusive_minimum.or(part.exclusive_minimum.filter(|_| part.minimum.is_none()));
        merged.exclusive_maximum =
            merged.exclusive_maximum.or(part.exclusive_maximum.filter(|_| part.maximum.is_none()));
        merged.pattern = self.one_of_two("pattern", merged.pattern, part.pattern);
        let divides = |step: &Number, other: &Number| {
            integer(step).zip(integer(other)).is_some_and(|(step, other)| step != 0 && other % step == 0)
        };
        merged.multiple_of = match (merged.multiple_of, part.multiple_of) {
            (Some(a), Some(b)) if a.value != b.value && (divides(a.value, b.value) || divides(b.value, a.value)) => {
                self.stricter(Some(a), Some(b), |a, b| divides(a, b))
            }
            (a, b) => self.one_of_two("multipleOf", a, b),
        };
        merged.format = self.one_of_two("format", merged.format, part.format);
        let encoding = self.one_of_two("contentEncoding", merged.content_encoding, part.content_encoding);
        merged.content_encoding = encoding;
        let media_type = self.one_of_two("contentMediaType", merged.content_media_type, part.content_media_type);
        merged.content_media_type = media_type;
        merged.content_schema = part.content_schema.clone().or_else(|| merged.content_schema.take());
    }

    fn stricter<T: Copy>(
        &self,
        a: Keyword<'a, T>,
        b: Keyword<'a, T>,
        is_stricter: impl Fn(&T, &T) -> bool,
    ) -> Keyword<'a, T> {
        let (Some(a), Some(b)) = (a, b) else { return a.or(b) };
        let (kept, other) = if is_stricter(&b.value, &a.value) { (b, a) } else { (a, b) };
        self.ledger.ignore(other.at, Reason::Stricter);
        Some(kept)
    }

    /// The later of two values that cannot both be kept.
    fn one_of_two<T: Copy + PartialEq>(
        &mut self,
        keyword: &str,
        a: Keyword<'a, T>,
        b: Keyword<'a, T>,
    ) -> Keyword<'a, T> {
        let (Some(earlier), Some(later)) = (a, b) else { return a.or(b) };
        if earlier.value == later.value {
            self.ledger.ignore(earlier.at, Reason::Repeated);
        } else {
            let message = format!("a later part of the `allOf` has another `{keyword}`");
            self.unsupported("all-of-values", message, earlier.at, "the later one applies");
        }
        Some(later)
    }

    /// The values listed by both parts.
    fn values_of_both(&mut self, merged: &mut Schema<'a>, part: &Schema<'a>) {
        if part.enumeration.is_empty() || merged.enumeration.is_empty() {
            merged.enumeration.extend(part.enumeration.iter().copied());
            return;
        }
        let earlier = std::mem::take(&mut merged.enumeration);
        let known: HashSet<_> = earlier.iter().copied().collect();
        let (common, others): (Vec<_>, Vec<_>) =
            part.enumeration.iter().copied().partition(|value| known.contains(value));
        if common.is_empty() {
            let message = "no value is listed in all parts of the `allOf`".to_owned();
            let at = part.enumeration.first().map_or(part.at.at, |value| value.at);
            self.unsupported("all-of-values", message, at, "the values of the last part apply");
            merged.enumeration.clone_from(&part.enumeration);
        } else {
            others.iter().for_each(|value| self.ledger.ignore(value.at, Reason::Stricter));
            merged.enumeration = common;
        }
        let kept: HashSet<_> = merged.enumeration.iter().copied().collect();
        for value in earlier {
            let reason = if kept.contains(&value) { Reason::Repeated } else { Reason::Stricter };
            self.ledger.ignore(value.at, reason);
        }
    }
}

/// Adds a schema that values must also satisfy. These are siblings rather than nested, as there can be thousands.
fn both<'a>(earlier: &mut Sub<'a>, later: &Sub<'a>) {
    let at = Placed { value: (), at: later.at() };
    if let Sub::Merged(schema) = earlier {
        let schema = Arc::make_mut(schema);
        schema.all_of.push(later.clone());
        schema.at = at;
    } else {
        let all_of = vec![earlier.clone(), later.clone()];
        *earlier = Sub::Merged(Arc::new(Schema { all_of, ..Schema::any(at.at) }));
    }
}

/// Whether a part accepts any value.
pub(super) fn is_unconstrained(part: &Sub<'_>) -> bool {
    part.reference().is_none() && part.read().is_unconstrained()
}

pub(super) fn compare(a: &Number, b: &Number) -> Ordering {
    match (integer(a), integer(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        _ => a.as_f64().partial_cmp(&b.as_f64()).unwrap_or(Ordering::Equal),
    }
}
