//! Small made-up documents, one for each kind of damage.

use super::read;
use crate::block::BlockKind;

/// The result, one line per block or row, each with its number: `#` headings, `|` rows, `>` code, `!` errors.
fn shown(text: &str) -> Vec<String> {
    let (blocks, unreadable) = read(text);
    let mut shown = Vec::new();
    for block in blocks {
        match block.kind {
            BlockKind::Heading { number, title } => shown.push(format!("{} # {number} {title}", block.line)),
            BlockKind::Subheading(title) => shown.push(format!("{} ## {title}", block.line)),
            BlockKind::Table(rows) => {
                shown.extend(rows.iter().map(|row| format!("{} | {}", row.line, row.cells.join(" | "))));
            }
            BlockKind::Code(code) => shown.push(format!("{} > {code}", block.line)),
            BlockKind::Text(text) => shown.push(format!("{} {text}", block.line)),
        }
    }
    shown.extend(unreadable.iter().map(|unreadable| format!("{} ! {}", unreadable.line, unreadable.why)));
    shown
}

/// The result for rows below a header with all columns.
fn rows(rows: &str) -> Vec<String> {
    shown(&format!("Name Type Required Example Description\n\n{rows}")).split_off(1)
}

#[test]
fn headings_move_to_where_their_sections_start() {
    let text = "Lamps: a manual·Contents
 Call LampOn to switch on.

Request parameters

Name Type Required Example Description

LampId String Yes l-1 The lamp.

1.Lamps
1.1. LampOn

Lamps: a manual·Lamps
 Room String No hall The room.

Error codes

Call LampOff to switch off.

1.2. LampOff
 Request parameters

2.Appendix

Lamps: a manual·Appendix";
    assert_eq!(
        shown(text),
        [
            "10 # 1 Lamps",
            "11 # 1.1 LampOn",
            "2 Call LampOn to switch on.",
            "4 Request parameters",
            "6 | Name | Type | Required | Example | Description",
            "8 | LampId | String | Yes | l-1 | The lamp.",
            "6 | Name | Type | Required | Example | Description",
            "14 | Room | String | No | hall | The room.",
            "16 Error codes",
            "20 # 1.2 LampOff",
            "18 Call LampOff to switch off.",
            "23 # 2 Appendix",
            "21 Request parameters",
        ]
    );
}

#[test]
fn a_heading_above_its_section_stays() {
    let text = "1. An item of a list\n\n1.1. LampOn\nCall LampOn to switch on.\n\n1.2. LampOff\n\nText.";
    assert_eq!(
        shown(text),
        ["1 1. An item of a list", "3 # 1.1 LampOn", "4 Call LampOn to switch on.", "6 # 1.2 LampOff", "8 Text."]
    );
}

#[test]
fn a_heading_without_a_start_of_its_section_is_reported() {
    let text = "Calls LampOn to switch on.\n\n1.1. LampOff\n A page.";
    assert_eq!(
        shown(text),
        [
            "1 Calls LampOn to switch on.",
            "3 # 1.1 LampOff",
            "4 A page.",
            "3 ! the section `LampOff` has its heading at the end of a page, but no start",
        ]
    );
}

#[test]
fn text_around_pages_is_left_out() {
    let text = "Text.

Lamps·Manual

8 > Version: 20260131

https://example.com/foot
https://example.com/foot/2


https://example.com/text
A·b is text.

> Version: 20260131 9



Text.";
    assert_eq!(shown(text), ["1 Text.", "11 https://example.com/text", "12 A·b is text.", "18 Text."]);
}

#[test]
fn a_header_may_be_below_the_rows_of_its_page() {
    let text = "Response parameters

Name Type Example Description

Code String OK Said.
 Id String 7 Which
one.

Done Boolean true Whether so.

Name Type Example Description

Example
 Left String 1 Alone.

Name Type Example Description

Text.";
    assert_eq!(
        shown(text),
        [
            "1 Response parameters",
            "3 | Name | Type | Example | Description",
            "5 | Code | String | OK | Said.",
            "11 | Name | Type | Example | Description",
            "6 | Id | String | 7 | Which one.",
            "9 | Done | Boolean | true | Whether so.",
            "13 Example",
            "16 | Name | Type | Example | Description",
            "14 | Left | String | 1 | Alone.",
            "18 Text.",
        ]
    );
}

#[test]
fn cells_on_one_line_are_split_where_the_border_is_certain() {
    assert_eq!(
        rows(
            "A String Yes x-1 The text.\n\nB Integer No 两个 一个数。\n\nC String No your OS 系统。\n\nD String No alone"
        ),
        [
            "3 | A | String | Yes | x-1 | The text.",
            "5 | B | Integer | No | 两个 | 一个数。",
            "7 | C | String | No |  | your OS 系统。",
            "9 | D | String | No |  | alone",
        ]
    );
}

