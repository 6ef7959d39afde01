//! Limits of numbers, compared exactly.

use std::cmp::Ordering;

use serde_json::Number;

use super::path::Path;
use super::violation::Violation;
use crate::data::shape::{Limit, LimitValue, Shape};

pub(super) fn check(found: &Number, shape: &Shape, path: &Path<'_>, violations: &mut Vec<Violation>) {
    let mut broken = |limit: Option<Limit>, outside: Ordering, (inclusive, exclusive): (&str, &str)| {
        let Some(limit) = limit else { return };
        let Some(order) = compare(found, limit.value) else { return };
        if order == outside || (limit.exclusive && order == Ordering::Equal) {
            let words = if limit.exclusive { exclusive } else { inclusive };
            violations.push(Violation::new(path, format!("must be {words} {}, is {found}", limit.value)));
        }
    };
    broken(shape.minimum, Ordering::Less, ("at least", "greater than"));
    broken(shape.maximum, Ordering::Greater, ("at most", "less than"));
    if let Some(step) = shape.multiple_of.filter(|step| !is_multiple(found, *step)) {
        violations.push(Violation::new(path, format!("must be a multiple of {step}, is {found}")));
    }
}

/// Integers are compared as integers: beyond 2^53 different ones are equal as floats.
fn compare(found: &Number, limit: LimitValue) -> Option<Ordering> {
    match (limit, found.as_i128()) {
        (LimitValue::Integer(limit), Some(found)) => Some(found.cmp(&limit)),
        (LimitValue::Integer(limit), None) => found.as_f64()?.partial_cmp(&(limit as f64)),
        (LimitValue::Float(limit), _) => found.as_f64()?.partial_cmp(&limit),
    }
}

/// Computed on the decimals as written: 0.3 is a multiple of 0.1, though not in binary.
fn is_multiple(found: &Number, step: LimitValue) -> bool {
    let scaled = || {
        let (found, step) = (decimal(&found.to_string())?, decimal(&step.to_string())?);
        let exponent = found.1.min(step.1);
        Some((scale(found, exponent)?, scale(step, exponent)?))
    };
    match scaled() {
        Some((_, 0)) => true,
        Some((found, step)) => found % step == 0,
        // Out of range for an integer.
        None => {
            let step = match step {
                LimitValue::Integer(step) => step as f64,
                LimitValue::Float(step) => step,
            };
            let Some(found) = found.as_f64().filter(|_| step != 0.0) else { return true };
            let quotient = found / step;
            (quotient - quotient.round()).abs() <= 1e-9 * quotient.abs().max(1.0)
        }
    }
}

/// A number as its digits and a power of ten.
fn decimal(text: &str) -> Option<(i128, i32)> {
    let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction = fraction.trim_end_matches('0');
    let places = i32::try_from(fraction.len()).ok()?;
    Some((format!("{whole}{fraction}").parse().ok()?, exponent.parse::<i32>().ok()?.checked_sub(places)?))
}

fn scale((digits, exponent): (i128, i32), to: i32) -> Option<i128> {
    digits.checked_mul(10_i128.checked_pow(u32::try_from(exponent.checked_sub(to)?).ok()?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn multiples_are_exact() {
        let multiple = |found: &str, step: f64| is_multiple(&found.parse().unwrap(), LimitValue::Float(step));
        for (found, step) in [("0.3", 0.1), ("19.99", 0.01), ("1e2", 0.5), ("1e-2", 0.01), ("4.50", 1.5), ("0", 0.7)] {
            assert!(multiple(found, step), "{found} of {step}");
        }
        for (found, step) in [("0.35", 0.1), ("19.995", 0.01), ("100000000000.005", 0.01), ("1e-3", 0.01)] {
            assert!(!multiple(found, step), "{found} of {step}");
        }
        assert!(is_multiple(&u64::MAX.into(), LimitValue::Integer(5)));
        assert!(!is_multiple(&(u64::MAX - 1).into(), LimitValue::Integer(5)));
        assert!(is_multiple(&7.into(), LimitValue::Integer(0)));
    }
}
