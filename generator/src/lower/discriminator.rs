//! How the alternatives of unions are distinguished, decided once all types are lowered, as they may be recursive.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use super::cycles::cycles;
use super::model::{
    Constant, Mark, Presence, Rule, Shape, Struct, Type, TypeDef, TypeId, TypeKind, Union, UnionVariant,
};
use super::{Lower, code, docs, names};
use crate::diagnostic::Location;
use crate::load::{Placed, nearest};
use crate::stack::recurse;

/// A union with a discriminator.
pub(super) struct Discriminated<'a> {
    /// The discriminator, and those of equal unions.
    pub places: Vec<Stated<'a>>,
    /// The component of each variant that is not in the mapping.
    pub implied: HashMap<String, &'a str>,
}

/// A discriminator in the document.
pub(super) struct Stated<'a> {
    pub at: &'a Location,
    pub property: Placed<'a, &'a str>,
    /// The entries of its mapping that refer to alternatives of the union.
    pub mapping: Vec<&'a Location>,
}

impl Lower<'_, '_> {
    /// Decides for each union how its alternatives are distinguished, and which constants callers need not set.
    pub(super) fn discriminate(&mut self) {
        unfold(&mut self.types);
        let decisions: Vec<(TypeId, Rc<Decision>)> = {
            let decider =
                Decider { types: &self.types, discriminated: &self.discriminated, decisions: RefCell::default() };
            let unions = (0..self.types.len()).filter(|id| matches!(self.types[*id].kind, TypeKind::Union(_)));
            unions.filter_map(|id| Some((id, decider.decision(id)?))).collect()
        };
        for (id, decision) in decisions {
            if let Some(discriminated) = self.discriminated.remove(&id) {
                self.account_for(discriminated, &decision);
            }
            let TypeKind::Union(union) = &mut self.types[id].kind else { continue };
            union.tag.clone_from(&decision.tag);
            union.fallback = union.fallback.filter(|_| decision.by_discriminator);
            let mut constants = Vec::new();
            for (variant, marks) in union.variants.iter_mut().zip(&decision.marks) {
                variant.marks.clone_from(marks);
                constants.extend(marks.iter().map(|mark| (variant.ty.clone(), mark.path.clone())));
            }
            constants.iter().for_each(|(ty, path)| fill(&mut self.types, ty, path));
        }
        self.exclude_further();
        let structs = self.types.iter_mut().filter_map(|definition| match &mut definition.kind {
            TypeKind::Struct(body) => Some(body),
            _ => None,
        });
        for field in structs.flat_map(|body| &mut body.fields) {
            field.filled |= field.required;
            field.filled &= field.values.len() == 1 && field.presence != Presence::Nullable && !field.read_only;
        }
    }

    /// Without a tag, an alternative without additional properties excludes values that have some.
    fn exclude_further(&mut self) {
        let closed: HashMap<TypeId, Rule> = self
            .types
            .iter()
            .enumerate()
            .filter_map(|(id, definition)| match &definition.kind {
                TypeKind::Struct(body) if body.closed => {
                    let known = body.fields.iter().map(|field| field.wire.clone()).collect();
                    Some((id, Rule::Others(known, Vec::new(), Box::new(Shape::never()))))
                }
                _ => None,
            })
            .collect();
        for definition in &mut self.types {
            let TypeKind::Union(union) = &mut definition.kind else { continue };
            if union.tag.is_some() {
                continue;
            }
            for variant in &mut union.variants {
                let Type::Named(id) = &variant.ty else { continue };
                variant.shape.rules.extend(closed.get(id).cloned());
            }
        }
    }

    fn account_for(&mut self, discriminated: Discriminated<'_>, decision: &Decision) {
        for Stated { at, property, mapping } in discriminated.places {
            let all = std::iter::once(property.at).chain(mapping);
            match &decision.mismatch {
                Some(mismatch) => {
                    // The mapping is left out together with its property.
                    all.skip(1).for_each(|at| self.ledger.leave_out(at, "discriminator"));
                    let name = code(property.value);
                    let message = format!("the discriminator {name} is not a property of any alternative");
                    let actual = mismatch.tag.iter().map(|name| code(name)).collect::<Vec<_>>().join(" within ");
                    let effect =
                        format!("the alternatives are distinguished by {actual}, which has different values in each");
                    let help = mismatch.near.then(|| format!("did you mean {actual}?"));
                    self.leave_out("discriminator", message, property.at, &effect, help);
                }
                None => all.for_each(|at| self.ledger.take(at)),
            }
            if let Some(intended) = &decision.intended {
                let message =
                    format!("the discriminator {} is not a property of any alternative", code(property.value));
                let help = format!(
                    "did you mean {}? It is sent in addition to the properties of the alternative",
                    code(intended)
                );
                self.warn("discriminator", message, property.at, &help);
            }
            if decision.by_discriminator || decision.mismatch.is_some() {
                self.ledger.take(at);
                continue;
            }
            self.unsupported(
                "discriminator",
                "a `discriminator` for an alternative with neither a name nor a constant of its own".to_owned(),
                at,
                "the first alternative that matches is chosen",
            );
        }
    }
}

