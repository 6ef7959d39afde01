//! Usage: who gives and who answers a type, in which groups, where it contains itself; what follows from that.

use std::collections::HashSet;

use super::model::{
    Answer, Field, Inner, InputKind, Payload, Presence, Service, Shape, Type, TypeDef, TypeId, TypeKind,
};

/// Decides all that depends on the whole: directions, groups, presence of fields, boxes, checks.
pub fn finish(service: &mut Service) {
    directions(service);
    service.types.iter_mut().for_each(presence);
    boxes(&mut service.types);
    checks(service);
    service.longest_chain = longest_chain(&service.types);
}

/// How deep a walk through the types goes that looks into each of them once: what rustc's walks go by.
fn longest_chain(types: &[TypeDef]) -> usize {
    let mut depths: Vec<Option<usize>> = vec![None; types.len()];
    let mut longest = 0;
    for start in 0..types.len() {
        let mut open = vec![(start, 1)];
        while let Some((id, depth)) = open.pop() {
            if depths.get(id).is_none_or(|known| known.is_some()) {
                continue;
            }
            depths[id] = Some(depth);
            longest = longest.max(depth);
            let mut inside = Vec::new();
            inner_types(&types[id]).into_iter().for_each(|ty| named_within(ty, &mut inside));
            open.extend(inside.into_iter().map(|id| (id, depth + 1)));
        }
    }
    longest
}

fn named_within(mut ty: &Type, found: &mut Vec<TypeId>) {
    loop {
        ty = match ty {
            Type::List(inner) | Type::Map(inner) | Type::Nullable(inner) | Type::JsonText(inner) => inner,
            Type::Named(id) => return found.push(*id),
            _ => return,
        };
    }
}

fn directions(service: &mut Service) {
    let (types, outcomes) = (&mut service.types, &mut service.outcomes);
    for (group, operations) in service.groups.iter().enumerate().map(|(i, group)| (i, &group.operations)) {
        for (place, operation) in operations.iter().enumerate() {
            let mut given = HashSet::new();
            let mut answered = HashSet::new();
            for input in operation.arguments.iter().chain(&operation.setters) {
                if let InputKind::Value(ty, _) | InputKind::JsonText(ty) | InputKind::JsonAs(_, _, ty) = &input.kind {
                    reach(ty, types, &mut given);
                }
            }
            let mut payload = |payload: &Payload| {
                if let Payload::Json(ty) = payload {
                    reach(ty, types, &mut answered);
                }
            };
            for answer in [&operation.output, &operation.error] {
                match answer {
                    Answer::One(one) => payload(one),
                    Answer::ByStatus(index) => {
                        outcomes[*index].users.add(group, place);
                        outcomes[*index].cases.iter().for_each(|case| payload(&case.payload));
                    }
                }
            }
            if let Some(headers) = operation.headers {
                reach(&Type::Named(headers), types, &mut answered);
            }
            for id in given {
                types[id].input = true;
                types[id].users.add(group, place);
            }
            for id in answered {
                types[id].output = true;
                types[id].users.add(group, place);
            }
        }
    }
}

/// Collects the definitions that a type leads to.
fn reach(ty: &Type, types: &[TypeDef], found: &mut HashSet<TypeId>) {
    match ty {
        Type::List(inner) | Type::Map(inner) | Type::Nullable(inner) | Type::JsonText(inner) => {
            reach(inner, types, found)
        }
        Type::Named(id) if found.insert(*id) => {
            inner_types(&types[*id]).into_iter().for_each(|ty| reach(ty, types, found))
        }
        _ => {}
    }
}

fn inner_types(definition: &TypeDef) -> Vec<&Type> {
    match &definition.kind {
        TypeKind::Struct(body) => body.fields.iter().map(|f| &f.ty).chain(&body.additional).collect(),
        TypeKind::Union(union) => union.variants.iter().map(|v| &v.ty).collect(),
        TypeKind::StringEnum(_) | TypeKind::IntegerEnum(_) => Vec::new(),
    }
}

