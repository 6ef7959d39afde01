//! Generates whole inputs and responses.

use bytes::Bytes;
use indexmap::IndexMap;
use serde_json::Value;

use super::flat::Flat;
use super::{Amount, Contradiction, Ctx, Generator, Texture};
use crate::document::{
    Direction, Encoding, EventData, Media, MediaKind, Operation, Parameter, Place, Protocol, Response, SchemaRef,
    Style, essence, is_binary, is_json,
};
use crate::wire::{Content, Data, Event, Field, File, Input, Reply, scalar_text};

/// Levels of a value in a style or in the fields of a form: the value itself, its fields, their elements.
const LEVELS: usize = 3;

impl<'d> Generator<'d> {
    /// A value of a parameter that its style can express.
    pub fn parameter(
        &mut self,
        parameter: &Parameter,
        direction: Direction,
        amount: Amount,
    ) -> Result<Value, Contradiction> {
        let texture = texture(parameter);
        let nested = parameter.style == Style::DeepObject || self.document.protocol == Protocol::AliyunRpc;
        let plain = match parameter.content {
            Some(_) => 1,
            None if nested => usize::MAX,
            None => LEVELS - 1,
        };
        let ctx = Ctx { direction, amount, plain, texture, attempt: 0 };
        let Some(schema) = &parameter.schema else { return Ok(Value::String(self.free(9, &ctx))) };
        let value = self.validated(schema, ctx)?;
        let reason = match () {
            () if parameter.content.is_some() || nested => return Ok(value),
            () if is_nothing(&value) => "no style can express null",
            () if is_ambiguous(parameter, &value) => "no style can express nested lists or objects unambiguously",
            () => return Ok(value),
        };
        Err(Contradiction { schema: schema.clone(), reason: reason.to_owned() })
    }

    /// The content of a body.
    pub fn content(&mut self, media: &Media, direction: Direction, amount: Amount) -> Result<Content, Contradiction> {
        let ctx = Ctx { direction, amount, plain: 0, texture: of_form(media), attempt: 0 };
        let data = match (media.kind, &media.schema) {
            (MediaKind::Json, Some(schema)) => Data::Json(self.validated(schema, ctx)?),
            (MediaKind::Json, None) => Data::Json(serde_json::json!({"any": ["json", 1, null]})),
            (MediaKind::Form, Some(schema)) => match self.validated(schema, Ctx { plain: LEVELS, ..ctx })? {
                Value::Object(fields) => {
                    Data::Form(fields.into_iter().filter(|(_, value)| !is_nothing(value)).collect())
                }
                other => return Err(no_fields(schema, &other)),
            },
            (MediaKind::Multipart, Some(schema)) => match self.validated(schema, Ctx { plain: LEVELS, ..ctx })? {
                Value::Object(mut fields) => {
                    fields.retain(|_, value| !is_nothing(value));
                    Data::Multipart(self.fields(schema, media, fields, &ctx)?)
                }
                other => return Err(no_fields(schema, &other)),
            },
            (MediaKind::Text, Some(schema)) => Data::Text(scalar_text(&self.validated(schema, ctx)?)),
            (MediaKind::Text, None) => Data::Text(self.free(30, &ctx)),
            (MediaKind::Lines, schema) => Data::Lines(self.items(schema.as_ref(), &ctx)?),
            (MediaKind::Events(kind), schema) => {
                let values = match (kind, schema) {
                    (EventData::Text, None) => vec![Value::String(self.free(30, &ctx))],
                    _ => self.items(schema.as_ref(), &ctx)?,
                };
                Data::Events(values.into_iter().filter_map(|value| event(kind, value)).collect())
            }
            // Any bytes are valid for the media type.
            (MediaKind::Bytes, _) if is_json(&essence(&media.media_type)) => Data::Bytes(JSON_BYTES.into()),
            (MediaKind::Form | MediaKind::Multipart | MediaKind::Bytes, _) => Data::Bytes(self.bytes(amount)),
        };
        Ok(Content { media_type: concrete(media), data })
    }

    /// Items of a sequence.
    fn items(&mut self, schema: Option<&SchemaRef>, ctx: &Ctx) -> Result<Vec<Value>, Contradiction> {
        let count = if ctx.amount == Amount::Least { 1 } else { 2 };
        let any = || serde_json::json!({"any": ["json", 1, null]});
        (0..count).map(|_| schema.map_or_else(|| Ok(any()), |schema| self.validated(schema, *ctx))).collect()
    }

