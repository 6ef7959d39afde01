//! yundb's own model of a service: the decisions of `lower`, printed by `emit`. All names are already Rust names.

use std::collections::BTreeMap;

use foldhash::HashSet;
use serde_json::{Number, Value};

use super::format::Format;

/// A whole client crate.
#[derive(Debug, Clone)]
pub struct Service {
    /// The package name (`yundb-huawei-drs`).
    pub package: String,
    /// The spec's folder or file name, which generated files name as their source.
    pub source: String,
    /// Title, version and description of the API.
    pub title: String,
    /// The API's version.
    pub version: String,
    /// The vendor's name of the product, or empty.
    pub product: String,
    /// The description of the service, as Markdown lines.
    pub docs: Docs,
    /// The document that the spec was transcribed from, if known: its title or file name, and its edition.
    pub document: Option<String>,
    /// Guides to the service.
    pub guides: Vec<Guide>,
    /// How calls are addressed and signed.
    pub protocol: Protocol,
    /// The addresses of the service.
    pub servers: Vec<Server>,
    /// Settings of the client that fill parameters.
    pub settings: Vec<Setting>,
    /// Security schemes by name.
    pub schemes: Vec<Scheme>,
    /// Default alternatives of schemes.
    pub security: Vec<Vec<String>>,
    /// The operations, by tag.
    pub groups: Vec<Group>,
    /// All types.
    pub types: Vec<TypeDef>,
    /// The names of all types.
    pub type_names: HashSet<String>,
    /// Further names of types, one for each place where they are repeated.
    pub aliases: BTreeMap<Aliased, Vec<String>>,
    /// Number of types in the longest chain in which each contains the next.
    pub longest_chain: usize,
    /// The kinds of jobs that operations start.
    pub jobs: Vec<Job>,
    /// Error codes for another operation in progress.
    pub busy: Vec<String>,
    /// The categories of other codes, by the runtime's names, each with its codes.
    pub errors: Vec<(&'static str, Vec<String>)>,
    /// The rate limits per user.
    pub limits: Vec<RateLimit>,
    /// Bodies that differ by status: responses and errors shared by several operations.
    pub outcomes: Vec<Outcome>,
    /// Forms that can replace another body.
    pub forms: Vec<FormDef>,
    /// The payloads sent by the service.
    pub received: Vec<Received>,
    /// The types of a document without operations.
    pub standalone: Vec<Type>,
    /// Further traits to derive.
    pub derives: Derives,
}

impl Service {
    /// The JSON kind of a type (the runtime's `Kind`).
    pub fn kind(&self, ty: &Type) -> &'static str {
        match ty {
            Type::String | Type::Secret | Type::Formatted(_) | Type::JsonText(_) => "Text",
            Type::I32 | Type::I64 | Type::U64 | Type::I128 | Type::F64 => "Number",
            Type::Bool => "Flag",
            Type::List(_) => "List",
            Type::Map(_) => "Object",
            Type::Nullable(inner) => self.kind(inner),
            Type::Value => "Any",
            Type::Named(id) => match &self.types[*id].kind {
                TypeKind::Newtype(newtype) => self.kind(&newtype.ty),
                TypeKind::Struct(_) => "Object",
                TypeKind::StringEnum(_) => "Text",
                TypeKind::IntegerEnum(_) => "Number",
                TypeKind::Union(_) | TypeKind::Own(_) => "Any",
                TypeKind::Tuple(_) => "List",
            },
        }
    }

    /// The kind of the elements of a list or map.
    pub fn kind_within(&self, ty: &Type) -> Option<&'static str> {
        match ty {
            Type::List(inner) | Type::Map(inner) => Some(self.kind(inner)).filter(|kind| *kind != "Any"),
            Type::Nullable(inner) => self.kind_within(inner),
            _ => None,
        }
    }
}

/// Traits to derive beyond those of all generated types, as paths.
#[derive(Clone, Debug, Default)]
pub struct Derives {
    /// For all types.
    pub all: Vec<String>,
    /// For single types, by name.
    pub of: BTreeMap<String, Vec<String>>,
}

