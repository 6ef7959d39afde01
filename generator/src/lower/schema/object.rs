//! Objects: structs with their fields, and maps.

use std::collections::HashMap;

use super::tuple::is_never;
use super::{Inline, Lowered, Naming, RESPONSE};
use crate::accounting::Reason;
use crate::diagnostic::Location;
use crate::load::{Additional, Schema, Sub};
use crate::lower::model::{Field, Inner, Presence, Rule, Shape, Struct, Type, TypeDef, TypeId, TypeKind};
use crate::lower::{Lower, docs, names};

impl<'a> Lower<'a, '_> {
    pub(super) fn object(&mut self, schema: &Schema<'a>, naming: &Naming, component: Option<&'a str>) -> Lowered<'a> {
        let mut additional_words = Vec::new();
        let mut others = None;
        let further = self.further(schema);
        let additional = match further {
            Further::Nothing => None,
            Further::Anything => Some(Type::Value),
            // Types that name this one as their base have fields that are not here.
            Further::Unsaid if schema.discriminator.is_some() => Some(Type::Value),
            Further::Unsaid => None,
            Further::Values(values, at) => {
                let name = names::singular(&naming.name);
                let name = if name == naming.name { format!("{name} value") } else { name };
                let inner = self.element(&values, &Naming::new(&naming.parent, &name), at);
                let facts = self.element_words(&inner);
                if schema.properties.0.is_empty() {
                    let mut shape = Shape { inner: Inner::Map(Box::new(inner.shape.clone())), ..Shape::default() };
                    if let Some(rule) = self.patterns(schema, &inner) {
                        shape = Shape { rules: vec![rule], ..Shape::default() };
                    }
                    return Lowered { shape, facts, ..Lowered::plain(Type::Map(Box::new(inner.element()))) };
                }
                additional_words = facts;
                others = self.patterns(schema, &inner).or_else(|| {
                    let known = schema.properties.0.keys().map(|name| (*name).to_owned()).collect();
                    Some(Rule::Others(known, Vec::new(), Box::new(inner.shape.clone())))
                });
                Some(inner.element())
            }
        };
        if let Some(discriminator) = &schema.discriminator {
            self.unsupported(
                "inheritance",
                format!(
                    "types that name this one as their base by `{}` are not told apart",
                    discriminator.value.property.value
                ),
                discriminator.at,
                "their own fields are kept as untyped JSON",
            );
        }
        if schema.properties.0.is_empty() {
            // What a map has to have is checked, too.
            let fields = schema.required.iter().map(|name| (name.value.to_owned(), true, Shape::default()));
            let fields: Vec<_> = fields.collect();
            schema.required.iter().for_each(|name| self.ledger.take(name.at));
            let inner = if fields.is_empty() { Inner::None } else { Inner::Fields(fields) };
            let shape = Shape { inner, ..Shape::default() };
            return Lowered { shape, ..Lowered::plain(Type::Map(Box::new(Type::Value))) };
        }
        let key = Inline::Object(naming.name.clone(), Box::new(schema.clone()));
        let known = self.inline.get(&key).copied().filter(|_| component.is_none());
        let id = match known {
            Some(id) => id,
            None => self.define(naming, component, schema, TypeKind::Struct(Struct::default())),
        };
        if component.is_none() {
            self.inline.insert(key, id);
        }
        // The fields of an equal type, too: what they say is in the client by the one that came first.
        if self.seen.insert(schema.at.at) || known.is_none() {
            let parent = self.types[id].name.clone();
            let mut body = self.fields(schema, additional, &parent);
            body.rules.extend(others);
            if known.is_none() {
                self.types[id].kind = TypeKind::Struct(body);
                let words = additional_words.iter().flat_map(|words| docs::lines(&format!("Further fields. {words}")));
                self.types[id].docs.extend(std::iter::once(String::new()).filter(|_| !additional_words.is_empty()));
                self.types[id].docs.extend(words);
            }
        }
        named(id)
    }

    /// What a schema says of entries beyond its properties.
    fn further(&mut self, schema: &Schema<'a>) -> Further<'a> {
        let said = schema.additional.as_ref().or(schema.unevaluated.as_ref());
        for place in schema.additional.iter().chain(&schema.unevaluated) {
            self.ledger.take(place.at);
        }
        let mut kinds: Vec<Sub<'a>> = Vec::new();
        for kind in schema.patterns.0.values() {
            self.ledger.take(kind.at());
            if !kinds.contains(kind) {
                kinds.push(kind.clone());
            }
        }
        match said.map(|said| &said.value) {
            Some(Additional::Allowed(true)) => return Further::Anything,
            Some(Additional::Of(values)) if !kinds.contains(values) => kinds.push(values.clone()),
            Some(Additional::Allowed(false)) if kinds.is_empty() => return Further::Nothing,
            None if kinds.is_empty() => return Further::Unsaid,
            _ => {}
        }
        let at = said.filter(|said| matches!(said.value, Additional::Of(_))).map(|said| said.at);
        let at = at.or_else(|| schema.patterns.0.values().next().map(Sub::at)).unwrap_or(schema.at.at);
        match kinds.as_slice() {
            [only] => Further::Values(only.clone(), at),
            _ => Further::Values(super::either(kinds, at), at),
        }
    }

    /// The check of entries whose names match patterns.
    fn patterns(&mut self, schema: &Schema<'a>, values: &Lowered<'a>) -> Option<Rule> {
        if schema.patterns.0.is_empty() {
            return None;
        }
        let mut patterns = Vec::new();
        for (pattern, part) in &schema.patterns.0 {
            let shape = match schema.patterns.0.len() {
                1 => Some(values.shape.clone()),
                _ => self.constraint(part),
            };
            match (super::pattern::checked(pattern), shape) {
                (Ok(pattern), Some(shape)) => patterns.push((pattern, shape)),
                (Err(error), _) => {
                    let message = format!("the pattern `{pattern}` cannot be checked: {error}");
                    self.unsupported("pattern", message, part.at(), "names are sent without this check");
                    return None;
                }
                (_, None) => {
                    let message = format!("the values of `{pattern}` ask for more than can be checked");
                    self.unsupported("unchecked", message, part.at(), "they are sent without these checks");
                    return None;
                }
            }
        }
        let known = schema.properties.0.keys().map(|name| (*name).to_owned()).collect();
        let rest = match schema.additional.as_ref().or(schema.unevaluated.as_ref()).map(|said| &said.value) {
            Some(Additional::Allowed(false)) => Shape::never(),
            Some(Additional::Of(further)) => self.constraint(further).unwrap_or_default(),
            _ => Shape::default(),
        };
        Some(Rule::Others(known, patterns, Box::new(rest)))
    }

    fn fields(&mut self, schema: &Schema<'a>, additional: Option<Type>, parent: &str) -> Struct {
        let mut scope = names::Scope::with(&["new"]);
        let mut fields = Vec::new();
        let mut obligations = HashMap::new();
        for name in &schema.required {
            obligations.entry(name.value).or_insert(name);
        }
        for (wire, property) in &schema.properties.0 {
            if is_never(property) {
                self.ledger.ignore(property.at(), Reason::Never);
                continue;
            }
            self.ledger.take(property.at());
            let mut lowered = self.schema(property, &Naming::new(parent, wire));
            if schema.conditional.contains(wire) {
                // It is held against the condition.
                lowered.shape = Shape::default();
            }
            let required = obligations.get(*wire);
            required.iter().for_each(|name| self.ledger.take(name.at));
            fields.push(Field {
                ident: scope.take(names::snake(wire)),
                wire: (*wire).to_owned(),
                docs: lowered.docs(None, self.ledger, || format!("The field `{}`.", wire.replace('`', ""))),
                presence: if lowered.nullable { Presence::Nullable } else { Presence::Optional },
                boxed: false,
                required: required.is_some(),
                read_only: lowered.read_only,
                write_only: lowered.write_only,
                deprecated: lowered.deprecated,
                shape: lowered.shape,
                ty: lowered.ty,
            });
        }
        for missing in schema.required.iter().filter(|name| !schema.properties.0.contains_key(name.value)) {
            self.unsupported(
                "required-unknown",
                format!("`required` names `{}`, which is not among the properties", missing.value),
                missing.at,
                "add the property, or take the name out of `required`",
            );
        }
        let additional_ident = if additional.is_some() { scope.take("additional".to_owned()) } else { String::new() };
        Struct { rename_all: rename_all(&fields), fields, additional, additional_ident, ..Struct::default() }
    }

    /// Opens a definition under a name of its own.
    pub(super) fn define(
        &mut self,
        naming: &Naming,
        component: Option<&'a str>,
        schema: &Schema<'a>,
        kind: TypeKind,
    ) -> TypeId {
        if let Some(example) = &schema.example {
            // Unless a field of the type shows it.
            self.ledger.ignore(example.at, Reason::Sample);
        }
        let id = self.types.len();
        let is_enum = matches!(kind, TypeKind::StringEnum(_) | TypeKind::IntegerEnum(_));
        let name = match component {
            Some(component) => {
                self.components.insert(component, super::Component::Open(Some(id)));
                naming.parent.clone()
            }
            None => {
                let title = self.take(&schema.title).map(names::camel).filter(|title| title.len() <= 40);
                // Equal enums are merged, so their name should not be that of the first place.
                let short = is_enum.then(|| names::camel_or_nothing(&naming.name)).filter(|name| !name.is_empty());
                self.scope.take_first(title.into_iter().chain(short).chain([naming.full_name()]))
            }
        };
        let mut docs = docs::lines(self.take(&schema.description).unwrap_or_default());
        if docs.is_empty() {
            docs = docs::lines(&match (component, self.take(&schema.title)) {
                (Some(_), Some(title)) => title.to_owned(),
                (Some(component), _) => format!("The type `{component}`."),
                (None, _) if naming.name == RESPONSE => format!("What `{}` answers.", naming.parent),
                (None, _) if naming.name.is_empty() => format!("Part of `{}`.", naming.parent),
                (None, _) => format!("The type of `{}` in `{}`.", naming.name, naming.parent),
            });
        }
        self.types.push(TypeDef {
            name,
            docs,
            deprecated: self.take(&schema.deprecated) == Some(true),
            kind,
            input: false,
            output: false,
            users: Default::default(),
        });
        id
    }
}

/// What an object may hold beyond its properties.
enum Further<'a> {
    Unsaid,
    Nothing,
    Anything,
    Values(Sub<'a>, &'a Location),
}

/// A type whose fields or alternatives are checked.
pub(super) fn named<'a>(id: TypeId) -> Lowered<'a> {
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
