//! yundb's own model of a service: what `lower` decides and `emit` prints. All names are Rust names already.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Number, Value};

use super::format::Format;

/// A whole client crate.
#[derive(Debug, Clone)]
pub struct Service {
    /// The package name (`yundb-huawei-drs`).
    pub package: String,
    /// The spec's folder or file name, as the generated files name their source.
    pub source: String,
    /// Title, version and description of the API.
    pub title: String,
    /// The API's version.
    pub version: String,
    /// The vendor's name of the product, or nothing.
    pub product: String,
    /// What the service is, as Markdown lines.
    pub docs: Docs,
    /// The document that the spec was transcribed from, if one is named: its title, or file name, and its edition.
    pub document: Option<String>,
    /// What there is to read beside the operations.
    pub guides: Vec<Guide>,
    /// How calls are addressed and signed.
    pub protocol: Protocol,
    /// Where the service is reached.
    pub servers: Vec<Server>,
    /// What the client fills in each call that has it.
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
    /// What types are called where they stand once more.
    pub aliases: BTreeMap<Aliased, Vec<String>>,
    /// How many types the longest chain has in which each holds the next.
    pub longest_chain: usize,
    /// The kinds of jobs that operations begin.
    pub jobs: Vec<Job>,
    /// Error codes that say that something else is under way.
    pub busy: Vec<String>,
    /// What other codes mean: categories by the runtime's names, each with its codes.
    pub errors: Vec<(&'static str, Vec<String>)>,
    /// How many calls a user may make.
    pub limits: Vec<RateLimit>,
    /// Bodies that differ by status: answers and errors that several operations share.
    pub outcomes: Vec<Outcome>,
    /// Forms that stand beside other bodies.
    pub forms: Vec<FormDef>,
    /// What the service sends by itself.
    pub received: Vec<Received>,
    /// Types that stand for themselves, as there are no operations.
    pub lone: Vec<Type>,
}

/// A page that explains something, in Markdown.
#[derive(Clone, Debug)]
pub struct Guide {
    /// The name of its file, without the ending.
    pub name: String,
    /// The module.
    pub module: String,
    /// Its heading.
    pub title: String,
    /// The page.
    pub text: String,
}

/// What the document says of responses with a status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// The status as docs write it.
    pub status: String,
    /// Whether these responses are errors.
    pub error: bool,
    /// The document's words.
    pub words: String,
}

/// The payload of a webhook or callback.
#[derive(Clone, Debug)]
pub struct Received {
    /// Rust name.
    pub name: String,
    /// Docs.
    pub docs: Docs,
    /// What it is.
    pub payload: Payload,
    /// Whether it is no longer to be relied on.
    pub deprecated: bool,
}

/// Markdown lines of a doc comment.
pub type Docs = Vec<String>;

/// Features of the runtime that each crate hands on under the same names. `rustls` is on by default.
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
    /// The struct that collects the input.
    pub type_name: String,
    /// One line for tables.
    pub summary: String,
    /// Docs of the client's method.
    pub docs: Docs,
    /// How many lines of them come before the first section.
    pub sections: usize,
    /// What is said of its responses, until it has a place in docs.
    pub meanings: Vec<Meaning>,
    /// Other names that people search for.
    pub aliases: Vec<String>,
    /// Why it should not be used, if it is deprecated.
    pub deprecated: Option<String>,
    /// What it is known by on the wire, for tables.
    pub address: String,
    /// HTTP method.
    pub method: String,
    /// Path template, as the document has it.
    pub path: String,
    /// The same with the names of its parameters only between braces.
    pub template: String,
    /// Inputs that are arguments of the client's method.
    pub arguments: Vec<Input>,
    /// Inputs that are setters.
    pub setters: Vec<Input>,
    /// Everything that may be sent, in sending order.
    pub params: Vec<Param>,
    /// The body.
    pub body: Option<Body>,
    /// `Accept` header.
    pub accept: String,
    /// Media types of successes beside those of `accept`.
    pub representations: Vec<Representation>,
    /// Those of them that are JSON of another type.
    pub others: Vec<String>,
    /// Own security alternatives.
    pub security: Option<Vec<Vec<String>>>,
    /// Own servers.
    pub servers: Vec<Server>,
    /// Where the method's own meaning is wrong.
    pub idempotent: Option<bool>,
    /// What a success answers.
    pub output: Answer,
    /// The struct of typed response headers.
    pub headers: Option<TypeId>,
    /// What an error answers.
    pub error: Answer,
    /// Its own names of these.
    pub own_names: OwnNames,
    /// How its pages are asked for.
    pub paging: Option<Paging>,
    /// The job that it begins.
    pub job: Option<JobStart>,
    /// The bodies of requests that the document shows.
    pub requests: Vec<Sample>,
    /// The bodies of successes that it shows.
    pub responses: Vec<Sample>,
}

