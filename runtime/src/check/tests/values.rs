use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::check::value;
use crate::data::shape::{
    Alternative, Choice, Field, Inner, Kind, Later, Object, Rule, Shape, alternative, any, flag, list, map, mark,
    object, one_of, optional, required, text,
};

struct Node;
impl Object for Node {
    const FIELDS: &'static [Field] = &[
        required("name", any().min_length(1).max_length(3).pattern("^[a-z]*$")),
        optional("port", any().min(1).max(65535)),
        optional("children", list(&object::<Node>()).max_items(2)),
        optional("tags", map(&any().max_length(2)).min_items(1)),
    ];
}

fn check(found: Value, shape: Shape) -> Vec<String> {
    let mut violations = Vec::new();
    value(&found, &shape, "x", &mut violations);
    violations.iter().map(ToString::to_string).collect()
}

#[test]
fn every_violation_comes_with_its_path() {
    let found = check(
        json!({"port": 0, "children": [{"name": "a"}, {"name": "Long", "tags": {}}, {"name": "", "tags": {"k": "abc"}}]}),
        object::<Node>(),
    );
    assert_eq!(
        found,
        [
            "x.name: is required",
            "x.port: must be at least 1, is 0",
            "x.children: must have at most 2 elements, has 3",
            "x.children[1].name: must have at most 3 characters, has 4",
            "x.children[1].name: must match the pattern ^[a-z]*$",
            "x.children[1].tags: must have at least 1 entry, has 0",
            "x.children[2].name: must have at least 1 character, has 0",
            "x.children[2].tags.k: must have at most 2 characters, has 3",
        ]
    );
}

#[test]
fn shapes_made_at_run_time_can_be_recursive() {
    static NODE: OnceLock<(&[Field], &[Rule])> = OnceLock::new();
    const SHAPE: Shape = Shape { inner: Inner::Object(Later::At(&NODE)), ..any() };
    let chain = || json!({"next": {"next": {"name": "long"}}});
    assert_eq!(check(chain(), SHAPE), [""; 0]);
    _ = NODE.set((Box::leak(Box::new([optional("name", any().max_length(3)), optional("next", SHAPE)])), &[]));
    assert_eq!(check(chain(), SHAPE), ["x.next.next.name: must have at most 3 characters, has 4"]);
}

#[test]
fn characters_are_counted_not_bytes() {
    assert_eq!(check(json!("äöü"), any().max_length(3)), [""; 0]);
}

#[test]
fn limits_of_numbers() {
    assert_eq!(check(json!(5), any().min(5).max(5)), [""; 0]);
    assert_eq!(check(json!(5), any().min(5).exclusive_min()), ["x: must be greater than 5, is 5"]);
    assert_eq!(check(json!(5), any().max(5).exclusive_max()), ["x: must be less than 5, is 5"]);
    assert_eq!(check(json!(i64::MAX), any().max(i128::from(i64::MAX) - 1)).len(), 1);
    assert_eq!(check(json!(u64::MAX), any().max(i64::MAX.into())).len(), 1);
    assert_eq!(check(json!(0.5), any().min_number(0.75)), ["x: must be at least 0.75, is 0.5"]);
    assert_eq!(check(json!(1.5), any().max(1)), ["x: must be at most 1, is 1.5"]);
    assert_eq!(check(json!(7), any().multiple_of(5)), ["x: must be a multiple of 5, is 7"]);
    assert_eq!(check(json!(0.3), any().multiple_of_number(0.1)), [""; 0]);
    assert_eq!(check(json!(-10), any().multiple_of(5)), [""; 0]);
}

struct Either;
impl Choice for Either {
    const ALTERNATIVES: &'static [Alternative] = &[
        alternative(Kind::Text, any().max_length(2)),
        alternative(Kind::Object, object::<Node>()).when(&[mark(&["kind"], &[text("node")])]),
        alternative(Kind::Object, any().max_items(2)).when(&[mark(&["kind"], &[text("port")])]),
        alternative(Kind::List, list(&one_of::<Either>())),
    ];
}

