//! `oneOf` and `anyOf`: enums of types.

use openapiv3::{AnySchema, Discriminator, ReferenceOr, Schema, SchemaData};
use serde_json::Value;

use super::{At, Lowered};
use crate::lower::model::{Type, TypeId, TypeKind, Union, UnionVariant, Variant};
use crate::lower::view::view;
use crate::lower::{Lower, names, variants};

impl Lower<'_> {
    /// The values of all enums, if the alternatives are enums of text, with or without plain text.
    fn texts(&self, lowered: &[Alternative]) -> Option<Vec<Variant<String>>> {
        let mut merged: Vec<Variant<String>> = Vec::new();
        for (_, _, ty) in lowered {
            let variants = match ty {
                Type::String => continue,
                Type::Named(id) => match &self.types[*id].kind {
                    TypeKind::StringEnum(variants) => variants,
                    _ => return None,
                },
                _ => return None,
            };
            for variant in variants {
                if !merged.iter().any(|known| known.value == variant.value) {
                    merged.push(variant.clone());
                }
            }
        }
        let values: Vec<String> = merged.iter().map(|variant| variant.value.clone()).collect();
        for (variant, ident) in merged.iter_mut().zip(variants::variants(&values)) {
            variant.ident = ident;
        }
        (!merged.is_empty()).then_some(merged)
    }

    pub(super) fn union(&mut self, view: &AnySchema, data: &SchemaData, at: &At, component: Option<&str>) -> Lowered {
        let key = format!(
            "{}{}{:?}",
            at.full_name(),
            serde_json::to_string(&(&view.one_of, &view.any_of)).unwrap_or_default(),
            data.discriminator
        );
        if let Some(id) = self.inline.get(&key).filter(|_| component.is_none()) {
            return Lowered::plain(Type::Named(*id));
        }
        let keyword = if view.one_of.is_empty() { "anyOf" } else { "oneOf" };
        let parts: Vec<&ReferenceOr<Schema>> = view.one_of.iter().chain(&view.any_of).collect();
        let mut nullable = false;
        // Only constraints (`required` alternatives): the types are elsewhere.
        let typed: Vec<(usize, &ReferenceOr<Schema>)> = parts
            .iter()
            .enumerate()
            .filter(|(_, part)| match part {
                ReferenceOr::Item(schema) => {
                    let null = is_null(schema);
                    nullable |= null;
                    !null
                }
                ReferenceOr::Reference { .. } => true,
            })
            .map(|(index, part)| (index, *part))
            .collect();
        if let [(index, only)] = typed.as_slice() {
            let inside = At { pointer: format!("{}/{keyword}/{index}", at.pointer), depth: at.depth + 1, ..at.clone() };
            let mut lowered = self.schema(only, &inside);
            lowered.nullable |= nullable;
            return lowered;
        }
        // Recursive unions need their id before their variants.
        let id = self.define(at, component, data, TypeKind::Union(Union { tag: None, variants: Vec::new() }));
        self.inline.insert(key.clone(), id);
        let parent = self.types[id].name.clone();
        let mut lowered = Vec::new();
        for (index, part) in typed {
            let (name, title) = match part {
                ReferenceOr::Reference { reference } => (self.component_name(reference), None),
                ReferenceOr::Item(schema) => (None, schema.schema_data.title.clone()),
            };
            let hint = title.clone().or_else(|| name.clone()).unwrap_or_else(|| format!("option {}", index + 1));
            let inside = At {
                pointer: format!("{}/{keyword}/{index}", at.pointer),
                parent: parent.clone(),
                name: hint,
                depth: at.depth + 1,
            };
            let one = self.schema(part, &inside);
            nullable |= one.nullable;
            lowered.push((name, title, one.ty));
        }
        // Open enums take any text, so several of them, or one beside plain text, are one.
        if let Some(variants) = self.texts(&lowered) {
            self.types[id].kind = TypeKind::StringEnum(variants);
            return Lowered { nullable, ..Lowered::plain(Type::Named(id)) };
        }
        let mut tag = data.discriminator.as_ref().map(|d| d.property_name.clone());
        let variants = match &data.discriminator {
            Some(discriminator)
                if lowered.iter().all(|(name, _, ty)| name.is_some() && matches!(ty, Type::Named(_))) =>
            {
                tagged(discriminator, &lowered)
            }
            _ => {
                tag = None;
                untagged(&lowered, |id| self.types[id].name.clone())
            }
        };
        // What turned out to be one type after all needs no union.
        if let ([only], None) = (variants.as_slice(), &tag)
            && only.ty != Type::Named(id)
            && id + 1 == self.types.len()
            && component.is_none()
        {
            let ty = only.ty.clone();
            self.scope.release(&self.types[id].name);
            self.types.pop();
            self.inline.remove(&key);
            return Lowered { nullable, ..Lowered::plain(ty) };
        }
        self.types[id].kind = TypeKind::Union(Union { tag, variants });
        Lowered { nullable, ..Lowered::plain(Type::Named(id)) }
    }
}