/// The distinguishing constants of an alternative are set in it, whether or not they are required.
fn fill(types: &mut [TypeDef], ty: &Type, path: &[String]) {
    let (Type::Named(id), [name, within @ ..]) = (ty, path) else { return };
    let TypeKind::Struct(body) = &mut types[*id].kind else { return };
    let Some(field) = body.fields.iter_mut().find(|field| field.wire == *name) else { return };
    match within {
        [] => field.filled = true,
        within => {
            let inner = field.ty.clone();
            fill(types, &inner, within);
        }
    }
}

/// Unions that are alternatives of each other have the same values: each gets all alternatives other than those unions.
fn unfold(types: &mut [TypeDef]) {
    let union = |ty: &Type| match ty {
        Type::Named(id) if matches!(types[*id].kind, TypeKind::Union(_)) => Some(*id),
        _ => None,
    };
    let variants = |id: TypeId| match &types[id].kind {
        TypeKind::Union(union) => union.variants.as_slice(),
        _ => &[],
    };
    let edges: Vec<Vec<TypeId>> =
        (0..types.len()).map(|id| variants(id).iter().filter_map(|variant| union(&variant.ty)).collect()).collect();
    let cycle = cycles(&edges);
    let leads_back = |id: TypeId| edges[id].iter().any(|to| cycle[*to] == cycle[id]);
    let mut unfolded: Vec<(TypeId, Vec<UnionVariant>, Vec<String>)> = Vec::new();
    for id in (0..types.len()).filter(|id| leads_back(*id)) {
        let (mut open, mut seen) = (vec![id], HashSet::from([id]));
        let (mut kept, mut known) = (Vec::new(), HashSet::new());
        while let Some(next) = open.pop() {
            for variant in variants(next) {
                match union(&variant.ty).filter(|to| cycle[*to] == cycle[id]) {
                    Some(to) if seen.insert(to) => open.push(to),
                    Some(_) => {}
                    None if known.insert((&variant.ty, variant.marks.len())) => kept.push(variant.clone()),
                    None => {}
                }
            }
        }
        // The others' descriptions are lost, unless something else refers to them.
        let others = seen.iter().copied().filter(|other| *other != id).collect::<BTreeSet<_>>();
        let words =
            others.into_iter().flat_map(|other| docs::listed(&format!("`{}`", types[other].name), &types[other].docs));
        let words: Vec<String> = words.collect();
        let mut scope = names::Scope::with(&["Unknown"]);
        kept.iter_mut().for_each(|variant| variant.ident = scope.take(std::mem::take(&mut variant.ident)));
        unfolded.push((id, kept, words));
    }
    for (id, kept, words) in unfolded {
        if !words.is_empty() {
            types[id].docs.push(String::new());
            types[id].docs.extend(words);
        }
        if let TypeKind::Union(union) = &mut types[id].kind {
            (union.variants, union.fallback) = (kept, None);
        }
    }
}

/// How the alternatives of a union are distinguished.
struct Decision {
    tag: Option<Vec<String>>,
    by_discriminator: bool,
    marks: Vec<Vec<Mark>>,
    /// Why the discriminator is not used, although it exists.
    mismatch: Option<Mismatch>,
    /// A property of all alternatives with a name similar to that of the discriminator, which none of them has.
    intended: Option<String>,
}

/// A discriminator that is a property of no alternative, while another property distinguishes them.
#[derive(Clone)]
struct Mismatch {
    tag: Vec<String>,
    /// Whether the names are similar.
    near: bool,
}

/// A property of a type with a few possible values.
#[derive(Clone)]
struct Known {
    mark: Mark,
    /// Whether it is always present.
    always: bool,
}

struct Decider<'t, 'a> {
    types: &'t [TypeDef],
    discriminated: &'t HashMap<TypeId, Discriminated<'a>>,
    /// `None` for those being decided.
    decisions: RefCell<HashMap<TypeId, Option<Rc<Decision>>>>,
}

