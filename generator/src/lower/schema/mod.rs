//! Types: from schemas to what they are in Rust. References and recursion end here; each kind of type has a file.

mod all_of;
mod enumeration;
mod limits;
mod object;
mod union;

pub use object::renamed;

use super::model::{Docs, Inner, Shape, Type, TypeId, TypeKind};
use super::{Lower, docs, names};
use crate::accounting::Ledger;
use crate::diagnostic::Location;
use crate::load::{Additional, JsonType, Keyword, Node, Schema, Sub, integer};
use union::is_typed;

/// The name of an operation's answer.
pub const RESPONSE: &str = "Response";

/// Stack that is kept free, and that is added where less is left: types can refer to each other in chains of thousands.
const STACK: (usize, usize) = (256 << 10, 4 << 20);

/// What a schema turned into.
#[derive(Debug, Clone)]
pub struct Lowered<'a> {
    /// The type, without what makes it nullable.
    pub ty: Type,
    /// Whether null is a value of it.
    pub nullable: bool,
    /// What is checked.
    pub shape: Shape,
    /// Its words.
    pub description: Keyword<'a, &'a str>,
    /// Whether these are the words of a shared type, which stand whole there.
    pub words_of_type: bool,
    /// What its keywords add to them.
    pub facts: Vec<String>,
    /// Its example.
    pub example: Keyword<'a, &'a Node>,
    pub deprecated: bool,
    pub read_only: bool,
    pub write_only: bool,
}

impl<'a> Lowered<'a> {
    pub fn plain(ty: Type) -> Self {
        Self {
            ty,
            nullable: false,
            shape: Shape::default(),
            description: None,
            words_of_type: false,
            facts: Vec::new(),
            example: None,
            deprecated: false,
            read_only: false,
            write_only: false,
        }
    }

    /// The type with its nullability, for elements of lists and the like.
    pub fn element(self) -> Type {
        if self.nullable && self.ty != Type::Value { Type::Nullable(Box::new(self.ty)) } else { self.ty }
    }

    /// Docs of something of this type.
    pub fn docs(&self, own: Option<&str>, ledger: &Ledger, fallback: impl FnOnce() -> String) -> Docs {
        let mut facts = self.facts.clone();
        if self.ty != Type::Secret {
            facts.extend(docs::example(self.example.map(|example| example.value.to_json()).as_ref()));
            self.example.iter().for_each(|example| ledger.take(example.at));
        }
        let words = match (own, &self.ty) {
            (Some(own), _) => Some(own.to_owned()),
            (None, Type::Named(_)) if self.words_of_type => {
                self.description.map(|words| docs::first_paragraph(words.value))
            }
            _ => ledger.value(&self.description).map(str::to_owned),
        };
        docs::with_facts(words.as_deref(), facts, fallback)
    }
}

/// What an inline type would be called.
#[derive(Debug, Clone)]
pub struct Naming {
    /// Name of what contains it (`ListGateways`).
    pub parent: String,
    /// Its own name there (`Data`); empty if the parent's name is enough.
    pub name: String,
}

impl Naming {
    pub fn new(parent: &str, name: &str) -> Self {
        Self { parent: parent.to_owned(), name: name.to_owned() }
    }

    fn full_name(&self) -> String {
        format!("{}{}", self.parent, names::camel_or_nothing(&self.name))
    }
}

/// A component that is lowered, or being lowered.
#[derive(Debug, Clone)]
pub(super) enum Component<'a> {
    /// Being lowered; its definition's id, if it has one already.
    Open(Option<TypeId>),
    Done(Box<Lowered<'a>>),
}

