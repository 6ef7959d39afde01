//! The fields of forms and multipart bodies: their types, and how they are serialized.

use openapiv3::{Encoding, MediaType, ParameterSchemaOrContent};

use super::body::{is_binary, is_json, is_text, param};
use super::model::{FormDef, Inner, Input, InputKind, Param, Place, Serialization, Shape, Style, Type, TypeKind};
use super::operation::{Inputs, query_style};
use super::schema::{Lowered, Naming, is_never, is_null};
use super::{Lower, docs, markdown, names, sample};
use crate::accounting::Reason;
use crate::load::{Additional, Entry, JsonType, Part, SWAGGER, Schema, Sub};

/// Names of the methods of every form.
const FORM_METHODS: &[&str] = &["new", "default", "clone"];

/// The note on a file's format, which its type already expresses.
pub(super) const BINARY: &str = "Format: `binary`.";

/// Maximum nesting of alternatives in which a form's fields are collected.
const DEEPEST: usize = 16;

/// How a field is serialized, if not by default.
#[derive(Default)]
struct Written {
    style: Option<Serialization>,
    allow_reserved: bool,
    json: bool,
    media_type: Option<String>,
}

impl<'a> Lower<'a, '_> {
    /// The fields of a form's schema, if they become setters: those of an object, and in multipart bodies any schema
    /// with files. All other forms are values of a type, whose entries are the fields.
    pub(super) fn fields_of_form(&mut self, media: &Part<'a, MediaType>, place: Place) -> Option<Schema<'a>> {
        let mut flat = self.flat(media.schema()?);
        self.complete(&mut flat);
        self.conditional(&mut flat);
        for part in flat.patterns.0.values() {
            let message = "`patternProperties` of a form".to_owned();
            self.unsupported("form-schema", message, part.at(), "only the listed fields can be sent");
        }
        let union = !flat.one_of.is_empty() || !flat.any_of.is_empty();
        let files = place == Place::Part && self.has_files(&flat, DEEPEST);
        match (union, files) {
            (true, true) => Some(self.of_all(flat, DEEPEST)),
            (true, false) => None,
            (false, files) => (files || !flat.properties.0.is_empty()).then_some(flat),
        }
    }

    /// Whether there are files among the fields, in any alternative.
    pub(super) fn has_files(&self, flat: &Schema<'a>, depth: usize) -> bool {
        let further = matches!(&flat.additional, Some(more) if matches!(&more.value, Additional::Of(of) if self.file(of).is_some()));
        let alternatives = flat.one_of.iter().chain(&flat.any_of).chain(&flat.all_of);
        further
            || flat.properties.0.values().any(|property| self.file(property).is_some())
            || depth > 0 && { alternatives }.any(|part| self.has_files(&self.followed(part), depth - 1))
    }

    /// A schema with its references resolved.
    pub(super) fn followed(&self, schema: &Sub<'a>) -> Schema<'a> {
        let mut schema = schema.clone();
        for _ in 0..64 {
            let entry = schema.reference().and_then(|reference| self.loaded.component("schemas", reference.value));
            match entry {
                Some(entry) => schema = Sub::of(entry),
                None => break,
            }
        }
        schema.read()
    }

    /// The fields of all alternatives of a form with files, which no single type can represent.
    fn of_all(&mut self, mut flat: Schema<'a>, depth: usize) -> Schema<'a> {
        let alternatives: Vec<Sub<'a>> = flat.one_of.drain(..).chain(flat.any_of.drain(..)).collect();
        let mut always: Option<Vec<_>> = None;
        for part in alternatives {
            self.unsupported(
                "form-schema",
                "a form with files among alternative forms".to_owned(),
                part.at(),
                "the fields of all alternatives can be set, without a check that they belong together",
            );
            let mut own = self.flat(part);
            self.complete(&mut own);
            if depth > 0 && (!own.one_of.is_empty() || !own.any_of.is_empty()) {
                own = self.of_all(own, depth - 1);
            }
            let required = own.required.into_iter();
            always = Some(match always {
                None => required.collect(),
                Some(always) => required.filter(|name| always.iter().any(|it: &_| it == name)).collect(),
            });
            for (name, property) in own.properties.0 {
                flat.properties.0.entry(name).or_insert(property);
            }
            flat.additional = flat.additional.or(own.additional);
        }
        for name in always.into_iter().flatten() {
            if !flat.required.contains(&name) {
                flat.required.push(name);
            }
        }
        flat
    }

    /// A form that can replace another body: a type with a setter for each field, shared by operations that refer to
    /// the same schema.
    pub(super) fn form_type(
        &mut self,
        media: &Part<'a, MediaType>,
        place: Place,
        flat: &Schema<'a>,
        type_name: &str,
    ) -> usize {
        let component = media.schema().and_then(|schema| schema.reference()).map(|reference| reference.value);
        let stem = match component {
            Some(name) => self.component_names.get(name).cloned().unwrap_or_else(|| names::camel(name)),
            None => type_name.to_owned(),
        };
        let mut own = Inputs::default();
        own.body_docs = self.flat_description(None, flat);
        if self.flat_shape(flat) != Shape::default() {
            let message = "constraints on the combined fields of a form that is an alternative body".to_owned();
            self.unsupported("unchecked", message, media.place("schema"), "it is sent without this check");
        }
        self.flat_fields(flat, &stem, place, Some(media), false, &mut own);
        own.assign_names(FORM_METHODS);
        let mut words = vec![match component {
            Some(name) => format!("{} as a form.", markdown::code(name)),
            None => format!("The body of `{type_name}` as a form."),
        }];
        words.append(&mut own.body_docs);
        let mut form = FormDef {
            name: String::new(),
            docs: docs::lines(&words.join("\n\n")),
            fields: own.setters,
            params: own.params,
            users: Default::default(),
        };
        let same =
            |other: &&FormDef| (&other.docs, &other.fields, &other.params) == (&form.docs, &form.fields, &form.params);
        if let Some(index) = self.forms.iter().position(|other| same(&other)).filter(|_| component.is_some()) {
            return index;
        }
        form.name = self.scope.take_first([format!("{stem}Form"), format!("{stem}FormData")]);
        self.forms.push(form);
        self.forms.len() - 1
    }

    /// The serialization of single fields of a form whose fields are not setters.
    pub(super) fn written_fields(&mut self, media: &Part<'a, MediaType>, place: Place) -> Vec<Param> {
        let encodings = media.entry("encoding").into_iter().flat_map(|entry| entry.node.entries());
        let names: Vec<&'a str> = encodings.map(|(name, _)| name).collect();
        let params = names.into_iter().map(|name| {
            let written = self.written(media, name, place, false);
            Param {
                style: written.style,
                allow_reserved: written.allow_reserved,
                json: written.json,
                media_type: written.media_type,
                ..param(name, place)
            }
        });
        params.collect()
    }

    /// The setters of an object's fields; a single required object may become an argument.
    pub(super) fn flat_fields(
        &mut self,
        flat: &Schema<'a>,
        type_name: &str,
        place: Place,
        media: Option<&Part<'a, MediaType>>,
        enveloped: bool,
        inputs: &mut Inputs,
    ) {
        self.take(&flat.ty);
        self.take(&flat.nullable);
        self.take(&flat.unevaluated);
        if let Some(example) = flat.example {
            self.ledger.ignore(example.at, Reason::Sample);
        }
        self.never_there(flat);
        let mut fields = Vec::new();
        for (wire, property) in &flat.properties.0 {
            let wire = *wire;
            if property.read().read_only.is_some_and(|flag| flag.value) {
                self.ledger.ignore(property.at(), Reason::ReadOnly);
                self.unsent(media, wire, Reason::ReadOnly);
                continue;
            }
            if is_never(property) {
                self.ledger.ignore(property.at(), Reason::Never);
                self.unsent(media, wire, Reason::Never);
                continue;
            }
            let written = media.map(|media| self.written(media, wire, place, true)).unwrap_or_default();
            let bytes = written.media_type.as_deref().is_some_and(is_of_bytes);
            let files = if place == Place::Part { self.file_or_untyped(property, bytes) } else { None };
            let encoded = match files {
                None if place == Place::Part => self.encoded_by_caller(property, written.media_type.as_deref()),
                _ => None,
            };
            let mut lowered = match (&encoded, &written.media_type) {
                (Some(_), Some(media_type)) => {
                    let message =
                        format!("the field `{wire}` as `{media_type}`, which typed values cannot be encoded as");
                    self.unsupported("untyped-part", message, property.at(), "the part is passed in encoded form");
                    Lowered::plain(Type::Value)
                }
                _ => self.schema(property, &Naming::new(type_name, wire)),
            };
            let files = files.or(encoded);
            if flat.conditional.contains(&wire) {
                // It is checked against the condition.
                lowered.shape = Shape::default();
            }
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
            // In an optional body a field is required only if another one is set, which the runtime checks.
            let required = listed.is_some();
            if let Some(media_type) = written.media_type.as_deref().filter(|_| files.is_some()) {
                lowered.facts.push(format!("Media type: {}.", markdown::code(media_type)));
            }
            let mut docs = lowered.docs(None, self.ledger, || format!("The field {}.", markdown::code(wire)));
            let constant = lowered.constant().filter(|_| required && !written.json && files.is_none());
            if required {
                docs = docs::with_fact(docs, docs::required(constant.as_ref()));
            }
            let kind = files.unwrap_or_else(|| InputKind::Value(lowered.ty.clone(), lowered.nullable));
            let input = Input {
                ident: inputs.name(wire, place),
                wire: wire.to_owned(),
                place: inputs.ambiguous(wire, place),
                docs,
                kind,
                deprecated: lowered.deprecated,
                example: sample::of_field(inputs.shown.first(), wire, lowered.example.map(|it| it.value)),
            };
            inputs.params.push(Param {
                required,
                constant,
                style: written.style,
                allow_reserved: written.allow_reserved,
                json: written.json,
                media_type: written
                    .media_type
                    .or_else(|| self.default_media_type(property).filter(|_| place == Place::Part)),
                shape: lowered.shape,
                ..param(wire, place)
            });
            fields.push((input, required, lowered.ty));
            if let Some(media) = media.filter(|_| place == Place::Part) {
                let headers = self.part_headers(media, wire, type_name, inputs);
                fields.extend(headers.into_iter().map(|input| (input, false, Type::Value)));
            }
        }
        self.unknown_encodings(media, flat);
        // An envelope: the only required field is an object.
        let mut required = fields.iter().enumerate().filter(|(_, (_, required, _))| *required);
        let envelope = match (required.next(), required.next()) {
            (Some((index, (_, _, Type::Named(id)))), None) if place == Place::Field && enveloped => {
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
        match place {
            Place::Form | Place::Part => self.further_fields(flat, type_name, place, inputs),
            _ => drop(self.take(&flat.additional)),
        }
    }

    /// Fields whose names are chosen by the caller.
    fn further_fields(&mut self, flat: &Schema<'a>, type_name: &str, place: Place, inputs: &mut Inputs) {
        let Some(additional) = &flat.additional else { return };
        self.ledger.take(additional.at);
        let (lowered, files) = match &additional.value {
            Additional::Allowed(false) => return,
            Additional::Allowed(true) => (Lowered::plain(Type::Value), false),
            Additional::Of(schema) => {
                let files = place == Place::Part && self.file(schema).is_some();
                (self.schema(schema, &Naming::new(type_name, "further field")), files)
            }
        };
        let mut words: Vec<String> = Vec::new();
        words.extend(self.take(&lowered.description).map(str::to_owned));
        words.extend(lowered.facts.iter().filter(|fact| !(files && fact.ends_with(BINARY))).cloned());
        let shape = match files {
            true => Shape::default(),
            false => Shape { inner: Inner::Map(Box::new(lowered.shape.clone())), ..Shape::default() },
        };
        let kind = match files {
            true => InputKind::NamedParts,
            false => InputKind::Value(Type::Map(Box::new(lowered.element())), false),
        };
        let name = inputs.name("further fields", place);
        let mut wire = "further_fields".to_owned();
        while flat.properties.0.contains_key(wire.as_str()) {
            wire.push('_');
        }
        inputs.params.push(Param { spread: true, shape, ..param(&wire, place) });
        words.insert(0, if files { "Further files, by name." } else { "Further fields, by name." }.to_owned());
        let docs = docs::lines(&words.join("\n\n"));
        inputs.setters.push(Input { ident: name, wire, place: None, docs, kind, deprecated: false, example: None });
    }

    /// The headers that the part of a field may have.
    fn part_headers(
        &mut self,
        media: &Part<'a, MediaType>,
        field: &str,
        type_name: &str,
        inputs: &mut Inputs,
    ) -> Vec<Input> {
        let Some((entry, encoding)) = encoding(media, field) else { return Vec::new() };
        let part = Part::of(encoding, entry);
        let headers: Vec<_> = part.map("headers", &encoding.headers).collect();
        let mut found = Vec::new();
        for (wire, header) in headers {
            let at = header.at;
            let reference = header.entry("$ref").map(|entry| &entry.key);
            let Ok(header) = self.loaded.follow(header, "headers", |components| &components.headers) else {
                let message = "the reference does not lead to a header".to_owned();
                self.unsupported("foreign-ref", message, at, "the header is left out");
                continue;
            };
            reference.into_iter().for_each(|at| self.ledger.take(at));
            // OpenAPI defines it elsewhere.
            if wire.eq_ignore_ascii_case("content-type") {
                self.ledger.ignore(at, Reason::HttpHeader);
                header.node.entries().for_each(|(_, entry)| self.ledger.ignore(&entry.key, Reason::HttpHeader));
                continue;
            }
            self.ledger.take(at);
            self.take_members(&header, &["description", "required", "deprecated", "schema"]);
            let lowered = match (&header.item.format, header.schema()) {
                (ParameterSchemaOrContent::Schema(_), Some(schema)) => {
                    self.schema(&schema, &Naming::new(type_name, &format!("{field} {wire}")))
                }
                _ => {
                    if let Some(content) = header.entry("content") {
                        let message = format!("the header `{wire}` has a `content`");
                        self.unsupported("header-content", message, &content.key, "its value is passed as text");
                    }
                    Lowered::text()
                }
            };
            let fallback = || format!("The header {} of {}.", markdown::code(wire), markdown::code(field));
            let mut docs = lowered.docs(header.item.description.as_deref(), self.ledger, fallback);
            if header.item.required {
                docs = docs::with_fact(docs, "**Required** of the part.");
            }
            let ident = inputs.name(&format!("{field} {wire}"), Place::Part);
            found.push(Input {
                ident,
                wire: wire.to_owned(),
                place: None,
                docs,
                kind: InputKind::PartHeader(field.to_owned(), lowered.ty),
                deprecated: header.item.deprecated == Some(true) || lowered.deprecated,
                example: self.parameter_example(&header, lowered.example.map(|it| it.value)),
            });
            inputs.params.push(Param {
                required: header.item.required,
                header_of: Some(field.to_owned()),
                shape: lowered.shape,
                ..param(wire, Place::Part)
            });
        }
        found
    }

    /// How a field of a form is serialized. Settings without effect are left out, as are headers if the field has no
    /// `setter`.
    fn written(&mut self, media: &Part<'a, MediaType>, wire: &str, place: Place, setter: bool) -> Written {
        let Some((entry, encoding)) = encoding(media, wire) else { return Written::default() };
        let types = encoding.content_type.as_deref();
        let keys = ["style", "explode", "allowReserved"];
        // Multipart bodies support styles since 3.1, and lists in Swagger 2.0.
        let may = place == Place::Form || !self.is_3_0() || self.loaded.root.get(SWAGGER).is_some();
        let styled = may && keys.iter().any(|key| entry.node.get(key).is_some());
        for (key, entry) in entry.node.entries() {
            let taken = match key {
                "contentType" => place == Place::Part || types.is_some_and(|types| is_json(types) || is_text(types)),
                "headers" => place == Place::Part && setter,
                "allowReserved" => place == Place::Form,
                "style" | "explode" => styled,
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
        let style = encoding.style.as_ref().map_or(Serialization { style: Style::Form, explode: true }, query_style);
        // `openapiv3` reads an absent `explode` as false.
        let explode = entry.node.get("explode").and_then(|node| node.as_bool()).unwrap_or(style.explode);
        Written {
            style: styled.then_some(Serialization { explode, ..style }),
            allow_reserved: place == Place::Form && encoding.allow_reserved,
            json: place == Place::Form && !styled && types.is_some_and(is_json),
            media_type: types.map(str::to_owned).filter(|_| place == Place::Part),
        }
    }

    fn is_3_0(&self) -> bool {
        let version = self.loaded.root.get("openapi").and_then(|version| version.as_str());
        version.is_none_or(|version| version.starts_with("3.0"))
    }

    /// The serialization of a field that is never sent.
    fn unsent(&self, media: Option<&Part<'a, MediaType>>, wire: &str, reason: Reason) {
        if let Some((entry, _)) = media.and_then(|media| encoding(media, wire)) {
            self.ledger.ignore(&entry.key, reason);
        }
    }

    fn unknown_encodings(&mut self, media: Option<&Part<'a, MediaType>>, flat: &Schema<'a>) {
        let encodings = media.and_then(|media| media.entry("encoding"));
        for (wire, entry) in encodings.into_iter().flat_map(|entry| entry.node.entries()) {
            if !flat.properties.0.contains_key(wire) {
                let message = format!("`encoding` names `{wire}`, which is not a property");
                self.unsupported("encoding", message, &entry.key, "ignored");
            }
        }
    }

    /// Whether a multipart field is, or may be, a file or a list of files.
    pub(super) fn file(&self, property: &Sub<'a>) -> Option<InputKind> {
        self.file_or_untyped(property, false)
    }

    /// Like [`file`](Self::file), including fields without a type but with a binary media type.
    fn file_or_untyped(&self, property: &Sub<'a>, bytes: bool) -> Option<InputKind> {
        let is_file = |part: &Sub<'a>| self.is_file(part) || bytes && is_plain(&self.peek(part));
        let alternatives = self.choices(property);
        let is_files = |part: &Sub<'a>| {
            let items = self.peek(part).items.map(|items| items.value);
            items.is_some_and(|items| is_file(&items) || self.may_be_file(&items))
        };
        let files = alternatives.iter().any(is_files);
        let any = files || alternatives.iter().any(is_file);
        let beside = |part: &Sub<'a>| is_text_or_nothing(&self.peek(part));
        let all = alternatives.iter().all(|part| is_file(part) || is_files(part) || beside(part));
        (any && all).then_some(if files { InputKind::Parts } else { InputKind::Part })
    }

    /// The input for a multipart field that is an object or list by its schema, but not JSON by its `encoding`: sending
    /// it as JSON would contradict its media type.
    pub(super) fn encoded_by_caller(&self, property: &Sub<'a>, media_types: Option<&str>) -> Option<InputKind> {
        let mut listed = media_types?.split(',').map(str::trim);
        if listed.any(|it| {
            it.contains('*') || is_json(it) || it.get(..10).is_some_and(|it| it.eq_ignore_ascii_case("text/plain"))
        }) {
            return None;
        }
        let flat = self.peek(property);
        let structured = |flat: &Schema<'_>| {
            let ty = flat.ty.as_ref().map(|ty| ty.value);
            ty == Some(JsonType::Object) || ty.is_none() && (!flat.properties.0.is_empty() || !flat.all_of.is_empty())
        };
        match flat.items.as_ref().map(|items| self.peek(&items.value)) {
            Some(items) if structured(&items) || items.items.is_some() => Some(InputKind::Parts),
            Some(_) => None,
            None => structured(&flat).then_some(InputKind::Part),
        }
    }

    /// The alternatives of a union; for any other schema the schema itself.
    fn choices(&self, schema: &Sub<'a>) -> Vec<Sub<'a>> {
        let peeked = self.peek(schema);
        match peeked.one_of.is_empty() && peeked.any_of.is_empty() {
            true => vec![schema.clone()],
            false => peeked.one_of.into_iter().chain(peeked.any_of).collect(),
        }
    }

    /// Whether a schema allows either a file or text.
    fn may_be_file(&self, schema: &Sub<'a>) -> bool {
        let alternatives = self.choices(schema);
        alternatives.iter().any(|part| self.is_file(part))
            && alternatives.iter().all(|part| self.is_file(part) || is_text_or_nothing(&self.peek(part)))
    }

    /// Whether a schema is that of a file.
    fn is_file(&self, schema: &Sub<'a>) -> bool {
        let bytes = |media_type: &str| !is_text(media_type) && !is_json(media_type);
        is_binary(&self.peek(schema)) || self.held_media_type(schema, DEEPEST).is_some_and(bytes)
    }

    /// The media type of a string's content (`contentMediaType`, since 3.1): a file, unless it is text itself.
    fn held_media_type(&self, schema: &Sub<'a>, depth: usize) -> Option<&'a str> {
        let depth = depth.checked_sub(1).filter(|_| !self.is_3_0())?;
        if let Some(reference) = schema.reference() {
            return self.held_media_type(&Sub::of(self.loaded.component("schemas", reference.value)?), depth);
        }
        let Sub::Written { node, .. } = schema else { return None };
        match node.get("contentMediaType") {
            Some(held) => held.as_str().filter(|_| node.get("contentEncoding").is_none()),
            None => schema.read().all_of.iter().find_map(|part| self.held_media_type(part, depth)),
        }
    }

    /// The media type of a multipart field's values by their own schema.
    fn default_media_type(&self, property: &Sub<'a>) -> Option<String> {
        let alternatives = self.choices(property).into_iter();
        let items = |part: &Sub<'a>| self.peek(part).items.map(|items| items.value);
        let mut held = alternatives.map(|part| items(&part).unwrap_or(part));
        held.find_map(|part| self.held_media_type(&part, DEEPEST)).map(str::to_owned)
    }
}

/// Whether a schema is that of text, which is sent as a part without a file name, or of no value.
fn is_text_or_nothing(schema: &Schema<'_>) -> bool {
    schema.ty.is_some_and(|ty| ty.value == JsonType::String) || is_null(schema)
}

/// The encoding of one field.
fn encoding<'a>(media: &Part<'a, MediaType>, wire: &str) -> Option<(&'a Entry, &'a Encoding)> {
    Some((media.entry("encoding")?.node.as_object()?.get(wire)?, media.item.encoding.get(wire)?))
}

/// Whether a schema may be that of a string with undeclared content.
fn is_plain(schema: &Schema<'_>) -> bool {
    schema.ty.is_none_or(|ty| ty.value == JsonType::String)
        && schema.properties.0.is_empty()
        && schema.one_of.is_empty()
        && schema.any_of.is_empty()
        && schema.items.is_none()
        && schema.enumeration.is_empty()
        && schema.format.is_none()
}

/// Whether a list of media types begins with a binary one.
fn is_of_bytes(types: &str) -> bool {
    let first = types.split(',').next().unwrap_or_default().trim();
    first.contains('/') && !is_text(first) && !is_json(first) && !first.contains("xml") && !first.starts_with("*/")
}
