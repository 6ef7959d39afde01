use serde_json::{Value, json};

use crate::data::shape::{
    Field, Object, Rule, Shape, any, any_of, contains, fields, list, names, never, not, object, only_one, optional,
    others, prefix, required, values, when,
};

fn check(found: Value, shape: Shape) -> Vec<String> {
    let mut violations = Vec::new();
    crate::check::value(&found, &shape, "x", &mut violations);
    violations.iter().map(ToString::to_string).collect()
}

struct Payment;
impl Object for Payment {
    const FIELDS: &'static [Field] = &[required("kind", any())];
    const RULES: &'static [Rule] = &[
        when(
            &fields(&[required("kind", any().rules(&[values(&["\"card\""])]))]),
            &fields(&[required("number", any().pattern("^[0-9]+$"))]),
            &fields(&[optional("amount", any().min(1))]),
        ),
        when(&fields(&[required("note", any())]), &fields(&[required("author", any())]), &any()),
    ];
}

#[test]
fn conditions() {
    let payments = || list(const { &object::<Payment>() });
    assert_eq!(check(json!([{"kind": "card", "number": "12"}, {"kind": "cash", "amount": 1}]), payments()), [""; 0]);
    assert_eq!(
        check(json!([{"kind": "card"}, {"kind": "card", "number": "a"}, {"kind": "cash", "amount": 0}]), payments()),
        [
            "x[0].number: is required",
            "x[1].number: must match the pattern ^[0-9]+$",
            "x[2].amount: must be at least 1, is 0",
        ]
    );
    assert_eq!(check(json!({"kind": "cash", "note": "n"}), object::<Payment>()), ["x.author: is required"]);
    // A missing field is reported once, and conditions on it are not evaluated.
    assert_eq!(check(json!({}), object::<Payment>()), ["x.kind: is required"]);
}

const EITHER: &[Shape] = &[fields(&[required("a", any())]), fields(&[required("b", any()), required("c", any())])];

#[test]
fn alternatives_of_required_fields() {
    const SOME: Shape = any().rules(&[any_of(EITHER)]);
    const ONLY: Shape = any().rules(&[only_one(EITHER)]);
    let none = "x: must be at least one of: with `a`, with `b` and `c`";
    for (value, with_some, with_only) in [
        (json!({"a": 1}), None, None),
        (json!({"b": 1, "c": null}), None, None),
        (json!({"b": 1}), Some(none), Some(none)),
        (json!({}), Some(none), Some(none)),
        (json!({"a": 1, "b": 1, "c": 1}), None, Some("x: must be only one of: with `a`, with `b` and `c`")),
    ] {
        assert_eq!(check(value.clone(), SOME), Vec::from_iter(with_some), "{value}");
        assert_eq!(check(value.clone(), ONLY), Vec::from_iter(with_only), "{value}");
    }
}

#[test]
fn alternatives_of_limits() {
    const LENGTH: Shape = any().rules(&[any_of(&[any().max_length(2), any().min_length(5)])]);
    assert_eq!(check(json!("ab"), LENGTH), [""; 0]);
    assert_eq!(check(json!("abcde"), LENGTH), [""; 0]);
    assert_eq!(check(json!("abc"), LENGTH), ["x: must have at most 2 characters, has 3"]);
}

#[test]
fn forbidden_combinations() {
    const APART: Shape = any().rules(&[not(&fields(&[required("a", any()), required("b", any())]))]);
    assert_eq!(check(json!({"a": 1}), APART), [""; 0]);
    assert_eq!(check(json!({"a": 1, "b": 2}), APART), ["x: must not have `a` and `b`"]);
    const OTHER: Shape = any().rules(&[not(&any().rules(&[values(&["13", "\"root\""])]))]);
    assert_eq!(check(json!(12), OTHER), [""; 0]);
    for value in [json!(13), json!(13.0), json!("root")] {
        assert_eq!(check(value, OTHER), ["x: is forbidden by the document"]);
    }
    assert_eq!(check(json!({}), never()).len(), 1);
    // A null counts as absent.
    assert_eq!(check(json!(null), APART), [""; 0]);
}

#[test]
fn constants() {
    const LARGE: Shape = any().rules(&[values(&["9007199254740992"])]);
    const NO: Shape = any().rules(&[values(&["false"])]);
    const CONSTANTS: Shape = any().rules(&[values(&["1.5", "[1,{\"a\":2}]", "null"])]);
    for value in [json!(1.5), json!([1.0, {"a": 2}]), json!(null)] {
        assert_eq!(check(value, CONSTANTS), [""; 0]);
    }
    assert_eq!(check(json!(9_007_199_254_740_993_u64), LARGE).len(), 1);
    assert_eq!(check(json!(true), NO), ["x: must be false"]);
}

#[test]
fn elements() {
    const NONE: Shape = any().rules(&[contains(&any(), 0, None)]);
    const LINE: Shape = any().rules(&[prefix(&[any().text().max_length(2), any().flag().null()], &any().integer())]);
    assert_eq!(check(json!(["ab", null, 1, 2.0]), LINE), [""; 0]);
    assert_eq!(check(json!(["ab"]), LINE), [""; 0]);
    assert_eq!(
        check(json!(["abc", 1, 1.5]), LINE),
        [
            "x[0]: must have at most 2 characters, has 3",
            "x[1]: must be null or true or false",
            "x[2]: must be an integer",
        ]
    );
    const LARGE: Shape = any().rules(&[contains(&any().min(100), 1, Some(2))]);
    assert_eq!(check(json!([1, 100]), LARGE), [""; 0]);
    for list in [json!([]), json!([99]), json!([100, 101, 102])] {
        assert_eq!(check(list, LARGE).len(), 1);
    }
    assert_eq!(check(json!([]), NONE), [""; 0]);
}

#[test]
fn entries() {
    const MAP: Shape =
        any().rules(&[others(&["id"], &[("^x-", any().text()), ("-n$", any().max_length(1))], &never())]);
    assert_eq!(check(json!({"id": 1, "x-a": "abc", "x-n": "a"}), MAP), [""; 0]);
    assert_eq!(
        check(json!({"x-a": 1, "x-n": "ab", "y": 1}), MAP),
        ["x.x-a: must be a string", "x.x-n: must have at most 1 character, has 2", "x.y: is forbidden by the document",]
    );
    const NAMED: Shape = any().rules(&[names(&any().pattern("^[a-z]+$").max_length(3))]);
    assert_eq!(check(json!({"abc": 1}), NAMED), [""; 0]);
    assert_eq!(check(json!({"A": 1}), NAMED), ["x.A: the name must match the pattern ^[a-z]+$"]);
}
