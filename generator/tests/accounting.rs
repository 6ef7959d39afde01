//! The account of a document: it adds up, it stops adding up as soon as any fact is not used, and what it counts as "in
//! the client" is in the client.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use yundb_generator::accounting::{Account, Fact, Fate, Ledger, Reason, fates, settle};
use yundb_generator::diagnostic::Location;
use yundb_generator::load::{Entry, Loaded, Node};
use yundb_generator::lower::model::Service;
use yundb_generator::{Diagnostics, Manifest, emit, load, lower};

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// All specs and fixtures.
fn documents() -> Vec<PathBuf> {
    let folders = ["specs", "tests/fixtures"].map(|folder| workspace().join(folder).read_dir().unwrap());
    let paths = folders.into_iter().flatten().map(|entry| entry.unwrap().path());
    let mut documents: Vec<PathBuf> = paths.filter(|path| path.join("openapi.yaml").is_file()).collect();
    documents.push(workspace().join("generator/tests/account/openapi.yaml"));
    documents
}

/// Lowers a document; the diagnostics include those of loading it.
fn lowered((loaded, loading): &(Loaded, Diagnostics), ledger: &Ledger) -> (Service, Diagnostics) {
    let mut diagnostics = loading.clone();
    let choices = yundb_generator::choices::Choices::default();
    let service = lower::lower(loaded, "accounted", "accounted", &choices, ledger, &mut diagnostics);
    (service, diagnostics)
}

fn read(path: &Path) -> (Loaded, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    (load::load(path, &mut diagnostics).unwrap(), diagnostics)
}

#[test]
fn facts_of_every_document_add_up() {
    for path in documents() {
        let mut diagnostics = Diagnostics::new();
        let (_, account) = yundb_generator::model(&path, "accounted", "accounted", &mut diagnostics).unwrap();
        let lost: Vec<String> = account.lost.iter().map(|lost| lost.at.to_string()).collect();
        assert!(account.adds_up() && lost.is_empty(), "{}: {lost:#?}", path.display());
        let total = account.total();
        assert!(total.in_client > 0 && total.stated == total.in_client + total.left_out + total.inconsequential);
        // The report has the same numbers.
        let report = account.to_json();
        assert_eq!(report["total"]["stated"], total.stated);
        assert_eq!(report["adds_up"], true);
        let places: usize =
            report["left_out"].as_array().unwrap().iter().map(|it| it["places"].as_array().unwrap().len()).sum();
        assert_eq!(places, total.left_out);
    }
}

/// Each left-out fact has a diagnostic at or around its place, with the code that the account has.
#[test]
fn facts_left_out_have_a_diagnostic() {
    for path in documents() {
        let mut diagnostics = Diagnostics::new();
        let (_, account) = yundb_generator::model(&path, "accounted", "accounted", &mut diagnostics).unwrap();
        let codes: BTreeSet<&str> = diagnostics.iter().filter(|it| it.left_out.is_some()).map(|it| it.code).collect();
        for left_out in account.to_json()["left_out"].as_array().unwrap() {
            assert!(codes.contains(left_out["diagnostic"].as_str().unwrap()), "{left_out}");
        }
    }
}

