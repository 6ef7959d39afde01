//! Calls: the benchmarks in `tests/benches`, each beside its lower bound, and SDKs on the same work.

use std::{collections::BTreeMap, fs, io::ErrorKind, path::Path, process::Command};

use anyhow::{Context as _, bail, ensure};
use serde::Deserialize;

use super::{
    Bench,
    measure::{measured, message},
    results::{Figure, Found, number, ratio, table},
};
use crate::{packages::cargo, workspace};

/// The name of the lower bound in each group of benchmarks.
const FLOOR: &str = "floor";

/// The values of each figure, by the function that has them.
type Values = BTreeMap<String, BTreeMap<String, f64>>;

/// Runs the benchmarks, and reads what they wrote.
pub fn run(bench: &Bench) -> anyhow::Result<Found> {
    let root = workspace()?;
    let own = benchmarks(bench, &root, Path::new("tests"))?;
    // These need what may not be there.
    let mut others = Vec::new();
    let mut remarks = Vec::new();
    let aws = Path::new("benches/aws-sdk");
    match benchmarks(bench, &root, aws) {
        Ok(values) => others.push(values),
        Err(error) => remarks.push(format!("`{}`: {error:#}", aws.display())),
    }
    bench.progress("signing");
    match signing(&root.join("tests/sdk/signing.py")) {
        Ok((values, absent)) => {
            others.push(values);
            remarks.extend(absent);
        }
        Err(error) => remarks.push(format!("`tests/sdk/signing.py`: {error:#}")),
    }
    let mut found = report(&own, &others);
    if !remarks.is_empty() {
        let lines: Vec<String> = remarks.iter().map(|remark| format!("- {remark}\n")).collect();
        found.text += &format!("\nNot measured:\n\n{}", lines.concat());
    }
    Ok(found)
}

/// The benchmarks of the package in a folder of this workspace: `calls`, and `allocations`.
fn benchmarks(bench: &Bench, root: &Path, package: &Path) -> anyhow::Result<Values> {
    let name = package.file_name().unwrap_or_default();
    bench.progress(&name.to_string_lossy());
    let command = |benchmark: &str| {
        let mut command = cargo();
        command.args(["bench", "--quiet", "--bench", benchmark, "--manifest-path"]);
        command.arg(package.join("Cargo.toml")).current_dir(root);
        command
    };
    let mut values = Values::new();
    // Elsewhere there may be results of earlier runs.
    let criterion = bench.folder().join("criterion").join(name);
    let mut calls = command("calls");
    calls.env("CRITERION_HOME", &criterion).arg("--").args(bench.quick().then_some("--quick"));
    measured(&mut calls)?;
    times(&criterion, &mut values)?;
    let counted = command("allocations").output().context("cargo bench")?;
    ensure!(counted.status.success(), "{}", message(&String::from_utf8_lossy(&counted.stderr)));
    printed(&String::from_utf8_lossy(&counted.stdout), &mut values);
    ensure!(!values.is_empty(), "the benchmarks measured nothing");
    Ok(values)
}

/// The signatures of the vendors' SDKs, and remarks on those that cannot be measured.
fn signing(script: &Path) -> anyhow::Result<(Values, Vec<String>)> {
    let mut command = Command::new("python3");
    // It fails if one of them does, or if there is none.
    let output = match command.arg(script).env("PYTHONIOENCODING", "utf-8").output() {
        Err(error) if error.kind() == ErrorKind::NotFound => bail!("not installed: python3"),
        output => output.context("python3")?,
    };
    let text = String::from_utf8_lossy(&output.stdout);
    let mut values = Values::new();
    printed(&text, &mut values);
    let is_remark = |line: &&str| ["not installed: ", "failed: "].iter().any(|begin| line.starts_with(begin));
    let remarks: Vec<String> = text.lines().filter(is_remark).map(str::to_owned).collect();
    let explained = output.status.success() || !remarks.is_empty();
    ensure!(explained, "{}", message(&String::from_utf8_lossy(&output.stderr)));
    Ok((values, remarks))
}

