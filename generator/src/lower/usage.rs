//! Usage: which types are sent and received, by which groups, and where they are recursive, with all consequences.

use super::cycles::cycles;
use super::model::{
    Field, Inner, InputKind, Payload, Presence, ResponseBody, Rule, Service, Shape, Type, TypeDef, TypeId, TypeKind,
    Users,
};

/// Decides everything that depends on the whole model: directions, groups, presence of fields, boxes, checks.
pub fn finish(service: &mut Service) {
    directions(service);
    let lists: Vec<bool> = service.types.iter().map(is_list).collect();
    service.types.iter_mut().for_each(|definition| presence(definition, &lists));
    boxes(&mut service.types);
    checks(service);
    service.longest_chain = longest_chain(&service.types);
}

/// The maximum depth of a walk that visits each type once, like rustc's.
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
            let inside = types[id].kind.inner_types().filter_map(named_within);
            open.extend(inside.map(|id| (id, depth + 1)));
        }
    }
    longest
}

/// The crate's type within a type, through lists and maps.
fn named_within(mut ty: &Type) -> Option<TypeId> {
    loop {
        ty = match ty {
            Type::List(inner) | Type::Map(inner) | Type::Nullable(inner) | Type::JsonText(inner) => inner,
            Type::Named(id) => return Some(*id),
            _ => return None,
        };
    }
}

/// Which types are sent and received: first those that operations use, then those they refer to.
fn directions(service: &mut Service) {
    let received = service.received.iter().filter_map(|received| match &received.payload {
        Payload::Json(ty) => Some(ty),
        _ => None,
    });
    for id in received.chain(&service.standalone).filter_map(Type::innermost) {
        let definition = &mut service.types[id];
        definition.output = true;
        definition.users = Users::Several;
    }
    let (types, outcomes, forms) = (&mut service.types, &mut service.outcomes, &mut service.forms);
    for (group, operations) in service.groups.iter().enumerate().map(|(i, group)| (i, &group.operations)) {
        for (place, operation) in operations.iter().enumerate() {
            let user = Users::One(group, place);
            let mut used = |ty: &Type, input: bool| {
                if let Some(id) = ty.innermost() {
                    let definition = &mut types[id];
                    definition.users = definition.users.and(user);
                    definition.input |= input;
                    definition.output |= !input;
                }
            };
            for input in operation.arguments.iter().chain(&operation.setters) {
                if let InputKind::Form(_, form) = &input.kind {
                    forms[*form].users = forms[*form].users.and(user);
                    forms[*form].fields.iter().filter_map(|field| field.kind.ty()).for_each(|ty| used(ty, true));
                }
                input.kind.ty().into_iter().for_each(|ty| used(ty, true));
            }
            let mut payload = |payload: &Payload| {
                if let Some(ty) = payload.ty() {
                    used(ty, false);
                }
            };
            for body in operation.outputs() {
                match body {
                    ResponseBody::One(one) => payload(one),
                    ResponseBody::ByStatus(index) => {
                        let outcome = &mut outcomes[*index];
                        outcome.users = outcome.users.and(user);
                        outcome.cases.iter().for_each(|case| payload(&case.payload));
                    }
                }
            }
            if let Some(headers) = operation.headers {
                used(&Type::Named(headers), false);
            }
        }
    }
    spread(types);
}

/// Propagates users to the types that a type refers to. A type has few facts, so it is visited only a few times.
fn spread(types: &mut [TypeDef]) {
    let mut open: Vec<TypeId> = (0..types.len()).filter(|id| types[*id].users != Users::Nobody).collect();
    while let Some(id) = open.pop() {
        let TypeDef { input, output, users, .. } = types[id];
        let inner: Vec<TypeId> = types[id].kind.inner_types().filter_map(Type::innermost).collect();
        for inner in inner {
            let definition = &mut types[inner];
            let known = (definition.input, definition.output, definition.users);
            let learned = (known.0 || input, known.1 || output, known.2.and(users));
            if learned != known {
                (definition.input, definition.output, definition.users) = learned;
                open.push(inner);
            }
        }
    }
}