#[test]
fn one_alternative_must_match() {
    let either = one_of::<Either>();
    assert_eq!(check(json!("ab"), either), [""; 0]);
    assert_eq!(check(json!("abc"), either), ["x: must have at most 2 characters, has 3"]);
    assert_eq!(check(json!({"kind": "node"}), either), ["x.name: is required"]);
    assert_eq!(check(json!({"kind": "port", "a": 1}), either), [""; 0]);
    assert_eq!(check(json!(["a", ["abc"]]), either), ["x[1][0]: must have at most 2 characters, has 3"]);
    // Of the alternatives without known constants, the one with the fewest missing fields.
    assert_eq!(check(json!({"name": "Long", "a": 1, "b": 2, "c": 3}), either).len(), 1);
    // An unknown constant does not violate any alternative.
    assert_eq!(check(json!({"kind": "new"}), either), [""; 0]);
    assert_eq!(check(json!(7), either), [""; 0]);
}

struct ByName;
impl Object for ByName {
    const FIELDS: &'static [Field] = &[required("name", any().min_length(3))];
}
struct ByPort;
impl Object for ByPort {
    const FIELDS: &'static [Field] = &[required("port", any().max(5)), optional("at", object::<Node>())];
}
struct ByKind;
impl Object for ByKind {
    const FIELDS: &'static [Field] = &[required("name", any()), required("at", any())];
}
struct Unlabeled;
impl Choice for Unlabeled {
    const ALTERNATIVES: &'static [Alternative] = &[
        alternative(Kind::Object, object::<ByName>()),
        alternative(Kind::Object, object::<ByPort>()),
        alternative(Kind::Object, object::<ByKind>()).when(&[mark(&["at", "kind"], &[text("node"), flag(true)])]),
    ];
}

#[test]
fn violations_are_those_of_the_nearest_alternative() {
    let unlabeled = one_of::<Unlabeled>();
    assert_eq!(check(json!({"name": "abc"}), unlabeled), [""; 0]);
    assert_eq!(check(json!({"name": "ab"}), unlabeled), ["x.name: must have at least 3 characters, has 2"]);
    assert_eq!(check(json!({"port": 6}), unlabeled), ["x.port: must be at most 5, is 6"]);
    assert_eq!(check(json!({"port": 6, "at": {"name": "a"}}), unlabeled), ["x.port: must be at most 5, is 6"]);
    assert_eq!(check(json!({"port": 5, "at": {"name": "Long"}}), unlabeled).len(), 2);
    // Its constant is present, so it is the third, whatever else is missing.
    for kind in [json!("node"), json!(true)] {
        assert_eq!(check(json!({"at": {"kind": kind}}), unlabeled), ["x.name: is required"]);
    }
    assert_eq!(check(json!({"name": "abc", "at": {"kind": "port"}}), unlabeled), [""; 0]);
}

struct Many;
impl Choice for Many {
    const ALTERNATIVES: &'static [Alternative] = &[
        alternative(Kind::List, list(&any()).max_items(1)).of(Kind::Number),
        alternative(Kind::List, list(&any()).max_items(2)).of(Kind::Text),
        alternative(Kind::Object, map(&any())).of(Kind::Flag),
        alternative(Kind::Object, object::<ByPort>()),
    ];
}

#[test]
fn lists_and_maps_are_distinguished_by_content() {
    let many = one_of::<Many>();
    assert_eq!(check(json!(["a", "b"]), many), [""; 0]);
    assert_eq!(check(json!([1, 2]), many), ["x: must have at most 1 element, has 2"]);
    assert_eq!(check(json!({"port": true}), many), [""; 0]);
    assert_eq!(check(json!({"port": 6}), many), ["x.port: must be at most 5, is 6"]);
}

#[test]
fn lists_without_duplicates() {
    assert_eq!(check(json!([1, 2, 1]), any().unique()), ["x[2]: repeats an earlier element"]);
    assert_eq!(check(json!([1, 2, 3]), any().unique()), [""; 0]);
}

#[test]
fn values_that_cannot_be_checked_pass() {
    assert_eq!(check(json!(null), any().min_length(3)), [""; 0]);
    assert_eq!(check(json!(12), any().min_length(3)), [""; 0]);
}

#[test]
fn messages_contain_no_values() {
    let found = check(json!("hunter2"), any().max_length(3).pattern("^$"));
    assert!(found.iter().all(|line| !line.contains("hunter2")), "{found:?}");
}

