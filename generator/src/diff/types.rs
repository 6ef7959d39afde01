//! Changes of types: structs, enums, unions, tuples.

use std::collections::BTreeMap;

use super::{At, Diff, Level, Side, named};
use crate::lower::model::{Aliased, Field, Presence, Struct, TypeDef, TypeId, TypeKind, Union, Users, Variant};

impl<'a> Side<'a> {
    /// The public types by name, aliases included.
    fn type_names(&self) -> BTreeMap<&'a str, TypeId> {
        let types = self.service.types.iter().enumerate().filter(|(_, ty)| ty.users != Users::Nobody);
        let names = types.flat_map(|(id, ty)| {
            let aliases = self.service.aliases.get(&Aliased::Type(id)).into_iter().flatten();
            aliases.chain([&ty.name]).map(move |name| (name.as_str(), id))
        });
        names.collect()
    }

    fn field_type(&self, field: &Field) -> String {
        let ty = self.rust(&field.ty);
        let ty = if field.boxed { format!("Box<{ty}>") } else { ty };
        match field.presence {
            Presence::Always | Presence::Empty => ty,
            Presence::Optional => format!("Option<{ty}>"),
            Presence::Nullable => format!("Option<Option<{ty}>>"),
        }
    }
}

impl<'a> Diff<'a> {
    pub(super) fn types(&mut self) {
        let (old, new) = (self.old.type_names(), self.new.type_names());
        for (name, id) in &old {
            let item = format!("types::{}", named(name));
            match new.get(name) {
                Some(other) => self.ty(&item, *id, *other),
                None => {
                    let at = At { old: self.old.places.ty(*id), new: self.new.places.root() };
                    self.breaking("type-removed", &item, at, "the type was removed".to_owned(), "use another type");
                }
            }
        }
        for (name, id) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
            let at = At { old: self.old.places.root(), new: self.new.places.ty(*id) };
            self.additive("type-added", &format!("types::{}", named(name)), at, "the type is new".to_owned());
        }
    }

    fn ty(&mut self, item: &str, old: TypeId, new: TypeId) {
        let at = At { old: self.old.places.ty(old), new: self.new.places.ty(new) };
        let (old, new): (&TypeDef, &TypeDef) = (&self.old.service.types[old], &self.new.service.types[new]);
        self.docs(item, at);
        self.deprecated(item, at, old.deprecated, new.deprecated);
        match (&old.kind, &new.kind) {
            (TypeKind::Struct(before), TypeKind::Struct(after)) => {
                self.structure(item, at, (old, before), (new, after))
            }
            (TypeKind::StringEnum(old), TypeKind::StringEnum(new)) => self.variants(item, at, old, new),
            (TypeKind::IntegerEnum(old), TypeKind::IntegerEnum(new)) => self.variants(item, at, old, new),
            (TypeKind::Union(old), TypeKind::Union(new)) => self.union(item, at, old, new),
            (TypeKind::Tuple(old), TypeKind::Tuple(new)) => {
                let elements = |side: &Side<'_>, tuple: &crate::lower::model::Tuple| {
                    tuple.elements.iter().map(|element| side.rust(&element.ty)).collect::<Vec<_>>().join(", ")
                };
                self.changed_type(item, at, elements(&self.old, old), elements(&self.new, new));
            }
            (TypeKind::Newtype(old), TypeKind::Newtype(new)) => {
                self.changed_type(item, at, self.old.rust(&old.ty), self.new.rust(&new.ty));
            }
            (TypeKind::Own(old), TypeKind::Own(new)) => self.changed_type(item, at, old.clone(), new.clone()),
            (old, new) => {
                let message = format!("it is {} instead of {}", kind(new), kind(old));
                self.breaking("type-kind-changed", item, at, message, "construct and match it accordingly");
            }
        }
    }

    /// Compares what something wraps or has as its type.
    pub(super) fn changed_type(&mut self, item: &str, at: At<'a>, old: String, new: String) {
        if old != new {
            let message = format!("the type is `{new}` instead of `{old}`");
            self.breaking("type-changed", item, at, message, format!("use it as `{new}`"));
        }
    }

    pub(super) fn deprecated(&mut self, item: &str, at: At<'a>, old: bool, new: bool) {
        match (old, new) {
            (false, true) => {
                let action = Some("plan its replacement: the compiler warns of each use".to_owned());
                self.push(Level::Additive, "deprecated", item, at, "it is deprecated".to_owned(), action);
            }
            (true, false) => {
                let message = "it is no longer deprecated".to_owned();
                self.push(Level::Docs, "not-deprecated", item, at, message, None);
            }
            _ => {}
        }
    }

    fn structure(&mut self, item: &str, at: At<'a>, old: (&TypeDef, &Struct), new: (&TypeDef, &Struct)) {
        let ((old_definition, old), (new_definition, new)) = (old, new);
        for field in &old.fields {
            let name = format!("{item}::{}", named(&field.ident));
            let Some(other) = new.fields.iter().find(|other| other.ident == field.ident) else {
                let renamed = new.fields.iter().find(|other| other.wire == field.wire);
                let at = At { old: at.old.field(&field.wire), new: at.new.field(&field.wire) };
                match renamed {
                    Some(other) => {
                        let message = format!("the field is now `{}`", named(&other.ident));
                        let action = format!("write `{}`", named(&other.ident));
                        self.breaking("field-renamed", &name, at, message, action);
                    }
                    None => {
                        self.breaking("field-removed", &name, at, "the field was removed".to_owned(), "remove its uses")
                    }
                }
                continue;
            };
            let at = At { old: at.old.field(&field.wire), new: at.new.field(&other.wire) };
            let (before, after) = (self.old.field_type(field), self.new.field_type(other));
            if before != after {
                let message = format!("the type is `{after}` instead of `{before}`");
                let action = match (field.presence, other.presence) {
                    (Presence::Always, Presence::Optional) => "handle `None`".to_owned(),
                    (Presence::Optional, Presence::Always) => {
                        "it is always present: use it without `Option`".to_owned()
                    }
                    _ => format!("use it as `{after}`"),
                };
                self.breaking("field-type-changed", &name, at, message, action);
            }
            if new_definition.input && old_definition.input {
                let required = |field: &Field| field.required && !field.read_only && !field.filled;
                match (required(field), required(other)) {
                    (false, true) => {
                        let action = format!("set it with `.{}(..)`", named(&other.ident));
                        self.breaking("field-required", &name, at, "the field is now required".to_owned(), action);
                    }
                    (true, false) => {
                        self.additive("field-optional", &name, at, "the field is no longer required".to_owned());
                    }
                    _ => {}
                }
                self.shape(&name, at, &field.shape, &other.shape);
                self.default(&name, at);
            }
            if field.wire != other.wire {
                let message = format!("it is sent and read as `{}` instead of `{}`", other.wire, field.wire);
                self.additive("wire-name-changed", &name, at, message);
            }
            // A named type has its own words.
            if field.ty.innermost().is_none() {
                self.docs(&name, at);
            }
            self.deprecated(&name, at, field.deprecated, other.deprecated);
        }
        let is_new =
            |field: &&Field| !old.fields.iter().any(|other| other.ident == field.ident || other.wire == field.wire);
        for field in new.fields.iter().filter(is_new) {
            let name = format!("{item}::{}", named(&field.ident));
            let at = At { old: at.old, new: at.new.field(&field.wire) };
            match new_definition.input && old_definition.input && field.required && !field.read_only && !field.filled {
                true => {
                    let action = format!("set it with `.{}(..)`", named(&field.ident));
                    self.breaking(
                        "required-field-added",
                        &name,
                        at,
                        "the field is new and required".to_owned(),
                        action,
                    );
                }
                false => self.additive("field-added", &name, at, "the field is new".to_owned()),
            }
        }
        let additional = |side: &Side<'_>, body: &Struct| body.additional.as_ref().map(|ty| side.rust(ty));
        match (additional(&self.old, old), additional(&self.new, new)) {
            (Some(before), Some(after)) => {
                self.changed_type(&format!("{item}::{}", named(&new.additional_ident)), at, before, after);
            }
            (Some(_), None) => {
                let name = format!("{item}::{}", named(&old.additional_ident));
                self.breaking(
                    "field-removed",
                    &name,
                    at,
                    "further fields were removed".to_owned(),
                    "remove their uses",
                );
            }
            (None, Some(_)) => {
                let name = format!("{item}::{}", named(&new.additional_ident));
                self.additive("field-added", &name, at, "further fields are kept".to_owned());
            }
            (None, None) => {}
        }
    }

    fn variants<T: PartialEq + std::fmt::Display>(
        &mut self,
        item: &str,
        at: At<'a>,
        old: &[Variant<T>],
        new: &[Variant<T>],
    ) {
        for variant in old {
            let name = format!("{item}::{}", variant.ident);
            let value = variant.value.to_string();
            let at = At { old: at.old.value(&value), new: at.new.value(&value) };
            match new.iter().find(|other| other.ident == variant.ident) {
                Some(other) if other.value != variant.value => {
                    let message = format!("its value is `{}` instead of `{value}`", other.value);
                    self.additive("wire-name-changed", &name, at, message);
                }
                Some(other) if other.docs != variant.docs => {
                    let message = "the description changed".to_owned();
                    self.push(Level::Docs, "docs-changed", &name, at, message, None);
                }
                Some(_) => {}
                None => match new.iter().find(|other| other.value == variant.value) {
                    Some(other) => {
                        let message = format!("the variant is now `{}`", other.ident);
                        self.breaking("variant-renamed", &name, at, message, format!("write `{}`", other.ident));
                    }
                    None => {
                        let action = "match `Unknown`, if the service still returns the value";
                        self.breaking("variant-removed", &name, at, format!("the value `{value}` was removed"), action);
                    }
                },
            }
        }
        for variant in new {
            if !old.iter().any(|other| other.ident == variant.ident || other.value == variant.value) {
                let at = At { old: at.old, new: at.new.value(&variant.value.to_string()) };
                let message = format!("the value `{}` is new", variant.value);
                self.additive("variant-added", &format!("{item}::{}", variant.ident), at, message);
            }
        }
    }

    fn union(&mut self, item: &str, at: At<'a>, old: &Union, new: &Union) {
        for variant in &old.variants {
            let name = format!("{item}::{}", variant.ident);
            match new.variants.iter().find(|other| other.ident == variant.ident) {
                Some(other) => self.changed_type(&name, at, self.old.rust(&variant.ty), self.new.rust(&other.ty)),
                None => {
                    let message = "the alternative was removed".to_owned();
                    self.breaking("variant-removed", &name, at, message, "remove its match arms");
                }
            }
        }
        for variant in &new.variants {
            if !old.variants.iter().any(|other| other.ident == variant.ident) {
                let name = format!("{item}::{}", variant.ident);
                self.additive("variant-added", &name, at, "the alternative is new".to_owned());
            }
        }
    }
}

fn kind(kind: &TypeKind) -> &'static str {
    match kind {
        TypeKind::Struct(_) => "a struct",
        TypeKind::StringEnum(_) => "an enum of texts",
        TypeKind::IntegerEnum(_) => "an enum of integers",
        TypeKind::Union(_) => "an enum of alternatives",
        TypeKind::Tuple(_) => "a tuple",
        TypeKind::Newtype(_) => "a wrapped list, map or value",
        TypeKind::Own(_) => "a type of the user's own",
    }
}
