//! Types: from schemas to structs, enums and unions; references, `allOf`, duplicates and recursion end here.

use openapiv3::{AdditionalProperties, AnySchema, Discriminator, ReferenceOr, Schema, SchemaData};
use serde_json::Value;

use super::model::{
    Docs, Field, Inner, Presence, Shape, Struct, Type, TypeDef, TypeId, TypeKind, Union, UnionVariant, Variant,
};
use super::view::view;
use super::{Lower, docs, names};

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

    // ---- objects ----

    fn object(&mut self, schema: &Schema, view: &AnySchema, at: &At, component: Option<&str>) -> Lowered {
        let polymorphic = schema.schema_data.discriminator.is_some();
        let additional = match &view.additional_properties {
            Some(AdditionalProperties::Any(false)) => None,
            Some(AdditionalProperties::Any(true)) => Some(Type::Value),
            // Types that name this one as their base have fields that are not here.
            None if polymorphic => Some(Type::Value),
            None => None,
            Some(AdditionalProperties::Schema(schema)) => {
                let name = names::singular(&at.name);
                let name = if name == at.name { format!("{name} value") } else { name };
                let inner = self.schema(schema, &at.inside(&["additionalProperties"], &at.parent, &name));
                if view.properties.is_empty() {
                    let shape = Shape {
                        inner: Inner::Map(Box::new(inner.shape.clone())),
                        min_items: view.min_properties.filter(|n| *n > 0),
                        max_items: view.max_properties,
                        ..Shape::default()
                    };
                    return Lowered { shape, ..Lowered::plain(Type::Map(Box::new(inner.element()))) };
                }
                Some(inner.element())
            }
        };
        if view.properties.is_empty() {
            return Lowered::plain(Type::Map(Box::new(Type::Value)));
        }
        let key = format!("{}{}", at.name, serde_json::to_string(schema).unwrap_or_default());
        if component.is_none()
            && let Some(id) = self.inline.get(&key)
        {
            return named_struct(*id);
        }
        let id = self.define(at, component, &schema.schema_data, TypeKind::Struct(Struct::default()));
        if component.is_none() {
            self.inline.insert(key, id);
        }
        let parent = self.types[id].name.clone();
        let body = self.fields(view, additional, &parent, at);
        self.types[id].kind = TypeKind::Struct(body);
        named_struct(id)
    }

    fn fields(&mut self, view: &AnySchema, additional: Option<Type>, parent: &str, at: &At) -> Struct {
        let mut scope = names::Scope::with(&["new"]);
        let mut fields = Vec::new();
        for (wire, property) in &view.properties {
            let inside = at.inside(&["properties", wire], parent, wire);
            let lowered = self.boxed(property, &inside);
            fields.push(Field {
                ident: scope.take(names::snake(wire)),
                wire: wire.clone(),
                docs: lowered.docs(None, || format!("The field `{}`.", wire.replace('`', ""))),
                presence: if lowered.nullable { Presence::Nullable } else { Presence::Optional },
                boxed: false,
                required: view.required.contains(wire),
                read_only: lowered.read_only,
                deprecated: lowered.deprecated,
                shape: lowered.shape,
                ty: lowered.ty,
            });
        }
        for missing in view.required.iter().filter(|name| !view.properties.contains_key(*name)) {
            self.warn(
                "required-unknown",
                format!("`required` names `{missing}`, which is not among the properties"),
                &at.pointer,
                "add the property, or take the name out of `required`",
            );
        }
        let additional_ident = if additional.is_some() { scope.take("additional".to_owned()) } else { String::new() };
        Struct { rename_all: rename_all(&fields), fields, additional, additional_ident, ..Struct::default() }
    }

    /// Opens a definition under a name of its own.
    fn define(&mut self, at: &At, component: Option<&str>, data: &SchemaData, kind: TypeKind) -> TypeId {
        let id = self.types.len();
        let is_enum = matches!(kind, TypeKind::StringEnum(_) | TypeKind::IntegerEnum(_));
        let name = match component {
            Some(component) => {
                self.components.insert(component.to_owned(), Component::Open(Some(id)));
                at.parent.clone()
            }
            None => {
                let title = data.title.as_deref().map(names::camel).filter(|title| title.len() <= 40);
                // Equal enums are merged, so their name should not be that of the first place.
                let short = is_enum.then(|| names::camel_or_nothing(&at.name)).filter(|name| !name.is_empty());
                self.scope.take_first(title.into_iter().chain(short).chain([at.full_name()]))
            }
        };
        let mut docs = docs::lines(data.description.as_deref().unwrap_or_default());
        if docs.is_empty() {
            docs = docs::lines(&match (component, data.title.as_deref()) {
                (_, Some(title)) if component.is_some() => title.to_owned(),
                (Some(component), _) => format!("The type `{component}`."),
                (None, _) if at.name == RESPONSE => format!("What `{}` answers.", at.parent),
                (None, _) if at.name.is_empty() => format!("Part of `{}`.", at.parent),
                (None, _) => format!("The type of `{}` in `{}`.", at.name, at.parent),
            });
        }
        self.types.push(TypeDef {
            name,
            docs,
            deprecated: data.deprecated,
            kind,
            input: false,
            output: false,
            groups: Default::default(),
        });
        id
    }

    // ---- enums ----

    fn enumeration(
        &mut self,
        view: &AnySchema,
        data: &SchemaData,
        at: &At,
        component: Option<&str>,
    ) -> Option<Lowered> {
        let nullable = view.enumeration.contains(&Value::Null);
        let values: Vec<&Value> = view.enumeration.iter().filter(|value| !value.is_null()).collect();
        let text = view.typ.as_deref() == Some("string");
        let described = data.extensions.get("x-enumDescriptions");
        let words = |value: &str| {
            let description = described.and_then(|d| d.get(value)).and_then(Value::as_str);
            description.map_or_else(|| vec![format!("`{}`", value.replace('`', "'"))], docs::lines)
        };
        let kind = if values.is_empty() || data.extensions.get("x-sensitive").is_some() {
            return None;
        } else if text || values.iter().all(|value| value.is_string()) {
            let mut scope = names::Scope::with(&["Unknown"]);
            let mut seen = std::collections::HashSet::new();
            let variants = values.iter().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
            TypeKind::StringEnum(
                variants
                    .filter(|value| seen.insert(value.clone()))
                    .map(|value| Variant { ident: names::variant(&value, &mut scope), docs: words(&value), value })
                    .collect(),
            )
        } else if values.iter().all(|value| value.is_i64()) && view.typ.as_deref() != Some("number") {
            let mut scope = names::Scope::with(&["Unknown"]);
            let mut seen = std::collections::HashSet::new();
            let variants = values.iter().filter_map(|value| value.as_i64()).filter(|value| seen.insert(*value));
            TypeKind::IntegerEnum(
                variants
                    .map(|value| Variant {
                        ident: names::variant(&value.to_string(), &mut scope),
                        docs: words(&value.to_string()),
                        value,
                    })
                    .collect(),
            )
        } else {
            // Fractions, booleans and mixed values have no better type than their own.
            return None;
        };
        let key = format!("{}{:?}{:?}", component.unwrap_or(&at.name), values, described);
        if let Some(id) = self.inline.get(&key).filter(|_| component.is_none()) {
            return Some(Lowered { nullable, ..Lowered::plain(Type::Named(*id)) });
        }
        let id = self.define(at, component, data, kind);
        self.inline.insert(key, id);
        Some(Lowered { nullable, ..Lowered::plain(Type::Named(id)) })
    }

    // ---- allOf ----

    fn all_of(&mut self, view: &AnySchema, data: &SchemaData, at: &At, component: Option<&str>) -> Lowered {
        // One reference with words around it is that reference.
        if let ([only], true) = (view.all_of.as_slice(), view.properties.is_empty() && view.required.is_empty())
            && (component.is_none() || matches!(only, ReferenceOr::Reference { .. }))
        {
            let inside = At { pointer: format!("{}/allOf/0", at.pointer), depth: at.depth + 1, ..at.clone() };
            if let (ReferenceOr::Item(schema), Some(_)) = (only, &data.title) {
                let mut schema = schema.clone();
                schema.schema_data.title.get_or_insert_with(|| data.title.clone().unwrap_or_default());
                return self.item(&schema, &inside, None);
            }
            return self.schema(only, &inside);
        }
        let mut merged = AnySchema { all_of: Vec::new(), typ: view.typ.clone(), ..AnySchema::default() };
        let mut merged_data =
            SchemaData { title: data.title.clone(), description: data.description.clone(), ..SchemaData::default() };
        merged_data.extensions.clone_from(&data.extensions);
        let mut visited = Vec::new();
        for part in &view.all_of {
            self.merge(&mut merged, &mut merged_data, part, at, &mut visited, 0);
        }
        let own = AnySchema { all_of: Vec::new(), ..view.clone() };
        self.absorb(&mut merged, &own, at);
        merged_data.nullable |= data.nullable;
        let schema = Schema { schema_data: merged_data, schema_kind: openapiv3::SchemaKind::Any(merged) };
        self.item(&schema, &At { depth: at.depth + 1, ..at.clone() }, component)
    }

    fn merge(
        &mut self,
        merged: &mut AnySchema,
        data: &mut SchemaData,
        part: &ReferenceOr<Schema>,
        at: &At,
        visited: &mut Vec<String>,
        depth: usize,
    ) {
        let api = self.api;
        let (schema, referenced) = match part {
            ReferenceOr::Item(schema) => (schema, false),
            ReferenceOr::Reference { reference } => {
                let name = self.component_name(reference).unwrap_or_default();
                let target = api.components.as_ref().and_then(|c| c.schemas.get(&name));
                // A part that comes twice adds nothing the second time.
                if visited.contains(&name) || depth > DEPTH {
                    return;
                }
                visited.push(name.clone());
                match target {
                    Some(ReferenceOr::Item(schema)) => (schema, true),
                    Some(reference) => return self.merge(merged, data, reference, at, visited, depth + 1),
                    None => {
                        self.unsupported(
                            "foreign-ref",
                            format!("there is no schema `{name}`"),
                            &at.pointer,
                            "its part is left out",
                        );
                        return;
                    }
                }
            }
        };
        let mut part = view(schema);
        for inner in std::mem::take(&mut part.all_of) {
            self.merge(merged, data, &inner, at, visited, depth + 1);
        }
        if referenced && schema.schema_data.discriminator.is_some() {
            // The base of a hierarchy lists its children, this one among them: here only its fields count.
            part.one_of.clear();
            part.any_of.clear();
        }
        if data.description.is_none() {
            data.description.clone_from(&schema.schema_data.description);
        }
        if !referenced {
            for (key, value) in &schema.schema_data.extensions {
                data.extensions.entry(key.clone()).or_insert_with(|| value.clone());
            }
        }
        data.nullable |= schema.schema_data.nullable;
        self.absorb(merged, &part, at);
    }

    /// Adds the keywords of one part to what was merged so far.
    fn absorb(&mut self, merged: &mut AnySchema, part: &AnySchema, at: &At) {
        if let (Some(a), Some(b)) = (&merged.typ, &part.typ)
            && a != b
        {
            self.unsupported(
                "all-of-types",
                format!("`allOf` joins the types `{a}` and `{b}`"),
                &at.pointer,
                "the last one counts",
            );
        }
        macro_rules! latest {
            ($($field:ident),*) => { $( if part.$field.is_some() { merged.$field.clone_from(&part.$field); } )* };
        }
        latest!(
            typ,
            pattern,
            multiple_of,
            exclusive_minimum,
            exclusive_maximum,
            minimum,
            maximum,
            min_properties,
            max_properties
        );
        latest!(items, min_items, max_items, unique_items, format, min_length, max_length, not);
        match (&merged.additional_properties, &part.additional_properties) {
            // `false` would forbid the other parts' own fields.
            (_, None | Some(AdditionalProperties::Any(false))) => {}
            _ => merged.additional_properties.clone_from(&part.additional_properties),
        }
        if !part.enumeration.is_empty() {
            merged.enumeration.clone_from(&part.enumeration);
        }
        for (name, property) in &part.properties {
            if let Some(earlier) = merged.properties.get(name) {
                // A later part that only adds words must not take the type away.
                if earlier == property || is_bare(property) {
                    continue;
                }
            }
            merged.properties.insert(name.clone(), property.clone());
        }
        for name in &part.required {
            if !merged.required.contains(name) {
                merged.required.push(name.clone());
            }
        }
        for (into, from) in [(&mut merged.one_of, &part.one_of), (&mut merged.any_of, &part.any_of)] {
            if into.is_empty() {
                into.clone_from(from);
            } else if !from.is_empty() && into != from {
                // Two independent choices: neither is typed, the fields of both are kept as JSON.
                merged.additional_properties = Some(AdditionalProperties::Any(true));
            }
        }
    }

    // ---- oneOf, anyOf ----

    /// The values of all enums, if the alternatives are enums of text, with or without plain text.
    fn texts(&self, lowered: &[Alternative]) -> Option<Vec<Variant<String>>> {
        let mut scope = names::Scope::with(&["Unknown"]);
        let mut merged: Vec<Variant<String>> = Vec::new();
        for (_, _, ty) in lowered {
            let variants = match ty {
                Type::String => continue,
                Type::Named(id) => match &self.types[*id].kind {
                    TypeKind::StringEnum(variants) => variants,
                    _ => return None,
                },
                _ => return None,
            };
            for variant in variants {
                if !merged.iter().any(|known| known.value == variant.value) {
                    merged.push(Variant { ident: names::variant(&variant.value, &mut scope), ..variant.clone() });
                }
            }
        }
        (!merged.is_empty()).then_some(merged)
    }

    fn union(&mut self, view: &AnySchema, data: &SchemaData, at: &At, component: Option<&str>) -> Lowered {
        let key = format!(
            "{}{}{:?}",
            at.full_name(),
            serde_json::to_string(&(&view.one_of, &view.any_of)).unwrap_or_default(),
            data.discriminator
        );
        if let Some(id) = self.inline.get(&key).filter(|_| component.is_none()) {
            return Lowered::plain(Type::Named(*id));
        }
        let keyword = if view.one_of.is_empty() { "anyOf" } else { "oneOf" };
        let parts: Vec<&ReferenceOr<Schema>> = view.one_of.iter().chain(&view.any_of).collect();
        let mut nullable = false;
        // Only constraints (`required` alternatives): the types are elsewhere.
        let typed: Vec<(usize, &ReferenceOr<Schema>)> = parts
            .iter()
            .enumerate()
            .filter(|(_, part)| match part {
                ReferenceOr::Item(schema) => {
                    let null = is_null(schema);
                    nullable |= null;
                    !null
                }
                ReferenceOr::Reference { .. } => true,
            })
            .map(|(index, part)| (index, *part))
            .collect();
        if let [(index, only)] = typed.as_slice() {
            let inside = At { pointer: format!("{}/{keyword}/{index}", at.pointer), depth: at.depth + 1, ..at.clone() };
            let mut lowered = self.schema(only, &inside);
            lowered.nullable |= nullable;
            return lowered;
        }
        // Recursive unions need their id before their variants.
        let id = self.define(at, component, data, TypeKind::Union(Union { tag: None, variants: Vec::new() }));
        self.inline.insert(key.clone(), id);
        let parent = self.types[id].name.clone();
        let mut lowered = Vec::new();
        for (index, part) in typed {
            let (name, title) = match part {
                ReferenceOr::Reference { reference } => (self.component_name(reference), None),
                ReferenceOr::Item(schema) => (None, schema.schema_data.title.clone()),
            };
            let hint = title.clone().or_else(|| name.clone()).unwrap_or_else(|| format!("option {}", index + 1));
            let inside = At {
                pointer: format!("{}/{keyword}/{index}", at.pointer),
                parent: parent.clone(),
                name: hint,
                depth: at.depth + 1,
            };
            let one = self.schema(part, &inside);
            nullable |= one.nullable;
            lowered.push((name, title, one.ty));
        }
        // Open enums take any text, so several of them, or one beside plain text, are one.
        if let Some(variants) = self.texts(&lowered) {
            self.types[id].kind = TypeKind::StringEnum(variants);
            return Lowered { nullable, ..Lowered::plain(Type::Named(id)) };
        }
        let mut tag = data.discriminator.as_ref().map(|d| d.property_name.clone());
        let variants = match &data.discriminator {
            Some(discriminator)
                if lowered.iter().all(|(name, _, ty)| name.is_some() && matches!(ty, Type::Named(_))) =>
            {
                tagged(discriminator, &lowered)
            }
            _ => {
                tag = None;
                untagged(&lowered, |id| self.types[id].name.clone())
            }
        };
        // What turned out to be one type after all needs no union.
        if let ([only], None) = (variants.as_slice(), &tag)
            && only.ty != Type::Named(id)
            && id + 1 == self.types.len()
            && component.is_none()
        {
            let ty = only.ty.clone();
            self.scope.release(&self.types[id].name);
            self.types.pop();
            self.inline.remove(&key);
            return Lowered { nullable, ..Lowered::plain(ty) };
        }
        self.types[id].kind = TypeKind::Union(Union { tag, variants });
        Lowered { nullable, ..Lowered::plain(Type::Named(id)) }
    }
}

