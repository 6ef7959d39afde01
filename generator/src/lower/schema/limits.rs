//! Limits of values, which are checked before they are sent.

use std::cmp::Ordering;

use serde_json::Number;

use super::all_of::compare;
use super::numbers::range;

use crate::accounting::Reason;
use crate::diagnostic::Location;
use crate::load::{Keyword, Schema, integer};
use crate::lower::Lower;
use crate::lower::model::{Bound, Rule, Shape, Type, TypeKind};

/// The limits that apply to a type.
#[derive(Clone, Copy, Default)]
struct Applicable {
    text: bool,
    number: bool,
    list: bool,
    object: bool,
}

impl<'a> Lower<'a, '_> {
    /// Adds a schema's limits to those of its type; limits for other types are ignored.
    pub(super) fn limit(&mut self, schema: &Schema<'a>, ty: &Type, shape: &mut Shape) {
        let applicable = self.applicable(ty);
        if applicable.text {
            raise(&mut shape.min_length, self.take(&schema.min_length).filter(|n| *n > 0));
            lower(&mut shape.max_length, self.take(&schema.max_length));
            self.pattern(schema, shape);
        }
        if applicable.number {
            let minimum = self.bound(&schema.minimum, &schema.exclusive_minimum);
            let maximum = self.bound(&schema.maximum, &schema.exclusive_maximum);
            shape.minimum = stricter(shape.minimum.take(), minimum, Ordering::Greater);
            shape.maximum = stricter(shape.maximum.take(), maximum, Ordering::Less);
            narrow(schema, ty, shape);
            self.multiple(schema, shape);
        }
        // The length of a tuple is part of its type.
        let tuple = matches!(ty, Type::Named(id) if matches!(self.types[*id].kind, TypeKind::Tuple(_)));
        if tuple {
            self.take(&schema.min_items);
            self.take(&schema.max_items);
        } else if applicable.list {
            raise(&mut shape.min_items, self.take(&schema.min_items).filter(|n| *n > 0));
            lower(&mut shape.max_items, self.take(&schema.max_items));
        }
        if applicable.list {
            shape.unique |= self.take(&schema.unique_items) == Some(true);
        }
        if applicable.object {
            raise(&mut shape.min_items, self.take(&schema.min_properties).filter(|n| *n > 0));
            lower(&mut shape.max_items, self.take(&schema.max_properties));
        }
        self.pass_over(schema, applicable);
    }

    fn applicable(&self, ty: &Type) -> Applicable {
        let none = Applicable::default();
        match ty {
            Type::String | Type::Secret | Type::Formatted(_) | Type::JsonText(_) => Applicable { text: true, ..none },
            Type::I32 | Type::I64 | Type::U64 | Type::I128 | Type::F64 => Applicable { number: true, ..none },
            Type::List(_) => Applicable { list: true, ..none },
            Type::Map(_) => Applicable { object: true, ..none },
            Type::Bool => none,
            Type::Value => Applicable { text: true, number: true, list: true, object: true },
            Type::Nullable(inner) => self.applicable(inner),
            Type::Named(id) => match &self.types[*id].kind {
                TypeKind::Newtype(newtype) => self.applicable(&newtype.ty),
                TypeKind::Struct(_) => Applicable { object: true, ..none },
                TypeKind::Tuple(_) => Applicable { list: true, ..none },
                TypeKind::StringEnum(_) => Applicable { text: true, ..none },
                TypeKind::IntegerEnum(_) => Applicable { number: true, ..none },
                TypeKind::Union(_) | TypeKind::Own(_) => {
                    Applicable { text: true, number: true, list: true, object: true }
                }
            },
        }
    }

    fn multiple(&mut self, schema: &Schema<'a>, shape: &mut Shape) {
        let Some(own) = schema.multiple_of else { return };
        match (&shape.multiple_of, integer(own.value)) {
            (Some(known), Some(step)) if integer(known).is_some_and(|known| step != 0 && known % step == 0) => {
                self.ledger.ignore(own.at, Reason::Stricter);
            }
            (Some(known), step)
                if !step.zip(integer(known)).is_some_and(|(step, known)| known != 0 && step % known == 0) =>
            {
                let earlier = Shape { multiple_of: Some(known.clone()), ..Shape::default() };
                shape.rules.push(Rule::AnyOf(vec![earlier]));
                shape.multiple_of = self.take(&schema.multiple_of).cloned();
            }
            _ => shape.multiple_of = self.take(&schema.multiple_of).cloned(),
        }
    }

    fn pattern(&mut self, schema: &Schema<'a>, shape: &mut Shape) {
        let Some(pattern) = schema.pattern else { return };
        // Values must match both patterns.
        if shape.pattern.as_deref().is_some_and(|known| known != pattern.value) {
            let earlier = Shape { pattern: shape.pattern.take(), ..Shape::default() };
            shape.rules.push(Rule::AnyOf(vec![earlier]));
        }
        match crate::pattern::checked(pattern.value) {
            Ok(checked) => {
                self.ledger.take(pattern.at);
                shape.pattern = Some(checked);
            }
            Err(error) => self.unsupported(
                "pattern",
                format!("the pattern `{}` cannot be checked: {error}", pattern.value),
                pattern.at,
                "values are sent without this check",
            ),
        }
    }

    fn bound(&self, value: &Keyword<'a, &'a Number>, exclusive: &Keyword<'a, bool>) -> Option<Bound> {
        let exclusive = self.take(exclusive) == Some(true);
        Some(Bound { value: self.take(value)?.clone(), exclusive })
    }

    /// Accounts for keywords that apply to values of other types than the schema's.
    fn pass_over(&self, schema: &Schema<'a>, applicable: Applicable) {
        fn at<'a, T>(keyword: &Keyword<'a, T>) -> Option<&'a Location> {
            keyword.as_ref().map(|keyword| keyword.at)
        }
        let text = [at(&schema.min_length), at(&schema.max_length), at(&schema.pattern)];
        let number = [
            at(&schema.minimum),
            at(&schema.exclusive_minimum),
            at(&schema.maximum),
            at(&schema.exclusive_maximum),
            at(&schema.multiple_of),
        ];
        let list = [
            at(&schema.min_items),
            at(&schema.max_items),
            at(&schema.unique_items),
            at(&schema.items),
            at(&schema.unevaluated_items),
        ];
        let object = [
            at(&schema.min_properties),
            at(&schema.max_properties),
            at(&schema.additional),
            at(&schema.unevaluated),
            at(&schema.property_names),
        ];
        let text = [text[0], text[1], text[2], at(&schema.content_schema)];
        let properties = schema.properties.0.values().chain(schema.patterns.0.values()).map(|property| property.at());
        let required = schema.required.iter().map(|name| name.at);
        let of_objects = object.into_iter().flatten().chain(properties).chain(required).filter(|_| !applicable.object);
        let groups = [(applicable.text, &text[..]), (applicable.number, &number[..]), (applicable.list, &list[..])];
        let others = groups.into_iter().filter(|(applies, _)| !applies).flat_map(|(_, places)| places);
        for place in others.copied().flatten().chain(of_objects) {
            self.ledger.ignore(place, Reason::OtherType);
        }
    }
}

