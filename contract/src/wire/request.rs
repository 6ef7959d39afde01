//! Parses a captured request according to the document.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, COOKIE};
use indexmap::IndexMap;
use serde_json::Value;

use super::style::{self, Pair, Written};
use super::{Content, Data, Fault, Input, Sent, multipart, path};
use crate::document::{
    Document, Media, MediaKind, Operation, Parameter, Place, Protocol, Style, essence, is_json, plain_name,
};

/// Parses a request. `base` is the path of the server's URL, before the operation's own. `given` is the input: it
/// distinguishes lists from strings with commas, which styles do not. A value that differs from the input is detected
/// when both are compared.
pub fn sent(
    document: &Document,
    operation: &Operation,
    base: &str,
    given: &Input,
    request: &http::Request<Bytes>,
) -> Sent {
    let mut reader = Reader {
        operation,
        given,
        request,
        rpc: document.protocol == Protocol::AliyunRpc,
        input: Input::default(),
        faults: Vec::new(),
    };
    let mut query = style::pairs(request.uri().query().unwrap_or_default(), '&');
    reader.path(base, &mut query);
    if reader.rpc {
        // The operation's parameters may be in the body or, with GET, in the query.
        query.extend(style::pairs(&String::from_utf8_lossy(request.body()), '&'));
    } else if request.method().as_str() != operation.method {
        reader.fault(None, format!("the method is {}", request.method()));
    }
    reader.parameters(Place::Query, &mut query);
    let mut cookies = reader.cookies();
    reader.parameters(Place::Cookie, &mut cookies);
    reader.headers();
    if reader.rpc {
        reader.rpc_body(&mut query);
    } else {
        reader.body();
    }
    let left = |pairs: Vec<Pair>| {
        let left = pairs.into_iter().filter(|pair| !pair.claimed);
        left.map(|pair| (pair.name, style::decoded(&pair.raw))).collect()
    };
    let (other_query, other_cookies) = (left(query), left(cookies));
    let other_headers = reader.other_headers();
    Sent { input: reader.input, other_query, other_headers, other_cookies, faults: reader.faults }
}

struct Reader<'a> {
    operation: &'a Operation,
    given: &'a Input,
    request: &'a http::Request<Bytes>,
    rpc: bool,
    input: Input,
    faults: Vec<Fault>,
}

impl<'a> Reader<'a> {
    fn fault(&mut self, parameter: Option<&Parameter>, message: impl Into<String>) {
        let parameter = parameter.map(|parameter| (parameter.place, parameter.name.clone()));
        self.faults.push(Fault { parameter, message: message.into() });
    }

    fn of(&self, place: Place) -> impl Iterator<Item = &'a Parameter> + use<'a> {
        self.operation.parameters.iter().filter(move |parameter| parameter.place == place)
    }

    /// The path, and the query and fragment of the document's path.
    fn path(&mut self, base: &str, query: &mut [Pair]) {
        let (template, fragment) = self.operation.path.split_once('#').unwrap_or((&self.operation.path, ""));
        let (template, fixed) = template.split_once('?').unwrap_or((template, ""));
        for fixed in style::pairs(fixed, '&') {
            let found = query
                .iter_mut()
                .find(|pair| pair.name == fixed.name && style::decoded(&pair.raw) == style::decoded(&fixed.raw));
            match found {
                Some(pair) => pair.claimed = true,
                None => self.fault(None, format!("`{}={}` of the path is not in the query", fixed.name, fixed.raw)),
            }
        }
        if let Some(action) = fragment.strip_prefix("Action=").filter(|_| self.rpc) {
            match query.iter_mut().find(|pair| pair.name == "Action") {
                Some(pair) if pair.raw == action => pair.claimed = true,
                _ => self.fault(None, format!("the query does not have the action {action}")),
            }
        }
        let whole = self.request.uri().path();
        let own = whole.strip_prefix(base.trim_end_matches('/')).unwrap_or(whole);
        let parameters: Vec<&Parameter> = self.of(Place::Path).collect();
        let given = self.given;
        let value = |name: &str, raw: &str| {
            let exact = parameters.iter().find(|parameter| parameter.name == name);
            let parameter = exact.or_else(|| parameters.iter().find(|it| it.name == plain_name(name)))?;
            Some((*parameter, style::of_path(parameter, raw, given.path.get(&parameter.name))))
        };
        let is_right = |taken: &[(String, String)]| {
            taken.iter().all(|(name, raw)| match value(name, raw) {
                Some((parameter, Ok(found))) => given.path.get(&parameter.name) == Some(&found),
                _ => true,
            })
        };
        let Some(values) = path::values(template, own, &is_right) else {
            self.fault(None, format!("the path {} does not match {template}", path::readable(whole)));
            return;
        };
        for (name, raw) in values {
            match value(&name, &raw) {
                Some((parameter, Ok(found))) => drop(self.input.path.insert(parameter.name.clone(), found)),
                Some((parameter, Err(message))) => self.fault(Some(parameter), message),
                None => {}
            }
        }
    }