/// What callers give may always be left out until it is checked; what only services answer is as sure as the spec says.
fn presence(definition: &mut TypeDef) {
    let input = definition.input;
    let TypeKind::Struct(body) = &mut definition.kind else { return };
    for field in &mut body.fields {
        let nullable = field.presence == Presence::Nullable && field.ty != Type::Value;
        let list = matches!(field.ty, Type::List(_) | Type::Map(_));
        field.presence = match (input, body.headers) {
            (_, true) => Presence::Optional,
            (true, false) if nullable => Presence::Nullable,
            (true, false) => Presence::Optional,
            (false, false) if list => Presence::Empty,
            // What only callers set is required of them, never of a response.
            (false, false) if field.required && !nullable && !field.write_only => Presence::Always,
            (false, false) => Presence::Optional,
        };
    }
    body.default = body.fields.iter().all(|field| match field.presence {
        Presence::Always => !matches!(field.ty, Type::Named(_) | Type::JsonText(_)),
        _ => true,
    });
}

/// Boxes the fields through which a type contains itself without a list or map in between.
fn boxes(types: &mut [TypeDef]) {
    let direct: Vec<Vec<TypeId>> =
        types.iter().map(|definition| inner_types(definition).into_iter().filter_map(directly).collect()).collect();
    let reaches = |from: TypeId, to: TypeId| {
        let mut seen = HashSet::new();
        let mut open = vec![from];
        while let Some(id) = open.pop() {
            if id == to {
                return true;
            }
            if seen.insert(id) {
                open.extend(&direct[id]);
            }
        }
        false
    };
    for (id, definition) in types.iter_mut().enumerate() {
        match &mut definition.kind {
            TypeKind::Struct(body) => {
                for field in &mut body.fields {
                    field.boxed = directly(&field.ty).is_some_and(|target| reaches(target, id));
                }
            }
            TypeKind::Union(union) => {
                for variant in &mut union.variants {
                    variant.boxed = directly(&variant.ty).is_some_and(|target| reaches(target, id));
                }
            }
            TypeKind::StringEnum(_) | TypeKind::IntegerEnum(_) => {}
        }
    }
}

fn directly(ty: &Type) -> Option<TypeId> {
    match ty {
        Type::Named(id) => Some(*id),
        Type::Nullable(inner) | Type::JsonText(inner) => directly(inner),
        _ => None,
    }
}

/// Finds the types with something to check, and drops checks that lead nowhere.
fn checks(service: &mut Service) {
    let mut checked = vec![false; service.types.len()];
    loop {
        let mut changed = false;
        for (id, definition) in service.types.iter().enumerate() {
            let now = match &definition.kind {
                TypeKind::Struct(body) => {
                    body.fields.iter().any(|field| must(field) || matters(&field.shape, &checked))
                }
                TypeKind::Union(union) => union.variants.iter().any(|variant| matters(&variant.shape, &checked)),
                TypeKind::StringEnum(_) | TypeKind::IntegerEnum(_) => false,
            };
            if now && definition.input && !checked[id] {
                checked[id] = true;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    for (id, definition) in service.types.iter_mut().enumerate() {
        match &mut definition.kind {
            TypeKind::Struct(body) => {
                body.checked = checked[id];
                body.fields.iter_mut().for_each(|field| prune(&mut field.shape, &checked));
            }
            TypeKind::Union(union) => {
                union.checked = checked[id];
                union.variants.iter_mut().for_each(|variant| prune(&mut variant.shape, &checked));
            }
            TypeKind::StringEnum(_) | TypeKind::IntegerEnum(_) => {}
        }
    }
    for operation in service.groups.iter_mut().flat_map(|group| &mut group.operations) {
        operation.params.iter_mut().for_each(|param| prune(&mut param.shape, &checked));
        for input in &mut operation.setters {
            if let InputKind::JsonAs(_, shape, _) = &mut input.kind {
                prune(shape, &checked);
            }
        }
    }
}

fn must(field: &Field) -> bool {
    field.required && !field.read_only
}

fn matters(shape: &Shape, checked: &[bool]) -> bool {
    let mut shape = shape.clone();
    prune(&mut shape, checked);
    shape != Shape::default()
}

fn prune(shape: &mut Shape, checked: &[bool]) {
    let keep = match &mut shape.inner {
        Inner::None => true,
        Inner::Object(id) => checked[*id],
        Inner::List(inner) | Inner::Map(inner) => {
            prune(inner, checked);
            **inner != Shape::default()
        }
    };
    if !keep {
        shape.inner = Inner::None;
    }
}
