//! Recursive components: references to a component that is still being lowered.

use std::collections::HashSet;

use super::all_of::is_unconstrained;
use super::object::named;
use super::union::is_null;
use super::{Component, Lowered, Naming, is_typed};
use crate::diagnostic::Location;
use crate::load::{Schema, Sub};
use crate::lower::model::{Newtype, Shape, Type, TypeId, TypeKind};
use crate::lower::{Lower, names};

/// The flags that a component sets at the place that refers to it.
#[derive(Clone, Copy, Default)]
pub(in crate::lower) struct Flags {
    nullable: bool,
    deprecated: bool,
    read_only: bool,
    write_only: bool,
}

impl<'a> Lower<'a, '_> {
    /// A reference to a component from within itself, with its eventual result.
    pub(super) fn within_itself(&mut self, name: &'a str, id: Option<TypeId>, at: &'a Location) -> Lowered<'a> {
        let flags = self.flags_of(name);
        let lowered = match id {
            Some(id) => named(id),
            None => self.innermost(name, at),
        };
        Lowered {
            nullable: lowered.nullable | flags.nullable,
            deprecated: lowered.deprecated | flags.deprecated,
            read_only: lowered.read_only | flags.read_only,
            write_only: lowered.write_only | flags.write_only,
            ..lowered
        }
    }

    /// A component without a definition so far refers to another one with annotations, or is a list or map, which gets
    /// a definition to end the recursion.
    fn innermost(&mut self, mut name: &'a str, at: &'a Location) -> Lowered<'a> {
        let mut seen = HashSet::new();
        while seen.insert(name) {
            match (self.components.get(name), self.loaded.component("schemas", name)) {
                (Some(Component::Open(None)), Some(entry)) => match self.wrapped(&Sub::of(entry)) {
                    Some(inner) => name = inner,
                    None => return named(self.open(name, &Sub::of(entry).read())),
                },
                (Some(Component::Open(Some(id))), _) => return named(*id),
                _ => return self.reference(name, at),
            }
        }
        let message = format!("`{name}` refers to itself with nothing in between");
        self.unsupported("endless-type", message, at, "the inner value is untyped JSON");
        Lowered::plain(Type::Value)
    }

    fn open(&mut self, name: &'a str, schema: &Schema<'a>) -> TypeId {
        let rust = self.component_names.get(name).cloned().unwrap_or_else(|| names::camel(name));
        let newtype = Newtype { ty: Type::Value, boxed: false, checked: false, shape: Shape::default() };
        self.define(&Naming::new(&rust, ""), Some(name), schema, TypeKind::Newtype(newtype))
    }

    /// Completes the definition of a list or map with its element type, once that is known.
    pub(super) fn close(&mut self, name: &str, lowered: &mut Lowered<'a>) {
        let Some(Component::Open(Some(id))) = self.components.get(name) else { return };
        if let TypeKind::Newtype(newtype) = &mut self.types[*id].kind {
            let outside = named(*id);
            newtype.ty = std::mem::replace(&mut lowered.ty, outside.ty);
            newtype.shape = std::mem::replace(&mut lowered.shape, outside.shape);
        }
    }

    /// The component that a schema only annotates or makes nullable.
    fn wrapped(&self, schema: &Sub<'a>) -> Option<&'a str> {
        if let Some(reference) = schema.reference() {
            return Some(reference.value);
        }
        let schema = schema.read();
        let parts: Vec<&Sub<'a>> = schema.all_of.iter().filter(|part| !is_unconstrained(part)).collect();
        let alternatives: Vec<&Sub<'a>> = typed(&schema).filter(|part| !is_null(&self.peek(part))).collect();
        let only = match (parts.as_slice(), alternatives.as_slice()) {
            ([only], []) if schema.has_no_own_type() => only,
            ([], [only]) if schema.enumeration.is_empty() && schema.properties.0.is_empty() => only,
            _ => return None,
        };
        only.reference().map(|reference| reference.value)
    }

    fn flags_of(&mut self, name: &'a str) -> Flags {
        if let Some(known) = self.flags.get(name) {
            return *known;
        }
        let mut flags = Flags::default();
        let mut seen = HashSet::from([(name, true)]);
        // Whether a schema is the whole component: a keyword of one of several alternatives applies to the whole only
        // if it allows null.
        let mut open: Vec<(Sub<'a>, bool)> = Vec::new();
        open.extend(self.loaded.component("schemas", name).map(|entry| (Sub::of(entry), true)));
        while let Some((schema, whole)) = open.pop() {
            if let Some(reference) = schema.reference() {
                let entry = self.loaded.component("schemas", reference.value);
                open.extend(entry.filter(|_| seen.insert((reference.value, whole))).map(|it| (Sub::of(it), whole)));
                continue;
            }
            let schema = schema.read();
            let set = |flag: crate::load::Keyword<'_, bool>| flag.is_some_and(|flag| flag.value);
            flags.nullable |=
                set(schema.nullable) || schema.enumeration.iter().any(|value| value.value.value.is_null());
            flags.deprecated |= whole && set(schema.deprecated);
            flags.read_only |= whole && set(schema.read_only);
            flags.write_only |= whole && set(schema.write_only);
            let sole = typed(&schema).filter(|part| !is_null(&self.peek(part))).count() == 1;
            open.extend(schema.all_of.iter().map(|part| (part.clone(), whole)));
            open.extend(typed(&schema).map(|part| (part.clone(), whole && sole)));
        }
        self.flags.insert(name, flags);
        flags
    }
}

fn typed<'s, 'a>(schema: &'s Schema<'a>) -> impl Iterator<Item = &'s Sub<'a>> {
    schema.one_of.iter().chain(&schema.any_of).filter(|part| is_typed(part))
}