impl Decider<'_, '_> {
    /// `None` for a recursive union.
    fn decision(&self, id: TypeId) -> Option<Rc<Decision>> {
        if let Some(known) = self.decisions.borrow().get(&id) {
            return known.clone();
        }
        let TypeKind::Union(union) = &self.types[id].kind else { return None };
        self.decisions.borrow_mut().insert(id, None);
        let decision = Rc::new(recurse(|| self.decide(id, union)));
        self.decisions.borrow_mut().insert(id, Some(decision.clone()));
        Some(decision)
    }

    fn decide(&self, id: TypeId, union: &Union) -> Decision {
        let known: Vec<Vec<Known>> = union.variants.iter().map(|variant| self.known(&variant.ty)).collect();
        let mismatch = self.mismatch(union, &known);
        if let (Some(discriminated), Some(path), None) = (self.discriminated.get(&id), &union.tag, &mismatch)
            && let Some(marks) = self.by_discriminator(discriminated, path, union, &known)
        {
            let intended = self.intended(union);
            return Decision { tag: Some(path.clone()), by_discriminator: true, marks, mismatch, intended };
        }
        let by_discriminator = false;
        if let Some(path) = tag(&known) {
            let of_path = |known: &Vec<Known>| {
                known.iter().filter(|it| it.mark.path == path).map(|it| it.mark.clone()).collect::<Vec<_>>()
            };
            let marks = known.iter().map(of_path).collect();
            return Decision { tag: Some(path), by_discriminator, marks, mismatch, intended: None };
        }
        let is_object = |one: &UnionVariant| self.is_object(&one.ty);
        let objects: Vec<usize> = (0..known.len()).filter(|at| is_object(&union.variants[*at])).collect();
        let mut marks = vec![Vec::new(); known.len()];
        let all: Vec<&Vec<Known>> = objects.iter().map(|at| &known[*at]).collect();
        for (at, distinguishing) in objects.iter().zip(marks_of(&all)) {
            marks[*at] = distinguishing;
        }
        Decision { tag: None, by_discriminator, marks, mismatch, intended: None }
    }

    /// The property that distinguishes the alternatives if none of them has the discriminator's property, which is then
    /// a mistake: a value with it would be lacking nothing but the discriminator. If no other property distinguishes
    /// them, the discriminator is sent in addition to the described fields, and likewise if the other property may be
    /// absent, unless the names are similar.
    fn mismatch(&self, union: &Union, known: &[Vec<Known>]) -> Option<Mismatch> {
        let [name] = union.tag.as_deref()? else { return None };
        if union.variants.iter().any(|variant| self.may_have(&variant.ty, name)) {
            return None;
        }
        let is_near = |tag: &str| nearest(name, [tag]).is_some();
        if let Some(tag) = tag(known) {
            let near = matches!(tag.as_slice(), [tag] if is_near(tag));
            return Some(Mismatch { tag, near });
        }
        // Each value identifies one alternative, whether or not it is required.
        let present = |known: &Vec<Known>| known.iter().map(|it| Known { always: true, ..it.clone() }).collect();
        let present: Vec<Vec<Known>> = known.iter().map(present).collect();
        let tag = tag(&present)?;
        matches!(tag.as_slice(), [tag] if is_near(tag)).then_some(Mismatch { tag, near: true })
    }

    /// The property of all alternatives with a name similar to that of the discriminator, which none of them has.
    fn intended(&self, union: &Union) -> Option<String> {
        let [name] = union.tag.as_deref()? else { return None };
        let of = |variant: &UnionVariant| match &variant.ty {
            Type::Named(id) => match &self.types[*id].kind {
                TypeKind::Struct(body) => Some(body.fields.iter().map(|field| field.wire.as_str()).collect()),
                _ => None,
            },
            _ => None,
        };
        let names: Option<Vec<Vec<&str>>> = union.variants.iter().map(of).collect();
        let names = names.filter(|names| !names.iter().any(|names| names.contains(&name.as_str())))?;
        let (first, others) = names.split_first()?;
        let of_all = first.iter().copied().filter(|name| others.iter().all(|names| names.contains(name)));
        nearest(name, of_all).map(str::to_owned)
    }

    /// Whether values of a type can have a property, by their schema.
    fn may_have(&self, ty: &Type, name: &str) -> bool {
        match ty {
            Type::Nullable(inner) => self.may_have(inner, name),
            Type::Named(id) => match &self.types[*id].kind {
                TypeKind::Struct(body) => body.fields.iter().any(|field| field.wire == name),
                // The property of a nested union distinguishes its own alternatives.
                TypeKind::Union(union) => {
                    union.tag.as_ref().is_some_and(|path| matches!(path.as_slice(), [tag] if tag == name))
                        || union.variants.iter().any(|variant| {
                            matches!(&variant.ty, Type::Named(inner) if matches!(self.types[*inner].kind, TypeKind::Union(_)))
                                || self.may_have(&variant.ty, name)
                        })
                }
                _ => true,
            },
            _ => true,
        }
    }