/// A guide, in Markdown.
#[derive(Clone, Debug)]
pub struct Guide {
    /// The name of its file, without the extension.
    pub name: String,
    /// The module.
    pub module: String,
    /// Its heading.
    pub title: String,
    /// The page.
    pub text: String,
}

/// The document's description of responses with a status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// The status, as written in docs.
    pub status: String,
    /// Whether these responses are errors.
    pub error: bool,
    /// The description.
    pub words: String,
}

/// The payload of a webhook or callback.
#[derive(Clone, Debug)]
pub struct Received {
    /// Rust name.
    pub name: String,
    /// Docs.
    pub docs: Docs,
    /// The payload.
    pub payload: Payload,
    /// Whether it is deprecated.
    pub deprecated: bool,
}

/// Markdown lines of a doc comment.
pub type Docs = Vec<String>;

/// Features of the runtime that each crate re-exports under the same names. `rustls` is enabled by default.
pub const RUNTIME_FEATURES: &[&str] = &["rustls", "native-tls", "blocking", "gzip", "metrics", "test-util"];

/// Operations of one tag: a module and a Cargo feature.
#[derive(Debug, Clone)]
pub struct Group {
    /// Module name.
    pub module: String,
    /// Feature name.
    pub feature: String,
    /// The tag's description.
    pub docs: Docs,
    /// Its operations in the document's order.
    pub operations: Vec<Operation>,
}

/// One operation.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Name in errors and logs.
    pub name: String,
    /// The client's method.
    pub method_name: String,
    /// The struct of the operation's inputs.
    pub type_name: String,
    /// One line for tables.
    pub summary: String,
    /// Docs of the client's method.
    pub docs: Docs,
    /// Number of lines in `docs` before the first section.
    pub sections: usize,
    /// The descriptions of its responses, until they are placed in docs.
    pub meanings: Vec<Meaning>,
    /// Search terms.
    pub aliases: Vec<String>,
    /// Why it should not be used, if it is deprecated.
    pub deprecated: Option<String>,
    /// Its method and path, or its action, as in the document.
    pub address: String,
    /// HTTP method.
    pub method: String,
    /// Path template, as in the document.
    pub path: String,
    /// The path template with only the names of its parameters between braces.
    pub template: String,
    /// Inputs that are arguments of the client's method.
    pub arguments: Vec<Input>,
    /// Inputs that are setters.
    pub setters: Vec<Input>,
    /// All parameters, in the order of sending.
    pub params: Vec<Param>,
    /// The body.
    pub body: Option<Body>,
    /// `Accept` header.
    pub accept: String,
    /// Media types of successes other than those of `accept`.
    pub representations: Vec<Representation>,
    /// Those among them that are JSON of another type.
    pub others: Vec<String>,
    /// Own security alternatives.
    pub security: Option<Vec<Vec<String>>>,
    /// Own servers.
    pub servers: Vec<Server>,
    /// Idempotency, if the method suggests otherwise.
    pub idempotent: Option<bool>,
    /// The output of a success.
    pub output: ResponseBody,
    /// The struct of typed response headers.
    pub headers: Option<TypeId>,
    /// The output of an error.
    pub error: ResponseBody,
    /// The operation's own names for these.
    pub own_names: OwnNames,
    /// How its pages are requested.
    pub paging: Option<Paging>,
    /// The job that it starts.
    pub job: Option<JobStart>,
    /// The document's samples of request bodies.
    pub requests: Vec<Sample>,
    /// The document's samples of successful bodies.
    pub responses: Vec<Sample>,
}

/// A sample of a body.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Its description in the document.
    pub summary: Option<String>,
    /// The body as JSON.
    pub value: Value,
    /// Its type; `None` if its fields are inputs of the operation.
    pub ty: Option<Type>,
    /// Its status, if there are several.
    pub status: Option<String>,
}

/// The document's example of an input.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// The value as JSON.
    pub value: Value,
    /// Whether it is part of a sample of the whole request.
    pub sent: bool,
}

/// A media type in which a success can be requested, other than the one that `send` requests.
#[derive(Debug, Clone)]
pub struct Representation {
    /// The name of its constant.
    pub name: String,
    /// The media type.
    pub media_type: String,
    /// The statuses that have it; empty for all.
    pub statuses: Vec<Status>,
    /// The output.
    pub body: ResponseBody,
    /// Docs.
    pub docs: Docs,
}