/// Whether a type is a named list or map.
fn is_list(definition: &TypeDef) -> bool {
    matches!(&definition.kind, TypeKind::Newtype(newtype) if matches!(newtype.ty, Type::List(_) | Type::Map(_)))
}

/// Fields of sent types are always optional until they are checked; fields of types that are only received are as
/// certain as the spec states.
fn presence(definition: &mut TypeDef, lists: &[bool]) {
    let input = definition.input;
    let TypeKind::Struct(body) = &mut definition.kind else { return };
    for field in &mut body.fields {
        // Null is one of the values of untyped JSON; if it is the only one, it has to be distinguished from absence.
        let only_null = matches!(field.shape.rules.as_slice(), [Rule::Values(values)] if values.as_slice() == ["null"]);
        let nullable = field.presence == Presence::Nullable && (field.ty != Type::Value || only_null);
        let list = match field.ty {
            Type::List(_) | Type::Map(_) => true,
            Type::Named(id) => lists[id],
            _ => false,
        };
        field.presence = match (input, body.headers) {
            (_, true) if matches!(field.ty, Type::List(_)) => Presence::Empty,
            (_, true) => Presence::Optional,
            (true, false) if nullable => Presence::Nullable,
            (true, false) => Presence::Optional,
            (false, false) if list => Presence::Empty,
            // Write-only fields are not required in a response. An undescribed one may be a mistake in the document.
            (false, false) if field.required && !nullable && !field.write_only && !field.undescribed => {
                Presence::Always
            }
            (false, false) => Presence::Optional,
        };
    }
    body.default = body.fields.iter().all(|field| match field.presence {
        Presence::Always => !matches!(field.ty, Type::Named(_) | Type::JsonText(_)),
        _ => true,
    });
}

