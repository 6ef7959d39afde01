//! `oneOf` and `anyOf`: enums of types.

use std::collections::{HashMap, HashSet};

use super::object::named;
use super::{Inline, Lowered, Naming, constants};
use crate::accounting::Reason;
use crate::load::{Additional, Discriminator, JsonType, Schema, Sub};
use crate::lower::discriminator::{Discriminated, Stated};
use crate::lower::model::{Constant, Mark, Rule, Shape, Type, TypeDef, TypeId, TypeKind, Union, UnionVariant, Variant};
use crate::lower::{Lower, docs, names, variants};

/// An alternative to be lowered.
pub(super) struct Choice<'a> {
    pub(super) schema: Sub<'a>,
    /// The component, possibly extended by the union's own fields: it determines the name and the discriminator's
    /// value.
    pub(super) component: Option<&'a str>,
    /// Another possible name.
    pub(super) name: Option<String>,
}

impl<'a> Choice<'a> {
    /// The alternative as in the document.
    pub(super) fn plain(schema: &Sub<'a>) -> Self {
        let component = schema.reference().map(|reference| reference.value);
        let title = if component.is_none() { schema.read().title.map(|title| title.value.to_owned()) } else { None };
        Self { schema: schema.clone(), component, name: title }
    }
}

/// The result of lowering an alternative.
struct Alternative<'a> {
    component: Option<&'a str>,
    name: Option<String>,
    /// Whether it has its own description.
    described: bool,
    ty: Type,
    shape: Shape,
}

