//! The chosen alternatives of a typed value, and its untyped parts: walks the model and the value's `Debug` together.

use std::collections::BTreeSet;

use serde_json::Value;
use yundb_generator::lower::model::{Service, Struct, Type, TypeId, TypeKind, Union};

use super::debug::Node;
use super::{Finding, debug, shown};
use crate::document::{Direction, Document, SchemaRef, pointer};
use crate::report::Kind;
use crate::validate::Alternatives;

/// A finding at a place of a typed value, by JSON pointer.
#[derive(Debug, PartialEq)]
struct Fact {
    at: String,
    what: What,
}

#[derive(Debug, PartialEq)]
enum What {
    /// This variant of a union.
    Chosen(TypeId, usize),
    /// None of the variants of a union.
    Unknown,
    /// None of the values of an enum.
    UnknownValue,
    /// Any JSON.
    Untyped,
}

/// Judges the alternatives of a value that was read as this type, by its `Debug`.
pub(super) fn judge(
    document: &Document,
    service: &Service,
    (schema, direction): (&SchemaRef, Direction),
    (value, ty, debug): (&Value, &Type, &str),
) -> Vec<Finding> {
    let Some(node) = debug::parse(debug) else {
        return vec![Finding::new(Kind::UnknownForKnown, "", format!("its Debug cannot be read: {debug}"))];
    };
    let mut walk = Walk { service, facts: Vec::new() };
    walk.value(ty, &node, value, "");
    if walk.facts.is_empty() {
        return Vec::new();
    }
    let unions = document.alternatives(schema, direction, value);
    let describes = |at: &str| document.describes(schema, direction, value, at);
    let part = |at: &str| value.pointer(at).map(shown).unwrap_or_default();
    let findings = walk.facts.into_iter().filter_map(|Fact { at, what }| {
        let (kind, message) = match what {
            What::Chosen(id, variant) => {
                let union = match &service.types[id].kind {
                    TypeKind::Union(union) => union,
                    _ => return None,
                };
                let fits = Fits { document, service };
                let right = fits.variants(union, unions.iter().filter(|union| union.at == at));
                // If no variant resembles a valid alternative, it only matters that nothing was lost.
                if right.is_empty() || right.contains(&variant) {
                    return None;
                }
                let name = |variant: &usize| union.variants.get(*variant).map_or("", |variant| &variant.ident);
                let right: Vec<&str> = right.iter().map(name).collect();
                let message = format!("{} became {}, not {}", part(&at), name(&variant), right.join(" or "));
                (Kind::WrongAlternative, message)
            }
            What::Unknown if describes(&at) => (Kind::UnknownForKnown, format!("{} fits no variant", part(&at))),
            What::Untyped if describes(&at) => (Kind::UnknownForKnown, format!("{} is kept untyped", part(&at))),
            What::UnknownValue if document.lists(schema, direction, value, &at) => {
                (Kind::UnknownForKnown, format!("{} is not a known value", part(&at)))
            }
            What::Unknown | What::UnknownValue | What::Untyped => return None,
        };
        Some(Finding::new(kind, at, message))
    });
    findings.collect()
}

struct Walk<'a> {
    service: &'a Service,
    facts: Vec<Fact>,
}

