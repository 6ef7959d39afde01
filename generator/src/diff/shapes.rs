//! Checks before sending: which values they reject that they accepted before.

use super::{At, Diff};
use crate::lower::model::{Bound, Inner, Shape};

/// The comparison of a limit.
enum Limit {
    Same,
    Tighter,
    Looser,
}

impl<'a> Diff<'a> {
    /// Compares the checks of an input or of a field that is sent.
    pub(super) fn shape(&mut self, item: &str, at: At<'a>, old: &Shape, new: &Shape) {
        let (old, new) = (&bare(old), &bare(new));
        let least = |old: Option<usize>, new: Option<usize>| {
            limit(old.map(|n| n as f64), new.map(|n| n as f64), |old, new| new > old)
        };
        let most = |old: Option<usize>, new: Option<usize>| {
            limit(old.map(|n| n as f64), new.map(|n| n as f64), |old, new| new < old)
        };
        let bound = |bound: &Option<Bound>| bound.as_ref().and_then(|bound| bound.value.as_f64());
        let excluded = |bound: &Option<Bound>| bound.as_ref().is_some_and(|bound| bound.exclusive);
        let edge = |limit: Limit, old: &Option<Bound>, new: &Option<Bound>| match limit {
            Limit::Same if !excluded(old) && excluded(new) => Limit::Tighter,
            Limit::Same if excluded(old) && !excluded(new) => Limit::Looser,
            limit => limit,
        };
        let text = |value: &dyn std::fmt::Debug| format!("{value:?}");
        let minimum = limit(bound(&old.minimum), bound(&new.minimum), |old, new| new > old);
        let maximum = limit(bound(&old.maximum), bound(&new.maximum), |old, new| new < old);
        let limits = [
            ("minimum length", least(old.min_length, new.min_length)),
            ("maximum length", most(old.max_length, new.max_length)),
            ("minimum number of items", least(old.min_items, new.min_items)),
            ("maximum number of items", most(old.max_items, new.max_items)),
            ("minimum", edge(minimum, &old.minimum, &new.minimum)),
            ("maximum", edge(maximum, &old.maximum, &new.maximum)),
            ("divisor", any(&old.multiple_of, &new.multiple_of)),
            ("pattern", any(&old.pattern, &new.pattern)),
            ("format", any(&old.format.map(|format| text(&format)), &new.format.map(|format| text(&format)))),
            ("uniqueness of items", any(&old.unique.then_some(()), &new.unique.then_some(()))),
            (
                "rule",
                any(
                    &Some((&old.rules, &old.kinds, &old.inner)).filter(|(rules, ..)| !rules.is_empty()),
                    &Some((&new.rules, &new.kinds, &new.inner)).filter(|(rules, ..)| !rules.is_empty()),
                ),
            ),
        ];
        for (name, found) in limits {
            match found {
                Limit::Same => {}
                Limit::Tighter => {
                    let message = format!("the {name} is stricter");
                    let action = "pass only values within it, or call `.unchecked()`";
                    self.breaking("check-stricter", item, at, message, action);
                }
                Limit::Looser => self.additive("check-looser", item, at, format!("the {name} is less strict")),
            }
        }
        if let (Inner::List(old), Inner::List(new)) | (Inner::Map(old), Inner::Map(new)) = (&old.inner, &new.inner) {
            self.shape(item, at, old, new);
        }
    }
}

fn limit(old: Option<f64>, new: Option<f64>, tightens: impl Fn(f64, f64) -> bool) -> Limit {
    match (old, new) {
        (None, Some(_)) => Limit::Tighter,
        (Some(_), None) => Limit::Looser,
        (Some(old), Some(new)) if tightens(old, new) => Limit::Tighter,
        (Some(old), Some(new)) if old != new => Limit::Looser,
        _ => Limit::Same,
    }
}

/// A check that has no order: another one may reject more.
fn any<T: PartialEq>(old: &Option<T>, new: &Option<T>) -> Limit {
    match (old, new) {
        (old, new) if old == new => Limit::Same,
        (_, Some(_)) => Limit::Tighter,
        (_, None) => Limit::Looser,
    }
}

/// A shape without the checks of named types, which are compared themselves.
fn bare(shape: &Shape) -> Shape {
    let mut shape = shape.clone();
    shape.inner = match shape.inner {
        Inner::Object(_) | Inner::None => Inner::None,
        Inner::List(inner) => Inner::List(Box::new(bare(&inner))),
        Inner::Map(inner) => Inner::Map(Box::new(bare(&inner))),
        Inner::Fields(fields) => {
            Inner::Fields(fields.into_iter().map(|(name, required, shape)| (name, required, bare(&shape))).collect())
        }
    };
    shape.rules.iter_mut().flat_map(|rule| rule.shapes_mut()).for_each(|inner| *inner = bare(inner));
    shape
}