struct Nest;
impl Object for Nest {
    const FIELDS: &'static [Field] = &[optional("inner", one_of::<Nests>()), required("a", any())];
}
struct OtherNest;
impl Object for OtherNest {
    const FIELDS: &'static [Field] = &[optional("inner", one_of::<Nests>()), required("b", any())];
}
struct Nests;
impl Choice for Nests {
    const ALTERNATIVES: &'static [Alternative] =
        &[alternative(Kind::Object, object::<Nest>()), alternative(Kind::Object, object::<OtherNest>())];
}

#[test]
fn unions_within_unions_are_checked_once_each() {
    // With each level checked for each alternative of the one around it, these would be 2^60 checks.
    let deep = (0..60).fold(json!({"b": 1}), |inner, _| json!({"inner": inner}));
    assert_eq!(check(deep, one_of::<Nests>()).len(), 60);
}

/// Comparing each list with all previous ones would take 10^10 comparisons.
#[test]
fn long_lists_are_scanned_once() {
    let mut elements: Vec<Value> = (0..100_000).map(|at| json!({"at": at})).collect();
    assert_eq!(check(elements.clone().into(), list(const { &any() }).unique()), [""; 0]);
    elements.push(json!({"at": 7}));
    assert_eq!(check(elements.into(), list(const { &any() }).unique()), ["x[100000]: repeats an earlier element"]);
}

#[test]
fn the_alternative_with_its_fields_present_is_nearer() {
    struct Count;
    impl Object for Count {
        const FIELDS: &'static [Field] = &[required("count", any())];
    }
    struct Slice;
    impl Object for Slice {
        const FIELDS: &'static [Field] = &[required("slice", object::<ByPort>())];
    }
    struct Indicator;
    impl Choice for Indicator {
        const ALTERNATIVES: &'static [Alternative] =
            &[alternative(Kind::Object, object::<Count>()), alternative(Kind::Object, object::<Slice>())];
    }
    assert_eq!(check(json!({"slice": {}}), one_of::<Indicator>()), ["x.slice.port: is required"]);
}

#[test]
fn a_value_fits_alternatives_of_its_kind_within_limits() {
    let fits = |at: usize, value: Value| crate::check::fits::<Either>(at, &value);
    assert!(fits(0, json!("ab")) && !fits(0, json!("abc")) && !fits(0, json!(12)));
    assert!(fits(2, json!({"kind": "port"})) && !fits(2, json!({"kind": "node", "name": "a"})));
}

#[test]
fn formats_of_strings() {
    let shapes = [
        (any().date_time(), "2021-12-14T07:46:22+0800", "2021-12-14", "date-time", "2021-12-14T07:46:22Z"),
        (any().date_time_local(), "2021-12-14 07:46", "2021-12-14T07:46:22Z", "date-time-local", "2021-12-14T07:46:22"),
        (any().date(), "2021-12-14", "2021-12-14T07:46:22Z", "date", "2021-12-14"),
        (any().time(), "07:46:22Z", "7:46", "time", "07:46:22"),
        (
            any().uuid(),
            "67E55044-10B1-426F-9247-BB680E5FE0C8",
            "67e55044",
            "uuid",
            "67e55044-10b1-426f-9247-bb680e5fe0c8",
        ),
        (any().uri(), "https://a.b", "/path", "uri", "https://example.com/path"),
        (any().ipv4(), "192.0.2.1", "::1", "ipv4", "192.0.2.1"),
        (any().ipv6(), "::1", "192.0.2.1", "ipv6", "2001:db8::1"),
        (any().ip(), "::1", "localhost", "ip", "192.0.2.1"),
    ];
    for (shape, right, wrong, format, example) in shapes {
        assert_eq!(check(json!(right), shape), [""; 0]);
        for wrong in [wrong, ""] {
            assert_eq!(
                check(json!(wrong), shape),
                [format!("x: must match the format `{format}`, such as {example}")],
                "{wrong}"
            );
        }
        // The example itself is valid.
        assert_eq!(check(json!(example), shape), [""; 0]);
        // A format does not apply to other kinds.
        assert_eq!(check(json!([1, true, null]), shape), [""; 0]);
    }
}
