//! Bounds, defaults, examples, units, conditions.

use super::*;

/// Compares a required text or number with these statements and a spec's with those and a description.
fn found(kind: Kind, left: &[(Detail, &str)], right: &[(Detail, &str)], description: &str) -> Vec<String> {
    let with = |details: &[(Detail, &str)]| Field {
        ty: Some(ty(kind, "type")),
        required: Required::Required,
        details: details.iter().flat_map(|(detail, value)| stated(*detail, &[value])).collect(),
        ..field("limit")
    };
    let prose = Prose { text: description.to_owned(), ..Prose::default() };
    let right = Field { prose, ..with(right) };
    let parameters = |field| vec![query(field)];
    let left = Operation { parameters: parameters(with(left)), ..order() };
    compared(left, Operation { parameters: parameters(right), ..order() })
}

#[test]
fn bounds_of_requests_are_keywords() {
    let left = [(Detail::MaxLength, "64")];
    assert_eq!(found(Kind::String, &left, &left, ""), NOTHING);
    assert_eq!(
        found(Kind::String, &left, &[(Detail::MaxLength, "63")], "Up to 64 characters."),
        ["Detail(MaxLength) query limit: 64|63"]
    );
    assert_eq!(found(Kind::String, &left, &[], "Up to 64."), ["Detail(MaxLength) query limit: 64|"]);
    assert_eq!(found(Kind::String, &[], &left, ""), ["Detail(MaxLength) query limit: |64"]);
    assert_eq!(found(Kind::Integer, &[(Detail::Above, "0")], &[(Detail::Minimum, "1")], ""), NOTHING);
}

#[test]
fn a_bound_that_no_keyword_can_have_is_in_the_description() {
    let bytes = [(Detail::MaxBytes, "64")];
    assert_eq!(found(Kind::String, &bytes, &[], "At most 64 bytes."), NOTHING);
    assert_eq!(found(Kind::String, &bytes, &[], "At most 640 bytes."), ["Detail(MaxBytes) query limit: 64|"]);
    // Of several bounds each depends on a condition.
    let both = [(Detail::Maximum, "9"), (Detail::Maximum, "3")];
    assert_eq!(found(Kind::Integer, &both, &[(Detail::Maximum, "9")], "3 for years."), NOTHING);
    assert_eq!(found(Kind::Integer, &both, &[(Detail::Maximum, "9")], ""), ["Detail(Maximum) query limit: 3|9"]);
}

#[test]
fn sets_of_characters_are_patterns() {
    let set = [(Detail::Characters, "letters"), (Detail::Characters, "hyphens")];
    let pattern = |text| [(Detail::Pattern, text)];
    assert_eq!(found(Kind::String, &set, &pattern("^[A-Za-z-]+$"), ""), NOTHING);
    assert_eq!(
        found(Kind::String, &set, &pattern("^[0-9]+$"), ""),
        ["Detail(Characters) query limit: letters, hyphens|"]
    );
    assert_eq!(found(Kind::String, &[], &pattern("^[0-9]+$"), ""), ["Detail(Pattern) query limit: |^[0-9]+$"]);
    let kinds = [(Detail::Characters, "letters"), (Detail::Characters, "several kinds")];
    assert_eq!(found(Kind::String, &kinds, &[], "Letters and digits, two of them at least."), NOTHING);
    assert_eq!(
        found(Kind::String, &[(Detail::Forbidden, "<>")], &pattern("^[^<]*$"), ""),
        ["Detail(Forbidden) query limit: <>|"]
    );
}

#[test]
fn defaults_units_and_numbers_are_stated_somewhere() {
    let left = [(Detail::Default, "10")];
    assert_eq!(found(Kind::Integer, &left, &left, ""), NOTHING);
    assert_eq!(found(Kind::Integer, &left, &[], "Defaults to 10 for lists."), NOTHING);
    assert_eq!(found(Kind::Integer, &left, &[(Detail::Default, "11")], ""), ["Detail(Default) query limit: 10|11"]);
    assert_eq!(found(Kind::Integer, &left, &[], "100"), ["Detail(Default) query limit: 10|"]);
    assert_eq!(found(Kind::Integer, &[], &left, ""), ["Detail(Default) query limit: |10"]);
    let seconds = [(Detail::Unit, "seconds")];
    assert_eq!(found(Kind::Integer, &seconds, &[], "In seconds."), NOTHING);
    assert_eq!(found(Kind::Integer, &seconds, &[], "In milliseconds."), ["Detail(Unit) query limit: seconds|"]);
    assert_eq!(found(Kind::Integer, &[(Detail::Mention, "5s")], &[], "Every 5 seconds."), NOTHING);
    assert_eq!(found(Kind::Integer, &[(Detail::Mention, "5s")], &[], ""), ["Detail(Mention) query limit: 5s|"]);
    assert_eq!(
        found(Kind::Integer, &[(Detail::Mention, "Oracle")], &[], ""),
        ["Detail(Mention) query limit: Oracle| (soft)"]
    );
}

