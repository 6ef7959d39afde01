//! The payload of a response's media types, and the representations that callers can request.

use std::collections::HashSet;

use openapiv3::{MediaType, Response};

use super::media::{Form, constant_names};
use super::model::{Payload, Representation, ResponseBody, Status, Type};
use super::sample::Shown;
use super::schema::{Lowered, Naming};
use super::{Lower, names};
use crate::accounting::Reason;
use crate::load::{JsonType, Part, Schema, Sub};

/// A media type of a response.
#[derive(Clone, Debug)]
pub(super) struct Content<'a> {
    pub media_type: &'a str,
    pub payload: Payload,
    /// Its description.
    pub words: Option<String>,
    /// Whether it is the text or bytes of content that is also available as JSON.
    pub repeats: bool,
    /// The document's samples of the body.
    pub shown: Vec<Shown>,
}

/// The owner of a response's inline types.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owner<'n> {
    /// The operation, or the shared response.
    pub parent: &'n str,
    pub name: &'n str,
}

impl<'a> Lower<'a, '_> {
    /// All media types of a response, the best one first.
    pub(super) fn contents(&mut self, response: &Part<'a, Response>, owner: Owner<'_>) -> Vec<Content<'a>> {
        let mut all: Vec<(&'a str, Part<'a, MediaType>)> = response.map("content", &response.item.content).collect();
        all.sort_by_key(|(name, media)| self.preference(name, media));
        let mut out: Vec<Content<'a>> = Vec::new();
        // The schemas available as JSON, which name the types.
        let mut typed: Vec<Sub<'a>> = Vec::new();
        for (index, (media_type, media)) in all.into_iter().enumerate() {
            self.ledger.take(media.at);
            let own;
            let owner = match index {
                0 => owner,
                _ => {
                    let [word, _] = constant_names(media_type);
                    own = format!("{} {}", word.to_ascii_lowercase(), owner.name);
                    Owner { name: &own, ..owner }
                }
            };
            let form = self.form(media_type, &media);
            let repeats = media.schema().is_some_and(|schema| typed.contains(&schema));
            let (payload, words) = match form {
                Form::Json => self.json_content(&media, owner),
                Form::Events => self.events(&media, owner),
                Form::Lines => self.lines(&media, owner),
                Form::Text | Form::Bytes => {
                    let payload = if form == Form::Text { Payload::Text } else { Payload::Stream };
                    (payload, self.raw_content(&media, owner, repeats))
                }
            };
            if !matches!(form, Form::Events | Form::Lines) {
                self.untyped_items(&media);
            }
            let raw = matches!(form, Form::Text | Form::Bytes);
            typed.extend(media.schema().filter(|_| !raw));
            let shown = if form == Form::Json { self.shown(&media) } else { Vec::new() };
            out.push(Content { media_type, payload, words, repeats: repeats && raw, shown });
        }
        out
    }

    fn json_content(&mut self, media: &Part<'a, MediaType>, owner: Owner<'_>) -> (Payload, Option<String>) {
        self.take_members(media, &["schema"]);
        let naming = Naming::new(owner.parent, owner.name);
        let lowered = media.schema().map_or_else(|| Lowered::plain(Type::Value), |it| self.schema(&it, &naming));
        let words = self.schema_description(&lowered);
        (Payload::Json(lowered.element()), words)
    }

    /// A text or binary body. If it is also available as JSON, nothing of its schema is lost.
    fn raw_content(&mut self, media: &Part<'a, MediaType>, owner: Owner<'_>, repeats: bool) -> Option<String> {
        match media.entry("schema") {
            Some(entry) if repeats => {
                self.ledger.ignore(&entry.key, Reason::Repeated);
                None
            }
            _ => self.raw_schema(media, owner.parent),
        }
    }

    /// A sequence of JSON values: with the type of `itemSchema`, of a list's items, or of the schema itself.
    fn lines(&mut self, media: &Part<'a, MediaType>, owner: Owner<'_>) -> (Payload, Option<String>) {
        let naming = Naming::new(owner.parent, &item_name(owner.name, "item"));
        match self.sequence_item(media) {
            // A string's type does not describe its lines.
            Some(Item { schema, .. }) if self.peek(&schema).ty.is_some_and(|ty| ty.value == JsonType::String) => {
                (Payload::Lines(Type::Value), self.raw_schema(media, owner.parent))
            }
            Some(item) => {
                let (ty, words) = self.item_type(&item, &naming);
                (Payload::Lines(ty), words)
            }
            None => (Payload::Lines(Type::Value), None),
        }
    }

    fn events(&mut self, media: &Part<'a, MediaType>, owner: Owner<'_>) -> (Payload, Option<String>) {
        let naming = Naming::new(owner.parent, &item_name(owner.name, "event"));
        let text = Payload::Events(Type::String, false);
        let Some(item) = self.sequence_item(media) else { return (text, None) };
        let mut flat = self.peek(&item.schema);
        if !self.followed(&item.schema).all_of.is_empty() && item.list.is_none() {
            // All `allOf` parts contribute fields.
            flat = self.flat(item.schema.clone());
        }
        if flat.ty.is_none() && flat.has_no_own_type() && flat.all_of.is_empty() {
            // Data without a description is text, as on the wire.
            let (_, words) = self.item_type(&item, &naming);
            return (text, words);
        }
        if let Some((data, content)) = self.plain_event(&item, &flat) {
            let words = self.event_field_docs(&item, &flat);
            let lowered = match content {
                Some(content) => self.schema(&content, &naming),
                None => self.schema(&data, &naming),
            };
            let words = words.into_iter().chain(self.schema_description(&lowered)).collect::<Vec<_>>().join(" ");
            return (Payload::Events(lowered.element(), false), Some(words).filter(|words| !words.is_empty()));
        }
        let whole = self.is_event(&item, &flat);
        let (ty, words) = self.item_type(&item, &naming);
        (Payload::Events(ty, whole), words)
    }

    /// The schema of the items of a sequence.
    fn sequence_item(&mut self, media: &Part<'a, MediaType>) -> Option<Item<'a>> {
        let Some(schema) = media.item_schema() else {
            self.take_members(media, &["schema"]);
            let schema = media.schema()?;
            let flat = self.peek(&schema);
            let is_list = flat.ty.is_some_and(|ty| ty.value == JsonType::Array) && flat.items.is_some();
            return Some(Item {
                list: is_list.then(|| schema.clone()),
                schema: flat.items.filter(|_| is_list).map_or(schema, |items| items.value),
                stated: false,
            });
        };
        self.take_members(media, &["itemSchema"]);
        if let Some(whole) = media.entry("schema") {
            let message = "both `schema` and `itemSchema` describe the sequence".to_owned();
            self.unsupported("sequence-schema", message, &whole.key, "`itemSchema` applies");
        }
        Some(Item { list: None, schema, stated: true })
    }

    /// The type of an item, and its description.
    fn item_type(&mut self, item: &Item<'a>, naming: &Naming) -> (Type, Option<String>) {
        let lowered = self.schema(item.list.as_ref().unwrap_or(&item.schema), naming);
        let words = self.schema_description(&lowered);
        match lowered.element() {
            Type::List(inner) if item.list.is_some() => (*inner, words),
            ty => (ty, words),
        }
    }

    /// Whether items are described as events with their fields: an object with `data` and the other fields of events.
    /// Unless OpenAPI declares that the schema is of items (`itemSchema`), it must have `event` and require no other
    /// fields.
    fn is_event(&mut self, item: &Item<'a>, flat: &Schema<'a>) -> bool {
        let mut data = false;
        self.is_of_event(item, flat, &[], &mut data) && data
    }

    /// Like [`is_event`](Self::is_event), for one alternative of possibly several, of which some have no `data`;
    /// `outer` are the fields common to all of them.
    fn is_of_event(&mut self, item: &Item<'a>, flat: &Schema<'a>, outer: &[&'a str], data: &mut bool) -> bool {
        let fields: Vec<&'a str> = outer.iter().copied().chain(flat.properties.0.keys().copied()).collect();
        let alternatives: Vec<Sub<'a>> = flat.one_of.iter().chain(&flat.any_of).cloned().collect();
        if !alternatives.is_empty() {
            return alternatives.iter().all(|it| {
                let flat = self.flat(it.clone());
                flat.one_of.is_empty() && flat.any_of.is_empty() && self.is_of_event(item, &flat, &fields, data)
            });
        }
        let has = |name: &str| fields.contains(&name);
        let known = |name: &str| EVENT_FIELDS.contains(&name) || name == "data";
        *data |= has("data");
        match item.stated {
            true => !fields.is_empty() && fields.iter().all(|name| known(name)),
            false => has("data") && has("event") && flat.required.iter().all(|name| known(name.value)),
        }
    }

    /// The data of an event whose other fields are only the standard ones, and the schema of JSON data.
    fn plain_event(&mut self, item: &Item<'a>, flat: &Schema<'a>) -> Option<(Sub<'a>, Option<Sub<'a>>)> {
        if item.list.is_some() || !flat.one_of.is_empty() || !flat.any_of.is_empty() || !self.is_event(item, flat) {
            return None;
        }
        let plain = |(name, property): (&&str, &Sub<'a>)| {
            let property = self.peek(property);
            *name == "data" || EVENT_FIELDS.contains(name) && property.enumeration.is_empty()
        };
        let data = flat.properties.0.get("data").filter(|_| flat.properties.0.iter().all(plain))?.clone();
        let content = self.content_schema(&data);
        Some((data, content))
    }

    /// The schema of a string's JSON content, from `contentSchema`.
    fn content_schema(&mut self, data: &Sub<'a>) -> Option<Sub<'a>> {
        let flat = self.flat(data.clone());
        self.take(&flat.content_media_type);
        self.take(&flat.content_schema)
    }

    /// The descriptions of the standard fields of events.
    fn event_field_docs(&mut self, item: &Item<'a>, flat: &Schema<'a>) -> Vec<String> {
        self.ledger.ignore(item.schema.at(), Reason::EventField);
        let mut words: Vec<String> = self.take(&flat.description).into_iter().map(str::to_owned).collect();
        for (name, property) in flat.properties.0.iter().filter(|(name, _)| **name != "data") {
            self.ledger.ignore(property.at(), Reason::EventField);
            words.extend(self.take(&property.read().description).map(|text| format!("`{name}`: {}", text.trim())));
        }
        words
    }

    /// The representations other than those that `send` requests, which are the first of each status.
    pub(super) fn representations(
        &mut self,
        successes: &[(Status, Vec<Content<'a>>)],
        type_name: &str,
    ) -> (Vec<Representation>, Vec<String>) {
        let mut scope = names::Scope::with(&["SPEC", "PAGING"]);
        // The one that `send` requests has priority for its name.
        for (_, contents) in successes {
            if let Some(best) = contents.first() {
                let [short, _] = constant_names(best.media_type);
                scope.take_if_free(&short);
            }
        }
        let mut seen = HashSet::new();
        let mut others = Vec::new();
        let mut out = Vec::new();
        let further = successes.iter().flat_map(|(_, contents)| contents.iter().skip(1));
        for media_type in further.map(|content| content.media_type).filter(|media_type| seen.insert(*media_type)) {
            let of = |(status, contents): &(Status, Vec<Content<'a>>)| {
                let content = contents.iter().find(|content| content.media_type == media_type)?;
                Some((*status, content.clone(), contents.first()?.payload.clone()))
            };
            let found: Vec<(Status, Content<'a>, Payload)> = successes.iter().filter_map(of).collect();
            let [short, long] = constant_names(media_type);
            let name = scope.take_first([short.clone(), long]);
            let everywhere = successes.iter().filter(|(_, contents)| !contents.is_empty()).count() == found.len();
            let is_json = found.iter().any(|(_, content, _)| matches!(content.payload, Payload::Json(_)));
            if is_json && found.iter().any(|(_, content, best)| content.payload != *best) {
                others.push(media_type.to_owned());
            }
            let statuses = if everywhere { Vec::new() } else { found.iter().map(|(status, ..)| *status).collect() };
            let words: Vec<&str> = found.iter().filter_map(|(_, content, _)| content.words.as_deref()).collect();
            let docs = format!("`{media_type}`. {}", words.join(" "));
            let responses = found.iter().map(|(status, content, _)| (*status, content.payload.clone())).collect();
            let body: ResponseBody = self.outcome(responses, &names::joined(type_name, &names::camel(&name)));
            let docs = super::docs::lines(docs.trim());
            out.push(Representation { name, media_type: media_type.to_owned(), statuses, body, docs });
        }
        (out, others)
    }
}

/// The schema of a sequence's items.
struct Item<'a> {
    /// The list whose items are described.
    list: Option<Sub<'a>>,
    schema: Sub<'a>,
    /// Whether the document describes items explicitly, by `itemSchema`.
    stated: bool,
}

/// The fields of an event other than its data.
const EVENT_FIELDS: [&str; 4] = ["event", "id", "retry", "comment"];

/// The name for an item of a type with this name.
fn item_name(name: &str, item: &str) -> String {
    match name.to_ascii_lowercase().strip_suffix("response") {
        Some(rest) => format!("{rest} {item}"),
        None => format!("{name} {item}"),
    }
}
