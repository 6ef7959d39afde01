//! Responses and errors: the type of the body, by status.

use openapiv3::{ReferenceOr, Response, StatusCode};

use super::media::essence;
use super::model::{
    Aliased, Case, Meaning, Outcome, Payload, Representation, ResponseBody, Sample, Status, Type, TypeId,
};
use super::operation::Found;
use super::representation::{Content, Owner};
use super::schema::RESPONSE;
use super::{Lower, names};
use crate::accounting::Reason;
use crate::load::Part;

/// All responses of an operation.
pub(super) struct Responses {
    pub output: ResponseBody,
    pub error: ResponseBody,
    pub headers: Option<TypeId>,
    pub accept: String,
    /// Media types of successes other than those of `accept`.
    pub representations: Vec<Representation>,
    /// Those among them that are JSON of another type.
    pub others: Vec<String>,
    /// The document's description of each status.
    pub meanings: Vec<Meaning>,
    /// The document's samples of successful bodies.
    pub samples: Vec<Sample>,
}

/// A response with its status, and the name of the shared response that it refers to.
type Listed<'a> = (Status, Option<(Part<'a, Response>, Option<&'a str>)>);

/// The payload of errors with one status and one of these media types, or any if none is listed.
type Guarded = (Status, Vec<String>, Payload);

impl<'a> Lower<'a, '_> {
    pub(super) fn responses(&mut self, found: &Found<'a>, type_name: &str) -> Responses {
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
        let headers = self.headers(listed.iter().filter_map(|(_, response)| Some(response.as_ref()?.0)), type_name);
        let default = listed.pop_if(|(status, _)| *status == Status::Default);
        let (mut successes, mut errors): (Vec<_>, Vec<_>) =
            listed.into_iter().partition(|(status, _)| status.is_success());
        // `default` stands for all unlisted statuses: errors, unless no success is listed.
        if successes.is_empty() {
            successes.extend(default);
        }
        errors.extend(default);
        let head = found.method.eq_ignore_ascii_case("head");
        let many = successes.len() > 1;
        let mut accept: Vec<&str> = Vec::new();
        let mut read: Vec<(Status, Vec<Content<'a>>)> = Vec::new();
        for (status, response) in successes {
            let name = if many { format!("{} response", status.word()) } else { RESPONSE.to_owned() };
            let best = response.as_ref().and_then(|(response, _)| self.best(response));
            accept.extend(best.filter(|best| !accept.contains(best)));
            read.push((status, self.read(status, response, head, type_name, &name)));
        }
        let mut failures: Vec<(Status, Vec<Content<'a>>)> = Vec::new();
        for (status, response) in errors {
            let name = format!("{} error", status.word());
            failures.push((status, self.read(status, response, head, type_name, &name)));
        }
        let failed: Vec<Status> = failures.iter().map(|(status, _)| *status).collect();
        // The descriptions of other media types are at their constants.
        let words = |(status, contents): &(Status, Vec<Content<'a>>)| Some((*status, contents.first()?.words.clone()?));
        meanings.extend(read.iter().chain(&failures).filter_map(words));
        let best = |(status, contents): &(Status, Vec<Content<'a>>)| {
            (*status, contents.first().map_or(Payload::Empty, |content| content.payload.clone()))
        };
        let samples = samples(&mut read, many);
        let (representations, others) = self.representations(&read, type_name);
        Responses {
            output: self.outcome(read.iter().map(best).collect(), &names::joined(type_name, "Output")),
            error: self.error(failures, &names::joined(type_name, "Error")),
            headers,
            accept: accept.join(", "),
            representations,
            others,
            meanings: meanings_of(meanings, &failed),
            samples,
        }
    }

    /// The media type in which a response is requested.
    fn best(&self, response: &Part<'a, Response>) -> Option<&'a str> {
        let content = response.map("content", &response.item.content);
        content.min_by_key(|(name, media)| self.preference(name, media)).map(|(name, _)| name)
    }

    /// The media types of a response, the best one first; empty if HTTP allows no body.
    fn read(
        &mut self,
        status: Status,
        response: Option<(Part<'a, Response>, Option<&'a str>)>,
        head: bool,
        type_name: &str,
        name: &str,
    ) -> Vec<Content<'a>> {
        let Some((response, shared)) = response else { return Vec::new() };
        if head || matches!(status, Status::Code(204 | 205 | 304)) {
            response.entry("content").iter().for_each(|entry| self.ledger.ignore(&entry.key, Reason::NoBody));
            return Vec::new();
        }
        // The types of a shared response are named after it, not after the first operation that uses it.
        let shared = shared.map(names::camel);
        let owner = match &shared {
            Some(shared) => Owner { parent: shared, name: "body" },
            None => Owner { parent: type_name, name },
        };
        self.contents(&response, owner)
    }

    /// The responses by status, with references resolved; `None` for one that cannot be resolved.
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
            if matches!(status, Status::Code(..200) | Status::Range(1)) {
                let message = format!("`{key}` is an interim status");
                self.unsupported("interim-status", message, &entry.key, "no call ends with this status");
                continue;
            }
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
                self.unsupported("foreign-ref", message, at, "the response is not typed");
                None
            }
        }
    }

    /// The payloads of errors, by status and by media type.
    fn error(&mut self, failures: Vec<(Status, Vec<Content<'a>>)>, name: &str) -> ResponseBody {
        let mut guarded: Vec<Guarded> = Vec::new();
        for (status, contents) in failures {
            let mut of_status: Vec<(Payload, Vec<String>)> = Vec::new();
            for Content { media_type, payload, .. } in contents.into_iter().filter(|content| !content.repeats) {
                // Errors are read completely. Every error provides its bytes, typed or not.
                let payload = match payload {
                    Payload::Events(..) | Payload::Lines(_) => Payload::Text,
                    Payload::Stream => continue,
                    payload => payload,
                };
                match of_status.iter_mut().find(|(known, _)| *known == payload) {
                    Some((_, media_types)) => media_types.push(essence(media_type)),
                    None => of_status.push((payload, vec![essence(media_type)])),
                }
            }
            // Errors with an undocumented media type are decoded like the best one.
            for (index, (payload, media_types)) in of_status.into_iter().enumerate().rev() {
                guarded.push((status, if index == 0 { Vec::new() } else { media_types }, payload));
            }
        }
        match guarded.is_empty() {
            true => ResponseBody::One(Payload::Json(Type::Value)),
            false => self.by_status(guarded, true, name),
        }
    }

    /// One payload, or an enum by status if payloads differ.
    pub(super) fn outcome(&mut self, responses: Vec<(Status, Payload)>, name: &str) -> ResponseBody {
        let guarded = responses.into_iter().map(|(status, payload)| (status, Vec::new(), payload)).collect();
        self.by_status(guarded, false, name)
    }

    fn by_status(&mut self, responses: Vec<Guarded>, error: bool, place: &str) -> ResponseBody {
        let mut distinct: Vec<(Vec<Status>, Vec<String>, Payload)> = Vec::new();
        for (status, media_types, payload) in responses {
            match distinct.iter_mut().find(|(_, guard, known)| (&media_types, &payload) == (guard, known)) {
                Some((statuses, ..)) => statuses.push(status),
                None => distinct.push((vec![status], media_types, payload)),
            }
        }
        if distinct.len() <= 1 {
            return ResponseBody::One(distinct.pop().map_or(Payload::Empty, |(_, _, payload)| payload));
        }
        let mut scope = names::Scope::default();
        // The payload for any media type has priority for the name of its status.
        distinct.sort_by_key(|(_, media_types, _)| !media_types.is_empty());
        let mut cases: Vec<Case> = distinct
            .into_iter()
            .map(|(statuses, media_types, payload)| {
                let name = match (statuses.as_slice(), &payload, media_types.first()) {
                    ([status], _, None) => status.word(),
                    ([status], _, Some(media_type)) => {
                        let [word, _] = super::media::constant_names(media_type);
                        format!("{}{}", status.word(), names::camel(&word))
                    }
                    (_, Payload::Json(Type::Named(id)), _) => self.types[*id].name.clone(),
                    (_, Payload::Empty, _) => "Empty".to_owned(),
                    (_, Payload::Text, _) => "Text".to_owned(),
                    (_, Payload::Stream | Payload::Events(..) | Payload::Lines(_), _) => "Stream".to_owned(),
                    ([status, ..], ..) => status.word(),
                    ([], ..) => "Other".to_owned(),
                };
                let statuses = if statuses.contains(&Status::Default) { Vec::new() } else { statuses };
                Case { variant: scope.take(name), statuses, media_types, payload }
            })
            .collect();
        cases.sort_by_key(|case| {
            let range = matches!(case.statuses.first(), Some(Status::Range(_)));
            (case.statuses.is_empty(), range, case.media_types.is_empty())
        });
        if let Some(known) = self.outcomes.iter_mut().position(|known| known.cases == cases && known.error == error) {
            self.name_in(Aliased::Outcome(known), place.to_owned());
            return ResponseBody::ByStatus(known);
        }
        let name = self.name_first(Aliased::Outcome(self.outcomes.len()), place.to_owned());
        self.outcomes.push(Outcome { name, error, cases, users: Default::default() });
        ResponseBody::ByStatus(self.outcomes.len() - 1)
    }
}

