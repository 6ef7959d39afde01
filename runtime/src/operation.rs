//! What an operation is, as data: method, path, parameters, security. Generated code states it; `call` acts on it.

use serde::de::DeserializeOwned;

use crate::answer::{Answer, ByteStream};
use crate::error::DecodeError;
use crate::job::Job;
use crate::rate::RateLimit;
use crate::shape::{Shape, any};

/// One operation of a service. Generated code implements it for the struct that collects the operation's input.
pub trait Operation {
    /// What a success answers.
    type Output: FromAnswer;
    /// The documented response headers, of successes and errors; `()` where there are none.
    type Headers: DeserializeOwned;
    /// The documented body of an error.
    type Error: FromAnswer;
    /// How the operation is addressed and sent.
    const SPEC: &'static Spec;

    /// Reads a success, by its status.
    fn decode(answer: Answer) -> Result<Self::Output, DecodeError> {
        Self::Output::from_answer(answer)
    }

    /// Reads an error body, by its status.
    fn decode_error(answer: Answer) -> Result<Self::Error, DecodeError> {
        Self::Error::from_answer(answer)
    }
}

/// What an answer can be read as: any type that JSON can, a stream of bytes, or one of several by status.
pub trait FromAnswer: Sized {
    /// As what it is read.
    const READ_AS: ReadAs = ReadAs::Json;
    /// Statuses (`200`) or ranges (`2` for all 2xx, `0` for every success) whose body is not read but handed on as it arrives.
    const STREAMS: &'static [u16] = &[];

    /// Reads the answer.
    fn from_answer(answer: Answer) -> Result<Self, DecodeError>;
}

impl<T: DeserializeOwned> FromAnswer for T {
    fn from_answer(answer: Answer) -> Result<Self, DecodeError> {
        answer.json()
    }
}

impl FromAnswer for ByteStream {
    const READ_AS: ReadAs = ReadAs::Bytes;
    const STREAMS: &'static [u16] = &[0];

    fn from_answer(answer: Answer) -> Result<Self, DecodeError> {
        Ok(answer.stream())
    }
}

/// As what the body of a response is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadAs {
    /// One JSON value.
    Json,
    /// Text.
    Text,
    /// Bytes, as they arrive.
    Bytes,
    /// Server-sent events.
    Events,
    /// JSON values, one after the other.
    Lines,
}

/// How an operation is addressed and sent.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    /// The documented name, as in errors and logs; the `Action` of an RPC operation.
    pub name: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// The path template, with `{name}` for each path parameter.
    pub path: &'static str,
    /// All parameters, in the order in which they are sent.
    pub params: &'static [Param],
    /// The request body, if there may be one.
    pub body: Option<Body>,
    /// The `Accept` header; empty for none.
    pub accept: &'static str,
    /// The alternatives of security schemes that must be met; `None` takes the service's.
    pub security: Option<&'static [Requirement]>,
    /// The operation's own servers, instead of the service's.
    pub servers: &'static [Server],
    /// Whether a repeated call changes nothing more, where the method says otherwise.
    pub idempotent: Option<bool>,
    /// Further JSON media types of successes that are of other types than those of `accept`.
    pub others: &'static [&'static str],
    /// The job that the operation begins, and the dotted path of its id in the answer.
    pub job: Option<(&'static str, &'static Job)>,
}

/// Scheme names that must all be met.
pub type Requirement = &'static [&'static str];

impl Spec {
    /// An operation without parameters, body or peculiarities.
    pub const fn new(name: &'static str, method: &'static str, path: &'static str) -> Self {
        Self {
            name,
            method,
            path,
            params: &[],
            body: None,
            accept: "",
            security: None,
            servers: &[],
            idempotent: None,
            others: &[],
            job: None,
        }
    }

    /// With these parameters.
    pub const fn params(mut self, params: &'static [Param]) -> Self {
        self.params = params;
        self
    }

    /// With a body of this media type, which must be there if `required`.
    pub const fn body(mut self, media_type: &'static str, required: bool) -> Self {
        self.body = Some(Body { media_type, required, shape: any() });
        self
    }

    /// With a body whose fields, together, have to look like this.
    pub const fn body_shape(mut self, shape: Shape) -> Self {
        if let Some(body) = &mut self.body {
            body.shape = shape;
        }
        self
    }

    /// Asking for these media types.
    pub const fn accept(mut self, accept: &'static str) -> Self {
        self.accept = accept;
        self
    }

