//! A schema: all its keywords flat, each with its place.
//!
//! Read from the checked tree, in which 2.0, 3.0 and 3.1 have the same form. A schema borrows from the tree and keeps
//! inner schemas unread, so that reading one costs no more than its own keywords.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Number;

use super::{Entry, Node, Value};
use crate::diagnostic::Location;

/// A value with its place. Equality ignores the place.
#[derive(Clone, Copy, Debug)]
pub struct Placed<'a, T> {
    /// The value.
    pub value: T,
    /// Its place.
    pub at: &'a Location,
}

impl<T: PartialEq> PartialEq for Placed<'_, T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Placed<'_, T> {}

impl<T: Hash> Hash for Placed<'_, T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}

/// A keyword, if the schema has it.
pub type Keyword<'a, T> = Option<Placed<'a, T>>;

/// The values of `type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JsonType {
    /// `string`
    String,
    /// `integer`
    Integer,
    /// `number`
    Number,
    /// `boolean`
    Boolean,
    /// `array`
    Array,
    /// `object`
    Object,
}

impl JsonType {
    /// The types with their names in documents.
    pub const ALL: [(&'static str, Self); 6] = [
        ("string", Self::String),
        ("integer", Self::Integer),
        ("number", Self::Number),
        ("boolean", Self::Boolean),
        ("array", Self::Array),
        ("object", Self::Object),
    ];

    fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, ty)| *ty)
    }

    /// The type's name in documents.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, ty)| *ty == self).map_or("", |(name, _)| name)
    }
}

/// A schema within another one, or of another object of the document.
#[derive(Clone, Debug)]
pub enum Sub<'a> {
    /// As in the document.
    Written {
        /// The schema's tree.
        node: &'a Node,
        /// The place for diagnostics.
        at: &'a Location,
    },
    /// Merged from several schemas of the document.
    Merged(Arc<Schema<'a>>),
}

impl<'a> Sub<'a> {
    /// The schema under a key.
    pub fn of(entry: &'a Entry) -> Self {
        Self::Written { node: &entry.node, at: &entry.key }
    }

    /// The schema in a list.
    fn item(node: &'a Node) -> Self {
        Self::Written { node, at: &node.location }
    }

    /// Reads the keywords.
    pub fn read(&self) -> Schema<'a> {
        match self {
            Self::Written { node, at } => Schema::read(node, at),
            Self::Merged(schema) => schema.as_ref().clone(),
        }
    }

    /// The component that it refers to. `load` leaves no siblings of a reference.
    pub fn reference(&self) -> Keyword<'a, &'a str> {
        match self {
            Self::Written { node, .. } => node.as_object()?.get("$ref").and_then(reference),
            Self::Merged(schema) => schema.reference,
        }
    }

    /// The place for diagnostics.
    pub fn at(&self) -> &'a Location {
        match self {
            Self::Written { at, .. } => at,
            Self::Merged(schema) => schema.at.at,
        }
    }
}

impl PartialEq for Sub<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Written { node: a, .. }, Self::Written { node: b, .. }) => a == b,
            (a, b) => a.read() == b.read(),
        }
    }
}

impl Eq for Sub<'_> {}

impl Hash for Sub<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Merged schemas have an `allOf`, and so do all that may be equal to them.
        if let Self::Written { node, .. } = self
            && node.get("allOf").is_none()
        {
            node.hash(state);
        }
    }
}

/// The properties of an object, in the document's order.
#[derive(Clone, Debug, Default)]
pub struct Properties<'a>(pub IndexMap<&'a str, Sub<'a>>);

impl PartialEq for Properties<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.iter().eq(&other.0)
    }
}

impl Eq for Properties<'_> {}

impl Hash for Properties<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.len().hash(state);
        self.0.iter().for_each(|property| property.hash(state));
    }
}

/// The values allowed beyond an object's properties.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Additional<'a> {
    /// Any value, or none.
    Allowed(bool),
    /// Values of a schema.
    Of(Sub<'a>),
}

/// A schema that applies to values that match another one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Condition<'a> {
    /// `if`
    pub test: Keyword<'a, Sub<'a>>,
    /// `then`
    pub then: Keyword<'a, Sub<'a>>,
    /// `else`
    pub otherwise: Keyword<'a, Sub<'a>>,
}

/// Determines a value's schema by one of its properties.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Discriminator<'a> {
    /// The property.
    pub property: Placed<'a, &'a str>,
    /// The components by the property's values, where those differ from the components' names.
    pub mapping: Vec<(&'a str, Placed<'a, &'a str>)>,
    /// The component of values without the property.
    pub default: Keyword<'a, &'a str>,
}