    /// The tags of each variant, if each has some: those of the mapping, else constants, else the component's name; and
    /// those of a nested union with the same property.
    fn by_discriminator(
        &self,
        discriminated: &Discriminated<'_>,
        path: &[String],
        union: &Union,
        known: &[Vec<Known>],
    ) -> Option<Vec<Vec<Mark>>> {
        let mut taken: HashSet<Constant> =
            union.variants.iter().flat_map(|variant| &variant.marks).flat_map(|mark| mark.values.clone()).collect();
        let mut all = Vec::new();
        for (variant, known) in union.variants.iter().zip(known) {
            let mut values: Vec<Constant> = variant.marks.iter().flat_map(|mark| mark.values.clone()).collect();
            let constants = known.iter().filter(|known| known.mark.path == path);
            let mut further: Vec<Constant> = Vec::new();
            let is_union = matches!(&variant.ty, Type::Named(id) if matches!(self.types[*id].kind, TypeKind::Union(_)));
            if values.is_empty() || is_union {
                further.extend(constants.flat_map(|known| known.mark.values.clone()));
            }
            if (values.is_empty() && further.is_empty()) || (is_union && !further.is_empty()) {
                let implied = discriminated.implied.get(&variant.ident).map(|name| Constant::Text((*name).to_owned()));
                further.splice(..0, implied);
            }
            values.extend(further.into_iter().filter(|value| taken.insert(value.clone())));
            if values.is_empty() || !self.is_object(&variant.ty) {
                return None;
            }
            all.push(vec![Mark { path: path.to_vec(), values }]);
        }
        Some(all)
    }

    /// Whether a value of a type can be an object.
    fn is_object(&self, ty: &Type) -> bool {
        match ty {
            Type::Map(_) | Type::Value => true,
            Type::Nullable(inner) => self.is_object(inner),
            Type::Named(id) => match &self.types[*id].kind {
                TypeKind::Struct(_) | TypeKind::Union(_) | TypeKind::Own(_) => true,
                TypeKind::Newtype(newtype) => matches!(newtype.ty, Type::Map(_) | Type::Value),
                TypeKind::StringEnum(_) | TypeKind::IntegerEnum(_) | TypeKind::Tuple(_) => false,
            },
            _ => false,
        }
    }

    /// The properties of a type with few possible values, at most one level deep.
    fn known(&self, ty: &Type) -> Vec<Known> {
        let Type::Named(id) = ty else { return Vec::new() };
        match &self.types[*id].kind {
            TypeKind::Struct(body) => self.of_fields(body),
            TypeKind::Union(union) => self.decision(*id).map(|it| self.of_union(union, &it)).unwrap_or_default(),
            TypeKind::Newtype(_)
            | TypeKind::StringEnum(_)
            | TypeKind::IntegerEnum(_)
            | TypeKind::Tuple(_)
            | TypeKind::Own(_) => Vec::new(),
        }
    }

    fn of_fields(&self, body: &Struct) -> Vec<Known> {
        let mut found = Vec::new();
        for field in &body.fields {
            let always = field.required && field.presence != Presence::Nullable;
            let known = |path: &[&String], values: &[Constant], always| Known {
                mark: Mark { path: path.iter().map(|name| (*name).clone()).collect(), values: values.to_vec() },
                always,
            };
            if !field.values.is_empty() {
                found.push(known(&[&field.wire], &field.values, always));
            } else if let Type::Named(id) = &field.ty
                && let TypeKind::Struct(inner) = &self.types[*id].kind
            {
                let listed = inner.fields.iter().filter(|inner| !inner.values.is_empty());
                found.extend(listed.map(|inner| {
                    let there = always && inner.required && inner.presence != Presence::Nullable;
                    known(&[&field.wire, &inner.wire], &inner.values, there)
                }));
            }
        }
        found
    }

