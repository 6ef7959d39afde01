//! Types: from schemas to what they are in Rust. References and recursion end here; each kind of type has a file.

mod all_of;
mod enumeration;
mod object;
mod union;

pub use object::renamed;

use openapiv3::{AdditionalProperties, AnySchema, ReferenceOr, Schema, SchemaData};
use serde_json::Value;

use super::model::{Docs, Inner, Shape, Type, TypeId, TypeKind};
use super::view::view;
use super::{Lower, docs, names};
use union::is_typed;

/// Schemas nested deeper than this are taken for any JSON.
const DEPTH: usize = 64;

/// The name of an operation's answer.
pub const RESPONSE: &str = "Response";

/// What a schema turned into.
#[derive(Debug, Clone)]
pub struct Lowered {
    /// The type, without what makes it nullable.
    pub ty: Type,
    /// Whether null is a value of it.
    pub nullable: bool,
    /// What is checked.
    pub shape: Shape,
    /// Its own words.
    pub description: Option<String>,
    /// What its keywords add to them.
    pub facts: Vec<String>,
    /// Its example.
    pub example: Option<Value>,
    pub deprecated: bool,
    pub read_only: bool,
}

impl Lowered {
    fn plain(ty: Type) -> Self {
        Self {
            ty,
            nullable: false,
            shape: Shape::default(),
            description: None,
            facts: Vec::new(),
            example: None,
            deprecated: false,
            read_only: false,
        }
    }

    /// The type with its nullability, for elements of lists and the like.
    pub fn element(self) -> Type {
        if self.nullable && self.ty != Type::Value { Type::Nullable(Box::new(self.ty)) } else { self.ty }
    }

    /// Docs of something of this type.
    pub fn docs(&self, own: Option<&str>, fallback: impl FnOnce() -> String) -> Docs {
        let mut facts = self.facts.clone();
        if self.ty != Type::Secret {
            facts.extend(docs::example(self.example.as_ref()));
        }
        // The description of a named type stands at the type; its first line serves a field that says nothing.
        let named = self.description.as_deref().map(|text| text.lines().next().unwrap_or_default());
        let description = own.or(if matches!(self.ty, Type::Named(_)) { named } else { self.description.as_deref() });
        docs::with_facts(description, facts, fallback)
    }
}

/// Where a schema stands: its pointer, and what an inline type there would be called.
#[derive(Debug, Clone)]
pub struct At {
    /// JSON pointer, for diagnostics.
    pub pointer: String,
    /// Name of what contains it (`ListGateways`).
    pub parent: String,
    /// Its own name there (`Data`); empty if the parent's name is enough.
    pub name: String,
    depth: usize,
}

impl At {
    pub fn new(pointer: String, parent: &str, name: &str) -> Self {
        Self { pointer, parent: parent.to_owned(), name: name.to_owned(), depth: 0 }
    }

    /// A place inside, by the tokens that lead there.
    pub fn inside(&self, tokens: &[&str], parent: &str, name: &str) -> Self {
        Self {
            pointer: pointer(&self.pointer, tokens),
            parent: parent.to_owned(),
            name: name.to_owned(),
            depth: self.depth + 1,
        }
    }

    fn full_name(&self) -> String {
        format!("{}{}", self.parent, names::camel_or_nothing(&self.name))
    }
}

/// A JSON pointer, extended by tokens.
pub fn pointer(base: &str, tokens: &[&str]) -> String {
    tokens.iter().fold(base.to_owned(), |mut pointer, token| {
        pointer.push('/');
        pointer.push_str(&token.replace('~', "~0").replace('/', "~1"));
        pointer
    })
}

/// A component that is lowered, or being lowered.
#[derive(Debug, Clone)]
pub(super) enum Component {
    /// Being lowered; its definition's id, if it has one already.
    Open(Option<TypeId>),
    Done(Box<Lowered>),
}