/// A body that the document shows.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The document's own words for it.
    pub summary: Option<String>,
    /// The body as JSON.
    pub value: Value,
    /// What it is read as; none if its fields are inputs of the operation.
    pub ty: Option<Type>,
    /// The status that it comes with, if there are several.
    pub status: Option<String>,
}

/// A value that the document shows of an input.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// The value as JSON.
    pub value: Value,
    /// Whether it is part of a sample of the whole request.
    pub sent: bool,
}

/// A media type that a success can be asked for as, besides the one that `send` asks for.
#[derive(Debug, Clone)]
pub struct Representation {
    /// The name of its constant.
    pub name: String,
    /// The media type.
    pub media_type: String,
    /// The statuses that have it; empty for all.
    pub statuses: Vec<Status>,
    /// What it is read as.
    pub answer: Answer,
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
    /// What its fields have to meet together.
    pub shape: Shape,
}

/// A number of calls that may be made in a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// How many calls.
    pub calls: u32,
    /// In how many seconds.
    pub seconds: u32,
}

/// The job that an operation begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobStart {
    /// Dotted wire path of the job's id in the response.
    pub id: String,
    /// Index into the service's kinds of jobs.
    pub kind: usize,
}

/// How a job is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its Rust name.
    pub name: String,
    /// The method name of the operation that shows it.
    pub poll: String,
    /// Its parameter that takes the id.
    pub argument: String,
    /// Parameters that it takes over from the call that began the job.
    pub also: Vec<String>,
    /// Dotted wire path of the state.
    pub state: String,
    /// States of a job that goes on.
    pub running: Vec<String>,
    /// States of one that has succeeded.
    pub succeeded: Vec<String>,
    /// States of one that has failed.
    pub failed: Vec<String>,
}

/// How pages are asked for, and where the answer has its items.
#[derive(Debug, Clone)]
pub struct Paging {
    /// What moves on from page to page.
    pub style: PagingStyle,
    /// Parameter with the page size, if there is one.
    pub size: Option<String>,
    /// Parameter that moves on.
    pub position: String,
    /// Number of the first page or row.
    pub first: i64,
    /// Fields that lead to the list, as Rust expressions need them.
    pub items: Vec<Step>,
    /// Type of an item.
    pub item: Type,
    /// Dotted wire path of the total, if there is one.
    pub total: Option<String>,
    /// Dotted wire path of the next token.
    pub next: Option<String>,
}

/// What moves on from page to page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PagingStyle {
    /// The number of rows before the page.
    Offset,
    /// The page's number.
    Page,
    /// A token of the page before.
    Token,
}

/// One field on the way to a page's items.
#[derive(Debug, Clone)]
pub struct Step {
    /// The Rust field.
    pub ident: String,
    /// Whether it is an `Option`.
    pub optional: bool,
    /// Whether it is JSON carried in a string.
    pub json_text: bool,
}

