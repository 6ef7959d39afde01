//! Collects differences while two sides are walked.

use std::collections::{HashMap, HashSet};

use yundb_generator::diagnostic::Location;

use super::{Aspect, Difference, Mode, Saying, Subject, Topic};
use crate::fact::Facts;

/// The differences found so far, and what is being compared.
#[derive(Debug)]
pub(super) struct Findings {
    /// How strict to be.
    pub mode: Mode,
    /// The operation that is being compared.
    pub subject: Option<Subject>,
    /// The states that the left side lists apart from fields, which descriptions refer to.
    pub states: HashSet<String>,
    /// What the left side says of all fields of one name: values that it lists once stand for the field everywhere.
    pub said: HashMap<String, String>,
    list: Vec<Difference>,
}

impl Findings {
    pub fn new(mode: Mode) -> Self {
        Self { mode, subject: None, states: HashSet::new(), said: HashMap::new(), list: Vec::new() }
    }

    /// Takes down which values the left side names, in lists of states and for fields of one name.
    pub fn know(&mut self, left: &Facts) {
        let states = left.states.iter().flat_map(|states| &states.values);
        self.states = states.map(|state| state.split_whitespace().collect()).collect();
        for operation in &left.operations {
            let bodies = operation.body.iter().chain(operation.answers.iter().map(|answer| &answer.shape));
            let fields = bodies.flat_map(|shape| shape.fields.iter().chain(shape.types.values().flatten()));
            let parameters = operation.parameters.iter().map(|parameter| &parameter.field);
            for field in parameters.chain(fields) {
                let said = self.said.entry(field.name.clone()).or_default();
                for words in field.values.iter().chain(&field.mentions) {
                    said.push_str(words);
                    said.push('\n');
                }
            }
        }
    }

    /// Whether what the left side cannot say is forgiven.
    pub fn lenient(&self) -> bool {
        self.mode == Mode::Spec
    }

    /// Adds a hard difference without errata; the caller goes on from there.
    pub fn add(
        &mut self,
        topic: Topic,
        aspect: Aspect,
        path: impl Into<String>,
        left: Option<Saying>,
        right: Option<Saying>,
    ) -> &mut Difference {
        // Vec has no method that adds and lends; a fresh one is always the last.
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

    /// The differences; where all counts none is soft.
    pub fn done(mut self) -> Vec<Difference> {
        if self.mode == Mode::Exact {
            self.list.iter_mut().for_each(|difference| difference.soft = false);
        }
        self.list
    }
}

impl Difference {
    /// Says which errata may explain it.
    pub(super) fn explained_by(&mut self, errata: &[usize], around: &[usize]) -> &mut Self {
        self.errata = errata.to_vec();
        self.around = around.to_vec();
        self
    }

    /// Says that it needs no explanation.
    pub(super) fn soft(&mut self) -> &mut Self {
        self.soft = true;
        self
    }
}

/// What a side says at a place.
pub(super) fn says(text: impl Into<String>, at: &Location) -> Option<Saying> {
    Some(Saying { text: text.into(), at: at.clone() })
}

/// That a side says nothing, at the place where it would.
pub(super) fn lacks(at: &Location) -> Option<Saying> {
    says("", at)
}

/// Entries of several levels, nearest first, each once.
pub(super) fn chain(nearer: &[usize], farther: &[usize]) -> Vec<usize> {
    let mut all = nearer.to_vec();
    all.extend(farther.iter().filter(|entry| !nearer.contains(entry)));
    all
}

/// What is in one list only, joined as differences say it.
pub(super) fn only(these: &[String], others: &[String]) -> String {
    these.iter().filter(|value| !others.contains(value)).map(String::as_str).collect::<Vec<_>>().join(LIST)
}

/// What stands between the values of a list.
pub(crate) const LIST: &str = ", ";
