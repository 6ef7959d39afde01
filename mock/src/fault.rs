//! Faults that a scenario injects: which calls they hit, and what happens to these.

use std::time::Duration;

use jiff::SignedDuration;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

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
    /// Time before the response, such as `200ms` or `2s`.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_text", deserialize_with = "of_text")]
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
    /// How far the server's clock is ahead: `1h`, or `-20m`.
    #[serde(skip_serializing_if = "Option::is_none")]
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

fn of_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| duration(&text).map_err(serde::de::Error::custom)).transpose()
}

fn as_text<S: Serializer>(duration: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    duration.map(SignedDuration::try_from).transpose().map_err(serde::ser::Error::custom)?.serialize(serializer)
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
        serde_yaml::from_str(text).map_err(|error| error.to_string())
    }

    /// The fault of this call, if one is due.
    pub fn next(&mut self, names: &[&str]) -> Option<Fault> {
        let seed = self.seed;
        self.faults.iter_mut().enumerate().find_map(|(index, fault)| {
            let fits = fault.operation.as_deref().is_none_or(|pattern| names.iter().any(|name| fits(pattern, name)));
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
    fn mistakes_are_named_with_their_line() {
        let error = Scenario::read("faults:\n- operation: a\n  stauts: 500\n").unwrap_err();
        assert!(error.contains("stauts") && error.contains("line 3"), "{error}");
        for wrong in ["soon", "-1s", "2"] {
            let error = Scenario::read(&format!("faults:\n- latency: '{wrong}'\n")).unwrap_err();
            assert!(error.contains("write `200ms` or `2s`"), "{error}");
        }
    }
}