impl Walk<'_> {
    fn note(&mut self, at: &str, what: What) {
        self.facts.push(Fact { at: at.to_owned(), what });
    }

    fn value(&mut self, ty: &Type, node: &Node, value: &Value, at: &str) {
        match (ty, node) {
            (Type::Value, _) if value.is_null() => {}
            (Type::Value, _) => self.note(at, What::Untyped),
            (Type::Nullable(inner), node) => self.optional(inner, node, value, at),
            (Type::List(inner), Node::List(nodes)) => {
                for (index, (node, value)) in nodes.iter().zip(value.as_array().into_iter().flatten()).enumerate() {
                    self.value(inner, node, value, &child(at, &index.to_string()));
                }
            }
            (Type::Map(inner), Node::Map(entries)) => self.entries(inner, entries, value, at),
            // A string that contains JSON but was kept as a string. Its content has no place in the document's value.
            (Type::JsonText(_), Node::Tuple(name, _)) if name == "Text" && carries_json(value) => {
                self.note(at, What::Untyped);
            }
            (Type::Named(id), node) => self.named(*id, node, value, at),
            _ => {}
        }
    }

    /// A value that may be absent or null.
    fn optional(&mut self, ty: &Type, node: &Node, value: &Value, at: &str) {
        match node {
            Node::Tuple(name, inner) if name == "Some" => {
                if let [node] = inner.as_slice() {
                    self.optional(ty, node, value, at);
                }
            }
            Node::Word(word) if word == "None" => {}
            node => self.value(ty, node, value, at),
        }
    }

    fn entries(&mut self, ty: &Type, entries: &[(String, Node)], value: &Value, at: &str) {
        // The keys in `Debug` are escaped; once sorted, like maps, both are in the same order.
        let Some(object) = value.as_object() else { return };
        for (key, value) in object {
            let escaped = format!("{key:?}");
            if let Some((_, node)) = entries.iter().find(|(name, _)| escaped == format!("\"{name}\"")) {
                self.value(ty, node, value, &child(at, key));
            }
        }
    }

    fn named(&mut self, id: TypeId, node: &Node, value: &Value, at: &str) {
        let service = self.service;
        match (&service.types[id].kind, node) {
            (TypeKind::Struct(body), Node::Struct(_, fields)) => self.fields(body, fields, value, at),
            (TypeKind::Union(union), Node::Tuple(name, inner)) => {
                let Some(variant) = union.variants.iter().position(|variant| plain(&variant.ident) == name) else {
                    return self.note(at, What::Unknown);
                };
                self.note(at, What::Chosen(id, variant));
                if let [node] = inner.as_slice() {
                    self.value(&union.variants[variant].ty, node, value, at);
                }
            }
            (TypeKind::Tuple(tuple), Node::Tuple(_, nodes)) => {
                let values = value.as_array().into_iter().flatten();
                for (index, ((element, node), value)) in tuple.elements.iter().zip(nodes).zip(values).enumerate() {
                    self.value(&element.ty, node, value, &child(at, &index.to_string()));
                }
            }
            (TypeKind::Newtype(newtype), Node::Tuple(_, inner)) => {
                if let [node] = inner.as_slice() {
                    self.value(&newtype.ty, node, value, at);
                }
            }
            (TypeKind::StringEnum(_) | TypeKind::IntegerEnum(_), Node::Tuple(name, _)) if name == "Unknown" => {
                self.note(at, What::UnknownValue);
            }
            _ => {}
        }
    }

    fn fields(&mut self, body: &Struct, nodes: &[(String, Node)], value: &Value, at: &str) {
        let node = |ident: &str| nodes.iter().find(|(name, _)| plain(ident) == name).map(|(_, node)| node);
        for field in &body.fields {
            if let (Some(node), Some(value)) = (node(&field.ident), value.get(&field.wire)) {
                self.optional(&field.ty, node, value, &child(at, &field.wire));
            }
        }
        if let (Some(ty), Some(Node::Map(entries))) = (&body.additional, node(&body.additional_ident)) {
            self.entries(ty, entries, value, at);
        }
    }
}

fn carries_json(value: &Value) -> bool {
    let carried = value.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
    carried.is_some_and(|value| value.is_array() || value.is_object())
}

fn plain(ident: &str) -> &str {
    ident.trim_start_matches("r#")
}

fn child(at: &str, token: &str) -> String {
    format!("{at}/{}", yundb_generator::pointer::escape(token))
}

/// Whether types match schemas. The generator chooses names and order, so only the structure is compared.
struct Fits<'a> {
    document: &'a Document,
    service: &'a Service,
}

/// Maximum depth of the comparison of schemas and types.
const DEPTH: usize = 4;