/// The body of a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Body {
    /// Its media type.
    pub media_type: String,
    /// Whether it must be sent.
    pub required: bool,
    /// The requirements on its fields as a whole.
    pub shape: Shape,
}

/// A rate limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Maximum number of calls.
    pub calls: u32,
    /// Length of the interval in seconds.
    pub seconds: u32,
}

/// The job that an operation starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobStart {
    /// Dotted wire path of the job's id in the response.
    pub id: String,
    /// Index into the service's kinds of jobs.
    pub kind: usize,
}

/// How a kind of job is polled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its Rust name.
    pub name: String,
    /// The method name of the operation that returns its state.
    pub poll: String,
    /// That operation's parameter for the id.
    pub argument: String,
    /// Parameters copied from the call that started the job.
    pub also: Vec<String>,
    /// Dotted wire path of the state.
    pub state: String,
    /// States of a running job.
    pub running: Vec<String>,
    /// States of a successful job.
    pub succeeded: Vec<String>,
    /// States of a failed job.
    pub failed: Vec<String>,
}

/// How pages are requested, and where the response has its items.
#[derive(Debug, Clone)]
pub struct Paging {
    /// The kind of position.
    pub style: PagingStyle,
    /// Parameter with the page size, if there is one.
    pub size: Option<String>,
    /// The parameter with the position.
    pub position: String,
    /// Number of the first page or row.
    pub first: i64,
    /// Fields that lead to the list, for a Rust expression.
    pub items: Vec<Step>,
    /// Type of an item.
    pub item: Type,
    /// Dotted wire path of the total, if there is one.
    pub total: Option<String>,
    /// Dotted wire path of the next token.
    pub next: Option<String>,
}

/// The kind of a page's position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PagingStyle {
    /// The number of rows before the page.
    Offset,
    /// The page's number.
    Page,
    /// A token from the previous page.
    Token,
    /// A token from the previous page that is a number.
    NumberToken,
}

/// A field on the path to a page's items.
#[derive(Debug, Clone)]
pub struct Step {
    /// The Rust field.
    pub ident: String,
    /// Whether it is an `Option`.
    pub optional: bool,
    /// Whether it is JSON in a string.
    pub json_text: bool,
}

/// A form with files that can replace another body: a type with a setter for each field.
#[derive(Debug, Clone)]
pub struct FormDef {
    /// Rust name.
    pub name: String,
    /// Docs.
    pub docs: Docs,
    /// Its fields.
    pub fields: Vec<Input>,
    /// The fields as sent.
    pub params: Vec<Param>,
    /// Operations that use it.
    pub users: Users,
}

/// An input of an operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Rust name.
    pub ident: String,
    /// Name on the wire, as in the table of parameters.
    pub wire: String,
    /// The place, if the wire name alone is ambiguous.
    pub place: Option<Place>,
    /// Docs.
    pub docs: Docs,
    /// The kind of argument.
    pub kind: InputKind,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// The document's example.
    pub example: Option<Example>,
}

/// The kind of argument that an input accepts.
#[derive(Debug, Clone, PartialEq)]
pub enum InputKind {
    /// A typed value; nullable ones take an `Option`.
    Value(Type, bool),
    /// Like `Value`, as an argument that is omitted if another body is set.
    Optional(Type, bool),
    /// A typed value that is sent as JSON text, or such text.
    JsonText(Type),
    /// A multipart file.
    Part,
    /// Several multipart files.
    Parts,
    /// Multipart files with names chosen by the caller.
    NamedParts,
    /// A header of the multipart body's part with this field.
    PartHeader(String, Type),
    /// The raw body.
    Raw,
    /// The raw body in another media type.
    RawAs(String),
    /// The whole body as JSON in another media type, and its checks.
    JsonAs(String, Shape, Type),
    /// Like `JsonAs`, for a range of media types with one chosen by the caller.
    JsonOf(String, Shape, Type),
    /// A form in another media type, by its index.
    Form(String, usize),
    /// A typed value with the fields of a form in another media type, and the serialization of single fields.
    ValueAs(String, Vec<Param>, Shape, Type),
}

