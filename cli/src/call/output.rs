//! The output of a call: JSON, YAML, a table, or tab-separated values.

use anyhow::{Context as _, anyhow};
use clap::ValueEnum;
use comfy_table::{ContentArrangement, Table, presets};
use indexmap::IndexSet;
use jmespath::Expression;
use serde_json::Value;

/// The form of the output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// JSON, indented.
    #[default]
    Json,
    /// YAML.
    Yaml,
    /// A table: a row for each object of a list, a column for each field.
    Table,
    /// The same without a header, separated by tabs, for scripts.
    Tsv,
}

/// Parses a JMESPath expression.
pub(super) fn query(text: &str) -> Result<Expression<'static>, String> {
    jmespath::compile(text).map_err(|error| error.to_string().trim_end().to_owned())
}

/// The result of a query.
pub(super) fn queried(expression: &Expression<'static>, value: Value) -> anyhow::Result<Value> {
    let found = expression.search(value).map_err(|error| anyhow!("--query: {error}"))?;
    serde_json::to_value(&*found).context("--query")
}

/// The items of a listing, as the document describes them.
#[derive(Default)]
pub(super) struct Listing {
    /// The fields that lead to the list.
    pub path: Vec<String>,
    /// The fields of an item, in the order of the document.
    pub fields: Vec<String>,
}

/// Prints a value. In a table, the items of a listing are its rows.
pub(super) fn print(value: &Value, format: Format, listing: Option<&Listing>) -> anyhow::Result<()> {
    let text = match format {
        Format::Json => serde_json::to_string_pretty(value)? + "\n",
        Format::Yaml => serde_yaml::to_string(value)?,
        Format::Tsv => match table(value, listing).1.as_slice() {
            [] => String::new(),
            rows => separated(rows) + "\n",
        },
        Format::Table => {
            let (columns, rows) = table(value, listing);
            if rows.is_empty() {
                return Ok(());
            }
            let width = console::Term::stdout().size_checked().map(|(_, width)| usize::from(width));
            let kept = width.map(|width| fitting(&columns, &rows, width));
            let kept = kept.unwrap_or_else(|| (0..columns.len()).collect());
            let left_out: Vec<&str> =
                (0..columns.len()).filter(|at| !kept.contains(at)).map(|at| columns[at].as_str()).collect();
            let text = bordered(&columns, &rows, &kept, width);
            if !left_out.is_empty() {
                let count = crate::print::counted(left_out.len(), "column");
                let verb = if left_out.len() == 1 { "does" } else { "do" };
                let names = left_out.join(", ");
                crate::print::complain!("{count} {verb} not fit: {names}. Use --query to select columns, or -o json.");
            }
            text + "\n"
        }
    };
    Ok(crate::print::write_out(text.as_bytes())?)
}

/// The list at a path of fields. As in typed clients, a name can be in another case, and a list can be within the only
/// field of an object.
pub(super) fn at<'v>(value: &'v Value, path: &[String]) -> Option<&'v Value> {
    let field = |value: &'v Value, name: &String| {
        let mut entries = value.as_object()?.iter();
        value.get(name).or_else(|| entries.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, inner)| inner))
    };
    let found = path.iter().try_fold(value, field)?;
    match found.as_object().filter(|entries| entries.len() == 1).and_then(|entries| entries.values().next()) {
        Some(only) if only.is_array() => Some(only),
        _ => Some(found),
    }
}

/// The columns and rows of a value: of a list of objects by their fields, of an object by its entries.
fn table(value: &Value, listing: Option<&Listing>) -> (Vec<String>, Vec<Vec<String>>) {
    let listed = listing.and_then(|listing| at(value, &listing.path)).filter(|found| found.is_array());
    match listed.unwrap_or(value) {
        Value::Array(items) if items.iter().all(Value::is_array) => {
            (Vec::new(), items.iter().map(|row| row.as_array().into_iter().flatten().map(cell).collect()).collect())
        }
        Value::Array(items) => {
            let mut columns: IndexSet<String> = IndexSet::new();
            columns.extend(items.iter().filter_map(Value::as_object).flat_map(|entries| entries.keys()).cloned());
            if columns.is_empty() {
                return (Vec::new(), items.iter().map(|item| vec![cell(item)]).collect());
            }
            let known = listing.map(|listing| listing.fields.as_slice()).unwrap_or_default();
            columns.sort_by_key(|name| known.iter().position(|field| field == name).unwrap_or(known.len()));
            let cells = |item: &Value| columns.iter().map(|name| item.get(name).map_or(String::new(), cell)).collect();
            let rows = items.iter().map(cells).collect();
            (columns.into_iter().collect(), rows)
        }
        Value::Object(entries) => {
            (Vec::new(), entries.iter().map(|(name, inner)| vec![name.clone(), cell(inner)]).collect())
        }
        Value::Null => (Vec::new(), Vec::new()),
        scalar => (Vec::new(), vec![vec![cell(scalar)]]),
    }
}

/// A value in a cell: nested ones as JSON.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        // A terminal must not interpret what a service sends.
        Value::String(text) => crate::print::printable(text),
        other => other.to_string(),
    }
}

