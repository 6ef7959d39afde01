//! Request bodies: which media type is typed, and which of its fields become setters or arguments.

use openapiv3::{Encoding, MediaType, RequestBody};

use super::form::BINARY;
use super::model::{Body, Docs, Example, Input, InputKind, Param, Place, Shape, Type};
use super::operation::{Found, Inputs};
use super::schema::{Lowered, Naming};
use super::{Lower, docs, markdown};
use crate::accounting::Reason;
use crate::load::{Additional, JsonType, Part, Schema, Sub};

const FORM: &str = "application/x-www-form-urlencoded";

/// Whether a media type is JSON or has the suffix `+json`.
pub fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || essence == "text/json" || essence.ends_with("+json")
}

/// Whether a media type is that of URL-encoded forms.
pub(super) fn is_form(media_type: &str) -> bool {
    media_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(FORM)
}

/// Whether a media type, or the first one of a list, is text.
pub(super) fn is_text(media_type: &str) -> bool {
    media_type.trim().get(..5).is_some_and(|start| start.eq_ignore_ascii_case("text/"))
}

/// The rank of a media type for a typed body; lower is better.
pub fn rank(media_type: &str, media: &Part<'_, MediaType>) -> u8 {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "application/json" => 0,
        _ if is_json(&essence) => 1,
        "*/*" | "application/*" if structured(media) => 2,
        FORM => 3,
        _ if essence.starts_with("multipart/") => 4,
        _ if essence.starts_with("text/") => 5,
        _ => 6,
    }
}

fn structured(media: &Part<'_, MediaType>) -> bool {
    media.schema().is_some_and(|schema| {
        if schema.reference().is_some() {
            return true;
        }
        let schema = schema.read();
        !matches!(schema.ty.map(|ty| ty.value), Some(JsonType::String) | None)
            || !schema.all_of.is_empty()
            || !schema.properties.0.is_empty()
    })
}

/// How the caller provides a body of a media type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A typed value, as JSON.
    Json,
    /// Fields of a URL-encoded form.
    Form,
    /// Fields and files.
    Multipart,
    /// A body encoded by the caller.
    Raw,
}

impl Kind {
    /// The place of a form's fields.
    fn place(self) -> Place {
        if self == Self::Multipart { Place::Part } else { Place::Form }
    }
}