/// Where a parameter is sent (the runtime's `Place`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// The whole query.
    QueryString,
    /// A header.
    Header,
    /// A cookie.
    Cookie,
    /// A field of the JSON body.
    Field,
    /// A field of the URL-encoded body.
    Form,
    /// A field of the multipart body.
    Part,
    /// The whole body.
    Body,
}

/// How lists and objects are serialized (the runtime's `Style`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// `name=a`, not encoded.
    Cookie,
}

/// How a list or object is serialized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Serialization {
    /// The separator of its parts.
    pub style: Style,
    /// Whether each part is serialized separately.
    pub explode: bool,
}

impl InputKind {
    /// The type of the values that it accepts.
    pub fn ty(&self) -> Option<&Type> {
        match self {
            Self::Value(ty, _)
            | Self::Optional(ty, _)
            | Self::JsonText(ty)
            | Self::PartHeader(_, ty)
            | Self::JsonAs(_, _, ty)
            | Self::JsonOf(_, _, ty)
            | Self::ValueAs(_, _, _, ty) => Some(ty),
            Self::Part | Self::Parts | Self::NamedParts | Self::Raw | Self::RawAs(_) | Self::Form(..) => None,
        }
    }
}

/// A parameter as sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    /// Name on the wire.
    pub name: String,
    /// Where it is sent.
    pub place: Place,
    /// Whether it is required.
    pub required: bool,
    /// How it is serialized, if not in its place's default style.
    pub style: Option<Serialization>,
    /// Whether reserved characters are sent unencoded.
    pub allow_reserved: bool,
    /// Whether it is sent as JSON text.
    pub json: bool,
    /// Whether it stands for all fields of a form without a parameter of their own.
    pub spread: bool,
    /// The multipart field to whose part the header belongs.
    pub header_of: Option<String>,
    /// Media types of a multipart field, as the document lists them.
    pub media_type: Option<String>,
    /// The client setting that fills it in.
    pub client: Option<String>,
    /// Its only possible value, which is sent unless the caller sets another.
    pub constant: Option<Constant>,
    /// Its checks.
    pub shape: Shape,
}

/// The checks of a value (the runtime's `Shape`).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shape {
    /// The checks of its content.
    pub inner: Inner,
    /// Minimum number of characters.
    pub min_length: Option<usize>,
    /// Maximum number of characters.
    pub max_length: Option<usize>,
    /// Lower limit.
    pub minimum: Option<Bound>,
    /// Upper limit.
    pub maximum: Option<Bound>,
    /// Divisor.
    pub multiple_of: Option<Number>,
    /// Regular expression.
    pub pattern: Option<String>,
    /// The format of a string, if it is checked.
    pub format: Option<Format>,
    /// Minimum number of entries.
    pub min_items: Option<usize>,
    /// Maximum number of entries.
    pub max_items: Option<usize>,
    /// Whether duplicates are excluded.
    pub unique: bool,
    /// Further rules.
    pub rules: Vec<Rule>,
    /// The allowed kinds of JSON, by the names of the runtime's functions; any if empty.
    pub kinds: Vec<&'static str>,
}

/// A rule for a value (the runtime's `Rule`).
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// If the first shape holds, the second must hold, else the third.
    When(Box<[Shape; 3]>),
    /// The shape must not hold.
    Not(Box<Shape>),
    /// At least one shape must hold.
    AnyOf(Vec<Shape>),
    /// Exactly one shape must hold.
    OnlyOne(Vec<Shape>),
    /// The minimum and maximum number of elements with a shape.
    Contains(Box<Shape>, usize, Option<usize>),
    /// The first elements by position, and all that follow.
    Prefix(Vec<Shape>, Box<Shape>),
    /// The names of entries.
    Names(Box<Shape>),
    /// Entries other than those with these names: by patterns of names, and those that match no pattern.
    Others(Vec<String>, Vec<(String, Shape)>, Box<Shape>),
    /// The allowed values, as JSON.
    Values(Vec<String>),
}