/// What a union's variants turned into: the component's name, the title, the type.
type Alternative = (Option<String>, Option<String>, Type);

/// One variant a tag value; the mapping decides, else the component's own name.
fn tagged(discriminator: &Discriminator, lowered: &[Alternative]) -> Vec<UnionVariant> {
    let mut tagged = Vec::new();
    for (name, _, ty) in lowered {
        let name = name.clone().unwrap_or_default();
        let mapped: Vec<&String> = discriminator
            .mapping
            .iter()
            .filter(|(_, target)| target.rsplit('/').next() == Some(name.as_str()))
            .map(|(tag, _)| tag)
            .collect();
        let tags = if mapped.is_empty() { vec![name] } else { mapped.into_iter().cloned().collect() };
        tagged.extend(tags.into_iter().map(|tag| (tag, ty.clone())));
    }
    let tags: Vec<&str> = tagged.iter().map(|(tag, _)| tag.as_str()).collect();
    let idents = variants::variants(&tags);
    let variant = |((tag, ty), ident)| UnionVariant { ident, tags: vec![tag], ty, boxed: false };
    tagged.into_iter().zip(idents).map(variant).collect()
}

fn untagged(lowered: &[Alternative], name_of: impl Fn(TypeId) -> String) -> Vec<UnionVariant> {
    let mut scope = names::Scope::with(&["Unknown"]);
    let mut variants: Vec<UnionVariant> = Vec::new();
    for (name, title, ty) in lowered {
        if variants.iter().any(|v| v.ty == *ty) {
            continue;
        }
        let ident = match (name, title, ty) {
            (Some(name), _, _) | (None, Some(name), _) => names::camel(name),
            (None, None, Type::Named(id)) => name_of(*id),
            (None, None, ty) => kind_name(ty),
        };
        variants.push(UnionVariant { ident: scope.take(ident), tags: Vec::new(), ty: ty.clone(), boxed: false });
    }
    // Any JSON swallows everything, so it is tried last.
    variants.sort_by_key(|variant| variant.ty == Type::Value);
    variants
}

fn kind_name(ty: &Type) -> String {
    match ty {
        Type::String | Type::Secret | Type::JsonText(_) => "Text".to_owned(),
        Type::Bool => "Boolean".to_owned(),
        Type::I32 | Type::I64 | Type::U64 => "Integer".to_owned(),
        Type::F64 => "Number".to_owned(),
        Type::List(inner) => format!("{}List", kind_name(inner)),
        Type::Map(_) => "Map".to_owned(),
        Type::Value => "Other".to_owned(),
        Type::Nullable(inner) => kind_name(inner),
        Type::Named(_) => "Object".to_owned(),
    }
}

fn is_null(schema: &Schema) -> bool {
    let view = view(schema);
    view.typ.as_deref() == Some("null") || (!view.enumeration.is_empty() && view.enumeration.iter().all(Value::is_null))
}

/// Whether an alternative says more than which fields must be there.
pub(super) fn is_typed(part: &ReferenceOr<Schema>) -> bool {
    match part {
        ReferenceOr::Reference { .. } => true,
        ReferenceOr::Item(schema) => {
            let mut view = view(schema);
            let required = !std::mem::take(&mut view.required).is_empty();
            let object = view.typ.take_if(|ty| ty == "object").is_some();
            !(view == AnySchema::default() && (required || object) && (required || schema.schema_data.title.is_none()))
        }
    }
}
