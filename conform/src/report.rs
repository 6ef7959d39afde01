//! The result for a document: counts, and each failed case with its operation, kind and value.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};

use serde::{Deserialize, Serialize};

/// The kind of an error. The short codes make findings of many documents comparable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The client lacks an operation that the document has.
    MissingOperation,
    /// The client has no argument or setter for a documented parameter, field or media type.
    NoWayToSend,
    /// The type of an argument or setter does not accept a valid value.
    ValueNotTaken,
    /// The client requires something that is optional in the document.
    NeedsOptional,
    /// A valid input was rejected.
    RefusedValid,
    /// Nothing was sent, for another reason.
    NotSent,
    /// The request does not have the documented form: method, path, a header, the form of the body.
    SentMalformed,
    /// A parameter is missing in the request, or has another value.
    SentParameterDiffers,
    /// The body is missing in the request, or differs.
    SentBodyDiffers,
    /// The body of the request is invalid.
    SentBodyInvalid,
    /// The request has a part that is neither documented nor given.
    SentInvented,
    /// The client reads a documented media type as another kind.
    NoWayToRead,
    /// The client reads another documented media type of the same response, and this one not at all.
    OtherMediaType,
    /// A documented response could not be decoded, or a success was read as an error, or the reverse.
    ResponseNotDecoded,
    /// A part of the response is missing in the typed value.
    ResponseLost,
    /// A part of the typed value is not in the response.
    ResponseInvented,
    /// A documented response header is not in the typed headers.
    HeaderLost,
    /// A documented response header is untyped, or a string instead of a more specific type.
    HeaderUntyped,
    /// An invalid alternative of a union was chosen.
    WrongAlternative,
    /// A value that the document describes was kept as unknown or untyped.
    UnknownForKnown,
    /// Invalid input was sent.
    NotRefused,
    /// Invalid input was rejected, but the error has another path.
    WrongPathInRefusal,
    /// Invalid input could not be sent without the check, or was changed.
    UncheckedDiffers,
    /// The client panicked.
    Panicked,
    /// The generator produced no crate, though the document can be read.
    NotGenerated,
    /// The generated crate does not compile.
    DoesNotCompile,
    /// The cases could not be run.
    NotRun,
}

impl Kind {
    /// Its short code.
    pub fn code(self) -> String {
        // The serialization is the one place that has the codes.
        match serde_json::to_value(self) {
            Ok(serde_json::Value::String(code)) => code,
            _ => format!("{self:?}"),
        }
    }
}

/// The subject of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Case {
    /// Whether the operation exists.
    Operation,
    /// A valid input is sent.
    Request,
    /// A documented response is read.
    Response,
    /// An invalid input is rejected.
    Refusal,
}

/// An error of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrong {
    /// The operation: its id, or method and path.
    pub operation: String,
    /// The subject of the case.
    pub case: Case,
    /// A description of the case.
    pub name: String,
    /// The kind of error.
    pub kind: Kind,
    /// Its place: a parameter, or a JSON pointer into a body. Empty for the whole.
    pub at: String,
    /// The expected and actual values, shortened.
    pub message: String,
}

/// The reason why a part of the document has no case: it contradicts itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contradiction {
    /// The operation: its id, or method and path.
    pub operation: String,
    /// The missing case.
    pub name: String,
    /// The unsatisfiable schema.
    pub schema: String,
    /// The reason.
    pub reason: String,
}

/// The result for one document.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Report {
    /// The document's name.
    pub document: String,
    /// Number of operations.
    pub operations: usize,
    /// Number of operations with cases, all of them passed.
    pub operations_right: usize,
    /// Number of cases.
    pub cases: usize,
    /// Number of passed cases.
    pub right: usize,
    /// The errors of the others.
    pub wrong: Vec<Wrong>,
    /// Parts that could not be tested.
    pub contradictions: Vec<Contradiction>,
    /// Peculiarities of the document itself.
    pub notes: Vec<String>,
}

impl Report {
    /// The report of a document without a program to run.
    pub fn of_nothing(document: &str, operations: usize, kind: Kind, message: &str) -> Self {
        let wrong = Wrong {
            operation: String::new(),
            case: Case::Operation,
            name: "the crate".to_owned(),
            kind,
            at: String::new(),
            message: message.to_owned(),
        };
        // Each operation counts as a case that could not be run.
        Self {
            document: document.to_owned(),
            operations,
            cases: operations.max(1),
            wrong: vec![wrong],
            ..Self::default()
        }
    }

    /// Number of failed cases.
    pub fn cases_wrong(&self) -> usize {
        self.cases - self.right
    }

    /// Number of findings of each kind.
    pub fn kinds(&self) -> BTreeMap<Kind, usize> {
        let mut kinds = BTreeMap::new();
        for wrong in &self.wrong {
            *kinds.entry(wrong.kind).or_default() += 1;
        }
        kinds
    }