impl Rule {
    /// The shapes in this rule.
    pub fn shapes(&self) -> Vec<&Shape> {
        match self {
            Self::When(shapes) => shapes.iter().collect(),
            Self::Not(shape) | Self::Contains(shape, ..) | Self::Names(shape) => vec![shape],
            Self::AnyOf(shapes) | Self::OnlyOne(shapes) => shapes.iter().collect(),
            Self::Prefix(first, rest) => first.iter().chain([rest.as_ref()]).collect(),
            Self::Others(_, patterns, rest) => patterns.iter().map(|(_, shape)| shape).chain([rest.as_ref()]).collect(),
            Self::Values(_) => Vec::new(),
        }
    }

    /// The shapes in this rule, mutable.
    pub fn shapes_mut(&mut self) -> Vec<&mut Shape> {
        match self {
            Self::When(shapes) => shapes.iter_mut().collect(),
            Self::Not(shape) | Self::Contains(shape, ..) | Self::Names(shape) => vec![shape],
            Self::AnyOf(shapes) | Self::OnlyOne(shapes) => shapes.iter_mut().collect(),
            Self::Prefix(first, rest) => first.iter_mut().chain([rest.as_mut()]).collect(),
            Self::Others(_, patterns, rest) => {
                patterns.iter_mut().map(|(_, shape)| shape).chain([rest.as_mut()]).collect()
            }
            Self::Values(_) => Vec::new(),
        }
    }

    /// Whether it has no effect.
    pub fn is_idle(&self) -> bool {
        match self {
            Self::When(shapes) => shapes[1..].iter().all(|shape| *shape == Shape::default()),
            Self::AnyOf(shapes) => shapes.contains(&Shape::default()),
            Self::Others(..) | Self::Prefix(..) | Self::Names(_) => {
                self.shapes().into_iter().all(|shape| *shape == Shape::default())
            }
            Self::Not(_) | Self::OnlyOne(_) | Self::Contains(..) | Self::Values(_) => false,
        }
    }
}

/// A limit of a number.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    /// The limit, exact.
    pub value: Number,
    /// Whether the limit itself is excluded.
    pub exclusive: bool,
}

impl Shape {
    /// A shape that no value satisfies.
    pub fn never() -> Self {
        Self { rules: vec![Rule::Not(Box::default())], ..Self::default() }
    }

    /// Whether no value satisfies it.
    pub fn is_never(&self) -> bool {
        *self == Self::never()
    }

    /// A shape satisfied by the values of either.
    pub fn or(mut self, other: &Self) -> Self {
        if self == *other {
            return self;
        }
        if self == Self::default() || *other == Self::default() {
            return Self::default();
        }
        let mut rules = std::mem::take(&mut self.rules);
        let mut shapes = match (rules.as_mut_slice(), self == Self::default()) {
            ([Rule::AnyOf(shapes)], true) => std::mem::take(shapes),
            _ => vec![Self { rules, ..self }],
        };
        if !shapes.contains(other) {
            shapes.push(other.clone());
        }
        Self { rules: vec![Rule::AnyOf(shapes)], ..Self::default() }
    }

    /// The definitions that it refers to, through lists, maps and rules.
    pub fn objects(&self) -> Vec<TypeId> {
        let mut found = match &self.inner {
            Inner::None => Vec::new(),
            Inner::Object(id) => vec![*id],
            Inner::List(inner) | Inner::Map(inner) => inner.objects(),
            Inner::Fields(fields) => fields.iter().flat_map(|(_, _, shape)| shape.objects()).collect(),
        };
        found.extend(self.rules.iter().flat_map(Rule::shapes).flat_map(Shape::objects));
        found
    }
}

/// The checks of a value's content.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Inner {
    /// Nothing to check.
    #[default]
    None,
    /// The fields of a struct, the elements of a tuple, or the alternatives of a union.
    Object(TypeId),
    /// Fields of an object without a type of its own: name, whether it is required, and its checks.
    Fields(Vec<(String, bool, Shape)>),
    /// Elements of a list.
    List(Box<Shape>),
    /// Values of a map.
    Map(Box<Shape>),
}

