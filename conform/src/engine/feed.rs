//! Converts an input of the document to the values for the driver's arguments and setters.

use bytes::Bytes;
use serde_json::Value;
use yundb_generator::lower::model;

use crate::document::{Media, Operation};
use crate::driver::{Given, Inputs, Key, route};
use crate::report::Kind;
use crate::wire::{Content, Data, Field, Input};

/// The inputs of a call, or the reason why the client has no typed input for one.
pub fn feed(
    operation: &Operation,
    forms: &[model::FormDef],
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
            Some((at, media)) if Some(at) == main_media(operation, model) && !is_another(model, media) => {
                main(model, media, content, &mut inputs)?;
            }
            Some((_, media)) => other(forms, model, media, content, &mut inputs)?,
            None => return Err((Kind::NoWayToSend, "the operation has no body".to_owned())),
        }
    }
    Ok(inputs)
}

/// Whether a media type has a setter of its own, like those beside the main one.
fn is_another(model: &model::Operation, media: &Media) -> bool {
    route::input(model, &Key::new("body", &media.media_type)).is_some()
}

/// The documented media type of the call's own arguments and setters.
fn main_media(operation: &Operation, model: &model::Operation) -> Option<usize> {
    let sent_as = &model.body.as_ref()?.media_type;
    let media = &operation.body.as_ref()?.media;
    let essence = |text: &str| text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let exact = media.iter().position(|media| media.media_type == *sent_as);
    let alike = || media.iter().position(|media| essence(&media.media_type) == essence(sent_as));
    // A range is sent as one of its types.
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
            let fields = fields.iter().map(|(name, value)| (name, Field::Value(value.clone())));
            spread(&model.params, fields, inputs);
        }
        Data::Multipart(fields) if route::takes_fields(model) => {
            let fields = fields.iter().map(|(name, field)| (name, field.clone()));
            spread(&model.params, fields, inputs);
        }
        Data::Lines(_) | Data::Events(_) => return Err(untyped(media)),
        Data::Form(_) | Data::Multipart(_) => match object(&content.data) {
            Some(value) if route::input(model, &whole).is_some() => inputs.put(whole, Given::Json(value)),
            _ => return Err(untyped(media)),
        },
        Data::Text(_) | Data::Bytes(_) if route::input(model, &Key::new("raw", "")).is_none() => {
            // A string in a body that is typed anyway.
            match &content.data {
                Data::Text(text) => inputs.put(whole, Given::Json(Value::from(text.as_str()))),
                _ => return Err(untyped(media)),
            }
        }
        Data::Text(text) => inputs.put(Key::new("raw", ""), Given::Bytes(Bytes::from(text.clone()))),
        Data::Bytes(bytes) => inputs.put(Key::new("raw", ""), Given::Bytes(bytes.clone())),
    }
    if route::input(model, &Key::new("raw", "")).is_some() {
        chosen("", media, content, inputs);
    }
    Ok(())
}

/// A body with a media type other than the main one.
fn other(
    forms: &[model::FormDef],
    model: &model::Operation,
    media: &Media,
    content: &Content,
    inputs: &mut Inputs,
) -> Result<(), (Kind, String)> {
    let raw = Key::new("raw", &media.media_type);
    chosen(&media.media_type, media, content, inputs);
    match &content.data {
        Data::Json(value) => {
            let typed = Key::new("body", &media.media_type);
            if route::input(model, &typed).is_some() || media.schema.is_some() {
                inputs.put(typed, Given::Json(value.clone()));
            } else {
                // Any JSON: the document has no schema for it.
                inputs.put(raw, Given::Bytes(Bytes::from(value.to_string())));
            }
        }
        Data::Lines(_) | Data::Events(_) => return Err(untyped(media)),
        Data::Form(_) | Data::Multipart(_) => {
            let form = Key::new("form", &media.media_type);
            let typed = Key::new("body", &media.media_type);
            match (route::form(forms, model, &form), &content.data, object(&content.data)) {
                (Some(form_def), Data::Multipart(fields), _) => {
                    let mut inner = Inputs::default();
                    spread(&form_def.params, fields.iter().map(|(name, field)| (name, field.clone())), &mut inner);
                    inputs.put(form, Given::Form(inner));
                }
                (None, _, Some(value)) if route::input(model, &typed).is_some() => {
                    inputs.put(typed, Given::Json(value))
                }
                _ => return Err(untyped(media)),
            }
        }
        Data::Text(text) => inputs.put(raw, Given::Bytes(Bytes::from(text.clone()))),
        Data::Bytes(bytes) => inputs.put(raw, Given::Bytes(bytes.clone())),
    }
    Ok(())
}