impl<'a> Lower<'a, '_> {
    /// Lowers the body into inputs and parameters.
    pub(super) fn body(&mut self, found: &Found<'a>, type_name: &str, inputs: &mut Inputs) -> Option<Body> {
        let body = self.request_body(found)?;
        self.take_members(&body, &["description", "required"]);
        let mut content: Vec<(&'a str, Part<'a, MediaType>)> = body.map("content", &body.item.content).collect();
        content.sort_by_key(|(name, media)| (is_json_range(name), rank(name, media)));
        let description = body.item.description.as_deref();
        let required = body.item.required;
        let mut content = content.into_iter().peekable();
        let (media_type, media) = content.next()?;
        self.ledger.take(media.at);
        self.untyped_items(&media);
        let of_path = inputs.arguments.len();
        if !is_json_range(media_type) && self.kind_of(media_type, &media) != Kind::Raw {
            inputs.shown = self.shown(&media);
        }
        match self.kind_of(media_type, &media) {
            // The caller has to choose the media type, through a setter.
            Kind::Json if is_json_range(media_type) => {
                self.alternative(media_type, &media, type_name, inputs);
                return Some(Body { media_type: media_type.to_owned(), required, shape: Shape::default() });
            }
            Kind::Json => self.json_body(&media, description, required, type_name, inputs),
            kind @ (Kind::Form | Kind::Multipart) => {
                self.form_body(&media, kind.place(), description, required, type_name, inputs);
            }
            Kind::Raw => {
                let own = self.raw_schema(&media, type_name);
                let mut words = body_docs(&[description, own.as_deref()]);
                words.extend(range_note(media_type).into_iter().flat_map(|named| [String::new(), named]));
                self.raw_body(words, required, inputs);
            }
        }
        let alone = content.peek().is_none();
        for (other, media) in content {
            self.alternative(other, &media, type_name, inputs);
        }
        if !alone {
            or_another(inputs, of_path);
        }
        let range = self.kind_of(media_type, &media) == Kind::Json && media_type.contains('*');
        let media_type = if range { "application/json" } else { media_type };
        Some(Body { media_type: media_type.to_owned(), required, shape: std::mem::take(&mut inputs.body_shape) })
    }

    fn kind_of(&self, media_type: &str, media: &Part<'a, MediaType>) -> Kind {
        let schema = media.schema().map(|schema| self.peek(&schema));
        let bytes = schema.as_ref().is_some_and(is_binary);
        let of_fields =
            schema.is_some_and(|schema| !matches!(schema.ty.map(|ty| ty.value), Some(ty) if ty != JsonType::Object));
        match rank(media_type, media) {
            _ if bytes => Kind::Raw,
            0..=2 => Kind::Json,
            3 if of_fields => Kind::Form,
            4 if of_fields => Kind::Multipart,
            _ => Kind::Raw,
        }
    }

    fn request_body(&mut self, found: &Found<'a>) -> Option<Part<'a, RequestBody>> {
        let entry = found.operation.entry("requestBody")?;
        self.ledger.take(&entry.key);
        let body = Part::of(found.operation.item.request_body.as_ref()?, entry);
        self.take_members(&body, &["$ref"]);
        match self.loaded.follow(body, "requestBodies", |components| &components.request_bodies) {
            Ok(body) => Some(body),
            Err(at) => {
                let message = "the reference does not lead to a request body".to_owned();
                self.unsupported("foreign-ref", message, at, "the body is left out");
                None
            }
        }
    }

    fn json_body(
        &mut self,
        media: &Part<'a, MediaType>,
        description: Option<&'a str>,
        required: bool,
        type_name: &str,
        inputs: &mut Inputs,
    ) {
        self.take_members(media, &["schema"]);
        for (_, field) in media.entry("encoding").into_iter().flat_map(|encoding| encoding.node.entries()) {
            let message = "`encoding` applies to forms, and this body is JSON".to_owned();
            self.unsupported("encoding", message, &field.key, "ignored");
        }
        // The fields of an inline object become setters of the call; a named type is passed as a whole.
        if let Some(schema) = media.schema().filter(|schema| schema.reference().is_none()) {
            let mut flat = schema.read();
            if flattens(&flat) {
                self.complete(&mut flat);
                self.conditional(&mut flat);
                inputs.body_docs = self.flat_description(description, &flat);
                inputs.body_shape = self.flat_shape(&flat);
                self.flat_fields(&flat, type_name, Place::Field, None, required, inputs);
                return;
            }
        }
        self.whole_body(media, description, required, type_name, inputs);
    }

    /// A body that consists of one typed value.
    fn whole_body(
        &mut self,
        media: &Part<'a, MediaType>,
        description: Option<&'a str>,
        required: bool,
        type_name: &str,
        inputs: &mut Inputs,
    ) {
        let naming = Naming::new(type_name, "Body");
        let lowered = match media.schema() {
            Some(schema) => self.schema(&schema, &naming),
            None => Lowered::plain(Type::Value),
        };
        let own = self.schema_description(&lowered);
        let input = Input {
            ident: inputs.name("body", Place::Body),
            wire: "body".to_owned(),
            place: inputs.ambiguous("body", Place::Body),
            docs: body_docs(&[description, own.as_deref()]),
            kind: InputKind::Value(lowered.ty.clone(), lowered.nullable),
            deprecated: false,
            example: inputs.shown.first().map(|shown| Example { value: shown.value.clone(), sent: true }),
        };
        if required {
            inputs.arguments.push(input);
        } else {
            inputs.setters.push(input);
        }
        inputs.params.push(Param { required, shape: lowered.shape.clone(), ..param("body", Place::Body) });
        inputs.whole_body = Some(lowered.element());
    }

    fn raw_body(&mut self, docs: Docs, required: bool, inputs: &mut Inputs) {
        let input = Input {
            ident: inputs.name("body", Place::Body),
            wire: String::new(),
            place: None,
            docs,
            kind: InputKind::Raw,
            deprecated: false,
            example: None,
        };
        if required {
            inputs.arguments.push(input);
        } else {
            inputs.setters.push(input);
        }
        inputs.params.push(Param { required, ..param("body", Place::Body) });
    }

    /// Accounts for the schema of a body that the caller encodes: for a single string or file nothing is lost,
    /// otherwise the fields are. Returns its description.
    pub(super) fn raw_schema(&mut self, media: &Part<'a, MediaType>, type_name: &str) -> Option<String> {
        if let Some(encoding) = media.entry("encoding") {
            self.ledger.ignore(&encoding.key, Reason::Opaque);
            encoding.node.entries().for_each(|(_, field)| self.ledger.ignore(&field.key, Reason::Opaque));
        }
        let schema = media.schema()?;
        let flat = self.peek(&schema);
        let alone = flat.properties.0.is_empty() && flat.one_of.is_empty() && flat.any_of.is_empty();
        if alone && matches!(flat.ty.map(|ty| ty.value), Some(JsonType::String) | None) {
            self.take_members(media, &["schema"]);
            let mut lowered = self.schema(&schema, &Naming::new(type_name, "Body"));
            lowered.facts.retain(|fact| fact != BINARY);
            return self.schema_description(&lowered);
        }
        self.unsupported(
            "untyped-body",
            "the fields of bodies with this media type are not typed".to_owned(),
            media.place("schema"),
            "the body is passed in encoded form",
        );
        None
    }

    /// Accounts for the schema of items, if a body is not processed item by item.
    pub(super) fn untyped_items(&mut self, media: &Part<'a, MediaType>) {
        if let Some(entry) = media.entry("itemSchema") {
            let message = "the items of bodies with this media type are not typed".to_owned();
            self.unsupported("untyped-body", message, &entry.key, "the body is passed in encoded form");
        }
    }

    /// Resolves a schema's references and single `allOf` parts, for inspection only.
    pub(super) fn peek(&self, schema: &Sub<'a>) -> Schema<'a> {
        let mut schema = schema.clone();
        // `load` has rejected circular schemas; this only bounds the loop.
        for _ in 0..64 {
            if let Some(reference) = schema.reference() {
                match self.loaded.component("schemas", reference.value) {
                    Some(entry) => schema = Sub::of(entry),
                    None => break,
                }
                continue;
            }
            let read = schema.read();
            match read.all_of.iter().find(|part| !part.read().is_unconstrained()) {
                Some(part) if read.has_no_own_type() && read.ty.is_none() => schema = part.clone(),
                _ => return read,
            }
        }
        Schema::any(schema.at())
    }

    /// Another media type of the same body: a setter that replaces the body.
    fn alternative(&mut self, media_type: &'a str, media: &Part<'a, MediaType>, type_name: &str, inputs: &mut Inputs) {
        self.ledger.take(media.at);
        self.untyped_items(media);
        let word = media_type_word(media_type);
        let mut words =
            vec![format!("The body as {}, instead of all other fields of the body.", markdown::code(media_type))];
        let naming = Naming::new(type_name, &format!("{word} body"));
        let kind = match self.kind_of(media_type, media) {
            Kind::Json => {
                self.take_members(media, &["schema"]);
                let lowered = media.schema().map(|schema| self.schema(&schema, &naming));
                let lowered = lowered.unwrap_or_else(|| Lowered::plain(Type::Value));
                words.extend(self.schema_description(&lowered));
                let (media_type, shape) = (media_type.to_owned(), lowered.shape.clone());
                match media_type.contains('*') {
                    true => InputKind::JsonOf(media_type, shape, lowered.element()),
                    false => InputKind::JsonAs(media_type, shape, lowered.element()),
                }
            }
            kind @ (Kind::Form | Kind::Multipart) => {
                self.take_members(media, &["schema", "encoding"]);
                match self.fields_of_form(media, kind.place()) {
                    Some(flat) if kind == Kind::Multipart && self.needs_setters(media, &flat) => {
                        let form = self.form_type(media, kind.place(), &flat, type_name);
                        InputKind::Form(media_type.to_owned(), form)
                    }
                    _ => {
                        let lowered = media.schema().map(|schema| self.schema(&schema, &naming));
                        let lowered = lowered.unwrap_or_else(|| Lowered::plain(Type::Value));
                        words.extend(self.schema_description(&lowered));
                        let params = self.written_fields(media, kind.place());
                        InputKind::ValueAs(media_type.to_owned(), params, lowered.shape.clone(), lowered.element())
                    }
                }
            }
            Kind::Raw => {
                words.extend(self.raw_schema(media, type_name));
                words.extend(range_note(media_type));
                InputKind::RawAs(media_type.to_owned())
            }
        };
        let ident = inputs.name(&format!("body_as_{word}"), Place::Body);
        inputs.setters.push(Input {
            ident,
            wire: String::new(),
            place: None,
            docs: docs::lines(&words.join("\n\n")),
            kind,
            deprecated: false,
            example: None,
        });
    }

    /// Whether the form cannot be sent as a single value: it contains files, parts with headers, or parts encoded by
    /// the caller.
    fn needs_setters(&self, media: &Part<'a, MediaType>, flat: &Schema<'a>) -> bool {
        let encoded = |(name, encoding): (&String, &Encoding)| {
            let property = flat.properties.0.get(name.as_str());
            property
                .is_some_and(|property| self.encoded_by_caller(property, encoding.content_type.as_deref()).is_some())
        };
        self.has_files(flat, 0)
            || media.item.encoding.values().any(|encoding| !encoding.headers.is_empty())
            || media.item.encoding.iter().any(encoded)
    }

    /// The fields of a form or multipart body become setters, even if the schema has a name. A form without fields is a
    /// value.
    fn form_body(
        &mut self,
        media: &Part<'a, MediaType>,
        place: Place,
        description: Option<&'a str>,
        required: bool,
        type_name: &str,
        inputs: &mut Inputs,
    ) {
        self.take_members(media, &["schema", "encoding"]);
        match self.fields_of_form(media, place) {
            Some(flat) => {
                inputs.body_docs = self.flat_description(description, &flat);
                inputs.body_shape = self.flat_shape(&flat);
                self.flat_fields(&flat, type_name, place, Some(media), required, inputs);
            }
            None => {
                self.whole_body(media, description, required, type_name, inputs);
                let params = self.written_fields(media, place);
                inputs.params.extend(params);
            }
        }
    }

    /// An object's keywords, with its reference and `allOf` resolved.
    pub(super) fn flat(&mut self, schema: Sub<'a>) -> Schema<'a> {
        let whole = Schema { all_of: vec![schema.clone()], ..Schema::any(schema.at()) };
        let flat = self.flatten(&whole, None);
        self.take(&flat.ty);
        self.take(&flat.description);
        flat
    }

    /// The description of a body whose fields are setters. Keywords that do not apply to them are left out.
    pub(super) fn flat_description(&mut self, description: Option<&'a str>, flat: &Schema<'a>) -> Vec<String> {
        self.take(&flat.deprecated);
        self.unknown(flat);
        let own = [description, self.take(&flat.description)].into_iter().flatten().map(str::to_owned);
        let facts = Schema {
            min_properties: flat.min_properties,
            max_properties: flat.max_properties,
            dependent_required: flat.dependent_required.clone(),
            ..flat.only_annotations()
        };
        own.chain(docs::facts(&facts, &Type::Value, self.ledger)).collect()
    }

    /// The requirements on the fields of a body as a whole.
    pub(super) fn flat_shape(&mut self, flat: &Schema<'a>) -> Shape {
        let mut shape = Shape { rules: self.rules(flat, &Type::Map(Box::new(Type::Value)), false), ..Shape::default() };
        shape.min_items = self.take(&flat.min_properties).filter(|fewest| *fewest > 0);
        shape.max_items = self.take(&flat.max_properties);
        shape
    }

    /// The description of a body's schema that has no type. Its example becomes a sample.
    pub(super) fn schema_description(&self, lowered: &Lowered<'a>) -> Option<String> {
        if let Some(example) = lowered.example {
            self.ledger.ignore(example.at, Reason::Sample);
        }
        let words = self.take(&lowered.description.filter(|words| !self.ledger.has(words.at)));
        let facts = if lowered.words_of_type { Vec::new() } else { lowered.facts.clone() };
        let words: Vec<String> = words.map(str::to_owned).into_iter().chain(facts).collect();
        (!words.is_empty()).then(|| words.join(" "))
    }
}

/// Whether a schema is that of a file.
pub(super) fn is_binary(schema: &Schema<'_>) -> bool {
    let text = schema.ty.is_none_or(|ty| ty.value == JsonType::String);
    text && schema.format.is_some_and(|format| format.value == "binary")
}

/// Whether a body's fields become setters: it is an anonymous object with properties only.
fn flattens(flat: &Schema<'_>) -> bool {
    !flat.properties.0.is_empty()
        && flat.all_of.is_empty()
        && flat.one_of.is_empty()
        && flat.any_of.is_empty()
        && !flat.nullable.is_some_and(|nullable| nullable.value)
        && flat.discriminator.is_none()
        && flat.patterns.0.is_empty()
        && flat.unevaluated.as_ref().is_none_or(|further| further.value == Additional::Allowed(false))
        && flat.additional.as_ref().is_none_or(|additional| additional.value == Additional::Allowed(false))
}

/// Makes the arguments for the body optional, as there are alternative bodies. A raw body becomes a setter.
fn or_another(inputs: &mut Inputs, first: usize) {
    let mut arguments = Vec::new();
    let mut setters = Vec::new();
    for input in inputs.arguments.drain(first..) {
        match input.kind {
            InputKind::Value(ty, nullable) => {
                let mut docs = input.docs;
                docs.push("`None` if another body is set.".to_owned());
                arguments.push(Input { kind: InputKind::Optional(ty, nullable), docs, ..input });
            }
            _ => setters.push(input),
        }
    }
    inputs.arguments.extend(arguments);
    inputs.setters.splice(0..0, setters);
}

/// A range of JSON types, `application/*+json`, which has no representative type.
fn is_json_range(media_type: &str) -> bool {
    media_type.contains('*') && is_json(media_type)
}

/// The word for a media type in a setter's name.
fn media_type_word(media_type: &str) -> String {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    let (kind, subtype) = essence.split_once('/').unwrap_or(("", essence));
    match (kind, subtype) {
        ("*", _) => "any".to_owned(),
        (kind, "*") => kind.to_owned(),
        (_, subtype) => subtype.replace('*', "any "),
    }
}

/// The note on a body whose media type the caller chooses.
fn range_note(media_type: &str) -> Option<String> {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    let any = matches!(essence, "*/*" | "application/*" | "text/*");
    match essence {
        _ if any => Some("Its media type can be set with `RequestBody::media_type`.".to_owned()),
        _ if essence.contains('*') => {
            Some(format!("Its media type, one of `{essence}`, must be set with `RequestBody::media_type`."))
        }
        _ if essence.to_ascii_lowercase().starts_with("multipart/") => {
            Some("Its media type with the boundary must be set with `RequestBody::media_type`.".to_owned())
        }
        _ => None,
    }
}

/// The docs of a body.
fn body_docs(words: &[Option<&str>]) -> Docs {
    let words = words.iter().copied().flatten().filter(|words| !words.trim().is_empty());
    let words = words.collect::<Vec<_>>().join("\n\n");
    docs::lines(if words.is_empty() { "The body of the request." } else { &words })
}

pub(super) fn param(name: &str, place: Place) -> Param {
    Param {
        name: name.to_owned(),
        place,
        required: false,
        style: None,
        allow_reserved: false,
        json: false,
        spread: false,
        header_of: None,
        media_type: None,
        client: None,
        constant: None,
        shape: Shape::default(),
    }
}
