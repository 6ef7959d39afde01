//! The account of a document: it adds up, fails to as soon as anything is not taken over, and what it calls "in the client" is
//! there.
#![allow(clippy::unwrap_used, reason = "tests say what they expect by panicking")]

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

/// Lowers a document; the diagnostics begin with those of reading it.
fn lowered((loaded, said): &(Loaded, Diagnostics), ledger: &Ledger) -> (Service, Diagnostics) {
    let mut diagnostics = said.clone();
    let service =
        lower::lower(loaded, "accounted", "accounted", &yundb_generator::Formats::default(), ledger, &mut diagnostics);
    (service, diagnostics)
}

fn read(path: &Path) -> (Loaded, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    (load::load(path, &mut diagnostics).unwrap(), diagnostics)
}

#[test]
fn every_document_adds_up() {
    for path in documents() {
        let mut diagnostics = Diagnostics::new();
        let (_, account) = yundb_generator::model(&path, "accounted", "accounted", &mut diagnostics).unwrap();
        let lost: Vec<String> = account.lost.iter().map(|lost| lost.at.to_string()).collect();
        assert!(account.adds_up() && lost.is_empty(), "{}: {lost:#?}", path.display());
        let total = account.total();
        assert!(total.in_client > 0 && total.stated == total.in_client + total.left_out + total.inconsequential);
        // The report says the same.
        let report = account.to_json();
        assert_eq!(report["total"]["stated"], total.stated);
        assert_eq!(report["adds_up"], true);
        let places: usize =
            report["left_out"].as_array().unwrap().iter().map(|it| it["places"].as_array().unwrap().len()).sum();
        assert_eq!(places, total.left_out);
    }
}

/// What is left out is named by a diagnostic that stands there or around it, with the code that the account gives.
#[test]
fn what_is_left_out_is_named() {
    for path in documents() {
        let mut diagnostics = Diagnostics::new();
        let (_, account) = yundb_generator::model(&path, "accounted", "accounted", &mut diagnostics).unwrap();
        let codes: BTreeSet<&str> = diagnostics.iter().filter(|it| it.left_out.is_some()).map(|it| it.code).collect();
        for left_out in account.to_json()["left_out"].as_array().unwrap() {
            assert!(codes.contains(left_out["diagnostic"].as_str().unwrap()), "{left_out}");
        }
    }
}

/// Takes the consumers of one kind of facts away, then those of the next: each time the sum fails by just these.
#[test]
fn a_consumer_that_is_missing_is_found() {
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
    // Of this kind nothing is ever in a client: none makes a difference.
    let never = [Fact::Link];
    for fact in Fact::ALL.into_iter().filter(|fact| !never.contains(fact)) {
        let places = in_client.get(&fact).unwrap_or_else(|| panic!("the document has no {}", fact.name())).clone();
        let ledger = Ledger::deaf_at(places.clone());
        let (_, diagnostics) = lowered(&document, &ledger);
        let account = settle(&loaded.facts, &ledger, &diagnostics);
        assert!(!account.adds_up() && !account.of(fact).adds_up(), "{}", fact.name());
        let others: Vec<String> =
            account.lost.iter().filter(|lost| lost.fact != fact).map(|lost| format!("{lost:?}")).collect();
        assert!(others.is_empty(), "{}: {others:#?}", fact.name());
        // Of these only some are taken over: titles that name types, words of bases, links of operations, samples of fields.
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

/// A diagnostic that is not given, or a reason that no longer holds, is found as well.
#[test]
fn a_diagnostic_that_is_missing_is_found() {
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
        assert!(!lost.is_empty(), "nothing is missed without `{code}`");
    }
}

/// The words, names and values that the account calls "in the client" stand in what is emitted.
#[test]
fn what_is_in_the_client_is_emitted() {
    for path in documents() {
        let document = read(&path);
        let loaded = &document.0;
        let ledger = Ledger::default();
        let (service, diagnostics) = lowered(&document, &ledger);
        let files = emit::emit(&service, &Manifest::Workspace, None).unwrap();
        let emitted = Emitted::new(files.values().map(|text| letters(&unwrapped(text))).collect());
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
            // The language of a block of code is no word.
            let text = text.unwrap_or_default();
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

/// The letters of a crate, and all stretches of some of them: looking for thousands of texts in megabytes takes its time.
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

/// A key and its value, if that is a scalar.
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

/// Rust without the marks of comments and the escapes of literals.
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

/// What is left of a text whatever becomes of its layout and its Markdown.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
