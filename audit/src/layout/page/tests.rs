//! Small made-up documents, one for each kind of damage.

use super::read;
use crate::block::BlockKind;

/// The result for lines separated by blank lines, one line per block or row; `##` titles, `|` rows, `>` code, `!`
/// errors. Numbers count the non-blank lines.
fn shown(lines: &[&str]) -> Vec<String> {
    let mut numbers = Vec::new();
    let mut text = String::new();
    for line in lines {
        numbers.push(text.matches('\n').count() + 1);
        text.push_str(line);
        text.push_str("\n\n");
    }
    let number = |line: usize| numbers.iter().position(|number| *number == line).unwrap_or(usize::MAX);
    let (blocks, unreadable) = read(&text);
    let mut shown = Vec::new();
    for block in blocks {
        match block.kind {
            BlockKind::Heading { .. } => shown.push("a heading".to_owned()),
            BlockKind::Subheading(title) => shown.push(format!("## {title}")),
            BlockKind::Table(rows) => {
                shown.extend(rows.iter().map(|row| format!("{} | {}", number(row.line), row.cells.join(" | "))));
            }
            BlockKind::Code(code) => shown.push(format!("> {code}")),
            BlockKind::Text(text) => shown.push(text),
        }
    }
    shown.extend(unreadable.iter().map(|unreadable| format!("{} ! {}", number(unreadable.line), unreadable.why)));
    shown
}

const HEADER: [&str; 5] = ["Table1 Fields", "Parameter", "Required", "Type", "Description"];
const SHOWN_HEADER: [&str; 2] = ["Table1 Fields", "1 | Parameter | Required | Type | Description"];

/// The result for a table with these cells.
fn rows(cells: &[&str]) -> Vec<String> {
    let mut shown = shown(&[&HEADER, cells].concat());
    let rest = shown.split_off(2);
    assert_eq!(shown, SHOWN_HEADER);
    rest
}

#[test]
fn the_cells_of_a_lost_column_are_empty() {
    assert_eq!(
        rows(&["lamp_id", "String", "The lamp.", "size", "Array of Size objects", "Its sizes."]),
        ["5 | lamp_id |  | String | The lamp.", "8 | size |  | Array of Size objects | Its sizes."]
    );
}

#[test]
fn a_column_may_be_lost_in_some_rows_only() {
    assert_eq!(
        rows(&["a", "Yes", "String", "The a.", "b", "Long", "c", "No", "Map<String, Long>", "The c."]),
        ["5 | a | Yes | String | The a.", "9 | b |  | Long | ", "11 | c | No | Map<String, Long> | The c."]
    );
    assert_eq!(
        shown(&["Name", "Type", "Required", "Description", "a", "Double", "No", "The a."]),
        ["0 | Name | Type | Required | Description", "4 | a | Double | No | The a."]
    );
}

#[test]
fn a_description_may_span_paragraphs_and_lists() {
    assert_eq!(
        rows(&["kind", "String", "What it is:", "  • oil\n  • gas", "Not electric.", "name", "String", "Its name."]),
        ["5 | kind |  | String | What it is:\n- oil\n- gas\nNot electric.", "10 | name |  | String | Its name."]
    );
}

#[test]
fn fields_may_have_names_of_columns_and_parts() {
    assert_eq!(
        rows(&[
            "endpoint",
            "String",
            "Status codes.",
            "description",
            "String",
            "Error codes",
            "type",
            "String",
            "Its type."
        ]),
        [
            "5 | endpoint |  | String | Status codes.",
            "8 | description |  | String | Error codes",
            "11 | type |  | String | Its type.",
        ]
    );
}

#[test]
fn a_table_ends_at_a_caption_a_part_and_a_status() {
    let row = ["a", "String", "The a."];
    for next in ["Table2 Lamp", "Response parameters", "Status code: 200"] {
        assert_eq!(rows(&[&row[..], &[next]].concat()), ["5 | a |  | String | The a.", next]);
    }
}

#[test]
fn tables_of_statuses() {
    assert_eq!(
        shown(&[
            "Status codes",
            "Status code",
            "Description",
            "200",
            "OK",
            "400",
            "Bad Request",
            "We use cookies",
            "0/500"
        ]),
        [
            "Status codes",
            "1 | Status code | Description",
            "3 | 200 | OK",
            "5 | 400 | Bad Request",
            "We use cookies",
            "0/500"
        ]
    );
}

#[test]
fn a_misplaced_row_is_reported() {
    assert_eq!(
        rows(&["a", "String", "The a.", "lamp id", "String", "The lamp."]),
        ["5 | a |  | String | The a.\nlamp id\nString\nThe lamp.", "9 ! the type `String` has no name before it"]
    );
    assert_eq!(
        rows(&["stray", "a", "String", "The a."]),
        ["6 | a |  | String | The a.", "stray", "5 ! `stray` is before the first row of a table"]
    );
    assert_eq!(shown(&["a", "String"]), ["a", "String", "0 ! `a` looks like a row, but is not in a table"]);
    assert_eq!(
        shown(&["Status code", "Description", "200", "400"]),
        [
            "0 | Status code | Description",
            "200",
            "400",
            "2 ! the row `200` has too few cells",
            "0 ! a table without rows",
        ]
    );
}

#[test]
fn the_title_is_before_the_first_part() {
    assert_eq!(
        shown(&["Home\nShop", "Make a lamp", "Description", "Makes a lamp.", "URI", "PUT /v1/lamps"]),
        ["Home", "Shop", "## Make a lamp", "Description", "Makes a lamp.", "URI", "PUT /v1/lamps"]
    );
    assert_eq!(shown(&["Home\nShop\nDescription", "Text."]), ["Home", "Shop", "Description", "Text."]);
}

#[test]
fn samples_have_no_fences() {
    assert_eq!(
        shown(&["https://example.com/lamps\n{\n  \"a}\" : [\n    1\n  ]\n}\nText.", "• An item."]),
        ["https://example.com/lamps", "> {\n  \"a}\" : [\n    1\n  ]\n}", "Text.", "- An item."]
    );
    assert_eq!(shown(&["[\n  {", "Response sample", "Text."]), ["> [\n  {", "Response sample", "Text."]);
}

#[test]
fn any_text_is_read() {
    for text in ["", "\n", "{", "[", "Name\n\nType", "Name\n\nType\n\na\n\nString", "Status\n\nDescription\n\n200", "•"]
    {
        read(text);
    }
}