/// A schema with all its keywords. Equality is by content, regardless of places.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the keywords of JSON Schema under their own names")]
pub struct Schema<'a> {
    pub at: Placed<'a, ()>,
    pub reference: Keyword<'a, &'a str>,
    pub title: Keyword<'a, &'a str>,
    pub description: Keyword<'a, &'a str>,
    /// Descriptions of the other parts of an `allOf`.
    pub further_descriptions: Vec<Placed<'a, &'a str>>,
    pub ty: Keyword<'a, JsonType>,
    pub format: Keyword<'a, &'a str>,
    pub nullable: Keyword<'a, bool>,
    pub enumeration: Vec<Placed<'a, &'a Node>>,
    pub default: Keyword<'a, &'a Node>,
    pub example: Keyword<'a, &'a Node>,
    pub deprecated: Keyword<'a, bool>,
    pub read_only: Keyword<'a, bool>,
    pub write_only: Keyword<'a, bool>,
    pub minimum: Keyword<'a, &'a Number>,
    pub exclusive_minimum: Keyword<'a, bool>,
    pub maximum: Keyword<'a, &'a Number>,
    pub exclusive_maximum: Keyword<'a, bool>,
    pub multiple_of: Keyword<'a, &'a Number>,
    pub min_length: Keyword<'a, usize>,
    pub max_length: Keyword<'a, usize>,
    pub pattern: Keyword<'a, &'a str>,
    pub items: Keyword<'a, Sub<'a>>,
    pub prefix: Vec<Sub<'a>>,
    pub unevaluated_items: Keyword<'a, Additional<'a>>,
    pub contains: Keyword<'a, Sub<'a>>,
    pub min_contains: Keyword<'a, usize>,
    pub max_contains: Keyword<'a, usize>,
    pub min_items: Keyword<'a, usize>,
    pub max_items: Keyword<'a, usize>,
    pub unique_items: Keyword<'a, bool>,
    pub properties: Properties<'a>,
    /// Properties that are described only in conditions.
    pub conditional: Vec<&'a str>,
    pub required: Vec<Placed<'a, &'a str>>,
    pub additional: Keyword<'a, Additional<'a>>,
    /// `patternProperties`
    pub patterns: Properties<'a>,
    pub unevaluated: Keyword<'a, Additional<'a>>,
    pub property_names: Keyword<'a, Sub<'a>>,
    pub dependent_required: Vec<(Placed<'a, &'a str>, Vec<Placed<'a, &'a str>>)>,
    pub dependent_schemas: Properties<'a>,
    pub min_properties: Keyword<'a, usize>,
    pub max_properties: Keyword<'a, usize>,
    pub all_of: Vec<Sub<'a>>,
    pub one_of: Vec<Sub<'a>>,
    pub any_of: Vec<Sub<'a>>,
    /// Alternatives of the other parts of an `allOf`.
    pub further_unions: Vec<Vec<Sub<'a>>>,
    pub not: Keyword<'a, Sub<'a>>,
    /// `if`, `then` and `else`; an `allOf` may have several.
    pub conditions: Vec<Condition<'a>>,
    pub content_encoding: Keyword<'a, &'a str>,
    pub content_media_type: Keyword<'a, &'a str>,
    pub content_schema: Keyword<'a, Sub<'a>>,
    pub discriminator: Keyword<'a, Discriminator<'a>>,
    /// `x-sensitive`
    pub sensitive: Keyword<'a, bool>,
    /// `x-json`
    pub json: Keyword<'a, Sub<'a>>,
    /// `x-enumDescriptions`
    pub enum_descriptions: Keyword<'a, &'a Node>,
    /// `x-enumStatus`
    pub enum_status: Keyword<'a, &'a Node>,
    /// Unknown keywords.
    pub unknown: Vec<Placed<'a, &'a str>>,
}

