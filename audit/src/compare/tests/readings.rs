//! What people read from rows, and JSON in texts.

use super::*;
use crate::compare::{read_by_people, still_read};

/// The document with what the spec has of its rows, and the spec.
fn read(spec: &Field) -> (Facts, Facts) {
    let row =
        Field { words: "1f0a93c2".to_owned(), details: stated(Detail::Mention, &["on", "off"]), ..field("state") };
    let mut document = of(vec![Operation { parameters: vec![query(row)], ..order() }]);
    let spec = of(vec![Operation { parameters: vec![query(spec.clone())], ..order() }]);
    read_by_people(&mut document, &spec);
    (document, spec)
}

fn with(values: &[&str], pattern: Option<&str>) -> Field {
    let details = pattern.map(|pattern| stated(Detail::Pattern, &[pattern])).unwrap_or_default();
    Field { values: texts(values), details, ..field("state") }
}

fn differences(document: &Facts, spec: &Field) -> Vec<String> {
    let spec = of(vec![Operation { parameters: vec![query(spec.clone())], ..order() }]);
    let found = facts(document, &spec, Mode::Spec).into_iter().filter(|it| !it.soft).collect::<Vec<_>>();
    lines(&found)
}

#[test]
fn values_in_prose_stay() {
    let (document, _) = read(&with(&["on", "off"], None));
    assert_eq!(differences(&document, &with(&["off", "on"], None)), NOTHING);
    assert_eq!(differences(&document, &with(&["on"], None)), ["Values query state: off|"]);
}

#[test]
fn a_pattern_stays() {
    let (document, _) = read(&with(&[], Some("^o")));
    assert_eq!(differences(&document, &with(&[], Some("^o(n|ff)$"))), NOTHING);
    assert_eq!(differences(&document, &with(&[], None)), ["Detail(Read) query state: pattern|"]);
}

#[test]
fn a_statement_that_the_row_only_hints_at_stays() {
    let details = |most: &str| stated(Detail::MaxItems, &[most]);
    let row = Field { words: "1f0a93c2".to_owned(), details: stated(Detail::Unread, &["bound"]), ..field("state") };
    let mut document = of(vec![Operation { parameters: vec![query(row)], ..order() }]);
    let spec = Field { details: details("300"), ..field("state") };
    read_by_people(&mut document, &of(vec![Operation { parameters: vec![query(spec.clone())], ..order() }]));
    assert_eq!(differences(&document, &spec), NOTHING);
    let changed = ["Detail(Read) query state: max-items 300|"];
    assert_eq!(differences(&document, &Field { details: details("301"), ..field("state") }), changed);
    assert_eq!(differences(&document, &field("state")), changed);
}

#[test]
fn a_reading_ends_with_the_words() {
    let (lock, _) = read(&with(&["on", "off"], None));
    let again = |words: &str| {
        let row = Field { words: words.to_owned(), ..field("state") };
        let mut document = of(vec![Operation { parameters: vec![query(row)], ..order() }]);
        still_read(&mut document, &lock);
        document.operations[0].parameters[0].field.details.len()
    };
    assert_eq!((again("1f0a93c2"), again("00000000")), (1, 0));
}

#[test]
fn json_in_a_text_is_compared_with_its_sample() {
    let inner = |kind| Field { ty: Some(ty(kind, "type")), ..field("name") };
    let json = |kind| Some(nested("", Kind::Object, 0, vec![inner(kind)]));
    let found = |kind, text: &str| {
        let row = Field { details: stated(Detail::Example, &[text]), ..field("objects") };
        let left = Operation { parameters: vec![query(row.clone())], ..order() };
        let right = Parameter { json: json(kind), ..query(row) };
        compared(left, Operation { parameters: vec![right], ..order() })
    };
    assert_eq!(found(Kind::String, r#"{"name": "a"}"#), NOTHING);
    assert_eq!(found(Kind::Boolean, r#"[{\"name\": \"a\"}]"#), ["Type query objects[] name: string|type"]);
    assert_eq!(found(Kind::String, r#"{"name": "a", "age": 1}"#), ["Missing query objects age: age|"]);
}
