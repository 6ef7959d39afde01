//! A document's operations, read from its JSON: parameters, bodies and responses with every `$ref` resolved.

mod read;
mod reference;
mod schema;
mod sequence;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::OnceLock;

use elsa::sync::FrozenMap;
use indexmap::IndexMap;
use jsonschema::Validator;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub(crate) use self::read::plain_name;
pub use self::read::{essence, is_json};
use self::reference::Loops;
pub(crate) use self::reference::fragment;
pub use self::reference::pointer;
use self::schema::Translator;
pub use self::schema::mark;
pub(crate) use self::schema::{BASE, is_binary};

/// A bundled OpenAPI document, with the state for validating values against its schemas.
pub struct Document {
    /// The document itself.
    pub root: Value,
    /// The protocol of its calls.
    pub protocol: Protocol,
    /// Whether its schemas are OpenAPI 3.0 schemas, which differ from JSON Schema.
    pub old_schemas: bool,
    /// Its operations in the document's order.
    pub operations: Vec<Operation>,
    /// Parts of operations that could not be read.
    notes: Vec<String>,
    /// Schemas as JSON Schema 2020-12 for each direction, by their places, each made at its first use: making all takes
    /// longer than everything else.
    schemas: [FrozenMap<String, Box<Value>>; 2],
    /// The same, compiled.
    pub(crate) validators: [FrozenMap<String, Box<Compiled>>; 2],
    children: OnceLock<HashMap<String, Vec<SchemaRef>>>,
    loops: OnceLock<Loops>,
}

/// A compiled schema, or the reason why it does not compile.
pub(crate) type Compiled = Result<Validator, String>;

/// The direction of a value: `readOnly` properties are not part of requests, `writeOnly` ones not of responses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the caller to the service.
    Request,
    /// From the service to the caller.
    Response,
}

/// The place of a schema in the document, as a JSON pointer (`/components/schemas/Pet`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SchemaRef(pub String);

/// The protocol of calls (`x-protocol`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Plain OpenAPI.
    Http,
    /// Alibaba Cloud RPC: an action, with common parameters in the query and the operation's own in a form body.
    AliyunRpc,
    /// Huawei Cloud REST: plain OpenAPI, signed.
    HuaweiRest,
}

/// One operation.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Its place in the document, as a JSON pointer.
    pub at: String,
    /// Its `operationId`.
    pub id: Option<String>,
    /// The HTTP method in capitals.
    pub method: String,
    /// The path template as in the document, including a query or fragment.
    pub path: String,
    /// Its parameters and those of its path, without those that OpenAPI requires to be ignored.
    pub parameters: Vec<Parameter>,
    /// The request body.
    pub body: Option<Body>,
    /// Its documented responses.
    pub responses: Vec<Response>,
}

/// A parameter, or a response header.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its wire name.
    pub name: String,
    /// Its location.
    pub place: Place,
    /// Whether it is required.
    pub required: bool,
    /// The style of lists and objects, unless `content` determines it.
    pub style: Style,
    /// Whether each element of a list or object is separate.
    pub explode: bool,
    /// Whether reserved characters stay unencoded.
    pub allow_reserved: bool,
    /// The media type of its value, if it has a `content`.
    pub content: Option<String>,
    /// Its schema.
    pub schema: Option<SchemaRef>,
    /// The client setting that fills it (`x-client`).
    pub client: Option<String>,
}

impl Parameter {
    /// Whether it is encoded like a form.
    pub fn is_form(&self) -> bool {
        self.content.as_deref().is_some_and(|content| essence(content) == "application/x-www-form-urlencoded")
    }
}

/// The location of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// A part of the path.
    Path,
    /// The query.
    Query,
    /// A header.
    Header,
    /// A cookie.
    Cookie,
    /// The whole query (OpenAPI 3.2).
    QueryString,
}

/// The style of lists and objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `a,b`
    Simple,
    /// `.a.b`
    Label,
    /// `;name=a`
    Matrix,
    /// `name=a`
    Form,
    /// `a b`
    SpaceDelimited,
    /// `a|b`
    PipeDelimited,
    /// `name[key]=a`
    DeepObject,
    /// `name=a`, not encoded
    Cookie,
}

/// A request body.
#[derive(Clone, Debug)]
pub struct Body {
    /// Whether it is required.
    pub required: bool,
    /// Its media types.
    pub media: Vec<Media>,
}

/// A media type with its schema.
#[derive(Clone, Debug)]
pub struct Media {
    /// The media type as documented, possibly a range.
    pub media_type: String,
    /// The format of its bytes.
    pub kind: MediaKind,
    /// Its schema.
    pub schema: Option<SchemaRef>,
    /// The encodings of single form fields.
    pub encoding: IndexMap<String, Encoding>,
}

/// The format of a media type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaKind {
    /// JSON.
    Json,
    /// A url-encoded form.
    Form,
    /// A multipart form.
    Multipart,
    /// Text.
    Text,
    /// Bytes.
    Bytes,
    /// A sequence of JSON values, each of the schema.
    Lines,
    /// Server-sent events, described by the schema in this way.
    Events(EventData),
}

/// The part of server-sent events that the schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventData {
    /// Data that is plain text.
    Text,
    /// Data that is JSON.
    Json,
    /// Events with all their fields.
    Whole,
}