/// Disables the consumers of one kind of facts after another: each time exactly these facts are lost.
#[test]
fn a_missing_consumer_is_detected() {
    let path = workspace().join("generator/tests/account/openapi.yaml");
    let document = read(&path);
    let loaded = &document.0;
    let whole = Ledger::default();
    let (_, diagnostics) = lowered(&document, &whole);
    let mut in_client: BTreeMap<Fact, Vec<Location>> = BTreeMap::new();
    for (fact, at, fate) in fates(&loaded.facts, &whole, &diagnostics) {
        if fate == Fate::InClient {
            in_client.entry(fact).or_default().push(at.clone());
        }
    }
    // Facts of this kind are never in a client: all are inconsequential.
    let never = [Fact::Link];
    for fact in Fact::ALL.into_iter().filter(|fact| !never.contains(fact)) {
        let places = in_client.get(&fact).unwrap_or_else(|| panic!("the document has no {}", fact.name())).clone();
        let ledger = Ledger::disabled_at(places.clone());
        let (_, diagnostics) = lowered(&document, &ledger);
        let account = settle(&loaded.facts, &ledger, &diagnostics);
        assert!(!account.adds_up() && !account.of(fact).adds_up(), "{}", fact.name());
        let others: Vec<String> =
            account.lost.iter().filter(|lost| lost.fact != fact).map(|lost| format!("{lost:?}")).collect();
        assert!(others.is_empty(), "{}: {others:#?}", fact.name());
        // Only some of these are used: titles that name types, descriptions of bases, links of operations, samples of
        // fields.
        let fates = fates(&loaded.facts, &ledger, &diagnostics).into_iter();
        let words: Vec<&Location> = fates
            .filter(|(_, _, fate)| {
                matches!(
                    fate,
                    Fate::Inconsequential(
                        Reason::Title | Reason::Base | Reason::FurtherReading | Reason::Sample | Reason::Extension
                    )
                )
            })
            .map(|(_, at, _)| at)
            .collect();
        let lost: BTreeSet<&Location> = account.lost.iter().map(|lost| &lost.at).collect();
        assert_eq!(lost, places.iter().filter(|at| !words.contains(at)).collect(), "{}", fact.name());
        let others = Fact::ALL.into_iter().filter(|other| *other != fact);
        assert!(others.into_iter().all(|other| account.of(other).adds_up()), "{}", fact.name());
    }
    for fact in never {
        let count = settle(&loaded.facts, &whole, &diagnostics).of(fact);
        assert!(count.stated > 0 && count.in_client == 0 && count.adds_up(), "{}", fact.name());
    }
}

/// A missing diagnostic, or a reason that no longer applies, is found as well.
#[test]
fn a_missing_diagnostic_is_detected() {
    let path = workspace().join("generator/tests/account/openapi.yaml");
    let document = read(&path);
    let ledger = Ledger::default();
    let (_, diagnostics) = lowered(&document, &ledger);
    let sum = |diagnostics: &Diagnostics| settle(&document.0.facts, &ledger, diagnostics);
    let whole = sum(&diagnostics);
    assert!(whole.adds_up());
    let report = whole.to_json();
    let left_out = report["left_out"].as_array().unwrap();
    let codes: BTreeSet<&str> = left_out.iter().map(|it| it["diagnostic"].as_str().unwrap()).collect();
    assert!(codes.len() > 5, "{codes:?}");
    for code in codes {
        let mut others = Diagnostics::new();
        diagnostics.iter().filter(|it| it.code != code).for_each(|it| others.push(it.clone()));
        let Account { lost, .. } = sum(&others);
        assert!(!lost.is_empty(), "nothing is lost without `{code}`");
    }
}

/// The descriptions, names and values that the account counts as "in the client" are in the emitted code.
#[test]
fn facts_in_the_client_are_emitted() {
    for path in documents() {
        let document = read(&path);
        let loaded = &document.0;
        let ledger = Ledger::default();
        let (service, diagnostics) = lowered(&document, &ledger);
        let files = emit::emit(&service, &Manifest::default(), None).unwrap();
        let emitted = Emitted::new(files.values().map(|text| letters(&unwrapped(&unlinked(text)))).collect());
        let methods = methods(&service);
        let mut texts = HashMap::new();
        collect(&loaded.root, &mut texts);
        let mut missing = Vec::new();
        for (fact, at, fate) in fates(&loaded.facts, &ledger, &diagnostics) {
            let Some(text) = texts.get(at).filter(|_| fate == Fate::InClient) else { continue };
            let text = match fact {
                Fact::Description | Fact::EnumValue | Fact::Example | Fact::Default => text.value.clone(),
                Fact::Parameter | Fact::Server => text.value.clone(),
                Fact::Property | Fact::Header => Some(text.key.clone()),
                _ => None,
            };
            // The language of a code block is not prose.
            let text = text.unwrap_or_default();
            // Where the document names an operation, docs name the method.
            let text = methods.iter().fold(text, |text, (id, method)| text.replace(id, method));
            let text = unlinked(&text);
            let fence = |line: &str| ["```", "~~~"].iter().any(|fence| line.trim_start().starts_with(fence));
            let lines = text.lines().map(|line| if fence(line) { "" } else { line });
            let text = letters(&lines.collect::<Vec<_>>().join("\n"));
            if !emitted.has(&text) {
                missing.push(format!("{at}: {} {text}", fact.name()));
            }
        }
        assert!(missing.is_empty(), "{}: {missing:#?}", path.display());
    }
}

