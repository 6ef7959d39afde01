//! Objects: structs with their fields, and maps.

use openapiv3::{AdditionalProperties, AnySchema, Schema, SchemaData};

use super::{At, Component, Lowered, RESPONSE};
use crate::lower::model::{Field, Inner, Presence, Shape, Struct, Type, TypeDef, TypeId, TypeKind};
use crate::lower::{Lower, docs, names};

impl Lower<'_> {
    pub(super) fn object(&mut self, schema: &Schema, view: &AnySchema, at: &At, component: Option<&str>) -> Lowered {
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
    pub(super) fn define(&mut self, at: &At, component: Option<&str>, data: &SchemaData, kind: TypeKind) -> TypeId {
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
            users: Default::default(),
        });
        id
    }
}

pub(super) fn named_struct(id: TypeId) -> Lowered {
    Lowered { shape: Shape { inner: Inner::Object(id), ..Shape::default() }, ..Lowered::plain(Type::Named(id)) }
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
