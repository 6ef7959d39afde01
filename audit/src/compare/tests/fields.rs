//! Operations, and attributes of parameters.

use super::*;

fn parameters(left: Vec<Parameter>, right: Vec<Parameter>) -> Vec<String> {
    compared(Operation { parameters: left, ..order() }, Operation { parameters: right, ..order() })
}

fn fields(left: Field, right: Field) -> Vec<String> {
    parameters(vec![query(left)], vec![query(right)])
}

fn typed(kind: Kind, lists: usize) -> Field {
    Field { ty: Some(Type { kind, lists, of: None, text: format!("{kind:?}{lists}") }), ..field("limit") }
}

#[test]
fn operations_are_matched_by_call_and_then_by_section() {
    let left = of(vec![operation("4.1", rest("GET", "/v1/orders")), operation("4.2", rest("GET", "/v1/0rders/{id}"))]);
    let right = of(vec![operation("4.2", rest("GET", "/v1/orders/{id}")), operation("4.9", rest("GET", "/v1/orders"))]);
    assert_eq!(
        lines(&facts(&left, &right, Mode::Spec)),
        ["Place section: 4.1|4.9", "Name call: GET /v1/0rders/{id}|GET /v1/orders/{id}"]
    );
    let left = of(vec![operation("4.1", rest("GET", "/v1/orders"))]);
    let right = of(vec![operation("4.2", rest("PUT", "/v1/carts"))]);
    assert_eq!(
        lines(&facts(&left, &right, Mode::Spec)),
        ["Missing operation: GET /v1/orders|", "Extra operation: |PUT /v1/carts"]
    );
}

#[test]
fn a_call_that_is_described_twice_goes_by_its_section() {
    let call = || rest("GET", "/v1/orders");
    let left = of(vec![operation("5.1", call()), operation("4.1", call())]);
    let found = facts(&left, &of(vec![operation("4.1", call())]), Mode::Spec);
    assert_eq!(lines(&found), ["Missing operation: GET /v1/orders|"]);
    assert_eq!(found[0].operation.as_ref().unwrap().section, "5.1");
}

#[test]
fn parameters_are_matched_by_name() {
    assert_eq!(parameters(vec![query(field("limit"))], vec![query(field("limit"))]), NOTHING);
    // A row that a page break repeats.
    assert_eq!(parameters(vec![query(field("limit")), query(field("limit"))], vec![query(field("limit"))]), NOTHING);
    let header = Parameter { place: Place::Header, field: field("limit"), filled: false, json: None };
    assert_eq!(parameters(vec![query(field("limit"))], vec![header]), ["Place header limit: query|header"]);
    assert_eq!(
        parameters(vec![query(field("Regionld"))], vec![query(field("RegionId"))]),
        ["Name query RegionId: Regionld|RegionId"]
    );
    assert_eq!(
        parameters(vec![query(field("size"))], vec![query(field("page"))]),
        ["Missing query size: size|", "Extra query page: |page"]
    );
}

#[test]
fn a_parameter_that_the_other_side_sends_in_the_body_is_in_another_place() {
    let left = Operation { parameters: vec![query(field("limit"))], ..order() };
    let right = Operation { body: Some(shape(&["limit"])), ..order() };
    assert_eq!(compared(left.clone(), right.clone()), ["Place body.limit: query|body"]);
    assert_eq!(compared(right, left), ["Place query limit: body|query"]);
}

#[test]
fn parameters_of_the_client_may_be_listed_or_not() {
    let implied = || Parameter {
        place: Place::Header,
        field: Field { implied: true, ty: None, required: Required::Unknown, ..field("X-Auth-Token") },
        filled: false,
        json: None,
    };
    let listed = Field { required: Required::Required, ..field("X-Auth-Token") };
    let listed = Parameter { place: Place::Header, field: listed, filled: false, json: None };
    assert_eq!(parameters(vec![listed], vec![implied()]), NOTHING);
    assert_eq!(parameters(vec![], vec![implied()]), NOTHING);
}

