//! The same work done by yundb and by other tools.

use super::{
    Bench,
    measure::Usage,
    results::{Figure, Found, number, ratio, table},
};

pub struct Document {
    pub name: String,
    pub path: std::path::PathBuf,
    pub operations: usize,
}

/// What was measured for a document and a tool.
pub struct Run {
    pub usage: Usage,
    /// Of what was generated.
    pub lines: usize,
}

/// The name of a figure, and how it is computed from the runs for some documents with their numbers of operations.
pub type Measure = (&'static str, fn(&[(&Run, usize)]) -> f64);

/// Milliseconds of CPU time an operation.
pub fn cpu(runs: &[(&Run, usize)]) -> f64 {
    an_operation(runs, |run| run.usage.cpu_ms())
}

pub fn an_operation(runs: &[(&Run, usize)], value: impl Fn(&Run) -> f64) -> f64 {
    let operations: usize = runs.iter().map(|(_, operations)| operations).sum();
    runs.iter().map(|(run, _)| value(run)).sum::<f64>() / operations.max(1) as f64
}

const HEADER: [&str; 9] = [
    "document",
    "operations",
    "tool",
    "cpu ms",
    "cpu ms an operation",
    "wall ms",
    "peak MiB",
    "lines an operation",
    "cpu of yundb to it",
];

/// Figures over all documents, for each tool beside yundb over those that both manage, and a table of the documents.
/// Of each document there is a run for each tool, yundb first.
pub fn report(bench: &Bench, documents: &[Document], runs: &[Vec<anyhow::Result<Run>>], measures: &[Measure]) -> Found {
    let mut found = Found::default();
    for (name, value) in measures {
        for (index, tool) in bench.tools().iter().enumerate() {
            let pairs = documents.iter().zip(runs).filter_map(|(document, runs)| {
                let run = |index: usize| runs.get(index)?.as_ref().ok();
                Some(((run(0)?, document.operations), (run(index)?, document.operations)))
            });
            let (ours, theirs): (Vec<_>, Vec<_>) = pairs.unzip();
            let title = format!("{} ({} of {})", tool.name(), theirs.len(), documents.len());
            let beside = (index > 0).then(|| (title, value(&theirs)));
            if !ours.is_empty() {
                found.figures.push(Figure { name: (*name).to_owned(), ours: value(&ours), beside });
            }
        }
    }
    let (mut rows, mut failures) = (Vec::new(), Vec::new());
    for (document, runs) in documents.iter().zip(runs) {
        let ours = runs.first().and_then(|run| run.as_ref().ok());
        for (tool, run) in bench.tools().iter().zip(runs) {
            let mut cells = vec![document.name.clone(), document.operations.to_string(), tool.name().to_owned()];
            match run {
                Ok(run) => {
                    let Run { usage, lines } = run;
                    let operations = document.operations.max(1) as f64;
                    let [cpu, lines] = [usage.cpu_ms(), *lines as f64].map(|value| value / operations);
                    cells.extend([usage.cpu_ms(), cpu, usage.wall_ms(), usage.mib(), lines].map(number));
                    cells.push(ours.map(|ours| ratio(ours.usage.cpu_ms(), usage.cpu_ms())).unwrap_or_default());
                }
                Err(error) => {
                    cells.push("failed".to_owned());
                    failures.push(format!("- {}, {}: {error:#}", document.name, tool.name()));
                }
            }
            rows.push(cells);
        }
    }
    found.text = table(&HEADER, rows);
    if !failures.is_empty() {
        found.text += &format!("\nFailed:\n\n{}\n", failures.join("\n"));
    }
    found
}