/// The body of a response.
#[derive(Debug, Clone, PartialEq)]
pub enum ResponseBody {
    /// One kind of body, whatever the status.
    One(Payload),
    /// The body depends on the status.
    ByStatus(usize),
}

impl Operation {
    /// All outputs of a call: of `send`, errors, and the other representations.
    pub fn outputs(&self) -> impl Iterator<Item = &ResponseBody> {
        [&self.output, &self.error].into_iter().chain(self.representations.iter().map(|it| &it.body))
    }
}

/// Bodies by status: an enum.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Enum name.
    pub name: String,
    /// Whether it is an error.
    pub error: bool,
    /// Its cases, in the order of matching.
    pub cases: Vec<Case>,
    /// Operations that use it.
    pub users: Users,
}

/// One kind of body of an [`Outcome`].
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Variant name.
    pub variant: String,
    /// Statuses; empty for all others.
    pub statuses: Vec<Status>,
    /// Media types without parameters; empty for all others.
    pub media_types: Vec<String>,
    /// The payload.
    pub payload: Payload,
}

/// A definition with several names: equal types are one type, with a name for each place, so that no name changes when
/// another place is added before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aliased {
    /// A type.
    Type(TypeId),
    /// Bodies by status, by index.
    Outcome(usize),
}

/// The operation's own names for its outputs, if their definitions are named after another operation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnNames {
    /// The bodies by status of successes.
    pub output: Option<String>,
    /// The bodies by status of errors.
    pub error: Option<String>,
}

/// A status, or a range of a hundred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// `200`
    Code(u16),
    /// `2XX`
    Range(u16),
    /// `default`
    Default,
}

/// How a body is read.
#[derive(Debug, Clone, PartialEq)]
pub enum Payload {
    /// No body.
    Empty,
    /// JSON.
    Json(Type),
    /// Text.
    Text,
    /// Bytes, streamed.
    Stream,
    /// Server-sent events with this type of data; or events whose type includes all fields.
    Events(Type, bool),
    /// A sequence of JSON values.
    Lines(Type),
}

impl Payload {
    /// The type of its values.
    pub fn ty(&self) -> Option<&Type> {
        match self {
            Self::Json(ty) | Self::Events(ty, _) | Self::Lines(ty) => Some(ty),
            Self::Empty | Self::Text | Self::Stream => None,
        }
    }

    /// Whether it is streamed.
    pub fn is_streamed(&self) -> bool {
        matches!(self, Self::Stream | Self::Events(..) | Self::Lines(_))
    }
}

/// Index of a [`TypeDef`].
pub type TypeId = usize;

/// A type in use.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Type {
    /// A string.
    String,
    /// A string that must not be shown.
    Secret,
    /// A string with a format.
    Formatted(Format),
    /// `true` or `false`.
    Bool,
    /// 32-bit integer.
    I32,
    /// 64-bit integer.
    I64,
    /// 64-bit unsigned integer.
    U64,
    /// 128-bit integer.
    I128,
    /// Floating point.
    F64,
    /// Any JSON.
    Value,
    /// A list.
    List(Box<Type>),
    /// A map with string keys.
    Map(Box<Type>),
    /// A value that may be null.
    Nullable(Box<Type>),
    /// JSON in a string.
    JsonText(Box<Type>),
    /// A type of the crate.
    Named(TypeId),
}

impl Type {
    /// The nested types, from the outside in.
    pub fn layers(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |ty| match ty {
            Self::List(inner) | Self::Map(inner) | Self::Nullable(inner) | Self::JsonText(inner) => Some(inner),
            _ => None,
        })
    }

    /// The crate's type that it refers to, through lists and the like.
    pub fn innermost(&self) -> Option<TypeId> {
        match self.layers().last() {
            Some(Self::Named(id)) => Some(*id),
            _ => None,
        }
    }
}

/// A type of the crate.
#[derive(Debug, Clone)]
pub struct TypeDef {
    /// Rust name.
    pub name: String,
    /// Docs.
    pub docs: Docs,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// Its kind.
    pub kind: TypeKind,
    /// Whether it is sent.
    pub input: bool,
    /// Whether it is received.
    pub output: bool,
    /// Operations that use it.
    pub users: Users,
}

