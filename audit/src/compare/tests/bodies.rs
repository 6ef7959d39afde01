//! Bodies and responses.

use super::*;

fn bodies(left: Shape, right: Shape) -> Vec<String> {
    compared(Operation { body: Some(left), ..order() }, Operation { body: Some(right), ..order() })
}

fn responses(left: Vec<Response>, right: Vec<Response>) -> Vec<String> {
    compared(Operation { responses: left, ..order() }, Operation { responses: right, ..order() })
}

#[test]
fn levels_are_compared_with_each_other() {
    let left = nested("tags", Kind::Object, 1, vec![field("key"), field("tagld"), field("old")]);
    let right = nested("tags", Kind::Object, 1, vec![field("key"), field("tagId"), field("new")]);
    assert_eq!(
        bodies(left, right),
        ["Name body.tags[].tagId: tagld|tagId", "Missing body.tags[].old: old|", "Extra body.tags[].new: |new"]
    );
}

#[test]
fn a_subtree_is_one_difference() {
    let inner = || vec![field("key"), field("value")];
    let mut right = nested("tags", Kind::Object, 0, inner());
    right.fields.push(field("name"));
    assert_eq!(bodies(shape(&["name"]), right), ["Extra body.tags: |tags"]);
    assert_eq!(
        compared(Operation { body: Some(nested("tags", Kind::Object, 0, inner())), ..order() }, order()),
        ["Missing body.tags: tags|"]
    );
}

#[test]
fn recursive_types_are_compared_once() {
    let own = |extra: &str| {
        let again =
            Field { ty: Some(Type { of: Some("Inner".to_owned()), ..ty(Kind::Object, "x") }), ..field("child") };
        nested("tree", Kind::Object, 0, vec![again, field(extra)])
    };
    assert_eq!(bodies(own("a"), own("b")), ["Missing body.tree.a: a|", "Extra body.tree.b: |b"]);
}

#[test]
fn values_of_maps_have_levels_too() {
    let left = nested("tags", Kind::Map, 0, vec![field("key")]);
    assert_eq!(
        bodies(left.clone(), nested("tags", Kind::Map, 0, vec![field("id")])),
        ["Missing body.tags.*.key: key|", "Extra body.tags.*.id: |id"]
    );
    assert_eq!(bodies(left, nested("tags", Kind::Object, 0, vec![field("id")])), ["Type body.tags: Inner|Inner"]);
}

#[test]
fn fields_that_the_spec_leaves_open_are_missing() {
    let open =
        Shape { fields: vec![Field { ty: Some(ty(Kind::Object, "object")), ..field("tags") }], ..Shape::default() };
    assert_eq!(bodies(nested("tags", Kind::Object, 0, vec![field("key")]), open), ["Missing body.tags.key: key|"]);
}

#[test]
fn samples_show_the_fields_that_no_table_describes() {
    let right = nested("tags", Kind::Object, 1, vec![field("key"), field("value")]);
    let left = |keys: &[&str]| Operation { samples: vec![sample(None, true, keys)], ..order() };
    let right = Operation { body: Some(right), samples: vec![sample(None, true, &["tags", "tags[].key"])], ..order() };
    assert_eq!(compared(left(&["tags", "tags[].key"]), right), ["Extra body.tags[].value: |value"]);
}

#[test]
fn json_in_a_string_is_not_compared() {
    let left = || shape(&["data"]);
    assert_eq!(bodies(left(), nested("data", Kind::String, 0, vec![field("id")])), NOTHING);
    let flat = Shape { flat: true, ..left() };
    assert_eq!(bodies(flat, nested("data", Kind::String, 0, vec![field("id")])), NOTHING);
}

#[test]
fn a_flat_table_is_compared_by_names() {
    let integer = |name| Field { ty: Some(ty(Kind::Integer, "Integer")), ..field(name) };
    let object = Field { ty: Some(ty(Kind::Object, "Struct")), ..field("Job") };
    let flat =
        Shape { fields: vec![object, integer("Size"), field("Id"), field("Jobld"), field("Gone")], ..Shape::default() };
    let flat = Shape { flat: true, ..flat };
    let right = nested("Job", Kind::Object, 0, vec![field("Size"), field("Id"), field("JobId"), field("Status")]);
    assert_eq!(
        bodies(flat, right),
        [
            "Type body.Job.Size: Integer|String",
            "Name body.Job.JobId: Jobld|JobId",
            "Missing body.Gone: Gone|",
            "Extra body.Job.Status: |Status"
        ]
    );
}

#[test]
fn types_of_repeated_names_are_compared_if_the_document_has_one() {
    let integer = |name| Field { ty: Some(ty(Kind::Integer, "Integer")), ..field(name) };
    let flat = |second| Shape { fields: vec![integer("Status"), second, field("Job")], flat: true, ..Shape::default() };
    let right = || nested("Job", Kind::Object, 0, vec![field("Status")]);
    assert_eq!(
        bodies(flat(integer("Status")), right()),
        ["Type body.Job.Status: Integer|String", "Type body.Job: String|Inner"]
    );
    assert_eq!(bodies(flat(field("Status")), right()), ["Type body.Job: String|Inner"]);
}

#[test]
fn responses_are_matched_by_status() {
    let left = || vec![response(Some(200), shape(&["id"])), response(Some(400), shape(&["code"]))];
    assert_eq!(responses(left(), vec![response(Some(200), shape(&["id"])), response(None, shape(&["code"]))]), NOTHING);
    assert_eq!(
        responses(left(), vec![response(Some(200), shape(&["id"])), response(Some(4), shape(&["code"]))]),
        NOTHING
    );
    assert_eq!(responses(left(), vec![response(Some(200), shape(&["id"]))]), ["Missing response 400: 400|"]);
    assert_eq!(
        responses(left(), vec![response(Some(200), shape(&["id"])), response(None, shape(&["message"]))]),
        ["Missing response default code: code|", "Extra response default message: |message"]
    );
    // Failures of the spec need no counterpart.
    let spec =
        vec![response(Some(200), shape(&["id"])), response(Some(404), shape(&[])), response(None, shape(&["code"]))];
    assert_eq!(responses(vec![response(Some(200), shape(&["id"]))], spec), NOTHING);
}

#[test]
fn a_success_of_another_status_differs_in_the_status() {
    let right = vec![response(Some(202), shape(&["id"]))];
    assert_eq!(responses(vec![response(Some(200), shape(&["id"]))], right), ["Status response 202: 200|202"]);
    let right = vec![response(Some(200), shape(&["id"])), response(Some(202), shape(&["id"]))];
    assert_eq!(responses(vec![response(Some(200), shape(&["id"]))], right), ["Extra response 202: |202"]);
}

#[test]
fn a_document_without_a_status_means_success() {
    assert_eq!(responses(vec![response(None, shape(&["id"]))], vec![response(Some(202), shape(&["id"]))]), NOTHING);
    assert_eq!(responses(vec![], vec![response(Some(204), shape(&[]))]), NOTHING);
    assert_eq!(responses(vec![], vec![response(Some(200), shape(&["id"]))]), ["Extra response 200 id: |id"]);
    let two = vec![response(Some(200), shape(&[])), response(Some(202), shape(&[]))];
    assert_eq!(responses(vec![], two), ["Extra response 200: |200", "Extra response 202: |202"]);
}
