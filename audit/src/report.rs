//! The result of an audit, as numbers: tables for people, JSON for programs.

use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

use crate::{
    compare::{Difference, Settled, Subject},
    count::Counts,
    fact::{Detail, Facts, Operation, Unread},
};

/// The results of all services.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// By service, in the order of their names.
    pub services: Vec<Service>,
}

/// The result of one service.
#[derive(Clone, Debug, Serialize)]
pub struct Service {
    /// The folder in `specs/`.
    pub service: String,
    /// The document's file name.
    pub document: String,
    /// Its edition.
    pub edition: String,
    /// The facts of the document.
    pub documented: Counts,
    /// The facts of the spec; None for a document without a spec.
    pub specified: Option<Counts>,
    /// Differences that an `x-errata` entry explains.
    pub errata: Option<Counts>,
    /// Number of unexplained differences.
    pub open: usize,
    /// Number of differences that need no explanation.
    pub noted: usize,
    /// Number of unreadable parts of the document, and of rows that hint at a bound, default or set of characters that
    /// was not read.
    pub unread: usize,
    /// The unreadable parts. Only with the document at hand.
    pub lines: Vec<Line>,
    /// The same by operation, in the order of the document.
    pub sections: Vec<Section>,
}

/// A line of the document that could not be read.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// The document's file name.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The reason.
    pub why: String,
}

/// The result of one operation.
#[derive(Clone, Debug, Serialize)]
pub struct Section {
    /// Number of the section.
    pub section: String,
    /// The call.
    pub call: String,
    /// The facts of the document; None if it lacks the operation.
    pub documented: Option<Counts>,
    /// The facts of the spec; None if it lacks the operation.
    pub specified: Option<Counts>,
    /// Differences that an `x-errata` entry explains.
    pub errata: Counts,
    /// Number of unexplained differences.
    pub open: usize,
    /// Number of unreadable parts of the section.
    pub unread: usize,
}

/// A spec's side of a service.
#[derive(Clone, Copy, Debug)]
pub struct Specified<'a> {
    /// Its facts.
    pub facts: &'a Facts,
    /// Its differences from the document.
    pub settled: &'a Settled,
}

impl Service {
    /// The result for a document's or lock's facts. `unread` is known with the document at hand.
    pub fn new(service: &str, documented: &Facts, unread: Option<&[Unread]>, specified: Option<Specified<'_>>) -> Self {
        let noted = documented.operations.iter().map(|operation| operation.unread.len()).sum::<usize>();
        let hinted = documented.operations.iter().flat_map(Operation::fields).flat_map(|field| &field.details);
        let hinted = hinted.filter(|stated| stated.detail == Detail::Unread).count();
        let sections = self::sections(documented, specified);
        let lines = unread.unwrap_or_default().iter().map(|unread| Line {
            file: unread.at.file().to_owned(),
            line: unread.at.line(),
            why: unread.why.clone(),
        });
        Self {
            service: service.to_owned(),
            document: documented.origin.document.clone(),
            edition: documented.origin.edition.clone(),
            documented: Counts::of(documented),
            specified: specified.map(|spec| {
                let apart = differences(spec.settled).filter(|difference| difference.operation.is_none());
                let apart = Counts::of_appendices(documented).differing(apart);
                sections.iter().filter_map(|section| section.specified).fold(apart, |sum, more| sum + more)
            }),
            errata: specified.map(|spec| Counts::of_differences(accepted(spec.settled))),
            open: specified.map_or(0, |spec| spec.settled.open.len()),
            noted: specified.map_or(0, |spec| spec.settled.noted.len()),
            unread: unread.map_or(noted, <[_]>::len) + hinted,
            lines: lines.collect(),
            sections,
        }
    }
}

/// All differences, explained or not.
fn differences(settled: &Settled) -> impl Iterator<Item = &Difference> {
    accepted(settled).chain(&settled.open).chain(&settled.noted)
}

fn accepted(settled: &Settled) -> impl Iterator<Item = &Difference> {
    settled.accepted.iter().map(|(difference, _)| difference)
}

fn sections(documented: &Facts, specified: Option<Specified<'_>>) -> Vec<Section> {
    let mut others: Vec<&Operation> = specified.map_or_else(Vec::new, |spec| spec.facts.operations.iter().collect());
    let mut sections = Vec::new();
    for operation in &documented.operations {
        // The comparison pairs operations in the same way.
        let same = |by: fn(&Operation, &Operation) -> bool| others.iter().position(|other| by(operation, other));
        let partner = same(|a, b| a.call == b.call && a.section == b.section)
            .or_else(|| same(|a, b| a.call == b.call))
            .or_else(|| same(|a, b| a.section == b.section));
        let other = partner.map(|index| others.remove(index));
        sections.push(section(operation, Some(operation), other, specified));
    }
    sections.extend(others.into_iter().map(|other| section(other, None, Some(other), specified)));
    sections
}

