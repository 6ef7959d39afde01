//! Objects: structs with their fields, and maps.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::tuple::is_never;
use super::{Inline, Lowered, Naming, RESPONSE, anything};
use crate::accounting::Reason;
use crate::load::{Additional, JsonType, Placed, Schema, Sub};
use crate::lower::model::{Aliased, Field, Inner, Presence, Rule, Shape, Struct, Type, TypeDef, TypeId, TypeKind};
use crate::lower::names::{Candidates, Scope};
use crate::lower::{Lower, docs, markdown, names, response_docs};

impl<'a> Lower<'a, '_> {
    pub(super) fn object(
        &mut self,
        mut schema: Schema<'a>,
        naming: &Naming,
        component: Option<&'a str>,
    ) -> Lowered<'a> {
        if schema.properties.0.is_empty() && !schema.required.is_empty() && schema.additional.is_none() {
            schema.additional = Some(anything(schema.at.at));
        }
        self.complete(&mut schema);
        let additional = self.additional_values(&schema);
        // No components are derived from it.
        self.ignore_discriminator(&schema);
        if schema.properties.0.is_empty() {
            return match additional {
                Some(Additional::Of(values)) => {
                    let inner = self.further(&schema, &values, naming);
                    let facts = self.element_description(&inner);
                    let shape = match self.patterns(&schema, &inner) {
                        Some(rule) => Shape { rules: vec![rule], ..Shape::default() },
                        None => Shape { inner: Inner::Map(Box::new(inner.shape.clone())), ..Shape::default() },
                    };
                    Lowered { shape, facts, ..Lowered::plain(Type::Map(Box::new(inner.element()))) }
                }
                _ => Lowered::plain(Type::Map(Box::new(Type::Value))),
            };
        }
        let key = Inline::Object(naming.name.clone(), Box::new(schema.clone()));
        let known = self.inline.get(&key).copied().filter(|_| component.is_none());
        let id = match known {
            Some(id) => id,
            None => self.define(naming, component, &schema, TypeKind::Struct(Struct::default())),
        };
        if component.is_none() {
            self.inline.insert(key, id);
        }
        // Also the fields of an equal type: the first one accounts for their content, and their types are also named
        // after this place. A recursive one would have infinitely many places.
        let outermost = known.is_some() && self.renamed.is_none();
        let within = self.open.contains(&id) || self.renamed.as_ref().is_some_and(|renamed| renamed.contains(&id));
        let (parent, is_new) = match known {
            Some(_) if !within => self.name_in(Aliased::Type(id), naming.full_name()),
            _ => (self.types[id].name.clone(), known.is_none()),
        };
        if known.is_some() {
            self.renamed.get_or_insert_default().insert(id);
        }
        self.open.push(id);
        if self.seen.insert(schema.at.at) || is_new {
            let closed = matches!(additional, Some(Additional::Allowed(false)));
            let (additional, words, others) = self.additional(&schema, additional, naming);
            let mut body = self.fields(&schema, additional, &parent);
            body.rules.extend(others);
            body.closed = closed;
            if known.is_none() {
                self.types[id].kind = TypeKind::Struct(body);
                let lines = words.iter().flat_map(|words| docs::lines(&format!("Further fields. {words}")));
                self.types[id].docs.extend(std::iter::once(String::new()).filter(|_| !words.is_empty()));
                self.types[id].docs.extend(lines);
            }
        }
        self.open.pop();
        if outermost {
            self.renamed = None;
        }
        named(id)
    }

    /// The schema of entries beyond the properties: by pattern, or any.
    fn additional_values(&mut self, schema: &Schema<'a>) -> Option<Additional<'a>> {
        let additional = schema.additional.as_ref().or(schema.unevaluated.as_ref());
        let places = schema.additional.iter().chain(&schema.unevaluated);
        places.for_each(|place| self.ledger.take(place.at));
        let mut kinds: Vec<Sub<'a>> = Vec::new();
        for kind in schema.patterns.0.values() {
            self.ledger.take(kind.at());
            if !kinds.contains(kind) {
                kinds.push(kind.clone());
            }
        }
        match additional.map(|additional| &additional.value) {
            additional if kinds.is_empty() => return additional.cloned(),
            Some(Additional::Allowed(true)) => return Some(Additional::Allowed(true)),
            Some(Additional::Of(values)) if !kinds.contains(values) => kinds.push(values.clone()),
            None if leaves_names_open(schema) => kinds.push(Sub::Merged(Arc::new(Schema::any(schema.at.at)))),
            _ => {}
        }
        Some(Additional::Of(match kinds.as_slice() {
            [only] => only.clone(),
            _ => super::either(kinds, schema.at.at),
        }))
    }

    /// The check of entries by patterns of names.
    fn patterns(&mut self, schema: &Schema<'a>, values: &Lowered<'a>) -> Option<Rule> {
        if schema.patterns.0.is_empty() {
            return None;
        }
        let additional = schema.additional.as_ref().or(schema.unevaluated.as_ref()).map(|additional| &additional.value);
        // The values have a single type, which already expresses this.
        let others = matches!(additional, Some(Additional::Of(_))) || additional.is_none() && leaves_names_open(schema);
        let alone = schema.patterns.0.len() == 1 && !others;
        let mut patterns = Vec::new();
        for (pattern, part) in &schema.patterns.0 {
            let shape = if alone { Some(values.shape.clone()) } else { self.constraint(part) };
            match (crate::pattern::checked(pattern), shape) {
                (Ok(pattern), Some(shape)) => patterns.push((pattern, shape)),
                (Err(error), _) => {
                    let message = format!("the pattern `{pattern}` cannot be checked: {error}");
                    self.unsupported("pattern", message, part.at(), "names are sent without this check");
                    return None;
                }
                (_, None) => {
                    let message = format!("the schema of `{pattern}` is too complex to be checked");
                    self.unsupported("unchecked", message, part.at(), "values are sent without this check");
                    return None;
                }
            }
        }
        let known = schema.properties.0.keys().map(|name| (*name).to_owned()).collect();
        let rest = match additional {
            Some(Additional::Allowed(false)) => Shape::never(),
            Some(Additional::Of(further)) => self.constraint(further).unwrap_or_default(),
            _ => Shape::default(),
        };
        Some(Rule::Others(known, patterns, Box::new(rest)))
    }

    /// Adds names that are in `required` but not in `properties`, as properties with the type of additional ones.
    pub(in crate::lower) fn complete(&mut self, schema: &mut Schema<'a>) {
        let mut listed = HashSet::new();
        for name in schema.required.clone() {
            if !listed.insert(name.value) {
                self.ledger.ignore(name.at, Reason::Repeated);
                continue;
            }
            if schema.properties.0.contains_key(name.value) {
                continue;
            }
            let by_pattern = schema.patterns.0.iter().find(|(pattern, _)| crate::pattern::matches(pattern, name.value));
            let property = match (by_pattern, schema.additional.as_ref().map(|additional| &additional.value)) {
                (Some((_, values)), _) => values.clone(),
                (None, Some(Additional::Allowed(false))) => {
                    self.unsupported(
                        "required-unknown",
                        format!("`required` names `{}`, which `additionalProperties` excludes", name.value),
                        name.at,
                        "no value is valid, so this is not checked",
                    );
                    continue;
                }
                (None, Some(Additional::Of(values))) => values.clone(),
                (None, _) => {
                    self.warn(
                        "required-unknown",
                        format!("`required` names `{}`, which is not a property", name.value),
                        name.at,
                        "add the property, or remove the name from `required`; until then, it is untyped JSON",
                    );
                    let any = Schema::any(name.at);
                    let tag = schema.discriminator.as_ref().filter(|it| it.value.property.value == name.value);
                    let ty = tag.map(|tag| Placed { value: JsonType::String, at: tag.at });
                    Sub::Merged(Arc::new(Schema { ty, ..any }))
                }
            };
            schema.properties.0.insert(name.value, property);
        }
    }

    /// The type of an object's additional properties, and their description.
    fn additional(
        &mut self,
        schema: &Schema<'a>,
        additional: Option<Additional<'a>>,
        naming: &Naming,
    ) -> (Option<Type>, Vec<String>, Option<Rule>) {
        let any = match additional {
            Some(Additional::Of(values)) => {
                let inner = self.further(schema, &values, naming);
                let words = self.element_description(&inner);
                let rule = self.patterns(schema, &inner).unwrap_or_else(|| {
                    let known = schema.properties.0.keys().map(|name| (*name).to_owned()).collect();
                    Rule::Others(known, Vec::new(), Box::new(inner.shape.clone()))
                });
                return (Some(inner.element()), words, Some(rule));
            }
            Some(Additional::Allowed(allowed)) => allowed,
            // Types that name this one as their base have additional fields.
            None => schema.discriminator.is_some(),
        };
        (any.then_some(Type::Value), Vec::new(), None)
    }

    fn further(&mut self, schema: &Schema<'a>, values: &Sub<'a>, naming: &Naming) -> Lowered<'a> {
        let name = names::singular(&naming.name);
        let name = if name == naming.name { format!("{name} value").trim_start().to_owned() } else { name };
        let of = |additional: &&Placed<'a, Additional<'a>>| matches!(additional.value, Additional::Of(_));
        let at = schema.additional.as_ref().filter(of).map_or(values.at(), |additional| additional.at);
        self.element(values, &Naming::new(&naming.parent, &name), at)
    }

    /// Reports required fields that cannot exist.
    pub(in crate::lower) fn never_there(&mut self, schema: &Schema<'a>) {
        let never = |name: &str| schema.properties.0.get(name).is_some_and(is_never);
        for name in schema.required.iter().filter(|name| never(name.value)) {
            let message = format!("`required` names {}, whose schema accepts no value", markdown::code(name.value));
            self.unsupported("contradiction", message, name.at, "the field is left out");
        }
    }

    fn fields(&mut self, schema: &Schema<'a>, additional: Option<Type>, parent: &str) -> Struct {
        let mut scope = Scope::with(&["new"]);
        let (never, properties): (Vec<_>, Vec<_>) =
            schema.properties.0.iter().partition(|(_, property)| is_never(property));
        never.iter().for_each(|(_, property)| self.ledger.ignore(property.at(), Reason::Never));
        self.never_there(schema);
        let wanted: Vec<Candidates> = properties.iter().map(|(wire, _)| Candidates::snake(wire)).collect();
        let mut idents = scope.assign(&wanted).into_iter();
        let mut fields = Vec::new();
        let mut obligations = HashMap::new();
        for name in &schema.required {
            obligations.entry(name.value).or_insert(name);
        }
        for (wire, property) in properties {
            self.ledger.take(property.at());
            let mut lowered = self.schema(property, &Naming::new(parent, wire));
            if schema.conditional.contains(wire) {
                // It is checked against the condition.
                lowered.shape = Shape::default();
            }
            let required = obligations.get(*wire);
            required.iter().for_each(|name| self.ledger.take(name.at));
            fields.push(Field {
                ident: idents.next().unwrap_or_default(),
                wire: (*wire).to_owned(),
                docs: lowered.docs(None, self.ledger, || format!("The field {}.", markdown::code(wire))),
                presence: if lowered.nullable { Presence::Nullable } else { Presence::Optional },
                boxed: false,
                required: required.is_some(),
                read_only: lowered.read_only,
                write_only: lowered.write_only,
                undescribed: required.is_some_and(|name| std::ptr::eq(name.at, property.at())),
                deprecated: lowered.deprecated,
                values: lowered.values,
                filled: false,
                example: lowered.example.map(|example| example.value.to_json()),
                shape: lowered.shape,
                ty: lowered.ty,
            });
        }
        let additional_ident = if additional.is_some() { scope.take("additional".to_owned()) } else { String::new() };
        Struct { rename_all: rename_all(&fields), fields, additional, additional_ident, ..Struct::default() }
    }

    /// Names an inline type: after its title, unless another type has it, else after its place.
    fn name_inline(&mut self, id: TypeId, schema: &Schema<'a>, naming: &Naming) -> String {
        let title = self.take(&schema.title).map(names::camel).filter(|title| title.len() <= 40);
        match title.filter(|title| self.scope.take_if_free(title)) {
            Some(title) => {
                self.titles.insert(Aliased::Type(id), title.clone());
                title
            }
            None => self.name_first(Aliased::Type(id), naming.full_name()),
        }
    }

    /// Creates a definition with a unique name.
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
        let name = match component {
            Some(component) => {
                self.components.insert(component, super::Component::Open(Some(id)));
                naming.parent.clone()
            }
            None => self.name_inline(id, schema, naming),
        };
        let mut docs = docs::lines(self.take(&schema.description).unwrap_or_default());
        if docs.is_empty() {
            docs = docs::lines(&match (component, self.take(&schema.title)) {
                (Some(_), Some(title)) => title.to_owned(),
                (Some(component), _) => format!("The type {}.", markdown::code(component)),
                (None, _) if naming.name == RESPONSE => response_docs::fallback(&naming.parent).join(" "),
                (None, _) if naming.name.is_empty() => format!("Part of `{}`.", naming.parent),
                (None, _) => format!("The type of {} in `{}`.", markdown::code(&naming.name), naming.parent),
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

/// Whether an entry may have a name that matches no pattern. Its value may then be anything, unless the schema
/// restricts it.
fn leaves_names_open(schema: &Schema<'_>) -> bool {
    !schema.patterns.0.keys().any(|pattern| crate::pattern::matches_any_name(pattern))
}

/// A type whose fields or alternatives are checked.
pub(super) fn named<'a>(id: TypeId) -> Lowered<'a> {
    Lowered { shape: Shape { inner: Inner::Object(id), ..Shape::default() }, ..Lowered::plain(Type::Named(id)) }
}

/// The `rename_all` that requires the fewest explicit renames.
fn rename_all(fields: &[Field]) -> Option<&'static str> {
    let score = |rule: Option<&str>| fields.iter().filter(|f| renamed(&f.ident, rule) == f.wire).count();
    let plain = score(None);
    [Some("camelCase"), Some("PascalCase")]
        .into_iter()
        .max_by_key(|rule| score(*rule))
        .flatten()
        .filter(|rule| score(Some(rule)) > plain + 1)
}

/// The wire name that serde derives from a field's name under a `rename_all` rule.
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