    /// The properties common to all alternatives.
    fn of_union(&self, union: &Union, decision: &Decision) -> Vec<Known> {
        let of_variant = |(variant, marks): (&UnionVariant, &Vec<Mark>)| {
            let mut known = self.known(&variant.ty);
            if decision.tag.is_some() {
                known.retain(|known| !marks.iter().any(|mark| mark.path == known.mark.path));
                known.extend(marks.iter().map(|mark| Known { mark: mark.clone(), always: true }));
            }
            known
        };
        let mut variants = union.variants.iter().zip(&decision.marks).map(of_variant);
        let Some(mut common) = variants.next() else { return Vec::new() };
        for known in variants {
            common.retain_mut(|own| {
                let Some(other) = known.iter().find(|other| other.mark.path == own.mark.path) else { return false };
                own.always &= other.always;
                let further = other.mark.values.iter().filter(|value| !own.mark.values.contains(value)).cloned();
                let further: Vec<Constant> = further.collect();
                own.mark.values.extend(further);
                true
            });
        }
        common
    }
}

/// The distinguishing properties of several kinds of objects. If a required property divides them into groups, further
/// properties only need to distinguish the members of a group.
fn marks_of(known: &[&Vec<Known>]) -> Vec<Vec<Mark>> {
    let at = |known: &Vec<Known>, path: &[String]| known.iter().find(|it| it.mark.path == path).cloned();
    let groups = |path: &[String]| -> Option<Vec<Mark>> {
        let own: Option<Vec<Known>> = known.iter().map(|known| at(known, path).filter(|it| it.always)).collect();
        let own: Vec<Mark> = own?.into_iter().map(|known| known.mark).collect();
        let apart = own.iter().all(|one| own.iter().all(|other| one.same_values(other) || one.excludes(other)));
        apart.then_some(own)
    };
    let size =
        |own: &[Mark]| own.iter().filter(|one| own.iter().find(|other| one.same_values(other)) == Some(one)).count();
    let paths = known.first().into_iter().flat_map(|first| first.iter().map(|it| &it.mark.path));
    let candidates = paths.filter_map(|path| groups(path)).filter(|own| size(own) > 1);
    // The one with the most groups; among equals, the outermost and first one.
    let best = candidates.min_by_key(|own| (Reverse(size(own)), own.first().map_or(0, |mark| mark.path.len())));
    let Some(best) = best else {
        return known.iter().map(|own| distinguishing_marks(own, known)).collect();
    };
    let of_group = |(own, mark): (&&Vec<Known>, &Mark)| {
        let group = known.iter().zip(&best).filter(|(_, other)| mark.same_values(other)).map(|(known, _)| *known);
        let group: Vec<&Vec<Known>> = group.collect();
        let further = if group.len() > 1 { distinguishing_marks(own, &group) } else { Vec::new() };
        std::iter::once(mark.clone()).chain(further.into_iter().filter(|it| it.path != mark.path)).collect()
    };
    known.iter().zip(&best).map(of_group).collect()
}

/// The properties of one kind of objects with values that others do not have, or that are required in this kind only.
/// An optional property with a single kind of value does not distinguish: its content can be decoded as an unlisted
/// value, which counts as lost.
fn distinguishing_marks(own: &[Known], all: &[&Vec<Known>]) -> Vec<Mark> {
    let distinguishes = |own: &&Known| {
        let others = || all.iter().map(|other| other.iter().find(|other| other.mark.path == own.mark.path));
        let alone = all.len() == 1 && own.mark.values.len() == 1;
        alone
            || others().flatten().any(|other| own.mark.excludes(&other.mark))
            || own.always && (all.len() == 1 || others().any(|other| other.is_none()))
    };
    own.iter().filter(distinguishes).map(|known| known.mark.clone()).collect()
}

impl Mark {
    fn same_values(&self, other: &Self) -> bool {
        self.values.len() == other.values.len() && self.values.iter().all(|value| other.values.contains(value))
    }

    /// Whether they have no value in common.
    fn excludes(&self, other: &Self) -> bool {
        !self.values.iter().any(|value| other.values.contains(value))
    }
}

/// The outermost property that is always present, with different values in each alternative.
fn tag(known: &[Vec<Known>]) -> Option<Vec<String>> {
    let [first, others @ ..] = known else { return None };
    if others.is_empty() {
        return None;
    }
    let distinguishes = |path: &[String]| {
        let mut seen = HashSet::new();
        known.iter().all(|known| {
            let mut marks = known.iter().filter(|it| it.always && it.mark.path == path);
            marks.next().is_some_and(|known| known.mark.values.iter().all(|value| seen.insert(value)))
        })
    };
    let mut paths: Vec<&Vec<String>> = first.iter().filter(|it| it.always).map(|it| &it.mark.path).collect();
    paths.sort_by_key(|path| path.len());
    paths.into_iter().find(|path| distinguishes(path)).cloned()
}