impl Fits<'_> {
    /// The variants of a union that resemble a valid alternative.
    fn variants<'u>(&self, union: &Union, unions: impl Iterator<Item = &'u Alternatives>) -> BTreeSet<usize> {
        let valid: Vec<&SchemaRef> = unions.flat_map(|union| union.valid.iter().map(|(_, schema)| schema)).collect();
        let fits = |ty: &Type| valid.iter().any(|schema| self.schema(schema, ty, DEPTH));
        (0..union.variants.len()).filter(|at| fits(&union.variants[*at].ty)).collect()
    }

    fn schema(&self, schema: &SchemaRef, ty: &Type, depth: usize) -> bool {
        // Both directions, as a type may be used for both.
        let views: Vec<View> = [Direction::Request, Direction::Response]
            .into_iter()
            .map(|direction| View::new(self.document, schema, direction))
            .collect();
        let Some(view) = views.get(1) else { return true };
        if view.open || depth == 0 {
            return true;
        }
        let of = |name: &str| view.types.is_empty() || view.types.contains(name);
        match ty {
            Type::Value => true,
            Type::Nullable(inner) => self.schema(schema, inner, depth),
            Type::String | Type::Secret | Type::Formatted(_) | Type::JsonText(_) => of("string"),
            Type::Bool => of("boolean"),
            Type::I32 | Type::I64 | Type::U64 | Type::I128 => of("integer") || of("number"),
            Type::F64 => of("number") || of("integer"),
            Type::List(inner) => {
                of("array") && view.items.as_ref().is_none_or(|items| self.schema(items, inner, depth - 1))
            }
            Type::Map(_) => of("object") && view.properties.is_empty(),
            Type::Named(id) => match &self.service.types[*id].kind {
                TypeKind::Struct(body) => of("object") && self.fields(&views, body, depth),
                TypeKind::StringEnum(variants) => {
                    let known = |text: &str| variants.iter().any(|variant| variant.value == text);
                    of("string") && view.values.iter().all(|value| value.as_str().is_none_or(known))
                }
                TypeKind::IntegerEnum(variants) => {
                    let known = |number: i64| variants.iter().any(|variant| variant.value == number);
                    (of("integer") || of("number")) && view.values.iter().all(|value| value.as_i64().is_none_or(known))
                }
                TypeKind::Tuple(_) => of("array"),
                TypeKind::Union(_) | TypeKind::Own(_) => true,
                TypeKind::Newtype(newtype) => self.schema(schema, &newtype.ty, depth - 1),
            },
        }
    }

    /// A struct has the properties of the schema, and no others except those of the other direction.
    fn fields(&self, views: &[View], body: &Struct, depth: usize) -> bool {
        let wires: BTreeSet<&str> = body.fields.iter().map(|field| field.wire.as_str()).collect();
        let all: BTreeSet<&str> =
            views.iter().flat_map(|view| view.properties.iter().map(|(name, _)| name.as_str())).collect();
        let Some(view) = views.get(1) else { return true };
        let has = view.properties.iter().all(|(name, _)| wires.contains(name.as_str()));
        has && wires.is_subset(&all)
            && body.fields.iter().all(|field| {
                let property = view.properties.iter().find(|(name, _)| *name == field.wire);
                property.is_none_or(|(_, schema)| self.schema(schema, &field.ty, depth - 1))
            })
    }
}

/// The structure of a schema's values, with `$ref` and `allOf` resolved.
#[derive(Default)]
struct View {
    types: BTreeSet<String>,
    properties: Vec<(String, SchemaRef)>,
    items: Option<SchemaRef>,
    values: Vec<Value>,
    /// Whether it has alternatives of its own, so that it is no single structure.
    open: bool,
}

impl View {
    fn new(document: &Document, schema: &SchemaRef, direction: Direction) -> Self {
        let mut view = Self::default();
        view.add(document, schema, direction, 0);
        view
    }

    fn add(&mut self, document: &Document, schema: &SchemaRef, direction: Direction, depth: usize) {
        const DEEPEST: usize = 32;
        let Some(Value::Object(keywords)) = document.schema(schema, direction) else { return };
        if depth > DEEPEST {
            self.open = true;
            return;
        }
        if let Some(target) = keywords.get("$ref").and_then(Value::as_str).and_then(pointer) {
            self.add(document, &target, direction, depth + 1);
        }
        for (index, _) in keywords.get("allOf").and_then(Value::as_array).into_iter().flatten().enumerate() {
            self.add(document, &schema.child("allOf").child(&index.to_string()), direction, depth + 1);
        }
        let types = match keywords.get("type") {
            Some(Value::String(name)) => vec![name.clone()],
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => Vec::new(),
        };
        self.types.extend(types.into_iter().filter(|name| name != "null"));
        for (name, property) in keywords.get("properties").and_then(Value::as_object).into_iter().flatten() {
            // A forbidden value is not a property: this is how the properties of the other direction are excluded.
            if *property != Value::Bool(false) {
                self.properties.push((name.clone(), schema.child("properties").child(name)));
            }
        }
        if keywords.contains_key("items") {
            self.items = Some(schema.child("items"));
        }
        if let Some(values) = keywords.get("enum").and_then(Value::as_array) {
            self.values.extend(values.iter().cloned());
        }
        self.values.extend(keywords.get("const").cloned());
        self.open |= keywords.contains_key("oneOf") || keywords.contains_key("anyOf");
    }
}
