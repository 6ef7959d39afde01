//! Generates numbers within limits, at the limits themselves as well as between them.

use serde_json::{Number, Value};

use super::flat::Flat;
use super::{Amount, Ctx, Generator};

/// An integer that a float cannot represent: loss of precision is detected.
const UNEVEN: i128 = 9_007_199_254_740_993;

impl Generator<'_> {
    pub(super) fn integer(&mut self, flat: &Flat<'_>, ctx: &Ctx) -> Result<Value, String> {
        let (mut low, mut high, natural) = range(flat);
        for limit in flat.all("minimum").chain(flat.all("exclusiveMinimum")) {
            low = low.max(rounded(limit, f64::ceil));
        }
        for limit in flat.all("maximum").chain(flat.all("exclusiveMaximum")) {
            high = high.min(rounded(limit, f64::floor));
        }
        low +=
            i128::from(flat.all("exclusiveMinimum").any(|limit| rounded(limit, f64::ceil) == low && is_integer(limit)));
        high -= i128::from(
            flat.all("exclusiveMaximum").any(|limit| rounded(limit, f64::floor) == high && is_integer(limit)),
        );
        let mut step: i128 = 1;
        for value in flat.all("multipleOf").filter_map(Value::as_f64) {
            step = common(step, step_of(value));
        }
        // The multiples within the limits.
        let (first, last) = (low.div_euclid(step) + i128::from(low.rem_euclid(step) != 0), high.div_euclid(step));
        if first > last {
            return Err(format!("no multiple of {step} is within {low} and {high}"));
        }
        let chosen = match ctx.amount {
            Amount::Least if natural.0 => first,
            Amount::Least => 0.clamp(first, last),
            Amount::Most if natural.1 => last,
            Amount::Most => (UNEVEN / step).clamp(first, last),
            Amount::Random => self.between(first, last),
        };
        let number = chosen * step;
        let number = u64::try_from(number).map(Number::from).or_else(|_| i64::try_from(number).map(Number::from));
        number.map(Value::Number).map_err(|_| "only integers beyond 64 bits are within the limits".to_owned())
    }

    /// A number between two, of any magnitude: small ones are as frequent as large ones.
    fn between(&mut self, first: i128, last: i128) -> i128 {
        let start = 0.clamp(first, last);
        let reach = if self.rng.bool() { last - start } else { start - first };
        let up = reach == last - start;
        let bits = 128 - reach.leading_zeros();
        if bits == 0 {
            return start;
        }
        let limit = 1_i128 << self.rng.u32(1..=bits).min(120);
        let away = self.rng.i128(0..limit).min(reach);
        if up { start + away } else { start - away }
    }

    pub(super) fn number(&mut self, flat: &Flat<'_>, ctx: &Ctx) -> Result<Value, String> {
        // A number with an integer format is an integer.
        let format = flat.all("format").find_map(Value::as_str);
        if format.is_some_and(|format| format.starts_with("int") || format.starts_with("uint")) {
            return self.integer(flat, ctx);
        }
        let floats = |key: &str| flat.all(key).filter_map(Value::as_f64).collect::<Vec<_>>();
        let of = |values: Vec<f64>, pick: fn(f64, f64) -> f64| values.into_iter().reduce(pick);
        let (low, low_open) = (of(floats("minimum"), f64::max), of(floats("exclusiveMinimum"), f64::max));
        let (high, high_open) = (of(floats("maximum"), f64::min), of(floats("exclusiveMaximum"), f64::min));
        let step = floats("multipleOf").into_iter().next();
        let least = [low, low_open].into_iter().flatten().reduce(f64::max);
        let most = [high, high_open].into_iter().flatten().reduce(f64::min);
        let (from, to) = match (least, most) {
            (Some(from), Some(to)) if from > to => return Err(format!("nothing is within {from} and {to}")),
            (Some(from), Some(to)) => (from, to),
            (Some(from), None) => (from, from + 2000.0),
            (None, Some(to)) => (to - 2000.0, to),
            (None, None) => (-1000.0, 1000.0),
        };
        let inside = |value: f64| {
            low.is_none_or(|low| value >= low)
                && high.is_none_or(|high| value <= high)
                && low_open.is_none_or(|low| value > low)
                && high_open.is_none_or(|high| value < high)
        };
        let mut wanted = match ctx.amount {
            Amount::Least => vec![from, 0.0_f64.clamp(from, to)],
            Amount::Most => vec![to, 1.5_f64.clamp(from, to)],
            Amount::Random => Vec::new(),
        };
        if least.is_none() && ctx.amount == Amount::Least {
            wanted.reverse();
        }
        if most.is_none() && ctx.amount == Amount::Most {
            wanted.reverse();
        }
        // A few decimals, which have an exact decimal form.
        let spread = |part: f64| ((from + (to - from) * part) * 1000.0).round() / 1000.0;
        wanted.extend((0..20).map(|_| spread(self.rng.f64())));
        wanted.extend([0.5, 0.25, 0.75, 0.1, 0.999].map(|part| from + (to - from) * part));
        let wanted = wanted.into_iter().map(|value| match step {
            Some(step) => multiple(value, step),
            None => value,
        });
        let steps =
            |value: f64| step.is_none_or(|step| [multiple(value, step), multiple(value + step, step)].contains(&value));
        let found = wanted.into_iter().find(|value| inside(*value) && steps(*value));
        let found = found.ok_or_else(|| format!("nothing is within {from} and {to}"))?;
        let number = if found.fract() == 0.0 && found.abs() < 1e15 {
            Some(Number::from(found as i64))
        } else {
            Number::from_f64(found)
        };
        number.map(Value::Number).ok_or_else(|| "only infinite numbers are within the limits".to_owned())
    }
}

