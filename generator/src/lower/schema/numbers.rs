//! Numbers: the integer widths required by formats and limits.

use std::ops::RangeInclusive;

use super::Lower;
use crate::load::{Keyword, Schema, integer};
use crate::lower::model::Type;

impl<'a> Lower<'a, '_> {
    /// The integer type that can represent all values of a schema.
    pub(super) fn integer(&mut self, schema: &Schema<'a>) -> Type {
        let listed = |wanted: fn(i128, i128) -> i128| {
            schema.enumeration.iter().filter_map(|value| integer(value.value.as_number()?)).reduce(wanted)
        };
        let lowest = limit(&schema.minimum).or(listed(i128::min));
        let highest = limit(&schema.maximum).or(listed(i128::max));
        let within = |range: RangeInclusive<i128>| {
            lowest.is_none_or(|lowest| range.contains(&lowest))
                && highest.is_none_or(|highest| range.contains(&highest))
        };
        for bound in [schema.minimum, schema.maximum].into_iter().flatten() {
            if limit(&Some(bound)).is_some_and(|limit| !(i64::MIN.into()..=u64::MAX.into()).contains(&limit)) {
                let message = "an integer of more than 64 bits".to_owned();
                self.warn("wide-integer", message, bound.at, "use a string: JSON numbers are limited to 64 bits");
            }
        }
        // A bound outside the format's range contradicts the format; the bound wins.
        match self.take(&schema.format).and_then(range) {
            Some((low, high)) if within(low..=high) && low >= i32::MIN.into() && high <= i32::MAX.into() => Type::I32,
            Some((0, high)) if within(0..=high) && high > i64::MAX.into() => Type::U64,
            _ if within(i64::MIN.into()..=i64::MAX.into()) => Type::I64,
            _ if within(0..=u64::MAX.into()) => Type::U64,
            _ => Type::I128,
        }
    }

    /// Accounts for decimals, which become floats: JSON values support nothing more precise without a feature that
    /// affects the whole program.
    pub(super) fn inexact(&mut self, schema: &Schema<'a>) {
        if let Some(format) = schema.format.filter(|format| format.value.starts_with("decimal")) {
            let message = format!("numbers with the format `{}` become 64-bit floats", format.value);
            self.warn("inexact-number", message, format.at, "use a string to keep more than 15 significant digits");
        }
    }
}

/// The range of an integer's format.
pub(super) fn range(format: &str) -> Option<(i128, i128)> {
    let (unsigned, bits) = match format.strip_prefix('u') {
        Some(rest) => (true, rest.strip_prefix("int")?),
        None => (false, format.strip_prefix("int")?),
    };
    let bits: u32 = if bits.is_empty() { 64 } else { bits.parse().ok().filter(|bits| (1..=64).contains(bits))? };
    Some(if unsigned { (0, (1 << bits) - 1) } else { (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) })
}

/// Whether a `number` is an integer by its format, without contradiction.
pub(super) fn is_integer(schema: &Schema<'_>) -> bool {
    let limits = [schema.minimum, schema.maximum, schema.multiple_of].into_iter().flatten().map(|limit| limit.value);
    let shown = [schema.default, schema.example].into_iter().flatten().filter_map(|shown| shown.value.as_number());
    schema.format.is_some_and(|format| range(format.value).is_some())
        && limits.chain(shown).all(|number| number.as_f64().is_none_or(|number| number.fract() == 0.0))
}

/// A limit as an integer. A 64-bit limit that was rounded up as a float is corrected.
fn limit(limit: &Keyword<'_, &serde_json::Number>) -> Option<i128> {
    let number = limit.as_ref()?.value;
    integer(number).or_else(|| match number.as_f64()? {
        float if float == u64::MAX as f64 => Some(u64::MAX.into()),
        float if float == i64::MAX as f64 => Some(i64::MAX.into()),
        float => Some(float as i128),
    })
}
