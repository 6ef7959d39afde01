//! What a document or a spec says about an API, in one model: documents, locks and specs are all read into it.

mod parse;

use std::collections::BTreeMap;

use yundb_generator::diagnostic::Location;

/// Everything that one document, lock or spec says about one service.
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
    /// Which permission a call needs.
    pub permissions: Vec<Permission>,
    /// Lists of states that fields refer to.
    pub states: Vec<States>,
    /// The place of the whole, if there is a file: where what is missing would stand.
    pub at: Option<Location>,
    /// See [`Operation::errata`]: those at the root of a spec.
    pub errata: Vec<usize>,
}

/// The document that facts come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// File name.
    pub document: String,
    /// Title, in English.
    pub title: String,
    /// Edition as the document states it.
    pub edition: String,
    /// SHA-256 of the file in hexadecimal; empty for a spec.
    pub sha256: String,
}

/// One operation, described in one section.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Number of the section (`4.3.1`, `A.4`); empty for a document without numbers.
    pub section: String,
    /// How it is called.
    pub call: Call,
    /// Parameters in the path, the query and the header.
    pub parameters: Vec<Parameter>,
    /// The request body, if there is one.
    pub body: Option<Shape>,
    /// What it answers, by status.
    pub answers: Vec<Answer>,
    /// Samples of requests and answers.
    pub samples: Vec<Sample>,
    /// What of the section could not be read, in words without a line number.
    pub unread: Vec<String>,
    /// Where the section or the operation stands.
    pub at: Location,
    /// What explains a difference at this place, by index into the errata of the spec. Empty for documents and locks.
    pub errata: Vec<usize>,
}

/// How an operation is called.
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
}

/// Where a parameter is sent.
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
    /// Where it is sent.
    pub place: Place,
    /// What it is.
    pub field: Field,
    /// Whether the client fills it by a setting of its own, so that samples may have it or not.
    pub filled: bool,
}

/// The fields of a body, and the types that they use.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    /// The fields of the body itself.
    pub fields: Vec<Field>,
    /// The types that fields name with [`Type::of`].
    pub types: BTreeMap<String, Vec<Field>>,
    /// Whether `fields` lists the fields of all levels in one row, because the document marks no nesting.
    pub flat: bool,
}

/// What an operation answers with one status.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status. None where the document gives none (and for `default` of a spec). A single digit is a class: 4 is
    /// `4XX` of a spec.
    pub status: Option<u16>,
    /// The body; empty where the document says that there is none, or nothing of it.
    pub shape: Shape,
    /// Where it is described.
    pub at: Location,
    /// See [`Operation::errata`].
    pub errata: Vec<usize>,
}

/// A parameter, or a field of a body.
#[derive(Clone, Debug)]
pub struct Field {
    /// The name on the wire, mended where that is safe.
    pub name: String,
    /// The name as the document prints it, where it had to be mended.
    pub printed: Option<String>,
    /// Its type. None where the document gives none.
    pub ty: Option<Type>,
    /// Whether a caller must give it.
    pub required: Required,
    /// The values that it can have, where the document lists them as such.
    pub values: Vec<String>,
    /// Its description and example without blanks, in which values stand that are not listed. Known only with the document
    /// at hand: a lock does not keep it.
    pub mentions: Option<String>,
    /// Whether the client takes care of it, so that nobody is missed who does not mention it (the token header).
    pub implied: bool,
    /// Where it is described.
    pub at: Location,
    /// See [`Operation::errata`].
    pub errata: Vec<usize>,
}

/// Whether a caller must give a parameter or field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Required {
    /// The document does not say: answers, and tables that lost the column.
    Unknown,
    /// No.
    Optional,
    /// Yes.
    Required,
    /// The column gives a condition.
    Conditional,
}

/// A type, as a document words it or a spec declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Type {
    /// What kind of value, without what wraps it in lists.
    pub kind: Kind,
    /// How many lists wrap it.
    pub lists: usize,
    /// The key of the type's fields in [`Shape::types`].
    pub of: Option<String>,
    /// The type as the document words it, mended (`Array of LinkInfo objects`).
    pub text: String,
}

/// What kind of value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Text.
    String,
    /// A whole number of 32 bits.
    Integer,
    /// A whole number of 64 bits.
    Long,
    /// A number with a fraction.
    Number,
    /// True or false.
    Boolean,
    /// An object with known fields, or any object.
    Object,
    /// An object with keys of the caller's choice.
    Map,
    /// Not one of these, or not said (a list without what it is of).
    Any,
}

/// A sample of a request or an answer.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The status of the answer; None for a request, or where the document does not say it.
    pub status: Option<u16>,
    /// Whether it is a request.
    pub request: bool,
    /// The keys in it, as paths: `instances[].name`. For a broken sample names alone, without their places.
    pub keys: Vec<String>,
    /// What state it is in.
    pub state: SampleState,
    /// Where it stands.
    pub at: Location,
    /// See [`Operation::errata`].
    pub errata: Vec<usize>,
}

/// What state a sample is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleState {
    /// As it should be.
    Whole,
    /// Mended by what is safe: joined over a page break, quotes and commas put right, characters of the scan replaced.
    Mended,
    /// Not readable as what it should be; only names of keys are known.
    Broken,
}

/// A host that serves the API.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// The region's id, where the document gives it.
    pub region: Option<String>,
    /// The host.
    pub host: String,
    /// The host as the document prints it, where it had to be mended.
    pub printed: Option<String>,
    /// Where it stands.
    pub at: Location,
    /// See [`Operation::errata`].
    pub errata: Vec<usize>,
}

/// An error code.
#[derive(Clone, Debug)]
pub struct ErrorCode {
    /// The code.
    pub code: String,
    /// The code as the document prints it, where it had to be mended.
    pub printed: Option<String>,
    /// The HTTP status that it comes with.
    pub status: Option<u16>,
    /// Where it stands.
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
    /// Where it stands.
    pub at: Location,
    /// See [`Operation::errata`].
    pub errata: Vec<usize>,
}

/// A list of states, which the document gives apart from the fields that have them.
#[derive(Clone, Debug)]
pub struct States {
    /// What the document calls the list: the table's number (`A-6`); for a spec the schema's name.
    pub name: String,
    /// The states.
    pub values: Vec<String>,
    /// Where it stands.
    pub at: Location,
    /// See [`Operation::errata`].
    pub errata: Vec<usize>,
}

/// A line of a document that could not be read.
#[derive(Clone, Debug)]
pub struct Unread {
    /// Where.
    pub at: Location,
    /// Why.
    pub why: String,
}

impl std::fmt::Display for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rest { method, path } => write!(f, "{method} {path}"),
            Self::Rpc { action } => f.write_str(action),
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