/// A form with files that stands beside other bodies: a type with a setter for each field.
#[derive(Debug, Clone)]
pub struct FormDef {
    /// Rust name.
    pub name: String,
    /// Docs.
    pub docs: Docs,
    /// Its fields.
    pub fields: Vec<Input>,
    /// The fields as they are sent.
    pub params: Vec<Param>,
    /// Operations that use it.
    pub users: Users,
}

/// Something that the caller gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Rust name.
    pub ident: String,
    /// Name on the wire, as in the table of parameters.
    pub wire: String,
    /// The place, where the wire name alone is ambiguous.
    pub place: Option<Place>,
    /// Docs.
    pub docs: Docs,
    /// What it takes.
    pub kind: InputKind,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// The value that the document shows.
    pub example: Option<Example>,
}

/// What an input takes.
#[derive(Debug, Clone, PartialEq)]
pub enum InputKind {
    /// A typed value; nullable ones take an `Option`.
    Value(Type, bool),
    /// The same as an argument that is left out where another body is set.
    Optional(Type, bool),
    /// A typed value that is sent as JSON text, or that text.
    JsonText(Type),
    /// A multipart file.
    Part,
    /// Several multipart files.
    Parts,
    /// Multipart files under names that the caller chooses.
    NamedParts,
    /// A header of the part of a multipart body that has this field.
    PartHeader(String, Type),
    /// The raw body.
    Raw,
    /// The raw body in another media type.
    RawAs(String),
    /// The whole body as JSON in another media type, and what is checked of it.
    JsonAs(String, Shape, Type),
    /// The same for a range of media types, of which the caller names one.
    JsonOf(String, Shape, Type),
    /// A form in another media type, by its index.
    Form(String, usize),
    /// A typed value whose fields are those of a form in another media type, with what is said of single fields.
    ValueAs(String, Vec<Param>, Shape, Type),
}

/// Where a parameter goes (the runtime's `Place`).
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
    /// A field of the url-encoded body.
    Form,
    /// A field of the multipart body.
    Part,
    /// The whole body.
    Body,
}

/// How lists and objects are written (the runtime's `Style`).
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

/// How a list or object is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Serialization {
    /// What stands between its parts.
    pub style: Style,
    /// Whether each part is written by itself.
    pub explode: bool,
}

impl InputKind {
    /// The type of the values that it takes.
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

/// One parameter as it is sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    /// Name on the wire.
    pub name: String,
    /// Where it goes.
    pub place: Place,
    /// Whether it must be given.
    pub required: bool,
    /// How it is written, where that isn't its place's default.
    pub style: Option<Serialization>,
    /// Whether reserved characters stay.
    pub allow_reserved: bool,
    /// Whether it is sent as JSON text.
    pub json: bool,
    /// Whether it stands for all fields of a form that have no parameter of their own.
    pub spread: bool,
    /// The multipart field of whose part it is a header.
    pub header_of: Option<String>,
    /// Media types of a multipart field, as the document lists them.
    pub media_type: Option<String>,
    /// The client's setting that fills it.
    pub client: Option<String>,
    /// The only value that it can have, which the client sends unless another is set.
    pub constant: Option<Constant>,
    /// What is checked.
    pub shape: Shape,
}

/// What a value must look like (the runtime's `Shape`).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shape {
    /// What is inside.
    pub inner: Inner,
    /// Fewest characters.
    pub min_length: Option<usize>,
    /// Most characters.
    pub max_length: Option<usize>,
    /// Lower limit.
    pub minimum: Option<Bound>,
    /// Upper limit.
    pub maximum: Option<Bound>,
    /// Divisor.
    pub multiple_of: Option<Number>,
    /// Regular expression.
    pub pattern: Option<String>,
    /// The format of a text, if it is checked.
    pub format: Option<Format>,
    /// Fewest entries.
    pub min_items: Option<usize>,
    /// Most entries.
    pub max_items: Option<usize>,
    /// No duplicates.
    pub unique: bool,
    /// What it has to meet besides.
    pub rules: Vec<Rule>,
    /// The kinds of JSON that it may be, by the names of the runtime's functions; any, if none is named.
    pub kinds: Vec<&'static str>,
}