/// The text of a crate with an index, since searching megabytes for thousands of strings is slow.
struct Emitted {
    text: String,
    stretches: HashSet<String>,
}

impl Emitted {
    const STRETCH: usize = 24;

    fn new(text: String) -> Self {
        let stretches = Self::stretches(&text).collect();
        Self { text, stretches }
    }

    fn stretches(text: &str) -> impl Iterator<Item = String> {
        let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]).skip(Self::STRETCH);
        text.char_indices().zip(ends).map(|((start, _), end)| text[start..end].to_owned())
    }

    fn has(&self, text: &str) -> bool {
        match text.chars().count() <= Self::STRETCH {
            true => self.text.contains(text),
            false => Self::stretches(text).all(|stretch| self.stretches.contains(&stretch)),
        }
    }
}

/// A key with its value, if that is a scalar.
struct Text {
    key: String,
    value: Option<String>,
}

fn collect(node: &Node, found: &mut HashMap<Location, Text>) {
    for item in node.items() {
        found.insert(item.location.clone(), Text { key: String::new(), value: scalar(item) });
        collect(item, found);
    }
    for (key, Entry { key: at, node }) in node.entries() {
        found.insert(at.clone(), Text { key: key.to_owned(), value: scalar(node) });
        collect(node, found);
    }
}

fn scalar(node: &Node) -> Option<String> {
    node.is_scalar().then(|| node.as_str().map_or_else(|| node.to_json().to_string(), str::to_owned))
}

/// Code spans by the names that the vendor has for operations, and by their methods.
fn methods(service: &Service) -> Vec<(String, String)> {
    let operations = service.groups.iter().flat_map(|group| &group.operations);
    let names = operations.flat_map(|it| it.aliases.iter().map(|alias| (alias, &it.method_name)));
    names.map(|(alias, method)| (format!("`{alias}`"), format!("`{method}`"))).collect()
}

/// Docs without the targets of links into the crate.
fn unlinked(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("`](") {
        let (before, after) = rest.split_at(at + 1);
        out.push_str(before);
        let target = after[2..].split(')').next().unwrap_or_default();
        let in_crate = target.contains("::")
            && target.starts_with(|c: char| c == 'c' || c.is_ascii_uppercase())
            && target.chars().all(|c| c.is_alphanumeric() || matches!(c, ':' | '_' | '#'));
        rest = if in_crate { &after[3 + target.len()..] } else { after };
    }
    out + rest
}

/// Rust without comment markers and escapes.
fn unwrapped(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let line = line.trim_start();
        match line.strip_prefix("///").or_else(|| line.strip_prefix("//!")) {
            Some(words) => {
                let marks = '\u{202a}'..='\u{202e}';
                let marks = marks.chain('\u{2066}'..='\u{2069}').map(|mark| format!("&#x{:x};", u32::from(mark)));
                let words = words.trim_start_matches("- ").replace("```text", "");
                marks.fold(words, |words, mark| words.replace(&mark, ""))
            }
            None => line.replace("\\u{", "").replace("\\n", "").replace("\\t", ""),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A text without its layout and Markdown.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
