//! The place in a document of each part of its client's model, as far as names lead to it: otherwise that of the part
//! around it.

use std::collections::HashMap;

use crate::Lowered;
use crate::diagnostic::Location;
use crate::load::{Loaded, Node, operations, sent};
use crate::lower::model::{
    Input, InputKind, Operation, Payload, ResponseBody, Service, Status, Type, TypeId, TypeKind,
};

/// A place in a document, with the node there.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    loaded: &'a Loaded,
    /// The node, without `$ref`s.
    pub node: &'a Node,
    /// Where it is used.
    pub at: &'a Location,
}

/// Circular documents end here.
const DEEPEST: usize = 16;

impl<'a> Place<'a> {
    /// The document itself.
    pub fn root(loaded: &'a Loaded) -> Self {
        Self { loaded, node: &loaded.root, at: &loaded.root.location }
    }

    /// A member of a map.
    pub fn get(self, key: &str) -> Option<Self> {
        let entry = self.node.as_object()?.get(key)?;
        Some(Self { node: &entry.node, at: &entry.key, ..self }.resolved())
    }

    /// The same node, as used at another place.
    pub(crate) fn used_at(self, place: Self) -> Self {
        Self { at: place.at, ..self }
    }

    /// A member, or this place.
    pub fn or_self(self, key: &str) -> Self {
        self.get(key).unwrap_or(self)
    }

    fn members(self) -> impl Iterator<Item = (&'a str, Self)> {
        self.node
            .entries()
            .map(move |(key, entry)| (key, Self { node: &entry.node, at: &entry.key, ..self }.resolved()))
    }

    fn items(self) -> impl Iterator<Item = Self> {
        self.node.items().map(move |node| Self { node, at: &node.location, ..self }.resolved())
    }

    /// Follows references; the place remains that of the first one.
    fn resolved(self) -> Self {
        (0..DEEPEST).fold(self, |place, _| match place.target() {
            Some((_, node)) => Self { node, ..place },
            None => place,
        })
    }

    fn target(self) -> Option<(&'a Location, &'a Node)> {
        let mut tokens = self.node.get("$ref")?.as_str()?.strip_prefix("#/components/")?.splitn(2, '/');
        let entry = self.loaded.component(tokens.next()?, tokens.next()?)?;
        Some((&entry.key, &entry.node))
    }

    /// The alternatives and bases of a schema.
    fn parts(self) -> impl Iterator<Item = Self> {
        ["allOf", "oneOf", "anyOf"].into_iter().filter_map(move |key| self.get(key)).flat_map(Self::items)
    }

    fn found(self, depth: usize, within: &dyn Fn(Self) -> Option<Self>) -> Option<Self> {
        if depth == 0 {
            return None;
        }
        within(self).or_else(|| self.parts().find_map(|part| part.found(depth - 1, within)))
    }

    fn find(self, within: impl Fn(Self) -> Option<Self>) -> Self {
        self.found(DEEPEST, &within).unwrap_or(self)
    }

    /// A property of a schema.
    pub fn field(self, name: &str) -> Self {
        self.find(|place| place.get("properties")?.get(name))
    }

    /// A value of an enum.
    pub fn value(self, value: &str) -> Self {
        self.find(|place| {
            let listed = place.get("enum").into_iter().flat_map(Self::items);
            let constant = place.get("const").into_iter();
            let is = |place: &Self| match place.node.as_str() {
                Some(text) => text == value,
                None => place.node.as_number().is_some_and(|number| number.to_string() == value),
            };
            listed.chain(constant).find(is)
        })
    }

    /// A keyword of a schema, in it or in one of its parts.
    pub fn keyword(self, key: &str) -> Option<Self> {
        self.found(DEEPEST, &|place| place.get(key))
    }

    /// The schema of the innermost values of a type.
    pub(crate) fn innermost(self, ty: &Type) -> Self {
        ty.layers().fold(self, |place, layer| match layer {
            Type::List(_) => place.find(|place| place.get("items")),
            Type::Map(_) => place.find(|place| place.get("additionalProperties")),
            Type::JsonText(_) => place.find(|place| place.get("x-json").or(place.get("contentSchema"))),
            _ => place,
        })
    }

    /// The schema of an alternative.
    pub(crate) fn alternative(self, index: usize) -> Self {
        self.find(|place| place.get("oneOf").or(place.get("anyOf"))?.items().nth(index))
    }

    /// The schemas of a body.
    pub(crate) fn schemas(self) -> impl Iterator<Item = Self> {
        let media = self.get("content").into_iter().flat_map(|content| content.members());
        media.filter_map(|(_, media)| media.get("schema").or(media.get("itemSchema")))
    }
}

/// The places of a model's parts.
#[derive(Debug)]
pub struct Places<'a> {
    loaded: &'a Loaded,
    types: HashMap<TypeId, Place<'a>>,
}