    /// With its own security requirements; an empty list asks for none.
    pub const fn security(mut self, alternatives: &'static [Requirement]) -> Self {
        self.security = Some(alternatives);
        self
    }

    /// With its own servers.
    pub const fn servers(mut self, servers: &'static [Server]) -> Self {
        self.servers = servers;
        self
    }

    /// Whether it may be repeated, whatever its method says.
    pub const fn idempotent(mut self, idempotent: bool) -> Self {
        self.idempotent = Some(idempotent);
        self
    }

    /// Beginning such a job, whose id is at this dotted path of the answer.
    pub const fn job(mut self, id: &'static str, job: &'static Job) -> Self {
        self.job = Some((id, job));
        self
    }

    /// With successes of other types as these JSON media types.
    pub const fn others(mut self, media_types: &'static [&'static str]) -> Self {
        self.others = media_types;
        self
    }
}

/// The body of a request.
#[derive(Clone, Copy, Debug)]
pub struct Body {
    /// Its media type.
    pub media_type: &'static str,
    /// Whether it is sent even if nothing in it was set.
    pub required: bool,
    /// What its fields have to meet together.
    pub shape: Shape,
}

/// One parameter of an operation: where it goes and how it is written.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// The name on the wire.
    pub name: &'static str,
    /// Where it goes.
    pub place: Place,
    /// Whether it must be given.
    pub required: bool,
    /// How lists and objects are written.
    pub style: Style,
    /// Whether each element of a list or object gets its own `name=value`.
    pub explode: bool,
    /// Whether reserved characters are sent unencoded.
    pub allow_reserved: bool,
    /// Whether the value is sent as JSON text.
    pub json: bool,
    /// Whether it stands for all fields of a form that have no parameter of their own: an object of them, or their files.
    pub spread: bool,
    /// The media types of a multipart field, as the document lists them; empty for the default.
    pub media_type: &'static str,
    /// The client setting that fills it when the call does not.
    pub client: Option<&'static str>,
    /// What the value must look like.
    pub shape: Shape,
}

/// Where a parameter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A `{name}` of the path.
    Path,
    /// The query; for RPC operations the form body, unless the client sends GET.
    Query,
    /// The whole query: the fields of an object, or JSON.
    QueryString,
    /// A header.
    Header,
    /// A cookie.
    Cookie,
    /// A field of the JSON body.
    Field,
    /// A field of the url-encoded form body.
    Form,
    /// A field of the multipart body.
    Part,
    /// The whole body.
    Body,
    /// A header of the part of the multipart body that has this field.
    PartHeader(&'static str),
}

/// How lists and objects are written (OpenAPI's `style`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `a,b` in path or header.
    Simple,
    /// `.a.b` in the path.
    Label,
    /// `;name=a` in the path.
    Matrix,
    /// `name=a&name=b` or `name=a,b`.
    Form,
    /// `a b`.
    SpaceDelimited,
    /// `a|b`.
    PipeDelimited,
    /// `name[key]=value`.
    DeepObject,
    /// `name=a; name=b` in a cookie, as it is, without percent-encoding.
    Cookie,
    /// In forms: each element of a list by itself, and an object as JSON.
    Content,
    /// `name.1.key=value`: Alibaba Cloud's numbered lists and dotted objects.
    Flattened,
}

const fn param(name: &'static str, place: Place, style: Style, explode: bool, shape: Shape) -> Param {
    Param {
        name,
        place,
        required: false,
        style,
        explode,
        allow_reserved: false,
        json: false,
        spread: false,
        media_type: "",
        client: None,
        shape,
    }
}

/// A path parameter.
pub const fn path(name: &'static str, shape: Shape) -> Param {
    param(name, Place::Path, Style::Simple, false, shape).required()
}

/// A query parameter.
pub const fn query(name: &'static str, shape: Shape) -> Param {
    param(name, Place::Query, Style::Form, true, shape)
}

/// The whole query.
pub const fn query_string(name: &'static str, shape: Shape) -> Param {
    param(name, Place::QueryString, Style::Content, true, shape)
}

/// A header.
pub const fn header(name: &'static str, shape: Shape) -> Param {
    param(name, Place::Header, Style::Simple, false, shape)
}

/// A cookie.
pub const fn cookie(name: &'static str, shape: Shape) -> Param {
    param(name, Place::Cookie, Style::Form, true, shape)
}

