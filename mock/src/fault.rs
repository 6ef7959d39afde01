//! Faults that a scenario injects: which calls they hit, and what happens to these.

use std::fmt;
use std::time::Duration;

use jiff::SignedDuration;
use jiff::fmt::friendly::{Direction, SpanPrinter};
use serde::de::{Error, IgnoredAny, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::service::Service;

/// Faults in the order in which they are tried: a call is hit by the first that is due.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// The seed of chances.
    #[serde(default)]
    pub seed: u64,
    /// The faults.
    #[serde(default)]
    pub faults: Vec<Fault>,
}

/// One fault.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Fault {
    /// The operations: an id, a vendor's name, or `list*`. Defaults to all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Number of calls to leave alone first.
    pub skip: u64,
    /// Number of calls to hit then. Defaults to all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// The chance of each call to be hit, from 0 to 1. Defaults to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chance: Option<f64>,
    /// Time before the response: `200ms`, `2s`, or a number of seconds.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "time_text", deserialize_with = "time")]
    pub latency: Option<Duration>,
    /// The status of a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Its error code. Without a status, that of the code in the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Closes the connection by a reset, before or after the request was read and executed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reset: Option<Moment>,
    /// Ends the body after this many bytes, without its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truncate: Option<usize>,
    /// Refuses the call as one with an expired token.
    pub expired_token: bool,
    /// Refuses the call as one of too many.
    pub throttled: bool,
    /// How far the server's clock is ahead: `1h`, `-20m`, or a number of seconds.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "span_text", deserialize_with = "span")]
    pub skew: Option<SignedDuration>,
    /// Makes the job fail that the call starts.
    pub job_fails: bool,
    /// Number of calls seen.
    #[serde(deserialize_with = "counter")]
    seen: u64,
    /// Number of calls hit.
    #[serde(deserialize_with = "counter")]
    hit: u64,
}

/// The fields that count calls.
const COUNTERS: &[&str] = &["seen", "hit"];

/// Names of types in messages, and what users call them.
const TYPES: &[(&str, &str)] = &[
    ("u16", "a status such as 503"),
    ("u64", "a whole number"),
    ("usize", "a whole number"),
    ("f64", "a number"),
    ("a sequence", "a list"),
    ("struct Fault", "a fault such as `{status: 503}`"),
    ("struct Scenario", "a map with `faults`"),
];

/// When a connection is reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Moment {
    /// Before the body of the request is read.
    Before,
    /// After the request was read and executed.
    After,
}

/// Reads a duration such as `200ms` or `2s`.
///
/// # Errors
/// If the text is not a duration, or a negative one.
pub fn duration(text: &str) -> Result<Duration, String> {
    let read = text.parse::<SignedDuration>().ok().and_then(|read| Duration::try_from(read).ok());
    read.ok_or_else(|| format!("`{text}` is not a duration; write `200ms` or `2s`"))
}

/// Reads a time that may be negative, or a number of seconds.
struct Span;

impl Visitor<'_> for Span {
    type Value = SignedDuration;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a duration such as `200ms` or `2s`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<SignedDuration, E> {
        text.parse().map_err(|_| E::custom(format!("`{text}` is not a duration; write `200ms` or `2s`")))
    }

    fn visit_i64<E: Error>(self, seconds: i64) -> Result<SignedDuration, E> {
        Ok(SignedDuration::from_secs(seconds))
    }

    fn visit_u64<E: Error>(self, seconds: u64) -> Result<SignedDuration, E> {
        i64::try_from(seconds).map(SignedDuration::from_secs).map_err(E::custom)
    }

    fn visit_f64<E: Error>(self, seconds: f64) -> Result<SignedDuration, E> {
        SignedDuration::try_from_secs_f64(seconds).map_err(E::custom)
    }
}

fn span<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SignedDuration>, D::Error> {
    deserializer.deserialize_any(Span).map(Some)
}

fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let span = deserializer.deserialize_any(Span)?;
    let negative = |_| D::Error::custom(format!("`{span:#}` is negative; write `200ms` or `2s`"));
    Duration::try_from(span).map(Some).map_err(negative)
}

/// Writes a time as scenarios do: `200ms`.
fn span_text<S: Serializer>(span: &Option<SignedDuration>, serializer: S) -> Result<S::Ok, S::Error> {
    let printer = SpanPrinter::new().direction(Direction::Sign);
    span.map(|span| printer.duration_to_string(&span)).serialize(serializer)
}