/// What a union's variants turned into: the component's name, the title, the type.
type Alternative = (Option<String>, Option<String>, Type);

/// One variant a tag value; the mapping decides, else the component's own name.
fn tagged(discriminator: &Discriminator, lowered: &[Alternative]) -> Vec<UnionVariant> {
    let mut scope = names::Scope::with(&["Unknown"]);
    let mut variants = Vec::new();
    for (name, _, ty) in lowered {
        let name = name.clone().unwrap_or_default();
        let mapped: Vec<&String> = discriminator
            .mapping
            .iter()
            .filter(|(_, target)| target.rsplit('/').next() == Some(name.as_str()))
            .map(|(tag, _)| tag)
            .collect();
        let tags = if mapped.is_empty() { vec![name] } else { mapped.into_iter().cloned().collect() };
        for tag in tags {
            variants.push(UnionVariant {
                ident: names::variant(&tag, &mut scope),
                tags: vec![tag],
                ty: ty.clone(),
                boxed: false,
            });
        }
    }
    variants
}

fn untagged(lowered: &[Alternative], name_of: impl Fn(TypeId) -> String) -> Vec<UnionVariant> {
    let mut scope = names::Scope::with(&["Unknown"]);
    let mut variants: Vec<UnionVariant> = Vec::new();
    for (name, title, ty) in lowered {
        if variants.iter().any(|v| v.ty == *ty) {
            continue;
        }
        let ident = match (name, title, ty) {
            (Some(name), _, _) | (None, Some(name), _) => names::camel(name),
            (None, None, Type::Named(id)) => name_of(*id),
            (None, None, ty) => kind_name(ty),
        };
        variants.push(UnionVariant { ident: scope.take(ident), tags: Vec::new(), ty: ty.clone(), boxed: false });
    }
    // Any JSON swallows everything, so it is tried last.
    variants.sort_by_key(|variant| variant.ty == Type::Value);
    variants
}

