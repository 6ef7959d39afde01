//! Facts apart from operations.

use super::*;
use crate::fact::{Endpoint, ErrorCode, Origin, Permission, States};

fn both(change: impl Fn(&mut Facts, bool)) -> Vec<String> {
    let (mut left, mut right) = (of(Vec::new()), of(Vec::new()));
    change(&mut left, true);
    change(&mut right, false);
    lines(&facts(&left, &right, Mode::Spec))
}

fn endpoints(left: &[(&str, &str)], right: &[(&str, &str)]) -> Vec<String> {
    let endpoint = |(region, host): &(&str, &str)| Endpoint {
        region: Some((*region).to_owned()).filter(|region| !region.is_empty()),
        host: (*host).to_owned(),
        printed: None,
        at: at(),
        errata: Vec::new(),
    };
    both(|facts, is_left| facts.endpoints = if is_left { left } else { right }.iter().map(endpoint).collect())
}

#[test]
fn title_and_edition_have_to_agree() {
    let origin = |edition: &str| Origin { title: "Shop".to_owned(), edition: edition.to_owned(), ..Origin::default() };
    assert_eq!(both(|facts, left| facts.origin = origin(if left { "2" } else { "1" })), ["Values edition: 2|1"]);
    assert_eq!(both(|facts, _| facts.origin = origin("1")), NOTHING);
}

#[test]
fn hosts_are_matched() {
    let eu = ("eu", "shop.eu.example.com");
    assert_eq!(endpoints(&[eu], &[eu]), NOTHING);
    assert_eq!(endpoints(&[eu, ("us", "shop.us.example.com")], &[("", "shop.{region}.example.com")]), NOTHING);
    assert_eq!(endpoints(&[("eu", "")], &[eu]), NOTHING);
    assert_eq!(
        endpoints(&[("eu", "shop.example.com"), ("us", "shop.example.com")], &[("", "shop.example.com")]),
        NOTHING
    );
    assert_eq!(
        endpoints(&[("eu", "shop.eu.example..com")], &[eu]),
        ["Name endpoint eu: shop.eu.example..com|shop.eu.example.com"]
    );
    assert_eq!(endpoints(&[("asia", "shop.eu.example.com")], &[eu]), ["Values endpoint asia: asia|eu"]);
    assert_eq!(endpoints(&[], &[eu]), ["Extra endpoint eu: |shop.eu.example.com"]);
    assert_eq!(endpoints(&[eu], &[]), ["Missing endpoint eu: shop.eu.example.com|"]);
}

#[test]
fn codes_are_matched_with_their_status() {
    let codes = |left: &[(&str, u16)], right: &[(&str, u16)]| {
        let code = |(code, status): &(&str, u16)| ErrorCode {
            code: (*code).to_owned(),
            printed: None,
            status: Some(*status).filter(|status| *status > 0),
            at: at(),
            errata: Vec::new(),
        };
        both(|facts, is_left| facts.codes = if is_left { left } else { right }.iter().map(code).collect())
    };
    assert_eq!(codes(&[("S.1", 400), ("S.1", 400)], &[("S.1", 400)]), NOTHING);
    assert_eq!(codes(&[("S.1", 400)], &[("S.1", 0)]), NOTHING);
    assert_eq!(codes(&[("S.1", 400)], &[("S.1", 404)]), ["Status code S.1: 400|404"]);
    assert_eq!(codes(&[("Shop.lD", 400)], &[("Shop.ID", 400)]), ["Name code Shop.lD: Shop.lD|Shop.ID"]);
    assert_eq!(codes(&[("A", 400)], &[("B", 400)]), ["Missing code A: A|", "Extra code B: |B"]);
}

#[test]
fn permissions_are_the_same_list() {
    let permissions = |left: &[&str], right: &[&str]| {
        let permission = |actions: &[&str], path: &str| Permission {
            call: rest("GET", path),
            actions: texts(actions),
            at: at(),
            errata: Vec::new(),
        };
        both(|facts, is_left| {
            let permission = if is_left { permission(left, "/v1/{order}") } else { permission(right, "/v1/{id}") };
            facts.permissions = vec![permission];
            facts.permissions.retain(|permission| !permission.actions.is_empty());
        })
    };
    assert_eq!(permissions(&["a:b:c", "d:e:f"], &["d:e:f", "a:b:c"]), NOTHING);
    assert_eq!(permissions(&["a:b:c"], &["d:e:f"]), ["Values permission GET /v1/{order}: a:b:c|d:e:f"]);
    assert_eq!(permissions(&[], &["d:e:f"]), ["Extra permission GET /v1/{id}: |d:e:f"]);
    assert_eq!(permissions(&["a:b:c"], &[]), ["Missing permission GET /v1/{order}: a:b:c|"]);
}

#[test]
fn a_list_of_states_matches_the_most_similar_enum() {
    let states = |left: &[&str], right: &[&[&str]]| {
        let states =
            |values: &&[&str]| States { name: "A-6".to_owned(), values: texts(values), at: at(), errata: Vec::new() };
        both(|facts, is_left| {
            facts.states = if is_left { vec![states(&left)] } else { right.iter().map(states).collect() };
        })
    };
    assert_eq!(states(&["a", "b"], &[&["a", "b", "c"], &["b", "a"]]), NOTHING);
    assert_eq!(states(&["a", "b"], &[&["a"], &["a", "b", "c"]]), ["Values states A-6: |c"]);
    assert_eq!(states(&["a", "b"], &[&["x"]]), ["Missing states A-6: a, b|"]);
}
