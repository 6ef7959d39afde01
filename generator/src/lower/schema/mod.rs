//! Types: from schemas to Rust types. Resolves references and recursion; each kind of type has a file.

mod all_of;
mod annotated;
mod conditions;
mod enumeration;
mod family;
mod limits;
mod numbers;
mod object;
mod overlap;
mod recursion;
mod rules;
mod tuple;
mod union;

pub use family::children;
pub use object::renamed;
pub(super) use recursion::Flags;
pub use tuple::is_never;
pub(super) use union::is_null;

use std::sync::Arc;

use super::model::{Constant, Docs, Inner, Shape, Type, TypeId, TypeKind};
use super::{Lower, docs, names};
use crate::accounting::{Ledger, Reason};
use crate::diagnostic::Location;
use crate::load::{Additional, JsonType, Keyword, Kind, Node, Placed, Schema, Sub, Value, integer, nearest};
use crate::stack::recurse;
use union::is_typed;

/// The suffix for the type of an operation's response.
pub const RESPONSE: &str = "Response";

/// Maximum nesting of lists and maps without a named type in between.
const DEEPEST_TYPE: usize = 32;

/// The result of lowering a schema.
#[derive(Debug, Clone)]
pub struct Lowered<'a> {
    /// The type, without nullability.
    pub ty: Type,
    /// Whether null is a value of it.
    pub nullable: bool,
    /// What is checked.
    pub shape: Shape,
    /// The possible values, if they are listed.
    pub values: Vec<Constant>,
    /// Its description and annotations.
    pub description: Keyword<'a, &'a str>,
    /// Whether the description is that of a shared type, which contains all of it.
    pub words_of_type: bool,
    /// The facts from its keywords.
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
            values: Vec::new(),
            description: None,
            words_of_type: false,
            facts: Vec::new(),
            example: None,
            deprecated: false,
            read_only: false,
            write_only: false,
        }
    }

    /// The only possible value, if there is exactly one.
    pub fn constant(&self) -> Option<Constant> {
        match self.values.as_slice() {
            [only] if !self.nullable => Some(only.clone()),
            _ => None,
        }
    }

    /// The type with its nullability, for elements of lists and the like.
    pub fn element(self) -> Type {
        if self.nullable && self.ty != Type::Value { Type::Nullable(Box::new(self.ty)) } else { self.ty }
    }

    /// The docs of an item with this type.
    pub fn docs(&self, own: Option<&str>, ledger: &Ledger, fallback: impl FnOnce() -> String) -> Docs {
        let mut facts = self.facts.clone();
        if let Some(example) = self.example {
            let shown = docs::example(Some(&example.value.to_json())).filter(|_| self.ty != Type::Secret);
            match shown {
                Some(_) => ledger.take(example.at),
                None => ledger.ignore(example.at, Reason::FurtherExample),
            }
            facts.extend(shown);
        }
        let words = match (own, self.description) {
            // A sentence is enough for a shared type, which has the whole description.
            (None, Some(words)) if self.words_of_type && ledger.has(words.at) => {
                Some(docs::first_sentence(words.value))
            }
            (Some(own), Some(words))
                if !(self.words_of_type && matches!(self.ty, Type::Named(_)) || own.contains(words.value.trim())) =>
            {
                ledger.take(words.at);
                Some(format!("{}\n\n{}", own.trim(), words.value.trim()))
            }
            (Some(own), words) => {
                words.iter().for_each(|words| ledger.ignore(words.at, Reason::Base));
                Some(own.to_owned())
            }
            (None, words) => ledger.value(&words).map(str::to_owned),
        };
        docs::with_facts(words.as_deref(), facts, fallback)
    }
}

/// The preferred name of an inline type.
#[derive(Debug, Clone)]
pub struct Naming {
    /// The name of the enclosing type (`ListGateways`).
    pub parent: String,
    /// Its name within that (`Data`); empty if the parent's name is enough.
    pub name: String,
}

impl Naming {
    pub fn new(parent: &str, name: &str) -> Self {
        Self { parent: parent.to_owned(), name: name.to_owned() }
    }

    fn full_name(&self) -> String {
        match self.name.as_str() {
            "" => self.parent.clone(),
            name => names::joined(&self.parent, &names::camel(name)),
        }
    }
}

