//! Chooses the alternative of a union for a value, if no single property determines it.

use std::any::{Any, TypeId};
use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::tag::Likeness;
use crate::codec::decode;
use crate::codec::json::to_value;
use crate::codec::lost::{self, Lost};

/// An alternative: how well its constants match a value, and how it is decoded.
pub struct Alternative<U> {
    likeness: fn(&Value) -> Likeness,
    read: fn(&Trial) -> Option<U>,
}

/// Creates an alternative of a union.
pub fn alternative<U>(likeness: fn(&Value) -> Likeness, read: fn(&Trial) -> Option<U>) -> Alternative<U> {
    Alternative { likeness, read }
}

/// Decodes a value into the matching alternative: one with matching constants, before others that leave them open, and
/// never one with other constants. Of these, one that reproduces the value exactly, else one that loses nothing (but
/// writes a number as a string, for example), else the one that keeps most; among equals the first. If none keeps
/// anything, it is unknown.
///
/// Undocumented enum values count as lost, as every enum accepts any text. A string that does not have its format is
/// kept, so that only decides between otherwise equal alternatives.
///
/// A nested union is decoded once, however many alternatives lead to it.
pub fn choose<U>(value: Value, alternatives: &[Alternative<U>], fits: Fits, unknown: fn(Value) -> U) -> U
where
    U: Clone + Serialize + 'static,
{
    let scope = Scope::enter();
    // The outermost union shares no results.
    let hash = scope.is_nested().then(|| content_hash(&value));
    let (union, lost) = hash.and_then(recall).unwrap_or_else(|| {
        let trial = Trial { json: value.to_string() };
        let found = best(&value, &trial, alternatives, fits).unwrap_or_else(|| {
            let mut all = Overlap::default();
            all.compare(&value, &Value::Null);
            (unknown(value), Lost { values: all.lost, misformed: 0 })
        });
        if let Some(hash) = hash {
            remember(hash, &found);
        }
        found
    });
    drop(scope);
    lost::note(lost);
    union
}

/// Whether a value satisfies the checks of the alternative at an index.
pub type Fits = fn(usize, &Value) -> bool;

/// The rank of an alternative, in order of priority: number of matching constants; whether nothing is lost; whether its
/// checks hold; number of absent constants; whether it reproduces the value; strings without their format; amount kept;
/// empty lists and objects omitted.
type Fit = (usize, bool, bool, Reverse<usize>, bool, Reverse<usize>, usize, Reverse<usize>);

/// The best alternative, and the parts of the value unknown to it.
fn best<U: Serialize>(value: &Value, trial: &Trial, alternatives: &[Alternative<U>], fits: Fits) -> Option<(U, Lost)> {
    let likely = alternatives.iter().enumerate().map(|(at, one)| ((one.likeness)(value), at, one));
    let mut candidates: Vec<(Likeness, usize, &Alternative<U>)> =
        likely.filter(|(likeness, ..)| !likeness.wrong).collect();
    candidates.sort_by_key(|(likeness, ..)| (Reverse(likeness.known), likeness.missing));
    let mut best: Option<(Fit, U, Lost)> = None;
    for (likeness, at, alternative) in candidates {
        let level = Level::enter();
        let Some(union) = (alternative.read)(trial) else { continue };
        let unknown = level.lost();
        drop(level);
        let Ok(back) = to_value(&union) else { continue };
        let mut overlap = Overlap { lost: unknown.values, ..Overlap::default() };
        overlap.compare(value, &back);
        let kept = overlap.kept + overlap.forgiven;
        let same = overlap.lost == 0 && overlap.forgiven == 0;
        let fits = fits(at, value);
        let (missing, misformed) = (Reverse(likeness.missing), Reverse(unknown.misformed));
        let fit = (likeness.known, overlap.lost == 0, fits, missing, same, misformed, kept, Reverse(overlap.empty));
        let keeps = likeness.known > 0 || overlap.lost == 0 || kept > unknown.values;
        if keeps && best.as_ref().is_none_or(|(most, ..)| fit > *most) {
            best = Some((fit, union, unknown));
            // Later ones have no more matching constants.
            if same && fits && overlap.empty == 0 && unknown.misformed == 0 {
                break;
            }
        }
    }
    best.map(|(_, union, unknown)| (union, unknown))
}

/// An attempt to decode a value.
#[derive(Debug)]
pub struct Trial {
    json: String,
}

impl Trial {
    /// Decodes the value as this type, if possible.
    pub fn read<T: DeserializeOwned>(&self) -> Option<T> {
        decode::from_part(&self.json).ok()
    }
}

/// Results within the outermost union, by type and content, with their losses.
type Known = HashMap<(TypeId, u64), (Box<dyn Any>, Lost)>;