#[test]
fn examples_are_compared_regardless_of_the_scan() {
    let left = [(Detail::Example, "rm-bpl****")];
    assert_eq!(found(Kind::String, &left, &[(Detail::Example, "rm-bp1***")], ""), NOTHING);
    assert_eq!(
        found(Kind::String, &left, &[(Detail::Example, "rm-x")], ""),
        ["Detail(Example) query limit: rm-bpl****|", "Detail(Example) query limit: |rm-x"]
    );
    let cut = [(Detail::Example, "a-long-example-of-a-val")];
    assert_eq!(found(Kind::String, &cut, &[(Detail::Example, "a-long-example-of-a-value")], ""), NOTHING);
    assert_eq!(found(Kind::String, &[(Detail::Example, "ann")], &[(Detail::Example, "[\"ann\"]")], ""), NOTHING);
}

#[test]
fn conditions_are_named_or_explained() {
    let left = [(Detail::Condition, "charge_mode 1f0a93c2")];
    assert_eq!(found(Kind::String, &left, &[], "Required if `charge_mode` is `prePaid`."), NOTHING);
    assert_eq!(found(Kind::String, &left, &[], "Required if `charge_mode=prePaid`."), NOTHING);
    assert_eq!(
        found(Kind::String, &left, &[], "Required if charge_mode is set."),
        ["Detail(Condition) query limit: charge_mode|"]
    );
    let entry = |name: &str| Prose { conditions: vec![(name.to_owned(), at())], ..Prose::default() };
    let side =
        |details, prose| Operation { parameters: vec![query(Field { details, prose, ..field("limit") })], ..order() };
    let document = || side(stated(Detail::Condition, &["charge_mode 1f0a93c2"]), Prose::default());
    assert_eq!(compared(document(), side(Vec::new(), entry("charge_mode"))), NOTHING);
    assert_eq!(
        compared(document(), side(Vec::new(), entry("period"))),
        ["Detail(Condition) query limit: charge_mode|", "Detail(Condition) query limit: |period"]
    );
}

#[test]
fn of_two_editions_a_changed_condition_counts() {
    let edition = |hash: &str| {
        let details = stated(Detail::Condition, &[&format!("charge_mode {hash}")]);
        of(vec![Operation { parameters: vec![query(Field { details, ..field("limit") })], ..order() }])
    };
    let changed = facts(&edition("1f0a93c2"), &edition("20b1a4d3"), Mode::Exact);
    assert_eq!(
        lines(&changed),
        ["Detail(Condition) query limit (condition): charge_mode 1f0a93c2|charge_mode 20b1a4d3"]
    );
}

#[test]
fn secrets_are_marked_and_lists_by_pages_described() {
    let parameters = |names: &[&str]| names.iter().map(|name| query(field(name))).collect::<Vec<_>>();
    let side = |names: &[&str]| Operation { parameters: parameters(names), ..order() };
    assert_eq!(
        compared(side(&["root_password"]), side(&["root_password"])),
        ["Secret query root_password: root_password|"]
    );
    assert_eq!(compared(side(&["offset", "limit"]), side(&["offset", "limit"])), ["Pages operation: offset, limit|"]);
    let shown = Shown { pages: true, ..Shown::default() };
    assert_eq!(compared(side(&["offset", "limit"]), Operation { shown, ..side(&["offset", "limit"]) }), NOTHING);
}

#[test]
fn sample_values_are_compared() {
    let with = |values: &[(&str, &str)]| {
        let values = values.iter().map(|(path, value)| ((*path).to_owned(), (*value).to_owned())).collect();
        let sample = Sample { values, ..sample(Some(200), false, &["id"]) };
        let responses = vec![response(Some(200), shape(&["id"]))];
        Operation { responses, samples: vec![sample], ..order() }
    };
    assert_eq!(compared(with(&[("id", "a_1")]), with(&[("id", "a 1")])), NOTHING);
    assert_eq!(
        compared(with(&[("id", "a"), ("id", "b")]), with(&[("id", "b"), ("id", "c")])),
        ["Content sample response 200 id: a|c"]
    );
}

#[test]
fn statements_of_all_rows_apply_to_each_field() {
    let row = |unit: &str| Field { details: stated(Detail::Unit, &[unit]), ..field("delay") };
    let left = Shape { fields: vec![row("seconds"), row("seconds")], flat: true, ..Shape::default() };
    let described = |text: &str| Field { prose: Prose { text: text.to_owned(), ..Prose::default() }, ..field("delay") };
    let with = |first: &str, second: &str| {
        let mut shape = nested("job", Kind::Object, 0, vec![described(second)]);
        shape.fields.push(described(first));
        let left = Operation { responses: vec![response(Some(200), left.clone())], ..order() };
        let found = compared(left, Operation { responses: vec![response(Some(200), shape)], ..order() });
        found.into_iter().filter(|line| line.starts_with("Detail")).collect::<Vec<_>>()
    };
    assert_eq!(with("Delay, in seconds.", "Seconds of delay."), NOTHING);
    assert_eq!(with("Delay, in seconds.", "Delay.").len(), 1);
}

#[test]
fn a_number_ends_before_a_comma() {
    let mentions = [(Detail::Mention, "5342-5345")];
    assert_eq!(found(Kind::Integer, &mentions, &[], "Not 5342 to 5345, 12017 or 20000."), NOTHING);
    assert_eq!(found(Kind::Integer, &mentions, &[], "Not 5342.").len(), 1);
}
