//! The differences explained by errata, and the diagnostics.

use super::*;
use crate::compare::{Settled, diagnostics, settle};

/// Compares a parameter of the spec; the first entry is at its place, the second encloses it.
fn settled(left: Vec<Field>, right: Vec<Field>, errata: &[Erratum]) -> Settled {
    let near = |field: Field| query(Field { errata: vec![0], ..field });
    let left = Operation { parameters: left.into_iter().map(query).collect(), ..order() };
    let around = if errata.len() > 1 { vec![1] } else { Vec::new() };
    let right = Operation { parameters: right.into_iter().map(near).collect(), errata: around, ..order() };
    settle(facts(&of(vec![left]), &of(vec![right]), Mode::Spec), errata)
}

fn counts(settled: &Settled) -> [usize; 5] {
    let Settled { accepted, open, noted, unused, misused } = settled;
    [accepted.len(), open.len(), noted.len(), unused.len(), misused.len()]
}

#[test]
fn an_entry_has_to_quote_the_difference() {
    let left = || vec![field("Regionld")];
    let right = || vec![field("RegionId")];
    assert_eq!(counts(&settled(left(), right(), &[erratum("Regionld", "RegionId")])), [1, 0, 0, 0, 0]);
    assert_eq!(counts(&settled(left(), right(), &[erratum("Zone", "RegionId")])), [0, 1, 0, 1, 0]);
    // Part of a word is not a quote.
    assert_eq!(counts(&settled(left(), right(), &[erratum("TheRegionld", "RegionId")])), [0, 1, 0, 1, 0]);
}

#[test]
fn each_value_has_to_be_quoted() {
    let of = |values: &[&str]| vec![Field { values: texts(values), ..field("state") }];
    let found = |entry| counts(&settled(of(&["opened", "shut"]), of(&["open"]), &[entry]));
    assert_eq!(found(erratum("opened and shut", "open")), [1, 0, 0, 0, 0]);
    assert_eq!(found(erratum("opened", "open")), [0, 1, 0, 1, 0]);
    assert_eq!(found(erratum("opened and shut", "other")), [0, 1, 0, 1, 0]);
}

#[test]
fn missing_and_extra_facts_may_be_explained_around_the_place() {
    let entries = || [erratum("-", "-"), erratum("limit, without page", "page and zone")];
    let none = Vec::new;
    assert_eq!(counts(&settled(vec![field("limit")], none(), &entries()))[..2], [1, 0]);
    assert_eq!(counts(&settled(none(), vec![field("page")], &entries()))[..2], [1, 0]);
    assert_eq!(counts(&settled(none(), vec![field("other")], &entries()))[..2], [0, 1]);
    // A type is explained at the place only.
    let integer = vec![Field { ty: Some(ty(Kind::Integer, "Integer")), ..field("limit") }];
    let around = [erratum("-", "-"), erratum("String", "integer")];
    assert_eq!(counts(&settled(vec![field("limit")], integer.clone(), &around))[..2], [0, 1]);
    assert_eq!(counts(&settled(vec![field("limit")], integer, &[erratum("String", "integer")]))[..2], [1, 0]);
}

#[test]
fn a_soft_difference_is_explained_by_any_entry_at_the_place() {
    let left = || vec![Field { required: Required::Unknown, ..field("limit") }];
    let right = || vec![Field { required: Required::Required, ..field("limit") }];
    assert_eq!(counts(&settled(left(), right(), &[erratum("The column is lost.", "Needed.")])), [1, 0, 0, 0, 0]);
    let around = |spec| [Erratum { audit: false, ..erratum("-", "-") }, erratum("The column is lost.", spec)];
    assert_eq!(counts(&settled(left(), right(), &around("limit is required"))), [1, 0, 0, 0, 0]);
    assert_eq!(counts(&settled(left(), right(), &around("page is required"))), [0, 0, 1, 1, 0]);
}

#[test]
fn an_entry_without_audit_explains_nothing() {
    let silent = |document| [Erratum { audit: false, ..erratum(document, "RegionId") }];
    let found = |document| counts(&settled(vec![field("Regionld")], vec![field("RegionId")], &silent(document)));
    assert_eq!(found("a bound"), [0, 1, 0, 0, 0]);
    assert_eq!(found("Regionld"), [0, 1, 0, 0, 1]);
    let nothing = counts(&settled(vec![field("limit")], vec![field("limit")], &silent("a bound")));
    assert_eq!(nothing, [0, 0, 0, 0, 0]);
}

#[test]
fn a_hard_difference_needs_the_obligation_in_words() {
    let left = || vec![Field { required: Required::Required, ..field("limit") }];
    assert_eq!(counts(&settled(left(), vec![field("limit")], &[erratum("required", "optional")]))[..2], [1, 0]);
    assert_eq!(counts(&settled(left(), vec![field("limit")], &[erratum("needed", "optional")]))[..2], [0, 1]);
}

#[test]
fn diagnostics_show_both_sides_and_the_fix() {
    let entries = [erratum("nothing", "like it")];
    let left = vec![field("Regionld"), field("size"), Field { values: texts(&["on", "shut"]), ..field("state") }];
    let right = vec![field("RegionId"), field("page"), Field { values: texts(&["open"]), ..field("state") }];
    let found = diagnostics(&settled(left, right, &entries), &entries);
    insta::assert_snapshot!(found.to_string());
    let codes: Vec<&str> = found.iter().map(|diagnostic| diagnostic.code).collect();
    assert_eq!(codes, ["audit-name", "audit-missing", "audit-values", "audit-extra", "unused-errata"]);
}
