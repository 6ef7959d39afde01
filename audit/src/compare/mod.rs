//! Compares two sets of facts: a document's or lock's (left) with a spec's or a newer document's (right).

pub mod errata;
mod explain;
mod field;
mod findings;
mod flat;
mod lists;
mod names;
mod operation;
mod response;
mod sample;
mod shape;
#[cfg(test)]
mod tests;

use yundb_generator::diagnostic::Location;

use crate::fact::{Call, Facts};

use self::findings::Findings;
pub(crate) use self::{findings::LIST, sample::SAMPLE};

pub use self::{
    errata::{Settled, settle},
    explain::diagnostics,
};

/// How strictly two sides are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A document or lock with a spec: what the document cannot say is no difference, or a soft one.
    Spec,
    /// Two editions of a document, or a document and its lock: all that differs counts.
    Exact,
}

/// All facts that two sides do not share, by operation in the order of the left side.
pub fn facts(left: &Facts, right: &Facts, mode: Mode) -> Vec<Difference> {
    let mut findings = Findings::new(mode);
    findings.know(left);
    lists::document(left, right, &mut findings);
    operation::all(left, right, &mut findings);
    lists::endpoints(left, right, &mut findings);
    lists::codes(left, right, &mut findings);
    lists::permissions(left, right, &mut findings);
    lists::states(left, right, &mut findings);
    findings.done()
}

/// One fact that the two sides do not share.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The operation that it belongs to; None for what stands apart from operations.
    pub operation: Option<Subject>,
    /// What kind of fact it is.
    pub topic: Topic,
    /// Which fact, as a path: `query limit`, `body.instance.name`, `answer 200 instances[].id`, `code DBS.280001`.
    pub path: String,
    /// In what they differ.
    pub aspect: Aspect,
    /// What the left side says; an empty text if it does not have the fact, None if it has no place for it either.
    pub left: Option<Saying>,
    /// The same of the right side.
    pub right: Option<Saying>,
    /// Whether it needs no explanation: one side cannot say it (a lost column), or it was mended by what is safe (a name
    /// broken over lines). It still is what an `x-errata` entry may explain.
    pub soft: bool,
    /// The errata that stand at the place: at the fact's own node, and at what that refers to.
    pub errata: Vec<usize>,
    /// The errata that stand around it, nearest first: at the schemas that hold it, its answer, its operation.
    pub around: Vec<usize>,
}

/// The operation that a difference belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// Number of its section.
    pub section: String,
    /// How it is called.
    pub call: Call,
}

/// What one side says of a fact, and where.
#[derive(Clone, Debug)]
pub struct Saying {
    /// The name, type, value or list, as an `x-errata` entry has to quote it.
    pub text: String,
    /// Where. For a side that lacks the fact, where it would stand.
    pub at: Location,
}

/// Kinds of facts, as the report counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// An operation: that it is there, how it is called, its section.
    Operation,
    /// A parameter, or a field of a request body.
    Parameter,
    /// A field of an answer, or a status.
    Response,
    /// A value of a list, or a state.
    Value,
    /// An error code.
    Code,
    /// A sample.
    Sample,
    /// An endpoint.
    Endpoint,
    /// A permission.
    Permission,
    /// The document itself: title, edition.
    Document,
}

/// In what two sides differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aspect {
    /// The right side lacks it.
    Missing,
    /// The left side lacks it.
    Extra,
    /// The name, the call, the host.
    Name,
    /// The type.
    Type,
    /// Whether it is required.
    Required,
    /// Where it is sent, or on which level it is.
    Place,
    /// The status.
    Status,
    /// The list of values, keys or actions.
    Values,
    /// How it is printed, or that it is damaged.
    Print,
}