thread_local! {
    static KNOWN: RefCell<Known> = RefCell::default();
    /// Which contents satisfy which unions, by their alternatives.
    static FITS: RefCell<HashMap<(usize, u64), bool>> = RefCell::default();
    /// Depth of nested unions being decoded.
    static UNIONS: Cell<usize> = const { Cell::new(0) };
    /// Random, so that no one can construct two values that collide.
    static KEYS: RandomState = RandomState::new();
}

/// A hash that identifies a value by content.
pub(crate) fn content_hash(value: &Value) -> u64 {
    KEYS.with(|keys| keys.hash_one(value))
}

/// Whether a value of this content satisfies one of these alternatives, if that is cached. Within a union being decoded
/// each level is checked, and would otherwise check all levels below it again.
pub(crate) fn known_fit(alternatives: usize, hash: u64) -> Option<bool> {
    FITS.with_borrow(|known| known.get(&(alternatives, hash)).copied())
}

/// Caches a result for [`known_fit`], within a [`Scope`].
pub(crate) fn note_fit(alternatives: usize, hash: u64, fits: bool) {
    FITS.with_borrow_mut(|known| known.insert((alternatives, hash), fits));
}

/// A union being decoded or checked. The cache is dropped with the outermost one.
pub(crate) struct Scope;

impl Scope {
    pub(crate) fn enter() -> Self {
        UNIONS.set(UNIONS.get() + 1);
        Self
    }

    fn is_nested(&self) -> bool {
        UNIONS.get() > 1
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        UNIONS.set(UNIONS.get() - 1);
        if UNIONS.get() == 0 {
            KNOWN.take();
            FITS.take();
        }
    }
}

/// An attempt at an alternative, which counts its losses.
struct Level {
    outer: Option<Lost>,
}

impl Level {
    fn enter() -> Self {
        Self { outer: lost::begin() }
    }

    fn lost(&self) -> Lost {
        lost::count().unwrap_or_default()
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        lost::start_over(self.outer);
    }
}

fn recall<U: Clone + 'static>(hash: u64) -> Option<(U, Lost)> {
    KNOWN.with_borrow(|known| {
        let (union, lost) = known.get(&(TypeId::of::<U>(), hash))?;
        Some((union.downcast_ref::<U>()?.clone(), *lost))
    })
}

fn remember<U: Clone + 'static>(hash: u64, (union, lost): &(U, Lost)) {
    let found: (Box<dyn Any>, Lost) = (Box::new(union.clone()), *lost);
    KNOWN.with_borrow_mut(|known| known.insert((TypeId::of::<U>(), hash), found));
}

/// How much of a value remains after decoding and encoding it.
#[derive(Default)]
struct Overlap {
    /// Unchanged scalars.
    kept: usize,
    /// Scalars that changed their type or case, or whose key changed its case.
    forgiven: usize,
    /// Lost scalars.
    lost: usize,
    /// Lost empty lists and objects.
    empty: usize,
}

impl Overlap {
    fn compare(&mut self, before: &Value, after: &Value) {
        match (before, after) {
            // Null and absent are equal.
            (Value::Null, _) => {}
            (Value::Object(before), Value::Object(after)) => {
                for (key, value) in before {
                    match (after.get(key), after.iter().find(|(other, _)| other.eq_ignore_ascii_case(key))) {
                        (Some(found), _) => self.compare(value, found),
                        (None, Some((_, found))) => {
                            self.forgiven += 1;
                            self.compare(value, found);
                        }
                        (None, None) => self.compare(value, &Value::Null),
                    }
                }
            }
            (Value::Array(before), Value::Array(after)) => {
                for (index, value) in before.iter().enumerate() {
                    match after.get(index) {
                        Some(after) => self.compare(value, after),
                        None => self.element_lost(value),
                    }
                }
            }
            // Empty lists and objects may be omitted, but not become something else.
            (Value::Array(list), Value::Null) if list.is_empty() => self.empty += 1,
            (Value::Object(object), Value::Null) if object.is_empty() => self.empty += 1,
            (Value::Array(list), Value::Null) => list.iter().for_each(|value| self.element_lost(value)),
            (Value::Object(object), Value::Null) => {
                object.values().for_each(|value| self.compare(value, &Value::Null));
            }
            (Value::Number(before), Value::Number(after)) if before.as_f64() == after.as_f64() => self.kept += 1,
            _ if before == after => self.kept += 1,
            _ if is_forgiven(before, after) => self.forgiven += 1,
            _ => self.lost += 1,
        }
    }

    /// An element of a list counts even if it is an empty object.
    fn element_lost(&mut self, value: &Value) {
        let before = self.lost;
        self.compare(value, &Value::Null);
        self.lost = self.lost.max(before + usize::from(!value.is_null()));
    }
}

/// Whether one is the other's text, or a string in another case.
fn is_forgiven(before: &Value, after: &Value) -> bool {
    match (before, after) {
        (Value::String(before), Value::String(after)) => before.eq_ignore_ascii_case(after),
        (Value::String(text), other) | (other, Value::String(text)) => text.eq_ignore_ascii_case(&other.to_string()),
        _ => false,
    }
}