/// One thing that a value has to meet (the runtime's `Rule`).
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// Where the first holds the second has to, elsewhere the third.
    When(Box<[Shape; 3]>),
    /// It must not hold.
    Not(Box<Shape>),
    /// At least one has to hold.
    AnyOf(Vec<Shape>),
    /// Just one has to hold.
    OnlyOne(Vec<Shape>),
    /// At least and at most so many elements are such.
    Contains(Box<Shape>, usize, Option<usize>),
    /// The first elements by place, and all that follow.
    Prefix(Vec<Shape>, Box<Shape>),
    /// The names of entries.
    Names(Box<Shape>),
    /// Entries beyond those of these names: by patterns of names, and those that match none.
    Others(Vec<String>, Vec<(String, Shape)>, Box<Shape>),
    /// The values that there are, as JSON.
    Values(Vec<String>),
}

impl Rule {
    /// The shapes in it.
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

    /// The shapes in it, to be changed.
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

    /// Whether it lets everything through.
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
    /// Whether the limit itself is outside.
    pub exclusive: bool,
}

impl Shape {
    /// What nothing is.
    pub fn never() -> Self {
        Self { rules: vec![Rule::Not(Box::default())], ..Self::default() }
    }

    /// Whether nothing is so.
    pub fn is_never(&self) -> bool {
        *self == Self::never()
    }

    /// What meets this or another one.
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

    /// The definitions that it leads to, through lists, maps and rules.
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

/// What is inside a value that is checked.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Inner {
    /// Nothing to check.
    #[default]
    None,
    /// The fields of a struct, the elements of a tuple, or the alternatives of a union.
    Object(TypeId),
    /// Fields of an object that has no type of its own: each by name, whether it must be there, and what is checked of it.
    Fields(Vec<(String, bool, Shape)>),
    /// Elements of a list.
    List(Box<Shape>),
    /// Values of a map.
    Map(Box<Shape>),
}

/// The body of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// One kind of body, whatever the status.
    One(Payload),
    /// The body depends on the status.
    ByStatus(usize),
}

impl Operation {
    /// All that a call may be answered with: what `send` yields, errors, and the other representations.
    pub fn answers(&self) -> impl Iterator<Item = &Answer> {
        [&self.output, &self.error].into_iter().chain(self.representations.iter().map(|it| &it.answer))
    }
}

/// Bodies by status: an enum.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Enum name.
    pub name: String,
    /// Whether it is an error.
    pub error: bool,
    /// Its cases in the order in which they are matched.
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
    /// Media types that it is for, without parameters; empty for all others.
    pub media_types: Vec<String>,
    /// What is in it.
    pub payload: Payload,
}

/// A definition that has more than one name: what is equal is one type, and is called after each place where it stands, so that
/// nothing is called otherwise when another place comes before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aliased {
    /// A type.
    Type(TypeId),
    /// Bodies by status, by their index.
    Outcome(usize),
}

/// What an operation calls what it answers, where the definition is called after another operation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnNames {
    /// The bodies by status of successes.
    pub output: Option<String>,
    /// The bodies by status of errors.
    pub error: Option<String>,
}

/// One status or a range of a hundred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// `200`
    Code(u16),
    /// `2XX`
    Range(u16),
    /// `default`
    Default,
}

/// What a body is read as.
#[derive(Debug, Clone, PartialEq)]
pub enum Payload {
    /// No body.
    Empty,
    /// JSON.
    Json(Type),
    /// Text.
    Text,
    /// Bytes, not read at once.
    Stream,
    /// Server-sent events with such data; or that are such a value with all their fields.
    Events(Type, bool),
    /// JSON values, one after the other.
    Lines(Type),
}

