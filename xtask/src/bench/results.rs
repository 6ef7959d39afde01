//! The results as Markdown: on the standard output, and in `benches/RESULTS.md`.

use std::collections::BTreeMap;

use comfy_table::{Table, presets};

use super::Row;

/// The page's file, from the workspace.
pub const FILE: &str = "benches/RESULTS.md";

const HEADER: &str = "\
# Results

Written by `cargo xtask bench`; see CONTRIBUTING.md. The ratio is that of yundb to what stands beside it, both measured
in the same run: below 1, yundb needs less. CPU time is that of all threads, in user and system mode. Each row has its
own date: a run replaces only the rows that it measures.
";

/// What was measured for a row.
#[derive(Default)]
pub struct Found {
    /// Its lines in the summary.
    pub figures: Vec<Figure>,
    /// Its own tables and remarks, as Markdown.
    pub text: String,
}

/// A figure of yundb, and the same of another tool or of a lower bound.
pub struct Figure {
    pub name: String,
    pub ours: f64,
    pub beside: Option<(String, f64)>,
}

impl Figure {
    fn cells(&self, row: Row) -> Vec<String> {
        let beside = self.beside.as_ref();
        let text = |part: Option<String>| part.unwrap_or_else(|| NOTHING.to_owned());
        vec![
            row.name().to_owned(),
            self.name.clone(),
            number(self.ours),
            text(beside.map(|(name, _)| name.clone())),
            text(beside.map(|(_, theirs)| number(*theirs))),
            text(beside.map(|(_, theirs)| ratio(self.ours, *theirs))),
        ]
    }
}

const NOTHING: &str = "–";

/// A number with three digits that count.
pub fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 || value.fract() == 0.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

pub fn ratio(ours: f64, theirs: f64) -> String {
    if theirs > 0.0 { format!("{:.2}", ours / theirs) } else { NOTHING.to_owned() }
}

/// A table as Markdown.
pub fn table(header: &[&str], rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_preset(presets::ASCII_MARKDOWN).set_header(header);
    let cell = |cell: String| cell.replace('|', "/");
    table.add_rows(rows.into_iter().map(|row| row.into_iter().map(cell).collect::<Vec<_>>()));
    format!("{}\n", table.trim_fmt())
}

/// The summary of figures, each of which starts with its row.
fn summary(figures: Vec<Vec<String>>) -> String {
    table(&["row", "figure", "yundb", "beside", "there", "ratio"], figures)
}

/// The page: the figures and the section of each row.
#[derive(Default)]
pub struct Page {
    figures: BTreeMap<Row, Vec<Vec<String>>>,
    sections: BTreeMap<Row, String>,
}

impl Page {
    /// Reads the page as it was written. Anything else is left out.
    pub fn parse(text: &str) -> Self {
        let mut page = Self::default();
        let mut parts = text.split("\n## ");
        for line in parts.next().unwrap_or_default().lines() {
            let Some(line) = line.strip_prefix('|').and_then(|line| line.strip_suffix('|')) else { continue };
            let cells: Vec<String> = line.split('|').map(|cell| cell.trim().to_owned()).collect();
            if let Some(row) = cells.first().and_then(|name| Row::named(name)) {
                page.figures.entry(row).or_default().push(cells);
            }
        }
        for part in parts {
            if let Some((name, text)) = part.split_once('\n')
                && let Some(row) = Row::named(name)
            {
                page.sections.insert(row, text.trim().to_owned());
            }
        }
        page
    }

    /// Replaces a row. Returns its section.
    pub fn set(&mut self, row: Row, found: &Found, circumstances: &str) -> String {
        self.figures.insert(row, found.figures.iter().map(|figure| figure.cells(row)).collect());
        let text = format!("{}\n\n{circumstances}\n\n{}", row.about(), found.text.trim());
        self.sections.insert(row, text.clone());
        text
    }

    /// The figures of some rows.
    pub fn summary(&self, rows: &[Row]) -> String {
        summary(rows.iter().filter_map(|row| self.figures.get(row)).flatten().cloned().collect())
    }

    pub fn text(&self) -> String {
        let mut text = format!("{HEADER}\n{}", summary(self.figures.values().flatten().cloned().collect()));
        for (row, section) in &self.sections {
            text += &format!("\n## {}\n\n{section}\n", row.name());
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(ours: f64) -> Found {
        let beside = Some(("a | b".to_owned(), 4.0));
        let figures = vec![Figure { name: "cpu".to_owned(), ours, beside }];
        Found { figures, text: format!("{}\nRemark {ours}.", table(&["a"], vec![vec!["b".to_owned()]])) }
    }

    #[test]
    fn rows_that_are_not_measured_stay() {
        let mut page = Page::default();
        page.set(Row::Calls, &found(1.0), "On Monday.");
        page.set(Row::Services, &found(2.0), "On Monday.");
        let first = page.text();
        assert_eq!(Page::parse(&first).text(), first);

        let mut page = Page::parse(&first);
        page.set(Row::Calls, &found(3.0), "On Tuesday.");
        let text = page.text();
        assert!(text.contains("On Monday") && text.contains("Remark 2") && text.contains("| 0.50 "), "{text}");
        assert!(text.contains("On Tuesday") && text.contains("Remark 3") && text.contains("| 0.75 "), "{text}");
        assert!(!text.contains("Remark 1") && text.contains("a / b"), "{text}");
        assert!(text.find("## services") < text.find("## calls"), "{text}");
    }

    #[test]
    fn numbers_have_three_digits() {
        assert_eq!([0.0, 0.123, 7.0, 12.34, 1234.5].map(number), ["0", "0.12", "7", "12.3", "1234"]);
        assert_eq!(ratio(1.0, 0.0), NOTHING);
    }
}