/// What makes inline types equal: what they say, and what they would be called.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Inline<'a> {
    Object(String, Box<Schema<'a>>),
    Union(String, Box<Schema<'a>>),
    Enum(String, Vec<&'a Node>, Option<&'a Node>),
}

impl<'a> Lower<'a, '_> {
    /// Lowers a schema or a reference to one.
    pub fn schema(&mut self, schema: &Sub<'a>, naming: &Naming) -> Lowered<'a> {
        match schema.reference() {
            Some(reference) => self.reference(reference.value, reference.at, naming),
            None => self.item(schema.read(), naming, None),
        }
    }

    fn reference(&mut self, name: &'a str, at: &'a Location, naming: &Naming) -> Lowered<'a> {
        self.ledger.take(at);
        match self.components.get(name) {
            Some(Component::Done(lowered)) => return lowered.as_ref().clone(),
            Some(Component::Open(Some(id))) => {
                return Lowered {
                    shape: Shape { inner: Inner::Object(*id), ..Shape::default() },
                    ..Lowered::plain(Type::Named(*id))
                };
            }
            Some(Component::Open(None)) => {
                self.unsupported(
                    "endless-type",
                    format!("`{name}` contains itself without an object in between"),
                    at,
                    "it is read as any JSON there",
                );
                return Lowered::plain(Type::Value);
            }
            None => {}
        }
        let Some(entry) = self.loaded.component("schemas", name) else {
            self.unsupported("foreign-ref", format!("there is no schema `{name}`"), at, "it is read as any JSON");
            return Lowered::plain(Type::Value);
        };
        self.components.insert(name, Component::Open(None));
        let rust = self.component_names.get(name).cloned().unwrap_or_else(|| names::camel(name));
        let inside = Naming::new(&rust, "");
        let schema = Sub::of(entry);
        let (free, more) = STACK;
        let mut lowered = stacker::maybe_grow(free, more, || match schema.reference() {
            Some(alias) => self.reference(alias.value, alias.at, naming),
            None => self.item(schema.read(), &inside, Some(name)),
        });
        lowered.words_of_type = true;
        self.components.insert(name, Component::Done(Box::new(lowered.clone())));
        lowered
    }

    fn item(&mut self, schema: Schema<'a>, naming: &Naming, component: Option<&'a str>) -> Lowered<'a> {
        let mut lowered = self.kind(&schema, naming, component);
        lowered.nullable |= self.take(&schema.nullable) == Some(true);
        lowered.deprecated = self.take(&schema.deprecated) == Some(true);
        lowered.read_only = self.take(&schema.read_only) == Some(true);
        lowered.write_only = self.take(&schema.write_only) == Some(true);
        if schema.description.is_some() {
            lowered.description = schema.description;
        }
        lowered.facts = match lowered.ty {
            Type::Named(id) if !matches!(self.types[id].kind, TypeKind::Struct(_)) => {
                docs::facts(&Schema { default: schema.default, ..Schema::any(schema.at.at) }, self.ledger)
            }
            Type::Named(_) => Vec::new(),
            _ => docs::facts(&schema, self.ledger),
        };
        lowered.example = schema.example;
        if let Some(not) = &schema.not {
            self.unsupported(
                "not",
                "`not` is not checked".to_owned(),
                not.at,
                "values that it excludes are sent as they are",
            );
        }
        lowered
    }

    fn kind(&mut self, schema: &Schema<'a>, naming: &Naming, component: Option<&'a str>) -> Lowered<'a> {
        if !schema.enumeration.is_empty()
            && let Some(lowered) = self.enumeration(schema, naming, component)
        {
            return lowered;
        }
        if !schema.all_of.is_empty() {
            return self.all_of(schema, naming, component);
        }
        let mut schema = schema.clone();
        // Alternatives that only say which fields must be there are no types.
        for (keyword, alternatives) in [("oneOf", &mut schema.one_of), ("anyOf", &mut schema.any_of)] {
            let constraints: Vec<Sub<'a>> = alternatives.extract_if(.., |part| !is_typed(part)).collect();
            for part in constraints {
                self.unsupported(
                    "required-alternatives",
                    format!("an alternative of `{keyword}` that only differs in `required` is not checked"),
                    part.at(),
                    "a value that meets none of them is sent as it is",
                );
            }
        }
        if !schema.one_of.is_empty() || !schema.any_of.is_empty() {
            if schema.properties.0.is_empty() {
                return self.union(&schema, naming, component);
            }
            for part in schema.one_of.iter().chain(&schema.any_of) {
                self.unsupported(
                    "union-beside-properties",
                    "`oneOf` or `anyOf` stands beside `properties`".to_owned(),
                    part.at(),
                    "the alternative's own fields are kept as untyped JSON",
                );
            }
            if schema.additional.is_none() {
                schema.additional = Some(anything(schema.at.at));
            }
        }
        let ty = self.take(&schema.ty).or_else(|| infer(&schema));
        match ty {
            Some(JsonType::String) => self.string(&schema, naming),
            Some(JsonType::Boolean) => Lowered::plain(Type::Bool),
            Some(JsonType::Integer) => {
                Lowered { shape: self.limits(&schema), ..Lowered::plain(integer_type(&schema, self.ledger)) }
            }
            Some(JsonType::Number) => Lowered { shape: self.limits(&schema), ..Lowered::plain(Type::F64) },
            Some(JsonType::Array) => self.array(&schema, naming),
            Some(JsonType::Object) => self.object(&schema, naming, component),
            None => Lowered::plain(Type::Value),
        }
    }

    fn string(&mut self, schema: &Schema<'a>, naming: &Naming) -> Lowered<'a> {
        if self.take(&schema.sensitive) == Some(true) {
            return Lowered { shape: self.limits(schema), ..Lowered::plain(Type::Secret) };
        }
        if let Some(json) = self.take(&schema.json) {
            let inner = self.schema(&json, naming);
            return Lowered::plain(Type::JsonText(Box::new(inner.element())));
        }
        Lowered { shape: self.limits(schema), ..Lowered::plain(Type::String) }
    }

    fn array(&mut self, schema: &Schema<'a>, naming: &Naming) -> Lowered<'a> {
        let element = match self.take(&schema.items) {
            Some(items) => self.schema(&items, &Naming::new(&naming.parent, &names::singular(&naming.name))),
            None => Lowered::plain(Type::Value),
        };
        let shape = Shape {
            inner: Inner::List(Box::new(element.shape.clone())),
            min_items: self.take(&schema.min_items).filter(|n| *n > 0),
            max_items: self.take(&schema.max_items),
            unique: self.take(&schema.unique_items) == Some(true),
            ..Shape::default()
        };
        Lowered { shape, ..Lowered::plain(Type::List(Box::new(element.element()))) }
    }
}

/// `additionalProperties: true`, where it goes without saying.
fn anything(at: &Location) -> crate::load::Placed<'_, Additional<'_>> {
    crate::load::Placed { value: Additional::Allowed(true), at }
}

fn integer_type(schema: &Schema<'_>, ledger: &Ledger) -> Type {
    let beyond = |limit: i128| {
        schema.maximum.is_some_and(|maximum| match integer(maximum.value) {
            Some(maximum) => maximum > limit,
            None => maximum.value.as_f64().is_some_and(|maximum| maximum > limit as f64),
        })
    };
    match ledger.value(&schema.format) {
        Some("uint64") => Type::U64,
        // A bound outside the format's range contradicts the format; the bound wins.
        Some("int32") if !beyond(i32::MAX.into()) => Type::I32,
        _ if beyond(i64::MAX.into()) => Type::U64,
        _ => Type::I64,
    }
}

fn infer(schema: &Schema<'_>) -> Option<JsonType> {
    if !schema.properties.0.is_empty()
        || matches!(&schema.additional, Some(additional) if matches!(additional.value, Additional::Of(_)))
    {
        Some(JsonType::Object)
    } else if schema.items.is_some() {
        Some(JsonType::Array)
    } else if !schema.enumeration.is_empty() && schema.enumeration.iter().all(|value| value.value.as_str().is_some()) {
        Some(JsonType::String)
    } else {
        None
    }
}