/// The space around a cell, and between cells.
const MARGIN: usize = 3;
/// Longer cells may be broken into lines.
const READABLE: usize = 32;

/// The columns that fit into a terminal: those with plain values first, and among them the first ones.
fn fitting(columns: &[String], rows: &[Vec<String>], width: usize) -> Vec<usize> {
    let cells = |at: usize| rows.iter().filter_map(move |row| row.get(at));
    let is_nested = |at: usize| cells(at).any(|cell| cell.starts_with(['{', '[']));
    let (nested, plain): (Vec<usize>, Vec<usize>) = (0..columns.len()).partition(|at| is_nested(*at));
    let needed = |at: usize| {
        let header = console::measure_text_width(&columns[at]);
        let widest = cells(at).flat_map(|cell| cell.lines()).map(console::measure_text_width).max().unwrap_or_default();
        header.max(if is_nested(at) { widest } else { widest.min(READABLE) }) + MARGIN
    };
    let mut left = width;
    let fits = |at: &usize| {
        let rest = left.checked_sub(needed(*at));
        left = rest.unwrap_or(left);
        rest.is_some()
    };
    let mut kept: Vec<usize> = plain.into_iter().chain(nested).filter(fits).collect();
    if kept.is_empty() && !columns.is_empty() {
        kept.push(0);
    }
    kept.sort_unstable();
    kept
}

fn bordered(columns: &[String], rows: &[Vec<String>], kept: &[usize], width: Option<usize>) -> String {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    if let Some(width) = width.and_then(|width| u16::try_from(width).ok()) {
        table.set_width(width);
    }
    if columns.is_empty() {
        table.add_rows(rows);
    } else {
        table.set_header(kept.iter().map(|at| &columns[*at]));
        table.add_rows(rows.iter().map(|row| kept.iter().filter_map(|at| row.get(*at))));
    }
    table.to_string()
}

fn separated(rows: &[Vec<String>]) -> String {
    let line =
        |row: &Vec<String>| row.iter().map(|it| it.replace(['\t', '\n', '\r'], " ")).collect::<Vec<_>>().join("\t");
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_are_found() {
        let page = json!({"total": 2, "items": [{"id": 1, "tags": ["a"]}, {"id": 2, "name": "x\ty"}]});
        let listing = Listing { path: vec!["items".to_owned()], fields: vec!["name".to_owned(), "id".to_owned()] };
        let (columns, rows) = table(&page, Some(&listing));
        assert_eq!(columns, ["name", "id", "tags"]);
        assert_eq!(separated(&rows), "\t1\t[\"a\"]\nx y\t2\t");
        // An object is no listing because it has a list.
        assert_eq!(table(&json!({"id": 1, "nodes": [{"x": 1}]}), None).1, [["id", "1"], ["nodes", "[{\"x\":1}]"]]);
        let nested = json!({"Items": {"Item": [{"id": 1}]}, "other": [{"x": 1}]});
        assert_eq!(at(&nested, &["items".to_owned()]), Some(&json!([{"id": 1}])));
        assert_eq!(table(&json!({"a": 1, "b": null}), None).1, [["a", "1"], ["b", ""]]);
        assert_eq!(table(&json!([["a", 1], ["b", 2]]), None).1, [["a", "1"], ["b", "2"]]);
        assert_eq!(table(&json!(["a", "b"]), None).1, [["a"], ["b"]]);
        assert_eq!(table(&json!(["\u{1b}[2J"]), None).1, [["\u{fffd}[2J"]]);
    }

    #[test]
    fn columns_that_do_not_fit_are_left_out() {
        let columns: Vec<String> = (0..20).map(|at| format!("column-{at:02}")).collect();
        let row: Vec<String> =
            (0..20).map(|at| if at == 1 { "{\"a\":1}".to_owned() } else { at.to_string() }).collect();
        let kept = fitting(&columns, std::slice::from_ref(&row), 80);
        assert_eq!(kept, [0, 2, 3, 4, 5, 6]);
        let text = bordered(&columns, &[row], &kept, Some(80));
        assert!(text.contains(" column-06") && text.lines().all(|line| line.chars().count() <= 80), "{text}");
        // Short of nothing at all, the first one stays. Plain values come before nested ones.
        assert_eq!(fitting(&columns, &[], 5), [0]);
        let wide = |cell: &str| vec![vec!["[1,2,3,4,5,6]".to_owned(), cell.to_owned()]];
        assert_eq!(fitting(&columns[..2], &wide("x"), 20), [1]);
        assert_eq!(fitting(&columns[..2], &wide("x"), 30), [0, 1]);
        // A long text is broken into lines.
        assert_eq!(fitting(&columns[..2], &wide(&"word ".repeat(50)), 60), [0, 1]);
    }

    #[test]
    fn queries_select() {
        let query = query("items[?id > `1`].name | [0]").unwrap();
        assert_eq!(queried(&query, json!({"items": [{"id": 1}, {"id": 2, "name": "x"}]})).unwrap(), json!("x"));
        assert!(super::query("items[").is_err());
    }
}