    fn parameters(&mut self, place: Place, pairs: &mut [Pair]) {
        // The keys of an exploded object may equal another parameter's name, which takes precedence.
        let given = self.given.of(place);
        let spread = |parameter: &&Parameter| {
            let written = matches!(parameter.style, Style::Form | Style::SpaceDelimited | Style::PipeDelimited);
            written
                && parameter.explode
                && parameter.content.is_none()
                && given.get(&parameter.name).is_some_and(Value::is_object)
        };
        let (last, first): (Vec<_>, Vec<_>) = self.of(place).partition(spread);
        for parameter in first.into_iter().chain(last) {
            let like = given.get(&parameter.name);
            let read = match like {
                Some(like) if self.rpc && parameter.content.is_none() => {
                    Ok(style::flattened(&parameter.name, like, pairs))
                }
                like => style::of_pairs(&Written::from(parameter), like, pairs),
            };
            match read {
                Ok(Some(value)) => drop(self.input.of_mut(place).insert(parameter.name.clone(), value)),
                Ok(None) => {}
                Err(message) => self.fault(Some(parameter), message),
            }
        }
        if place == Place::Query
            && let Some(parameter) = self.of(Place::QueryString).next()
        {
            self.whole_query(parameter, pairs);
        }
    }

    /// A parameter that is the whole query.
    fn whole_query(&mut self, parameter: &Parameter, pairs: &mut [Pair]) {
        let query = self.request.uri().query().unwrap_or_default();
        let like = self.given.query.get(&parameter.name);
        let read = if parameter.is_form() {
            pairs.iter_mut().for_each(|pair| pair.claimed = true);
            let media_type = parameter.content.clone().unwrap_or_default();
            let media = Media { media_type, kind: MediaKind::Form, schema: None, encoding: IndexMap::new() };
            let fields = like.and_then(Value::as_object).into_iter().flatten();
            let fields = fields.map(|(name, value)| (name.clone(), value.clone())).collect();
            let found = self::form(&media, query, Some(&fields));
            found.map(|found| Some(Value::Object(found.into_iter().collect())).filter(|_| !query.is_empty()))
        } else if query.is_empty() {
            Ok(None)
        } else {
            pairs.iter_mut().for_each(|pair| pair.claimed = true);
            let content = parameter.content.as_deref().unwrap_or_default();
            style::of_content(content, &style::decoded(query), like.unwrap_or(&Value::Null)).map(Some)
        };
        match read {
            Ok(value) => self.input.query.extend(value.map(|value| (parameter.name.clone(), value))),
            Err(message) => self.fault(Some(parameter), message),
        }
    }

    fn cookies(&self) -> Vec<Pair> {
        // Some documents have the whole header as a parameter.
        if self.of(Place::Header).any(|parameter| parameter.name.eq_ignore_ascii_case(COOKIE.as_str())) {
            return Vec::new();
        }
        let all = self.request.headers().get_all(COOKIE).iter().map(text);
        all.flat_map(|text| style::pairs(&text, ';')).collect()
    }

    fn headers(&mut self) {
        for parameter in self.of(Place::Header) {
            let found: Vec<String> = self.request.headers().get_all(parameter.name.as_str()).iter().map(text).collect();
            if found.is_empty() {
                continue;
            }
            let like = self.given.header.get(&parameter.name);
            match style::of_header(parameter, &found.join(","), like) {
                Ok(value) => drop(self.input.header.insert(parameter.name.clone(), value)),
                Err(message) => self.fault(Some(parameter), message),
            }
        }
    }

    fn other_headers(&self) -> Vec<(String, String)> {
        let documented = |name: &str| self.of(Place::Header).any(|parameter| parameter.name.eq_ignore_ascii_case(name));
        let headers = self.request.headers().iter().filter(|(name, _)| **name != COOKIE && !documented(name.as_str()));
        headers.map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
    }

    /// The fields of an RPC operation's form count as its parameters.
    fn rpc_body(&mut self, pairs: &mut [Pair]) {
        let Some(given) = &self.given.body else { return };
        let Data::Form(fields) = &given.data else { return };
        let mut found = IndexMap::new();
        for (name, like) in fields {
            found.extend(style::flattened(name, like, pairs).map(|value| (name.clone(), value)));
        }
        self.input.body = Some(Content { media_type: given.media_type.clone(), data: Data::Form(found) });
    }

