//! Chooses the alternative of a union for a sample.

use serde_json::Value;

use super::value::Values;
use crate::lower::model::{Constant, Type, TypeKind, Union, UnionVariant};

impl Values<'_> {
    /// The alternative that the sample matches, else the first one that is not recursive.
    pub(super) fn alternative<'u>(&self, union: &'u Union, sample: Option<&Value>) -> Option<&'u UnionVariant> {
        let ends = |variant: &&UnionVariant| !variant.ty.innermost().is_some_and(|id| self.leads_on(id));
        let Some(sample) = sample else { return union.variants.iter().find(ends) };
        let likeness = |variant: &&UnionVariant| {
            let marks = variant.marks.iter().map(|mark| {
                let found = mark.path.iter().try_fold(sample, |value, name| value.get(name));
                found.map_or(0, |found| if mark.values.iter().any(|it| is(it, found)) { 1_000 } else { -1_000 })
            });
            marks.sum::<i32>() + self.likeness(&variant.ty, sample)
        };
        // The first of the best.
        let best = union.variants.iter().filter(ends).rev().max_by_key(likeness);
        best.filter(|variant| likeness(variant) > 0).or_else(|| union.variants.iter().find(ends))
    }

    /// How much of a sample a type can represent; negative if it is of another kind.
    fn likeness(&self, ty: &Type, sample: &Value) -> i32 {
        match (ty, sample) {
            (Type::String | Type::Secret | Type::JsonText(_), Value::String(_))
            | (Type::Bool, Value::Bool(_))
            | (Type::F64, Value::Number(_)) => 2,
            (Type::I32 | Type::I64 | Type::U64 | Type::I128, Value::Number(number)) if !number.is_f64() => 3,
            (Type::Value, _) | (Type::Map(_), Value::Object(_)) => 1,
            (Type::List(inner), Value::Array(items)) => 1 + items.first().map_or(0, |item| self.likeness(inner, item)),
            (Type::Nullable(inner), sample) => self.likeness(inner, sample),
            (Type::Named(id), sample) => match (&self.service.types[*id].kind, sample) {
                (TypeKind::Struct(body), Value::Object(entries)) => {
                    let known = body.fields.iter().filter(|field| entries.contains_key(&field.wire)).count();
                    let lacking =
                        body.fields.iter().filter(|it| it.required && !entries.contains_key(&it.wire)).count();
                    let further = entries.len().saturating_sub(known);
                    let count = |count: usize| i32::try_from(count.min(100)).unwrap_or(100);
                    2 + 2 * count(known) - count(lacking) - count(further)
                }
                (TypeKind::StringEnum(variants), Value::String(text)) => {
                    if variants.iter().any(|variant| variant.value == *text) { 3 } else { 1 }
                }
                (TypeKind::IntegerEnum(_), Value::Number(_)) | (TypeKind::Tuple(_), Value::Array(_)) => 2,
                (TypeKind::Union(_) | TypeKind::Newtype(_) | TypeKind::Own(_), _) => 1,
                _ => -1_000,
            },
            _ => -1_000,
        }
    }
}

/// Whether a value equals this constant.
fn is(constant: &Constant, value: &Value) -> bool {
    match constant {
        Constant::Text(text) => value.as_str() == Some(text),
        Constant::Integer(integer) => value.as_i64() == Some(*integer),
        Constant::Flag(flag) => value.as_bool() == Some(*flag),
    }
}