impl<'a> Lower<'a, '_> {
    /// The values of all enums, if the alternatives are string enums, with or without plain strings.
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

    pub(super) fn union(
        &mut self,
        schema: &Schema<'a>,
        mut choices: Vec<Choice<'a>>,
        naming: &Naming,
        component: Option<&'a str>,
    ) -> Lowered<'a> {
        let is_tagged = schema.discriminator.is_some();
        let mut nullable = false;
        let mut null_words = Vec::new();
        choices.retain(|one| {
            let null = is_null(&self.peek(&one.schema));
            if null {
                let null = self.schema(&one.schema, naming);
                null_words.extend(self.take(&null.description).map(|words| format!("Null: {}", words.trim())));
            }
            nullable |= null;
            !null
        });
        // A union that is its own alternative equals the union of the others.
        choices.retain(|one| {
            let own = component.is_some() && one.component == component && one.schema.reference().is_some();
            one.schema.reference().iter().filter(|_| own).for_each(|reference| self.ledger.take(reference.at));
            !own
        });
        if let [only] = choices.as_slice() {
            self.ignore_discriminator(schema);
            let mut lowered = self.single_part(schema, &only.schema, naming, component);
            lowered.nullable |= nullable;
            lowered.facts.append(&mut null_words);
            return lowered;
        }
        if choices.is_empty() {
            return Lowered { nullable, ..Lowered::plain(Type::Value) };
        }
        self.take(&schema.ty);
        if schema.properties.0.is_empty() {
            self.account_for_additional_properties(schema);
        }
        name_by_constants(&mut choices);
        let at_once = self.at_once(schema, &choices);
        let singles = choices.len();
        choices.extend(at_once);
        let key = Inline::Union(
            naming.full_name(),
            Box::new(Schema {
                one_of: choices.iter().map(|one| one.schema.clone()).collect(),
                discriminator: schema.discriminator.clone(),
                ..Schema::any(schema.at.at)
            }),
        );
        if let Some(id) = self.inline.get(&key).copied().filter(|_| component.is_none()) {
            // The equal union that came first accounts for its content.
            if self.seen.insert(schema.at.at) {
                let alternatives = self.alternatives(&choices, id, is_tagged, &mut nullable);
                let stated = self.stated(schema, &alternatives);
                if let (Some(stated), Some(first)) = (stated, self.discriminated.get_mut(&id)) {
                    first.places.push(stated);
                }
            }
            let shape = self.limited.get(&id).cloned().unwrap_or_default();
            return Lowered { nullable, shape, ..named(id) };
        }
        // Recursive unions need their id before their variants.
        let id = self.define(naming, component, schema, TypeKind::Union(Union::default()));
        for words in &null_words {
            self.types[id].docs.push(String::new());
            self.types[id].docs.extend(docs::lines(words));
        }
        self.inline.insert(key.clone(), id);
        self.seen.insert(schema.at.at);
        let alternatives = self.alternatives(&choices, id, is_tagged, &mut nullable);
        for one in alternatives.iter().skip(singles) {
            if let (Type::Named(id), Some(name)) = (&one.ty, &one.name) {
                let names: Vec<String> =
                    name.split(" and ").map(|name| crate::lower::code(&names::camel(name))).collect();
                self.types[*id].docs = docs::lines(&format!("A value that is {} at once.", names.join(" and ")));
            }
        }
        let done = |nullable| Lowered { nullable, ..Lowered::plain(Type::Named(id)) };
        let union = |nullable| Lowered { nullable, ..named(id) };
        // Open enums accept any text, so several of them, or one next to plain text, are merged.
        if let Some(variants) = self.texts(&alternatives) {
            let own = &alternatives;
            let words = own.iter().filter_map(|one| match &one.ty {
                Type::Named(part) if one.component.is_some() || one.described => {
                    Some((one.component.map(names::camel), &self.types[*part]))
                }
                _ => None,
            });
            let lines = words.flat_map(|(name, part)| {
                let name = name.map_or_else(|| listed_values(part), |name| format!("`{name}`"));
                docs::listed(&name, &part.docs)
            });
            let lines: Vec<String> = lines.collect();
            let docs = &mut self.types[id].docs;
            docs.extend(std::iter::once(String::new()).filter(|_| !lines.is_empty()));
            docs.extend(lines);
            let shape = limited_texts(&alternatives, &variants);
            self.types[id].kind = TypeKind::StringEnum(variants);
            self.limited.insert(id, shape.clone());
            return Lowered { shape, ..done(nullable) };
        }
        let union_kind = match &schema.discriminator {
            Some(discriminator) => {
                let (union, implied) = tagged(&discriminator.value, &alternatives);
                let places = self.stated(schema, &alternatives).into_iter().collect();
                self.discriminated.insert(id, Discriminated { places, implied });
                union
            }
            None => untagged(&alternatives),
        };
        let mut union_kind = union_kind;
        self.restrict_to_values(&mut union_kind);
        // A single remaining type needs no union.
        if let ([only], None) = (union_kind.variants.as_slice(), &union_kind.tag)
            && only.ty != Type::Named(id)
            && id + 1 == self.types.len()
            && component.is_none()
        {
            let ty = only.ty.clone();
            self.scope.release(&self.types[id].name);
            let words = self.types.pop().map(|definition| definition.docs).unwrap_or_default();
            self.inline.remove(&key);
            // The descriptions of alternatives that have no type for it.
            let words = words.iter().filter(|line| line.starts_with("- `")).map(|line| line.trim_start_matches("- "));
            let facts = words.map(|line| line.split_once(": ").map_or(line, |(_, words)| words).to_owned()).collect();
            // A value may be intended for any of them.
            let shapes = alternatives.iter().map(|one| one.shape.clone());
            let shape = shapes.reduce(|shape, other| shape.or(&other)).unwrap_or_default();
            return Lowered { nullable, facts, shape, ..Lowered::plain(ty) };
        }
        self.types[id].kind = TypeKind::Union(union_kind);
        union(nullable)
    }

    /// Enums accept any string. Next to strings with limits they are restricted to their values, or the limits would
    /// have no effect.
    fn restrict_to_values(&self, union: &mut Union) {
        let is_plain = |ty: &Type| matches!(ty, Type::String | Type::Formatted(_));
        let plain = || union.variants.iter().filter(|variant| is_plain(&variant.ty));
        if plain().next().is_none() || plain().any(|variant| variant.shape == Shape::default()) {
            return;
        }
        for variant in &mut union.variants {
            if let Type::Named(id) = &variant.ty
                && let TypeKind::StringEnum(values) = &self.types[*id].kind
            {
                variant.shape.rules.push(Rule::Values(as_json(values)));
            }
        }
    }

    fn alternatives(
        &mut self,
        choices: &[Choice<'a>],
        id: TypeId,
        is_tagged: bool,
        nullable: &mut bool,
    ) -> Vec<Alternative<'a>> {
        let parent = self.types[id].name.clone();
        let mut alternatives = Vec::new();
        for (index, Choice { schema: part, component, name }) in choices.iter().enumerate() {
            let called = name.clone().or_else(|| component.map(str::to_owned));
            let is_named = called.is_some();
            let hint = called.unwrap_or_else(|| format!("option {}", index + 1));
            let lowered = self.schema(part, &Naming::new(&parent, &hint));
            *nullable |= lowered.nullable;
            let words = self.element_description(&lowered);
            // Another equal union already has the description.
            if !words.is_empty() && matches!(&self.types[id].kind, TypeKind::Union(union) if union.variants.is_empty())
            {
                let words = words.iter().map(|words| words.trim_start_matches("Each: "));
                let words = words.collect::<Vec<_>>().join(" ");
                // The future name of its variant.
                let variant = match &lowered.ty {
                    _ if is_named || is_tagged => names::camel(&hint),
                    Type::Named(part) => self.types[*part].name.clone(),
                    ty => kind_name(ty),
                };
                let line = docs::listed(&format!("`{variant}`"), &docs::lines(&words));
                let docs = &mut self.types[id].docs;
                if !docs.last().is_some_and(|last| last.starts_with("- `") || last.starts_with("  ")) {
                    docs.push(String::new());
                }
                docs.extend(line);
            }
            let (component, name) = (*component, name.clone());
            let described = lowered.description.is_some();
            alternatives.push(Alternative { component, name, described, shape: lowered.shape, ty: lowered.ty });
        }
        alternatives
    }

    /// Ignores a discriminator without alternatives.
    pub(super) fn ignore_discriminator(&self, schema: &Schema<'a>) {
        let Some(discriminator) = &schema.discriminator else { return };
        let Discriminator { property, mapping, default } = &discriminator.value;
        let places =
            mapping.iter().map(|(_, component)| component.at).chain(default.iter().map(|component| component.at));
        let places = places.chain([discriminator.at, property.at]);
        places.for_each(|at| self.ledger.ignore(at, Reason::SoleAlternative));
    }

    /// Accounts for additional properties next to alternatives that have none. The client enforces their absence.
    fn account_for_additional_properties(&mut self, schema: &Schema<'a>) {
        for further in [&schema.additional, &schema.unevaluated].into_iter().flatten() {
            match further.value {
                Additional::Allowed(_) => self.ledger.take(further.at),
                Additional::Of(_) => {
                    let message = "`additionalProperties` next to `oneOf` or `anyOf`".to_owned();
                    self.unsupported(
                        "union-additional",
                        message,
                        further.at,
                        "each alternative determines the type of such fields",
                    );
                }
            }
        }
    }

    /// The discriminator's facts about the alternatives. Whether it distinguishes them is decided at the end.
    fn stated(&mut self, schema: &Schema<'a>, alternatives: &[Alternative<'a>]) -> Option<Stated<'a>> {
        let discriminator = schema.discriminator.as_ref()?;
        let known = |name: &str| alternatives.iter().any(|one| one.component == Some(name));
        let mapping = discriminator.value.mapping.iter().map(|(value, component)| (format!("`{value}`"), component));
        let default = discriminator.value.default.iter().map(|component| ("`defaultMapping`".to_owned(), component));
        let mut found = Vec::new();
        for (value, component) in mapping.chain(default) {
            if known(component.value) {
                found.push(component.at);
                continue;
            }
            // The broken reference has already been reported.
            if self.loaded.component("schemas", component.value).is_none() {
                self.ledger.leave_out(component.at, "missing-ref");
                continue;
            }
            self.unsupported(
                "discriminator",
                format!("{value} maps to `{}`, which is not among the alternatives", component.value),
                component.at,
                "values with this tag are read as unknown",
            );
        }
        Some(Stated { at: discriminator.at, property: discriminator.value.property, mapping: found })
    }
}