/// The operations that use a definition, as far as they determine its place. An operation is its group and its index in
/// it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Users {
    /// None.
    #[default]
    Nobody,
    /// One.
    One(usize, usize),
    /// Several of one group.
    Group(usize),
    /// Operations of several groups, or the crate itself.
    Several,
}

impl Users {
    /// The combined users.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (one, other) if one == other => one,
            (Self::Nobody, users) | (users, Self::Nobody) => users,
            (one, other) => match (one.group(), other.group()) {
                (Some(one), Some(other)) if one == other => Self::Group(one),
                _ => Self::Several,
            },
        }
    }

    /// The group, if all users belong to one.
    pub fn group(self) -> Option<usize> {
        match self {
            Self::One(group, _) | Self::Group(group) => Some(group),
            Self::Nobody | Self::Several => None,
        }
    }
}

/// The kind of a type.
#[derive(Debug, Clone)]
pub enum TypeKind {
    /// An object.
    Struct(Struct),
    /// String values.
    StringEnum(Vec<Variant<String>>),
    /// Integer values.
    IntegerEnum(Vec<Variant<i64>>),
    /// One of several types.
    Union(Union),
    /// A list of a fixed length.
    Tuple(Tuple),
    /// A recursive list or map: a named type that wraps another type.
    Newtype(Newtype),
    /// A wrapper of the user's own type, by its path.
    Own(String),
}

/// A list with an individual type for each element.
#[derive(Debug, Clone, Default)]
pub struct Tuple {
    /// Its elements.
    pub elements: Vec<Element>,
    /// Whether a table of checks is emitted.
    pub checked: bool,
}

/// One element of a [`Tuple`].
#[derive(Debug, Clone)]
pub struct Element {
    /// Docs.
    pub docs: Docs,
    /// The type.
    pub ty: Type,
    /// Whether it is boxed, to end a recursion.
    pub boxed: bool,
    /// Its checks.
    pub shape: Shape,
}

/// A named type that wraps another.
#[derive(Debug, Clone)]
pub struct Newtype {
    /// The wrapped type.
    pub ty: Type,
    /// Whether that is boxed, to end a recursion.
    pub boxed: bool,
    /// Whether a table of checks is emitted.
    pub checked: bool,
    /// Its checks.
    pub shape: Shape,
}

/// An object type.
#[derive(Debug, Clone, Default)]
pub struct Struct {
    /// Its fields.
    pub fields: Vec<Field>,
    /// The type of additional properties, if there may be any.
    pub additional: Option<Type>,
    /// Whether the document excludes additional properties.
    pub closed: bool,
    /// The Rust name of the field for additional properties.
    pub additional_ident: String,
    /// Serde's `rename_all`, if it saves explicit renames.
    pub rename_all: Option<&'static str>,
    /// The rules for it as a whole.
    pub rules: Vec<Rule>,
    /// Whether a table of checks is emitted.
    pub checked: bool,
    /// Whether all fields have defaults.
    pub default: bool,
    /// Whether it is read from response headers.
    pub headers: bool,
}

/// One field of a [`Struct`].
#[derive(Debug, Clone)]
pub struct Field {
    /// Rust name.
    pub ident: String,
    /// Name on the wire.
    pub wire: String,
    /// Docs.
    pub docs: Docs,
    /// Its type, without `Option`.
    pub ty: Type,
    /// How absence is represented.
    pub presence: Presence,
    /// Whether it is boxed, to end a recursion.
    pub boxed: bool,
    /// Whether the spec requires it.
    pub required: bool,
    /// Whether only the service sets it.
    pub read_only: bool,
    /// Whether only callers set it; services never return it.
    pub write_only: bool,
    /// Whether it is in `required` but not described: the service may not return it.
    pub undescribed: bool,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// The possible values, if the document lists them all.
    pub values: Vec<Constant>,
    /// Whether callers need not set it, as it has a single value.
    pub filled: bool,
    /// The document's example.
    pub example: Option<Value>,
    /// Its checks.
    pub shape: Shape,
}

/// How a field represents absence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// Always present.
    Always,
    /// `Option`.
    Optional,
    /// Empty when absent.
    Empty,
    /// Absent, null or a value.
    Nullable,
}