/// The encoding of one form field.
#[derive(Clone, Debug, Default)]
pub struct Encoding {
    /// Its media types.
    pub content_type: Option<String>,
    /// Its style in a url-encoded form, if it has one.
    pub style: Option<(Style, bool)>,
    /// Whether reserved characters stay unencoded.
    pub allow_reserved: bool,
}

/// One documented response.
#[derive(Clone, Debug)]
pub struct Response {
    /// Its status.
    pub status: Status,
    /// Its documented headers, as parameters of style `simple`.
    pub headers: Vec<Parameter>,
    /// The media types of its body; none if it has no body.
    pub media: Vec<Media>,
}

/// One status or a range of a hundred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// `200`
    Code(u16),
    /// `2XX`
    Range(u16),
    /// `default`
    Default,
}

impl Document {
    /// Reads a bundled document, in which every `$ref` is `#/components/...`.
    ///
    /// # Errors
    /// If it is not an object.
    pub fn new(bundled: Value) -> Result<Self, String> {
        read::document(bundled)
    }

    /// Parts that could not be read: dangling `$ref`s, keywords with invalid values.
    pub fn notes(&self) -> Vec<String> {
        let translator = self.translator();
        for place in schema::places(&self.root) {
            for direction in [Direction::Request, Direction::Response] {
                translator.at(&place, direction);
            }
        }
        let mut notes = self.notes.clone();
        notes.extend(translator.into_notes());
        notes.sort();
        notes.dedup();
        notes
    }

    fn translator(&self) -> Translator<'_> {
        let loops = self.loops.get_or_init(|| reference::loops(&self.root));
        Translator::new(&self.root, self.old_schemas, loops)
    }

    /// The schemas that name a component as their base (`allOf`), by the base's pointer.
    pub(crate) fn children(&self, base: &SchemaRef) -> &[SchemaRef] {
        let children = self.children.get_or_init(|| reference::children(&self.root));
        children.get(&base.0).map(Vec::as_slice).unwrap_or_default()
    }

    /// A schema as JSON Schema 2020-12, for one direction.
    pub fn schema(&self, schema: &SchemaRef, direction: Direction) -> Option<&Value> {
        let (outermost, rest) = schema.0.split_at(schema::outermost(&schema.0));
        self.outermost(outermost, direction)?.pointer(rest)
    }

    /// A schema that is in no other one.
    fn outermost(&self, at: &str, direction: Direction) -> Option<&Value> {
        let known = &self.schemas[direction as usize];
        known.get(at).or_else(|| {
            let made = self.translator().at(at, direction)?;
            Some(known.insert(at.to_owned(), Box::new(made)))
        })
    }

    /// The part of the document that a schema refers to, with each schema at its place.
    pub(crate) fn reachable(&self, schema: &SchemaRef, direction: Direction) -> Value {
        let mut tree = Value::Object(Map::new());
        let (mut seen, mut queue) = (HashSet::new(), vec![schema.0.clone()]);
        while let Some(pointer) = queue.pop() {
            let at = &pointer[..schema::outermost(&pointer)];
            if !seen.insert(at.to_owned()) {
                continue;
            }
            let Some(node) = self.outermost(at, direction) else { continue };
            reference::targets(node, &mut queue);
            let mut place = &mut tree;
            for token in at.split('/').skip(1) {
                let Value::Object(entries) = place else { break };
                place = entries.entry(yundb_generator::pointer::unescape(token)).or_insert_with(|| Map::new().into());
            }
            place.clone_from(node);
        }
        tree
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document").field("operations", &self.operations.len()).finish_non_exhaustive()
    }
}

impl SchemaRef {
    /// The place of a child.
    pub fn child(&self, token: &str) -> Self {
        Self(format!("{}/{}", self.0, yundb_generator::pointer::escape(token)))
    }

    /// The name of the component, if this is a component itself.
    pub fn component(&self) -> Option<String> {
        let name = self.0.strip_prefix("/components/schemas/").filter(|name| !name.contains('/'))?;
        Some(yundb_generator::pointer::unescape(name))
    }
}

impl fmt::Display for SchemaRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Place {
    /// The document's name for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Cookie => "cookie",
            Self::QueryString => "querystring",
        }
    }
}

impl Status {
    /// A status in this range, but not in a more specific one in `others`.
    pub fn example(self, others: &[Response]) -> Option<u16> {
        let documented = |code: u16| others.iter().any(|other| other.status == Self::Code(code));
        let in_range = |code: u16| others.iter().any(|other| other.status == Self::Range(code / 100));
        match self {
            Self::Code(code) => Some(code),
            Self::Range(hundreds) => {
                (hundreds * 100..hundreds * 100 + 100).rev().find(|code| !documented(*code) && usable(*code))
            }
            // An error, which is what `default` means in nearly all documents.
            Self::Default => [418, 509, 299].into_iter().find(|code| !documented(*code) && !in_range(*code)),
        }
    }
}

/// Whether a response of this status may have a body and is final.
fn usable(code: u16) -> bool {
    !(100..200).contains(&code) && !matches!(code, 204 | 205 | 304)
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "{code}"),
            Self::Range(hundreds) => write!(f, "{hundreds}XX"),
            Self::Default => f.write_str("default"),
        }
    }
}