impl<'a> Schema<'a> {
    /// A schema that accepts any value.
    pub fn any(at: &'a Location) -> Self {
        Self {
            at: Placed { value: (), at },
            reference: None,
            title: None,
            description: None,
            further_descriptions: Vec::new(),
            ty: None,
            format: None,
            nullable: None,
            enumeration: Vec::new(),
            default: None,
            example: None,
            deprecated: None,
            read_only: None,
            write_only: None,
            minimum: None,
            exclusive_minimum: None,
            maximum: None,
            exclusive_maximum: None,
            multiple_of: None,
            min_length: None,
            max_length: None,
            pattern: None,
            items: None,
            prefix: Vec::new(),
            unevaluated_items: None,
            contains: None,
            min_contains: None,
            max_contains: None,
            min_items: None,
            max_items: None,
            unique_items: None,
            properties: Properties::default(),
            conditional: Vec::new(),
            required: Vec::new(),
            additional: None,
            patterns: Properties::default(),
            unevaluated: None,
            property_names: None,
            dependent_required: Vec::new(),
            dependent_schemas: Properties::default(),
            min_properties: None,
            max_properties: None,
            all_of: Vec::new(),
            one_of: Vec::new(),
            any_of: Vec::new(),
            further_unions: Vec::new(),
            not: None,
            conditions: Vec::new(),
            content_encoding: None,
            content_media_type: None,
            content_schema: None,
            discriminator: None,
            sensitive: None,
            json: None,
            enum_descriptions: None,
            enum_status: None,
            unknown: Vec::new(),
        }
    }

    /// Whether its type is that of its only part: by itself, it has at most descriptions and limits.
    pub fn has_no_own_type(&self) -> bool {
        self.enumeration.is_empty()
            && self.items.is_none()
            && self.prefix.is_empty()
            && self.unevaluated_items.is_none()
            && self.properties.0.is_empty()
            && self.required.is_empty()
            && self.additional.is_none()
            && self.patterns.0.is_empty()
            && self.unevaluated.is_none()
            && self.dependent_schemas.0.is_empty()
            && self.conditions.is_empty()
            && self.one_of.is_empty()
            && self.any_of.is_empty()
            && self.discriminator.is_none()
            && self.json.is_none()
            && self.sensitive.is_none()
            && self.format.is_none()
            && self.not.is_none()
    }

    /// Its default and format, without its type and limits.
    pub fn only_annotations(&self) -> Self {
        Self { default: self.default, format: self.format, ..Self::any(self.at.at) }
    }

    /// Whether it accepts any value: it has at most annotations.
    pub fn is_unconstrained(&self) -> bool {
        let words = Self {
            title: self.title,
            description: self.description,
            further_descriptions: self.further_descriptions.clone(),
            default: self.default,
            example: self.example,
            deprecated: self.deprecated,
            read_only: self.read_only,
            write_only: self.write_only,
            nullable: self.nullable,
            discriminator: self.discriminator.clone(),
            sensitive: self.sensitive,
            json: self.json.clone(),
            enum_descriptions: self.enum_descriptions,
            enum_status: self.enum_status,
            unknown: self.unknown.clone(),
            ..Self::any(self.at.at)
        };
        *self == words
    }

    /// Reads the keywords of a checked tree; `at` is the place of the whole schema for diagnostics.
    fn read(node: &'a Node, at: &'a Location) -> Self {
        let mut schema = Self::any(at);
        for (key, entry) in node.entries() {
            schema.keyword(key, entry);
        }
        schema
    }

