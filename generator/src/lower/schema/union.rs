//! `oneOf` and `anyOf`: enums of types.

use std::collections::{HashMap, HashSet};

use super::object::named;
use super::{Inline, Lowered, Naming};
use crate::accounting::Reason;
use crate::load::{Discriminator, JsonType, Schema, Sub};
use crate::lower::model::{Shape, Type, TypeId, TypeKind, Union, UnionVariant, Variant};
use crate::lower::{Lower, docs, names, variants};

/// What an alternative turned into.
struct Alternative<'a> {
    component: Option<&'a str>,
    title: Option<&'a str>,
    ty: Type,
    shape: Shape,
}

impl<'a> Lower<'a, '_> {
    /// The values of all enums, if the alternatives are enums of text, with or without plain text.
    fn texts(&self, alternatives: &[Alternative<'_>]) -> Option<Vec<Variant<String>>> {
        let mut merged: Vec<Variant<String>> = Vec::new();
        let mut known = HashSet::new();
        for alternative in alternatives {
            let variants = match &alternative.ty {
                Type::String => continue,
                Type::Named(id) => match &self.types[*id].kind {
                    TypeKind::StringEnum(variants) => variants,
                    _ => return None,
                },
                _ => return None,
            };
            merged.extend(variants.iter().filter(|variant| known.insert(&variant.value)).cloned());
        }
        let values: Vec<String> = merged.iter().map(|variant| variant.value.clone()).collect();
        for (variant, ident) in merged.iter_mut().zip(variants::variants(&values)) {
            variant.ident = ident;
        }
        (!merged.is_empty()).then_some(merged)
    }

    pub(super) fn union(&mut self, schema: &Schema<'a>, naming: &Naming, component: Option<&'a str>) -> Lowered<'a> {
        let mut nullable = false;
        let mut null_words = Vec::new();
        let parts: Vec<(usize, Sub<'a>)> = schema
            .one_of
            .iter()
            .chain(&schema.any_of)
            .cloned()
            .enumerate()
            .filter(|(_, part)| {
                let null = is_null(&self.peek(part));
                if null {
                    let null = self.schema(part, naming);
                    null_words.extend(self.take(&null.description).map(|words| format!("Null: {}", words.trim())));
                }
                nullable |= null;
                !null
            })
            .collect();
        if let [(_, only)] = parts.as_slice() {
            if let Some(discriminator) = &schema.discriminator {
                self.ledger.ignore(discriminator.at, Reason::SoleAlternative);
            }
            let mut lowered = self.alone(schema, only, naming, component);
            lowered.nullable |= nullable;
            lowered.facts.append(&mut null_words);
            return lowered;
        }
        self.take(&schema.ty);
        let key = Inline::Union(
            naming.full_name(),
            Box::new(Schema {
                one_of: schema.one_of.clone(),
                any_of: schema.any_of.clone(),
                discriminator: schema.discriminator.clone(),
                ..Schema::any(schema.at.at)
            }),
        );
        if let Some(id) = self.inline.get(&key).copied().filter(|_| component.is_none()) {
            // What it says is in the client by the equal one that came first.
            if self.seen.insert(schema.at.at) {
                let alternatives = self.alternatives(&parts, id, &mut nullable);
                if matches!(&self.types[id].kind, TypeKind::Union(union) if union.tag.is_some()) {
                    self.take_discriminator(schema, &alternatives);
                }
            }
            return Lowered { nullable, ..named(id) };
        }
        // Recursive unions need their id before their variants.
        let id = self.define(
            naming,
            component,
            schema,
            TypeKind::Union(Union { tag: None, variants: Vec::new(), checked: false }),
        );
        for words in &null_words {
            self.types[id].docs.push(String::new());
            self.types[id].docs.extend(docs::lines(words));
        }
        self.inline.insert(key.clone(), id);
        self.seen.insert(schema.at.at);
        let alternatives = self.alternatives(&parts, id, &mut nullable);
        let done = |nullable| Lowered { nullable, ..Lowered::plain(Type::Named(id)) };
        let union = |nullable| Lowered { nullable, ..named(id) };
        // Open enums take any text, so several of them, or one beside plain text, are one.
        if let Some(variants) = self.texts(&alternatives) {
            let own = &alternatives;
            let words = own.iter().filter_map(|one| match &one.ty {
                Type::Named(part) if one.component.is_some() => Some((one.component?, self.types[*part].docs.clone())),
                _ => None,
            });
            let lines: Vec<String> =
                words.flat_map(|(name, words)| docs::listed(&format!("`{}`", names::camel(name)), &words)).collect();
            let docs = &mut self.types[id].docs;
            docs.extend(std::iter::once(String::new()).filter(|_| !lines.is_empty()));
            docs.extend(lines);
            self.types[id].kind = TypeKind::StringEnum(variants);
            return done(nullable);
        }
        let discriminator = schema
            .discriminator
            .as_ref()
            .filter(|_| alternatives.iter().all(|one| one.component.is_some() && matches!(one.ty, Type::Named(_))));
        let (tag, variants) = match discriminator {
            Some(discriminator) => {
                self.take_discriminator(schema, &alternatives);
                let tag = discriminator.value.property.value.to_owned();
                (Some(tag), tagged(&discriminator.value, &alternatives))
            }
            None => {
                if let Some(discriminator) = &schema.discriminator {
                    self.unsupported(
                        "discriminator",
                        "a `discriminator` beside alternatives that have no name of their own".to_owned(),
                        discriminator.at,
                        "the alternative is chosen by what fits",
                    );
                }
                (None, untagged(&alternatives, |id| self.types[id].name.clone()))
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
            let words = self.types.pop().map(|definition| definition.docs).unwrap_or_default();
            self.inline.remove(&key);
            // What is said of the alternatives, which have no type to say it.
            let words = words.iter().filter(|line| line.starts_with("- `")).map(|line| line.trim_start_matches("- "));
            let facts = words.map(|line| line.split_once(": ").map_or(line, |(_, words)| words).to_owned()).collect();
            let same = alternatives.iter().all(|one| one.shape == alternatives[0].shape);
            let shape = alternatives.first().filter(|_| same).map(|one| one.shape.clone()).unwrap_or_default();
            for (_, part) in parts.iter().filter(|_| !same) {
                self.unsupported(
                    "alternative-limits",
                    "alternatives of one type differ in their limits".to_owned(),
                    part.at(),
                    "values are sent without these checks",
                );
            }
            return Lowered { nullable, facts, shape, ..Lowered::plain(ty) };
        }
        self.types[id].kind = TypeKind::Union(Union { tag, variants, checked: false });
        union(nullable)
    }

    fn alternatives(&mut self, parts: &[(usize, Sub<'a>)], id: TypeId, nullable: &mut bool) -> Vec<Alternative<'a>> {
        let parent = self.types[id].name.clone();
        let mut alternatives = Vec::new();
        for (index, part) in parts {
            let component = part.reference().map(|reference| reference.value);
            let title = if component.is_none() { part.read().title.map(|title| title.value) } else { None };
            let hint = title.or(component).map_or_else(|| format!("option {}", index + 1), str::to_owned);
            let lowered = self.schema(part, &Naming::new(&parent, &hint));
            *nullable |= lowered.nullable;
            let words = self.element_words(&lowered);
            // Another union that is equal has the words already.
            if !words.is_empty() && matches!(&self.types[id].kind, TypeKind::Union(union) if union.variants.is_empty())
            {
                let words = words.iter().map(|words| words.trim_start_matches("Each: "));
                let words = words.collect::<Vec<_>>().join(" ");
                let line = docs::listed(&format!("`{}`", names::camel(&hint)), &docs::lines(&words));
                let docs = &mut self.types[id].docs;
                if !docs.last().is_some_and(|last| last.starts_with("- `") || last.starts_with("  ")) {
                    docs.push(String::new());
                }
                docs.extend(line);
            }
            alternatives.push(Alternative { component, title, shape: lowered.shape, ty: lowered.ty });
        }
        alternatives
    }

    fn take_discriminator(&mut self, schema: &Schema<'a>, alternatives: &[Alternative<'a>]) {
        let Some(discriminator) = self.take(&schema.discriminator) else { return };
        self.ledger.take(discriminator.property.at);
        for (value, component) in &discriminator.mapping {
            if alternatives.iter().any(|one| one.component == Some(component.value)) {
                self.ledger.take(component.at);
                continue;
            }
            self.unsupported(
                "discriminator",
                format!("`{value}` leads to `{}`, which is not among the alternatives", component.value),
                component.at,
                "a value of this kind is read as unknown",
            );
        }
    }
}

/// Whether null is the only value of an alternative.
pub(in crate::lower) fn is_null(schema: &Schema<'_>) -> bool {
    !schema.enumeration.is_empty() && schema.enumeration.iter().all(|value| value.value.value.is_null())
}

/// One variant a tag value; the mapping decides, else the component's own name.
fn tagged(discriminator: &Discriminator<'_>, alternatives: &[Alternative<'_>]) -> Vec<UnionVariant> {
    let mut tags: HashMap<&str, Vec<&str>> = HashMap::new();
    discriminator.mapping.iter().for_each(|(tag, component)| tags.entry(component.value).or_default().push(tag));
    let mut tagged = Vec::new();
    for alternative in alternatives {
        let name = alternative.component.unwrap_or_default();
        let tags = tags.get(name).cloned().unwrap_or_else(|| vec![name]);
        tagged.extend(tags.into_iter().map(|tag| (tag.to_owned(), alternative)));
    }
    let tags: Vec<&str> = tagged.iter().map(|(tag, _)| tag.as_str()).collect();
    let idents = variants::variants(&tags);
    let variant = |((tag, one), ident): ((String, &Alternative<'_>), String)| UnionVariant {
        ident,
        tags: vec![tag],
        ty: one.ty.clone(),
        boxed: false,
        shape: one.shape.clone(),
    };
    tagged.into_iter().zip(idents).map(variant).collect()
}

fn untagged(alternatives: &[Alternative<'_>], name_of: impl Fn(TypeId) -> String) -> Vec<UnionVariant> {
    let mut scope = names::Scope::with(&["Unknown"]);
    let mut variants: Vec<UnionVariant> = Vec::new();
    let mut known: HashMap<&Type, usize> = HashMap::new();
    for Alternative { component, title, ty, shape } in alternatives {
        let place = *known.entry(ty).or_insert(variants.len());
        if let Some(same) = variants.get_mut(place) {
            // A value may be meant for either.
            if same.shape != *shape {
                same.shape = Shape::default();
            }
            continue;
        }
        let ident = match (component.or(*title), ty) {
            (Some(name), _) => names::camel(name),
            (None, Type::Named(id)) => name_of(*id),
            (None, ty) => kind_name(ty),
        };
        variants.push(UnionVariant {
            ident: scope.take(ident),
            tags: Vec::new(),
            ty: ty.clone(),
            boxed: false,
            shape: shape.clone(),
        });
    }
    // Any JSON swallows everything, so it is tried last.
    variants.sort_by_key(|variant| variant.ty == Type::Value);
    variants
}

fn kind_name(ty: &Type) -> String {
    match ty {
        Type::String | Type::Secret | Type::JsonText(_) => "Text".to_owned(),
        Type::Bool => "Boolean".to_owned(),
        Type::I32 | Type::I64 | Type::U64 | Type::I128 => "Integer".to_owned(),
        Type::F64 => "Number".to_owned(),
        Type::List(inner) => format!("{}List", kind_name(inner)),
        Type::Map(_) => "Map".to_owned(),
        Type::Value => "Other".to_owned(),
        Type::Nullable(inner) => kind_name(inner),
        Type::Named(_) => "Object".to_owned(),
    }
}

/// Whether an alternative says more than which fields must be there.
pub(super) fn is_typed(part: &Sub<'_>) -> bool {
    if part.reference().is_some() {
        return true;
    }
    let mut schema = part.read();
    let required = !std::mem::take(&mut schema.required).is_empty();
    let object = schema.ty.take_if(|ty| ty.value == JsonType::Object).is_some();
    !(schema.is_bare() && (required || object) && (required || schema.title.is_none()))
}