/// The state of lowering a component.
#[derive(Debug, Clone)]
pub(super) enum Component<'a> {
    /// In progress; with the id of its definition, if it has one already.
    Open(Option<TypeId>),
    Done(Box<Lowered<'a>>),
}

/// The identity of inline types: their content and preferred name.
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
            Some(reference) => self.reference(reference.value, reference.at),
            None => self.item(schema.read(), naming, None),
        }
    }

    fn reference(&mut self, name: &'a str, at: &'a Location) -> Lowered<'a> {
        self.ledger.take(at);
        self.component(name, at)
    }

    /// A component, as used at a location.
    pub(in crate::lower) fn component(&mut self, name: &'a str, at: &'a Location) -> Lowered<'a> {
        match self.components.get(name) {
            Some(Component::Done(lowered)) => return lowered.as_ref().clone(),
            Some(Component::Open(id)) => return self.within_itself(name, *id, at),
            None => {}
        }
        let Some(entry) = self.loaded.component("schemas", name) else {
            self.unsupported("foreign-ref", format!("there is no schema `{name}`"), at, "values are untyped JSON");
            return Lowered::plain(Type::Value);
        };
        self.components.insert(name, Component::Open(None));
        let rust = self.component_names.get(name).cloned().unwrap_or_else(|| names::camel(name));
        let inside = Naming::new(&rust, "");
        let schema = Sub::of(entry);
        let mut lowered = match self.own_type(name, entry) {
            Some(own) => own,
            None => recurse(|| match schema.reference() {
                Some(alias) => self.reference(alias.value, alias.at),
                None => self.item(schema.read(), &inside, Some(name)),
            }),
        };
        self.close(name, &mut lowered);
        lowered.words_of_type = true;
        self.components.insert(name, Component::Done(Box::new(lowered.clone())));
        lowered
    }

    fn item(&mut self, mut schema: Schema<'a>, naming: &Naming, component: Option<&'a str>) -> Lowered<'a> {
        self.merge_annotations(&mut schema);
        let mut lowered = recurse(|| self.kind(&schema, naming, component));
        self.limit(&schema, &lowered.ty, &mut lowered.shape);
        if !schema.enumeration.is_empty() {
            lowered.values = constants(&schema);
        }
        lowered.nullable |= self.take(&schema.nullable) == Some(true);
        let mut values = schema.enumeration.iter().map(|value| value.value.value.is_null());
        lowered.nullable |= values.len() > 0 && values.all(|null| null);
        lowered.nullable |= schema.enumeration.iter().any(|value| value.value.value.is_null());
        lowered.deprecated |= self.take(&schema.deprecated) == Some(true);
        lowered.read_only |= self.take(&schema.read_only) == Some(true);
        lowered.write_only |= self.take(&schema.write_only) == Some(true);
        if let Some(words) = schema.description {
            lowered.description = Some(words);
        }
        for words in &schema.further_descriptions {
            self.ledger.take(words.at);
            lowered.facts.push(words.value.trim().to_owned());
        }
        lowered.facts.extend(self.flags(&schema));
        lowered.facts.extend(self.listed_values(&schema, &lowered.ty));
        lowered.facts.extend(match &lowered.ty {
            Type::Named(id) if matches!(self.types[*id].kind, TypeKind::StringEnum(_) | TypeKind::IntegerEnum(_)) => {
                docs::facts(&schema.only_annotations(), &lowered.ty, self.ledger)
            }
            // The length of a tuple is part of its type.
            Type::Named(id) if matches!(self.types[*id].kind, TypeKind::Tuple(_)) => {
                let words = Schema { min_items: None, max_items: None, ..schema.clone() };
                docs::facts(&words, &lowered.ty, self.ledger)
            }
            ty => docs::facts(&schema, ty, self.ledger),
        });
        if let (Some(earlier), Some(_)) = (lowered.example, schema.example) {
            self.ledger.ignore(earlier.at, Reason::FurtherExample);
        }
        lowered.example = schema.example.or(lowered.example);
        self.unknown(&schema);
        self.add_rules(&schema, &mut lowered);
        lowered
    }

    /// Notes for its flags.
    fn flags(&self, schema: &Schema<'a>) -> Vec<String> {
        let words = [
            (schema.nullable, "May be null."),
            (schema.read_only, "Set by the service only."),
            (schema.write_only, "Never returned."),
            (schema.deprecated, "Deprecated."),
        ];
        let set = words.into_iter().filter(|(flag, _)| flag.is_some_and(|flag| flag.value));
        set.map(|(_, words)| words.to_owned()).collect()
    }

    /// The values of an enum without a type of its own, as text.
    fn listed_values(&self, schema: &Schema<'a>, ty: &Type) -> Option<String> {
        let values = schema.enumeration.iter().map(|value| value.value.to_json().to_string().replace('`', "'"));
        let values: Vec<String> = values.collect();
        schema.enumeration.iter().for_each(|value| self.ledger.take(value.at));
        (!matches!(ty, Type::Named(_)) && !values.is_empty()).then(|| {
            format!("One of {}.", values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", "))
        })
    }

    /// Leaves out unknown keywords.
    pub(in crate::lower) fn unknown(&mut self, schema: &Schema<'a>) {
        for keyword in &schema.unknown {
            let Some(effect) = unknown_keyword(keyword.value) else { continue };
            let message = format!("the keyword `{}` of a schema is not supported", keyword.value);
            let near = nearest(keyword.value, Kind::Schema.fields().iter().map(|field| field.name));
            let help = near.filter(|_| effect == IGNORED).map(|near| format!("did you mean `{near}`?"));
            self.leave_out("unknown-keyword", message, keyword.at, effect, help);
        }
    }

    fn kind(&mut self, schema: &Schema<'a>, naming: &Naming, component: Option<&'a str>) -> Lowered<'a> {
        if !schema.all_of.is_empty() {
            return self.all_of(schema, naming, component);
        }
        if let Some((schema, annotations)) = self.annotated(schema) {
            let lowered = self.enumeration(&schema, naming, component, &annotations);
            return lowered.unwrap_or_else(|| Lowered::plain(Type::Value));
        }
        if !schema.enumeration.is_empty()
            && let Some(lowered) = self.enumeration(schema, naming, component, &[])
        {
            for part in schema.one_of.iter().chain(&schema.any_of) {
                let message = "`oneOf` or `anyOf` next to `enum`".to_owned();
                self.unsupported("union-beside-enum", message, part.at(), "the listed values apply");
            }
            return lowered;
        }
        let mut schema = schema.clone();
        // Alternatives that only list required fields are rules rather than types.
        let lists = [&mut schema.one_of, &mut schema.any_of].into_iter().chain(&mut schema.further_unions);
        for alternatives in lists {
            let typed = alternatives.iter().any(is_typed);
            alternatives.retain(|part| is_typed(part) || typed && part.read().ty.is_some());
        }
        spell_out(&mut schema);
        self.conditional(&mut schema);
        if !schema.one_of.is_empty() || !schema.any_of.is_empty() {
            if let Some(choices) = self.spread(&schema, component) {
                return self.union(&schema, choices, naming, component);
            }
            let lists = std::mem::take(&mut schema.any_of).into_iter().chain(schema.further_unions.drain(..).flatten());
            for part in lists {
                self.unsupported(
                    "two-unions",
                    "several lists of alternatives, with too many combinations".to_owned(),
                    part.at(),
                    "its fields are kept as untyped JSON",
                );
            }
            schema.additional.get_or_insert_with(|| anything(schema.at.at));
            if let Some(choices) = self.spread(&schema, component) {
                return self.union(&schema, choices, naming, component);
            }
        }
        if let Some(component) = component
            && let Some(choices) = self.family(&schema, component)
        {
            return self.union(&schema, choices, naming, Some(component));
        }
        let ty = self.take(&schema.ty).or_else(|| infer(&schema));
        if ty != Some(JsonType::Object) {
            self.ignore_discriminator(&schema);
        }
        match ty {
            Some(JsonType::String) => self.string(&schema, naming),
            Some(JsonType::Boolean) => Lowered::plain(Type::Bool),
            Some(JsonType::Integer) => Lowered::plain(self.integer(&schema)),
            Some(JsonType::Number) if numbers::is_integer(&schema) => Lowered::plain(self.integer(&schema)),
            Some(JsonType::Number) => {
                self.inexact(&schema);
                Lowered::plain(Type::F64)
            }
            Some(JsonType::Array) if !schema.prefix.is_empty() => self.tuple(&schema, naming, component),
            Some(JsonType::Array) => self.array(&schema, naming),
            Some(JsonType::Object) => self.object(schema, naming, component),
            None => Lowered::plain(Type::Value),
        }
    }

    fn string(&mut self, schema: &Schema<'a>, naming: &Naming) -> Lowered<'a> {
        let is_password = schema.format.is_some_and(|format| format.value == "password");
        if self.take(&schema.sensitive).unwrap_or(is_password) {
            return Lowered::plain(Type::Secret);
        }
        if let Some(json) = self.take(&schema.json) {
            let at = schema.json.as_ref().map_or(schema.at.at, |json| json.at);
            let inner = self.element(&json, naming, at);
            return Lowered::plain(Type::JsonText(Box::new(inner.element())));
        }
        let Some(content) = &schema.content_schema else { return self.text(schema) };
        let is_json = schema.content_media_type.is_some_and(|media| super::body::is_json(media.value));
        if !is_json || schema.content_encoding.is_some() {
            let message = "`contentSchema` of a string that is not plain JSON".to_owned();
            self.unsupported("content-schema", message, content.at, "the string is passed and returned unchanged");
            return Lowered::plain(Type::String);
        }
        self.ledger.take(content.at);
        self.take(&schema.content_media_type);
        let inner = self.element(&content.value, naming, content.at);
        Lowered::plain(Type::JsonText(Box::new(inner.element())))
    }

    /// A string with its format.
    fn text(&self, schema: &Schema<'a>) -> Lowered<'a> {
        let Some(format) = schema.format.and_then(|format| self.choices.formats.typed(format.value)) else {
            return Lowered::text();
        };
        let shape = Shape { format: format.check().map(|_| format), ..Shape::default() };
        Lowered { shape, ..Lowered::plain(Type::Formatted(format)) }
    }

    fn array(&mut self, schema: &Schema<'a>, naming: &Naming) -> Lowered<'a> {
        let further = match &schema.unevaluated_items {
            Some(further) if schema.items.is_none() => {
                self.ledger.take(further.at);
                match &further.value {
                    Additional::Of(values) => Some(Placed { value: values.clone(), at: further.at }),
                    Additional::Allowed(_) => None,
                }
            }
            // Nothing more specific applies to it.
            further => {
                further.iter().for_each(|it| self.ledger.ignore(it.at, Reason::OtherType));
                None
            }
        };
        let items = schema.items.clone().or(further);
        let element = match self.take(&items) {
            Some(items_schema) => {
                let at = items.as_ref().map_or(schema.at.at, |items| items.at);
                let items = items_schema;
                self.element(&items, &Naming::new(&naming.parent, &names::singular(&naming.name)), at)
            }
            None => Lowered::plain(Type::Value),
        };
        let facts = self.element_description(&element);
        let shape = Shape { inner: Inner::List(Box::new(element.shape.clone())), ..Shape::default() };
        Lowered { shape, facts, ..Lowered::plain(Type::List(Box::new(element.element()))) }
    }

    /// The type of a list's or map's elements: beyond the maximum nesting any JSON, as such a type would be unusable,
    /// and later stages need not support it.
    pub(super) fn element(&mut self, schema: &Sub<'a>, naming: &Naming, at: &'a Location) -> Lowered<'a> {
        let element = self.schema(schema, naming);
        let around = element.ty.layers().filter(|ty| matches!(ty, Type::List(_) | Type::Map(_) | Type::JsonText(_)));
        if around.count() < DEEPEST_TYPE {
            return element;
        }
        let message = format!("more than {DEEPEST_TYPE} unnamed lists and maps are nested in each other");
        self.unsupported("deep-type", message, at, "the inner values are untyped JSON");
        Lowered::plain(Type::Value)
    }

    /// The description of a list's elements or a map's values, if they have no type with it.
    fn element_description(&self, element: &Lowered<'a>) -> Vec<String> {
        let at_type =
            matches!(element.ty, Type::Named(_)) && element.description.is_some_and(|it| self.ledger.has(it.at));
        let words = match at_type {
            true if element.words_of_type => {
                element.example.iter().for_each(|example| self.ledger.ignore(example.at, Reason::FurtherExample));
                return Vec::new();
            }
            true => Lowered { description: None, ..element.clone() }.docs(None, self.ledger, String::new),
            false => element.docs(None, self.ledger, String::new),
        };
        let words = words.join("\n");
        let words = words.trim();
        if words.is_empty() { Vec::new() } else { vec![format!("Each: {words}")] }
    }
}

/// The effect on a keyword that no version of OpenAPI or JSON Schema defines.
const IGNORED: &str = "ignored";

/// The effect on an unknown keyword; `None` for those that only matter to tools.
fn unknown_keyword(keyword: &str) -> Option<&'static str> {
    Some(match keyword {
        "$schema" | "$id" | "$anchor" | "$dynamicAnchor" | "$recursiveAnchor" | "$comment" | "$defs"
        | "definitions" | "$vocabulary" => return None,
        "additionalItems" => "only `items` determines the type of elements",
        "dependencies" => "values are sent without this check",
        _ => IGNORED,
    })
}