    /// The schema's own condition.
    fn condition(&mut self) -> &mut Condition<'a> {
        if self.conditions.is_empty() {
            self.conditions.push(Condition::default());
        }
        &mut self.conditions[0]
    }

    fn keyword(&mut self, key: &'a str, entry: &'a Entry) {
        match key {
            "$ref" => self.reference = reference(entry),
            "title" => self.title = placed(entry, Node::as_str),
            "description" => self.description = placed(entry, Node::as_str),
            "type" => self.ty = placed(entry, |node| JsonType::named(node.as_str()?)),
            "format" => self.format = placed(entry, Node::as_str),
            "nullable" => self.nullable = placed(entry, Node::as_bool),
            "enum" => {
                self.enumeration = entry.node.items().map(|value| Placed { value, at: &value.location }).collect()
            }
            "default" => self.default = placed(entry, Some),
            "example" => self.example = placed(entry, Some),
            "deprecated" => self.deprecated = placed(entry, Node::as_bool),
            "readOnly" => self.read_only = placed(entry, Node::as_bool),
            "writeOnly" => self.write_only = placed(entry, Node::as_bool),
            "minimum" => self.minimum = placed(entry, Node::as_number),
            "exclusiveMinimum" => self.exclusive_minimum = placed(entry, Node::as_bool),
            "maximum" => self.maximum = placed(entry, Node::as_number),
            "exclusiveMaximum" => self.exclusive_maximum = placed(entry, Node::as_bool),
            "multipleOf" => self.multiple_of = placed(entry, Node::as_number),
            "minLength" => self.min_length = placed(entry, count),
            "maxLength" => self.max_length = placed(entry, count),
            "pattern" => self.pattern = placed(entry, Node::as_str),
            "items" => self.items = sub(entry),
            "prefixItems" => self.prefix = entry.node.items().map(Sub::item).collect(),
            "unevaluatedItems" => self.unevaluated_items = additional(entry),
            "contains" => self.contains = sub(entry),
            "minContains" => self.min_contains = placed(entry, count),
            "maxContains" => self.max_contains = placed(entry, count),
            "minItems" => self.min_items = placed(entry, count),
            "maxItems" => self.max_items = placed(entry, count),
            "uniqueItems" => self.unique_items = placed(entry, Node::as_bool),
            "properties" => self.properties = properties(entry),
            "patternProperties" => self.patterns = properties(entry),
            "required" => self.required = names(&entry.node),
            "additionalProperties" => self.additional = additional(entry),
            "unevaluatedProperties" => self.unevaluated = additional(entry),
            "propertyNames" => self.property_names = sub(entry),
            "dependentRequired" => {
                let dependent =
                    |(name, entry): (&'a str, &'a Entry)| (Placed { value: name, at: &entry.key }, names(&entry.node));
                self.dependent_required = entry.node.entries().map(dependent).collect();
            }
            "dependentSchemas" => self.dependent_schemas = properties(entry),
            "minProperties" => self.min_properties = placed(entry, count),
            "maxProperties" => self.max_properties = placed(entry, count),
            "allOf" => self.all_of = entry.node.items().map(Sub::item).collect(),
            "oneOf" => self.one_of = entry.node.items().map(Sub::item).collect(),
            "anyOf" => self.any_of = entry.node.items().map(Sub::item).collect(),
            "not" => self.not = sub(entry),
            "if" => self.condition().test = sub(entry),
            "then" => self.condition().then = sub(entry),
            "else" => self.condition().otherwise = sub(entry),
            "contentEncoding" => self.content_encoding = placed(entry, Node::as_str),
            "contentMediaType" => self.content_media_type = placed(entry, Node::as_str),
            "contentSchema" => self.content_schema = sub(entry),
            "discriminator" => self.discriminator = placed(entry, discriminator),
            "x-sensitive" => self.sensitive = placed(entry, Node::as_bool),
            "x-json" => self.json = sub(entry),
            "x-enumDescriptions" => self.enum_descriptions = placed(entry, Some),
            "x-enumStatus" => self.enum_status = placed(entry, Some),
            // Known to `grammar`, but not needed by clients.
            "xml" | "externalDocs" | "examples" => {}
            _ if key.starts_with("x-") => {}
            _ => self.unknown.push(Placed { value: key, at: &entry.key }),
        }
    }
}

fn placed<'a, T>(entry: &'a Entry, read: impl FnOnce(&'a Node) -> Option<T>) -> Keyword<'a, T> {
    Some(Placed { value: read(&entry.node)?, at: &entry.key })
}

fn sub(entry: &Entry) -> Keyword<'_, Sub<'_>> {
    Some(Placed { value: Sub::of(entry), at: &entry.key })
}

fn properties(entry: &Entry) -> Properties<'_> {
    Properties(entry.node.entries().map(|(name, entry)| (name, Sub::of(entry))).collect())
}

fn names(node: &Node) -> Vec<Placed<'_, &str>> {
    node.items().filter_map(|node| Some(Placed { value: node.as_str()?, at: &node.location })).collect()
}

fn additional(entry: &Entry) -> Keyword<'_, Additional<'_>> {
    let value = match entry.node.as_bool() {
        Some(allowed) => Additional::Allowed(allowed),
        None => Additional::Of(Sub::of(entry)),
    };
    Some(Placed { value, at: &entry.key })
}

fn reference(entry: &Entry) -> Keyword<'_, &str> {
    placed(entry, |node| node.as_str()?.strip_prefix("#/components/schemas/"))
}

fn count(node: &Node) -> Option<usize> {
    usize::try_from(node.as_number()?.as_u64()?).ok()
}

fn discriminator(node: &Node) -> Option<Discriminator<'_>> {
    let entry = node.as_object()?.get("propertyName")?;
    let component =
        |entry| placed(entry, |node: &Node| node.as_str().map(|text| text.rsplit('/').next().unwrap_or(text)));
    let mapping = node.get("mapping").into_iter().flat_map(Node::entries);
    Some(Discriminator {
        property: placed(entry, Node::as_str)?,
        mapping: mapping.filter_map(|(value, entry)| Some((value, component(entry)?))).collect(),
        default: node.as_object()?.get("defaultMapping").and_then(component),
    })
}

/// A number as an exact integer, if it is one.
pub fn integer(number: &Number) -> Option<i128> {
    number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))
}

impl Value {
    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}