fn kind_name(ty: &Type) -> String {
    match ty {
        Type::String | Type::Secret | Type::JsonText(_) => "Text".to_owned(),
        Type::Bool => "Boolean".to_owned(),
        Type::I32 | Type::I64 | Type::U64 => "Integer".to_owned(),
        Type::F64 => "Number".to_owned(),
        Type::List(inner) => format!("{}List", kind_name(inner)),
        Type::Map(_) => "Map".to_owned(),
        Type::Value => "Other".to_owned(),
        Type::Nullable(inner) => kind_name(inner),
        Type::Named(_) => "Object".to_owned(),
    }
}

fn named_struct(id: TypeId) -> Lowered {
    Lowered { shape: Shape { inner: Inner::Object(id), ..Shape::default() }, ..Lowered::plain(Type::Named(id)) }
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

fn is_null(schema: &Schema) -> bool {
    let view = view(schema);
    view.typ.as_deref() == Some("null") || (!view.enumeration.is_empty() && view.enumeration.iter().all(Value::is_null))
}

/// Whether an alternative says more than which fields must be there.
fn is_typed(part: &ReferenceOr<Schema>) -> bool {
    match part {
        ReferenceOr::Reference { .. } => true,
        ReferenceOr::Item(schema) => {
            let mut view = view(schema);
            let required = !std::mem::take(&mut view.required).is_empty();
            let object = view.typ.take_if(|ty| ty == "object").is_some();
            !(view == AnySchema::default() && (required || object) && (required || schema.schema_data.title.is_none()))
        }
    }
}

/// Whether a property says nothing about its type.
fn is_bare(property: &ReferenceOr<Box<Schema>>) -> bool {
    match property {
        ReferenceOr::Reference { .. } => false,
        ReferenceOr::Item(schema) => view(schema) == AnySchema::default(),
    }
}

/// The `rename_all` that leaves fewest fields to rename one by one.
fn rename_all(fields: &[Field]) -> Option<&'static str> {
    let score = |rule: Option<&str>| fields.iter().filter(|f| renamed(&f.ident, rule) == f.wire).count();
    let plain = score(None);
    [Some("camelCase"), Some("PascalCase")]
        .into_iter()
        .max_by_key(|rule| score(*rule))
        .flatten()
        .filter(|rule| score(Some(rule)) > plain + 1)
}

/// What serde makes of a field's name under a `rename_all` rule.
pub fn renamed(ident: &str, rule: Option<&str>) -> String {
    let ident = ident.strip_prefix("r#").unwrap_or(ident);
    let pascal = || {
        let mut upper = true;
        ident.chars().fold(String::new(), |mut out, c| {
            if c == '_' {
                upper = true;
            } else if upper {
                out.push(c.to_ascii_uppercase());
                upper = false;
            } else {
                out.push(c);
            }
            out
        })
    };
    match rule {
        Some("PascalCase") => pascal(),
        Some("camelCase") => {
            let pascal = pascal();
            let first = pascal.chars().next().map_or(0, char::len_utf8);
            pascal[..first].to_ascii_lowercase() + &pascal[first..]
        }
        _ => ident.to_owned(),
    }
}