impl Lower<'_> {
    /// Lowers a schema or a reference to one.
    pub fn schema(&mut self, schema: &ReferenceOr<Schema>, at: &At) -> Lowered {
        match schema {
            ReferenceOr::Reference { reference } => self.reference(reference, at),
            ReferenceOr::Item(schema) => self.item(schema, at, None),
        }
    }

    fn boxed(&mut self, schema: &ReferenceOr<Box<Schema>>, at: &At) -> Lowered {
        match schema {
            ReferenceOr::Reference { reference } => self.reference(reference, at),
            ReferenceOr::Item(schema) => self.item(schema, at, None),
        }
    }

    fn reference(&mut self, reference: &str, at: &At) -> Lowered {
        let Some(name) = self.component_name(reference) else {
            self.unsupported(
                "foreign-ref",
                format!("the reference `{reference}` does not lead to a schema"),
                &at.pointer,
                "it is read as any JSON",
            );
            return Lowered::plain(Type::Value);
        };
        match self.components.get(&name) {
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
                    &at.pointer,
                    "it is read as any JSON there",
                );
                return Lowered::plain(Type::Value);
            }
            None => {}
        }
        let Some(schema) = self.api.components.as_ref().and_then(|c| c.schemas.get(&name)) else {
            self.unsupported(
                "foreign-ref",
                format!("there is no schema `{name}`"),
                &at.pointer,
                "it is read as any JSON",
            );
            return Lowered::plain(Type::Value);
        };
        self.components.insert(name.clone(), Component::Open(None));
        let rust = self.component_names.get(&name).cloned().unwrap_or_else(|| names::camel(&name));
        let inside = At {
            depth: at.depth + 1,
            ..At::new(format!("/components/schemas/{}", name.replace('~', "~0").replace('/', "~1")), &rust, "")
        };
        let lowered = match schema {
            ReferenceOr::Reference { reference } => self.reference(reference, &inside),
            ReferenceOr::Item(schema) => self.item(schema, &inside, Some(&name)),
        };
        self.components.insert(name, Component::Done(Box::new(lowered.clone())));
        lowered
    }

    /// The component that a reference names, if it names a schema.
    pub fn component_name(&self, reference: &str) -> Option<String> {
        let token = reference.strip_prefix("#/components/schemas/")?;
        Some(token.replace("~1", "/").replace("~0", "~"))
    }

    fn item(&mut self, schema: &Schema, at: &At, component: Option<&str>) -> Lowered {
        let data = &schema.schema_data;
        let mut view = view(schema);
        let mut lowered = if at.depth > DEPTH {
            self.unsupported(
                "deep-schema",
                format!("schemas are nested more than {DEPTH} deep"),
                &at.pointer,
                "it is read as any JSON",
            );
            Lowered::plain(Type::Value)
        } else {
            self.kind(schema, &mut view, at, component)
        };
        lowered.nullable |= data.nullable;
        lowered.deprecated = data.deprecated;
        lowered.read_only = data.read_only;
        if data.description.is_some() {
            lowered.description.clone_from(&data.description);
        }
        lowered.facts = match lowered.ty {
            Type::Named(id) if !matches!(self.types[id].kind, TypeKind::Struct(_)) => {
                docs::facts(&AnySchema::default(), data)
            }
            Type::Named(_) => Vec::new(),
            _ => docs::facts(&view, data),
        };
        lowered.example = data.example.clone();
        if view.not.is_some() {
            self.unsupported(
                "not",
                "`not` is not checked".to_owned(),
                &at.pointer,
                "values that it excludes are sent as they are",
            );
        }
        lowered
    }

    fn kind(&mut self, schema: &Schema, view: &mut AnySchema, at: &At, component: Option<&str>) -> Lowered {
        let data = &schema.schema_data;
        if !view.enumeration.is_empty()
            && let Some(lowered) = self.enumeration(view, data, at, component)
        {
            return lowered;
        }
        if !view.all_of.is_empty() {
            return self.all_of(view, data, at, component);
        }
        // Alternatives that only say which fields must be there are no types.
        if !view.one_of.is_empty() || !view.any_of.is_empty() {
            let before = view.one_of.len() + view.any_of.len();
            view.one_of.retain(is_typed);
            view.any_of.retain(is_typed);
            if view.one_of.len() + view.any_of.len() < before {
                self.unsupported(
                    "required-alternatives",
                    "alternatives that only differ in `required` are not checked".to_owned(),
                    &at.pointer,
                    "a value that meets none of them is sent as it is",
                );
            }
        }
        if !view.one_of.is_empty() || !view.any_of.is_empty() {
            if view.properties.is_empty() {
                return self.union(view, data, at, component);
            }
            self.unsupported(
                "union-beside-properties",
                "`oneOf` or `anyOf` stands beside `properties`".to_owned(),
                &at.pointer,
                "the alternatives' own fields are kept as untyped JSON",
            );
            view.additional_properties.get_or_insert(AdditionalProperties::Any(true));
        }
        let ty = view.typ.clone().unwrap_or_else(|| infer(view).to_owned());
        match ty.as_str() {
            "string" => self.string(view, data, at),
            "boolean" => Lowered::plain(Type::Bool),
            "integer" => Lowered { shape: self.limits(view, at), ..Lowered::plain(integer(view)) },
            "number" => Lowered { shape: self.limits(view, at), ..Lowered::plain(Type::F64) },
            "array" => self.array(view, at),
            "object" => self.object(schema, view, at, component),
            _ => Lowered::plain(Type::Value),
        }
    }

    fn string(&mut self, view: &AnySchema, data: &SchemaData, at: &At) -> Lowered {
        if data.extensions.get("x-sensitive") == Some(&Value::Bool(true)) {
            return Lowered { shape: self.limits(view, at), ..Lowered::plain(Type::Secret) };
        }
        if let Some(json) = data.extensions.get("x-json") {
            match serde_json::from_value::<ReferenceOr<Schema>>(json.clone()) {
                Ok(schema) => {
                    let inner = self.schema(&schema, &at.inside(&["x-json"], &at.parent, &at.name));
                    return Lowered::plain(Type::JsonText(Box::new(inner.element())));
                }
                Err(error) => {
                    self.unsupported(
                        "x-json",
                        format!("`x-json` does not hold a schema: {error}"),
                        &at.pointer,
                        "the text is left as it is",
                    );
                }
            }
        }
        Lowered { shape: self.limits(view, at), ..Lowered::plain(Type::String) }
    }

    fn array(&mut self, view: &AnySchema, at: &At) -> Lowered {
        let element = match &view.items {
            Some(items) => self.boxed(items, &at.inside(&["items"], &at.parent, &names::singular(&at.name))),
            None => Lowered::plain(Type::Value),
        };
        let shape = Shape {
            inner: Inner::List(Box::new(element.shape.clone())),
            min_items: view.min_items.filter(|n| *n > 0),
            max_items: view.max_items,
            unique: view.unique_items == Some(true),
            ..Shape::default()
        };
        Lowered { shape, ..Lowered::plain(Type::List(Box::new(element.element()))) }
    }

    /// The limits that keywords set for strings and numbers.
    fn limits(&mut self, view: &AnySchema, at: &At) -> Shape {
        let pattern = view.pattern.clone().filter(|pattern| match regex_lite::Regex::new(pattern) {
            Ok(_) => true,
            Err(error) => {
                self.unsupported(
                    "pattern",
                    format!("the pattern `{pattern}` cannot be checked: {error}"),
                    &at.pointer,
                    "values are sent without this check",
                );
                false
            }
        });
        Shape {
            min_length: view.min_length.filter(|n| *n > 0),
            max_length: view.max_length,
            minimum: view.minimum.map(|v| (v, view.exclusive_minimum == Some(true))),
            maximum: view.maximum.map(|v| (v, view.exclusive_maximum == Some(true))),
            multiple_of: view.multiple_of,
            pattern,
            ..Shape::default()
        }
    }
}

fn integer(view: &AnySchema) -> Type {
    match view.format.as_deref() {
        Some("uint64") => Type::U64,
        // A bound beyond the format's range gives the format the lie.
        Some("int32") if view.maximum.is_none_or(|max| max <= f64::from(i32::MAX)) => Type::I32,
        _ if view.maximum.is_some_and(|max| max > 9.3e18) => Type::U64,
        _ => Type::I64,
    }
}

fn infer(view: &AnySchema) -> &'static str {
    if !view.properties.is_empty() || matches!(view.additional_properties, Some(AdditionalProperties::Schema(_))) {
        "object"
    } else if view.items.is_some() {
        "array"
    } else if view.enumeration.iter().all(Value::is_string) && !view.enumeration.is_empty() {
        "string"
    } else {
        "any"
    }
}
