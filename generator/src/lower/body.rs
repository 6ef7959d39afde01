//! Request bodies: which media type is typed, and which of its fields become setters or arguments.

use openapiv3::{MediaType, RequestBody};

use super::model::{Body, Docs, Input, InputKind, Param, Place, Serialization, Shape, Style, Type, TypeKind};
use super::operation::{Found, Inputs, query_style};
use super::schema::{Lowered, Naming};
use super::{Lower, docs, markdown};
use crate::accounting::Reason;
use crate::diagnostic::Location;
use crate::load::{Additional, JsonType, Part, Schema, Sub};

const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";

/// Whether a media type is JSON or a `+json` type.
pub fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || essence == "text/json" || essence.ends_with("+json")
}

/// How good a media type is for a typed body; less is better.
pub fn rank(media_type: &str, media: &Part<'_, MediaType>) -> u8 {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "application/json" => 0,
        _ if is_json(&essence) => 1,
        "*/*" | "application/*" if structured(media) => 2,
        FORM => 3,
        MULTIPART => 4,
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

impl<'a> Lower<'a, '_> {
    /// Lowers the body into inputs and parameters.
    pub(super) fn body(&mut self, found: &Found<'a>, type_name: &str, inputs: &mut Inputs) -> Option<Body> {
        let body = self.request_body(found)?;
        self.take_members(&body, &["description", "required"]);
        let mut content: Vec<(&'a str, Part<'a, MediaType>)> = body.map("content", &body.item.content).collect();
        content.sort_by_key(|(name, media)| rank(name, media));
        let mut content = content.into_iter();
        let (media_type, media) = content.next()?;
        self.ledger.take(media.at);
        let description = body.item.description.as_deref();
        let required = body.item.required;
        let sent_as = match rank(media_type, &media) {
            0..=2 => {
                self.json_body(&media, description, required, type_name, inputs);
                if media_type.contains('*') { "application/json" } else { media_type }
            }
            3 => {
                self.form_fields(&media, Place::Form, description, type_name, inputs);
                FORM
            }
            4 => {
                self.form_fields(&media, Place::Part, description, type_name, inputs);
                MULTIPART
            }
            _ => {
                let own = self.raw_schema(&media, type_name);
                self.raw_body(&[description, own.as_deref()], required, inputs);
                if media_type.contains('*') { "application/octet-stream" } else { media_type }
            }
        };
        for (other, media) in content {
            self.alternative(other, &media, type_name, inputs);
        }
        Some(Body { media_type: sent_as.to_owned(), required })
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
            let message = "`encoding` is for forms, and JSON is none".to_owned();
            self.unsupported("encoding", message, &field.key, "ignored");
        }
        // The fields of an inline object are setters of the call; a type with a name is given whole.
        if let Some(schema) = media.schema().filter(|schema| schema.reference().is_none()) {
            let mut flat = schema.read();
            if flattens(&flat) {
                self.complete(&mut flat);
                inputs.body_docs = self.flat_words(description, &flat);
                self.flat_fields(&flat, type_name, Place::Field, None, inputs);
                return;
            }
        }
        let naming = Naming::new(type_name, "Body");
        let lowered = match media.schema() {
            Some(schema) => self.schema(&schema, &naming),
            None => Lowered::plain(Type::Value),
        };
        let own = self.body_words(&lowered);
        let input = Input {
            ident: inputs.name("body", Place::Body),
            wire: "body".to_owned(),
            place: inputs.ambiguous("body", Place::Body),
            docs: body_docs(&[description, own.as_deref()]),
            kind: InputKind::Value(lowered.ty.clone(), lowered.nullable),
            deprecated: false,
        };
        if required {
            inputs.arguments.push(input);
        } else {
            inputs.setters.push(input);
        }
        inputs.params.push(Param { required, shape: lowered.shape, ..param("body", Place::Body) });
    }

    fn raw_body(&mut self, words: &[Option<&str>], required: bool, inputs: &mut Inputs) {
        let input = Input {
            ident: inputs.name("body", Place::Body),
            wire: String::new(),
            place: None,
            docs: body_docs(words),
            kind: InputKind::Raw,
            deprecated: false,
        };
        if required {
            inputs.arguments.push(input);
        } else {
            inputs.setters.push(input);
        }
        inputs.params.push(Param { required, ..param("body", Place::Body) });
    }

    /// The schema of a body that the caller encodes: of a lone text or file nothing is lost, of others the fields are.
    /// Returns its words.
    pub(super) fn raw_schema(&mut self, media: &Part<'a, MediaType>, type_name: &str) -> Option<String> {
        let schema = media.schema()?;
        let flat = self.peek(&schema);
        let alone = flat.properties.0.is_empty() && flat.one_of.is_empty() && flat.any_of.is_empty();
        if alone && matches!(flat.ty.map(|ty| ty.value), Some(JsonType::String) | None) {
            self.take_members(media, &["schema"]);
            let mut lowered = self.schema(&schema, &Naming::new(type_name, "Body"));
            lowered.facts.retain(|fact| fact != BINARY);
            return self.body_words(&lowered);
        }
        self.unsupported(
            "untyped-body",
            "the fields of a body of this media type are not typed".to_owned(),
            media.place("schema"),
            "the caller gives or gets the encoded body",
        );
        if let Some(encoding) = media.entry("encoding") {
            self.ledger.ignore(&encoding.key, Reason::Opaque);
            encoding.node.entries().for_each(|(_, field)| self.ledger.ignore(&field.key, Reason::Opaque));
        }
        None
    }

    /// A schema through its references and single parts, for a look that takes nothing over.
    pub(super) fn peek(&self, schema: &Sub<'a>) -> Schema<'a> {
        let mut schema = schema.clone();
        // `load` has refused schemas that are themselves; this only bounds the loop.
        for _ in 0..64 {
            if let Some(reference) = schema.reference() {
                match self.loaded.component("schemas", reference.value) {
                    Some(entry) => schema = Sub::of(entry),
                    None => break,
                }
                continue;
            }
            let read = schema.read();
            match read.all_of.iter().find(|part| !part.read().is_bare()) {
                Some(part) if read.says_no_type() && read.ty.is_none() => schema = part.clone(),
                _ => return read,
            }
        }
        Schema::any(schema.at())
    }

    /// A second media type of the same body: a setter that replaces the body.
    fn alternative(&mut self, media_type: &str, media: &Part<'a, MediaType>, type_name: &str, inputs: &mut Inputs) {
        if media_type.contains('*') {
            self.unsupported(
                "media-range",
                format!("the range `{media_type}` beside other media types of the body"),
                media.at,
                "the caller sends one of the others",
            );
            return;
        }
        self.ledger.take(media.at);
        let word = media_type.split(';').next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
        let mut words =
            vec![format!("The body as {}, in place of all other fields of the body.", markdown::code(media_type))];
        let kind = match media.schema().filter(|_| is_json(media_type)) {
            Some(schema) => {
                self.take_members(media, &["schema"]);
                let naming = Naming::new(type_name, &format!("{word} body"));
                let lowered = self.schema(&schema, &naming);
                words.extend(self.body_words(&lowered));
                InputKind::JsonAs(media_type.to_owned(), lowered.shape.clone(), lowered.element())
            }
            None => {
                words.extend(self.raw_schema(media, type_name));
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
        });
    }

    /// The fields of a form or multipart body: setters, whether the schema has a name or not.
    fn form_fields(
        &mut self,
        media: &Part<'a, MediaType>,
        place: Place,
        description: Option<&'a str>,
        type_name: &str,
        inputs: &mut Inputs,
    ) {
        let at: &Location = media.place("schema");
        let mut flat = media.schema().map_or_else(|| Schema::any(media.at), |schema| self.flat(schema));
        self.complete(&mut flat);
        if flat.properties.0.is_empty() || !flat.one_of.is_empty() || !flat.any_of.is_empty() {
            self.unsupported(
                "form-schema",
                "the form's schema does not list its fields".to_owned(),
                at,
                "the caller gives the encoded body",
            );
            self.raw_body(&[description], false, inputs);
            return;
        }
        self.take_members(media, &["schema"]);
        inputs.body_docs = self.flat_words(description, &flat);
        if let Some(additional) = flat.additional.take() {
            if additional.value == Additional::Allowed(false) {
                self.ledger.take(additional.at);
            } else {
                self.unsupported(
                    "form-schema",
                    "fields beyond the form's properties".to_owned(),
                    additional.at,
                    "only the listed fields can be sent",
                );
            }
        }
        self.flat_fields(&flat, type_name, place, Some(media), inputs);
    }

    /// An object's keywords, its reference and `allOf` resolved.
    fn flat(&mut self, schema: Sub<'a>) -> Schema<'a> {
        let whole = Schema { all_of: vec![schema.clone()], ..Schema::any(schema.at()) };
        let flat = self.flatten(&whole);
        self.take(&flat.ty);
        self.take(&flat.description);
        flat
    }

    /// What is said of a body whose fields are setters. What can't be said of them is left out.
    fn flat_words(&mut self, description: Option<&'a str>, flat: &Schema<'a>) -> Vec<String> {
        self.take(&flat.deprecated);
        let of_whole = flat.min_properties.into_iter().chain(flat.max_properties);
        for limit in of_whole {
            let message = "the number of a body's fields is not checked".to_owned();
            self.unsupported("number-of-fields", message, limit.at, "the body is sent as it is");
        }
        self.not_checked(flat);
        self.unknown(flat);
        let own = [description, self.take(&flat.description)].into_iter().flatten().map(str::to_owned);
        own.chain(docs::facts(&flat.words_only(), &Type::Value, self.ledger)).collect()
    }

    fn flat_fields(
        &mut self,
        flat: &Schema<'a>,
        type_name: &str,
        place: Place,
        media: Option<&Part<'a, MediaType>>,
        inputs: &mut Inputs,
    ) {
        self.take(&flat.ty);
        self.take(&flat.additional);
        self.take(&flat.nullable);
        if let Some(example) = flat.example {
            self.ledger.ignore(example.at, Reason::Sample);
        }
        let mut fields = Vec::new();
        for (wire, property) in &flat.properties.0 {
            let wire = *wire;
            if property.read().read_only.is_some_and(|flag| flag.value) {
                self.ledger.ignore(property.at(), Reason::ReadOnly);
                continue;
            }
            let files = if place == Place::Part { self.binary(property) } else { None };
            let mut lowered = self.schema(property, &Naming::new(type_name, wire));
            if files.is_some() {
                lowered.facts.retain(|fact| !fact.ends_with(BINARY));
            }
            let listed = flat.required.iter().find(|name| name.value == wire);
            listed.iter().for_each(|name| self.ledger.take(name.at));
            if lowered.read_only {
                self.ledger.ignore(property.at(), Reason::ReadOnly);
                continue;
            }
            self.ledger.take(property.at());
            let encoding = media.and_then(|media| media.item.encoding.get(wire));
            // Of an optional body a field is required once another is there, which the runtime knows.
            let required = listed.is_some();
            let mut docs = lowered.docs(None, self.ledger, || format!("The field {}.", markdown::code(wire)));
            if required {
                docs = docs::with_fact(docs, "Required.");
            }
            let kind = files.unwrap_or_else(|| InputKind::Value(lowered.ty.clone(), lowered.nullable));
            let input = Input {
                ident: inputs.name(wire, place),
                wire: wire.to_owned(),
                place: inputs.ambiguous(wire, place),
                docs,
                kind,
                deprecated: lowered.deprecated,
            };
            let style = self.encoding(media, wire, place);
            let media_type = encoding.and_then(|e| e.content_type.clone()).filter(|m| !m.contains(['*', ',']));
            inputs.params.push(Param {
                required,
                style,
                allow_reserved: encoding.is_some_and(|e| e.allow_reserved),
                json: place == Place::Form && media_type.as_deref().is_some_and(is_json),
                media_type: media_type.filter(|_| place == Place::Part),
                shape: lowered.shape,
                ..param(wire, place)
            });
            fields.push((input, required, lowered.ty));
        }
        self.unknown_encodings(media, flat);
        // An envelope: the one thing that must be given is an object.
        let mut required = fields.iter().enumerate().filter(|(_, (_, required, _))| *required);
        let envelope = match (required.next(), required.next()) {
            (Some((index, (_, _, Type::Named(id)))), None) if place == Place::Field => {
                matches!(self.types.get(*id).map(|t| &t.kind), Some(TypeKind::Struct(_) | TypeKind::Union(_)))
                    .then_some(index)
            }
            _ => None,
        };
        for (index, (input, _, _)) in fields.into_iter().enumerate() {
            if Some(index) == envelope {
                inputs.arguments.push(input);
            } else {
                inputs.setters.push(input);
            }
        }
    }

    /// How a field of a form is written, where that isn't the usual way.
    fn encoding(&mut self, media: Option<&Part<'a, MediaType>>, wire: &str, place: Place) -> Option<Serialization> {
        let media = media?;
        let entry = media.entry("encoding")?.node.as_object()?.get(wire)?;
        let types = media.item.encoding.get(wire).and_then(|encoding| encoding.content_type.as_deref());
        for (key, entry) in entry.node.entries() {
            let taken = match (key, place) {
                ("contentType", Place::Part) => types.is_some_and(|types| !types.contains(['*', ','])),
                ("contentType", _) => types.is_some_and(is_json),
                ("style" | "explode" | "allowReserved", Place::Form) => true,
                _ => false,
            };
            match taken {
                true => self.ledger.take(&entry.key),
                false => self.unsupported(
                    "encoding",
                    format!("`{key}` of the encoding of `{wire}`"),
                    &entry.key,
                    "the field is sent without it",
                ),
            }
        }
        let usual = Serialization { style: Style::Form, explode: true };
        let style = media.item.encoding.get(wire).and_then(|encoding| encoding.style.as_ref());
        let style = style.map_or(usual, query_style);
        // `openapiv3` takes an absent `explode` for false.
        let explode = entry.node.get("explode").and_then(|node| node.as_bool()).unwrap_or(style.explode);
        Some(Serialization { explode, ..style }).filter(|given| *given != usual && place == Place::Form)
    }

    fn unknown_encodings(&mut self, media: Option<&Part<'a, MediaType>>, flat: &Schema<'a>) {
        let encodings = media.and_then(|media| media.entry("encoding"));
        for (wire, entry) in encodings.into_iter().flat_map(|entry| entry.node.entries()) {
            if !flat.properties.0.contains_key(wire) {
                let message = format!("`encoding` names `{wire}`, which is not among the properties");
                self.unsupported("encoding", message, &entry.key, "there is no such field");
            }
        }
    }

    /// What is said of a body's schema that stands at no type. An example of it is a sample.
    pub(super) fn body_words(&self, lowered: &Lowered<'a>) -> Option<String> {
        if let Some(example) = lowered.example {
            self.ledger.ignore(example.at, Reason::Sample);
        }
        let words = self.take(&lowered.description.filter(|words| !self.ledger.has(words.at)));
        let facts = if lowered.words_of_type { Vec::new() } else { lowered.facts.clone() };
        let words: Vec<String> = words.map(str::to_owned).into_iter().chain(facts).collect();
        (!words.is_empty()).then(|| words.join(" "))
    }

    /// Whether a multipart field is a file or a list of files.
    fn binary(&self, property: &Sub<'a>) -> Option<InputKind> {
        let schema = self.peek(property);
        if is_binary(&schema) {
            return Some(InputKind::Part);
        }
        schema.items.is_some_and(|items| is_binary(&self.peek(&items.value))).then_some(InputKind::Parts)
    }
}

/// What the docs of a file say of its format, which its type says already.
const BINARY: &str = "Format: `binary`.";

/// Whether a schema is that of a file.
pub(super) fn is_binary(schema: &Schema<'_>) -> bool {
    schema.ty.is_none_or(|ty| ty.value == JsonType::String)
        && schema.format.is_some_and(|format| format.value == "binary")
}

/// Whether a body's fields become setters: an object with properties and nothing else, without a name.
fn flattens(flat: &Schema<'_>) -> bool {
    !flat.properties.0.is_empty()
        && flat.all_of.is_empty()
        && flat.one_of.is_empty()
        && flat.any_of.is_empty()
        && !flat.nullable.is_some_and(|nullable| nullable.value)
        && flat.discriminator.is_none()
        && flat.additional.as_ref().is_none_or(|additional| additional.value == Additional::Allowed(false))
}

/// What is said of a body.
fn body_docs(words: &[Option<&str>]) -> Docs {
    let words = words.iter().copied().flatten().filter(|words| !words.trim().is_empty());
    let words = words.collect::<Vec<_>>().join("\n\n");
    docs::lines(if words.is_empty() { "The body of the request." } else { &words })
}

fn param(name: &str, place: Place) -> Param {
    Param {
        name: name.to_owned(),
        place,
        required: false,
        style: None,
        allow_reserved: false,
        json: false,
        media_type: None,
        client: None,
        shape: Shape::default(),
    }
}