impl Payload {
    /// The type that values of it are of.
    pub fn ty(&self) -> Option<&Type> {
        match self {
            Self::Json(ty) | Self::Events(ty, _) | Self::Lines(ty) => Some(ty),
            Self::Empty | Self::Text | Self::Stream => None,
        }
    }

    /// Whether it is handed on as it arrives.
    pub fn is_streamed(&self) -> bool {
        matches!(self, Self::Stream | Self::Events(..) | Self::Lines(_))
    }
}

/// Index of a [`TypeDef`].
pub type TypeId = usize;

/// A type in use.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Type {
    /// Text.
    String,
    /// Text that must not be shown.
    Secret,
    /// Text of a format.
    Formatted(Format),
    /// True or false.
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
    /// A map by text.
    Map(Box<Type>),
    /// A value that may be null.
    Nullable(Box<Type>),
    /// JSON carried in a string.
    JsonText(Box<Type>),
    /// A type of the crate.
    Named(TypeId),
}

impl Type {
    /// The types that stand around another one here, from the outside in, and at last that one.
    pub fn layers(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |ty| match ty {
            Self::List(inner) | Self::Map(inner) | Self::Nullable(inner) | Self::JsonText(inner) => Some(inner),
            _ => None,
        })
    }

    /// The type of the crate that it leads to, through lists and the like.
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
    /// What it is.
    pub kind: TypeKind,
    /// Whether callers give it.
    pub input: bool,
    /// Whether services answer it.
    pub output: bool,
    /// Operations that use it.
    pub users: Users,
}

/// Which operations use a definition, as far as it matters for where that stands. An operation is its group and its place in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Users {
    /// None.
    #[default]
    Nobody,
    /// One.
    One(usize, usize),
    /// Several of one group.
    Group(usize),
    /// Those of several groups, or the crate itself.
    Several,
}

impl Users {
    /// The users of both.
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

    /// The group, if all are of one.
    pub fn group(self) -> Option<usize> {
        match self {
            Self::One(group, _) | Self::Group(group) => Some(group),
            Self::Nobody | Self::Several => None,
        }
    }
}

/// What a type is.
#[derive(Debug, Clone)]
pub enum TypeKind {
    /// An object.
    Struct(Struct),
    /// Text values.
    StringEnum(Vec<Variant<String>>),
    /// Integer values.
    IntegerEnum(Vec<Variant<i64>>),
    /// One of several types.
    Union(Union),
    /// A list of a fixed length.
    Tuple(Tuple),
    /// A list or map that contains itself: another type under a name of its own.
    Newtype(Newtype),
}

/// A list whose elements are each of a type of their own.
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
    /// Whether it stands in a box, to end a recursion.
    pub boxed: bool,
    /// What is checked.
    pub shape: Shape,
}

/// A type that is another one under a name of its own.
#[derive(Debug, Clone)]
pub struct Newtype {
    /// What is inside.
    pub ty: Type,
    /// Whether that stands in a box, to end a recursion.
    pub boxed: bool,
    /// Whether a table of checks is emitted.
    pub checked: bool,
    /// What is checked.
    pub shape: Shape,
}

/// An object type.
#[derive(Debug, Clone, Default)]
pub struct Struct {
    /// Its fields.
    pub fields: Vec<Field>,
    /// What else it may hold.
    pub additional: Option<Type>,
    /// Whether the document excludes further entries.
    pub closed: bool,
    /// The Rust name of the field for what else it may hold.
    pub additional_ident: String,
    /// Serde's `rename_all`, where it saves most renames.
    pub rename_all: Option<&'static str>,
    /// What it has to meet as a whole.
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
    /// How absence is held.
    pub presence: Presence,
    /// Whether it stands in a box, to end a recursion.
    pub boxed: bool,
    /// Whether the spec requires it.
    pub required: bool,
    /// Only the service sets it.
    pub read_only: bool,
    /// Only callers set it; services never return it.
    pub write_only: bool,
    /// `required` names it, and nothing describes it: a service may not know it.
    pub undescribed: bool,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// The values that it can have, if the document lists them all.
    pub values: Vec<Constant>,
    /// Whether callers need not set it, as it has one value only.
    pub filled: bool,
    /// The value that the document shows.
    pub example: Option<Value>,
    /// What is checked.
    pub shape: Shape,
}

