//! Unions that are decoded with their checks.
#![allow(unused_variables, reason = "of the macro, which is used from other crates")]

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::codec::decode::from_slice;
use crate::data::shape::{
    Alternative, Choice, Field, Inner, Kind, Later, Object, Rule, Shape, alternative, any, list, one_of, optional,
    required,
};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Wide {
    #[serde(default)]
    all: Vec<Checked>,
    #[serde(default)]
    x: Option<i64>,
}

impl Object for Wide {
    const FIELDS: &'static [Field] = &[optional("all", list(const { &one_of::<Checked>() })), required("a", any())];
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Wider {
    #[serde(default)]
    all: Vec<Checked>,
    #[serde(default)]
    x: Option<i64>,
}

thread_local! {
    static CHECKS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

impl Object for Wider {
    const FIELDS: &'static [Field] = &[optional("all", list(const { &one_of::<Checked>() })), required("b", any())];
}

#[derive(Clone, Debug, PartialEq)]
enum Checked {
    Wide(Wide),
    Wider(Wider),
    Unknown(Value),
}
crate::untagged_union!(Checked, fits { Wide, Wider });

impl Choice for Checked {
    const ALTERNATIVES: &'static [Alternative] =
        &[alternative(Kind::Object, counted::<Wide>()), alternative(Kind::Object, counted::<Wider>())];
}

/// The shape of an object that counts its checks.
const fn counted<T: Object>() -> Shape {
    Shape { inner: Inner::Object(Later::Of(count::<T>)), ..any() }
}

fn count<T: Object>() -> (&'static [Field], &'static [Rule]) {
    CHECKS.set(CHECKS.get() + 1);
    (T::FIELDS, T::RULES)
}

/// Each level is checked for both alternatives, which would check its content exponentially often.
#[test]
fn unions_in_unions_are_checked_once() {
    let depth = 50;
    let json = format!("{}{{\"x\":1,\"new\":2}}{}", "{\"all\":[".repeat(depth), "]}".repeat(depth));
    let read: Checked = from_slice(json.as_bytes()).unwrap();
    assert!(matches!(read, Checked::Wide(_)), "{read:?}");
    // Twice, as the outer union also checks the inner one.
    assert!(CHECKS.get() <= 4 * (depth + 1), "{}", CHECKS.get());
}