/// Boxes the fields through which a type contains itself without a list or map in between: those between types of the
/// same strongly connected component.
fn boxes(types: &mut [TypeDef]) {
    let direct: Vec<Vec<TypeId>> =
        types.iter().map(|definition| definition.kind.inner_types().filter_map(directly).collect()).collect();
    let cycle = cycles(&direct);
    for (id, definition) in types.iter_mut().enumerate() {
        let boxed = |ty: &Type| directly(ty).is_some_and(|target| cycle[target] == cycle[id]);
        match &mut definition.kind {
            TypeKind::Struct(body) => body.fields.iter_mut().for_each(|field| field.boxed = boxed(&field.ty)),
            TypeKind::Union(union) => union.variants.iter_mut().for_each(|variant| variant.boxed = boxed(&variant.ty)),
            TypeKind::Tuple(tuple) => tuple.elements.iter_mut().for_each(|element| element.boxed = boxed(&element.ty)),
            TypeKind::Newtype(newtype) => newtype.boxed = boxed(&newtype.ty),
            TypeKind::StringEnum(_) | TypeKind::IntegerEnum(_) | TypeKind::Own(_) => {}
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

/// Finds the types with checks, and removes checks without effect.
fn checks(service: &mut Service) {
    let ids = 0..service.types.len();
    let mut containers: Vec<Vec<TypeId>> = vec![Vec::new(); service.types.len()];
    for id in ids.clone() {
        let objects = shapes(&service.types[id]).into_iter().flat_map(Shape::objects);
        objects.for_each(|object| containers[object].push(id));
    }
    // From the types with their own checks to those that contain them.
    let mut checked = vec![false; service.types.len()];
    let mut open: Vec<TypeId> = ids.filter(|id| has_own_checks(&service.types[*id])).collect();
    while let Some(id) = open.pop() {
        if !std::mem::replace(&mut checked[id], true) {
            open.extend(&containers[id]);
        }
    }
    for (id, definition) in service.types.iter_mut().enumerate() {
        match &mut definition.kind {
            TypeKind::Struct(body) => {
                body.checked = checked[id];
                body.fields.iter_mut().for_each(|field| prune(&mut field.shape, &checked));
                prune_rules(&mut body.rules, &checked);
            }
            TypeKind::Tuple(tuple) => {
                tuple.checked = checked[id];
                tuple.elements.iter_mut().for_each(|element| prune(&mut element.shape, &checked));
            }
            TypeKind::Union(union) => {
                union.checked = checked[id];
                union.variants.iter_mut().for_each(|variant| prune(&mut variant.shape, &checked));
            }
            TypeKind::Newtype(newtype) => {
                newtype.checked = checked[id];
                prune(&mut newtype.shape, &checked);
            }
            TypeKind::StringEnum(_) | TypeKind::IntegerEnum(_) | TypeKind::Own(_) => {}
        }
    }
    for operation in service.groups.iter_mut().flat_map(|group| &mut group.operations) {
        operation.params.iter_mut().for_each(|param| prune(&mut param.shape, &checked));
        operation.body.iter_mut().for_each(|body| prune(&mut body.shape, &checked));
        for input in &mut operation.setters {
            if let InputKind::JsonAs(_, shape, _)
            | InputKind::JsonOf(_, shape, _)
            | InputKind::ValueAs(_, _, shape, _) = &mut input.kind
            {
                prune(shape, &checked);
            }
        }
    }
    for param in service.forms.iter_mut().flat_map(|form| &mut form.params) {
        prune(&mut param.shape, &checked);
    }
}

/// The checks of the parts of a type that is sent.
fn shapes(definition: &TypeDef) -> Vec<&Shape> {
    match &definition.kind {
        _ if !definition.input => Vec::new(),
        TypeKind::Struct(body) => {
            let of_rules = body.rules.iter().flat_map(Rule::shapes);
            body.fields.iter().map(|field| &field.shape).chain(of_rules).collect()
        }
        TypeKind::Union(union) => union.variants.iter().map(|variant| &variant.shape).collect(),
        TypeKind::Tuple(tuple) => tuple.elements.iter().map(|element| &element.shape).collect(),
        TypeKind::Newtype(newtype) => vec![&newtype.shape],
        TypeKind::StringEnum(_) | TypeKind::IntegerEnum(_) | TypeKind::Own(_) => Vec::new(),
    }
}

/// Whether a type has checks of its own, apart from those of types it refers to.
fn has_own_checks(definition: &TypeDef) -> bool {
    let own = match &definition.kind {
        TypeKind::Struct(body) => {
            let mut rules = body.rules.clone();
            prune_rules(&mut rules, &[]);
            definition.input && (body.fields.iter().any(must) || !rules.is_empty())
        }
        _ => false,
    };
    own || shapes(definition).into_iter().any(matters)
}

fn must(field: &Field) -> bool {
    field.required && !field.read_only
}

/// Whether a shape has checks, apart from those of the type it refers to.
fn matters(shape: &Shape) -> bool {
    let mut shape = shape.clone();
    prune(&mut shape, &[]);
    shape != Shape::default()
}

/// Removes references to types without checks.
fn prune(shape: &mut Shape, checked: &[bool]) {
    let keep = match &mut shape.inner {
        Inner::None => true,
        Inner::Object(id) => checked.get(*id).copied().unwrap_or(false),
        Inner::List(inner) | Inner::Map(inner) => {
            prune(inner, checked);
            **inner != Shape::default()
        }
        Inner::Fields(fields) => {
            fields.iter_mut().for_each(|(_, _, shape)| prune(shape, checked));
            fields.retain(|(_, required, shape)| *required || *shape != Shape::default());
            !fields.is_empty()
        }
    };
    if !keep {
        shape.inner = Inner::None;
    }
    prune_rules(&mut shape.rules, checked);
}

/// Removes references to types without checks, and rules that have no effect then.
fn prune_rules(rules: &mut Vec<Rule>, checked: &[bool]) {
    rules.iter_mut().flat_map(Rule::shapes_mut).for_each(|shape| prune(shape, checked));
    rules.retain(|rule| !rule.is_idle());
}