/// Adds the limits of a format with a smaller range than its type, if the document sets none.
fn narrow(schema: &Schema<'_>, ty: &Type, shape: &mut Shape) {
    let of_type = match ty {
        Type::I32 => (i32::MIN.into(), i32::MAX.into()),
        Type::I64 => (i64::MIN.into(), i64::MAX.into()),
        Type::F64 | Type::I128 => (i128::MIN, i128::MAX),
        _ => return,
    };
    let Some((low, high)) = schema.format.and_then(|format| range(format.value)) else { return };
    let bound = |value: i128| Number::from_i128(value).map(|value| Bound { value, exclusive: false });
    if low > of_type.0 && shape.minimum.is_none() {
        shape.minimum = bound(low);
    }
    if high < of_type.1 && shape.maximum.is_none() {
        shape.maximum = bound(high);
    }
}

/// The stricter one of two bounds.
fn stricter(a: Option<Bound>, b: Option<Bound>, further: Ordering) -> Option<Bound> {
    let (Some(a), Some(b)) = (&a, &b) else { return a.or(b) };
    let second = match compare(&b.value, &a.value) {
        Ordering::Equal => b.exclusive,
        order => order == further,
    };
    Some(if second { b.clone() } else { a.clone() })
}

fn raise(limit: &mut Option<usize>, other: Option<usize>) {
    *limit = (*limit).max(other);
}

fn lower(limit: &mut Option<usize>, other: Option<usize>) {
    *limit = match (*limit, other) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
}