#[test]
fn types_have_to_agree_where_the_document_has_them() {
    let found = |left: (Kind, usize), right: (Kind, usize)| fields(typed(left.0, left.1), typed(right.0, right.1));
    assert_eq!(found((Kind::String, 0), (Kind::Integer, 0)), ["Type query limit: String0|Integer0"]);
    assert_eq!(found((Kind::Integer, 0), (Kind::Long, 0)), ["Type query limit: Integer0|Long0"]);
    assert_eq!(found((Kind::Long, 0), (Kind::Integer, 0)), ["Type query limit: Long0|Integer0"]);
    let wide = || Field { details: stated(Detail::Maximum, &["2147483648"]), ..typed(Kind::Integer, 0) };
    let maximum = |kind| Field { details: wide().details, ..typed(kind, 0) };
    assert_eq!(fields(wide(), maximum(Kind::Long)), ["Type query limit: Integer0|Long0 (soft)"]);
    assert_eq!(
        fields(wide(), maximum(Kind::Integer)),
        ["Type query limit: Integer0 with values beyond 32 bits|Integer0"]
    );
    assert_eq!(found((Kind::String, 1), (Kind::String, 0)), ["Type query limit: String1|String0"]);
    assert_eq!(found((Kind::Map, 0), (Kind::String, 0)), ["Type query limit: Map0|String0"]);
    assert_eq!(found((Kind::Any, 1), (Kind::String, 0)), ["Type query limit: Any1|String0"]);
    for (left, right) in [(Kind::Object, Kind::Map), (Kind::Object, Kind::Any), (Kind::Map, Kind::Map)] {
        assert_eq!(found((left, 0), (right, 0)), NOTHING, "{left:?} {right:?}");
    }
    assert_eq!(found((Kind::Any, 0), (Kind::String, 2)), NOTHING);
    assert_eq!(found((Kind::Any, 1), (Kind::String, 1)), NOTHING);
    assert_eq!(fields(Field { ty: None, ..field("limit") }, typed(Kind::Integer, 0)), NOTHING);
}

#[test]
fn required_counts_where_the_document_has_it() {
    let found =
        |left, right| fields(Field { required: left, ..field("limit") }, Field { required: right, ..field("limit") });
    assert_eq!(found(Required::Required, Required::Optional), ["Required query limit: required|optional"]);
    assert_eq!(found(Required::Optional, Required::Required), ["Required query limit: optional|required"]);
    assert_eq!(found(Required::Unknown, Required::Required), ["Required query limit: unknown|required (soft)"]);
    assert_eq!(found(Required::Unknown, Required::Optional), NOTHING);
    assert_eq!(found(Required::Conditional, Required::Optional), NOTHING);
    assert_eq!(found(Required::Conditional, Required::Required), ["Required query limit: conditional|required"]);
}

#[test]
fn values_are_compared_as_sets() {
    let listed = |values: &[&str]| Field { values: texts(values), ..field("state") };
    assert_eq!(fields(listed(&["a", "b"]), listed(&["b", "a"])), NOTHING);
    assert_eq!(fields(listed(&["a", "b", "c"]), listed(&["b", "d"])), ["Values query state: a, c|d"]);
    assert_eq!(fields(listed(&["a"]), field("state")), ["Values query state: a|"]);
    assert_eq!(fields(field("state"), listed(&["a", "b"])), ["Extra query state: |a, b"]);
    let mentioning = |words: &[&str]| Field { details: stated(Detail::Mention, words), ..field("state") };
    assert_eq!(fields(mentioning(&["a", "b"]), listed(&["a", "b"])), ["Values query state: |a, b (soft)"]);
    assert_eq!(fields(mentioning(&["a"]), listed(&["a", "b"])), ["Extra query state: |b"]);
    // A narrow cell joins the words of a value, and a list is not one of a string's parts.
    assert_eq!(fields(listed(&["onoff"]), listed(&["on", "off"])), NOTHING);
    assert_eq!(fields(listed(&["BackView"]), listed(&["Back View"])), NOTHING);
    let prose = Prose { text: "Joined by commas: a, b.".to_owned(), ..Prose::default() };
    assert_eq!(fields(listed(&["a", "b"]), Field { prose, ..field("state") }), NOTHING);
    let flag = Field { values: texts(&["true", "false"]), ..typed(Kind::Boolean, 0) };
    assert_eq!(fields(flag, typed(Kind::Boolean, 0)), NOTHING);
}

#[test]
fn a_repaired_name_is_noted() {
    let left = Field { printed: Some("li mit".to_owned()), ..field("limit") };
    assert_eq!(fields(left, field("limit")), ["Print query limit: li mit|limit (soft)"]);
}

#[test]
fn of_two_editions_everything_counts() {
    let exact = |left: Field, right: Field| {
        let operation = |field| of(vec![Operation { parameters: vec![query(field)], ..order() }]);
        lines(&facts(&operation(left), &operation(right), Mode::Exact))
    };
    assert_eq!(exact(typed(Kind::Integer, 0), typed(Kind::Long, 0)), ["Type query limit: Integer0|Long0"]);
    let unknown = Field { required: Required::Unknown, ..field("limit") };
    assert_eq!(exact(unknown, field("limit")), ["Required query limit: unknown|optional"]);
    let listed = Field { values: texts(&["a"]), ..field("limit") };
    assert_eq!(exact(field("limit"), listed), ["Values query limit: |a"]);
    assert_eq!(exact(Field { ty: None, ..field("limit") }, field("limit")), ["Type query limit: |String"]);
    assert_eq!(exact(field("limit"), field("limit")), NOTHING);
}