/// The functions of yundb, and those of others with the same figure. What has a lower bound of its own does other work:
/// only the ratios stand beside each other.
fn report(own: &Values, others: &[Values]) -> Found {
    let mut found = Found::default();
    let mut rows = Vec::new();
    let mut row = |figure: &str, name: &str, value: f64, floor: Option<f64>| {
        let [bound, over] = floor.map(|floor| [number(floor), ratio(value, floor)]).unwrap_or_default();
        rows.push(vec![figure.to_owned(), name.to_owned(), number(value), bound, over]);
    };
    for (figure, values) in own {
        let floor = values.get(FLOOR).copied();
        let Some((name, ours)) = functions(values).next() else { continue };
        row(figure, name, ours, floor);
        let beside = floor.map(|floor| ("lower bound".to_owned(), floor));
        found.figures.push(Figure { name: figure.clone(), ours, beside });
        for values in others.iter().filter_map(|values| values.get(figure)) {
            let own = values.get(FLOOR).copied();
            for (name, theirs) in functions(values) {
                row(figure, name, theirs, own.or(floor));
                let (figure, ours, theirs) = match (own, floor) {
                    (Some(own), Some(floor)) => (format!("{figure}, to its lower bound"), ours / floor, theirs / own),
                    _ => (figure.clone(), ours, theirs),
                };
                found.figures.push(Figure { name: figure, ours, beside: Some((name.to_owned(), theirs)) });
            }
        }
    }
    found.text = table(&["benchmark", "of", "figure", "lower bound", "ratio"], rows);
    found
}

/// All but the lower bound.
fn functions(values: &BTreeMap<String, f64>) -> impl Iterator<Item = (&str, f64)> {
    values.iter().filter(|(name, _)| *name != FLOOR).map(|(name, value)| (name.as_str(), *value))
}

/// Reads the results in a folder of criterion, and in those below it.
fn times(folder: &Path, values: &mut Values) -> anyhow::Result<()> {
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
        values.entry(name).or_default().insert(function_id, value);
        return Ok(());
    }
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            times(&path, values)?;
        }
    }
    Ok(())
}

/// Reads lines such as `call/floor: 12 allocations, 345 bytes`.
fn printed(output: &str, values: &mut Values) {
    for line in output.lines() {
        let Some((name, counts)) = line.split_once(": ") else { continue };
        let Some((group, function)) = name.rsplit_once('/') else { continue };
        for count in counts.split(", ") {
            if let Some((count, what)) = count.split_once(' ')
                && let Ok(count) = count.parse()
            {
                values.entry(format!("{group}: {what}")).or_default().insert(function.to_owned(), count);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_read_and_stand_beside_each_other() -> anyhow::Result<()> {
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
        let [mut own, mut other, mut sdk] = [const { Values::new() }; 3];
        times(folder.path(), &mut own)?;
        printed(
            "a line: of the build\ncall/1/yundb: 6 allocations, 600 bytes\ncall/1/floor: 4 allocations\n",
            &mut own,
        );
        printed("call/1/other 2.0: 30 allocations\ncall/1/floor: 5 allocations\n", &mut other);
        printed("not installed: a\nsign/sdk 1.2: 60.5 µs\nseal/sdk 1.2: 60.5 µs\n", &mut sdk);

        let Found { figures, text } = report(&own, &[other, sdk]);
        let figure = |figure: Figure| (figure.name, figure.ours, figure.beside);
        let beside = |name: &str, value: f64| Some((name.to_owned(), value));
        let expected = [
            ("call/1: allocations".to_owned(), 6.0, beside("lower bound", 4.0)),
            ("call/1: allocations, to its lower bound".to_owned(), 1.5, beside("other 2.0", 6.0)),
            ("call/1: bytes".to_owned(), 600.0, None),
            ("many: a second".to_owned(), 32.0, None),
            ("sign: µs".to_owned(), 3.0, beside("lower bound", 1.0)),
            ("sign: µs".to_owned(), 3.0, beside("sdk 1.2", 60.5)),
        ];
        assert_eq!(figures.into_iter().map(figure).collect::<Vec<_>>(), expected);
        let lines = [
            "| call/1: allocations | yundb         | 6      | 4           | 1.50  |",
            "| call/1: allocations | other 2.0     | 30     | 5           | 6.00  |",
            "| sign: µs            | sdk 1.2       | 60.5   | 1           | 60.50 |",
        ];
        for line in lines {
            assert!(text.contains(line), "{text}");
        }
        Ok(())
    }
}