/// The samples of the bodies that `send` requests, each with its status if there are several.
fn samples(read: &mut [(Status, Vec<Content<'_>>)], many: bool) -> Vec<Sample> {
    let best = read.iter_mut().filter_map(|(status, contents)| Some((*status, contents.first_mut()?)));
    let samples = best.flat_map(|(status, content)| {
        let ty = content.payload.ty().cloned();
        let status = many.then(|| status.pattern().replace('`', ""));
        std::mem::take(&mut content.shown).into_iter().map(move |shown| shown.of(ty.clone(), status.clone()))
    });
    samples.collect()
}

/// Each status with all its descriptions, sorted by status.
fn meanings_of(mut found: Vec<(Status, String)>, failed: &[Status]) -> Vec<Meaning> {
    found.retain(|(_, words)| !words.is_empty());
    found.sort_by_key(|(status, _)| *status);
    let statuses = found.chunk_by(|(a, _), (b, _)| a == b);
    let meaning = |chunk: &[(Status, String)]| {
        let words: Vec<&str> = chunk.iter().map(|(_, words)| words.as_str()).collect();
        let status = chunk.first()?.0;
        Some(Meaning { status: status.pattern(), error: failed.contains(&status), words: words.join(" ") })
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

    /// The status in the usual notation.
    fn pattern(self) -> String {
        match self {
            Self::Code(code) => format!("`{code}`"),
            Self::Range(range) => format!("`{range}XX`"),
            Self::Default => "any other status".to_owned(),
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