impl<'a> Places<'a> {
    /// Finds them.
    pub fn of(lowered: &'a Lowered) -> Self {
        let Lowered { loaded, service, .. } = lowered;
        let mut places = Self { loaded, types: HashMap::new() };
        let root = Place::root(loaded);
        let schemas = root.get("components").and_then(|components| components.get("schemas"));
        for operation in service.groups.iter().flat_map(|group| &group.operations) {
            for input in operation.arguments.iter().chain(&operation.setters) {
                let place = places.input(operation, input);
                if let Some(ty) = input.kind.ty() {
                    places.add(service, ty, place.or_self("schema"));
                }
                if let InputKind::Form(_, form) = &input.kind {
                    for field in &service.forms[*form].fields {
                        let place = place.schemas().next().unwrap_or(place).field(&field.wire);
                        field.kind.ty().into_iter().for_each(|ty| places.add(service, ty, place));
                    }
                }
            }
            for body in operation.outputs() {
                let payloads: Vec<(Option<Status>, &Payload)> = match body {
                    ResponseBody::One(payload) => vec![(None, payload)],
                    ResponseBody::ByStatus(outcome) => {
                        let cases = service.outcomes[*outcome].cases.iter();
                        cases.map(|case| (case.statuses.first().copied(), &case.payload)).collect()
                    }
                };
                let is_error = std::ptr::eq(body, &operation.error);
                for (status, payload) in payloads {
                    let place = places.response(operation, status, is_error);
                    if let Some(ty) = payload.ty() {
                        places.add(service, ty, place.schemas().next().unwrap_or(place));
                    }
                }
            }
            if let Some(headers) = operation.headers {
                let place = places.response(operation, None, false);
                places.types.insert(headers, place.or_self("headers"));
            }
        }
        for ty in &service.standalone {
            let name = ty.innermost().map(|id| service.types[id].name.as_str()).unwrap_or_default();
            let schema = schemas.into_iter().flat_map(Place::members).find(|(component, _)| *component == name);
            places.add(service, ty, schema.map_or(root, |(_, place)| place));
        }
        places
    }

    /// Records a type with all that it refers to.
    fn add(&mut self, service: &Service, ty: &Type, place: Place<'a>) {
        let mut open = vec![(ty.clone(), place)];
        while let Some((ty, place)) = open.pop() {
            let Some(id) = ty.innermost() else { continue };
            let mut place = place.innermost(&ty);
            if self.types.contains_key(&id) {
                continue;
            }
            // A component is where it is defined, not where it is used.
            let names = self.loaded.root.get("components").and_then(|components| components.get("schemas"));
            let defined =
                names.into_iter().flat_map(Node::entries).find(|(_, entry)| std::ptr::eq(&entry.node, place.node));
            if let Some((_, entry)) = defined {
                place.at = &entry.key;
            }
            self.types.insert(id, place);
            match &service.types[id].kind {
                TypeKind::Struct(body) => {
                    open.extend(body.fields.iter().map(|field| (field.ty.clone(), place.field(&field.wire))));
                    let more = place.or_self("additionalProperties");
                    open.extend(body.additional.iter().map(|ty| (ty.clone(), more)));
                }
                TypeKind::Union(union) => {
                    let variants = union.variants.iter().enumerate();
                    open.extend(variants.map(|(index, variant)| (variant.ty.clone(), place.alternative(index))));
                }
                TypeKind::Tuple(tuple) => {
                    open.extend(tuple.elements.iter().map(|element| (element.ty.clone(), place)));
                }
                TypeKind::Newtype(newtype) => open.push((newtype.ty.clone(), place)),
                TypeKind::StringEnum(_) | TypeKind::IntegerEnum(_) | TypeKind::Own(_) => {}
            }
        }
    }

    /// The document itself.
    pub fn root(&self) -> Place<'a> {
        Place::root(self.loaded)
    }

    /// A type.
    pub fn ty(&self, id: TypeId) -> Place<'a> {
        self.types.get(&id).copied().unwrap_or(self.root())
    }

    /// An operation.
    pub fn operation(&self, operation: &Operation) -> Place<'a> {
        let paths = self.root().or_self("paths");
        let Some(item) = paths.get(&operation.path) else { return paths };
        let found = operations(item.node).find(|(key, _)| sent(key) == operation.method);
        found.map_or(item, |(_, entry)| Place { node: &entry.node, at: &entry.key, ..item })
    }

    /// An input of an operation.
    pub fn input(&self, operation: &Operation, input: &Input) -> Place<'a> {
        let place = self.operation(operation);
        let item = self.root().or_self("paths").or_self(&operation.path);
        let parameters = [place, item].into_iter().filter_map(|place| place.get("parameters")).flat_map(Place::items);
        let mut named = parameters.filter(|parameter| {
            parameter.node.get("name").and_then(Node::as_str).is_some_and(|name| name.eq_ignore_ascii_case(&input.wire))
        });
        if let Some(parameter) = named.next() {
            let content = parameter.schemas().next();
            return content.unwrap_or(parameter).used_at(parameter);
        }
        let body = place.or_self("requestBody");
        let fields = body.schemas().map(|schema| (schema, schema.field(&input.wire)));
        let mut fields = fields.filter(|(schema, field)| !std::ptr::eq(schema.node, field.node));
        match fields.next() {
            Some((_, field)) => field,
            None => body.schemas().next().unwrap_or(body).used_at(body),
        }
    }

    /// A response of an operation: with this status, else the first success or error.
    pub fn response(&self, operation: &Operation, status: Option<Status>, error: bool) -> Place<'a> {
        let place = self.operation(operation);
        let Some(responses) = place.get("responses") else { return place };
        let wanted = match status {
            Some(Status::Code(code)) => Some(code.to_string()),
            Some(Status::Range(hundred)) => Some(format!("{}XX", if hundred < 10 { hundred } else { hundred / 100 })),
            Some(Status::Default) => Some("default".to_owned()),
            None => None,
        };
        let exact = wanted.and_then(|key| responses.get(&key));
        let alike = || responses.members().find(|(key, _)| key.starts_with('2') != error).map(|(_, place)| place);
        exact.or_else(alike).unwrap_or(responses)
    }
}
