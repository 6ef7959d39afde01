//! Documented responses: the operation's sample, else a value made from its schema.

use serde_json::Value;
use yundb_contract::document::{
    Direction, Media, MediaKind, Operation, Parameter, Protocol, Response, SchemaRef, Status, essence,
};
use yundb_contract::value::{Amount, Generator};
use yundb_contract::wire::{self, Content, Data};

use crate::outline::Outline;
use crate::service::Service;

/// What a caller prefers, by the header `Prefer` (RFC 7240): `code=404, example=sample2, dynamic=true`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preference {
    /// The status.
    pub code: Option<u16>,
    /// The name of the example.
    pub example: Option<String>,
    /// Whether a random value is made, whatever samples there are. Defaults to the choice of the server.
    pub dynamic: Option<bool>,
    /// Whether the caller changes to another protocol, by the header `Upgrade`.
    pub upgrade: bool,
}

impl Preference {
    /// Reads the header. Preferences of other servers are ignored, as the RFC demands.
    pub fn of(text: &str) -> Result<Self, String> {
        let mut preference = Self::default();
        for part in text.split([',', ';']) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let value = value.trim().trim_matches('"');
            let wrong = |remedy: &str| format!("the header Prefer has `{}`; write {remedy}", part.trim());
            match name.trim() {
                "code" => {
                    let code = value.parse().ok().filter(|code| (100..600).contains(code));
                    preference.code = Some(code.ok_or_else(|| wrong("a status, such as `code=404`"))?);
                }
                "example" if value.is_empty() => return Err(wrong("the name of an example, such as `example=sample`")),
                "example" => preference.example = Some(value.to_owned()),
                "dynamic" => match value {
                    "true" | "" => preference.dynamic = Some(true),
                    "false" => preference.dynamic = Some(false),
                    _ => return Err(wrong("`dynamic=true` or `dynamic=false`")),
                },
                _ => {}
            }
        }
        Ok(preference)
    }

    fn is_dynamic(&self) -> bool {
        self.dynamic == Some(true)
    }
}

/// A response before it is sent.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers, by documented name.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub content: Option<Content>,
    /// Its schema.
    pub schema: Option<SchemaRef>,
}

impl Answer {
    /// The body, if it is JSON.
    pub fn json(&mut self) -> Option<&mut Value> {
        match &mut self.content.as_mut()?.data {
            Data::Json(value) => Some(value),
            _ => None,
        }
    }
}

/// The response of an operation, or the status of a refusal and its reason. `accept` is the header of the request;
/// `seed` makes random values.
pub fn answer(
    service: &Service,
    operation: &Operation,
    preference: &Preference,
    accept: Option<&str>,
    seed: u64,
) -> Result<Answer, (u16, String)> {
    let Some((response, status)) = choose(operation, preference.code) else {
        return match preference.code {
            Some(code) => {
                let known: Vec<String> = operation.responses.iter().map(|it| status_text(it.status)).collect();
                Err((501, format!("the status {code} is not documented; {}", listed(&known))))
            }
            None => Ok(Answer { status: 200, ..Answer::default() }),
        };
    };
    if status < 200 {
        // Upgrade Required is what a service responds that has nothing to say in HTTP.
        let refused = if preference.upgrade { 501 } else { 426 };
        return Err((refused, format!("the response {status} takes another protocol than HTTP")));
    }
    let mut maker = Maker { service, preference, generator: Generator::new(&service.document, seed) };
    let mut headers = Vec::new();
    for header in &response.headers {
        // Optional headers without an example say nothing.
        let value = maker.header(header);
        headers.extend(value.map(|value| (header.name.clone(), wire::header_text(header, &value))));
    }
    let media = response.media.iter().find(|media| accepts(accept, &media.media_type)).or(response.media.first());
    maker.check_example(status, media)?;
    let content = media.map(|media| maker.content(media)).transpose().map_err(|message| (501, message))?;
    Ok(Answer { status, headers, content, schema: media.and_then(|media| media.schema.clone()) })
}

fn status_text(status: Status) -> String {
    match status {
        Status::Code(code) => code.to_string(),
        Status::Range(hundreds) => format!("{hundreds}XX"),
        Status::Default => "default".to_owned(),
    }
}

/// The names that exist, for a message about one that does not.
fn listed(names: &[String]) -> String {
    match names {
        [] => "there are none".to_owned(),
        names => format!("there are `{}`", names.join("`, `")),
    }
}