/// How a field holds absence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// Always there.
    Always,
    /// `Option`.
    Optional,
    /// Empty when absent.
    Empty,
    /// Absent, null or a value.
    Nullable,
}

impl TypeKind {
    /// The types that values of it hold.
    pub fn inner_types(&self) -> impl Iterator<Item = &Type> {
        let (body, union, tuple, newtype) = match self {
            Self::Struct(body) => (Some(body), None, None, None),
            Self::Union(union) => (None, Some(union), None, None),
            Self::Tuple(tuple) => (None, None, Some(tuple), None),
            Self::Newtype(newtype) => (None, None, None, Some(&newtype.ty)),
            Self::StringEnum(_) | Self::IntegerEnum(_) => (None, None, None, None),
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
    /// The value as a search term, where the name is made of what it means.
    pub alias: Option<String>,
    /// Docs.
    pub docs: Docs,
}

/// One of several types.
#[derive(Debug, Clone, Default)]
pub struct Union {
    /// The property that tells all alternatives apart, if there is one: its name, within the properties before it.
    pub tag: Option<Vec<String>>,
    /// The types.
    pub variants: Vec<UnionVariant>,
    /// The variant that values of no known kind are read as.
    pub fallback: Option<usize>,
    /// Whether a table of checks is emitted.
    pub checked: bool,
}

/// One type of a [`Union`].
#[derive(Debug, Clone)]
pub struct UnionVariant {
    /// Rust name.
    pub ident: String,
    /// The properties that it is known by: of a union with a tag that one only.
    pub marks: Vec<Mark>,
    /// The type.
    pub ty: Type,
    /// Whether it stands in a box.
    pub boxed: bool,
    /// What is checked.
    pub shape: Shape,
}

/// A property that has one of few values.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Its name, within the properties before it.
    pub path: Vec<String>,
    /// The values.
    pub values: Vec<Constant>,
}

/// A value that a document lists.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Constant {
    /// A text.
    Text(String),
    /// An integer.
    Integer(i64),
    /// True or false.
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

/// One address of a service.
#[derive(Debug, Clone, PartialEq)]
pub struct Server {
    /// URL template.
    pub url: String,
    /// Region id.
    pub region: Option<String>,
    /// What the document says of it.
    pub docs: Docs,
    /// The variables of its template.
    pub variables: Vec<ServerVariable>,
}

/// A setting of the client that fills parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// Its name.
    pub name: String,
    /// What the document says of the parameters, each different text once.
    pub docs: Vec<Docs>,
}

/// A variable of a server's URL.
#[derive(Debug, Clone, PartialEq)]
pub struct ServerVariable {
    /// Its name.
    pub name: String,
    /// Its value where none is given.
    pub default: String,
    /// The values that it may have; any if none are listed.
    pub values: Vec<String>,
}

/// A security scheme.
#[derive(Debug, Clone)]
pub struct Scheme {
    /// Name.
    pub name: String,
    /// What the document says of it.
    pub docs: Docs,
    /// Kind.
    pub kind: SchemeKind,
}

/// What a security scheme is.
#[derive(Debug, Clone)]
pub enum SchemeKind {
    /// A key in a place under a name.
    ApiKey(Place, String),
    /// HTTP basic.
    Basic,
    /// A bearer token.
    Bearer,
    /// Not declared, or of a kind that is not supported: calls are sent with or without a key. A key goes where the name suggests.
    Caller(Option<Box<SchemeKind>>),
}
