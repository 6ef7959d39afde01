//! Compares the responses of two operations, status by status.

use std::collections::HashSet;

use super::{
    Aspect, Topic,
    findings::{Findings, lacks, stated},
    operation::sampled,
    shape::{self, Bodies, Walk},
};
use crate::fact::{Operation, Response, Shape};

/// Compares all responses.
pub(super) fn all(left: &Operation, right: &Operation, findings: &mut Findings) {
    if !findings.lenient() {
        return exact(left, right, findings);
    }
    let mut used = vec![false; right.responses.len()];
    let mut alone: Vec<&Response> = Vec::new();
    for response in &left.responses {
        let found = match response.status {
            Some(status) => partner(status, right),
            // A document without a status means success.
            None => right.responses.iter().position(succeeds),
        };
        match found {
            Some(index) => {
                used[index] = true;
                compare(left, Some(response), right, &right.responses[index], findings);
            }
            None => alone.push(response),
        }
    }
    let says_success = left.responses.iter().any(|response| response.status.is_none() || succeeds(response));
    let mut rest = Vec::new();
    for (response, _) in right.responses.iter().zip(&used).filter(|(response, used)| !**used && succeeds(response)) {
        let other = alone.iter().position(|response| succeeds(response));
        if let Some(other) = other {
            let other = alone.remove(other);
            let sides = (stated(status(other), &other.at), stated(status(response), &response.at));
            let path = format!("response {}", status(response));
            let difference = findings.add(Topic::Response, Aspect::Status, path, sides.0, sides.1);
            difference.explained_by(&response.errata, &right.errata);
            compare(left, Some(other), right, response, findings);
        } else {
            rest.push(response);
        }
    }
    // Many sections describe a success without its status, some only by a sample.
    if !says_success && let [only] = rest.as_slice() {
        compare(left, None, right, only, findings);
        rest.clear();
    }
    rest.into_iter().for_each(|response| extra(left, response, right, findings));
    alone.into_iter().for_each(|response| missing(response, right, findings));
}

fn exact(left: &Operation, right: &Operation, findings: &mut Findings) {
    for response in &left.responses {
        match right.responses.iter().find(|other| other.status == response.status) {
            Some(other) => compare(left, Some(response), right, other, findings),
            None => missing(response, right, findings),
        }
    }
    for response in
        right.responses.iter().filter(|response| !left.responses.iter().any(|other| other.status == response.status))
    {
        extra(left, response, right, findings);
    }
}

fn missing(response: &Response, right: &Operation, findings: &mut Findings) {
    let sides = (stated(status(response), &response.at), lacks(&right.at));
    let difference =
        findings.add(Topic::Response, Aspect::Missing, format!("response {}", status(response)), sides.0, sides.1);
    difference.explained_by(&[], &right.errata);
}

fn extra(left: &Operation, response: &Response, right: &Operation, findings: &mut Findings) {
    let sides = (lacks(&left.at), stated(status(response), &response.at));
    let difference =
        findings.add(Topic::Response, Aspect::Extra, format!("response {}", status(response)), sides.0, sides.1);
    difference.explained_by(&response.errata, &right.errata);
}

/// The response of a spec for a status: its own, that of its class, or for a failure the default.
fn partner(status: u16, right: &Operation) -> Option<usize> {
    let find = |wanted: Option<u16>| right.responses.iter().position(|response| response.status == wanted);
    find(Some(status))
        .or_else(|| find(Some(status / 100)))
        .or_else(|| if status >= 400 || matches!(status, 4 | 5) { find(None) } else { None })
}

fn succeeds(response: &Response) -> bool {
    matches!(response.status, Some(2 | 200..=299))
}

/// Whether the status (or class) of a sample matches that of a response.
pub(super) fn covers(response: Option<u16>, status: u16) -> bool {
    match response {
        Some(class @ 1..=9) => status / 100 == class || status == class,
        Some(exact) => status == exact,
        None => status >= 400 || matches!(status, 4 | 5),
    }
}

/// A status in words.
pub(super) fn status(response: &Response) -> String {
    words(response.status)
}

pub(super) fn words(status: Option<u16>) -> String {
    match status {
        None => "default".to_owned(),
        Some(class @ 1..=9) => format!("{class}XX"),
        Some(status) => status.to_string(),
    }
}

fn compare(left: &Operation, before: Option<&Response>, right: &Operation, after: &Response, findings: &mut Findings) {
    let none = Shape::default();
    let shape = before.map(|response| &response.shape);
    let fits = |status: Option<u16>| match status {
        None => after.status.is_some(),
        Some(status) => covers(after.status, status) || before.is_some_and(|response| response.status == Some(status)),
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
    let root = format!("response {}", status(after));
    let left_at = before.map_or(&left.at, |response| &response.at);
    let bodies = Bodies { root: &root, left_at, right_at: &after.at, around: &around };
    shape::compare(shape, &after.shape, bodies, walk, findings);
}
