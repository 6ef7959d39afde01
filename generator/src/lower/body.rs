//! Request bodies: which media type is typed, and which of its fields become setters or arguments.

use openapiv3::{AnySchema, Content, MediaType, ReferenceOr, RequestBody, Schema};

use super::model::{Input, InputKind, Param, Place, Shape, Type, TypeKind};
use super::operation::{Found, Inputs, query_style};
use super::schema::{At, pointer};
use super::view::view;
use super::{Lower, docs, follow};

const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";

/// Whether a media type is JSON or a `+json` type.
pub fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || essence == "text/json" || essence.ends_with("+json")
}

/// How good a media type is for a typed body; less is better.
pub fn rank(media_type: &str, media: &MediaType) -> u8 {
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

fn structured(media: &MediaType) -> bool {
    match &media.schema {
        None => false,
        Some(ReferenceOr::Reference { .. }) => true,
        Some(ReferenceOr::Item(schema)) => {
            let view = view(schema);
            !matches!(view.typ.as_deref(), Some("string") | None)
                || !view.all_of.is_empty()
                || !view.properties.is_empty()
        }
    }
}

impl Lower<'_> {
    /// Lowers the body into inputs and parameters; yields its media type and whether it must be sent.
    pub(super) fn body(&mut self, found: &Found<'_>, type_name: &str, inputs: &mut Inputs) -> Option<(String, bool)> {
        let (body, at) = self.request_body(found)?;
        let mut content: Vec<(&String, &MediaType)> = body.content.iter().collect();
        content.sort_by_key(|(name, media)| rank(name, media));
        let mut content = content.into_iter();
        let (media_type, media) = content.next()?;
        let at = pointer(&at, &["content", media_type, "schema"]);
        let description = body.description.as_deref();
        let sent_as = match rank(media_type, media) {
            0..=2 => {
                self.json_body(media, &at, description, body.required, type_name, inputs);
                if media_type.contains('*') { "application/json".to_owned() } else { media_type.clone() }
            }
            3 => {
                self.form_fields(media, &at, Place::Form, description, type_name, inputs);
                FORM.to_owned()
            }
            4 => {
                self.form_fields(media, &at, Place::Part, description, type_name, inputs);
                MULTIPART.to_owned()
            }
            _ => {
                self.raw_body(description, body.required, inputs);
                if media_type.contains('*') { "application/octet-stream".to_owned() } else { media_type.clone() }
            }
        };
        for (other, media) in content {
            self.alternative(other, media, found, type_name, inputs);
        }
        Some((sent_as, body.required))
    }

    fn request_body(&mut self, found: &Found<'_>) -> Option<(RequestBody, String)> {
        let bodies = self.api.components.as_ref().map(|components| &components.request_bodies);
        let at = pointer(&found.pointer, &["requestBody"]);
        match follow(found.operation.request_body.as_ref()?, at, "requestBodies", bodies) {
            Ok((body, at)) => Some((body.clone(), at)),
            Err(at) => {
                let message = "the reference does not lead to a request body".to_owned();
                self.unsupported("foreign-ref", message, &at, "the body is left out");
                None
            }
        }
    }

    fn json_body(
        &mut self,
        media: &MediaType,
        at: &str,
        description: Option<&str>,
        required: bool,
        type_name: &str,
        inputs: &mut Inputs,
    ) {
        // The fields of an inline object are setters of the call; a type with a name is given whole.
        if let Some(ReferenceOr::Item(schema)) = &media.schema {
            let flat = view(schema);
            if flattens(&flat, schema) {
                let at = At::new(at.to_owned(), type_name, "");
                self.flat_fields(&flat, &at, Place::Field, required, None, inputs);
                return;
            }
        }
        let place = At::new(at.to_owned(), type_name, "Body");
        let lowered = match &media.schema {
            Some(schema) => self.schema(schema, &place),
            None => super::schema::Lowered { ty: Type::Value, ..super::schema::Lowered::text() },
        };
        let input = Input {
            ident: inputs.name("body", Place::Body),
            wire: "body".to_owned(),
            place: inputs.ambiguous("body", Place::Body),
            docs: docs::lines(description.filter(|d| !d.trim().is_empty()).unwrap_or("The body of the request.")),
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

    fn raw_body(&mut self, description: Option<&str>, required: bool, inputs: &mut Inputs) {
        let input = Input {
            ident: inputs.name("body", Place::Body),
            wire: String::new(),
            place: None,
            docs: docs::lines(description.filter(|d| !d.trim().is_empty()).unwrap_or("The body of the request.")),
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

    /// A second media type of the same body: a setter that replaces the body.
    fn alternative(
        &mut self,
        media_type: &str,
        media: &MediaType,
        found: &Found<'_>,
        type_name: &str,
        inputs: &mut Inputs,
    ) {
        if media_type.contains('*') {
            return;
        }
        let word = media_type.split(';').next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
        let kind = match &media.schema {
            Some(schema) if is_json(media_type) => {
                let at = At::new(
                    pointer(&found.pointer, &["requestBody", "content", media_type, "schema"]),
                    type_name,
                    &format!("{word} body"),
                );
                InputKind::JsonAs(media_type.to_owned(), self.schema(schema, &at).ty)
            }
            _ => InputKind::RawAs(media_type.to_owned()),
        };
        let ident = inputs.name(&format!("body_as_{word}"), Place::Body);
        inputs.setters.push(Input {
            ident,
            wire: String::new(),
            place: None,
            docs: docs::lines(&format!("The body as `{media_type}`, in place of all other fields of the body.")),
            kind,
            deprecated: false,
        });
    }

    /// The fields of a form or multipart body: setters, whether the schema has a name or not.
    fn form_fields(
        &mut self,
        media: &MediaType,
        at: &str,
        place: Place,
        description: Option<&str>,
        type_name: &str,
        inputs: &mut Inputs,
    ) {
        let at = At::new(at.to_owned(), type_name, "");
        let mut flat = media.schema.as_ref().map(|schema| self.flat_view(schema, 0)).unwrap_or_default();
        if flat.properties.is_empty() || !flat.one_of.is_empty() || !flat.any_of.is_empty() {
            self.unsupported(
                "form-schema",
                "the form's schema does not list its fields".to_owned(),
                &at.pointer,
                "the caller gives the encoded body",
            );
            self.raw_body(description, false, inputs);
            return;
        }
        if flat.additional_properties.take().is_some_and(|a| a != openapiv3::AdditionalProperties::Any(false)) {
            self.unsupported(
                "form-schema",
                "fields beyond the form's properties".to_owned(),
                &at.pointer,
                "only the listed fields can be sent",
            );
        }
        self.flat_fields(&flat, &at, place, true, Some(media), inputs);
    }

    /// An object's keywords with references and `allOf` resolved.
    fn flat_view(&self, schema: &ReferenceOr<Schema>, depth: usize) -> AnySchema {
        let schema = match schema {
            ReferenceOr::Item(schema) => schema,
            ReferenceOr::Reference { reference } => {
                let target =
                    self.component_name(reference).and_then(|name| self.api.components.as_ref()?.schemas.get(&name));
                return match target {
                    Some(target) if depth < 16 => self.flat_view(target, depth + 1),
                    _ => AnySchema::default(),
                };
            }
        };
        let mut flat = view(schema);
        for part in std::mem::take(&mut flat.all_of) {
            let part = self.flat_view(&part, depth + 1);
            flat.properties.extend(part.properties);
            flat.required.extend(part.required);
        }
        flat
    }

    fn flat_fields(
        &mut self,
        flat: &AnySchema,
        at: &At,
        place: Place,
        body_required: bool,
        media: Option<&MediaType>,
        inputs: &mut Inputs,
    ) {
        let mut fields = Vec::new();
        for (wire, property) in &flat.properties {
            let property = match property {
                ReferenceOr::Reference { reference } => ReferenceOr::Reference { reference: reference.clone() },
                ReferenceOr::Item(schema) => ReferenceOr::Item(schema.as_ref().clone()),
            };
            let files = if place == Place::Part { binary(&property) } else { None };
            let lowered = self.schema(&property, &at.inside(&["properties", wire], &at.parent, wire));
            if lowered.read_only {
                continue;
            }
            let encoding = media.and_then(|media| media.encoding.get(wire));
            let required = flat.required.contains(wire) && body_required;
            let mut docs = lowered.docs(None, || format!("The field `{}`.", wire.replace('`', "")));
            if required {
                docs.push("Required.".to_owned());
            }
            let kind = files.unwrap_or_else(|| InputKind::Value(lowered.ty.clone(), lowered.nullable));
            let input = Input {
                ident: inputs.name(wire, place),
                wire: wire.clone(),
                place: inputs.ambiguous(wire, place),
                docs: docs::lines(&docs.join("\n")),
                kind,
                deprecated: lowered.deprecated,
            };
            let style = encoding.and_then(|e| e.style.as_ref().map(|style| (query_style(style).0, e.explode)));
            let media_type = encoding.and_then(|e| e.content_type.clone()).filter(|m| !m.contains(['*', ',']));
            inputs.params.push(Param {
                required,
                style: style.filter(|_| place == Place::Form),
                allow_reserved: encoding.is_some_and(|e| e.allow_reserved),
                json: place == Place::Form && media_type.as_deref().is_some_and(is_json),
                media_type: media_type.filter(|_| place == Place::Part),
                shape: lowered.shape,
                ..param(wire, place)
            });
            fields.push((input, required, lowered.ty));
        }
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
}

/// Whether a body's fields become setters: an object with properties and nothing else, without a name.
fn flattens(flat: &AnySchema, schema: &Schema) -> bool {
    !flat.properties.is_empty()
        && flat.all_of.is_empty()
        && flat.one_of.is_empty()
        && flat.any_of.is_empty()
        && !schema.schema_data.nullable
        && schema.schema_data.discriminator.is_none()
        && matches!(flat.additional_properties, None | Some(openapiv3::AdditionalProperties::Any(false)))
}

/// Whether a multipart field is a file or a list of files.
fn binary(property: &ReferenceOr<Schema>) -> Option<InputKind> {
    let ReferenceOr::Item(schema) = property else { return None };
    let flat = view(schema);
    if flat.typ.as_deref() == Some("string") && flat.format.as_deref() == Some("binary") {
        return Some(InputKind::Part);
    }
    match flat.items {
        Some(ReferenceOr::Item(items)) if view(&items).format.as_deref() == Some("binary") => Some(InputKind::Parts),
        _ => None,
    }
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

/// The media type of an answer that is decoded, with its schema.
pub fn preferred(content: &Content) -> Option<(&String, &MediaType, u8)> {
    content.iter().map(|(name, media)| (name, media, rank(name, media))).min_by_key(|(_, _, rank)| *rank)
}