/// The limits of a format, and whether the document has its own (low, high).
fn range(flat: &Flat<'_>) -> (i128, i128, (bool, bool)) {
    let stated = |keys: [&str; 2]| keys.iter().any(|key| flat.all(key).next().is_some());
    let (own_low, own_high) = (stated(["minimum", "exclusiveMinimum"]), stated(["maximum", "exclusiveMaximum"]));
    let beyond = flat.all("maximum").filter_map(Value::as_f64).any(|limit| limit > 9.3e18);
    let format = flat.all("format").find_map(Value::as_str);
    let (low, high) = match format {
        Some("int8") => (i128::from(i8::MIN), i128::from(i8::MAX)),
        Some("int16") => (i128::from(i16::MIN), i128::from(i16::MAX)),
        Some("int32") => (i128::from(i32::MIN), i128::from(i32::MAX)),
        Some("uint8") => (0, i128::from(u8::MAX)),
        Some("uint16") => (0, i128::from(u16::MAX)),
        Some("uint32") => (0, i128::from(u32::MAX)),
        Some("uint64" | "uint") => (0, i128::from(u64::MAX)),
        _ if beyond => (if own_low { i128::from(i64::MIN) } else { 0 }, i128::from(u64::MAX)),
        _ => (i128::from(i64::MIN), i128::from(i64::MAX)),
    };
    let sized =
        format.is_some_and(|format| matches!(format, "int8" | "int16" | "int32" | "uint8" | "uint16" | "uint32"));
    (low, high, (own_low, own_high || sized))
}

fn rounded(limit: &Value, round: fn(f64) -> f64) -> i128 {
    match limit.as_i64().map(i128::from).or_else(|| limit.as_u64().map(i128::from)) {
        Some(exact) => exact,
        None => round(limit.as_f64().unwrap_or(0.0)).clamp(-1e30, 1e30) as i128,
    }
}

fn is_integer(limit: &Value) -> bool {
    limit.is_i64() || limit.is_u64() || limit.as_f64().is_some_and(|value| value.fract() == 0.0)
}

/// The integers that are multiples of a step: of 0.5 each, of 2.5 every fifth.
fn step_of(step: f64) -> i128 {
    let factor = (1..=1000).find(|times| (step * f64::from(*times)).fract() == 0.0);
    factor.map_or(1, |times| (step * f64::from(times)) as i128).max(1)
}

fn common(one: i128, other: i128) -> i128 {
    let (mut a, mut b) = (one, other);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    (one / a.max(1)).saturating_mul(other).max(1)
}

/// The nearest multiple of a step towards zero, written with no more decimals than the step has.
fn multiple(value: f64, step: f64) -> f64 {
    let times = (value / step + if value < 0.0 { -1e-9 } else { 1e-9 }).trunc();
    let decimals = (0..12).find(|digits| (step * 10_f64.powi(*digits)).fract().abs() < 1e-9).unwrap_or(12);
    let scale = 10_f64.powi(decimals);
    (times * step * scale).round() / scale
}
