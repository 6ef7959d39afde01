//! Samples.

use super::*;

fn with_responses(samples: Vec<Sample>, shape: Shape) -> Operation {
    Operation { responses: vec![response(Some(200), shape)], samples, ..order() }
}

fn of_response(left: Sample, right: Vec<Sample>) -> Vec<String> {
    compared(with_responses(vec![left], shape(&["id", "name"])), with_responses(right, shape(&["id", "name"])))
}

#[test]
fn keys_have_to_be_the_same() {
    let right = || vec![sample(Some(200), false, &["id"])];
    assert_eq!(of_response(sample(Some(200), false, &["id"]), right()), NOTHING);
    assert_eq!(of_response(sample(None, false, &["name"]), right()), ["Values sample response 200: name|id"]);
    assert_eq!(of_response(sample(Some(200), false, &["id"]), vec![]), ["Missing sample response 200: sample|"]);
    let two = vec![sample(Some(200), false, &["id"]), sample(Some(200), false, &["name"])];
    assert_eq!(of_response(sample(Some(200), false, &["id"]), two), ["Extra sample response 200: |sample"]);
}

#[test]
fn samples_of_failures_need_a_counterpart() {
    let right = vec![sample(Some(200), false, &["id"]), sample(None, false, &["code"])];
    assert_eq!(of_response(sample(Some(200), false, &["id"]), right), ["Extra sample response default: |sample"]);
}

#[test]
fn every_key_needs_a_field() {
    let right = |keys: &[&str]| vec![sample(Some(200), false, keys)];
    let keys = ["id", "more", "more.id", "more[].x"];
    assert_eq!(of_response(sample(Some(200), false, &keys), right(&keys)), ["Missing sample response 200 more: more|"]);
}

#[test]
fn the_content_of_a_map_is_free() {
    let keys = ["tags", "tags.a", "tags.a.b"];
    let open = |kind| Shape { fields: vec![Field { ty: Some(ty(kind, "x")), ..field("tags") }], ..Shape::default() };
    let both = |shape: Shape| with_responses(vec![sample(Some(200), false, &keys)], shape);
    assert_eq!(compared(both(open(Kind::Map)), both(open(Kind::Map))), NOTHING);
    assert_eq!(
        compared(both(open(Kind::Integer)), both(open(Kind::Integer))),
        ["Missing sample response 200 tags.a: a|"]
    );
}

#[test]
fn of_a_broken_sample_the_names_count() {
    let left = Sample { state: SampleState::Broken, ..sample(Some(200), false, &["id", "name"]) };
    let shape = || nested("item", Kind::Object, 0, vec![field("id"), field("name")]);
    let right = with_responses(vec![sample(Some(200), false, &["item", "item.id", "item.name"])], shape());
    assert_eq!(
        compared(with_responses(vec![left], shape()), right),
        ["Values sample response 200: |item", "Print sample response 200: broken|whole (soft)"]
    );
}

#[test]
fn a_repaired_sample_is_noted() {
    let left = Sample { state: SampleState::Repaired, ..sample(Some(200), false, &["id"]) };
    assert_eq!(
        of_response(left, vec![sample(Some(200), false, &["id"])]),
        ["Print sample response 200: repaired|whole (soft)"]
    );
}

#[test]
fn a_call_without_parameters_has_no_sample() {
    let common =
        Parameter { place: Place::Query, field: Field { implied: true, ..field("Format") }, filled: false, json: None };
    let left = |keys: &[&str]| Operation { samples: vec![sample(None, true, keys)], ..order() };
    let right = Operation { parameters: vec![common], ..order() };
    assert_eq!(compared(left(&[]), right.clone()), NOTHING);
    assert_eq!(compared(left(&["Format"]), right), NOTHING);
}

#[test]
fn parameters_are_keys_of_a_request() {
    let both = |keys: &[&str]| Operation {
        parameters: vec![query(field("Size"))],
        samples: vec![sample(None, true, keys)],
        ..order()
    };
    assert_eq!(compared(both(&["Size"]), both(&["Size"])), NOTHING);
    assert_eq!(
        compared(both(&["Size", "Note"]), both(&["Size"])),
        ["Values sample request: Note|", "Missing sample request Note: Note|"]
    );
}