/// Whether null is the only value of an alternative.
pub(in crate::lower) fn is_null(schema: &Schema<'_>) -> bool {
    !schema.enumeration.is_empty() && schema.enumeration.iter().all(|value| value.value.value.is_null())
}

/// Names anonymous alternatives after a constant that is unique to each.
fn name_by_constants(choices: &mut [Choice<'_>]) {
    let nameless = |one: &Choice<'_>| one.component.is_none() && one.name.is_none();
    let constants = |one: &Choice<'_>| -> Vec<(String, String)> {
        let properties = one.schema.read().properties.0;
        let constant = |(name, property): (&str, Sub<'_>)| match constants(&property.read()).as_slice() {
            [Constant::Text(text)] if !text.is_empty() => Some((name.to_owned(), text.clone())),
            [Constant::Integer(integer)] => Some((name.to_owned(), format!("{name} {integer}"))),
            [Constant::Flag(flag)] => Some((name.to_owned(), format!("{name} {flag}"))),
            _ => None,
        };
        properties.into_iter().filter_map(constant).collect()
    };
    let all: Vec<Vec<(String, String)>> = choices.iter().filter(|one| nameless(one)).map(constants).collect();
    let values = |property: &str| -> Option<Vec<String>> {
        let value = |constants: &Vec<(String, String)>| constants.iter().find(|(name, _)| name == property).cloned();
        all.iter().map(|constants| value(constants).map(|(_, value)| value)).collect()
    };
    let found = all.first().into_iter().flatten().filter_map(|(property, _)| values(property));
    let mut apart = found.filter(|values| values.iter().collect::<HashSet<_>>().len() == values.len());
    for (one, value) in choices.iter_mut().filter(|one| nameless(one)).zip(apart.next().into_iter().flatten()) {
        one.name = Some(value);
    }
}