#[test]
fn wrapped_cells_are_joined() {
    let text = "A String Yes
lamp-
77aa

Id of the
lamp.

Only if
there is one.

B String Yes hall
说明一
二。

C Array of Lamp objects No

[{\\“a b\\”:\\“中
\\” ,1}]

All lamps.

D String Yes
中文
二

三。";
    assert_eq!(
        rows(text),
        [
            "3 | A | String | Yes | lamp-77aa | Id of the lamp.\nOnly if there is one.",
            "13 | B | String | Yes | hall | 说明一二。",
            "17 | C | Array of Lamp objects | No | [{\\“a b\\”:\\“中\\” ,1}] | All lamps.",
            "24 | D | String | Yes |  | 中文二\n三。",
        ]
    );
}

#[test]
fn without_a_column_for_examples_all_is_description() {
    let text = "Name Type Required Description\n\nA String Yes One\nand two.\n\nB Map<String, String> No\n\nThree.";
    assert_eq!(
        shown(text),
        [
            "1 | Name | Type | Required | Description",
            "3 | A | String | Yes | One and two.",
            "6 | B | Map<String, String> | No | Three.",
        ]
    );
}

#[test]
fn a_table_ends_before_a_title_and_a_wide_paragraph() {
    let text = "A String Yes\nlamp-1\n\nError codes.\n\nB String Yes\nlamp-2\n\nError codes\n\nC String Yes x The c.\n\nError codes";
    assert_eq!(
        rows(text),
        [
            "3 | A | String | Yes | lamp-1 | Error codes.",
            "8 | B | String | Yes | lamp-2 | Error codes",
            "13 | C | String | Yes | x | The c.",
            "15 Error codes",
        ]
    );
    let wide = "A String Yes x The a.\n\nNotes\nThis line is much wider than any cell of a table with five columns can be on a page.";
    assert_eq!(rows(wide).len(), 3);
}

#[test]
fn damaged_rows_are_reported() {
    let text = "A String Yes x The a.\n\nLa mp Id String Yes y The b.\nMore.\n\nC String Yes z The c.";
    assert_eq!(
        rows(text),
        [
            "3 | A | String | Yes | x | The a.",
            "8 | C | String | Yes | z | The c.",
            "5 La mp Id String Yes y The b. More.",
            "5 ! `La mp Id String Yes y The b.` looks like an unreadable row",
        ]
    );
    assert_eq!(
        shown("A String x The a.\n\nExample\n\nName Type Example Description\n\nText"),
        [
            "1 A String x The a.",
            "3 Example",
            "5 Name Type Example Description",
            "7 Text",
            "1 ! `A String x The a.` looks like a row, but its table has no header",
            "5 ! a table's header without rows",
        ]
    );
}

#[test]
fn a_lost_column_is_an_empty_cell() {
    assert_eq!(rows("A Boolean true Whether so."), ["3 | A | Boolean |  | true | Whether so."]);
}

#[test]
fn tables_of_two_columns() {
    let text = "Region Endpoint\n\nThe North north.example.com\n\nbroken\n\nSouth south.example..com\n\nNotes\nText of many words.\n\n\
                API Description\n\nLampOn Switches a lamp\non.";
    assert_eq!(
        shown(text),
        [
            "1 | Region | Endpoint",
            "3 | The North | north.example.com",
            "7 | South | south.example..com",
            "5 broken",
            "9 Notes",
            "10 Text of many words.",
            "12 | API | Description",
            "14 | LampOn | Switches a lamp on.",
            "5 ! `broken` is between rows, but is not a row",
        ]
    );
}

#[test]
fn wrapped_json_is_joined() {
    let text = " JSON format

{\"Id\":\"a b
c\",\"Text\":\"{\\\\ “x\\\\” }\",\"Num
10.*.*.7\"}

Text.

{
  \"a\": 1
}
[] means a choice.";
    assert_eq!(
        shown(text),
        [
            "1 JSON format",
            "3 > {\"Id\":\"a bc\",\"Text\":\"{\\\\ “x\\\\” }\",\"Num10.*.*.7\"}",
            "7 Text.",
            "9 > {\n  \"a\": 1\n}\n[] means a choice.",
        ]
    );
    assert_eq!(shown("[] means a choice."), ["1 [] means a choice."]);
}

#[test]
fn a_sample_continues_after_the_end_of_a_page() {
    let text = "{\n  \"a\": 1,\n\nLamps·Manual\n  \"b\": 2\n}\n\nText.";
    assert_eq!(shown(text), ["1 > {\n  \"a\": 1,\n \"b\": 2\n}", "8 Text."]);
}

#[test]
fn urls_and_xml_are_text() {
    let text = "http(s)://[Endpoint]/?Action=LampOn\n&LampId=l-1\n\n XML format\n\n<Lamp>\n  <Id>l-1</Id>\n</Lamp>";
    assert_eq!(
        shown(text),
        [
            "1 http(s)://[Endpoint]/?Action=LampOn",
            "2 &LampId=l-1",
            "4 XML format",
            "6 <Lamp>",
            "7 <Id>l-1</Id>",
            "8 </Lamp>"
        ]
    );
}

#[test]
fn any_text_is_read() {
    for text in
        ["", "\n", " ", "\u{c}", "{", "Name Type", "1.1. A", " Name Type\n A String", "a·b", "> v: 1 1\nhttp://x"]
    {
        read(text);
    }
}