/// The result of an operation. Differences name it as in the document, or else as in the spec.
fn section(
    named: &Operation,
    documented: Option<&Operation>,
    other: Option<&Operation>,
    specified: Option<Specified<'_>>,
) -> Section {
    let subject = Subject { section: named.section.clone(), call: named.call.clone() };
    let ours = |difference: &&Difference| difference.operation.as_ref() == Some(&subject);
    Section {
        section: named.section.clone(),
        call: named.call.to_string(),
        documented: documented.map(Counts::of_operation),
        specified: other.map(|other| match (documented, specified) {
            (Some(documented), Some(spec)) => {
                Counts::of_operation(documented).differing(differences(spec.settled).filter(ours))
            }
            _ => Counts::of_operation(other),
        }),
        errata: specified
            .map_or_else(Counts::default, |spec| Counts::of_differences(accepted(spec.settled).filter(ours))),
        open: specified.map_or(0, |spec| spec.settled.open.iter().filter(ours).count()),
        unread: documented.map_or(0, |operation| operation.unread.len()),
    }
}

/// The cell of a table without a count.
const NOTHING: &str = "-";

impl Report {
    /// The report as text; `verbose` adds a table of operations for each service.
    pub fn text(&self, verbose: bool) -> String {
        if self.services.is_empty() {
            return String::new();
        }
        let mut parts = vec![self.summary().to_string()];
        if verbose {
            parts.extend(self.services.iter().map(Service::table));
        }
        let lines: Vec<&Line> = self.services.iter().flat_map(|service| &service.lines).collect();
        if !lines.is_empty() {
            let lines = lines.iter().map(|Line { file, line, why }| format!("{file}:{line}: {why}\n"));
            parts.push(format!("Not read:\n{}", lines.collect::<String>().trim_end()));
        }
        parts.join("\n\n") + "\n"
    }

    /// The report as JSON.
    ///
    /// # Errors
    /// None are known; those of the serializer are passed on.
    pub fn json(&self) -> serde_json::Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    fn summary(&self) -> Table {
        let heads = ["service", ""].into_iter().chain(Counts::NAMES).chain(["open", "noted", "unread"]);
        let mut table = table(heads, 2);
        for service in &self.services {
            let compared = |count: usize| service.specified.map_or(NOTHING.to_owned(), |_| count.to_string());
            let documented = [compared(service.open), compared(service.noted), service.unread.to_string()];
            let none = || std::iter::repeat_n(String::new(), 3);
            table.add_row(row([&service.service, "documented"], Some(service.documented), documented));
            table.add_row(row(["", "specified"], service.specified, none()));
            table.add_row(row(["", "errata"], service.errata, none()));
        }
        table
    }
}

impl Service {
    /// The numbers for a README, in Markdown.
    pub fn notes(&self) -> String {
        let row = |name: &str, counts: Counts| {
            let cells = counts.all().map(|count| count.to_string());
            format!("| {name} | {} |\n", cells.join(" | "))
        };
        let rows = [("documented", Some(self.documented)), ("specified", self.specified), ("errata", self.errata)];
        let rows: String = rows.into_iter().filter_map(|(name, counts)| Some(row(name, counts?))).collect();
        format!(
            "## Audited\n\nFacts of `{}` ({}) and of the spec, and the number of differences that correct the document, each \
             with its reason (`x-errata`). Parameters include fields of request bodies; responses are response fields. \
             Unexplained differences: {}.\n\n| | {} |\n|---|{}\n{rows}",
            self.document,
            self.edition,
            self.open,
            Counts::NAMES.join(" | "),
            "---:|".repeat(Counts::NAMES.len()),
        )
    }

    /// The operations, with the counts of documented and specified facts, and errata in brackets.
    fn table(&self) -> String {
        let mut names = Counts::NAMES.to_vec();
        // An operation counts as one, and these are apart from operations.
        names.retain(|name| !matches!(*name, "operations" | "codes" | "other"));
        let heads = ["section", "operation"].into_iter().chain(names.iter().copied()).chain(["open", "unread"]);
        let mut table = table(heads, 2);
        for section in &self.sections {
            let count = |counts: Option<Counts>, name: &str| {
                let index = Counts::NAMES.iter().position(|other| *other == name)?;
                counts.and_then(|counts| counts.all().get(index).copied())
            };
            let text = |count: Option<usize>| count.map_or(NOTHING.to_owned(), |count| count.to_string());
            let cells = names.iter().map(|name| {
                let (before, after) = (count(section.documented, name), count(section.specified, name));
                match count(Some(section.errata), name) {
                    _ if self.specified.is_none() => text(before),
                    None | Some(0) => format!("{} / {}", text(before), text(after)),
                    Some(errata) => format!("{} / {} ({errata})", text(before), text(after)),
                }
            });
            let open = if self.specified.is_some() { section.open.to_string() } else { NOTHING.to_owned() };
            let named = [section.section.clone(), section.call.clone()];
            table.add_row(named.into_iter().chain(cells).chain([open, section.unread.to_string()]));
        }
        let Self { service, document, edition, .. } = self;
        let sides = if self.specified.is_some() { "documented / specified (errata)" } else { "documented" };
        format!("{service}: {document}, {edition}; {sides}\n\n{}", table)
    }
}

fn row(named: [&str; 2], counts: Option<Counts>, rest: impl IntoIterator<Item = String>) -> Vec<String> {
    let counts = match counts {
        Some(counts) => counts.all().map(|count| count.to_string()),
        None => std::array::from_fn(|_| NOTHING.to_owned()),
    };
    named.into_iter().map(str::to_owned).chain(counts).chain(rest).collect()
}

/// A table with these heads, with numbers from a given column on.
fn table<'a>(heads: impl IntoIterator<Item = &'a str>, numbers: usize) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::ASCII_MARKDOWN).set_header(heads);
    table.column_iter_mut().skip(numbers).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    table
}