impl TypeKind {
    /// The types in its values.
    pub fn inner_types(&self) -> impl Iterator<Item = &Type> {
        let (body, union, tuple, newtype) = match self {
            Self::Struct(body) => (Some(body), None, None, None),
            Self::Union(union) => (None, Some(union), None, None),
            Self::Tuple(tuple) => (None, None, Some(tuple), None),
            Self::Newtype(newtype) => (None, None, None, Some(&newtype.ty)),
            Self::StringEnum(_) | Self::IntegerEnum(_) | Self::Own(_) => (None, None, None, None),
        };
        let fields =
            body.into_iter().flat_map(|body| body.fields.iter().map(|field| &field.ty).chain(&body.additional));
        let variants = union.into_iter().flat_map(|union| union.variants.iter().map(|variant| &variant.ty));
        let elements = tuple.into_iter().flat_map(|tuple| tuple.elements.iter().map(|element| &element.ty));
        fields.chain(variants).chain(elements).chain(newtype)
    }
}

/// One value of an enum.
#[derive(Debug, Clone)]
pub struct Variant<T> {
    /// Rust name.
    pub ident: String,
    /// The value.
    pub value: T,
    /// The value as a search term, if the variant is named after its meaning.
    pub alias: Option<String>,
    /// Docs.
    pub docs: Docs,
}

/// A union of types.
#[derive(Debug, Clone, Default)]
pub struct Union {
    /// The property that distinguishes all alternatives, if there is one: its path of names.
    pub tag: Option<Vec<String>>,
    /// The types.
    pub variants: Vec<UnionVariant>,
    /// The variant for values with an unknown tag.
    pub fallback: Option<usize>,
    /// Whether a table of checks is emitted.
    pub checked: bool,
}

/// An alternative of a [`Union`].
#[derive(Debug, Clone)]
pub struct UnionVariant {
    /// Rust name.
    pub ident: String,
    /// The properties that identify it: in a union with a tag, only the tag.
    pub marks: Vec<Mark>,
    /// The type.
    pub ty: Type,
    /// Whether it is boxed.
    pub boxed: bool,
    /// Its checks.
    pub shape: Shape,
}

/// A property with a few possible values.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Its path of names.
    pub path: Vec<String>,
    /// The values.
    pub values: Vec<Constant>,
}

/// A value listed in a document.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Constant {
    /// A string.
    Text(String),
    /// An integer.
    Integer(i64),
    /// `true` or `false`.
    Flag(bool),
}

/// How calls are addressed and signed (the runtime's `Protocol`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// Plain HTTP.
    Http,
    /// Alibaba Cloud RPC.
    AliyunRpc,
    /// Huawei Cloud REST.
    HuaweiRest,
}

/// An address of a service.
#[derive(Debug, Clone, PartialEq)]
pub struct Server {
    /// URL template.
    pub url: String,
    /// Region id.
    pub region: Option<String>,
    /// The document's description.
    pub docs: Docs,
    /// The variables of its template.
    pub variables: Vec<ServerVariable>,
}

/// A setting of the client that fills parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// Its name.
    pub name: String,
    /// The document's descriptions of the parameters, without duplicates.
    pub docs: Vec<Docs>,
}

/// A variable of a server's URL.
#[derive(Debug, Clone, PartialEq)]
pub struct ServerVariable {
    /// Its name.
    pub name: String,
    /// Its default.
    pub default: String,
    /// The allowed values; empty for any.
    pub values: Vec<String>,
}

/// A security scheme.
#[derive(Debug, Clone)]
pub struct Scheme {
    /// Name.
    pub name: String,
    /// The document's description.
    pub docs: Docs,
    /// Kind.
    pub kind: SchemeKind,
}

/// The kind of a security scheme.
#[derive(Debug, Clone)]
pub enum SchemeKind {
    /// A key with a place and a name.
    ApiKey(Place, String),
    /// HTTP basic.
    Basic,
    /// A bearer token.
    Bearer,
    /// Undeclared, or of an unsupported kind: calls are sent with or without a key. A key is sent in the place that the
    /// name suggests.
    Caller(Option<Box<SchemeKind>>),
}