/// The implicit `additionalProperties: true`.
fn anything(at: &Location) -> Placed<'_, Additional<'_>> {
    Placed { value: Additional::Allowed(true), at }
}

fn infer(schema: &Schema<'_>) -> Option<JsonType> {
    let further = [&schema.additional, &schema.unevaluated].into_iter().flatten();
    if !schema.properties.0.is_empty()
        || !schema.patterns.0.is_empty()
        || !schema.required.is_empty()
        || further.into_iter().any(|further| matches!(further.value, Additional::Of(_)))
    {
        return Some(JsonType::Object);
    }
    if schema.items.is_some() || !schema.prefix.is_empty() {
        return Some(JsonType::Array);
    }
    if schema.content_encoding.is_some() || schema.content_media_type.is_some() {
        return Some(JsonType::String);
    }
    let mut kinds =
        schema.enumeration.iter().map(|value| value.value).filter(|value| !value.value.is_null()).map(|value| {
            match value {
                value if value.as_str().is_some() => Some(JsonType::String),
                value if value.as_bool().is_some() => Some(JsonType::Boolean),
                value if value.as_number().is_some() => Some(JsonType::Number),
                _ => None,
            }
        });
    let first = kinds.next()??;
    kinds.all(|kind| kind == Some(first)).then_some(first)
}

