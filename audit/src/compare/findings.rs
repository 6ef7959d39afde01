//! Collects differences while two sides are walked.

use std::collections::{HashMap, HashSet};

use yundb_generator::diagnostic::Location;

use super::{Aspect, Difference, Mode, Stated, Subject, Topic, is_shared_file};
use crate::{
    extract,
    fact::{Call, Detail, Facts},
};

/// The differences found so far, and the context of the comparison.
#[derive(Debug)]
pub(super) struct Findings {
    /// The strictness.
    pub mode: Mode,
    /// The operation that is being compared.
    pub subject: Option<Subject>,
    /// The lists of states apart from fields on the left side, which descriptions refer to.
    pub states: HashSet<String>,
    /// The left side's values and mentions for all fields of one name: values listed once count for the field
    /// everywhere.
    pub mentioned: HashMap<String, String>,
    /// The values that the left operation's samples have for fields of a name.
    pub left_values: HashMap<String, Vec<String>>,
    /// The examples of the left operation's fields, by their names.
    pub examples: HashMap<String, Vec<String>>,
    /// The values of all samples of the left side.
    pub sampled: HashSet<String>,
    /// The values of each sample of a type on the left side.
    pub shown: Vec<Vec<(String, String)>>,
    /// The values that the left operation's sample sends in path and query.
    pub sent: Vec<(String, String)>,
    /// The values that the right operation's samples and examples have for fields of a name.
    pub right_values: HashMap<String, Vec<String>>,
    /// Places of the right side's statements that the left side has for some field: others may share them.
    pub supported: HashSet<Location>,
    /// The right side's readings of rows that no recognizer reads: the row, the name, the reading.
    pub readings: Vec<(Location, String, String)>,
    list: Vec<Difference>,
}

impl Findings {
    pub fn new(mode: Mode) -> Self {
        Self {
            mode,
            subject: None,
            states: HashSet::new(),
            mentioned: HashMap::new(),
            left_values: HashMap::new(),
            examples: HashMap::new(),
            sampled: HashSet::new(),
            shown: Vec::new(),
            sent: Vec::new(),
            right_values: HashMap::new(),
            supported: HashSet::new(),
            readings: Vec::new(),
            list: Vec::new(),
        }
    }

    /// Records the values that the left side names, in lists of states and for fields of one name.
    pub fn know(&mut self, left: &Facts) {
        let regions = left.endpoints.iter().filter_map(|endpoint| endpoint.region.as_ref());
        let states = left.states.iter().flat_map(|states| &states.values).chain(regions);
        self.states = states.map(|state| state.split_whitespace().collect()).collect();
        for operation in &left.operations {
            if let Call::Type { .. } = operation.call {
                let json = operation.sent.iter().filter_map(|(_, text)| serde_json::from_str(text).ok());
                self.shown.extend(json.map(|json| extract::sample::values(&json)));
            }
            let values = operation.samples.iter().flat_map(|sample| &sample.values).chain(&operation.sent);
            self.sampled.extend(values.map(|(_, value)| value.clone()));
            for field in operation.fields() {
                let mentioned = self.mentioned.entry(field.name.clone()).or_default();
                let words = field.details.iter().map(|stated| &stated.value);
                for words in field.values.iter().chain(words) {
                    mentioned.push_str(words);
                    mentioned.push('\n');
                }
            }
        }
    }

    /// Whether facts that the left side cannot express are ignored.
    pub fn lenient(&self) -> bool {
        self.mode == Mode::Spec
    }

    /// Adds a hard difference without errata, and returns it for further changes.
    pub fn add(
        &mut self,
        topic: Topic,
        aspect: Aspect,
        path: impl Into<String>,
        left: Option<Stated>,
        right: Option<Stated>,
    ) -> &mut Difference {
        // Vec has no method that pushes and borrows; the new one is always the last.
        let index = self.list.len();
        self.list.push(Difference {
            operation: self.subject.clone(),
            topic,
            path: path.into(),
            aspect,
            left,
            right,
            soft: false,
            errata: Vec::new(),
            around: Vec::new(),
        });
        &mut self.list[index]
    }

    /// Returns the differences; in exact mode none is soft.
    pub fn done(mut self) -> Vec<Difference> {
        let lenient = self.lenient();
        let (mut seen, mut same) = (HashSet::new(), HashSet::new());
        self.list.retain(|difference| match (difference.aspect, &difference.left, &difference.right) {
            // Only the spec has it: at a shared place it counts once, and not if another user of it has it.
            (Aspect::Detail(_), Some(left), Some(right)) if left.text.is_empty() && lenient => {
                !self.supported.contains(&right.at) && seen.insert(right.at.clone())
            }
            // A type that operations share has one example; and they share failures, most of which have no sample.
            (Aspect::Detail(Detail::Example), _, Some(right)) if lenient && is_shared_file(right.at.file()) => {
                !self.supported.contains(&right.at) && seen.insert(right.at.clone())
            }
            (Aspect::Extra, _, Some(right))
                if lenient && difference.topic == Topic::Sample && is_shared_file(right.at.file()) =>
            {
                !self.supported.contains(&right.at) && seen.insert(right.at.clone())
            }
            // At a shared place, one difference of all users counts.
            (Aspect::Detail(_) | Aspect::Content, Some(left), Some(right)) if lenient => {
                same.insert((difference.aspect, left.text.clone(), right.text.clone(), right.at.clone()))
            }
            _ => true,
        });
        if self.mode == Mode::Exact {
            self.list.iter_mut().for_each(|difference| difference.soft = false);
        }
        self.list
    }
}

impl Difference {
    /// Sets the errata that may explain it.
    pub(super) fn explained_by(&mut self, errata: &[usize], around: &[usize]) -> &mut Self {
        self.errata = errata.to_vec();
        self.around = around.to_vec();
        self
    }

    /// Marks it as needing no explanation.
    pub(super) fn soft(&mut self) -> &mut Self {
        self.soft = true;
        self
    }
}

/// A side's value at a place.
pub(super) fn stated(text: impl Into<String>, at: &Location) -> Option<Stated> {
    Some(Stated { text: text.into(), at: at.clone() })
}

/// An absent value, at the place where it would be.
pub(super) fn lacks(at: &Location) -> Option<Stated> {
    stated("", at)
}

/// Entries of several levels, nearest first, each once.
pub(super) fn chain(nearer: &[usize], farther: &[usize]) -> Vec<usize> {
    let mut all = nearer.to_vec();
    all.extend(farther.iter().filter(|entry| !nearer.contains(entry)));
    all
}

/// The items of one list only, joined as in differences.
pub(super) fn only(these: &[String], others: &[String]) -> String {
    these.iter().filter(|value| !others.contains(value)).map(String::as_str).collect::<Vec<_>>().join(LIST)
}

/// The separator of values in a list.
pub(crate) const LIST: &str = ", ";
