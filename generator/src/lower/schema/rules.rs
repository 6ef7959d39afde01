//! Rules beyond types and limits: conditions, alternatives of required fields, exclusions, and the names in maps. They
//! are data for the runtime's checks.

use super::{Lowered, unknown_keyword};
use crate::accounting::Reason;
use crate::diagnostic::Location;
use crate::load::{Additional, JsonType, Schema, Sub, integer};
use crate::lower::Lower;
use crate::lower::model::{Bound, Inner, Rule, Shape, Type, TypeKind};

/// Maximum number of keywords inspected for one rule, and maximum depth.
const MOST: usize = 2_000;
const DEEPEST: usize = 12;

/// Findings about a schema that is only checked.
#[derive(Default)]
struct Found<'a> {
    taken: Vec<&'a Location>,
    /// Annotations, which do not restrict values.
    annotations: Vec<&'a Location>,
    /// The enclosing components.
    open: Vec<&'a str>,
    depth: usize,
}

impl<'a> Lower<'a, '_> {
    /// Adds a schema's rules: to its own type, or to the place where a type is used.
    pub(super) fn add_rules(&mut self, schema: &Schema<'a>, lowered: &mut Lowered<'a>) {
        let rules = self.rules(schema, &lowered.ty, lowered.nullable);
        let own = schema.all_of.is_empty()
            && schema
                .one_of
                .iter()
                .chain(&schema.any_of)
                .chain(schema.further_unions.iter().flatten())
                .all(|part| !super::is_typed(part));
        for rule in rules {
            let body = match &lowered.ty {
                Type::Named(id) => match &mut self.types[*id].kind {
                    TypeKind::Struct(body) => Some(body),
                    _ => None,
                },
                _ => None,
            };
            let known = body.as_ref().is_some_and(|body| body.rules.contains(&rule));
            match body.filter(|_| own) {
                _ if known => {}
                Some(body) => body.rules.push(rule),
                None if lowered.shape.rules.contains(&rule) => {}
                None => lowered.shape.rules.push(rule),
            }
        }
    }

    /// The rules of a schema with values of this type.
    pub(in crate::lower) fn rules(&mut self, schema: &Schema<'a>, ty: &Type, nullable: bool) -> Vec<Rule> {
        let mut rules = Vec::new();
        rules.extend(self.allowed_values(schema, ty, nullable));
        if let Some(not) = &schema.not {
            match self.constraint(&not.value) {
                Some(shape) => {
                    self.ledger.take(not.at);
                    rules.push(Rule::Not(Box::new(shape)));
                }
                None => {
                    let message = "`not` is not checked".to_owned();
                    self.unsupported("not", message, not.at, "values that it excludes are sent");
                }
            }
        }
        self.conditions(schema, &mut rules);
        self.dependents(schema, &mut rules);
        self.alternatives_of_required(schema, &mut rules);
        let object = self.is_object(ty);
        if let Some(names) = schema.property_names.as_ref().filter(|_| object) {
            match self.constraint(&names.value) {
                Some(shape) => {
                    self.ledger.take(names.at);
                    rules.push(Rule::Names(Box::new(shape)));
                }
                None => self.unchecked("propertyNames", names.at),
            }
        }
        if let Some(contains) = schema.contains.as_ref().filter(|_| self.is_list(ty)) {
            match self.constraint(&contains.value) {
                Some(shape) => {
                    self.ledger.take(contains.at);
                    let fewest = self.take(&schema.min_contains).unwrap_or(1);
                    rules.push(Rule::Contains(Box::new(shape), fewest, self.take(&schema.max_contains)));
                }
                None => {
                    self.unchecked("contains", contains.at);
                    let bounds = schema.min_contains.into_iter().chain(schema.max_contains);
                    bounds.for_each(|bound| self.ledger.leave_out(bound.at, "unchecked"));
                }
            }
        } else {
            let bounds = schema.min_contains.into_iter().chain(schema.max_contains).map(|bound| bound.at);
            bounds
                .chain(schema.contains.as_ref().map(|it| it.at))
                .for_each(|at| self.ledger.ignore(at, Reason::OtherType));
        }
        rules
    }

    fn unchecked(&mut self, keyword: &str, at: &'a Location) {
        let message = format!("`{keyword}` is too complex to be checked");
        self.unsupported("unchecked", message, at, "values are sent without this check");
    }

    /// The allowed values of a schema without an enum type.
    fn allowed_values(&self, schema: &Schema<'a>, ty: &Type, nullable: bool) -> Option<Rule> {
        let open = match ty {
            Type::Named(id) => !matches!(self.types[*id].kind, TypeKind::Struct(_) | TypeKind::Tuple(_)),
            Type::Secret => true,
            _ => false,
        };
        if schema.enumeration.is_empty() || open {
            return None;
        }
        let nullable = nullable || schema.nullable.is_some_and(|it| it.value);
        let null = nullable && schema.enumeration.iter().all(|value| !value.value.value.is_null());
        let values = schema.enumeration.iter().map(|value| value.value.to_json().to_string());
        Some(Rule::Values(values.chain(null.then(|| "null".to_owned())).collect()))
    }

    fn conditions(&mut self, schema: &Schema<'a>, rules: &mut Vec<Rule>) {
        for condition in &schema.conditions {
            let branches = [&condition.then, &condition.otherwise];
            let Some(test) = &condition.test else {
                // JSON Schema: branches without a condition have no effect.
                branches.into_iter().flatten().for_each(|branch| self.ledger.ignore(branch.at, Reason::Unconditional));
                continue;
            };
            let shapes = [Some(test), condition.then.as_ref(), condition.otherwise.as_ref()].map(|part| match part {
                Some(part) => self.constraint(&part.value).inspect(|_| self.ledger.take(part.at)),
                None => Some(Shape::default()),
            });
            match shapes {
                [Some(test), Some(then), Some(otherwise)] => rules.push(Rule::When(Box::new([test, then, otherwise]))),
                _ => {
                    self.unchecked("if", test.at);
                    branches.into_iter().flatten().for_each(|branch| self.ledger.leave_out(branch.at, "unchecked"));
                }
            }
        }
    }

    fn dependents(&mut self, schema: &Schema<'a>, rules: &mut Vec<Rule>) {
        let there = |name: &str| (name.to_owned(), true, Shape::default());
        let fields = |fields: Vec<(String, bool, Shape)>| Shape { inner: Inner::Fields(fields), ..Shape::default() };
        let mut when = |name: &str, then: Shape| {
            rules.push(Rule::When(Box::new([fields(vec![there(name)]), then, Shape::default()])));
        };
        for (name, others) in &schema.dependent_required {
            self.ledger.take(name.at);
            others.iter().for_each(|other| self.ledger.take(other.at));
            if !others.is_empty() {
                when(name.value, fields(others.iter().map(|other| there(other.value)).collect()));
            }
        }
        for (name, part) in &schema.dependent_schemas.0 {
            match self.constraint(part) {
                Some(shape) => {
                    self.ledger.take(part.at());
                    when(name, shape);
                }
                None => self.unchecked("dependentSchemas", part.at()),
            }
        }
    }

    /// Alternatives that only list required fields are not types: they are checked, if all of them are of this kind.
    fn alternatives_of_required(&mut self, schema: &Schema<'a>, rules: &mut Vec<Rule>) {
        let further = schema.further_unions.iter().map(|list| ("oneOf", list));
        for (keyword, alternatives) in [("oneOf", &schema.one_of), ("anyOf", &schema.any_of)].into_iter().chain(further)
        {
            let typed = alternatives.iter().any(super::is_typed);
            let untyped =
                alternatives.iter().filter(|part| !(super::is_typed(part) || typed && part.read().ty.is_some()));
            if untyped.clone().next().is_none() {
                continue;
            }
            let shapes = || alternatives.iter().map(|part| self.constraint(part)).collect::<Option<Vec<Shape>>>();
            let shapes = if typed { None } else { shapes() };
            match shapes {
                Some(shapes) if keyword == "oneOf" => rules.push(Rule::OnlyOne(shapes)),
                Some(shapes) => rules.push(Rule::AnyOf(shapes)),
                None => {
                    for part in untyped {
                        self.unsupported(
                            "required-alternatives",
                            format!("an alternative of `{keyword}` that only differs in `required` is not checked"),
                            part.at(),
                            "values that match no alternative are sent",
                        );
                    }
                }
            }
        }
    }

    fn is_object(&self, ty: &Type) -> bool {
        match ty {
            Type::Map(_) | Type::Value => true,
            Type::Named(id) => matches!(self.types[*id].kind, TypeKind::Struct(_) | TypeKind::Union(_)),
            _ => false,
        }
    }

    fn is_list(&self, ty: &Type) -> bool {
        match ty {
            Type::List(_) | Type::Value => true,
            Type::Named(id) => matches!(self.types[*id].kind, TypeKind::Tuple(_) | TypeKind::Union(_)),
            _ => false,
        }
    }

    /// The constraint of a schema on values of any type, if it is only checked. `None` if a part of it cannot be
    /// checked.
    pub(super) fn constraint(&self, schema: &Sub<'a>) -> Option<Shape> {
        let mut found = Found::default();
        let shape = self.shape_of(schema, &mut found)?;
        found.taken.into_iter().for_each(|at| self.ledger.take(at));
        found.annotations.into_iter().for_each(|at| self.ledger.ignore(at, Reason::OnlyChecked));
        Some(shape)
    }

    fn shape_of(&self, schema: &Sub<'a>, found: &mut Found<'a>) -> Option<Shape> {
        let Some(reference) = schema.reference() else {
            found.depth += 1;
            let shape_of = if found.depth > DEEPEST { None } else { self.shape_of_keywords(&schema.read(), found) };
            found.depth -= 1;
            return shape_of;
        };
        if found.open.contains(&reference.value) {
            return None;
        }
        let entry = self.loaded.component("schemas", reference.value)?;
        found.taken.push(reference.at);
        found.open.push(reference.value);
        let shape = self.shape_of(&Sub::of(entry), found);
        found.open.pop();
        shape
    }

    fn shape_of_keywords(&self, schema: &Schema<'a>, found: &mut Found<'a>) -> Option<Shape> {
        let foreign = schema.unknown.iter().any(|keyword| unknown_keyword(keyword.value).is_some());
        if foreign || schema.json.is_some() || found.taken.len() > MOST {
            return None;
        }
        self.record_annotations(schema, found);
        let mut shape = self.limits_shape(schema, found)?;
        if let Some(ty) = schema.ty {
            found.taken.push(ty.at);
            let null = schema.nullable.filter(|nullable| nullable.value).map(|_| "null");
            shape.kinds = std::iter::once(kind(ty.value)).chain(null).collect();
        }
        if !schema.enumeration.is_empty() {
            found.taken.extend(schema.enumeration.iter().map(|value| value.at));
            let values = schema.enumeration.iter().map(|value| value.value.to_json().to_string());
            shape.rules.push(Rule::Values(values.collect()));
        }
        self.add_fields(schema, &mut shape, found)?;
        self.add_elements(schema, &mut shape, found)?;
        self.add_parts(schema, &mut shape, found)?;
        Some(shape)
    }

    /// Annotations, and other keywords that do not restrict values.
    fn record_annotations(&self, schema: &Schema<'a>, found: &mut Found<'a>) {
        let annotations = [schema.description, schema.format, schema.content_encoding, schema.content_media_type];
        found.annotations.extend(annotations.into_iter().flatten().map(|it| it.at));
        found.annotations.extend([schema.default, schema.example].into_iter().flatten().map(|it| it.at));
        let flags = [schema.deprecated, schema.read_only, schema.write_only, schema.nullable, schema.sensitive];
        found.annotations.extend(flags.into_iter().flatten().map(|it| it.at));
        found.annotations.extend(schema.enum_descriptions.map(|it| it.at));
        found.annotations.extend(schema.discriminator.as_ref().map(|it| it.at));
        found.annotations.extend(schema.content_schema.as_ref().map(|it| it.at));
    }

    fn limits_shape(&self, schema: &Schema<'a>, found: &mut Found<'a>) -> Option<Shape> {
        let counts = [
            schema.min_length,
            schema.max_length,
            schema.min_items,
            schema.max_items,
            schema.min_properties,
            schema.max_properties,
        ];
        found.taken.extend(counts.into_iter().flatten().map(|it| it.at));
        let numbers = [schema.minimum, schema.maximum, schema.multiple_of];
        found.taken.extend(numbers.into_iter().flatten().map(|it| it.at));
        let flags = [schema.exclusive_minimum, schema.exclusive_maximum, schema.unique_items];
        found.taken.extend(flags.into_iter().flatten().map(|it| it.at));
        let count = |it: crate::load::Keyword<'a, usize>| it.map(|it| it.value);
        let items = (count(schema.min_items), count(schema.max_items));
        let entries = (count(schema.min_properties), count(schema.max_properties));
        let (least, most) = match (items, entries) {
            ((None, None), counts) | (counts, (None, None)) => counts,
            // A shape has only one of the two.
            _ => return None,
        };
        let bound = |value: crate::load::Keyword<'a, &serde_json::Number>,
                     exclusive: crate::load::Keyword<'a, bool>| {
            let exclusive = exclusive.is_some_and(|it| it.value);
            value.map(|value| Bound { value: value.value.clone(), exclusive })
        };
        let pattern = match schema.pattern {
            Some(pattern) => {
                found.taken.push(pattern.at);
                Some(crate::pattern::checked(pattern.value).ok()?)
            }
            None => None,
        };
        Some(Shape {
            min_length: count(schema.min_length).filter(|n| *n > 0),
            max_length: count(schema.max_length),
            min_items: least.filter(|n| *n > 0),
            max_items: most,
            minimum: bound(schema.minimum, schema.exclusive_minimum),
            maximum: bound(schema.maximum, schema.exclusive_maximum),
            multiple_of: schema.multiple_of.map(|it| it.value.clone()).filter(|it| integer(it) != Some(0)),
            pattern,
            unique: schema.unique_items.is_some_and(|it| it.value),
            ..Shape::default()
        })
    }

    fn add_fields(&self, schema: &Schema<'a>, shape: &mut Shape, found: &mut Found<'a>) -> Option<()> {
        let mut fields: Vec<(String, bool, Shape)> = Vec::new();
        for (name, property) in &schema.properties.0 {
            found.taken.push(property.at());
            fields.push(((*name).to_owned(), false, self.shape_of(property, found)?));
        }
        for name in &schema.required {
            found.taken.push(name.at);
            match fields.iter_mut().find(|(known, ..)| known == name.value) {
                Some((_, required, _)) => *required = true,
                None => fields.push((name.value.to_owned(), true, Shape::default())),
            }
        }
        if !fields.is_empty() {
            shape.inner = Inner::Fields(fields);
        }
        let (patterns, rest) = (self.pattern_shapes(schema, found)?, self.rest_shape(schema, found)?);
        if !patterns.is_empty() || rest != Shape::default() {
            let known = schema.properties.0.keys().map(|name| (*name).to_owned()).collect();
            shape.rules.push(Rule::Others(known, patterns, Box::new(rest)));
        }
        if let Some(names) = &schema.property_names {
            found.taken.push(names.at);
            shape.rules.push(Rule::Names(Box::new(self.shape_of(&names.value, found)?)));
        }
        Some(())
    }

    fn pattern_shapes(&self, schema: &Schema<'a>, found: &mut Found<'a>) -> Option<Vec<(String, Shape)>> {
        let mut patterns = Vec::new();
        for (pattern, values) in &schema.patterns.0 {
            found.taken.push(values.at());
            patterns.push((crate::pattern::checked(pattern).ok()?, self.shape_of(values, found)?));
        }
        Some(patterns)
    }

    /// The constraint on entries beyond the named ones.
    fn rest_shape(&self, schema: &Schema<'a>, found: &mut Found<'a>) -> Option<Shape> {
        let composed = !(schema.all_of.is_empty() && schema.one_of.is_empty() && schema.any_of.is_empty());
        if composed && schema.unevaluated.is_some() || schema.unevaluated.is_some() && !schema.conditions.is_empty() {
            return None;
        }
        let further = schema.additional.as_ref().or(schema.unevaluated.as_ref());
        let elements_rule = schema.additional.iter().chain(&schema.unevaluated);
        found.taken.extend(elements_rule.map(|it| it.at));
        match further.map(|further| &further.value) {
            None | Some(Additional::Allowed(true)) => Some(Shape::default()),
            Some(Additional::Allowed(false)) => Some(Shape::never()),
            Some(Additional::Of(values)) => self.shape_of(values, found),
        }
    }

    fn add_elements(&self, schema: &Schema<'a>, shape: &mut Shape, found: &mut Found<'a>) -> Option<()> {
        if !schema.prefix.is_empty() || schema.items.is_some() || schema.unevaluated_items.is_some() {
            let (first, rest) = self.element_shapes(schema, found)?;
            shape.rules.push(Rule::Prefix(first, Box::new(rest)));
        }
        if let Some(contains) = &schema.contains {
            found.taken.push(contains.at);
            found.taken.extend(schema.min_contains.iter().chain(&schema.max_contains).map(|it| it.at));
            let (fewest, most) = (schema.min_contains.map_or(1, |it| it.value), schema.max_contains.map(|it| it.value));
            shape.rules.push(Rule::Contains(Box::new(self.shape_of(&contains.value, found)?), fewest, most));
        }
        Some(())
    }

    /// The constraints on the elements of a list: on the first ones by position, and on the rest.
    fn element_shapes(&self, schema: &Schema<'a>, found: &mut Found<'a>) -> Option<(Vec<Shape>, Shape)> {
        let mut first = Vec::new();
        for element in &schema.prefix {
            first.push(self.shape_of(element, found)?);
        }
        let rest = match (&schema.items, &schema.unevaluated_items) {
            (Some(items), _) => {
                found.taken.push(items.at);
                self.shape_of(&items.value, found)?
            }
            (None, Some(further)) => {
                found.taken.push(further.at);
                match &further.value {
                    Additional::Allowed(true) => Shape::default(),
                    Additional::Allowed(false) => Shape::never(),
                    Additional::Of(values) => self.shape_of(values, found)?,
                }
            }
            (None, None) => Shape::default(),
        };
        Some((first, rest))
    }

    /// Like [`Self::constraint`], for the elements of a list only.
    pub(super) fn elements_rule(&self, schema: &Schema<'a>) -> Option<Rule> {
        let mut found = Found::default();
        let (first, rest) = self.element_shapes(schema, &mut found)?;
        found.taken.into_iter().for_each(|at| self.ledger.take(at));
        Some(Rule::Prefix(first, Box::new(rest)))
    }

    fn add_parts(&self, schema: &Schema<'a>, shape: &mut Shape, found: &mut Found<'a>) -> Option<()> {
        let list = |parts: &[Sub<'a>], found: &mut Found<'a>| -> Option<Vec<Shape>> {
            parts.iter().map(|part| self.shape_of(part, found)).collect()
        };
        for part in &schema.all_of {
            shape.rules.push(Rule::AnyOf(vec![self.shape_of(part, found)?]));
        }
        if !schema.any_of.is_empty() {
            shape.rules.push(Rule::AnyOf(list(&schema.any_of, found)?));
        }
        if !schema.one_of.is_empty() {
            shape.rules.push(Rule::OnlyOne(list(&schema.one_of, found)?));
        }
        if let Some(not) = &schema.not {
            found.taken.push(not.at);
            shape.rules.push(Rule::Not(Box::new(self.shape_of(&not.value, found)?)));
        }
        for condition in schema.conditions.iter().filter(|condition| condition.test.is_some()) {
            let mut shapes = [Shape::default(), Shape::default(), Shape::default()];
            for (place, part) in shapes.iter_mut().zip([&condition.test, &condition.then, &condition.otherwise]) {
                if let Some(part) = part {
                    found.taken.push(part.at);
                    *place = self.shape_of(&part.value, found)?;
                }
            }
            shape.rules.push(Rule::When(Box::new(shapes)));
        }
        // Rare in schemas that are only checked, so not supported.
        (schema.dependent_required.is_empty() && schema.dependent_schemas.0.is_empty()).then_some(())
    }
}

/// The runtime's name for a type's kind.
fn kind(ty: JsonType) -> &'static str {
    match ty {
        JsonType::String => "text",
        JsonType::Integer => "integer",
        JsonType::Number => "number",
        JsonType::Boolean => "flag",
        JsonType::Array => "list",
        JsonType::Object => "object",
    }
}
