//! Collects differences while two sides are walked.

use yundb_generator::diagnostic::Location;

use super::{Aspect, Difference, Mode, Saying, Subject, Topic};

/// The differences found so far, and what is being compared.
#[derive(Debug)]
pub(super) struct Findings {
    /// How strict to be.
    pub mode: Mode,
    /// The operation that is being compared.
    pub subject: Option<Subject>,
    list: Vec<Difference>,
}

impl Findings {
    pub fn new(mode: Mode) -> Self {
        Self { mode, subject: None, list: Vec::new() }
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