    fn body(&mut self) {
        let bytes = self.request.body().clone();
        let content_type = self.request.headers().get(CONTENT_TYPE).map(text);
        // A `Content-Type` alone is not a body; Huawei Cloud's calls always have one.
        if bytes.is_empty() && self.given.body.is_none() {
            return;
        }
        let Some(content_type) = content_type else {
            if !bytes.is_empty() {
                self.fault(None, "a body is sent without a `Content-Type`");
            }
            return;
        };
        let Some(media) = self.media(&content_type) else {
            // A `Content-Type` alone is not a body.
            if !bytes.is_empty() {
                self.fault(None, format!("the document has no request body of type {content_type}"));
            }
            return;
        };
        match self.data(media, &content_type, &bytes) {
            Ok(data) => {
                let media_type = without_boundary(&content_type);
                self.input.body = Some(Content { media_type, data });
            }
            Err(message) => self.fault(None, message),
        }
    }

    /// The documented media type that a `Content-Type` matches: itself, or a range.
    fn media(&self, content_type: &str) -> Option<&'a Media> {
        let all = &self.operation.body.as_ref()?.media;
        let found = essence(content_type);
        let same = |media: &&Media| media.media_type.eq_ignore_ascii_case(content_type);
        let alike = |media: &&Media| essence(&media.media_type) == found;
        let range = |media: &&Media| in_range(&found, &media.media_type);
        all.iter().find(same).or_else(|| all.iter().find(alike)).or_else(|| all.iter().find(range))
    }

    fn data(&self, media: &Media, content_type: &str, bytes: &Bytes) -> Result<Data, String> {
        let given = self.given.body.as_ref().map(|content| &content.data);
        match media.kind {
            MediaKind::Json => {
                let json = serde_json::from_slice(bytes).map_err(|error| format!("the body is not JSON: {error}"))?;
                Ok(Data::Json(json))
            }
            MediaKind::Form => {
                let text = String::from_utf8_lossy(bytes);
                let given = if let Some(Data::Form(fields)) = given { Some(fields) } else { None };
                form(media, &text, given).map(Data::Form)
            }
            MediaKind::Multipart => {
                let given = if let Some(Data::Multipart(fields)) = given { Some(fields) } else { None };
                multipart::fields(media, content_type, bytes, given).map(Data::Multipart)
            }
            MediaKind::Text => match std::str::from_utf8(bytes) {
                Ok(text) => Ok(Data::Text(text.to_owned())),
                Err(_) => Ok(Data::Bytes(bytes.clone())),
            },
            // Sequences are bytes in requests.
            MediaKind::Bytes | MediaKind::Lines | MediaKind::Events(_) => Ok(Data::Bytes(bytes.clone())),
        }
    }
}

/// The fields of a url-encoded form.
fn form(media: &Media, text: &str, given: Option<&IndexMap<String, Value>>) -> Result<IndexMap<String, Value>, String> {
    let mut pairs = style::pairs(text, '&');
    let mut fields = IndexMap::new();
    for (name, like) in given.into_iter().flatten() {
        let encoding = media.encoding.get(name);
        let stated = encoding.and_then(|encoding| encoding.style);
        let (style, explode) = stated.unwrap_or((Style::Form, true));
        // Without a style, an object is JSON; some servers' documents mean separate fields for its keys.
        let json =
            encoding.and_then(|encoding| encoding.content_type.as_deref()).is_some_and(|it| is_json(&essence(it)));
        let alone = pairs.iter().any(|pair| pair.name == *name);
        let content = (stated.is_none() && (json || (like.is_object() && alone))).then_some("application/json");
        let written = Written { name, style, explode, content };
        let value = style::of_pairs(&written, Some(like), &mut pairs)
            .map_err(|message| format!("the field `{name}` {message}"))?;
        fields.extend(value.map(|value| (name.clone(), value)));
    }
    for pair in pairs.into_iter().filter(|pair| !pair.claimed) {
        fields.insert(pair.name, Value::String(style::decoded(&pair.raw)));
    }
    Ok(fields)
}

/// Whether a media type is in a range, such as `image/*` or `application/*+json`.
pub fn in_range(media_type: &str, range: &str) -> bool {
    let (found, range) = (essence(media_type), essence(range));
    range.split_once('*').is_some_and(|(start, end)| match (start, end) {
        ("", "/*") => true,
        (start, end) => found.len() > start.len() + end.len() && found.starts_with(start) && found.ends_with(end),
    })
}

/// A media type without the boundary and type parameters of multipart bodies.
fn without_boundary(content_type: &str) -> String {
    if !essence(content_type).starts_with("multipart/") {
        return content_type.to_owned();
    }
    let of_parts = |part: &&str| {
        let part = part.to_ascii_lowercase();
        part.starts_with("boundary=") || part.starts_with("type=")
    };
    let parts = content_type.split(';').map(str::trim).filter(|part| !of_parts(part));
    parts.collect::<Vec<_>>().join("; ")
}

fn text(value: &http::HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}
