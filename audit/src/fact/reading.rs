//! A person's reading of a row that no recognizer reads.

use super::{Detail, Field};
use crate::compare::LIST;

/// A reading of a row: the spec had it when the lock was written, and the hash of the row's words shows whether they are
/// still the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The content.
    pub what: What,
    /// The hash of the row's words.
    pub words: String,
    /// The path of the field, if the row describes one of several with its name.
    pub path: Option<String>,
}

/// Kinds of readings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The text has a form that a pattern expresses.
    Pattern,
    /// The values.
    Values(Vec<String>),
    /// The paths of all fields with the name, in a table without nesting.
    Fields(Vec<String>),
    /// A statement: a bound, a default, an example, a unit.
    Stated(Detail, String),
}

impl Reading {
    /// What a person may read beside bounds.
    pub const OTHERS: [Detail; 3] = [Detail::Default, Detail::Example, Detail::Unit];

    /// The readings of a field.
    pub fn of(field: &Field) -> impl Iterator<Item = Self> {
        field.details.iter().filter(|it| it.detail == Detail::Read).filter_map(|it| Self::parse(&it.value))
    }

    /// Reads its text. None if it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        let (head, values) = match text.split_once(": ") {
            Some((head, values)) => (head, Some(values)),
            None => (text, None),
        };
        let mut words = head.splitn(3, ' ');
        let what = match (words.next()?, values) {
            ("pattern", None) => What::Pattern,
            ("values", Some(values)) => What::Values(values.split(LIST).map(str::to_owned).collect()),
            ("fields", Some(paths)) => What::Fields(paths.split(LIST).map(str::to_owned).collect()),
            (word, Some(value)) => {
                let detail = Detail::of(word).filter(|detail| detail.is_bound() || Self::OTHERS.contains(detail))?;
                What::Stated(detail, value.to_owned())
            }
            _ => return None,
        };
        Some(Self { what, words: words.next()?.to_owned(), path: words.next().map(str::to_owned) })
    }
}

impl std::fmt::Display for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match &self.what {
            What::Pattern => "pattern",
            What::Values(_) => "values",
            What::Fields(_) => "fields",
            What::Stated(detail, _) => detail.word(),
        })?;
        write!(f, " {}", self.words)?;
        if let Some(path) = &self.path {
            write!(f, " {path}")?;
        }
        match &self.what {
            What::Pattern => Ok(()),
            What::Values(items) | What::Fields(items) => write!(f, ": {}", items.join(LIST)),
            What::Stated(_, value) => write!(f, ": {value}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_is_a_line() {
        for text in [
            "pattern 1f0a93c2",
            "pattern 1f0a93c2 body.name",
            "values 1f0a93c2: on, off",
            "fields 1f0a93c2: jobs[].id, jobs[].parent.id",
            "values 1f0a93c2 response 200 jobs[].state: NEW, BACKING UP, a:b",
            "max-items 1f0a93c2: 300",
            "example 1f0a93c2 response 200 jobs[].note: a: b, c",
        ] {
            assert_eq!(Reading::parse(text).map(|reading| reading.to_string()).as_deref(), Some(text));
        }
        for text in ["", "pattern", "values 1f0a93c2", "type 1f0a93c2: x", "mentions 1f0a93c2: x"] {
            assert_eq!(Reading::parse(text), None, "{text}");
        }
    }
}
