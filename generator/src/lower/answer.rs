//! Answers: what a body is read as, chosen by status; errors likewise; typed headers.

use openapiv3::{ParameterSchemaOrContent, ReferenceOr, Response, Schema, StatusCode};

use super::body::{is_json, preferred};
use super::model::{
    Answer, Case, Field, Outcome, Payload, Presence, Shape, Status, Struct, Type, TypeDef, TypeId, TypeKind,
};
use super::operation::Found;
use super::schema::{At, RESPONSE, pointer};
use super::view::view;
use super::{Lower, follow, names};

/// All that an operation may answer.
pub(super) struct Answers {
    pub output: Answer,
    pub error: Answer,
    pub headers: Option<TypeId>,
    pub accept: String,
    pub streams: Vec<u16>,
}

impl Lower<'_> {
    pub(super) fn answers(&mut self, found: &Found<'_>, type_name: &str) -> Answers {
        let responses = &found.operation.responses;
        let mut listed: Vec<(Status, &ReferenceOr<Response>, String)> = responses
            .responses
            .iter()
            .map(|(code, response)| {
                let at = pointer(&found.pointer, &["responses", &code.to_string()]);
                match code {
                    StatusCode::Code(code) => (Status::Code(*code), response, at),
                    StatusCode::Range(range) => (Status::Range(*range), response, at),
                }
            })
            .collect();
        listed.sort_by_key(|(status, _, _)| *status);
        let default = responses
            .default
            .as_ref()
            .map(|response| (Status::Default, response, pointer(&found.pointer, &["responses", "default"])));
        let (mut successes, mut errors): (Vec<_>, Vec<_>) =
            listed.into_iter().partition(|(status, _, _)| status.is_success());
        // `default` is whatever is not listed: errors, unless no success is listed.
        if successes.is_empty() {
            successes.extend(default.clone());
        }
        errors.extend(default);
        let mut accept = Vec::new();
        let mut headers = Vec::new();
        let many = successes.len() > 1;
        let successes: Vec<(Status, Payload)> = successes
            .into_iter()
            .map(|(status, response, at)| {
                let name = if many { format!("{} response", status.word()) } else { RESPONSE.to_owned() };
                let Some((response, at)) = self.response(response, at) else { return (status, Payload::Empty) };
                self.headers(&response, &at, type_name, &mut headers);
                (status, self.payload(&response, &at, type_name, &name, Some(&mut accept)))
            })
            .collect();
        let errors: Vec<(Status, Payload)> = errors
            .into_iter()
            .filter_map(|(status, response, at)| {
                let (response, at) = self.response(response, at)?;
                let payload = self.payload(&response, &at, type_name, &format!("{} error", status.word()), None);
                // An error without a body is told by its status.
                (payload != Payload::Empty)
                    .then_some((status, if payload == Payload::Stream { Payload::Text } else { payload }))
            })
            .collect();
        let streams = successes
            .iter()
            .filter(|(_, payload)| *payload == Payload::Stream)
            .map(|(status, _)| match status {
                Status::Code(code) => *code,
                Status::Range(range) => *range,
                Status::Default => 0,
            })
            .collect();
        accept.dedup();
        Answers {
            output: self.outcome(successes, type_name, false),
            error: if errors.is_empty() {
                Answer::One(Payload::Json(Type::Value))
            } else {
                self.outcome(errors, type_name, true)
            },
            headers: self.header_struct(headers, type_name),
            accept: accept.join(", "),
            streams,
        }
    }

    fn response(&mut self, response: &ReferenceOr<Response>, at: String) -> Option<(Response, String)> {
        let responses = self.api.components.as_ref().map(|components| &components.responses);
        match follow(response, at, "responses", responses) {
            Ok((response, at)) => Some((response.clone(), at)),
            Err(at) => {
                let message = "the reference does not lead to a response".to_owned();
                self.unsupported("foreign-ref", message, &at, "the answer is not read");
                None
            }
        }
    }

    fn payload(
        &mut self,
        response: &Response,
        at: &str,
        type_name: &str,
        name: &str,
        accept: Option<&mut Vec<String>>,
    ) -> Payload {
        let Some((media_type, media, rank)) = preferred(&response.content) else { return Payload::Empty };
        if let Some(accept) = accept
            && !accept.contains(media_type)
        {
            accept.push(media_type.clone());
        }
        if is_json(media_type) || rank == 2 {
            // The types of a shared response are named after it, not after the operation that comes first.
            let parent = match at.strip_prefix("/components/responses/") {
                Some(shared) => names::camel(shared),
                None => type_name.to_owned(),
            };
            let name = if parent == type_name { name } else { "body" };
            let inside = At::new(pointer(at, &["content", media_type, "schema"]), &parent, name);
            let ty = media.schema.as_ref().map_or(Type::Value, |schema| self.schema(schema, &inside).element());
            return Payload::Json(ty);
        }
        let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let binary = media.schema.as_ref().is_some_and(is_binary);
        let textual = essence.starts_with("text/")
            || essence.ends_with("xml")
            || essence.ends_with("yaml")
            || essence.ends_with("javascript");
        if textual && !binary && essence != "text/event-stream" { Payload::Text } else { Payload::Stream }
    }

    /// One payload, or an enum by status where payloads differ.
    fn outcome(&mut self, answers: Vec<(Status, Payload)>, type_name: &str, error: bool) -> Answer {
        let mut distinct: Vec<(Vec<Status>, Payload)> = Vec::new();
        for (status, payload) in answers {
            match distinct.iter_mut().find(|(_, known)| *known == payload) {
                Some((statuses, _)) => statuses.push(status),
                None => distinct.push((vec![status], payload)),
            }
        }
        if distinct.len() <= 1 {
            return Answer::One(distinct.pop().map_or(Payload::Empty, |(_, payload)| payload));
        }
        let mut scope = names::Scope::default();
        let mut cases: Vec<Case> = distinct
            .into_iter()
            .map(|(statuses, payload)| {
                let name = match (statuses.as_slice(), &payload) {
                    ([status], _) => status.word(),
                    (_, Payload::Json(Type::Named(id))) => self.types[*id].name.clone(),
                    (_, Payload::Empty) => "Empty".to_owned(),
                    (_, Payload::Text) => "Text".to_owned(),
                    (_, Payload::Stream) => "Stream".to_owned(),
                    ([status, ..], _) => status.word(),
                    ([], _) => "Other".to_owned(),
                };
                let statuses = if statuses.contains(&Status::Default) { Vec::new() } else { statuses };
                Case { variant: scope.take(name), statuses, payload }
            })
            .collect();
        cases.sort_by_key(|case| (case.statuses.is_empty(), matches!(case.statuses.first(), Some(Status::Range(_)))));
        if let Some(known) = self.outcomes.iter_mut().position(|known| known.cases == cases && known.error == error) {
            return Answer::ByStatus(known);
        }
        // Errors are alike in many operations; answers belong to theirs.
        let name = if error {
            self.scope.take_first(["ApiError".to_owned()])
        } else {
            self.scope.take_first([format!("{type_name}Output")])
        };
        self.outcomes.push(Outcome { name, error, cases, users: Default::default() });
        Answer::ByStatus(self.outcomes.len() - 1)
    }

    fn headers(&mut self, response: &Response, at: &str, type_name: &str, fields: &mut Vec<Field>) {
        for (wire, header) in &response.headers {
            let at = pointer(at, &["headers", wire]);
            let header = match header {
                ReferenceOr::Item(header) => Some(header),
                ReferenceOr::Reference { reference } => {
                    let name = reference
                        .strip_prefix("#/components/headers/")
                        .unwrap_or_default()
                        .replace("~1", "/")
                        .replace("~0", "~");
                    match self.api.components.as_ref().and_then(|c| c.headers.get(&name)) {
                        Some(ReferenceOr::Item(header)) => Some(header),
                        _ => None,
                    }
                }
            };
            let Some(header) = header else {
                self.unsupported(
                    "foreign-ref",
                    "the reference does not lead to a header".to_owned(),
                    &at,
                    "the header is not typed",
                );
                continue;
            };
            let lower = wire.to_ascii_lowercase();
            // OpenAPI has the content type said elsewhere.
            if lower == "content-type" || fields.iter().any(|field| field.wire == lower) {
                continue;
            }
            let lowered = match &header.format {
                ParameterSchemaOrContent::Schema(schema) => {
                    self.schema(schema, &At::new(format!("{at}/schema"), type_name, wire))
                }
                ParameterSchemaOrContent::Content(_) => super::schema::Lowered::text(),
            };
            // Headers are text; lists and objects in them have no one notation that services keep to.
            let simple = matches!(
                lowered.ty,
                Type::String | Type::Secret | Type::Bool | Type::I32 | Type::I64 | Type::U64 | Type::F64
            ) || matches!(&lowered.ty, Type::Named(id) if matches!(self.types[*id].kind, TypeKind::StringEnum(_) | TypeKind::IntegerEnum(_)));
            fields.push(Field {
                ident: names::snake(wire),
                docs: lowered.docs(header.description.as_deref(), || format!("The header `{wire}`.")),
                ty: if simple { lowered.ty } else { Type::String },
                wire: lower,
                presence: Presence::Optional,
                boxed: false,
                required: false,
                read_only: false,
                deprecated: header.deprecated == Some(true),
                shape: Shape::default(),
            });
        }
    }

    fn header_struct(&mut self, mut fields: Vec<Field>, type_name: &str) -> Option<TypeId> {
        if fields.is_empty() {
            return None;
        }
        let mut scope = names::Scope::default();
        for field in &mut fields {
            field.ident = scope.take(std::mem::take(&mut field.ident));
        }
        let key = format!("headers {:?}", fields.iter().map(|f| (&f.wire, &f.ty, &f.docs)).collect::<Vec<_>>());
        if let Some(id) = self.inline.get(&key) {
            return Some(*id);
        }
        let id = self.types.len();
        let name = self.scope.take(format!("{type_name}Headers"));
        self.types.push(TypeDef {
            docs: vec![format!("The response headers of `{type_name}`.")],
            name,
            deprecated: false,
            kind: TypeKind::Struct(Struct { fields, headers: true, ..Struct::default() }),
            input: false,
            output: false,
            users: Default::default(),
        });
        self.inline.insert(key, id);
        Some(id)
    }
}

fn is_binary(schema: &ReferenceOr<Schema>) -> bool {
    match schema {
        ReferenceOr::Item(schema) => view(schema).format.as_deref() == Some("binary"),
        ReferenceOr::Reference { .. } => false,
    }
}

impl Status {
    fn is_success(self) -> bool {
        match self {
            Self::Code(code) => (200..300).contains(&code),
            Self::Range(range) => range == 2,
            Self::Default => false,
        }
    }

    /// The name of a variant.
    fn word(self) -> String {
        match self {
            Self::Code(code) => {
                let reason = http::StatusCode::from_u16(code).ok().and_then(|status| status.canonical_reason());
                reason.map_or_else(|| format!("Status{code}"), names::camel)
            }
            Self::Range(1) => "Informational".to_owned(),
            Self::Range(2) => "Success".to_owned(),
            Self::Range(3) => "Redirection".to_owned(),
            Self::Range(4) => "ClientError".to_owned(),
            Self::Range(5) => "ServerError".to_owned(),
            Self::Range(range) => format!("Status{range}Xx"),
            Self::Default => "Default".to_owned(),
        }
    }
}
