//! Calls: the benchmarks in `tests/benches`, each beside its lower bound.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use anyhow::{Context as _, ensure};
use serde::Deserialize;

use super::{
    Bench,
    measure::{measured, message},
    results::{Figure, Found, number, ratio, table},
};
use crate::{packages::cargo, workspace};

/// The name of the lower bound in each group of benchmarks. Any other is yundb.
const FLOOR: &str = "floor";

/// The values of a group: yundb, and its lower bound.
#[derive(Default, Debug, PartialEq)]
struct Pair {
    ours: Option<f64>,
    floor: Option<f64>,
}

impl Pair {
    fn set(&mut self, name: &str, value: f64) {
        *(if name == FLOOR { &mut self.floor } else { &mut self.ours }) = Some(value);
    }
}

/// Runs the benchmarks, and reads what criterion wrote.
pub fn run(bench: &Bench) -> anyhow::Result<Found> {
    let criterion = bench.folder().join("criterion");
    let mut command = benchmark("calls");
    // Elsewhere there may be results of earlier runs.
    command.env("CRITERION_HOME", &criterion).arg("--");
    if bench.quick() {
        command.arg("--quick");
    }
    measured(&mut command)?;
    let mut pairs = BTreeMap::new();
    times(&criterion, &mut pairs)?;
    bench.progress("allocations");
    let counted = benchmark("allocations").output().context("cargo bench")?;
    ensure!(counted.status.success(), "{}", message(&String::from_utf8_lossy(&counted.stderr)));
    allocations(&String::from_utf8_lossy(&counted.stdout), &mut pairs);
    ensure!(!pairs.is_empty(), "the benchmarks measured nothing");
    Ok(report(&pairs))
}

fn report(pairs: &BTreeMap<String, Pair>) -> Found {
    let mut found = Found::default();
    let mut rows = Vec::new();
    for (name, Pair { ours, floor }) in pairs {
        let Some(ours) = *ours else { continue };
        let cell = |value: Option<f64>| value.map(number).unwrap_or_default();
        let against = floor.map(|floor| ratio(ours, floor)).unwrap_or_default();
        rows.push(vec![name.clone(), number(ours), cell(*floor), against]);
        let beside = floor.map(|floor| ("lower bound".to_owned(), floor));
        found.figures.push(Figure { name: name.clone(), ours, beside });
    }
    found.text = table(&["benchmark", "yundb", "lower bound", "ratio"], rows);
    found
}

fn benchmark(name: &str) -> Command {
    let mut command = cargo();
    command.args(["bench", "--quiet", "--package", "yundb-tests", "--bench", name]);
    if let Ok(root) = workspace() {
        command.current_dir(root);
    }
    command
}

/// Reads the results in a folder of criterion, and in those below it.
fn times(folder: &Path, pairs: &mut BTreeMap<String, Pair>) -> anyhow::Result<()> {
    #[derive(Deserialize)]
    struct Benchmark {
        group_id: String,
        function_id: String,
        throughput: Option<Throughput>,
    }
    #[derive(Deserialize)]
    struct Throughput {
        #[serde(rename = "Elements")]
        elements: Option<f64>,
    }
    #[derive(Deserialize)]
    struct Estimates {
        median: Estimate,
    }
    #[derive(Deserialize)]
    struct Estimate {
        /// In nanoseconds.
        point_estimate: f64,
    }
    let estimates = folder.join("new/estimates.json");
    if estimates.is_file() {
        let read = |path: &Path| fs::read(path).with_context(|| path.display().to_string());
        let Benchmark { group_id, function_id, throughput } =
            serde_json::from_slice(&read(&folder.join("new/benchmark.json"))?)?;
        let Estimates { median: Estimate { point_estimate: time } } = serde_json::from_slice(&read(&estimates)?)?;
        let (name, value) = match throughput.and_then(|throughput| throughput.elements) {
            Some(elements) => (format!("{group_id}: a second"), elements / (time / 1e9)),
            None => (format!("{group_id}: µs"), time / 1e3),
        };
        pairs.entry(name).or_default().set(&function_id, value);
        return Ok(());
    }
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            times(&path, pairs)?;
        }
    }
    Ok(())
}

/// Reads lines such as `call/floor: 12 allocations, 345 bytes`.
fn allocations(output: &str, pairs: &mut BTreeMap<String, Pair>) {
    for line in output.lines() {
        let Some((name, counts)) = line.split_once(": ") else { continue };
        let Some((group, function)) = name.rsplit_once('/') else { continue };
        for count in counts.split(", ") {
            if let Some((count, what)) = count.split_once(' ')
                && let Ok(count) = count.parse()
            {
                pairs.entry(format!("{group}: {what}")).or_default().set(function, count);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_read_and_paired() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let result = |path: &str, function: &str, throughput: &str, time: f64| -> anyhow::Result<()> {
            let group = path.split('/').next().unwrap_or_default();
            let new = folder.path().join(path).join("new");
            let benchmark = format!(
                r#"{{"group_id": "{group}", "function_id": "{function}", "throughput": {throughput}, "title": "t"}}"#
            );
            yundb_cli::write(&new.join("benchmark.json"), &benchmark)?;
            yundb_cli::write(&new.join("estimates.json"), &format!(r#"{{"median": {{"point_estimate": {time}}}}}"#))
        };
        result("sign/yundb", "yundb, signed", "null", 3000.0)?;
        result("sign/floor", FLOOR, "null", 1000.0)?;
        result("many/yundb", "yundb", r#"{"Elements": 32}"#, 1e9)?;
        let mut pairs = BTreeMap::new();
        times(folder.path(), &mut pairs)?;
        allocations(
            "a line: of the build\ncall/1/yundb: 5 allocations, 600 bytes\ncall/1/floor: 4 allocations, 500 bytes\n",
            &mut pairs,
        );
        let found: Vec<_> = pairs.iter().map(|(name, pair)| (name.as_str(), pair.ours, pair.floor)).collect();
        let expected = [
            ("call/1: allocations", Some(5.0), Some(4.0)),
            ("call/1: bytes", Some(600.0), Some(500.0)),
            ("many: a second", Some(32.0), None),
            ("sign: µs", Some(3.0), Some(1.0)),
        ];
        assert_eq!(found, expected);
        Ok(())
    }
}
