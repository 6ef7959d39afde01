//! The parameters of an operation as listed by documents: for RPC, objects and lists have a row for each inner value.

use yundb_generator::load::Node;

use super::{
    detail, errata,
    schema::{Refs, Types},
};
use crate::fact::{Detail, Field, Kind, Parameter, Place, Required, Statement, Type};

/// The placeholder for an element's number in a documented name.
pub(super) const NUMBER: &str = "N";

/// A parameter; several, if it is sent in parts.
pub(super) fn read<'a>(refs: &Refs<'a>, node: &'a Node, rpc: bool) -> Vec<Parameter> {
    let Some((parameter, schema)) = whole(refs, node) else { return Vec::new() };
    match schema.filter(|_| rpc).map(|schema| pieces(refs, schema, &parameter)) {
        Some(pieces) if !pieces.is_empty() => pieces,
        _ => vec![parameter],
    }
}

/// The parameter itself, and its schema unless it is sent as JSON.
fn whole<'a>(refs: &Refs<'a>, node: &'a Node) -> Option<(Parameter, Option<&'a Node>)> {
    let target = refs.follow(node);
    let place = match target.get("in").and_then(Node::as_str)? {
        "path" => Place::Path,
        "query" => Place::Query,
        "header" => Place::Header,
        _ => return None,
    };
    let name = target.as_object()?.get("name")?;
    let mut errata = refs.errata_through(node);
    let content = target.get("content").and_then(|content| content.entries().next());
    let schema = match content {
        Some((_, media)) => {
            errata::add(&mut errata, refs.errata.at(&media.node));
            media.node.get("schema")
        }
        None => target.get("schema"),
    };
    let (mut read, json) = match schema.map(|schema| Types::new(*refs).whole(schema)) {
        Some((read, shape)) => {
            let has_json = content.is_some() || read.ty.kind == Kind::String && read.ty.of.is_some();
            (Some(read), has_json.then_some(shape))
        }
        None => (None, None),
    };
    if let Some(read) = &mut read {
        errata::add(&mut errata, &read.errata);
        // The types are dropped: a document's tables of parameters have no levels.
        read.ty.of = None;
    }
    let mut prose = read.as_mut().map(|read| std::mem::take(&mut read.prose)).unwrap_or_default();
    detail::prose_of(target, &mut prose);
    if let Some(schema) = schema.filter(|_| content.is_some()) {
        detail::inner_texts(refs, schema, &mut prose);
    }
    let secret = read.as_ref().is_some_and(|read| read.secret);
    let mut details = read.as_mut().map(|read| std::mem::take(&mut read.details)).unwrap_or_default();
    if content.is_some() {
        // The bounds of the value in JSON are not those of the text.
        details.retain(|stated| matches!(stated.detail, Detail::Example | Detail::Default));
    }
    detail::examples_of(refs, target, &mut details);
    if let Some((_, media)) = content {
        detail::examples_of(refs, &media.node, &mut details);
    }
    let (ty, values) = match read {
        Some(read) if content.is_none() => (Some(read.ty), read.values),
        _ => (Some(Type { kind: Kind::String, lists: 0, of: None, text: "JSON text".to_owned() }), Vec::new()),
    };
    let field = Field {
        name: name.node.as_str()?.to_owned(),
        printed: None,
        ty,
        required: required(target),
        values,
        details,
        prose,
        words: String::new(),
        secret,
        implied: false,
        at: name.place().clone(),
        errata,
    };
    let filled = target.get("x-client").is_some();
    Some((Parameter { place, field, filled, json }, schema.filter(|_| content.is_none())))
}

fn required(parameter: &Node) -> Required {
    match parameter.get("required").and_then(Node::as_bool) {
        Some(true) => Required::Required,
        _ => Required::Optional,
    }
}

/// `Endpoint.Port` for the fields of an object, `Id.N` for a list, `Tag.N.Key` for a list of objects.
fn pieces<'a>(refs: &Refs<'a>, schema: &'a Node, whole: &Parameter) -> Vec<Parameter> {
    let (shape, _) = Types::new(*refs).body(schema);
    let list = whole.field.ty.as_ref().is_some_and(|ty| ty.lists > 0);
    let stem = if list { format!("{}.{NUMBER}", whole.field.name) } else { whole.field.name.clone() };
    let piece = |field: Field| Parameter { field, ..whole.clone() };
    if list && shape.fields.is_empty() {
        let ty = whole.field.ty.clone().map(|ty| Type { lists: ty.lists - 1, ..ty });
        return vec![piece(Field { name: stem, ty, ..whole.field.clone() })];
    }
    let of_object = |field: Field| {
        let required = if whole.field.required == Required::Optional { Required::Optional } else { field.required };
        let mut errata = field.errata.clone();
        errata::add(&mut errata, &whole.field.errata);
        // Statements about the whole list or object apply to each piece.
        let counts = |it: &&Statement| matches!(it.detail, Detail::MinItems | Detail::MaxItems);
        let details = [field.details.clone(), whole.field.details.iter().filter(counts).cloned().collect()].concat();
        let mut prose = field.prose.clone();
        prose.extend(&whole.field.prose);
        let field = Field { details, prose, ..field };
        piece(Field { name: format!("{stem}.{}", field.name), required, errata, ..field })
    };
    shape.fields.into_iter().map(of_object).collect()
}
