//! Facts about an API, in one model: documents, locks and specs are all read into it.

mod detail;
mod parse;
mod reading;

use std::collections::BTreeMap;

use yundb_generator::diagnostic::Location;

pub use self::{
    detail::{Detail, Prose, Statement},
    reading::{Reading, What},
};

/// All facts of one document, lock or spec about one service.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Where the facts come from.
    pub origin: Origin,
    /// The operations, in the order in which they are described.
    pub operations: Vec<Operation>,
    /// Hosts that serve the API.
    pub endpoints: Vec<Endpoint>,
    /// Error codes, in appendices and in the sections of operations.
    pub codes: Vec<ErrorCode>,
    /// The permissions that calls need.
    pub permissions: Vec<Permission>,
    /// Lists of states that fields refer to.
    pub states: Vec<States>,
    /// The place of the whole, if there is a file: the place of missing facts.
    pub at: Option<Location>,
    /// See [`Operation::errata`]: those at the root of a spec.
    pub errata: Vec<usize>,
}

impl Facts {
    /// The types that have a section of their own.
    pub fn types(&self) -> impl Iterator<Item = &str> {
        self.operations.iter().filter_map(|operation| match &operation.call {
            Call::Type { name } => Some(name.as_str()),
            _ => None,
        })
    }
}

/// The document that facts come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// File name.
    pub document: String,
    /// Title, in English.
    pub title: String,
    /// Edition as printed in the document.
    pub edition: String,
    /// SHA-256 of the file in hexadecimal; empty for a spec.
    pub sha256: String,
}

/// One operation, described in one section.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Number of the section (`4.3.1`, `A.4`); empty for a document without numbers.
    pub section: String,
    /// The call.
    pub call: Call,
    /// Parameters in the path, the query and the header.
    pub parameters: Vec<Parameter>,
    /// The request body, if there is one.
    pub body: Option<Shape>,
    /// The responses, by status.
    pub responses: Vec<Response>,
    /// Samples of requests and responses.
    pub samples: Vec<Sample>,
    /// The values that the request's sample sends in path and query, each with its name. Empty for specs, which have
    /// them as examples of the parameters.
    pub sent: Vec<(String, String)>,
    /// The numbers in the section's text before its tables: limits, times, versions. Empty for specs.
    pub about: Vec<String>,
    /// How a spec presents it. Default for documents and locks.
    pub shown: Shown,
    /// Reasons why parts of the section could not be read, without line numbers.
    pub unread: Vec<String>,
    /// The place of the section or the operation.
    pub at: Location,
    /// The errata at this place, by index into those of the spec. Empty for documents and locks.
    pub errata: Vec<usize>,
}

impl Operation {
    /// The parameters and all fields of bodies.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        let bodies = self.body.iter().chain(self.responses.iter().map(|response| &response.shape));
        let fields = bodies.flat_map(|shape| shape.fields.iter().chain(shape.types.values().flatten()));
        self.parameters.iter().map(|parameter| &parameter.field).chain(fields)
    }
}

/// Facts that only a spec has about an operation, verified against the document.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// The vendor's name: `x-sdk-name`, or else the operationId in UpperCamelCase.
    pub sdk_name: String,
    /// Its summary, description, rate limits, and when it is retired.
    pub text: String,
    /// Whether it has `x-pagination`.
    pub pages: bool,
    /// Whether calls have a `Content-Type`: with a body, or by a protocol whose runtime always sends it.
    pub content_type: bool,
}

/// The call of an operation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Call {
    /// By method and path.
    Rest {
        /// `GET`
        method: String,
        /// `/v3/{project_id}/instances`, without the query.
        path: String,
    },
    /// By the parameter `Action`.
    Rpc {
        /// `CreateGateway`
        action: String,
    },
    /// None: the section describes a type that several operations use. Its fields are those of the only response, and
    /// its samples in JSON are `sent`.
    Type {
        /// The name of its schema in the spec.
        name: String,
    },
}

/// The location of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// In the path.
    Path,
    /// In the query. All parameters of an RPC operation are here.
    Query,
    /// In the header.
    Header,
}

/// A parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The location.
    pub place: Place,
    /// Its description.
    pub field: Field,
    /// Whether the client fills it from its configuration, so that samples may have it or not.
    pub filled: bool,
    /// The type of the JSON in it, as the only field of a shape. Only in specs.
    pub json: Option<Shape>,
}

/// The fields of a body, and the types that they use.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    /// The fields of the body itself.
    pub fields: Vec<Field>,
    /// The types that fields name with [`Type::of`].
    pub types: BTreeMap<String, Vec<Field>>,
    /// Whether `fields` lists the fields of all levels, because the document does not show the nesting.
    pub flat: bool,
}

/// The response of an operation with one status.
#[derive(Clone, Debug)]
pub struct Response {
    /// The HTTP status. None where the document has none (and for `default` of a spec). A single digit is a class: 4 is
    /// `4XX` of a spec.
    pub status: Option<u16>,
    /// The body; empty if the response has none, or nothing is known of it.
    pub shape: Shape,
    /// The place of its description.
    pub at: Location,
    /// See [`Operation::errata`].
    pub errata: Vec<usize>,
}