/// Expands a constant object or list to the schema of its content.
fn spell_out(schema: &mut Schema<'_>) {
    let [constant] = schema.enumeration.as_slice() else { return };
    let constant = constant.value;
    let at = schema.at.at;
    let part = |node, at| {
        let enumeration = vec![Placed { value: node, at }];
        Sub::Merged(Arc::new(Schema { enumeration, ..Schema::any(at) }))
    };
    match &constant.value {
        Value::Object(entries) if schema.properties.0.is_empty() && schema.additional.is_none() => {
            let properties = entries.iter().map(|(name, entry)| (name.as_str(), part(&entry.node, &entry.key)));
            schema.properties.0 = properties.collect();
        }
        Value::Array(items) if schema.items.is_none() && schema.prefix.is_empty() && !items.is_empty() => {
            schema.prefix = items.iter().map(|item| part(item, &item.location)).collect();
            let count = Some(Placed { value: items.len(), at });
            (schema.min_items, schema.max_items) = (count, count);
        }
        _ => {}
    }
}

/// A schema with these alternatives.
fn either<'a>(parts: Vec<Sub<'a>>, at: &'a Location) -> Sub<'a> {
    Sub::Merged(Arc::new(Schema { any_of: parts, ..Schema::any(at) }))
}

/// The values listed in a schema, except null; empty if there are values other than strings, integers and booleans.
fn constants(schema: &Schema<'_>) -> Vec<Constant> {
    let constant = |node: &Node| {
        let text = node.as_str().map(|text| Constant::Text(text.to_owned()));
        let integer = || node.as_number().and_then(integer).and_then(|integer| i64::try_from(integer).ok());
        text.or_else(|| node.as_bool().map(Constant::Flag)).or_else(|| integer().map(Constant::Integer))
    };
    let listed = schema.enumeration.iter().map(|value| value.value).filter(|value| !value.value.is_null());
    listed.map(constant).collect::<Option<_>>().unwrap_or_default()
}