/// The response of a status, or the first success.
fn choose(operation: &Operation, code: Option<u16>) -> Option<(&Response, u16)> {
    let all = &operation.responses;
    let of = |wanted: Status| all.iter().find(|response| response.status == wanted);
    if let Some(code) = code {
        let range = of(Status::Range(code / 100));
        return of(Status::Code(code)).or(range).or_else(|| of(Status::Default)).map(|response| (response, code));
    }
    let success = |response: &&Response| match response.status {
        Status::Code(code) => (200..300).contains(&code),
        Status::Range(hundreds) => hundreds == 2,
        Status::Default => false,
    };
    let response = all.iter().find(success).or_else(|| of(Status::Default)).or(all.first())?;
    let status = match response.status {
        Status::Code(code) => code,
        Status::Range(hundreds) => hundreds * 100,
        Status::Default => 200,
    };
    Some((response, status))
}

/// Whether an `Accept` header includes a media type.
fn accepts(accept: Option<&str>, media_type: &str) -> bool {
    let Some(accept) = accept else { return true };
    accept.split(',').map(essence).any(|range| range == essence(media_type) || wire::in_range(media_type, &range))
}

struct Maker<'a> {
    service: &'a Service,
    preference: &'a Preference,
    generator: Generator<'a>,
}

impl Maker<'_> {
    /// Refuses an example that the response does not have.
    fn check_example(&self, status: u16, media: Option<&Media>) -> Result<(), (u16, String)> {
        let Some(name) = self.preference.example.as_ref().filter(|_| !self.preference.is_dynamic()) else {
            return Ok(());
        };
        let around = media.and_then(|media| media.schema.as_ref()).map(|schema| self.service.around(schema));
        let examples = around.and_then(|around| around.get("examples")).and_then(Value::as_object);
        let names: Vec<String> = examples.into_iter().flat_map(|examples| examples.keys().cloned()).collect();
        if names.contains(name) {
            return Ok(());
        }
        Err((501, format!("the response {status} has no example `{name}`; {}", listed(&names))))
    }

    fn header(&mut self, header: &Parameter) -> Option<Value> {
        let around = header.schema.as_ref().map(|schema| self.service.around(schema));
        let sample = around.and_then(|around| self.sample(around, header.schema.as_ref()));
        let amount = if self.preference.is_dynamic() { Amount::Random } else { Amount::Most };
        match sample {
            Some(sample) => Some(sample),
            None if header.required || self.preference.is_dynamic() => {
                self.generator.parameter(header, Direction::Response, amount).ok()
            }
            None => None,
        }
    }

    fn content(&mut self, media: &Media) -> Result<Content, String> {
        let around = media.schema.as_ref().map(|schema| self.service.around(schema));
        let document = &self.service.document;
        // A vendor's samples are what its services return; in other documents the schema counts.
        let fits = |sample: &Value| match &media.schema {
            Some(schema) if document.protocol == Protocol::Http && media.kind == MediaKind::Json => {
                document.is_valid(schema, Direction::Response, sample)
            }
            _ => true,
        };
        let sample = around.and_then(|around| self.sample(around, media.schema.as_ref())).filter(fits);
        let data = match (media.kind, sample) {
            (MediaKind::Json, Some(sample)) if self.service.is_rpc() => {
                Data::Json(media.schema.as_ref().map_or(sample.clone(), |schema| self.unwrapped(sample, schema)))
            }
            (MediaKind::Json, Some(sample)) => Data::Json(sample),
            (MediaKind::Text, Some(Value::String(sample))) => Data::Text(sample),
            (MediaKind::Lines, Some(Value::Array(items))) => Data::Lines(items),
            (MediaKind::Bytes, Some(Value::String(sample))) => Data::Bytes(sample.into_bytes().into()),
            _ => return self.made(media),
        };
        Ok(Content { media_type: media.media_type.clone(), data })
    }

    /// A value made from the schema. Of a union with overlapping alternatives it is one of a single alternative, if such
    /// a value is found.
    fn made(&mut self, media: &Media) -> Result<Content, String> {
        let document = &self.service.document;
        let is_exact = |content: &Content| match (&content.data, &media.schema) {
            (Data::Json(value), Some(schema)) => document.problems(schema, Direction::Response, value).is_empty(),
            _ => true,
        };
        let first = if self.preference.is_dynamic() { Amount::Random } else { Amount::Most };
        let made = self.generator.content(media, Direction::Response, first);
        let made = match made {
            Ok(made) if is_exact(&made) => return Ok(made),
            Ok(made) => made,
            Err(contradiction) => {
                // Of the values that contradict the rest of their schema the first is at least listed.
                let schema = media.schema.as_ref().and_then(|schema| document.root.pointer(&schema.0));
                let listed = schema.and_then(|schema| self.service.resolved(schema).get("enum")?.get(0)).cloned();
                let listed = listed.filter(|_| media.kind == MediaKind::Json);
                let content = |value| Content { media_type: media.media_type.clone(), data: Data::Json(value) };
                let why = || format!("{}: {}", contradiction.schema, contradiction.reason);
                return listed.map(content).ok_or_else(why);
            }
        };
        let others = [Amount::Least].into_iter().chain(std::iter::repeat_n(Amount::Random, 8));
        let mut others = others.filter_map(|amount| self.generator.content(media, Direction::Response, amount).ok());
        Ok(others.find(is_exact).unwrap_or(made))
    }

    /// Some samples of RPC services were XML: with the name of the root around them, and names in another case.
    fn unwrapped(&self, mut sample: Value, schema: &SchemaRef) -> Value {
        let outline = Outline::of(&self.service.document, schema, Direction::Response);
        let alone = sample.as_object_mut().filter(|it| it.len() == 1).and_then(|it| it.iter_mut().next());
        let envelope = alone.filter(|(name, inner)| inner.is_object() && outline.property(name).is_none());
        let mut value = envelope.map(|(_, inner)| inner.take()).unwrap_or(sample);
        let is_exact = |name: &String| outline.properties.contains_key(name);
        if !value.as_object().is_none_or(|entries| entries.keys().all(is_exact)) {
            self.in_case(&mut value, schema);
        }
        value
    }

    /// Spells the names of a value's members as the schema does.
    fn in_case(&self, value: &mut Value, schema: &SchemaRef) {
        let outline = Outline::of(&self.service.document, schema, Direction::Response);
        match (value, &outline.items) {
            (Value::Array(items), Some(schema)) => items.iter_mut().for_each(|item| self.in_case(item, schema)),
            // A list in a wrapper of its own.
            (Value::Object(entries), Some(schema)) => {
                let lists = entries.values_mut().filter_map(Value::as_array_mut).flatten();
                lists.for_each(|item| self.in_case(item, schema));
            }
            (Value::Object(entries), None) => {
                let named =
                    std::mem::take(entries).into_iter().map(|(name, mut value)| match outline.property(&name) {
                        Some((known, schema)) => {
                            self.in_case(&mut value, schema);
                            (known.clone(), value)
                        }
                        None => (name, value),
                    });
                *entries = named.collect();
            }
            _ => {}
        }
    }

    /// The example of a media type or header: the preferred one, `sample`, the first, or that of the schema.
    fn sample(&self, around: &Value, schema: Option<&SchemaRef>) -> Option<Value> {
        if self.preference.is_dynamic() {
            return None;
        }
        let examples = around.get("examples").and_then(Value::as_object);
        let named = |name: &str| examples?.get(name);
        let preferred = self.preference.example.as_deref().and_then(named);
        let listed = preferred.or_else(|| named("sample")).or_else(|| examples?.values().next());
        let listed = listed.and_then(|example| self.service.resolved(example).get("value"));
        let in_schema = || {
            let schema = self.service.resolved(self.service.document.root.pointer(&schema?.0)?);
            schema.get("example").or_else(|| schema.get("examples")?.get(0))
        };
        listed.or_else(|| around.get("example")).or_else(in_schema).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preferences_are_read() {
        let read = Preference::of("code=404, example=\"sample2\"; dynamic=true, wait=1");
        let example = Some("sample2".to_owned());
        let expected = Preference { code: Some(404), example, dynamic: Some(true), upgrade: false };
        assert_eq!(read, Ok(expected));
        assert_eq!(Preference::of("return=minimal, respond-async"), Ok(Preference::default()));
        for wrong in ["code=abc", "code=", "code=4040", "example=", "dynamic=maybe"] {
            let error = Preference::of(&format!("wait=1, {wrong}")).unwrap_err();
            assert!(error.contains(&format!("`{wrong}`; write")), "{error}");
        }
    }
}
