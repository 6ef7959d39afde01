//! A written lock reads back equal, however unusual; any other text is rejected.

use std::collections::BTreeMap;

mod build;

use self::build::{at, document, field, operation, rest, rpc, sample, shop, stated, ty};
use super::{read, sorted, write};
use crate::fact::{
    Detail, Endpoint, ErrorCode, Facts, Field, Kind, Operation, Parameter, Permission, Place, Required, Response,
    Sample, SampleState, Shape, States, Type,
};

/// Texts that would be syntax without quotes.
const ODD: &[&str] = &[
    "",
    "-",
    "=",
    "->",
    "(",
    ")",
    "()",
    "{}",
    "[]",
    "[].",
    ".",
    ".a",
    "a.",
    "a.b",
    "a..b",
    " ",
    "  ",
    " a",
    "a ",
    "a  b",
    "a b",
    "a, b",
    "a,b",
    ",",
    ":",
    "a: b",
    "\"",
    "\"a\"",
    "\\",
    "\\n",
    "\n",
    "a\nb",
    "\t",
    "#",
    "# a",
    "required",
    "optional",
    "conditional",
    "unknown",
    "String, required",
    "String, optional",
    "a -> b",
    "-> b",
    "a ->",
    "a = b",
    "= b",
    "a =",
    "a (b)",
    "(printed \"a\")",
    "a (printed \"b\")",
    "(is any 1)",
    "flat",
    "repaired",
    "broken",
    "broken: a",
    "type",
    "type A",
    "body",
    "path",
    "request",
    "200",
    "Map<String, String>",
    "Pay\u{422}ype",
    "\u{5b9e}\u{4f8b}ID",
    "\u{53d6}\u{503c}\u{ff1a}\u{662f}\u{ff0c}\u{5426}",
    "\u{3000}",
    "\u{200b}",
    "\u{85}",
    "\u{2028}",
    "\u{feff}a",
    "\r",
    "\0",
    "\u{1f600}",
    "é",
    "ROLLING BACK",
    "%",
    "*",
    "a|b",
    "'a'",
    "`a`",
    "/v1/{a}/b c",
    "true",
];

