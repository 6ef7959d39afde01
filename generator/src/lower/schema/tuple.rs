//! Lists with individual types for the first elements.

use std::sync::Arc;

use super::object::named;
use super::{Inline, Lowered, Naming};
use crate::accounting::Reason;
use crate::load::{Additional, Schema, Sub};
use crate::lower::model::{Element, Inner, Shape, Tuple, Type, TypeKind};
use crate::lower::{Lower, names};

impl<'a> Lower<'a, '_> {
    /// A list with `prefixItems`: a tuple if it has exactly these elements; else a list of a union of all element
    /// types.
    pub(super) fn tuple(&mut self, schema: &Schema<'a>, naming: &Naming, component: Option<&'a str>) -> Lowered<'a> {
        let count = schema.prefix.len();
        let ends = schema.items.as_ref().is_some_and(|items| is_never(&items.value))
            || schema.items.is_none()
                && schema.unevaluated_items.as_ref().is_some_and(|it| it.value == Additional::Allowed(false));
        let closed = ends || schema.max_items.is_some_and(|most| most.value <= count);
        let whole = schema.min_items.is_some_and(|least| least.value >= count);
        if !(closed && whole && count > 1) {
            return self.mixed(schema, closed, naming);
        }
        self.take(&schema.min_items);
        self.take(&schema.max_items);
        let elements_rule = schema.items.iter().map(|it| it.at).chain(schema.unevaluated_items.iter().map(|it| it.at));
        elements_rule.for_each(|at| self.ledger.take(at));
        schema.items.iter().for_each(|items| self.take_never(&items.value));
        let key = Inline::Object(naming.full_name(), Box::new(schema.clone()));
        let known = self.inline.get(&key).copied().filter(|_| component.is_none());
        let id = match known {
            Some(id) => id,
            None => self.define(naming, component, schema, TypeKind::Tuple(Tuple::default())),
        };
        self.inline.insert(key, id);
        let parent = self.types[id].name.clone();
        let mut elements = Vec::new();
        for (index, element) in schema.prefix.iter().enumerate() {
            let lowered = self.schema(element, &Naming::new(&parent, &format!("element {}", index + 1)));
            elements.push(Element {
                docs: lowered.docs(None, self.ledger, || format!("Element {}.", index + 1)),
                shape: lowered.shape.clone(),
                boxed: false,
                ty: lowered.element(),
            });
        }
        if known.is_none() {
            self.types[id].kind = TypeKind::Tuple(Tuple { elements, checked: false });
        }
        named(id)
    }

    /// A list with elements of several types and a variable length.
    fn mixed(&mut self, schema: &Schema<'a>, closed: bool, naming: &Naming) -> Lowered<'a> {
        let rest = match (&schema.items, &schema.unevaluated_items) {
            (Some(items), _) if !is_never(&items.value) => Some(items.value.clone()),
            (None, Some(further)) => match &further.value {
                Additional::Of(values) => Some(values.clone()),
                Additional::Allowed(_) => None,
            },
            _ => None,
        };
        let anything = rest.is_none() && !closed;
        let mut kinds: Vec<Sub<'a>> = Vec::new();
        for kind in schema.prefix.iter().cloned().chain(rest) {
            match kinds.contains(&kind) {
                true => self.ledger.ignore(kind.at(), Reason::Repeated),
                false => kinds.push(kind),
            }
        }
        let place = schema.items.iter().map(|it| it.at).chain(schema.unevaluated_items.iter().map(|it| it.at));
        place.for_each(|at| self.ledger.take(at));
        let naming = Naming::new(&naming.parent, &names::singular(&naming.name));
        if anything {
            kinds.push(Sub::Merged(Arc::new(Schema::any(schema.at.at))));
        }
        let element = match kinds.as_slice() {
            // All elements have the same type.
            [only] => {
                let element = self.element(only, &naming, only.at());
                let shape = Shape {
                    inner: Inner::List(Box::new(element.shape.clone())),
                    max_items: closed.then_some(schema.prefix.len()),
                    ..Shape::default()
                };
                let facts = self.element_description(&element);
                return Lowered { shape, facts, ..Lowered::plain(Type::List(Box::new(element.element()))) };
            }
            _ => self.element(&super::either(kinds, schema.at.at), &naming, schema.at.at),
        };
        let facts = self.element_description(&element);
        let mut shape = Shape::default();
        match self.elements_rule(schema) {
            // Each element is checked by position, for its kind and all requirements.
            Some(rule) => shape.rules.push(rule),
            None => {
                for part in &schema.prefix {
                    let message = "an element of `prefixItems` is too complex to be checked by position".to_owned();
                    self.unsupported("unchecked", message, part.at(), "it is checked like any element of the list");
                }
                shape.inner = Inner::List(Box::new(element.shape.clone()));
            }
        }
        if closed && schema.max_items.is_none() {
            shape.max_items = Some(schema.prefix.len());
            if let Some(rule) = shape.rules.first_mut()
                && let crate::lower::model::Rule::Prefix(_, rest) = rule
                && **rest == Shape::never()
            {
                **rest = Shape::default();
            }
        }
        Lowered { shape, facts, ..Lowered::plain(Type::List(Box::new(element.element()))) }
    }

    /// Records keywords that exclude all values as used.
    fn take_never(&self, schema: &Sub<'a>) {
        schema.read().not.iter().for_each(|not| self.ledger.take(not.at));
    }
}

/// Whether a schema is `false`, which `load` rewrites as `not: {}`.
pub fn is_never(schema: &Sub<'_>) -> bool {
    if schema.reference().is_some() {
        return false;
    }
    let anything = |schema: &Sub<'_>| {
        let read = schema.read();
        schema.reference().is_none() && read.is_unconstrained() && read.unknown.is_empty() && read.json.is_none()
    };
    schema.read().not.is_some_and(|not| anything(&not.value))
}
