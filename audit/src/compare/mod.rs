//! Compares two sets of facts: a document's or lock's (left) with a spec's or a newer document's (right).

mod detail;
pub mod errata;
mod explain;
mod field;
mod findings;
mod flat;
mod json;
mod lists;
mod names;
mod operation;
mod reading;
mod response;
mod sample;
mod shape;
#[cfg(test)]
mod tests;
mod text;

use yundb_generator::diagnostic::Location;

use crate::fact::{Call, Detail, Facts};

use self::findings::Findings;
pub(crate) use self::{
    detail::is_shared_file,
    field::is_secret,
    findings::LIST,
    reading::{no_longer_read, read_by_people, still_read},
    sample::SAMPLE,
};

pub use self::{
    errata::{Settled, settle},
    explain::{diagnostics, lines},
};

/// The strictness of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A document or lock with a spec: facts that the document cannot express are no difference, or a soft one.
    Spec,
    /// Two editions of a document, or a document and its lock: every difference counts.
    Exact,
}

/// All differences of two sides, by operation in the order of the left side.
pub fn facts(left: &Facts, right: &Facts, mode: Mode) -> Vec<Difference> {
    collect(left, right, mode).done()
}

fn collect(left: &Facts, right: &Facts, mode: Mode) -> Findings {
    let mut findings = Findings::new(mode);
    findings.know(left);
    lists::document(left, right, &mut findings);
    operation::all(left, right, &mut findings);
    lists::endpoints(left, right, &mut findings);
    lists::codes(left, right, &mut findings);
    lists::permissions(left, right, &mut findings);
    lists::states(left, right, &mut findings);
    findings
}

/// A difference of two sides.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The operation; None for facts apart from operations.
    pub operation: Option<Subject>,
    /// The kind of fact.
    pub topic: Topic,
    /// The path of the fact: `query limit`, `body.instance.name`, `response 200 instances[].id`, `code DBS.280001`.
    pub path: String,
    /// The aspect that differs.
    pub aspect: Aspect,
    /// The left side's value; an empty text if it does not have the fact, None if it has no place for it either.
    pub left: Option<Stated>,
    /// The right side's value, likewise.
    pub right: Option<Stated>,
    /// Whether it needs no explanation: one side cannot express it (a lost column), or it was repaired safely (a name
    /// broken over lines). An `x-errata` entry may still explain it.
    pub soft: bool,
    /// The errata at the place: at the fact's own node, and at its target.
    pub errata: Vec<usize>,
    /// The enclosing errata, nearest first: at the schemas that contain it, its response, its operation.
    pub around: Vec<usize>,
}

/// The operation of a difference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// Number of its section.
    pub section: String,
    /// Its call.
    pub call: Call,
}

/// A side's value, and its place.
#[derive(Clone, Debug)]
pub struct Stated {
    /// The name, type, value or list, as an `x-errata` entry has to quote it.
    pub text: String,
    /// The place. For a side without the fact, the place where it would be.
    pub at: Location,
}

/// Kinds of facts, as counted by the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// An operation: its presence, its call, its section.
    Operation,
    /// A parameter, or a field of a request body.
    Parameter,
    /// A response field, or a status.
    Response,
    /// A value of a list, or a state.
    Value,
    /// An error code.
    Code,
    /// What is stated about a field: bounds, defaults, examples, units, conditions.
    Detail,
    /// A sample.
    Sample,
    /// An endpoint.
    Endpoint,
    /// A permission.
    Permission,
    /// The document itself: title, edition.
    Document,
}

/// The aspects of a difference.
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
    /// The location of a parameter, or the level of a field.
    Place,
    /// The status.
    Status,
    /// The list of values, keys or actions.
    Values,
    /// The printed form, or damage.
    Print,
    /// A bound, default, example, unit, condition.
    Detail(Detail),
    /// The values of a sample.
    Content,
    /// `x-sensitive` of a secret.
    Secret,
    /// `x-pagination` of a list.
    Pages,
}
