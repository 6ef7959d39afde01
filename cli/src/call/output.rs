//! The output of a call: JSON, YAML, a table, or tab-separated values.

use std::io::{self, Write as _};

use anyhow::{Context as _, anyhow};
use clap::ValueEnum;
use comfy_table::{ContentArrangement, Table, presets};
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

/// Prints a value. In a table, `items` are the fields that lead to the rows, if the document names them.
pub(super) fn print(value: &Value, format: Format, items: Option<&[String]>) -> anyhow::Result<()> {
    let text = match format {
        Format::Json => serde_json::to_string_pretty(value)? + "\n",
        Format::Yaml => serde_yaml::to_string(value)?,
        Format::Table | Format::Tsv => {
            let (columns, rows) = table(rows_of(value, items));
            let written = if format == Format::Table { bordered(columns, rows) } else { separated(&rows) };
            written + "\n"
        }
    };
    let text = if text.trim().is_empty() { "" } else { &text };
    Ok(io::stdout().lock().write_all(text.as_bytes())?)
}

/// The value with the rows: the listed items or, if the document names none, the only list of objects in an object.
fn rows_of<'v>(value: &'v Value, items: Option<&[String]>) -> &'v Value {
    if let Some(found) = items.and_then(|path| at(value, path)) {
        return found;
    }
    let lists = value.as_object().into_iter().flatten().filter(|(_, inner)| is_objects(inner));
    let mut lists = lists.map(|(_, inner)| inner);
    match (lists.next(), lists.next()) {
        (Some(only), None) => only,
        _ => value,
    }
}

fn is_objects(value: &Value) -> bool {
    value.as_array().is_some_and(|items| !items.is_empty() && items.iter().all(Value::is_object))
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
fn table(value: &Value) -> (Vec<String>, Vec<Vec<String>>) {
    match value {
        Value::Array(items) if items.iter().all(Value::is_array) => {
            (Vec::new(), items.iter().map(|row| row.as_array().into_iter().flatten().map(cell).collect()).collect())
        }
        Value::Array(items) => {
            let mut columns: Vec<String> = Vec::new();
            for name in items.iter().filter_map(Value::as_object).flat_map(|entries| entries.keys()) {
                if !columns.contains(name) {
                    columns.push(name.clone());
                }
            }
            if columns.is_empty() {
                return (columns, items.iter().map(|item| vec![cell(item)]).collect());
            }
            let cells = |item: &Value| columns.iter().map(|name| item.get(name).map_or(String::new(), cell)).collect();
            let rows = items.iter().map(cells).collect();
            (columns, rows)
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
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn bordered(columns: Vec<String>, rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    if let Some((_, width)) = console::Term::stdout().size_checked() {
        table.set_width(width);
    }
    if !columns.is_empty() {
        table.set_header(columns);
    }
    table.add_rows(rows);
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
        let (columns, rows) = table(rows_of(&page, None));
        assert_eq!(columns, ["id", "tags", "name"]);
        assert_eq!(separated(&rows), "1\t[\"a\"]\t\n2\t\tx y");
        let nested = json!({"Items": {"Item": [{"id": 1}]}, "other": [{"x": 1}]});
        assert_eq!(at(&nested, &["items".to_owned()]), Some(&json!([{"id": 1}])));
        assert_eq!(table(&json!({"a": 1, "b": null})).1, [["a", "1"], ["b", ""]]);
        assert_eq!(table(&json!([["a", 1], ["b", 2]])).1, [["a", "1"], ["b", "2"]]);
        assert_eq!(table(&json!(["a", "b"])).1, [["a"], ["b"]]);
    }

    #[test]
    fn queries_select() {
        let query = query("items[?id > `1`].name | [0]").unwrap();
        assert_eq!(queried(&query, json!({"items": [{"id": 1}, {"id": 2, "name": "x"}]})).unwrap(), json!("x"));
        assert!(super::query("items[").is_err());
    }
}
