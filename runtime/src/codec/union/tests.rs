//! Unions encoded and decoded by types as the generator emits them.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::codec::decode::from_slice;
use crate::codec::formatted::Formatted;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Cat {
    #[serde(rename = "petType", skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lives: Option<i64>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Dog {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    age: Option<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tricks: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
enum Pet {
    Cat(Cat),
    Dog(Box<Dog>),
    Unknown(Value),
}
tagged_union!(Pet, "petType" { Cat = "cat" | "tomcat", Dog = "1" });

#[derive(Clone, Debug, PartialEq)]
enum Any {
    Number(i64),
    Text(String),
    Cat(Cat),
    Dog(Box<Dog>),
    Flag(bool),
    Unknown(Value),
}
untagged_union!(Any { Number, Text, Cat, Dog, Flag });

fn pet(json: Value) -> Pet {
    from_slice(json.to_string().as_bytes()).unwrap()
}

fn any(json: Value) -> Any {
    let lenient: Any = from_slice(json.to_string().as_bytes()).unwrap();
    assert_eq!(lenient, serde_json::from_value(json).unwrap());
    lenient
}

#[test]
fn the_tag_decides() {
    let cat = |kind: &str| Pet::Cat(Cat { kind: Some(kind.to_owned()), lives: Some(9) });
    assert_eq!(pet(json!({"petType": "cat", "lives": "9"})), cat("cat"));
    assert_eq!(pet(json!({"PetType": "tomcat", "Lives": 9})), cat("tomcat"));
    assert_eq!(pet(json!({"petType": 1, "age": 3})), Pet::Dog(Dog { age: Some(3), ..Dog::default() }.into()));
    for unknown in [json!({"petType": "fish"}), json!({"lives": 9}), json!({"petType": null}), json!([1])] {
        assert_eq!(pet(unknown.clone()), Pet::Unknown(unknown));
    }
    let error = from_slice::<Vec<Pet>>(br#"[{"petType": "cat", "lives": "many"}]"#).unwrap_err();
    assert_eq!(error.path(), "[0]");
    assert!(error.message().starts_with("lives: expected an integer, found a string"), "{error}");
}

#[test]
fn the_tag_is_written() {
    let dog = Pet::Dog(Dog { age: Some(3), ..Dog::default() }.into());
    assert_eq!(serde_json::to_string(&dog).unwrap(), r#"{"petType":"1","age":3}"#);
    // The kind is ambiguous.
    let cat = Pet::Cat(Cat::default());
    assert_eq!(serde_json::to_value(&cat).unwrap(), json!({}));
    let tomcat = Pet::Cat(Cat { kind: Some("tomcat".to_owned()), lives: None });
    assert_eq!(serde_json::to_value(&tomcat).unwrap(), json!({"petType": "tomcat"}));
    assert_eq!(serde_json::to_value(Pet::Unknown(json!({"a": 1}))).unwrap(), json!({"a": 1}));
}

#[test]
fn the_lossless_alternative_wins() {
    assert_eq!(any(json!(5)), Any::Number(5));
    assert_eq!(any(json!("5")), Any::Text("5".to_owned()));
    assert_eq!(any(json!(true)), Any::Flag(true));
    assert_eq!(any(json!({"lives": 9})), Any::Cat(Cat { lives: Some(9), kind: None }));
    assert_eq!(any(json!({"age": 3})), Any::Dog(Dog { age: Some(3), ..Dog::default() }.into()));
    assert_eq!(any(json!({"lives": null, "age": 3, "tricks": []})), any(json!({"age": 3})));
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct All {
    all: Vec<Filter>,
}

#[derive(Clone, Debug, PartialEq)]
enum Filter {
    Dog(Dog),
    All(All),
    Unknown(Value),
}
untagged_union!(Filter { Dog, All });

#[test]
fn nested_unions_do_not_take_exponential_time() {
    let depth = 40;
    let json = format!("{}{{\"age\":\"1\",\"new\":1}}{}", "{\"all\":[".repeat(depth), "],\"new\":1}".repeat(depth));
    let mut filter: Filter = from_slice(json.as_bytes()).unwrap();
    for _ in 0..depth {
        let Filter::All(mut inner) = filter else { panic!("{filter:?}") };
        filter = inner.all.remove(0);
    }
    assert_eq!(filter, Filter::Dog(Dog { age: Some(1), ..Dog::default() }));
}

#[test]
fn otherwise_the_alternative_that_keeps_most_wins() {
    let rex = Dog { name: Some("Rex".to_owned()), age: Some(3), ..Dog::default() };
    assert_eq!(any(json!({"name": "Rex", "age": 3, "lives": 1})), Any::Dog(rex.clone().into()));
    // With lenient decoding nothing is lost.
    assert_eq!(any(json!({"Name": "Rex", "age": "3"})), Any::Dog(rex.into()));
    assert_eq!(any(json!({"wings": 2})), Any::Unknown(json!({"wings": 2})));
    assert_eq!(any(json!([1, 2])), Any::Unknown(json!([1, 2])));
    assert_eq!(serde_json::to_value(Any::Text("x".to_owned())).unwrap(), "x");
}

crate::string_enum! { pub enum Kind { A = "a" } }

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Head {
    kind: Kind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next: Option<Box<Marked>>,
}

/// Alternatives that also decode kinds that they do not list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Tail {
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next: Option<Box<Marked>>,
}

#[derive(Clone, Debug, PartialEq)]
enum Marked {
    Head(Head),
    Tail(Tail),
    Any(Value),
    Unknown(Value),
}
untagged_union!(Marked { Head if "kind" = "a", Tail if "kind" = "b" | "c" & "next" / "kind" = "b", Any });

#[derive(Clone, Debug, PartialEq)]
enum Listed {
    Head(Head),
    Tail(Tail),
    Unknown(Value),
}
untagged_union!(Listed { Head, Tail });

#[test]
fn constants_exclude() {
    let marked = |json: Value| from_slice::<Marked>(json.to_string().as_bytes()).unwrap();
    let b = |next| Marked::Tail(Tail { kind: "b".to_owned(), next });
    assert_eq!(marked(json!({"kind": "a"})), Marked::Head(Head { kind: Kind::A, next: None }));
    // A present constant outweighs losses elsewhere.
    assert_eq!(marked(json!({"kind": "a", "new": 1})), Marked::Head(Head { kind: Kind::A, next: None }));
    assert_eq!(marked(json!({"kind": "b"})), b(None));
    assert_eq!(marked(json!({"kind": "b", "next": {"kind": "b"}})), b(Some(b(None).into())));
    let other = json!({"kind": "b", "next": {"kind": "a"}});
    assert_eq!(marked(other.clone()), Marked::Any(other));
    assert_eq!(marked(json!({"kind": "d"})), Marked::Any(json!({"kind": "d"})));
}

#[test]
fn undocumented_enum_values_count_as_lost() {
    let read = |json: Value| from_slice::<Listed>(json.to_string().as_bytes()).unwrap();
    assert_eq!(read(json!({"kind": "a"})), Listed::Head(Head { kind: Kind::A, next: None }));
    assert_eq!(read(json!({"kind": "b"})), Listed::Tail(Tail { kind: "b".to_owned(), next: None }));
    // Also if a key is repeated, and everything is decoded again.
    let twice: Listed = from_slice(br#"{"kind": "x", "kind": "a"}"#).unwrap();
    assert_eq!(twice, Listed::Head(Head { kind: Kind::A, next: None }));
}

#[derive(Clone, Debug, PartialEq)]
enum Outcome {
    Good(Cat),
    Bad(Dog),
    Late(Cat),
    Unknown(Value),
}
tagged_union!(Outcome, "head" / "ok" { Good = true, Bad = false, Late = 3 } else Bad);

#[test]
fn tags_may_be_nested_and_of_other_types() {
    let read = |json: Value| from_slice::<Outcome>(json.to_string().as_bytes()).unwrap();
    let cat = Cat { kind: None, lives: Some(9) };
    assert_eq!(read(json!({"head": {"ok": true}, "lives": 9})), Outcome::Good(cat.clone()));
    assert_eq!(read(json!({"head": {"ok": "3"}, "lives": 9})), Outcome::Late(cat.clone()));
    assert_eq!(read(json!({"head": {"ok": false}})), Outcome::Bad(Dog::default()));
    // Unknown kinds are decoded as the fallback, if possible.
    assert_eq!(read(json!({"head": {}, "age": 3})), Outcome::Bad(Dog { age: Some(3), ..Dog::default() }));
    assert_eq!(read(json!({"age": [3]})), Outcome::Unknown(json!({"age": [3]})));
    // No object is invented for a tag.
    assert_eq!(serde_json::to_value(Outcome::Good(cat)).unwrap(), json!({"lives": 9}));
}

/// Counts how often it is decoded.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Leaf(i64);

thread_local! {
    static LEAVES: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

impl<'de> Deserialize<'de> for Leaf {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        LEAVES.set(LEAVES.get() + 1);
        i64::deserialize(deserializer).map(Self)
    }
}

macro_rules! branches {
    ($($name:ident $field:ident $union:ident;)*) => {$(
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        struct $name {
            all: Vec<Option<$union>>,
            $field: Option<bool>,
        }
    )*};
}
branches! { First first Inner; Second second Outer; Third third Inner; Fourth fourth Outer; }

#[derive(Clone, Debug, PartialEq)]
enum Outer {
    First(First),
    Second(Second),
    Third(Third),
    Leaf(Leaf),
    Unknown(Value),
}
untagged_union!(Outer { First, Second, Third, Leaf });

#[derive(Clone, Debug, PartialEq)]
enum Inner {
    Second(Second),
    Third(Third),
    Fourth(Fourth),
    Leaf(Leaf),
    Unknown(Value),
}
untagged_union!(Inner { Second, Third, Fourth, Leaf });

/// Each alternative leads to the same value: 4 to the power of 40 ways, and nothing matches until all have been tried.
#[test]
fn unions_in_structs_in_unions_are_read_once() {
    let depth = 40;
    let json = format!("{}7,\"x\"{}", "{\"new\":1,\"all\":[".repeat(depth), "],\"new\":\"1\"}".repeat(depth));
    let read: Outer = from_slice(json.as_bytes()).unwrap();
    assert!(matches!(read, Outer::First(_)), "{read:?}");
    // By either union at each depth.
    assert!(LEAVES.get() <= 2 * (depth + 2), "{}", LEAVES.get());
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Left {
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<Cat>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Right {
    #[serde(skip_serializing_if = "Option::is_none")]
    right: Option<Cat>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    list: Vec<Cat>,
}

#[derive(Clone, Debug, PartialEq)]
enum Side {
    Left(Left),
    Right(Right),
    Unknown(Value),
}
untagged_union!(Side { Left, Right });

#[test]
fn empty_objects_decide_where_nothing_else_does() {
    let side = |json: Value| from_slice::<Side>(json.to_string().as_bytes()).unwrap();
    assert_eq!(side(json!({"right": {}})), Side::Right(Right { right: Some(Cat::default()), list: Vec::new() }));
    let list = vec![Cat::default(), Cat::default()];
    assert_eq!(side(json!({"list": [{}, {}]})), Side::Right(Right { right: None, list }));
    assert_eq!(side(json!({"left": {}})), Side::Left(Left { left: Some(Cat::default()) }));
    assert_eq!(side(json!({})), Side::Left(Left::default()));
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Visit {
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Formatted<jiff::Timestamp>>,
}

#[derive(Clone, Debug, PartialEq)]
enum When {
    Timestamp(Formatted<jiff::Timestamp>),
    Date(Formatted<jiff::civil::Date>),
    Text(String),
    Unknown(Value),
}
untagged_union!(When { Timestamp, Date, Text });

#[derive(Clone, Debug, PartialEq)]
enum Since {
    Number(i64),
    Timestamp(Formatted<jiff::Timestamp>),
    Visit(Visit),
    Cat(Cat),
    Unknown(Value),
}
untagged_union!(Since { Number, Timestamp, Visit, Cat });

#[test]
fn a_string_belongs_to_the_format_that_parses_it() {
    let when = |text: &str| from_slice::<When>(json!(text).to_string().as_bytes()).unwrap();
    for text in ["2021-12-14T07:46:22Z", "2021-12-14T15:46:22+0800", "2021-12-14 07:46:22+00:00"] {
        assert_eq!(when(text), When::Timestamp(text.into()));
    }
    assert_eq!(when("2021-12-14"), When::Date("2021-12-14".into()));
    for text in ["", "yesterday", "2021-12-14 07:46:22", "5"] {
        assert_eq!(when(text), When::Text(text.to_owned()));
    }
}

/// If no alternative is better, a string in another form still has its documented type.
#[test]
fn a_string_in_another_format_loses_nothing() {
    let since = |json: Value| from_slice::<Since>(json.to_string().as_bytes()).unwrap();
    assert_eq!(since(json!(5)), Since::Number(5));
    for text in ["", "yesterday", "5"] {
        assert_eq!(since(json!(text)), Since::Timestamp(text.into()));
        assert_eq!(since(json!({"at": text})), Since::Visit(Visit { at: Some(text.into()) }));
    }
    assert_eq!(since(json!({"lives": 9})), Since::Cat(Cat { lives: Some(9), kind: None }));
}