/// A field of the JSON body.
pub const fn field(name: &'static str, shape: Shape) -> Param {
    param(name, Place::Field, Style::Form, true, shape)
}

/// A field of the url-encoded form body.
pub const fn form(name: &'static str, shape: Shape) -> Param {
    param(name, Place::Form, Style::Content, true, shape)
}

/// A field of the multipart body.
pub const fn part(name: &'static str, shape: Shape) -> Param {
    param(name, Place::Part, Style::Content, true, shape)
}

/// A header of the part of the multipart body that has the field `of`.
pub const fn part_header(of: &'static str, name: &'static str, shape: Shape) -> Param {
    param(name, Place::PartHeader(of), Style::Simple, false, shape)
}

/// The whole body.
pub const fn body(shape: Shape) -> Param {
    param("body", Place::Body, Style::Form, true, shape)
}

impl Param {
    /// It must be given.
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Written in another style than its place's default.
    pub const fn style(mut self, style: Style, explode: bool) -> Self {
        self.style = style;
        self.explode = explode;
        self
    }

    /// Reserved characters are sent unencoded.
    pub const fn allow_reserved(mut self) -> Self {
        self.allow_reserved = true;
        self
    }

    /// Sent as JSON text.
    pub const fn json(mut self) -> Self {
        self.json = true;
        self
    }

    /// Standing for all fields of a form that have no parameter of their own.
    pub const fn spread(mut self) -> Self {
        self.spread = true;
        self
    }

    /// A multipart field of this media type, or of one of a list.
    pub const fn media_type(mut self, media_type: &'static str) -> Self {
        self.media_type = media_type;
        self
    }

    /// Filled by a setting of the client.
    pub const fn client(mut self, setting: &'static str) -> Self {
        self.client = Some(setting);
        self
    }
}

/// A service: what all its operations share.
#[derive(Clone, Copy, Debug)]
pub struct Service {
    /// The name and version of the generated crate, for logs and metrics.
    pub package: &'static str,
    /// The API's version.
    pub version: &'static str,
    /// The vendor's name of the product, for gateways that serve several. Empty where the document has none.
    pub product: &'static str,
    /// How calls are addressed, signed and classified.
    pub protocol: Protocol,
    /// Where the service is reached.
    pub servers: &'static [Server],
    /// The security schemes, by name.
    pub schemes: &'static [Scheme],
    /// The alternatives of schemes that operations ask for by default.
    pub security: &'static [Requirement],
    /// The kinds of jobs that operations begin.
    pub jobs: &'static [&'static Job],
    /// How many requests a user may send.
    pub limits: &'static [RateLimit],
    /// Error codes that say that something else is under way, so that the service did not act.
    pub busy: &'static [&'static str],
}

/// How calls are addressed, signed and classified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Plain HTTP as the OpenAPI document says, with its security schemes.
    Http,
    /// Alibaba Cloud RPC: an `Action`, signed common parameters, 200 answers that may carry a failure.
    AliyunRpc,
    /// Huawei Cloud REST: `SDK-HMAC-SHA256` or a token.
    HuaweiRest,
}

/// One address of a service.
#[derive(Clone, Copy, Debug)]
pub struct Server {
    /// The base URL, with `{name}` for each variable.
    pub url: &'static str,
    /// The region that it serves, where the document names one.
    pub region: Option<&'static str>,
    /// The variables of the URL.
    pub variables: &'static [Variable],
}

/// A variable of a server's URL.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// Its default.
    pub default: &'static str,
    /// Its allowed values; empty for any.
    pub values: &'static [&'static str],
}

/// A security scheme of a service.
#[derive(Clone, Copy, Debug)]
pub struct Scheme {
    /// Its name in the document.
    pub name: &'static str,
    /// What it is.
    pub kind: SchemeKind,
}

/// What a security scheme is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemeKind {
    /// A key in a query parameter, header or cookie of this name.
    ApiKey(Place, &'static str),
    /// HTTP basic.
    Basic,
    /// HTTP bearer, also what OAuth 2 and OpenID Connect end in.
    Bearer,
    /// A scheme that is met by the caller, as the document doesn't declare it or its kind isn't supported: calls are sent whether there
    /// is a key or not. A key goes where the scheme's name suggests, if it suggests something.
    Caller(Option<&'static SchemeKind>),
}