    /// The errors, one line for each operation, kind and place, with the first case that shows it and their number.
    pub fn summary(&self) -> Vec<String> {
        let mut found: BTreeMap<(&str, Kind, String), (&Wrong, usize)> = BTreeMap::new();
        for wrong in &self.wrong {
            let key = (wrong.operation.as_str(), wrong.kind, wrong.place());
            found.entry(key).or_insert((wrong, 0)).1 += 1;
        }
        let more = |count: usize| if count > 1 { format!(" ({count} cases)") } else { String::new() };
        found.into_values().map(|(wrong, count)| format!("{wrong}{}", more(count))).collect()
    }
}

impl Wrong {
    /// The place, regardless of the element of a list.
    pub fn place(&self) -> String {
        let number = |token: &str| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit());
        let tokens = self.at.split('/').map(|token| if number(token) { "*" } else { token });
        tokens.collect::<Vec<_>>().join("/")
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, name, kind, at, message, .. } = self;
        write!(f, "{operation}: {name}: {}", kind.code())?;
        if !at.is_empty() {
            write!(f, " at {at}")?;
        }
        write!(f, ": {message}")
    }
}

/// Shortens a text to fit on a line.
pub fn shortened(text: &str) -> String {
    const MOST: usize = 200;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}...", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

/// The place of an error.
#[derive(Default)]
struct Found<'a> {
    findings: usize,
    operations: BTreeSet<(&'a str, &'a str)>,
    documents: BTreeSet<&'a str>,
}

/// A row for each document, a total, and the findings by kind.
pub fn table(reports: &[Report]) -> String {
    let header = ["document", "operations", "right", "cases", "right", "wrong", "contradictory"].map(str::to_owned);
    let row = |name: &str, reports: &[&Report]| {
        let sum = |of: fn(&Report) -> usize| reports.iter().map(|report| of(report)).sum::<usize>().to_string();
        [
            name.to_owned(),
            sum(|report| report.operations),
            sum(|report| report.operations_right),
            sum(|report| report.cases),
            sum(|report| report.right),
            sum(Report::cases_wrong),
            sum(|report| report.contradictions.len()),
        ]
    };
    let mut rows: Vec<[String; 7]> = vec![header];
    rows.extend(reports.iter().map(|report| row(&report.document, &[report])));
    if reports.len() > 1 {
        rows.push(row("all", &reports.iter().collect::<Vec<_>>()));
    }
    let mut out = aligned(&rows);
    let mut kinds: BTreeMap<Kind, Found<'_>> = BTreeMap::new();
    for report in reports {
        for wrong in &report.wrong {
            let found = kinds.entry(wrong.kind).or_default();
            found.findings += 1;
            found.operations.insert((&report.document, &wrong.operation));
            found.documents.insert(&report.document);
        }
    }
    if !kinds.is_empty() {
        let mut rows = vec![["wrong", "findings", "operations", "documents"].map(str::to_owned)];
        let kinds = kinds.into_iter().map(|(kind, Found { findings, operations, documents })| {
            [kind.code(), findings.to_string(), operations.len().to_string(), documents.len().to_string()]
        });
        rows.extend(kinds);
        out.push('\n');
        out.push_str(&aligned(&rows));
    }
    out
}

/// The first column is left-aligned, the numbers right-aligned.
fn aligned<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(width);
    let mut out = String::new();
    for row in rows {
        for (column, cell) in row.iter().enumerate() {
            // Writing to a string does not fail.
            let _ = match column {
                0 => write!(out, "{cell:<width$}", width = widths[0]),
                _ => write!(out, "  {cell:>width$}", width = widths[column]),
            };
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(kind: Kind, operation: &str) -> Wrong {
        let (name, at, message) = ("least".to_owned(), "/a".to_owned(), "1 became 2".to_owned());
        Wrong { operation: operation.to_owned(), case: Case::Request, name, kind, at, message }
    }

    #[test]
    fn the_table_has_totals_and_kinds() {
        let report = |document: &str, right, wrong: Vec<Wrong>| Report {
            document: document.to_owned(),
            operations: 2,
            operations_right: 1,
            cases: 10,
            right,
            wrong,
            ..Report::default()
        };
        let first = report("a", 8, vec![wrong(Kind::SentBodyDiffers, "x"), wrong(Kind::SentBodyDiffers, "x")]);
        let second = report("longer", 9, vec![wrong(Kind::NotRefused, "x")]);
        assert_eq!(
            table(&[first.clone(), second]),
            "document  operations  right  cases  right  wrong  contradictory\n\
             a                  2      1     10      8      2              0\n\
             longer             2      1     10      9      1              0\n\
             all                4      2     20     17      3              0\n\
             \n\
             wrong              findings  operations  documents\n\
             sent-body-differs         2           1          1\n\
             not-refused               1           1          1\n"
        );
        assert_eq!(first.summary(), ["x: least: sent-body-differs at /a: 1 became 2 (2 cases)"]);
    }

    #[test]
    fn long_values_are_shortened() {
        assert_eq!(shortened("a\n b"), "a b");
        assert_eq!(shortened(&"ä".repeat(300)).chars().count(), 203);
    }
}
