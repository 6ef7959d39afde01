//! The folders of the runtime depend on each other in one order, and no files import each other circularly.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Each imports only from those before it.
const ORDER: [&str; 13] = [
    "data",
    "codec",
    "check",
    "blocking",
    "no_blocking",
    "transport",
    "retry",
    "auth",
    "request",
    "response",
    "vendors",
    "client",
    "follow",
];

/// The files that each file imports from, by module path; imports in tests are ignored.
type Imports = BTreeMap<Vec<String>, BTreeSet<Vec<String>>>;

fn collect(folder: &Path, module: &[String], texts: &mut BTreeMap<Vec<String>, String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let stem = path.file_stem().and_then(|name| name.to_str()).expect("a name").to_owned();
        if stem == "tests" || stem == "test_util" {
            continue;
        }
        let inner: Vec<String> = module.iter().cloned().chain([stem.clone()]).collect();
        if path.is_dir() {
            collect(&path, &inner, texts);
        } else {
            let module = if matches!(&*stem, "mod" | "lib") { module.to_vec() } else { inner };
            let text = fs::read_to_string(&path).expect("text");
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
            texts.insert(module, lines.collect::<Vec<_>>().join("\n"));
        }
    }
}

/// The paths after `crate::` and `super::`, as module paths from the root.
fn named(module: &[String], code: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for (at, start) in ["crate::", "super::"].iter().flat_map(|start| code.match_indices(start)) {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | ':')) {
            continue;
        }
        let mut base: Vec<String> = if start == "crate::" { Vec::new() } else { module.to_vec() };
        let mut rest = &code[at..];
        while let Some(after) = rest.strip_prefix("super::") {
            base.pop();
            rest = after;
        }
        rest = rest.strip_prefix("crate::").unwrap_or(rest);
        let path = rest.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | ':'))).next().unwrap_or_default();
        let names = path.split("::").filter(|name| !name.is_empty()).map(str::to_owned);
        let full: Vec<String> = base.iter().cloned().chain(names).collect();
        // `use super::{a, b}` and `use crate::x::{a, b}`.
        if path.ends_with("::") || path.is_empty() {
            let list = rest[path.len()..].trim_start_matches('{').split('}').next().unwrap_or_default();
            let names = list.split(',').map(|name| name.trim().split("::").next().unwrap_or_default().to_owned());
            found.extend(names.map(|name| full.iter().cloned().chain([name]).collect()));
        }
        found.push(full);
    }
    found
}

fn imports() -> Imports {
    let mut texts = BTreeMap::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &[], &mut texts);
    let file = |mut path: Vec<String>| {
        while !path.is_empty() && !texts.contains_key(&path) {
            path.pop();
        }
        path
    };
    let of = |(module, code): (&Vec<String>, &String)| {
        let others = named(module, code).into_iter().map(file).filter(|other| !other.is_empty() && other != module);
        (module.clone(), others.collect())
    };
    texts.iter().filter(|(module, _)| !module.is_empty()).map(of).collect()
}

#[test]
fn each_folder_imports_only_from_those_before_it() {
    let floor = |module: &[String]| ORDER.iter().position(|name| *name == module[0]).expect("a folder of the order");
    let mut upward = Vec::new();
    let mut arrows = 0;
    for (module, others) in imports() {
        for other in others {
            arrows += usize::from(other[0] != module[0]);
            if floor(&other) > floor(&module) {
                upward.push(format!("{} -> {}", module.join("/"), other.join("/")));
            }
        }
    }
    assert!(upward.is_empty(), "{upward:#?}");
    assert!(arrows > 100, "only {arrows} imports between folders were found: are they read at all?");
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let mut left = imports();
    // Removes files that import nothing that is left, or are imported by nothing that is left, until only cycles
    // remain.
    loop {
        let before = left.len();
        let modules: BTreeSet<Vec<String>> = left.keys().cloned().collect();
        left.retain(|_, others| others.iter().any(|other| modules.contains(other)));
        let imported: BTreeSet<Vec<String>> = left.values().flatten().cloned().collect();
        left.retain(|module, _| imported.contains(module));
        if left.len() == before {
            break;
        }
    }
    let circle: Vec<String> = left.keys().map(|module| module.join("/")).collect();
    assert!(circle.is_empty(), "{circle:#?}");
}

#[test]
fn pauses_use_the_clock() {
    let mut texts = BTreeMap::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &[], &mut texts);
    let pausing = texts.iter().filter(|(_, code)| code.contains("time::sleep") || code.contains("thread::sleep"));
    let pausing: Vec<String> = pausing.map(|(module, _)| module.join("/")).collect();
    assert_eq!(pausing, ["transport/clock"]);
}