    /// A whole input of an operation, without the values that the client fills (`x-client`). `media` is the index of
    /// the body's media type in the document's list; with [`Amount::Least`] an optional body is left out.
    pub fn input(&mut self, operation: &Operation, media: usize, amount: Amount) -> Result<Input, Contradiction> {
        let mut input = Input::default();
        for parameter in operation.parameters.iter().filter(|parameter| parameter.client.is_none()) {
            let wanted = match amount {
                Amount::Least => false,
                Amount::Most => true,
                Amount::Random => self.rng.bool(),
            };
            if !(parameter.required || wanted) {
                continue;
            }
            match self.parameter(parameter, Direction::Request, amount) {
                Ok(value) => drop(input.of_mut(parameter.place).insert(parameter.name.clone(), value)),
                Err(contradiction) if parameter.required => return Err(contradiction),
                Err(contradiction) => self.contradictions.push(contradiction),
            }
        }
        if let Some(body) = operation.body.as_ref().filter(|body| body.required || amount != Amount::Least)
            && let Some(media) = body.media.get(media)
        {
            let content = self.content(media, Direction::Request, amount)?;
            // An optional body of fields without any field is absent.
            input.body = Some(content).filter(|content| body.required || !is_empty(&content.data));
        }
        Ok(input)
    }

    /// Several distinct inputs: the minimal one, maximal ones until each alternative of every union was used (at most
    /// `most`), and `random` random ones.
    pub fn inputs(
        &mut self,
        operation: &Operation,
        media: usize,
        most: usize,
        random: usize,
    ) -> Result<Vec<(Amount, Input)>, Contradiction> {
        self.several(most, random, |generator, amount| generator.input(operation, media, amount))
    }

    /// A response with one of its media types.
    pub fn reply(
        &mut self,
        response: &Response,
        status: u16,
        media: Option<usize>,
        amount: Amount,
    ) -> Result<Reply, Contradiction> {
        let mut headers = IndexMap::new();
        for header in response.headers.iter().filter(|header| header.required || amount != Amount::Least) {
            match self.parameter(header, Direction::Response, amount) {
                Ok(value) => drop(headers.insert(header.name.clone(), value)),
                Err(contradiction) if header.required => return Err(contradiction),
                Err(contradiction) => self.contradictions.push(contradiction),
            }
        }
        let media = media.and_then(|media| response.media.get(media));
        let content = media.map(|media| self.content(media, Direction::Response, amount)).transpose()?;
        Ok(Reply { status, headers, content })
    }

    /// Several responses, generated like [`Generator::inputs`].
    pub fn replies(
        &mut self,
        response: &Response,
        status: u16,
        media: Option<usize>,
        most: usize,
        random: usize,
    ) -> Result<Vec<(Amount, Reply)>, Contradiction> {
        self.several(most, random, |generator, amount| generator.reply(response, status, media, amount))
    }

    fn several<T: PartialEq>(
        &mut self,
        most: usize,
        random: usize,
        mut make: impl FnMut(&mut Self, Amount) -> Result<T, Contradiction>,
    ) -> Result<Vec<(Amount, T)>, Contradiction> {
        let mut all = vec![(Amount::Least, make(self, Amount::Least)?)];
        let add = |all: &mut Vec<(Amount, T)>, amount, validated: T| {
            if !all.iter().any(|(_, known)| *known == validated) {
                all.push((amount, validated));
            }
        };
        // Other operations may have unused alternatives that do not occur here.
        self.taken.clear();
        for round in 0..most {
            self.news = false;
            let validated = make(self, Amount::Most)?;
            if round > 0 && !self.news {
                break;
            }
            add(&mut all, Amount::Most, validated);
            if !self.taken.values().flatten().any(|times| *times == 0) {
                break;
            }
        }
        for _ in 0..random {
            let validated = make(self, Amount::Random)?;
            add(&mut all, Amount::Random, validated);
        }
        Ok(all)
    }

