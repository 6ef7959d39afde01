//! Compares the answers of two operations, status by status.

use std::collections::HashSet;

use super::{
    Aspect, Topic,
    findings::{Findings, lacks, says},
    operation::sampled,
    shape::{self, Bodies, Walk},
};
use crate::fact::{Answer, Operation, Shape};

/// Compares all answers.
pub(super) fn all(left: &Operation, right: &Operation, findings: &mut Findings) {
    if !findings.lenient() {
        return exact(left, right, findings);
    }
    let mut used = vec![false; right.answers.len()];
    let mut alone: Vec<&Answer> = Vec::new();
    for answer in &left.answers {
        let found = match answer.status {
            Some(status) => partner(status, right),
            // A document that gives no status means success.
            None => right.answers.iter().position(succeeds),
        };
        match found {
            Some(index) => {
                used[index] = true;
                compare(left, Some(answer), right, &right.answers[index], findings);
            }
            None => alone.push(answer),
        }
    }
    let says_success = left.answers.iter().any(|answer| answer.status.is_none() || succeeds(answer));
    let mut rest = Vec::new();
    for (answer, _) in right.answers.iter().zip(&used).filter(|(answer, used)| !**used && succeeds(answer)) {
        let other = alone.iter().position(|answer| succeeds(answer));
        if let Some(other) = other {
            let other = alone.remove(other);
            let sides = (says(status(other), &other.at), says(status(answer), &answer.at));
            let path = format!("answer {}", status(answer));
            let difference = findings.add(Topic::Response, Aspect::Status, path, sides.0, sides.1);
            difference.explained_by(&answer.errata, &right.errata);
            compare(left, Some(other), right, answer, findings);
        } else {
            rest.push(answer);
        }
    }
    // Many sections describe a success without its status, some by a sample alone.
    if !says_success && let [only] = rest.as_slice() {
        compare(left, None, right, only, findings);
        rest.clear();
    }
    rest.into_iter().for_each(|answer| extra(left, answer, right, findings));
    alone.into_iter().for_each(|answer| missing(answer, right, findings));
}

fn exact(left: &Operation, right: &Operation, findings: &mut Findings) {
    for answer in &left.answers {
        match right.answers.iter().find(|other| other.status == answer.status) {
            Some(other) => compare(left, Some(answer), right, other, findings),
            None => missing(answer, right, findings),
        }
    }
    for answer in right.answers.iter().filter(|answer| !left.answers.iter().any(|other| other.status == answer.status))
    {
        extra(left, answer, right, findings);
    }
}

fn missing(answer: &Answer, right: &Operation, findings: &mut Findings) {
    let sides = (says(status(answer), &answer.at), lacks(&right.at));
    let difference =
        findings.add(Topic::Response, Aspect::Missing, format!("answer {}", status(answer)), sides.0, sides.1);
    difference.explained_by(&[], &right.errata);
}

fn extra(left: &Operation, answer: &Answer, right: &Operation, findings: &mut Findings) {
    let sides = (lacks(&left.at), says(status(answer), &answer.at));
    let difference =
        findings.add(Topic::Response, Aspect::Extra, format!("answer {}", status(answer)), sides.0, sides.1);
    difference.explained_by(&answer.errata, &right.errata);
}

/// The answer of a spec that stands for a status: its own, that of its class, or for a failure the default.
fn partner(status: u16, right: &Operation) -> Option<usize> {
    let find = |wanted: Option<u16>| right.answers.iter().position(|answer| answer.status == wanted);
    find(Some(status))
        .or_else(|| find(Some(status / 100)))
        .or_else(|| if status >= 400 || matches!(status, 4 | 5) { find(None) } else { None })
}

fn succeeds(answer: &Answer) -> bool {
    matches!(answer.status, Some(2 | 200..=299))
}

/// Whether a status (or class) of a sample belongs to an answer of another.
pub(super) fn covers(answer: Option<u16>, status: u16) -> bool {
    match answer {
        Some(class @ 1..=9) => status / 100 == class || status == class,
        Some(exact) => status == exact,
        None => status >= 400 || matches!(status, 4 | 5),
    }
}

/// A status in words.
pub(super) fn status(answer: &Answer) -> String {
    words(answer.status)
}

pub(super) fn words(status: Option<u16>) -> String {
    match status {
        None => "default".to_owned(),
        Some(class @ 1..=9) => format!("{class}XX"),
        Some(status) => status.to_string(),
    }
}

fn compare(left: &Operation, before: Option<&Answer>, right: &Operation, after: &Answer, findings: &mut Findings) {
    let none = Shape::default();
    let shape = before.map(|answer| &answer.shape);
    let fits = |status: Option<u16>| match status {
        None => after.status.is_some(),
        Some(status) => covers(after.status, status) || before.is_some_and(|answer| answer.status == Some(status)),
    };
    let walk = Walk {
        topic: Topic::Response,
        left: &shape.unwrap_or(&none).types,
        right: &after.shape.types,
        sampled: sampled(left, fits, false),
        moved: Vec::new(),
        seen: HashSet::new(),
    };
    let around = super::findings::chain(&after.errata, &right.errata);
    let root = format!("answer {}", status(after));
    let left_at = before.map_or(&left.at, |answer| &answer.at);
    let bodies = Bodies { root: &root, left_at, right_at: &after.at, around: &around };
    shape::compare(shape, &after.shape, bodies, walk, findings);
}