/// All facts in words, except for places.
fn words(facts: &Facts) -> String {
    let words = format!("{facts:#?}");
    words.lines().filter(|line| !line.trim_start().starts_with("at: Location(")).collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn comes_back(facts: &Facts) {
    let lock = write(facts);
    let back = match read(&lock, "document.lock") {
        // Places are not compared.
        Ok(back) => Facts { at: None, ..back },
        Err(error) => panic!("{error}\n{lock}"),
    };
    assert_eq!(words(&back), words(&sorted(facts)), "{lock}");
    assert_eq!(write(&back), lock);
}

#[test]
fn unusual_text_survives_in_every_place() {
    for odd in ODD {
        let odd = *odd;
        let shape = |flat| Shape {
            fields: vec![
                field(odd, Some(ty(odd, Some(odd))), Required::Required, &[odd, "a", odd], Some(odd)),
                field(odd, Some(ty(odd, None)), Required::Unknown, &[], None),
                field(odd, Some(ty("String", Some(odd))), Required::Unknown, &[], Some(odd)),
                Field {
                    details: Detail::ALL.iter().map(|detail| stated(*detail, odd)).collect(),
                    ..field("b", Some(ty(odd, None)), Required::Conditional, &[odd], None)
                },
                field("a", None, Required::Optional, &[odd], Some(odd)),
            ],
            types: BTreeMap::from([(odd.to_owned(), vec![field(odd, None, Required::Unknown, &[], None)])]),
            flat,
        };
        let parameter = |place| Parameter {
            place,
            field: field(odd, None, Required::Optional, &[odd], Some(odd)),
            filled: false,
            json: None,
        };
        let called = Operation {
            parameters: vec![parameter(Place::Header), parameter(Place::Path), parameter(Place::Query)],
            body: Some(shape(false)),
            responses: vec![Response { status: Some(200), shape: shape(true), at: at(), errata: Vec::new() }],
            samples: vec![
                sample(true, None, &[odd, "a", "a[].b"], SampleState::Whole),
                Sample {
                    values: vec![(odd.to_owned(), odd.to_owned()), ("a".to_owned(), odd.to_owned())],
                    ..sample(false, Some(200), &[odd, "[].a"], SampleState::Repaired)
                },
                sample(false, None, &[odd], SampleState::Broken),
            ],
            sent: vec![(odd.to_owned(), odd.to_owned())],
            unread: vec![odd.to_owned()],
            ..operation(odd, rest("GET", odd))
        };
        let mut facts = document(vec![called, operation(odd, rpc(odd)), operation("1", rest(odd, odd))]);
        if !odd.is_empty() {
            facts.origin.document = odd.to_owned();
        }
        facts.origin.title = odd.to_owned();
        facts.origin.edition = odd.to_owned();
        let text = odd.to_owned();
        let printed = Some(text.clone());
        facts.endpoints = vec![
            Endpoint {
                region: printed.clone(),
                host: text.clone(),
                printed: printed.clone(),
                at: at(),
                errata: Vec::new(),
            },
            Endpoint { region: None, host: text.clone(), printed: None, at: at(), errata: Vec::new() },
        ];
        facts.codes = vec![
            ErrorCode { code: text.clone(), printed, status: Some(400), at: at(), errata: Vec::new() },
            ErrorCode { code: text.clone(), printed: None, status: None, at: at(), errata: Vec::new() },
        ];
        let actions = [vec![text.clone()], vec!["a:b:c".to_owned(), text.clone()], Vec::new()];
        facts.permissions = actions
            .into_iter()
            .flat_map(|actions| [rpc(odd), rest("GET", odd)].map(|call| (call, actions.clone())))
            .map(|(call, actions)| Permission { call, actions, at: at(), errata: Vec::new() })
            .collect();
        facts.states = [vec![], vec![text.clone(), "A".to_owned()]]
            .into_iter()
            .map(|values| States { name: text.clone(), values, at: at(), errata: Vec::new() })
            .collect();
        comes_back(&facts);
    }
}

#[test]
fn every_kind_survives_whatever_the_words() {
    let kinds =
        [Kind::String, Kind::Integer, Kind::Long, Kind::Number, Kind::Boolean, Kind::Object, Kind::Map, Kind::Any];
    for kind in kinds {
        for text in ["String", "Array of LinkInfo objects", "DynamicCode"] {
            let ty = Type { kind, lists: 2, of: None, text: text.to_owned() };
            let field = field("a", Some(ty), Required::Unknown, &["b"], Some("a "));
            let parameters = vec![Parameter { place: Place::Query, field, filled: false, json: None }];
            comes_back(&document(vec![Operation { parameters, ..operation("1", rpc("A")) }]));
        }
    }
}

#[test]
fn empty_parts_survive() {
    let responses = [Some(204), None, Some(200), Some(200)].map(|status| Response {
        status,
        shape: Shape::default(),
        at: at(),
        errata: Vec::new(),
    });
    let samples = [SampleState::Whole, SampleState::Repaired, SampleState::Broken]
        .iter()
        .flat_map(|state| [(true, None), (true, Some(200)), (false, None), (false, Some(404))].map(|to| (to, *state)))
        .map(|((request, status), state)| sample(request, status, &[], state));
    let operation = Operation {
        body: Some(Shape::default()),
        responses: responses.into(),
        samples: samples.collect(),
        ..operation("", rpc("A"))
    };
    comes_back(&document(vec![operation]));
    comes_back(&document(Vec::new()));
}

#[test]
fn the_format_of_a_lock() {
    comes_back(&shop());
    assert_eq!(
        write(&shop()),
        r#"# Facts of a.txt, written by `cargo xtask audit --docs <folder> --update`. Do not edit.
document a.txt
title A
edition 1
sha256 ""

operation 2.9 POST /v1/{shop_id}/orders
  path shop_id: String, required
  header X-Auth-Token: String, required (printed "X-Auth -Token")
  body
    lines: Array of OrderLine objects, required -> OrderLine
    window: String, optional = day, "late, or never"
      default "late, or never"
      condition lines 1f0a93c2
      condition id 20b1a4d3
    type OrderLine
      amount: Integer, conditional
        maximum 9, 3
  response 201 flat
    id:
  sample request repaired
    {}: lines, window
    lines[]: amount
    lines[].amount = 1, ""
    window = day
  sample response 201 broken: id
  sent shop_id = s1
  unread a row without a name

operation 2.10 GET /v1/{shop_id}/orders
  response 204

endpoint north-1 shop.north-1.example.com (printed "shop.no rth-1.example.com")

code 404 SHOP.1001

permission GET /v1/orders = shop:order:list

states A-6 = OPEN, ROLLING BACK
"#
    );
}

#[test]
fn facts_have_places_in_the_lock() {
    let lock = write(&shop());
    let facts = read(&lock, "specs/shop/document.lock").unwrap();
    let field = &facts.operations[0].body.as_ref().unwrap().types["OrderLine"][0];
    assert_eq!(field.at.to_string(), "specs/shop/document.lock:17:7");
    assert_eq!(field.at.text(), "amount: Integer, conditional");
}

#[test]
fn an_invalid_lock_is_rejected_with_its_line() {
    let lock = write(&shop());
    for (from, to, line, expected) in [
        ("  path shop_id", "   path shop_id", 8, "less indentation"),
        ("      amount", "        amount", 17, "less indentation"),
        (
            "  path ",
            "  cookie ",
            8,
            "`path`, `query`, `header`, `body`, `response`, `sample`, `sent`, `about` or `unread`",
        ),
        ("default \"late", "fallback \"late", 13, "a statement about the field (`minimum`, `default`, `example`, ...)"),
        ("maximum 9, 3", "maximum", 18, "its values"),
        (
            "operation 2.9",
            "<<<<<<< operation 2.9",
            7,
            "a fact (`operation`, `type`, `endpoint`, `code`, `permission`, `states`)",
        ),
        ("shop_id: ", "shop_id ", 8, "a field: its name, a colon, its type"),
        ("-> OrderLine", "-> ", 11, "a type, or its words in quotes"),
        ("late, or never\"", "late, or never", 12, "values"),
        ("code 404", "code none", 35, "an HTTP status or `-`"),
        ("(printed \"X", "(spelt \"X", 9, "nothing more at `(spelt \"X-Auth -Token\")`"),
        ("  response 201 flat", "  response 201 flat now", 19, "nothing more at `now`"),
        (
            "  unread",
            "  body\n  unread",
            28,
            "`path`, `query`, `header`, `body`, `response`, `sample`, `sent`, `about` or `unread`",
        ),
        ("document a.txt", "", 1, "a line `document` with the document's file name"),
    ] {
        assert!(lock.contains(from), "{from}");
        let error = read(&lock.replacen(from, to, 1), "document.lock").expect_err(to);
        assert_eq!((error.at.line(), error.expected.as_str()), (line, expected), "{from}");
    }
    let error = read("a", "specs/shop/document.lock").expect_err("no lock").to_string();
    assert!(error.starts_with("specs/shop/document.lock:1: expected a fact"), "{error}");
    assert!(error.ends_with("rewrite it with `cargo xtask audit --docs <folder> --update`"), "{error}");
    read("", "document.lock").expect_err("an empty file");
}

#[test]
fn the_order_of_the_document_does_not_matter() {
    let mut turned = shop();
    turned.operations.reverse();
    for operation in &mut turned.operations {
        operation.parameters.reverse();
        operation.samples.reverse();
        operation.responses.reverse();
        operation.body.iter_mut().for_each(|body| body.fields.reverse());
    }
    assert_eq!(write(&turned), write(&shop()));
}