fn time_text<S: Serializer>(time: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    let span = time.map(SignedDuration::try_from).transpose().map_err(serde::ser::Error::custom)?;
    span_text(&span, serializer)
}

/// Accepts a counter, so that what is shown can be sent back, and starts it again.
fn counter<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| 0)
}

impl Fault {
    /// Whether it hits a call at all.
    pub(crate) fn is_any(&self) -> bool {
        self.hit > 0
    }
}

impl Scenario {
    /// Reads a scenario from YAML or JSON.
    ///
    /// # Errors
    /// If it is not valid, with the line.
    pub fn read(text: &str) -> Result<Self, String> {
        let read: Self = serde_yaml::from_str(text).map_err(|error| in_words(&error))?;
        for (number, fault) in (1..).zip(&read.faults) {
            if let Some(status) = fault.status.filter(|status| !(200..600).contains(status)) {
                return Err(format!("fault {number}: `status` is {status}; write one from 200 to 599"));
            }
            if let Some(chance) = fault.chance.filter(|chance| !(0.0..=1.0).contains(chance)) {
                return Err(format!("fault {number}: `chance` is {chance}; write a number from 0 to 1"));
            }
        }
        Ok(read)
    }

    /// Checks that each fault can hit an operation of these services.
    ///
    /// # Errors
    /// If one cannot, with the name that was probably meant.
    pub fn check<'s>(&self, services: impl IntoIterator<Item = &'s Service>) -> Result<(), String> {
        let services: Vec<&Service> = services.into_iter().collect();
        let operations = services.iter().flat_map(|service| service.operations().iter().map(|it| service.aliases(it)));
        let known: Vec<String> = operations.flatten().collect();
        for (number, fault) in (1..).zip(&self.faults) {
            let Some(pattern) = fault.operation.as_deref() else { continue };
            if known.iter().any(|name| fits(pattern, name)) {
                continue;
            }
            let place = match &services[..] {
                [one] => one.name.clone(),
                _ => "the mocked services".to_owned(),
            };
            let meant = yundb_generator::nearest(pattern, known.iter().map(String::as_str));
            let remedy = match meant {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "write an operationId, a method and path, or a pattern such as `list*`".to_owned(),
            };
            return Err(format!("fault {number}: no operation of {place} is named `{pattern}`; {remedy}"));
        }
        Ok(())
    }

    /// The fault of this call, if one is due. `names` are those of its operation.
    pub fn next<T: AsRef<str>>(&mut self, names: &[T]) -> Option<Fault> {
        let seed = self.seed;
        self.faults.iter_mut().enumerate().find_map(|(index, fault)| {
            let fits =
                fault.operation.as_deref().is_none_or(|pattern| names.iter().any(|name| fits(pattern, name.as_ref())));
            if !fits {
                return None;
            }
            fault.seen += 1;
            // A chance depends on the fault and the number of the call alone, so that runs repeat.
            let mixed = seed.wrapping_mul(0x9e37_79b9).wrapping_add(index as u64) ^ fault.seen.rotate_left(32);
            let lucky = fault.chance.is_none_or(|chance| fastrand::Rng::with_seed(mixed).f64() < chance);
            let due = fault.seen > fault.skip && fault.times.is_none_or(|times| fault.hit < times) && lucky;
            due.then(|| {
                fault.hit += 1;
                fault.clone()
            })
        })
    }
}

/// What is wrong with a scenario: of an unknown field, the one that was probably meant and all that users write.
fn in_words(error: &serde_yaml::Error) -> String {
    let mut message = error.to_string();
    if let Some((before, rest)) = message.split_once("unknown field `") {
        let mut names = rest.split('`').step_by(2);
        let wrong = names.next().unwrap_or_default();
        // Counters are shown, not written.
        let known: Vec<&str> = names.filter(|name| !COUNTERS.contains(name) && !name.starts_with(" at ")).collect();
        let remedy = match yundb_generator::nearest(wrong, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the fields are `{}`", known.join("`, `")),
        };
        let place = error.location().map(|at| format!(" at line {} column {}", at.line(), at.column()));
        message = format!("{before}there is no field `{wrong}`{}; {remedy}", place.unwrap_or_default());
    }
    for (type_name, words) in TYPES {
        message = message.replace(&format!("expected {type_name}"), &format!("expected {words}"));
    }
    message
}