/// The values of a string enum, for docs.
fn listed_values(definition: &TypeDef) -> String {
    let TypeKind::StringEnum(variants) = &definition.kind else { return String::new() };
    let values: Vec<String> = variants.iter().map(|variant| crate::lower::code(&variant.value)).collect();
    values.join(", ")
}

/// The limits of a string that is one of the listed values or within limits: none, if one alternative has none.
fn limited_texts(alternatives: &[Alternative<'_>], variants: &[Variant<String>]) -> Shape {
    let plain = alternatives.iter().filter(|one| one.ty == Type::String);
    let limits: Vec<Shape> = plain.map(|one| one.shape.clone()).collect();
    if limits.is_empty() || limits.contains(&Shape::default()) {
        return Shape::default();
    }
    let listed = Shape { rules: vec![Rule::Values(as_json(variants))], ..Shape::default() };
    Shape { rules: vec![Rule::AnyOf(limits.into_iter().chain([listed]).collect())], ..Shape::default() }
}

fn as_json(variants: &[Variant<String>]) -> Vec<String> {
    variants.iter().map(|variant| serde_json::Value::from(variant.value.as_str()).to_string()).collect()
}

/// One variant per value in the mapping. An alternative without one may be identified by its component's name, which is
/// returned by variant name.
fn tagged<'a>(
    discriminator: &Discriminator<'_>,
    alternatives: &[Alternative<'a>],
) -> (Union, HashMap<String, &'a str>) {
    let mut tags: HashMap<&str, Vec<&str>> = HashMap::new();
    discriminator.mapping.iter().for_each(|(tag, component)| tags.entry(component.value).or_default().push(tag));
    let mut found: Vec<(Option<&str>, &Alternative<'a>)> = Vec::new();
    for alternative in alternatives {
        match alternative.component.and_then(|name| tags.get(name)) {
            Some(tags) => found.extend(tags.iter().map(|tag| (Some(*tag), alternative))),
            None => found.push((None, alternative)),
        }
    }
    let name = |(index, (tag, one)): (usize, &(Option<&str>, &Alternative<'_>))| {
        let known = tag.or(one.component).or(one.name.as_deref());
        known.map_or_else(|| format!("option {}", index + 1), str::to_owned)
    };
    let idents = variants::variants(&found.iter().enumerate().map(name).collect::<Vec<_>>());
    let path = vec![discriminator.property.value.to_owned()];
    let mark = |tag: &str| Mark { path: path.clone(), values: vec![Constant::Text(tag.to_owned())] };
    let default = discriminator.default.map(|component| component.value);
    let mut union = Union { tag: Some(path.clone()), ..Union::default() };
    let mut implied = HashMap::new();
    for ((tag, one), ident) in found.into_iter().zip(idents) {
        if let (None, Some(component)) = (tag, one.component) {
            implied.insert(ident.clone(), component);
        }
        if default.is_some() && default == one.component && union.fallback.is_none() {
            union.fallback = Some(union.variants.len());
        }
        union.variants.push(UnionVariant {
            ident,
            marks: tag.map(mark).into_iter().collect(),
            ty: one.ty.clone(),
            boxed: false,
            shape: one.shape.clone(),
        });
    }
    (union, implied)
}

fn untagged(alternatives: &[Alternative<'_>]) -> Union {
    let mut scope = names::Scope::with(&["Unknown"]);
    let mut variants: Vec<UnionVariant> = Vec::new();
    let mut known: HashMap<&Type, usize> = HashMap::new();
    for (index, Alternative { component, name, ty, shape, .. }) in alternatives.iter().enumerate() {
        let place = *known.entry(ty).or_insert(variants.len());
        if let Some(same) = variants.get_mut(place) {
            // A value may be intended for either.
            same.shape = std::mem::take(&mut same.shape).or(shape);
            continue;
        }
        let ident = match (component.or(name.as_deref()), ty) {
            (Some(name), _) => names::camel(name),
            // Not named after the type, which is named after its first place.
            (None, Type::Named(_)) => format!("Option{}", index + 1),
            (None, ty) => kind_name(ty),
        };
        variants.push(UnionVariant {
            ident: scope.take(ident),
            marks: Vec::new(),
            ty: ty.clone(),
            boxed: false,
            shape: shape.clone(),
        });
    }
    // Any JSON accepts everything, so it is tried last; integers before numbers, as they are exact; and formatted texts
    // before plain ones.
    let formatted = variants.iter().any(|variant| matches!(variant.ty, Type::Formatted(_)));
    variants.sort_by_key(|variant| match variant.ty.layers().last() {
        Some(Type::Value) if variant.ty == Type::Value => 2,
        Some(Type::F64) => 1,
        Some(Type::String) if formatted && variant.ty == Type::String => 1,
        _ => 0,
    });
    Union { variants, ..Union::default() }
}

fn kind_name(ty: &Type) -> String {
    match ty {
        Type::String | Type::Secret | Type::JsonText(_) => "Text".to_owned(),
        Type::Formatted(format) => names::camel(format.name()),
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

/// Whether an alternative is more than a list of required fields.
pub(super) fn is_typed(part: &Sub<'_>) -> bool {
    if part.reference().is_some() {
        return true;
    }
    let mut schema = part.read();
    let required = !std::mem::take(&mut schema.required).is_empty();
    let object = schema.ty.take_if(|ty| ty.value == JsonType::Object).is_some();
    !(schema.is_unconstrained() && (required || object) && (required || schema.title.is_none()))
}
