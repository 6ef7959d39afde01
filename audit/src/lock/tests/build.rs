//! Facts built by hand.

use std::collections::BTreeMap;

use yundb_generator::diagnostic::{Location, Source};

use crate::fact::{
    Call, Detail, Endpoint, ErrorCode, Facts, Field, Operation, Origin, Parameter, Permission, Place, Prose, Required,
    Response, Sample, SampleState, Shape, Shown, Statement, States, Type,
};

pub fn at() -> Location {
    Location::of_file(&Source::new("document.txt", ""))
}

pub fn field(name: &str, ty: Option<Type>, required: Required, values: &[&str], printed: Option<&str>) -> Field {
    Field {
        name: name.to_owned(),
        printed: printed.map(str::to_owned),
        ty,
        required,
        values: values.iter().map(|value| (*value).to_owned()).collect(),
        details: Vec::new(),
        prose: Prose::default(),
        words: String::new(),
        secret: false,
        implied: false,
        at: at(),
        errata: Vec::new(),
    }
}

pub fn stated(detail: Detail, value: &str) -> Statement {
    Statement { detail, value: value.to_owned(), at: at() }
}

pub fn ty(text: &str, of: Option<&str>) -> Type {
    // What `parse` would make of another text, so that the words do not always determine the kind.
    Type { of: of.map(str::to_owned), text: text.to_owned(), ..Type::parse("String") }
}

pub fn operation(section: &str, call: Call) -> Operation {
    Operation {
        section: section.to_owned(),
        call,
        parameters: Vec::new(),
        body: None,
        responses: Vec::new(),
        samples: Vec::new(),
        sent: Vec::new(),
        about: Vec::new(),
        shown: Shown::default(),
        unread: Vec::new(),
        at: at(),
        errata: Vec::new(),
    }
}

pub fn rest(method: &str, path: &str) -> Call {
    Call::Rest { method: method.to_owned(), path: path.to_owned() }
}

pub fn rpc(action: &str) -> Call {
    Call::Rpc { action: action.to_owned() }
}

pub fn sample(request: bool, status: Option<u16>, keys: &[&str], state: SampleState) -> Sample {
    let keys = keys.iter().map(|key| (*key).to_owned()).collect();
    Sample { status, request, keys, values: Vec::new(), state, at: at(), errata: Vec::new() }
}

pub fn document(operations: Vec<Operation>) -> Facts {
    let origin =
        Origin { document: "a.txt".to_owned(), title: "A".to_owned(), edition: "1".to_owned(), ..Origin::default() };
    Facts { origin, operations, ..Facts::default() }
}

/// A small document with some facts of every kind.
pub fn shop() -> Facts {
    let mut list = operation("2.10", rest("GET", "/v1/{shop_id}/orders"));
    list.responses = vec![Response { status: Some(204), shape: Shape::default(), at: at(), errata: Vec::new() }];
    let mut create = operation("2.9", rest("POST", "/v1/{shop_id}/orders"));
    let path = field("shop_id", Some(Type::parse("String")), Required::Required, &[], None);
    let header = field("X-Auth-Token", Some(Type::parse("String")), Required::Required, &[], Some("X-Auth -Token"));
    create.parameters = vec![
        Parameter { place: Place::Header, field: header, filled: false, json: None },
        Parameter { place: Place::Path, field: path, filled: false, json: None },
    ];
    let lines = Type { of: Some("OrderLine".to_owned()), ..Type::parse("Array of OrderLine objects") };
    create.body = Some(Shape {
        fields: vec![
            Field {
                details: vec![
                    stated(Detail::Condition, "lines 1f0a93c2"),
                    stated(Detail::Default, "late, or never"),
                    stated(Detail::Condition, "id 20b1a4d3"),
                ],
                ..field("window", Some(Type::parse("String")), Required::Optional, &["day", "late, or never"], None)
            },
            field("lines", Some(lines), Required::Required, &[], None),
        ],
        types: BTreeMap::from([(
            "OrderLine".to_owned(),
            vec![Field {
                details: vec![stated(Detail::Maximum, "9"), stated(Detail::Maximum, "3")],
                ..field("amount", Some(Type::parse("Integer")), Required::Conditional, &[], None)
            }],
        )]),
        flat: false,
    });
    create.responses = vec![Response {
        status: Some(201),
        shape: Shape { fields: vec![field("id", None, Required::Unknown, &[], None)], flat: true, ..Shape::default() },
        at: at(),
        errata: Vec::new(),
    }];
    create.samples = vec![
        sample(false, Some(201), &["id"], SampleState::Broken),
        Sample {
            values: [("window", "day"), ("lines[].amount", "1"), ("lines[].amount", "")]
                .map(|(path, value)| (path.to_owned(), value.to_owned()))
                .into(),
            ..sample(true, None, &["lines", "lines[].amount", "window"], SampleState::Repaired)
        },
    ];
    create.sent = vec![("shop_id".to_owned(), "s1".to_owned())];
    create.unread = vec!["a row without a name".to_owned()];
    let mut facts = document(vec![list, create]);
    facts.endpoints = vec![Endpoint {
        region: Some("north-1".to_owned()),
        host: "shop.north-1.example.com".to_owned(),
        printed: Some("shop.no rth-1.example.com".to_owned()),
        at: at(),
        errata: Vec::new(),
    }];
    facts.codes = vec![ErrorCode {
        code: "SHOP.1001".to_owned(),
        printed: None,
        status: Some(404),
        at: at(),
        errata: Vec::new(),
    }];
    let actions = vec!["shop:order:list".to_owned()];
    facts.permissions = vec![Permission { call: rest("GET", "/v1/orders"), actions, at: at(), errata: Vec::new() }];
    let values = vec!["OPEN".to_owned(), "ROLLING BACK".to_owned()];
    facts.states = vec![States { name: "A-6".to_owned(), values, at: at(), errata: Vec::new() }];
    facts
}
