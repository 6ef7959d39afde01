//! Compares facts built by hand.

mod bodies;
mod details;
mod fields;
mod lists;
mod readings;
mod samples;
mod settled;

use std::collections::BTreeMap;

use yundb_generator::diagnostic::{Location, Source};

use super::{Difference, Mode, facts};
use crate::{
    fact::{
        Call, Detail, Facts, Field, Kind, Operation, Parameter, Place, Prose, Required, Response, Sample, SampleState,
        Shape, Shown, Statement, Type,
    },
    spec::Erratum,
};

fn at() -> Location {
    Location::of_file(&Source::new("shop.md", ""))
}

fn ty(kind: Kind, text: &str) -> Type {
    Type { kind, lists: 0, of: None, text: text.to_owned() }
}

fn field(name: &str) -> Field {
    Field {
        name: name.to_owned(),
        printed: None,
        ty: Some(ty(Kind::String, "String")),
        required: Required::Optional,
        values: Vec::new(),
        details: Vec::new(),
        prose: Prose::default(),
        words: String::new(),
        secret: false,
        implied: false,
        at: at(),
        errata: Vec::new(),
    }
}

fn texts(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

/// Statements of one kind.
fn stated(detail: Detail, values: &[&str]) -> Vec<Statement> {
    values.iter().map(|value| Statement { detail, value: (*value).to_owned(), at: at() }).collect()
}

fn shape(names: &[&str]) -> Shape {
    Shape { fields: names.iter().map(|name| field(name)).collect(), ..Shape::default() }
}

/// A body with an object under a name.
fn nested(name: &str, kind: Kind, lists: usize, inner: Vec<Field>) -> Shape {
    let of = Some("Inner".to_owned());
    let holder = Field { ty: Some(Type { kind, lists, of, text: "Inner".to_owned() }), ..field(name) };
    Shape { fields: vec![holder], types: BTreeMap::from([("Inner".to_owned(), inner)]), flat: false }
}

fn response(status: Option<u16>, shape: Shape) -> Response {
    Response { status, shape, at: at(), errata: Vec::new() }
}

fn sample(status: Option<u16>, request: bool, keys: &[&str]) -> Sample {
    Sample {
        status,
        request,
        keys: texts(keys),
        values: Vec::new(),
        state: SampleState::Whole,
        at: at(),
        errata: Vec::new(),
    }
}

fn rest(method: &str, path: &str) -> Call {
    Call::Rest { method: method.to_owned(), path: path.to_owned() }
}

fn operation(section: &str, call: Call) -> Operation {
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

fn order() -> Operation {
    operation("4.1", rest("GET", "/v1/orders"))
}

fn query(field: Field) -> Parameter {
    Parameter { place: Place::Query, field, filled: false, json: None }
}

fn of(operations: Vec<Operation>) -> Facts {
    Facts { operations, at: Some(at()), ..Facts::default() }
}

/// The differences as text: `Missing query limit: limit |`, with `(soft)`.
fn lines(differences: &[Difference]) -> Vec<String> {
    let line = |difference: &Difference| {
        let text = |side: &Option<super::Stated>| side.as_ref().map_or("", |side| side.text.as_str()).to_owned();
        let soft = if difference.soft { " (soft)" } else { "" };
        let (left, right) = (text(&difference.left), text(&difference.right));
        format!("{:?} {}: {left}|{right}{soft}", difference.aspect, difference.path)
    };
    differences.iter().map(line).collect()
}

fn compared(left: Operation, right: Operation) -> Vec<String> {
    lines(&facts(&of(vec![left]), &of(vec![right]), Mode::Spec))
}

fn erratum(document: &str, spec: &str) -> Erratum {
    Erratum { document: document.to_owned(), spec: spec.to_owned(), why: "Because.".to_owned(), audit: true, at: at() }
}

const NOTHING: [&str; 0] = [];