    /// The fields of a multipart form: bytes become files.
    fn fields(
        &mut self,
        schema: &SchemaRef,
        media: &Media,
        fields: serde_json::Map<String, Value>,
        ctx: &Ctx,
    ) -> Result<IndexMap<String, Field>, Contradiction> {
        let flat = self.flatten(std::slice::from_ref(schema), 0, &Ctx { amount: Amount::Least, ..*ctx })?;
        let mut out = IndexMap::new();
        for (name, value) in fields {
            let encoding = media.encoding.get(&name);
            let field = match (self.document_kind(schema, &flat, &name, value.is_array(), ctx), value) {
                (FieldKind::File, _) => Field::File(self.file(encoding, 0, ctx.amount)),
                (FieldKind::Files, Value::Array(items)) => {
                    Field::Files((0..items.len()).map(|index| self.file(encoding, index, ctx.amount)).collect())
                }
                (_, value) => Field::Value(value),
            };
            out.insert(name, field);
        }
        Ok(out)
    }

    fn document_kind(&mut self, schema: &SchemaRef, flat: &Flat<'d>, name: &str, list: bool, ctx: &Ctx) -> FieldKind {
        let goal = flat.property(name, &mut |pattern, name| self.matches(pattern, name)).unwrap_or_default();
        // A property of an alternative that was not chosen.
        let goal = if goal.is_empty() { vec![schema.child("additionalProperties")] } else { goal };
        let (tree, old) = (&self.document.root, self.document.old_schemas);
        let node =
            |schema: &SchemaRef| self.document.schema(&self.document.followed(schema, ctx.direction), ctx.direction);
        // A field that may be a file or something else, as the caller chooses, is tested as a file.
        let alternatives = |node: &'d Value| {
            let lists = ["oneOf", "anyOf"].into_iter().filter_map(|key| node.get(key)?.as_array());
            std::iter::once(node).chain(lists.flatten())
        };
        let nodes: Vec<&Value> = goal.iter().filter_map(node).flat_map(alternatives).collect();
        let mut items = nodes.iter().filter_map(|node| node.get("items"));
        match list {
            true if items.any(|node| is_binary(tree, node, old)) => FieldKind::Files,
            _ if nodes.iter().any(|node| is_binary(tree, node, old)) => FieldKind::File,
            _ => FieldKind::Value,
        }
    }

    fn file(&mut self, encoding: Option<&Encoding>, index: usize, amount: Amount) -> File {
        let documented = encoding.and_then(|encoding| encoding.content_type.as_deref());
        let first = documented.and_then(|all| all.split(',').next()).map(str::trim);
        let media_type = first.map(|first| match essence(first).as_str() {
            "image/*" => "image/png".to_owned(),
            "text/*" => "text/plain".to_owned(),
            range if range.contains('*') => "application/octet-stream".to_owned(),
            _ => first.to_owned(),
        });
        let full = amount != Amount::Least;
        File {
            bytes: self.bytes(amount),
            file_name: full.then(|| format!("a \"file\" {index}é.bin")),
            media_type: media_type.or_else(|| full.then(|| "application/x-thing".to_owned())).filter(|_| full),
        }
    }

    /// Bytes that are not text, with line ends and dashes like those of part boundaries.
    fn bytes(&mut self, amount: Amount) -> Bytes {
        let count = match amount {
            Amount::Least => 3,
            Amount::Most | Amount::Random => self.rng.usize(20..200),
        };
        let mut bytes = b"\r\n--\xff\x00\xfe".to_vec();
        bytes.extend((0..count).map(|_| self.rng.u8(..)));
        bytes.into()
    }
}

/// An event of such a value; None if its fields cannot be sent: they are lines, and data is required.
fn event(kind: EventData, value: Value) -> Option<Event> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let whole = kind == EventData::Whole;
    let field = |name: &str| value.get(name).filter(|_| whole && !value[name].is_null());
    let line = |name: &str| field(name).map(text);
    let data = match kind {
        EventData::Json => value.to_string(),
        EventData::Text => text(&value),
        EventData::Whole => text(field("data")?),
    };
    let (event, id, retry) = (line("event"), line("id"), field("retry").and_then(Value::as_u64));
    let is_line = |text: &String| !text.is_empty() && !text.contains(['\r', '\n', '\0']);
    // All kinds of line ends are equivalent, and a JSON string is read as JSON.
    let looks_like_json = kind != EventData::Json && data.trim_start().starts_with('"');
    let is_data = !data.contains('\r') && !looks_like_json;
    let fits = event.iter().chain(&id).all(is_line) && is_data && !data.trim().is_empty();
    let fits = fits && field("retry").is_none() == retry.is_none() && field("comment").is_none();
    fits.then(|| Event { event, id, retry, data, value: value.clone() })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FieldKind {
    Value,
    File,
    Files,
}