/// A parameter, or a field of a body.
#[derive(Clone, Debug)]
pub struct Field {
    /// The wire name, repaired where that is safe.
    pub name: String,
    /// The name as printed in the document, where it had to be repaired.
    pub printed: Option<String>,
    /// Its type. None where the document has none.
    pub ty: Option<Type>,
    /// Whether the caller must set it.
    pub required: Required,
    /// The values that it can have, where the document lists them as such.
    pub values: Vec<String>,
    /// Other statements about it: bounds, defaults, examples, units, conditions.
    pub details: Vec<Statement>,
    /// The text of a spec about it. Empty for documents and locks.
    pub prose: Prose,
    /// The hash of a document's text about it. Empty for specs and locks.
    pub words: String,
    /// Whether a spec marks it as a secret. False for documents and locks.
    pub secret: bool,
    /// Whether the client fills it, so that it may be missing on either side (the token header).
    pub implied: bool,
    /// The place of its description.
    pub at: Location,
    /// See [`Operation::errata`].
    pub errata: Vec<usize>,
}

/// Whether the caller must set a parameter or field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Required {
    /// Unknown: responses, and tables that lost the column.
    Unknown,
    /// No.
    Optional,
    /// Yes.
    Required,
    /// The document has a condition.
    Conditional,
}

/// A type, as worded in a document or declared in a spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Type {
    /// The kind of value, without enclosing lists.
    pub kind: Kind,
    /// Number of enclosing lists.
    pub lists: usize,
    /// The key of the type's fields in [`Shape::types`].
    pub of: Option<String>,
    /// The type as worded in the document, repaired (`Array of LinkInfo objects`).
    pub text: String,
}

/// The kinds of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A string.
    String,
    /// A 32-bit integer.
    Integer,
    /// A 64-bit integer.
    Long,
    /// A number with a fraction.
    Number,
    /// A boolean.
    Boolean,
    /// An object with known fields, or any object.
    Object,
    /// An object with arbitrary keys.
    Map,
    /// None of these, or unknown (a list without an element type).
    Any,
}

/// A sample of a request or a response.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The status of the response; None for a request, or where the document has none.
    pub status: Option<u16>,
    /// Whether it is a request.
    pub request: bool,
    /// The keys in it, as paths: `instances[].name`. For a broken sample names only, without their paths.
    pub keys: Vec<String>,
    /// Its values as text, each with its path, in the sample's order.
    pub values: Vec<(String, String)>,
    /// Its state.
    pub state: SampleState,
    /// Its place.
    pub at: Location,
    /// See [`Operation::errata`].
    pub errata: Vec<usize>,
}

/// The states of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleState {
    /// Valid.
    Whole,
    /// Repaired safely: joined over a page break, quotes and commas fixed, characters of the scan replaced.
    Repaired,
    /// Not readable; only names of keys are known.
    Broken,
}

/// A host that serves the API.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// The region's id, where the document has it.
    pub region: Option<String>,
    /// The host.
    pub host: String,
    /// The host as printed in the document, where it had to be repaired.
    pub printed: Option<String>,
    /// Its place.
    pub at: Location,
    /// See [`Operation::errata`].
    pub errata: Vec<usize>,
}

/// An error code.
#[derive(Clone, Debug)]
pub struct ErrorCode {
    /// The code.
    pub code: String,
    /// The code as printed in the document, where it had to be repaired.
    pub printed: Option<String>,
    /// Its HTTP status.
    pub status: Option<u16>,
    /// Its place.
    pub at: Location,
    /// See [`Operation::errata`].
    pub errata: Vec<usize>,
}

/// The permissions that a call needs.
#[derive(Clone, Debug)]
pub struct Permission {
    /// The call.
    pub call: Call,
    /// The actions, the main one first.
    pub actions: Vec<String>,
    /// Its place.
    pub at: Location,
    /// See [`Operation::errata`].
    pub errata: Vec<usize>,
}

/// A list of states that the document has apart from the fields.
#[derive(Clone, Debug)]
pub struct States {
    /// The document's name for the list: the table's number (`A-6`); for a spec the schema's name.
    pub name: String,
    /// The states.
    pub values: Vec<String>,
    /// Its place.
    pub at: Location,
    /// See [`Operation::errata`].
    pub errata: Vec<usize>,
}

/// A line of a document that could not be read.
#[derive(Clone, Debug)]
pub struct Unread {
    /// The place.
    pub at: Location,
    /// The reason.
    pub why: String,
}

impl std::fmt::Display for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rest { method, path } => write!(f, "{method} {path}"),
            Self::Rpc { action } => f.write_str(action),
            Self::Type { name } => write!(f, "type {name}"),
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
        })
    }
}

impl std::fmt::Display for Required {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Unknown => "unknown",
            Self::Optional => "optional",
            Self::Required => "required",
            Self::Conditional => "conditional",
        })
    }
}
