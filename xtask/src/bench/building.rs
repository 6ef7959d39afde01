//! What users of a client build: the client itself, and all packages of a small program.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    path::Path,
    process::Command,
    time::SystemTime,
};

use anyhow::{Context as _, bail, ensure};
use serde::Deserialize;
use serde_json::json;
use yundb_cli::write;

use super::{
    Bench,
    comparison::{Document, Measure, Run, cpu, report},
    generation::{bundles, documents},
    measure::{Usage, best, measured, message},
    results::{Figure, Found, number, ratio, table},
    tools::{PACKAGE, Tool, lines, lock},
};
use crate::packages::cargo;

/// The service of the smallest client.
const SMALL: &str = "aliyun-sts";

/// `cargo check` of the clients of the largest documents, with their dependencies already built.
pub fn check(bench: &Bench) -> anyhow::Result<Found> {
    let (services, others) = if bench.quick() { (1, 1) } else { (2, 10) };
    let mut chosen: Vec<Document> = bundles(bench)?.into_iter().take(services).collect();
    if let Some(corpus) = bench.corpus() {
        chosen.extend(documents(bench, corpus)?.0.into_iter().take(others));
    }
    let mut runs = Vec::new();
    for (index, document) in chosen.iter().enumerate() {
        bench.progress(&document.name);
        let folder = bench.folder().join("check").join(index.to_string());
        let checked = |tool: &Tool, built: bool| -> anyhow::Result<Usage> {
            let (client, target) = (folder.join(tool.name()), bench.folder().join("check-target").join(tool.name()));
            if !built {
                tool.generate(&document.path, &client)?;
                tool.complete(&client)?;
            }
            let library = File::options().append(true).open(client.join("src/lib.rs")).context("src/lib.rs")?;
            library.set_modified(SystemTime::now())?;
            measured(quiet("check", &client, &target).env("CARGO_INCREMENTAL", "0"))
        };
        // The first check builds the dependencies.
        let first: Vec<_> = bench.tools().iter().map(|tool| (tool, checked(tool, false).map(drop))).collect();
        let of_tools = best(bench.runs(), &first, |(tool, first)| match first {
            Ok(()) => checked(tool, true),
            Err(error) => bail!("{error:#}"),
        });
        let run = |(tool, usage): (&Tool, anyhow::Result<Usage>)| {
            usage.and_then(|usage| Ok(Run { usage, lines: lines(&folder.join(tool.name()))? }))
        };
        runs.push(bench.tools().iter().zip(of_tools).map(run).collect());
    }
    const CHECK: [Measure; 1] = [("`cargo check`: cpu ms an operation", cpu)];
    Ok(report(bench, &chosen, &runs, &CHECK))
}

/// A Cargo command for a package, which prints nothing but errors. Wrappers of the compiler are not measured.
fn quiet(command: &str, package: &Path, target: &Path) -> Command {
    let mut cargo = cargo();
    cargo.args([command, "--quiet", "--target-dir"]).arg(target).current_dir(package).env("RUSTC_WRAPPER", "");
    cargo
}

/// The packages of a program with one small client, and the time to build them all.
pub fn hello(bench: &Bench) -> anyhow::Result<Found> {
    let folder = bench.folder().join("hello");
    let program = |name: &str, dependencies: serde_json::Value, library: &str| -> anyhow::Result<_> {
        let package = folder.join(name);
        // As inline tables, JSON with `=` for `:` is TOML.
        let mut manifest =
            "[package]\nname = \"hello\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n".to_owned();
        for (name, dependency) in dependencies.as_object().into_iter().flatten() {
            let fields = dependency.as_object().into_iter().flatten().map(|(key, value)| format!("{key} = {value}"));
            manifest += &format!("{name} = {{ {} }}\n", fields.collect::<Vec<_>>().join(", "));
        }
        write(&package.join("Cargo.toml"), &manifest)?;
        let main =
            format!("use {} as _;\n\n#[tokio::main]\nasync fn main() {{\n    println!(\"Hello\");\n}}\n", library);
        write(&package.join("src/main.rs"), &main)?;
        Ok(package)
    };
    let tokio = json!({"version": "1", "features": ["macros", "rt-multi-thread"]});
    let client = format!("yundb-{SMALL}");
    let own = crate::workspace()?.join("generated").join(SMALL);
    let own = program("yundb", json!({&client: {"path": own}, "tokio": tokio}), &client.replace('-', "_"))?;
    lock(&own)?;
    let bare = program("bare", bare(&own)?, "reqwest")?;
    lock(&bare)?;

    let mut programs = vec![("yundb".to_owned(), Ok(own)), ("bare reqwest".to_owned(), Ok(bare))];
    let document = bundles(bench)?.into_iter().find(|document| document.name.starts_with(SMALL)).context(SMALL)?;
    for tool in bench.others() {
        let client = folder.join("clients").join(tool.name());
        let generated = tool.generate(&document.path, &client).and_then(|_| tool.complete(&client));
        let dependencies = json!({PACKAGE: {"path": client}, "tokio": tokio});
        let package = generated.and_then(|()| program(tool.name(), dependencies, &PACKAGE.replace('-', "_")));
        programs.push((tool.name().to_owned(), package));
    }

    let mut built = Vec::new();
    for (name, package) in programs {
        bench.progress(&name);
        let target = folder.join("target").join(&name);
        let built_one = package.and_then(|package| {
            measured(cargo().args(["fetch", "--quiet"]).current_dir(&package))?;
            let packages = packages(&package)?;
            let usage = measured(&mut quiet("build", &package, &target))?;
            Ok((packages as f64, usage))
        });
        if target.exists() {
            fs::remove_dir_all(&target)?;
        }
        built.push((name, built_one));
    }
    Ok(hello_report(built))
}

