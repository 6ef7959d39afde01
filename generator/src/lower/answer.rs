//! Answers: what a body is read as, chosen by status; errors likewise; typed headers.

use openapiv3::{Header, MediaType, ParameterSchemaOrContent, ReferenceOr, Response, StatusCode};

use super::body::{is_binary, is_json, rank};
use super::model::{
    Aliased, Answer, Case, Field, Outcome, Payload, Presence, Shape, Status, Struct, Type, TypeDef, TypeId, TypeKind,
};
use super::names::{Scope, Wanted};
use super::operation::Found;
use super::schema::{Lowered, Naming, RESPONSE};
use super::{Lower, markdown, names};
use crate::accounting::Reason;
use crate::diagnostic::Location;
use crate::load::{Node, Part};

/// All that an operation may answer.
pub(super) struct Answers {
    pub output: Answer,
    pub error: Answer,
    pub headers: Option<TypeId>,
    pub accept: String,
    pub streams: Vec<Status>,
    /// What each status means, in the document's words.
    pub meanings: Vec<(String, String)>,
}

/// A response by its status, and the name of the shared response that it refers to.
type Listed<'a> = (Status, Option<(Part<'a, Response>, Option<&'a str>)>);

impl<'a> Lower<'a, '_> {
    pub(super) fn answers(&mut self, found: &Found<'a>, type_name: &str) -> Answers {
        let mut listed = self.listed(found);
        let mut meanings: Vec<(Status, String)> = Vec::new();
        for (status, response) in &listed {
            let Some((response, _)) = response else { continue };
            self.take_members(response, &["summary", "description"]);
            let words = ["summary", "description"].into_iter().filter_map(|key| response.node.get(key)?.as_str());
            let words: Vec<&str> = words.map(str::trim).filter(|words| !words.is_empty()).collect();
            meanings.extend((!words.is_empty()).then(|| (*status, words.join("\n\n"))));
        }
        listed.sort_by_key(|(status, _)| *status);
        let default = listed.pop_if(|(status, _)| *status == Status::Default);
        let (mut successes, mut errors): (Vec<_>, Vec<_>) =
            listed.into_iter().partition(|(status, _)| status.is_success());
        // `default` is whatever is not listed: errors, unless no success is listed.
        if successes.is_empty() {
            successes.extend(default);
        }
        errors.extend(default);
        let mut accept = Vec::new();
        let mut headers = Vec::new();
        let many = successes.len() > 1;
        let successes: Vec<(Status, Payload)> = successes
            .into_iter()
            .map(|(status, response)| {
                let name = if many { format!("{} response", status.word()) } else { RESPONSE.to_owned() };
                let Some((response, shared)) = response else { return (status, Payload::Empty) };
                self.headers(&response, type_name, &mut headers);
                let (payload, words) = self.payload(&response, shared, type_name, &name, Some(&mut accept));
                meanings.extend(words.map(|words| (status, words)));
                (status, payload)
            })
            .collect();
        let errors: Vec<(Status, Payload)> = errors
            .into_iter()
            .filter_map(|(status, response)| {
                let (response, shared) = response?;
                // Those of a `default` may be those of successes, too.
                let headers = response.map("headers", &response.item.headers);
                for (wire, header) in headers.filter(|(_, header)| !self.ledger.has(header.at)).collect::<Vec<_>>() {
                    self.unsupported(
                        "error-header",
                        format!("the header `{wire}` of an error is not typed"),
                        header.at,
                        "the caller reads it from the error's headers",
                    );
                }
                let name = format!("{} error", status.word());
                let (payload, words) = self.payload(&response, shared, type_name, &name, None);
                meanings.extend(words.map(|words| (status, words)));
                // An error without a body is known by its status.
                (payload != Payload::Empty)
                    .then_some((status, if payload == Payload::Stream { Payload::Text } else { payload }))
            })
            .collect();
        let streams = successes.iter().filter(|(_, payload)| *payload == Payload::Stream);
        let streams = streams.map(|(status, _)| *status).collect();
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
            meanings: meanings_of(meanings),
        }
    }

    /// The responses by status, references followed; None for one that leads nowhere.
    fn listed(&mut self, found: &Found<'a>) -> Vec<Listed<'a>> {
        let responses = &found.operation.item.responses;
        let entries = found.operation.entry("responses").map(|entry| &entry.node);
        let mut listed = Vec::new();
        for (key, entry) in entries.into_iter().flat_map(|node| node.entries()) {
            let status = match key.as_bytes() {
                b"default" => Status::Default,
                [hundred @ b'1'..=b'5', b'X' | b'x', b'X' | b'x'] => Status::Range(u16::from(hundred - b'0')),
                _ => match key.parse() {
                    Ok(code) => Status::Code(code),
                    Err(_) => continue,
                },
            };
            let item = match status {
                Status::Default => responses.default.as_ref(),
                Status::Code(code) => responses.responses.get(&StatusCode::Code(code)),
                Status::Range(range) => responses.responses.get(&StatusCode::Range(range)),
            };
            let Some(item) = item else { continue };
            self.ledger.take(&entry.key);
            listed.push((status, self.response(Part::of(item, entry))));
        }
        listed
    }

    fn response(&mut self, part: Part<'a, ReferenceOr<Response>>) -> Option<(Part<'a, Response>, Option<&'a str>)> {
        let shared = part.entry("$ref").and_then(|entry| entry.node.as_str());
        if let Some(entry) = part.entry("$ref") {
            self.ledger.take(&entry.key);
        }
        match self.loaded.follow(part, "responses", |components| &components.responses) {
            Ok(response) => Some((response, shared.and_then(|reference| reference.rsplit('/').next()))),
            Err(at) => {
                let message = "the reference does not lead to a response".to_owned();
                self.unsupported("foreign-ref", message, at, "the answer is not read");
                None
            }
        }
    }

    fn payload(
        &mut self,
        response: &Part<'a, Response>,
        shared: Option<&str>,
        type_name: &str,
        name: &str,
        accept: Option<&mut Vec<String>>,
    ) -> (Payload, Option<String>) {
        let content: Vec<(&'a str, Part<'a, MediaType>)> = response.map("content", &response.item.content).collect();
        let Some((media_type, media)) = content.iter().min_by_key(|(name, media)| rank(name, media)) else {
            return (Payload::Empty, None);
        };
        self.ledger.take(media.at);
        for (other, media) in content.iter().filter(|(other, _)| other != media_type) {
            self.unsupported(
                "media-type",
                format!("a response as `{other}` beside `{media_type}`"),
                media.at,
                "only the other is asked for and read",
            );
        }
        if let Some(accept) = accept
            && !accept.iter().any(|known| known == media_type)
        {
            accept.push((*media_type).to_owned());
        }
        if is_json(media_type) || rank(media_type, media) == 2 {
            // The types of a shared response are named after it, not after the operation that comes first.
            let naming = match shared {
                Some(shared) => Naming::new(&names::camel(shared), "body"),
                None => Naming::new(type_name, name),
            };
            self.take_members(media, &["schema"]);
            let lowered = media.schema().map_or_else(|| Lowered::plain(Type::Value), |it| self.schema(&it, &naming));
            let words = self.body_words(&lowered);
            return (Payload::Json(lowered.element()), words);
        }
        let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let binary = media.schema().is_some_and(|schema| is_binary(&self.peek(&schema)));
        let words = self.raw_schema(media, type_name);
        let textual = essence.starts_with("text/")
            || essence.ends_with("xml")
            || essence.ends_with("yaml")
            || essence.ends_with("javascript");
        let text = textual && !binary && essence != "text/event-stream";
        (if text { Payload::Text } else { Payload::Stream }, words)
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
        let mut scope = Scope::default();
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
        let place = names::joined(type_name, if error { "Error" } else { "Output" });
        if let Some(known) = self.outcomes.iter_mut().position(|known| known.cases == cases && known.error == error) {
            self.name_in(Aliased::Outcome(known), place);
            return Answer::ByStatus(known);
        }
        let name = self.name_first(Aliased::Outcome(self.outcomes.len()), place);
        self.outcomes.push(Outcome { name, error, cases, users: Default::default() });
        Answer::ByStatus(self.outcomes.len() - 1)
    }

    fn headers(&mut self, response: &Part<'a, Response>, type_name: &str, fields: &mut Vec<(&'a Node, Field)>) {
        for (wire, header) in response.map("headers", &response.item.headers) {
            let at = header.at;
            let header = match self.header(header) {
                Ok(header) => header,
                Err(at) => {
                    let message = "the reference does not lead to a header".to_owned();
                    self.unsupported("foreign-ref", message, at, "the header is not typed");
                    continue;
                }
            };
            let lower = wire.to_ascii_lowercase();
            // OpenAPI has the content type said elsewhere.
            if lower == "content-type" {
                self.ledger.ignore(at, Reason::HttpHeader);
                header.node.entries().for_each(|(_, entry)| self.ledger.ignore(&entry.key, Reason::HttpHeader));
                continue;
            }
            match fields.iter().find(|(_, field)| field.wire == lower) {
                Some((first, _)) if *first == header.node => {
                    self.ledger.ignore(at, Reason::Repeated);
                    header.node.entries().for_each(|(_, entry)| self.ledger.ignore(&entry.key, Reason::Repeated));
                    continue;
                }
                Some(_) => {
                    let message = format!("the header `{wire}` differs between the responses");
                    self.unsupported("header-differs", message, at, "it is read as the first of them has it");
                    continue;
                }
                None => self.ledger.take(at),
            }
            self.take_members(&header, &["description", "schema", "deprecated"]);
            let lowered = match (&header.item.format, header.schema()) {
                (ParameterSchemaOrContent::Schema(_), Some(schema)) => {
                    self.schema(&schema, &Naming::new(type_name, wire))
                }
                _ => {
                    if let Some(content) = header.entry("content") {
                        let message = format!("the header `{wire}` has a media type");
                        self.unsupported("header-content", message, &content.key, "it is read as text");
                    }
                    Lowered::text()
                }
            };
            // Headers are text; lists and objects in them have no one notation that services keep to.
            let simple = matches!(
                lowered.ty,
                Type::String | Type::Secret | Type::Bool | Type::I32 | Type::I64 | Type::U64 | Type::I128 | Type::F64
            ) || matches!(&lowered.ty, Type::Named(id) if matches!(self.types[*id].kind, TypeKind::StringEnum(_) | TypeKind::IntegerEnum(_)));
            if !simple && let Some(schema) = header.entry("schema") {
                self.ledger.forget(&schema.node);
                let message = format!("the header `{wire}` is a list or an object");
                self.unsupported("header-type", message, &schema.key, "it is read as text");
            }
            let lowered = if simple { lowered } else { Lowered { deprecated: false, ..Lowered::text() } };
            fields.push((
                header.node,
                Field {
                    // Its Rust name is found when all of them are known.
                    ident: wire.to_owned(),
                    docs: lowered.docs(header.item.description.as_deref(), self.ledger, || {
                        format!("The header {}.", markdown::code(wire))
                    }),
                    ty: lowered.ty,
                    wire: lower,
                    presence: Presence::Optional,
                    boxed: false,
                    required: false,
                    read_only: false,
                    write_only: false,
                    undescribed: false,
                    deprecated: header.item.deprecated == Some(true),
                    shape: Shape::default(),
                },
            ));
        }
    }

    fn header_struct(&mut self, fields: Vec<(&'a Node, Field)>, type_name: &str) -> Option<TypeId> {
        let mut fields: Vec<Field> = fields.into_iter().map(|(_, field)| field).collect();
        if fields.is_empty() {
            return None;
        }
        let wanted: Vec<Wanted> = fields.iter().map(|field| Wanted::snake(&field.ident)).collect();
        for (field, ident) in fields.iter_mut().zip(Scope::default().assign(&wanted)) {
            field.ident = ident;
        }
        let same = |known: &Field, field: &Field| {
            (&known.wire, &known.ty, &known.docs) == (&field.wire, &field.ty, &field.docs)
        };
        let equal = |definition: &TypeDef| match &definition.kind {
            TypeKind::Struct(known) if known.headers => {
                known.fields.len() == fields.len() && known.fields.iter().zip(&fields).all(|(a, b)| same(a, b))
            }
            _ => false,
        };
        let place = names::joined(type_name, "Headers");
        if let Some(id) = self.types.iter().position(equal) {
            self.name_in(Aliased::Type(id), place);
            return Some(id);
        }
        let id = self.types.len();
        let name = self.name_first(Aliased::Type(id), place);
        self.types.push(TypeDef {
            docs: vec![format!("The response headers of `{type_name}`.")],
            name,
            deprecated: false,
            kind: TypeKind::Struct(Struct { fields, headers: true, ..Struct::default() }),
            input: false,
            output: false,
            users: Default::default(),
        });
        Some(id)
    }

    fn header(&self, part: Part<'a, ReferenceOr<Header>>) -> Result<Part<'a, Header>, &'a Location> {
        if let Some(entry) = part.entry("$ref") {
            self.ledger.take(&entry.key);
        }
        self.loaded.follow(part, "headers", |components| &components.headers)
    }
}

/// Each status with all that is said of it, in the order of the statuses.
fn meanings_of(mut found: Vec<(Status, String)>) -> Vec<(String, String)> {
    found.retain(|(_, words)| !words.is_empty());
    found.sort_by_key(|(status, _)| *status);
    let statuses = found.chunk_by(|(a, _), (b, _)| a == b);
    let meaning = |chunk: &[(Status, String)]| {
        let words: Vec<&str> = chunk.iter().map(|(_, words)| words.as_str()).collect();
        Some((chunk.first()?.0.pattern(), words.join(" ")))
    };
    statuses.filter_map(meaning).collect()
}

impl Status {
    fn is_success(self) -> bool {
        match self {
            Self::Code(code) => (200..300).contains(&code),
            Self::Range(range) => range == 2,
            Self::Default => false,
        }
    }

    /// The status as people write it.
    fn pattern(self) -> String {
        match self {
            Self::Code(code) => format!("`{code}`"),
            Self::Range(range) => format!("`{range}XX`"),
            Self::Default => "any other".to_owned(),
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