/// Whether a pattern with at most one `*` matches a name.
fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, end)) => name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end),
        None => pattern == name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_hit_in_sequence_and_by_chance() {
        let text = "faults:\n- {operation: list*, skip: 1, times: 2, status: 503, latency: 200ms}\n- {chance: 0.5, reset: after, skew: 1h}\n";
        let run = || {
            let mut scenario = Scenario::read(text).unwrap();
            let mut hits = Vec::new();
            for _ in 0..40 {
                let fault = scenario.next(&["listThings", "GET /things"]);
                hits.push(fault.map(|fault| fault.status));
            }
            hits
        };
        let hits = run();
        assert_eq!(hits, run());
        assert_eq!(hits[1..3], [Some(Some(503)); 2]);
        let by_chance = hits[3..].iter().filter(|hit| **hit == Some(None)).count();
        assert!((8..30).contains(&by_chance), "{by_chance}");
        assert!(
            Scenario::read(text).unwrap().next(&["showThing"]).is_none_or(|fault| fault.reset == Some(Moment::After))
        );
    }

    #[test]
    fn what_is_shown_can_be_sent_back() {
        let mut scenario = Scenario::read("{seed: 7, faults: [{latency: 200ms, skew: -20m, times: 3}]}").unwrap();
        scenario.next(&["a"]).unwrap();
        let shown = serde_json::to_string(&scenario).unwrap();
        assert!(shown.contains(r#""hit":1"#), "{shown}");
        let fault = Scenario::read(&shown).unwrap().next(&["a"]).unwrap();
        assert_eq!((fault.latency, fault.hit), (Some(Duration::from_millis(200)), 1));
        assert_eq!(fault.skew, Some(SignedDuration::from_mins(-20)));
    }

    #[test]
    fn operations_that_do_not_exist_are_named() {
        let services = ["huawei-ddm", "aliyun-dts"].map(|name| Service::load(name).unwrap());
        let check = |name: &str| {
            let scenario = Scenario::read(&format!("faults: [{{operation: '{name}'}}]")).unwrap();
            scenario.check(&services)
        };
        for known in ["listInstances", "ListInstances", "DescribeDtsJobs", "list*", "GET /v1/{project_id}/instances"] {
            assert_eq!(check(known), Ok(()), "{known}");
        }
        let error = check("listInstance").unwrap_err();
        assert!(error.contains("fault 1") && error.ends_with("did you mean `listInstances`?"), "{error}");
        assert!(check("nothing*").unwrap_err().contains("write an operationId"));
    }

    #[test]
    fn times_are_read_and_shown_as_written() {
        let scenario = Scenario::read("faults: [{latency: 2}, {latency: 0.2}, {latency: 200ms, skew: -20m}]").unwrap();
        let latencies: Vec<_> = scenario.faults.iter().filter_map(|fault| fault.latency).collect();
        assert_eq!(latencies, [2000, 200, 200].map(Duration::from_millis));
        let shown = serde_json::to_value(&scenario).unwrap();
        let shown = &shown["faults"][2];
        assert_eq!((&shown["latency"], &shown["skew"]), (&"200ms".into(), &"-20m".into()));
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        let error = |text: &str| Scenario::read(text).unwrap_err();
        let near = error("faults:\n- operation: a\n  stauts: 500\n");
        assert!(near.contains("`stauts`") && near.contains("line 3") && near.contains("mean `status`?"), "{near}");
        let fields = error("faults: [{nothing: 500}]");
        assert!(
            fields.contains("`skip`, `times`") && !fields.contains("seen") && !fields.contains("`hit`"),
            "{fields}"
        );
        for (text, part) in [
            ("faults: [{times: x}]", "expected a whole number"),
            ("faults: [{status: 42}]", "fault 1: `status` is 42; write one from 200 to 599"),
            ("faults: [{status: 500}, {chance: 2}]", "fault 2: `chance` is 2; write a number from 0 to 1"),
            ("faults: {status: 500}", "expected a list"),
        ] {
            assert!(error(text).contains(part), "{}", error(text));
        }
        for wrong in ["soon", "-1s", "2"] {
            let error = Scenario::read(&format!("faults:\n- latency: '{wrong}'\n")).unwrap_err();
            assert!(error.contains("write `200ms` or `2s`"), "{error}");
        }
    }
}