/// The media type to use where the documented one is a range. `name` is that of the setter.
fn chosen(name: &str, media: &Media, content: &Content, inputs: &mut Inputs) {
    if media.media_type.contains('*') {
        inputs.put(Key::new("media", name), Given::Json(Value::from(content.media_type.as_str())));
    }
}

/// The fields of a form as the entries of an object, if none of them is a file.
fn object(data: &Data) -> Option<Value> {
    match data {
        Data::Form(fields) => {
            Some(Value::Object(fields.iter().map(|(name, value)| (name.clone(), value.clone())).collect()))
        }
        Data::Multipart(fields) => {
            let value = |(name, field): (&String, &Field)| match field {
                Field::Value(value) => Some((name.clone(), value.clone())),
                Field::File(_) | Field::Files(_) => None,
            };
            fields.iter().map(value).collect::<Option<_>>().map(Value::Object)
        }
        _ => None,
    }
}

/// Adds the fields of a form: those without a parameter of their own are combined.
fn spread<'f>(params: &[model::Param], fields: impl Iterator<Item = (&'f String, Field)>, inputs: &mut Inputs) {
    let further = params.iter().any(|param| param.spread);
    let (mut values, mut files) = (serde_json::Map::new(), Vec::new());
    for (name, field) in fields {
        let known = params.iter().any(|param| param.name == *name && !param.spread && param.header_of.is_none());
        match field {
            Field::Value(value) if further && !known => drop(values.insert(name.clone(), value)),
            Field::File(file) if further && !known => files.push((name.clone(), file)),
            field => inputs.put(Key::new("field", name), part(&field)),
        }
    }
    if !files.is_empty() {
        inputs.put(Key::new("further", ""), Given::NamedFiles(files));
    } else if !values.is_empty() {
        inputs.put(Key::new("further", ""), Given::Json(Value::Object(values)));
    }
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

/// The path that the runtime's error must have for a violation.
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

/// Whether a media type, by its index, is the one of the call's own arguments and setters.
pub(super) fn is_main(operation: &Operation, model: &model::Operation, media: Option<usize>) -> bool {
    media.is_some() && media == main_media(operation, model)
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;
    use serde_json::json;
    use yundb_generator::lower::model::{Input as Argument, InputKind, Param, Payload, ResponseBody, Shape, Type};

    use super::*;
    use crate::document::{Body, MediaKind};
    use crate::violation::Part;

    fn documented(media_types: &[&str]) -> Operation {
        let media = |media_type: &&str| Media {
            media_type: (*media_type).to_owned(),
            kind: MediaKind::Json,
            schema: None,
            encoding: IndexMap::new(),
        };
        Operation {
            at: String::new(),
            id: None,
            method: "POST".to_owned(),
            path: "/".to_owned(),
            parameters: Vec::new(),
            body: Some(Body { required: true, media: media_types.iter().map(media).collect() }),
            responses: Vec::new(),
        }
    }

    /// An operation with such a body, and one input for it.
    fn modelled(sent_as: &str, place: model::Place, wire: &str, kind: InputKind) -> model::Operation {
        let param = Param {
            name: wire.to_owned(),
            place,
            required: true,
            style: None,
            allow_reserved: false,
            json: false,
            spread: false,
            header_of: None,
            media_type: None,
            client: None,
            constant: None,
            shape: Shape::default(),
        };
        let argument = Argument {
            ident: "it".to_owned(),
            wire: wire.to_owned(),
            place: None,
            docs: Vec::new(),
            kind,
            deprecated: false,
            example: None,
        };
        model::Operation {
            name: String::new(),
            method_name: String::new(),
            type_name: String::new(),
            summary: String::new(),
            docs: Vec::new(),
            sections: 0,
            meanings: Vec::new(),
            aliases: Vec::new(),
            deprecated: None,
            address: String::new(),
            method: "POST".to_owned(),
            path: "/".to_owned(),
            template: "/".to_owned(),
            arguments: vec![argument],
            setters: Vec::new(),
            params: vec![param],
            body: Some(model::Body { media_type: sent_as.to_owned(), required: true, shape: model::Shape::default() }),
            accept: String::new(),
            representations: Vec::new(),
            others: Vec::new(),
            security: None,
            servers: Vec::new(),
            idempotent: None,
            output: ResponseBody::One(Payload::Empty),
            headers: None,
            own_names: model::OwnNames::default(),
            error: ResponseBody::One(Payload::Empty),
            paging: None,
            job: None,
            requests: Vec::new(),
            responses: Vec::new(),
        }
    }

    fn fed(operation: &Operation, model: &model::Operation, media: usize, data: Data) -> Result<Vec<Key>, Kind> {
        let content = Content { media_type: operation.body.as_ref().unwrap().media[media].media_type.clone(), data };
        let input = Input { body: Some(content), ..Input::default() };
        match feed(operation, &[], model, Some(media), &input) {
            Ok(inputs) => Ok(inputs.values().keys().cloned().collect()),
            Err((kind, _)) => Err(kind),
        }
    }

    #[test]
    fn bodies_are_passed_to_the_matching_inputs() {
        let operation = documented(&["application/json", "text/plain", "application/merge-patch+json"]);
        let value = InputKind::Value(Type::String, false);
        let fields = modelled("application/json", model::Place::Field, "name", value.clone());
        let whole = modelled("application/json", model::Place::Body, "body", value);
        let raw = modelled("text/plain", model::Place::Body, "body", InputKind::Raw);
        let json = || Data::Json(json!({"name": "a"}));
        let text = || Data::Text("a".to_owned());
        assert_eq!(fed(&operation, &fields, 0, json()), Ok(vec![Key::new("field", "name")]));
        assert_eq!(fed(&operation, &fields, 0, Data::Json(json!([1]))), Ok(vec![Key::new("body", "")]));
        assert_eq!(fed(&operation, &whole, 0, json()), Ok(vec![Key::new("body", "")]));
        assert_eq!(fed(&operation, &whole, 1, text()), Ok(vec![Key::new("raw", "text/plain")]));
        assert_eq!(fed(&operation, &raw, 1, text()), Ok(vec![Key::new("raw", "")]));
        // No schema: any JSON, as bytes.
        assert_eq!(fed(&operation, &whole, 2, json()), Ok(vec![Key::new("raw", "application/merge-patch+json")]));
        // Callers do not encode forms.
        assert_eq!(fed(&operation, &raw, 1, Data::Form(IndexMap::new())), Err(Kind::NoWayToSend));
    }

    #[test]
    fn the_main_media_type_may_be_a_range_or_have_parameters() {
        let value = InputKind::Value(Type::String, false);
        let whole = modelled("application/json", model::Place::Body, "body", value);
        assert!(is_main(&documented(&["text/plain", "application/*"]), &whole, Some(1)));
        assert!(is_main(&documented(&["application/json; charset=utf-8"]), &whole, Some(0)));
        assert!(!is_main(&documented(&["text/plain", "application/json"]), &whole, Some(0)));
    }

    #[test]
    fn violations_have_the_path_of_the_runtime() {
        let value = InputKind::Value(Type::String, false);
        let fields = modelled("application/json", model::Place::Field, "name", value.clone());
        let whole = modelled("application/json", model::Place::Body, "body", value);
        let header = Part::Parameter(crate::document::Place::Header, "X-A".to_owned());
        for (model, main, part, inside, expected) in [
            (&fields, true, &Part::Body, "a.b[0]", "a.b[0]"),
            (&fields, false, &Part::Body, "a", "body.a"),
            (&fields, true, &Part::Body, "", "body"),
            (&whole, true, &Part::Body, "a", "body.a"),
            (&whole, true, &Part::Body, "[1].a", "body[1].a"),
            (&fields, true, &header, "", "X-A"),
            (&fields, true, &header, "a", "X-A.a"),
        ] {
            assert_eq!(path(model, main, part, inside), expected);
        }
    }
}
