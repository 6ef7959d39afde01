//! Turns an input of the document into what the driver's arguments and setters take.

use bytes::Bytes;
use serde_json::Value;
use yundb_generator::lower::model;

use crate::document::{Media, Operation};
use crate::driver::{Given, Inputs, Key, route};
use crate::report::Kind;
use crate::wire::{Content, Data, Field, Input};

/// The inputs of a call, or what the client has no typed way for.
pub fn feed(
    operation: &Operation,
    model: &model::Operation,
    media: Option<usize>,
    input: &Input,
) -> Result<Inputs, (Kind, String)> {
    let mut inputs = Inputs::default();
    let places = [("path", &input.path), ("query", &input.query), ("header", &input.header), ("cookie", &input.cookie)];
    for (place, values) in places {
        for (name, value) in values {
            inputs.put(Key::new(place, name), Given::Json(value.clone()));
        }
    }
    if let Some(content) = &input.body {
        let media = media.and_then(|media| Some((media, operation.body.as_ref()?.media.get(media)?)));
        match media {
            Some((at, media)) if Some(at) == main_media(operation, model) => main(model, media, content, &mut inputs)?,
            Some((_, media)) => other(model, media, content, &mut inputs)?,
            None => return Err((Kind::NoWayToSend, "the operation has no body".to_owned())),
        }
    }
    Ok(inputs)
}

/// The documented media type that the call's own arguments and setters are of.
fn main_media(operation: &Operation, model: &model::Operation) -> Option<usize> {
    let (sent_as, _) = model.body.as_ref()?;
    let media = &operation.body.as_ref()?.media;
    let essence = |text: &str| text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let exact = media.iter().position(|media| media.media_type == *sent_as);
    let alike = || media.iter().position(|media| essence(&media.media_type) == essence(sent_as));
    // A range is sent as one type of it.
    let range = || media.iter().position(|media| media.media_type.contains('*'));
    exact.or_else(alike).or_else(range)
}

fn main(model: &model::Operation, media: &Media, content: &Content, inputs: &mut Inputs) -> Result<(), (Kind, String)> {
    let whole = Key::new("body", "");
    match &content.data {
        Data::Json(Value::Object(fields)) if route::takes_fields(model) => {
            for (name, value) in fields {
                inputs.put(Key::new("field", name), Given::Json(value.clone()));
            }
        }
        Data::Json(value) => inputs.put(whole, Given::Json(value.clone())),
        Data::Form(fields) if route::takes_fields(model) => {
            for (name, value) in fields {
                inputs.put(Key::new("field", name), Given::Json(value.clone()));
            }
        }
        Data::Multipart(fields) if route::takes_fields(model) => {
            for (name, field) in fields {
                inputs.put(Key::new("field", name), part(field));
            }
        }
        Data::Form(_) | Data::Multipart(_) => return Err(untyped(media)),
        Data::Text(_) | Data::Bytes(_) if route::input(model, &Key::new("raw", "")).is_none() => {
            // A text in a body that is typed all the same.
            match &content.data {
                Data::Text(text) => inputs.put(whole, Given::Json(Value::from(text.as_str()))),
                _ => return Err(untyped(media)),
            }
        }
        Data::Text(text) => inputs.put(Key::new("raw", ""), Given::Bytes(Bytes::from(text.clone()))),
        Data::Bytes(bytes) => inputs.put(Key::new("raw", ""), Given::Bytes(bytes.clone())),
    }
    Ok(())
}

/// A body of another media type than the main one.
fn other(
    model: &model::Operation,
    media: &Media,
    content: &Content,
    inputs: &mut Inputs,
) -> Result<(), (Kind, String)> {
    let raw = Key::new("raw", &media.media_type);
    match &content.data {
        Data::Json(value) => {
            let typed = Key::new("body", &media.media_type);
            if route::input(model, &typed).is_some() || media.schema.is_some() {
                inputs.put(typed, Given::Json(value.clone()));
            } else {
                // Any JSON, of which the document says nothing.
                inputs.put(raw, Given::Bytes(Bytes::from(value.to_string())));
            }
        }
        Data::Form(_) | Data::Multipart(_) => return Err(untyped(media)),
        Data::Text(text) => inputs.put(raw, Given::Bytes(Bytes::from(text.clone()))),
        Data::Bytes(bytes) => inputs.put(raw, Given::Bytes(bytes.clone())),
    }
    Ok(())
}

fn untyped(media: &Media) -> (Kind, String) {
    (Kind::NoWayToSend, format!("the caller has to encode the body as {}", media.media_type))
}

fn part(field: &Field) -> Given {
    match field {
        Field::Value(value) => Given::Json(value.clone()),
        Field::File(file) => Given::Files(vec![file.clone()]),
        Field::Files(files) => Given::Files(files.clone()),
    }
}

/// Where the runtime's errors have to say that a violation is.
pub(super) fn path(model: &model::Operation, main: bool, part: &crate::violation::Part, inside: &str) -> String {
    let join = |prefix: &str| match inside {
        "" => prefix.to_owned(),
        inside if inside.starts_with('[') => format!("{prefix}{inside}"),
        inside => format!("{prefix}.{inside}"),
    };
    match part {
        crate::violation::Part::Parameter(_, name) => join(name),
        crate::violation::Part::Body if main && route::takes_fields(model) && !inside.is_empty() => inside.to_owned(),
        crate::violation::Part::Body => join("body"),
    }
}

/// Whether a media type, by its place, is the one that the call's own arguments and setters are of.
pub(super) fn is_main(operation: &Operation, model: &model::Operation, media: Option<usize>) -> bool {
    media.is_some() && media == main_media(operation, model)
}
