//! Generation: the services, a corpus of documents, and documents of growing size.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, bail};

use super::{
    Bench,
    comparison::{Document, Measure, Run, an_operation, cpu, report},
    growth,
    measure::{Usage, best, measured},
    results::{Figure, Found, number, table},
    tools::{Tool, lines},
};

/// Documents with fewer operations measure the start of a process.
const LEAST: usize = 10;

/// The documents of a folder, the largest first, and a line for each that yundb refuses.
pub fn documents(bench: &Bench, folder: &Path) -> anyhow::Result<(Vec<Document>, Vec<String>)> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| ["json", "yaml", "yml"].iter().any(|known| extension == *known)) {
            paths.push(path);
        }
    }
    paths.sort();
    let (mut documents, mut refused) = (Vec::new(), Vec::new());
    let yundb = bench.yundb()?;
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match yundb.operations(&path, bench.folder()) {
            Ok(operations) => documents.push(Document { name, path, operations }),
            Err(error) => refused.push(format!("- {name}: {error:#}")),
        }
    }
    documents.sort_by_key(|document| std::cmp::Reverse(document.operations));
    Ok((documents, refused))
}

/// The services as documents that other tools read.
pub fn bundles(bench: &Bench) -> anyhow::Result<Vec<Document>> {
    let out = bench.folder().join("bundles");
    measured(Command::new(bench.xtask()).args(["bundle", "--format", "json", "--out"]).arg(&out))?;
    let (documents, refused) = documents(bench, &out)?;
    if refused.is_empty() { Ok(documents) } else { bail!("{}", refused.join("\n")) }
}

/// `cargo xtask codegen --check`, and the services as documents beside the other tools.
pub fn services(bench: &Bench) -> anyhow::Result<Found> {
    let documents = bundles(bench)?;
    let operations = documents.iter().map(|document| document.operations).sum();
    let mut found = compared(bench, &documents)?;
    match codegen(bench, operations) {
        Ok(Found { figures, text }) => {
            found.figures.splice(0..0, figures);
            found.text = format!("{text}\n{}", found.text);
        }
        // It fails if something differs; its output is no message then.
        Err(_) => found.text += "\n`codegen --check` was not measured, as it fails: first run `cargo xtask codegen`.\n",
    }
    Ok(found)
}

fn codegen(bench: &Bench, operations: usize) -> anyhow::Result<Found> {
    // What lets a run skip work is kept beside the program. A copy starts without it.
    let copied = || -> anyhow::Result<PathBuf> {
        let folder = tempfile::tempdir_in(bench.folder())?.keep();
        let program = folder.join(bench.xtask().file_name().context("the program's name")?);
        fs::copy(bench.xtask(), &program)?;
        Ok(program)
    };
    let check = |program: &Path| measured(Command::new(program).args(["codegen", "--check"]));
    let warm = copied()?;
    check(&warm)?;
    let (mut rows, mut figures) = (Vec::new(), Vec::new());
    let kinds = [("everything", false), ("nothing changed", true)];
    let runs = best(bench.runs(), &kinds, |(_, warmed)| if *warmed { check(&warm) } else { check(&copied()?) });
    for ((kind, _), usage) in kinds.into_iter().zip(runs) {
        let usage = usage?;
        let each = usage.cpu_ms() / operations as f64;
        let mut cells = vec![kind.to_owned()];
        cells.extend([usage.cpu_ms(), each, usage.wall_ms(), usage.mib()].map(number));
        rows.push(cells);
        let figure = |name, ours| Figure { name: format!("`codegen --check`, {kind}: {name}"), ours, beside: None };
        figures.extend([figure("cpu ms an operation", each), figure("wall ms", usage.wall_ms())]);
    }
    let header = ["`codegen --check`", "cpu ms", "cpu ms an operation", "wall ms", "peak MiB"];
    Ok(Found { figures, text: table(&header, rows) })
}

/// Each document of the corpus.
pub fn corpus(bench: &Bench) -> anyhow::Result<Found> {
    let Some(folder) = bench.corpus() else { bail!("there is no folder of documents; name one by --corpus") };
    let (mut documents, refused) = documents(bench, folder)?;
    documents.retain(|document| document.operations >= LEAST);
    if documents.is_empty() {
        bail!("no document of the folder has {LEAST} operations");
    }
    let mut found = compared(bench, &documents)?;
    found.text += &format!("\nDocuments with fewer than {LEAST} operations are left out.\n");
    if !refused.is_empty() {
        found.text += &format!("\nWithout a client of yundb:\n\n{}\n", refused.join("\n"));
    }
    Ok(found)
}

/// Two families of documents, by size.
pub fn growing(bench: &Bench) -> anyhow::Result<Found> {
    let sizes: &[usize] = if bench.quick() { &[500, 1000] } else { &[500, 1000, 2000, 4000] };
    let mut documents = Vec::new();
    for (family, net) in FAMILIES {
        for operations in sizes {
            let name = format!("{family}, {operations}");
            let path = bench.folder().join(format!("growth-{net}-{operations}.json"));
            growth::write(&path, *operations, net)?;
            documents.push(Document { name, path, operations: *operations });
        }
    }
    let runs = generated(bench, &documents)?;
    let mut found = report(bench, &documents, &runs, &[]);
    let of_families = documents.chunks(sizes.len()).zip(runs.chunks(sizes.len()));
    for ((family, _), (documents, runs)) in FAMILIES.into_iter().zip(of_families) {
        let ([small, .., large], [of_small, .., of_large]) = (documents, runs) else { continue };
        for (tool, runs) in bench.tools().iter().zip(of_small.iter().zip(of_large)) {
            let (Ok(first), Ok(last)) = runs else { continue };
            let name = format!("{family}, {}: cpu ms an operation, {} operations", tool.name(), large.operations);
            let beside = Some((format!("{} operations", small.operations), cpu(&[(first, small.operations)])));
            found.figures.push(Figure { name, ours: cpu(&[(last, large.operations)]), beside });
        }
    }
    Ok(found)
}

const FAMILIES: [(&str, bool); 2] = [("own types", false), ("a net of types", true)];

const GENERATION: [Measure; 3] = [
    ("generate: cpu ms an operation", cpu),
    ("emitted lines an operation", |runs| an_operation(runs, |run| run.lines as f64)),
    ("peak memory, MiB", |runs| runs.iter().map(|(run, _)| run.usage.mib()).fold(0.0, f64::max)),
];

fn compared(bench: &Bench, documents: &[Document]) -> anyhow::Result<Found> {
    Ok(report(bench, documents, &generated(bench, documents)?, &GENERATION))
}

/// Generates a client of each document with each tool.
fn generated(bench: &Bench, documents: &[Document]) -> anyhow::Result<Vec<Vec<anyhow::Result<Run>>>> {
    let mut all = Vec::new();
    for document in documents {
        bench.progress(&document.name);
        let out = |name: &str| bench.folder().join("generated").join(name);
        let usages = best(bench.runs(), bench.tools(), |tool| tool.generate(&document.path, &out(tool.name())));
        let run = |(tool, usage): (&Tool, anyhow::Result<Usage>)| {
            usage.and_then(|usage| Ok(Run { usage, lines: lines(&out(tool.name()))? }))
        };
        all.push(bench.tools().iter().zip(usages).map(run).collect());
    }
    Ok(all)
}