fn hello_report(built: Vec<(String, anyhow::Result<(f64, Usage)>)>) -> Found {
    let mut found = Found::default();
    let own = built.iter().find_map(|(name, one)| one.as_ref().ok().filter(|_| name == "yundb")).copied();
    let (mut rows, mut failures) = (Vec::new(), Vec::new());
    for (name, one) in built {
        let (packages, usage) = match one {
            Ok(one) => one,
            Err(error) => {
                failures.push(format!("- {name}: {error:#}"));
                continue;
            }
        };
        let values = [packages, usage.cpu.as_secs_f64(), usage.wall.as_secs_f64()];
        let mut cells = vec![name.clone()];
        cells.extend(values.map(number));
        if let Some((of_own, used)) = own {
            cells.push(ratio(used.cpu_ms(), usage.cpu_ms()));
            if name != "yundb" {
                let figures = [
                    ("packages", of_own, packages),
                    ("cpu s of a cold dev build", used.cpu.as_secs_f64(), usage.cpu.as_secs_f64()),
                ];
                found.figures.extend(figures.map(|(figure, ours, theirs)| Figure {
                    name: format!("hello world: {figure}"),
                    ours,
                    beside: Some((name.clone(), theirs)),
                }));
            }
        }
        rows.push(cells);
    }
    found.figures.sort_by(|a, b| b.name.cmp(&a.name));
    found.text = table(&["program", "packages", "cpu s", "wall s", "cpu of yundb to it"], rows);
    if !failures.is_empty() {
        found.text += &format!("\nFailed:\n\n{}\n", failures.join("\n"));
    }
    found
}

/// Dependencies on reqwest, serde and tokio alone, with the versions and features that they have in a program.
fn bare(program: &Path) -> anyhow::Result<serde_json::Value> {
    #[derive(Deserialize)]
    struct Metadata {
        packages: Vec<Package>,
        resolve: Resolve,
    }
    #[derive(Deserialize)]
    struct Package {
        id: String,
        name: String,
        version: String,
    }
    #[derive(Deserialize)]
    struct Resolve {
        nodes: Vec<Node>,
    }
    #[derive(Deserialize)]
    struct Node {
        id: String,
        features: Vec<String>,
    }
    let text = output(cargo().args(["metadata", "--format-version", "1"]).current_dir(program))?;
    let Metadata { packages, resolve } = serde_json::from_str(&text).context("the output of cargo metadata")?;
    let mut dependencies = serde_json::Map::new();
    for name in ["reqwest", "serde", "serde_json", "tokio"] {
        let package = packages.iter().find(|package| package.name == name).context(name)?;
        let node = resolve.nodes.iter().find(|node| node.id == package.id).context(name)?;
        let version = format!("={}", package.version);
        let dependency = json!({"version": version, "default-features": false, "features": node.features});
        dependencies.insert(name.to_owned(), dependency);
    }
    Ok(dependencies.into())
}

/// Number of packages that are built for a program, including itself.
fn packages(program: &Path) -> anyhow::Result<usize> {
    let tree = output(
        cargo().args(["tree", "--prefix", "none", "--edges", "normal,build", "--format", "{p}"]).current_dir(program),
    )?;
    let package = |line: &str| line.split(' ').take(2).collect::<Vec<_>>().join(" ");
    Ok(tree.lines().filter(|line| !line.is_empty()).map(package).collect::<BTreeSet<_>>().len())
}

fn output(command: &mut Command) -> anyhow::Result<String> {
    let output = command.output().context("cargo")?;
    ensure!(output.status.success(), "{}", message(&String::from_utf8_lossy(&output.stderr)));
    Ok(String::from_utf8(output.stdout)?)
}