/// A JSON file in an unusual form, which must be kept.
const JSON_BYTES: &[u8] = b"{\"a\" : [1.50]}\r\n";

fn is_empty(data: &Data) -> bool {
    match data {
        Data::Json(Value::Object(entries)) => entries.is_empty(),
        Data::Form(fields) => fields.is_empty(),
        Data::Multipart(fields) => fields.is_empty(),
        _ => false,
    }
}

/// A value that styles and forms do not write at all.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.is_empty(),
        _ => false,
    }
}

/// Whether a value has lists or objects whose elements are only separated by commas or the like.
fn is_ambiguous(parameter: &Parameter, value: &Value) -> bool {
    let apart = parameter.explode && matches!(parameter.place, Place::Query | Place::Cookie | Place::QueryString);
    let deep = |value: &Value| value.is_array() || value.is_object();
    match value {
        _ if apart => false,
        Value::Array(items) => items.iter().any(deep),
        Value::Object(entries) => entries.values().any(deep),
        _ => false,
    }
}

/// Characters that the strings of a form may not have, as the styles of its fields would misinterpret them.
fn of_form(media: &Media) -> Texture {
    let has =
        |style: Style| media.encoding.values().any(|encoding| encoding.style.is_some_and(|it| it == (style, false)));
    let reserved = media.encoding.values().any(|encoding| encoding.allow_reserved);
    let avoid = match (has(Style::SpaceDelimited), has(Style::PipeDelimited), reserved) {
        _ if media.kind != MediaKind::Form => "",
        (true, true, _) | (true, _, true) | (_, true, true) => " +|%,",
        (true, false, false) => " +",
        (false, true, false) => "|",
        (false, false, true) => "%,",
        (false, false, false) => "",
    };
    Texture { avoid, ..Texture::default() }
}

fn no_fields(schema: &SchemaRef, found: &Value) -> Contradiction {
    let kind = super::type_names(found).first().copied().unwrap_or_default();
    Contradiction { schema: schema.clone(), reason: format!("a form has fields, but this is of type {kind}") }
}

/// Characters that a string may have as a parameter, so that its style is unambiguous.
fn texture(parameter: &Parameter) -> Texture {
    let avoid = match (parameter.style, parameter.allow_reserved, parameter.explode) {
        _ if parameter.content.is_some() => "",
        (Style::Label, ..) => ".",
        (Style::SpaceDelimited, true, _) => "% ,+",
        (Style::PipeDelimited, true, _) => "%|,",
        (Style::SpaceDelimited, ..) => " +",
        (Style::PipeDelimited, ..) => "|",
        (Style::Matrix, true, _) => "%,;/?",
        (_, true, false) => "%,/?",
        (_, true, true) => "%/?",
        _ => "",
    };
    let (ascii, path) = (parameter.place == Place::Header, parameter.place == Place::Path);
    // `/` and `?` have a meaning in a path, but not in a query.
    let avoid = if path { avoid } else { avoid.trim_end_matches("/?") };
    Texture { ascii, path, avoid }
}

/// A concrete media type: the documented one, or one of the documented range.
fn concrete(media: &Media) -> String {
    let essence = essence(&media.media_type);
    match (essence.as_str(), media.kind) {
        ("*/*" | "application/*", MediaKind::Json) => "application/json".to_owned(),
        ("application/*+json", _) => "application/conform+json".to_owned(),
        ("image/*", _) => "image/png".to_owned(),
        ("text/*", _) => "text/plain".to_owned(),
        (range, _) if range.contains('*') => "application/octet-stream".to_owned(),
        _ => media.media_type.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_replaced_by_concrete_media_types() {
        let media = |media_type: &str, kind| {
            concrete(&Media { media_type: media_type.to_owned(), kind, schema: None, encoding: IndexMap::new() })
        };
        assert_eq!(media("*/*", MediaKind::Json), "application/json");
        assert_eq!(media("*/*", MediaKind::Bytes), "application/octet-stream");
        assert_eq!(media("application/*+json", MediaKind::Json), "application/conform+json");
        assert_eq!(media("text/*; charset=utf-8", MediaKind::Text), "text/plain");
        assert_eq!(media("application/json; v=1", MediaKind::Json), "application/json; v=1");
    }
}
